//! What a run came to, in one line.

use std::collections::HashSet;

use anstyle::{AnsiColor, Style};
use kling_schema::Severity;

use crate::config::{self, Applied};
use crate::finding::Finding;
use crate::report::media::Verdict;
use crate::report::{Checked, FIRST, Media};
use crate::unlisted::Counts;

pub(super) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// Requests that were read and checked.
    pub(crate) checked: usize,
    /// Those with an error or a warning.
    pub(crate) blamed: usize,
    /// Those with an info, but no error or warning.
    pub(crate) informed: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) infos: usize,
    /// Findings that were not kept.
    pub(crate) hidden: usize,
    /// Errors and warnings that are not listed.
    pub(crate) unlisted: Counts,
    /// Findings that are none here, or not new.
    pub(crate) applied: Applied,
    /// Several requests may stand in one file.
    pub(crate) in_lines: bool,
    /// Lines of requests that are no Kling request.
    pub(crate) skipped_lines: usize,
    /// Media files that were judged.
    pub(crate) media: MediaTotals,
    /// JSON files that are no Kling request.
    pub(crate) skipped: usize,
    /// Inputs that could not be read.
    pub(crate) unreadable: usize,
    /// What the command exits with.
    pub(crate) exit_status: u8,
    /// The rule of the first of the worst findings.
    pub(crate) example: Option<(Severity, &'static str)>,
}

/// What the media files of a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MediaTotals {
    /// Those that some field takes.
    pub(crate) taken: usize,
    /// Those that no field takes without a warning.
    pub(crate) doubtful: usize,
    /// Those that no field takes.
    pub(crate) refused: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) infos: usize,
}

impl MediaTotals {
    /// How many files there were.
    pub(crate) fn files(&self) -> usize {
        self.taken + self.doubtful + self.refused
    }
}

impl Totals {
    /// Counts a checked input in.
    pub(crate) fn add(&mut self, input: &Checked<'_>) {
        self.checked += input.requests;
        self.in_lines |= input.requests > 1;
        self.hidden += input.hidden;
        if input.findings.is_empty() && input.unlisted.is_empty() {
            return;
        }
        for count in input.unlisted.iter() {
            *self.number(count.sort.severity) += count.number as usize;
            if count.sort.severity > Severity::Info {
                self.unlisted.join(*count);
            }
        }
        for finding in input.findings {
            *self.number(finding.severity) += 1;
            self.exemplify(finding);
        }
        let blames = |finding: &&Finding| finding.severity > Severity::Info;
        // Of a list everything is told.
        let unlisted = input.unlisted.worst();
        let blamed = match unlisted > Some(Severity::Info) {
            true => input.requests,
            false => requests_of(input, input.findings.iter().filter(blames)),
        };
        let concerned = match unlisted.is_some() {
            true => input.requests,
            false => requests_of(input, input.findings.iter()),
        };
        self.blamed += blamed;
        self.informed += concerned - blamed;
    }

    /// How many findings of this severity there are.
    fn number(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Info => &mut self.infos,
        }
    }

    /// Counts a media file in, with what its best field has against it: the others are not asked for.
    pub(crate) fn add_media(&mut self, input: &Media<'_>) {
        let report = input.report;
        let totals = &mut self.media;
        match Verdict::of(report.worst()) {
            Verdict::Taken => totals.taken += 1,
            Verdict::Doubtful => totals.doubtful += 1,
            Verdict::Refused => totals.refused += 1,
        }
        for finding in report.counted() {
            match finding.severity {
                Severity::Error => totals.errors += 1,
                Severity::Warning => totals.warnings += 1,
                Severity::Info => totals.infos += 1,
            }
        }
        let told = report.fields.iter().flat_map(|field| &field.findings);
        for finding in report.about.iter().chain(told) {
            self.exemplify(finding);
        }
    }

    /// Keeps the rule of the first of the worst findings.
    fn exemplify(&mut self, finding: &Finding) {
        if self.example.is_none_or(|(worst, _)| finding.severity > worst) {
            self.example = Some((finding.severity, finding.rule.id));
        }
    }

    /// The summary, styled; each line ends with a line feed. Nothing is said when nothing was checked.
    pub(crate) fn summary(&self, verbose: bool) -> String {
        let mut out = String::new();
        if self.checked + self.media.files() == 0 {
            return out;
        }
        if self.checked > 0 {
            out.push_str(&self.headline(verbose));
            out.push('\n');
        }
        for more in self.unlisted.iter() {
            let Some(rule) = more.sort.rule() else { continue };
            let style = if more.sort.severity == Severity::Error { ERROR } else { WARNING };
            let all = count(FIRST + more.number as usize, more.sort.severity.word());
            out.push_str(&format!(
                "only {FIRST} of {style}{all}{style:#} {} {} are listed (all: --format concise)\n",
                rule.id, rule.name
            ));
        }
        if self.applied != Applied::default() {
            out.push_str(&self.applied(verbose));
            out.push('\n');
        }
        if self.media.files() > 0 {
            out.push_str(&self.media_line());
            out.push('\n');
        }
        if self.skipped + self.skipped_lines > 0 {
            out.push_str(&self.skipped(verbose));
            out.push('\n');
        }
        if self.unreadable > 0 {
            let inputs = count(self.unreadable, "input");
            out.push_str(&format!("{ERROR}{inputs}{ERROR:#} could not be read\n"));
        }
        out
    }

    /// `2 findings ignored, 14 in the baseline`
    fn applied(&self, verbose: bool) -> String {
        let Applied { ignored, baselined } = self.applied;
        let by = if verbose { format!(" by {}", config::NAME) } else { String::new() };
        match (ignored, baselined) {
            (0, _) => format!("{} in the baseline", count(baselined, "finding")),
            (_, 0) => format!("{} ignored{by}", count(ignored, "finding")),
            _ => format!("{} ignored{by}, {baselined} in the baseline", count(ignored, "finding")),
        }
    }

    /// `3 JSON files are no Kling request (-v names them)`
    pub(crate) fn skipped(&self, verbose: bool) -> String {
        let one = self.skipped + self.skipped_lines == 1;
        let (verb, them) = if one { ("is", "it") } else { ("are", "them") };
        let hint = if verbose { String::new() } else { format!(" (-v names {them})") };
        let parts = [(self.skipped, "JSON file"), (self.skipped_lines, "line")];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts.map(|(number, noun)| count(number, noun)).collect();
        format!("{} {verb} no Kling request{hint}", parts.join(" and "))
    }

    /// `checked 2 media files: 1 would be taken, 1 would be refused`
    fn media_line(&self) -> String {
        let MediaTotals { taken, doubtful, refused, .. } = self.media;
        let files = self.media.files();
        let parts: Vec<String> = [
            (taken, GOOD, Verdict::Taken),
            (doubtful, WARNING, Verdict::Doubtful),
            (refused, ERROR, Verdict::Refused),
        ]
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, style, verdict)| {
            let subject = if files == 1 { "it".into() } else { number.to_string() };
            format!("{subject} {style}{}{style:#}", verdict.phrase())
        })
        .collect();
        format!("checked {}: {}", count(files, "media file"), parts.join(", "))
    }

    /// `2 errors, 1 warning in 1 of 14 files (3 infos: -v shows them)`
    fn headline(&self, verbose: bool) -> String {
        let mut parts = Vec::new();
        if self.errors > 0 {
            parts.push(format!("{ERROR}{}{ERROR:#}", count(self.errors, "error")));
        }
        if self.warnings > 0 {
            parts.push(format!("{WARNING}{}{WARNING:#}", count(self.warnings, "warning")));
        }
        let told = verbose && self.infos > 0;
        let mut line = if parts.is_empty() {
            let requests = count(self.checked, "request");
            let mut line = format!("checked {requests}: {GOOD}no errors, no warnings{GOOD:#}");
            if told {
                line.push_str(&format!(", {}", count(self.infos, "info")));
            }
            line
        } else {
            if told {
                parts.push(count(self.infos, "info"));
            }
            let mut line = parts.join(", ");
            if self.checked > 1 {
                let blamed = self.blamed + if verbose { self.informed } else { 0 };
                let unit = if self.in_lines { "requests" } else { "files" };
                let (blamed, checked) = (grouped(blamed), grouped(self.checked));
                line.push_str(&format!(" in {blamed} of {checked} {unit}"));
            }
            line
        };
        if self.infos > 0 && !verbose {
            let them = if self.infos == 1 { "it" } else { "them" };
            line.push_str(&format!(" ({}: -v shows {them})", count(self.infos, "info")));
        }
        line
    }
}

/// How many of the requests of an input these findings are about.
fn requests_of<'f>(input: &Checked<'_>, findings: impl Iterator<Item = &'f Finding>) -> usize {
    if input.requests == 1 {
        return usize::from(findings.count() > 0);
    }
    let items: HashSet<&str> =
        findings.map(|it| it.pointer.split('/').nth(1).unwrap_or_default()).collect();
    items.len().min(input.requests)
}

/// `1 error`, `2 errors`, `1,000 errors`
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `1,000`
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(totals: &Totals, verbose: bool) -> String {
        anstream::adapter::strip_str(&totals.summary(verbose)).to_string()
    }

    #[test]
    fn a_run_with_findings() {
        let totals = Totals {
            checked: 14,
            blamed: 1,
            informed: 2,
            errors: 2,
            warnings: 1,
            infos: 3,
            ..Totals::default()
        };
        assert_eq!(
            plain(&totals, false),
            "2 errors, 1 warning in 1 of 14 files (3 infos: -v shows them)\n"
        );
        assert_eq!(plain(&totals, true), "2 errors, 1 warning, 3 infos in 3 of 14 files\n");
    }

    #[test]
    fn findings_that_are_not_listed() {
        let mut totals = Totals {
            checked: 5_000,
            blamed: 1_234,
            errors: 101,
            warnings: 1_244,
            ..Totals::default()
        };
        totals.unlisted.add(&kling_schema::rules::media::ODD_HOST, Severity::Warning, 1_134);
        totals.unlisted.add(&kling_schema::rules::shape::WRONG_TYPE, Severity::Error, 1);
        assert_eq!(
            plain(&totals, false),
            "101 errors, 1,244 warnings in 1,234 of 5,000 files\n\
             only 100 of 101 errors KL1002 wrong-type are listed (all: --format concise)\n\
             only 100 of 1,234 warnings KL4005 odd-host are listed (all: --format concise)\n"
        );
    }

    #[test]
    fn a_single_request() {
        let totals = Totals { checked: 1, blamed: 1, warnings: 1, infos: 1, ..Totals::default() };
        assert_eq!(plain(&totals, false), "1 warning (1 info: -v shows it)\n");
    }

    #[test]
    fn a_clean_run() {
        let totals = Totals { checked: 4, ..Totals::default() };
        assert_eq!(plain(&totals, false), "checked 4 requests: no errors, no warnings\n");
        let totals = Totals { checked: 1, infos: 2, informed: 1, ..Totals::default() };
        assert_eq!(
            plain(&totals, false),
            "checked 1 request: no errors, no warnings (2 infos: -v shows them)\n"
        );
        assert_eq!(plain(&totals, true), "checked 1 request: no errors, no warnings, 2 infos\n");
    }

    #[test]
    fn media_files_are_counted_apart() {
        let media = MediaTotals { taken: 1, ..MediaTotals::default() };
        let totals = Totals { media, ..Totals::default() };
        assert_eq!(plain(&totals, false), "checked 1 media file: it would be taken\n");
        let media = MediaTotals { taken: 2, doubtful: 1, refused: 3, ..MediaTotals::default() };
        let totals = Totals { checked: 1, media, ..Totals::default() };
        assert_eq!(
            plain(&totals, false),
            "checked 1 request: no errors, no warnings\n\
             checked 6 media files: 2 would be taken, 1 may be refused, 3 would be refused\n"
        );
    }

    #[test]
    fn what_was_not_checked_is_said() {
        let totals = Totals { checked: 1, skipped: 3, unreadable: 1, ..Totals::default() };
        assert_eq!(
            plain(&totals, false),
            "checked 1 request: no errors, no warnings\n\
             3 JSON files are no Kling request (-v names them)\n\
             1 input could not be read\n"
        );
        assert_eq!(
            Totals { skipped: 1, ..totals }.skipped(true),
            "1 JSON file is no Kling request"
        );
    }
}

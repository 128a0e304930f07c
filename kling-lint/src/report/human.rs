//! For people: the place with a caret under the value, the help, the fix, a summary.

mod media;
mod plain;

use std::borrow::Cow;
use std::io;
use std::path::Path;

use annotate_snippets::renderer::DEFAULT_LINE_NUM_STYLE;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::adapter::strip_str;
use anstyle::Style;
use kling_schema::{Severity, Source, Tier};

use crate::finding::{Excerpt, Finding, Position};
use crate::fix::Fix;
use crate::report::{Checked, Lists, Media, Reporter, Totals, not_shown, shown, window};

/// What one text of a finding may take, in bytes. Messages are far shorter; a request whose keys are
/// whole paragraphs can make them long, and a finding must not fill the screen.
const CLIPPED: usize = 400;

/// What stands between a line's number and its text: ` | `.
const GUTTER: usize = 3;
/// What points to a place.
const ARROW: &str = "-->";
/// The least and the most that is shown of a line, in columns.
const NARROWEST: usize = 20;
const WIDEST: usize = 160;
/// More columns than any window has: the renderer is not to trim what fits already.
const UNTRIMMED: usize = 10_000;

/// The rendered form.
#[derive(Debug)]
pub(crate) struct Human {
    renderer: Renderer,
    width: usize,
    verbose: bool,
    quiet: bool,
    is_plain: bool,
    /// What is told of one input; kept for the next.
    text: String,
}

impl Human {
    /// For a terminal of this width, with colours.
    pub(crate) fn new(width: usize, verbose: bool, quiet: bool) -> Self {
        let renderer = Renderer::styled().term_width(UNTRIMMED);
        Human {
            renderer,
            width: width.min(WIDEST),
            verbose,
            quiet,
            is_plain: false,
            text: String::new(),
        }
    }

    /// The same, without colours.
    pub(crate) fn plain(self) -> Self {
        Human { renderer: Renderer::plain().term_width(UNTRIMMED), is_plain: true, ..self }
    }

    /// Writes a text, without its colours if it is to have none.
    fn write(&self, out: &mut dyn io::Write, styled: &str) -> io::Result<()> {
        match self.is_plain {
            true => strip_str(styled).try_for_each(|part| out.write_all(part.as_bytes())),
            false => out.write_all(styled.as_bytes()),
        }
    }

    /// One finding, ending with an empty line.
    fn finding(&self, out: &mut String, path: &str, finding: &Finding) {
        let line = finding.start.line;
        let columns = self.width.saturating_sub(digits(line) + GUTTER).max(NARROWEST);
        let excerpt = Some(&finding.excerpt).filter(|excerpt| !excerpt.text.is_empty());
        let (help, fix) = advice(finding.help.as_deref(), finding.fix.as_ref());
        let fix = fix.map(Cow::Owned);
        let note = self.verbose.then(|| Cow::Owned(attested(finding)));
        let shown = Shown {
            path,
            finding,
            message: clip(&finding.message),
            excerpt: excerpt.map(|excerpt| window::fit(excerpt, columns)),
            notes: [("help", help), ("fix", fix), ("note", note)],
        };
        if !(self.is_plain && plain::draw(out, &shown)) {
            self.render(out, shown);
        }
    }

    /// The window of the line is a snippet without a path, because the renderer would count the
    /// column from the window's start; so the line with the place stands between two renderings.
    fn render(&self, out: &mut String, shown: Shown<'_>) {
        let Shown { path, finding, message, excerpt, notes } = shown;
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let Position { line, column } = finding.start;
        let id = format!("{} {}", finding.rule.id, finding.rule.name);
        let title = level.clone().primary_title(message).id(id);
        out.push_str(&self.renderer.render(&[Group::with_title(title)]));
        let arrow = digits(line) + ARROW.len();
        let place = if self.is_plain { Style::new() } else { DEFAULT_LINE_NUM_STYLE };
        out.push_str(&format!("\n{place}{ARROW:>arrow$}{place:#} {path}:{line}:{column}\n"));
        let mut below = Group::with_level(level);
        if let Some(Excerpt { text, highlight }) = excerpt {
            let line = usize::try_from(line).unwrap_or(usize::MAX).min(usize::MAX - 1);
            let mark = AnnotationKind::Primary.span(highlight);
            below = below.element(Snippet::source(text).line_start(line).annotation(mark));
        }
        for (name, text) in notes {
            if let Some(text) = text {
                below = below.element(Level::HELP.with_name(name).message(text));
            }
        }
        if !below.is_empty() {
            out.push_str(&self.renderer.render(&[below]));
            out.push('\n');
        }
        out.push('\n');
    }
}

/// What is shown of a finding.
struct Shown<'a> {
    path: &'a str,
    finding: &'a Finding,
    message: Cow<'a, str>,
    /// What fits of it, if there is any.
    excerpt: Option<Excerpt>,
    /// What is said below it, each under a name.
    notes: [(&'static str, Option<Cow<'a, str>>); 3],
}

/// How many digits a line's number has.
fn digits(line: u64) -> usize {
    line.checked_ilog10().map_or(1, |digits| digits as usize + 1)
}

impl Reporter for Human {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        if input.is_clean() {
            return Ok(());
        }
        let path = shown(input.path);
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        for finding in input.findings {
            if finding.severity > Severity::Info || self.verbose {
                self.finding(&mut text, &path, finding);
            }
        }
        if input.hidden > 0 {
            text.push_str(&format!("{}: {}\n\n", input.place(), not_shown(input.hidden)));
        }
        let done = out.write_all(text.as_bytes());
        self.text = text;
        done
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let page = media::page(input, self.width, self.verbose, self.quiet);
        self.write(out, &page)
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, _: &Path, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn io::Write, totals: &Totals) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let mut text = totals.summary(self.verbose);
        if let Some((severity, id)) = totals.example
            && severity > Severity::Info
        {
            text.push_str(&format!("`kling-lint explain {id}` says more\n"));
        }
        self.write(out, &text)
    }

    fn lists(&self) -> Lists {
        // When quiet, nothing would say that there are more.
        match self.verbose || self.quiet {
            true => Lists::with_infos(self.verbose),
            false => Lists::First,
        }
    }

    fn apart(&self) -> Option<Box<dyn Reporter + Send>> {
        let human = Human::new(self.width, self.verbose, self.quiet);
        Some(Box::new(if self.is_plain { human.plain() } else { human }))
    }
}

/// The help line and the fix line. A fix that the help already words is not said twice.
fn advice<'a>(help: Option<&'a str>, fix: Option<&Fix>) -> (Option<Cow<'a, str>>, Option<String>) {
    let Some(fix) = fix else {
        return (help.map(clip), None);
    };
    let word = fix.applicability.word();
    match help {
        Some(help) if help.contains(&fix.title) => (None, Some(format!("{} ({word})", clip(help)))),
        _ => (help.map(clip), Some(format!("{} ({word})", clip(&fix.title)))),
    }
}

/// What a finding rests on, in words.
fn attested(finding: &Finding) -> String {
    let subject = clip(finding.constraint.as_deref().unwrap_or("this"));
    let (how, page) = basis(finding);
    let page = page.map(|url| format!(":\n{url}")).unwrap_or_default();
    format!("{subject} is {how}{page}")
}

/// What a finding rests on, completing "it is", and the page that says so.
fn basis(finding: &Finding) -> (String, Option<&'static str>) {
    let (url, read) = match finding.source {
        Source::Page { url, read } => (url, read),
        Source::House => return ("inferred by kling-lint; no page says so".into(), None),
        Source::Team => return ("a rule of your own team".into(), None),
    };
    let how = match finding.tier {
        Tier::Documented => "documented",
        Tier::Upstream => "documented by Kling, not by CometAPI",
        Tier::Advice => "advice",
        Tier::House => "inferred",
    };
    (format!("{how} (read {read})"), Some(url))
}

/// The text's beginning, if it is too long.
fn clip(text: &str) -> Cow<'_, str> {
    if text.len() <= CLIPPED {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..text.floor_char_boundary(CLIPPED)]))
}

#[cfg(test)]
mod tests;

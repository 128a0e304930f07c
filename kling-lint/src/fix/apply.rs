//! Fixes applied, round after round, until none is left that can be.
//!
//! The text in between exists only as [`Pieces`] of the file, so a file of any size is fixed in the
//! memory of its report. Every text is linted before it is taken: a fix that would bring a finding
//! that was not there is held back.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

use foldhash::quality::RandomState;

use super::pick;
use super::pieces::{Patched, Pieces};
use super::{Applicability, Fix};
use crate::files::OpenFile;
use crate::finding::{Finding, Position};
use crate::read::MAX_FINDINGS;
use crate::reading::{Print, Reading};
use crate::verdict::Report;

/// Texts linted at most, of one file. A round makes all fixes that do not touch each other, and mostly
/// takes one; finding a bad fix among many takes several. Text that needs more is not worth the wait.
const LINTS: usize = 100;

/// A file that is linted and fixed: read again and again, and always the same.
pub(crate) struct Fixing<'f> {
    file: &'f mut OpenFile,
    keys: RandomState,
    /// What its first reading was.
    print: Option<Print>,
}

/// What fixes make of a file.
#[derive(Debug)]
pub(crate) struct Fixes {
    pub(crate) pieces: Pieces,
    /// How many were made.
    pub(crate) count: usize,
    pub(crate) held_back: Vec<HeldBack>,
}

/// A fix that was not made, because it would bring another finding.
#[derive(Debug)]
pub(crate) struct HeldBack {
    /// Where its finding starts, in the text of its round.
    pub(crate) start: Position,
    pub(crate) title: String,
    /// What it would bring: "KL2001 too-long"; nothing when it repairs nothing.
    pub(crate) brings: Option<String>,
}

/// A text and what the linter says of it.
struct Linted {
    pieces: Pieces,
    report: Report,
}

impl<'f> Fixing<'f> {
    pub(crate) fn new(file: &'f mut OpenFile) -> Self {
        Fixing { file, keys: RandomState::default(), print: None }
    }

    /// Reads a text from its first byte to its last.
    ///
    /// # Errors
    /// The file's own, and when it is not what it was before.
    pub(crate) fn read<T>(
        &mut self,
        pieces: &Pieces,
        with: impl FnOnce(&mut Patched<'_>) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut reader = pieces.reader(Reading::new(self.file, &self.keys)?);
        let done = with(&mut reader)?;
        // What the linter did not read to its end is too large, and not fixed.
        if let Some(print) = reader.print()
            && *self.print.get_or_insert(print) != print
        {
            return Err(io::Error::other("it changed while it was fixed"));
        }
        Ok(done)
    }

    /// Makes all fixes up to this applicability, safe ones first. `lint` is asked about each text;
    /// `first` is what it says of the file.
    ///
    /// # Errors
    /// Those of reading.
    pub(crate) fn fix(
        &mut self,
        first: &Report,
        most: Applicability,
        mut lint: impl FnMut(&mut dyn Read) -> io::Result<Report>,
    ) -> io::Result<Fixes> {
        let mut now = Linted { pieces: Pieces::whole(), report: first.clone() };
        let mut held_back = Vec::new();
        let mut refused = HashSet::new();
        let mut count = 0;
        let mut lints = LINTS;
        while lints > 0 {
            let round = Linted { pieces: now.pieces.clone(), report: now.report.clone() };
            let Some(all) = choose(&round.report, most, &refused) else { break };
            let mut made: Vec<&Finding> = Vec::new();
            let mut groups = vec![all];
            while let Some(group) = groups.pop() {
                let Some(left) = lints.checked_sub(1) else { break };
                lints = left;
                let edits = pick::sorted(made.iter().chain(&group).copied());
                let pieces = round.pieces.edited(&edits);
                let report = self.read(&pieces, |reader| lint(reader))?;
                let tried = Linted { pieces, report };
                match (judge(&now, &tried), &*group) {
                    (Ok(()), _) => {
                        made.extend(group);
                        now = tried;
                    }
                    (Err(brings), [finding]) => {
                        refused.insert(key(finding));
                        let fix = finding.fix.as_ref();
                        held_back.push(HeldBack {
                            start: finding.start,
                            title: fix.map(|fix| fix.title.clone()).unwrap_or_default(),
                            brings,
                        });
                    }
                    (Err(_), group) => {
                        let (one, other) = group.split_at(group.len() / 2);
                        groups.extend([other.to_vec(), one.to_vec()]);
                    }
                }
            }
            count += made.len();
            if !made.is_empty() {
                // In another text they may be right.
                refused.clear();
                held_back.clear();
            }
        }
        Ok(Fixes { pieces: now.pieces, count, held_back })
    }
}

/// Whether a fix may be made: what its finding and it are called.
type Key = (&'static str, String, String);

fn key(finding: &Finding) -> Key {
    let title = finding.fix.as_ref().map(|fix| fix.title.clone()).unwrap_or_default();
    (finding.rule.id, finding.pointer.clone(), title)
}

/// The next fixes to be made at once. First the text becomes JSON: what a broken one says is a guess.
/// Unsafe ones come when there is no safe one left: what seems a guess among many faults may be certain
/// when the others are gone.
fn choose<'r>(
    report: &'r Report,
    most: Applicability,
    refused: &HashSet<Key>,
) -> Option<Vec<&'r Finding>> {
    // Text that tells no endpoint may be anything.
    report.endpoint()?;
    let levels: &[Applicability] = match most {
        Applicability::Safe => &[Applicability::Safe],
        Applicability::Unsafe => &[Applicability::Safe, Applicability::Unsafe],
    };
    let broken = report.findings().iter().any(is_syntax);
    let of_level = |level: &Applicability| {
        let wanted = |finding: &Finding, fix: &Fix| {
            fix.applicability == *level
                && is_syntax(finding) == broken
                && !refused.contains(&key(finding))
        };
        pick::together(report.findings(), wanted)
    };
    levels.iter().map(of_level).find(|picked| !picked.is_empty())
}

/// Whether the text is no JSON because of it.
fn is_syntax(finding: &Finding) -> bool {
    finding.rule.id.starts_with("KL00")
}

/// Whether the second text is better: a finding less, and none that was not there. Else the finding it
/// brings, if any.
fn judge(before: &Linted, after: &Linted) -> Result<(), Option<String>> {
    let (old, new) = (&before.report, &after.report);
    let name = |finding: &Finding| format!("{} {}", finding.rule.id, finding.rule.name);
    let total = |report: &Report| report.findings().len() + report.hidden();
    let faults = old.findings().iter().filter(|it| is_syntax(it)).count();
    if old.hidden() == 0 && faults < MAX_FINDINGS {
        let mut known: HashMap<(&str, &str), usize> = HashMap::new();
        for finding in old.findings() {
            *known.entry((finding.rule.id, &finding.pointer)).or_default() += 1;
        }
        let mut strange = Vec::new();
        for finding in new.findings() {
            match known.get_mut(&(finding.rule.id, &*finding.pointer)) {
                Some(left) if *left > 0 => *left -= 1,
                _ => strange.push(finding),
            }
        }
        // Where a key is renamed, pointers change; places do not.
        let origins = |linted: &Linted, findings: &[&Finding]| {
            let starts = findings.iter().map(|finding| finding.span.start);
            let rules = findings.iter().map(|finding| finding.rule.id);
            rules.zip(linted.pieces.origins(starts)).collect::<Vec<_>>()
        };
        if !strange.is_empty() {
            let all: Vec<_> = old.findings().iter().collect();
            let places: HashSet<_> = origins(before, &all).into_iter().collect();
            let theirs = origins(after, &strange);
            let mut both = strange.iter().zip(theirs);
            if let Some((finding, _)) = both.find(|(_, place)| !places.contains(place)) {
                return Err(Some(name(finding)));
            }
        }
    }
    // Where not all findings are told, those that come up next are no news.
    if total(new) < total(old) || faults >= MAX_FINDINGS { Ok(()) } else { Err(None) }
}

//! Fixes applied, round after round, until none is left that can be.
//!
//! The text in between exists only as [`Pieces`] of the file, so a file of any size is fixed in the
//! memory of its report. Every text is linted before it is taken: a fix that would bring a finding
//! that was not there is held back.

use std::collections::HashSet;
use std::io::{self, Read};
use std::rc::Rc;

use foldhash::quality::RandomState;

use super::judge::{Brings, Linted, Tried, is_syntax, judge};
use super::pick;
use super::pieces::{Patched, Pieces};
use super::{Applicability, Fix};
use crate::files::OpenFile;
use crate::finding::{Excerpt, Finding, Params, Position};
use crate::reading::{Print, Reading};
use crate::verdict::Report;

/// Texts linted at most, of one file. A round makes all fixes that do not touch each other, and mostly
/// takes one; bad fixes among many take few more, as they are seen by what they bring. Text that needs
/// more is not worth the wait.
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
    /// How many were not tried, as too many texts had been linted.
    pub(crate) untried: usize,
    /// How many findings there was no room for, with a fix or without.
    pub(crate) unseen: usize,
}

/// A fix that was not made, because it would bring another finding.
#[derive(Debug)]
pub(crate) struct HeldBack {
    /// Where its finding starts, in the text of its round.
    pub(crate) start: Position,
    pub(crate) title: String,
    pub(crate) brings: Brings,
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

    /// Makes all fixes up to this applicability, safe ones first. `lint` is asked about each text, and
    /// tells as much as [`Room::FIXED`](crate::verdict::Room::FIXED) has room for; `first` is what is
    /// told of the file, perhaps with less room.
    ///
    /// # Errors
    /// Those of reading.
    pub(crate) fn fix(
        &mut self,
        first: &Report,
        most: Applicability,
        mut lint: impl FnMut(&mut dyn Read) -> io::Result<Report>,
    ) -> io::Result<Fixes> {
        let mut lint = |this: &mut Self, pieces: Pieces| -> io::Result<Rc<Linted>> {
            let report = this.read(&pieces, |reader| lint(reader))?;
            Ok(Rc::new(Linted { pieces, report: bare(report) }))
        };
        let whole = Pieces::whole();
        let is_all = first.hidden() == 0 && !first.findings().iter().any(is_syntax);
        let mut now = match first.endpoint() {
            Some(_) if !is_all => lint(self, whole)?,
            _ => Rc::new(Linted { pieces: whole, report: bare(first.clone()) }),
        };
        let mut held_back = Vec::new();
        let mut refused = HashSet::new();
        let mut count = 0;
        let mut lints = LINTS;
        while lints > 0 {
            let round = Rc::clone(&now);
            let Some(all) = choose(&round.report, most, &refused) else { break };
            let mut made: Vec<&Finding> = Vec::new();
            let mut groups = vec![all];
            while let Some(group) = groups.pop() {
                let Some(left) = lints.checked_sub(1) else { break };
                lints = left;
                let edits = pick::sorted(made.iter().chain(&group).copied());
                let tried = lint(self, round.pieces.edited(&edits))?;
                let edits = Tried { edits: &edits, group: &group };
                let Err(mut blamed) = judge(&now, &tried, &edits) else {
                    made.extend(group);
                    now = tried;
                    continue;
                };
                if let [_] = *group {
                    blamed.entry(0).or_default();
                }
                if blamed.len() < group.len() {
                    let (other, one) = apart(group, |index| blamed.contains_key(&index));
                    groups.extend([other, one]);
                    continue;
                }
                for (index, finding) in group.into_iter().enumerate() {
                    refused.insert(key(finding));
                    let fix = finding.fix.as_ref();
                    held_back.push(HeldBack {
                        start: finding.start,
                        title: fix.map(|fix| fix.title.clone()).unwrap_or_default(),
                        brings: blamed.remove(&index).flatten(),
                    });
                }
            }
            count += made.len();
            if !made.is_empty() && lints > 0 {
                // In another text they may be right.
                refused.clear();
                held_back.clear();
            }
        }
        let left = choose(&now.report, most, &refused).map_or(0, |left| left.len());
        held_back.sort_by_key(|it| it.start);
        let (pieces, unseen) = (now.pieces.clone(), now.report.hidden());
        Ok(Fixes { pieces, count, held_back, untried: left, unseen })
    }
}

/// Those that are blamed, and the others; two halves when nobody is.
fn apart(
    group: Vec<&Finding>,
    is_blamed: impl Fn(usize) -> bool,
) -> (Vec<&Finding>, Vec<&Finding>) {
    let half = group.len() / 2;
    let anybody = (0..group.len()).any(&is_blamed);
    let mut places = 0..group.len();
    group.into_iter().partition(|_| {
        places.next().is_some_and(|place| if anybody { is_blamed(place) } else { place >= half })
    })
}

/// A report without what is only told: those of many findings are large.
fn bare(mut report: Report) -> Report {
    for finding in &mut report.findings {
        finding.message = String::new();
        finding.help = None;
        finding.params = Params::new();
        finding.excerpt = Excerpt::default();
        finding.constraint = None;
    }
    report
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
                && (refused.is_empty() || !refused.contains(&key(finding)))
        };
        pick::together(report.findings(), wanted)
    };
    levels.iter().map(of_level).find(|picked| !picked.is_empty())
}

#[cfg(test)]
mod tests;

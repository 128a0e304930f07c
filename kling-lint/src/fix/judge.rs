//! Whether a text is better than the one before it, and which fix is to blame when it is not.

use std::collections::{HashMap, HashSet};

use super::Edit;
use super::pieces::Pieces;
use crate::finding::Finding;
use crate::verdict::{Report, Room};

/// A text and what the linter says of it.
pub(super) struct Linted {
    pub(super) pieces: Pieces,
    pub(super) report: Report,
}

/// What a fix would bring: "KL2001 too-long"; nothing when it repairs nothing.
pub(super) type Brings = Option<String>;

/// The fixes of a round that were tried, by their findings.
pub(super) struct Tried<'f> {
    /// The edits of these fixes and of those that were made before, in the order of the text.
    pub(super) edits: &'f [&'f Edit],
    pub(super) group: &'f [&'f Finding],
}

/// Whether the text is no JSON because of it.
pub(super) fn is_syntax(finding: &Finding) -> bool {
    finding.rule.id.starts_with("KL00")
}

/// How much is wrong with a text that is no JSON.
fn faults(report: &Report) -> usize {
    report.findings().iter().filter(|it| is_syntax(it)).count()
}

/// Whether the second text is better: a finding less, and none that was not there. Else the fixes that
/// seem to be why, by their places in the group, and what each brings. Nobody may be.
pub(super) fn judge(
    before: &Linted,
    after: &Linted,
    tried: &Tried<'_>,
) -> Result<(), HashMap<usize, Brings>> {
    let (old, new) = (&before.report, &after.report);
    let total = |report: &Report| report.findings().len() + report.hidden();
    let gain = total(old).saturating_sub(total(new));
    let is_all = old.hidden() == 0;
    // Faults that are not told are not even counted.
    if faults(old) >= Room::FIXED.faults || !is_all && gain >= tried.group.len() {
        return Ok(());
    }
    let strange = strange(before, after);
    if !strange.is_empty() {
        return Err(blame(tried, &strange));
    }
    if is_all && gain > 0 { Ok(()) } else { Err(useless(tried, new)) }
}

/// What was not there before.
fn strange<'r>(before: &Linted, after: &'r Linted) -> Vec<&'r Finding> {
    let old = before.report.findings();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for finding in old {
        *known.entry((finding.rule.id, &finding.pointer)).or_default() += 1;
    }
    let mut strange = Vec::new();
    for finding in after.report.findings() {
        match known.get_mut(&(finding.rule.id, &*finding.pointer)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => strange.push(finding),
        }
    }
    if strange.is_empty() {
        return strange;
    }
    // Where a key is renamed, pointers change; places do not.
    let places: Vec<_> = origins(before, old.iter()).collect();
    // Where not all findings were told, those that come up behind them are no news.
    let mut told = before.report.hidden.map(|hidden| if hidden == 0 { u64::MAX } else { 0 });
    for (finding, (_, place)) in old.iter().zip(&places) {
        let told = &mut told[finding.severity as usize];
        *told = (*told).max(*place);
    }
    let places: HashSet<_> = places.into_iter().collect();
    let theirs: Vec<_> = origins(after, strange.iter().copied()).collect();
    let mut theirs = theirs.iter();
    strange.retain(|finding| {
        let is_new =
            |place: &_| !places.contains(place) && place.1 <= told[finding.severity as usize];
        theirs.next().is_some_and(is_new)
    });
    strange
}

/// The rules of findings, and where in the file these are.
fn origins<'f>(
    linted: &Linted,
    findings: impl Iterator<Item = &'f Finding> + Clone,
) -> impl Iterator<Item = (&'static str, u64)> {
    let starts = findings.clone().map(|finding| finding.span.start);
    let origins = linted.pieces.origins(starts);
    findings.map(|finding| finding.rule.id).zip(origins)
}

/// Of each strange finding, the fix that seems to bring it: the one before it or the one behind it,
/// whichever is of something nearer in the document. Who is blamed wrongly is tried again without the
/// others.
fn blame(tried: &Tried<'_>, strange: &[&Finding]) -> HashMap<usize, Brings> {
    let mine = tried.group.iter().enumerate().flat_map(|(index, finding)| {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        edits.map(move |edit| (edit.span.start, index))
    });
    let mine: HashMap<u64, usize> = mine.collect();
    // Where the edits of the group are in the new text.
    let mut shift = 0_i64;
    let mut starts = Vec::new();
    for edit in tried.edits {
        let (start, end) = (edit.span.start, edit.span.end);
        if let Some(index) = mine.get(&start) {
            starts.push((start.saturating_add_signed(shift), *index));
        }
        shift += edit.text.len() as i64 - (end - start) as i64;
    }
    let mut blamed = HashMap::new();
    for finding in strange {
        let behind = starts.partition_point(|(start, _)| *start <= finding.span.start);
        let beside = [behind.checked_sub(1), Some(behind)].into_iter().flatten();
        let beside = beside.filter_map(|at| starts.get(at)).map(|(_, index)| *index);
        let near = |index: &usize| {
            tried.group.get(*index).map_or(0, |it| steps_shared(&it.pointer, &finding.pointer))
        };
        // Of equals the first.
        let nearest =
            beside.reduce(|one, other| if near(&other) > near(&one) { other } else { one });
        if let Some(index) = nearest {
            let name = || Some(format!("{} {}", finding.rule.id, finding.rule.name));
            blamed.entry(index).or_insert_with(name);
        }
    }
    blamed
}

/// How many steps two pointers have in common.
fn steps_shared(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count()
}

/// The fixes that left their findings as they were.
fn useless(tried: &Tried<'_>, new: &Report) -> HashMap<usize, Brings> {
    let left: HashSet<_> =
        new.findings().iter().map(|it| (it.rule.id, it.pointer.as_str())).collect();
    let stays = |it: &Finding| left.contains(&(it.rule.id, it.pointer.as_str()));
    let group = tried.group.iter().enumerate();
    group.filter(|(_, finding)| stays(finding)).map(|(index, _)| (index, None)).collect()
}

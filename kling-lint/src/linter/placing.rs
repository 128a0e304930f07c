//! Findings and files in their places.

use std::ops::Range;

use super::hash;
use crate::check::Named;
use crate::finding::{Draft, Finding};
use crate::fix::{DraftFix, Edit, Fix};
use crate::message;
use crate::place::{Placer, Places};
use crate::verdict::LocalFile;

/// Drafts in their places.
pub(super) fn findings(places: &Places<'_>, drafts: Vec<Draft>) -> Vec<Finding> {
    let mut placer = places.placer(drafts.iter().flat_map(ranges));
    let mut findings = Vec::with_capacity(drafts.len());
    findings.extend(drafts.into_iter().map(|draft| finding(places, &mut placer, draft)));
    findings
}

/// What is placed of a draft.
fn ranges(draft: &Draft) -> impl Iterator<Item = &Range<u32>> + Clone {
    let edits = draft.fix.iter().flat_map(|fix| &fix.edits);
    std::iter::once(&draft.span).chain(edits.map(|(range, _)| range))
}

fn finding(places: &Places<'_>, placer: &mut Placer<'_>, draft: Draft) -> Finding {
    let Draft { rule, constraint, basis, pointer, span: range, params, fix } = draft;
    let placed = placer.next(&range);
    let help = message::help(rule.help, &params);
    Finding {
        rule,
        constraint,
        severity: basis.severity,
        tier: basis.tier,
        source: basis.source,
        pointer,
        span: placed.span,
        start: placed.start,
        end: placed.end,
        message: message::fill(rule.message, &params),
        help,
        params,
        fix: fix.map(|fix| placed_fix(placer, fix)),
        text_hash: hash::of(places, range.clone(), placed.span),
        excerpt: places.excerpt(range),
    }
}

fn placed_fix(placer: &mut Placer<'_>, fix: DraftFix) -> Fix {
    let DraftFix { title, applicability, edits } = fix;
    let edit = |(range, text)| {
        let placed = placer.next(&range);
        Edit::new(placed.span, text).at(placed.start, placed.end)
    };
    Fix { title, applicability, edits: edits.into_iter().map(edit).collect() }
}

/// Local files in their places, and in the order of those.
pub(super) fn files(places: &Places<'_>, named: Vec<Named>) -> Vec<LocalFile> {
    let spans = places.spans(named.iter().map(|named| named.span.clone()));
    let mut files: Vec<_> = named
        .into_iter()
        .zip(spans)
        .map(|(named, span)| LocalFile {
            pointer: named.pointer,
            span,
            path: named.path.path,
            len: named.path.len,
            inline: named.path.inline,
        })
        .collect();
    files.sort_by_key(|file| file.span.start);
    files
}

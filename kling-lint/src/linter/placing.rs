//! Findings and files in their places.

use super::hash;
use crate::check::Named;
use crate::finding::{Draft, Excerpt, Finding};
use crate::fix::{Edit, Fix};
use crate::message;
use crate::place::{Placed, Places};
use crate::verdict::LocalFile;

/// Drafts and local files in their places.
pub(super) fn place(
    places: &Places<'_>,
    drafts: Vec<Draft>,
    named: Vec<Named>,
) -> (Vec<Finding>, Vec<LocalFile>) {
    let mut ranges: Vec<_> = drafts.iter().map(|draft| draft.span.clone()).collect();
    let edits = drafts.iter().flat_map(|draft| draft.fix.iter().flat_map(|fix| &fix.edits));
    ranges.extend(edits.map(|(range, _)| range.clone()));
    let placed = places.resolve(&ranges);
    let of_files = places.spans(named.iter().map(|named| named.span.clone()));
    let (placed, edits) = placed.split_at(drafts.len());
    let mut edits = edits.iter();
    let findings = drafts
        .into_iter()
        .zip(placed)
        .map(|(draft, placed)| {
            let text_hash = hash::of(places, draft.span.clone(), placed.span);
            finding(places.excerpt(draft.span.clone()), text_hash, placed, draft, &mut edits)
        })
        .collect();
    let mut files: Vec<_> = named
        .into_iter()
        .zip(of_files)
        .map(|(named, span)| LocalFile {
            pointer: named.pointer,
            span,
            path: named.path.path,
            len: named.path.len,
            inline: named.path.inline,
        })
        .collect();
    files.sort_by_key(|file| file.span.start);
    (findings, files)
}

fn finding(
    excerpt: Excerpt,
    text_hash: u64,
    placed: &Placed,
    draft: Draft,
    edits: &mut std::slice::Iter<'_, Placed>,
) -> Finding {
    let Draft { rule, constraint, basis, pointer, params, fix, .. } = draft;
    let help = message::help(rule.help, &params);
    let fix = fix.map(|fix| Fix {
        title: fix.title,
        applicability: fix.applicability,
        edits: fix
            .edits
            .into_iter()
            .zip(edits)
            .map(|((_, text), placed)| Edit::new(placed.span, text).at(placed.start, placed.end))
            .collect(),
    });
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
        fix,
        excerpt,
        text_hash,
    }
}

//! What is wrong inside a string, put into words.

use std::ops::Range;

use kling_schema::rules::{document, not_json as rules};

use super::faults::{escaped, fix_of, named, quoted};
use super::parse::Parser;
use crate::fix::DraftFix;
use crate::load::{Fault, FaultKind, Gap};
use crate::printable;

impl Parser<'_, '_> {
    /// What is wrong inside a string: one finding a kind.
    pub(super) fn string_faults(
        &mut self,
        content: usize,
        faults: &[Fault],
        totals: &[u64; 4],
        gap: Option<&Gap>,
        single: bool,
    ) {
        let allowed = |fault: &&Fault| !(single && fault.bytes().starts_with(b"\\'"));
        let of = |kind| faults.iter().filter(move |fault| fault.kind == kind).filter(allowed);
        for kind in [FaultKind::Escape, FaultKind::Control, FaultKind::Surrogate, FaultKind::Utf8] {
            let Some(first) = of(kind).next() else {
                continue;
            };
            let total = totals[kind as usize];
            let place = Place::of(first, content, gap);
            let more = (total > 1).then_some(total - 1);
            let fixable = gap.is_none()
                && total == faults.iter().filter(|fault| fault.kind == kind).count() as u64;
            let found = first.bytes();
            match kind {
                FaultKind::Escape => {
                    let (suggestion, advice) = suggest_escape(first.bytes());
                    self.faults.error(&rules::BAD_ESCAPE, place.span, |mut draft| {
                        draft.fix = escape_fix(of(kind), content).filter(|_| fixable);
                        draft
                            .with("found", quoted(found))
                            .with_some("offset", place.offset)
                            .with_some("more", more)
                            .with_some("suggestion", suggestion)
                            .with_some("advice", advice)
                    });
                }
                FaultKind::Control => {
                    let byte = first.bytes().first().copied().unwrap_or_default();
                    self.faults.error(&rules::RAW_CONTROL, place.span, |mut draft| {
                        draft.fix = control_fix(of(kind), content).filter(|_| fixable);
                        draft
                            .with("found", named(char::from(byte)))
                            .with_some("offset", place.offset)
                            .with_some("more", more)
                            .with("suggestion", format!("`{}`", escaped(byte)))
                    });
                }
                FaultKind::Surrogate => {
                    self.faults.warning(&document::LONE_SURROGATE, place.span, |draft| {
                        draft.with("found", quoted(found))
                    });
                }
                FaultKind::Utf8 if std::mem::replace(&mut self.told_utf8, true) => {}
                FaultKind::Utf8 => {
                    let bytes = hex(first.bytes());
                    self.faults.error(&rules::NOT_UTF8, place.span, |draft| {
                        draft.with("found", bytes).with_some("offset", place.offset)
                    });
                }
            }
        }
    }
}

/// Where a fault stands in the resident text; if it was dropped, where the gap is, and how far into
/// the string it was.
struct Place {
    span: Range<usize>,
    offset: Option<u64>,
}

impl Place {
    fn of(fault: &Fault, content: usize, gap: Option<&Gap>) -> Place {
        let raw = content as u64 + fault.at;
        let (start, offset) = match gap {
            Some(gap) if raw >= u64::from(gap.at) => {
                let after = u64::from(gap.at) + gap.dropped.bytes;
                if raw < after {
                    let at = gap.at as usize;
                    return Place { span: at..at, offset: Some(fault.at) };
                }
                (raw - gap.dropped.bytes, None)
            }
            _ => (raw, None),
        };
        let start = start as usize;
        Place { span: start..start + fault.bytes().len(), offset }
    }
}

/// What to write for a wrong escape, or a word about it.
fn suggest_escape(raw: &[u8]) -> (Option<String>, Option<&'static str>) {
    match raw {
        [_, b'u', ..] => (None, Some("`\\u` takes four hexadecimal digits")),
        [_, b'\''] => (Some("`'`".to_owned()), None),
        [_] | [] => (None, Some("a backslash itself is written `\\\\`")),
        _ => {
            let shown = printable::escape(&String::from_utf8_lossy(raw));
            (Some(format!("`\\{shown}`")), None)
        }
    }
}

fn escape_fix<'f>(faults: impl Iterator<Item = &'f Fault>, content: usize) -> Option<DraftFix> {
    let mut edits = Vec::new();
    let mut safe = true;
    for fault in faults {
        let at = content + fault.at as usize;
        match fault.bytes() {
            [_, b'\''] => edits.push((at..at + 1, String::new())),
            [_, b'u', ..] => return None,
            _ => {
                safe = false;
                edits.push((at..at, String::from("\\")));
            }
        }
    }
    let title = if safe { "remove the backslash" } else { "double the backslash" };
    let fix = fix_of(title, edits)?;
    Some(if safe { fix } else { fix.unsafe_() })
}

fn control_fix<'f>(faults: impl Iterator<Item = &'f Fault>, content: usize) -> Option<DraftFix> {
    let edits = faults.map(|fault| {
        let at = content + fault.at as usize;
        (at..at + 1, escaped(fault.bytes().first().copied().unwrap_or_default()))
    });
    fix_of("escape it", edits)
}

/// Bytes that are no text: `byte 0xE9`, `bytes 0xED 0xA0`.
fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
    let word = if digits.len() == 1 { "byte" } else { "bytes" };
    format!("{word} {}", digits.join(" "))
}

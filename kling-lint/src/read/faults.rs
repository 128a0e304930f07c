//! Where the reader's findings go, and how it quotes the text in them.

use std::ops::Range;

use kling_schema::Severity;
use kling_schema::rules::Rule;

use crate::finding::Draft;
use crate::fix::{Applicability, DraftFix};
use crate::printable;
use crate::verdict::Room;

/// A list of findings that stops growing.
pub(super) struct Faults<'o> {
    out: &'o mut Vec<Draft>,
    room: Room,
    errors: usize,
    warnings: usize,
    habits: Vec<Habit>,
}

/// A fault that tends to run through a whole text: one finding stands for all of them.
struct Habit {
    rule: &'static Rule,
    /// Where its finding is, if there was room for it.
    index: Option<usize>,
    count: u64,
}

impl<'o> Faults<'o> {
    pub(super) fn new(out: &'o mut Vec<Draft>, room: Room) -> Self {
        Faults { out, room, errors: 0, warnings: 0, habits: Vec::new() }
    }

    /// An error at these bytes; it is put into words only if there is room for it.
    pub(super) fn error(
        &mut self,
        rule: &'static Rule,
        span: Range<usize>,
        words: impl FnOnce(Draft) -> Draft,
    ) {
        self.errors += 1;
        if self.errors <= self.room.faults {
            let draft = Draft::house(rule, Severity::Error, offsets(span));
            self.out.push(words(draft));
        }
    }

    /// An error that tends to come many times, and its repair: only the first is a finding, whose
    /// fix repairs all.
    pub(super) fn habit(
        &mut self,
        rule: &'static Rule,
        span: Range<usize>,
        words: impl FnOnce(Draft) -> Draft,
        fix: impl FnOnce() -> DraftFix,
    ) {
        let Some(habit) = self.habits.iter_mut().find(|habit| habit.rule == rule) else {
            let index = self.out.len();
            self.error(rule, span, |draft| words(draft).fixed_by(fix()));
            let index = (self.out.len() > index).then_some(index);
            self.habits.push(Habit { rule, index, count: 1 });
            return;
        };
        habit.count += 1;
        let draft = habit.index.and_then(|index| self.out.get_mut(index));
        if let Some(slot) = draft.map(|draft| &mut draft.fix)
            && let Some(all) = slot
        {
            if all.edits.len() < self.room.edits {
                let more = fix();
                all.edits.extend(more.edits);
                if more.applicability == Applicability::Unsafe {
                    all.applicability = Applicability::Unsafe;
                }
            } else {
                *slot = None;
            }
        }
    }

    /// The text has been read: says how often each habit was seen.
    pub(super) fn finish(&mut self) {
        for habit in &self.habits {
            let more = (habit.count > 1).then_some(habit.count - 1);
            if let Some(draft) = habit.index.and_then(|index| self.out.get_mut(index)) {
                draft.params = std::mem::take(&mut draft.params).with_some("more", more);
            }
        }
    }

    /// A warning at these bytes.
    pub(super) fn warning(
        &mut self,
        rule: &'static Rule,
        span: Range<usize>,
        words: impl FnOnce(Draft) -> Draft,
    ) {
        self.warnings += 1;
        if self.warnings <= self.room.faults {
            self.out.push(words(Draft::house(rule, Severity::Warning, offsets(span))));
        }
    }

    /// Whether anything was wrong.
    pub(super) fn any(&self) -> bool {
        self.errors > 0
    }
}

/// Resident text is shorter than 4 GiB.
pub(super) fn offsets(span: Range<usize>) -> Range<u32> {
    span.start as u32..span.end as u32
}

/// A fix of any number of edits; none at all is no fix.
pub(super) fn fix_of(
    title: &str,
    edits: impl IntoIterator<Item = (Range<usize>, String)>,
) -> Option<DraftFix> {
    let mut edits = edits.into_iter();
    let (span, text) = edits.next()?;
    let fix = DraftFix::safe(title, offsets(span), text);
    Some(edits.fold(fix, |fix, (span, text)| fix.and(offsets(span), text)))
}

/// Bytes of outside text that are enough for what is shown of it.
pub(super) const SHOWN: usize = 512;

/// Outside text in backticks, cut and escaped.
pub(super) fn quoted(raw: &[u8]) -> String {
    let shown = &raw[..raw.len().min(SHOWN)];
    let mut text = printable::shorten(String::from_utf8_lossy(shown).trim());
    if shown.len() < raw.len() && !text.ends_with('…') {
        text.push('…');
    }
    if text.contains('`') { format!("\"{text}\"") } else { format!("`{text}`") }
}

/// A character by its name: `a tab`, `U+00A0`.
pub(super) fn named(character: char) -> String {
    match character {
        '\0' => "a NUL character".to_owned(),
        '\t' => "a tab".to_owned(),
        '\n' | '\r' => "a line break".to_owned(),
        '\u{a0}' => "a no-break space (U+00A0)".to_owned(),
        '\u{3000}' => "a full-width space (U+3000)".to_owned(),
        '\u{feff}' => "a byte order mark (U+FEFF)".to_owned(),
        '\u{200b}' => "a zero-width space (U+200B)".to_owned(),
        _ if character.is_control() => {
            format!("the control character U+{:04X}", u32::from(character))
        }
        _ if !printable::is_safe(character) => {
            format!("the invisible character U+{:04X}", u32::from(character))
        }
        _ => format!("`{character}` (U+{:04X})", u32::from(character)),
    }
}

/// What is left of an escape when it is written in JSON.
pub(super) fn escaped(control: u8) -> String {
    match control {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\t' => "\\t".to_owned(),
        8 => "\\b".to_owned(),
        12 => "\\f".to_owned(),
        _ => format!("\\u{control:04x}"),
    }
}

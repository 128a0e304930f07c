//! Opening brackets that are missing: keys and values where there should be none.

use kling_schema::rules::not_json as rules;

use super::faults::{offsets, quoted};
use super::parse::Parser;
use super::tape::{Entry, JsonKind};
use crate::fix::DraftFix;

/// What a key in a list may mean.
#[derive(Clone, Copy)]
enum KeyInList {
    /// An item without either brace.
    Bare,
    /// The list has ended.
    Ended,
    /// An item without its opening brace.
    Unopened,
}

/// What a bracket in the place of a key may mean.
#[derive(Clone, Copy)]
enum Keyless {
    /// It is one too many.
    Extra,
    /// Nothing.
    Stray,
    /// The object has ended, this is the list's next item.
    Ended,
    /// This is the next item of a list that has no opening bracket.
    Unopened,
}

impl Parser<'_, '_> {
    /// A colon after a string in a list: a key.
    pub(super) fn key_in_list(&mut self) {
        let Some(key) = self.tape.pop() else { return };
        self.values -= 1;
        let owed = std::mem::take(&mut self.comma_owed);
        if self.is_spent() {
            self.key_without_braces(key, "in a list", false);
            self.push_key(key);
            return self.after_key();
        }
        let open = self.open_brackets();
        let ahead = self.ahead(0);
        let outer = &open[..open.len().saturating_sub(1)];
        let inside_object = self.stack.iter().rev().nth(1).is_some_and(|frame| frame.object);
        let readings = [
            Some((ahead.misfits(&open, None), KeyInList::Bare)),
            inside_object.then(|| (ahead.misfits(outer, None), KeyInList::Ended)),
            Some((ahead.misfits(&open, Some(true)), KeyInList::Unopened)),
        ];
        let best = readings.into_iter().flatten().min_by_key(|(score, _)| *score);
        match best.map_or(KeyInList::Bare, |(_, reading)| reading) {
            KeyInList::Ended => self.list_ended(key, owed),
            KeyInList::Bare => self.key_without_braces(key, "in a list", false),
            KeyInList::Unopened => self.key_without_braces(key, "in a list", true),
        }
        self.push_key(key);
        self.after_key();
    }

    /// A colon after the string that seemed to be the whole document.
    pub(super) fn key_at_root(&mut self) {
        let Some(key) = self.tape.pop() else { return };
        self.values -= 1;
        let unopened = self.ahead(0).closes_object();
        self.key_without_braces(key, "outside all brackets", unopened);
        self.push_key(key);
        self.after_key();
    }

    /// An object begins with this key; perhaps its closing brace is there.
    fn key_without_braces(&mut self, key: Entry, place: &'static str, unopened: bool) {
        let start = key.start as usize;
        let span = start..key.end as usize;
        let found = &self.text[span.clone()];
        self.faults.error(&rules::MISSING_BRACES, span, |mut draft| {
            let advice = if unopened {
                draft =
                    draft.fixed_by(DraftFix::safe("add `{`", offsets(start..start), "{").unsafe_());
                "add `{` before it"
            } else {
                "put braces around the key and its value"
            };
            draft.with("found", quoted(found)).with("place", place).with("advice", advice)
        });
        self.open_frame(true, start, !unopened);
    }

    /// The list ended before this key.
    fn list_ended(&mut self, key: Entry, owed: bool) {
        let list = self.stack.last().map_or(0, |frame| self.tape[frame.node].start as usize);
        let place = self.prev_end.max(list + 1);
        let expected = if owed { "]," } else { "]" };
        let span = key.start as usize..key.end as usize;
        let found = &self.text[span.clone()];
        self.faults.error(&rules::UNCLOSED_BRACKET, span, |draft| {
            let title = format!("add `{expected}`");
            let fix = DraftFix::safe(title, offsets(place..place), expected);
            draft
                .with("found", "`[`")
                .with("before", quoted(found))
                .with("expected", format!("`{expected}`"))
                .with("place", "before it")
                .fixed_by(fix.unsafe_())
        });
        let after = std::mem::replace(&mut self.pos, place);
        self.close(false);
        self.pos = after;
    }

    /// A bracket where a key should be.
    pub(super) fn keyless(&mut self) {
        if self.is_spent() {
            return self.keyless_stray();
        }
        let open = self.open_brackets();
        let ahead = self.ahead(0);
        let outer = &open[..open.len().saturating_sub(1)];
        let after_comma = self.stack.last().is_some_and(|frame| frame.comma.is_some());
        let in_list = self.stack.iter().rev().nth(1).is_some_and(|frame| !frame.object);
        let readings = [
            Some((ahead.misfits(&open, None), Keyless::Stray)),
            (after_comma && in_list).then(|| (ahead.misfits(outer, None), Keyless::Ended)),
            Some((ahead.behind_next().misfits(&open, None), Keyless::Extra)),
            after_comma.then(|| (ahead.misfits(&open, Some(false)), Keyless::Unopened)),
        ];
        let best = readings.into_iter().flatten().min_by_key(|(score, _)| *score);
        match best.map_or(Keyless::Stray, |(_, reading)| reading) {
            Keyless::Stray => self.keyless_stray(),
            Keyless::Extra => self.stray_opener("a key in quotes"),
            Keyless::Ended => self.item_ended(),
            Keyless::Unopened => {
                self.no_key("a list of values needs `[` before the first");
                // The first item is no whole value.
                let first = self.stack.last().map_or(0, |frame| frame.value);
                if let Some(entry) = self.tape.get_mut(first) {
                    entry.kind = JsonKind::Broken;
                }
                self.push_key(Entry::new(JsonKind::Broken, self.pos, self.pos));
                self.open_frame(false, self.pos, false);
            }
        }
    }

    /// Steps over a bracket without a key, and all in it.
    fn keyless_stray(&mut self) {
        self.no_key("give the value a key, or remove the extra bracket");
        self.skip_brackets();
        self.expect_separator();
    }

    /// Whether the brackets ahead fit better without the opening one here.
    pub(super) fn is_stray_opener(&mut self) -> bool {
        if self.is_spent() {
            return false;
        }
        let open = self.open_brackets();
        let ahead = self.ahead(0);
        ahead.behind_next().misfits(&open, None) < ahead.misfits(&open, None)
    }

    /// Steps over an opening bracket that is one too many.
    pub(super) fn stray_opener(&mut self, expected: &'static str) {
        let span = self.pos..self.pos + 1;
        let found = &self.text[span.clone()];
        self.pos = span.end;
        self.faults.error(&rules::UNEXPECTED_TEXT, span.clone(), |draft| {
            draft
                .with("expected", expected)
                .with("found", quoted(found))
                .with("advice", "remove it")
                .fixed_by(DraftFix::safe("remove the bracket", offsets(span), "").unsafe_())
        });
    }

    fn no_key(&mut self, advice: &'static str) {
        let span = self.pos..self.pos + 1;
        let found = &self.text[span.clone()];
        self.faults.error(&rules::UNEXPECTED_TEXT, span, |draft| {
            draft
                .with("expected", "a key in quotes")
                .with("found", quoted(found))
                .with("advice", advice)
        });
    }

    /// The object ended before the last comma: this is the next item of its list.
    fn item_ended(&mut self) {
        let place = self.last_end;
        let span = self.pos..self.pos + 1;
        let found = &self.text[span.clone()];
        self.faults.error(&rules::UNCLOSED_BRACKET, span, |draft| {
            draft
                .with("found", "`{`")
                .with("before", quoted(found))
                .with("expected", "`}`")
                .with("place", "before the comma")
                .fixed_by(DraftFix::safe("add `}`", offsets(place..place), "}").unsafe_())
        });
        let after = std::mem::replace(&mut self.pos, place);
        self.close(false);
        self.pos = after;
        self.expect_element();
    }
}

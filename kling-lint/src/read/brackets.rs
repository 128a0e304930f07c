//! Closing brackets, commas before them, and what to make of those that do not fit.

use kling_schema::rules::not_json as rules;

use super::faults::{fix_of, offsets, quoted};
use super::parse::{Frame, Parser};
use super::tape::{CLOSED, JsonKind};
use crate::fix::DraftFix;

/// Commas that one fix removes, at most.
const MAX_EDITS: usize = 1000;

/// What a closing bracket that does not fit may mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Misfit {
    /// Brackets inside were not closed.
    Unclosed,
    /// The other kind was meant.
    Mistyped,
    /// It is one too many.
    Extra,
}

impl Parser<'_, '_> {
    /// A run of commas where an element should be.
    pub(super) fn commas(&mut self) {
        let mut commas = Vec::new();
        let start = self.pos;
        let mut end = start;
        while self.peek() == Some(b',') {
            if commas.len() <= MAX_EDITS {
                commas.push(self.pos..self.pos + 1);
            }
            self.pos += 1;
            end = self.pos;
            self.skip_blank();
        }
        let before = self.stack.last_mut().and_then(|frame| frame.comma);
        let closer = self.peek().filter(|byte| matches!(byte, b'}' | b']'));
        let (rule, span) = match (before, closer) {
            (Some(before), Some(_)) => {
                commas.insert(0, before..before + 1);
                (&rules::TRAILING_COMMA, before..end)
            }
            _ => (&rules::EXTRA_COMMA, start..end),
        };
        if closer.is_some()
            && let Some(frame) = self.stack.last_mut()
        {
            frame.comma = None;
        }
        let title = if commas.len() == 1 { "remove the comma" } else { "remove the commas" };
        self.faults.error(rule, span, |mut draft| {
            if commas.len() <= MAX_EDITS {
                draft.fix = fix_of(title, commas.into_iter().map(|span| (span, String::new())));
            }
            draft.with_some("found", closer.map(|byte| quoted(&[byte])))
        });
    }

    /// A closing bracket.
    pub(super) fn closer(&mut self, byte: u8) {
        if byte == b']' && self.stack.last().is_some_and(|frame| frame.implied) {
            self.trailing_comma(byte);
            return self.close(true);
        }
        let object = byte == b'}';
        let fits = self.stack.last().is_some_and(|frame| frame.object == object);
        if fits && !(self.stack.len() == 1 && object && self.goes_on()) {
            self.trailing_comma(byte);
            self.pos += 1;
            return self.close(true);
        }
        let (misfit, sure) = if fits { (Misfit::Extra, true) } else { self.judge(object) };
        match misfit {
            Misfit::Unclosed => {
                self.trailing_comma(byte);
                self.close_inner(byte, object, sure);
            }
            Misfit::Mistyped => {
                self.trailing_comma(byte);
                self.pos += 1;
                self.report_mistyped(byte, sure);
                self.close(true);
            }
            Misfit::Extra => {
                self.pos += 1;
                self.report_extra(byte, sure);
            }
        }
    }

    fn trailing_comma(&mut self, closer: u8) {
        if let Some(comma) = self.stack.last_mut().and_then(|frame| frame.comma.take()) {
            self.faults.error(&rules::TRAILING_COMMA, comma..comma + 1, |draft| {
                draft.with("found", quoted(&[closer])).fixed_by(DraftFix::safe(
                    "remove the comma",
                    offsets(comma..comma + 1),
                    "",
                ))
            });
        }
    }

    /// The innermost bracket is closed here.
    pub(super) fn close(&mut self, in_text: bool) {
        let next = self.tape.len() as u32;
        if let Some(frame) = self.stack.pop() {
            if !frame.implied {
                self.closable[usize::from(frame.object)] -= 1;
            }
            let entry = &mut self.tape[frame.node];
            entry.end = self.pos as u32;
            entry.next = next;
            if in_text {
                entry.flags |= CLOSED;
            }
        }
        self.expect_separator();
    }

    /// The most plausible reading of the closing bracket here, and whether it is the only one.
    fn judge(&mut self, object: bool) -> (Misfit, bool) {
        if self.is_spent() {
            let is_open = self.closable[usize::from(object)] > 0;
            return (if is_open { Misfit::Unclosed } else { Misfit::Mistyped }, false);
        }
        let open = self.open_brackets();
        let ahead = self.ahead(1);
        let inner = open.len().saturating_sub(1);
        let mut readings = Vec::with_capacity(3);
        if let Some(outer) = open.iter().rposition(|&kind| kind == object) {
            readings.push((Misfit::Unclosed, outer));
        }
        readings.push((Misfit::Mistyped, inner));
        readings.push((Misfit::Extra, open.len()));
        let scores: Vec<_> = readings
            .into_iter()
            .map(|(misfit, depth)| (ahead.misfits(&open[..depth], None), misfit))
            .collect();
        let least = scores.iter().map(|(score, _)| *score).min().unwrap_or_default();
        let mut best = scores.iter().filter(|(score, _)| *score == least);
        let misfit = best.next().map_or(Misfit::Extra, |(_, misfit)| *misfit);
        (misfit, least == 0 && !ahead.text.is_empty() && best.next().is_none())
    }

    /// Brackets inside end before this one.
    fn close_inner(&mut self, byte: u8, object: bool, sure: bool) {
        let inner = |frame: &&Frame| frame.object != object || frame.implied;
        let unclosed: Vec<&Frame> = self.stack.iter().rev().take_while(inner).collect();
        let expected: String =
            unclosed.iter().filter(|frame| !frame.implied).map(|frame| frame.closer()).collect();
        let innermost = unclosed.iter().find(|frame| !frame.implied);
        let opener = innermost.map_or('[', |frame| frame.opener());
        // Nothing may stand inside it yet.
        let opened = innermost.map_or(0, |frame| self.tape[frame.node].start as usize + 1);
        let count = unclosed.len();
        let place = self.last_end.max(opened);
        let place = place..place;
        self.faults.error(&rules::UNCLOSED_BRACKET, self.pos..self.pos + 1, |draft| {
            let mut fix = DraftFix::safe(format!("add `{expected}`"), offsets(place), &*expected);
            if !sure {
                fix = fix.unsafe_();
            }
            draft
                .with("found", format!("`{opener}`"))
                .with("before", quoted(&[byte]))
                .with("expected", format!("`{expected}`"))
                .with("place", "before it")
                .fixed_by(fix)
        });
        for _ in 0..count {
            self.close(false);
        }
        self.pos += 1;
        self.close(true);
    }

    fn report_mistyped(&mut self, byte: u8, sure: bool) {
        let Some((opener, closer)) =
            self.stack.last().map(|frame| (frame.opener(), frame.closer()))
        else {
            return;
        };
        let span = self.pos - 1..self.pos;
        self.faults.error(&rules::WRONG_BRACKET, span.clone(), |draft| {
            let fix =
                DraftFix::safe(format!("write `{closer}`"), offsets(span), closer.to_string());
            draft
                .with("found", quoted(&[byte]))
                .with("expected", format!("`{opener}`"))
                .with("suggestion", format!("`{closer}`"))
                .fixed_by(if sure { fix } else { fix.unsafe_() })
        });
    }

    /// The bracket just passed closes nothing.
    pub(super) fn report_extra(&mut self, byte: u8, sure: bool) {
        let span = self.pos - 1..self.pos;
        self.faults.error(&rules::WRONG_BRACKET, span.clone(), |draft| {
            let fix = DraftFix::safe("remove the bracket", offsets(span), "");
            draft.with("found", quoted(&[byte])).with("advice", "remove it").fixed_by(if sure {
                fix
            } else {
                fix.unsafe_()
            })
        });
    }

    /// The text ends, brackets are open.
    pub(super) fn text_ends(&mut self) {
        let told = self.ends_in_string || self.is_cut() && self.faults.any();
        let open: Vec<&Frame> = self.stack.iter().rev().filter(|frame| !frame.implied).collect();
        let expected: String = open.iter().map(|frame| frame.closer()).collect();
        if let Some(inner) = open.first()
            && !told
        {
            let start = self.tape[inner.node].start as usize;
            let opener = inner.opener();
            let whole = inner.comma.is_none()
                && self.tape.last().is_some_and(|entry| entry.kind != JsonKind::Broken);
            let place = self.last_end.max(start + 1);
            self.faults.error(&rules::UNCLOSED_BRACKET, start..start + 1, |mut draft| {
                if whole {
                    let title = format!("add `{expected}`");
                    let fix = DraftFix::safe(title, offsets(place..place), &*expected);
                    draft = draft.fixed_by(fix.unsafe_());
                }
                draft
                    .with("found", format!("`{opener}`"))
                    .with("expected", format!("`{expected}`"))
                    .with("place", "at the end")
            });
        }
        self.stop();
    }

    /// Steps over a bracket and all in it, whatever it is. False when the text ends inside.
    pub(super) fn skip_brackets(&mut self) -> bool {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.pos += 1;
            if depth == 0 {
                return true;
            }
        }
        false
    }
}

impl Frame {
    fn opener(&self) -> char {
        if self.object { '{' } else { '[' }
    }

    pub(super) fn closer(&self) -> char {
        if self.object { '}' } else { ']' }
    }
}

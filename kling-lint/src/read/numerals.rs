//! Numbers, and what other languages take for numbers.

use kling_schema::rules::not_json as rules;

use super::faults::{offsets, quoted};
use super::parse::Parser;
use super::tape::{Entry, JsonKind};
use super::words::bare;
use crate::fix::DraftFix;

impl Parser<'_, '_> {
    /// A number, or what begins like one.
    pub(super) fn number(&mut self) {
        let start = self.pos;
        let len = strict_number(self.rest());
        let ends = match self.text.get(start + len) {
            None => true,
            Some(b'"') => self.unopened_text().is_none(),
            Some(b'/') => matches!(self.text.get(start + len + 1), Some(b'/' | b'*')),
            Some(byte) => b",}] \t\r\n'{[#".contains(byte),
        };
        if len > 0 && ends {
            self.pos += len;
            self.push(Entry::new(JsonKind::Number, start, start + len));
        } else {
            self.odd_number();
        }
    }

    fn odd_number(&mut self) {
        let start = self.pos;
        let word = bare(self.rest());
        let sloppy = Sloppy::of(word);
        let plain = strict_number(word) == word.len();
        if plain || sloppy.is_none() && !is_numeric(word) {
            return self.literal();
        }
        let end = start + word.len();
        let span = start..end;
        let found = word;
        self.pos = end;
        let (kind, reason, suggestion, safe) = match sloppy {
            Some(Sloppy { kind, reason, suggestion, safe }) => {
                (kind, reason, Some(suggestion), safe)
            }
            None => (JsonKind::Broken, "it is incomplete, or has stray characters", None, false),
        };
        self.faults.error(&rules::BAD_NUMBER, span.clone(), |mut draft| {
            if let Some(text) = &suggestion {
                let fix = DraftFix::safe(format!("write `{text}`"), offsets(span), &**text);
                draft = draft.fixed_by(if safe { fix } else { fix.unsafe_() });
            }
            let advice = suggestion.is_none().then_some("write digits, as in `5` or `0.5`");
            draft
                .with("found", quoted(found))
                .with("reason", reason)
                .with_some("suggestion", suggestion.map(|text| format!("`{text}`")))
                .with_some("advice", advice)
        });
        self.push(Entry::new(kind, start, end));
    }
}

/// Length of the JSON number a text begins with.
#[inline]
pub(super) fn strict_number(text: &[u8]) -> usize {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let sign = usize::from(text.first() == Some(&b'-'));
    let mut len = sign + digits(sign);
    if len == sign || (text[sign] == b'0' && len > sign + 1) {
        return 0;
    }
    if text.get(len) == Some(&b'.') {
        match digits(len + 1) {
            0 => return 0,
            count => len += 1 + count,
        }
    }
    if matches!(text.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(len + 1), Some(b'+' | b'-')));
        match digits(len + 1 + sign) {
            0 => return 0,
            count => len += 1 + sign + count,
        }
    }
    len
}

/// Whether a word holds only what numbers are made of; a date does not.
fn is_numeric(word: &[u8]) -> bool {
    let mut before = b'e';
    word.iter().all(|&byte| {
        let signed = matches!(before, b'e' | b'E');
        before = byte;
        b"0123456789.eE_".contains(&byte) || signed && matches!(byte, b'+' | b'-')
    })
}

/// A number as other languages write it.
struct Sloppy {
    kind: JsonKind,
    reason: &'static str,
    suggestion: String,
    safe: bool,
}

impl Sloppy {
    fn of(word: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(word).ok()?;
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            let value = u64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))?;
            let suggestion = format!("{sign}{value}");
            let reason = "it is hexadecimal";
            return Some(Sloppy { kind: JsonKind::Broken, reason, suggestion, safe: true });
        }
        if digits.contains('_') && digits.starts_with(|first: char| first.is_ascii_digit()) {
            let suggestion = text.replace('_', "");
            let whole = strict_number(suggestion.as_bytes()) == suggestion.len();
            let reason = "its digits are separated";
            return whole.then_some(Sloppy {
                kind: JsonKind::Broken,
                reason,
                suggestion,
                safe: true,
            });
        }
        let (mantissa, exponent) = match digits.find(['e', 'E']) {
            Some(at) => digits.split_at(at),
            None => (digits, ""),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let reason = if text.starts_with('+') {
            "it has a plus sign"
        } else if whole.is_empty() {
            "no digit stands before the point"
        } else if mantissa.ends_with('.') {
            "no digit follows the point"
        } else {
            "it has a leading zero"
        };
        let trimmed = whole.trim_start_matches('0');
        // In other languages a leading zero may mean octal.
        let safe = whole.len() <= 1 || !whole.starts_with('0');
        let whole = if trimmed.is_empty() { "0" } else { trimmed };
        let point = if mantissa.contains('.') { "." } else { "" };
        let fraction = if point == "." && fraction.is_empty() { "0" } else { fraction };
        let suggestion = format!("{sign}{whole}{point}{fraction}{exponent}");
        let has_digits = mantissa.bytes().any(|byte| byte.is_ascii_digit());
        let whole = has_digits && strict_number(suggestion.as_bytes()) == suggestion.len();
        whole.then_some(Sloppy { kind: JsonKind::Number, reason, suggestion, safe })
    }
}

//! The table in words: what a bound, a condition or a check says.

use std::fmt::{self, Display, Write as _};

use crate::table::{
    Bound, Check, Forms, Kind, Literal, MediaClass, Path, Range, Ratio, Step, When,
};

impl Display for Path {
    /// `image_list[].type`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Each => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

impl Display for Ratio {
    /// As pages print it: `1:2.5`, `2.5:1`; `16:9` where that is no short decimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ratio { width, height } = *self;
        let (short, long) = (width.min(height), width.max(height));
        let is_decimal = short > 0 && (u64::from(long) * 1000).is_multiple_of(u64::from(short));
        let ratio = f64::from(long) / f64::from(short);
        match is_decimal {
            true if width < height => write!(f, "1:{ratio}"),
            true => write!(f, "{ratio}:1"),
            false => write!(f, "{width}:{height}"),
        }
    }
}

impl Display for Literal {
    /// As JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(value) => value.fmt(f),
            Literal::Integer(value) => value.fmt(f),
            Literal::Number(value) => value.fmt(f),
            Literal::Text(value) => write!(f, "{value:?}"),
        }
    }
}

impl<T: Display + PartialEq> Display for Range<T> {
    /// `2 to 4`, `at most 500`, `at least 300`, `exactly 1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) if min == max => write!(f, "exactly {min}"),
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("any number of"),
        }
    }
}

impl Display for Forms {
    /// `a public URL or Base64`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.url, self.base64) {
            (true, true) => "a public URL or Base64",
            (true, false) => "a public URL",
            (false, true) => "Base64",
            (false, false) => "nothing",
        })
    }
}

impl Kind {
    /// The JSON type: `a string`, `an array or an object`.
    pub const fn phrase(&self) -> &'static str {
        match self {
            Kind::Any => "anything",
            Kind::Bool => "true or false",
            Kind::Text | Kind::Choice(_) | Kind::Media(_) => "a string",
            Kind::Number => "a number",
            Kind::Integer => "a whole number",
            Kind::NumericId => "a whole number or a string of digits",
            Kind::List(_) => "an array",
            Kind::Object(_) => "an object",
            Kind::Either { usual, .. } => usual.phrase(),
        }
    }
}

impl MediaClass {
    /// `image` or `video`.
    pub const fn word(self) -> &'static str {
        match self {
            MediaClass::Image => "image",
            MediaClass::Video => "video",
        }
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Chars(range) => write!(f, "{range} characters (Unicode code points)"),
            Bound::Names(names) => write!(f, "known names: {}", join(names, "or")),
            Bound::OtherNames(names) => write!(f, "also known: {}", join(names, "or")),
            Bound::TakenUpstream(values) => {
                write!(f, "{} only at Kling itself", join(values, "and"))
            }
            Bound::Choices => f.write_str("one of a closed set"),
            Bound::Value(range) => range.fmt(f),
            Bound::Items(range) => write!(f, "{range} items"),
            Bound::Url => f.write_str("an `http://` or `https://` URL"),
            Bound::Unique => f.write_str("its own value in each request"),
            Bound::Forms(forms) => forms.fmt(f),
            Bound::Formats(formats) => {
                let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
                write!(f, "{} by content", names.join(" or "))
            }
            Bound::Bytes(size) => write!(f, "at most {} MB, decoded", size.0),
            Bound::Edge(range) => write!(f, "each side {range} pixels"),
            Bound::Ratio(range) => {
                write!(f, "width to height from {} to {}, both allowed", range.min, range.max)
            }
            Bound::Seconds(range) => write!(f, "{range} seconds"),
            Bound::FramesPerSecond(range) => write!(f, "{range} frames per second"),
        }
    }
}

impl Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Always => f.write_str("always"),
            When::Present(path) => write!(f, "`{path}` is present"),
            When::NonEmpty(path) => {
                let vowel = path.to_string().starts_with(['a', 'e', 'i', 'o', 'u']);
                write!(f, "there is {} `{path}`", if vowel { "an" } else { "a" })
            }
            When::Len(path, range) => match (range.min, range.max) {
                (Some(min), None) => write!(f, "`{path}` holds {min} items or more"),
                (_, Some(1)) if range.min == range.max => write!(f, "`{path}` holds one item"),
                _ => write!(f, "`{path}` holds {range} items"),
            },
            When::Is { path, values, default } => {
                // One item of a list is enough.
                let some = if path.0.contains(&Step::Each) { "some " } else { "" };
                write!(f, "{some}`{path}` is {}", join(values, "or"))?;
                match default {
                    Some(default) if values.contains(default) => f.write_str(" or absent"),
                    _ => Ok(()),
                }
            }
            When::Not(When::Present(path)) => write!(f, "`{path}` is absent"),
            When::Not(When::NonEmpty(path)) => write!(f, "there is no `{path}`"),
            When::Not(when) => write!(f, "not ({when})"),
            When::All(all) => f.write_str(&together(all, &|part| match part {
                When::Any(_) => format!("({part})"),
                part => part.to_string(),
            })),
            When::Any(any) => {
                let parts: Vec<String> = any.iter().map(ToString::to_string).collect();
                f.write_str(&listed(&parts, "or"))
            }
        }
    }
}

impl Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Check::CountCap { lists, cases, otherwise } => {
                let lists: Vec<String> = lists.iter().map(|path| format!("`{path}`")).collect();
                write!(f, "{} together hold at most ", lists.join(" and "))?;
                for (when, cap) in *cases {
                    write!(f, "{cap} when {when}, ")?;
                }
                write!(f, "{otherwise}{}", if cases.is_empty() { "" } else { " otherwise" })
            }
            Check::Requires { when, needs } => write!(f, "when {when}, then {needs}"),
            Check::AtMostOne(groups) => {
                f.write_str("at most one of ")?;
                for (index, group) in groups.iter().enumerate() {
                    let paths: Vec<String> = group.iter().map(|path| format!("`{path}`")).collect();
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{}", paths.join(" with "))?;
                }
                Ok(())
            }
            Check::Only { path, values, when } => {
                write!(f, "`{path}` is only {} when {when}", join(values, "or"))
            }
            Check::Forbid { path, when } => write!(f, "no `{path}` when {when}"),
            Check::Supported { paths, axes, rows } => {
                let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
                write!(f, "{} only with ", paths.join(" and "))?;
                for (index, row) in rows.iter().enumerate() {
                    let mut cell = String::new();
                    for (axis, value) in axes.iter().zip(*row) {
                        if let Some(value) = value {
                            let space = if cell.is_empty() { "" } else { " " };
                            let _ = write!(cell, "{space}{}={value}", axis.path);
                        }
                    }
                    let semicolon = if index == 0 { "" } else { "; " };
                    write!(f, "{semicolon}{cell}")?;
                }
                Ok(())
            }
            Check::References { text, kinds, .. } => {
                write!(f, "each `<<<kind_N>>>` in `{text}` points into its list: ")?;
                let kinds: Vec<String> =
                    kinds.iter().map(|kind| format!("{} in `{}`", kind.word, kind.list)).collect();
                f.write_str(&kinds.join(", "))
            }
            Check::SameSize(one, other) => write!(f, "`{one}` has the pixels of `{other}`"),
            Check::SameRatio(one, other) => write!(f, "`{one}` has the aspect ratio of `{other}`"),
            Check::PointsInside { points, image } => {
                write!(f, "the points of `{points}` lie inside `{image}`")
            }
            Check::Ignored { path, when } => write!(f, "`{path}` is ignored when {when}"),
            Check::Unread { path, when } => {
                write!(f, "`{path}` is ignored, whatever it is, when {when}")
            }
            Check::Defaulted { path, when } => {
                write!(f, "the default of `{path}` applies when it is absent and {when}")
            }
        }
    }
}

/// `"a" or "b"`, quoted as JSON.
pub fn join(values: &[&str], last: &str) -> String {
    let mut out = String::with_capacity(values.iter().map(|value| value.len() + 4).sum());
    push_listed(&mut out, values, last, |out, value| match is_plain(value) {
        true => {
            out.push('"');
            out.push_str(value);
            out.push('"');
        }
        // Writing to a String cannot fail.
        false => drop(write!(out, "{value:?}")),
    });
    out
}

/// Whether nothing in a text needs an escape.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'))
}

/// Conditions that hold together, each put in words by `say`. Lists that must be absent are named in
/// one breath: "there is no `a`, `b` or `c`".
pub fn together(all: &[When], say: &dyn Fn(&When) -> String) -> String {
    let mut parts = Vec::new();
    let mut absent = Vec::new();
    for part in all {
        match part {
            When::Not(When::NonEmpty(path)) => absent.push(format!("`{path}`")),
            part => parts.push(say(part)),
        }
    }
    if !absent.is_empty() {
        parts.push(format!("there is no {}", listed(&absent, "or")));
    }
    listed(&parts, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub fn listed(parts: &[String], last: &str) -> String {
    let mut out = String::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    push_listed(&mut out, parts, last, |out, part| out.push_str(part));
    out
}

/// Appends parts one after the other, the last after a word of its own.
fn push_listed<T>(out: &mut String, parts: &[T], last: &str, push: impl Fn(&mut String, &T)) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 && index + 1 == parts.len() {
            out.extend([" ", last, " "]);
        } else if index > 0 {
            out.push_str(", ");
        }
        push(out, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_words() {
        let all = ["a", "b c", "d"].map(String::from);
        assert_eq!(listed(&all[..0], "or"), "");
        assert_eq!(listed(&all[..1], "or"), "a");
        assert_eq!(listed(&all[..2], "or"), "a or b c");
        assert_eq!(listed(&all, "and"), "a, b c and d");
    }

    #[test]
    fn values_are_quoted_as_debug_does() {
        for value in ["", "kling-v1-6", "16:9", "a\"b", "a\\b", "a\nb", "é\u{202e}", "\u{7f}"] {
            assert_eq!(join(&[value, "x"], "or"), format!("{value:?} or \"x\""));
        }
    }
}

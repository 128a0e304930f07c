//! Paths and values of rules against the types, judged while the program is compiled.
//!
//! Each function panics with the sentence it was given; in a constant that is a compile error.

use crate::table::{Choice, Kind, Literal, Object, Step};

/// What a rule expects at the end of a path.
#[derive(Clone, Copy, Debug)]
pub enum Want {
    /// It need only be there.
    Anything,
    /// A list.
    List,
    /// A text, of a closed set or not.
    Text,
    /// An image or a video.
    Media,
}

/// The kind at the end of the path; each step has its own sentence for leading nowhere.
#[track_caller]
pub const fn follow(from: Kind, steps: &[Step], misses: &[&'static str]) -> Kind {
    let mut kind = from;
    let mut at = 0;
    while at < steps.len() {
        match next(usual(kind), steps[at]) {
            Some(found) => kind = found,
            None => panic!("{}", misses[at]),
        }
        at += 1;
    }
    usual(kind)
}

/// What the rule expects is there.
#[track_caller]
pub const fn expect(kind: Kind, want: Want, message: &'static str) {
    let fits = matches!(
        (want, kind),
        (Want::Anything, _)
            | (_, Kind::Any)
            | (Want::List, Kind::List(_))
            | (Want::Text, Kind::Text | Kind::Choice(_))
            | (Want::Media, Kind::Media(_))
    );
    if !fits {
        panic!("{}", message);
    }
}

/// A closed set has this value.
#[track_caller]
pub const fn value(kind: Kind, value: &str, message: &'static str) {
    if let Kind::Choice(choices) = kind
        && !has(choices, value)
    {
        panic!("{}", message);
    }
}

/// The default is of this kind.
#[track_caller]
pub const fn default(kind: Kind, literal: Literal, message: &'static str) {
    let fits = match (usual(kind), literal) {
        (Kind::Any, _)
        | (Kind::Bool, Literal::Bool(_))
        | (Kind::Text | Kind::Media(_) | Kind::NumericId, Literal::Text(_))
        | (Kind::Number | Kind::Integer | Kind::NumericId, Literal::Integer(_))
        | (Kind::Number, Literal::Number(_)) => true,
        (Kind::Choice(choices), Literal::Text(text)) => has(choices, text),
        _ => false,
    };
    if !fits {
        panic!("{}", message);
    }
}

const fn usual(kind: Kind) -> Kind {
    let mut kind = kind;
    while let Kind::Either { usual, .. } = kind {
        kind = *usual;
    }
    kind
}

const fn next(kind: Kind, step: Step) -> Option<Kind> {
    match (kind, step) {
        // Of what is open nothing is known.
        (Kind::Any, _) => Some(Kind::Any),
        (Kind::List(item), Step::Each) => Some(*item),
        (Kind::Object(object), Step::Key(key)) => field(object, key),
        _ => None,
    }
}

const fn field(object: &Object, key: &str) -> Option<Kind> {
    let mut at = 0;
    while at < object.fields.len() {
        if same(object.fields[at].key, key) {
            return Some(object.fields[at].kind);
        }
        at += 1;
    }
    let mut at = 0;
    while at < object.known.len() {
        if same(object.known[at].key, key) {
            return Some(Kind::Any);
        }
        at += 1;
    }
    None
}

const fn has(choices: &[Choice], value: &str) -> bool {
    let mut at = 0;
    while at < choices.len() {
        if same(choices[at].value, value) {
            return true;
        }
        at += 1;
    }
    false
}

/// `==` for strings is not const yet.
pub const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

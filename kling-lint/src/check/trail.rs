//! The way from the root to the value under check: names for messages, pointers and rows.
//!
//! A linked list on the stack: nothing is allocated until there is something to say.

use std::ops::Range;

use kling_schema::Basis;
use kling_schema::rules::Rule;

use crate::finding::{Draft, Params};
use crate::printable;

/// How a row's name says "each item".
pub(crate) const EACH: &str = "[]";
/// Bytes that most names and pointers fit in.
const ROOM: usize = 48;

/// A key as a step of a JSON Pointer.
#[cfg(any(feature = "house-rules", test))]
pub(crate) fn escaped(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    push_escaped(&mut out, key);
    out
}

/// A key of more bytes stands in no pointer, which ends at the object around it: findings inside would
/// repeat the key, one by one, and a stream keeps only its ends.
pub(crate) const LONGEST_KEY: usize = 1024;

/// Appends a key as a step of a JSON Pointer.
pub(crate) fn push_step(pointer: &mut String, key: &str) {
    pointer.push('/');
    push_escaped(pointer, key);
}

fn push_escaped(out: &mut String, key: &str) {
    let mut rest = key;
    while let Some(at) = memchr::memchr2(b'~', b'/', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push_str(if rest.as_bytes()[at] == b'~' { "~0" } else { "~1" });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// The way to one value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trail<'a> {
    up: Option<&'a Trail<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    /// The request; its short name.
    Root(&'static str),
    Key(&'a str),
    /// A key of the table: short, and nothing in it to escape.
    Field(&'static str),
    Index(usize),
    /// A key, or `[]`, that the table has and a tolerated shape leaves out.
    Implied(&'a str),
}

impl<'a> Trail<'a> {
    /// At the request's top.
    pub(crate) fn root(owner: &'static str) -> Self {
        Trail { up: None, step: Step::Root(owner) }
    }

    /// Down to a key.
    pub(crate) fn key(&'a self, key: &'a str) -> Trail<'a> {
        Trail { up: Some(self), step: Step::Key(key) }
    }

    /// Down to a key of the table.
    pub(crate) fn field(&'a self, key: &'static str) -> Trail<'a> {
        Trail { up: Some(self), step: Step::Field(key) }
    }

    /// Down to an item, counted from 0.
    pub(crate) fn index(&'a self, index: usize) -> Trail<'a> {
        Trail { up: Some(self), step: Step::Index(index) }
    }

    /// Down to what a tolerated shape leaves out: the row has it, the document does not.
    pub(crate) fn implied(&'a self, step: &'a str) -> Trail<'a> {
        Trail { up: Some(self), step: Step::Implied(step) }
    }

    /// Calls back with the way to another key of the same object.
    pub(crate) fn sibling<R>(&self, key: &str, then: impl FnOnce(&Trail<'_>) -> R) -> R {
        match self.up {
            Some(up) => then(&up.key(key)),
            None => then(self),
        }
    }

    /// The request's short name and the key, when this is a field at its top.
    pub(crate) fn top(&self) -> Option<(&'static str, &'static str)> {
        match (self.up?.step, self.step) {
            (Step::Root(owner), Step::Field(key)) => Some((owner, key)),
            _ => None,
        }
    }

    /// The short name of the request's endpoint.
    pub(crate) fn owner(&self) -> &'static str {
        match self.step {
            Step::Root(owner) => owner,
            Step::Key(_) | Step::Field(_) | Step::Index(_) | Step::Implied(_) => {
                self.up.map_or("", Trail::owner)
            }
        }
    }

    /// JSON Pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let mut out = String::with_capacity(ROOM);
        self.push_pointer(&mut out);
        out
    }

    /// Whether the pointer leads to the value, and not to an object around it.
    fn push_pointer(&self, out: &mut String) -> bool {
        if !self.up.is_none_or(|up| up.push_pointer(out)) {
            return false;
        }
        match self.step {
            Step::Root(_) | Step::Implied(_) => {}
            Step::Field(key) => {
                out.push('/');
                out.push_str(key);
            }
            Step::Key(key) if key.len() > LONGEST_KEY => return false,
            Step::Key(key) => push_step(out, key),
            Step::Index(index) => {
                out.push('/');
                printable::push_number(out, index as u64);
            }
        }
        true
    }

    /// The name in a message, in backticks: `` `image_list[2].image` ``.
    pub(crate) fn shown(&self) -> String {
        let mut out = String::with_capacity(ROOM);
        out.push('`');
        self.push_shown(&mut out);
        if out.len() == 1 {
            return String::from("the request");
        }
        out.push('`');
        out
    }

    fn push_shown(&self, out: &mut String) {
        if let Some(up) = self.up {
            up.push_shown(out);
        }
        match self.step {
            Step::Root(_) | Step::Implied(_) => {}
            Step::Key(key) => {
                if out.len() > 1 {
                    out.push('.');
                }
                printable::push_shortened(out, key);
            }
            Step::Field(key) => {
                if out.len() > 1 {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Index(index) => {
                out.push('[');
                printable::push_number(out, index as u64);
                out.push(']');
            }
        }
    }

    /// The row's name: `omni-video/image_list[].image_url/max-bytes`.
    pub(crate) fn constraint(&self, aspect: &str) -> String {
        let mut out = String::with_capacity(ROOM + aspect.len());
        self.push_row(&mut out, &mut true);
        if !out.ends_with('/') {
            out.push('/');
        }
        out.push_str(aspect);
        out
    }

    fn push_row(&self, out: &mut String, first: &mut bool) {
        if let Some(up) = self.up {
            up.push_row(out, first);
        }
        match self.step {
            Step::Root(owner) => {
                out.push_str(owner);
                out.push('/');
            }
            Step::Index(_) | Step::Implied(EACH) => out.push_str(EACH),
            Step::Key(key) | Step::Field(key) | Step::Implied(key) => {
                if !std::mem::take(first) {
                    out.push('.');
                }
                out.push_str(key);
            }
        }
    }

    /// A finding about this value that breaks the row of this aspect: pointer, constraint and the
    /// parameters `field` and `owner` are filled in.
    pub(crate) fn broken(
        &self,
        rule: &'static Rule,
        basis: Basis,
        aspect: &str,
        span: Range<u32>,
    ) -> Draft {
        let mut draft = self.found(rule, basis, span);
        draft.constraint = Some(self.constraint(aspect));
        draft
    }

    /// A finding about this value that rests on no row.
    pub(crate) fn found(&self, rule: &'static Rule, basis: Basis, span: Range<u32>) -> Draft {
        Draft {
            rule,
            constraint: None,
            basis,
            pointer: self.pointer(),
            span,
            params: Params::of(self.shown(), self.owner()),
            fix: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use kling_schema::Object;
    use kling_schema::endpoints::ENDPOINTS;

    use super::*;

    /// Whether the keys of a table read the same as a step of a name and of a pointer.
    fn is_plain(object: &Object) -> bool {
        object.fields.iter().all(|field| {
            printable::shorten(field.key) == field.key
                && escaped(field.key) == field.key
                && field.kind.table().is_none_or(is_plain)
        })
    }

    #[test]
    fn keys_of_the_table_need_no_escape() {
        assert!(ENDPOINTS.iter().all(|object| is_plain(object)));
    }

    #[test]
    fn names_of_a_nested_value() {
        let root = Trail::root("omni-video");
        let list = root.key("image_list");
        let item = list.index(2);
        let url = item.key("a/b~c");
        assert_eq!(url.pointer(), "/image_list/2/a~1b~0c");
        assert_eq!(url.shown(), "`image_list[2].a/b~c`");
        assert_eq!(
            item.key("image_url").constraint("max-bytes"),
            "omni-video/image_list[].image_url/max-bytes"
        );
        let long = "k".repeat(LONGEST_KEY + 1);
        assert_eq!(item.key(&long).pointer(), "/image_list/2");
        assert_eq!(item.key(&long).index(1).pointer(), "/image_list/2");
        assert_eq!(item.key(&long[1..]).pointer().len(), "/image_list/2/".len() + LONGEST_KEY);
        let short = item.implied("image_url");
        assert_eq!(short.pointer(), "/image_list/2");
        assert_eq!(short.constraint("form"), "omni-video/image_list[].image_url/form");
        assert_eq!(root.pointer(), "");
        assert_eq!(root.shown(), "the request");
    }
}

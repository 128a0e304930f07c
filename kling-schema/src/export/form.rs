//! The forms of a media string.

use serde_json::{Value, json};

use super::json_schema::{Export, is_error};
use super::node::{CODE, Node, types};
use crate::locator::Patterns;
use crate::rules::media as rules;
use crate::table::{Forms, Limit};

const INSIDE: &str =
    "what the Base64 holds: a short text that begins as no known format does is no file";
const NO_PATTERN: &str = "the forms are a long pattern, which is no type";

/// The forms that every documented row admits, if any row says so with an error.
fn admitted(limits: &[Limit]) -> Option<Forms> {
    limits
        .iter()
        .filter(|limit| is_error(limit.basis))
        .filter_map(|limit| limit.bound.forms())
        .reduce(|one, other| Forms::new(one.url && other.url, one.base64 && other.base64))
}

impl Export {
    /// Adds what a media string may be as a text.
    pub(super) fn form(&mut self, node: Node, limits: &[Limit], null: bool, path: &str) -> Node {
        let Some(forms) = admitted(limits) else {
            return node;
        };
        let aspect = limits.iter().find_map(|limit| {
            limit.bound.forms().map(|_| limit.bound.aspect(crate::aspect::End::Max))
        });
        let row = self.row(path, aspect.unwrap_or_default());
        match self.profile() {
            super::Profile::Types => {
                for rule in
                    [&rules::NOT_A_MEDIA_SOURCE, &rules::DATA_URL_PREFIX, &rules::BAD_BASE64]
                {
                    self.cannot(row.clone(), rule, NO_PATTERN);
                }
                node
            }
            super::Profile::Zod => {
                self.cannot(row, &rules::NOT_A_MEDIA_SOURCE, INSIDE);
                node.refuse("pattern", one_pattern(forms), &rules::NOT_A_MEDIA_SOURCE)
            }
            super::Profile::Draft202012 | super::Profile::Draft07 => {
                self.cannot(row, &rules::NOT_A_MEDIA_SOURCE, INSIDE);
                branches(forms, null).into_iter().fold(node, Node::also)
            }
        }
    }
}

/// Three branches, of which a text breaks one at most: so each error says one thing.
fn branches(forms: Forms, null: bool) -> [Value; 3] {
    let patterns = Patterns::new();
    let kind = types("string", null);
    let starts = starts(forms, &patterns);
    let source = [
        Some(&*starts),
        Some(&patterns.suffix),
        Some(&patterns.data),
        Some(base64(forms, &patterns)),
    ];
    let source = source.into_iter().flatten().collect::<Vec<_>>().join("|");
    [
        json!({
            "type": kind,
            "not": { "type": "string", "pattern": patterns.data },
            CODE: rules::DATA_URL_PREFIX.id,
        }),
        json!({ "type": kind, "pattern": source, CODE: rules::NOT_A_MEDIA_SOURCE.id }),
        json!({
            "if": { "type": "string", "pattern": starts },
            "else": {
                "type": kind,
                "not": { "type": "string", "pattern": patterns.unfetchable },
            },
            CODE: rules::NOT_A_MEDIA_SOURCE.id,
        }),
    ]
}

/// The same in one pattern, for a consumer whose regular expressions can look ahead.
fn one_pattern(forms: Forms) -> String {
    let patterns = Patterns::new();
    let Patterns { suffix, data, unfetchable, .. } = &patterns;
    let base64 = base64(forms, &patterns).trim_start_matches('^');
    format!("{}|^(?!{data}|{unfetchable})(?:{base64}|[^]*{suffix})", starts(forms, &patterns))
}

/// What settles the form by its beginning.
fn starts(forms: Forms, patterns: &Patterns) -> String {
    if forms.url { format!("{}|{}", patterns.url, patterns.path) } else { patterns.path.clone() }
}

/// Base64 or nothing; nothing where Base64 is not taken.
fn base64(forms: Forms, patterns: &Patterns) -> &'static str {
    if forms.base64 { patterns.base64 } else { "^$" }
}

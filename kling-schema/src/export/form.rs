//! Media strings: the forms of the text, and what no text tells.

use serde_json::{Value, json};

use super::json_schema::{Export, is_error};
use super::node::{CODE, Node, types};
use crate::aspect::End;
use crate::locator::Patterns;
use crate::rules::{Rule, media as rules, shape};
use crate::table::{Bound, Forms, Limit};

const INSIDE: &str = "what the Base64 holds, as a short text that begins as no known format does is no file; and \
     whether a local path leads to a file that can be read";
/// Why nothing that files hold is said.
pub(super) const CONTENT: &str = "what a file holds is not in the request's text";
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
        let aspect = limits
            .iter()
            .find_map(|limit| limit.bound.forms().map(|_| limit.bound.aspect(End::Max)));
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
                self.inside(forms, row);
                node.refuse("pattern", one_pattern(forms), &rules::NOT_A_MEDIA_SOURCE)
            }
            super::Profile::Draft202012 | super::Profile::Draft07 => {
                self.inside(forms, row);
                branches(forms, null).into_iter().fold(node, Node::also)
            }
        }
    }

    /// Where Base64 is taken, the linter looks into it.
    fn inside(&mut self, forms: Forms, row: String) {
        if forms.base64 {
            self.cannot(row, &rules::NOT_A_MEDIA_SOURCE, INSIDE);
        }
    }

    /// Bounds of a media that no text tells.
    pub(super) fn unsaid(&mut self, limits: &'static [Limit], path: &str) {
        for limit in limits.iter().filter(|limit| is_error(limit.basis)) {
            let ends: &[(End, &'static Rule)] = match limit.bound {
                Bound::Formats(_) => &[(End::Max, &rules::WRONG_FORMAT)],
                Bound::Bytes(_) => &[(End::Max, &rules::TOO_MANY_BYTES)],
                Bound::Edge(_) => {
                    &[(End::Min, &rules::TOO_FEW_PIXELS), (End::Max, &rules::TOO_MANY_PIXELS)]
                }
                Bound::Ratio(_) => &[(End::Max, &rules::BAD_RATIO)],
                Bound::Seconds(_) => {
                    &[(End::Min, &rules::TOO_SHORT_VIDEO), (End::Max, &rules::TOO_LONG_VIDEO)]
                }
                Bound::FramesPerSecond(_) => {
                    &[(End::Min, &rules::BAD_FRAME_RATE), (End::Max, &rules::BAD_FRAME_RATE)]
                }
                Bound::Chars(_)
                | Bound::Names(_)
                | Bound::OtherNames(_)
                | Bound::TakenUpstream(_)
                | Bound::Choices
                | Bound::Value(_)
                | Bound::Items(_)
                | Bound::Url
                | Bound::Unique
                | Bound::Forms(_) => &[],
            };
            for (end, rule) in ends {
                let row = self.row(path, limit.bound.aspect(*end));
                if self.rows.iter().any(|known| known.name == row) {
                    self.cannot(row, rule, CONTENT);
                }
            }
        }
    }
}

/// Three branches, of which a text breaks one at most: so each error says one thing.
fn branches(forms: Forms, null: bool) -> [Value; 3] {
    let patterns = Patterns::new();
    let kind = types("string", null);
    let codes = |keyword: &str, rule: &Rule| {
        let mut codes = json!({ "type": shape::WRONG_TYPE.id, keyword: rule.id });
        if !null {
            codes["null"] = shape::MISSING_FIELD.id.into();
        }
        codes
    };
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
            CODE: codes("not", &rules::DATA_URL_PREFIX),
        }),
        json!({
            "type": kind,
            "pattern": source,
            CODE: codes("pattern", &rules::NOT_A_MEDIA_SOURCE),
        }),
        json!({
            "if": { "type": "string", "pattern": format!("{starts}|{}", patterns.data) },
            "else": {
                "type": kind,
                "not": { "type": "string", "pattern": patterns.unfetchable },
                CODE: codes("not", &rules::NOT_A_MEDIA_SOURCE),
            },
        }),
    ]
}

/// The same in one pattern, for a consumer whose regular expressions can look ahead.
fn one_pattern(forms: Forms) -> String {
    let patterns = Patterns::new();
    let Patterns { suffix, data, unfetchable, .. } = &patterns;
    let base64 = base64(forms, &patterns).trim_start_matches('^');
    format!("{}|^(?!{data}|{unfetchable})(?:{base64}|[\\s\\S]*{suffix})", starts(forms, &patterns))
}

/// What settles the form by its beginning.
fn starts(forms: Forms, patterns: &Patterns) -> String {
    if forms.url { format!("{}|{}", patterns.url, patterns.path) } else { patterns.path.clone() }
}

/// Base64 or nothing; nothing where Base64 is not taken.
fn base64(forms: Forms, patterns: &Patterns) -> &str {
    if forms.base64 { &patterns.base64 } else { "^$" }
}

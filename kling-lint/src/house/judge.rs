//! Errors become findings, at their places in the request.

use std::fmt::Write as _;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Broken;
use kling_schema::rules::house::{HOUSE_RULE, NOT_JUDGED};
use kling_schema::{Basis, Severity};

use super::instance::{self, Finder, Found, Instance, Step, tokens};
use super::sentence::{Subject, sentence};
use super::{Policy, keywords, way};
use crate::check::trail::{LONGEST_KEY, push_step};
use crate::check::{Checked, describe, pointer_at};
use crate::finding::Draft;
use crate::printable::shorten;
use crate::read::{JsonKind, Node};

/// How many findings are made of one request; the rest is counted.
const KEPT: usize = 1_000;
/// Characters of a title that a message takes.
const TITLE: usize = 256;

impl Policy {
    /// Compares a request with the policy, and adds what it finds. What is no JSON is not compared:
    /// the reader has spoken.
    pub(crate) fn judge(&self, root: Node<'_>, judged: &mut Checked) {
        let Some(Instance { value, is_whole }) = instance::value(root) else {
            return;
        };
        let validator = if is_whole { &self.validator } else { &self.partial };
        let mut finder = Finder::new(root);
        keywords::unjudged();
        for (index, error) in validator.iter_errors(&value).enumerate() {
            if index < KEPT {
                judged.drafts.push(self.draft(root, &mut finder, &error));
            } else {
                judged.dropped[Severity::Error as usize] += 1;
            }
        }
        if let Some(&at) = keywords::unjudged().first() {
            let pointer = pointer_at(root, at);
            let found = finder.find(&pointer);
            let mut draft = Draft::new(&NOT_JUDGED, Basis::team(Severity::Info), found.node.span())
                .with("field", shown(&found.steps))
                .with("limit", "64 KiB")
                .with("policy", shorten(self.graph.name()));
            draft.pointer = pointer;
            judged.drafts.push(draft);
        }
    }

    fn draft<'d>(
        &self,
        root: Node<'d>,
        finder: &mut Finder<'d>,
        error: &ValidationError<'_>,
    ) -> Draft {
        let path = error.instance_path().as_str();
        let found = finder.find(path);
        let node = found.node;
        let start = node.span().start;
        let opening = start..start + 1;
        // Where the finding points, and the key that is wrong, if it is a key.
        let (span, key) = match error.kind() {
            Broken::Required { .. } | Broken::MinProperties { .. } => (opening, None),
            Broken::AdditionalProperties { unexpected }
            | Broken::UnevaluatedProperties { unexpected } => {
                let keys = unexpected.iter().filter_map(|key| finder.member(node, key));
                match keys.min_by_key(|member| member.key.span().start) {
                    Some(member) => (member.key.span(), Some(member.key)),
                    None => (opening, None),
                }
            }
            Broken::PropertyNames { error } => {
                let key = error.instance().as_str().unwrap_or_default();
                match finder.member(node, key) {
                    Some(member) => (member.key.span(), Some(member.key)),
                    None => (opening, None),
                }
            }
            Broken::FalseSchema => (found.key.unwrap_or(node).span(), None),
            _ if node.kind() == JsonKind::Object => (opening, None),
            _ => (node.span(), None),
        };
        let name = shown(&found.steps);
        let (full, bare) = (describe::value(node), describe::bare(node));
        let len = node.text().map_or(node.len() as u64, |text| text.counts().chars);
        let of = Subject { name: &name, found: &full, bare: &bare, len };
        let told = sentence(&self.graph, error, &of);
        let way = way::to(&self.graph, error);
        let keyword = error.kind().keyword().to_owned();
        let mut draft = Draft::new(&HOUSE_RULE, Basis::team(Severity::Error), span)
            .with("field", name)
            .with("keyword", shorten(&keyword))
            .with("told", told)
            .with_some("title", way.title.map(title))
            .with("policy", crate::printable::escape(&way.place));
        draft.constraint = Some(way.name);
        draft.pointer = pointer(root, path, &found, key);
        draft
    }
}

/// The pointer to what was judged, or to the key in it that is wrong.
fn pointer(root: Node<'_>, path: &str, found: &Found<'_>, key: Option<Node<'_>>) -> String {
    let leads_there = !instance::has_stand_in(path)
        && tokens(path).count() == found.steps.len()
        && tokens(path).all(|key| key.len() <= LONGEST_KEY);
    let mut pointer =
        if leads_there { path.to_owned() } else { pointer_at(root, found.node.span().start) };
    if let Some(text) = key.and_then(Node::text).filter(|text| !text.is_longer(LONGEST_KEY)) {
        push_step(&mut pointer, &text.to_str());
    }
    pointer
}

/// The name in a message, in backticks: `` `image_list[2].image` ``.
fn shown(steps: &[Step<'_>]) -> String {
    if steps.is_empty() {
        return "the request".into();
    }
    let mut out = String::from("`");
    for step in steps {
        match step {
            Step::Key(key) => {
                if out.len() > 1 {
                    out.push('.');
                }
                let text = key.text().map(|text| text.head(256).into_owned());
                out.push_str(&shorten(&text.unwrap_or_default()));
            }
            Step::Index(index) => {
                let _ = write!(out, "[{index}]");
            }
        }
    }
    out.push('`');
    out
}

/// The team's own words, on one line.
fn title(text: &str) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.len() > TITLE * 4 {
            break;
        }
    }
    let cut = words.chars().count() > TITLE;
    let words: String = words.chars().take(TITLE).collect();
    format!("{}{}", crate::printable::escape(&words), if cut { "…" } else { "" })
}

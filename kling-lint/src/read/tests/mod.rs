//! The reader as a whole.

mod accept;
mod differential;
mod limits;
mod quick;
mod recovery;
mod strings;

use kling_schema::Severity;
use serde_json::{Map, Value};

use super::{JsonKind, Node, read};
use crate::finding::Draft;
use crate::load::Loaded;

/// The findings and the value, if there is one.
pub(super) fn reading(text: &[u8]) -> (Vec<Draft>, Option<Value>) {
    let loaded = Loaded::from_bytes(text);
    let mut drafts = Vec::new();
    let document = read(&loaded, &mut drafts);
    (drafts, document.map(|document| value(document.root())))
}

pub(super) fn errors(drafts: &[Draft]) -> Vec<&'static str> {
    let errors = drafts.iter().filter(|draft| draft.basis.severity == Severity::Error);
    errors.map(|draft| draft.rule.name).collect()
}

/// The value as serde_json would have read it; what is broken is `"<broken>"`. Our own tests may
/// recurse: nesting is limited.
pub(super) fn value(node: Node<'_>) -> Value {
    match node.kind() {
        JsonKind::Null => Value::Null,
        JsonKind::Bool => Value::Bool(node.boolean().expect("a Bool")),
        JsonKind::Number => {
            let number = node.number().expect("a number");
            serde_json::from_str(number.text()).unwrap_or_else(|_| Value::from(number.as_f64()))
        }
        JsonKind::String => Value::from(node.text().expect("a string").to_str().into_owned()),
        JsonKind::Array => node.items().map(value).collect(),
        JsonKind::Object => {
            let mut map = Map::new();
            for member in node.members() {
                let key = member.key.text();
                let key = key.map_or("<broken>".into(), |text| text.to_str().into_owned());
                map.insert(key, value(member.value));
            }
            Value::Object(map)
        }
        JsonKind::Broken => Value::from("<broken>"),
    }
}

/// Every node of a document, for checks of the tape.
pub(super) fn nodes(root: Node<'_>) -> Vec<Node<'_>> {
    let mut found = vec![root];
    let mut at = 0;
    while let Some(&node) = found.get(at) {
        found.extend(node.items());
        found.extend(node.members().flat_map(|member| [member.key, member.value]));
        at += 1;
    }
    found
}
mod cascade;

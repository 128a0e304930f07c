//! One subschema in the making.

use serde_json::{Map, Value, json};

use crate::rules::{Rule, shape};

/// The keyword that maps a validator's error to our rule.
pub(super) const CODE: &str = "x-kling-code";

/// A subschema: annotations, keywords, and which rule each keyword checks.
#[derive(Debug, Default)]
pub(super) struct Node {
    notes: Map<String, Value>,
    keywords: Map<String, Value>,
    codes: Vec<(&'static str, &'static str)>,
    /// Whether anything is refused further down.
    below: bool,
}

impl Node {
    /// Accepts anything.
    pub(super) fn any() -> Self {
        Node::default()
    }

    /// Of this JSON type, `null` beside it if it is let pass; another one breaks the rule.
    pub(super) fn of(kind: &str, null: bool, rule: &'static Rule) -> Self {
        Node::any().refuse("type", types(kind, null), rule)
    }

    /// What the schema says beside its assertions.
    pub(super) fn note(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.notes.insert(keyword.into(), value.into());
        self
    }

    /// A keyword that refuses nothing by itself.
    pub(super) fn keyword(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.keywords.insert(keyword.into(), value.into());
        self
    }

    /// A subschema below a keyword that refuses nothing by itself.
    pub(super) fn child(mut self, keyword: &str, child: Node) -> Self {
        self.below |= child.asserts();
        self.keywords.insert(keyword.into(), child.into_value());
        self
    }

    /// The same, told that something below refuses.
    pub(super) fn asserting(mut self, asserts: bool) -> Self {
        self.below |= asserts;
        self
    }

    /// A keyword whose failure is a finding of this rule. A keyword that is taken goes to `allOf`.
    pub(super) fn refuse(
        mut self,
        keyword: &'static str,
        value: impl Into<Value>,
        rule: &'static Rule,
    ) -> Self {
        if self.keywords.contains_key(keyword) {
            let (mut other, mut codes) = (Map::new(), Map::new());
            if let Some(kind) = self.keywords.get("type") {
                other.insert("type".into(), kind.clone());
                codes.insert("type".into(), shape::WRONG_TYPE.id.into());
            }
            other.insert(keyword.into(), value.into());
            codes.insert(keyword.into(), rule.id.into());
            other.insert(CODE.into(), codes.into());
            return self.also(other.into());
        }
        self.codes.push((keyword, rule.id));
        self.keywords.insert(keyword.into(), value.into());
        self
    }

    /// Which rule `null` breaks, where `type` refuses it.
    pub(super) fn null_breaks(mut self, rule: &'static Rule) -> Self {
        self.codes.push(("null", rule.id));
        self
    }

    /// One more branch of `allOf`, which carries its own code.
    pub(super) fn also(mut self, branch: Value) -> Self {
        self.below = true;
        let all = self.keywords.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            all.push(branch);
        }
        self
    }

    /// Whether anything is refused, here or further down.
    pub(super) fn asserts(&self) -> bool {
        !self.codes.is_empty() || self.below
    }

    /// Whether it refuses anything but another type.
    pub(super) fn refuses_beyond_type(&self) -> bool {
        self.codes.iter().any(|(keyword, _)| !["type", "null"].contains(keyword)) || self.below
    }

    pub(super) fn value_of(&self, keyword: &str) -> Option<&Value> {
        self.keywords.get(keyword)
    }

    pub(super) fn has_type(&self) -> bool {
        self.keywords.contains_key("type")
    }

    pub(super) fn into_value(self) -> Value {
        let mut map = self.notes;
        map.extend(self.keywords);
        if let Some((_, first)) = self.codes.first() {
            let code = if self.codes.iter().all(|(_, code)| code == first) {
                (*first).into()
            } else {
                let codes = self.codes.iter();
                codes.map(|(keyword, code)| (String::from(*keyword), Value::from(*code))).collect()
            };
            map.insert(CODE.into(), code);
        }
        map.into()
    }
}

/// `"string"`, or `["string", "null"]`.
pub(super) fn types(kind: &str, null: bool) -> Value {
    if null { json!([kind, "null"]) } else { kind.into() }
}

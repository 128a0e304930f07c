//! The linter and the exported schema of one object, side by side.

use kling_lint::kling_schema::Object;
use kling_lint::kling_schema::export::{Profile, Unexported, json_schema, unexported};
use kling_lint::{Linter, Severity};
use kling_tests::is_exported;
use serde_json::Value;

/// One object's linter, schema, and what the schema leaves out.
pub(crate) struct Pair {
    name: &'static str,
    linter: Linter,
    schema: jsonschema::Validator,
    left_out: Vec<Unexported>,
}

impl Pair {
    pub(crate) fn new(object: &'static Object, linter: Linter, profile: Profile) -> Self {
        let schema = json_schema(object, profile, false);
        Pair {
            name: object.name,
            linter,
            schema: jsonschema::validator_for(schema.as_value()).expect("a schema"),
            left_out: unexported(object, profile),
        }
    }

    pub(crate) fn accepts(&self, body: &Value) -> bool {
        self.schema.is_valid(body)
    }

    /// What the two say of a body, when they differ.
    pub(crate) fn difference(&self, body: &Value) -> Option<String> {
        let report = self.linter.lint_value(body);
        let errors: Vec<String> = report
            .findings()
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .filter(|finding| is_exported(&self.left_out, finding, body))
            .map(|finding| format!("{} {}", finding.rule.id, finding.pointer))
            .collect();
        if errors.is_empty() == self.schema.is_valid(body) {
            return None;
        }
        let refused: Vec<String> = self
            .schema
            .iter_errors(body)
            .map(|error| format!("{} {}", error.schema_path(), error.instance_path()))
            .collect();
        Some(format!("{}: {body}\n    linter: {errors:?}\n    schema: {refused:?}", self.name))
    }
}

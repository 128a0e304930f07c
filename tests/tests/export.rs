//! The linter and the exported schemas give one verdict.

use kling_lint::kling_schema::endpoints::ENDPOINTS;
use kling_lint::kling_schema::export::{Profile, Unexported, json_schema, unexported};
use kling_lint::kling_schema::{Object, locator};
use kling_lint::{Finding, Severity};
use kling_tests::{bytes, fixtures, linter};
use serde_json::Value;

/// One endpoint's linter, schema, and what the schema leaves out.
struct Pair {
    object: &'static Object,
    linter: kling_lint::Linter,
    schema: jsonschema::Validator,
    left_out: Vec<Unexported>,
}

impl Pair {
    fn all(profile: Profile) -> Vec<Pair> {
        let pair = |object: &&'static Object| Pair {
            object,
            linter: linter(object.name),
            schema: jsonschema::validator_for(json_schema(object, profile, false).as_value())
                .expect("a schema"),
            left_out: unexported(object, profile),
        };
        ENDPOINTS.iter().map(pair).collect()
    }

    /// What the two say of a body, when they differ.
    fn difference(&self, body: &Value) -> Option<String> {
        let report = self.linter.lint_value(body);
        let errors: Vec<String> = report
            .findings()
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .filter(|finding| self.is_exported(finding, body))
            .map(|finding| format!("{} {}", finding.rule.id, finding.pointer))
            .collect();
        let refused: Vec<String> = self
            .schema
            .iter_errors(body)
            .map(|error| format!("{} {}", error.schema_path(), error.instance_path()))
            .collect();
        (errors.is_empty() != refused.is_empty()).then(|| {
            format!("{}: {body}\n    linter: {errors:?}\n    schema: {refused:?}", self.object.name)
        })
    }

    /// Whether the schema has to find it too.
    fn is_exported(&self, finding: &Finding, body: &Value) -> bool {
        let Some(constraint) = &finding.constraint else { return true };
        let left_out = self
            .left_out
            .iter()
            .any(|entry| entry.constraint == *constraint && entry.rule == finding.rule);
        // Of the forms only what the Base64 holds is left out.
        let text = body.pointer(&finding.pointer).and_then(Value::as_str);
        let is_form = constraint.ends_with("/form");
        !left_out || is_form && !text.is_some_and(locator::is_source)
    }
}

/// Every request of the fixtures, by whatever endpoint it is for.
fn bodies() -> Vec<Value> {
    let mut folders = vec![
        fixtures().join("requests"),
        fixtures().join("realistic"),
        fixtures().join("pages/requests"),
    ];
    let mut bodies = Vec::new();
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = folder
            .read_dir()
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json")
                && let Ok(body) = serde_json::from_slice(&bytes(&path))
            {
                bodies.push(body);
            }
        }
    }
    assert!(bodies.len() > 200, "only {} bodies", bodies.len());
    bodies
}

/// Each body for each endpoint: most are bad requests for three of the four.
#[test]
fn one_verdict_on_the_fixtures() {
    let bodies = bodies();
    for profile in [Profile::Draft202012, Profile::Draft07] {
        let mut wrong = Vec::new();
        for pair in Pair::all(profile) {
            wrong.extend(bodies.iter().filter_map(|body| pair.difference(body)));
        }
        let shown: Vec<&String> = wrong.iter().take(20).collect();
        assert!(wrong.is_empty(), "{profile:?}: {} differ: {shown:#?}", wrong.len());
    }
}

//! One verdict: the linter has no error of an exported constraint exactly when the exported schema
//! accepts; so in both drafts, open and closed.
//!
//! A debug build compares 10,000 generated documents and a sample of each large grid; everything is
//! `cargo test --release -p kling-tests --test agreement`: 200,000 documents, whole grids. For a longer
//! run set `AGREEMENT_DOCUMENTS`, for other documents `AGREEMENT_SEED`.

mod grids;
mod judge;

use kling_schema::endpoints::ENDPOINTS;
use kling_schema::export::{Profile, json_schema};
use kling_tests::generate::Generator;
use serde_json::Value;

use judge::Judge;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn generated_documents() {
    let count =
        setting("AGREEMENT_DOCUMENTS", if cfg!(debug_assertions) { 10_000 } else { 200_000 });
    let seed = setting("AGREEMENT_SEED", 2026);
    let share = count.div_ceil(ENDPOINTS.len() as u64);
    for judge in Judge::all() {
        let mut generator = Generator::new(judge.object, seed);
        let mut accepted = 0;
        for _ in 0..share {
            let body = generator.document();
            judge.agree_on(&body);
            accepted += u64::from(judge.accepts(&body));
        }
        // Documents of which all or none are good would prove little.
        let name = judge.object.name;
        let balanced = accepted > share / 5 && accepted < share * 4 / 5;
        assert!(balanced, "{name}: {accepted} of {share} are accepted");
    }
}

#[test]
fn every_reference_resolves() {
    fn check(at: &Value, root: &Value) {
        match at {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    let found = target.strip_prefix('#').and_then(|it| root.pointer(it));
                    assert!(found.is_some(), "{target}");
                }
                members.values().for_each(|inner| check(inner, root));
            }
            Value::Array(all) => all.iter().for_each(|inner| check(inner, root)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    for object in ENDPOINTS {
        for profile in Profile::ALL {
            for closed in [false, true] {
                let schema = json_schema(object, profile, closed).to_value();
                check(&schema, &schema);
            }
        }
    }
}

/// On these they parted once.
#[test]
fn documents_that_parted() {
    let image = |text: String| serde_json::json!({ "image": text });
    for judge in Judge::all().filter(|judge| judge.object.field("image").is_some()) {
        judge.agree_on(&image("\n".repeat(192) + "mailto:a@b.png"));
        judge.agree_on(&image("data:".into()));
        judge.agree_on(&image("DATA:,".to_owned() + &" ".repeat(33)));
        judge.agree_on(&serde_json::json!({ "image": null }));
    }
}

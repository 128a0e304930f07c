//! The linter and the exported schemas give one verdict.

mod own_rules;
mod pair;

use kling_lint::kling_schema::endpoints::ENDPOINTS;
use kling_lint::kling_schema::export::Profile;
use kling_tests::{bytes, fixtures, linter};
use serde_json::{Value, json};

use pair::Pair;

fn pairs(profile: Profile) -> impl Iterator<Item = Pair> {
    ENDPOINTS.iter().map(move |object| Pair::new(object, linter(object.name), profile))
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
    for profile in Profile::ALL {
        let mut wrong = Vec::new();
        for pair in pairs(profile) {
            wrong.extend(bodies.iter().filter_map(|body| pair.difference(body)));
        }
        let shown: Vec<&String> = wrong.iter().take(20).collect();
        assert!(wrong.is_empty(), "{profile:?}: {} differ: {shown:#?}", wrong.len());
    }
}

/// Values that are one step beside a good one, or far from it.
fn beside(value: &Value) -> Vec<Value> {
    let mut all = vec![
        json!(null),
        json!(""),
        json!(" "),
        json!([]),
        json!({}),
        json!(true),
        json!(0),
        json!(1.0),
        json!(-0.5),
        json!(18_446_744_073_709_551_615_u64),
        json!("x"),
        json!("cats"),
        json!("5"),
        json!("data:image/png;base64,iVBORw0KGgo="),
        json!("https://cdn.kling.ai/a.webp"),
        json!("www.kling.ai/a.png"),
        json!("\u{1f408}".repeat(500)),
        json!("\u{1f408}".repeat(501)),
        json!("\u{1f408}".repeat(2501)),
        json!([null]),
        json!(["https://cdn.kling.ai/a.mp4"]),
        json!([{}]),
        json!([value]),
    ];
    if let Value::Array(items) = value {
        all.push(items.iter().skip(1).cloned().collect());
        for count in 1..9 {
            all.push(items.iter().cycle().take(count).cloned().collect());
        }
        all.extend(items.first().cloned());
    }
    if let Value::Object(members) = value {
        for key in members.keys() {
            let mut fewer = members.clone();
            fewer.remove(key);
            all.push(fewer.into());
        }
        let mut more = members.clone();
        more.insert("unheard_of".into(), json!(1));
        all.push(more.into());
    }
    all
}

/// Every value of every good body, replaced by one beside it.
#[test]
fn one_verdict_on_the_neighbours_of_the_fixtures() {
    fn pointers(at: String, value: &Value, all: &mut Vec<String>) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointers(format!("{at}/{index}"), item, all);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    pointers(format!("{at}/{key}"), member, all);
                }
            }
            _ => {}
        }
        all.push(at);
    }
    let bodies = bodies();
    for pair in pairs(Profile::Draft202012) {
        let (mut wrong, mut compared) = (Vec::new(), 0);
        for body in bodies.iter().filter(|body| pair.accepts(body)) {
            let mut all = Vec::new();
            pointers(String::new(), body, &mut all);
            for at in all {
                for other in body.pointer(&at).map(beside).unwrap_or_default() {
                    let mut changed = body.clone();
                    if let Some(value) = changed.pointer_mut(&at) {
                        *value = other;
                        compared += 1;
                        wrong.extend(pair.difference(&changed));
                    }
                }
            }
        }
        assert!(compared > 1_000, "only {compared}");
        let shown: Vec<&String> = wrong.iter().take(8).collect();
        assert!(wrong.is_empty(), "{} of {compared} differ: {shown:#?}", wrong.len());
    }
}

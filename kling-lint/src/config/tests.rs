use proptest::prelude::*;
use serde_json::{Value, json};

use super::keys::{KEYS, OF_IGNORE};
use super::*;

/// What is wrong with a config.
fn faults(text: &str) -> Vec<String> {
    parse(text).err().unwrap_or_default()
}

#[test]
fn an_empty_config_says_nothing() {
    for text in ["", "\n# only a comment\n", "\u{feff}", "[severity]\n[endpoints]\n[house]\n"] {
        assert_eq!(faults(text), [""; 0], "{text}");
    }
}

#[test]
fn every_key_is_read() {
    let config = parse(
        r#"
fail-on = "info"
strict = true
wire = true
root = "assets"
exclude = ["drafts/"]
models = ["kling-v9"]

[severity]
too-long = "off"
kl1002 = "info"
"omni-video/prompt/max-chars" = "warning"

[endpoints]
"z/*.json" = "omni-video"
"a/*.json" = "image2video"

[[ignore]]
files = ["a", "b"]
pointers = ["/image_list/*/image", "/**"]
rules = ["KL1001"]

[[ignore]]
rules = ["missing-field", "omni-video/prompt/max-chars"]

[house]
omni-video = "policy.schema.json"
"#,
    )
    .expect("a config");
    assert_eq!(config.fail_on, Some(Set { value: FailOn::Info, line: 2 }));
    assert_eq!(config.strict, Some(Set { value: true, line: 3 }));
    assert_eq!(config.wire, Some(Set { value: true, line: 4 }));
    assert_eq!(config.root, Some(Set { value: PathBuf::from("assets"), line: 5 }));
    assert_eq!(config.exclude.map(|set| set.value.first("drafts/a.json")), Some(Some(0)));
    assert_eq!(config.models, Some(Set { value: vec!["kling-v9".to_owned()], line: 7 }));
    let severity: Vec<_> = config.severity.iter().map(|(rule, set)| (&**rule, set.value)).collect();
    let expected = [
        ("KL2001", Level::Off),
        ("KL1002", Level::As(Severity::Info)),
        ("omni-video/prompt/max-chars", Level::As(Severity::Warning)),
    ];
    assert_eq!(severity, expected);
    // In the order of the file, not of the alphabet.
    assert_eq!(config.endpoints.globs.texts(), ["z/*.json", "a/*.json"]);
    assert_eq!(config.endpoints.objects[0].value.name, "omni-video");
    assert_eq!(config.endpoints.objects[0].line, 15);
    let [first, second] = config.ignores.as_slice() else { panic!("two") };
    assert_eq!((first.files.clone(), first.pointers.len()), (0..2, 2));
    assert_eq!((second.files.clone(), second.rules.len()), (2..2, 2));
    assert_eq!(second.rules, ["KL1001", "omni-video/prompt/max-chars"]);
    let house = &config.house["omni-video"];
    assert_eq!((house.value.to_str(), house.line), (Some("policy.schema.json"), 27));
}

/// Texts that are wrong at one place; what comes before the first colon-blank is the place.
#[test]
fn every_mistake_has_a_sentence() {
    let cases = [
        "fail_on = \"error\"",
        "colour = 1",
        "fail-on = \"warn\"",
        "fail-on = 1",
        "strict = \"yes\"",
        "wire = 1979-05-27",
        "root = \"\"",
        "root = [\".\"]",
        "exclude = \"drafts\"",
        "exclude = [1.5]",
        "exclude = [\"!a\"]",
        "exclude = [\"a[b\"]",
        "exclude = [\"a{b\"]",
        "exclude = [\"a}b\"]",
        "exclude = [\"[b-a]\"]",
        "exclude = [\"a\\\\\"]",
        "exclude = [\"../a\"]",
        "exclude = [\"/\"]",
        "models = [{}]",
        "severity = \"off\"",
        "severity.nothing-alike-at-all = \"off\"",
        "severity.too-lnog = \"off\"",
        "severity.too-long = \"fatal\"",
        "severity.too-long = true",
        "[severity]\ntoo-long = \"off\"\nKL2001 = \"off\"",
        "endpoints = []",
        "endpoints.\"*\" = \"omnivideo\"",
        "endpoints.\"*\" = \"text2video\"",
        "endpoints.\"*\" = \"\"",
        "endpoints.\"a[\" = \"omni-video\"",
        "ignore = \"KL1001\"",
        "ignore = [1]",
        "[ignore]\nrules = [\"KL1001\"]",
        "[[ignore]]\nfiles = [\"a\"]",
        "[[ignore]]\nfiles = []\nrules = [\"KL1001\"]",
        "[[ignore]]\npointers = []\nrules = [\"KL1001\"]",
        "[[ignore]]\nrules = []",
        "[[ignore]]\nrule = \"KL1001\"\nrules = [\"KL1001\"]",
        "[[ignore]]\npointers = [\"a\"]\nrules = [\"KL1001\"]",
        "[[ignore]]\npointers = [\"/a*\"]\nrules = [\"KL1001\"]",
        "[[ignore]]\npointers = [\"/a~b\"]\nrules = [\"KL1001\"]",
        "[house]\nomni = \"a.json\"",
        "[house]\nomni-video = {}",
        "strict = tru",
        "strict = true\nstrict = true",
        "[severity",
        "\u{1b}[31m = 1",
        "\"\u{1b}[31m\u{202e}\" = 1",
    ];
    let mut told = String::new();
    for case in cases {
        let faults = faults(case);
        let shown = crate::printable::escape(&case.replace('\n', " ⏎ "));
        told.push_str(&format!("{shown}\n"));
        assert!(!faults.is_empty(), "{case}");
        for fault in faults {
            assert!(fault.chars().all(crate::printable::is_safe), "{fault:?}");
            told.push_str(&format!("    {fault}\n"));
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn all_mistakes_are_told_at_once_up_to_the_broken_line() {
    assert_eq!(faults("a = 1\nb = 1\n\nstrict = 1").len(), 3);
    let told = faults("a = 1\nstrict = tru\nb = 1");
    assert_eq!(told.len(), 2, "{told:?}");
    // One mistake a line, and not all that an open quote brings with it.
    assert_eq!(faults("wire = tru\nstrict = tru\n").len(), 2);
    assert_eq!(faults(&"a = \"\n".repeat(100)).len(), 3);
    let many: String = (0..100).map(|at| format!("key{at} = 1\n")).collect();
    let told = faults(&many);
    assert_eq!((told.len(), told[20].as_str()), (21, " 80 more mistakes"));
}

#[test]
fn hostile_configs_are_refused() {
    for text in [
        format!("exclude = {}", "[".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(50_000)),
        format!("exclude = [{}]", "\"a\", ".repeat(50_000)),
        format!("models = [{}]", "1, ".repeat(50_000)),
        format!("[severity]\n{} = \"off\"", "a".repeat(500_000)),
        format!("[[ignore]]\nrules = [\"KL1001\"]\npointers = [\"{}\"]", "/**".repeat(50_000)),
        "[[ignore]]\n".repeat(50_000),
        "\0".repeat(10),
    ] {
        let told = faults(&text);
        assert!(!told.is_empty() && told.len() <= 21);
        assert!(told.iter().all(|line| line.len() < 400), "{told:?}");
    }
}

/// A value that each key takes, and one that it does not.
fn value_for(key: &str) -> (Value, Value) {
    match key {
        "fail-on" => (json!("never"), json!("off")),
        "strict" | "wire" => (json!(true), json!("true")),
        "root" => (json!("a"), json!("")),
        "exclude" => (json!(["a/**"]), json!(["!a"])),
        "models" => (json!(["kling-v9"]), json!([1])),
        "severity" => (json!({ "too-long": "off", "KL1001": "info" }), json!({ "too-long": "no" })),
        "endpoints" => (json!({ "*.json": "omni-video" }), json!({ "*.json": "text2video" })),
        "ignore" => (json!([{ "rules": ["KL1001"] }]), json!([{ "files": ["a"] }])),
        "house" => (json!({ "omni-video": "a.json" }), json!({ "omni": "a.json" })),
        "files" => (json!(["a"]), json!([])),
        "pointers" => (json!(["/a/*/**"]), json!(["a"])),
        "rules" => (json!(["KL1001", "omni-video/prompt/max-chars"]), json!(["nothing"])),
        other => panic!("no values for `{other}`"),
    }
}

/// The same in TOML: inline tables say all that JSON says.
fn toml_of(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{key:?} = {}", toml_of(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(toml_of).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

fn document(value: &Value) -> String {
    let entries = value.as_object().expect("a table").iter();
    entries.map(|(key, value)| format!("{key:?} = {}\n", toml_of(value))).collect()
}

#[cfg(feature = "house-rules")]
#[test]
fn parser_and_schema_know_the_same_keys_and_values() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let agree = |value: &Value, good: bool| {
        let text = document(value);
        assert_eq!(validator.is_valid(value), good, "the schema, of {value}");
        assert_eq!(faults(&text).is_empty(), good, "the parser, of {text}");
    };
    let names = schema["properties"].as_object().expect("properties").keys();
    assert!(names.eq(KEYS.iter().map(|key| key.name)));
    let items = &schema["properties"]["ignore"]["items"]["properties"];
    assert!(items.as_object().expect("keys").keys().eq(OF_IGNORE.iter().map(|key| key.name)));
    for key in &KEYS {
        let (good, bad) = value_for(key.name);
        agree(&json!({ key.name: good }), true);
        agree(&json!({ key.name: bad }), false);
        agree(&json!({ key.name: 1 }), false);
    }
    for key in &OF_IGNORE {
        let (good, bad) = value_for(key.name);
        let mut ignore = json!({ "rules": ["KL1001"] });
        ignore[key.name] = good;
        agree(&json!({ "ignore": [ignore] }), true);
        ignore[key.name] = bad;
        agree(&json!({ "ignore": [ignore] }), false);
    }
    agree(&json!({ "colour": 1 }), false);
    agree(&json!({ "ignore": [{ "rules": ["KL1001"], "colour": 1 }] }), false);
    for rule in kling_schema::rules::all() {
        agree(&json!({ "severity": { rule.id: "info" } }), true);
        agree(&json!({ "severity": { rule.name: "info" } }), true);
    }
    for row in kling_schema::rows::all() {
        agree(&json!({ "severity": { row.name: "info" } }), true);
    }
    for object in kling_schema::endpoints::ENDPOINTS {
        agree(&json!({ "house": { object.name: "a.json" } }), true);
    }
}

/// Each config that the page shows is read, but for the one that shows mistakes; and the page has each
/// key.
#[test]
fn the_configs_of_the_page_are_configs() {
    let page = include_str!("../../../docs/config.md").replace("\r\n", "\n");
    let blocks = page.split("\n```toml").skip(1).map(|rest| {
        let (_, rest) = rest.split_once('\n').expect("a line");
        rest.split("```").next().unwrap_or_default()
    });
    let (good, bad): (Vec<_>, Vec<_>) = blocks.partition(|text| faults(text).is_empty());
    assert_eq!(bad, ["fail_on = \"warning\"\n\n[severity]\ntoo-lnog = \"off\"\n"]);
    assert!(good.len() > 5, "{good:?}");
    for key in &KEYS {
        let row = [format!("\n| `{}` |", key.name), format!("\n| `[{}]` |", key.name)];
        let array = format!("\n| `[[{}]]` |", key.name);
        assert!(row.iter().chain([&array]).any(|row| page.contains(row)), "{}", key.name);
    }
    assert!(OF_IGNORE.iter().all(|key| page.contains(&format!("`{}`", key.name))));
}

/// What is committed is what is generated; `.ci/export` writes it.
#[test]
fn the_committed_schema_is_up_to_date() {
    let committed = include_str!("../../kling-lint.schema.json");
    let generated = format!("{:#}\n", schema());
    assert!(committed.replace("\r\n", "\n") == generated, "run .ci/export");
}

proptest! {
    #[test]
    fn any_text_is_a_config_or_is_refused(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn broken_configs_are_refused_with_places(at in 0_usize..200, with in "[\\[\\]{}=\"'.,\\n#a1-]") {
        let text = "fail-on = \"info\"\nexclude = [\"drafts/\"]\n[severity]\ntoo-long = \"off\"\n\
                    [[ignore]]\nrules = [\"KL1001\"]\nfiles = [\"a\"]\n[house]\nomni-video = \"a\"\n";
        let mut broken = text.to_owned();
        broken.insert_str(at.min(text.len()), &with);
        for fault in faults(&broken) {
            let mut parts = fault.splitn(3, ':');
            let line = parts.next().and_then(|line| line.parse::<usize>().ok());
            let column = parts.next().and_then(|column| column.parse::<usize>().ok());
            prop_assert!(line.is_some_and(|line| (1..=12).contains(&line)), "{}", fault);
            prop_assert!(column.is_some_and(|column| column >= 1), "{}", fault);
        }
    }
}

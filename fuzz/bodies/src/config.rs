//! What the config's parser takes, its JSON Schema takes, and the parser again when it is laid out in
//! another way; and every mistake is a sentence with a place.

use std::sync::LazyLock;

use jsonschema::Validator;
use kling_lint::cli::doors;
use serde_json::Value;

static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&doors::config_schema()).expect("a schema"));

/// See the module.
pub fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match doors::config(text) {
        Ok(_) => {
            let value: Value = toml::from_str(text).expect("TOML");
            let wrong = SCHEMA.iter_errors(&value).next().map(|error| error.to_string());
            assert_eq!(wrong, None);
            let again = toml::to_string(&value).expect("TOML");
            assert!(doors::config(&again).is_ok(), "refused in another layout: {again}");
        }
        Err(faults) => {
            assert!(!faults.is_empty(), "refused for nothing");
            for fault in faults {
                assert!(!fault.chars().any(char::is_control), "not escaped: {fault:?}");
                let place = fault.split_once(": ").and_then(|(place, _)| place.split_once(':'));
                let (line, column) = place.expect("a place");
                let line: usize = line.parse().expect("a line");
                let column: usize = column.parse().expect("a column");
                assert!(column > 0 && (1..=text.lines().count() + 1).contains(&line), "{fault}");
            }
        }
    }
}

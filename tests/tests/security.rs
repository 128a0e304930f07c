//! What SECURITY.md promises: each test that it names exists, and so do its numbers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kling_lint::Linter;
use kling_tests::text;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The rows of the table: threat, promise, and what holds it.
fn promises() -> Vec<[String; 3]> {
    let page = text(&root().join("SECURITY.md"));
    let rows: Vec<[String; 3]> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .skip(1)
        .map(|line| {
            let cells: Vec<_> = line.split(" | ").map(String::from).collect();
            cells.try_into().unwrap_or_else(|_| panic!("three cells: {line}"))
        })
        .collect();
    assert!(rows.len() > 15, "{rows:?}");
    rows
}

/// The words between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Whether a file has a test of this name, be it in a macro.
fn has_test(source: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let Some(at) = source.lines().position(|line| line.trim_start().starts_with(&head)) else {
        return false;
    };
    // Between the attribute and the function there are others, and comments.
    let before: Vec<_> = source.lines().take(at).collect();
    let near = before.iter().rev().take_while(|line| {
        let line = line.trim_start();
        line.starts_with("#[") || line.starts_with("//")
    });
    near.into_iter().any(|line| line.trim_start() == "#[test]")
}

#[test]
fn every_promise_is_held_by_tests_that_exist() {
    for [threat, promise, held] in promises() {
        assert!(!promise.is_empty());
        let mut count = 0;
        for name in quoted(&held) {
            count += 1;
            let (file, test) =
                name.split_once("::").map_or((name, None), |(file, test)| (file, Some(test)));
            let path = root().join(file);
            assert!(path.is_file(), "{threat}: there is no {file}");
            if let Some(test) = test {
                assert!(has_test(&text(&path), test), "{threat}: {file} has no test `{test}`");
            }
        }
        assert!(count > 0, "{threat}: nothing holds it");
        assert_eq!(held.matches('`').count(), 2 * count, "{threat}: {held}");
    }
}

/// What strace proves is all promised.
#[test]
fn every_traced_run_is_named() {
    let named: BTreeSet<String> = promises()
        .iter()
        .flat_map(|[_, _, held]| quoted(held).map(String::from).collect::<Vec<_>>())
        .collect();
    for file in ["kling-lint/tests/traced.rs", "kling-submit/tests/traced.rs"] {
        let source = text(&root().join(file));
        let tests = source.lines().filter_map(|line| line.strip_prefix("fn ")?.split_once('('));
        for (test, _) in tests.filter(|(name, _)| has_test(&source, name)) {
            assert!(named.contains(&format!("{file}::{test}")), "SECURITY.md does not name {test}");
        }
    }
}

#[test]
fn no_crate_of_ours_is_unsafe() {
    let forbids =
        |path: &str| text(&root().join(path)).lines().any(|it| it == "unsafe_code = \"forbid\"");
    assert!(forbids("Cargo.toml"));
    for krate in [
        "kling-schema-derive",
        "kling-schema",
        "kling-lint",
        "kling-submit",
        "tests",
        "fuzz/bodies",
    ] {
        let manifest = text(&root().join(krate).join("Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{krate} has lints of its own");
    }
    // What is published says so to its readers, too.
    for krate in ["kling-schema-derive", "kling-schema", "kling-lint", "kling-submit"] {
        let library = text(&root().join(krate).join("src/lib.rs"));
        assert!(library.lines().any(|line| line == "#![forbid(unsafe_code)]"), "{krate}");
    }
}

#[test]
fn the_limits_are_those_of_the_linter() {
    let page = text(&root().join("SECURITY.md"));
    let linter = Linter::builder().endpoint("image2video").build().expect("an endpoint");
    for (rule, input) in [
        ("too-deep", "[".repeat(10_000)),
        ("too-many-values", format!("[{}1]", "1,".repeat(1 << 20))),
    ] {
        let report = linter.lint_str(&input);
        let finding = report.findings().iter().find(|it| it.rule.name == rule);
        let message = &finding.expect("a finding").message;
        let number =
            message.split(' ').find(|word| word.starts_with(|it: char| it.is_ascii_digit()));
        let number = number.expect("a number");
        assert!(page.contains(&format!(" {number}")), "{rule}: {message}");
    }
}

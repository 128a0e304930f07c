//! The book: every page is in it, every link leads somewhere, every rule has its page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kling_schema::rules;
use kling_tests::text;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The pages below a folder, as paths from `docs`.
fn pages(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|it| it == "md") {
            let path = path.strip_prefix(docs()).expect("below docs").to_string_lossy();
            found.insert(path.replace('\\', "/"));
        }
    }
}

/// What links in Markdown lead to, but for addresses and code.
fn links(markdown: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut in_code = false;
    for line in markdown.lines() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for piece in line.split("](").skip(1) {
            let target = piece.split([')', '#']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                links.push(target.to_owned());
            }
        }
    }
    links
}

#[test]
fn every_page_is_in_the_book_once() {
    let mut found = BTreeSet::new();
    pages(&docs(), &mut found);
    found.remove("SUMMARY.md");
    let listed = links(&text(&docs().join("SUMMARY.md")));
    let unique: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(unique.len(), listed.len(), "a page stands twice");
    assert_eq!(unique, found);
}

#[test]
fn every_link_leads_to_a_file() {
    let mut found = BTreeSet::new();
    pages(&docs(), &mut found);
    let mut dead = Vec::new();
    for page in found {
        let path = docs().join(&page);
        for link in links(&text(&path)) {
            if !path.with_file_name("").join(&link).exists() {
                dead.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

/// The pages themselves are compared by `.ci/export --check`.
#[test]
fn every_rule_is_listed_in_order() {
    let listed = links(&text(&docs().join("SUMMARY.md")));
    let listed: Vec<&str> = listed.iter().filter_map(|it| it.strip_prefix("rules/KL")).collect();
    let rules: Vec<String> =
        rules::all().map(|rule| format!("{}-{}.md", &rule.id[2..], rule.name)).collect();
    assert_eq!(listed, rules);
}

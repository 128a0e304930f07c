//! The table against `fixtures/facts.tsv`, an independent witness written from the pages: both ways.

use std::collections::BTreeMap;

use kling_schema::rows::{self, Row};
use kling_tests::table;

/// What both sides say of a constraint. The value of a rule across fields is prose on both sides,
/// so only its rule, tier and severity are compared.
fn said(row: &Row) -> String {
    let aspect = row.name.rsplit('/').next().unwrap_or_default();
    let value = if is_bound(&row.name) { row.value.as_str() } else { "" };
    let value = if matches!(aspect, "editor" | "upstream-key" | "unique") { "" } else { value };
    let letter = row.basis.tier.letter();
    let severity = row.basis.severity.word();
    format!("{} {letter} {severity} {value}", row.rule.name)
}

/// A bound on a value has a path and an aspect; a rule across fields has a name only.
fn is_bound(name: &str) -> bool {
    name.matches('/').count() == 2
}

#[test]
fn the_table_says_what_the_facts_say() {
    let mut facts: BTreeMap<String, String> = BTreeMap::new();
    for line in table("facts.tsv") {
        let [name, rule, tier, severity, value, _] = line.as_slice() else {
            panic!("six columns, not {line:?}");
        };
        let aspect = name.rsplit('/').next().unwrap_or_default();
        let prose = !is_bound(name) || matches!(aspect, "editor" | "upstream-key" | "unique");
        let value = if prose { "" } else { value.as_str() };
        let old = facts.insert(name.clone(), format!("{rule} {tier} {severity} {value}"));
        assert!(old.is_none(), "{name} stands twice in facts.tsv");
    }
    let rows: BTreeMap<String, String> =
        rows::all().iter().map(|row| (row.name.clone(), said(row))).collect();
    let mut differences = Vec::new();
    for (name, fact) in &facts {
        match rows.get(name) {
            None => differences.push(format!("only in facts.tsv: {name}\t{fact}")),
            Some(row) if row != fact => {
                differences.push(format!("{name}\n    facts.tsv: {fact}\n    table:     {row}"));
            }
            Some(_) => {}
        }
    }
    for (name, row) in &rows {
        if !facts.contains_key(name) {
            differences.push(format!("only in the table: {name}\t{row}"));
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn names_are_unique() {
    let mut names: Vec<String> = rows::all().into_iter().map(|row| row.name).collect();
    names.sort();
    let twice: Vec<&[String]> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

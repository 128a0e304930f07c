//! Every fixture says what its table expects, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kling_lint::{Linter, Report, Severity};
use kling_tests::{bytes, fixtures, table, told};

/// The reports of all fixtures of `requests/expected.tsv`, by file. The endpoint is told by the
/// folder, in `document/` by the keys; the files of a folder in `session/` are one run.
fn reports(files: &BTreeSet<String>) -> BTreeMap<String, Report> {
    let root = fixtures().join("requests");
    let mut sessions = BTreeMap::new();
    files
        .iter()
        .map(|file| {
            let path = root.join(file);
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            let name: PathBuf = file.into();
            let text = bytes(&path);
            let report = if file.contains("session/") {
                let session: &mut kling_lint::Session =
                    sessions.entry(folder).or_insert_with(|| Linter::new().session());
                session.lint_bytes(&text, Some(Path::new(name.file_name().expect("a file"))))
            } else if file.contains("document/") {
                Linter::new().lint_bytes(&text)
            } else {
                Linter::new().lint_named(&text, &name)
            };
            (file.clone(), report)
        })
        .collect()
}

#[test]
fn requests() {
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in table("requests/expected.tsv") {
        let [file, rule, severity, pointer] = line.as_slice() else {
            panic!("four columns, not {line:?}");
        };
        let findings = expected.entry(file.clone()).or_default();
        if rule != "-" {
            findings.push(format!("{rule} {severity} {pointer}"));
        }
    }
    let files: BTreeSet<String> = expected.keys().cloned().collect();
    let mut wrong = Vec::new();
    for (file, report) in reports(&files) {
        let mut want = expected.remove(&file).unwrap_or_default();
        let mut have: Vec<String> = report
            .findings()
            .iter()
            .map(|finding| {
                let pointer = if finding.pointer.is_empty() { "-" } else { &finding.pointer };
                format!("{} {} {pointer}", finding.rule.id, finding.severity.word())
            })
            .collect();
        for line in &mut want {
            if line.ends_with(' ') {
                line.push('-');
            }
        }
        want.sort();
        have.sort();
        if want != have {
            wrong.push(format!("{file}\n    expected: {want:?}\n    told:     {have:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn realistic_bodies() {
    let mut wrong = Vec::new();
    for line in table("realistic/expected.tsv") {
        let [file, endpoint, errors, warnings] = line.as_slice() else {
            panic!("four columns, not {line:?}");
        };
        let text = bytes(&fixtures().join("realistic").join(file));
        let linter = match endpoint.as_str() {
            "-" => Linter::new(),
            name => Linter::builder().endpoint(name).build().expect("a covered endpoint"),
        };
        let report = linter.lint_bytes(&text);
        let have_errors = told(&report, Severity::Error);
        let all = told(&report, Severity::Warning);
        let have_warnings: Vec<String> = {
            let mut rest = all;
            for error in &have_errors {
                if let Some(at) = rest.iter().position(|told| told == error) {
                    rest.remove(at);
                }
            }
            rest
        };
        for (what, want, have) in
            [("error", errors, have_errors), ("warning", warnings, have_warnings)]
        {
            if !agree(want, &have) {
                wrong.push(format!(
                    "{file} ({endpoint})\n    {what}s expected: {want}\n    told:     {have:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether findings are those expected; `A|B@pointer` leaves open which of them.
fn agree(want: &str, have: &[String]) -> bool {
    let mut left = have.to_vec();
    for item in want.split(',').filter(|item| *item != "-") {
        let (rules, pointer) = item.split_once('@').unwrap_or((item, ""));
        let found = rules
            .split('|')
            .find_map(|rule| left.iter().position(|told| *told == format!("{rule}@{pointer}")));
        match found {
            Some(at) => drop(left.remove(at)),
            None => return false,
        }
    }
    left.is_empty()
}

/// A finding that names a constraint names one that `rules` lists and `explain` explains.
#[test]
fn constraints_of_findings_are_rows() {
    let rows: BTreeSet<String> =
        kling_schema::rows::all().into_iter().map(|row| row.name).collect();
    let mut files = Vec::new();
    collect(&fixtures().join("requests"), &mut files);
    collect(&fixtures().join("realistic"), &mut files);
    let mut unknown = BTreeSet::new();
    for file in files {
        let report = Linter::new().lint_named(&bytes(&file), &file);
        for finding in report.findings() {
            unknown.extend(finding.constraint.iter().filter(|name| !rows.contains(*name)).cloned());
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_file_stands_in_its_table() {
    let mut listed: BTreeSet<PathBuf> = BTreeSet::new();
    for (folder, name) in
        [("requests", "requests/expected.tsv"), ("realistic", "realistic/expected.tsv")]
    {
        listed.extend(table(name).iter().map(|line| fixtures().join(folder).join(&line[0])));
    }
    let mut files = Vec::new();
    for folder in ["requests", "realistic"] {
        collect(&fixtures().join(folder), &mut files);
    }
    let unlisted: Vec<_> = files.iter().filter(|file| !listed.contains(*file)).collect();
    assert!(unlisted.is_empty(), "no line in expected.tsv: {unlisted:?}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

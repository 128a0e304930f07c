//! What others run of us: the hooks, the wheel, the action. One version, one pattern.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kling_tests::{table, text};
use regex::Regex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

type Hook = BTreeMap<String, String>;

/// The hooks, of which only this much YAML is used: a list of keys and one-line values.
fn hooks() -> Vec<Hook> {
    let mut hooks: Vec<Hook> = Vec::new();
    for line in text(&root().join(".pre-commit-hooks.yaml")).lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with("- ") {
            hooks.push(Hook::new());
        }
        let line = line.strip_prefix("- ").or(line.strip_prefix("  ")).expect("an indented line");
        let (key, value) = line.split_once(": ").expect("a key and a value");
        let hook = hooks.last_mut().expect("a hook");
        let before = hook.insert(key.into(), value.trim_matches('\'').into());
        assert_eq!(before, None, "{key}");
    }
    hooks
}

fn hook(id: &str) -> Hook {
    hooks().into_iter().find(|hook| hook["id"] == id).expect("a hook of this id")
}

#[test]
fn the_ids_and_how_each_is_installed_stay() {
    let told: Vec<String> = hooks()
        .iter()
        .map(|hook| {
            let names = hook.get("pass_filenames").map_or("true", String::as_str);
            format!("{} {} `{}` {names}", hook["id"], hook["language"], hook["entry"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "kling-lint python `kling-lint --skip-unknown` true",
            "kling-lint-config python `kling-lint --skip-unknown` false",
            "kling-lint-src rust `kling-lint-src --skip-unknown` true",
            "kling-lint-system system `kling-lint --skip-unknown` true",
        ]
    );
    // The command has threads of its own, and compares requests with each other.
    assert!(hooks().iter().all(|hook| hook["require_serial"] == "true"));
}

#[test]
fn each_hook_takes_what_it_should() {
    for hook in hooks() {
        let files = Regex::new(&hook["files"]).expect("an expression");
        let whole = hook["id"] == "kling-lint-config";
        for line in table("hooks/names.tsv") {
            let expected = if whole { &line[2] } else { &line[1] };
            assert_eq!(files.is_match(&line[0]), expected == "yes", "{}: {}", hook["id"], line[0]);
        }
    }
}

#[test]
fn every_endpoint_is_known_to_the_hook() {
    let files = Regex::new(&hook("kling-lint")["files"]).expect("an expression");
    for object in kling_schema::endpoints::ENDPOINTS {
        for name in [format!("{}/a.json", object.name), format!("x/a.{}.json", object.name)] {
            assert!(files.is_match(&name), "{name}");
        }
    }
}

/// Names are given after the options, and some hooks have options of their users there: no `--` ends them.
#[test]
fn no_file_name_is_an_option() {
    for hook in hooks().iter().filter(|hook| !hook.contains_key("pass_filenames")) {
        let exclude = Regex::new(&hook["exclude"]).expect("an expression");
        for name in ["-", "--fix.kling.json", "--output=json=/home/me/a.kling.json"] {
            assert!(exclude.is_match(name), "{}: {name}", hook["id"]);
        }
        assert!(!exclude.is_match("a/-b.kling.json") && !exclude.is_match("a-b.kling.json"));
    }
    // The action ends its options before the paths.
    let script = text(&root().join("ci/action.sh"));
    let runs = script.lines().filter(|line| line.trim_start().starts_with("kling-lint "));
    assert!(runs.into_iter().all(|line| line.contains(" -- \"${paths[@]}\"")), "{script}");
    assert!(text(&root().join("kling-lint/src/cli/init.rs")).contains("exclude: '^-'"));
}

#[test]
fn init_writes_the_same_pattern() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = ["kling-lint".into(), "init".into(), folder.path().into()];
    assert_eq!(kling_lint::cli::main(words), ExitCode::SUCCESS);
    let written = text(&folder.path().join(".pre-commit-config.yaml"));
    for id in ["kling-lint", "kling-lint-src", "kling-lint-system"] {
        let hook = hook(id);
        assert!(written.contains(&format!("files: '{}'\n", hook["files"])), "{id}:\n{written}");
    }
}

#[test]
fn one_version() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        ("pyproject.toml", format!("dependencies = [\"kling-lint=={version}\"]")),
        ("ci/gitlab.yml", format!("  KLING_LINT_VERSION: \"{version}\"")),
    ] {
        let text = text(&root().join(file));
        assert!(text.lines().any(|it| it.trim_end() == line), "{file} has no line `{line}`");
    }
}

#[test]
fn what_is_not_ours_is_pinned_by_its_hash() {
    let pinned = Regex::new(r"^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").expect("an expression");
    let text = text(&root().join("action.yml"));
    let uses: Vec<&str> = text.lines().filter_map(|it| it.trim().strip_prefix("uses: ")).collect();
    assert!(!uses.is_empty());
    for it in uses {
        assert!(pinned.is_match(it), "{it}");
    }
}

#[test]
fn no_input_is_pasted_into_a_script() {
    let text = text(&root().join("action.yml"));
    let mut in_script = false;
    for line in text.lines() {
        let word = line.trim_start();
        in_script = word.starts_with("run:") || (in_script && line.starts_with("        "));
        assert!(!(in_script && line.contains("${{")), "{line}");
    }
}

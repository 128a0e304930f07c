//! Ignore files: which count, what they name, and what is none.

use super::*;
use crate::fs::walk::json_files;

/// A folder with these files; a name that ends in `/` is a folder.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a subfolder");
        if name.ends_with('/') {
            std::fs::create_dir_all(path).expect("a folder");
        } else {
            std::fs::write(path, text).expect("a file");
        }
    }
    folder
}

/// What a walk finds in a folder, as paths from there.
fn found(folder: &Path) -> Vec<String> {
    let path = |path: Result<PathBuf, _>| {
        let path = path.expect("nothing is refused");
        path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/")
    };
    json_files(folder).map(path).collect()
}

#[test]
fn the_nearest_word_counts() {
    let folder = folder(&[
        (".gitignore", "a.json\n/top.json\nsub/deep.json\n.seen.json\n"),
        (".ignore", "b.json\n!.seen.json\n"),
        ("a.json", ""),
        ("b.json", ""),
        ("c.json", ""),
        (".seen.json", ""),
        (".hidden.json", ""),
        ("top.json", ""),
        ("sub/.gitignore", "\u{feff}!a.json\nc.json\n"),
        ("sub/a.json", ""),
        ("sub/b.json", ""),
        ("sub/c.json", ""),
        ("sub/top.json", ""),
        ("sub/deep.json", ""),
    ]);
    assert_eq!(found(folder.path()), [".seen.json", "c.json", "sub/a.json", "sub/top.json"]);
    assert_eq!(found(&folder.path().join("sub")), ["a.json", "top.json"]);
}

#[test]
fn what_lies_above_a_repository_does_not_count() {
    let folder = folder(&[
        (".gitignore", "*.json\n"),
        (".ignore", "*.json\n"),
        ("repository/.git/info/exclude", "out.json\n"),
        ("repository/.gitignore", "old.json\n"),
        ("repository/requests/a.json", ""),
        ("repository/requests/old.json", ""),
        ("repository/requests/out.json", ""),
        ("repository/inner/.git/", ""),
        ("repository/inner/old.json", ""),
    ]);
    let repository = folder.path().join("repository");
    assert_eq!(found(&repository), ["inner/old.json", "requests/a.json"]);
    assert_eq!(found(&repository.join("requests")), ["a.json"]);
    assert_eq!(found(folder.path()), [""; 0]);
}

/// Lines that are no glob, bytes that are no text, and a file that is no ignore file.
#[test]
fn what_is_no_rule_ignores_nothing() {
    let folder = folder(&[("[a.json", ""), ("sub/b.json", ""), ("sub/.gitignore/x", "")]);
    std::fs::write(folder.path().join(".gitignore"), b"{a\n[z-a]\n\xff\nb\n").expect("a file");
    assert_eq!(found(folder.path()), ["[a.json", "sub/b.json"]);
    // Brackets in brackets, each of which a compiler may call itself for.
    let deep = format!("{}*.json{}\n", "{".repeat(40_000), "}".repeat(40_000));
    std::fs::write(folder.path().join(".gitignore"), deep).expect("a file");
    assert_eq!(found(folder.path()), ["[a.json", "sub/b.json"]);
}

/// All that count at one time share the room; what is left behind gives it back.
#[test]
fn ignore_files_share_their_room() {
    let half = format!("a.json\n{}", "#\n".repeat(MOST as usize / 4 - 4));
    let folder = folder(&[
        (".gitignore", &half),
        ("one/.gitignore", &half.replace('a', "b")),
        ("one/b.json", ""),
        ("one/two/.ignore", "c.json\n################"),
        ("one/two/c.json", ""),
        ("three/.ignore", "c.json\n################"),
        ("three/a.json", ""),
        ("three/b.json", ""),
        ("three/c.json", ""),
    ]);
    assert_eq!(found(folder.path()), ["one/two/c.json", "three/b.json"]);
}

/// The longest lines that are read, each as much of one sign as there can be.
#[test]
fn lines_made_to_cost_much_end() {
    for (open, close) in [("{", "}"), ("{a,", "}"), ("[", "]"), ("**/", ""), ("?", ""), ("\\", "")]
    {
        let most = LONGEST_LINE / (open.len() + close.len());
        let line = format!("{}{}", open.repeat(most), close.repeat(most));
        let text = format!("{line}\n").repeat(2);
        let rules = rules(Path::new("/a"), text.as_bytes());
        assert!(rules.matched("/a/b/c.json", false).is_none(), "{open}");
    }
}

/// What ripgrep's own walk finds.
fn found_by_ripgrep(folder: &Path) -> Vec<String> {
    let walk = ignore::WalkBuilder::new(folder)
        .require_git(false)
        .sort_by_file_name(|left, right| left.cmp(right))
        .build();
    let path = |entry: Result<ignore::DirEntry, _>| {
        let entry: ignore::DirEntry = entry.expect("nothing is refused");
        let path = entry.path().strip_prefix(folder).expect("below").to_string_lossy();
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        (is_file && path.ends_with(".json")).then(|| path.replace('\\', "/"))
    };
    walk.filter_map(path).collect()
}

/// Some of these files, and what the ignore files say.
fn tree() -> impl proptest::strategy::Strategy<Value = Vec<(String, String)>> {
    use proptest::prelude::*;

    let text = |regex: &str| proptest::string::string_regex(regex).expect("an expression");
    let place = r"([ab]/){0,2}";
    let file = (text(&format!(r"{place}[ab.]?[ab]\.json")), Just(String::new()));
    let name = r"(a|b|\*|\.a|\*\.json|[ab]\.json|\[!a\]\*|\{a,b\})";
    let rule = format!(r"[!#]?/?(\*\*/)?([ab*?]/)?{name}(/|/\*\*)? ?\n");
    let rules = (text(&format!(r"{place}\.(git)?ignore")), text(&format!("({rule}){{0,3}}")));
    (proptest::collection::vec(file, 1..8), proptest::collection::vec(rules, 0..4))
        .prop_map(|(files, rules)| files.into_iter().chain(rules).collect())
}

proptest::proptest! {
    #[test]
    fn a_walk_finds_what_ripgrep_finds(files in tree()) {
        let files: Vec<_> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
        let folder = folder(&files);
        for start in ["", "a", "a/b"] {
            let start = folder.path().join(start);
            if start.is_dir() {
                proptest::prop_assert_eq!(found(&start), found_by_ripgrep(&start));
            }
        }
    }

    #[test]
    fn any_text_is_read(signs in r"([!#/\\*?\[\]{},^a. \n\r-]|\*\*|[\x00-\u{10ffff}]){0,60}", cut in 0..8_usize) {
        let text = signs.as_bytes();
        let rules = rules(Path::new("/a"), &text[..text.len().saturating_sub(cut)]);
        for path in ["/a/b.json", "/a/b/c.json", "/a/!.json", "/elsewhere"] {
            let _ = rules.matched(path, false);
            let _ = rules.matched(path, true);
        }
    }
}

/// A pipe is not waited for, and a device that never ends is not read: without that, this test
/// does not end.
#[cfg(unix)]
#[test]
fn hostile_ignore_files_are_not_read() {
    for target in ["/dev/zero", "/dev/tty", "/proc/self/mem", ".ignore"] {
        let folder = folder(&[("a.json", ""), ("sub/b.json", "")]);
        for place in ["", "sub"] {
            for name in [IGNORE, GITIGNORE] {
                let name = folder.path().join(place).join(name);
                std::os::unix::fs::symlink(target, name).expect("a link");
            }
        }
        assert_eq!(found(folder.path()), ["a.json", "sub/b.json"], "{target}");
        assert_eq!(found(&folder.path().join("sub")), ["b.json"], "{target}");
    }
    let folder = folder(&[("a.json", ""), (".git/info/", "")]);
    for name in [IGNORE, GITIGNORE, EXCLUDE] {
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: no mkfifo");
            return;
        }
    }
    assert_eq!(found(folder.path()), ["a.json"]);
}

/// What a `.git` that is a file leads to is not read.
#[test]
fn a_git_file_is_not_followed() {
    let folder = folder(&[
        ("elsewhere/info/exclude", "*.json\n"),
        ("requests/.git", "gitdir: ../elsewhere\n"),
        ("requests/a.json", ""),
    ]);
    assert_eq!(found(&folder.path().join("requests")), ["a.json"]);
}

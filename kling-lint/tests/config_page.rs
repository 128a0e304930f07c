//! `docs/config.md` is true: what it writes is written, what it runs is run, in its order.

#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/config.md")
}

/// What a command of the page prints: what people see, both streams.
fn told(folder: &Path, line: &str) -> String {
    let arguments = line.strip_prefix("kling-lint").expect("our command").split_whitespace();
    let output = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    text(output.stdout) + &text(output.stderr)
}

/// The page as it would be if it told what is so.
fn as_it_is(page: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match info.split_once(' ') {
            Some((_, file)) => {
                let file = folder.path().join(file);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(file, block.join("\n") + "\n").expect("a file");
            }
            None if info == "console" => {
                for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
                    out.push_str(&format!("$ {command}\n{}", told(folder.path(), command)));
                }
                out.push_str("```\n");
                continue;
            }
            None => {}
        }
        block.iter().for_each(|line| out.extend([*line, "\n"]));
        out.push_str("```\n");
    }
    out
}

/// `UPDATE=1` writes down what is so.
#[test]
#[expect(clippy::disallowed_methods, reason = "a page of the documentation")]
fn the_page_tells_what_is_so() {
    let text = fs::read_to_string(page()).expect("the page").replace("\r\n", "\n");
    let is = as_it_is(&text);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(page(), &is).expect("the page");
    } else {
        agree(&text, &is);
    }
}

/// The first line that differs says more than both pages.
fn agree(text: &str, is: &str) {
    for (line, is) in text.lines().zip(is.lines()) {
        assert_eq!(line, is, "docs/config.md; run with UPDATE=1 and read the diff");
    }
    assert_eq!(text, is, "docs/config.md; run with UPDATE=1 and read the diff");
}

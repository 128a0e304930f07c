//! Texts from everywhere else: the command line, configs, policies, media files, names on the disk.

use std::path::Path;

use proptest::prelude::*;

use super::{command_in, folder, no_command, reports, texts, write};
use crate::readers::{plain, without_colours};

/// Whatever is said, nothing in it acts. Colours are forced, or the streams would take escapes out.
fn calm(folder: &Path, words: &[&str]) {
    let told = command_in(folder, words, &[("CLICOLOR_FORCE", "1")]);
    for (what, text) in [("stdout", &told.out), ("stderr", &told.err)] {
        let text = without_colours(text);
        plain(what, &text);
        no_command(what, &text);
        assert!(text.len() < 1 << 20, "{} bytes of {what}", text.len());
    }
}

/// Commands with a word that stands anywhere a text can.
fn command_lines(word: &str) -> Vec<Vec<&str>> {
    let mut lines = vec![vec![word]];
    for before in
        ["explain", "schema", "types", "man", "completions", "pack", "rules", "init", "baseline"]
    {
        lines.push(vec![before, "--", word]);
        lines.push(vec![before, word]);
    }
    for option in [
        "--endpoint",
        "--format",
        "--config",
        "--baseline",
        "--output",
        "--root",
        "--fail-on",
        "--jobs",
        "--color",
        "--stdin-filename",
    ] {
        lines.push(vec!["--color=always", option, word, "."]);
    }
    lines.extend([
        vec!["rules", "--format", word],
        vec!["schema", "--profile", word, "omni-video"],
        vec!["schema", "omni-video", "--out", word, "--check"],
        vec!["types", "ts", "--out", word, "--check"],
        vec!["pack", "a.json", "--output", word],
        vec!["--stdin-filename", word, "-"],
    ]);
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn words_of_a_command_line(word in texts::text(), dashes in 0..3_usize) {
        let folder = folder();
        write(&folder.path().join("a.json"), "{\"image\": \"./x\\u001b[2J##[error].png\"}");
        let word = format!("{}{}", &"--"[..dashes.min(2)], word.replace('\0', "_"));
        for line in command_lines(&word) {
            calm(folder.path(), &line);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_config(config in texts::config(), request in texts::request()) {
        let folder = folder();
        write(&folder.path().join("kling-lint.toml"), &config);
        write(&folder.path().join("a.json"), &request);
        for words in [
            &["--color=always", "--endpoint=omni-video", "-v", "a.json"][..],
            &["--color=always", "--show-config"],
            &["--color=always", "--show-files", "."],
            &["--color=always", "baseline", "write"],
        ] {
            calm(folder.path(), words);
        }
    }

    #[test]
    fn a_policy(policy in texts::policy(), request in texts::request()) {
        let folder = folder();
        write(&folder.path().join("kling-lint.toml"), "[house]\nomni-video = \"policy.json\"\n");
        write(&folder.path().join("policy.json"), &policy);
        write(&folder.path().join("a.json"), &request);
        for format in ["human", "concise", "json", "jsonl", "sarif", "gitlab", "junit"] {
            let format = format!("--format={format}");
            calm(folder.path(), &["--color=always", "--endpoint=omni-video", &format, "-v", "a.json"]);
        }
    }

    #[test]
    fn media_files(files in proptest::collection::vec((texts::name(), texts::media()), 1..4)) {
        let folder = folder();
        let mut paths = Vec::new();
        for (at, (name, bytes)) in files.iter().enumerate() {
            let name = format!("{name}{}", [".png", ".jpg", ".mp4"][at % 3]);
            std::fs::write(folder.path().join(&name), bytes).expect("a file");
            paths.push(name);
        }
        // The formats count these in their own ways.
        reports(folder.path(), &[], &paths);
        // A request that names them, and one that names their neighbours.
        let images: Vec<_> = paths
            .iter()
            .flat_map(|name| [format!("./{name}"), format!("./{name}x.png"), format!("./x{name}")])
            .map(|path| serde_json::json!({"image_url": path}))
            .collect();
        let request = serde_json::json!({"prompt": "<<<image_1>>>", "image_list": images});
        write(&folder.path().join("a.omni-video.json"), &request.to_string());
        super::agree(&reports(folder.path(), &[], &["a.omni-video.json".into()]));
        calm(folder.path(), &["pack", "a.omni-video.json", "--output", "body.json"]);
    }
}

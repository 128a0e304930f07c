//! What a dry run opens, under strace: the request and what it names. No socket, no ledger, no key.

#![cfg(target_os = "linux")]

#[path = "../../kling-lint/tests/common/traced.rs"]
mod traced;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use traced::Traced;

/// A PNG of 300 × 300 pixels, as far as its header tells.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x2c\0\0\x01\x2c\x08\0\0\0\0\x8e\xe2\xbc\x0a";

#[test]
fn a_dry_run_reaches_nothing_but_the_request() {
    let temporary = tempfile::tempdir().expect("a folder");
    let outer = temporary.path().canonicalize().expect("a path");
    let [home, here] = ["home", "here"].map(|name| outer.join(name));
    for folder in [&home, &here] {
        fs::create_dir(folder).expect("a folder");
    }
    fs::write(here.join("cat.png"), PNG).expect("a file");
    fs::write(home.join("key"), "sk-SENTINEL-0123456789").expect("a file");
    let body = |image: &str| {
        format!(r#"{{"model_name":"kling-v1-6","image":"{image}","prompt":"The cat yawns."}}"#)
    };
    fs::write(here.join("good.image2video.json"), body("cat.png")).expect("a file");
    fs::write(here.join("bad.image2video.json"), body("../home/key.png")).expect("a file");
    let key = Path::new("sk-SENTINEL-0123456789");
    let environment = [("HOME", home.as_path()), ("COMETAPI_KEY", key)];
    for (name, image, status) in [("good", Some("here/cat.png"), 0), ("bad", None, 1)] {
        let request = format!("{name}.image2video.json");
        let command = env!("CARGO_BIN_EXE_kling-submit");
        let arguments = [&request, "--dry-run", "--key-file", "../home/key"];
        let ran = traced::run(&here, command, &arguments, Stdio::null(), &environment);
        let Some(run) = ran else { return };
        assert_eq!(run.status, Some(status), "{name}: {}{}", run.stdout, run.stderr);
        run.assert_keeps_to(&[&outer]);
        let mut read = Traced::within(&run.read, &outer);
        read.retain(|path| path != "here");
        let mut expected = vec![format!("here/{request}")];
        expected.extend(image.map(String::from));
        expected.sort_unstable();
        assert_eq!(read, expected, "{run:#?}");
        assert!(run.written.is_empty(), "{:#?}", run.written);
        // No socket, and no file made, moved or taken away.
        assert_eq!(run.asked(), [""; 0]);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains("SENTINEL"), "{run:#?}");
    }
}

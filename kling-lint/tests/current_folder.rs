//! The current folder belongs to the process: this test has one of its own.

#![cfg(feature = "fs")]

use std::{env, fs};

use kling_lint::{Linter, LocalFiles};

#[test]
fn a_request_without_a_name_lies_in_the_folder_that_was_current_at_first() {
    let root = tempfile::tempdir().expect("a folder");
    let inner = root.path().join("inner");
    fs::create_dir(&inner).expect("a folder");
    fs::write(root.path().join("cat.png"), "cat").expect("a file");
    fs::write(inner.join("cat.png"), "cats").expect("a file");
    let len = |linter: &Linter| {
        let report = linter.lint_str(r#"{"image": "./cat.png", "prompt": "The cat blinks."}"#);
        report.files()[0].len
    };
    let linter = || {
        let files = LocalFiles::beneath(root.path()).expect("a root");
        Linter::builder().endpoint("image2video").files(files).build().expect("an endpoint")
    };
    let before = env::current_dir().expect("a folder");
    let outside = linter();
    env::set_current_dir(&inner).expect("a folder");
    let inside = linter();
    assert_eq!((len(&outside), len(&inside)), (Some(3), Some(4)));
    env::set_current_dir(before).expect("a folder");
    assert_eq!((len(&outside), len(&inside)), (Some(3), Some(4)));
}

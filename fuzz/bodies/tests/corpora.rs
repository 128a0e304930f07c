//! What the fuzzers have found so far, through the same bodies, on stable: `fuzz/seeds/` holds the
//! smallest inputs that reach the most, `fuzz/regressions/` what broke once, by name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kling_fuzz::BODIES;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names in a folder that may not be there.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = folder.read_dir().into_iter().flatten();
    let names = entries.map(|entry| entry.expect("a readable folder").file_name());
    names.filter_map(|name| name.into_string().ok()).filter(|it| !it.starts_with('.')).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests read their fixtures whole")]
fn what_was_found_holds() {
    let mut run = 0;
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for (name, body) in BODIES {
            for folder in ["seeds", "regressions"] {
                let folder = fuzz().join(folder).join(name);
                let files = names(&folder);
                run += files.len();
                threads.push(scope.spawn(move || {
                    for file in files {
                        let bytes = std::fs::read(folder.join(&file)).expect("a readable file");
                        let held = std::panic::catch_unwind(|| body(&bytes));
                        assert!(held.is_ok(), "{name}: {file} does not hold");
                    }
                }));
            }
        }
        for thread in threads {
            thread.join().expect("every input holds");
        }
    });
    assert!(run >= BODIES.len(), "only {run} inputs");
}

#[test]
fn few_and_short_inputs_hold() {
    for (_, body) in BODIES {
        for byte in 0..=u8::MAX {
            body(&[byte]);
        }
        body(b"");
        body(b"{}");
    }
}

#[test]
fn every_body_has_a_target_and_every_target_and_folder_a_body() {
    let bodies: BTreeSet<String> = BODIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let targets = names(&fuzz().join("fuzz_targets"));
    let targets: BTreeSet<String> =
        targets.iter().map(|it| it.trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(targets, bodies);
    for folder in ["seeds", "regressions"] {
        assert!(names(&fuzz().join(folder)).is_subset(&bodies), "{folder}");
    }
}

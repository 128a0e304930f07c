//! Requests with parts deleted, doubled, swapped and replaced.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;

/// What the mutations put in.
const PIECES: &[&str] = &[
    "",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "'",
    "null",
    "NaN",
    "5",
    "-",
    "1e9",
    "\"5\"",
    "\"\"",
    "[]",
    "{}",
    "//",
    "/*",
    "#",
    "\n",
    "\r\n",
    "\u{a0}",
    "\u{feff}",
    "“",
    "😀",
    "\u{202e}",
    "\u{1b}",
    "data:image/png;base64,",
    "iVBORw0KGgo=",
    "<<<image_1>>>",
    "<<image_2>>",
    "\"mode\":\"pro\",",
    "\"image\":",
    "\"n\":1.0,",
    "```",
    "True",
    "{{x}}",
];

/// All requests among the fixtures.
pub(crate) static REQUESTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut folders = vec![root.join("requests"), root.join("realistic"), root.join("pages")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    let small = |text: &Vec<u8>| text.len() < 4096;
    #[expect(clippy::disallowed_methods, reason = "tests read their fixtures whole")]
    let read = |path: &PathBuf| std::fs::read(path).expect("a file");
    files.iter().map(read).filter(small).collect()
});

#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    at: usize,
    removed: usize,
    piece: usize,
    byte: Option<u8>,
}

pub(crate) fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let one = (
        any::<prop::sample::Index>(),
        0_usize..6,
        0..PIECES.len(),
        prop::option::weighted(0.1, any::<u8>()),
    )
        .prop_map(|(at, removed, piece, byte)| Mutation {
            at: at.index(1 << 20),
            removed,
            piece,
            byte,
        });
    prop::collection::vec(one, 0..4)
}

pub(crate) fn mutated(text: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let mut text = text.to_vec();
    for Mutation { at, removed, piece, byte } in mutations {
        let start = at % (text.len() + 1);
        let end = (start + removed).min(text.len());
        let one = byte.map(|byte| [byte]);
        let new = one.as_ref().map_or(PIECES[*piece].as_bytes(), |one| one);
        text.splice(start..end, new.iter().copied());
    }
    text
}

/// More when asked: `PROPTEST_CASES`.
pub(crate) fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(500)
}

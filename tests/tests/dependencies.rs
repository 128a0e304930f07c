//! What the crates may depend on, and where they may touch the outside.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use kling_tests::text;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names in a crate's tree of normal dependencies.
fn tree(krate: &str, options: &[&str]) -> BTreeSet<String> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "--package", krate])
        .args(options)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {told}");
    let names: BTreeSet<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(String::from)
        .collect();
    assert!(names.contains(krate), "{names:?}");
    names
}

/// The crates that `deny.toml` bans.
fn banned() -> BTreeSet<String> {
    let names: BTreeSet<String> = text(&root().join("deny.toml"))
        .lines()
        .filter_map(|line| line.trim().strip_prefix("{ crate = \"")?.split('"').next())
        .map(String::from)
        .collect();
    assert!(names.contains("hyper") && names.contains("tokio"), "{names:?}");
    names
}

#[test]
fn no_crate_opens_a_socket() {
    let banned = banned();
    for krate in ["kling-lint", "kling-schema", "kling-schema-derive"] {
        let found: Vec<_> =
            tree(krate, &["--all-features"]).intersection(&banned).cloned().collect();
        assert!(found.is_empty(), "{krate} depends on {found:?}");
    }
}

/// Those who bring their own client and their own store take the machines alone.
#[test]
fn the_machines_need_no_network_and_no_store() {
    let alone = tree("kling-submit", &["--no-default-features"]);
    for krate in ["ureq", "rustls", "rusqlite", "libsqlite3-sys", "httparse", "clap", "ctrlc"] {
        assert!(!alone.contains(krate), "kling-submit without features depends on {krate}");
    }
    let command = tree("kling-submit", &[]);
    assert!(command.contains("ureq") && command.contains("ring"), "{command:?}");
    for krate in ["openssl", "native-tls", "aws-lc-sys", "tokio"] {
        assert!(!command.contains(krate), "{krate}");
    }
}

#[test]
fn the_library_alone_has_no_command() {
    let alone = tree("kling-lint", &["--no-default-features"]);
    let command = [
        "clap",
        "clap_builder",
        "cap-std",
        "rustix",
        "ignore",
        "annotate-snippets",
        "anstream",
        "anstyle",
        "same-file",
        "tempfile",
        "terminal_size",
        "unicode-width",
    ];
    for krate in command {
        assert!(!alone.contains(krate), "kling-lint without features depends on {krate}");
    }
    let files = tree("kling-lint", &["--no-default-features", "--features", "fs"]);
    assert!(files.contains("ignore") && !files.contains("clap"), "{files:?}");
}

#[test]
fn only_the_feature_for_it_brings_a_decoder() {
    for options in [&["--no-default-features"][..], &["--no-default-features", "--features", "fs"]]
    {
        let without = tree("kling-lint", options);
        assert!(!without.contains("miniz_oxide"), "kling-lint {options:?} inflates");
    }
    let with = tree("kling-lint", &["--no-default-features", "--features", "decode"]);
    assert!(with.contains("miniz_oxide"));
    assert!(!with.contains("clap") && !with.contains("ignore"), "{with:?}");
    // Headers are read and pictures decoded here: others are referees, in tests alone.
    let all = tree("kling-lint", &[]);
    for krate in ["image", "png", "zune-jpeg", "gif", "tiff", "image-webp", "ravif", "exr", "rayon"]
    {
        assert!(!with.contains(krate) && !all.contains(krate), "{krate}");
    }
}

#[test]
fn the_schema_has_no_more_than_serde() {
    for krate in tree("kling-schema", &[]) {
        assert!(!["ignore", "clap", "base64-simd"].contains(&krate.as_str()));
    }
}

/// What reaches outside. Addresses (`std::net::Ipv4Addr`) are only numbers.
const WORDS: [&str; 9] = [
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "std::env",
    "stdin()",
    "stdout()",
];

/// Files and sockets are touched in `fs/` and `cli/` only.
#[test]
fn input_and_output_stay_in_their_modules() {
    let mut wrong = Vec::new();
    for (krate, allowed) in [
        ("kling-schema", &[][..]),
        ("kling-schema-derive", &[][..]),
        ("kling-lint", &["fs/", "cli/", "main.rs"][..]),
        ("kling-submit/src/machine", &[][..]),
    ] {
        let source = root().join(krate);
        let source = if krate.contains('/') { source } else { source.join("src") };
        for file in sources(&source) {
            let name =
                file.strip_prefix(&source).expect("below src").to_string_lossy().into_owned();
            if allowed.iter().any(|folder| name.starts_with(folder)) {
                continue;
            }
            for (index, line) in text(&file).lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in WORDS {
                    if code.contains(word) {
                        wrong.push(format!("{krate}: {name}:{}: {word}", index + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The Rust files of a folder, without those that only tests have.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("tests") {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_stem().is_some_and(|stem| stem != "tests")
        {
            files.push(path);
        }
    }
    files
}

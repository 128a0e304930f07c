//! Globs over paths, read as `.gitignore` reads them.
//!
//! `*` and `?` stay within a name, `**` goes on through folders. A glob without a slash, or with one
//! only at its end, matches at any depth; any other starts at the folder of the config. What matches a
//! folder matches all that is in it.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// The longest glob, in bytes: what is compiled grows with it.
const LONGEST: usize = 256;
/// The most globs of one list.
const MOST: usize = 1_000;

/// A list of globs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Globs {
    texts: Vec<String>,
    set: GlobSet,
    /// Which text each member of the set was made from.
    owners: Vec<usize>,
}

impl Globs {
    /// The globs as they were written.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The first glob that matches a path from the folder of the config.
    pub(crate) fn first(&self, path: &str) -> Option<usize> {
        self.all(path).next()
    }

    /// The globs that match, in their order, some of them twice.
    pub(crate) fn all(&self, path: &str) -> impl Iterator<Item = usize> {
        // The set tells its members in the order they were added.
        self.set.matches(path).into_iter().map(|member| self.owners[member])
    }
}

/// Globs under way.
#[derive(Debug, Default)]
pub(super) struct GlobsBuilder {
    texts: Vec<String>,
    globs: Vec<Glob>,
    owners: Vec<usize>,
}

impl GlobsBuilder {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// One more, or why it is none.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        if self.texts.len() >= MOST {
            return Err(format!("is one glob too many: {MOST} are allowed"));
        }
        for pattern in patterns(text)? {
            let glob = GlobBuilder::new(&pattern)
                .literal_separator(true)
                .backslash_escape(true)
                .build()
                .map_err(|error| reason(error.kind()))?;
            self.globs.push(glob);
            self.owners.push(self.texts.len());
        }
        self.texts.push(text.to_owned());
        Ok(())
    }

    /// The list, or why there is none.
    pub(super) fn build(self) -> Result<Globs, String> {
        let mut set = GlobSetBuilder::new();
        for glob in self.globs {
            set.add(glob);
        }
        let set = set.build().map_err(|_| {
            String::from("these globs are too much together: use fewer or simpler ones")
        })?;
        Ok(Globs { texts: self.texts, set, owners: self.owners })
    }
}

/// What a glob stands for in the matcher's own terms.
fn patterns(text: &str) -> Result<Vec<String>, String> {
    if text.len() > LONGEST {
        return Err(format!("is too long for a glob: {LONGEST} bytes are allowed"));
    }
    if text.starts_with('!') {
        return Err("begins with `!`: no glob takes back another; `\\!` is the sign itself".into());
    }
    let trimmed = text.trim_start_matches("./");
    let (anchored, trimmed) = match trimmed.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let (folder, trimmed) = match trimmed.strip_suffix('/') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    if trimmed.is_empty() {
        return Err("is no glob: name a file or a folder; `**` is everything".into());
    }
    if trimmed.split('/').any(|name| name == "..") {
        return Err("leaves the folder of the config: a glob starts there and goes down".into());
    }
    let anywhere = if anchored || trimmed.contains('/') { "" } else { "**/" };
    let below = format!("{anywhere}{trimmed}/**");
    Ok(if folder { vec![below] } else { vec![format!("{anywhere}{trimmed}"), below] })
}

/// What is wrong with a glob, in words.
fn reason(kind: &globset::ErrorKind) -> String {
    use globset::ErrorKind;

    match kind {
        ErrorKind::UnclosedClass => "has a `[` that no `]` closes; `\\[` is the sign itself".into(),
        ErrorKind::UnopenedAlternates => {
            "has a `}` that no `{` opens; `\\}` is the sign itself".into()
        }
        ErrorKind::UnclosedAlternates => {
            "has a `{` that no `}` closes; `\\{` is the sign itself".into()
        }
        ErrorKind::InvalidRange(from, to) => {
            let quoted = |end: &char| crate::printable::quoted(&end.to_string());
            format!("has a range that runs backwards, from {} to {}", quoted(from), quoted(to))
        }
        ErrorKind::DanglingEscape => "ends with `\\`, which escapes nothing".into(),
        other => format!("is no glob: {}", crate::printable::shorten(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn globs(texts: &[&str]) -> Globs {
        let mut builder = GlobsBuilder::default();
        for text in texts {
            builder.add(text).expect("a glob");
        }
        builder.build().expect("globs")
    }

    #[test]
    fn what_a_glob_matches() {
        for (glob, yes, no) in [
            ("*.json", vec!["a.json", "x/a.json"], vec!["a.jsonl", "x/b.txt"]),
            (
                "drafts",
                vec!["drafts", "drafts/a.json", "x/drafts/y/a.json"],
                vec!["drafts2/a.json"],
            ),
            ("drafts/", vec!["drafts/a.json", "x/drafts/a.json"], vec!["drafts", "drafts.json"]),
            ("/drafts", vec!["drafts/a.json"], vec!["x/drafts/a.json"]),
            ("./a.json", vec!["a.json", "x/a.json"], vec!["b.json"]),
            ("x/*.json", vec!["x/a.json"], vec!["x/y/a.json", "z/x/a.json"]),
            ("x/**/a.json", vec!["x/a.json", "x/y/z/a.json"], vec!["x/y/b.json"]),
            ("{a,b}.json", vec!["a.json", "z/b.json"], vec!["c.json"]),
            ("a[!0-9].json", vec!["ab.json"], vec!["a1.json"]),
            ("짧/é?.json", vec!["짧/éx.json"], vec!["짧/é.json"]),
            ("\\[a\\].json", vec!["[a].json"], vec!["a.json"]),
        ] {
            let globs = globs(&[glob]);
            for path in yes {
                assert_eq!(globs.first(path), Some(0), "{glob} {path}");
            }
            for path in no {
                assert_eq!(globs.first(path), None, "{glob} {path}");
            }
        }
    }

    #[test]
    fn the_first_counts() {
        let globs = globs(&["x/a.json", "x", "*.json"]);
        assert_eq!(globs.first("x/a.json"), Some(0));
        assert_eq!(globs.first("x/b.json"), Some(1));
        assert_eq!(globs.first("b.json"), Some(2));
    }

    #[test]
    fn hostile_globs_do_not_explode() {
        let mut builder = GlobsBuilder::default();
        let braces = "{a,b}".repeat(LONGEST / 5);
        let deep = format!("{}{}", "{".repeat(LONGEST / 2), "}".repeat(LONGEST / 2));
        let stars = "*a".repeat(LONGEST / 2);
        let doubles = "**/".repeat(LONGEST / 3 - 1);
        let classes = "[a-z\u{10ffff}]".repeat(LONGEST / 9);
        for glob in [braces, deep, stars, doubles + "a", classes, "?".repeat(LONGEST)] {
            // Some are refused; none takes long or panics.
            let _ = builder.add(&glob);
        }
        if let Ok(globs) = builder.build() {
            let path = "a".repeat(4_000);
            let _ = globs.first(&path);
            let _ = globs.first(&"a/".repeat(2_000));
        }
        assert!(GlobsBuilder::default().add(&"a".repeat(LONGEST + 1)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_glob_or_is_refused(text in "\\PC{0,40}", path in "\\PC{0,40}") {
            let mut builder = GlobsBuilder::default();
            if builder.add(&text).is_ok() && let Ok(globs) = builder.build() {
                let _ = globs.first(&path);
            }
        }

        #[test]
        fn a_plain_path_matches_itself(path in "[a-z.]?[a-z]{1,5}(/[a-z]{1,5}\\.?[a-z]){0,3}") {
            prop_assert_eq!(globs(&[&path]).first(&path), Some(0));
        }
    }
}

//! Globs over JSON Pointers: `*` is one step, `**` any number of them.

/// A glob over JSON Pointers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PointerGlob {
    text: String,
}

/// The longest glob, in steps.
const LONGEST: usize = 50;

impl PointerGlob {
    /// A glob, or why it is none.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        if !text.is_empty() && !text.starts_with('/') {
            let shown = crate::printable::shorten(text);
            return Err(format!("is no JSON Pointer: it begins with `/`, as in `/{shown}`"));
        }
        for step in text.split('/').skip(1) {
            if step.contains('*') && !matches!(step, "*" | "**") {
                return Err("has `*` within a step: `*` is one whole step, `**` any number".into());
            }
            let mut escapes = step.split('~').skip(1);
            if escapes.any(|rest| !rest.starts_with(['0', '1'])) {
                return Err("has a `~` of its own: in a pointer it is written `~0`, and `/` in a \
                            key `~1`"
                    .into());
            }
        }
        if text.split('/').count() > LONGEST + 1 {
            return Err(format!("is too long: {LONGEST} steps are allowed"));
        }
        Ok(PointerGlob { text: text.to_owned() })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a pointer matches.
    pub(crate) fn matches(&self, pointer: &str) -> bool {
        let glob: Vec<&str> = self.text.split('/').skip(1).collect();
        let steps: Vec<&str> = pointer.split('/').skip(1).collect();
        let (mut at, mut step) = (0, 0);
        // The last `**`, and how many steps it has taken so far.
        let mut star: Option<(usize, usize)> = None;
        while step < steps.len() {
            match glob.get(at) {
                Some(&"**") => {
                    star = Some((at, step));
                    at += 1;
                }
                Some(&name) if name == "*" || name == steps[step] => {
                    at += 1;
                    step += 1;
                }
                _ => {
                    let Some((star_at, taken)) = star else { return false };
                    star = Some((star_at, taken + 1));
                    at = star_at + 1;
                    step = taken + 1;
                }
            }
        }
        glob[at..].iter().all(|name| *name == "**")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(glob: &str, pointer: &str) -> bool {
        PointerGlob::new(glob).expect("a glob").matches(pointer)
    }

    #[test]
    fn what_a_glob_matches() {
        for (glob, yes, no) in [
            ("", vec![""], vec!["/a"]),
            ("/a", vec!["/a"], vec!["", "/a/0", "/b"]),
            ("/a/*", vec!["/a/0", "/a/b"], vec!["/a", "/a/0/x"]),
            ("/a/**", vec!["/a", "/a/0", "/a/0/x"], vec!["/b", ""]),
            ("/**", vec!["", "/a", "/a/b"], vec![]),
            ("/a/*/x", vec!["/a/0/x"], vec!["/a/x", "/a/0/1/x"]),
            ("/**/x", vec!["/x", "/a/x", "/x/b/x"], vec!["/x/b"]),
            ("/**/a/**/b", vec!["/a/b", "/a/a/c/b"], vec!["/b/a"]),
            ("/a~1b", vec!["/a~1b"], vec!["/a/b"]),
        ] {
            for pointer in yes {
                assert!(matches(glob, pointer), "{glob} {pointer}");
            }
            for pointer in no {
                assert!(!matches(glob, pointer), "{glob} {pointer}");
            }
        }
    }

    #[test]
    fn what_is_no_glob() {
        for text in ["a", "/a*", "/a~b", "/a~", "/***"] {
            assert!(PointerGlob::new(text).is_err(), "{text}");
        }
        assert!(PointerGlob::new(&"/**/a".repeat(LONGEST)).is_err());
    }

    /// The definition, in so many words.
    fn oracle(glob: &[&str], steps: &[&str]) -> bool {
        match (glob, steps) {
            ([], []) => true,
            (["**", rest @ ..], _) => (0..=steps.len()).any(|taken| oracle(rest, &steps[taken..])),
            ([name, rest @ ..], [step, steps @ ..]) => {
                (*name == "*" || name == step) && oracle(rest, steps)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn as_defined(glob in "(/(a|b|\\*|\\*\\*)){0,6}", pointer in "(/(a|b|c)){0,6}") {
            let names: Vec<&str> = glob.split('/').skip(1).collect();
            let steps: Vec<&str> = pointer.split('/').skip(1).collect();
            prop_assert_eq!(matches(&glob, &pointer), oracle(&names, &steps));
        }
    }
}

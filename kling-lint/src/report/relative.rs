//! Files as forges name them: from the folder the run began in, with `/` between the parts.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// The folder the run began in: in CI, the root of the checkout.
#[derive(Clone, Debug, Default)]
pub(crate) struct Root(PathBuf);

/// A file beneath the root, or somewhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    parts: Vec<OsString>,
    pub(crate) inside: bool,
}

impl Root {
    /// The root; when it is not known, relative paths are taken to start there.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Root(folder.unwrap_or_default())
    }

    /// Where a path leads, by its text alone.
    pub(crate) fn locate(&self, path: &Path) -> Located {
        let root = parts(&self.0);
        let mut parts = parts(&self.0.join(path));
        let inside = parts.starts_with(&root) && (path.is_relative() || !root.is_empty());
        if inside {
            parts.drain(..root.len());
        }
        Located { parts, inside }
    }
}

/// The parts of a path, without `.` and `..`.
fn parts(path: &Path) -> Vec<OsString> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Prefix(prefix) => parts.push(prefix.as_os_str().to_owned()),
            Component::Normal(part) => parts.push(part.to_owned()),
            Component::ParentDir => {
                parts.pop();
            }
            Component::RootDir | Component::CurDir => {}
        }
    }
    parts
}

impl Located {
    /// As text; what is not UTF-8 is replaced by U+FFFD.
    pub(crate) fn name(&self) -> String {
        let parts: Vec<_> = self.parts.iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        match self.inside {
            true if name.is_empty() => ".".into(),
            true => name,
            false if cfg!(windows) => name,
            false => format!("/{name}"),
        }
    }

    /// As a URI (RFC 3986): relative beneath the root, else with `file:`.
    pub(crate) fn uri(&self) -> String {
        let mut uri = String::from(if self.inside { "" } else { "file:///" });
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                uri.push('/');
            }
            encode(&mut uri, part.as_encoded_bytes());
        }
        if uri.is_empty() { ".".into() } else { uri }
    }
}

/// Everything but RFC 3986's unreserved characters is percent-encoded.
fn encode(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(*byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> String {
        Root::new(Some("/srv/repo".into())).locate(Path::new(path)).uri()
    }

    #[cfg(unix)]
    #[test]
    fn beneath_the_root_uris_are_relative() {
        assert_eq!(uri("./a/./b c.json"), "a/b%20c.json");
        assert_eq!(uri("a/../cat#1.json"), "cat%231.json");
        assert_eq!(uri("/srv/repo/a.json"), "a.json");
        assert_eq!(uri("../repo/a.json"), "a.json");
        assert_eq!(uri("猫:1%.json"), "%E7%8C%AB%3A1%25.json");
        assert_eq!(uri("."), ".");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }

    #[cfg(unix)]
    #[test]
    fn elsewhere_they_are_absolute() {
        assert_eq!(uri("../a.json"), "file:///srv/a.json");
        assert_eq!(uri("/tmp/a.json"), "file:///tmp/a.json");
        assert_eq!(uri("../../../a.json"), "file:///a.json");
        assert_eq!(uri("/srv/repository/a.json"), "file:///srv/repository/a.json");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_kept() {
        use std::os::unix::ffi::OsStrExt as _;

        let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff.json"));
        let located = Root::default().locate(path);
        assert_eq!(located.uri(), "a%FF.json");
        assert_eq!(located.name(), "a\u{fffd}.json");
    }

    #[cfg(unix)]
    #[test]
    fn names_are_relative_too() {
        let root = Root::new(Some("/srv/repo".into()));
        let name = |path| root.locate(Path::new(path)).name();
        assert_eq!(name("./a/b.json"), "a/b.json");
        assert_eq!(name("../b.json"), "/srv/b.json");
        assert_eq!(Root::default().locate(Path::new("./a.json")).name(), "a.json");
        assert_eq!(Root::default().locate(Path::new("/a.json")).name(), "/a.json");
    }
}

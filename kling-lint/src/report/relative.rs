//! Files as forges name them: from the folder the run began in, with `/` between the parts.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// The folder the run began in: in CI, the root of the checkout.
#[derive(Clone, Debug, Default)]
pub(crate) struct Root {
    folder: PathBuf,
    parts: Vec<OsString>,
    /// Most files have many findings.
    last: Option<(PathBuf, Located)>,
}

/// A file beneath the root, or somewhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// As text; what is not UTF-8 is replaced by U+FFFD.
    pub(crate) name: String,
    /// As a URI (RFC 3986): relative beneath the root, else with `file:`.
    pub(crate) uri: String,
    pub(crate) inside: bool,
}

impl Root {
    /// The root; when it is not known, relative paths are taken to start there.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let folder = folder.unwrap_or_default();
        Root { parts: parts(&folder), folder, last: None }
    }

    /// Where a path leads, by its text alone.
    pub(crate) fn locate(&mut self, path: &Path) -> &Located {
        let last = self.last.take().filter(|(known, _)| known.as_os_str() == path.as_os_str());
        let (_, located) = self.last.insert(last.unwrap_or_else(|| {
            let mut parts = parts(&self.folder.join(path));
            let inside =
                parts.starts_with(&self.parts) && (path.is_relative() || !self.parts.is_empty());
            if inside {
                parts.drain(..self.parts.len());
            }
            (path.into(), Located { name: name(&parts, inside), uri: uri(&parts, inside), inside })
        }));
        located
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

fn name(parts: &[OsString], inside: bool) -> String {
    let parts: Vec<_> = parts.iter().map(|part| part.to_string_lossy()).collect();
    let name = parts.join("/");
    match inside {
        true if name.is_empty() => ".".into(),
        true => name,
        false if cfg!(windows) => name,
        false => format!("/{name}"),
    }
}

fn uri(parts: &[OsString], inside: bool) -> String {
    let mut uri = String::from(if inside { "" } else { "file:///" });
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            uri.push('/');
        }
        encode(&mut uri, part.as_encoded_bytes());
    }
    if uri.is_empty() { ".".into() } else { uri }
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
        Root::new(Some("/srv/repo".into())).locate(Path::new(path)).uri.clone()
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
        let mut root = Root::default();
        let located = root.locate(path);
        assert_eq!(located.uri, "a%FF.json");
        assert_eq!(located.name, "a\u{fffd}.json");
    }

    #[cfg(unix)]
    #[test]
    fn names_are_relative_too() {
        let name = |root: &mut Root, path| root.locate(Path::new(path)).name.clone();
        let mut root = Root::new(Some("/srv/repo".into()));
        assert_eq!(name(&mut root, "./a/b.json"), "a/b.json");
        assert_eq!(name(&mut root, "../b.json"), "/srv/b.json");
        assert_eq!(name(&mut root, "../b.json"), "/srv/b.json", "again");
        assert_eq!(name(&mut Root::default(), "./a.json"), "a.json");
        assert_eq!(name(&mut Root::default(), "/a.json"), "/a.json");
    }
}

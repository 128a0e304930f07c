//! Paths as the config and the baseline see them: from their folder, with slashes.

use std::path::{Component, Path, PathBuf};

/// The folder that paths are told from.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    /// Absolute.
    folder: PathBuf,
    /// Where relative paths begin.
    here: PathBuf,
}

impl Home {
    /// A folder, and the current one.
    pub(crate) fn new(folder: &Path, here: &Path) -> Self {
        Home { folder: tidy(&here.join(folder)), here: here.to_path_buf() }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path from the folder, if it lies below.
    pub(crate) fn inside(&self, path: &Path) -> Option<String> {
        let absolute = tidy(&self.here.join(path));
        if let Ok(inside) = absolute.strip_prefix(&self.folder) {
            return Some(slashed(inside));
        }
        // Another way to the same place, through a link.
        let (folder, path) = (self.folder.canonicalize().ok()?, absolute.canonicalize().ok()?);
        path.strip_prefix(folder).ok().map(slashed)
    }

    /// The path from the folder, or the whole of it.
    pub(crate) fn name(&self, path: &Path) -> String {
        self.inside(path).unwrap_or_else(|| slashed(&tidy(&self.here.join(path))))
    }

    /// The place of a name.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A path as people here write it.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        let absolute = tidy(&self.here.join(path));
        let up = self.here.ancestors().enumerate().find_map(|(up, above)| {
            let below = absolute.strip_prefix(above).ok()?;
            // The root of the disk is no common ground.
            above.parent()?;
            Some((0..up).map(|_| Path::new("..")).collect::<PathBuf>().join(below))
        });
        match up {
            Some(here) if here.as_os_str().is_empty() => PathBuf::from("."),
            Some(shown) => shown,
            None => absolute,
        }
    }
}

/// Without `.` and `..`, as the text goes.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

fn slashed(path: &Path) -> String {
    let mut text = String::new();
    for component in path.components() {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        match component {
            Component::RootDir => text.push('/'),
            other => text.push_str(&other.as_os_str().to_string_lossy()),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_a_folder_above() {
        let home = Home::new(Path::new(".."), Path::new("/repo/requests"));
        for (path, inside) in [
            ("a.json", Some("requests/a.json")),
            ("./x/../a.json", Some("requests/a.json")),
            ("../b.json", Some("b.json")),
            ("/repo/b.json", Some("b.json")),
            ("../../c.json", None),
        ] {
            assert_eq!(home.inside(Path::new(path)).as_deref(), inside, "{path}");
        }
        assert_eq!(home.name(Path::new("../../c.json")), "/c.json");
        assert_eq!(home.shown(Path::new("/repo/kling-lint.toml")), Path::new("../kling-lint.toml"));
        assert_eq!(home.shown(Path::new("/repo/requests/k.toml")), Path::new("k.toml"));
        assert_eq!(home.shown(Path::new("/repo/requests/")), Path::new("."));
        assert_eq!(home.shown(Path::new("/etc/k.toml")), Path::new("/etc/k.toml"));
    }
}

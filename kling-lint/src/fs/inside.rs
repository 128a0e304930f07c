//! Paths that leave the folder by name and come back: `../requests/cat.png` beside a request in
//! `requests/`, and links that name their target from the root of the system.
//!
//! The kernel refuses both, and so does every sandbox. Here they are walked by name, and only where
//! names cannot lie: above the folder, nothing but the folder's own ancestors is stepped on, by their
//! resolved names and without asking the disk; beneath it, links are read through the folder's
//! handle. What comes out has no links and no `..` left, and is opened like any other path: should
//! someone swap a part of it meanwhile, that is refused.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use cap_std::fs::Dir;

/// So many links, and the kernel gives up, too.
const LINKS: usize = 40;

/// So many steps, and it is no path that people write.
const STEPS: usize = 256;

/// Where the path leads, as a path from the folder, whose own path is resolved. `None`: not beneath it.
pub(super) fn resolve(dir: &Dir, folder: &Path, path: &Path) -> Option<PathBuf> {
    let mut here = folder.to_path_buf();
    let mut ahead: VecDeque<OsString> = VecDeque::new();
    let mut links = 0;
    push(&mut ahead, path);
    for _ in 0..STEPS {
        let Some(part) = ahead.pop_front() else {
            return beneath(folder, &here);
        };
        match Path::new(&part).components().next() {
            None | Some(Component::CurDir) => {}
            Some(Component::ParentDir) => {
                here.pop();
            }
            Some(Component::RootDir | Component::Prefix(_)) => here.push(&part),
            Some(Component::Normal(name)) => {
                here.push(name);
                match beneath(folder, &here) {
                    Some(inner) if inner.as_os_str().is_empty() => {}
                    Some(inner) => match look(dir, &inner).ok()? {
                        Step::Folder => {}
                        Step::Link(target) => {
                            links += 1;
                            if links > LINKS {
                                return None;
                            }
                            here.pop();
                            push(&mut ahead, &target);
                        }
                        Step::End => {
                            return Some(ahead.iter().fold(inner, |to, part| to.join(part)));
                        }
                    },
                    None if folder.starts_with(&here) => {}
                    None => return None,
                }
            }
        }
    }
    None
}

/// Puts the parts of a path in front of what is still ahead.
fn push(ahead: &mut VecDeque<OsString>, path: &Path) {
    for part in path.components().rev() {
        ahead.push_front(part.as_os_str().to_owned());
    }
}

fn beneath(folder: &Path, path: &Path) -> Option<PathBuf> {
    path.strip_prefix(folder).ok().map(Path::to_path_buf)
}

/// What stands at the end of a path.
enum Step {
    Folder,
    Link(PathBuf),
    /// A file, or nothing at all: to walk on would be wrong.
    End,
}

fn look(dir: &Dir, path: &Path) -> io::Result<Step> {
    match dir.symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => dir.read_link_contents(path).map(Step::Link),
        Ok(metadata) if metadata.is_dir() => Ok(Step::Folder),
        Ok(_) => Ok(Step::End),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Step::End),
        Err(error) => Err(error),
    }
}

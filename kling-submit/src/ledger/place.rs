//! Where the ledger is, and whether it can be there.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{LedgerError, shown};
use crate::id::Id;

/// Bytes of the shortest SQLite database, one page; it would take a shorter file for an empty one.
const SHORTEST: u64 = 512;

/// Where the ledger is, unless the user says: under `XDG_STATE_HOME`, else where the system keeps state.
/// `None` when the environment names no home.
pub fn default_place() -> Option<PathBuf> {
    default_place_in(&|name| std::env::var_os(name), std::env::home_dir())
}

/// The same in any environment.
fn default_place_in(
    variable: &dyn Fn(&str) -> Option<OsString>,
    home: Option<PathBuf>,
) -> Option<PathBuf> {
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let system = || {
        if cfg!(windows) {
            variable("LOCALAPPDATA").map(PathBuf::from)
        } else if cfg!(target_os = "macos") {
            home.map(|home| home.join("Library").join("Application Support"))
        } else {
            home.map(|home| home.join(".local").join("state"))
        }
    };
    let state = variable("XDG_STATE_HOME")
        .map(PathBuf::from)
        .and_then(absolute)
        .or_else(|| system().and_then(absolute))?;
    Some(state.join("kling-submit").join("ledger.sqlite"))
}

/// A ledger's file, ready to be opened.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The file itself, with every link on the way followed.
    pub(super) file: PathBuf,
    /// Whether it is on a file system of another machine.
    pub(super) remote: bool,
}

/// Makes the ledger's folder and an empty file where there is none, and checks what is there. One thread
/// at a time: see [`check`].
pub(super) fn prepare(place: &Path) -> Result<Prepared, LedgerError> {
    let Some(name) = place.file_name() else {
        return Err(LedgerError::new(format!("{} names no file for a ledger", shown(place))));
    };
    let parent = match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    folder(parent).map_err(|error| LedgerError::io(parent, "cannot be made", &error))?;
    let parent = fs::canonicalize(parent)
        .map_err(|error| LedgerError::io(parent, "cannot be opened", &error))?;
    let mut file = parent.join(name);
    match private(OpenOptions::new().write(true).create_new(true)).open(&file) {
        Ok(made) => {
            made.sync_all()
                .and_then(|()| sync_folder(&parent))
                .map_err(|error| LedgerError::io(&file, "cannot be made durable", &error))?;
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            file = fs::canonicalize(&file).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => LedgerError::new(format!(
                    "{} is a link to a file that is not there; repair the link, or name the file itself \
                     with `--ledger`",
                    shown(place)
                )),
                _ => LedgerError::io(&file, "cannot be opened", &error),
            })?;
            check(&file)?;
        }
        Err(error) => return Err(LedgerError::io(&file, "cannot be made", &error)),
    }
    let remote = is_remote(&file);
    Ok(Prepared { file, remote })
}

/// Checks a file that was there, without opening it: POSIX drops all locks that a process has on a file
/// when it closes any handle to it, and SQLite may have some in another thread.
fn check(file: &Path) -> Result<(), LedgerError> {
    // Before the length: a ledger that is being made has pages before it has a log.
    let log = fs::metadata(beside(file, "-wal")).map_or(0, |log| log.len());
    let metadata =
        fs::metadata(file).map_err(|error| LedgerError::io(file, "cannot be opened", &error))?;
    if metadata.is_dir() {
        return Err(LedgerError::new(format!(
            "{} is a folder; name a file in it with `--ledger`",
            shown(file)
        )));
    }
    if !metadata.is_file() {
        return Err(LedgerError::new(format!(
            "{} is no regular file; name another with `--ledger`",
            shown(file)
        )));
    }
    owned(file, &metadata)?;
    if (1..SHORTEST).contains(&metadata.len()) {
        return Err(LedgerError::no_database(file));
    }
    if metadata.len() == 0 && log > 0 {
        return Err(LedgerError::unopened(file, "it is empty, and its log is not"));
    }
    Ok(())
}

/// Which file it is. As SQLite does, without its device: that may change when a machine wakes up.
#[cfg(unix)]
pub(super) fn inode(file: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(file).ok().map(|it| it.ino())
}

/// Elsewhere a file that is open is not removed.
#[cfg(not(unix))]
pub(super) fn inode(_: &Path) -> Option<u64> {
    None
}

/// A ledger of another user is not ours to write: its helpers would be ours, and lock that user out.
#[cfg(unix)]
fn owned(file: &Path, metadata: &fs::Metadata) -> Result<(), LedgerError> {
    use std::os::unix::fs::MetadataExt as _;
    let us = rustix::process::geteuid().as_raw();
    if metadata.uid() != us {
        return Err(LedgerError::new(format!(
            "{} belongs to another user (uid {}, and this is uid {us}); run as that user, or name another \
             file with `--ledger`",
            shown(file),
            metadata.uid()
        )));
    }
    if metadata.nlink() > 1 {
        return Err(LedgerError::new(format!(
            "{} has {} names (hard links), and a database under two names is soon damaged; remove the \
             others",
            shown(file),
            metadata.nlink()
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn owned(_: &Path, _: &fs::Metadata) -> Result<(), LedgerError> {
    Ok(())
}

/// Whether the file is on another machine, as far as the kernel says.
#[cfg(target_os = "linux")]
fn is_remote(file: &Path) -> bool {
    /// NFS, SMB (three of it), Coda, AFS, Ceph, 9P.
    const REMOTE: [u32; 8] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x7375_7245,
        0x5346_414f,
        0x00c3_6400,
        0x0102_1997,
    ];
    rustix::fs::statfs(file).is_ok_and(|system| {
        // The kernel's numbers have 32 bits; the type they come in differs by machine.
        REMOTE.contains(&(system.f_type as u32))
    })
}

#[cfg(not(target_os = "linux"))]
fn is_remote(_: &Path) -> bool {
    false
}

/// The ledger's path with something at its end: its log, its folders.
pub(super) fn beside(ledger: &Path, suffix: &str) -> PathBuf {
    let mut path = ledger.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// An id as the name of a file: what a damaged ledger or a typed id holds leads into no other folder.
pub(super) fn file_name(id: &Id) -> Result<&str, LedgerError> {
    let name = id.as_str();
    let fine = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fine {
        Ok(name)
    } else {
        Err(LedgerError::new(format!(
            "{} is no id of a task in a ledger",
            kling_lint::printable::quoted(name)
        )))
    }
}

/// Makes a folder that only the user can enter, unless it is there.
pub(super) fn folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    sync_folder(path.parent().unwrap_or(path))
}

/// Files that these options make can be read by the user alone, from the first moment.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and names are durable with their files.
    if cfg!(unix) {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        OpenOptions::new().read(true).open(path)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(variables: &[(&str, &str)], home: Option<&str>) -> Option<PathBuf> {
        let variable = |name: &str| {
            variables.iter().find(|(it, _)| *it == name).map(|(_, value)| OsString::from(value))
        };
        default_place_in(&variable, home.map(PathBuf::from))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_ledger_is_state() {
        let home = Some("/home/ann");
        let usual = Some(PathBuf::from("/home/ann/.local/state/kling-submit/ledger.sqlite"));
        assert_eq!(place(&[], home), usual);
        assert_eq!(place(&[("XDG_STATE_HOME", "")], home), usual);
        assert_eq!(place(&[("XDG_STATE_HOME", "state")], home), usual, "relative: not valid");
        let state = [("XDG_STATE_HOME", "/state")];
        let there = Some(PathBuf::from("/state/kling-submit/ledger.sqlite"));
        assert_eq!(place(&state, home), there);
        assert_eq!(place(&state, None), there);
        assert_eq!(place(&[], None), None);
        assert_eq!(place(&[], Some("")), None);
        assert_eq!(place(&[], Some("home")), None);
    }

    #[cfg(target_os = "macos")]
    #[test]
    fn the_ledger_is_support() {
        let there = "/Users/ann/Library/Application Support/kling-submit/ledger.sqlite";
        assert_eq!(place(&[], Some("/Users/ann")), Some(PathBuf::from(there)));
    }

    #[cfg(windows)]
    #[test]
    fn the_ledger_is_local_data() {
        let data = [("LOCALAPPDATA", r"C:\Users\ann\AppData\Local")];
        let there = r"C:\Users\ann\AppData\Local\kling-submit\ledger.sqlite";
        assert_eq!(place(&data, None), Some(PathBuf::from(there)));
    }
}

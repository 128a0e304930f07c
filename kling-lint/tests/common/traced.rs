//! What a command asks of the system, as `strace` sees it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Everything by which a process reaches outside of itself, but for reading and writing what is open.
const TRACED: &str = "trace=%file,%network,%process,?io_uring_setup,?memfd_create,?ptrace,\
                      ?open_by_handle_at,?process_vm_readv,?process_vm_writev";

/// Calls that only look: at a path, or at what is open.
const LOOKS: [&str; 12] = [
    "access",
    "faccessat",
    "faccessat2",
    "getcwd",
    "lstat",
    "newfstatat",
    "readlink",
    "readlinkat",
    "stat",
    "statfs",
    "statx",
    "chdir",
];

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Traced {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// What was opened to be read, without links, and to be written.
    pub(crate) read: BTreeSet<PathBuf>,
    pub(crate) written: BTreeSet<PathBuf>,
    /// Opened from the current folder or the root of the disk, and not beneath a folder that was open.
    pub(crate) ambient: BTreeSet<PathBuf>,
    /// What could not be opened, as it was named.
    pub(crate) refused: BTreeSet<PathBuf>,
    /// What was looked at, as it was named.
    pub(crate) seen: BTreeSet<PathBuf>,
    /// Everything else that was asked: renamed, made, taken away, executed, connected to.
    pub(crate) others: Vec<String>,
}

/// Whether runs can be traced here; says so if not.
#[expect(clippy::print_stdout, reason = "a test that was skipped says why")]
fn may_trace() -> bool {
    match Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).output() {
        Err(_) => println!("skipped: no strace"),
        Ok(output) if output.status.success() => return true,
        Ok(output) => {
            println!("skipped: strace may not trace: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    false
}

/// Runs a command in a folder under strace; `None`, and a word about it, where that cannot be.
#[expect(clippy::disallowed_methods, reason = "traces are short")]
pub(crate) fn run<S: AsRef<OsStr>>(
    folder: &Path,
    command: &str,
    arguments: &[S],
    stdin: Stdio,
    environment: &[(&str, &Path)],
) -> Option<Traced> {
    if !may_trace() {
        return None;
    }
    let traces = tempfile::tempdir().expect("a folder");
    let output = Command::new("strace")
        // A file each thread, so that no line is torn; handles with their paths; whole names.
        .args(["-ff", "-qq", "-y", "-s", "4096", "-e", TRACED, "-o"])
        .arg(traces.path().join("trace"))
        .arg(command)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(stdin)
        .output()
        .expect("strace runs");
    let mut traced = Traced {
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        ..Traced::default()
    };
    for file in fs::read_dir(traces.path()).expect("a folder") {
        let trace = fs::read(file.expect("a file").path()).expect("a trace");
        for line in String::from_utf8_lossy(&trace).lines() {
            traced.add(folder, line);
        }
    }
    assert!(!traced.read.is_empty(), "nothing was traced: {traced:#?}");
    Some(traced)
}

impl Traced {
    fn add(&mut self, folder: &Path, line: &str) {
        let (name, rest) = line.split_once('(').unwrap_or((line, ""));
        let result = rest.rsplit_once(" = ").map_or("", |(_, result)| result.trim());
        match name {
            "open" | "openat" | "openat2" | "creat" => self.opened(folder, rest, result),
            it if LOOKS.contains(&it) => self.seen.extend(named(folder, rest)),
            "execve" | "exit" | "exit_group" | "wait4" if name != "execve" => {}
            // A thread of the same process.
            "clone" | "clone3" if rest.contains("CLONE_THREAD") => {}
            _ if name.starts_with("+++") || name.starts_with("---") => {}
            _ => self.others.push(line.to_owned()),
        }
    }

    fn opened(&mut self, folder: &Path, call: &str, result: &str) {
        // `5</real/path>` or `-1 ENOENT (…)`.
        let Some((_, path)) = result.split_once('<') else {
            self.refused.extend(named(folder, call));
            return;
        };
        let path = PathBuf::from(path.trim_end_matches('>'));
        if !call.contains("RESOLVE_BENEATH") {
            self.ambient.insert(path.clone());
        }
        let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"];
        if writes.iter().any(|flag| call.contains(flag)) {
            self.written.insert(path);
        } else {
            self.read.insert(path);
        }
    }

    /// What was read or written in this folder, as paths from there.
    pub(crate) fn within(paths: &BTreeSet<PathBuf>, folder: &Path) -> Vec<String> {
        let inner = paths.iter().filter_map(|path| path.strip_prefix(folder).ok());
        inner.map(|path| path.to_string_lossy().into_owned()).collect()
    }

    /// Nothing is opened that a program needs for itself, beyond these folders; no socket, no other
    /// program, and no file of the system is written.
    pub(crate) fn assert_keeps_to(&self, folders: &[&Path]) {
        let own = |path: &&PathBuf| folders.iter().any(|folder| path.starts_with(folder));
        let foreign: Vec<_> =
            self.read.iter().filter(|path| !own(path) && !is_system(path)).collect();
        assert!(foreign.is_empty(), "opened: {foreign:#?}");
        let foreign: Vec<_> = self.written.iter().filter(|path| !own(path)).collect();
        assert!(foreign.is_empty(), "written: {foreign:#?}");
        let executed: Vec<_> = self.others.iter().filter(|it| it.starts_with("execve(")).collect();
        assert_eq!(executed.len(), 1, "{executed:#?}");
    }

    /// What was asked beyond looking and opening, but for the start of the program.
    pub(crate) fn asked(&self) -> Vec<&str> {
        let asked = self.others.iter().filter(|call| !call.starts_with("execve("));
        asked.map(String::as_str).collect()
    }
}

/// What every program of this system reads: its libraries, and how many cores it may use. The last two
/// are where git keeps what a user or a machine ignores.
fn is_system(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let is_library = (text.starts_with("/lib") || text.starts_with("/usr/lib"))
        && (text.contains(".so") || text.contains("/locale/"));
    let is_process = text.strip_prefix("/proc/").is_some_and(|rest| {
        let inner = rest.split_once('/').map_or("", |(_, inner)| inner);
        ["maps", "cgroup", "mountinfo", "vm/overcommit_memory"].contains(&inner)
    });
    is_library
        || is_process
        || text.starts_with("/sys/fs/cgroup/")
        || ["/etc/ld.so.cache", "/etc/gitconfig"].contains(&text.as_ref())
}

/// The path that a call names, from the folder that it starts in. Without one: what is open is meant.
fn named(folder: &Path, call: &str) -> Option<PathBuf> {
    let (before, rest) = call.split_once('"')?;
    let (name, _) = rest.split_once('"')?;
    if name.is_empty() {
        return None;
    }
    let base = before.split_once('<').and_then(|(_, rest)| rest.rsplit_once('>'));
    Some(base.map_or(folder, |(base, _)| Path::new(base)).join(name))
}

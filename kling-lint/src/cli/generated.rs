//! Generated texts: shown, written, or compared with what was written before.

use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use crate::cli::save::Saved;
use crate::cli::{Status, reason, say};
use crate::error::LintError;
use crate::report::{count, shown};

/// A text and its place.
#[derive(Debug)]
pub(super) struct Generated {
    pub(super) place: PathBuf,
    pub(super) text: String,
}

/// What stands in the place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Same,
    Other,
    Nothing,
}

/// Writes the files of a folder that are not up to date: all of them, or, when one cannot be written,
/// none.
pub(super) fn write(files: &[Generated], err: &mut dyn Write) -> Status {
    tell(files, replace(files, Saved::create_ours), err)
}

/// Writes a file whose name was given, unless it is up to date.
pub(super) fn write_named(file: Generated, err: &mut dyn Write) -> Status {
    let files = [file];
    tell(&files, replace(&files, Saved::create), err)
}

fn tell(files: &[Generated], done: Result<usize, Unwritable>, err: &mut dyn Write) -> Status {
    match done {
        Ok(0) => say(err, &format!("{} up to date", are(files.len()))),
        Ok(written) if files.len() == 1 || written == files.len() => {
            say(err, &format!("wrote {}", named(files)));
        }
        Ok(written) => say(
            err,
            &format!(
                "wrote {} of {}; the others were up to date",
                written,
                count(files.len(), "file")
            ),
        ),
        Err(Unwritable { error, before }) => {
            let before = match before {
                0 => String::from("nothing was written"),
                number => format!("{} before it written", were(number)),
            };
            say(err, &format!("{}; {before}", in_the_way(&error, "write")));
            return Status::Failed;
        }
    }
    Status::Clean
}

/// Names the files that are not up to date. Nothing is written.
pub(super) fn check(
    files: &[Generated],
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let mut wrong = 0;
    for file in files {
        let what = match found(file) {
            Ok(Found::Same) => continue,
            Ok(Found::Other) => "stale",
            Ok(Found::Nothing) => "missing",
            Err(error) => {
                say(err, &in_the_way(&error, "read"));
                return Ok(Status::Failed);
            }
        };
        writeln!(out, "{}: {what}", shown(&file.place))?;
        wrong += 1;
    }
    if wrong == 0 {
        say(err, &format!("{} up to date", are(files.len())));
        return Ok(Status::Clean);
    }
    let files = count(files.len(), "file");
    say(err, &format!("{wrong} of {files} to write: run the same command without `--check`"));
    Ok(Status::Findings)
}

/// Whether the file is there and says just this.
pub(super) fn is_up_to_date(file: &Generated) -> bool {
    matches!(found(file), Ok(Found::Same))
}

/// Whether a file is up to date. Line ends are the checkout's affair.
fn found(file: &Generated) -> Result<Found, LintError> {
    let old = match crate::fs::open::open(&file.place) {
        Ok(old) => old,
        Err(LintError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(Found::Nothing);
        }
        Err(error) => return Err(error),
    };
    let text = file.text.as_bytes();
    // A line end of two bytes for each of one, and one byte that tells of more.
    let longest = 2 * text.len() as u64 + 1;
    let mut bytes = Vec::new();
    old.take(longest).read_to_end(&mut bytes).map_err(|error| LintError::io(&file.place, error))?;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let same = lines
        .flat_map(|line| match line.strip_suffix(b"\r\n") {
            Some(line) => [line, b"\n"],
            None => [line, b""],
        })
        .flatten()
        .eq(text);
    Ok(if same { Found::Same } else { Found::Other })
}

/// A file that cannot be written.
struct Unwritable {
    error: LintError,
    /// How many others have been.
    before: usize,
}

/// How many files were written.
fn replace(
    files: &[Generated],
    create: impl Fn(&Path) -> io::Result<Saved>,
) -> Result<usize, Unwritable> {
    let mut saved = Vec::new();
    for file in files {
        let failed = |error| Unwritable { error: LintError::io(&file.place, error), before: 0 };
        // What cannot be read may still be written.
        if matches!(found(file), Ok(Found::Same)) {
            continue;
        }
        let mut new = create(&file.place).map_err(failed)?;
        new.write_all(file.text.as_bytes()).map_err(failed)?;
        saved.push((file, new));
    }
    // All are whole on the disk: from here on only the system's refusal to rename stops us.
    let written = saved.len();
    for (before, (file, new)) in saved.into_iter().enumerate() {
        let failed = |error| Unwritable { error: LintError::io(&file.place, error), before };
        new.finish().map_err(failed)?;
    }
    Ok(written)
}

/// What cannot be read or written, and why.
fn in_the_way(error: &LintError, verb: &str) -> String {
    match error {
        LintError::Io { path, .. } => format!("cannot {verb} {}: {}", shown(path), reason(error)),
        other => other.to_string(),
    }
}

/// Makes the folder for the files when there is none.
pub(super) fn make(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let error = match folder.metadata() {
            Ok(it) if !it.is_dir() => io::Error::from(io::ErrorKind::NotADirectory),
            _ => error,
        };
        in_the_way(&LintError::io(folder, error), "write")
    })
}

fn named(files: &[Generated]) -> String {
    match files {
        [file] => shown(&file.place),
        _ => count(files.len(), "file"),
    }
}

/// `1 file is`, `4 files are`
fn are(number: usize) -> String {
    format!("{} {}", count(number, "file"), if number == 1 { "is" } else { "are" })
}

/// `1 file was`, `4 files were`
fn were(number: usize) -> String {
    format!("{} {}", count(number, "file"), if number == 1 { "was" } else { "were" })
}

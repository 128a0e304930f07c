//! `kling-lint pack REQUEST`

use std::io::{self, Read, Write};
use std::path::Path;

use kling_schema::Severity;
use same_file::Handle;

use crate::cli::args::Pack;
use crate::cli::check::{STDIN, STDIN_NAME};
use crate::cli::findings::{Findings, spool};
use crate::cli::output::Output;
use crate::cli::save::Saved;
use crate::cli::{Status, local_files, reason, say};
use crate::error::LintError;
use crate::message::grouped;
use crate::printable::words;
use crate::report::{count, shown};
use crate::{Linter, OpenFile, PackError, Parcel, ParcelReader, Refused};

/// A longer body is not shown on a terminal.
const SCREENFUL: u64 = 64 << 10;
/// Bytes written at once.
const BLOCK: usize = 256 << 10;

/// Packs the request.
pub(crate) fn run(
    options: &Pack,
    stdin: &mut dyn Read,
    out: &mut Output<impl Write>,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let packed = pack(options, stdin, err).and_then(|parcel| match parcel {
        Some(parcel) => write(options, parcel, out, err).map(|()| Status::Clean),
        None => Ok(Status::Findings),
    });
    packed.or_else(|stop| match stop {
        Stop::Failed(text) => {
            say(err, &text);
            Ok(Status::Failed)
        }
        Stop::Output(error) => Err(error),
    })
}

/// Why there is no body, but for the request's own faults.
enum Stop {
    /// In words.
    Failed(String),
    /// Standard output takes no more.
    Output(io::Error),
}

impl From<LintError> for Stop {
    fn from(error: LintError) -> Self {
        match &error {
            LintError::Io { path, .. } | LintError::NotAFile { path, .. } => {
                Stop::Failed(format!("{}: {}", shown(path), reason(&error)))
            }
            other => Stop::Failed(other.to_string()),
        }
    }
}

/// A path that cannot be read or written, and why.
fn failed(path: &Path, source: io::Error) -> Stop {
    Stop::from(LintError::io(path, source))
}

/// Checks the request, and says what the linter says. Nothing comes back of one that is refused.
fn pack(options: &Pack, stdin: &mut dyn Read, err: &mut dyn Write) -> Result<Option<Parcel>, Stop> {
    let mut builder = Linter::builder().strict(options.strict);
    if let Some(name) = &options.endpoint {
        builder = builder.endpoint(name);
    }
    let linter = builder.files(local_files(options.root.as_deref())?).build()?;

    let is_stdin = options.request.as_os_str() == STDIN;
    let shown = if is_stdin { Path::new(STDIN_NAME) } else { &options.request };
    let (request, handle) = if is_stdin {
        (spool(stdin).map_err(|error| failed(shown, error))?, Handle::stdin())
    } else {
        let file = crate::fs::open::open(shown)?;
        let handle = file.try_clone().and_then(Handle::from_file);
        (OpenFile::new(file).map_err(|error| failed(shown, error))?, handle)
    };
    let name = (!is_stdin).then_some(shown);
    let result = Parcel::prepare(&linter, request, name, Severity::Error);
    let mut findings = Findings::new(super::NAME, options.quiet);
    // When nobody listens, nothing is lost.
    match result {
        Ok(parcel) => {
            let _ = findings.report(err, shown, parcel.report());
            // A terminal may well be both ends.
            let is_file = |it: &Handle| it.as_file().metadata().is_ok_and(|it| it.is_file());
            guard(options, &parcel, handle.ok().filter(is_file))?;
            Ok(Some(parcel))
        }
        Err(PackError::Refused(refused)) => {
            let _ = refuse(options, shown, &refused, &mut findings, err);
            Ok(None)
        }
        Err(PackError::Io(error)) => Err(failed(shown, error)),
    }
}

/// Says why the request is not packed.
fn refuse(
    options: &Pack,
    path: &Path,
    refused: &Refused,
    findings: &mut Findings,
    err: &mut dyn Write,
) -> io::Result<()> {
    findings.refused(err, path, refused)?;
    if !refused.report.is_acceptable() {
        findings.finish(err)?;
    }
    if !options.quiet {
        say(err, "nothing was packed");
    }
    Ok(())
}

/// Refuses to write over the request, or over a file that it names, and to flood a terminal.
fn guard(options: &Pack, parcel: &Parcel, request: Option<Handle>) -> Result<(), Stop> {
    let Some(target) = target(options) else {
        if options.output.is_none() && options.on_terminal && parcel.content_length() > SCREENFUL {
            let len = grouped(parcel.content_length());
            return Err(Stop::Failed(format!(
                "the body of {len} bytes would flood the terminal: write it to a file with `-o FILE`, \
                 or ask for it with `-o -`"
            )));
        }
        if request.is_some() && Handle::stdout().ok() == request {
            return Err(Stop::Failed("the output is the request itself".into()));
        }
        return Ok(());
    };
    // To open anything else may wait, or do something.
    if !target.is_file() {
        return Ok(());
    }
    let Ok(handle) = Handle::from_path(target) else { return Ok(()) };
    let over = |what: &str| {
        Err(Stop::Failed(format!("{}: this is {what}; write to another file", shown(target))))
    };
    if Some(&handle) == request.as_ref() {
        return over("the request itself");
    }
    let beside = options.request.parent().unwrap_or(Path::new(""));
    let folders = [Some(beside), options.root.as_deref()];
    for file in parcel.report().files() {
        for folder in folders.into_iter().flatten() {
            let path = folder.join(&file.path);
            if path.is_file() && Handle::from_path(path).is_ok_and(|it| it == handle) {
                return over("a file that the request names");
            }
        }
    }
    Ok(())
}

/// The file to write.
fn target(options: &Pack) -> Option<&Path> {
    options.output.as_deref().filter(|path| path.as_os_str() != STDIN)
}

/// Writes the body.
fn write(
    options: &Pack,
    mut parcel: Parcel,
    out: &mut Output<impl Write>,
    err: &mut dyn Write,
) -> Result<(), Stop> {
    let spoilt = |error: &io::Error, rest: &str| {
        Stop::Failed(format!("cannot pack: {}; {rest}", words(error)))
    };
    let broken = |error: io::Error| spoilt(&error, "nothing was written");
    let mut reader = parcel.reader().map_err(broken)?;
    match target(options) {
        Some(path) => {
            let unwritable = |error| match failed(path, error) {
                Stop::Failed(text) => Stop::Failed(format!("cannot write {text}")),
                other => other,
            };
            let mut saved = Saved::create(path).map_err(unwritable)?;
            copy(&mut reader, broken, |block| {
                saved.write_all(block).map(|()| true).map_err(unwritable)
            })?;
            saved.finish().map_err(unwritable)?;
        }
        None => {
            let broken = |error| spoilt(&error, "what was written is cut short");
            copy(&mut reader, broken, |block| {
                out.write_all(block).map_err(Stop::Output)?;
                Ok(!out.closed())
            })?;
            out.flush().map_err(Stop::Output)?;
            if out.closed() {
                return Ok(());
            }
        }
    }
    if !options.quiet {
        say(err, &summary(&parcel));
    }
    Ok(())
}

/// Hands the body on in blocks, as long as they are wanted.
fn copy(
    reader: &mut ParcelReader<'_>,
    broken: impl Fn(io::Error) -> Stop,
    mut hand_on: impl FnMut(&[u8]) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    let mut block = vec![0; BLOCK];
    loop {
        let len = reader.read(&mut block).map_err(&broken)?;
        if len == 0 || !hand_on(&block[..len])? {
            return Ok(());
        }
    }
}

/// `packed 2 files, 3,145,728 bytes; body of 4,194,511 bytes`
fn summary(parcel: &Parcel) -> String {
    let files = parcel.report().files();
    let mut text = match files.len() {
        0 => String::from("packed no files"),
        number => {
            let bytes = files.iter().filter_map(|file| file.len).sum();
            format!("packed {}, {} bytes", count(number, "file"), grouped(bytes))
        }
    };
    for key in parcel.left_out() {
        text.push_str(&format!("; left out `{key}`"));
    }
    text.push_str(&format!("; body of {} bytes", grouped(parcel.content_length())));
    text
}

//! `--fix` and `--diff`: what can be repaired is, and the rest is told.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;

use clap::Args;
use same_file::Handle;

use crate::cli::save::Saved;
use crate::cli::say;
use crate::config::Policy;
use crate::error::LintError;
use crate::fix::apply::{Fixes, Fixing, HeldBack};
use crate::fix::pieces::Pieces;
use crate::load::LONGEST;
use crate::printable::{self, words};
use crate::report::{count, grouped, shown, unified};
use crate::verdict::Room;
use crate::{Applicability, Linter, OpenFile, Report, Session};

/// Bytes written at once.
const BLOCK: usize = 256 << 10;

/// Fixes of one file, not made, that are told one by one.
const EXCUSES: usize = 10;

/// What the options stand under.
const FIXES: &str = "Fixes";

// The options that repair.
#[derive(Args, Debug, Default)]
pub(crate) struct FixOptions {
    /// Repair what is safe to repair, and tell the rest
    #[arg(long, group = "repair", help_heading = FIXES)]
    pub(crate) fix: bool,

    /// Write nothing; show what --fix would change, and exit with 1 if anything
    #[arg(long, group = "repair", help_heading = FIXES)]
    #[arg(conflicts_with_all = ["format", "output"])]
    pub(crate) diff: bool,

    /// With --fix or --diff: what is probably meant, too
    #[arg(long, requires = "repair", help_heading = FIXES)]
    pub(crate) unsafe_fixes: bool,
}

impl FixOptions {
    /// Whether anything is to be repaired, or shown repaired.
    pub(super) fn repairs(&self) -> bool {
        self.fix || self.diff
    }

    /// Whether the text of standard input, repaired, is what standard output is for.
    pub(super) fn filters(&self) -> bool {
        self.fix && !self.diff
    }

    fn most(&self) -> Applicability {
        if self.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe }
    }
}

/// Repairs the files of a run.
pub(super) struct Repair<'r> {
    options: &'r FixOptions,
    quiet: bool,
    /// Fixes made, or to be made.
    fixes: usize,
    /// Files they are in.
    files: usize,
    /// Fixes that are not safe, and were not asked for.
    more: usize,
    /// Whether a file could not be written.
    failed: bool,
}

/// The streams of a run, and what lints.
pub(super) struct Tools<'t> {
    pub(super) linter: &'t Linter,
    pub(super) session: &'t mut Session,
    /// What is ignored is not repaired.
    pub(super) policy: &'t Policy,
    /// Where diffs go, and the text of standard input.
    pub(super) out: &'t mut dyn Write,
    pub(super) err: &'t mut dyn Write,
}

impl Tools<'_> {
    /// The report that is told, compared with those on other requests.
    fn settled(&mut self, reader: impl Read, path: &Path) -> io::Result<Report> {
        let loaded = self.linter.load(reader)?;
        let linted = self.linter.lint_apart(&loaded, Some(path));
        Ok(self.session.settle(&loaded, linted, Some(path)))
    }
}

impl<'r> Repair<'r> {
    /// Nothing, if nothing is to be repaired.
    pub(super) fn new(options: &'r FixOptions, quiet: bool) -> Option<Self> {
        options.repairs().then_some(Repair {
            options,
            quiet,
            fixes: 0,
            files: 0,
            more: 0,
            failed: false,
        })
    }

    /// Whether the report is the diff.
    pub(super) fn is_diff(&self) -> bool {
        self.options.diff
    }

    /// Whether anything was changed, or would be.
    pub(super) fn changes(&self) -> bool {
        self.fixes > 0
    }

    /// Whether a file could not be written.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    /// Says that a file of lines stays as it is.
    pub(super) fn spare_lines(&mut self, path: &Path, err: &mut dyn Write) {
        self.fail(err, path, "`--fix` does not rewrite JSONL files");
    }

    /// Repairs a file; what is left to be told comes back.
    pub(super) fn file(&mut self, path: &Path, tools: &mut Tools<'_>) -> Result<Report, LintError> {
        let (file, len) = crate::fs::open::open_with_len(path)?;
        if len > LONGEST {
            return tools.linter.lint_path(path);
        }
        let unreadable = |error| LintError::io(path, error);
        let original = Original::of(&file).map_err(unreadable)?;
        let mut file = OpenFile::with_len(file, len);
        let Mended { first, fixes } = self.mend(&mut file, path, tools).map_err(unreadable)?;
        let Some(fixes) = fixes else { return Ok(first) };
        let path_shown = shown(path);
        if self.options.diff {
            let done = unified(tools.out, &path_shown, &mut file, &fixes.pieces.changes());
            done.map_err(unreadable)?;
            self.count(&fixes);
            return Ok(first);
        }
        let written = self.write(path, &original, file, &fixes.pieces, tools);
        match written {
            Ok(report) => {
                self.count(&fixes);
                if original.has_other_names() && !self.quiet {
                    let text = "the file's other names (hard links) keep the text as it was";
                    say(tools.err, &format!("{path_shown}: {text}"));
                }
                self.more += unsafe_fixes(&report, self.options);
                Ok(report)
            }
            Err(error) => {
                self.fail(tools.err, path, &format!("not fixed: {}", why(&error)));
                Ok(first)
            }
        }
    }

    /// Repairs standard input; its text goes to standard output, repaired or not.
    pub(super) fn stdin(
        &mut self,
        mut file: OpenFile,
        name: &Path,
        tools: &mut Tools<'_>,
    ) -> Result<Report, LintError> {
        let unreadable = |error| LintError::io(name, error);
        let Mended { first, fixes } = self.mend(&mut file, name, tools).map_err(unreadable)?;
        if self.options.diff {
            if let Some(fixes) = fixes {
                let changes = fixes.pieces.changes();
                unified(tools.out, &shown(name), &mut file, &changes).map_err(unreadable)?;
                self.count(&fixes);
            }
            return Ok(first);
        }
        let pieces = fixes.as_ref().map_or_else(Pieces::whole, |fixes| fixes.pieces.clone());
        let mut fixing = Fixing::new(&mut file);
        fixing.read(&pieces, |reader| copy(reader, tools.out)).map_err(unreadable)?;
        let Some(fixes) = fixes else { return Ok(first) };
        self.count(&fixes);
        let report = fixing.read(&pieces, |reader| tools.settled(reader, name));
        let report = report.map_err(unreadable)?;
        self.more += unsafe_fixes(&report, self.options);
        Ok(report)
    }

    /// Lints the file, and finds the fixes that can be made.
    fn mend(
        &mut self,
        file: &mut OpenFile,
        path: &Path,
        tools: &mut Tools<'_>,
    ) -> io::Result<Mended> {
        let mut fixing = Fixing::new(file);
        let (linter, policy) = (tools.linter, tools.policy);
        let lint = |linter: &Linter, reader: &mut dyn Read| {
            let mut report = linter.lint_reader(reader, Some(path))?;
            policy.drop_ignored(path, &mut report);
            Ok(report)
        };
        let mut first = fixing.read(&Pieces::whole(), |reader| lint(linter, reader))?;
        let fixes = match first.findings() {
            [] => None,
            _ => {
                let roomy = linter.with_room(Room::FIXED);
                let lint = |reader: &mut dyn Read| lint(&roomy, reader);
                Some(fixing.fix(&first, self.options.most(), lint)?)
            }
        };
        if let Some(fixes) = fixes.as_ref().filter(|_| !self.quiet) {
            excuse(fixes, &shown(path), tools.err);
        }
        let fixes = fixes.filter(|fixes| fixes.count > 0);
        if fixes.is_none() || self.options.diff {
            first = fixing.read(&Pieces::whole(), |reader| tools.settled(reader, path))?;
        }
        if fixes.is_none() || self.options.diff {
            self.more += unsafe_fixes(&first, self.options);
        }
        Ok(Mended { first, fixes })
    }

    /// Puts the repaired text in the file's place, unless someone changed it meanwhile. What is left to
    /// be told of it comes back.
    fn write(
        &self,
        path: &Path,
        original: &Original,
        mut file: OpenFile,
        pieces: &Pieces,
        tools: &mut Tools<'_>,
    ) -> io::Result<Report> {
        let mut saved = Saved::create(path)?;
        let mut fixing = Fixing::new(&mut file);
        fixing.read(pieces, |reader| copy(reader, &mut saved))?;
        let report = fixing.read(pieces, |reader| tools.settled(reader, path))?;
        // Some systems replace no file that is open.
        drop(file);
        original.check(path)?;
        saved.finish()?;
        Ok(report)
    }

    fn count(&mut self, fixes: &Fixes) {
        self.fixes += fixes.count;
        self.files += 1;
    }

    fn fail(&mut self, err: &mut dyn Write, path: &Path, text: &str) {
        say(err, &format!("{}: {text}", shown(path)));
        self.failed = true;
    }

    /// `fixed 3 findings in 2 files (1 more with --unsafe-fixes)`
    pub(super) fn tell(&self, err: &mut dyn Write) {
        let Repair { fixes, files, more, .. } = *self;
        if self.quiet || fixes + more == 0 {
            return;
        }
        let did = if self.options.diff { "would fix" } else { "fixed" };
        let mut text = match fixes {
            0 => format!("{did} nothing"),
            _ => format!("{did} {} in {}", count(fixes, "finding"), count(files, "file")),
        };
        if more > 0 {
            let more = if fixes == 0 { count(more, "finding") } else { format!("{more} more") };
            text.push_str(&format!(" ({more} with --unsafe-fixes)"));
        }
        say(err, &text);
    }
}

/// What came of an attempt to repair a file.
struct Mended {
    /// What the linter says of the file as it is.
    first: Report,
    fixes: Option<Fixes>,
}

/// How many findings only `--unsafe-fixes` would repair.
fn unsafe_fixes(report: &Report, options: &FixOptions) -> usize {
    if options.unsafe_fixes || report.endpoint().is_none() {
        return 0;
    }
    let fixes = report.findings().iter().filter_map(|finding| finding.fix.as_ref());
    fixes.filter(|fix| fix.applicability == Applicability::Unsafe).count()
}

/// Says which fixes were not made, and why: a few at their places, the others by their reasons.
fn excuse(fixes: &Fixes, path: &str, err: &mut dyn Write) {
    let (few, others) = fixes.held_back.split_at(fixes.held_back.len().min(EXCUSES));
    for held_back in few {
        say(err, &format!("{path}:{}", refusal(held_back)));
    }
    let mut reasons: BTreeMap<_, usize> = BTreeMap::new();
    for held_back in others {
        *reasons.entry(reason(held_back)).or_default() += 1;
    }
    for (reason, many) in reasons {
        say(err, &format!("{path}: {} more not fixed: {reason}", grouped(many)));
    }
    if fixes.untried > 0 {
        let many = grouped(fixes.untried);
        say(err, &format!("{path}: {many} more not tried: too many fixes do not go together"));
    }
    if fixes.unseen > 0 {
        let many = count(fixes.unseen, "finding");
        say(err, &format!("{path}: {many} not looked at: there are too many others"));
    }
}

/// `3:5: not fixed: rename the key to ...: that would bring KL2001 too-long`
fn refusal(held_back: &HeldBack) -> String {
    let HeldBack { start, title, .. } = held_back;
    let title = printable::escape(title);
    format!("{}:{}: not fixed: {title}: {}", start.line, start.column, reason(held_back))
}

fn reason(held_back: &HeldBack) -> String {
    match &held_back.brings {
        Some(brings) => format!("that would bring {brings}"),
        None => "that alone repairs nothing".into(),
    }
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "it is read-only, or its folder is".into(),
        _ => words(error),
    }
}

/// Hands a text on in blocks.
fn copy(reader: &mut dyn Read, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    loop {
        match reader.read(&mut block)? {
            0 => return out.flush(),
            len => out.write_all(&block[..len])?,
        }
    }
}

/// A file as it was when it was opened.
struct Original {
    handle: Handle,
    metadata: Metadata,
}

impl Original {
    fn of(file: &File) -> io::Result<Self> {
        let handle = Handle::from_file(file.try_clone()?)?;
        Ok(Original { handle, metadata: file.metadata()? })
    }

    /// Fails when another file is there now, or the file was written to. Its bytes have been compared
    /// while they were copied; this is for what happened since.
    fn check(&self, path: &Path) -> io::Result<()> {
        let now = std::fs::metadata(path)?;
        let same = Handle::from_path(path)? == self.handle
            && now.len() == self.metadata.len()
            && now.modified().ok() == self.metadata.modified().ok();
        if same { Ok(()) } else { Err(io::Error::other("someone changed it meanwhile; run again")) }
    }

    /// Whether the file is reached by other names, which the new text does not get.
    fn has_other_names(&self) -> bool {
        #[cfg(unix)]
        return std::os::unix::fs::MetadataExt::nlink(&self.metadata) > 1;
        #[cfg(not(unix))]
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAULTY: &str = "{\"image\": \"https://cdn.acme.io/a.png\", \"duration\": 5}";

    fn fixes(file: &mut OpenFile, linter: &Linter) -> Pieces {
        let mut fixing = Fixing::new(file);
        let lint = |reader: &mut dyn Read| linter.lint_reader(reader, None);
        let first = fixing.read(&Pieces::whole(), |reader| lint(reader)).expect("a file");
        fixing.fix(&first, Applicability::Safe, lint).expect("a file").pieces
    }

    /// Fixes a file that `meddle` changes between the linter and the disk.
    fn meddled(meddle: impl FnOnce(&Path)) -> (io::Result<Report>, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        std::fs::write(&path, FAULTY).expect("a file");
        let linter = Linter::builder().endpoint("image2video").build().expect("a linter");
        let (file, len) = crate::fs::open::open_with_len(&path).expect("a file");
        let original = Original::of(&file).expect("a file");
        let mut file = OpenFile::with_len(file, len);
        let pieces = fixes(&mut file, &linter);
        meddle(&path);
        let options = FixOptions { fix: true, diff: false, unsafe_fixes: false };
        let repair = Repair::new(&options, false).expect("a repair");
        let (mut session, mut out, mut err) = (linter.session(), Vec::new(), Vec::new());
        let home = crate::config::Home::new(folder.path(), folder.path());
        let policy = Policy::new(None, home, None);
        let mut tools = Tools {
            linter: &linter,
            session: &mut session,
            policy: &policy,
            out: &mut out,
            err: &mut err,
        };
        let done = repair.write(&path, &original, file, &pieces, &mut tools);
        #[expect(clippy::disallowed_methods, reason = "tests read their files whole")]
        let now = std::fs::read_to_string(&path).expect("a file");
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 1, "nothing is left");
        (done, now)
    }

    #[test]
    fn a_file_that_nobody_touched_is_written() {
        let (done, now) = meddled(|_| {});
        assert!(done.is_ok_and(|report| report.is_acceptable()));
        assert!(now.ends_with("\"duration\": \"5\"}"), "{now}");
    }

    #[test]
    fn a_file_that_was_written_to_is_left_alone() {
        let other = FAULTY.replace("a.png", "longer.png");
        let (done, now) = meddled(|path| std::fs::write(path, &other).expect("a file"));
        assert!(done.is_err());
        assert_eq!(now, other);
    }

    #[test]
    fn a_file_that_was_replaced_is_left_alone() {
        let other = FAULTY.replace("a.png", "b.png");
        let (done, now) = meddled(|path| {
            let beside = path.with_extension("new");
            std::fs::write(&beside, &other).expect("a file");
            std::fs::rename(&beside, path).expect("a file");
        });
        assert!(done.is_err());
        assert_eq!(now, other);
    }
}

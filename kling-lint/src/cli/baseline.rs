//! `kling-lint baseline write|prune`

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::path::Path;
use std::rc::Rc;

use crate::baseline::{Entries, Entry};
use crate::cli::args::{Baseline, BaselineOptions, Check, Configuration, FailOn};
use crate::cli::output::Output;
use crate::cli::reports::Reports;
use crate::cli::save::Saved;
use crate::cli::settings::{Settings, read_baseline};
use crate::cli::{Status, check, reason, say};
use crate::config::Home;
use crate::error::LintError;
use crate::report::{Checked, Media, Reporter, Totals, count, shown};

/// Writes a baseline, or takes out of it what is gone.
pub(crate) fn run(
    command: &Baseline,
    stdin: &mut dyn Read,
    out: &mut Output<impl Write>,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let (Baseline::Write(options) | Baseline::Prune(options)) = command;
    let mut check = as_check(options);
    let settings = match Settings::of(&check) {
        Ok(settings) => settings,
        Err(refusals) => return Ok(check::refuse(&refusals, err)),
    };
    let place = settings.baseline.path.clone();
    let home = settings.baseline.home.clone();
    if check.paths.is_empty() {
        check.paths.push(home.shown(home.folder()));
    }
    // Where everything is written anew, nobody asks what stood there.
    let old = match command {
        Baseline::Write(_) if options.paths.is_empty() => Ok(None),
        Baseline::Write(_) => read_baseline(&place, false),
        Baseline::Prune(_) => read_baseline(&place, true),
    };
    let old = match old {
        Ok(old) => old.unwrap_or_default(),
        Err(refusal) => {
            say(err, &refusal);
            return Ok(Status::Failed);
        }
    };

    let met = Rc::new(RefCell::new(Met::default()));
    let collector = Collector { home: home.clone(), met: Rc::clone(&met) };
    let status =
        check::check(&check, settings, Reports::one(Box::new(collector)), (stdin, None), out, err)?;
    if status == Status::Failed {
        say(err, &format!("{} is left as it was", shown(&place)));
        return Ok(status);
    }
    let met = met.take();
    let entries = match command {
        Baseline::Write(_) => met.with_the_rest_of(&old, &home),
        Baseline::Prune(_) => met.still_in(&old, &home),
    };
    // A place that was not given is looked for, and found in whatever repository this is.
    let create = if options.baseline.is_some() { Saved::create } else { Saved::create_ours };
    if let Err(error) = save(&entries, &place, create) {
        say(err, &format!("cannot write {}: {}", shown(&place), reason(&error)));
        return Ok(Status::Failed);
    }
    if !options.quiet {
        say(err, &told(command, &entries, &old, &place));
    }
    if met.hidden > 0 {
        let hidden = count(met.hidden, "finding");
        say(err, &format!("{hidden} beyond the first 1,000 of a request cannot be in a baseline"));
    }
    Ok(Status::Clean)
}

/// The check whose findings count.
fn as_check(options: &BaselineOptions) -> Check {
    Check {
        paths: options.paths.clone(),
        endpoint: options.endpoint.clone(),
        wire: options.wire,
        root: options.root.clone(),
        decode: options.decode,
        fail_on: Some(FailOn::Never),
        quiet: true,
        config: Configuration {
            config: options.config.clone(),
            no_config: options.no_config,
            baseline: options.baseline.clone(),
            no_baseline: true,
        },
        ..Check::default()
    }
}

fn told(command: &Baseline, entries: &Entries, old: &Entries, place: &Path) -> String {
    let place = shown(place);
    let findings = |number| count(number, "finding");
    match command {
        Baseline::Write(_) => {
            let (number, files) = (findings(entries.findings()), entries.files().count());
            format!("wrote {place}: {number} in {}", count(files, "file"))
        }
        Baseline::Prune(_) => {
            let gone = old.findings() - entries.findings();
            let rest = findings(entries.findings());
            match gone {
                0 => format!("nothing is gone of {place}: {rest}"),
                _ => format!("took {} out of {place}: {rest} left", findings(gone)),
            }
        }
    }
}

/// What was met in a run.
#[derive(Debug, Default)]
struct Met {
    entries: Entries,
    files: HashSet<String>,
    hidden: usize,
}

impl Met {
    /// What was found now, and what was known of the files that were not looked at.
    fn with_the_rest_of(&self, old: &Entries, home: &Home) -> Entries {
        let mut entries = self.entries.clone();
        self.copy_the_rest(&mut entries, old, home);
        entries
    }

    /// What was known and is still found.
    fn still_in(&self, old: &Entries, home: &Home) -> Entries {
        let mut entries = Entries::default();
        for file in &self.files {
            entries.copy(file, &old.at_most(file, &self.entries));
        }
        self.copy_the_rest(&mut entries, old, home);
        entries
    }

    fn copy_the_rest(&self, to: &mut Entries, old: &Entries, home: &Home) {
        for file in old.files() {
            if !self.files.contains(file) && home.place(file).exists() {
                to.copy(file, old);
            }
        }
    }
}

/// Tells nothing, and keeps what is to be known.
#[derive(Debug)]
struct Collector {
    home: Home,
    met: Rc<RefCell<Met>>,
}

impl Reporter for Collector {
    fn checked(&mut self, _: &mut dyn Write, input: &Checked<'_>) -> io::Result<()> {
        let mut met = self.met.borrow_mut();
        let name = self.home.name(input.path);
        for finding in input.findings {
            met.entries.add(&name, Entry::of(finding), 1);
        }
        met.hidden += input.hidden;
        met.files.insert(name);
        Ok(())
    }

    fn media(&mut self, _: &mut dyn Write, _: &Media<'_>) -> io::Result<()> {
        Ok(())
    }

    fn unreadable(&mut self, _: &mut dyn Write, _: &Path, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _: &mut dyn Write, _: &Totals) -> io::Result<()> {
        Ok(())
    }
}

/// Puts the baseline in its place, whole.
fn save(
    entries: &Entries,
    place: &Path,
    create: impl Fn(&Path) -> io::Result<Saved>,
) -> Result<(), LintError> {
    let failed = |error| LintError::io(place, error);
    let text = entries.text().map_err(failed)?;
    let mut file = create(place).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.finish().map_err(failed)
}

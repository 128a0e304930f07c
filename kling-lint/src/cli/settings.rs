//! What holds in a run: what was said on the command line, else in the config, else by default.

use std::path::{Path, PathBuf};

use crate::baseline::{self, Baseline};
use crate::cli::args::{Check, Configuration, FailOn};
use crate::cli::{NAME, blamed, reason, say};
use crate::config::{self, Config, Excluded, Home, Policy, Set};
use crate::report::{count, shown};
use crate::{LintError, Linter, Policies};

/// The settings of a run.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) fail_on: Chosen<FailOn>,
    pub(super) strict: Chosen<bool>,
    pub(super) wire: Chosen<bool>,
    /// From the current folder.
    pub(super) root: Chosen<Option<PathBuf>>,
    pub(super) config: Option<Found>,
    pub(super) baseline: BaselinePlace,
    pub(super) policy: Policy,
}

/// A config, and where it was found.
#[derive(Debug)]
pub(super) struct Found {
    /// As people here write it.
    pub(super) path: PathBuf,
    pub(super) config: Config,
}

/// Where the baseline stands, or would.
#[derive(Debug)]
pub(super) struct BaselinePlace {
    /// As people here write it.
    pub(super) path: PathBuf,
    /// Its folder, from which it names files.
    pub(super) home: Home,
}

/// A setting and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Chosen<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Option(&'static str),
    /// A line of the config.
    Config(usize),
    Default,
}

impl<T> Chosen<T> {
    /// The first of them that says something.
    fn first(option: Option<T>, name: &'static str, config: Option<Set<T>>, default: T) -> Self {
        match (option, config) {
            (Some(value), _) => Chosen { value, origin: Origin::Option(name) },
            (None, Some(set)) => Chosen { value: set.value, origin: Origin::Config(set.line) },
            (None, None) => Chosen { value: default, origin: Origin::Default },
        }
    }
}

impl Settings {
    /// The settings, or each reason why there are none.
    pub(super) fn of(options: &Check) -> Result<Self, Vec<String>> {
        let here = std::env::current_dir().map_err(|error| {
            vec![format!("the current folder cannot be read: {}", crate::printable::words(&error))]
        })?;
        let found = find_config(&options.config, &here)?;
        let config = found.as_ref().map(|found| &found.config);
        let home = match &found {
            Some(found) => Home::new(crate::fs::folder_of(&found.path), &here),
            None => Home::new(&here, &here),
        };
        let place = baseline_place(&options.config, found.is_some(), &home, &here);
        let old = if options.config.no_baseline {
            None
        } else {
            let asked = options.config.baseline.is_some();
            let old = read_baseline::<Baseline>(&place.path, asked);
            old.map_err(|refusal| vec![refusal])?.map(|old| (old, place.home.clone()))
        };
        let mut policy =
            Policy::new(config, home.clone(), old).passing_over(&place.path, "the baseline");
        for schema in config.iter().flat_map(|config| config.house.values()) {
            policy = policy.passing_over(&home.folder().join(&schema.value), "a house policy");
        }
        let of = |get: fn(&Config) -> Option<Set<bool>>| config.and_then(get);
        let root = config.and_then(|config| config.root.clone()).map(|root| Set {
            value: Some(home.shown(&home.folder().join(root.value))),
            line: root.line,
        });
        let flag = |given: bool| given.then_some(true);
        Ok(Settings {
            fail_on: Chosen::first(
                options.fail_on,
                "--fail-on",
                config.and_then(|config| config.fail_on.clone()),
                FailOn::default(),
            ),
            strict: Chosen::first(
                flag(options.strict),
                "--strict",
                of(|config| config.strict.clone()),
                false,
            ),
            wire: Chosen::first(
                flag(options.wire),
                "--wire",
                of(|config| config.wire.clone()),
                false,
            ),
            root: Chosen::first(options.root.clone().map(Some), "--root", root, None),
            config: found,
            baseline: place,
            policy,
        })
    }

    /// A linter with these settings, which reads local files.
    pub(super) fn linter(&self, options: &Check) -> Result<Linter, LintError> {
        let files = super::local_files(self.root.value.as_deref())?;
        let mut builder = Linter::builder()
            .strict(self.strict.value)
            .wire(self.wire.value)
            .decode(options.decode)
            // What is sent is one request.
            .lists(!self.wire.value)
            .files(files);
        if let Some(name) = &options.endpoint {
            builder = builder.endpoint(name);
        }
        if let Some(found) = &self.config {
            let house = &found.config.house;
            let map = house.iter().map(|(name, set)| (name.clone(), set.value.clone())).collect();
            let folder = crate::fs::folder_of(&found.path);
            let policies =
                Policies::load(&map, folder).map_err(|error| self.seen_from_here(error))?;
            builder = builder.policies(policies);
        }
        self.policy.settle(builder).build()
    }

    /// What is wrong with a policy, under the path that people here write.
    fn seen_from_here(&self, mut error: LintError) -> LintError {
        if let LintError::Policy { policy, .. } = &mut error {
            let home = self.policy.home();
            *policy = home.shown(&home.place(policy)).to_string_lossy().into_owned();
        }
        error
    }

    /// Why a file is passed over, in words.
    pub(super) fn excluded(&self, path: &Path) -> Option<String> {
        Some(match self.policy.excluded(path)? {
            Excluded::Own(what) => format!("{what}, passed over"),
            Excluded::Glob { glob, line } => {
                let (glob, from) = (crate::printable::shorten(&glob), self.line(line));
                format!("passed over, excluded by `{glob}` ({from})")
            }
        })
    }

    /// A line of the config: `kling-lint.toml:3`.
    pub(super) fn line(&self, line: usize) -> String {
        let path = self.config.as_ref().map_or(Path::new(config::NAME), |found| &found.path);
        format!("{}:{line}", shown(path))
    }

    /// What the policy met that its authors should know.
    pub(super) fn afterword(&self, verbose: bool, quiet: bool, err: &mut dyn std::io::Write) {
        if verbose {
            for line in self.policy.unused_ignores() {
                say(err, &format!("{}: this `[[ignore]]` ignored nothing", self.line(line)));
            }
        }
        let Some(baseline) = self.policy.baseline() else { return };
        let gone = baseline.gone(|file| !self.baseline.home.place(file).exists());
        if gone > 0 && !quiet {
            let (are, them) = if gone == 1 { ("is", "it") } else { ("are", "them") };
            let (findings, path) = (count(gone, "finding"), shown(&self.baseline.path));
            say(
                err,
                &format!(
                    "{findings} of {path} {are} gone: `{NAME} baseline prune` takes {them} out"
                ),
            );
        }
    }
}

/// The config that counts, if there is one.
fn find_config(options: &Configuration, here: &Path) -> Result<Option<Found>, Vec<String>> {
    let path = match &options.config {
        Some(path) => path.clone(),
        None if options.no_config => return Ok(None),
        None => match config::find(here, config::NAME) {
            Some(path) => Home::new(here, here).shown(&path),
            None => return Ok(None),
        },
    };
    let name = shown(&path);
    let text = config::read(&path).map_err(|unread| {
        vec![match unread {
            config::Unread::Refused(error) => {
                let reason = match &error {
                    LintError::NotAFile { what, .. } => format!("is {what}, not a config"),
                    other => reason(other),
                };
                format!("{}: {reason}", shown(blamed(&error, &path)))
            }
            config::Unread::TooLong => format!("{name}: is larger than 1 MiB, so it is no config"),
            config::Unread::NotText { line } => {
                format!("{name}:{line}: not TOML: the bytes are not UTF-8")
            }
        }]
    })?;
    match config::parse(&text) {
        Ok(config) => Ok(Some(Found { path, config })),
        Err(faults) => Err(faults.iter().map(|fault| format!("{name}:{fault}")).collect()),
    }
}

/// Where the baseline stands: beside the config, or, without one, here or in a folder above.
fn baseline_place(
    options: &Configuration,
    has_config: bool,
    home: &Home,
    here: &Path,
) -> BaselinePlace {
    let path = match &options.baseline {
        Some(path) => path.clone(),
        None => {
            let above = if has_config { None } else { config::find(here, baseline::NAME) };
            home.shown(&above.unwrap_or_else(|| home.place(baseline::NAME)))
        }
    };
    let home = Home::new(crate::fs::folder_of(&path), here);
    BaselinePlace { path, home }
}

/// The entries of a baseline, if there is one. One that is asked for must be there.
pub(super) fn read_baseline<C: baseline::Collect>(
    path: &Path,
    asked: bool,
) -> Result<Option<C>, String> {
    let name = shown(path);
    match baseline::read(path) {
        Ok(entries) => Ok(Some(entries)),
        Err(baseline::Unreadable::Refused(LintError::Io { source, .. }))
            if source.kind() == std::io::ErrorKind::NotFound =>
        {
            if asked {
                Err(format!("{name}: there is no such baseline; `{NAME} baseline write` makes it"))
            } else {
                Ok(None)
            }
        }
        Err(baseline::Unreadable::Refused(LintError::NotAFile { what, .. })) => {
            Err(format!("{name}: is {what}, not a baseline"))
        }
        Err(baseline::Unreadable::Refused(error)) => Err(format!("{name}: {}", reason(&error))),
        Err(baseline::Unreadable::Malformed(why)) => {
            Err(format!("{name} is no baseline: {why}; `{NAME} baseline write` writes it anew"))
        }
    }
}

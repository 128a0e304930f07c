//! `kling-lint init [DIR]`: what makes a folder check its requests. Nothing that is there is touched.

use std::fs;
use std::io::{self, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use kling_schema::endpoints::ENDPOINTS;
use kling_schema::export::Profile;

use crate::cli::form::Form;
use crate::cli::generated::{self, Generated};
use crate::cli::{NAME, Status, blamed, reason, save, say, schema};
use crate::detect;
use crate::error::LintError;
use crate::fs::folder_of;
use crate::report::{count, shown};

const CONFIG: &str = include_str!("init/kling-lint.toml");
const EXAMPLE: &str = include_str!("init/cat.omni-video.json");

/// Where the editor's schemas go, from the folder.
const SCHEMAS: &str = ".vscode/kling-schemas";
const SETTINGS: &str = ".vscode/settings.json";
const HOOKS: &str = ".pre-commit-config.yaml";

/// How much of a file of the user's is searched for our name.
const SEARCHED: u64 = 1 << 20;

// The options of `init`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The folder to set up
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,

    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Writes what is not there, and says what it wrote and what it left.
pub(crate) fn run(
    options: &Options,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let parts = parts(&options.folder)?;
    let width = parts.iter().map(|part| part.name.len()).max().unwrap_or_default();
    let wrote = if options.dry_run { "would write" } else { "wrote" };
    let (mut advice, mut status) = (Vec::new(), Status::Clean);
    for part in &parts {
        let (verb, why) = match part.put(&options.folder, options.dry_run) {
            Ok(Put::Written) => (wrote, part.about),
            Ok(Put::Same) => ("left", "there already"),
            Ok(Put::Other(names_us)) => {
                advice.extend(part.missing.clone().filter(|_| !names_us));
                ("left", "there already, and yours")
            }
            Err(error) => {
                let place = blamed(&error, &options.folder);
                say(err, &format!("cannot write {}: {}", shown(place), reason(&error)));
                status = Status::Failed;
                continue;
            }
        };
        writeln!(out, "{verb:<verbs$}  {:<width$}  {why}", part.name, verbs = wrote.len())?;
    }
    if let Some(root) = repository_above(&options.folder) {
        let hooks = root.join(HOOKS);
        if !names_us(&hooks, NAME) {
            let hooks = shown(&hooks);
            advice.push(format!(
                "pre-commit looks at the top of the repository. Add to the `repos:` of\n\
                 {hooks}\n\n{}",
                hook()
            ));
        }
    }
    for text in advice {
        writeln!(out, "\n{}", text.trim_end())?;
    }
    if status == Status::Clean && !options.dry_run {
        say(err, "try it: `kling-lint kling`, and `pre-commit install` for the hook");
    }
    Ok(status)
}

/// Files that belong together.
#[derive(Debug)]
struct Part {
    /// What they are called, from the folder.
    name: String,
    /// Each from the folder, with slashes, and what it says.
    files: Vec<(String, String)>,
    about: &'static str,
    /// By what it shows that a file of the user's has this already.
    sign: &'static str,
    /// What to do when it does not.
    missing: Option<String>,
}

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Put {
    Written,
    /// It was there, the same.
    Same,
    /// Another file was there; whether it names us.
    Other(bool),
}

impl Part {
    fn new(name: &str, text: impl Into<String>, about: &'static str) -> Self {
        let files = vec![(name.into(), text.into())];
        Part { name: name.into(), files, about, sign: NAME, missing: None }
    }

    /// Writes those of its files that are not there.
    fn put(&self, folder: &Path, dry_run: bool) -> Result<Put, LintError> {
        let mut part = Put::Same;
        for (name, text) in &self.files {
            let file = Generated { place: folder.join(name), text: text.clone() };
            let put = self.put_file(&file, dry_run);
            match put.map_err(|error| LintError::io(&file.place, error))? {
                Put::Written => part = Put::Written,
                Put::Other(names_us) if part == Put::Same => part = Put::Other(names_us),
                Put::Same | Put::Other(_) => {}
            }
        }
        Ok(part)
    }

    fn put_file(&self, file: &Generated, dry_run: bool) -> io::Result<Put> {
        let found = || match generated::is_up_to_date(file) {
            true => Put::Same,
            false => Put::Other(names_us(&file.place, self.sign)),
        };
        // A link that leads nowhere is there, too.
        if fs::symlink_metadata(&file.place).is_ok() {
            return Ok(found());
        }
        if dry_run {
            return Ok(Put::Written);
        }
        fs::create_dir_all(folder_of(&file.place))?;
        match save::create_new(&file.place, &file.text) {
            Ok(()) => Ok(Put::Written),
            // Another was quicker.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(found()),
            Err(error) => Err(error),
        }
    }
}

/// Everything, in the order in which it is told.
fn parts(folder: &Path) -> io::Result<Vec<Part>> {
    let mut parts = vec![Part::new("kling-lint.toml", CONFIG, "settings, all at their defaults")];
    if repository_above(folder).is_none() {
        let hooks = format!("repos:\n{}", hook());
        parts.push(Part {
            missing: Some(format!(
                "{HOOKS} does not name kling-lint. Add to its `repos:`\n\n{}",
                hook()
            )),
            ..Part::new(HOOKS, hooks, "the hook: checks what is committed")
        });
    }
    let (profile, endpoints) = (Profile::Draft07, ENDPOINTS.to_vec());
    let setting = schema::setting(profile, false, &endpoints, Some(Path::new(SCHEMAS)));
    parts.push(Part {
        sign: SCHEMAS,
        missing: Some(format!(
            "{SETTINGS} does not name the schemas. Add to it what this prints:\n\n  \
             kling-lint schema --vscode --out {SCHEMAS}"
        )),
        ..Part::new(SETTINGS, format!("{setting:#}\n"), "the editor: checks what is typed")
    });
    let documents = Form::Schema(profile).documents(&endpoints, false)?.into_iter();
    let files: Vec<_> =
        documents.map(|document| (format!("{SCHEMAS}/{}", document.name), document.text)).collect();
    parts.push(Part {
        name: format!("{SCHEMAS}/ ({})", count(files.len(), "file")),
        files,
        ..Part::new("", "", "what it checks by")
    });
    parts.push(Part::new("kling/cat.omni-video.json", EXAMPLE, "a request that passes"));
    Ok(parts)
}

/// The hook. It runs the command that wrote it: everyone who commits has it installed.
fn hook() -> String {
    format!(
        "  - repo: local
    hooks:
      - id: kling-lint
        name: kling-lint
        entry: kling-lint --skip-unknown
        language: system
        files: '{}'
        exclude: '^-'
        require_serial: true
",
        detect::pattern()
    )
}

/// The top of the repository, when the folder is not that itself.
fn repository_above(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let top = folder.ancestors().find(|above| above.join(".git").exists())?;
    (top != folder).then(|| top.to_path_buf())
}

/// Whether the beginning of a file holds this text.
fn names_us(path: &Path, sign: &str) -> bool {
    let mut bytes = Vec::new();
    let read = crate::fs::open::open(path)
        .is_ok_and(|file| file.take(SEARCHED).read_to_end(&mut bytes).is_ok());
    read && memchr::memmem::find(&bytes, sign.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Linter, Severity};

    #[test]
    fn the_example_passes_with_nothing_to_say() {
        let linter = Linter::builder().strict(true).wire(true).build().expect("a linter");
        let report = linter.lint_str(EXAMPLE);
        assert!(report.findings().is_empty(), "{:?}", report.findings());
        report.into_result(Severity::Info).expect("nothing at all");
    }

    #[test]
    fn the_config_is_one_and_what_it_offers_is_too() {
        assert_eq!(crate::config::parse(CONFIG).err(), None);
        let told: toml::Table = CONFIG.parse().expect("TOML");
        assert!(told.is_empty(), "only defaults");
        // Sentences start with a capital letter or go on; settings have `=` or a bracket.
        let offered: Vec<&str> = CONFIG
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.contains(" = ") || line.starts_with('['))
            .collect();
        let offered = offered.join("\n");
        assert_eq!(crate::config::parse(&offered).err(), None, "{offered}");
        let offered: toml::Table = offered.parse().expect("TOML");
        assert_eq!(offered.len(), 9, "{offered:?}");
        let severity = offered["severity"].as_table().expect("a table");
        let ignored = offered["ignore"][0]["rules"].as_array().expect("a list");
        let ignored = ignored.iter().map(|rule| rule.as_str().expect("a name"));
        for rule in severity.keys().map(String::as_str).chain(ignored) {
            assert!(kling_schema::rules::find(rule).is_some(), "{rule}");
        }
    }

    #[test]
    fn every_line_fits() {
        for line in CONFIG.lines() {
            assert!(line.len() <= 80, "{line}");
        }
    }
}

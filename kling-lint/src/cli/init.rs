//! `kling-lint init [DIR]`: what makes a folder check its requests. Nothing that is there is touched.

use std::fs;
use std::io::{self, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use kling_schema::endpoints::ENDPOINTS;
use kling_schema::export::Profile;

use crate::cli::form::Form;
use crate::cli::{NAME, Status, generated, reason, save, say, schema};
use crate::detect;
use crate::error::LintError;
use crate::report::shown;

const CONFIG: &str = include_str!("init/kling-lint.toml");
const EXAMPLE: &str = include_str!("init/cat.omni-video.json");

/// Where the editor's schemas go, from the folder.
const SCHEMAS: &str = ".vscode/kling-schemas";
const SETTINGS: &str = ".vscode/settings.json";
const HOOKS: &str = ".pre-commit-config.yaml";

/// How much of a file of the user's is searched for our name.
const SEARCHED: u64 = 1 << 20;

/// The options of `init`.
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
    let mut advice = String::new();
    let mut status = Status::Clean;
    for part in &parts {
        let place = options.folder.join(&part.name);
        let (verb, why) = match part.put(&place, options.dry_run) {
            Ok(Put::Written) if options.dry_run => ("would write", part.about),
            Ok(Put::Written) => ("wrote", part.about),
            Ok(Put::Same) => ("left", "there already"),
            Ok(Put::Other(names_us)) => {
                if !names_us && let Some(missing) = &part.missing {
                    advice.push_str(&format!("\n{missing}\n"));
                }
                ("left", "there already, and yours")
            }
            Err(error) => {
                let error = LintError::io(&place, error);
                say(err, &format!("cannot write {}: {}", shown(&place), reason(&error)));
                status = Status::Failed;
                continue;
            }
        };
        let verb_width = if options.dry_run { "would write".len() } else { "wrote".len() };
        writeln!(out, "{verb:<verb_width$}  {:<width$}  {why}", part.name)?;
    }
    if let Some(root) = repository_above(&options.folder) {
        let hooks = root.join(HOOKS);
        if !names_us(&hooks, NAME) {
            advice.push_str(&format!(
                "\n{} is where pre-commit looks. Add to its `repos:`\n\n{}",
                shown(&hooks),
                hook()
            ));
        }
    }
    out.write_all(advice.as_bytes())?;
    if status == Status::Clean && !options.dry_run {
        let folder = match options.folder.to_str() {
            Some(".") => String::new(),
            _ => format!("cd {}, then ", shown(&options.folder)),
        };
        say(err, &format!("try it: {folder}`kling-lint kling` and `pre-commit install`"));
    }
    Ok(status)
}

/// A file to write.
#[derive(Debug)]
struct Part {
    /// From the folder, with slashes.
    name: String,
    text: String,
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
        Part { name: name.into(), text: text.into(), about, sign: NAME, missing: None }
    }

    fn put(&self, place: &Path, dry_run: bool) -> io::Result<Put> {
        if fs::symlink_metadata(place).is_ok() {
            return Ok(self.found(place));
        }
        if dry_run {
            return Ok(Put::Written);
        }
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        match save::create_new(place, &self.text) {
            Ok(()) => Ok(Put::Written),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(self.found(place)),
            Err(error) => Err(error),
        }
    }

    fn found(&self, place: &Path) -> Put {
        let file = generated::Generated { place: place.into(), text: self.text.clone() };
        if generated::is_up_to_date(&file) {
            return Put::Same;
        }
        Put::Other(names_us(place, self.sign))
    }
}

/// Every file, in the order in which they are told.
fn parts(folder: &Path) -> io::Result<Vec<Part>> {
    let mut parts = vec![Part::new("kling-lint.toml", CONFIG, "settings, all at their defaults")];
    if repository_above(folder).is_none() {
        parts.push(Part {
            missing: Some(format!(
                "{HOOKS} does not name kling-lint. Add to its `repos:`\n\n{}",
                hook()
            )),
            ..Part::new(
                HOOKS,
                format!("repos:\n{}", hook()),
                "the hook that checks what is committed",
            )
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
        ..Part::new(SETTINGS, format!("{setting:#}\n"), "the editor knows requests by their names")
    });
    for document in Form::Schema(profile).documents(&endpoints, false)? {
        let name = format!("{SCHEMAS}/{}", document.name);
        parts.push(Part::new(&name, document.text, "what the editor knows of them"));
    }
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
    fn the_config_is_toml_and_what_it_offers_is_too() {
        let told: toml::Table = CONFIG.parse().expect("TOML");
        assert!(told.is_empty(), "only defaults");
        // Sentences start with a capital letter or go on; settings have `=` or a bracket.
        let offered: Vec<&str> = CONFIG
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.contains(" = ") || line.starts_with('['))
            .collect();
        let offered: toml::Table = offered.join("\n").parse().expect("TOML");
        assert_eq!(offered.len(), 8, "{offered:?}");
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

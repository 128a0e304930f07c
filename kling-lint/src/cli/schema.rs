//! `kling-lint schema [ENDPOINT…]`

use std::io::{self, Write};
use std::path::{Component, Path};

use kling_schema::Object;
use kling_schema::endpoints::{self, ENDPOINTS, UNCOVERED};
use kling_schema::export::{self, Profile};
use serde_json::{Value, json};

use crate::cli::args::Schema;
use crate::cli::form::{Form, file_name, names};
use crate::cli::generated::{self, Generated};
use crate::cli::{Status, say};
use crate::{alike, config, detect, printable};

/// How alike a name must be to be suggested, from 0 to 1.
const ALIKE: f64 = 0.6;

/// Prints schemas, writes them, or compares them with what was written before.
pub(crate) fn run(
    options: &Schema,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Status> {
    if options.config {
        return config(options.out.as_deref(), options.check, out, err);
    }
    let form = options.profile.unwrap_or(Form::Schema(if options.vscode {
        // Editors know all of it.
        Profile::Draft07
    } else {
        Profile::Draft202012
    }));
    let done = objects(options, form).and_then(|objects| match &options.out {
        _ if options.vscode => vscode(options, form, &objects, out, err),
        Some(folder) => files(options, form, &objects, folder, out, err),
        None => print(options, form, &objects, out),
    });
    done.or_else(|stop| match stop {
        Stop::Failed(text) => {
            say(err, &text);
            Ok(Status::Failed)
        }
        Stop::Output(error) => Err(error),
    })
}

/// The schema of the config.
fn config(
    folder: Option<&Path>,
    check: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let text = format!("{:#}\n", config::schema());
    let Some(folder) = folder else {
        return out.write_all(text.as_bytes()).map(|()| Status::Clean);
    };
    let files = [Generated { place: folder.join(config::SCHEMA_NAME), text }];
    if check {
        return generated::check(&files, out, err);
    }
    if let Err(text) = generated::make(folder) {
        say(err, &text);
        return Ok(Status::Failed);
    }
    Ok(generated::write(&files, err))
}

/// Why there is no document.
enum Stop {
    /// In words.
    Failed(String),
    /// Standard output takes no more.
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Output(error)
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        Stop::Output(error.into())
    }
}

fn failed<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed(text.into()))
}

/// The requests that are asked for, each once.
fn objects(options: &Schema, form: Form) -> Result<Vec<&'static Object>, Stop> {
    let mut objects: Vec<&'static Object> = Vec::new();
    for name in &options.endpoints {
        match endpoints::find(name) {
            Some(object) if objects.iter().any(|it| it.name == object.name) => {}
            Some(object) => objects.push(object),
            None => return failed(unknown(name)),
        }
    }
    if form.is_one() {
        if let Some(object) = objects.first() {
            let (form, name) = (form.name(), object.name);
            return failed(format!("{form} is one document for all endpoints: leave out `{name}`"));
        }
        if options.closed {
            return failed(format!("`--closed` is for JSON Schema, not for {}", form.name()));
        }
    }
    match (objects.is_empty(), options.all || options.vscode || form.is_one()) {
        (false, _) => Ok(objects),
        (true, true) => Ok(ENDPOINTS.to_vec()),
        (true, false) => failed(format!("which endpoint? There are {}; or `--all`", names("and"))),
    }
}

fn unknown(name: &str) -> String {
    let shown = printable::shorten(name);
    if UNCOVERED.iter().any(|route| route.name == name) {
        return format!("the endpoint `{shown}` is not covered; there are {}", names("and"));
    }
    let candidates = ENDPOINTS
        .iter()
        .map(|object| (strsim::normalized_damerau_levenshtein(object.name, name), object.name));
    let advice = match alike::nearest(candidates, ALIKE) {
        Some(known) => format!("did you mean `{known}`?"),
        None => format!("there are {}", names("and")),
    };
    format!("no endpoint is called `{shown}`; {advice}")
}

/// One document on standard output.
fn print(
    options: &Schema,
    form: Form,
    objects: &[&'static Object],
    out: &mut dyn Write,
) -> Result<Status, Stop> {
    match form.documents(objects, options.closed)?.as_slice() {
        [document] => {
            out.write_all(document.text.as_bytes())?;
            Ok(Status::Clean)
        }
        several => failed(format!(
            "{} documents do not fit on standard output: name a folder with `--out DIR`, or one \
             endpoint and one profile",
            several.len()
        )),
    }
}

/// A file for each document.
fn files(
    options: &Schema,
    form: Form,
    objects: &[&'static Object],
    folder: &Path,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Status, Stop> {
    let documents = form.documents(objects, options.closed)?.into_iter();
    let files: Vec<Generated> = documents
        .map(|document| Generated { place: folder.join(document.name), text: document.text })
        .collect();
    if options.check {
        return Ok(generated::check(&files, out, err)?);
    }
    generated::make(folder).map_err(Stop::Failed)?;
    Ok(generated::write(&files, err))
}

/// The setting for an editor: it refers to the files when there are files, else it holds the schemas.
fn vscode(
    options: &Schema,
    form: Form,
    objects: &[&'static Object],
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Status, Stop> {
    let Form::Schema(profile) = form else {
        return failed(format!("an editor takes JSON Schema, not `--profile {}`", form.name()));
    };
    if let Some(folder) = &options.out {
        if folder.has_root() {
            return failed(
                "the setting names the folder as the workspace sees it: give `--out` a relative path",
            );
        }
        let status = files(options, form, objects, folder, out, err)?;
        if status != Status::Clean {
            return Ok(status);
        }
    }
    let setting = setting(profile, options.closed, objects, options.out.as_deref());
    writeln!(out, "{setting:#}")?;
    say(err, "this is for the workspace's .vscode/settings.json");
    Ok(Status::Clean)
}

/// The setting: where the schema of which files stands, or the schema itself.
pub(super) fn setting(
    profile: Profile,
    closed: bool,
    objects: &[&'static Object],
    folder: Option<&Path>,
) -> Value {
    let schemas = objects.iter().map(|object| {
        let mut entry = json!({ "fileMatch": detect::globs(object) });
        match folder {
            Some(folder) => {
                entry["url"] = url(&folder.join(file_name(object, profile, closed))).into();
            }
            None => entry["schema"] = export::json_schema(object, profile, closed).into(),
        }
        entry
    });
    json!({ "json.schemas": schemas.collect::<Value>() })
}

/// As the editor wants it: from the workspace's folder, with slashes.
fn url(path: &Path) -> String {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            other => parts.push(other.as_os_str().to_string_lossy()),
        }
    }
    let path = parts.join("/");
    if path.starts_with("../") { path } else { format!("./{path}") }
}

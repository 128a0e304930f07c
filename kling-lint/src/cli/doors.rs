//! Doors into the inside, for the fuzz targets, which stand outside. No part of the API.

use std::io;
use std::ops::Range;
use std::path::Path;

use clap::ValueEnum as _;

use super::args::{Check, FailOn, Format};
use super::reports;
use crate::linter::Scratch;
use crate::load::Loaded;
use crate::names::Name;
use crate::read::{self, JsonKind, Node};
use crate::report::{Checked, Totals};
use crate::unlisted::{Sort, Unlisted};
use crate::{Linter, Report, baseline, config};

/// A part of a JSON text.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
    /// A key or a string, unescaped.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}

/// The parts of a JSON text with their places, in their order. `None` when it is none, or beyond a limit.
pub fn parts(json: &[u8]) -> Option<Vec<(Range<usize>, Part)>> {
    let loaded = Loaded::from_bytes(json);
    let mut drafts = Vec::new();
    let document = read::read(&loaded, &mut drafts)?;
    let document = drafts.is_empty().then_some(document)?;
    let mut parts = Vec::new();
    let mut open: Vec<(usize, Box<dyn Iterator<Item = Node<'_>> + '_>)> = Vec::new();
    let mut next = Some(document.root());
    loop {
        if let Some(node) = next.take() {
            let span = node.span().start as usize..node.span().end as usize;
            match node.kind() {
                JsonKind::Object => {
                    parts.push((span.start..span.start + 1, Part::Open));
                    let members = node.members().flat_map(|member| [member.key, member.value]);
                    open.push((span.end, Box::new(members)));
                }
                JsonKind::Array => {
                    parts.push((span.start..span.start + 1, Part::Open));
                    open.push((span.end, Box::new(node.items())));
                }
                _ => parts.push((span, scalar(node)?)),
            }
        }
        let Some((end, children)) = open.last_mut() else { return Some(parts) };
        next = children.next();
        if next.is_none() {
            parts.push((*end - 1..*end, Part::Close));
            open.pop();
        }
    }
}

fn scalar(node: Node<'_>) -> Option<Part> {
    Some(match node.kind() {
        JsonKind::Null => Part::Null,
        JsonKind::Bool => Part::Bool(node.boolean()?),
        JsonKind::Number => Part::Number(node.number()?.as_f64()),
        JsonKind::String => Part::Text(node.text()?.to_str().into_owned()),
        JsonKind::Array | JsonKind::Object | JsonKind::Broken => return None,
    })
}

/// Whether every key of a JSON object has the number of its unescaped text.
pub fn names_agree(json: &[u8]) -> bool {
    let loaded = Loaded::from_bytes(json);
    let Some(document) = read::read(&loaded, &mut Vec::new()) else { return true };
    let mut nodes = vec![document.root()];
    while let Some(node) = nodes.pop() {
        nodes.extend(node.items());
        for member in node.members() {
            nodes.push(member.value);
            let Some(text) = member.key.text().filter(|text| !text.has_gap()) else { continue };
            if member.key.name() != Name::of(text.to_str().as_bytes()) {
                return false;
            }
        }
    }
    true
}

/// A baseline as it would be written again, or what is wrong with it.
///
/// # Errors
/// Why it is no baseline, for people.
pub fn baseline(text: &[u8]) -> Result<String, String> {
    let entries: baseline::Entries = baseline::parse(text)?;
    entries.text().map_err(|error| error.to_string())
}

/// A config as the program holds it, for debugging; or all its mistakes.
///
/// # Errors
/// The mistakes, for people.
pub fn config(text: &str) -> Result<String, Vec<String>> {
    config::parse(text).map(|config| format!("{config:?}"))
}

/// The JSON Schema of the config.
pub fn config_schema() -> serde_json::Value {
    config::schema()
}

/// The report of a run that lists nothing more, but of what documents are as a whole.
pub fn counted(linter: &Linter, json: &[u8]) -> Report {
    let mut scratch = Scratch::default();
    scratch.leave_out(&Unlisted { infos: true, sorts: Sort::all().collect() });
    linter.lint_next(&Loaded::from_bytes(json), None, &mut scratch).report
}

/// The names of the formats.
pub fn formats() -> Vec<String> {
    let values = Format::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect()
}

/// What a format tells of these inputs: a file, the line in it, and what was found.
///
/// # Errors
/// A format of no such name.
pub fn told(
    format: &str,
    verbose: bool,
    inputs: &[(&Path, Option<u64>, &Report)],
) -> io::Result<Vec<u8>> {
    let format = Format::from_str(format, false).map_err(io::Error::other)?;
    let options = Check { verbose, ..Check::default() };
    let mut reporter = reports::reporter(format, &options, FailOn::Error, reports::PLAIN);
    let mut out = Vec::new();
    for (path, line, report) in inputs {
        reporter.checked(&mut out, &Checked { line: *line, ..Checked::new(path, report) })?;
    }
    reporter.finish(&mut out, &Totals::default())?;
    Ok(out)
}

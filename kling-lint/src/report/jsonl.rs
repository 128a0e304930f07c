//! For programs that read line by line: one finding a line, with the keys it has in [`super::json`].
//!
//! ```text
//! { "file", "endpoint", "field", …FINDING }   "field" is that of a media file, else null
//! { "file", "error" }                         could not be read
//! { "file", "hidden" }                        so many findings more, which were not kept
//! ```

use std::borrow::Cow;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::report::json::{SafeJson, Told, told};
use crate::report::{Checked, Media, Reporter, Totals};

/// Line by line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Jsonl;

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    endpoint: Option<&'a str>,
    field: Option<&'a str>,
    #[serde(flatten)]
    finding: Told<'a>,
}

#[derive(Serialize)]
struct Unreadable<'a> {
    file: Cow<'a, str>,
    error: &'a str,
}

#[derive(Serialize)]
struct Hidden<'a> {
    file: &'a str,
    hidden: usize,
}

fn push(lines: &mut Vec<u8>, line: &impl Serialize) -> io::Result<()> {
    SafeJson::write(lines, line)?;
    lines.push(b'\n');
    Ok(())
}

impl Reporter for Jsonl {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        let file = &input.path.to_string_lossy();
        let endpoint = input.endpoint.map(|detected| detected.name);
        let mut lines = Vec::new();
        for finding in input.findings {
            push(&mut lines, &Line { file, endpoint, field: None, finding: told(finding) })?;
        }
        if input.hidden > 0 {
            push(&mut lines, &Hidden { file, hidden: input.hidden })?;
        }
        out.write_all(&lines)
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let file = &input.path.to_string_lossy();
        let mut lines = Vec::new();
        for (field, finding) in input.told() {
            let (endpoint, field) = field.map(|it| (it.endpoint, it.field.as_str())).unzip();
            push(&mut lines, &Line { file, endpoint, field, finding: told(finding) })?;
        }
        out.write_all(&lines)
    }

    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        let mut lines = Vec::new();
        push(&mut lines, &Unreadable { file: path.to_string_lossy(), error: reason })?;
        out.write_all(&lines)
    }

    fn finish(&mut self, _: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn snapshot() {
        insta::assert_snapshot!(samples::told(&mut Jsonl));
    }
}

//! For programs that read line by line: one finding a line, with the keys it has in [`super::json`].
//!
//! ```text
//! { "file", "endpoint", "field", …FINDING }   "field" is that of a media file, else null
//! { "file", "error" }                         could not be read
//! { "file", "hidden" }                        so many findings more, which were not kept
//! ```

use std::io;
use std::path::Path;

use crate::finding::Finding;
use crate::report::json::push_members;
use crate::report::json_text::JsonText;
use crate::report::{Checked, Media, Reporter, Totals};

/// Line by line.
#[derive(Debug, Default)]
pub(crate) struct Jsonl {
    text: JsonText,
}

impl Jsonl {
    fn push(&mut self, file: &str, endpoint: Option<&str>, field: Option<&str>, finding: &Finding) {
        self.text.raw("{\"file\":").text(file);
        self.text.raw(",\"endpoint\":").text_or_null(endpoint);
        self.text.raw(",\"field\":").text_or_null(field).raw(",");
        push_members(&mut self.text, finding);
        self.text.raw("}\n");
    }
}

impl Reporter for Jsonl {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        if input.is_clean() {
            return Ok(());
        }
        let file = input.path.to_string_lossy();
        let endpoint = input.endpoint.map(|detected| detected.name);
        for finding in input.findings {
            self.push(&file, endpoint, None, finding);
        }
        if input.hidden > 0 {
            self.text.raw("{\"file\":").text(&file);
            self.text.raw(",\"hidden\":").count(input.hidden).raw("}\n");
        }
        self.text.write(out)
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let file = input.path.to_string_lossy();
        for (field, finding) in input.told() {
            let (endpoint, field) = field.map(|it| (it.endpoint, it.field.as_str())).unzip();
            self.push(&file, endpoint, field, finding);
        }
        self.text.write(out)
    }

    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        self.text.raw("{\"file\":").text(&path.to_string_lossy());
        self.text.raw(",\"error\":").text(reason).raw("}\n");
        self.text.write(out)
    }

    fn finish(&mut self, _: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        Ok(())
    }

    fn apart(&self) -> Option<Box<dyn Reporter + Send>> {
        Some(Box::new(Jsonl::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn snapshot() {
        insta::assert_snapshot!(samples::told(&mut Jsonl::default()));
    }
}

//! A TSDoc comment.

use std::fmt::{self, Display};

use super::typescript::WIDTH;

/// Blocks with an empty line between them.
pub(super) struct Comment {
    indent: &'static str,
    blocks: Vec<Vec<String>>,
}

impl Comment {
    pub(super) fn new(indent: &'static str) -> Self {
        Comment { indent, blocks: Vec::new() }
    }

    /// A doc comment, which has paragraphs of its own.
    pub(super) fn paragraphs(&mut self, doc: &str) {
        for paragraph in doc.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            self.text(paragraph);
        }
    }

    /// A paragraph.
    pub(super) fn text(&mut self, text: &str) {
        let lines = self.wrapped(text, "", "");
        self.blocks.push(lines);
    }

    /// A list.
    pub(super) fn items(&mut self, items: impl IntoIterator<Item = String>) {
        let lines: Vec<String> =
            items.into_iter().flat_map(|item| self.wrapped(&item, "- ", "  ")).collect();
        if !lines.is_empty() {
            self.blocks.push(lines);
        }
    }

    /// A line that starts with a tag.
    pub(super) fn tag(&mut self, line: &str) {
        self.blocks.push(vec![line.to_owned()]);
    }

    /// A fenced block, part of what stands above it.
    pub(super) fn code(&mut self, language: &str, code: &str) {
        let lines = [format!("```{language}")].into_iter();
        let lines = lines.chain(code.lines().map(|line| line.replace("*/", "*\\/")));
        let lines = lines.chain(["```".to_owned()]);
        match self.blocks.last_mut() {
            Some(block) => block.extend(lines),
            None => self.blocks.push(lines.collect()),
        }
    }

    /// Lines that fit. A code span is never broken: TSDoc would not see its end.
    fn wrapped(&self, text: &str, first: &str, other: &str) -> Vec<String> {
        let width = WIDTH - self.indent.len() - " * ".len();
        let text = text.replace("*/", "*\\/");
        let mut lines = vec![first.to_owned()];
        let mut is_empty = true;
        let mut is_code = false;
        for word in text.split_whitespace() {
            let Some(line) = lines.last_mut() else { break };
            let fits = line.chars().count() + 1 + word.chars().count() <= width;
            if is_empty {
                line.push_str(word);
            } else if fits || is_code {
                line.push(' ');
                line.push_str(word);
            } else {
                lines.push(format!("{other}{word}"));
            }
            is_empty = false;
            is_code ^= word.matches('`').count() % 2 == 1;
        }
        lines
    }
}

impl Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = self.indent;
        match self.blocks.as_slice() {
            [] => Ok(()),
            [block] if block.len() == 1 => writeln!(f, "{indent}/** {} */", block[0]),
            blocks => {
                writeln!(f, "{indent}/**")?;
                for (at, block) in blocks.iter().enumerate() {
                    if at > 0 {
                        writeln!(f, "{indent} *")?;
                    }
                    for line in block {
                        writeln!(f, "{indent} * {line}")?;
                    }
                }
                writeln!(f, "{indent} */")
            }
        }
    }
}

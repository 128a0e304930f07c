//! What the fuzz targets share.

use std::io::{Cursor, Read, Seek, SeekFrom};

use kling_lint::cli::doors::{self, Part};
use kling_lint::{Linter, MediaReport, OpenFile, Report, Severity};

/// A stream that gives as many bytes at a time as the seed says, in turn.
pub(crate) struct Chunks<'t> {
    text: &'t [u8],
    sizes: &'t [u8],
    turn: usize,
}

impl<'t> Chunks<'t> {
    /// A stream of the text.
    pub(crate) fn new(text: &'t [u8], sizes: &'t [u8]) -> Self {
        Chunks { text, sizes, turn: 0 }
    }
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.get(self.turn % self.sizes.len().max(1)).map_or(7, |&size| size);
        self.turn += 1;
        let len = buffer.len().min(usize::from(size).max(1)).min(self.text.len());
        buffer[..len].copy_from_slice(&self.text[..len]);
        self.text = &self.text[len..];
        Ok(len)
    }
}

/// The report holds together: places in the text and in order, edits in the text and apart.
pub(crate) fn holds_together(report: &Report, len: u64) {
    let mut last = 0;
    for finding in report.findings() {
        let (start, end) = (finding.span.start, finding.span.end);
        assert!(start <= end && end <= len, "out of the text: {finding:?}");
        assert!(last <= start, "out of order: {finding:?}");
        assert!(!finding.message.chars().any(char::is_control), "not escaped: {finding:?}");
        assert!(finding.excerpt.text.get(finding.excerpt.highlight.clone()).is_some());
        last = start;
        let Some(fix) = &finding.fix else { continue };
        let mut edits: Vec<_> = fix.edits.iter().map(|edit| edit.span).collect();
        edits.sort();
        assert!(edits.iter().all(|span| span.start <= span.end && span.end <= len), "{fix:?}");
        assert!(edits.windows(2).all(|pair| pair[0].end <= pair[1].start), "{fix:?}");
    }
}

/// Shorter strings are kept whole by a stream.
const KEPT: usize = 64 << 10;

/// The whole text and the stream have the same report, but for what is shown of the line and what is
/// repaired in a long string: a stream keeps only its ends.
pub(crate) fn same(linter: &Linter, text: &[u8], sizes: &[u8]) {
    let whole = linter.lint_bytes(text);
    let streamed = linter.lint_reader(Chunks::new(text, sizes), None).expect("memory can be read");
    holds_together(&streamed, text.len() as u64);
    let seen = |report: &Report| -> Vec<_> {
        let findings = report.findings().iter();
        findings
            .map(|one| {
                (
                    one.rule.id,
                    one.severity,
                    one.span,
                    one.start,
                    one.end,
                    one.pointer.clone(),
                    one.message.clone(),
                )
            })
            .collect()
    };
    assert_eq!(seen(&whole), seen(&streamed));
    for (whole, streamed) in whole.findings().iter().zip(streamed.findings()) {
        let is_kept = text.len() <= KEPT || streamed.fix.is_some();
        assert!(!is_kept || whole.fix == streamed.fix, "{whole:?}\n{streamed:?}");
    }
}

/// A file that gives at most as many bytes at a time as the seed says, in turn.
struct Pieces {
    file: Cursor<Vec<u8>>,
    sizes: Vec<u8>,
    turn: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.get(self.turn % self.sizes.len().max(1)).map_or(7, |&size| size);
        self.turn += 1;
        let len = buffer.len().min(usize::from(size).max(1));
        self.file.read(&mut buffer[..len])
    }
}

impl Seek for Pieces {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

/// The verdict on a file, which does not depend on how much of it is read at once.
pub(crate) fn judged(linter: &Linter, bytes: &[u8], name: &str, sizes: &[u8]) -> MediaReport {
    let judge = |file: std::io::Result<OpenFile>| {
        let file = file.expect("memory has an end");
        linter.judge_media(file, name).expect("memory can be read")
    };
    let report = judge(OpenFile::new(Cursor::new(bytes.to_vec())));
    let file = Cursor::new(bytes.to_vec());
    let pieces = judge(OpenFile::new(Pieces { file, sizes: sizes.to_vec(), turn: 0 }));
    assert_eq!(format!("{report:?}"), format!("{pieces:?}"));
    report
}

/// What is told of a request, wherever it stands in the text.
pub(crate) fn told(report: &Report) -> Vec<(&'static str, Severity, String, String)> {
    let findings = report.findings().iter();
    let told = |it: &kling_lint::Finding| {
        (it.rule.id, it.severity, it.pointer.clone(), it.message.clone())
    };
    findings.map(told).collect()
}

/// The same JSON with every character of every string escaped; `None` when it is none.
pub(crate) fn escaped(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let mut out = String::new();
    let mut last = 0;
    for (span, part) in doors::parts(text.as_bytes())? {
        let Part::Text(string) = part else { continue };
        out.push_str(&text[last..span.start]);
        out.push('"');
        for unit in string.encode_utf16() {
            out.push_str(&format!("\\u{unit:04x}"));
        }
        out.push('"');
        last = span.end;
    }
    out.push_str(&text[last..]);
    Some(out)
}

/// The same JSON with other space between its parts; `None` when it is none.
pub(crate) fn spaced(text: &[u8]) -> Option<String> {
    let mut out = String::new();
    let mut last = 0;
    for ((span, _), space) in
        doors::parts(text)?.into_iter().zip([" ", "\n", "", "\r\n", "\t"].iter().cycle())
    {
        // Between two parts stands at most one comma or colon.
        out.extend(
            text[last..span.start]
                .iter()
                .filter(|byte| b",:".contains(byte))
                .map(|&byte| char::from(byte)),
        );
        out.push_str(space);
        last = span.end;
        out.push_str(std::str::from_utf8(&text[span]).ok()?);
        out.push_str(space);
    }
    Some(out)
}

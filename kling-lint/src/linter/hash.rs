//! A hash of the text that a finding is about, for baselines.

use std::ops::Range;

use crate::finding::Span;
use crate::fnv::{BASIS, fnv};
use crate::place::Places;

/// Texts up to this length count whole. The loader drops nothing of a string this short.
const WHOLE: u64 = 32 << 10;
/// What counts of the beginning and of the end of a longer one: less than the loader keeps of a
/// string, so that it does not matter whether it dropped the middle.
const HEAD: usize = 4 << 10;
const TAIL: usize = 512;

/// The hash of a range of the resident text, which is this span of the file.
pub(super) fn of(places: &Places<'_>, range: Range<u32>, span: Span) -> u64 {
    let (head, tail) = places.ends(range);
    let len = span.end.saturating_sub(span.start);
    if len <= WHOLE {
        return fnv(BASIS, head);
    }
    let head = &head[..head.len().min(HEAD)];
    let tail = &tail[tail.len().saturating_sub(TAIL)..];
    fnv(fnv(fnv(BASIS, head), tail), &len.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linter;

    fn hashes(report: &crate::Report) -> Vec<u64> {
        report.findings().iter().map(|finding| finding.text_hash).collect()
    }

    /// A request whose prompt has so many characters.
    fn request(chars: usize) -> String {
        let prompt = "p".repeat(chars);
        format!(r#"{{"image": "https://cdn.acme.io/a.png", "prompt": "{prompt}", "durration": 5}}"#)
    }

    #[test]
    fn what_the_loader_drops_does_not_matter() {
        let linter = Linter::builder().endpoint("image2video").build().expect("a linter");
        let near = [WHOLE as usize, 64 << 10].into_iter().flat_map(|len| len - 8..len + 8);
        for chars in near.chain([3_000, 200_000]) {
            let text = request(chars);
            let whole = hashes(&linter.lint_str(&text));
            assert!(whole.len() > 1, "a long prompt and an unknown key");
            let streamed = linter.lint_reader(text.as_bytes(), None).expect("memory");
            assert_eq!(whole, hashes(&streamed), "{chars} characters");
        }
    }

    #[test]
    fn another_value_has_another_hash_wherever_it_stands() {
        let linter = Linter::builder().endpoint("image2video").build().expect("a linter");
        let five = hashes(&linter.lint_str(r#"{"image":"https://a.io/a.png","duration": 5}"#));
        let far =
            hashes(&linter.lint_str("{\n\"image\":\"https://a.io/a.png\",\n\n\"duration\":5}"));
        let seven = hashes(&linter.lint_str(r#"{"image":"https://a.io/a.png","duration": 7}"#));
        assert_eq!(five, far);
        assert_ne!(five, seven);
    }
}

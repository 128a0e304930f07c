//! A hash of the text that a finding is about, for baselines.
//!
//! The text is taken eight bytes at a time, the first of them the lowest, the last ones filled up with zeros.
//! Each eight are put to the hash by exclusive or, which is then multiplied by [`FACTOR`]; the halves of the
//! product, put together in the same way, are the new hash. It begins as [`BASIS`] and the length. This stands
//! in files, and stays the same for ever; nobody gains by a collision but an entry in a file that a person
//! reviews.

use std::ops::Range;

use crate::finding::Span;
use crate::place::Places;

/// Texts up to this length count whole. The loader drops nothing of a string this short.
const WHOLE: u64 = 32 << 10;
/// What counts of the beginning and of the end of a longer one: less than the loader keeps of a
/// string, so that it does not matter whether it dropped the middle.
const HEAD: usize = 4 << 10;
const TAIL: usize = 512;

/// Fractions of the square roots of 2 and 3, in binary: numbers without a pattern. The second is odd.
const BASIS: u64 = 0x6a09_e667_f3bc_c908;
const FACTOR: u64 = 0xbb67_ae85_84ca_a73b;

/// The hash of a range of the resident text, which is this span of the file.
pub(super) fn of(places: &Places<'_>, range: Range<u32>, span: Span) -> u64 {
    let (head, tail) = places.ends(range);
    let len = span.end.saturating_sub(span.start);
    let start = BASIS ^ len;
    if len <= WHOLE {
        return folded(start, head);
    }
    let head = &head[..head.len().min(HEAD)];
    let tail = &tail[tail.len().saturating_sub(TAIL)..];
    folded(folded(start, head), tail)
}

/// Goes on from a hash with more bytes.
fn folded(start: u64, bytes: &[u8]) -> u64 {
    let fold = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(FACTOR);
        product as u64 ^ (product >> u64::BITS) as u64
    };
    let (words, rest) = bytes.as_chunks();
    let hash = words.iter().fold(start, |hash, word| fold(hash, u64::from_le_bytes(*word)));
    let mut last = [0; size_of::<u64>()];
    last[..rest.len()].copy_from_slice(rest);
    fold(hash, u64::from_le_bytes(last))
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

    /// Baselines are compared between versions of this tool: these numbers never change. They were worked out
    /// by another program, in Python.
    #[test]
    fn it_is_stable() {
        let all = |text: &[u8]| folded(BASIS ^ text.len() as u64, text);
        assert_eq!(all(b""), 0xb499_582f_b868_d383);
        assert_eq!(all(b"5"), 0x47e8_c548_a6be_db56);
        assert_eq!(all(b"\"kling-v1\""), 0xa9d6_31f7_e6a3_e860);
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

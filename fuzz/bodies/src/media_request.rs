//! A picture is judged alike as a local file and as Base64, and whole as in a stream: also one so long that a
//! stream keeps only the ends of its text.

use base64_simd::STANDARD;
use kling_lint::{Linter, MemoryFiles, Report};

/// Shorter data of no known format are taken for mere words, not for files.
const SHORTEST: usize = 192;

/// See the module.
pub fn media_request(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let (sizes, rest) = rest.split_at(rest.len().min(4));
    let (one, other) = rest.split_at(rest.len() * usize::from(choice & 0xf) / 15);
    if one.len().min(other.len()) < SHORTEST {
        return;
    }
    let (one, other) = (longer(one, choice, sizes), longer(other, choice, sizes));
    let (one, other) = (&one[..], &other[..]);
    let mut files = MemoryFiles::new();
    files.insert("./one", one);
    files.insert("./other", other);
    let request = |one: &str, other: &str| {
        format!(
            r#"{{"image":"{one}","image_tail":"{other}","static_mask":"{other}",
            "dynamic_masks":[{{"mask":"{one}","trajectories":[{{"x":400,"y":9}},{{"x":0,"y":0}}]}}]}}"#
        )
    };
    let linter = Linter::builder()
        .endpoint("image2video")
        .decode(choice & 0x80 != 0)
        .files(files)
        .build()
        .expect("an endpoint");
    let named = request("./one", "./other");
    let inline = request(&STANDARD.encode_to_string(one), &STANDARD.encode_to_string(other));
    let told = |report: &Report| -> Vec<_> {
        let findings = report.findings().iter();
        findings.map(|one| (one.pointer.clone(), one.rule.id, one.severity)).collect()
    };
    let named_report = linter.lint_str(&named);
    crate::shared::holds_together(&named_report, named.len() as u64);
    assert_eq!(named_report.files().len(), 4);
    assert_eq!(told(&named_report), told(&linter.lint_str(&inline)));
    crate::shared::same(&linter, named.as_bytes(), sizes);
    let streamed = linter.lint_reader(inline.as_bytes(), None).expect("memory can be read");
    assert_eq!(told(&named_report), told(&streamed));
}

/// The picture with what is passed over, as two bits of the choice have it: many bytes of one kind, somewhere
/// in its header or behind its end.
fn longer(bytes: &[u8], choice: u8, sizes: &[u8]) -> Vec<u8> {
    const LONG: usize = 70_000;
    let mut bytes = bytes.to_vec();
    let at = sizes.first().map_or(0, |&at| usize::from(at)).min(bytes.len());
    match choice & 0x30 {
        0x10 => drop(bytes.splice(at..at, [0; LONG])),
        0x20 => drop(bytes.splice(at..at, [0xff; LONG])),
        0x30 => bytes.resize(bytes.len() + LONG, 0),
        _ => {}
    }
    bytes
}

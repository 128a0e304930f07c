//! A stream has the report of the whole text. `~` stands for a run so long that its middle is dropped.

use kling_lint::Linter;

/// See the module.
pub fn loader(data: &[u8]) {
    let (sizes, pattern) = data.split_at(data.len().min(4));
    let mut text = Vec::new();
    let mut runs = 0;
    for (index, &byte) in pattern.iter().enumerate() {
        if byte == b'~' && runs < 2 {
            runs += 1;
            // The run repeats the few bytes before it, escapes and broken characters included.
            let unit = &pattern[index.saturating_sub(6)..index];
            let unit = if unit.is_empty() { b"A" } else { unit };
            let plain: Vec<u8> = unit.iter().copied().filter(|byte| *byte != b'"').collect();
            let plain = if plain.is_empty() { b"A".to_vec() } else { plain };
            text.extend(plain.iter().cycle().take(80_000));
        } else {
            text.push(byte);
        }
    }
    let linter = Linter::new();
    // In text that is no JSON at all the loader cannot tell a string from what stands between two.
    let broken = |report: &kling_lint::Report| {
        let mut findings = report.findings().iter();
        findings.any(|one| one.rule.id.starts_with("KL00"))
    };
    let whole = linter.lint_bytes(&text);
    if broken(&whole) {
        let stream = crate::shared::Chunks::new(&text, sizes);
        let streamed = linter.lint_reader(stream, None).expect("memory can be read");
        crate::shared::holds_together(&streamed, text.len() as u64);
        assert!(broken(&streamed), "only the whole text is refused");
    } else {
        crate::shared::same(&linter, &text, sizes);
    }
}

//! Bytes → a report that holds together, whatever the bytes.
#![no_main]

use kling_lint::Linter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    for endpoint in ["image2video", "omni-video"] {
        let linter = Linter::builder().endpoint(endpoint).wire(true).build().expect("an endpoint");
        kling_lint_fuzz::holds_together(&linter.lint_bytes(text), text.len() as u64);
    }
    kling_lint_fuzz::holds_together(&Linter::new().lint_bytes(text), text.len() as u64);
});

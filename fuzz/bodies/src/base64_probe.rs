//! What is told of a Base64 image does not depend on how it was cut into chunks, short or long.

use kling_lint::Linter;

/// See the module.
pub fn base64_probe(data: &[u8]) {
    let Some((&repeat, rest)) = data.split_first() else { return };
    let (sizes, image) = rest.split_at(rest.len().min(4));
    // Two sizes: kept whole, and so long that the middle is dropped.
    let times = if repeat < 128 || image.is_empty() { 1 } else { 70_000 / image.len() + 1 };
    let mut text = b"{\"image\":\"".to_vec();
    for _ in 0..times {
        text.extend(image.iter().filter(|byte| !matches!(byte, b'"' | b'\\')));
    }
    text.extend_from_slice(b"\"}");
    let linter = Linter::builder().endpoint("image2video").build().expect("an endpoint");
    crate::shared::same(&linter, &text, sizes);
}

//! Reference tokens: a token of an input that is there is no finding, one of an input that is not is one,
//! at its place; and escapes in the prompt change nothing.
//!
//! The first byte says how many images and elements there are.

use kling_lint::Linter;
use serde_json::{Value, json};

use crate::shared::{escaped, told};

/// See the module.
pub fn tokens(data: &[u8]) {
    let Some((&counts, prompt)) = data.split_first() else { return };
    let prompt = String::from_utf8_lossy(prompt);
    if prompt.trim().is_empty() || prompt.chars().count() > 2000 {
        return;
    }
    let (images, elements) = (usize::from(counts & 3), usize::from(counts >> 2 & 3));
    let image = |number| json!({"image_url": format!("https://cdn.acme.io/{number}.png")});
    let request = json!({
        "prompt": prompt,
        "image_list": (0..images).map(image).collect::<Value>(),
        "element_list": (0..elements).map(|it| json!({"element_id": it + 1})).collect::<Value>(),
    });
    let linter = Linter::builder().endpoint("omni-video").build().expect("an endpoint");
    let text = request.to_string();
    let report = linter.lint_str(&text);
    assert_eq!(told(&report), told(&linter.lint_str(&escaped(text.as_bytes()).expect("JSON"))));
    let blamed: Vec<&str> = report
        .findings()
        .iter()
        .filter(|it| it.pointer == "/prompt" && it.rule.id.starts_with("KL5"))
        .filter_map(|it| text.get(it.span.start as usize..it.span.end as usize))
        .collect();
    for (token, kind, number) in exact(&prompt) {
        let count = if kind == "image" { images } else { elements };
        let is_blamed = blamed.contains(&token);
        assert_eq!(is_blamed, number > count, "{token} of {count}");
    }
}

/// Tokens as the pages print them, with nothing before or behind that may belong to them.
fn exact(prompt: &str) -> impl Iterator<Item = (&str, &str, usize)> {
    prompt.match_indices("<<<").filter_map(|(at, _)| {
        let (before, rest) = prompt.split_at(at);
        let end = rest.find(">>>")?;
        let (token, behind) = rest.split_at(end + 3);
        let (kind, number) = token[3..end].split_once('_')?;
        let is_plain = number.bytes().all(|it| it.is_ascii_digit())
            && !number.starts_with('0')
            && (1..=3).contains(&number.len());
        let is_alone = !before.ends_with('<') && !behind.starts_with('>');
        let fits = is_plain && is_alone && ["image", "element"].contains(&kind);
        fits.then_some((token, kind, number.parse().ok()?))
    })
}

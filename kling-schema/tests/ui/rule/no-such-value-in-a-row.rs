use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Std,
    Pro,
}

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(rule(a: supported(prompt) by (mode = "std") { ("prof") }))]
struct Request {
    /// A text.
    prompt: String,
    /// A mode.
    mode: Mode,
}

fn main() {}

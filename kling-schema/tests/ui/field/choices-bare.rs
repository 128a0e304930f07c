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
struct Request {
    /// A field.
    #[kling(choices)]
    prompt: Mode,
}

fn main() {}

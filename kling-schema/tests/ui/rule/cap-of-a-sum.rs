use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(rule(cap: len(tags) + tags <= 5))]
struct Request {
    /// A text.
    prompt: String,
    /// A list.
    tags: Vec<String>,
}

fn main() {}

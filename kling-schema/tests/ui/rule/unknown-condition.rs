use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(rule(a: forbid(prompt) when presents(tags)))]
struct Request {
    /// A text.
    prompt: String,
    /// A list.
    tags: Vec<String>,
}

fn main() {}

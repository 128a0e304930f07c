use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(editor())]
struct Request {
    /// A text.
    prompt: String,
    /// A list.
    tags: Vec<String>,
}

fn main() {}

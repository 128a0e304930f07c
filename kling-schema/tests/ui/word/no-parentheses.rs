use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling = "POST /a"]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A text.
    prompt: String,
}

fn main() {}

use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(endpoint = "POST /kling/v1/")]
struct Request {
    /// A text.
    prompt: String,
}

fn main() {}

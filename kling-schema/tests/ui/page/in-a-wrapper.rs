use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(read = "2026-03", house(page = "https://example.com"))]
struct Request {
    /// A text.
    prompt: String,
}

fn main() {}

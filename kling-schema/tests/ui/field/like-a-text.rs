use kling_schema::{ImageSource, KlingSchema};

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A text.
    prompt: String,
    /// Another.
    #[kling(like(prompt))]
    tail: ImageSource,
}

fn main() {}

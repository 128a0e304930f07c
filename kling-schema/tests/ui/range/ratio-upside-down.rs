use kling_schema::{ImageSource, KlingSchema};

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A field.
    #[kling(image(ratio(2:1 ..= 1:2)))]
    prompt: ImageSource,
}

fn main() {}

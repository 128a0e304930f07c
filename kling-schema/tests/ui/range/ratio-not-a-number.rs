use kling_schema::{ImageSource, KlingSchema};

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A field.
    #[kling(image(ratio(a:b ..= 2:1)))]
    prompt: ImageSource,
}

fn main() {}

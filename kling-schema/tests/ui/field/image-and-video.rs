use kling_schema::{ImageSource, KlingSchema};

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A field.
    #[kling(image(edge >= 300), video(edge <= 2160))]
    prompt: ImageSource,
}

fn main() {}

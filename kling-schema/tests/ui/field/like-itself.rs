use kling_schema::{ImageSource, KlingSchema};

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// An image.
    #[kling(like(image))]
    image: ImageSource,
}

fn main() {}

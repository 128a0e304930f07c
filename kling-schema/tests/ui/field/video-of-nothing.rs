use kling_schema::{KlingSchema, VideoSource};

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A field.
    #[kling(video())]
    prompt: VideoSource,
}

fn main() {}

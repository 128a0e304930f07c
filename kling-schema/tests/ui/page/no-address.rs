use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "image2video", read = "2026-03")]
struct Request {
    /// A text.
    prompt: String,
}

fn main() {}

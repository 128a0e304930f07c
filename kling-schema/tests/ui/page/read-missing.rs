use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com")]
struct Request {
    /// A text.
    prompt: String,
}

fn main() {}

use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A field.
    #[kling(range(1..=9), default = 10)]
    prompt: u32,
}

fn main() {}

use kling_schema::KlingSchema;

#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A text.
    prompt: String,
}

fn main() {}

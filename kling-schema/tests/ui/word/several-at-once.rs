use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(rule(cap: len(tagz) <= 5))]
struct Request {
    /// A text.
    #[kling(charrs(..=500), house(urll))]
    prompt: String,
    #[kling(items(4..=2))]
    tags: Vec<String>,
}

fn main() {}

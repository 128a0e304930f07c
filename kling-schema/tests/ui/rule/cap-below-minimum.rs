use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(rule(cap: len(tags) <= 1))]
struct Request {
    /// A list.
    #[kling(items(2..=4))]
    tags: Vec<String>,
}

fn main() {}

use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(upstream_page = "https://example.com/up", upstream_read = "2026-03")]
struct Request {
    /// A field.
    #[kling(info(upstream(chars(..=500))))]
    prompt: String,
}

fn main() {}

use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Request {
    /// A field.
    #[kling(hint(present(prompt), "text"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<String>,
}

fn main() {}

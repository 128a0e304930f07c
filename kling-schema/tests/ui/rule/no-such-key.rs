use kling_schema::KlingSchema;

/// An image.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
struct Item {
    /// Its address.
    url: String,
}

/// A request.
#[derive(KlingSchema)]
#[kling(page = "https://example.com", read = "2026-03")]
#[kling(rule(a: forbid(image_list[].ulr) when present(prompt)))]
struct Request {
    /// A text.
    prompt: String,
    /// A list.
    image_list: Vec<Item>,
}

fn main() {}

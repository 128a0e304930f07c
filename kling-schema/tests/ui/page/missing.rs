use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
struct Request {
    /// A text.
    prompt: String,
}

fn main() {}

use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
#[kling(page = "https://example.com")]
enum Mode {
    Std,
}

fn main() {}

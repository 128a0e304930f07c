use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {}

fn main() {}

use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
#[serde(untagged)]
enum Mode {
    Std,
}

fn main() {}

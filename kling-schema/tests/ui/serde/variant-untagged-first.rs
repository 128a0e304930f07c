use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {
    #[serde(untagged)]
    Other(String),
    Pro,
}

fn main() {}

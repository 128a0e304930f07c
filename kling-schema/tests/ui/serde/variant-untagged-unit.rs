use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {
    #[serde(untagged)]
    Std,
    Pro,
}

fn main() {}

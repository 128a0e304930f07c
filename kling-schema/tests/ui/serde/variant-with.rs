use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {
    #[serde(with = "module")]
    Std,
    Pro,
}

fn main() {}

use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {
    #[serde(skip)]
    Std,
    Pro,
}

fn main() {}

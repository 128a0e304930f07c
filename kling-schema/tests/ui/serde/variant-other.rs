use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {
    #[serde(other)]
    Std,
    Pro,
}

fn main() {}

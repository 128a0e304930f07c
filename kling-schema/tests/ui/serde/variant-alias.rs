use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {
    #[serde(alias = "standard")]
    Std,
    Pro,
}

fn main() {}

use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {
    #[serde(rename = "std")]
    Std,
    #[serde(rename = "std")]
    Standard,
}

fn main() {}

use kling_schema::KlingSchema;

/// A mode.
#[derive(KlingSchema)]
enum Mode {
    Std,
    Seconds(u32),
    Named { seconds: u32 },
}

fn main() {}

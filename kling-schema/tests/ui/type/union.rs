use kling_schema::KlingSchema;

/// A request.
#[derive(KlingSchema)]
union Request {
    a: u8,
    b: i8,
}

fn main() {}

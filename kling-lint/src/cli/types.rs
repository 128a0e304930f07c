//! `kling-lint types LANGUAGE`

use std::io::{self, Write};

use kling_schema::export;

use crate::cli::Status;
use crate::cli::args::{Language, Types};
use crate::cli::generated::{self, Generated};

/// Prints declarations, writes them, or compares them with what was written before.
pub(crate) fn run(options: &Types, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Status> {
    let text = match options.language {
        Language::Ts => export::typescript(),
    };
    let Some(place) = options.out.clone() else {
        return out.write_all(text.as_bytes()).map(|()| Status::Clean);
    };
    let file = Generated { place, text };
    if options.check {
        generated::check(&[file], out, err)
    } else {
        Ok(generated::write_named(file, err))
    }
}

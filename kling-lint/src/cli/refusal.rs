//! What the parser of the command line says of words it does not take: quoted like any outside text. A
//! shell's `*` hands over whatever files are called.

use std::io::{self, ErrorKind, Write as _};

use clap::error::{ContextKind, ContextValue};

use crate::printable::{escape, shorten, words};

/// Tells it: help and versions on standard output, a refusal on standard error. Whether that is what was
/// asked for, and it could be told; when nobody reads it, nothing is lost.
pub fn tell(name: &str, refusal: clap::Error) -> bool {
    let refusal = safe(refusal);
    let was_asked_for = !refusal.use_stderr();
    match refusal.print().and_then(|()| io::stdout().flush()) {
        Err(error) if was_asked_for && error.kind() != ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "{name}: cannot write the result: {}", words(&error));
            false
        }
        _ => was_asked_for,
    }
}

/// The refusal, safe to print.
fn safe(mut refusal: clap::Error) -> clap::Error {
    let found: Vec<(ContextKind, ContextValue)> =
        refusal.context().filter_map(|(kind, value)| Some((kind, quoted(value)?))).collect();
    for (kind, value) in found {
        refusal.insert(kind, value);
    }
    refusal
}

/// The value with its texts escaped; `None` when there is no outside text in it.
fn quoted(value: &ContextValue) -> Option<ContextValue> {
    match value {
        ContextValue::String(text) => Some(ContextValue::String(shorten(text))),
        ContextValue::Strings(all) => {
            Some(ContextValue::Strings(all.iter().map(|text| escape(text)).collect()))
        }
        // Tips. Their colours and those of a word that they repeat cannot be told apart.
        ContextValue::StyledStrs(all) => {
            let plain = all.iter().map(|tip| escape(&tip.to_string()).into());
            Some(ContextValue::StyledStrs(plain.collect()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::args::Arguments;

    #[test]
    fn words_are_quoted() {
        for word in ["--\u{1b}[2Jx", "--color=\u{202e}x", "-\u{9b}31m", "explain\n::error::x"] {
            let words = ["kling-lint", "rules", word].map(Into::into);
            let refusal = Arguments::read(words).expect_err("no such option");
            let told = super::safe(refusal).render().to_string();
            assert!(told.contains("\\u{"), "{told}");
            let acts = |it: char| it != '\n' && !crate::printable::is_safe(it);
            assert!(!told.contains(acts) && !told.contains("\n::"), "{told}");
        }
    }
}

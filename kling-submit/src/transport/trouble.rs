//! What a failed exchange is called.

use std::io;

use kling_lint::printable::escape;
use ureq::{Error, Timeout};

use kling_lint::printable;

/// What went wrong, for people. Never a URL: it may hold a signature.
pub(crate) fn words(error: Error) -> String {
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => "it took too long".to_owned(),
        Error::Timeout(Timeout::PerWrite) => "no more bytes were taken".to_owned(),
        Error::Timeout(_) => "nothing more came in time".to_owned(),
        Error::HostNotFound => "the host has no address".to_owned(),
        Error::BadUri(_) | Error::Http(_) => "the URL or a header cannot be sent".to_owned(),
        Error::RequireHttpsOnly(_) => "only https is allowed".to_owned(),
        Error::Protocol(error) => escape(&format!("the answer is no HTTP ({error})")),
        Error::LargeResponseHeader(..) => "the answer's headers are too large".to_owned(),
        Error::ConnectProxyFailed(why) => escape(&why),
        Error::Rustls(error) => escape(&format!("TLS: {error}")),
        Error::Other(error) => escape(&error.to_string()),
        Error::Io(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof => "the connection was closed".to_owned(),
            // rustls' own, as its transport passes them on.
            io::ErrorKind::InvalidData => escape(&format!("TLS: {error}")),
            _ => escape(&printable::words(&error)),
        },
        other => escape(&other.to_string()),
    }
}

/// Whether a connection that was not made may be made a moment later.
pub(crate) fn is_passing(error: &Error) -> bool {
    match error {
        Error::Timeout(_) | Error::HostNotFound | Error::ConnectionFailed => true,
        Error::Io(error) => !matches!(
            error.kind(),
            // A bad certificate, another protocol; a socket that may not be made; after `abandon`.
            io::ErrorKind::InvalidData
                | io::ErrorKind::PermissionDenied
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::NotConnected
        ),
        Error::ConnectProxyFailed(why) => why.contains("responded 5"),
        _ => false,
    }
}

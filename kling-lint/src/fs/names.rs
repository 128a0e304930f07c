//! From the text of a request to a path: plain, a `file:` URL, or written on Windows.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::files::Refusal;
use kling_schema::locator::is_drive;

/// No system opens a longer path that is given in one piece.
pub(super) const LONGEST: usize = 4096;

/// What the text may mean. Nothing was looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The path as this system reads it.
    pub(super) path: PathBuf,
    /// The path with `/` for every `\`, if that makes a difference: a request that was written on
    /// Windows is linted elsewhere.
    pub(super) slashed: Option<PathBuf>,
}

/// Why the text names no file here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Nameless {
    /// It names another machine, or a drive where there are none.
    Elsewhere,
    /// No file can have such a name.
    Impossible(Refusal),
}

/// Reads the text.
pub(super) fn read(text: &str) -> Result<Name, Nameless> {
    if text.len() > LONGEST {
        return impossible("the path is too long");
    }
    let path = match url(text) {
        Some(rest) => from_url(rest)?,
        None => OsString::from(text),
    };
    if path.as_encoded_bytes().contains(&0) {
        return impossible("a path cannot hold a NUL character");
    }
    // Every system takes the empty path for none; in a request it stands for its folder.
    let path = PathBuf::from(if path.is_empty() { OsString::from(".") } else { path });
    if cfg!(windows) {
        return on_windows(path);
    }
    let Some(text) = path.to_str() else { return Ok(Name { path, slashed: None }) };
    if text.starts_with('\\') || is_drive(text) {
        return Err(Nameless::Elsewhere);
    }
    let slashed = text.contains('\\').then(|| PathBuf::from(text.replace('\\', "/")));
    Ok(Name { path, slashed })
}

/// Windows reads `\` itself, but knows names that are no files, and what a colon does there.
fn on_windows(path: PathBuf) -> Result<Name, Nameless> {
    let stream = |part: Component<'_>| matches!(part, Component::Normal(name) if name.as_encoded_bytes().contains(&b':'));
    if path.components().any(stream) {
        return impossible("a file name cannot hold a colon");
    }
    Ok(Name { path, slashed: None })
}

fn impossible<T>(reason: &str) -> Result<T, Nameless> {
    Err(Nameless::Impossible(Refusal::unreadable(reason)))
}

/// What follows `file:`.
pub(super) fn url(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked("file:".len())?;
    scheme.eq_ignore_ascii_case("file:").then_some(rest)
}

/// The path of a `file:` URL. RFC 8089 knows absolute ones only; `file:cat.png` is read as people
/// mean it.
fn from_url(rest: &str) -> Result<OsString, Nameless> {
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return Err(Nameless::Elsewhere);
            }
            match &rest[host.len()..] {
                "" => "/",
                path => path,
            }
        }
        None => rest,
    };
    // `file:///C:/cat.png`
    let path =
        path.strip_prefix('/').filter(|rest| cfg!(windows) && is_drive(rest)).unwrap_or(path);
    match decoded(path) {
        Cow::Borrowed(_) => Ok(OsString::from(path)),
        Cow::Owned(bytes) => os_string(bytes),
    }
}

/// The bytes that percent signs stand for; a sign that stands for none is itself.
pub(super) fn decoded(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits make one byte.
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// A file name as it stands in a `file:` URL.
pub(super) fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(character) {
            out.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> Result<OsString, Nameless> {
    Ok(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Result<OsString, Nameless> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(OsString::from(text)),
        Err(_) => impossible("the URL is not UTF-8"),
    }
}

/// Whether only a shell reads this text as it is meant: `~/cat.png` is a file of the home folder.
pub(super) fn is_home(text: &str) -> bool {
    text == "~" || text.starts_with("~/") || text.starts_with("~\\")
}

/// Whether the path starts at the root of the system, or of a drive.
pub(super) fn is_rooted(path: &Path) -> bool {
    matches!(path.components().next(), Some(Component::RootDir | Component::Prefix(_)))
}

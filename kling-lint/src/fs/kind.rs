//! What a path leads to, in words.

/// What something is that is no regular file, by the mode that `stat` tells.
#[cfg(unix)]
pub(super) fn not_a_file(mode: u32) -> Option<&'static str> {
    use rustix::fs::{FileType, RawMode};

    // A mode has 16 bits, and fewer types hold it on some systems.
    match FileType::from_raw_mode(mode as RawMode) {
        FileType::RegularFile => None,
        FileType::Directory => Some("a folder"),
        FileType::Fifo => Some("a named pipe"),
        FileType::Socket => Some("a socket"),
        FileType::Symlink => Some("a link"),
        FileType::CharacterDevice | FileType::BlockDevice => Some("a device"),
        _ => Some("no regular file"),
    }
}

/// What something is that is no regular file.
#[cfg(not(unix))]
pub(super) fn not_a_file(is_file: bool, is_dir: bool) -> Option<&'static str> {
    match (is_file, is_dir) {
        (true, _) => None,
        (_, true) => Some("a folder"),
        _ => Some("a device"),
    }
}

/// What a file of the standard library is, if no regular file.
pub(super) fn of_std(metadata: &std::fs::Metadata) -> Option<&'static str> {
    #[cfg(unix)]
    return not_a_file(std::os::unix::fs::MetadataExt::mode(metadata));
    #[cfg(not(unix))]
    return not_a_file(metadata.is_file(), metadata.is_dir());
}

/// What a file beneath a folder is, if no regular file.
pub(super) fn of_cap(metadata: &cap_std::fs::Metadata) -> Option<&'static str> {
    #[cfg(unix)]
    return not_a_file(cap_std::fs::MetadataExt::mode(metadata));
    #[cfg(not(unix))]
    return not_a_file(metadata.is_file(), metadata.is_dir());
}

//! What has arrived of an asset, and what a later call needs to go on with it.
//!
//! Beside `{name}.part` stands `{name}.part.info`, one line of JSON filled up to a fixed length: it is
//! written over in place, so that a full disk cannot lose it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::hex::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of the info file.
const INFO: usize = 1024;
/// Bytes of a validator that is kept.
const VALIDATOR: usize = 400;

/// What is known of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Info {
    /// The strong `ETag` or the `Last-Modified` that the bytes belong to.
    pub(super) validator: Option<String>,
    /// How many bytes there will be.
    pub(super) total: Option<u64>,
    /// So many of them are on disk for good: later ones may be zeros after a power cut.
    pub(super) synced: u64,
    /// All of it arrived, and was checked.
    pub(super) whole: Option<Whole>,
}

/// A checked asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whole {
    pub(super) sha256: String,
    pub(super) bytes: u64,
    pub(super) suffix: String,
}

/// A part file.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
    info_path: PathBuf,
    pub(super) info: Info,
    file: Option<File>,
    length: u64,
    hash: Sha256,
}

impl Part {
    /// The part of an asset called `stem`, with what an earlier call left of it.
    pub(super) fn open(folder: &Path, stem: &str) -> io::Result<Self> {
        let path = folder.join(format!("{stem}.part"));
        let info_path = folder.join(format!("{stem}.part.info"));
        for path in [&path, &info_path] {
            // A link would lead the bytes elsewhere.
            if path.symlink_metadata().is_ok_and(|it| !it.is_file()) {
                return Err(io::Error::other("something that is no file is in the way"));
            }
        }
        let mut part = Part {
            info: read_info(&info_path).unwrap_or_default(),
            path,
            info_path,
            file: None,
            length: 0,
            hash: Sha256::new(),
        };
        part.pick_up()?;
        Ok(part)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How much there is.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// What a request for the rest says: from where, and of what.
    pub(super) fn rest(&self) -> Option<(u64, &str)> {
        let validator = self.info.validator.as_deref()?;
        (self.length > 0).then_some((self.length, validator))
    }

    /// Forgets all of it, and begins with an asset of this validator and length.
    pub(super) fn begin(
        &mut self,
        validator: Option<String>,
        total: Option<u64>,
    ) -> io::Result<()> {
        // In this order: bytes of one asset never stand beside the validator of another.
        self.info = Info::default();
        if self.info_path.exists() {
            self.write_info()?;
        }
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(true).clone();
        self.file = Some(options.open(&self.path)?);
        self.length = 0;
        self.hash = Sha256::new();
        let validator = validator.filter(|it| it.len() <= VALIDATOR);
        self.info = Info { validator, total, ..Info::default() };
        self.write_info()
    }

    /// Appends.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = self.file.as_mut().ok_or_else(|| io::Error::other("no part was begun"))?;
        file.write_all(bytes)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Makes what is there last.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        file.sync_data()?;
        self.info.synced = self.length;
        self.write_info()
    }

    /// Its bytes.
    pub(super) fn file(&mut self) -> Option<&mut File> {
        self.file.as_mut()
    }

    /// Marks it as whole and checked; it lasts on return.
    pub(super) fn complete(&mut self, suffix: &str) -> io::Result<Whole> {
        if let Some(file) = &self.file {
            file.sync_all()?;
        }
        let whole = Whole {
            sha256: hex(&self.hash.clone().finalize()),
            bytes: self.length,
            suffix: suffix.to_owned(),
        };
        self.info.synced = self.length;
        self.info.whole = Some(whole.clone());
        self.write_info()?;
        Ok(whole)
    }

    /// Whether the bytes on disk are those that were checked.
    pub(super) fn holds(&self, whole: &Whole) -> bool {
        self.file.is_some()
            && self.length == whole.bytes
            && hex(&self.hash.clone().finalize()) == whole.sha256
    }

    /// Removes all of it.
    pub(super) fn discard(&mut self) {
        self.file = None;
        self.length = 0;
        self.info = Info::default();
        // Gone is gone; what cannot be removed is begun anew by the next call.
        let _ = std::fs::remove_file(&self.info_path);
        let _ = std::fs::remove_file(&self.path);
    }

    /// Reads and hashes what an earlier call left, up to where it is sure.
    fn pick_up(&mut self) -> io::Result<()> {
        if self.info.synced == 0 {
            return Ok(());
        }
        let mut file = match OpenOptions::new().read(true).write(true).open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let sure = self.info.synced;
        if file.metadata()?.len() < sure {
            self.info = Info::default();
            return Ok(());
        }
        file.set_len(sure)?;
        hash_into(&mut self.hash, &mut file)?;
        file.seek(SeekFrom::Start(sure))?;
        self.file = Some(file);
        self.length = sure;
        Ok(())
    }

    fn write_info(&self) -> io::Result<()> {
        let mut line = serde_json::to_vec(&self.info)?;
        line.resize(INFO.max(line.len() + 1) - 1, b' ');
        line.push(b'\n');
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(false).open(&self.info_path)?;
        file.write_all(&line)?;
        file.set_len(line.len() as u64)?;
        file.sync_data()
    }
}

fn read_info(path: &Path) -> Option<Info> {
    let file = OpenOptions::new().read(true).open(path).ok()?;
    let mut text = Vec::new();
    file.take(4 * INFO as u64).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The hash of a file, in hex, and its length.
pub(super) fn hash_of(path: &Path) -> io::Result<(String, u64)> {
    let mut hash = Sha256::new();
    let length = hash_into(&mut hash, &mut OpenOptions::new().read(true).open(path)?)?;
    Ok((hex(&hash.finalize()), length))
}

fn hash_into(hash: &mut Sha256, file: &mut File) -> io::Result<u64> {
    let mut block = vec![0; 64 << 10];
    let mut length = 0;
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(length),
            Ok(read) => {
                hash.update(&block[..read]);
                length += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Makes the names in a folder last.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and names last with their files.
    if cfg!(unix) { OpenOptions::new().read(true).open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_gone_on_with_from_where_it_is_sure() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut part = Part::open(folder.path(), "t").expect("a part");
        assert_eq!((part.rest(), part.length()), (None, 0));
        part.begin(Some("\"e1\"".to_owned()), Some(9)).expect("room");
        part.push(b"abc").expect("room");
        part.sync().expect("room");
        part.push(b"lost").expect("room");
        drop(part);
        let mut part = Part::open(folder.path(), "t").expect("a part");
        assert_eq!(part.rest(), Some((3, "\"e1\"")));
        part.push(b"defghi").expect("room");
        let whole = part.complete("png").expect("room");
        assert_eq!(
            (whole.bytes, hash_of(part.path()).expect("bytes")),
            (9, (whole.sha256.clone(), 9))
        );
        drop(part);
        let part = Part::open(folder.path(), "t").expect("a part");
        assert_eq!(part.info.whole.as_ref(), Some(&whole));
        assert!(part.holds(&whole));
    }

    #[test]
    fn what_does_not_fit_together_is_begun_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.part");
        let info = folder.path().join("t.part.info");
        for text in [
            "",
            "{",
            "null",
            "{\"synced\":10}",
            "{\"validator\":\"x\",\"total\":null,\"synced\":4,\"whole\":null}",
        ] {
            std::fs::write(&info, text).expect("room");
            std::fs::write(&path, b"abc").expect("room");
            let part = Part::open(folder.path(), "t").expect("a part");
            assert_eq!((part.rest(), part.length()), (None, 0), "{text}");
        }
    }

    /// Info written over a longer one leaves nothing of it behind.
    #[test]
    fn info_is_written_over_in_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut part = Part::open(folder.path(), "t").expect("a part");
        part.begin(Some("x".repeat(VALIDATOR)), Some(u64::MAX)).expect("room");
        part.begin(Some("y".repeat(VALIDATOR + 1)), None).expect("room");
        assert_eq!(read_info(&part.info_path), Some(Info::default()));
        assert_eq!(part.info_path.metadata().expect("a file").len(), INFO as u64);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/dev/null", folder.path().join("t.part")).expect("a link");
        Part::open(folder.path(), "t").expect_err("a link");
    }
}

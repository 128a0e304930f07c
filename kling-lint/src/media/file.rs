//! The header of a file, read with few and small reads.
//!
//! Only headers are read: pixels never, metadata only where the size could stand. A file may be of any
//! length, made to mislead, or changing while it is read.

use std::io::{self, Seek as _, SeekFrom};
use std::mem::MaybeUninit;

use super::probe::{Header, HeaderProbe, Progress};
use crate::files::{OpenFile, PAGE};
use crate::load::ALIGNED;

/// From so many bytes on, what need not be looked at is passed over: it saves a read at least.
const WORTH_A_SEEK: u64 = PAGE as u64;
/// How many reads are done at most, should each bring little. Where each brings a page the probe ends
/// them, long before.
const MOST_READS: u32 = 4096;

/// Room for a page, where the system copies at its best speed.
#[repr(align(64))]
struct Room([MaybeUninit<u8>; PAGE]);

const _: () = assert!(align_of::<Room>() == ALIGNED);

/// What reading a file's header brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probed {
    pub(crate) header: Header,
    /// Whether the file's length changed after it was opened, so that nothing about it is certain.
    pub(crate) changed: bool,
}

/// Reads the header of a file that was just opened.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn probe(file: &mut OpenFile) -> io::Result<Probed> {
    let len = file.len();
    let mut probe = HeaderProbe::new();
    // One of them is nearly always all that is needed.
    let mut page = Room([MaybeUninit::uninit(); PAGE]);
    let (mut at, mut reads) = (0_u64, 0_u32);
    let mut cut = false;
    let header = loop {
        let Progress::More { idle } = probe.progress() else {
            break probe.finish();
        };
        // The first read comes whatever the length is said to be: files that are made up as they are
        // read, as those of `/proc`, are said to have none.
        if reads > 0 && at.saturating_add(idle) >= len {
            break probe.finish();
        }
        if reads >= MOST_READS {
            break probe.give_up();
        }
        if idle >= WORTH_A_SEEK {
            at += idle;
            file.seek(SeekFrom::Start(at))?;
            probe.skip(idle);
        }
        let read = match file.read_page(&mut page.0) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                reads += 1;
                continue;
            }
            result => result?,
        };
        if read.is_empty() {
            cut = at < len;
            break probe.finish();
        }
        probe.push(read);
        at += read.len() as u64;
        reads += 1;
    };
    // One read that brought all it could came right behind two looks at the length.
    let is_seen = file.is_steady() && reads == 1 && at == len.min(PAGE as u64);
    let changed = cut || at > len || !is_seen && file.seek(SeekFrom::End(0))? != len;
    Ok(Probed { header, changed })
}

#[cfg(test)]
mod tests;

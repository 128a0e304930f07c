//! stub
use super::probe::{Header, HeaderProbe, Progress};
use crate::files::OpenFile;
use std::io::{self, Read as _};

pub(crate) struct Probed {
    pub(crate) header: Header,
    pub(crate) changed: bool,
}

pub(crate) fn probe(file: &mut OpenFile) -> io::Result<Probed> {
    let mut probe = HeaderProbe::new();
    let mut block = [0; 4096];
    loop {
        let read = file.read(&mut block)?;
        if read == 0 || probe.push(&block[..read]) == Progress::Done {
            break;
        }
    }
    Ok(Probed { header: probe.finish(), changed: false })
}

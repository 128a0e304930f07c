//! stub
use crate::files::{FileName, Files, OpenFile, Refusal};
use std::path::Path;

#[derive(Debug)]
/// stub
pub struct LocalFiles(());

impl LocalFiles {
    /// stub
    pub fn beside_request() -> Self {
        LocalFiles(())
    }
}

impl Files for LocalFiles {
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
        let folder = name.request().and_then(Path::parent).unwrap_or(Path::new("."));
        let file = super::open::open(&folder.join(name.path())).map_err(|_| Refusal::missing())?;
        OpenFile::new(file).map_err(|error| Refusal::unreadable(error.to_string()))
    }
}

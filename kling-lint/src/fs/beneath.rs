//! stub
use crate::files::{FileName, Files, OpenFile, Refusal};
use std::path::Path;

#[derive(Debug)]
/// stub
pub struct LocalFiles(Option<std::path::PathBuf>);

impl LocalFiles {
    /// stub
    pub fn beside_request() -> Self {
        LocalFiles(None)
    }

    /// stub
    pub fn beneath(root: impl Into<std::path::PathBuf>) -> Result<Self, crate::LintError> {
        Ok(LocalFiles(Some(root.into())))
    }
}

impl Files for LocalFiles {
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
        let beside = name.request().and_then(Path::parent).unwrap_or(Path::new("."));
        let folder = self.0.as_deref().unwrap_or(beside);
        let file = super::open::open(&folder.join(name.path())).map_err(|_| Refusal::missing())?;
        OpenFile::new(file).map_err(|error| Refusal::unreadable(error.to_string()))
    }
}

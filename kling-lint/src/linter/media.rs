//! Images and videos that are named themselves.

use std::path::Path;

use kling_schema::endpoints::ENDPOINTS;

use super::Linter;
#[cfg(feature = "fs")]
use crate::error::LintError;
use crate::files::OpenFile;
use crate::media::verdict::{self, MediaReport};

impl Linter {
    /// Judges an image or a video: what it is, and which fields of the endpoints (or of the one that
    /// was asked for) take it. Only headers are read, unless images are to be decoded. The name may
    /// tell what it is meant to be.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use kling_lint::{Linter, OpenFile};
    ///
    /// let file = OpenFile::new(Cursor::new(b"GIF89a..."))?;
    /// let report = Linter::new().judge_media(file, "cat.gif")?;
    /// assert_eq!(report.content, Some("GIF"));
    /// let image = report.fields.iter().find(|it| it.field == "image").expect("a field");
    /// assert!(!image.accepted());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// The file's own, while it is read.
    pub fn judge_media(
        &self,
        mut file: OpenFile,
        name: impl AsRef<Path>,
    ) -> std::io::Result<MediaReport> {
        let objects = match &self.options.object {
            Some(object) => std::slice::from_ref(object),
            None => ENDPOINTS,
        };
        let name = name.as_ref().to_string_lossy();
        let settle = |drafts| self.settled(drafts);
        verdict::judge(&mut file, &name, objects, self.options.decode, &settle)
    }

    /// Judges an image or a video in a file, as [`Linter::judge_media`] does.
    ///
    /// # Errors
    /// The file cannot be read, or is no regular file.
    #[cfg(feature = "fs")]
    pub fn judge_media_path(&self, path: impl AsRef<Path>) -> Result<MediaReport, LintError> {
        let path = path.as_ref();
        self.judge_media_seen(path, &crate::fs::open::Look::at(path)?)
    }

    /// The same, of a path that was looked at.
    #[cfg(feature = "fs")]
    pub(crate) fn judge_media_seen(
        &self,
        path: &Path,
        look: &crate::fs::open::Look,
    ) -> Result<MediaReport, LintError> {
        let file = crate::fs::open::open_media(path, look)?;
        self.judge_media(file, path).map_err(|source| LintError::io(path, source))
    }
}

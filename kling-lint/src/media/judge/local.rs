//! A path to a local file: whether there is something to read, and what it holds.

use std::io::{self, Seek as _, SeekFrom};

use kling_schema::rules::{files as rules, media};

use super::text::Judge;
use super::{Form, Judged, LocalPath, Target};
use crate::files::{self, FileName, OpenFile, Refusal};
use crate::media::facts::FileFacts;
use crate::media::probe::{Content, Header};
use crate::media::{file, video};
use crate::printable::{self, words};

impl Judge<'_> {
    /// A path to a local file.
    pub(super) fn path(mut self) -> Judged {
        let text = self.text;
        let inline = self.target.refusing(|forms| forms.base64).is_none();
        let mut local = LocalPath { path: text.head.to_string(), len: None, inline };
        if self.setting.wire {
            let draft = self.target.form_broken(&media::LOCAL_PATH_ON_WIRE, |_| false);
            self.target.add(draft.map(|draft| draft.with("found", printable::quoted(&text.head))));
            return Judged::unsized_(Form::Path(local));
        }
        let Some(files) = self.setting.files else {
            return Judged::unsized_(Form::Path(local));
        };
        let opened = if text.complete {
            files.open(&FileName::new(&text.head, self.setting.request))
        } else {
            Err(Refusal::unreadable("its name is longer than any system takes"))
        };
        let read = opened.and_then(|mut file| {
            local.len = Some(file.len());
            self.target.open_file(&mut file, &text.head, self.setting.decode).map_err(refused)
        });
        match read {
            Ok(header) => {
                let size = header.and_then(|header| header.size.ok());
                let turned = header.is_some_and(|header| header.turned);
                Judged { form: Form::Path(local), size, turned }
            }
            Err(refusal) => {
                self.target.refusal(&refusal, &text.head);
                Judged::unsized_(Form::Path(local))
            }
        }
    }
}

impl Target<'_> {
    /// Judges an open file of this name by its headers, if there is anything to judge.
    fn open_file(
        &mut self,
        file: &mut OpenFile,
        path: &str,
        decode: bool,
    ) -> io::Result<Option<Header>> {
        let draft = match facts(file, decode)? {
            Ok(facts) => {
                self.file(&facts, Some(path));
                return Ok(Some(facts.header));
            }
            Err(Unread::Empty) => self.form_broken(&rules::EMPTY_FILE, |_| false),
            Err(Unread::Changing) => Some(self.warned(&rules::CHANGING_FILE)),
        };
        self.add(draft.map(|draft| draft.with("found", printable::quoted(path))));
        Ok(None)
    }

    /// There is nothing to read.
    fn refusal(&mut self, refusal: &Refusal, path: &str) {
        let path = printable::quoted(path);
        let refused = |rule| self.form_broken(rule, |_| false);
        let draft = match refusal {
            Refusal::Missing { near } => refused(&rules::MISSING_FILE).map(|draft| {
                let near = near.as_deref().map(printable::quoted);
                let advice = match &near {
                    Some(near) => format!("did you mean {near}?"),
                    None => {
                        "check the path: it starts at the request's folder, or at `--root`".into()
                    }
                };
                draft.with_some("near", near).with("advice", advice)
            }),
            Refusal::NotAFile { what } => {
                refused(&rules::NOT_A_FILE).map(|draft| draft.with("what", what.clone()))
            }
            Refusal::Outside { root } => {
                Some(self.warned(&rules::OUTSIDE_ROOT).with("root", files::folder(root.as_deref())))
            }
            Refusal::Unreadable { reason } => refused(&rules::UNREADABLE_FILE)
                .map(|draft| draft.with("reason", printable::shorten(reason))),
        };
        self.add(draft.map(|draft| draft.with("found", path)));
    }
}

/// Why nothing is known about a file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It has no bytes.
    Empty,
    /// It grew or shrank meanwhile.
    Changing,
}

/// What the headers of a file tell, or all of it if it is to be decoded.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn facts(file: &mut OpenFile, decode: bool) -> io::Result<Result<FileFacts, Unread>> {
    if file.is_empty() {
        return Ok(Err(Unread::Empty));
    }
    let probed = file::probe(file)?;
    let len = file.len();
    let video = match probed.header.content {
        Content::Mp4 | Content::Mov => Some(video::probe(file, len)?),
        _ => None,
    };
    let mut facts = FileFacts { header: probed.header, len, exact: true, video, undecodable: None };
    let mut read_on = facts.video.is_some();
    facts.look(decode, || {
        read_on = true;
        Some(&mut *file)
    })?;
    // What was read after the header may have come from a file of another length.
    let changed = probed.changed || read_on && file.seek(SeekFrom::End(0))? != len;
    Ok(if changed { Err(Unread::Changing) } else { Ok(facts) })
}

fn refused(error: io::Error) -> Refusal {
    Refusal::unreadable(words(&error))
}

//! A path to a local file: whether there is something to read, and what it holds.

use std::io;

use kling_schema::rules::{files as rules, media};

use super::text::Judge;
use super::{Form, Judged, LocalPath, Target};
use crate::files::{self, FileName, OpenFile, Refusal};
use crate::media::facts::FileFacts;
use crate::media::probe::{Content, Header};
use crate::media::{file, video};
use crate::printable;

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
    /// Judges an open file of this name by its headers; nothing is told of an empty one.
    pub(crate) fn open_file(
        &mut self,
        file: &mut OpenFile,
        path: &str,
        decode: bool,
    ) -> io::Result<Option<Header>> {
        if file.is_empty() {
            let draft = self.form_broken(&rules::EMPTY_FILE, |_| false);
            self.add(draft.map(|draft| draft.with("found", printable::quoted(path))));
            return Ok(None);
        }
        let (facts, changed) = facts(file, decode)?;
        if changed {
            let draft = self.warned(&rules::CHANGING_FILE).with("found", printable::quoted(path));
            self.add(Some(draft));
            return Ok(None);
        }
        self.file(&facts, Some(path));
        Ok(Some(facts.header))
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
                refused(&rules::NOT_A_FILE).map(|draft| draft.with("what", what.as_str()))
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

/// What the headers of a file tell, or all of it if it is to be decoded, and whether it changed
/// meanwhile.
pub(crate) fn facts(file: &mut OpenFile, decode: bool) -> io::Result<(FileFacts, bool)> {
    let probed = file::probe(file)?;
    let len = file.len();
    let video = match probed.header.content {
        Content::Mp4 | Content::Mov => Some(video::probe(file, len)?),
        _ => None,
    };
    let mut facts = FileFacts { header: probed.header, len, exact: true, video, undecodable: None };
    facts.look(file, decode)?;
    Ok((facts, probed.changed))
}

fn refused(error: io::Error) -> Refusal {
    Refusal::unreadable(error.to_string())
}

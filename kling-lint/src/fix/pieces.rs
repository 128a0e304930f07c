//! A text as pieces of a file and of new text: what edits leave, without a copy of the file.

use std::io::{self, BufRead as _, Read};
use std::ops::Range;

use super::Edit;
use crate::reading::{Print, Reading};

/// Where the last piece ends: further than any file goes.
const END: u64 = 1 << 60;

/// A piece.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// These bytes of the file.
    Kept(Range<u64>),
    /// New text.
    New(String),
}

/// A text in pieces. Those of the file stand in its order; the last one goes to its end.
#[derive(Clone, Debug)]
pub(crate) struct Pieces(Vec<Piece>);

/// What became of a range of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// What goes; empty for an insertion.
    pub(crate) span: Range<u64>,
    /// What comes.
    pub(crate) text: String,
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Piece::Kept(range) => range.end - range.start,
            Piece::New(text) => text.len() as u64,
        }
    }

    /// A part of it. New text is cut between characters: the reader's offsets lie there.
    fn part(&self, range: Range<u64>) -> Piece {
        match self {
            Piece::Kept(own) => Piece::Kept(own.start + range.start..own.start + range.end),
            Piece::New(text) => {
                let range = range.start as usize..range.end as usize;
                Piece::New(text.get(range).unwrap_or_default().to_owned())
            }
        }
    }
}

impl Pieces {
    /// The file as it is.
    pub(crate) fn whole() -> Self {
        Pieces(vec![Piece::Kept(0..END)])
    }

    /// The text after these edits of it, which are sorted and do not overlap.
    pub(crate) fn edited(&self, edits: &[&Edit]) -> Self {
        let mut out = Pieces(Vec::with_capacity(self.0.len() + 2 * edits.len()));
        let mut edits = edits.iter().peekable();
        let (mut at, mut gone) = (0, 0);
        for piece in &self.0 {
            let end = at + piece.len();
            let mut from = at;
            while let Some(edit) = edits.next_if(|edit| edit.span.start < end) {
                from = from.max(gone);
                out.push(piece.part(from - at..edit.span.start.max(from) - at));
                out.push(Piece::New(edit.text.clone()));
                gone = edit.span.end;
            }
            let from = from.max(gone).min(end);
            out.push(piece.part(from - at..end - at));
            at = end;
        }
        out
    }

    fn push(&mut self, piece: Piece) {
        if piece.len() == 0 {
            return;
        }
        match (self.0.last_mut(), piece) {
            (Some(Piece::New(last)), Piece::New(text)) => last.push_str(&text),
            (Some(Piece::Kept(last)), Piece::Kept(next)) if last.end == next.start => {
                last.end = next.end;
            }
            (_, piece) => self.0.push(piece),
        }
    }

    /// What became of the file, in its order.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        let (mut at, mut text) = (0, String::new());
        for piece in &self.0 {
            match piece {
                Piece::New(new) => text.push_str(new),
                Piece::Kept(range) => {
                    if at < range.start || !text.is_empty() {
                        changes.push(Change {
                            span: at..range.start,
                            text: std::mem::take(&mut text),
                        });
                    }
                    at = range.end;
                }
            }
        }
        changes
    }

    /// Where in the file these places of the text come from. The places are sorted.
    pub(crate) fn origins(&self, places: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut pieces = self.0.iter();
        let (mut piece, mut at, mut file) = (pieces.next(), 0, 0);
        let origin = |place: u64| {
            while let Some(this) = piece.filter(|this| at + this.len() <= place) {
                at += this.len();
                if let Piece::Kept(range) = this {
                    file = range.end;
                }
                piece = pieces.next();
            }
            match piece {
                Some(Piece::Kept(range)) => range.start + (place - at),
                Some(Piece::New(_)) | None => file,
            }
        };
        places.into_iter().map(origin).collect()
    }

    /// The text, out of the file.
    pub(crate) fn reader<'p>(&'p self, file: Reading<'p>) -> Patched<'p> {
        Patched { file, at: 0, pieces: self.0.iter(), new: &[], kept: 0..0 }
    }
}

/// Reads a text in pieces. The file is read from its first byte to its last, what is gone too: so two
/// readings can be compared.
pub(crate) struct Patched<'p> {
    file: Reading<'p>,
    /// How far the file was read.
    at: u64,
    pieces: std::slice::Iter<'p, Piece>,
    /// What is left of the piece.
    new: &'p [u8],
    kept: Range<u64>,
}

impl Patched<'_> {
    /// What the file was, once it was read to its end.
    pub(crate) fn print(&self) -> Option<Print> {
        self.file.print()
    }

    /// Reads on in the file up to here.
    fn skip(&mut self, to: u64) -> io::Result<()> {
        while self.at < to {
            let block = self.file.fill_buf()?.len();
            if block == 0 {
                break;
            }
            let count = block.min(usize::try_from(to - self.at).unwrap_or(usize::MAX));
            self.file.consume(count);
            self.at += count as u64;
        }
        Ok(())
    }
}

impl Read for Patched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.new.is_empty() {
                return self.new.read(buffer);
            }
            if !self.kept.is_empty() {
                self.skip(self.kept.start)?;
                let most = usize::try_from(self.kept.end - self.kept.start).unwrap_or(usize::MAX);
                let most = most.min(buffer.len());
                let count = self.file.read(&mut buffer[..most])?;
                self.at += count as u64;
                self.kept.start += count as u64;
                if count > 0 {
                    return Ok(count);
                }
                // The file ends here.
                self.kept = 0..0;
            }
            match self.pieces.next() {
                Some(Piece::New(text)) => self.new = text.as_bytes(),
                Some(Piece::Kept(range)) => self.kept = range.clone(),
                None => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use foldhash::quality::RandomState;
    use proptest::prelude::*;

    use super::*;
    use crate::OpenFile;
    use crate::finding::Span;

    fn read(pieces: &Pieces, file: &str) -> String {
        let mut file = OpenFile::new(Cursor::new(file.to_owned())).expect("memory");
        let keys = RandomState::default();
        let mut reader = pieces.reader(Reading::new(&mut file, &keys).expect("memory"));
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("memory");
        assert!(reader.print().is_some(), "the whole file was read");
        text
    }

    fn edited(pieces: &Pieces, edits: &[(u64, u64, &str)]) -> Pieces {
        let edits: Vec<_> = edits
            .iter()
            .map(|&(start, end, text)| Edit::new(Span::new(start, end), text.into()))
            .collect();
        pieces.edited(&edits.iter().collect::<Vec<_>>())
    }

    #[test]
    fn edits_of_edits() {
        let once = edited(&Pieces::whole(), &[(0, 0, "<"), (1, 3, "XY"), (6, 6, ">")]);
        assert_eq!(read(&once, "abcdef"), "<aXYdef>");
        let twice = edited(&once, &[(1, 3, ""), (7, 8, "!")]);
        assert_eq!(read(&twice, "abcdef"), "<Ydef!");
        assert_eq!(
            twice.changes(),
            [Change { span: 0..3, text: "<Y".into() }, Change { span: 6..6, text: "!".into() },]
        );
        assert_eq!(twice.origins([0, 1, 2, 5]), [0, 0, 3, 6]);
    }

    #[test]
    fn everything_may_go() {
        let none = edited(&Pieces::whole(), &[(0, 6, "")]);
        assert_eq!(read(&none, "abcdef"), "");
        assert_eq!(read(&edited(&none, &[(0, 0, "new")]), "abcdef"), "new");
    }

    fn edits() -> impl Strategy<Value = Vec<(u64, u64, String)>> {
        prop::collection::vec((0_u64..4, 0_u64..4, "[a-z]{0,3}"), 0..6)
    }

    proptest! {
        #[test]
        fn pieces_are_what_the_edits_leave(file in "[A-Z]{0,30}", rounds in prop::collection::vec(edits(), 0..4)) {
            let (mut pieces, mut text) = (Pieces::whole(), file.clone());
            for round in rounds {
                let (mut at, mut made) = (0, Vec::new());
                for (gap, len, new) in round {
                    let start = at + gap;
                    let end = start + len;
                    if end > text.len() as u64 { break }
                    made.push(Edit::new(Span::new(start, end), new));
                    // Two insertions at one place have no order.
                    at = end + 1;
                }
                pieces = pieces.edited(&made.iter().collect::<Vec<_>>());
                for edit in made.iter().rev() {
                    text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
                }
                prop_assert_eq!(read(&pieces, &file), text.clone());
            }
            let mut patched = file.clone();
            for change in pieces.changes().iter().rev() {
                patched.replace_range(change.span.start as usize..change.span.end as usize, &change.text);
            }
            prop_assert_eq!(patched, text);
        }
    }
}

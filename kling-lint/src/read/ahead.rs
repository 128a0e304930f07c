//! Looking ahead, on a budget, to tell what a misplaced bracket or key means.

use super::parse::Parser;
use super::strings::scan;

/// How far brackets are matched.
const WINDOW: usize = 32 << 10;

/// Open brackets from the outermost on, as runs of one kind: text that opens thousands and closes
/// them wrongly is judged in one step a bracket.
struct Open(Vec<(bool, usize)>);

/// The text that comes.
#[derive(Clone, Copy)]
pub(super) struct Ahead<'t> {
    pub(super) text: &'t [u8],
    /// It reaches to the end of the document.
    whole: bool,
}

impl<'t> Parser<'t, '_> {
    /// The text behind so many bytes, as far as it may be looked at; it is paid for.
    pub(super) fn ahead(&mut self, skip: usize) -> Ahead<'t> {
        let rest = self.rest().get(skip..).unwrap_or_default();
        let text = &rest[..rest.len().min(WINDOW).min(self.budget)];
        self.budget -= text.len();
        Ahead { text, whole: text.len() == rest.len() && !self.is_cut() }
    }

    /// Whether nothing may be looked at twice any more. The innermost brackets then count for all,
    /// which spares listing the others for each fault.
    pub(super) fn is_spent(&self) -> bool {
        self.budget == 0
    }

    /// The brackets that are open; true is an object.
    pub(super) fn open_brackets(&self) -> Vec<bool> {
        self.stack.iter().filter(|frame| !frame.implied).map(|frame| frame.object).collect()
    }

    /// Behind the bracket here, which would close the document: whether more members follow, so that
    /// it is one too many.
    pub(super) fn goes_on(&mut self) -> bool {
        let rest = self.rest();
        let mut pos = blank(rest, 1);
        match rest.get(pos) {
            Some(b',') => pos = blank(rest, pos + 1),
            _ if self.stack.last().is_some_and(|frame| frame.comma.is_some()) => {}
            _ => return false,
        }
        rest.get(pos) == Some(&b'"') && self.is_key_at(pos)
    }

    /// Whether the string here is a key.
    pub(super) fn is_key(&mut self) -> bool {
        self.is_key_at(0)
    }

    /// Whether a value stands behind so many bytes, rather than a key.
    pub(super) fn is_value_at(&mut self, skip: usize) -> bool {
        let rest = self.rest();
        let pos = blank(rest, skip);
        match rest.get(pos) {
            Some(b'"') => !self.is_key_at(pos),
            Some(b'{' | b'[' | b'-' | b'0'..=b'9') => true,
            _ => false,
        }
    }

    /// Whether a key stands behind so many bytes.
    pub(super) fn is_key_behind(&mut self, skip: usize) -> bool {
        let pos = blank(self.rest(), skip);
        self.rest().get(pos) == Some(&b'"') && self.is_key_at(pos)
    }

    /// Whether a colon stands behind so many bytes.
    pub(super) fn is_colon_at(&self, skip: usize) -> bool {
        let rest = self.rest();
        rest.get(blank(rest, skip)) == Some(&b':')
    }

    fn is_key_at(&mut self, skip: usize) -> bool {
        let rest = self.rest().get(skip..).unwrap_or_default();
        let text = &rest[..rest.len().min(WINDOW).min(self.budget)];
        let (close, _) = scan(text, 1);
        let colon = close.map_or(text.len(), |close| blank(text, close + 1));
        self.budget -= colon.min(text.len());
        text.get(colon) == Some(&b':')
    }
}

impl Open {
    fn push(&mut self, object: bool) {
        match self.0.last_mut() {
            Some((kind, count)) if *kind == object => *count += 1,
            _ => self.0.push((object, 1)),
        }
    }

    /// Closes the innermost one of this kind with all in it; whether there was one and nothing in it.
    fn close(&mut self, object: bool) -> bool {
        // Kinds alternate: it is in the last run or the one before.
        let inner = self.0.last().is_some_and(|(kind, _)| *kind == object);
        if !inner {
            if self.0.len() < 2 {
                return false;
            }
            self.0.pop();
        }
        if let Some((_, count)) = self.0.last_mut() {
            *count -= 1;
            if *count == 0 {
                self.0.pop();
            }
        }
        inner
    }
}

impl Ahead<'_> {
    /// The same behind the next byte.
    pub(super) fn behind_next(self) -> Self {
        Ahead { text: self.text.get(1..).unwrap_or_default(), ..self }
    }

    /// How many brackets do not fit, when these are open, and then one more.
    pub(super) fn misfits(&self, open: &[bool], one_more: Option<bool>) -> usize {
        let mut runs = Open(Vec::new());
        for object in open.iter().copied().chain(one_more) {
            runs.push(object);
        }
        let mut count = 0;
        for bracket in brackets(self.text) {
            match bracket {
                b'{' | b'[' => runs.push(bracket == b'{'),
                _ => count += usize::from(!runs.close(bracket == b'}')),
            }
        }
        count + usize::from(self.whole && !runs.0.is_empty())
    }

    /// Whether a `}` comes that closes something opened before.
    pub(super) fn closes_object(&self) -> bool {
        let mut depth = 0_usize;
        for bracket in brackets(self.text) {
            match bracket {
                b'{' | b'[' => depth += 1,
                _ if depth == 0 => return bracket == b'}',
                _ => depth -= 1,
            }
        }
        false
    }
}

/// The next byte from here that is no white space.
fn blank(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count()
}

/// The brackets outside strings.
fn brackets(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut pos = 0;
    std::iter::from_fn(move || {
        while let Some(&byte) = text.get(pos) {
            pos = match byte {
                b'"' => scan(text, pos + 1).0.map_or(text.len(), |close| close + 1),
                _ => pos + 1,
            };
            if matches!(byte, b'{' | b'[' | b'}' | b']') {
                return Some(byte);
            }
        }
        None
    })
}

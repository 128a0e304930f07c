//! Values that must differ between the requests of a session.
//!
//! Nearly all of them do: of a value only what a finding would need is kept, and nothing is put into
//! words before another request has the same.

use std::hash::BuildHasher as _;
use std::ops::Range;
use std::sync::LazyLock;

use foldhash::quality::RandomState;
use kling_schema::rules::across;
use kling_schema::{Basis, Bound, Severity, aspect};
use smallvec::SmallVec;

use super::describe;
use super::trail::Trail;
use crate::finding::Draft;
use crate::load::Loaded;
use crate::printable;
use crate::read::{TapedString, Text};

/// Nobody knows beforehand which values fall together, so nobody can write a file of such.
static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// Those of a request: one, as a rule. It is often dropped by another thread than the one that made it,
/// and the allocator would make one of them wait.
pub(crate) type Uniques = SmallVec<[Unique; 1]>;

/// A value that must differ between requests.
#[derive(Debug)]
pub(crate) struct Unique {
    /// Of the field and the value.
    pub(crate) hash: u64,
    /// The string with its quotes.
    pub(crate) span: Range<u32>,
    string: TapedString,
    basis: &'static Basis,
    way: Way,
    /// The item of a list that the request is.
    item: Option<usize>,
}

/// Where the value stands.
#[derive(Debug)]
enum Way {
    /// At the top of the request: its short name, and the key.
    Top(&'static str, &'static str),
    /// Deeper down: the finding, but for what was found.
    Deep(Box<Draft>),
}

impl Unique {
    /// A value of the field that the trail leads to.
    pub(super) fn new(
        string: TapedString,
        text: Text<'_>,
        basis: &'static Basis,
        trail: &Trail<'_>,
    ) -> Self {
        let (span, value) = (string.span(), text.to_bytes());
        let (hash, way) = match trail.top() {
            Some((owner, key)) => (STATE.hash_one((key, &*value)), Way::Top(owner, key)),
            None => {
                let draft = broken(basis, span.clone(), trail);
                (STATE.hash_one((trail.shown(), &*value)), Way::Deep(Box::new(draft)))
            }
        };
        Unique { hash, span, string, basis, way, item: None }
    }

    /// The same in an item of a list.
    pub(super) fn in_item(mut self, index: usize) -> Self {
        self.item = Some(index);
        self
    }

    /// The severity of the finding, unless the caller gives it another.
    pub(crate) fn severity(&self) -> Severity {
        self.basis.severity
    }

    /// The finding, once the value is taken: `first` says where it was met.
    /// The text is the one in which the value was found.
    pub(crate) fn into_draft(self, loaded: &Loaded<'_>, first: String) -> Draft {
        let mut draft = match self.way {
            Way::Top(owner, key) => broken(self.basis, self.span, &Trail::root(owner).field(key)),
            Way::Deep(draft) => *draft,
        };
        if let Some(index) = self.item {
            draft.pointer.insert_str(0, &format!("/{index}"));
        }
        let head = self.string.text(loaded).head(describe::LOOKED_AT);
        draft.with("found", printable::quoted(&head)).with("first", first)
    }
}

fn broken(basis: &Basis, span: Range<u32>, trail: &Trail<'_>) -> Draft {
    trail.broken(&across::REUSED_ID, *basis, Bound::Unique.aspect(aspect::End::Max), span)
}

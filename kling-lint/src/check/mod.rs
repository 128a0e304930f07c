//! The table, enforced: walks table and document together and collects what does not fit.
//!
//! | file | what it checks |
//! |---|---|
//! | [`shape`] | an object's keys: missing ones, ones written twice |
//! | [`keys`] | keys that are no field: misspelt, known, unknown |
//! | [`sound`] | the quick way through a value in which nothing is wrong |
//! | [`value`] | one value against its kind |
//! | [`text`], [`number`], [`list`], [`media_string`] | values of one kind against their bounds |
//! | [`pointers`] | places of the text as pointers |
//! | [`path`] | finds the values a rule across fields speaks of, and evaluates its conditions |
//! | [`plan`] | what is known of a table beforehand |
//! | [`glance`] | a request in which nothing is wrong, judged while it is read |
//! | [`doubts`] | the fields of such a request that may not be right |
//! | [`facts`] | what is known of a value in which nothing is wrong |
//! | [`silence`] | which rules across fields have nothing to say, by what is known |
//! | [`room`] | room for a few things, on the stack |
//! | [`rule`] | what the checks across fields share |
//! | [`across`] | rules across fields |
//! | [`supported`] | combinations a model supports |
//! | [`masks`] | sizes of masks, points of trajectories |
//! | [`references`] | reference tokens in a prompt |
//! | [`unique`] | values that must differ between requests |
//! | [`describe`] | values in words |
//! | [`trail`] | the way to a value: its pointer, its name, its row |

mod across;
pub(crate) mod describe;
pub(crate) mod doubts;
mod facts;
pub(crate) mod glance;
mod keys;
mod list;
mod masks;
mod media_string;
mod number;
mod path;
mod plan;
mod pointers;
mod references;
mod room;
mod rule;
mod shape;
mod silence;
mod sound;
mod supported;
mod text;
pub(crate) mod trail;
mod unique;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use kling_schema::{Object, Severity};

use crate::finding::Draft;
use crate::media::{Hosts, LocalPath, Setting};
use crate::read::{Document, Node};
use crate::verdict::Room;
use glance::Foreknown;
use masks::Pixels;
pub(crate) use pointers::point;
#[cfg(feature = "house-rules")]
pub(crate) use pointers::pointer_at;
use trail::Trail;
pub(crate) use unique::{Unique, Uniques};

/// How many local files of one document are told of: more than any request can use.
pub(crate) const MOST_NAMED: usize = 10_000;

/// What the checks found, and what a session needs to know.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// The findings, unsorted; of each severity as many as a report keeps.
    pub(crate) drafts: Vec<Draft>,
    room: Room,
    kept: [usize; 3],
    /// How many more there were, by severity.
    pub(crate) dropped: [usize; 3],
    /// Values that must differ between the requests of a session.
    pub(crate) unique: Uniques,
    /// The local files it names.
    pub(crate) files: Vec<Named>,
    /// How many URLs at odd hosts there are beside, where those are only counted.
    pub(crate) odd: usize,
}

/// A local file that the request names.
#[derive(Debug)]
pub(crate) struct Named {
    /// JSON Pointer to the string.
    pub(crate) pointer: String,
    /// The string with its quotes.
    pub(crate) span: Range<u32>,
    pub(crate) path: LocalPath,
}

impl Checked {
    /// Nothing, and room for more.
    pub(crate) fn new(room: Room) -> Self {
        Checked { room, ..Checked::default() }
    }

    /// Nothing but a draft.
    pub(crate) fn only(draft: Draft) -> Self {
        let mut checked = Checked::default();
        checked.push(draft);
        checked
    }

    /// Keeps a draft, or counts it.
    fn push(&mut self, draft: Draft) {
        let severity = draft.basis.severity;
        if self.is_full(severity) {
            self.count(severity, 1);
        } else {
            self.kept[severity as usize] += 1;
            self.drafts.push(draft);
        }
    }

    /// Keeps a local file, unless there are too many.
    fn name(&mut self, file: Named) {
        if self.files.len() < MOST_NAMED {
            self.files.push(file);
        }
    }

    /// Whether drafts of this severity are only counted from here on.
    fn is_full(&self, severity: Severity) -> bool {
        self.kept[severity as usize] >= self.room.findings
    }

    /// Counts drafts of this severity that were not kept.
    fn count(&mut self, severity: Severity, many: usize) {
        self.dropped[severity as usize] += many;
    }

    /// Takes in what was found in an item of a list.
    pub(crate) fn take_in(&mut self, item: Checked, index: usize) {
        let list = format!("/{index}");
        let inner = |pointer: &mut String| pointer.insert_str(0, &list);
        for (all, more) in self.dropped.iter_mut().zip(item.dropped) {
            *all += more;
        }
        for mut draft in item.drafts {
            inner(&mut draft.pointer);
            self.push(draft);
        }
        self.unique.extend(item.unique.into_iter().map(|unique| unique.in_item(index)));
        for mut file in item.files {
            inner(&mut file.pointer);
            self.name(file);
        }
    }
}

/// Checks a request, the whole of a document or a part of it, against its table; something may be known of it
/// beforehand.
pub(crate) fn check<'d>(
    document: &'d Document<'d>,
    root: Node<'d>,
    object: &'static Object,
    setting: Setting<'d>,
    hosts: &'d mut Hosts,
    known: Option<&'d Foreknown>,
    room: Room,
) -> Checked {
    let mut cx = Cx { known, ..Cx::new(document, setting, hosts, room) };
    shape::request(&mut cx, root, object, &Trail::root(object.name));
    cx.done()
}

/// What the checks share.
struct Cx<'d> {
    document: &'d Document<'d>,
    /// How media are judged.
    setting: Setting<'d>,
    /// Hosts that were met before.
    hosts: &'d mut Hosts,
    /// What is known beforehand of the fields of the request.
    known: Option<&'d Foreknown>,
    out: Checked,
    /// Sizes of media by the start of their string, for the mask rules.
    sizes: BTreeMap<u32, Pixels>,
    /// How many images were decoded.
    decoded: usize,
    /// How many pixels they have.
    pixels: u64,
    /// Starts of values that are not even read: their closed sets are not enforced.
    suspended: BTreeSet<u32>,
}

impl<'d> Cx<'d> {
    fn new(
        document: &'d Document<'d>,
        setting: Setting<'d>,
        hosts: &'d mut Hosts,
        room: Room,
    ) -> Self {
        Cx {
            document,
            setting,
            hosts,
            known: None,
            out: Checked::new(room),
            sizes: BTreeMap::new(),
            decoded: 0,
            pixels: 0,
            suspended: BTreeSet::new(),
        }
    }

    /// What was found by now.
    fn done(self) -> Checked {
        Checked { odd: self.hosts.counted(), ..self.out }
    }

    fn push(&mut self, draft: Draft) {
        self.out.push(draft);
    }

    /// Whether a check finds nothing but so many URLs at odd hosts and has nothing to remember. It counts no
    /// more of those.
    fn leaves_nothing_but(&mut self, odd: usize, check: impl FnOnce(&mut Self)) -> bool {
        let left = |cx: &Self| {
            let out = &cx.out;
            (out.drafts.len(), out.dropped, out.unique.len(), out.files.len(), cx.sizes.len())
        };
        let (before, counted) = (left(self), self.hosts.odd());
        check(self);
        let more = self.hosts.odd() - counted;
        self.hosts.take_back(more);
        before == left(self) && more == odd
    }

    fn is_suspended(&self, node: Node<'d>) -> bool {
        !self.suspended.is_empty() && self.suspended.contains(&node.span().start)
    }
}

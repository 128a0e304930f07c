//! Fields of a request that may not be right, where all others are: they alone are read and judged with care.

use kling_schema::Object;

use super::trail::Trail;
use super::{Checked, Cx, value};
use crate::load::Loaded;
use crate::media::{Hosts, Setting};
use crate::read::{Cursor, Document, Tape};
use crate::verdict::Room;

/// The doubtful fields, and the numbers of their values on a tape.
#[derive(Debug, Default)]
pub(crate) struct Doubts(Vec<(usize, u32)>);

impl Doubts {
    /// Whether nothing is doubtful.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts the value that comes next, that of a field, on the tape. Nothing comes back where that takes care.
    #[cold]
    pub(super) fn add(
        &mut self,
        field: usize,
        cursor: &mut Cursor<'_>,
        tape: &mut Tape,
    ) -> Option<()> {
        if self.is_empty() {
            tape.begin();
        }
        self.0.push((field, cursor.taped(tape)?));
        Some(())
    }

    /// Judges them.
    pub(crate) fn judge(
        mut self,
        loaded: &Loaded<'_>,
        tape: &mut Tape,
        object: &'static Object,
        setting: Setting<'_>,
        hosts: &mut Hosts,
        room: Room,
    ) -> Checked {
        let document = Document::of_members(loaded, std::mem::take(tape));
        let mut cx = Cx::new(&document, setting, hosts, room);
        // In the order of the table, as fields always are.
        self.0.sort_unstable();
        let root = Trail::root(object.name);
        for (field, node) in self.0 {
            let field = &object.fields[field];
            value::field(&mut cx, document.node(node), field, &root.field(field.key));
        }
        let checked = cx.done();
        *tape = document.into_tape();
        checked
    }
}

//! JSON Pointers to places: what the reader found has none yet.

use super::trail::{self, push_step};
use crate::printable;
use crate::read::Node;

/// How deep a pointer to a fault of the reader goes: a request has a third of these levels.
const POINTED: usize = 12;

/// The JSON Pointer to the innermost value around a place.
#[cfg(any(test, feature = "house-rules"))]
pub(crate) fn pointer_at(root: Node<'_>, offset: u32) -> String {
    let mut pointer = String::new();
    point(root, [(offset, &mut pointer)]);
    pointer
}

/// Gives each place the JSON Pointer to the innermost value around it. The document is walked once for
/// all of them.
pub(crate) fn point<'p>(root: Node<'_>, places: impl IntoIterator<Item = (u32, &'p mut String)>) {
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by_key(|(offset, _)| *offset);
    within(root, POINTED, &mut String::new(), &mut places);
}

/// The same, of sorted places in or around a value, to which this pointer leads.
fn within(
    node: Node<'_>,
    levels: usize,
    pointer: &mut String,
    mut places: &mut [(u32, &mut String)],
) {
    if levels > 0 {
        let members = node.members().flat_map(|member| {
            [member.key, member.value].map(|part| (part, Step::Key(member.key), member.value))
        });
        let items = node.items().enumerate();
        let items = items.map(|(index, item)| (item, Step::Index(index), item));
        for (part, step, value) in members.chain(items) {
            let Some((first, _)) = places.first() else { return };
            let span = part.span();
            if *first >= span.end {
                continue;
            }
            let (before, rest) =
                places.split_at_mut(places.partition_point(|(offset, _)| *offset < span.start));
            give(pointer, before);
            let (inside, behind) =
                rest.split_at_mut(rest.partition_point(|(offset, _)| *offset < span.end));
            let len = pointer.len();
            if !inside.is_empty() && step.push(pointer) {
                within(value, levels - 1, pointer, inside);
            } else {
                give(pointer, inside);
            }
            pointer.truncate(len);
            places = behind;
        }
    }
    give(pointer, places);
}

fn give(pointer: &str, places: &mut [(u32, &mut String)]) {
    for (_, place) in places {
        pointer.clone_into(place);
    }
}

/// A step of a pointer.
enum Step<'d> {
    Key(Node<'d>),
    Index(usize),
}

impl Step<'_> {
    /// Appends it, if it can be told.
    fn push(&self, pointer: &mut String) -> bool {
        match self {
            Step::Key(key) => {
                let key = key.text().filter(|key| !key.is_longer(trail::LONGEST_KEY));
                if let Some(key) = key {
                    push_step(pointer, &key.to_str());
                }
                key.is_some()
            }
            Step::Index(index) => {
                pointer.push('/');
                printable::push_number(pointer, *index as u64);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Loaded;
    use crate::read;

    #[test]
    fn places_all_at_once_are_places_one_by_one() {
        let text =
            "{\"a\": [1, {\"b/c\" : [2, 3,], \"b\": 4}, x], {} : 5, \"d\": {\"e\": \"f}, \"a\": [6";
        let loaded = Loaded::from_bytes(text.as_bytes());
        let document = read::read(&loaded, &mut Vec::new()).expect("a document");
        let root = document.root();
        let offsets = || (0..text.len() as u32 + 2).rev();
        let mut pointers = vec![String::new(); offsets().count()];
        point(root, offsets().zip(&mut pointers));
        let alone: Vec<_> = offsets().map(|offset| pointer_at(root, offset)).collect();
        assert_eq!(pointers, alone);
        let at = |part: &str| pointer_at(root, text.find(part).expect("a part") as u32);
        assert_eq!(at("2"), "/a/1/b~1c/0");
        assert_eq!(at("b/c"), "/a/1/b~1c");
        assert_eq!(at(" :"), "/a/1");
        assert_eq!(at("3"), "/a/1/b~1c/1");
        assert_eq!(at("\"b\": 4"), "/a/1/b");
    }
}

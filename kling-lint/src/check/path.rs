//! Finds the values that a rule across fields speaks of, and evaluates its conditions.

use kling_schema::{Object, Path, Step, When};

use super::plan::Plan;
use super::silence::{Known, Says};
use super::trail::Trail;
use crate::names::Name;
use crate::read::{JsonKind, Node};

/// Indices on the way to a value: a path goes through at most this many lists.
const LISTS: usize = 4;

/// A place a path leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'d> {
    /// The value; `None` when the last key is absent.
    pub(super) value: Option<Node<'d>>,
    /// Indices of the items on the way, in order; a tolerated single item has none.
    indices: [Option<usize>; LISTS],
    path: Path,
}

impl<'d> Place<'d> {
    /// The value, when it counts as sent.
    pub(super) fn sent(&self) -> Option<Node<'d>> {
        self.value.filter(|node| is_sent(*node))
    }

    /// Calls back with the way to this place.
    pub(super) fn trail<R>(&self, root: &Trail<'_>, then: impl FnOnce(&Trail<'_>) -> R) -> R {
        fn down<R>(
            steps: &'static [Step],
            indices: &[Option<usize>],
            at: &Trail<'_>,
            then: impl FnOnce(&Trail<'_>) -> R,
        ) -> R {
            // The recursion is as deep as a path of the table, never as the input.
            match steps {
                [] => then(at),
                [Step::Key(key), rest @ ..] => down(rest, indices, &at.field(key), then),
                [Step::Each, rest @ ..] => match indices.split_first() {
                    Some((Some(index), others)) => down(rest, others, &at.index(*index), then),
                    Some((None, others)) => down(rest, others, at, then),
                    None => then(at),
                },
            }
        }
        down(self.path.0, &self.indices, root, then)
    }
}

/// Whether a value counts as sent: not `null`, not empty.
pub(super) fn is_sent(node: Node<'_>) -> bool {
    match node.kind() {
        JsonKind::Null | JsonKind::Broken => false,
        JsonKind::String => node.text().is_some_and(|text| !text.is_empty()),
        JsonKind::Array => node.len() > 0,
        JsonKind::Bool | JsonKind::Number | JsonKind::Object => true,
    }
}

/// The object from which paths lead, with its members where they are found already.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a, 'd> {
    pub(super) node: Node<'d>,
    plan: Option<&'static Plan>,
    known: Known<'a, 'd>,
}

impl<'a, 'd> Scope<'a, 'd> {
    /// An object whose members are yet to be found.
    pub(super) fn of(node: Node<'d>) -> Self {
        Scope { node, plan: None, known: Known { slots: &[], there: 0, only_fields: false } }
    }

    /// An object whose fields were found, in the order of its table.
    pub(super) fn found(node: Node<'d>, plan: Option<&'static Plan>, known: Known<'a, 'd>) -> Self {
        Scope { node, plan, known }
    }

    /// By rule of its table, when it may have something to say; nothing where that is not known.
    pub(super) fn says(self, object: &'static Object) -> &'static [Says] {
        self.plan.map_or(&[], |plan| plan.says(object))
    }

    /// Whether a rule may have something to say.
    #[inline]
    pub(super) fn speaks(&self, says: Option<&Says>) -> bool {
        says.is_none_or(|says| says.something(self.known))
    }

    /// As [`member`].
    pub(super) fn member(&self, key: &str) -> Option<Node<'d>> {
        let index = self.plan.and_then(|plan| plan.field(Name::of(key.as_bytes())));
        match index.and_then(|index| self.known.slots.get(index)) {
            Some(slot) => slot.value,
            None => member(self.node, key),
        }
    }
}

/// The value of a key; of a key written twice, the last, as most readers see it.
pub(super) fn member<'d>(node: Node<'d>, key: &str) -> Option<Node<'d>> {
    let name = Name::of(key.as_bytes());
    if name.is_some() {
        return node.member(name);
    }
    let mut found = None;
    for member in node.members() {
        if member.key.text().is_some_and(|text| text.is(key)) {
            found = Some(member.value);
        }
    }
    found
}

/// Every place the path leads to, until the callback says stop (`true`). Where a list is missing
/// there is no place; where only the last key is, there is one without a value.
pub(super) fn places<'d>(
    root: Scope<'_, 'd>,
    path: Path,
    visit: &mut dyn FnMut(Place<'d>) -> bool,
) -> bool {
    let mut place = Place { value: Some(root.node), indices: [None; LISTS], path };
    let [Step::Key(key), rest @ ..] = path.0 else {
        return walk(Some(root.node), path.0, 0, &mut place, visit);
    };
    match root.member(key) {
        None if rest.contains(&Step::Each) => false,
        found => walk(found, rest, 0, &mut place, visit),
    }
}

fn walk<'d>(
    node: Option<Node<'d>>,
    steps: &[Step],
    depth: usize,
    place: &mut Place<'d>,
    visit: &mut dyn FnMut(Place<'d>) -> bool,
) -> bool {
    match steps {
        [] => {
            place.value = node;
            visit(*place)
        }
        [Step::Key(key), rest @ ..] => {
            let found = node.and_then(|node| member(node, key));
            if found.is_none() && rest.contains(&Step::Each) {
                return false;
            }
            walk(found, rest, depth, place, visit)
        }
        [Step::Each, rest @ ..] => {
            let Some(list) = node else { return false };
            if depth == LISTS {
                return false;
            }
            if list.kind() != JsonKind::Array {
                // A tolerated single item stands for a list of one.
                place.indices[depth] = None;
                return list.kind() == JsonKind::Object
                    && walk(Some(list), rest, depth + 1, place, visit);
            }
            for (index, item) in list.items().enumerate() {
                place.indices[depth] = Some(index);
                if walk(Some(item), rest, depth + 1, place, visit) {
                    return true;
                }
            }
            false
        }
    }
}

/// The first place of the path that counts as sent.
pub(super) fn first_sent<'d>(root: Scope<'_, 'd>, path: Path) -> Option<Place<'d>> {
    first(root, path, |place| place.sent().is_some())
}

/// The first place of the path for which the test holds.
pub(super) fn first<'d>(
    root: Scope<'_, 'd>,
    path: Path,
    test: impl Fn(&Place<'d>) -> bool,
) -> Option<Place<'d>> {
    // Most paths are one key.
    if let [Step::Key(key)] = path.0 {
        let place = Place { value: root.member(key), indices: [None; LISTS], path };
        return test(&place).then_some(place);
    }
    let mut found = None;
    places(root, path, &mut |place| {
        let hit = test(&place);
        if hit {
            found = Some(place);
        }
        hit
    });
    found
}

/// How many items a list holds; a tolerated single item counts as one.
pub(super) fn count(root: Scope<'_, '_>, list: Path) -> usize {
    let node = first(root, list, |place| place.value.is_some()).and_then(|place| place.value);
    match node {
        Some(node) if node.kind() == JsonKind::Array => node.len(),
        Some(node) if node.kind() == JsonKind::Object => 1,
        _ => 0,
    }
}

/// Whether the condition holds.
pub(super) fn holds(root: Scope<'_, '_>, when: &When) -> bool {
    match when {
        When::Always => true,
        When::Present(path) => first(root, *path, |place| {
            place.value.is_some_and(|node| node.kind() != JsonKind::Null)
        })
        .is_some(),
        When::NonEmpty(path) => first_sent(root, *path).is_some(),
        When::Len(path, range) => {
            let len = count(root, *path) as u64;
            range.min.is_none_or(|min| len >= u64::from(min))
                && range.max.is_none_or(|max| len <= u64::from(max))
        }
        When::Is { .. } => is_witness(root, when).is_some(),
        When::Not(when) => !holds(root, when),
        When::All(all) => all.iter().all(|when| holds(root, when)),
        When::Any(any) => any.iter().any(|when| holds(root, when)),
    }
}

/// The place that makes an `is` condition true, at the condition's top or inside "all" and "any".
pub(super) fn is_witness<'d>(root: Scope<'_, 'd>, when: &When) -> Option<Place<'d>> {
    match when {
        When::Is { path, values, default } => first(root, *path, |place| match place.value {
            Some(node) if node.kind() != JsonKind::Null => {
                node.text().is_some_and(|text| values.iter().any(|value| text.is(value)))
            }
            _ => default.is_some_and(|default| values.contains(&default)),
        }),
        When::All(parts) | When::Any(parts) => parts.iter().find_map(|part| is_witness(root, part)),
        When::Always | When::Present(_) | When::NonEmpty(_) | When::Len(..) | When::Not(_) => None,
    }
}

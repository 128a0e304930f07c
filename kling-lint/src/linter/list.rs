//! A list of requests in one document.

use super::{Told, by_keys, not_an_object};
use crate::finding::Draft;
use crate::read::{JsonKind, Node};

/// An item of a list: its index, and its table or why it has none.
type Item<'d> = (usize, Node<'d>, Result<Told, Box<Draft>>);

/// The items of an array that is a list of requests: one at least is an object whose endpoint is
/// known. The endpoint, if it was told, is that of all of them.
pub(super) fn requests<'d>(root: Node<'d>, told: Option<&Told>) -> Option<Vec<Item<'d>>> {
    if root.kind() != JsonKind::Array {
        return None;
    }
    let endpoint = |item: Node<'d>| match (item.kind(), told) {
        (JsonKind::Object, Some(told)) => Ok(told.clone()),
        (JsonKind::Object, None) => by_keys(item),
        _ => Err(Box::new(not_an_object(item, false))),
    };
    let items: Vec<_> = root
        .items()
        .enumerate()
        // The reader has said what is wrong with a broken one.
        .filter(|(_, item)| item.kind() != JsonKind::Broken)
        .map(|(index, item)| (index, item, endpoint(item)))
        .collect();
    items.iter().any(|(.., found)| found.is_ok()).then_some(items)
}

/// The endpoint that all items have in common.
pub(super) fn common(items: &[Item<'_>]) -> Option<Told> {
    let mut found = items.iter().filter_map(|(.., found)| found.as_ref().ok());
    let first = found.next()?;
    found.all(|(object, _)| object.name == first.0.name).then(|| first.clone())
}

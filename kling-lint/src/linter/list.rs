//! A list of requests in one document.

use super::{Told, by_keys, not_an_object};
use crate::detect::Latest;
use crate::finding::Draft;
use crate::read::{JsonKind, Node};

/// Whether an array is a list of requests: one item at least is an object whose endpoint is known. The
/// endpoint, if it was told, is that of all of them.
pub(super) fn is_list(root: Node<'_>, told: Option<&Told>, latest: &mut Latest) -> bool {
    root.kind() == JsonKind::Array
        && root.items().any(|item| {
            item.kind() == JsonKind::Object && (told.is_some() || by_keys(item, latest).is_ok())
        })
}

/// The items of a list of requests with their indexes. The reader has said what is wrong with a broken
/// one.
pub(super) fn items<'d>(root: Node<'d>) -> impl Iterator<Item = (usize, Node<'d>)> {
    root.items().enumerate().filter(|(_, item)| item.kind() != JsonKind::Broken)
}

/// An item's table, or why it has none.
pub(super) fn endpoint(
    item: Node<'_>,
    told: Option<&Told>,
    latest: &mut Latest,
) -> Result<Told, Box<Draft>> {
    match (item.kind(), told) {
        (JsonKind::Object, Some(told)) => Ok(told.clone()),
        (JsonKind::Object, None) => by_keys(item, latest),
        _ => Err(Box::new(not_an_object(item, false))),
    }
}

/// What all items have in common.
#[derive(Default)]
pub(super) struct Common {
    first: Option<Told>,
    differs: bool,
}

impl Common {
    /// One of them.
    pub(super) fn add(&mut self, told: Told) {
        match &self.first {
            Some((object, _)) => self.differs |= object.name != told.0.name,
            None => self.first = Some(told),
        }
    }

    /// The endpoint of all.
    pub(super) fn endpoint(self) -> Option<Told> {
        self.first.filter(|_| !self.differs)
    }
}

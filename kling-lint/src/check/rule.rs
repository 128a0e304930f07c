//! One rule across fields at work: what its checks share.

use kling_schema::{Choice, Constraint, Field, Object, Path, Step, When};

use super::describe;
use super::path::{self, Place, Scope};
use super::trail::Trail;
use crate::finding::Draft;

/// One constraint at work.
pub(super) struct Rule<'a> {
    pub(super) constraint: &'static Constraint,
    pub(super) object: &'static Object,
    pub(super) trail: &'a Trail<'a>,
}

impl Rule<'_> {
    /// The constraint's full name.
    pub(super) fn name(&self) -> String {
        self.trail.constraint(self.constraint.name)
    }

    /// A finding of this constraint at a place.
    pub(super) fn at(&self, place: &Place<'_>) -> Draft {
        let span = place.value.map_or(0..1, |node| node.span());
        let Constraint { rule, basis, .. } = *self.constraint;
        let mut draft = place.trail(self.trail, |trail| trail.found(rule, basis, span));
        draft.constraint = Some(self.name());
        draft
    }

    /// A finding of this constraint at the whole object.
    pub(super) fn at_object(&self, root: Scope<'_, '_>) -> Draft {
        let start = root.node.span().start;
        let Constraint { rule, basis, .. } = *self.constraint;
        let mut draft = self.trail.found(rule, basis, start..start + 1);
        draft.constraint = Some(self.name());
        draft
    }

    /// What of a condition holds in this document, in words: its own values and places.
    pub(super) fn told(&self, root: Scope<'_, '_>, when: &When) -> String {
        match when {
            When::Is { default, .. } => {
                let Some(place) = path::is_witness(root, when) else {
                    return when.to_string();
                };
                let shown = place.trail(self.trail, |trail| trail.shown());
                match (place.sent(), default) {
                    (Some(node), _) => [&shown, " is ", &describe::bare(node)].concat(),
                    (None, Some(default)) => format!("{shown} is {default:?} by default"),
                    (None, None) => when.to_string(),
                }
            }
            When::Len(path, _) => {
                format!("`{path}` holds {}", describe::items(path::count(root, *path)))
            }
            When::All(all) => kling_schema::together(all, &|part| self.told(root, part)),
            When::Any(any) => {
                let holds = any.iter().find(|part| path::holds(root, part));
                holds.map_or_else(|| when.to_string(), |part| self.told(root, part))
            }
            When::Always | When::Present(_) | When::NonEmpty(_) | When::Not(_) => when.to_string(),
        }
    }

    /// With the row's own note as a hint.
    pub(super) fn noted(&self, draft: Draft) -> Draft {
        draft.with_some("hint", self.constraint.basis.note)
    }

    /// The row's blame, where it names one that is sent.
    pub(super) fn blame<'d>(&self, root: Scope<'_, 'd>) -> Option<Place<'d>> {
        self.constraint.blame.and_then(|path| path::first_sent(root, path))
    }

    /// The closed set of the field a path ends in, where it has one.
    pub(super) fn choices(&self, path: Path) -> Option<&'static [Choice]> {
        field_at(self.object, path)?.kind.choices()
    }

    /// The names known for the field a path ends in, where it has an open set.
    pub(super) fn names(&self, path: Path) -> Option<&'static [&'static str]> {
        field_at(self.object, path)?.limits.iter().find_map(|limit| limit.bound.names())
    }
}

/// The field a path ends in.
pub(super) fn field_at(object: &'static Object, path: Path) -> Option<&'static Field> {
    let mut object = object;
    let mut found = None;
    for step in path.0 {
        let Step::Key(key) = step else { continue };
        let field = object.field(key)?;
        found = Some(field);
        if let Some(inner) = field.kind.table() {
            object = inner;
        }
    }
    found
}

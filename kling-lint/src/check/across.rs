//! Rules across fields.

use kling_schema::{Check, Constraint, Object, Path, Step, When};

use super::path::{self, Place};
use super::trail::Trail;
use super::{Cx, describe, masks, references, supported};
use crate::finding::Draft;
use crate::read::{JsonKind, Node};

/// Marks values that are not even read: their closed sets are not enforced.
pub(super) fn suspend<'d>(cx: &mut Cx<'d>, root: Node<'d>, object: &'static Object) {
    for constraint in object.constraints {
        let Check::Unread { path, when } = &constraint.check else {
            continue;
        };
        if path::holds(root, when) {
            path::places(root, *path, &mut |place| {
                if let Some(node) = place.value {
                    cx.suspended.insert(node.span().start);
                }
                false
            });
        }
    }
}

/// Checks the object's rules across fields.
pub(super) fn check<'d>(
    cx: &mut Cx<'d>,
    root: Node<'d>,
    object: &'static Object,
    trail: &Trail<'_>,
) {
    for constraint in object.constraints {
        let rule = Rule { constraint, object, trail };
        match &constraint.check {
            Check::CountCap { lists, cases, otherwise } => {
                rule.count_cap(cx, root, lists, cases, *otherwise);
            }
            Check::Requires { when, needs } => rule.requires(cx, root, when, needs),
            Check::AtMostOne(groups) => rule.at_most_one(cx, root, groups),
            Check::Only { path, values, when } => rule.only(cx, root, *path, values, when),
            Check::Forbid { path, when } => rule.forbid(cx, root, *path, when),
            Check::Supported { paths, axes, rows } => {
                supported::check(cx, root, &rule, paths, axes, rows);
            }
            Check::References { text, kinds, also } => {
                references::check(cx, root, &rule, *text, kinds, also);
            }
            Check::SameSize(one, other) => masks::same_size(cx, root, &rule, *one, *other),
            Check::SameRatio(one, other) => masks::same_ratio(cx, root, &rule, *one, *other),
            Check::PointsInside { points, image } => {
                masks::points_inside(cx, root, &rule, *points, *image);
            }
            Check::Ignored { path, when } => {
                rule.ignored(cx, root, *path, when, |place| place.sent().is_some());
            }
            // Not even an empty text is read.
            Check::Unread { path, when } => rule.ignored(cx, root, *path, when, |place| {
                place.sent().is_some()
                    || place.value.is_some_and(|node| node.kind() == JsonKind::String)
            }),
            Check::Defaulted { path, when } => rule.defaulted(cx, root, *path, when),
        }
    }
}

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
    fn at_object(&self, root: Node<'_>) -> Draft {
        let start = root.span().start;
        let Constraint { rule, basis, .. } = *self.constraint;
        let mut draft = self.trail.found(rule, basis, start..start + 1);
        draft.constraint = Some(self.name());
        draft
    }

    /// What of a condition holds in this document, in words: its own values and places.
    fn told(&self, root: Node<'_>, when: &When) -> String {
        match when {
            When::Is { default, .. } => {
                let Some(place) = path::is_witness(root, when) else {
                    return when.to_string();
                };
                let shown = place.trail(self.trail, |trail| trail.shown());
                match (place.sent(), default) {
                    (Some(node), _) => format!("{shown} is {}", describe::bare(node)),
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
    fn noted(&self, draft: Draft) -> Draft {
        draft.with_some("hint", self.constraint.basis.note)
    }

    /// The row's blame, where it names one that is sent.
    fn blame<'d>(&self, root: Node<'d>) -> Option<Place<'d>> {
        self.constraint.blame.and_then(|path| path::first_sent(root, path))
    }

    fn count_cap<'d>(
        &self,
        cx: &mut Cx<'d>,
        root: Node<'d>,
        lists: &[Path],
        cases: &[(When, u32)],
        otherwise: u32,
    ) {
        let case = cases.iter().find(|(when, _)| path::holds(root, when));
        let cap = case.map_or(otherwise, |(_, cap)| *cap) as usize;
        let counts: Vec<(Path, usize)> =
            lists.iter().map(|list| (*list, path::count(root, *list))).collect();
        let total: usize = counts.iter().map(|(_, count)| count).sum();
        if total <= cap {
            return;
        }
        // Blame the list in which the sum passes the cap.
        let mut sum = 0;
        let guilty = counts.iter().find(|(_, count)| {
            sum += count;
            sum > cap
        });
        // The row's own blame goes first, if it holds any.
        let blame = self.blame(root).filter(|_| {
            counts.iter().any(|(list, count)| self.constraint.blame == Some(*list) && *count > 0)
        });
        let Some(place) = blame.or_else(|| {
            guilty.and_then(|(list, _)| path::first(root, *list, |place| place.value.is_some()))
        }) else {
            return;
        };
        let held: Vec<String> =
            counts.iter().map(|(list, count)| format!("`{list}` ({count})")).collect();
        let condition = match case {
            Some((when, _)) => format!("when {}", self.told(root, when)),
            None => match cases {
                [] => "in all".into(),
                [(When::NonEmpty(path), _), ..] => format!("when there is no `{path}`"),
                _ => "here".into(),
            },
        };
        let draft = self
            .at(&place)
            .with("lists", crate::message::listed(&held, "and"))
            .with("found", total as u64)
            .with("allowed", cap as u64)
            .with("case", condition)
            .with("over", (total - cap) as u64);
        cx.push(self.noted(draft));
    }

    fn requires<'d>(&self, cx: &mut Cx<'d>, root: Node<'d>, when: &When, needs: &When) {
        if !path::holds(root, when) || path::holds(root, needs) {
            return;
        }
        let place = self.blame(root).or_else(|| path::is_witness(root, when));
        let draft = place.map_or_else(|| self.at_object(root), |place| self.at(&place));
        let draft = draft.with("condition", self.told(root, when)).with("needs", needs.to_string());
        cx.push(self.noted(draft));
    }

    fn at_most_one<'d>(&self, cx: &mut Cx<'d>, root: Node<'d>, groups: &[&[Path]]) {
        let present: Vec<Place<'d>> = groups
            .iter()
            .filter_map(|group| group.iter().find_map(|path| path::first_sent(root, *path)))
            .collect();
        let [_, .., last] = present.as_slice() else {
            return;
        };
        let fields: Vec<String> =
            present.iter().map(|place| place.trail(self.trail, |trail| trail.shown())).collect();
        let fields = crate::message::listed(&fields, "and");
        let place = self.blame(root).unwrap_or(*last);
        cx.push(self.noted(self.at(&place).with("fields", fields)));
    }

    fn only<'d>(&self, cx: &mut Cx<'d>, root: Node<'d>, path: Path, values: &[&str], when: &When) {
        if !path::holds(root, when) {
            return;
        }
        path::places(root, path, &mut |place| {
            let Some(node) = place.sent() else {
                return false;
            };
            let Some(text) = node.text() else {
                return false;
            };
            // A value outside the field's own set is already reported.
            let known = self.choices(path).is_none_or(|all| all.iter().any(|value| text.is(value)));
            if known && !cx.is_suspended(node) && !values.iter().any(|value| text.is(value)) {
                let draft = self
                    .at(&place)
                    .with("found", describe::bare(node))
                    .with("allowed", kling_schema::join(values, "or"))
                    .with("condition", self.told(root, when));
                cx.push(self.noted(draft));
            }
            false
        });
    }

    fn forbid<'d>(&self, cx: &mut Cx<'d>, root: Node<'d>, path: Path, when: &When) {
        if !path::holds(root, when) {
            return;
        }
        path::places(root, path, &mut |place| {
            if place.sent().is_some() {
                let draft = self.at(&place).with("condition", self.told(root, when));
                cx.push(self.noted(draft));
            }
            false
        });
    }

    fn ignored<'d>(
        &self,
        cx: &mut Cx<'d>,
        root: Node<'d>,
        path: Path,
        when: &When,
        counts: impl Fn(&Place<'d>) -> bool,
    ) {
        if !path::holds(root, when) {
            return;
        }
        path::places(root, path, &mut |place| {
            if counts(&place) {
                let draft = self.at(&place).with("condition", self.told(root, when));
                cx.push(self.noted(draft));
            }
            false
        });
    }

    fn defaulted<'d>(&self, cx: &mut Cx<'d>, root: Node<'d>, path: Path, when: &When) {
        if !path::holds(root, when) || path::first_sent(root, path).is_some() {
            return;
        }
        let [Step::Key(key)] = path.0 else { return };
        let field = self.object.fields.iter().find(|field| field.key == *key);
        let Some(default) = field.and_then(|field| field.default) else {
            return;
        };
        let mut draft = self.at_object(root).with("default", default.to_string());
        draft.params = std::mem::take(&mut draft.params).replacing("field", format!("`{key}`"));
        cx.push(self.noted(draft));
    }

    /// The closed set of the field a path ends in, where it has one.
    pub(super) fn choices(&self, path: Path) -> Option<Vec<&'static str>> {
        let choices = field_at(self.object, path)?.kind.choices()?;
        Some(choices.iter().map(|choice| choice.value).collect())
    }

    /// The names known for the field a path ends in, where it has an open set.
    pub(super) fn names(&self, path: Path) -> Option<&'static [&'static str]> {
        field_at(self.object, path)?.limits.iter().find_map(|limit| limit.bound.names())
    }
}

/// The field a path ends in.
pub(super) fn field_at(
    object: &'static Object,
    path: Path,
) -> Option<&'static kling_schema::Field> {
    let mut object = object;
    let mut found = None;
    for step in path.0 {
        let Step::Key(key) = step else { continue };
        let field = object.fields.iter().find(|field| field.key == *key)?;
        found = Some(field);
        if let Some(inner) = field.kind.table() {
            object = inner;
        }
    }
    found
}

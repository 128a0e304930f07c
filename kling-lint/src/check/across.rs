//! Rules across fields.

use std::cell::LazyCell;

use kling_schema::{Check, Object, Path, Step, When};

use super::path::{self, Place, Scope};
use super::rule::Rule;
use super::trail::Trail;
use super::{Cx, describe, masks, references, supported};
use crate::read::JsonKind;

/// Marks values that are not even read: their closed sets are not enforced.
pub(super) fn suspend<'d>(cx: &mut Cx<'d>, root: Scope<'_, 'd>, object: &'static Object) {
    let says = root.says(object);
    for (index, constraint) in object.constraints.iter().enumerate() {
        let Check::Unread { path, when } = &constraint.check else {
            continue;
        };
        if !root.speaks(says.get(index)) {
            continue;
        }
        let there = path::first(root, *path, |place| place.value.is_some()).is_some();
        if there && path::holds(root, when) {
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
    root: Scope<'_, 'd>,
    object: &'static Object,
    trail: &Trail<'_>,
) {
    let says = root.says(object);
    for (index, constraint) in object.constraints.iter().enumerate() {
        let rule = Rule { constraint, object, trail };
        if root.speaks(says.get(index)) {
            rule.check(cx, root);
        } else {
            debug_assert!(
                cx.leaves_nothing_but(0, |cx| rule.check(cx, root)),
                "{} has something to say",
                rule.name()
            );
        }
    }
}

impl Rule<'_> {
    fn check<'d>(&self, cx: &mut Cx<'d>, root: Scope<'_, 'd>) {
        match &self.constraint.check {
            Check::CountCap { lists, cases, otherwise } => {
                self.count_cap(cx, root, lists, cases, *otherwise);
            }
            Check::Requires { when, needs } => self.requires(cx, root, when, needs),
            Check::AtMostOne(groups) => self.at_most_one(cx, root, groups),
            Check::Only { path, values, when } => self.only(cx, root, *path, values, when),
            Check::Supported { paths, axes, rows } => {
                supported::check(cx, root, self, paths, axes, rows);
            }
            Check::References { text, kinds, also } => {
                references::check(cx, root, self, *text, kinds, also);
            }
            Check::SameSize(one, other) => masks::same_size(cx, root, self, *one, *other),
            Check::SameRatio(one, other) => masks::same_ratio(cx, root, self, *one, *other),
            Check::PointsInside { points, image } => {
                masks::points_inside(cx, root, self, *points, *image);
            }
            Check::Forbid { path, when } | Check::Ignored { path, when } => {
                self.where_it_holds(cx, root, *path, when, |place| place.sent().is_some());
            }
            // Not even an empty text is read.
            Check::Unread { path, when } => self.where_it_holds(cx, root, *path, when, |place| {
                place.sent().is_some()
                    || place.value.is_some_and(|node| node.kind() == JsonKind::String)
            }),
            Check::Defaulted { path, when } => self.defaulted(cx, root, *path, when),
        }
    }

    fn count_cap<'d>(
        &self,
        cx: &mut Cx<'d>,
        root: Scope<'_, 'd>,
        lists: &[Path],
        cases: &[(When, u32)],
        otherwise: u32,
    ) {
        let case = cases.iter().find(|(when, _)| path::holds(root, when));
        let cap = case.map_or(otherwise, |(_, cap)| *cap) as usize;
        let total: usize = lists.iter().map(|list| path::count(root, *list)).sum();
        if total <= cap {
            return;
        }
        let counts: Vec<(Path, usize)> =
            lists.iter().map(|list| (*list, path::count(root, *list))).collect();
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
            .with("lists", kling_schema::listed(&held, "and"))
            .with("found", total as u64)
            .with("allowed", cap as u64)
            .with("case", condition)
            .with("over", (total - cap) as u64);
        cx.push(self.noted(draft));
    }

    fn requires<'d>(&self, cx: &mut Cx<'d>, root: Scope<'_, 'd>, when: &When, needs: &When) {
        if !path::holds(root, when) || path::holds(root, needs) {
            return;
        }
        let place = self.blame(root).or_else(|| path::is_witness(root, when));
        let draft = place.map_or_else(|| self.at_object(root), |place| self.at(&place));
        let draft = draft.with("condition", self.told(root, when)).with("needs", needs.to_string());
        cx.push(self.noted(draft));
    }

    fn at_most_one<'d>(&self, cx: &mut Cx<'d>, root: Scope<'_, 'd>, groups: &[&[Path]]) {
        let present = || {
            groups
                .iter()
                .filter_map(|group| group.iter().find_map(|path| path::first_sent(root, *path)))
        };
        if present().nth(1).is_none() {
            return;
        }
        let present: Vec<Place<'d>> = present().collect();
        let [_, .., last] = present.as_slice() else {
            return;
        };
        let fields: Vec<String> =
            present.iter().map(|place| place.trail(self.trail, |trail| trail.shown())).collect();
        let fields = kling_schema::listed(&fields, "and");
        let place = self.blame(root).unwrap_or(*last);
        cx.push(self.noted(self.at(&place).with("fields", fields)));
    }

    fn only<'d>(
        &self,
        cx: &mut Cx<'d>,
        root: Scope<'_, 'd>,
        path: Path,
        values: &[&str],
        when: &When,
    ) {
        // Most conditions cost more than a look at the value.
        if path::first_sent(root, path).is_none() || !path::holds(root, when) {
            return;
        }
        let condition = LazyCell::new(|| self.told(root, when));
        path::places(root, path, &mut |place| {
            let Some(node) = place.sent() else {
                return false;
            };
            let Some(text) = node.text() else {
                return false;
            };
            // A value outside the field's own set is already reported.
            let known =
                self.choices(path).is_none_or(|all| all.iter().any(|choice| text.is(choice.value)));
            if known && !cx.is_suspended(node) && !values.iter().any(|value| text.is(value)) {
                let draft = self
                    .at(&place)
                    .with("found", describe::bare(node))
                    .with("allowed", kling_schema::join(values, "or"))
                    .with("condition", condition.clone());
                cx.push(self.noted(draft));
            }
            false
        });
    }

    /// When the condition holds, says so at every place that counts.
    fn where_it_holds<'d>(
        &self,
        cx: &mut Cx<'d>,
        root: Scope<'_, 'd>,
        path: Path,
        when: &When,
        counts: impl Fn(&Place<'d>) -> bool,
    ) {
        if path::first(root, path, &counts).is_none() || !path::holds(root, when) {
            return;
        }
        // The same at every place, and found by walking all of them.
        let condition = LazyCell::new(|| self.told(root, when));
        path::places(root, path, &mut |place| {
            if counts(&place) {
                let draft = self.at(&place).with("condition", condition.clone());
                cx.push(self.noted(draft));
            }
            false
        });
    }

    fn defaulted<'d>(&self, cx: &mut Cx<'d>, root: Scope<'_, 'd>, path: Path, when: &When) {
        if path::first_sent(root, path).is_some() || !path::holds(root, when) {
            return;
        }
        let [Step::Key(key)] = path.0 else { return };
        let Some(default) = self.object.field(key).and_then(|field| field.default) else {
            return;
        };
        let draft = self.at_object(root).naming(format!("`{key}`"));
        cx.push(self.noted(draft.with("default", default.to_string())));
    }
}

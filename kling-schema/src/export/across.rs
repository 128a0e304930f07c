//! Rules across fields.

use serde_json::{Value, json};

use super::Profile;
use super::conditions::{
    Spot, at_most, every, exists, holds, holds_items, is_single, sent, unsent,
};
use super::form::CONTENT;
use super::json_schema::{Export, NO_CONDITIONS, is_error};
use super::node::{CODE, types};
use super::value::values;
use crate::aspect;
use crate::rules::value as rules;
use crate::table::{Bound, Check, Constraint, Field, Object, Path, Range, Step, When};

const PLACES: &str = "the rule counts through nested lists";
const TOKENS: &str = "it reads tokens in a text and counts the lists they point into";
const COMBINATIONS: &str = "a table of combinations is written for single values only";
const TOO_MANY_CASES: &str = "it would take too many cases";

/// More branches than this are not written out.
const MOST_CASES: usize = 512;

impl Export {
    /// The branches of `allOf` that say the rules across fields.
    pub(super) fn across(&mut self) -> Vec<Value> {
        let object = self.top();
        let mut branches = self.unread_sets(object);
        for constraint in object.constraints.iter().filter(|it| is_error(it.basis)) {
            let said = if self.profile().has_conditions() {
                conditional(object, constraint)
            } else {
                self.unconditional(object, constraint)
            };
            match said {
                Ok(all) => branches.extend(all.into_iter().map(|said| branch(constraint, said))),
                Err(reason) => {
                    let row = self.row("", constraint.name);
                    self.cannot(row, constraint.rule, reason);
                }
            }
        }
        branches
    }

    /// Closed sets that are not enforced where their field is not read.
    fn unread_sets(&self, object: &'static Object) -> Vec<Value> {
        let mut branches = Vec::new();
        if !self.profile().has_conditions() {
            return branches;
        }
        for constraint in object.constraints {
            let Check::Unread { path, when } = &constraint.check else { continue };
            let Some(field) = field_at(object, *path) else { continue };
            let Some(choices) = field.kind.choices().filter(|_| encloses(field)) else { continue };
            let Some(unread) = holds(object, when) else { continue };
            let known = choices.iter().map(|choice| (choice.value, choice.doc));
            let (all, _) = values(known, true, true);
            let asked = every(
                Spot::Object(object),
                path.0,
                &|_| json!({ "type": types("string", true), "enum": all }),
            );
            let name = self.row(&path.to_string(), aspect::ONE_OF);
            branches.push(json!({
                CODE: rules::NOT_ALLOWED.id,
                "x-kling-constraint": name,
                "if": unread,
                "else": asked,
            }));
        }
        branches
    }

    /// What a profile without conditions says.
    fn unconditional(
        &self,
        object: &'static Object,
        constraint: &Constraint,
    ) -> Result<Vec<Value>, &'static str> {
        match &constraint.check {
            Check::CountCap { lists, cases, otherwise } if self.profile() == Profile::Zod => {
                counts_apart(object, lists, cases, *otherwise)
            }
            Check::SameSize(..) | Check::SameRatio(..) | Check::PointsInside { .. } => Err(CONTENT),
            Check::References { .. } => Err(TOKENS),
            Check::CountCap { .. }
            | Check::Requires { .. }
            | Check::AtMostOne(_)
            | Check::Only { .. }
            | Check::Forbid { .. }
            | Check::Supported { .. }
            | Check::Ignored { .. }
            | Check::Unread { .. }
            | Check::Defaulted { .. } => Err(NO_CONDITIONS),
        }
    }
}

/// A branch with its rule, its row's name and statement.
fn branch(constraint: &Constraint, said: Value) -> Value {
    let mut branch = json!({
        CODE: constraint.rule.id,
        "x-kling-constraint": constraint.name,
        "description": constraint.check.to_string(),
    });
    if let (Value::Object(branch), Value::Object(said)) = (&mut branch, said) {
        branch.extend(said);
    }
    branch
}

/// What must hold, each as one branch.
fn conditional(
    object: &'static Object,
    constraint: &Constraint,
) -> Result<Vec<Value>, &'static str> {
    let top = Spot::Object(object);
    match &constraint.check {
        Check::CountCap { lists, cases, otherwise } => {
            if !lists.iter().all(|list| is_single(*list)) {
                return Err(PLACES);
            }
            let caps = cases.iter().map(|(_, cap)| *cap).chain([*otherwise]);
            if caps.map(|cap| leaves(lists.len(), cap)).sum::<usize>() > MOST_CASES {
                return Err(TOO_MANY_CASES);
            }
            let mut said = staircase(object, lists, *otherwise);
            for (when, cap) in cases.iter().rev() {
                let when = holds(object, when).ok_or(PLACES)?;
                said = json!({ "if": when, "then": staircase(object, lists, *cap), "else": said });
            }
            Ok(vec![said])
        }
        Check::Requires { when, needs } => {
            let needs = holds(object, needs).ok_or(PLACES)?;
            given(object, when, needs)
        }
        Check::AtMostOne(groups) => {
            let present: Vec<Value> = groups
                .iter()
                .map(|group| {
                    let ways = group.iter().map(|path| exists(top, path.0, &sent, false));
                    json!({ "type": "object", "anyOf": ways.collect::<Vec<_>>() })
                })
                .collect();
            let pairs = present.iter().enumerate().flat_map(|(at, one)| {
                present.iter().skip(at + 1).map(
                    move |other| json!({ "if": one, "then": { "type": "object", "not": other } }),
                )
            });
            Ok(pairs.collect())
        }
        Check::Only { path, values, when } => only(object, *path, values, when),
        Check::Forbid { path, when } | Check::Ignored { path, when } => {
            given(object, when, every(top, path.0, &unsent))
        }
        // Not even an empty text is read.
        Check::Unread { path, when } => {
            given(object, when, every(top, path.0, &|_| json!({ "enum": [null, []] })))
        }
        Check::Defaulted { path, when } => {
            let default = match path.0 {
                [Step::Key(key)] => object.field(key).and_then(|field| field.default),
                _ => None,
            };
            match default {
                Some(_) => given(object, when, exists(top, path.0, &sent, false)),
                None => Ok(Vec::new()),
            }
        }
        Check::Supported { paths, axes, rows } => {
            if !axes.iter().all(|axis| is_single(axis.path)) {
                return Err(COMBINATIONS);
            }
            let [model, ..] = *axes else { return Ok(Vec::new()) };
            let unlike =
                |at: usize, want: &str| unlike(object, axes[at].path, axes[at].default, want);
            let fits: Vec<Value> = rows
                .iter()
                .map(|row| {
                    let cells = row.iter().enumerate();
                    let none = cells.filter_map(|(at, cell)| cell.map(|want| unlike(at, want)));
                    let none: Vec<Value> = none.collect();
                    if none.is_empty() {
                        json!({ "type": "object" })
                    } else {
                        json!({ "type": "object", "not": { "anyOf": none } })
                    }
                })
                .collect();
            // A model of which nothing is known is let pass.
            let unnamed = json!({ "type": "object", "not": nameable(object, model.path) });
            let fits: Vec<Value> = fits.into_iter().chain([unnamed]).collect();
            let free = paths.iter().map(|path| every(top, path.0, &unsent));
            Ok(vec![json!({
                "if": { "type": "object", "anyOf": fits },
                "else": { "type": "object", "allOf": free.collect::<Vec<_>>() },
            })])
        }
        Check::References { .. } => Err(TOKENS),
        Check::SameSize(..) | Check::SameRatio(..) | Check::PointsInside { .. } => Err(CONTENT),
    }
}

/// `then` where the condition holds.
fn given(object: &'static Object, when: &When, then: Value) -> Result<Vec<Value>, &'static str> {
    if matches!(when, When::Always) {
        return Ok(vec![then]);
    }
    let when = holds(object, when).ok_or(PLACES)?;
    Ok(vec![json!({ "if": when, "then": then })])
}

/// One of these values where the condition holds. A value outside the field's own set is left to that.
fn only(
    object: &'static Object,
    path: Path,
    allowed: &[&'static str],
    when: &When,
) -> Result<Vec<Value>, &'static str> {
    let field = field_at(object, path);
    let unread = object.constraints.iter().find_map(|constraint| match &constraint.check {
        Check::Unread { path: at, when } if *at == path => Some(*when),
        _ => None,
    });
    let choices = field.and_then(|field| field.kind.choices());
    let own_set = choices.is_some() && field.is_some_and(encloses) && unread.is_none();
    let asked = |spot: Spot| {
        let listed = allowed.iter().map(|value| (*value, ""));
        let (mut all, _) = values(listed, true, true);
        if choices.is_none() || own_set {
            let typed = json!({ "type": types("string", true), "enum": all });
            return match sent(spot).get("type") {
                Some(Value::String(only)) if only == "string" => typed,
                _ => {
                    json!({ "if": { "type": "string" }, "then": { "type": "string", "enum": all } })
                }
            };
        }
        all = choices
            .unwrap_or_default()
            .iter()
            .map(|choice| choice.value)
            .filter(|value| !allowed.contains(value))
            .map(Value::from)
            .collect();
        json!({ "not": { "type": "string", "enum": all } })
    };
    let demand = every(Spot::Object(object), path.0, &asked);
    let Some(unread) = unread else {
        return given(object, when, demand);
    };
    let when = holds(object, when).ok_or(PLACES)?;
    let unread = holds(object, &unread).ok_or(PLACES)?;
    Ok(vec![json!({
        "if": { "type": "object", "allOf": [when, { "type": "object", "not": unread }] },
        "then": demand,
    })])
}

/// The lists together hold at most so many: each at most so many, and for every exact count of the
/// first, so many less in the others.
fn staircase(object: &'static Object, lists: &[Path], most: u32) -> Value {
    let top = Spot::Object(object);
    let Some((first, rest)) = lists.split_first() else {
        return json!({ "type": "object" });
    };
    let own = every(top, first.0, &|spot| at_most(spot, most));
    if rest.is_empty() {
        return own;
    }
    let mut steps = vec![own, staircase(object, rest, most)];
    for count in 1..=most {
        let exact = Range::new(Some(count), Some(count));
        steps.push(json!({
            "if": exists(top, first.0, &|spot| holds_items(spot, exact), false),
            "then": staircase(object, rest, most - count),
        }));
    }
    json!({ "type": "object", "allOf": steps })
}

/// How many cases a staircase has.
fn leaves(lists: usize, most: u32) -> usize {
    (0..lists).fold(1_usize, |all, _| all.saturating_mul(most as usize + 1))
}

/// The same for a consumer without conditions: one way for each exact count of the first of two lists.
fn counts_apart(
    object: &'static Object,
    lists: &[Path],
    cases: &[(When, u32)],
    otherwise: u32,
) -> Result<Vec<Value>, &'static str> {
    let ([one, other], [] | [_]) = (lists, cases) else { return Err(NO_CONDITIONS) };
    let (Some(one), Some(other)) = (list(object, *one), list(object, *other)) else {
        return Err(NO_CONDITIONS);
    };
    let mut ways = Vec::new();
    let mut add = |cap: u32, empty: Option<&str>| {
        for count in 0..=cap {
            let mut properties = serde_json::Map::new();
            for (key, most) in
                [Some((one, count)), Some((other, cap - count)), empty.map(|it| (it, 0))]
                    .into_iter()
                    .flatten()
            {
                let some = json!({ "type": "array", "maxItems": most, "items": {} });
                properties.insert(key.into(), json!({ "anyOf": [some, { "type": "null" }] }));
            }
            ways.push(json!({ "type": "object", "properties": properties }));
        }
    };
    match cases {
        [(When::NonEmpty(path), cap)] => {
            let key = list(object, *path).ok_or(NO_CONDITIONS)?;
            // The stricter cap holds for all; a laxer one needs its condition.
            if *cap > otherwise {
                return Err(NO_CONDITIONS);
            }
            add(*cap, None);
            add(otherwise, Some(key));
        }
        [] => add(otherwise, None),
        _ => return Err(NO_CONDITIONS),
    }
    Ok(vec![json!({ "anyOf": ways })])
}

/// The key of a path that is a plain list.
fn list(object: &'static Object, path: Path) -> Option<&'static str> {
    let [Step::Key(key)] = path.0 else { return None };
    let field = object.field(key)?;
    (field.kind.each().is_some() && is_error(field.shape)).then_some(*key)
}

/// A value that is known and is not this one; an absent one counts as the default.
fn unlike(object: &'static Object, path: Path, default: &str, want: &str) -> Value {
    let asked = |_: Spot| {
        let mut ways = vec![match known(object, path) {
            Some(known) => {
                let others = known.into_iter().filter(|value| *value != want);
                json!({ "type": "string", "enum": others.collect::<Vec<_>>() })
            }
            None => json!({ "type": "string", "minLength": 1, "not": { "const": want } }),
        }];
        if default != want {
            ways.push(json!({ "enum": [null, "", []] }));
        }
        json!({ "anyOf": ways })
    };
    exists(Spot::Object(object), path.0, &asked, default != want)
}

/// Something can be said of the value: it is absent, or known.
fn nameable(object: &'static Object, path: Path) -> Value {
    let asked = |_: Spot| {
        let named = match known(object, path) {
            Some(known) => json!({ "type": "string", "enum": known }),
            None => json!({ "type": "string", "minLength": 1 }),
        };
        json!({ "anyOf": [named, { "enum": [null, "", []] }] })
    };
    exists(Spot::Object(object), path.0, &asked, true)
}

/// The names or values that a field knows.
fn known(object: &'static Object, path: Path) -> Option<Vec<&'static str>> {
    let field = field_at(object, path)?;
    let names = field.limits.iter().find_map(|limit| limit.bound.names());
    let choices = field.kind.choices().map(|all| all.iter().map(|choice| choice.value).collect());
    names.map(<[_]>::to_vec).or(choices)
}

/// Whether a value outside the field's closed set is an error.
fn encloses(field: &Field) -> bool {
    let own = field.limits.iter().find(|limit| matches!(limit.bound, Bound::Choices));
    is_error(own.map_or(field.shape, |limit| limit.basis))
}

/// The field a path ends in.
fn field_at(object: &'static Object, path: Path) -> Option<&'static Field> {
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

//! Whole grids: every combination of values that a rule across fields looks at.

use kling_schema::{Check, Choice, Constraint, Field, Kind, Object, Path, Step, When};
use kling_tests::generate::Generator;
use serde_json::{Value, json};

use crate::judge::Judge;

/// In a debug build a larger grid is sampled.
const MOST: usize = if cfg!(debug_assertions) { 2_000 } else { usize::MAX };

/// Absent, or this.
type Cell = Option<Value>;

/// Values of one key.
struct Axis {
    key: &'static str,
    cells: Vec<Cell>,
}

/// Compares every combination; how many there were.
fn compare(judge: &Judge, axes: &[Axis], most: usize) -> usize {
    let mut least = Generator::new(judge.object, 1).least();
    if let Value::Object(members) = &mut least {
        for axis in axes {
            members.shift_remove(axis.key);
        }
    }
    let total: usize = axes.iter().map(|axis| axis.cells.len()).product();
    // Odd, and not near a divisor of anything: a sample meets every value of every key.
    let step = if total > most { (total / most) | 1 } else { 1 };
    let mut compared = 0;
    for number in (0..total).step_by(step) {
        let mut body = least.clone();
        let mut rest = number;
        for axis in axes {
            let cell = &axis.cells[rest % axis.cells.len()];
            rest /= axis.cells.len();
            if let Some(value) = cell {
                body[axis.key] = value.clone();
            }
        }
        judge.agree_on(&body);
        compared += 1;
    }
    compared
}

/// Each list that a cap counts or depends on: absent, `null`, and every length up to nine.
#[test]
fn counts() {
    let mut compared = 0;
    for judge in Judge::all() {
        for constraint in judge.object.constraints {
            if !matches!(constraint.check, Check::CountCap { .. }) {
                continue;
            }
            let mut generator = Generator::new(judge.object, 1);
            let axes: Vec<Axis> = keys(constraint)
                .into_iter()
                .map(|(key, _)| {
                    let field = judge.object.field(key).expect("a list");
                    // One good item, as often as wanted.
                    let item = std::iter::repeat_with(|| generator.good(field))
                        .find_map(|list| list.get(0).cloned())
                        .expect("an item");
                    let lengths = (0..=9).map(|count| Some(Value::from(vec![item.clone(); count])));
                    Axis {
                        key,
                        cells: [None, Some(Value::Null)].into_iter().chain(lengths).collect(),
                    }
                })
                .collect();
            compared += compare(&judge, &axes, usize::MAX);
        }
    }
    assert!(compared >= 12 * 12 * 12, "only {compared}");
}

/// For each rule across fields, every combination of what it looks at.
#[test]
fn conditions() {
    let mut compared = 0;
    for judge in Judge::all() {
        for constraint in judge.object.constraints {
            let axes: Vec<Axis> = keys(constraint)
                .into_iter()
                .map(|(key, inner)| Axis { key, cells: cells(judge.object, key, &inner) })
                .collect();
            compared += compare(&judge, &axes, MOST);
        }
    }
    assert!(compared > 20_000, "only {compared}");
}

/// Values of a key that a rule may tell apart; `inner` are the keys of its items that it reads.
fn cells(object: &'static Object, key: &'static str, inner: &[&'static str]) -> Vec<Cell> {
    let mut all = vec![None, Some(Value::Null), Some(json!("")), Some(json!([]))];
    let Some(field) = object.field(key) else {
        all.extend([json!({}), json!({"type": "simple"}), json!(1)].map(Some));
        return all;
    };
    all.extend(leaves(field).into_iter().map(Some));
    if let Some(table) = field.kind.table() {
        let mut generator = Generator::new(object, 1);
        // Items that differ in what the rule reads.
        let mut items = vec![json!({})];
        for key in inner {
            let Some(field) = table.field(key) else { continue };
            let mut values = leaves(field);
            values.extend([Value::Null, json!("")]);
            items = items
                .iter()
                .flat_map(|item| {
                    let with = |value: &Value| {
                        let mut item = item.clone();
                        item[*key] = value.clone();
                        item
                    };
                    std::iter::once(item.clone()).chain(values.iter().map(with)).collect::<Vec<_>>()
                })
                .collect();
        }
        // One that is good, and what is no item or a tolerated one.
        let good = std::iter::repeat_with(|| generator.good(field))
            .find_map(|list| list.get(0).cloned())
            .expect("an item");
        items.extend([good, json!("https://cdn.klingai-assets.net/a.mp4"), Value::Null, json!(1)]);
        all.extend(items.iter().map(|item| Some(json!([item]))));
        for one in &items {
            all.extend(items.iter().map(|other| Some(json!([one, other]))));
        }
        all.extend(items.iter().map(|item| Some(json!([items[0], items[0], item]))));
        all.extend(items.iter().take(2).map(|item| Some(item.clone())));
    }
    all
}

/// Values of a field that is no list.
fn leaves(field: &'static Field) -> Vec<Value> {
    fn of(kind: &'static Kind) -> Vec<Value> {
        match kind {
            Kind::Choice(choices) => {
                choices.iter().map(|Choice { value, .. }| json!(value)).collect()
            }
            Kind::Text | Kind::Media(_) => vec![json!("https://cdn.klingai-assets.net/a.png")],
            Kind::Any | Kind::Bool | Kind::Number | Kind::Integer | Kind::NumericId => {
                vec![json!(true), json!(0.5)]
            }
            Kind::List(_) | Kind::Object(_) => vec![json!({})],
            Kind::Either { usual, tolerated } => {
                let mut all = of(usual);
                all.extend(of(tolerated));
                all
            }
        }
    }
    let mut all = of(&field.kind);
    let names = field.limits.iter().filter_map(|limit| limit.bound.names()).flatten();
    all.extend(names.map(|name| json!(name)));
    all.extend([json!("unheard-of"), json!(5)]);
    all
}

/// The keys that a rule reads, each with the keys of its items that it reads.
fn keys(constraint: &Constraint) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut paths = Vec::new();
    read_by(&constraint.check, &mut paths);
    let mut all: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for Path(steps) in paths {
        let mut names = steps.iter().filter_map(|step| match step {
            Step::Key(key) => Some(*key),
            Step::Each => None,
        });
        let Some(key) = names.next() else { continue };
        let at = all.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            all.push((key, Vec::new()));
            all.len() - 1
        });
        for inner in names {
            if !all[at].1.contains(&inner) {
                all[at].1.push(inner);
            }
        }
    }
    all
}

fn read_by(check: &Check, all: &mut Vec<Path>) {
    match check {
        Check::CountCap { lists, cases, .. } => {
            all.extend(*lists);
            cases.iter().for_each(|(when, _)| asked_by(when, all));
        }
        Check::Requires { when, needs } => {
            asked_by(when, all);
            asked_by(needs, all);
        }
        Check::AtMostOne(groups) => all.extend(groups.iter().flat_map(|group| *group)),
        Check::Only { path, when, .. }
        | Check::Forbid { path, when }
        | Check::Ignored { path, when }
        | Check::Unread { path, when }
        | Check::Defaulted { path, when } => {
            all.push(*path);
            asked_by(when, all);
        }
        Check::Supported { paths, axes, .. } => {
            all.extend(*paths);
            all.extend(axes.iter().map(|axis| axis.path));
        }
        Check::References { text, kinds, .. } => {
            all.push(*text);
            all.extend(kinds.iter().map(|kind| kind.list));
        }
        Check::SameSize(one, other) | Check::SameRatio(one, other) => all.extend([*one, *other]),
        Check::PointsInside { points, image } => all.extend([*points, *image]),
    }
}

fn asked_by(when: &When, all: &mut Vec<Path>) {
    match when {
        When::Always => {}
        When::Present(path) | When::NonEmpty(path) | When::Len(path, _) => all.push(*path),
        When::Is { path, .. } => all.push(*path),
        When::Not(when) => asked_by(when, all),
        When::All(parts) | When::Any(parts) => parts.iter().for_each(|part| asked_by(part, all)),
    }
}

//! Which fields must be sent for a rule across fields to say anything: most rules are about fields that
//! most requests do not have.

use kling_schema::{Check, Object, Path, Step, When};

/// Sets of fields, a bit each, of which one at least must be there in each set.
pub(super) struct Touched {
    by: u64,
    when: u64,
}

/// Any field, or none at all.
const ANY: u64 = u64::MAX;

impl Touched {
    /// Those of a rule of this table.
    pub(super) fn by(object: &Object, check: &Check) -> Self {
        let all = |paths: &mut dyn Iterator<Item = Path>| {
            paths.fold(0, |all, path| all | first(object, path))
        };
        let (by, when) = match check {
            Check::CountCap { lists, .. } => (all(&mut lists.iter().copied()), ANY),
            Check::Requires { when, .. } => (ANY, condition(object, when)),
            Check::AtMostOne(groups) => (all(&mut groups.iter().copied().flatten().copied()), ANY),
            Check::Supported { paths, .. } => (all(&mut paths.iter().copied()), ANY),
            Check::References { text, kinds, .. } => {
                let lists = all(&mut kinds.iter().map(|kind| kind.list));
                (first(object, *text) | lists, ANY)
            }
            Check::Only { path, when, .. }
            | Check::Forbid { path, when }
            | Check::Ignored { path, when }
            | Check::Unread { path, when } => (first(object, *path), condition(object, when)),
            // It speaks of what is not there.
            Check::Defaulted { when, .. } => (ANY, condition(object, when)),
            Check::SameSize(one, _) | Check::SameRatio(one, _) => (first(object, *one), ANY),
            Check::PointsInside { points, .. } => (first(object, *points), ANY),
        };
        Touched { by, when }
    }

    /// Whether it may, where these fields are there.
    pub(super) fn may_hold(&self, there: u64) -> bool {
        let meets = |set: u64| set == ANY || set & there != 0;
        meets(self.by) && meets(self.when)
    }
}

/// The field a path begins with.
fn first(object: &Object, path: Path) -> u64 {
    let Some(Step::Key(key)) = path.0.first() else { return ANY };
    let index = object.fields.iter().position(|field| field.key == *key);
    index.and_then(|index| 1_u64.checked_shl(index as u32)).unwrap_or(ANY)
}

/// The fields of which one at least must be there for a condition to hold.
fn condition(object: &Object, when: &When) -> u64 {
    match when {
        When::Present(path) | When::NonEmpty(path) | When::Is { path, default: None, .. } => {
            first(object, *path)
        }
        When::Len(path, range) if range.min.is_some_and(|min| min > 0) => first(object, *path),
        // The one that says most.
        When::All(all) => {
            let sets = all.iter().map(|part| condition(object, part));
            sets.min_by_key(|set| set.count_ones()).unwrap_or(ANY)
        }
        When::Any(any) => any.iter().fold(0, |all, part| all | condition(object, part)),
        When::Always | When::Len(..) | When::Is { .. } | When::Not(_) => ANY,
    }
}

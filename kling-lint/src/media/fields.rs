//! Every field of the tables that names an image or a video.

use kling_schema::{Kind, Limit, MediaClass, Object};

use crate::check::trail::{EACH, Trail};

/// Bytes that every path fits in.
const ROOM: usize = 64;

/// A field that names an image or a video.
#[derive(Clone, Debug)]
pub(crate) struct MediaField {
    /// The endpoint's short name.
    pub(crate) endpoint: &'static str,
    /// As rows call it: `image_list[].image`.
    pub(crate) path: String,
    pub(crate) class: MediaClass,
    pub(crate) limits: &'static [Limit],
}

/// Calls back with each media field of an endpoint, in the order of its table, and the way to it. No
/// document has that way: its steps are all implied. What is merely tolerated in place of a field is
/// no second one.
pub(crate) fn visit(object: &'static Object, then: &mut dyn FnMut(MediaField, &Trail<'_>)) {
    let root = Trail::root(object.name);
    Walk { endpoint: object.name, path: String::with_capacity(ROOM), then }.object(object, &root);
}

struct Walk<'w> {
    endpoint: &'static str,
    /// The way to the value under the walk, as rows call it.
    path: String,
    then: &'w mut dyn FnMut(MediaField, &Trail<'_>),
}

impl Walk<'_> {
    /// As deep as the table: a type that holds itself has no table.
    fn object(&mut self, object: &'static Object, trail: &Trail<'_>) {
        let own = self.path.len();
        for field in object.fields {
            if own > 0 {
                self.path.push('.');
            }
            self.path.push_str(field.key);
            self.kind(&field.kind, (field.limits, field.each), &trail.implied(field.key));
            self.path.truncate(own);
        }
    }

    /// `limits` are those of the value, and those of its items.
    fn kind(
        &mut self,
        kind: &'static Kind,
        limits: (&'static [Limit], &'static [Limit]),
        trail: &Trail<'_>,
    ) {
        match kind {
            Kind::Media(class) => {
                let (limits, _) = limits;
                let path = self.path.clone();
                let field = MediaField { endpoint: self.endpoint, path, class: *class, limits };
                (self.then)(field, trail);
            }
            Kind::List(each) => {
                let (_, items) = limits;
                self.path.push_str(EACH);
                self.kind(each, (items, items), &trail.implied(EACH));
            }
            Kind::Object(object) => self.object(object, trail),
            Kind::Either { usual, .. } => self.kind(usual, limits, trail),
            Kind::Any
            | Kind::Bool
            | Kind::Text
            | Kind::Choice(_)
            | Kind::Number
            | Kind::Integer
            | Kind::NumericId => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kling_schema::endpoints::ENDPOINTS;
    use kling_schema::rows;

    use super::*;

    /// The rows of the table are walked by another hand: both know the same fields and bounds.
    #[test]
    fn the_fields_are_those_of_the_rows() {
        for object in ENDPOINTS {
            let mut found = BTreeSet::new();
            visit(object, &mut |field, trail| {
                assert_eq!(field.endpoint, object.name);
                assert_eq!(trail.pointer(), "", "no document has the way to it");
                let name = trail.constraint("form");
                assert_eq!(name, format!("{}/{}/form", object.name, field.path));
                assert!(found.insert(name), "{} twice", field.path);
                assert!(!field.limits.is_empty(), "{}", field.path);
            });
            let expected: BTreeSet<String> = rows::rows(object)
                .into_iter()
                .map(|row| row.name)
                .filter(|name| name.ends_with("/form"))
                .collect();
            assert_eq!(found, expected);
        }
    }
}

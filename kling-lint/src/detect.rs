//! Which endpoint a request is for, and how that is known.
//!
//! In this order: the caller says so; the file name or folder says so; keys that only one endpoint
//! has. Undecidable stays undecided: nothing is guessed.

use std::path::{Component, Path};

use kling_schema::endpoints::{ENDPOINTS, UNCOVERED, Uncovered};
use kling_schema::{Check, Field, Kind, KnownKey, Object};

use crate::read::{JsonKind, Node, Text};

/// The endpoint of a request, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detected {
    /// Short name: `omni-video`.
    pub name: &'static str,
    /// In words: "the file name says so", "only omni-video has `element_list`".
    pub reason: String,
}

/// What can be told of a request.
#[derive(Debug)]
pub(crate) enum Detection {
    /// It is for this endpoint.
    Endpoint(&'static Object, String),
    /// It is for a route that is known and not covered.
    NotCovered(&'static Uncovered, String),
    /// It cannot be told.
    Undecided {
        /// The endpoints it could be for.
        candidates: Vec<&'static str>,
        /// Why it cannot be told.
        reason: String,
    },
}

/// The endpoint named by a file name (`cat.image2video.json`, `image2video-3.json`) or, failing
/// that, by the nearest folder of that name.
pub(crate) fn by_path(path: &Path) -> Option<(&'static Object, String)> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if let Some(object) = stem.split('.').rev().find_map(starting_with) {
        return Some((object, format!("the file name says {}", object.name)));
    }
    let folders = path.parent()?.components().rev();
    folders
        .filter_map(|component| match component {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .find_map(kling_schema::endpoints::find)
        .map(|object| (object, format!("the folder is called {}", object.name)))
}

/// What may follow an endpoint's name in a file name.
const SEPARATORS: [char; 4] = ['-', '_', ' ', '('];

/// The usual ones of the paths by which [`by_path`] tells an endpoint, as globs for editors.
#[cfg(feature = "cli")]
pub(crate) fn globs(object: &Object) -> [String; 4] {
    let name = object.name;
    let [separator, ..] = SEPARATORS;
    [
        format!("{name}.json"),
        format!("{name}{separator}*.json"),
        format!("*.{name}.json"),
        format!("{name}/*.json"),
    ]
}

/// The paths that look like requests, as the regular expression of a hook: those of [`globs`], and what
/// is in a folder `kling` or is called `*.kling.json`.
#[cfg(feature = "cli")]
pub(crate) fn pattern() -> String {
    let names: Vec<&str> = ENDPOINTS.iter().map(|object| object.name).collect();
    let names = names.join("|");
    format!(
        r"^(.*/)?(kling/.+|[^/]+\.kling|([^/]+\.)?({names})([-_][^/]*)?|({names})/[^/]+)\.(json|jsonl|ndjson)$"
    )
}

/// The endpoint whose name the text is, or starts with: `image2video_01`, not `image2videos`.
fn starting_with(text: &str) -> Option<&'static Object> {
    ENDPOINTS
        .iter()
        .filter(|object| {
            text.strip_prefix(object.name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(SEPARATORS))
        })
        .max_by_key(|object| object.name.len())
        .copied()
}

/// The endpoint that the request's own keys tell.
pub(crate) fn by_keys(root: Node<'_>) -> Detection {
    let keys = Keys::of(root);
    if let Some((route, reason)) = keys.uncovered() {
        return Detection::NotCovered(route, reason);
    }
    let all: Vec<&'static Object> = ENDPOINTS.to_vec();
    let mut candidates = all.clone();
    // Each kind of evidence, from the strongest; the first that leaves one endpoint decides.
    for evidence in [Keys::inputs, Keys::own_keys, Keys::model, Keys::item_keys, Keys::tokens] {
        let told = evidence(&keys, &candidates);
        match told.as_slice() {
            [] => {}
            [(object, reason)] => return Detection::Endpoint(object, reason.clone()),
            several => candidates = several.iter().map(|(object, _)| *object).collect(),
        }
    }
    let conflict = candidates.len() < all.len() && candidates.len() > 1;
    let reason = if conflict {
        let names: Vec<String> = candidates.iter().map(|object| object.name.into()).collect();
        format!("its keys fit {}", kling_schema::listed(&names, "and"))
    } else if keys.names.is_empty() {
        "it has no keys".to_owned()
    } else {
        "it has no key that only one endpoint knows".to_owned()
    };
    Detection::Undecided {
        candidates: candidates.iter().map(|object| object.name).collect(),
        reason,
    }
}

/// An endpoint that evidence speaks for, and the evidence in words.
type Told = Vec<(&'static Object, String)>;

/// The keys and few values that tell endpoints apart.
struct Keys<'d> {
    root: Node<'d>,
    names: Vec<String>,
}

/// How many keys are looked at: a request has about a dozen.
const KEYS: usize = 1000;

impl<'d> Keys<'d> {
    fn of(root: Node<'d>) -> Self {
        let names = root
            .members()
            .take(KEYS)
            .filter_map(|member| member.key.text())
            .map(|key| key.to_str().into_owned())
            .collect();
        Keys { root, names }
    }

    fn has(&self, key: &str) -> bool {
        self.names.iter().any(|name| name == key)
    }

    fn member(&self, key: &str) -> Option<Node<'d>> {
        let mut members = self.root.members().take(KEYS);
        members
            .find(|member| member.key.text().is_some_and(|text| text.is(key)))
            .map(|member| member.value)
    }

    /// A route that is not covered, told by a key or a model that only it has.
    fn uncovered(&self) -> Option<(&'static Uncovered, String)> {
        // All requests name their model by the same key.
        let model = ENDPOINTS.iter().find_map(|object| self.model_of(object));
        for route in UNCOVERED {
            if let Some(model) =
                route.models.iter().find(|name| model.is_some_and(|text| text.is(name)))
            {
                return Some((route, format!("\"{model}\" is a model of that route")));
            }
            let Some(key) = route.keys.iter().find(|key| self.has(key)) else {
                continue;
            };
            // A covered endpoint may know the key from upstream: its own input decides.
            let claimed = ENDPOINTS.iter().any(|object| {
                object
                    .known
                    .iter()
                    .any(|known| known.key == *key && matches!(known.what, KnownKey::Upstream))
                    && object
                        .fields
                        .iter()
                        .any(|field| is_input(field) && is_required(field) && self.has(field.key))
            });
            if !claimed {
                return Some((route, format!("`{key}` is a key of that route")));
            }
        }
        None
    }

    /// A required input that no other endpoint has: `image`, `subject_image_list`.
    fn inputs(&self, among: &[&'static Object]) -> Told {
        self.unique(among, |field| is_input(field) && is_required(field))
    }

    /// Any key that only one endpoint has.
    fn own_keys(&self, among: &[&'static Object]) -> Told {
        self.unique(among, |_| true)
    }

    fn unique(&self, among: &[&'static Object], counts: impl Fn(&Field) -> bool) -> Told {
        let mut told = Told::new();
        for object in among {
            let own = object
                .fields
                .iter()
                .find(|field| counts(field) && self.has(field.key) && is_own(object, field));
            if let Some(field) = own.filter(|_| self.fits(object)) {
                told.push((*object, format!("only {} has `{}`", object.name, field.key)));
            }
        }
        told
    }

    /// Whether no key speaks against the endpoint: an input of another one, or a key that only
    /// another one has.
    fn fits(&self, object: &Object) -> bool {
        let knows = |key: &str| {
            object.fields.iter().any(|field| field.key == key)
                || object.known.iter().any(|known| known.key == key)
        };
        ENDPOINTS.iter().all(|other| {
            other.fields.iter().all(|field| {
                knows(field.key)
                    || !self.has(field.key)
                    || !(is_input(field) || is_own(other, field))
            })
        })
    }

    /// The model, when only one of the endpoints that have the present lists knows it.
    fn model(&self, among: &[&'static Object]) -> Told {
        // A model is shared with routes that are not covered: the endpoint's own inputs must be there.
        let complete = |object: &Object| {
            object
                .fields
                .iter()
                .all(|field| !is_input(field) || !is_required(field) || self.has(field.key))
        };
        among
            .iter()
            .filter(|object| complete(object) && self.fits(object))
            .filter_map(|object| {
                let model = self.model_of(object)?;
                let name = object.model()?.known_values().find(|name| model.is(name))?;
                Some((*object, format!("\"{name}\" is a model of {}", object.name)))
            })
            .collect()
    }

    /// The model that the request names, by the key it has at this endpoint.
    fn model_of(&self, object: &Object) -> Option<Text<'d>> {
        self.member(object.model()?.key)?.text()
    }

    /// A key inside a list that only one endpoint's items have: `image_list[].image_url`.
    fn item_keys(&self, among: &[&'static Object]) -> Told {
        let mut told = Told::new();
        for object in among.iter().filter(|object| self.fits(object)) {
            let found = object.fields.iter().find_map(|field| {
                let list = self.member(field.key)?;
                let own = item_keys(field);
                let foreign = |key: &str| {
                    among.iter().any(|other| {
                        other.name != object.name
                            && other.fields.iter().any(|theirs| {
                                theirs.key == field.key && item_keys(theirs).contains(&key)
                            })
                    })
                };
                let first = list.items().find(|item| item.kind() == JsonKind::Object)?;
                own.into_iter()
                    .filter(|key| !foreign(key))
                    .find(|key| {
                        first
                            .members()
                            .any(|member| member.key.text().is_some_and(|text| text.is(key)))
                    })
                    .map(|key| format!("only {} has `{}[].{key}`", object.name, field.key))
            });
            if let Some(reason) = found {
                told.push((*object, reason));
            }
        }
        told
    }

    /// Reference tokens in the text of an endpoint that has them.
    fn tokens(&self, among: &[&'static Object]) -> Told {
        let mut told = Told::new();
        for object in among.iter().filter(|object| self.fits(object)) {
            let uses = object.constraints.iter().any(|constraint| {
                let Check::References { text, kinds, .. } = &constraint.check else {
                    return false;
                };
                let prompt = self.member(&text.to_string()).and_then(|node| node.text());
                prompt.is_some_and(|prompt| {
                    let prompt = prompt.to_str();
                    kinds.iter().any(|kind| prompt.contains(&format!("<<<{}_", kind.word)))
                })
            });
            if uses {
                told.push((*object, format!("only {} has reference tokens", object.name)));
            }
        }
        told
    }
}

/// Whether no other endpoint has a field of this key.
fn is_own(object: &Object, field: &Field) -> bool {
    ENDPOINTS.iter().all(|other| {
        other.name == object.name || other.fields.iter().all(|theirs| theirs.key != field.key)
    })
}

/// Whether the field takes media, itself or in its items.
fn is_input(field: &Field) -> bool {
    matches!(field.kind, Kind::Media(_) | Kind::List(_))
}

fn is_required(field: &Field) -> bool {
    matches!(field.presence, kling_schema::Presence::Required(_))
}

/// The keys of a list's items.
fn item_keys(field: &Field) -> Vec<&'static str> {
    let items = field.kind.each().and_then(Kind::table);
    items.map_or_else(Vec::new, |items| items.fields.iter().map(|field| field.key).collect())
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    #[test]
    fn what_a_glob_matches_is_told() {
        for object in ENDPOINTS {
            for glob in globs(object) {
                let path = glob.replace('*', "cat");
                let told = by_path(Path::new(&path)).map(|(object, _)| object.name);
                assert_eq!(told, Some(object.name), "{path}");
            }
        }
    }
}

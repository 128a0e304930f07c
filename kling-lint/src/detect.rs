//! Which endpoint a request is for, and how that is known.
//!
//! In this order: the caller says so; the file name or folder says so; keys that only one endpoint
//! has. Undecidable stays undecided: nothing is guessed.

mod clues;

use std::borrow::Cow;
use std::path::{Component, Path};
use std::ptr;
use std::sync::LazyLock;

use kling_schema::endpoints::{ENDPOINTS, UNCOVERED, Uncovered};
use kling_schema::{Check, Field, Kind, KnownKey, Object};
use memchr::memmem::Finder;

use crate::names::{Name, NameSet};
use crate::read::{JsonKind, Node, Text};
use clues::{CLUES, Clues, ROUTES, TELLING, route_of};

/// The endpoint of a request, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detected {
    /// Short name: `omni-video`.
    pub name: &'static str,
    /// In words: "the file name says so", "only omni-video has `element_list`".
    pub reason: Cow<'static, str>,
}

/// How something is known, in words; most of them are the same for many requests.
pub(crate) type Reason = Cow<'static, str>;

/// What can be told of a request.
#[derive(Debug)]
pub(crate) enum Detection {
    /// It is for this endpoint.
    Endpoint(&'static Object, Reason),
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
pub(crate) fn by_path(path: &Path) -> Option<(&'static Object, Reason)> {
    static NAMES: LazyLock<Vec<Finder<'static>>> =
        LazyLock::new(|| ENDPOINTS.iter().map(|object| Finder::new(object.name)).collect());
    // Most paths have no such name, and to take one apart takes longer than to see that.
    let bytes = path.as_os_str().as_encoded_bytes();
    if !NAMES.iter().any(|name| name.find(bytes).is_some()) {
        return None;
    }
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if let Some(object) = stem.split('.').rev().find_map(starting_with) {
        return Some((object, format!("the file name says {}", object.name).into()));
    }
    let folders = path.parent()?.components().rev();
    folders
        .filter_map(|component| match component {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .find_map(kling_schema::endpoints::find)
        .map(|object| (object, format!("the folder is called {}", object.name).into()))
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

/// What telling keys, and perhaps a model, told of the latest requests: in a stream most have the same.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    /// The oldest is replaced once there are as many as are kept.
    told: Vec<Remembered>,
    next: usize,
    endpoints: [Option<&'static Object>; ENDPOINTS.len()],
}

#[derive(Debug)]
struct Remembered {
    keys: NameSet,
    /// The model, where it decided.
    model: Option<&'static str>,
    object: &'static Object,
    reason: Reason,
}

/// As many sets of telling keys as requests usually have, or nearly: streams of several kinds come mixed.
const LATEST: usize = 32;

impl Latest {
    /// What these keys and this model told, if they did.
    pub(crate) fn recall(
        &self,
        keys: NameSet,
        model: Option<Text<'_>>,
    ) -> Option<(&'static Object, Reason)> {
        let telling = keys.among(TELLING);
        let is_model = |name: &str| model.is_some_and(|model| model.is(name));
        let mut told = self.told.iter();
        let told = told.find(|told| told.keys == telling && told.model.is_none_or(is_model))?;
        route_of(model).is_none().then(|| (told.object, told.reason.clone()))
    }

    /// The endpoints of the latest requests, the last one first.
    pub(crate) fn endpoints(&self) -> [Option<&'static Object>; ENDPOINTS.len()] {
        self.endpoints
    }

    fn add(&mut self, told: Remembered) {
        self.note(told.object);
        match self.told.get_mut(self.next) {
            Some(oldest) => *oldest = told,
            None => self.told.push(told),
        }
        self.next = (self.next + 1) % LATEST;
    }

    /// A request was for this endpoint.
    pub(crate) fn note(&mut self, object: &'static Object) {
        let is_same = |other: &Option<&Object>| other.is_some_and(|other| ptr::eq(object, other));
        let at = self.endpoints.iter().position(is_same).unwrap_or(ENDPOINTS.len() - 1);
        self.endpoints[at] = Some(object);
        self.endpoints[..=at].rotate_right(1);
    }
}

/// The endpoint that the request's own keys tell.
pub(crate) fn by_keys(root: Node<'_>, latest: &mut Latest) -> Detection {
    let keys = Keys::of(root);
    let model = keys.model();
    if let Some((object, reason)) = latest.recall(keys.present, model) {
        debug_assert!(
            matches!(
                by_keys(root, &mut Latest::default()),
                Detection::Endpoint(own, why) if own.name == object.name && why == reason
            ),
            "the keys tell another endpoint than {} anew",
            object.name
        );
        return Detection::Endpoint(object, reason);
    }
    if let Some((route, reason)) = keys.uncovered() {
        return Detection::NotCovered(route, reason);
    }
    let mut candidates = Among::all();
    // Each kind of evidence, from the strongest; the first that leaves one endpoint decides.
    for (evidence, tells_by) in Keys::EVIDENCE {
        match evidence(&keys, candidates) {
            Told { reason: None, .. } => {}
            Told { speaks_for, reason: Some(reason) } => match speaks_for.only() {
                Some(one) => {
                    let object = one.object();
                    let model = model.filter(|_| tells_by == TellsBy::Model);
                    if tells_by != TellsBy::Values {
                        let model =
                            model.and_then(|model| one.says_model(model)).map(|(name, _)| *name);
                        let reason = reason.clone();
                        let keys = keys.present.among(TELLING);
                        latest.add(Remembered { keys, model, object, reason });
                    }
                    return Detection::Endpoint(object, reason);
                }
                None => candidates = speaks_for,
            },
        }
    }
    let names: Vec<&'static str> = candidates.iter().map(|(_, one)| one.object().name).collect();
    let conflict = names.len() < ENDPOINTS.len() && names.len() > 1;
    let reason = if conflict {
        let names: Vec<String> = names.iter().map(|name| (*name).into()).collect();
        format!("its keys fit {}", kling_schema::listed(&names, "and"))
    } else if keys.is_empty() {
        "it has no keys".to_owned()
    } else {
        "it has no key that only one endpoint knows".to_owned()
    };
    Detection::Undecided { candidates: names, reason }
}

/// Some of the endpoints, a bit each.
#[derive(Clone, Copy, Debug, Default)]
struct Among(u32);

impl Among {
    fn all() -> Self {
        Among((1 << CLUES.len()) - 1)
    }

    fn iter(self) -> impl Iterator<Item = (usize, &'static Clues)> {
        CLUES.iter().enumerate().filter(move |(index, _)| self.0 & 1 << index != 0)
    }

    fn add(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    fn only(self) -> Option<&'static Clues> {
        let mut all = self.iter();
        all.next().filter(|_| all.next().is_none()).map(|(_, one)| one)
    }
}

/// The endpoints that evidence speaks for, and what it says of the first, in words.
#[derive(Default)]
struct Told {
    speaks_for: Among,
    reason: Option<Reason>,
}

impl Told {
    fn add(&mut self, index: usize, reason: impl FnOnce() -> Reason) {
        self.speaks_for.add(index);
        self.reason.get_or_insert_with(reason);
    }
}

/// The keys and few values that tell endpoints apart.
struct Keys<'d> {
    root: Node<'d>,
    present: NameSet,
}

/// How many keys are looked at: a request has about a dozen.
const KEYS: usize = 1000;

/// What some evidence, and all that is stronger, looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TellsBy {
    /// Which of the [`TELLING`] keys there are.
    Keys,
    /// And the model.
    Model,
    /// And more.
    Values,
}

/// What endpoints some evidence speaks for, among those that are left.
type Evidence<'d> = fn(&Keys<'d>, Among) -> Told;

impl<'d> Keys<'d> {
    /// From the strongest.
    const EVIDENCE: [(Evidence<'d>, TellsBy); 5] = [
        (Keys::inputs, TellsBy::Keys),
        (Keys::own_keys, TellsBy::Keys),
        (Keys::of_model, TellsBy::Model),
        (Keys::item_keys, TellsBy::Values),
        (Keys::tokens, TellsBy::Values),
    ];

    fn of(root: Node<'d>) -> Self {
        Keys { root, present: root.names() }
    }

    fn is_empty(&self) -> bool {
        self.root.members().all(|member| member.key.kind() != JsonKind::String)
    }

    fn member(&self, key: Name) -> Option<Node<'d>> {
        if !self.present.has(key) {
            return None;
        }
        let mut members = self.root.members().take(KEYS);
        members.find(|member| member.key.name() == key).map(|member| member.value)
    }

    /// A route that is not covered, told by a key or a model that only it has.
    fn uncovered(&self) -> Option<(&'static Uncovered, String)> {
        let of_model = route_of(self.model());
        for (route, set) in UNCOVERED.iter().zip(ROUTES) {
            if let Some((_, model)) = of_model.filter(|(own, _)| own.name == route.name) {
                return Some((route, format!("\"{model}\" is a model of that route")));
            }
            if !set.meets(self.present) {
                continue;
            }
            let is_present = |key: &&&str| self.present.has(Name::of(key.as_bytes()));
            let Some(key) = route.keys.iter().find(is_present) else { continue };
            // A covered endpoint may know the key from upstream: its own input decides.
            let claimed = CLUES.iter().any(|one| {
                let mut known = one.object().known.iter();
                known.any(|known| known.key == *key && matches!(known.what, KnownKey::Upstream))
                    && one.required.meets(self.present)
            });
            if !claimed {
                return Some((route, format!("`{key}` is a key of that route")));
            }
        }
        None
    }

    /// The model that the request names: all do so by the same key.
    fn model(&self) -> Option<Text<'d>> {
        self.model_of(CLUES.first()?)
    }

    /// A required input that no other endpoint has: `image`, `subject_image_list`.
    fn inputs(&self, among: Among) -> Told {
        self.unique(among, |one| one.inputs)
    }

    /// Any key that only one endpoint has.
    fn own_keys(&self, among: Among) -> Told {
        self.unique(among, |one| one.own)
    }

    fn unique(&self, among: Among, keys: fn(&Clues) -> NameSet) -> Told {
        let mut told = Told::default();
        for (index, one) in among.iter().filter(|(_, one)| self.fits(one)) {
            if let Some(reason) = one.says_key(self.present.among(keys(one))) {
                told.add(index, || Cow::Borrowed(reason));
            }
        }
        told
    }

    /// Whether no key speaks against the endpoint: an input of another one, or a key that only
    /// another one has.
    fn fits(&self, one: &Clues) -> bool {
        !one.against.meets(self.present)
    }

    /// The model, when only one of the endpoints that have the present lists knows it.
    fn of_model(&self, among: Among) -> Told {
        let mut told = Told::default();
        for (index, one) in among.iter() {
            // A model is shared with routes that are not covered: the endpoint's own inputs must be
            // there.
            if !one.required.is_within(self.present) || !self.fits(one) {
                continue;
            }
            let Some(model) = self.model_of(one) else { continue };
            if let Some((_, reason)) = one.says_model(model) {
                told.add(index, || Cow::Borrowed(reason.as_str()));
            }
        }
        told
    }

    /// The model that the request names, by the key it has at this endpoint.
    fn model_of(&self, one: &Clues) -> Option<Text<'d>> {
        self.member(one.model?)?.text()
    }

    /// A key inside a list that only one endpoint's items have: `image_list[].image_url`.
    fn item_keys(&self, among: Among) -> Told {
        let mut told = Told::default();
        for (index, one) in among.iter().filter(|(_, one)| self.fits(one)) {
            let object = one.object();
            let found = object.fields.iter().find_map(|field| {
                // Most fields are no such lists.
                let own = items_of(field)?.fields.iter().map(|item| item.key);
                let list = self.member(Name::of(field.key.as_bytes()))?;
                let foreign = |key: &str| {
                    among.iter().any(|(_, other)| {
                        other.object().name != object.name
                            && other.object().fields.iter().any(|theirs| {
                                theirs.key == field.key
                                    && items_of(theirs).is_some_and(|it| it.field(key).is_some())
                            })
                    })
                };
                let first = list.items().find(|item| item.kind() == JsonKind::Object)?;
                own.filter(|key| !foreign(key))
                    .find(|key| {
                        let name = Name::of(key.as_bytes());
                        first.members().any(|member| member.key.name() == name)
                    })
                    .map(|key| format!("only {} has `{}[].{key}`", object.name, field.key))
            });
            if let Some(reason) = found {
                told.add(index, || Cow::Owned(reason));
            }
        }
        told
    }

    /// Reference tokens in the text of an endpoint that has them.
    fn tokens(&self, among: Among) -> Told {
        let mut told = Told::default();
        for (index, one) in among.iter().filter(|(_, one)| self.fits(one)) {
            let object = one.object();
            let uses = object.constraints.iter().any(|constraint| {
                let Check::References { text, kinds, .. } = &constraint.check else {
                    return false;
                };
                let prompt = self.member(Name::of(text.to_string().as_bytes()));
                prompt.and_then(|node| node.text()).is_some_and(|prompt| {
                    let prompt = prompt.to_str();
                    kinds.iter().any(|kind| prompt.contains(&format!("<<<{}_", kind.word)))
                })
            });
            if uses {
                let reason = format!("only {} has reference tokens", object.name);
                told.add(index, || Cow::Owned(reason));
            }
        }
        told
    }
}

/// The table of a list's items.
fn items_of(field: &Field) -> Option<&'static Object> {
    field.kind.each().and_then(Kind::table)
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

//! The derive macro's tables, asserted by value.

use kling_schema::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Speed against quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KlingSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// Faster.
    Std,
    /// Better.
    Pro,
    /// Anything else.
    #[serde(untagged)]
    Other(String),
}

/// What an image is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KlingSchema)]
#[serde(rename_all = "snake_case")]
enum Frame {
    /// The first one.
    FirstFrame,
    /// The last one.
    EndFrame,
}

/// One image of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://example.com/item", read = "2026-03")]
#[kling(upstream, upstream_page = "https://example.com/upstream", upstream_read = "2026-02-01")]
#[kling(house(alias(image = image_url)))]
struct Item {
    /// The image.
    #[kling(documented(image(formats(jpeg, png), bytes <= 10 MB, edge >= 300)))]
    image_url: ImageSource,
    /// Its part.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[kling(documented)]
    kind: Option<Frame>,
    /// Points.
    #[serde(skip_serializing_if = "Option::is_none")]
    trajectories: Option<Vec<Point>>,
}

/// A point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://example.com/item", read = "2026-03")]
struct Point {
    /// From the left.
    x: i32,
    /// From the bottom.
    y: i32,
}

/// Every word of the grammar, once.
///
/// Second paragraph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(endpoint = "POST /kling/v1/videos/every-word", name = "every")]
#[kling(page = "https://example.com/page", read = "2026-03-12")]
#[kling(upstream_page = "https://example.com/upstream", upstream_read = "2026-02")]
#[kling(rule(input_cap: len(image_list) + len(element_list) <= match {
    nonempty(video_list) && !is(mode, "pro", default = "std") => 4,
    len(tags) > 2 || len(tags) == 1 => 5,
    _ => 7,
}, blame = element_list, note = "a note"))]
#[kling(rule(flat_cap: len(tags) <= 5))]
#[kling(upstream(
    note = "for all of these",
    upstream_keys(sound, voice_list, "odd-key"),
    rule(end_needs_first: requires(is(image_list[].type, "first_frame")) when is(image_list[].type, "end_frame")),
    rule(one_group: at_most_one(image_tail, [static_mask, camera_control], voice_list), note = "its own"),
    rule(tail_model: supported([image_tail]) by (model_name = "kling-v1", mode = "std", duration = "5") {
        ("kling-v1", _, "5"),
        ("kling-v1-5", "pro", _),
    }),
    info(rule(cfg: forbid(cfg_scale) when is(model_name, "kling-v2-1" | "kling-v2-master"), is = "unsupported-by-model")),
    legacy(model = model_name),
))]
#[kling(rule(five_or_ten: only(duration in ["5", "10"]) when empty(image_list) && (present(prompt) || empty(video_list))))]
#[kling(rule(five: only(duration in ["5"]) unless present(image)))]
#[kling(advice(rule(no_duration: ignored(duration) when nonempty(video_list))))]
#[kling(advice(rule(any_duration: unread(duration) when empty(video_list))))]
#[kling(house(
    rule(tokens: references(prompt) { image: image_list silent(is(type, "first_frame" | "end_frame")), element: element_list, also(voice, object) }),
    alias(scene_image = scence_image, is = "scene-spelling", unsafe),
    info(rule(frame: defaulted(aspect_ratio) unless nonempty(image_list))),
))]
#[kling(rule(mask_size: same_size(static_mask, image)), rule(mask_ratio: same_ratio(static_mask, image)))]
#[kling(upstream(rule(inside: points_inside(image_list[].trajectories, image), blame = image_list[].trajectories)))]
#[kling(editor("$schema"))]
struct Every {
    /// The prompt.
    #[kling(chars(1..=500), house(info(note = "longer elsewhere", unique)))]
    prompt: String,
    /// The model.
    #[kling(upstream(names("kling-v1", "kling-v2-1"), note = "see the list"))]
    #[kling(upstream(info(other_names("kling-v3"))), default = "kling-v1")]
    #[kling(hint(present(prompt) && !present(image), "did you mean the other endpoint?"))]
    model_name: String,
    /// The first image.
    #[kling(image(formats(jpeg, png), bytes <= 10 MB, edge(300..), upstream(ratio(1:2.5 ..= 2.5:1))))]
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<ImageSource>,
    /// The last one.
    #[kling(like(image))]
    #[serde(skip_serializing_if = "Option::is_none")]
    image_tail: Option<ImageSource>,
    /// A mask.
    #[kling(image(forms(url, base64)), upstream(info(like(image))))]
    #[serde(skip_serializing_if = "Option::is_none")]
    static_mask: Option<ImageSource>,
    /// The scene.
    #[kling(house(image()))]
    #[serde(skip_serializing_if = "Option::is_none")]
    scence_image: Option<ImageSource>,
    /// Images.
    #[kling(items(2..=4))]
    image_list: Vec<Item>,
    /// Elements.
    #[kling(upstream(required, items(..=4)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    element_list: Option<Vec<Loose<NumericId>>>,
    /// Videos.
    #[kling(items(..=1))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    video_list: Vec<Either<Item, VideoSource>>,
    /// One video.
    #[kling(video(forms(url), formats(mp4, mov), bytes <= 200 MB, seconds(3..=10), edge(720..=2160), fps(24..=60)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<VideoSource>,
    /// Tags.
    #[kling(each(chars(..=20), house(url)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
    /// Mode.
    #[kling(default = "pro", upstream(choices), taken_upstream("ultra"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    /// Length.
    #[kling(default = "5")]
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    /// How closely it follows the prompt.
    #[kling(range(-0.5..=1), default = 0.5)]
    #[serde(skip_serializing_if = "Option::is_none")]
    cfg_scale: Option<f64>,
    /// How many.
    #[kling(nullable, default = 1, upstream(range(1..=9)))]
    n: Option<u32>,
    /// Width to height.
    #[kling(warning(names("16:9")))]
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect_ratio: Option<String>,
    /// Camera.
    #[serde(rename = "camera_control", skip_serializing_if = "Option::is_none")]
    camera: Option<Value>,
    /// Called at the end.
    #[kling(house(url))]
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    #[kling(rest)]
    rest: Map<String, Value>,
}

/// A struct of any value type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://example.com/page", read = "2026-03")]
#[kling(rule(together: requires(present(inner)) when len(list) > 2))]
struct Wrapper<T, const N: usize> {
    /// One value.
    #[kling(documented(required))]
    #[serde(skip_serializing_if = "Option::is_none")]
    inner: Option<T>,
    /// Many values.
    #[kling(items(..=3))]
    list: Vec<T>,
}

/// A basis in a word: tier, severity and note.
fn basis(basis: &Basis) -> String {
    let note = basis.note.map(|note| format!(" ({note})")).unwrap_or_default();
    let read = basis.source.read().map(|read| format!(" {read}")).unwrap_or_default();
    format!("{} {}{read}{note}", basis.tier.word(), basis.severity.word())
}

/// The table, one row a line.
fn rows(object: &Object) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    let mut row = |text: String| writeln!(out, "{text}").expect("a string takes all");
    row(format!("{}: {:?}", object.name, object.doc));
    row(format!("  endpoint {:?}", object.endpoint));
    row(format!("  {}; shape {:?}", basis(&object.basis), object.shape.as_ref().map(basis)));
    for field in object.fields {
        let presence = match &field.presence {
            Presence::Optional => "optional".to_owned(),
            Presence::Required(on) => format!("required, {}", basis(on)),
        };
        let kind = match field.kind {
            Kind::Object(object) => format!("Object({})", object.name),
            Kind::List(Kind::Object(object)) => format!("List(Object({}))", object.name),
            Kind::Either { usual: Kind::Object(object), tolerated } => {
                format!("Either({}, {tolerated:?})", object.name)
            }
            Kind::List(Kind::Either { usual: Kind::Object(object), tolerated }) => {
                format!("List(Either({}, {tolerated:?}))", object.name)
            }
            kind => format!("{kind:?}"),
        };
        let null = if field.nullable { ", or null" } else { "" };
        row(format!("{} {:?}: {kind}{null}, {}", field.key, field.doc, basis(&field.shape)));
        row(format!("    {presence}; default {:?}", field.default));
        for limit in field.limits {
            row(format!("    {:?}: {}", limit.bound, basis(&limit.basis)));
        }
        for limit in field.each {
            row(format!("    each {:?}: {}", limit.bound, basis(&limit.basis)));
        }
        for hint in field.hints {
            row(format!("    hint {:?} when {:?}", hint.text, hint.when));
        }
    }
    for constraint in object.constraints {
        row(format!(
            "rule {} [{}]: {}",
            constraint.name,
            constraint.rule.name,
            basis(&constraint.basis)
        ));
        row(format!("    {:?}", constraint.check));
        row(format!("    blame {:?}", constraint.blame));
    }
    for known in object.known {
        let what = match known.what {
            KnownKey::Alias { of, rule, safe } => {
                format!("alias of {of} [{}] safe {safe}", rule.name)
            }
            other => format!("{other:?}"),
        };
        row(format!("known {}: {what}: {}", known.key, basis(&known.basis)));
    }
    out
}

#[test]
fn every_word() {
    insta::assert_snapshot!(rows(Every::SCHEMA));
}

#[test]
fn a_struct_that_is_upstream_throughout() {
    insta::assert_snapshot!(rows(Item::SCHEMA));
}

#[test]
fn a_generic_struct() {
    insta::assert_snapshot!(rows(Wrapper::<NumericId, 3>::SCHEMA));
    assert!(matches!(<Wrapper<String, 0>>::SCHEMA.fields[1].kind, Kind::List(Kind::Text)));
}

#[test]
fn a_closed_set_leaves_any_other_text_out() {
    let Kind::Choice(choices) = Mode::KIND else { panic!("{:?}", Mode::KIND) };
    let values: Vec<_> = choices.iter().map(|choice| (choice.value, choice.doc)).collect();
    assert_eq!(values, [("std", "Faster."), ("pro", "Better.")]);
    assert_eq!(
        serde_json::from_str::<Mode>("\"ultra\"").expect("reads"),
        Mode::Other("ultra".into())
    );
}

#[test]
fn keys_are_those_that_serde_writes() {
    /// Names of every sort.
    #[derive(Serialize, KlingSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[kling(page = "https://example.com/page", read = "2026-03", crate = kling_schema)]
    struct Names {
        /// One.
        first_frame: bool,
        /// Two.
        r#type: bool,
        /// Three.
        #[serde(rename = "an odd/key")]
        third: bool,
    }
    let value = serde_json::to_value(Names { first_frame: true, r#type: true, third: true });
    let written: Vec<String> =
        value.expect("writes").as_object().expect("is one").keys().cloned().collect();
    let keys: Vec<&str> = Names::SCHEMA.fields.iter().map(|field| field.key).collect();
    assert_eq!(written, keys);
    assert_eq!(Names::SCHEMA.name, "Names");
}

/// Names that the macro's output could trip over.
mod shadowed {
    #![allow(dead_code, non_camel_case_types)]

    use ::kling_schema::KlingSchema as Derive;

    pub(crate) struct Option;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct String;
    pub(crate) struct Object;
    pub(crate) struct Kind;
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod kling_schema {}

    macro_rules! request {
        ($name:ident, $ty:ty, $most:literal) => {
            /// Written by another macro.
            #[derive(Derive)]
            #[kling(page = "https://example.com/page", read = "2026-03")]
            #[kling(rule(cap: len(list) <= $most), house(rule(both: requires(present(text)) when len(list) > 1)))]
            pub(crate) struct $name {
                /// A text.
                #[kling(chars(2..=$most), default = "a text")]
                pub(crate) text: $ty,
                /// A list.
                #[kling(items(..=$most))]
                pub(crate) list: Vec<$ty>,
            }
        };
    }

    request!(Written, ::std::string::String, 3);
}

#[test]
fn the_output_holds_in_any_scope() {
    let rows = rows(shadowed::Written::SCHEMA);
    assert!(
        rows.contains("Chars(Range { min: Some(2), max: Some(3) }): documented error"),
        "{rows}"
    );
    assert!(rows.contains("rule both [needs-other]: house warning"), "{rows}");
}

#[test]
fn a_path_of_two_keys_follows_the_types() {
    /// An inner object.
    #[derive(KlingSchema)]
    #[kling(page = "https://example.com/page", read = "2026-03", editor("$comment"))]
    #[allow(dead_code)]
    struct Inner {
        /// A mode.
        mode: Mode,
    }
    /// An outer one.
    #[derive(KlingSchema)]
    #[kling(page = "https://example.com/page", read = "2026-03")]
    #[kling(rule(a: forbid(any.thing[].goes) when is(either.mode, "pro", default = "std")))]
    #[kling(rule(b: forbid(either."$comment") when present(either.mode)))]
    #[allow(dead_code)]
    struct Outer {
        /// Usually an object.
        either: Either<Loose<Inner>, String>,
        /// Anything.
        any: Value,
    }
    let names: Vec<&str> = Outer::SCHEMA.constraints.iter().map(|rule| rule.name).collect();
    assert_eq!(names, ["a", "b"]);
}

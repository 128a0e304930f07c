//! Every sort of bound and rule as a documented one, on types of our own: what the four requests do not
//! use must agree as well.

use kling_lint::Linter;
use kling_schema::export::Profile;
use kling_schema::{Either, ImageSource, KlingSchema, Loose, NumericId, VideoSource};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::pair::Pair;

/// Bounds of every sort.
#[derive(Debug, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://docs.acme.net/bounds", read = "2026-11-01", upstream_keys(extra))]
#[kling(upstream_page = "https://docs.acme.net/else", upstream_read = "2026-11-01")]
struct Bounds {
    /// A text.
    #[kling(chars(2..=3))]
    text: String,
    /// Another.
    #[kling(chars(2..=3))]
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// One of some names.
    #[kling(names("a", "b"), info(other_names("c")))]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// An address.
    #[kling(url, nullable)]
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    /// A flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<bool>,
    /// A number.
    #[kling(range(-1..=1.5), nullable, required)]
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<f64>,
    /// A count.
    #[kling(range(1..=9))]
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// An id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<NumericId>,
    /// A choice that stays open.
    #[kling(upstream(choices))]
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<Letter>,
    /// A choice of unsure type.
    #[kling(upstream, documented(choices))]
    #[serde(skip_serializing_if = "Option::is_none")]
    unsure: Option<Letter>,
    /// A text of unsure type.
    #[kling(upstream, documented(chars(2..=3)))]
    loose: Loose<String>,
    /// A list.
    #[kling(items(2..=3), each(chars(..=2)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<Vec<String>>,
    /// Items or one.
    #[kling(items(2..=2))]
    either: Either<Vec<Item>, Item>,
    /// Or its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    one: Option<Either<Item, ImageSource>>,
    /// A URL only.
    #[kling(image(forms(url)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    web: Option<ImageSource>,
    /// Base64 only.
    #[kling(video(forms(base64)))]
    base: VideoSource,
    /// A word or a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    either_way: Option<Either<Letter, f64>>,
}

/// An item.
#[derive(Debug, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://docs.acme.net/bounds", read = "2026-11-01")]
struct Item {
    /// Its image.
    #[kling(image())]
    image: ImageSource,
    /// Its letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<Letter>,
}

/// A letter.
#[derive(Debug, Serialize, Deserialize, KlingSchema)]
#[serde(rename_all = "lowercase")]
enum Letter {
    /// The first.
    A,
    /// The second.
    B,
    /// The third.
    C,
}

/// Rules of every sort.
#[derive(Debug, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://docs.acme.net/rules", read = "2026-11-01", upstream_keys(extra))]
#[kling(upstream_page = "https://docs.acme.net/else", upstream_read = "2026-11-01")]
#[kling(
    rule(cap: len(items) + len(lone) + len(extra) <= match { nonempty(text) => 1, len(loose) > 1 => 3, _ => 4 }),
    rule(needs: requires(is(items[].letter, "a")) when present(items[].letter) && !is(letter, "c", default = "a")),
    rule(one_of: at_most_one(text, [items, lone], extra)),
    rule(short: only(letter in ["a", "b"]) when empty(items) || present(loose)),
    rule(short_items: only(items[].letter in ["a"]) when is(letter, "b")),
    rule(short_text: only(text in ["x", "yy"]) when is(letter, "c")),
    rule(none: forbid(lone[].letter) unless len(items) <= 1),
    rule(none_loose: forbid(loose) when is(text, "x")),
    rule(none_extra: forbid(extra) when len(lone) == 1),
    rule(by: supported([lone, text]) by (name = "m", letter = "b") { ("m", "a"), ("n", _), (_, "c") }),
    rule(no_effect: ignored(flag) when is(name, "n")),
    rule(not_read: unread(other) when nonempty(loose)),
    rule(other_short: only(other in ["a"]) when nonempty(text)),
    rule(default: defaulted(other) when is(name, "n" | "q")),
)]
struct Rules {
    /// A text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// A name.
    #[kling(upstream(names("m", "n")))]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// A letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<Letter>,
    /// Another.
    #[kling(default = "a")]
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<Letter>,
    /// A flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<bool>,
    /// Items.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Part>>,
    /// Items or one.
    #[serde(skip_serializing_if = "Option::is_none")]
    lone: Option<Either<Vec<Part>, Part>>,
    /// Anything, meant as a list.
    #[kling(upstream)]
    #[serde(skip_serializing_if = "Option::is_none")]
    loose: Option<Loose<Vec<Part>>>,
}

/// A part.
#[derive(Debug, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://docs.acme.net/rules", read = "2026-11-01")]
struct Part {
    /// Its letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<Letter>,
}

/// A small generator of pseudo-random numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }

    fn pick(&mut self, all: &[Value]) -> Value {
        all[self.roll(all.len())].clone()
    }
}

/// Values that find out what a bound says: `odd` fit nothing much.
fn odd() -> Vec<Value> {
    vec![
        json!(null),
        json!(""),
        json!([]),
        json!({}),
        json!(true),
        json!(0),
        json!(1.0),
        json!(2.5),
        json!("a"),
        json!("\u{1f408}\u{1f408}\u{1f408}"),
        json!([null]),
        json!([[]]),
        json!(18_446_744_073_709_551_615_u64),
        json!(1e300),
    ]
}

/// Bodies that differ from a good one in up to so many keys.
fn compare(pair: &Pair, good: &Value, keys: &[(&str, Vec<Value>)], most: usize) {
    let count = if cfg!(debug_assertions) { 3_000 } else { 100_000 };
    let mut dice = Dice(20_261_101);
    let odd = odd();
    let (mut wrong, mut accepted) = (Vec::new(), 0);
    for _ in 0..count {
        let mut body = good.as_object().cloned().unwrap_or_default();
        for _ in 0..=dice.roll(most) {
            let (key, values) = &keys[dice.roll(keys.len())];
            match dice.roll(12) {
                0 => drop(body.remove(*key)),
                1 | 2 => drop(body.insert((*key).into(), dice.pick(&odd))),
                _ => drop(body.insert((*key).into(), dice.pick(values))),
            }
        }
        let body = Value::from(body);
        accepted += usize::from(pair.accepts(&body));
        wrong.extend(pair.difference(&body));
    }
    assert!(accepted > count / 20 && accepted < count * 9 / 10, "{accepted} of {count} are good");
    let shown: Vec<&String> = wrong.iter().take(8).collect();
    assert!(wrong.is_empty(), "{} of {count} differ: {shown:#?}", wrong.len());
}

fn pairs<T: KlingSchema>() -> Vec<Pair> {
    let linter = || Linter::builder().schema(T::SCHEMA).build().expect("a table");
    Profile::ALL.map(|profile| Pair::new(T::SCHEMA, linter(), profile)).into()
}

#[test]
fn bounds() {
    let images = || {
        vec![
            json!("https://a.net/1.png"),
            json!(" ./a"),
            json!("a.png"),
            json!("data:image/png;base64,AAAA"),
            json!("www.a.net/1.png"),
            json!("iVBORw0KGgo="),
            json!("abc"),
        ]
    };
    let items = || {
        vec![
            json!({ "image": "a.png" }),
            json!({ "image": "a.png", "letter": "a" }),
            json!({ "image": "a.png", "letter": "z" }),
            json!({ "image": "" }),
            json!({ "letter": "a" }),
            json!("a.png"),
            json!([{ "image": "a.png" }, { "image": "a.png", "letter": "" }]),
            json!([{ "image": "a.png" }]),
            json!(["a.png", "a.png"]),
        ]
    };
    let texts = || vec![json!("ab"), json!("abc"), json!("abcd"), json!("a")];
    let letters = || vec![json!("a"), json!("b"), json!("z")];
    let keys = [
        ("text", vec![json!("ab"), json!("abc"), json!("ab"), json!("abcd")]),
        ("note", texts()),
        ("name", vec![json!("a"), json!("b"), json!("c"), json!("d")]),
        ("call", vec![json!("https://a"), json!("ftp://a")]),
        ("flag", vec![json!(false)]),
        ("number", vec![json!(-1), json!(1.5), json!(0.3), json!(1.6)]),
        ("count", vec![json!(1), json!(9.0), json!(10)]),
        ("id", vec![json!(7), json!("007"), json!("7a"), json!("7\n"), json!(-1)]),
        ("open", letters()),
        ("unsure", letters()),
        ("loose", texts()),
        ("list", vec![json!(["a", "b"]), json!(["a"]), json!(["abc", "a"]), json!(["", "a"])]),
        (
            "either",
            vec![json!([{ "image": "a.png" }, { "image": "a.png" }]), json!({ "image": "a.png" })],
        ),
        ("one", items()),
        ("web", images()),
        ("base", vec![json!("a.mp4"), json!("a.mp4"), json!("https://a.net/1.mp4")]),
        ("either_way", vec![json!("a"), json!(1.5), json!("z")]),
        ("extra", vec![json!(1)]),
    ];
    let item = json!({ "image": "a.png" });
    let good = json!({
        "text": "ab", "number": 0.5, "loose": "ab", "either": [item, item], "base": "a.mp4",
    });
    for pair in pairs::<Bounds>() {
        compare(&pair, &good, &keys, 4);
    }
}

#[test]
fn rules() {
    let parts = || {
        vec![
            json!([]),
            json!([{ "letter": "a" }]),
            json!([{ "letter": "b" }, {}]),
            json!([{ "letter": "" }, { "letter": "a" }, { "letter": null }]),
            json!([{}, {}, {}, {}, {}]),
        ]
    };
    let mut lone = parts();
    lone.extend([json!({ "letter": "c" }), json!({})]);
    let mut loose = lone.clone();
    loose.extend(odd());
    let letters = || vec![json!("a"), json!("b"), json!("c"), json!("")];
    let keys = [
        ("text", vec![json!(""), json!("x"), json!("yy"), json!("z"), json!(null)]),
        ("name", vec![json!("m"), json!("n"), json!("q")]),
        ("letter", letters()),
        ("other", vec![json!("a"), json!("b"), json!("z"), json!("")]),
        ("flag", vec![json!(true), json!(null)]),
        ("items", parts()),
        ("lone", lone),
        ("loose", loose.clone()),
        ("extra", loose),
    ];
    for pair in pairs::<Rules>() {
        compare(&pair, &json!({}), &keys, 12);
    }
}

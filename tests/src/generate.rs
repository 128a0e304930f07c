//! Requests made from the table: good ones, and good ones with faults put in.
//!
//! What is allowed is read from the table; typed here are only texts that no table lists: URLs, paths,
//! Base64, strange characters.

use kling_schema::{Bound, Field, Kind, KnownKey, Limit, Object, Presence};
use serde_json::{Map, Value, json};

/// A small generator of pseudo-random numbers: the same seed, the same documents.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides.max(1)
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.roll(times) == 0
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())].clone()
    }
}

/// Media texts that are fine as a text.
const GOOD_MEDIA: [&str; 9] = [
    "https://cdn.klingai-assets.net/cat.jpg",
    "http://a",
    " \n\thttps://a ",
    "HTTPS://CDN.KLING.AI/A.PNG?x=1#y",
    "iVBORw0KGgo=",
    "/9j/4AAQSkZJRgABAQ==",
    "./cat.png",
    "cat.JPG\n",
    "C:\\cat.png",
];

/// Media texts that are near something.
const ODD_MEDIA: [&str; 52] = [
    "http://",
    "https:///a",
    "https://:80",
    "https:// a",
    "https://\u{1f408}",
    "https://a b",
    "\u{a0}https://a",
    "http:a.png",
    "http//a.png",
    "https//a.png",
    "httpss://a.png",
    "ftp://a.net/b.png",
    "s3://bucket/key.png",
    "blob:https://a/1",
    "javascript:x.png",
    "mailto:a@b.png",
    "Urn:x.jpg",
    "1x://a.png",
    "www.a.net/1.png",
    "WWW.a",
    "www.",
    "//a.net/1.png",
    "//a/1.png",
    "data:image/png;base64,iVBORw0KGgo=",
    "DATA:,",
    " data:image/png;base64,iVBORw0KGgo=",
    "data:",
    "dat",
    "file:///cat.png",
    "FILE:cat",
    "../cat",
    "..\\cat",
    ".\\cat",
    "~/cat",
    "~cat",
    "\\\\host\\cat",
    "C:/",
    "C:",
    "cat.png ",
    "cat.png\u{a0}",
    "cat.webp",
    ".png",
    "png",
    "cat.png?",
    "[REDACTED]",
    "example",
    "xxx",
    "AAAA\n",
    "AAA",
    "AA=A",
    "A-_A",
    "====",
];

/// Pieces of which media texts are made.
const PIECES: [&str; 30] = [
    " ",
    "\n",
    "\t",
    "http",
    "https",
    "s",
    ":",
    "/",
    "//",
    "\\",
    "a",
    "ab+/",
    "=",
    "==",
    ".png",
    ".JPEG",
    "www.",
    "data:",
    "file:",
    "./",
    "~/",
    "C:\\",
    "blob:",
    "\u{a0}",
    "?",
    "#",
    "@",
    "\0",
    "\u{1f408}",
    "\u{feff}",
];

/// Characters that find out how a text is counted and matched.
const STRANGE: [&str; 14] = [
    " ",
    "\n",
    "\r\n",
    "\0",
    "\u{7f}",
    "\u{a0}",
    "\u{3000}",
    "\u{feff}",
    "\u{301}",
    "\u{1f408}",
    "\u{10ffff}",
    "=",
    "/",
    "5",
];

/// Values that fit nothing much.
pub fn odd() -> Vec<Value> {
    vec![
        json!(null),
        json!(""),
        json!(" "),
        json!("\u{3000}\n"),
        json!([]),
        json!({}),
        json!(true),
        json!(false),
        json!(0),
        json!(-0.0),
        json!(-1),
        json!(1.0),
        json!(5.0),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(18_446_744_073_709_551_616.0),
        json!(i64::MIN),
        json!(9_007_199_254_740_993_u64),
        json!("a"),
        json!("5"),
        json!("0.5"),
        json!("true"),
        json!("null"),
        json!("\u{1f408}\u{1f408}\u{1f408}"),
        json!("https://cdn.klingai-assets.net/a.png"),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!(["a"]),
        json!([{"image": "https://a"}]),
        json!({"": 1}),
        json!({"image": "https://a"}),
    ]
}

/// A value of a request, or the place where one could stand.
#[derive(Clone, Debug)]
struct Spot {
    pointer: String,
    kind: &'static Kind,
    limits: &'static [Limit],
    each: &'static [Limit],
}

/// Makes requests of one object.
#[derive(Debug)]
pub struct Generator {
    object: &'static Object,
    dice: Dice,
    /// Where faults can be put.
    spots: Vec<Spot>,
    odd: Vec<Value>,
}

impl Generator {
    /// For this object.
    pub fn new(object: &'static Object, seed: u64) -> Self {
        Generator { object, dice: Dice::new(seed), spots: Vec::new(), odd: odd() }
    }

    /// A request with what must be there, all of it good.
    pub fn least(&mut self) -> Value {
        let required = |field: &&Field| matches!(field.presence, Presence::Required(_));
        let fields = self.object.fields.iter().filter(required);
        let mut body = Map::new();
        for field in fields {
            let value = self.field(field, "");
            body.insert(field.key.into(), value);
        }
        body.into()
    }

    /// A good value of a field.
    pub fn good(&mut self, field: &'static Field) -> Value {
        self.field(field, "")
    }

    /// A request, in two cases of three with faults.
    pub fn document(&mut self) -> Value {
        self.spots.clear();
        let mut body = self.object(self.object, "");
        let faults = self.dice.pick(&[0, 0, 1, 1, 1, 2, 2, 3, 6]);
        for _ in 0..faults {
            self.fault(&mut body);
        }
        if self.dice.once_in(2_000) { self.dice.pick(&self.odd) } else { body }
    }

    fn object(&mut self, object: &'static Object, at: &str) -> Value {
        let mut body = Map::new();
        for field in object.fields {
            let sent = match field.presence {
                Presence::Required(_) => !self.dice.once_in(60),
                Presence::Optional => self.dice.once_in(3),
            };
            if sent {
                let value = self.field(field, at);
                body.insert(field.key.into(), value);
            } else {
                self.spot(at, field);
            }
        }
        body.into()
    }

    fn spot(&mut self, at: &str, field: &'static Field) -> String {
        let pointer = format!("{at}/{}", field.key);
        let Field { kind, limits, each, .. } = field;
        self.spots.push(Spot { pointer: pointer.clone(), kind, limits, each });
        pointer
    }

    fn field(&mut self, field: &'static Field, at: &str) -> Value {
        let pointer = self.spot(at, field);
        self.value(&field.kind, field.limits, field.each, &pointer)
    }

    fn value(
        &mut self,
        kind: &'static Kind,
        limits: &'static [Limit],
        each: &'static [Limit],
        at: &str,
    ) -> Value {
        match kind {
            Kind::Any => self.dice.pick(&self.odd),
            Kind::Bool => self.dice.once_in(2).into(),
            Kind::Text => self.text(limits).into(),
            Kind::Choice(choices) => self.dice.pick(choices).value.into(),
            Kind::Number => {
                let values = values(limits);
                let within = values.iter().flat_map(|it| [it.min, it.max]).flatten().chain([0.5]);
                self.dice.pick(&within.collect::<Vec<_>>()).into()
            }
            Kind::Integer => {
                let values = values(limits);
                let ends = values.iter().flat_map(|it| [it.min, it.max]).flatten();
                // A whole number may be written as a float.
                let all: Vec<Value> =
                    ends.flat_map(|end| [json!(end), json!(end as i64)]).collect();
                if all.is_empty() { json!(7) } else { self.dice.pick(&all) }
            }
            Kind::NumericId => self.dice.pick(&[json!(829_836_802_793_406_551_u64), json!("007")]),
            Kind::List(item) => {
                let (least, most) = items(limits).unwrap_or((0, 3));
                let count = least + self.dice.roll(most + 1 - least);
                let mut list = Vec::new();
                for index in 0..count {
                    let pointer = format!("{at}/{index}");
                    self.spots.push(Spot {
                        pointer: pointer.clone(),
                        kind: item,
                        limits: each,
                        each: &[],
                    });
                    list.push(self.value(item, each, &[], &pointer));
                }
                list.into()
            }
            Kind::Object(object) => self.object(object, at),
            Kind::Media(_) => self.dice.pick(&GOOD_MEDIA).into(),
            Kind::Either { usual, tolerated } => {
                let kind = if self.dice.once_in(6) { tolerated } else { usual };
                self.value(kind, limits, each, at)
            }
        }
    }

    fn text(&mut self, limits: &[Limit]) -> String {
        for limit in limits {
            match limit.bound {
                Bound::Names(names) | Bound::OtherNames(names) if !self.dice.once_in(8) => {
                    return self.dice.pick(names).into();
                }
                Bound::Url if !self.dice.once_in(8) => return "https://a.net/callback".into(),
                _ => {}
            }
        }
        self.dice.pick(&["A cat <<<image_1>>>.", "a", " ", "\u{732b}"]).into()
    }

    /// Puts a fault somewhere.
    fn fault(&mut self, body: &mut Value) {
        let Spot { pointer, kind, limits, each } = self.dice.pick(&self.spots);
        match self.dice.roll(16) {
            0 => remove(body, &pointer),
            1 => put(body, &pointer, Value::Null),
            2 | 3 => {
                let value = self.dice.pick(&self.odd);
                put(body, &pointer, value);
            }
            4 => self.unknown_key(body, &pointer),
            5 => self.known_key(body),
            6 => self.extra_item(body, &pointer),
            7 => self.strange_text(body, &pointer),
            // As if it were well meant: a good value where none stood, or another one.
            8 => {
                let value = self.value(kind, limits, each, &pointer);
                put(body, &pointer, value);
            }
            _ => {
                let value = self.edge(kind, limits, each, &pointer);
                put(body, &pointer, value);
            }
        }
    }

    /// A value at a bound of its kind, or one beyond.
    fn edge(
        &mut self,
        kind: &'static Kind,
        limits: &'static [Limit],
        each: &'static [Limit],
        at: &str,
    ) -> Value {
        match kind {
            Kind::Any | Kind::Bool | Kind::Object(_) => self.dice.pick(&self.odd),
            Kind::Text => self.edge_text(limits).into(),
            Kind::Choice(choices) => {
                let value = self.dice.pick(choices).value;
                self.near(value)
            }
            Kind::Number | Kind::Integer => {
                let values = values(limits);
                let ends: Vec<f64> =
                    values.iter().flat_map(|it| [it.min, it.max]).flatten().chain([1.0]).collect();
                let end = self.dice.pick(&ends);
                let step = self.dice.pick(&[0.0, 1.0, -1.0, 0.001, -0.001, f64::EPSILON, 0.5]);
                let value = end + step;
                match self.dice.roll(4) {
                    0 => json!(value.to_string()),
                    1 => json!(value as i64),
                    _ => json!(value),
                }
            }
            Kind::NumericId => self.dice.pick(&[
                json!(""),
                json!("7a"),
                json!("\u{663}"),
                json!("7\n"),
                json!(" 7"),
                json!("-7"),
                json!("0"),
                json!(-7),
                json!(7.0),
                json!(7.5),
                json!(u64::MAX),
            ]),
            Kind::List(item) => {
                let (least, most) = items(limits).unwrap_or((0, 7));
                let counts = [0, 1, least.saturating_sub(1), least, most, most + 1, most + 5];
                let count = self.dice.pick(&counts);
                (0..count)
                    .map(|index| self.value(item, each, &[], &format!("{at}/{index}")))
                    .collect()
            }
            Kind::Media(_) => self.media().into(),
            Kind::Either { usual, tolerated } => {
                let kind = if self.dice.once_in(3) { tolerated } else { usual };
                self.edge(kind, limits, each, at)
            }
        }
    }

    fn edge_text(&mut self, limits: &[Limit]) -> String {
        if limits.is_empty() {
            return self.dice.pick(&STRANGE).into();
        }
        match self.dice.pick(limits).bound {
            Bound::Chars(range) => {
                let ends: Vec<u32> = [range.min, range.max].into_iter().flatten().collect();
                let end = self.dice.pick(&ends) as usize;
                let counts = [end, end, end + 1, end.saturating_sub(1), 0, 2 * end + 1];
                let count = self.dice.pick(&counts);
                let letter =
                    self.dice.pick(&["a", "\u{e9}", "\u{732b}", "\u{1f408}", "\n", "\u{301}"]);
                letter.repeat(count)
            }
            Bound::Names(names) | Bound::OtherNames(names) => {
                let name = self.dice.pick(names);
                let value = self.near(name);
                value.as_str().map(String::from).unwrap_or_default()
            }
            Bound::Url => self.media(),
            _ => self.dice.pick(&STRANGE).into(),
        }
    }

    /// Nearly this value.
    fn near(&mut self, value: &str) -> Value {
        let mut shorter = value.to_owned();
        shorter.pop();
        let number = serde_json::from_str(value).unwrap_or(Value::Null);
        let strange = self.dice.pick(&STRANGE);
        self.dice.pick(&[
            json!(shorter),
            json!(value.to_uppercase()),
            json!(format!("{value} ")),
            json!(format!(" {value}")),
            json!(format!("0{value}")),
            json!(format!("{value}{strange}")),
            json!(""),
            number,
            json!([value]),
            json!({ value: value }),
        ])
    }

    /// A media text near something.
    fn media(&mut self) -> String {
        match self.dice.roll(8) {
            0 => self.dice.pick(&GOOD_MEDIA).into(),
            1..=3 => self.dice.pick(&ODD_MEDIA).into(),
            4 => {
                // Near what is looked at of a long text, and near the blanks let pass around one.
                let many = self.dice.pick(&[31, 32, 33, 98, 99, 100, 253, 254, 255, 4_090, 4_100]);
                let piece = self.dice.pick(&[" ", "A", "\n", "a.", "/", "\u{1f408}"]);
                let good = self.dice.pick(&GOOD_MEDIA);
                let odd = self.dice.pick(&ODD_MEDIA);
                let long = piece.repeat(many);
                self.dice.pick(&[
                    format!("{long}{good}"),
                    format!("{good}{long}"),
                    format!("{long}{odd}"),
                    format!("{odd}{long}"),
                    format!("{odd}{long}{good}"),
                    long,
                ])
            }
            _ => {
                let count = 1 + self.dice.roll(6);
                (0..count).map(|_| self.dice.pick(&PIECES)).collect()
            }
        }
    }

    /// A key that no page lists, on the object around or at the place.
    fn unknown_key(&mut self, body: &mut Value, pointer: &str) {
        let keys: Vec<String> = self.object.fields.iter().map(|field| field.key.into()).collect();
        let near = self.dice.pick(&keys);
        let key = self.dice.pick(&[
            "x".to_owned(),
            "a/b~c".to_owned(),
            String::new(),
            "\u{1f408}".to_owned(),
            "__proto__".to_owned(),
            near.to_uppercase(),
            format!("{near}s"),
            near.replace('_', "-"),
            near,
        ]);
        let value = self.dice.pick(&self.odd);
        let (around, _) = pointer.rsplit_once('/').unwrap_or_default();
        let at = if self.dice.once_in(2) { around } else { pointer };
        if let Some(Value::Object(members)) = body.pointer_mut(at) {
            members.insert(key, value);
        }
    }

    /// A key that the table knows, though it is no field; another spelling takes the field's value.
    fn known_key(&mut self, body: &mut Value) {
        if self.object.known.is_empty() {
            return;
        }
        let known = &self.object.known[self.dice.roll(self.object.known.len())];
        let mut value = self.dice.pick(&self.odd);
        if let KnownKey::Alias { of, .. } | KnownKey::Legacy { of } = known.what
            && let Some(members) = body.as_object_mut()
            && self.dice.once_in(2)
            && let Some(own) = members.shift_remove(of)
        {
            value = own;
        }
        put(body, &format!("/{}", known.key), value);
    }

    /// One item more, a copy of another or an odd one.
    fn extra_item(&mut self, body: &mut Value, pointer: &str) {
        let odd = self.dice.pick(&self.odd);
        if let Some(Value::Array(list)) = body.pointer_mut(pointer) {
            let copy = list.last().cloned().unwrap_or(Value::Null);
            list.push(if self.dice.once_in(2) { odd } else { copy });
        }
    }

    /// A strange character in the text that stands there.
    fn strange_text(&mut self, body: &mut Value, pointer: &str) {
        let Some(Value::String(text)) = body.pointer_mut(pointer) else { return };
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let at = self.dice.pick(&ends);
        text.insert_str(at, self.dice.pick(&STRANGE));
    }
}

fn values(limits: &[Limit]) -> Vec<kling_schema::Range<f64>> {
    limits.iter().filter_map(|limit| limit.bound.value()).collect()
}

/// How many items a list takes.
fn items(limits: &[Limit]) -> Option<(usize, usize)> {
    limits.iter().find_map(|limit| match limit.bound {
        Bound::Items(range) => {
            let least = range.min.unwrap_or(0) as usize;
            Some((least, range.max.map_or(least + 3, |most| most as usize)))
        }
        _ => None,
    })
}

/// Sets what stands at a place, if what is around it is there.
pub fn put(body: &mut Value, pointer: &str, value: Value) {
    let Some((around, last)) = pointer.rsplit_once('/') else {
        *body = value;
        return;
    };
    match body.pointer_mut(around) {
        Some(Value::Object(members)) => drop(members.insert(last.into(), value)),
        Some(Value::Array(list)) => {
            if let Some(item) = last.parse().ok().and_then(|index: usize| list.get_mut(index)) {
                *item = value;
            }
        }
        _ => {}
    }
}

/// Takes out what stands at a place.
pub fn remove(body: &mut Value, pointer: &str) {
    let Some((around, last)) = pointer.rsplit_once('/') else { return };
    let last = last.replace("~1", "/").replace("~0", "~");
    match body.pointer_mut(around) {
        Some(Value::Object(members)) => drop(members.shift_remove(&last)),
        Some(Value::Array(list)) => {
            if let Some(index) = last.parse().ok().filter(|index| *index < list.len()) {
                list.remove(index);
            }
        }
        _ => {}
    }
}

/// A smallest document for which `still` holds: nothing can be taken out of it, and no value made
/// plainer.
pub fn shrink(mut body: Value, still: &dyn Fn(&Value) -> bool) -> Value {
    let mut tries = 5_000;
    'again: loop {
        for pointer in pointers(&body) {
            for plainer in plainer(&body, &pointer) {
                tries -= 1;
                if tries == 0 {
                    return body;
                }
                if still(&plainer) {
                    body = plainer;
                    continue 'again;
                }
            }
        }
        return body;
    }
}

/// Every place of a document, outer ones first.
pub fn pointers(body: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut next = 0;
    while next < all.len() {
        let at = all[next].clone();
        match body.pointer(&at) {
            Some(Value::Object(members)) => {
                let keys = members.keys().map(|key| key.replace('~', "~0").replace('/', "~1"));
                all.extend(keys.map(|key| format!("{at}/{key}")));
            }
            Some(Value::Array(list)) => {
                all.extend((0..list.len()).map(|index| format!("{at}/{index}")));
            }
            _ => {}
        }
        next += 1;
    }
    all
}

/// The document with less at one place.
fn plainer(body: &Value, pointer: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut removed = body.clone();
    remove(&mut removed, pointer);
    if removed != *body {
        all.push(removed);
    }
    let values = match body.pointer(pointer) {
        Some(Value::String(text)) => {
            let count = text.chars().count();
            let half = count / 2;
            let mut texts: Vec<String> = vec![
                text.chars().take(half).collect(),
                text.chars().skip(half.max(1)).collect(),
                text.chars().take(count.saturating_sub(1)).collect(),
                text.chars().skip(1).collect(),
            ];
            if text != "https://a" && count > 9 {
                texts.insert(0, "https://a".into());
            }
            texts.retain(|shorter| shorter.chars().count() < count);
            texts.into_iter().map(Value::from).collect()
        }
        Some(Value::Number(number)) if number.as_f64() != Some(0.0) => vec![json!(0)],
        Some(Value::Bool(true)) => vec![json!(false)],
        _ => Vec::new(),
    };
    for value in values {
        let mut changed = body.clone();
        if let Some(place) = changed.pointer_mut(pointer) {
            *place = value;
            all.push(changed);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinks_to_what_matters() {
        let body = json!({"a": [1, {"b": "xxyxx"}, 3], "c": {"d/e": true}});
        let still = |body: &Value| body.to_string().contains('y');
        assert_eq!(shrink(body, &still), json!({"a": [{"b": "y"}]}));
    }
}

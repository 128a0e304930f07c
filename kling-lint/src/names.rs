//! The keys of the tables, numbered: every key of a request is compared with many, and numbers compare
//! faster than texts.

use std::collections::HashSet;
use std::sync::LazyLock;

use kling_schema::endpoints::{ENDPOINTS, UNCOVERED};
use kling_schema::{Kind, Object};

/// The number of a key that some table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name(u8);

/// Slots of the hash table, a power of two: several times the keys there are.
const SLOTS: usize = 512;
/// A key of so many bytes is told by its head.
const WHOLE: usize = 16;

static NAMES: LazyLock<Names> = LazyLock::new(Names::of_tables);

/// All of them.
pub(crate) struct Names {
    /// By number; number 0 is no key.
    keys: Vec<Key>,
    /// Numbers by hash, the next free slot when one is taken; 0 is free.
    slots: [u8; SLOTS],
}

/// A key, and a part of it that is quick to compare.
struct Key {
    text: &'static str,
    head: Head,
}

/// The length of a key and its first sixteen bytes: the whole of a short one, and zeros.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Head {
    len: usize,
    bytes: [u64; 2],
}

impl Name {
    /// No key of our tables: whoever looks for it compares texts.
    pub(crate) const NONE: Name = Name(0);

    /// The number of an unescaped key.
    pub(crate) fn of(key: &[u8]) -> Name {
        Names::get().of(key)
    }

    /// Whether there is a number.
    pub(crate) fn is_some(self) -> bool {
        self != Name::NONE
    }

    /// From 0 to 255, to index by.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Some of the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NameSet([u64; 4]);

impl NameSet {
    /// Adds a key; what is no key of our tables is passed over.
    #[inline]
    pub(crate) fn insert(&mut self, name: Name) {
        if name.is_some() {
            self.0[name.index() / 64] |= 1 << (name.index() % 64);
        }
    }

    /// Whether it is among them.
    #[inline]
    pub(crate) fn has(self, name: Name) -> bool {
        self.0[name.index() / 64] & 1 << (name.index() % 64) != 0
    }

    /// The keys of both sets.
    pub(crate) fn and(self, other: NameSet) -> NameSet {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        NameSet([a | e, b | f, c | g, d | h])
    }

    /// Those that are in the other set too.
    #[inline]
    pub(crate) fn among(self, other: NameSet) -> NameSet {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        NameSet([a & e, b & f, c & g, d & h])
    }

    /// Whether the sets have a key in common.
    #[inline]
    pub(crate) fn meets(self, other: NameSet) -> bool {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        a & e | b & f | c & g | d & h != 0
    }

    /// Whether the other has all keys of this one.
    #[inline]
    pub(crate) fn is_within(self, other: NameSet) -> bool {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        a & !e | b & !f | c & !g | d & !h == 0
    }
}

impl FromIterator<Name> for NameSet {
    fn from_iter<I: IntoIterator<Item = Name>>(names: I) -> Self {
        let mut set = NameSet::default();
        names.into_iter().for_each(|name| set.insert(name));
        set
    }
}

impl Names {
    /// For whoever asks often.
    #[inline]
    pub(crate) fn get() -> &'static Self {
        &NAMES
    }

    /// The number of an unescaped key.
    pub(crate) fn of(&self, key: &[u8]) -> Name {
        self.find(Head::of(key), |other| key.len() <= WHOLE || other.as_bytes() == key)
    }

    /// The number of a key of at most sixteen bytes, which are followed by zeros.
    #[inline]
    pub(crate) fn short(&self, bytes: [u64; 2], len: usize) -> Name {
        self.find(Head { len, bytes }, |_| true)
    }

    #[inline]
    fn find(&self, head: Head, is: impl Fn(&str) -> bool) -> Name {
        let mut slot = head.hash();
        loop {
            let number = self.slots[slot % SLOTS];
            if number == 0 {
                return Name::NONE;
            }
            let other = &self.keys[usize::from(number)];
            if other.head == head && is(other.text) {
                return Name(number);
            }
            slot += 1;
        }
    }

    fn of_tables() -> Self {
        let none = Key { text: "", head: Head::of(b"") };
        let mut names = Names { keys: vec![none], slots: [0; SLOTS] };
        let mut known = HashSet::new();
        for key in keys().into_iter().filter(|key| known.insert(*key)) {
            names.add(key);
        }
        names
    }

    /// Keys beyond the last number have none.
    fn add(&mut self, text: &'static str) {
        let Ok(number) = u8::try_from(self.keys.len()) else { return };
        let head = Head::of(text.as_bytes());
        let mut slot = head.hash();
        while self.slots[slot % SLOTS] != 0 {
            slot += 1;
        }
        self.slots[slot % SLOTS] = number;
        self.keys.push(Key { text, head });
    }
}

/// All keys of the tables and of the routes that are not covered; some come several times.
fn keys() -> Vec<&'static str> {
    let mut keys = Vec::new();
    for object in objects() {
        keys.extend(object.fields.iter().map(|field| field.key));
        keys.extend(object.known.iter().map(|known| known.key));
    }
    keys.extend(UNCOVERED.iter().flat_map(|route| route.keys));
    keys
}

/// The tables of all endpoints and of what they hold; one that is held twice comes twice.
pub(crate) fn objects() -> &'static [&'static Object] {
    &OBJECTS
}

static OBJECTS: LazyLock<Vec<&'static Object>> = LazyLock::new(|| {
    let mut objects = ENDPOINTS.to_vec();
    let mut seen = 0;
    while let Some(&object) = objects.get(seen) {
        seen += 1;
        let mut kinds: Vec<&Kind> = object.fields.iter().map(|field| &field.kind).collect();
        while let Some(kind) = kinds.pop() {
            match kind {
                Kind::Object(inner) => objects.push(inner),
                Kind::List(each) => kinds.push(each),
                Kind::Either { usual, tolerated } => kinds.extend([*usual, *tolerated]),
                _ => {}
            }
        }
    }
    objects
});

impl Head {
    fn of(key: &[u8]) -> Self {
        // Words that overlap: a copy of so many bytes as there are would take longer.
        let bytes = if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            let second = match key.get(8..).and_then(<[u8]>::first_chunk) {
                Some(second) => u64::from_le_bytes(*second),
                // As many bytes of the last eight as are behind the first eight.
                None => shifted(u64::from_le_bytes(*last), WHOLE - key.len()),
            };
            [u64::from_le_bytes(*first), second]
        } else if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            let second = shifted(u64::from(u32::from_le_bytes(*last)), 8 - key.len());
            [u64::from(u32::from_le_bytes(*first)) | second << 32, 0]
        } else {
            [key.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0]
        };
        Head { len: key.len(), bytes }
    }

    #[inline]
    fn hash(self) -> usize {
        let [low, high] = self.bytes;
        let mixed =
            (low ^ high.rotate_left(29) ^ self.len as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 55) as usize
    }
}

/// The number without its lowest bytes.
fn shifted(number: u64, bytes: usize) -> u64 {
    number.checked_shr(8 * bytes as u32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_the_first_sixteen_bytes_and_zeros() {
        let text = b"abcdefghijklmnopqrstuvwxyz";
        for len in 0..text.len() {
            let mut bytes = [0; WHOLE];
            let short = len.min(WHOLE);
            bytes[..short].copy_from_slice(&text[..short]);
            let bytes = u128::from_le_bytes(bytes);
            let head = Head::of(&text[..len]);
            assert_eq!(head.bytes, [bytes as u64, (bytes >> 64) as u64], "{len}");
        }
    }

    #[test]
    fn every_key_of_the_tables_has_a_number_of_its_own() {
        let names = &*NAMES;
        assert!(names.keys.len() > 30);
        for (number, key) in names.keys.iter().enumerate().skip(1) {
            assert_eq!(Name::of(key.text.as_bytes()).index(), number, "{}", key.text);
        }
        assert!(keys().iter().all(|key| Name::of(key.as_bytes()).is_some()));
    }

    #[test]
    fn other_keys_have_none() {
        for other in ["", "promp", "prompts", "PROMPT", "model_nam\u{e9}", &"x".repeat(1000)] {
            assert_eq!(Name::of(other.as_bytes()), Name::NONE, "{other}");
        }
    }
}

//! The keys of the tables, numbered: every key of a request is compared with many, and numbers compare
//! faster than texts.

use std::ops::Range;

use kling_schema::endpoints::{ENDPOINTS, UNCOVERED};
use kling_schema::path::same;
use kling_schema::{Kind, Object};

/// The number of a key that some table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name(u8);

/// Slots of the hash table, a power of two: several times the keys there are.
const SLOTS: usize = 512;
/// A key of so many bytes is told by its head.
const WHOLE: usize = 16;

// All of this is listed while it is compiled: a run checks one small request, as a rule, and should
// not begin with a look through all tables.

/// The tables of all endpoints and of what they hold, each once. Only a constant may say where they
/// are: a static here would hold copies of them.
pub(crate) const TABLES: List<&Object> = tables();
const LISTED: List<&str> = keys();

/// All keys of the tables and of the routes that are not covered, by number; number 0 is no key.
static KEYS: [&str; LISTED.len] = *LISTED.all.first_chunk().expect("so many");
static NAMES: Names = Names::of_keys();

/// All of them.
pub(crate) struct Names {
    /// By number.
    heads: [Head; 256],
    /// Numbers by hash, the next free slot when one is taken; 0 is free.
    slots: [u8; SLOTS],
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

    /// The same, slowly, while a table is compiled.
    pub(crate) const fn listed(key: &str) -> Name {
        let mut number = LISTED.len - 1;
        while number > 0 && !same(LISTED.all[number], key) {
            number -= 1;
        }
        Name(number as u8)
    }

    /// Whether there is a number.
    pub(crate) const fn is_some(self) -> bool {
        self.0 != Name::NONE.0
    }

    /// From 0 to 255, to index by.
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Some of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameSet([u64; 4]);

impl NameSet {
    pub(crate) const NONE: NameSet = NameSet([0; 4]);

    /// Adds a key; what is no key of our tables is passed over.
    #[inline]
    pub(crate) const fn insert(&mut self, name: Name) {
        if name.is_some() {
            self.0[name.index() / 64] |= 1 << (name.index() % 64);
        }
    }

    /// Takes a key out.
    pub(crate) const fn remove(&mut self, name: Name) {
        self.0[name.index() / 64] &= !(1 << (name.index() % 64));
    }

    /// Whether it is among them.
    #[inline]
    pub(crate) const fn has(self, name: Name) -> bool {
        self.0[name.index() / 64] & 1 << (name.index() % 64) != 0
    }

    /// The keys of both sets.
    pub(crate) const fn and(self, other: NameSet) -> NameSet {
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

impl Names {
    /// For whoever asks often.
    #[inline]
    pub(crate) fn get() -> &'static Self {
        &NAMES
    }

    /// The number of an unescaped key.
    pub(crate) fn of(&self, key: &[u8]) -> Name {
        self.find(Head::of(key), key)
    }

    /// The same of a key in a text, which is seldom at its end.
    #[inline]
    pub(crate) fn within(&self, text: &[u8], key: Range<usize>) -> Name {
        let Some(bytes) = text.get(key.start..).and_then(<[u8]>::first_chunk) else {
            return self.of(&text[key]);
        };
        self.find(Head::cut(u128::from_le_bytes(*bytes), key.len()), &text[key])
    }

    #[inline(always)]
    fn find(&self, head: Head, key: &[u8]) -> Name {
        let mut slot = head.hash();
        loop {
            let number = self.slots[slot % SLOTS];
            if number == 0 {
                return Name::NONE;
            }
            let index = usize::from(number);
            if self.heads[index] == head && (key.len() <= WHOLE || KEYS[index].as_bytes() == key) {
                return Name(number);
            }
            slot += 1;
        }
    }

    const fn of_keys() -> Self {
        let mut names = Names { heads: [Head::of(b""); 256], slots: [0; SLOTS] };
        let mut number = 1;
        while number < LISTED.len {
            let head = Head::of(LISTED.all[number].as_bytes());
            let mut slot = head.hash();
            while names.slots[slot % SLOTS] != 0 {
                slot += 1;
            }
            names.slots[slot % SLOTS] = number as u8;
            names.heads[number] = head;
            number += 1;
        }
        names
    }
}

/// A list that grows while it is compiled. One that is too long does not compile.
pub(crate) struct List<T> {
    pub(crate) all: [T; 256],
    pub(crate) len: usize,
}

impl<T: Copy> List<T> {
    const fn push(&mut self, item: T) {
        self.all[self.len] = item;
        self.len += 1;
    }
}

const fn tables() -> List<&'static Object> {
    let mut tables = List { all: [ENDPOINTS[0]; 256], len: 0 };
    let mut index = 0;
    while index < ENDPOINTS.len() {
        add_table(ENDPOINTS[index], &mut tables);
        index += 1;
    }
    tables
}

/// Adds a table that is not there, and those that it holds.
const fn add_table(table: &'static Object, tables: &mut List<&'static Object>) {
    let mut index = 0;
    while index < tables.len {
        if same(tables.all[index].name, table.name) {
            return;
        }
        index += 1;
    }
    tables.push(table);
    let mut index = 0;
    while index < table.fields.len() {
        add_tables_of(&table.fields[index].kind, tables);
        index += 1;
    }
}

const fn add_tables_of(kind: &'static Kind, tables: &mut List<&'static Object>) {
    match kind {
        Kind::Object(inner) => add_table(inner, tables),
        Kind::List(each) => add_tables_of(each, tables),
        Kind::Either { usual, tolerated } => {
            add_tables_of(usual, tables);
            add_tables_of(tolerated, tables);
        }
        _ => {}
    }
}

const fn keys() -> List<&'static str> {
    let mut keys = List { all: [""; 256], len: 1 };
    let mut table = 0;
    while table < TABLES.len {
        let Object { fields, known, .. } = *TABLES.all[table];
        let mut index = 0;
        while index < fields.len() {
            add_key(fields[index].key, &mut keys);
            index += 1;
        }
        let mut index = 0;
        while index < known.len() {
            add_key(known[index].key, &mut keys);
            index += 1;
        }
        table += 1;
    }
    let mut route = 0;
    while route < UNCOVERED.len() {
        let mut index = 0;
        while index < UNCOVERED[route].keys.len() {
            add_key(UNCOVERED[route].keys[index], &mut keys);
            index += 1;
        }
        route += 1;
    }
    keys
}

/// Adds a key that is not there.
const fn add_key(key: &'static str, keys: &mut List<&'static str>) {
    let mut index = 0;
    while index < keys.len {
        if same(keys.all[index], key) {
            return;
        }
        index += 1;
    }
    keys.push(key);
}

/// The first bytes of sixteen, by how many.
static CUTS: [u128; WHOLE + 1] = {
    let mut cuts = [0; WHOLE + 1];
    let mut len = 1;
    while len <= WHOLE {
        cuts[len] = cuts[len - 1] << 8 | 0xff;
        len += 1;
    }
    cuts
};

impl Head {
    const fn of(key: &[u8]) -> Self {
        // Words that overlap: a copy of so many bytes as there are would take longer.
        let bytes = if let Some((first, rest)) = key.split_first_chunk()
            && let Some(last) = key.last_chunk()
        {
            let second = match rest.first_chunk() {
                Some(second) => u64::from_le_bytes(*second),
                // As many bytes of the last eight as are behind the first eight.
                None => shifted(u64::from_le_bytes(*last), WHOLE - key.len()),
            };
            [u64::from_le_bytes(*first), second]
        } else if let Some(first) = key.first_chunk()
            && let Some(last) = key.last_chunk()
        {
            let second = shifted(u32::from_le_bytes(*last) as u64, 8 - key.len());
            [u32::from_le_bytes(*first) as u64 | second << 32, 0]
        } else {
            let (mut word, mut at) = (0, key.len());
            while at > 0 {
                at -= 1;
                word = word << 8 | key[at] as u64;
            }
            [word, 0]
        };
        Head { len: key.len(), bytes }
    }

    /// The same of so many bytes that are followed by others.
    #[inline]
    fn cut(bytes: u128, len: usize) -> Self {
        let bytes = bytes & CUTS[len.min(WHOLE)];
        Head { len, bytes: [bytes as u64, (bytes >> u64::BITS) as u64] }
    }

    #[inline]
    const fn hash(self) -> usize {
        let [low, high] = self.bytes;
        let mixed =
            (low ^ high.rotate_left(29) ^ self.len as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 55) as usize
    }
}

/// The number without its lowest bytes.
const fn shifted(number: u64, bytes: usize) -> u64 {
    match number.checked_shr(8 * bytes as u32) {
        Some(shifted) => shifted,
        None => 0,
    }
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
            let cut = Head::cut(u128::from_le_bytes(*text.first_chunk().expect("bytes")), len);
            assert!(cut == head, "{len}");
        }
    }

    #[test]
    fn every_key_of_the_tables_has_a_number_of_its_own() {
        assert!(KEYS.len() > 30);
        for (number, key) in KEYS.iter().enumerate().skip(1) {
            assert_eq!(Name::of(key.as_bytes()).index(), number, "{key}");
            assert_eq!(Name::listed(key).index(), number, "{key}");
            for behind in 0..20 {
                let text = [b"{\"", key.as_bytes(), &[b'"'; 20][..behind]].concat();
                let name = NAMES.within(&text, 2..2 + key.len());
                assert_eq!(name.index(), number, "{key}");
            }
        }
        let fields = ENDPOINTS.iter().flat_map(|object| object.fields);
        let mut keys =
            fields.map(|field| field.key).chain(UNCOVERED.iter().flat_map(|it| it.keys).copied());
        assert!(keys.all(|key| Name::of(key.as_bytes()).is_some()));
    }

    #[test]
    fn other_keys_have_none() {
        for other in ["", "promp", "prompts", "PROMPT", "model_nam\u{e9}", &"x".repeat(1000)] {
            assert_eq!(Name::of(other.as_bytes()), Name::NONE, "{other}");
            assert_eq!(Name::listed(other), Name::NONE, "{other}");
        }
    }
}

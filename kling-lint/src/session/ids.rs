//! Ids met so far, and where: exact up to a number of them, in memory that stops growing there.
//!
//! Of an id eight bytes are kept: 38 bits of its hash, in one of 1,024 tables that ten more bits
//! choose, and a place of 26 bits. Among a million different ids two are taken for one with a
//! probability of one in 500.

use std::path::{Path, PathBuf};

use crate::printable;

/// Ids that are remembered. Later ones are compared with these, and among themselves no more.
pub(crate) const REMEMBERED: usize = 1 << 20;

/// Bits of a hash that choose the tables which are made together, and of those that choose one of them.
const GROUP: u32 = 5;
const MEMBER: u32 = 5;
const PLACE: u32 = 26;
const TAG: u64 = (1 << (64 - PLACE)) - 1;

/// Ids, and where each was met first.
#[derive(Debug)]
pub(super) struct Ids {
    /// Most requests have one id, or none: so few tables are made at once.
    groups: [Vec<Table>; 1 << GROUP],
    len: usize,
    most: usize,
    /// An id was not remembered.
    full: bool,
    /// What the places before each are about: the number of the first, and the file, if it has a name.
    files: Vec<(u64, Option<PathBuf>)>,
    /// The last place.
    last: u64,
    /// Requests checked so far.
    pub(super) requests: u64,
}

/// Where an id was met first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct First {
    place: u64,
    by_line: bool,
}

/// A hash table of entries in the order of their tags, but for collisions; 0 is a free slot.
#[derive(Debug, Default)]
struct Table {
    slots: Vec<u64>,
    len: usize,
}

impl Default for Ids {
    fn default() -> Self {
        Ids::remembering(REMEMBERED)
    }
}

impl Ids {
    fn remembering(most: usize) -> Self {
        Ids {
            groups: [const { Vec::new() }; 1 << GROUP],
            len: 0,
            most,
            full: false,
            files: Vec::new(),
            last: 0,
            requests: 0,
        }
    }

    /// Where the value of this hash was met first, unless this is where. The line is that in the file, or the
    /// number of the request counts.
    pub(super) fn first(
        &mut self,
        hash: u64,
        name: Option<&Path>,
        line: Option<u64>,
    ) -> Option<First> {
        let number = match name {
            Some(_) => line.unwrap_or(0),
            None => line.unwrap_or(self.requests),
        };
        let group = (hash >> (64 - GROUP)) as usize;
        let member = (hash << GROUP >> (64 - MEMBER)) as usize;
        if self.groups[group].is_empty() {
            self.groups[group].resize_with(1 << MEMBER, Table::default);
        }
        let tag = hash & TAG;
        if let Some(place) = self.groups[group][member].get(tag) {
            return Some(First { place, by_line: line.is_some() });
        }
        let place = self.place(name, number);
        if self.len < self.most && place >> PLACE == 0 {
            self.groups[group][member].insert(tag, place);
            self.len += 1;
        } else {
            self.full = true;
        }
        None
    }

    /// Whether an id was met that is not remembered.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The place of a line in a file. The requests of a file come one after another.
    fn place(&mut self, name: Option<&Path>, number: u64) -> u64 {
        let start = match self.files.last() {
            Some((start, last)) if last.as_deref() == name => *start,
            _ => {
                // 0 is a free slot.
                let start = self.last + 1;
                self.files.push((start, name.map(Path::to_path_buf)));
                start
            }
        };
        let place = start.saturating_add(number);
        self.last = self.last.max(place);
        place
    }

    /// Where that is, in words.
    pub(super) fn shown(&self, First { place, by_line }: First) -> String {
        let file = self.files.partition_point(|(start, _)| *start <= place).saturating_sub(1);
        let Some((start, name)) = self.files.get(file) else {
            return String::new();
        };
        let number = place - start;
        match name {
            Some(name) => {
                let shown = printable::escape(&name.to_string_lossy());
                if number > 0 { format!("{shown}:{number}") } else { shown }
            }
            None if by_line => format!("line {number}"),
            None => format!("request {number}"),
        }
    }
}

impl Table {
    fn get(&self, tag: u64) -> Option<u64> {
        let mut at = self.home(tag);
        while let Some(&entry) = self.slots.get(at)
            && entry != 0
        {
            if entry >> PLACE == tag {
                return Some(entry & ((1 << PLACE) - 1));
            }
            at = self.next(at);
        }
        None
    }

    fn insert(&mut self, tag: u64, place: u64) {
        // Full tables are slow; growing by a quarter keeps them from being empty.
        if 8 * (self.len + 1) > 7 * self.slots.len() {
            let more = self.slots.len() + self.slots.len() / 4 + 8;
            let old = std::mem::replace(&mut self.slots, vec![0; more]);
            for entry in old.into_iter().filter(|entry| *entry != 0) {
                self.put(entry);
            }
        }
        self.put(tag << PLACE | place);
        self.len += 1;
    }

    fn put(&mut self, entry: u64) {
        let mut at = self.home(entry >> PLACE);
        while self.slots[at] != 0 {
            at = self.next(at);
        }
        self.slots[at] = entry;
    }

    /// Where a tag stands, or after which its place is sought.
    fn home(&self, tag: u64) -> usize {
        // Smaller than the number of slots: a tag is smaller than 2^38.
        ((tag * self.slots.len() as u64) >> (64 - PLACE)) as usize
    }

    fn next(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::hash::BuildHasher as _;

    use foldhash::quality::FixedState;
    use proptest::prelude::*;

    use super::*;

    fn hash(id: u64) -> u64 {
        FixedState::with_seed(0).hash_one(id)
    }

    /// Where an id was met first, in words.
    fn first(ids: &mut Ids, id: u64, name: Option<&Path>, line: u64) -> Option<String> {
        ids.first(hash(id), name, Some(line)).map(|first| ids.shown(first))
    }

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let mut ids = Ids::remembering(1000);
        let name = Some(Path::new("a.jsonl"));
        for line in 1..=2000 {
            assert_eq!(ids.first(hash(line), name, Some(line)), None);
            assert_eq!(ids.is_full(), line > 1000);
        }
        assert_eq!(first(&mut ids, 1000, name, 9).as_deref(), Some("a.jsonl:1000"));
        assert_eq!(ids.first(hash(1001), name, Some(9)), None);
        let slots: usize = ids.groups.iter().flatten().map(|table| table.slots.len()).sum();
        assert!(slots < 10 * (1 << (GROUP + MEMBER)), "{slots}");
    }

    #[test]
    fn a_million_take_little() {
        let mut ids = Ids::default();
        for line in 1..=REMEMBERED as u64 {
            assert_eq!(ids.first(hash(line), None, Some(line)), None);
        }
        let slots: usize = ids.groups.iter().flatten().map(|table| table.slots.capacity()).sum();
        assert!(8 * slots < 14 << 20, "{slots}");
        assert_eq!(first(&mut ids, 77, None, 9).as_deref(), Some("line 77"));
    }

    proptest! {
        #[test]
        fn as_a_map_says(ids in proptest::collection::vec((0..400_u32, 0..4_usize, 0..9_u64), 0..600)) {
            let names = ["a", "b", "c"].map(Path::new);
            let mut seen: HashMap<u32, (Option<&Path>, u64)> = HashMap::new();
            let mut tested = Ids::default();
            for (id, name, line) in ids {
                let name = names.get(name).copied();
                let first = first(&mut tested, u64::from(id), name, line);
                let expected = seen.get(&id).map(|(name, line)| match name {
                    Some(name) if *line > 0 => format!("{}:{line}", name.display()),
                    Some(name) => name.display().to_string(),
                    None => format!("line {line}"),
                });
                prop_assert_eq!(first, expected);
                seen.entry(id).or_insert((name, line));
            }
        }
    }
}

//! What was met, found again by its hash: four bytes each, wherever the things themselves stand.

use std::hash::{BuildHasher as _, Hash};

use foldhash::quality::RandomState;

/// Numbers of things in a list of the caller's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    /// Numbers from 1; 0 is free.
    slots: Vec<u32>,
    len: usize,
    /// Nobody knows beforehand which hashes fall together.
    state: RandomState,
}

impl Slots {
    /// The number of this thing, or nothing, and then it has the next one. `of` gives things by their
    /// numbers, which count from 0 in the order they came in.
    pub(crate) fn met<T: Hash + Eq>(
        &mut self,
        thing: &T,
        of: impl Fn(usize) -> T,
    ) -> Option<usize> {
        if 4 * (self.len + 1) > 3 * self.slots.len() {
            // Growing by a half keeps them from being empty.
            let more = self.slots.len() + self.slots.len() / 2 + 8;
            self.slots = vec![0; more];
            for number in 0..self.len {
                let free = self.free(&of(number));
                self.slots[free] = number as u32 + 1;
            }
        }
        match self.find(thing, of) {
            Ok(number) => Some(number),
            Err(free) => {
                self.slots[free] = self.len as u32 + 1;
                self.len += 1;
                None
            }
        }
    }

    /// The number of this thing, if it came in.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn get<T: Hash + Eq>(&self, thing: &T, of: impl Fn(usize) -> T) -> Option<usize> {
        if self.slots.is_empty() { None } else { self.find(thing, of).ok() }
    }

    /// Its number, or the slot where it would be.
    fn find<T: Hash + Eq>(&self, thing: &T, of: impl Fn(usize) -> T) -> Result<usize, usize> {
        let mut at = self.home(thing);
        loop {
            match self.slots[at].checked_sub(1) {
                None => return Err(at),
                Some(number) if of(number as usize) == *thing => return Ok(number as usize),
                Some(_) => at = self.next(at),
            }
        }
    }

    fn free<T: Hash>(&self, thing: &T) -> usize {
        let mut at = self.home(thing);
        while self.slots[at] != 0 {
            at = self.next(at);
        }
        at
    }

    /// Where it stands, or after which its place is sought.
    fn home<T: Hash>(&self, thing: &T) -> usize {
        let hash = self.state.hash_one(thing);
        ((u128::from(hash) * self.slots.len() as u128) >> 64) as usize
    }

    fn next(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hundred_thousand_take_four_bytes_and_a_half_more() {
        let mut slots = Slots::default();
        for number in 0..100_000_usize {
            assert_eq!(slots.met(&number, |number| number), None);
        }
        assert_eq!(slots.met(&77, |number| number), Some(77));
        assert!(slots.slots.capacity() < 220_000, "{}", slots.slots.capacity());
    }

    proptest! {
        #[test]
        fn as_a_list_says(things in proptest::collection::vec(0..300_u32, 0..600)) {
            let (mut slots, mut list) = (Slots::default(), Vec::new());
            for thing in things {
                let expected = list.iter().position(|other| *other == thing);
                prop_assert_eq!(slots.get(&thing, |number| list[number]), expected);
                prop_assert_eq!(slots.met(&thing, |number| list[number]), expected);
                if expected.is_none() {
                    list.push(thing);
                }
            }
        }
    }
}

//! Texts, each once: a baseline says the same few names and pointers again and again.

use crate::slots::Slots;

#[derive(Debug, Default)]
pub(super) struct Words {
    /// One after another.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
    slots: Slots,
}

impl Words {
    /// The number of a text, which is put in if it is new.
    pub(super) fn put(&mut self, word: &str) -> u32 {
        let Words { text, ends, slots } = self;
        if let Some(number) = slots.met(&word, |number| at(text, ends, number)) {
            return number as u32;
        }
        text.push_str(word);
        // A baseline has 64 MiB.
        ends.push(text.len() as u32);
        ends.len() as u32 - 1
    }

    /// The number of a text, if it is there.
    pub(super) fn find(&self, word: &str) -> Option<u32> {
        let number = self.slots.get(&word, |number| at(&self.text, &self.ends, number))?;
        Some(number as u32)
    }

    /// The text of this number.
    pub(super) fn get(&self, number: u32) -> &str {
        at(&self.text, &self.ends, number as usize)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

fn at<'t>(text: &'t str, ends: &[u32], number: usize) -> &'t str {
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start as usize..ends[number] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_number() {
        let mut words = Words::default();
        let numbers = ["a", "", "ab", "a", "", "b"].map(|word| words.put(word));
        assert_eq!(numbers, [0, 1, 2, 0, 1, 3]);
        assert_eq!([0, 1, 2, 3].map(|number| words.get(number)), ["a", "", "ab", "b"]);
        assert_eq!((words.find("ab"), words.find("c"), words.len()), (Some(2), None, 4));
    }
}

//! One value of a config, or the mistake it is.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::faults::{Faults, advice, name};
use super::keys::Key;
use crate::printable;

/// A value, where it stands and what it is called in messages.
#[derive(Clone, Debug)]
pub(super) struct Item<'t, 'i> {
    pub(super) name: String,
    value: &'t Spanned<DeValue<'i>>,
}

impl<'t, 'i> Item<'t, 'i> {
    pub(super) fn new(name: impl Into<String>, value: &'t Spanned<DeValue<'i>>) -> Self {
        Item { name: name.into(), value }
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// `NAME must be WANTED; found FOUND`
    fn wrong(&self, wanted: &str, faults: &mut Faults) {
        let found = described(self.value.get_ref());
        faults.push(self.span(), format!("{} must be {wanted}; found {found}", self.name));
    }

    pub(super) fn flag(&self, faults: &mut Faults) -> Option<bool> {
        let flag = self.value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong("true or false", faults);
        }
        flag
    }

    /// A text that says something.
    pub(super) fn text(&self, wanted: &str, faults: &mut Faults) -> Option<&'t str> {
        let text = self.value.get_ref().as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.wrong(wanted, faults);
        }
        text
    }

    /// One of these words.
    pub(super) fn choice<T: Copy>(
        &self,
        choices: &[(&'static str, T)],
        faults: &mut Faults,
    ) -> Option<T> {
        let words: Vec<String> = choices.iter().map(|(word, _)| (*word).to_owned()).collect();
        let Some(text) = self.value.get_ref().as_str() else {
            self.wrong(&kling_schema::listed(&words, "or"), faults);
            return None;
        };
        let choice = choices.iter().find(|(word, _)| *word == text);
        if choice.is_none() {
            let allowed = kling_schema::listed(&words, "or");
            let meant = advice(text, choices.iter().map(|(word, _)| *word), String::new);
            let meant = if meant.is_empty() { meant } else { format!("; {meant}") };
            let (of, found) = (&self.name, printable::quoted(text));
            faults.push(self.span(), format!("{of} must be {allowed}; found {found}{meant}"));
        }
        choice.map(|(_, choice)| *choice)
    }

    /// An array of texts that say something.
    pub(super) fn texts(&self, wanted: &str, faults: &mut Faults) -> Vec<(&'t str, Range<usize>)> {
        let Some(array) = self.value.get_ref().as_array() else {
            self.wrong(&format!("an array of {wanted}s"), faults);
            return Vec::new();
        };
        let items = array.iter().enumerate().filter_map(|(at, value)| {
            let item = Item::new(format!("item {} of {}", at + 1, self.name), value);
            Some((item.text(&format!("a {wanted}"), faults)?, item.span()))
        });
        items.collect()
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    pub(super) fn is_empty_array(&self) -> bool {
        self.value.get_ref().as_array().is_some_and(|array| array.is_empty())
    }

    /// The entries of a table, in the order of the text.
    pub(super) fn entries(&self, wanted: &str, faults: &mut Faults) -> Vec<Entry<'t, 'i>> {
        match self.value.get_ref().as_table() {
            Some(table) => entries(table),
            None => {
                self.wrong(wanted, faults);
                Vec::new()
            }
        }
    }

    /// The tables of an array.
    pub(super) fn tables(&self, faults: &mut Faults) -> Vec<Item<'t, 'i>> {
        let Some(array) = self.value.get_ref().as_array() else {
            self.wrong("an array of tables: write `[[ignore]]`", faults);
            return Vec::new();
        };
        array.iter().map(|value| Item::new(self.name.clone(), value)).collect()
    }
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry<'t, 'i> {
    pub(super) key: &'t str,
    pub(super) at: Range<usize>,
    pub(super) value: &'t Spanned<DeValue<'i>>,
}

/// The entries of a table, in the order of the text.
pub(super) fn entries<'t, 'i>(table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
    let mut entries: Vec<Entry<'t, 'i>> = table
        .iter()
        .map(|(key, value)| Entry { key: key.get_ref(), at: key.span(), value })
        .collect();
    entries.sort_by_key(|entry| entry.at.start);
    entries
}

/// The known ones among the entries; each unknown one is a mistake.
pub(super) fn known<'t, 'i, W: Copy>(
    entries: Vec<Entry<'t, 'i>>,
    keys: &[Key<W>],
    place: &str,
    faults: &mut Faults,
) -> Vec<(W, Item<'t, 'i>, Range<usize>)> {
    let mut known = Vec::new();
    for entry in entries {
        match keys.iter().find(|key| key.name == entry.key) {
            Some(key) => {
                known.push((key.what, Item::new(name(key.name), entry.value), entry.at));
            }
            None => {
                let names: Vec<String> = keys.iter().map(|key| name(key.name)).collect();
                let there_are = format!("there are {}", kling_schema::listed(&names, "and"));
                let meant = advice(entry.key, keys.iter().map(|key| key.name), || there_are);
                let key = name(entry.key);
                faults.push(entry.at, format!("no key{place} is called {key}; {meant}"));
            }
        }
    }
    known
}

/// A value in words.
fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => printable::quoted(text),
        DeValue::Integer(number) => {
            format!("the number {}", printable::shorten(&number.to_string()))
        }
        DeValue::Float(number) => format!("the number {}", printable::shorten(&number.to_string())),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".into(),
        DeValue::Array(items) if items.is_empty() => "an empty array".into(),
        DeValue::Array(_) => "an array".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// The first of two names for the same thing, if there is one before this.
pub(super) fn twice<'n>(
    seen: &mut BTreeMap<String, &'n str>,
    key: &str,
    name: &'n str,
) -> Option<&'n str> {
    match seen.get(key) {
        Some(first) => Some(first),
        None => {
            seen.insert(key.to_owned(), name);
            None
        }
    }
}

//! The named values that a message is made from.

use std::borrow::Cow;

use serde_json::Value;

/// The named values a message is made from, in the order they were given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(Vec<(&'static str, Param)>);

/// A value. Most are words, and many of those are known when this is compiled: they are not copied.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Param {
    Text(Cow<'static, str>),
    Number(u64),
    Other(Box<Value>),
}

impl Param {
    /// As JSON.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Param::Text(text) => Value::from(&**text),
            Param::Number(number) => Value::from(*number),
            Param::Other(value) => Value::clone(value),
        }
    }
}

impl From<&'static str> for Param {
    fn from(text: &'static str) -> Self {
        Param::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Param {
    fn from(text: String) -> Self {
        Param::Text(Cow::Owned(text))
    }
}

impl From<Cow<'static, str>> for Param {
    fn from(text: Cow<'static, str>) -> Self {
        Param::Text(text)
    }
}

impl From<u64> for Param {
    fn from(number: u64) -> Self {
        Param::Number(number)
    }
}

impl From<u32> for Param {
    fn from(number: u32) -> Self {
        Param::Number(number.into())
    }
}

impl From<usize> for Param {
    fn from(number: usize) -> Self {
        Param::Number(number as u64)
    }
}

impl From<Vec<&'static str>> for Param {
    fn from(texts: Vec<&'static str>) -> Self {
        Param::from(Value::from(texts))
    }
}

impl From<Value> for Param {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Param::from(text),
            _ => match value.as_u64() {
                Some(number) => Param::Number(number),
                None => Param::Other(Box::new(value)),
            },
        }
    }
}

impl Params {
    /// None yet.
    pub(crate) fn new() -> Self {
        Params::default()
    }

    /// Those that a finding in a request begins with, with room for what most say beside.
    pub(crate) fn of(field: String, owner: &'static str) -> Self {
        let mut params = Vec::with_capacity(5);
        params.push(("field", Param::from(field)));
        params.push(("owner", Param::from(owner)));
        Params(params)
    }

    /// The same with one more, or with another value of this name.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Param>) -> Self {
        self.set(name, value.into());
        self
    }

    /// Adds one, or gives it another value.
    pub(crate) fn set(&mut self, name: &'static str, value: Param) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The same with one more, if there is one.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<Param>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same without this one.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self
    }

    /// The value of this name, as it is held.
    pub(crate) fn find(&self, name: &str) -> Option<&Param> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All of them, as they are held.
    #[cfg(feature = "cli")]
    pub(crate) fn held(&self) -> &[(&'static str, Param)] {
        &self.0
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.find(name).map(Param::to_value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.0.iter().map(|(name, value)| (*name, value.to_value()))
    }
}

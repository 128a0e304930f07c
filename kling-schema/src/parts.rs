//! Parts of a kind or a bound, for readers that look for one of them.

use crate::table::{Bound, Choice, Field, Forms, Kind, MediaClass, Object, Range};

impl Kind {
    /// What is usual, where another shape is tolerated.
    pub const fn usual(&self) -> &Kind {
        if let Kind::Either { usual, .. } = self { usual } else { self }
    }

    /// The table of an object.
    pub const fn object(&self) -> Option<&'static Object> {
        if let Kind::Object(object) = self { Some(object) } else { None }
    }

    /// The kind of a list's items.
    pub const fn each(&self) -> Option<&'static Kind> {
        if let Kind::List(each) = self { Some(each) } else { None }
    }

    /// The table of an object, or of a list's items, through every tolerated shape.
    pub fn table(&self) -> Option<&'static Object> {
        let usual = self.usual();
        usual.object().or_else(|| usual.each()?.table())
    }

    /// The values of a closed set.
    pub const fn choices(&self) -> Option<&'static [Choice]> {
        if let Kind::Choice(choices) = self { Some(choices) } else { None }
    }

    /// What a media string names.
    pub const fn media(&self) -> Option<MediaClass> {
        if let Kind::Media(class) = self { Some(*class) } else { None }
    }
}

impl Bound {
    /// The names of an open set.
    pub const fn names(&self) -> Option<&'static [&'static str]> {
        if let Bound::Names(names) = self { Some(names) } else { None }
    }

    /// The range of a number.
    pub const fn value(&self) -> Option<Range<f64>> {
        if let Bound::Value(range) = self { Some(*range) } else { None }
    }

    /// The forms of a media string.
    pub const fn forms(&self) -> Option<Forms> {
        if let Bound::Forms(forms) = self { Some(*forms) } else { None }
    }

    /// Whether the value must differ between requests.
    pub const fn is_unique(&self) -> bool {
        matches!(self, Bound::Unique)
    }

    /// Whether it bounds a name that stands for a model.
    const fn is_of_models(&self) -> bool {
        matches!(self, Bound::Names(_) | Bound::OtherNames(_) | Bound::TakenUpstream(_))
    }
}

impl Object {
    /// The field of this key.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The field that names the model: the one whose values are known by name.
    pub const fn model(&self) -> Option<&'static Field> {
        let mut at = 0;
        while at < self.fields.len() {
            let limits = self.fields[at].limits;
            let mut limit = 0;
            while limit < limits.len() {
                if limits[limit].bound.is_of_models() {
                    return Some(&self.fields[at]);
                }
                limit += 1;
            }
            at += 1;
        }
        None
    }

    /// The field for the user's own id of the task: the one whose value differs between requests.
    pub fn own_id(&self) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.limits.iter().any(|limit| limit.bound.is_unique()))
    }
}

impl Field {
    /// Whether it is a knob, such as a model, a mode or a number: what decides price and time, and
    /// never what the picture shows.
    pub fn is_setting(&self) -> bool {
        match self.kind.usual() {
            Kind::Bool | Kind::Choice(_) | Kind::Number | Kind::Integer => true,
            Kind::Text => self.known_values().next().is_some(),
            Kind::Any
            | Kind::NumericId
            | Kind::List(_)
            | Kind::Object(_)
            | Kind::Media(_)
            | Kind::Either { .. } => false,
        }
    }

    /// The names and values it knows.
    pub fn known_values(&self) -> impl Iterator<Item = &'static str> {
        let names = self.limits.iter().filter_map(|limit| {
            if let Bound::Names(names) | Bound::OtherNames(names) = limit.bound {
                Some(names)
            } else {
                None
            }
        });
        let choices = self.kind.choices().unwrap_or_default();
        names.flatten().copied().chain(choices.iter().map(|choice| choice.value))
    }
}

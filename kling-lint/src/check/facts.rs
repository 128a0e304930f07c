//! What is known of a value once nothing was found wrong with it: enough to tell, of most rules across
//! fields, that they have nothing to say.

/// What is known of the value of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fact {
    /// There is none.
    #[default]
    Absent,
    /// Nothing is known: it was judged with care, or has to be.
    Unknown,
    /// A text or a list with nothing in it: it is there, and does not count as sent.
    Empty,
    /// It is sent. Of a closed set or a known name, which one; 0 of anything else.
    One(u8),
    /// A list that is not empty.
    List {
        /// How many items it has.
        len: u8,
        /// What its items choose.
        chosen: Chosen,
    },
    /// An object.
    Object(Chosen),
}

impl Fact {
    /// A value of a set, by its index, if it is one.
    #[inline]
    pub(super) fn of_set(index: Option<usize>) -> Self {
        index.and_then(|index| u8::try_from(index).ok()).map_or(Fact::Unknown, Fact::One)
    }

    /// A value of no set.
    #[inline]
    pub(super) fn if_sound(is_sound: bool) -> Self {
        if is_sound { Fact::One(0) } else { Fact::Unknown }
    }

    /// Whether it counts as sent, if that is known.
    #[inline]
    pub(super) fn is_sent(self) -> Option<bool> {
        match self {
            Fact::Absent | Fact::Empty => Some(false),
            Fact::Unknown => None,
            Fact::One(_) | Fact::List { .. } | Fact::Object(_) => Some(true),
        }
    }

    /// A list of so many items.
    pub(super) fn list(len: u32, chosen: Chosen) -> Self {
        u8::try_from(len).map_or(Fact::Unknown, |len| Fact::List { len, chosen })
    }
}

/// What the closed sets of some objects hold: for each of their first fields, a bit for every value, and
/// one for its absence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen(u32);

impl Chosen {
    /// As many fields as are told apart, and values of each.
    const FIELDS: usize = 4;
    const VALUES: usize = 7;
    const WIDTH: usize = Self::VALUES + 1;
    /// No field has any of its values: where each has only the bit of its absence.
    const NONE: u32 = {
        let mut none = 0;
        let mut field = 0;
        while field < Self::FIELDS {
            none |= 1 << (field * Self::WIDTH + Self::VALUES);
            field += 1;
        }
        none
    };

    /// An object without fields.
    pub(super) fn none() -> Self {
        Chosen(Self::NONE)
    }

    /// With the value of another field. None where it cannot be told apart; a field that is not told
    /// apart itself is passed over.
    pub(super) fn with(self, field: usize, value: usize) -> Option<Self> {
        let Some(absent) = Self::absent(field) else { return Some(self) };
        Some(self.without(absent).and(Self::value(field, value)?))
    }

    /// Any value of a field, or none.
    pub(super) fn of(field: usize) -> Self {
        Chosen(((1 << Self::WIDTH) - 1) << (field * Self::WIDTH))
    }

    pub(super) fn without(self, other: Self) -> Self {
        Chosen(self.0 & !other.0)
    }

    /// Those of all objects.
    pub(super) fn and(self, other: Self) -> Self {
        Chosen(self.0 | other.0)
    }

    /// Whether some object has one of these.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// A value of a field.
    pub(super) fn value(field: usize, value: usize) -> Option<Self> {
        let fits = field < Self::FIELDS && value < Self::VALUES;
        fits.then(|| Chosen(1 << (field * Self::WIDTH + value)))
    }

    /// That a field is absent.
    pub(super) fn absent(field: usize) -> Option<Self> {
        let fits = field < Self::FIELDS;
        fits.then(|| Chosen(1 << (field * Self::WIDTH + Self::VALUES)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_by_what_they_choose() {
        let (end, first) = (Chosen::value(1, 1), Chosen::value(1, 0));
        let (end, first) = (end.expect("a value"), first.expect("a value"));
        let bare = Chosen::none();
        let item = Chosen::none().with(1, 1).expect("a value");
        assert!(item.meets(end) && !item.meets(first) && !bare.meets(end));
        let absent = |field| Chosen::absent(field).expect("a field");
        assert!(bare.meets(absent(1)) && !item.meets(absent(1)) && item.meets(absent(0)));
        let both = item.and(bare);
        assert!(both.meets(absent(1)) && both.meets(end) && !both.meets(first));
    }

    #[test]
    fn what_cannot_be_told_apart_is_not_told() {
        assert_eq!(Chosen::none().with(4, 9), Some(Chosen::none()));
        assert_eq!(Chosen::none().with(0, 7), None);
        assert_eq!(Chosen::absent(4), None);
        assert_eq!(Fact::of_set(Some(256)), Fact::Unknown);
        assert_eq!(Fact::list(256, Chosen::none()), Fact::Unknown);
    }
}

//! The JSON shape of Rust types.

use std::borrow::Cow;

use crate::table::{Kind, MediaClass, Typed};
use crate::values::{Either, ImageSource, Loose, NumericId, VideoSource};

macro_rules! typed {
    ($kind:expr => $($ty:ty),+) => {
        $(
            impl Typed for $ty {
                const KIND: Kind = $kind;
            }
        )+
    };
}

typed!(Kind::Any => serde_json::Value);
typed!(Kind::Bool => bool);
typed!(Kind::Text => String, Cow<'static, str>);
typed!(Kind::Number => f32, f64);
typed!(Kind::Integer => u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
typed!(Kind::NumericId => NumericId);
typed!(Kind::Media(MediaClass::Image) => ImageSource);
typed!(Kind::Media(MediaClass::Video) => VideoSource);

/// Whether a value may be absent is said beside its shape, not in it.
impl<T: Typed> Typed for Option<T> {
    const KIND: Kind = T::KIND;
}

impl<T: Typed> Typed for Box<T> {
    const KIND: Kind = T::KIND;
}

impl<T: Typed> Typed for Loose<T> {
    const KIND: Kind = T::KIND;
}

impl<T: Typed> Typed for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);
}

impl<A: Typed, B: Typed> Typed for Either<A, B> {
    const KIND: Kind = Kind::Either { usual: &A::KIND, tolerated: &B::KIND };
}

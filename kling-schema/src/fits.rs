//! Which bound can be put on which type: what the derive macro asks the compiler.
//!
//! A type with a hand-written [`Typed`] takes bounds once it implements the trait of its shape.

use std::borrow::Cow;

use crate::table::Typed;
use crate::values::{Either, ImageSource, Loose, VideoSource};

/// A text: takes `chars`, `names`, `other_names`, `url` and `unique`.
#[diagnostic::on_unimplemented(
    message = "a bound on a text cannot be put on `{Self}`",
    label = "this is no text",
    note = "`chars`, `names`, `other_names`, `url` and `unique` bound a `String`; inside a list they are written `each(…)`"
)]
pub trait Text: Typed {
    #[doc(hidden)]
    const FITS: () = ();
}

/// A number: takes `range`.
#[diagnostic::on_unimplemented(
    message = "`range` cannot be put on `{Self}`",
    label = "this is no number",
    note = "`range` bounds a number; for a text it is `chars`, for a list `items`"
)]
pub trait Number: Typed {
    #[doc(hidden)]
    const FITS: () = ();
}

/// A closed set of values: takes `taken_upstream` and `choices`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no closed set of values",
    label = "this is no closed set",
    note = "`choices` and `taken_upstream` speak of an enum with `#[derive(KlingSchema)]`; an open set is `names(…)`"
)]
pub trait Closed: Typed {
    #[doc(hidden)]
    const FITS: () = ();
}

/// A list: takes `items` and `each`.
#[diagnostic::on_unimplemented(
    message = "a bound on a list cannot be put on `{Self}`",
    label = "this is no list",
    note = "`items` and `each` bound a `Vec`; for a text it is `chars`"
)]
pub trait List: Typed {
    #[doc(hidden)]
    const FITS: () = ();
    /// What it lists.
    type Item: Typed;
}

/// An image: takes `image`.
#[diagnostic::on_unimplemented(
    message = "`image(…)` cannot be put on `{Self}`",
    label = "this names no image",
    note = "a field that names an image has the type `ImageSource`"
)]
pub trait Image: Typed {
    #[doc(hidden)]
    const FITS: () = ();
}

/// A video: takes `video`.
#[diagnostic::on_unimplemented(
    message = "`video(…)` cannot be put on `{Self}`",
    label = "this names no video",
    note = "a field that names a video has the type `VideoSource`"
)]
pub trait Video: Typed {
    #[doc(hidden)]
    const FITS: () = ();
}

impl Text for String {}
impl Text for Cow<'static, str> {}
impl Image for ImageSource {}
impl Video for VideoSource {}

macro_rules! numbers {
    ($($ty:ty),+) => { $(impl Number for $ty {})+ };
}

numbers!(f32, f64, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

/// What wraps a type without changing its shape.
macro_rules! through {
    ($($fit:ident),+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<T: $fit> $fit for Option<T> {}
            #[diagnostic::do_not_recommend]
            impl<T: $fit> $fit for Box<T> {}
            #[diagnostic::do_not_recommend]
            impl<T: $fit> $fit for Loose<T> {}
            #[diagnostic::do_not_recommend]
            impl<A: $fit, B: Typed> $fit for Either<A, B> {}
        )+
    };
}

through!(Text, Number, Closed, Image, Video);

impl<T: Typed> List for Vec<T> {
    type Item = T;
}

#[diagnostic::do_not_recommend]
impl<T: List> List for Option<T> {
    type Item = T::Item;
}

#[diagnostic::do_not_recommend]
impl<T: List> List for Box<T> {
    type Item = T::Item;
}

#[diagnostic::do_not_recommend]
impl<T: List> List for Loose<T> {
    type Item = T::Item;
}

#[diagnostic::do_not_recommend]
impl<A: List, B: Typed> List for Either<A, B> {
    type Item = A::Item;
}

//! Numbers and the ranges between them.

use std::fmt::Display;

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Lit, LitInt, Token};

use crate::attr::{Item, instead};

/// An interval; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range<T> {
    pub(crate) min: Option<T>,
    pub(crate) max: Option<T>,
}

/// A number that can be the end of a range.
pub(crate) trait End: Copy + PartialOrd + Display {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self>;
    /// The next smaller number, where there is one.
    fn below(self) -> Option<Self>;
    /// Whether every value lies above it.
    fn is_floor(self) -> bool;
}

impl End for u32 {
    fn parse(input: ParseStream<'_>) -> syn::Result<u32> {
        let span = input.span();
        let wrong = |_| {
            syn::Error::new(span, "a whole number is expected here, not negative and not too large")
        };
        input.parse::<LitInt>().and_then(|lit| lit.base10_parse()).map_err(wrong)
    }

    fn below(self) -> Option<u32> {
        self.checked_sub(1)
    }

    fn is_floor(self) -> bool {
        self == 0
    }
}

impl End for f64 {
    fn parse(input: ParseStream<'_>) -> syn::Result<f64> {
        let span = input.span();
        let negative = input.parse::<Option<Token![-]>>()?.is_some();
        let lit: Lit = input.parse().map_err(instead("a number is expected here"))?;
        let number = match &lit {
            Lit::Float(lit) => finite(lit.base10_digits(), span)?,
            Lit::Int(lit) => finite(lit.base10_digits(), span)?,
            _ => return Err(syn::Error::new(span, "a number is expected here")),
        };
        Ok(if negative { -number } else { number })
    }

    fn below(self) -> Option<f64> {
        None
    }

    fn is_floor(self) -> bool {
        false
    }
}

/// A number that JSON can hold.
pub(crate) fn finite(digits: &str, span: Span) -> syn::Result<f64> {
    let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| syn::Error::new(span, "this number is too large"))
}

/// An inclusive Rust range.
pub(crate) fn range<T: End>(item: &Item) -> syn::Result<Range<T>> {
    let name = &item.name;
    item.group(&format!("{name}(..=5)"), |input| {
        let start = input.span();
        let min =
            if input.peek(Lit) || input.peek(Token![-]) { Some(T::parse(input)?) } else { None };
        let from = min.map(|min| min.to_string()).unwrap_or_default();
        let max = if input.peek(Token![..=]) {
            input.parse::<Token![..=]>()?;
            Some(T::parse(input)?)
        } else if input.peek(Token![..]) {
            let dots = input.parse::<Token![..]>()?;
            if !input.is_empty() {
                let end = T::parse(input)?;
                return Err(syn::Error::new(dots.spans[0], exclusive(&from, end)));
            }
            None
        } else {
            let message = match min {
                Some(one) => {
                    format!("a range is expected: `..={one}`, `{one}..` or `{one}..={one}`")
                }
                None => "a range is expected, such as `..=5`".to_owned(),
            };
            return Err(syn::Error::new(start, message));
        };
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            return Err(syn::Error::new(
                start,
                format!("nothing lies in `{min}..={max}`: the smaller end stands first"),
            ));
        }
        if max.is_none() && min.is_none_or(T::is_floor) {
            return Err(syn::Error::new(
                start,
                format!("`{from}..` bounds nothing: give it an end that does"),
            ));
        }
        Ok(Range { min, max })
    })
}

fn exclusive<T: End>(from: &str, end: T) -> String {
    let below = end.below().map(|below| format!(", `{from}..={below}` if not")).unwrap_or_default();
    format!(
        "`{from}..{end}` leaves {end} out in Rust: write `{from}..={end}` if {end} is allowed{below}"
    )
}

/// Where a mistake about a value outside a range is found.
pub(crate) fn outside(range: &Range<f64>, value: f64, at: Span) -> Option<syn::Error> {
    let below = range.min.is_some_and(|min| value < min);
    let above = range.max.is_some_and(|max| value > max);
    (below || above).then(|| syn::Error::new(at, "the default lies outside the documented range"))
}

/// `1:2.5` in lowest terms.
pub(crate) fn width_to_height(input: ParseStream<'_>) -> syn::Result<(u32, u32)> {
    let start = input.span();
    let (width, width_scale) = decimal(input)?;
    input.parse::<Token![:]>()?;
    let (height, height_scale) = decimal(input)?;
    // a/s : b/t is a*t : b*s.
    let (a, b) = (width.checked_mul(height_scale), height.checked_mul(width_scale));
    let lowest = a.zip(b).filter(|(a, b)| *a > 0 && *b > 0).and_then(|(a, b)| {
        let divisor = gcd(a, b);
        Some((u32::try_from(a / divisor).ok()?, u32::try_from(b / divisor).ok()?))
    });
    lowest.ok_or_else(|| syn::Error::new(start, "a ratio has two small numbers, neither of them 0"))
}

/// A decimal number as a whole number over a power of ten.
fn decimal(input: ParseStream<'_>) -> syn::Result<(u64, u64)> {
    let lit: Lit = input.parse().map_err(instead("a number is expected here"))?;
    let digits = match &lit {
        Lit::Int(lit) => lit.base10_digits().to_owned(),
        Lit::Float(lit) => lit.base10_digits().to_owned(),
        _ => return Err(syn::Error::new(lit.span(), "a number is expected here")),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let scale = u32::try_from(fraction.len()).ok().and_then(|places| 10_u64.checked_pow(places));
    let number = format!("{whole}{fraction}").parse::<u64>().ok();
    number
        .zip(scale)
        .ok_or_else(|| syn::Error::new(lit.span(), "a short decimal number is expected here"))
}

fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

//! Bounds on one value: `chars(..=500)`, `image(edge >= 300, …)`.

use std::mem::discriminant;

use proc_macro2::Ident;
use syn::{LitInt, LitStr, Token};

use crate::attr::{Basis, Body, Item, Mood, walk};
use crate::ctxt::Ctxt;
use crate::number::{End as _, Range, range, width_to_height};
use crate::words::{Place, Tier, unknown};

/// One bound and what it rests on.
#[derive(Clone)]
pub(crate) struct Limit {
    /// The word as written, to point at.
    pub(crate) word: Ident,
    pub(crate) bound: Bound,
    pub(crate) basis: Basis,
}

/// A bound on one value, as `kling_schema::Bound`.
#[derive(Clone)]
pub(crate) enum Bound {
    Chars(Range<u32>),
    Names(Vec<LitStr>),
    OtherNames(Vec<LitStr>),
    TakenUpstream(Vec<LitStr>),
    Choices,
    Value(Range<f64>),
    Items(Range<u32>),
    Url,
    Unique,
    Forms { url: bool, base64: bool },
    Formats(Vec<&'static str>),
    Bytes(u32),
    Edge(Range<u32>),
    Ratio { min: (u32, u32), max: (u32, u32) },
    Seconds(Range<u32>),
    FramesPerSecond(Range<u32>),
}

/// The bounds of a field, or of each of its items.
#[derive(Clone, Default)]
pub(crate) struct Bounds {
    pub(crate) limits: Vec<Limit>,
    /// Whether media bounds were taken over from another field.
    is_copied: bool,
    /// The first `image(…)` or `video(…)`: where it stood among the limits and what it rests on.
    media: Option<Media>,
}

/// The first `image(…)` or `video(…)` of a field.
#[derive(Clone)]
struct Media {
    place: Place,
    word: Ident,
    basis: Basis,
    at: usize,
}

/// The formats and the place they belong to; the names are those of `kling_schema::Format`.
const FORMATS: &[(&str, &str, Place)] = &[
    ("jpeg", "Jpeg", Place::Image),
    ("png", "Png", Place::Image),
    ("mp4", "Mp4", Place::Video),
    ("mov", "Mov", Place::Video),
];

impl Bounds {
    /// Whether they bound an image or a video.
    pub(crate) fn media(&self) -> Option<Place> {
        self.media.as_ref().map(|media| media.place)
    }

    /// Whether media bounds were taken over from another field.
    pub(crate) fn is_copied(&self) -> bool {
        self.is_copied
    }

    /// Reads the word if it is a bound.
    pub(crate) fn read(&mut self, cx: &Ctxt, mood: &Mood, item: &Item) -> bool {
        match item.name.as_str() {
            "image" => self.read_media(cx, mood, item, Place::Image),
            "video" => self.read_media(cx, mood, item, Place::Video),
            _ => match plain(item) {
                Some(bound) => self.add(cx, mood, item, bound),
                None => return false,
            },
        }
        true
    }

    fn add(&mut self, cx: &Ctxt, mood: &Mood, item: &Item, bound: syn::Result<Bound>) {
        let Some(bound) = cx.take(bound) else { return };
        let mut basis = mood.basis(item.span());
        match bound {
            // What Kling takes can only have been read at Kling.
            Bound::TakenUpstream(_) if mood.tier.is_none() => basis.tier = Tier::Upstream,
            Bound::Choices if !mood.is_wrapped() => cx.error(
                item.span(),
                "the values of the type are its bound already: write `upstream(choices)` to weaken it",
            ),
            _ => {}
        }
        self.push(cx, Limit { word: item.word.clone(), bound, basis });
    }

    fn push(&mut self, cx: &Ctxt, limit: Limit) {
        if self
            .limits
            .iter()
            .any(|old| old.same_aspect(&limit) && old.basis.tier == limit.basis.tier)
        {
            cx.error(
                limit.word.span(),
                format!("`{}` is given twice with the same tier: keep one of them", limit.word),
            );
        }
        self.limits.push(limit);
    }

    fn read_media(&mut self, cx: &Ctxt, mood: &Mood, item: &Item, place: Place) {
        let example = format!("{}(formats(…), bytes <= 10 MB)", item.name);
        let Some(parts) = cx.take(item.tokens(&example)) else {
            return;
        };
        match &self.media {
            Some(media) if media.place != place => {
                cx.error(item.span(), "a field holds images or videos, not both");
                return;
            }
            Some(_) => {}
            None => {
                self.media = Some(Media {
                    place,
                    word: item.word.clone(),
                    basis: mood.basis(item.span()),
                    at: self.limits.len(),
                });
            }
        }
        if parts.is_empty() && place == Place::Video {
            cx.error(item.span(), "`video()` says nothing: name its forms, formats or size");
        }
        walk(cx, parts, mood, &mut |mood, part| match media_part(place, part) {
            Some(bound) => self.add(cx, mood, part, bound),
            None => cx.push(place.refuse(&part.word)),
        });
    }

    /// Adds the forms that `image(…)` implies.
    pub(crate) fn finish(&mut self) {
        let Some(media) = &self.media else { return };
        let has_forms = self.limits.iter().any(|limit| matches!(limit.bound, Bound::Forms { .. }));
        if media.place == Place::Image && !has_forms {
            let bound = Bound::Forms { url: true, base64: true };
            let limit = Limit { word: media.word.clone(), bound, basis: media.basis.clone() };
            self.limits.insert(media.at, limit);
        }
    }

    /// Takes over the media bounds of another field. What this field says itself wins; a wrapper
    /// around `like` gives them all its tier and severity.
    pub(crate) fn copy_media(&mut self, other: &Bounds, mood: &Mood, word: &Ident) {
        let own = self.limits.len();
        self.is_copied = true;
        for limit in other.limits.iter().filter(|limit| limit.bound.is_media()) {
            if self.limits[..own].iter().any(|mine| mine.same_aspect(limit)) {
                continue;
            }
            self.limits.push(Limit {
                word: word.clone(),
                bound: limit.bound.clone(),
                basis: mood.over(&limit.basis, word.span()),
            });
        }
        if self.media.is_none() {
            self.media = other.media.as_ref().map(|media| Media {
                place: media.place,
                word: word.clone(),
                // The forms it implies rest on what the other field's rest on.
                basis: mood.over(&media.basis, word.span()),
                at: own,
            });
        }
    }
}

impl Limit {
    fn same_aspect(&self, other: &Limit) -> bool {
        discriminant(&self.bound) == discriminant(&other.bound)
    }
}

impl Bound {
    /// Whether it bounds an image or a video.
    fn is_media(&self) -> bool {
        match self {
            Bound::Forms { .. }
            | Bound::Formats(_)
            | Bound::Bytes(_)
            | Bound::Edge(_)
            | Bound::Ratio { .. }
            | Bound::Seconds(_)
            | Bound::FramesPerSecond(_) => true,
            Bound::Chars(_)
            | Bound::Names(_)
            | Bound::OtherNames(_)
            | Bound::TakenUpstream(_)
            | Bound::Choices
            | Bound::Value(_)
            | Bound::Items(_)
            | Bound::Url
            | Bound::Unique => false,
        }
    }
}

/// A bound that is no media's; nothing when the word is none.
fn plain(item: &Item) -> Option<syn::Result<Bound>> {
    Some(match item.name.as_str() {
        "chars" => range::<u32>(item).map(Bound::Chars),
        "items" => range::<u32>(item).map(Bound::Items),
        "range" => range::<f64>(item).map(Bound::Value),
        "names" => item.strings().map(Bound::Names),
        "other_names" => item.strings().map(Bound::OtherNames),
        "taken_upstream" => item.strings().map(Bound::TakenUpstream),
        "choices" => item.bare().map(|()| Bound::Choices),
        "url" => item.bare().map(|()| Bound::Url),
        "unique" => item.bare().map(|()| Bound::Unique),
        _ => return None,
    })
}

/// A bound inside `image(…)` or `video(…)`; nothing when the word is none.
fn media_part(place: Place, item: &Item) -> Option<syn::Result<Bound>> {
    Some(match item.name.as_str() {
        "forms" => forms(item),
        "formats" => formats(place, item),
        "bytes" => bytes(item),
        "edge" => edge(item),
        "ratio" => ratio(item),
        "seconds" if place == Place::Video => range(item).map(Bound::Seconds),
        "fps" if place == Place::Video => range(item).map(Bound::FramesPerSecond),
        _ => return None,
    })
}

fn forms(item: &Item) -> syn::Result<Bound> {
    let (mut url, mut base64) = (false, false);
    for form in item.idents("forms(url, base64)")? {
        match form.to_string().as_str() {
            "url" => url = true,
            "base64" => base64 = true,
            other => {
                return Err(syn::Error::new(
                    form.span(),
                    unknown("form", other, &["url", "base64"]),
                ));
            }
        }
    }
    Ok(Bound::Forms { url, base64 })
}

fn formats(place: Place, item: &Item) -> syn::Result<Bound> {
    let example = match place {
        Place::Video => "formats(mp4, mov)",
        _ => "formats(jpeg, png)",
    };
    let mut formats = Vec::new();
    for format in item.idents(example)? {
        let name = format.to_string();
        let message = match FORMATS.iter().find(|(word, ..)| *word == name) {
            Some((_, variant, class)) if *class == place => {
                formats.push(*variant);
                continue;
            }
            Some(_) if place == Place::Video => format!("`{name}` is a format of images"),
            Some(_) => format!("`{name}` is a format of videos"),
            None => {
                let known = FORMATS.iter().filter(|(_, _, class)| *class == place);
                unknown("format", &name, &known.map(|(word, ..)| *word).collect::<Vec<_>>())
            }
        };
        return Err(syn::Error::new(format.span(), message));
    }
    Ok(Bound::Formats(formats))
}

fn bytes(item: &Item) -> syn::Result<Bound> {
    let example = "bytes <= 10 MB";
    let Body::Other(tokens) = &item.body else {
        return Err(item.form(example));
    };
    crate::attr::parse(tokens.clone(), item.span(), |input| {
        input.parse::<Token![<=]>().map_err(|_| item.form(example))?;
        let number: LitInt = input.parse().map_err(|_| item.form(example))?;
        let unit = match number.suffix() {
            "" => input.parse::<Ident>().map_err(|_| item.form(example))?.to_string(),
            unit => unit.to_owned(),
        };
        if unit != "MB" {
            let message = format!(
                "sizes are in MB, as the pages print them, not in {unit}: write `{example}`"
            );
            return Err(syn::Error::new(number.span(), message));
        }
        Ok(Bound::Bytes(positive(&number)?))
    })
}

fn edge(item: &Item) -> syn::Result<Bound> {
    let tokens = match &item.body {
        Body::Group(_) => return range(item).map(Bound::Edge),
        Body::Other(tokens) => tokens.clone(),
        Body::Bare | Body::Value(_) => return Err(item.form("edge >= 300")),
    };
    crate::attr::parse(tokens, item.span(), |input| {
        if input.parse::<Option<Token![>=]>>()?.is_some() {
            return Ok(Bound::Edge(Range { min: Some(u32::parse(input)?), max: None }));
        }
        if input.parse::<Option<Token![<=]>>()?.is_some() {
            return Ok(Bound::Edge(Range { min: None, max: Some(u32::parse(input)?) }));
        }
        Err(item.form("edge >= 300"))
    })
}

fn ratio(item: &Item) -> syn::Result<Bound> {
    let example = "ratio(1:2.5 ..= 2.5:1)";
    item.group(example, |input| {
        let start = input.span();
        let min = width_to_height(input)?;
        input.parse::<Token![..=]>().map_err(|_| item.form(example))?;
        let max = width_to_height(input)?;
        if u64::from(min.0) * u64::from(max.1) > u64::from(max.0) * u64::from(min.1) {
            return Err(syn::Error::new(
                start,
                "no picture fits: the narrowest ratio stands first",
            ));
        }
        Ok(Bound::Ratio { min, max })
    })
}

fn positive(number: &LitInt) -> syn::Result<u32> {
    match number.base10_parse::<u32>() {
        Ok(0) => Err(syn::Error::new(number.span(), "0 allows nothing at all")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attr::split;
    use proc_macro2::TokenStream;

    fn bounds(text: &str) -> (Vec<Limit>, Vec<String>) {
        let cx = Ctxt::default();
        let tokens: TokenStream = text.parse().expect("tokens");
        let mut bounds = Bounds::default();
        for item in split(&cx, tokens) {
            bounds.read(&cx, &Mood::new(Tier::Documented), &item);
        }
        bounds.finish();
        (bounds.limits, cx.messages())
    }

    type Side = (u32, u32);

    fn ratio_of(text: &str) -> Result<(Side, Side), Vec<String>> {
        let (limits, errors) = bounds(&format!("image(ratio({text}))"));
        limits
            .iter()
            .find_map(|limit| match limit.bound {
                Bound::Ratio { min, max } => Some((min, max)),
                _ => None,
            })
            .ok_or(errors)
    }

    #[test]
    fn ratios_are_exact_and_in_lowest_terms() {
        assert_eq!(ratio_of("1:2.5 ..= 2.5:1"), Ok(((2, 5), (5, 2))));
        assert_eq!(ratio_of("1:2.5..=2.5:1"), Ok(((2, 5), (5, 2))));
        assert_eq!(ratio_of("9:16 ..= 1.10:0.5"), Ok(((9, 16), (11, 5))));
    }

    #[test]
    fn impossible_ratios_are_refused() {
        for text in [
            "0:1 ..= 1:1",
            "2:1 ..= 1:2",
            "1:1",
            "1:1 .. 2:1",
            "1e9:1 ..= 2:1",
            "1:99999999999999999999 ..= 1:1",
        ] {
            assert!(ratio_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ends_of_ranges() {
        let chars = |text: &str| match bounds(&format!("chars({text})"))
            .0
            .first()
            .map(|limit| limit.bound.clone())
        {
            Some(Bound::Chars(range)) => Some((range.min, range.max)),
            _ => None,
        };
        assert_eq!(chars("..=9"), Some((None, Some(9))));
        assert_eq!(chars("2..=9"), Some((Some(2), Some(9))));
        assert_eq!(chars("2.."), Some((Some(2), None)));
        for text in ["..9", "0..", "..", "9", "9..=2", "-1..=2", "..=1.5", "1...5", "", "1..=2 3"] {
            assert_eq!(chars(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_may_be_negative_and_decimal() {
        let (limits, errors) = bounds("range(-1.5..=2)");
        assert!(errors.is_empty());
        assert!(matches!(limits[0].bound, Bound::Value(Range { min: Some(-1.5), max: Some(2.0) })));
    }

    #[test]
    fn an_image_has_forms_once() {
        let (limits, errors) = bounds("image(edge >= 300), image(formats(png))");
        assert!(errors.is_empty());
        let forms =
            limits.iter().filter(|limit| matches!(limit.bound, Bound::Forms { .. })).count();
        assert_eq!((forms, limits.len()), (1, 3));
    }

    #[test]
    fn a_bound_is_given_once_a_tier() {
        let (_, errors) = bounds("chars(..=5), chars(2..)");
        assert_eq!(errors, ["`chars` is given twice with the same tier: keep one of them"]);
    }
}

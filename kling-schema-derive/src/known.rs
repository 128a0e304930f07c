//! Keys that are no field but are known: `alias(…)`, `legacy(…)`, `upstream_keys(…)`, `editor(…)`.

use proc_macro2::{Span, TokenTree};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{LitStr, Token};

use crate::attr::{Basis, Item, Mood, chunks, instead, parse};
use crate::when::key;
use crate::words::{Severity, Tier};

/// A key that is no field.
pub(crate) struct Known {
    pub(crate) key: Key,
    pub(crate) what: KnownKey,
    pub(crate) basis: Basis,
}

/// What a known key is.
pub(crate) enum KnownKey {
    Alias { of: Key, kind: LitStr, safe: bool },
    Legacy { of: Key },
    Upstream,
    Editor,
}

/// A wire name and where it stands.
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Key {
    fn parse(input: ParseStream<'_>) -> syn::Result<Key> {
        let span = input.span();
        Ok(Key { text: key(input)?, span })
    }
}

/// The known keys that the word names; nothing when it names none.
pub(crate) fn read(mood: &Mood, item: &Item) -> Option<syn::Result<Vec<Known>>> {
    Some(match item.name.as_str() {
        "alias" => aliases(mood, item),
        "legacy" => legacies(mood, item),
        "upstream_keys" => keys(mood, item, Tier::Upstream, || KnownKey::Upstream),
        "editor" => keys(mood, item, Tier::House, || KnownKey::Editor),
        _ => return None,
    })
}

/// `alias(scene_image = scence_image, is = "scene-spelling", unsafe)`.
fn aliases(mood: &Mood, item: &Item) -> syn::Result<Vec<Known>> {
    let example = "alias(other = this)";
    let (mut kind, mut safe, mut pairs) = (None, true, Vec::new());
    for chunk in chunks(item.tokens(example)?) {
        let end = chunk.last().map_or(item.span(), TokenTree::span);
        parse(chunk.into_iter().collect(), end, |input| {
            if input.parse::<Option<Token![unsafe]>>()?.is_some() {
                safe = false;
                return Ok(());
            }
            let (other, is_word) = (start(input)?, !input.peek(LitStr));
            if other.text == "is" && !is_word {
                kind = Some(input.parse::<LitStr>()?);
            } else {
                pairs.push((other, Key::parse(input)?));
            }
            Ok(())
        })?;
    }
    if pairs.is_empty() {
        return Err(item.form(example));
    }
    let known = pairs.into_iter().map(|(key, of)| Known {
        basis: mood.basis(key.span),
        what: KnownKey::Alias {
            of,
            kind: kind.clone().unwrap_or_else(|| LitStr::new("misplaced-field", key.span)),
            safe,
        },
        key,
    });
    Ok(known.collect())
}

/// `legacy(old = new)`.
fn legacies(mood: &Mood, item: &Item) -> syn::Result<Vec<Known>> {
    let example = "legacy(old = new)";
    let pairs = item.group(example, |input| {
        let pair = |input: ParseStream<'_>| Ok((start(input)?, Key::parse(input)?));
        Punctuated::<(Key, Key), Token![,]>::parse_terminated_with(input, pair)
    })?;
    if pairs.is_empty() {
        return Err(item.form(example));
    }
    let known = pairs.into_iter().map(|(key, of)| Known {
        basis: mood.basis(key.span),
        what: KnownKey::Legacy { of },
        key,
    });
    Ok(known.collect())
}

/// Keys between commas, each an info of the given tier.
fn keys(mood: &Mood, item: &Item, tier: Tier, what: fn() -> KnownKey) -> syn::Result<Vec<Known>> {
    let example = format!("{}(key, \"odd-key\")", item.name);
    let keys = item.group(&example, |input| {
        Punctuated::<Key, Token![,]>::parse_terminated_with(input, Key::parse)
    })?;
    if keys.is_empty() {
        return Err(item.form(&example));
    }
    let mood = Mood { tier: Some(tier), severity: Some(Severity::Info), ..mood.clone() };
    let known =
        keys.into_iter().map(|key| Known { basis: mood.basis(key.span), what: what(), key });
    Ok(known.collect())
}

/// `other =`.
fn start(input: ParseStream<'_>) -> syn::Result<Key> {
    let key = Key::parse(input)?;
    input.parse::<Token![=]>().map_err(instead("two keys are expected: `other = this`"))?;
    Ok(key)
}

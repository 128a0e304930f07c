//! What can be judged without knowing the types: the rest is left to constants that the compiler
//! evaluates, see [`crate::emit`].

use proc_macro2::Span;
use syn::LitStr;

use crate::ctxt::Ctxt;
use crate::known::{Key, KnownKey};
use crate::limits::Bound;
use crate::model::{Field, Model, Value};
use crate::number::outside;
use crate::rule::Check;
use crate::when::{Path, Step, Use};
use crate::words::{Tier, unknown};

pub(crate) fn check(cx: &Ctxt, model: &Model) {
    pages(cx, model);
    endpoint(cx, model);
    keys(cx, model);
    for field in &model.fields {
        values(cx, field);
        hints(cx, model, field);
    }
    rules(cx, model);
}

/// Every tier that is used has a page, except the house's.
fn pages(cx: &Ctxt, model: &Model) {
    let header = &model.header;
    let first = |tiers: &[Tier]| {
        model.bases().find(|basis| tiers.contains(&basis.tier)).map(|basis| basis.span)
    };
    let default = |tiers: &[Tier]| tiers.contains(&model.tier).then(|| model.ident.span());
    let documented = [Tier::Documented, Tier::Advice];
    if let Some(span) = default(&documented).or_else(|| first(&documented)) {
        for (word, value) in [("page", &header.page), ("read", &header.read)] {
            if value.is_none() {
                let message = match word {
                    "page" => {
                        "`page` is missing: say where this was read, `#[kling(page = \"https://…\")]`"
                    }
                    _ => {
                        "`read` is missing: say when the page was read, `#[kling(read = \"2026-03\")]`"
                    }
                };
                cx.error(span, message);
            }
        }
    }
    if let Some(span) = first(&[Tier::Upstream]).or_else(|| default(&[Tier::Upstream])) {
        for (word, value, example) in [
            ("upstream_page", &header.upstream_page, "https://…"),
            ("upstream_read", &header.upstream_read, "2026-03"),
        ] {
            if value.is_none() {
                cx.error(
                    span,
                    format!(
                        "what is upstream needs `#[kling({word} = \"{example}\")]` on the struct"
                    ),
                );
            }
        }
    }
    for page in [&header.page, &header.upstream_page].into_iter().flatten() {
        let value = page.value();
        let host = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
            cx.error(page.span(), "a page is an address: `https://…`");
        }
    }
    for read in [&header.read, &header.upstream_read].into_iter().flatten() {
        if !is_date(&read.value()) {
            cx.error(
                read.span(),
                "a page is read in a month or on a day: `2026-03` or `2026-03-12`",
            );
        }
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize, len: usize, most: u32| {
        parts.get(at).is_none_or(|part| {
            part.len() == len
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number))
        })
    };
    (2..=3).contains(&parts.len()) && number(0, 4, 9999) && number(1, 2, 12) && number(2, 2, 31)
}

fn endpoint(cx: &Ctxt, model: &Model) {
    if let Some(endpoint) = &model.header.endpoint
        && let Err(message) = route(&endpoint.value())
    {
        cx.error(endpoint.span(), message);
    }
    if let Some(name) = &model.header.name {
        let value = name.value();
        if value.is_empty()
            || !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        {
            cx.error(name.span(), "a name is short and has no spaces or slashes: `omni-video`");
        }
    }
}

/// Method and path of an endpoint.
pub(crate) fn route(text: &str) -> Result<(&str, &str), &'static str> {
    const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
    let Some((method, path)) = text.split_once(' ') else {
        return Err("an endpoint is a method and a path: `POST /kling/v1/videos/omni-video`");
    };
    if !METHODS.contains(&method) {
        return Err("an endpoint starts with its method in capitals: `POST /…`");
    }
    let segments_are_plain =
        path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\\"".contains(&byte));
    if !path.starts_with('/') || !segments_are_plain {
        return Err("the path of an endpoint starts with `/` and has no host, query or spaces");
    }
    if path.ends_with('/') || path.contains("//") {
        return Err("the path of an endpoint has no empty segment: no `//`, no `/` at its end");
    }
    Ok((method, path))
}

/// No key has two meanings, and aliases lead to fields.
fn keys(cx: &Ctxt, model: &Model) {
    for (nth, field) in model.fields.iter().enumerate() {
        if model.fields[..nth].iter().any(|other| other.key == field.key) {
            cx.error(field.ident.span(), format!("two fields have the key `{}`", field.key));
        }
    }
    for (nth, known) in model.known.iter().enumerate() {
        let Key { text, span } = &known.key;
        if model.field(text).is_some() {
            cx.error(*span, format!("`{text}` is a field of this struct"));
        } else if model.known[..nth].iter().any(|other| other.key.text == *text) {
            cx.error(*span, format!("`{text}` is named twice"));
        }
        if let KnownKey::Alias { of, .. } | KnownKey::Legacy { of } = &known.what {
            model.position(cx, &of.text, of.span);
        }
    }
}

fn values(cx: &Ctxt, field: &Field) {
    for bounds in [&field.bounds, &field.each] {
        let has_names = bounds.limits.iter().any(|limit| matches!(limit.bound, Bound::Names(_)));
        for limit in &bounds.limits {
            match &limit.bound {
                Bound::OtherNames(_) if !has_names => {
                    cx.error(
                        limit.word.span(),
                        "`other_names` adds to `names(…)`, which is missing",
                    );
                }
                Bound::Names(names) | Bound::OtherNames(names) | Bound::TakenUpstream(names) => {
                    repeated(cx, names);
                }
                _ => {}
            }
        }
    }
    let Some(default) = &field.default else {
        return;
    };
    for limit in field.bounds.limits.iter().filter(|limit| limit.basis.tier == Tier::Documented) {
        match (&limit.bound, &default.value) {
            (Bound::Value(range), Value::Number(number)) => {
                cx.take(outside(range, *number, default.span).map_or(Ok(()), Err));
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "ends of ranges are far smaller than 2^53"
            )]
            (Bound::Value(range), Value::Integer(number)) => {
                cx.take(outside(range, *number as f64, default.span).map_or(Ok(()), Err));
            }
            _ => {}
        }
    }
}

fn repeated(cx: &Ctxt, names: &[LitStr]) {
    for (nth, name) in names.iter().enumerate() {
        if names[..nth].iter().any(|other| other.value() == name.value()) {
            cx.error(name.span(), format!("`{}` is named twice", name.value()));
        }
    }
}

fn hints(cx: &Ctxt, model: &Model, field: &Field) {
    for (when, _, span) in &field.hints {
        if field.required.is_none() {
            cx.error(
                *span,
                format!("a hint is shown when the key is missing; `{}` may be missing", field.key),
            );
        }
        let mut uses = Vec::new();
        when.uses(None, &mut uses);
        uses.iter().for_each(|used| path(cx, model, used));
    }
}

fn rules(cx: &Ctxt, model: &Model) {
    for (nth, rule) in model.rules.iter().enumerate() {
        if model.rules[..nth].iter().any(|other| other.name == rule.name) {
            cx.error(rule.span, format!("two rules are called `{}`", rule.name));
        }
        rule.uses().iter().for_each(|used| path(cx, model, used));
        match &rule.check {
            Check::CountCap { lists, cases, otherwise } => {
                let caps = cases.iter().map(|(_, cap, span)| (*cap, *span)).chain([*otherwise]);
                caps.for_each(|(cap, span)| least(cx, model, lists, cap, span));
            }
            Check::References { kinds, also, .. } => {
                for (nth, kind) in kinds.iter().enumerate() {
                    let again = kinds[..nth].iter().any(|other| other.word == kind.word)
                        || also.contains(&kind.word);
                    if again {
                        cx.error(
                            kind.list.span,
                            format!("references of kind `{}` are named twice", kind.word),
                        );
                    }
                }
            }
            _ => {}
        }
    }
}

/// A cap must leave room for what a list must hold anyway.
fn least(cx: &Ctxt, model: &Model, lists: &[Path], cap: u32, span: Span) {
    for list in lists {
        let [Step::Key(key)] = list.steps.as_slice() else {
            continue;
        };
        let Some(field) = model.field(key) else {
            continue;
        };
        let least = field.bounds.limits.iter().find_map(|limit| match &limit.bound {
            Bound::Items(range) if limit.basis.tier == Tier::Documented => range.min,
            _ => None,
        });
        if let Some(least) = least
            && cap < least
        {
            cx.error(
                span,
                format!("a cap of {cap} leaves no room: `{key}` has at least {least} items"),
            );
        }
    }
}

/// A path starts with a key of this struct.
fn path(cx: &Ctxt, model: &Model, used: &Use<'_>) {
    let first = used.path.first();
    let keys = || {
        model
            .fields
            .iter()
            .map(|field| field.key.as_str())
            .chain(model.known.iter().map(|known| known.key.text.as_str()))
    };
    if keys().all(|key| key != first) {
        cx.error(used.path.span, unknown("field", first, &keys().collect::<Vec<_>>()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_months_or_days() {
        for text in ["2026-03", "2026-03-12", "2026-12-31"] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "2026",
            "2026-3",
            "2026-13",
            "2026-00",
            "2026-03-32",
            "2026-03-12-1",
            "March",
            "",
            "-",
            "+026-03",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn routes_are_a_method_and_a_path() {
        assert_eq!(
            route("POST /kling/v1/videos/omni-video"),
            Ok(("POST", "/kling/v1/videos/omni-video"))
        );
        for text in [
            "/kling",
            "post /kling",
            "POST kling",
            "POST /a b",
            "POST /a/",
            "POST //a",
            "POST /a?b",
            "POST  /a",
            "",
        ] {
            assert!(route(text).is_err(), "{text}");
        }
    }
}

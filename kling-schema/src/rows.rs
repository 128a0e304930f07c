//! The rows of the table: every constraint by name, with its rule, basis and statement.

use crate::aspect::{self, End};
use crate::endpoints::ENDPOINTS;
use crate::rules::{self, Rule};
use crate::source::Basis;
use crate::statement::join;
use crate::table::{Bound, Field, Kind, KnownKey, Limit, Object, Presence, RatioRange};

/// One constraint.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// `omni-video/prompt/max-chars`; never reused for another meaning.
    pub name: String,
    /// The kind of finding when it is broken.
    pub rule: &'static Rule,
    /// Its tier, severity, source and note.
    pub basis: Basis,
    /// What it says: `at most 2500 characters (Unicode code points)`.
    pub statement: String,
    /// The bare value, for machines: `2500`, `5|10`, `2:5`.
    pub value: String,
    /// Short name of the request it belongs to.
    pub endpoint: &'static str,
}

/// The rows of every covered endpoint.
pub fn all() -> Vec<Row> {
    ENDPOINTS.iter().flat_map(|object| rows(object)).collect()
}

/// The rows of one request, in the order of its struct: fields first, then rules, then known keys.
pub fn rows(object: &'static Object) -> Vec<Row> {
    let mut walk = Walk { endpoint: object.name, rows: Vec::new() };
    walk.object(object, "");
    walk.rows
}

struct Walk {
    endpoint: &'static str,
    rows: Vec<Row>,
}

impl Walk {
    fn push(
        &mut self,
        path: &str,
        aspect: &str,
        rule: &'static Rule,
        basis: Basis,
        value: String,
        statement: String,
    ) {
        let name = if path.is_empty() {
            format!("{}/{aspect}", self.endpoint)
        } else {
            format!("{}/{path}/{aspect}", self.endpoint)
        };
        self.rows.push(Row { name, rule, basis, statement, value, endpoint: self.endpoint });
    }

    fn object(&mut self, object: &'static Object, path: &str) {
        for field in object.fields {
            let path = join_path(path, field.key);
            self.field(field, &path);
        }
        for constraint in object.constraints {
            let statement = constraint.check.to_string();
            self.push(
                path,
                constraint.name,
                constraint.rule,
                constraint.basis,
                statement.clone(),
                statement,
            );
        }
        for known in object.known {
            let path = join_path(path, known.key);
            let (aspect, rule, statement) = match known.what {
                KnownKey::Alias { of, rule, .. } => {
                    (aspect::ALIAS, rule, format!("another spelling of `{of}`"))
                }
                KnownKey::Legacy { of } => {
                    (aspect::LEGACY, &rules::shape::LEGACY_FIELD, format!("replaced by `{of}`"))
                }
                KnownKey::Upstream => (
                    aspect::UPSTREAM_KEY,
                    &rules::shape::UPSTREAM_FIELD,
                    "documented by Kling for this route".into(),
                ),
                KnownKey::Editor => {
                    (aspect::EDITOR, &rules::shape::EDITOR_FIELD, "the editor's own key".into())
                }
            };
            let value = match known.what {
                KnownKey::Alias { of, .. } | KnownKey::Legacy { of } => of.into(),
                KnownKey::Upstream | KnownKey::Editor => known.key.into(),
            };
            self.push(&path, aspect, rule, known.basis, value, statement);
        }
    }

    fn field(&mut self, field: &'static Field, path: &str) {
        let wrong_type = if matches!(field.kind, Kind::NumericId) {
            &rules::value::NOT_AN_ID
        } else {
            &rules::shape::WRONG_TYPE
        };
        let phrase = field.kind.phrase().into();
        let value = type_words(&field.kind);
        self.push(path, aspect::TYPE, wrong_type, field.shape, value, phrase);
        if let Presence::Required(basis) = field.presence {
            let rule = &rules::shape::MISSING_FIELD;
            self.push(path, aspect::REQUIRED, rule, basis, "yes".into(), "required".into());
        }
        self.values(&field.kind, field.limits, field.shape, path);
        self.nested(field, &field.kind, path, &format!("{path}[]"));
    }

    /// Rows of what stands inside a list or an object.
    fn nested(&mut self, field: &'static Field, kind: &Kind, path: &str, item: &str) {
        match kind {
            Kind::List(each) => {
                let object = each.usual().object();
                let shape = object.and_then(|object| object.shape).unwrap_or(field.shape);
                let phrase = each.phrase().into();
                self.push(
                    item,
                    aspect::TYPE,
                    &rules::shape::WRONG_TYPE,
                    shape,
                    type_words(each),
                    phrase,
                );
                self.values(each, field.each, field.shape, item);
                self.nested(field, each, item, &format!("{item}[]"));
            }
            Kind::Object(object) => self.object(object, path),
            Kind::Either { usual, .. } => self.nested(field, usual, path, item),
            Kind::Any
            | Kind::Bool
            | Kind::Text
            | Kind::Choice(_)
            | Kind::Number
            | Kind::Integer
            | Kind::NumericId
            | Kind::Media(_) => {}
        }
    }

    fn values(&mut self, kind: &Kind, limits: &'static [Limit], shape: Basis, path: &str) {
        if let Kind::Choice(choices) = kind {
            let values: Vec<&str> = choices.iter().map(|choice| choice.value).collect();
            let own = limits.iter().find(|limit| matches!(limit.bound, Bound::Choices));
            let basis = own.map_or(shape, |limit| limit.basis);
            let statement = join(&values, "or");
            let rule = &rules::value::NOT_ALLOWED;
            self.push(path, aspect::ONE_OF, rule, basis, values.join("|"), statement);
        }
        for limit in limits {
            for (end, value) in ends(&limit.bound) {
                let aspect = limit.bound.aspect(end);
                if aspect == aspect::ONE_OF {
                    continue;
                }
                let rule = rule_of(&limit.bound, end);
                self.push(path, aspect, rule, limit.basis, value, limit.bound.to_string());
            }
        }
    }
}

/// The kind a finding of a broken bound has.
fn rule_of(bound: &Bound, end: End) -> &'static Rule {
    use rules::{across, media, models, value};
    match (bound, end) {
        (Bound::Chars(_), End::Max) => &value::TOO_LONG,
        (Bound::Chars(_), End::Min) => &value::TOO_SHORT,
        (Bound::Names(_) | Bound::OtherNames(_), _) => &models::UNKNOWN_MODEL,
        (Bound::TakenUpstream(_) | Bound::Choices, _) => &value::NOT_ALLOWED,
        (Bound::Value(_), _) => &value::OUT_OF_RANGE,
        (Bound::Items(_), End::Min) => &value::TOO_FEW_ITEMS,
        (Bound::Items(_), End::Max) => &value::TOO_MANY_ITEMS,
        (Bound::Url, _) => &value::BAD_CALLBACK,
        (Bound::Unique, _) => &across::REUSED_ID,
        (Bound::Forms(_), _) => &media::NOT_A_MEDIA_SOURCE,
        (Bound::Formats(_), _) => &media::WRONG_FORMAT,
        (Bound::Bytes(_), _) => &media::TOO_MANY_BYTES,
        (Bound::Edge(_), End::Min) => &media::TOO_FEW_PIXELS,
        (Bound::Edge(_), End::Max) => &media::TOO_MANY_PIXELS,
        (Bound::Ratio(_), _) => &media::BAD_RATIO,
        (Bound::Seconds(_), End::Min) => &media::TOO_SHORT_VIDEO,
        (Bound::Seconds(_), End::Max) => &media::TOO_LONG_VIDEO,
        (Bound::FramesPerSecond(_), _) => &media::BAD_FRAME_RATE,
    }
}

/// Each end that a bound has, with its bare value.
fn ends(bound: &Bound) -> Vec<(End, String)> {
    fn range<T: ToString + Copy>(min: Option<T>, max: Option<T>) -> Vec<(End, String)> {
        let min = min.map(|value| (End::Min, value.to_string()));
        let max = max.map(|value| (End::Max, value.to_string()));
        min.into_iter().chain(max).collect()
    }
    let one = |value: String| vec![(End::Max, value)];
    match bound {
        Bound::Chars(bounds) | Bound::Items(bounds) | Bound::Edge(bounds) => {
            range(bounds.min, bounds.max)
        }
        Bound::Seconds(bounds) | Bound::FramesPerSecond(bounds) => range(bounds.min, bounds.max),
        Bound::Value(bounds) => range(bounds.min, bounds.max),
        Bound::Names(names) | Bound::OtherNames(names) | Bound::TakenUpstream(names) => {
            one(names.join("|"))
        }
        Bound::Choices => one(String::new()),
        Bound::Url => one("http|https".into()),
        Bound::Unique => one("yes".into()),
        Bound::Forms(forms) => {
            let url = forms.url.then_some("url");
            let base64 = forms.base64.then_some("base64");
            one(url.into_iter().chain(base64).collect::<Vec<_>>().join("|"))
        }
        Bound::Formats(formats) => {
            one(formats.iter().map(|format| format.name()).collect::<Vec<_>>().join("|"))
        }
        Bound::Bytes(size) => one(format!("{} MB", size.0)),
        Bound::Ratio(RatioRange { min, max }) => {
            one(format!("{}:{}..{}:{}", min.width, min.height, max.width, max.height))
        }
    }
}

/// The JSON types, for machines: `string`, `array|object`.
fn type_words(kind: &Kind) -> String {
    match kind {
        Kind::Any => "any".into(),
        Kind::Bool => "boolean".into(),
        Kind::Text | Kind::Choice(_) | Kind::Media(_) => "string".into(),
        Kind::Number => "number".into(),
        Kind::Integer => "integer".into(),
        Kind::NumericId => "integer|digits".into(),
        Kind::List(_) => "array".into(),
        Kind::Object(_) => "object".into(),
        Kind::Either { usual, tolerated } => {
            format!("{}|{}", type_words(usual), type_words(tolerated))
        }
    }
}

fn join_path(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

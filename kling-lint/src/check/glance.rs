//! A request in which nothing is wrong, judged while it is read: no node is made of it. Fields that may not be
//! right are left to be judged with care ([`doubts`](super::doubts)). Where that does not do, the request is
//! read and judged anew, and what was known of its values by then need not be found out again.

use kling_schema::rules::Rule;
use kling_schema::rules::shape::NULL_VALUE;
use kling_schema::{Check, Constraint, Object, Reference, Severity};

use super::doubts::Doubts;
use super::facts::Fact;
use super::plan::Plan;
use super::room::with_room;
use super::silence::{Known, Says};
use super::trail::Trail;
use super::{Unique, Uniques, references, value};
use crate::media::Hosts;
use crate::names::NameSet;
use crate::read::{Cursor, Tape, TapedString, Text};
use crate::unlisted::Counts;

/// What is known of the fields of a request, in the order of its table.
#[derive(Debug, Default)]
pub(crate) struct Foreknown(Vec<Fact>);

impl Foreknown {
    /// Nothing is known any more.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// What is known of a field, if anything.
    pub(super) fn of(&self, field: usize) -> Option<Fact> {
        self.0.get(field).copied().filter(|fact| *fact != Fact::Absent)
    }
}

/// A request about which there is nothing to say but what is to be said of single fields.
#[derive(Debug)]
pub(crate) struct Glanced<'t> {
    /// Its keys.
    pub(crate) names: NameSet,
    /// The model that it names, unless that is doubtful.
    pub(crate) model: Option<Text<'t>>,
    /// Values that must differ between requests, of the fields that are right.
    pub(crate) unique: Uniques,
    /// Fields that are to be judged with care.
    pub(crate) doubts: Doubts,
    /// What is only counted of what is to be said of the others, and how many URLs at odd hosts are beside.
    pub(crate) counts: Counts,
    pub(crate) odd: usize,
}

/// Whether the requests of a table may have all of these keys.
pub(crate) fn may_have(object: &'static Object, names: NameSet) -> bool {
    Plan::of(object).is_some_and(|plan| names.is_within(plan.names()))
}

/// Judges a text that is nowhere cut against a table, which may be that of another endpoint unless it is sure;
/// what is doubtful is put on the tape. If all of it is to be judged with care, its keys by then come back, and
/// what is known by then is kept.
pub(crate) fn glance<'t>(
    text: &'t [u8],
    object: &'static Object,
    is_sure: bool,
    counts_as: CountsAs<'_>,
    hosts: &mut Hosts,
    known: &mut Foreknown,
    tape: &mut Tape,
) -> Result<Glanced<'t>, NameSet> {
    known.forget();
    let Some(plan) = Plan::of(object) else {
        return Err(NameSet::NONE);
    };
    with_room(object.fields.len(), Met::default(), |met| {
        with_room(object.fields.len(), Fact::default(), |facts| {
            let (there, odd, names, doubts) = (0, 0, NameSet::NONE, Doubts::default());
            let mut counts = Counts::default();
            let mut glance =
                Glance { object, plan, met, facts, there, odd, names, tape, doubts, counts_as };
            let is_whole = glance.read(text, is_sure, hosts, &mut counts).is_some();
            let odd = hosts.counted();
            if is_whole && glance.is_silent(&mut counts) {
                return Ok(glance.done(counts, odd));
            }
            glance.doubt_odd();
            known.0.extend_from_slice(glance.facts);
            Err(glance.names)
        })
    })
}

struct Glance<'g, 't> {
    object: &'static Object,
    plan: &'static Plan,
    /// By field.
    met: &'g mut [Met<'t>],
    facts: &'g mut [Fact],
    /// Fields that are there, a bit each, and those that hold URLs at odd hosts, if these are only counted.
    there: u64,
    odd: u64,
    names: NameSet,
    tape: &'g mut Tape,
    doubts: Doubts,
    counts_as: CountsAs<'g>,
}

/// As what findings of a rule that rest on a severity are counted, if they are only counted.
type CountsAs<'g> = &'g dyn Fn(&'static Rule, Severity) -> Option<Severity>;

/// A value that was met.
#[derive(Clone, Copy, Default)]
struct Met<'t> {
    raw: &'t [u8],
    start: usize,
}

impl<'t> Met<'t> {
    /// A string without its quotes.
    fn string(self) -> &'t [u8] {
        &self.raw[1..self.raw.len() - 1]
    }
}

impl<'t> Glance<'_, 't> {
    /// Reads as long as it can be told what is what.
    fn read(
        &mut self,
        text: &'t [u8],
        is_sure: bool,
        hosts: &mut Hosts,
        counts: &mut Counts,
    ) -> Option<()> {
        let mut cursor = Cursor::new(text);
        cursor.opens(b'{')?;
        loop {
            let name = cursor.key()?;
            self.names.insert(name);
            let index = self.plan.field(name)?;
            let bit = 1 << index;
            if self.there & bit != 0 {
                // Of a key written twice nothing is known.
                self.facts[index] = Fact::Unknown;
                return None;
            }
            let (start, odd) = (cursor.pos(), hosts.odd());
            let fact = self.plan.fact(index, &mut cursor, hosts);
            (self.facts[index], self.there) = (fact, self.there | bit);
            if fact == Fact::Unknown {
                // The model may tell the endpoint.
                if !is_sure && self.plan.model() == Some(index) {
                    return None;
                }
                cursor = Cursor::at(text, start);
                if cursor.null().is_some() && self.counts_null(index, counts) {
                    // It is as if it were not there.
                    self.facts[index] = Fact::Absent;
                } else {
                    cursor = Cursor::at(text, start);
                    self.doubts.add(index, &mut cursor, self.tape)?;
                }
            } else {
                self.met[index] = Met { raw: &text[start..cursor.pos()], start };
                if hosts.odd() > odd {
                    self.odd |= bit;
                }
            }
            if !cursor.goes_on(b'}')? {
                break;
            }
        }
        let is_whole = cursor.is_over() && self.plan.required() & !self.there == 0;
        is_whole.then_some(())
    }

    /// Whether `null` says nothing in a field, or what is only counted.
    fn counts_null(&self, field: usize, counts: &mut Counts) -> bool {
        let field = &self.object.fields[field];
        if field.nullable || value::required(&field.presence).is_some() {
            return field.nullable;
        }
        let Some(severity) = (self.counts_as)(&NULL_VALUE, value::NULL.severity) else {
            return false;
        };
        counts.add(&NULL_VALUE, severity, 1);
        true
    }

    /// Whether the rules across its fields have nothing to say that is not only counted.
    fn is_silent(&self, counts: &mut Counts) -> bool {
        let known = Known { facts: self.facts, there: self.there, only_fields: true };
        let says = self.plan.says(self.object);
        self.object.constraints.iter().zip(says).all(|(constraint, says)| {
            let holds = says.holds(known);
            if holds == Some(false) {
                return true;
            }
            let Constraint { rule, basis, check, .. } = constraint;
            if let Check::References { kinds, .. } = check {
                return self.refers_well(says, kinds);
            }
            if holds.is_none() {
                return false;
            }
            let counts_as = || (self.counts_as)(rule, basis.severity);
            let Some((places, severity)) = says.places(known).zip(counts_as()) else {
                return false;
            };
            counts.add(rule, severity, places);
            true
        })
    }

    /// Whether each token names an input, and each input is named.
    fn refers_well(&self, says: &Says, kinds: &[Reference]) -> bool {
        let [text, lists @ ..] = says.speaks_of() else { return false };
        if says.speaks_of().iter().any(|field| self.facts[*field] == Fact::Unknown) {
            return false;
        }
        let is_there = self.facts[*text] != Fact::Absent;
        let text = is_there.then(|| Text::sound(self.met[*text].string()));
        with_room(kinds.len(), 0, |counts| {
            for (count, list) in counts.iter_mut().zip(lists) {
                *count = match self.facts[*list] {
                    Fact::List { len, .. } => u64::from(len),
                    _ => 0,
                };
            }
            lists.len() == kinds.len() && references::are_sound(text, kinds, counts)
        })
    }

    /// Whoever judges with care says of URLs what was only counted.
    fn doubt_odd(&mut self) {
        for (index, fact) in self.facts.iter_mut().enumerate() {
            if self.odd & 1 << index != 0 {
                *fact = Fact::Unknown;
            }
        }
    }

    /// There is nothing to say but about the doubtful fields.
    fn done(self, counts: Counts, odd: usize) -> Glanced<'t> {
        let is_right = |field: &usize| self.facts[*field].is_sent() == Some(true);
        // Neither a name nor an id that is right has escapes.
        let text = |met: Met<'t>| Text::plain(met.string());
        let model = self.plan.model().filter(is_right).map(|field| text(self.met[field]));
        let mut unique = Uniques::new();
        if let Some((field, basis)) = self.plan.unique().filter(|(field, _)| is_right(field)) {
            let Met { raw, start } = self.met[field];
            let string = TapedString::plain(start..start + raw.len());
            let root = Trail::root(self.object.name);
            let trail = root.field(self.object.fields[field].key);
            unique.push(Unique::new(string, text(self.met[field]), basis, &trail));
        }
        Glanced { names: self.names, model, unique, doubts: self.doubts, counts, odd }
    }
}

#[cfg(test)]
mod tests {
    use kling_schema::endpoints;
    use proptest::prelude::*;

    use super::*;
    use crate::linter::{Linter, Scratch};
    use crate::load::Loaded;

    /// Requests as people write them, in which nothing is wrong.
    const SOUND: [(&str, &str); 5] = [
        (
            "image2video",
            r#"{"model_name": "kling-v1-6", "image": "https://cdn.acme.io/cat.jpg", "mode": "pro",
                "image_tail": "https://cdn.acme.io/dog.png?x=1", "prompt": "Überall Regen.", "duration": "5",
                "cfg_scale": 0.5, "external_task_id": "cat-1"}"#,
        ),
        (
            "image2video",
            r#"{"image":"https://cdn.acme.io/cat.jpg","model_name":"kling-v1","duration":"5",
                "static_mask":"https://cdn.acme.io/m.png","dynamic_masks":[{"mask":"https://cdn.acme.io/m.png",
                "trajectories":[{"x":1,"y":2},{"x":30,"y":40}]}]}"#,
        ),
        (
            "multi-image2video",
            r#"{"image_list": [{"image": "https://cdn.acme.io/cat.jpg"}, {"image": "https://h2.acme.io/b.jpeg"}],
                "model_name": "kling-v1-6", "prompt": "The cats meet.", "mode": "std", "duration": "10",
                "callback_url": "https://hooks.acme.io/kling"}"#,
        ),
        (
            "multi-image2image",
            r#"{"model_name": "kling-v2", "subject_image_list": [{"subject_image": "https://cdn.acme.io/a.png"},
                {"subject_image": "https://cdn.acme.io/b.png"}], "prompt": "風", "n": 2, "aspect_ratio": "16:9"}"#,
        ),
        (
            "omni-video",
            "{\"prompt\": \"<<<image_1>>> meets <<<element_1>>> and <<<element_2>>>.\",\n\
             \t\"image_list\": [{\"image_url\": \"https://cdn.acme.io/a.png\"}],\r\n\
             \t\"element_list\": [{\"element_id\": 829836802793406551}, {\"element_id\": 7}],\n\
             \t\"model_name\": \"kling-video-o1\", \"mode\": \"pro\", \"aspect_ratio\": \"1:1\", \"duration\": \"7\"}\n",
        ),
    ];

    /// How much is counted, where nothing is doubtful.
    fn counted(endpoint: &str, text: &str, counts: bool) -> Result<Option<usize>, NameSet> {
        let object = endpoints::find(endpoint).expect("an endpoint");
        let (mut hosts, mut known, mut tape) = Default::default();
        let (text, known, tape) = (text.as_bytes(), &mut known, &mut tape);
        let counts_as = |_: &_, severity| counts.then_some(severity);
        let glanced = glance(text, object, true, &counts_as, &mut hosts, known, tape);
        glanced.map(|it| it.doubts.is_empty().then(|| it.counts.total()))
    }

    /// Whether nothing is doubtful.
    fn glanced(endpoint: &str, text: &str) -> Result<bool, NameSet> {
        counted(endpoint, text, false).map(|counted| counted.is_some())
    }

    #[test]
    fn sound_requests_take_no_more_than_a_glance() {
        for (endpoint, text) in SOUND {
            assert_eq!(glanced(endpoint, text), Ok(true), "{text}");
            let linter = Linter::builder().endpoint(endpoint).build().expect("an endpoint");
            assert!(linter.lint_str(text).findings().is_empty(), "{text}");
            let compact: String = text.split_ascii_whitespace().collect();
            assert_eq!(glanced(endpoint, &compact), Ok(true), "{compact}");
        }
    }

    /// Some languages escape slashes, most all that is not ASCII.
    #[test]
    fn escapes_take_no_more_than_a_glance() {
        for (endpoint, text) in SOUND {
            let escaped: String = text
                .chars()
                .map(|char| match char {
                    '/' => "\\/".to_owned(),
                    char if char.is_ascii() => char.into(),
                    char => format!("\\u{:04x}", u32::from(char)),
                })
                .collect();
            assert_eq!(glanced(endpoint, &escaped), Ok(true), "{escaped}");
        }
        let (endpoint, text) = SOUND[0];
        let long = |text: &str, many: usize| text.repeat(many);
        for (other, is_right) in [
            (long("\\u98a8", 500), true),
            (long("\\u98a8", 501), false),
            (long("\\ud83d\\ude00", 250), true),
            // Too many units.
            (long("\\ud83d\\ude00", 251), false),
            (long("\\n", 500).replacen("\\n", "a", 1), true),
            // Half a pair.
            ("\\ud83d".to_owned(), false),
            ("\\x".to_owned(), false),
        ] {
            let other = text.replace("Überall Regen.", &other);
            assert_eq!(glanced(endpoint, &other) == Ok(true), is_right, "{other}");
        }
    }

    #[test]
    fn what_is_only_counted_takes_no_more_than_a_glance() {
        let (endpoint, text) = SOUND[0];
        let text = text.replace("\"pro\"", "\"std\"").replace("kling-v1-6", "kling-v2-1");
        // The last frame needs another mode, and this model has no `cfg_scale`.
        assert!(glanced(endpoint, &text).is_err());
        assert_eq!(counted(endpoint, &text, true), Ok(Some(2)));
    }

    #[test]
    fn what_says_nothing_takes_no_more_than_a_glance() {
        let (endpoint, text) = SOUND[4];
        let empty = r#""callback_url": "", "external_task_id": "", "video_list": [], "mode":"#;
        let text = text.replace("\"mode\":", empty);
        assert_eq!(glanced(endpoint, &text), Ok(true), "{text}");
        let null = text.replace("\"\"", "null");
        assert_eq!(glanced(endpoint, &null), Ok(false), "{null}");
        assert_eq!(counted(endpoint, &null, true), Ok(Some(2)), "{null}");
        let required = text.replace("\"<<<image_1>>>", "null, \"callback_url\": \"");
        assert!(glanced(endpoint, &required).is_err(), "{required}");
    }

    /// What no model supports was said of one that is not known.
    #[test]
    fn of_a_model_that_is_not_known_nothing_is_counted() {
        let text = r#"{"image": "https://cdn.acme.io/a", "model_name": "MODEL", "duration": "10",
            "static_mask": "https://cdn.acme.io/a"}"#;
        let known = text.replace("MODEL", "kling-v1-6");
        assert_eq!(counted("image2video", &known, true), Ok(Some(1)));
        assert!(counted("image2video", text, true).is_err());
    }

    #[test]
    fn single_fields_are_left_to_be_judged() {
        let (endpoint, text) = SOUND[0];
        for (old, new) in [
            ("\"5\"", "5"),
            ("Regen", &*"Regen ".repeat(100)),
            ("cat-1", "\\u0063at-1"),
            ("Überall", "\\u0009Überall"),
            ("0.5", "[{\"a\": 1}]"),
            ("\"cat-1\"", "null"),
        ] {
            let other = text.replacen(old, new, 1);
            assert_ne!(other, text);
            assert_eq!(glanced(endpoint, &other), Ok(false), "{other}");
        }
    }

    #[test]
    fn any_other_takes_more() {
        let (endpoint, text) = SOUND[0];
        let image = "\"image\": \"https://cdn.acme.io/cat.jpg\", ";
        let prompt = "\"prompt\": \"Überall Regen.\"";
        for (old, new) in [
            // Written twice, missing, unknown, refused by a rule, no JSON.
            (prompt, format!("{prompt}, \"prompt\": \"a cat\"")),
            (image, String::new()),
            (prompt, format!("{prompt}, \"promt\": \"a cat\"")),
            ("\"pro\"", "\"std\"".to_owned()),
            ("0.5", ".5".to_owned()),
            ("0.5", "[".repeat(600) + &"]".repeat(600)),
            ("0.5", format!("[{}0]", "0,".repeat(9_000))),
        ] {
            let other = text.replacen(old, &new, 1);
            assert_ne!(other, text);
            assert!(glanced(endpoint, &other).is_err(), "{other}");
        }
        for other in ["", "{", "{}", "[]", "null", &text[..text.len() - 1], &format!("{text}x")] {
            assert!(glanced(endpoint, other).is_err(), "{other}");
        }
    }

    #[test]
    fn what_is_to_be_remembered_is() {
        let (endpoint, text) = SOUND[0];
        let linter = Linter::builder().endpoint(endpoint).build().expect("an endpoint");
        let mut session = linter.session();
        assert!(session.lint_bytes(text.as_bytes(), None).findings().is_empty());
        let again = session.lint_bytes(text.as_bytes(), None);
        let found: Vec<_> =
            again.findings().iter().map(|it| (it.rule.name, &*it.pointer)).collect();
        assert_eq!(found, [("reused-id", "/external_task_id")]);
        let span = again.findings()[0].span;
        assert_eq!(&text[span.start as usize..span.end as usize], "\"cat-1\"");
    }

    /// A number before a form feed, which the reader takes for a word, was taken for a number.
    #[test]
    fn a_word_that_looks_like_a_number_is_none() {
        let linter = Linter::builder().endpoint("image2video").build().expect("an endpoint");
        let request = "{\"image\": \"https://cdn.acme.io/cat.jpg\", \"cfg_scale\": 0.5\u{c}}";
        let report = linter.lint_str(request);
        assert!(report.findings().iter().any(|it| it.pointer == "/cfg_scale"), "{report:?}");
    }

    /// A value that the reader has given up was taken for the string that it begins with.
    #[test]
    fn a_broken_value_is_not_a_sound_one() {
        let (endpoint, text) = SOUND[4];
        let linter = Linter::builder().endpoint(endpoint).build().expect("an endpoint");
        let report = linter.lint_str(&text.replace("\"1:1\",", "\"1:1\":"));
        let is_defaulted = |it: &crate::Finding| it.rule.name == "default-applies";
        assert!(report.findings().iter().any(is_defaulted), "{report:?}");
    }

    /// Bytes that mean something, in JSON and in values.
    fn byte() -> impl Strategy<Value = u8> {
        let telling =
            b"\"\\{}[]:,<>_ \t\n\r\x00\x1f0159.-eEt/?#@\x7f\x80\xc3\xa9\xe2\xf0\xff".to_vec();
        prop_oneof![9 => proptest::sample::select(telling), 1 => any::<u8>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// Where assertions are checked the careful way is taken too, and must say the same.
        #[test]
        fn damaged_requests_are_judged_as_with_care(
            index in 0..SOUND.len(),
            edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..3_u8, byte()), 0..4),
            is_told in any::<bool>(),
        ) {
            prop_assume!(cfg!(debug_assertions));
            let (endpoint, text) = SOUND[index];
            let mut damaged = text.as_bytes().to_vec();
            for (at, what, byte) in edits {
                let at = at.index(damaged.len());
                match what {
                    0 => damaged[at] = byte,
                    1 => damaged.insert(at, byte),
                    _ => { damaged.remove(at); }
                }
            }
            let builder = Linter::builder();
            let builder = if is_told { builder.endpoint(endpoint) } else { builder };
            let linter = builder.build().expect("an endpoint");
            let mut scratch = Scratch::default();
            // The second is told by the first.
            for text in [text.as_bytes(), &damaged] {
                linter.lint_next(&Loaded::from_bytes(text), None, &mut scratch);
            }
        }
    }
}

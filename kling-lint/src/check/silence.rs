//! Which rules across fields have nothing to say, told by what is known of the fields: most are about
//! fields, or values of them, that most requests do not have.

use kling_schema::{Axis, Check, Field, Kind, Object, Path, Range, Step, When};

use super::facts::{Chosen, Fact};

/// What is known of the fields of an object.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// By field.
    pub(super) facts: &'a [Fact],
    /// Those that are there, a bit each.
    pub(super) there: u64,
    /// Whether there is no other key.
    pub(super) only_fields: bool,
}

impl Known<'_> {
    fn of(&self, field: usize) -> Fact {
        self.facts.get(field).copied().unwrap_or(Fact::Unknown)
    }
}

/// When a rule may have something to say.
pub(super) struct Says {
    /// Of each of these sets of fields one must be there; a bit each.
    needs: Vec<u64>,
    test: Test,
    places: Places,
    /// The fields of a rule about references: the text, and the list of each kind.
    speaks_of: Vec<usize>,
}

/// Where a rule says something, once it does.
enum Places {
    /// Facts do not tell.
    Untold,
    /// At one place.
    One,
    /// At each of these fields that is sent.
    Each(Vec<usize>),
}

/// A condition, as far as facts tell it.
enum Test {
    /// They do not.
    Untold,
    Always,
    /// The field is sent.
    Sent(usize),
    /// The field is there, perhaps with nothing in it.
    There(usize),
    /// Something has to be said about the field, or was: of a picture the size may be known, a model may be none.
    Unsure(usize),
    /// A key that is no field is sent.
    OtherSent,
    /// The value of the field is one of these: a bit each, by their order in its set, and [`ABSENT`].
    Among(usize, u64),
    /// An item of the list has one of these.
    Items(usize, Chosen),
    /// The list's length is one of these.
    Len(usize, Range<u32>),
    /// The lists hold more items than this together.
    More(Vec<usize>, u32),
    /// Two of these hold, or more.
    Two(Vec<Test>),
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
}

/// The bit of a value that is absent.
const ABSENT: u64 = 1 << 63;

impl Says {
    /// What is known beforehand of a rule of this table.
    pub(super) fn of(object: &'static Object, check: &Check) -> Self {
        let reader = Reader { object };
        let test = reader.says(check);
        let mut needs = Vec::new();
        test.add_needs(&mut needs);
        let speaks_of = reader.speaks_of(check).unwrap_or_default();
        Says { needs, test, places: reader.places(check), speaks_of }
    }

    /// The fields of a rule about references: the text, and the list of each kind. None of any other rule.
    pub(super) fn speaks_of(&self) -> &[usize] {
        &self.speaks_of
    }

    /// Whether it may say something about these fields.
    #[inline]
    pub(super) fn something(&self, known: Known<'_>) -> bool {
        self.holds(known) != Some(false)
    }

    /// Whether it says something about these fields; nothing if that is not known.
    #[inline]
    pub(super) fn holds(&self, known: Known<'_>) -> Option<bool> {
        let may_hold = self.needs.iter().all(|set| set & known.there != 0);
        if may_hold { self.test.holds(known) } else { Some(false) }
    }

    /// At how many places it says something, once it does, if that is known.
    #[cold]
    pub(super) fn places(&self, known: Known<'_>) -> Option<u32> {
        match &self.places {
            Places::Untold => None,
            Places::One => Some(1),
            Places::Each(fields) => {
                let is_sent = |field: &&usize| known.of(**field).is_sent() == Some(true);
                Some(fields.iter().filter(is_sent).count() as u32)
            }
        }
    }
}

impl Test {
    /// Adds sets of fields, of each of which one must be there for it to hold.
    fn add_needs(&self, needs: &mut Vec<u64>) {
        match self {
            Test::All(tests) => tests.iter().for_each(|test| test.add_needs(needs)),
            _ => needs.extend(self.need()),
        }
    }

    /// The fields of which one must be there, if one must.
    fn need(&self) -> Option<u64> {
        match self {
            Test::Sent(field)
            | Test::There(field)
            | Test::Unsure(field)
            | Test::Items(field, _) => bit(*field),
            Test::Among(field, values) if values & ABSENT == 0 => bit(*field),
            Test::More(lists, _) => all(lists.iter().map(|list| bit(*list))),
            Test::Any(tests) | Test::Two(tests) => all(tests.iter().map(Test::need)),
            Test::All(tests) => tests.iter().find_map(Test::need),
            Test::Untold
            | Test::Always
            | Test::OtherSent
            | Test::Among(..)
            | Test::Len(..)
            | Test::Not(_) => None,
        }
    }

    /// Whether it holds; nothing if that is not known.
    fn holds(&self, known: Known<'_>) -> Option<bool> {
        match self {
            Test::Untold => None,
            Test::Always => Some(true),
            Test::OtherSent => known.only_fields.then_some(false),
            Test::Sent(field) => known.of(*field).is_sent(),
            Test::There(field) => match known.of(*field) {
                Fact::Absent => Some(false),
                Fact::Unknown => None,
                _ => Some(true),
            },
            Test::Unsure(field) => match known.of(*field) {
                Fact::Unknown => None,
                _ => Some(false),
            },
            Test::Among(field, values) => {
                let bit = match known.of(*field) {
                    Fact::Absent => ABSENT,
                    Fact::One(index) => 1_u64.checked_shl(u32::from(index))?,
                    _ => return None,
                };
                Some(values & bit != 0)
            }
            Test::Items(list, wanted) => match known.of(*list) {
                Fact::Absent | Fact::Empty => Some(false),
                Fact::List { chosen, .. } => Some(chosen.meets(*wanted)),
                Fact::Unknown | Fact::One(_) | Fact::Object(_) => None,
            },
            Test::Len(list, range) => Some(range.contains(len(known, *list)?)),
            Test::More(lists, cap) => {
                let mut total = 0;
                for list in lists {
                    total += len(known, *list)?;
                }
                Some(total > *cap)
            }
            Test::Two(tests) => {
                let (mut sure, mut possible) = (0, 0);
                for test in tests {
                    let holds = test.holds(known);
                    sure += usize::from(holds == Some(true));
                    possible += usize::from(holds != Some(false));
                }
                if sure < 2 && possible >= 2 { None } else { Some(sure >= 2) }
            }
            Test::Not(test) => test.holds(known).map(|holds| !holds),
            Test::All(tests) => decided(tests, known, false),
            Test::Any(tests) => decided(tests, known, true),
        }
    }
}

fn not(test: Test) -> Test {
    Test::Not(Box::new(test))
}

/// The bit of a field, where there is one.
fn bit(field: usize) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(field).ok()?)
}

/// All of some sets.
fn all(mut sets: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    sets.try_fold(0, |all, set| Some(all | set?))
}

/// Whether one of the tests comes out this way, or none does.
fn decided(tests: &[Test], known: Known<'_>, way: bool) -> Option<bool> {
    let mut others = Some(!way);
    for test in tests {
        match test.holds(known) {
            Some(holds) if holds == way => return Some(way),
            Some(_) => {}
            None => others = None,
        }
    }
    others
}

/// How many items a list is known to have.
fn len(known: Known<'_>, list: usize) -> Option<u32> {
    match known.of(list) {
        Fact::Absent | Fact::Empty => Some(0),
        Fact::List { len, .. } => Some(u32::from(len)),
        Fact::Unknown | Fact::One(_) | Fact::Object(_) => None,
    }
}

/// Puts rules of a table into tests.
struct Reader {
    object: &'static Object,
}

/// Where a path leads.
enum Way {
    /// To a field.
    Field(usize),
    /// To a key that is none.
    Other,
    /// To a field of a list's items.
    Item { list: usize, field: usize, of: &'static Field },
    /// Further.
    Far,
}

impl Reader {
    fn says(&self, check: &Check) -> Test {
        match check {
            Check::CountCap { lists, cases, otherwise } => self.count_cap(lists, cases, *otherwise),
            Check::Requires { when, needs } => Test::All(vec![self.when(when), self.not(needs)]),
            Check::AtMostOne(groups) => {
                Test::Two(groups.iter().map(|group| self.any_sent(group)).collect())
            }
            Check::Only { path, values, when } => {
                Test::All(vec![self.outside(*path, values), self.when(when)])
            }
            Check::Forbid { path, when } | Check::Ignored { path, when } => {
                Test::All(vec![self.sent(*path), self.when(when)])
            }
            Check::Unread { path, when } => Test::All(vec![self.there(*path), self.when(when)]),
            Check::Defaulted { path, when } => {
                Test::All(vec![not(self.sent(*path)), self.when(when)])
            }
            Check::Supported { paths, axes, rows } => {
                let rows = rows.iter().map(|row| self.row(axes, row)).collect();
                let mut all = vec![self.any_sent(paths), not(Test::Any(rows))];
                // Of a model that is not known nothing is said.
                all.extend(axes.first().map(|model| not(self.unsure(model.path))));
                Test::All(all)
            }
            Check::References { text, kinds, .. } => {
                let lists = kinds.iter().map(|kind| self.begins(kind.list));
                Test::Any(std::iter::once(self.begins(*text)).chain(lists).collect())
            }
            // Those of one list are compared with each other, too.
            Check::SameSize(one, _) => self.unsure(*one),
            Check::SameRatio(one, other) => Test::All(vec![self.unsure(*one), self.unsure(*other)]),
            Check::PointsInside { points, image } => {
                Test::All(vec![self.begins(*points), self.unsure(*image)])
            }
        }
    }

    fn places(&self, check: &Check) -> Places {
        let one = |is_one| if is_one { Places::One } else { Places::Untold };
        match check {
            Check::Supported { paths, .. } => {
                let fields: Option<_> = paths.iter().map(|path| self.field(*path)).collect();
                fields.map_or(Places::Untold, Places::Each)
            }
            Check::Only { path, .. }
            | Check::Forbid { path, .. }
            | Check::Ignored { path, .. }
            | Check::Unread { path, .. } => one(self.field(*path).is_some()),
            Check::Requires { .. } | Check::AtMostOne(_) => Places::One,
            Check::Defaulted { path, .. } => {
                let field = self.field(*path).map(|field| &self.object.fields[field]);
                one(field.is_some_and(|field| field.default.is_some()))
            }
            Check::CountCap { .. }
            | Check::References { .. }
            | Check::SameSize(..)
            | Check::SameRatio(..)
            | Check::PointsInside { .. } => Places::Untold,
        }
    }

    fn speaks_of(&self, check: &Check) -> Option<Vec<usize>> {
        let Check::References { text, kinds, .. } = check else { return None };
        let paths = std::iter::once(*text).chain(kinds.iter().map(|kind| kind.list));
        paths.map(|path| self.field(path)).collect()
    }

    /// More items than the first case allows that holds.
    fn count_cap(&self, lists: &[Path], cases: &[(When, u32)], otherwise: u32) -> Test {
        let lists: Option<Vec<usize>> = lists.iter().map(|list| self.field(*list)).collect();
        let Some(lists) = lists else { return Test::Untold };
        let mut any = Vec::new();
        for index in 0..=cases.len() {
            let (case, cap) = match cases.get(index) {
                Some((when, cap)) => (self.when(when), *cap),
                None => (Test::Always, otherwise),
            };
            let mut all = vec![Test::More(lists.clone(), cap), case];
            all.extend(cases.iter().take(index).map(|(earlier, _)| self.not(earlier)));
            any.push(Test::All(all));
        }
        Test::Any(any)
    }

    /// The values that a row admits.
    fn row(&self, axes: &[Axis], row: &[Option<&'static str>]) -> Test {
        let cell = |(axis, cell): (&Axis, &Option<&'static str>)| {
            Some(self.is(axis.path, &[(*cell)?], Some(axis.default)))
        };
        Test::All(axes.iter().zip(row).filter_map(cell).collect())
    }

    fn when(&self, when: &When) -> Test {
        match when {
            When::Always => Test::Always,
            When::Present(path) => self.there(*path),
            When::NonEmpty(path) => self.sent(*path),
            When::Len(path, range) => {
                self.field(*path).map_or(Test::Untold, |list| Test::Len(list, *range))
            }
            When::Is { path, values, default } => self.is(*path, values, *default),
            When::Not(when) => self.not(when),
            When::All(all) => Test::All(all.iter().map(|when| self.when(when)).collect()),
            When::Any(any) => Test::Any(any.iter().map(|when| self.when(when)).collect()),
        }
    }

    fn not(&self, when: &When) -> Test {
        not(self.when(when))
    }

    fn any_sent(&self, paths: &[Path]) -> Test {
        Test::Any(paths.iter().map(|path| self.sent(*path)).collect())
    }

    fn sent(&self, path: Path) -> Test {
        match self.way(path) {
            Way::Field(field) => Test::Sent(field),
            Way::Other => Test::OtherSent,
            Way::Item { list, field, .. } => match Chosen::absent(field) {
                Some(absent) => Test::Items(list, Chosen::of(field).without(absent)),
                None => Test::Untold,
            },
            Way::Far => Test::Untold,
        }
    }

    fn there(&self, path: Path) -> Test {
        match self.way(path) {
            Way::Field(field) => Test::There(field),
            _ => self.sent(path),
        }
    }

    /// What a path begins with is sent.
    fn begins(&self, path: Path) -> Test {
        match self.way(path) {
            Way::Field(field) | Way::Item { list: field, .. } => Test::Sent(field),
            Way::Other => Test::OtherSent,
            Way::Far => Test::Untold,
        }
    }

    /// The size of a picture may be known: a URL tells none.
    fn unsure(&self, path: Path) -> Test {
        match self.way(path) {
            Way::Field(field) | Way::Item { list: field, .. } => Test::Unsure(field),
            Way::Other | Way::Far => Test::Untold,
        }
    }

    fn is(&self, path: Path, values: &[&str], default: Option<&str>) -> Test {
        let by_default = default.is_some_and(|default| values.contains(&default));
        match self.way(path) {
            Way::Field(field) => match among(&self.object.fields[field], values) {
                Some(set) => Test::Among(field, if by_default { set | ABSENT } else { set }),
                None => Test::Untold,
            },
            Way::Item { list, field, of } => {
                let chosen = || {
                    let mut chosen = Chosen::default();
                    for index in indices(set(of)?, values) {
                        chosen = chosen.and(Chosen::value(field, index)?);
                    }
                    Some(if by_default { chosen.and(Chosen::absent(field)?) } else { chosen })
                };
                chosen().map_or(Test::Untold, |chosen| Test::Items(list, chosen))
            }
            Way::Other | Way::Far => Test::Untold,
        }
    }

    /// A value is sent that is none of these.
    fn outside(&self, path: Path, values: &[&str]) -> Test {
        let Some(field) = self.field(path) else { return Test::Untold };
        match among(&self.object.fields[field], values) {
            Some(set) => Test::Among(field, !set & !ABSENT),
            None => Test::Untold,
        }
    }

    /// The field that a path leads to, if it is one at the top.
    fn field(&self, path: Path) -> Option<usize> {
        match self.way(path) {
            Way::Field(field) => Some(field),
            Way::Other | Way::Item { .. } | Way::Far => None,
        }
    }

    fn way(&self, path: Path) -> Way {
        let position = |object: &'static Object, key: &str| {
            object.fields.iter().position(|field| field.key == key)
        };
        match path.0 {
            [Step::Key(key)] => position(self.object, key).map_or(Way::Other, Way::Field),
            [Step::Key(key), Step::Each, Step::Key(inner)] => {
                let item = || {
                    let list = position(self.object, key)?;
                    let items = self.object.fields[list].kind.usual().each()?.usual().object()?;
                    let field = position(items, inner)?;
                    Some(Way::Item { list, field, of: &items.fields[field] })
                };
                item().unwrap_or(Way::Far)
            }
            _ => Way::Far,
        }
    }
}

/// The values of a field's set, in the order in which facts count them.
fn set(field: &'static Field) -> Option<Vec<&'static str>> {
    match field.kind.usual() {
        Kind::Choice(choices) => Some(choices.iter().map(|choice| choice.value).collect()),
        Kind::Text => field.limits.iter().find_map(|limit| limit.bound.names()).map(<[_]>::to_vec),
        _ => None,
    }
}

/// Where some values stand in a set. One that is not in it is of no request that is known.
fn indices(set: Vec<&'static str>, values: &[&str]) -> impl Iterator<Item = usize> {
    set.into_iter().enumerate().filter(|(_, own)| values.contains(own)).map(|(index, _)| index)
}

/// Some values of a field, a bit each.
fn among(field: &'static Field, values: &[&str]) -> Option<u64> {
    let set = set(field)?;
    let fits = set.len() < ABSENT.trailing_zeros() as usize;
    fits.then(|| indices(set, values).fold(0, |all, index| all | 1 << index))
}

#[cfg(test)]
mod tests {
    use kling_schema::endpoints::ENDPOINTS;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::Linter;
    use crate::linter::Scratch;
    use crate::load::Loaded;
    use crate::unlisted::{Sort, Unlisted};

    /// Values of a kind: most of them sound, of all that its sets have.
    fn value(kind: &'static Kind, own: Vec<&'static str>) -> BoxedStrategy<String> {
        let text = |text: &str| format!("{text:?}");
        let odd = select(vec!["null", "7", "true", "\"\"", "\"else\"", "[]", "{}", "[null]"]);
        let sound = match kind.usual() {
            Kind::Choice(_) | Kind::Text if !own.is_empty() => select(own).prop_map(text).boxed(),
            Kind::Choice(_) | Kind::Text | Kind::Any => {
                select(vec!["a cat", "<<<image_1>>> <<<element_1>>>"]).prop_map(text).boxed()
            }
            Kind::Bool => Just("true".to_owned()).boxed(),
            Kind::Number | Kind::Integer | Kind::NumericId => Just("1".to_owned()).boxed(),
            Kind::Media(_) => Just(text("https://cdn.acme.io/a")).boxed(),
            Kind::Object(object) => members(object),
            Kind::List(each) => proptest::collection::vec(value(each, Vec::new()), 1..9)
                .prop_map(|items| format!("[{}]", items.join(", ")))
                .boxed(),
            Kind::Either { .. } => unreachable!("the usual one is none"),
        };
        prop_oneof![15 => sound, 1 => odd.prop_map(str::to_owned)].boxed()
    }

    /// Objects with some of the fields of a table, and at times a key of none.
    fn members(object: &'static Object) -> BoxedStrategy<String> {
        let member = |field: &'static Field| {
            let written = value(&field.kind, set(field).unwrap_or_default())
                .prop_map(|value| format!("\"{}\": {value}", field.key));
            proptest::option::of(written).boxed()
        };
        let other = proptest::option::weighted(0.1, Just("\"camera_control\": {}".to_owned()));
        let all: Vec<_> = object.fields.iter().map(member).chain([other.boxed()]).collect();
        all.prop_map(|all| {
            format!("{{{}}}", all.into_iter().flatten().collect::<Vec<_>>().join(", "))
        })
        .boxed()
    }

    fn sorts_that_may_go() -> impl Strategy<Value = Vec<Sort>> {
        let all: Vec<_> = Sort::all().collect();
        let most = all.len();
        proptest::sample::subsequence(all, 0..=most)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Each rule that is passed over is asked all the same where assertions are checked: see
        /// [`across::check`](super::super::across).
        #[test]
        fn rules_that_are_passed_over_say_nothing(
            (object, request) in select(ENDPOINTS).prop_flat_map(|object| (Just(object), members(object)))
        ) {
            prop_assume!(cfg!(debug_assertions));
            let linter = Linter::builder().endpoint(object.name).build().expect("an endpoint");
            linter.lint_str(&request);
        }

        /// What is counted at a glance is counted again where assertions are checked, one finding after the other.
        #[test]
        fn what_rules_say_is_counted(
            (object, request) in select(ENDPOINTS).prop_flat_map(|object| (Just(object), members(object))),
            sorts in sorts_that_may_go(),
            infos in any::<bool>(),
        ) {
            prop_assume!(cfg!(debug_assertions));
            let linter = Linter::builder().endpoint(object.name).build().expect("an endpoint");
            let scratch = &mut Scratch::unlisting(Unlisted { infos, sorts });
            linter.lint_next(&Loaded::from_bytes(request.as_bytes()), None, scratch);
        }
    }

    #[test]
    fn most_rules_are_told_beforehand() {
        for object in ENDPOINTS {
            let facts = vec![Fact::Absent; object.fields.len()];
            let untold = object.constraints.iter().filter(|constraint| {
                let known = Known { facts: &facts, there: 0, only_fields: true };
                Says::of(object, &constraint.check).something(known)
            });
            // Nothing is sent: only what speaks of absence may be said.
            assert!(untold.count() <= 1, "{}", object.name);
        }
    }
}

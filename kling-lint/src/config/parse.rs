//! From the text of a config to what it says, or to all its mistakes.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use kling_schema::endpoints::{self, ENDPOINTS, UNCOVERED};
use kling_schema::{Object, rows, rules};
use toml::de::DeTable;

use super::faults::{Faults, Lines, advice, name};
use super::globs::GlobsBuilder;
use super::keys::{KEYS, OF_IGNORE, OfIgnore};
use super::pointer::PointerGlob;
use super::value::{self, Item};
use super::{Config, Endpoints, Ignore, Level, Set, What};
use crate::cli::FailOn;
use crate::printable;

/// How many broken lines are told: one open quote breaks all that follow.
const BROKEN: usize = 3;

/// What the text says; or, in the order of the text, `LINE:COLUMN: what is wrong`.
pub(crate) fn parse(text: &str) -> Result<Config, Vec<String>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut parser = Parser { text, faults: Faults::default(), constraints: None };
    let config = parser.config(document.get_ref());
    let mut faults = parser.faults;
    if let Some(first) = errors.iter().filter_map(|error| Some(error.span()?.start)).min() {
        // What comes after a broken line may not be what was meant.
        let line = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        faults.until(line);
    }
    let mut errors: Vec<_> =
        errors.iter().map(|error| (error.span().unwrap_or_default(), error.message())).collect();
    errors.sort_by_key(|(span, _)| span.start);
    let mut lines = Lines::new(text);
    let mut told = 0;
    let mut last = 0;
    for (span, message) in errors {
        let (line, _) = lines.place(span.start);
        if line == last || told == BROKEN {
            continue;
        }
        last = line;
        told += 1;
        let message = printable::escape(&message.replace('\n', "; "));
        faults.push(span, format!("not TOML: {message}"));
    }
    if faults.is_empty() { Ok(config) } else { Err(faults.told(text)) }
}

/// Reads tables, and keeps what is wrong.
struct Parser<'i> {
    text: &'i str,
    faults: Faults,
    /// The names of all constraints, once they are asked for.
    constraints: Option<HashSet<String>>,
}

impl Parser<'_> {
    fn config(&mut self, table: &DeTable<'_>) -> Config {
        let mut config = Config::default();
        let mut lines = Lines::new(self.text);
        for (what, item, at) in value::known(value::entries(table), &KEYS, "", &mut self.faults) {
            let (line, _) = lines.place(at.start);
            match what {
                What::FailOn => config.fail_on = set(line, self.fail_on(&item)),
                What::Strict => config.strict = set(line, item.flag(&mut self.faults)),
                What::Wire => config.wire = set(line, item.flag(&mut self.faults)),
                What::Root => {
                    let text = item.text("the path of a folder", &mut self.faults);
                    config.root = set(line, text.map(PathBuf::from));
                }
                What::Exclude => {
                    let mut globs = GlobsBuilder::default();
                    self.globs(&item, &mut globs);
                    let globs = self.built(globs, &item);
                    config.exclude = Some(Set { value: globs, line });
                }
                What::Models => config.models = set(line, Some(self.models(&item))),
                What::Severity => config.severity = self.severity(&item),
                What::Endpoints => config.endpoints = Arc::new(self.endpoints(&item)),
                What::Ignore => self.ignores(&item, &mut config),
                What::House => config.house = self.house(&item),
            }
        }
        config
    }

    fn fail_on(&mut self, item: &Item<'_, '_>) -> Option<FailOn> {
        item.choice(&FailOn::ALL.map(|level| (level.word(), level)), &mut self.faults)
    }

    fn globs(&mut self, item: &Item<'_, '_>, globs: &mut GlobsBuilder) {
        for (text, span) in item.texts("glob", &mut self.faults) {
            if let Err(reason) = globs.add(text) {
                self.faults.push(span, format!("{} {reason}", name(text)));
            }
        }
    }

    fn built(&mut self, globs: GlobsBuilder, item: &Item<'_, '_>) -> super::Globs {
        globs.build().unwrap_or_else(|reason| {
            self.faults.push(item.span(), format!("{}: {reason}", item.name));
            super::Globs::default()
        })
    }

    fn models(&mut self, item: &Item<'_, '_>) -> Vec<String> {
        let names = item.texts("name", &mut self.faults);
        names.into_iter().map(|(name, _)| name.to_owned()).collect()
    }

    fn severity(&mut self, item: &Item<'_, '_>) -> Vec<(String, Set<Level>)> {
        let wanted = "a table of rules and their severities";
        let mut seen = BTreeMap::new();
        let mut severities = Vec::new();
        let mut lines = Lines::new(self.text);
        for entry in item.entries(wanted, &mut self.faults) {
            let (line, _) = lines.place(entry.at.start);
            let level = Item::new(name(entry.key), entry.value)
                .choice(&Level::ALL.map(|level| (level.word(), level)), &mut self.faults);
            let Some(rule) = self.rule(entry.key, entry.at.clone()) else { continue };
            if let Some(first) = value::twice(&mut seen, &rule, entry.key) {
                let (first, this) = (name(first), name(entry.key));
                self.faults.push(entry.at, format!("{this} is the same rule as {first} above"));
            }
            if let Some(value) = level {
                severities.push((rule, Set { value, line }));
            }
        }
        severities
    }

    /// The id of a rule, or the name of a constraint.
    fn rule(&mut self, text: &str, span: std::ops::Range<usize>) -> Option<String> {
        if let Some(rule) = rules::find(text) {
            return Some(rule.id.to_owned());
        }
        let constraints = self
            .constraints
            .get_or_insert_with(|| rows::all().into_iter().map(|row| row.name).collect());
        if constraints.contains(text) {
            return Some(text.to_owned());
        }
        let rules = rules::all().flat_map(|rule| [rule.name, rule.id]);
        let known = rules.chain(constraints.iter().map(String::as_str));
        let advice = advice(text, known, || "`kling-lint rules` lists them".into());
        self.faults.push(span, format!("no rule or constraint is called {}; {advice}", name(text)));
        None
    }

    fn endpoints(&mut self, item: &Item<'_, '_>) -> Endpoints {
        let mut globs = GlobsBuilder::default();
        let mut objects = Vec::new();
        let mut lines = Lines::new(self.text);
        for entry in item.entries("a table of globs and their endpoints", &mut self.faults) {
            let (line, _) = lines.place(entry.at.start);
            let endpoint = Item::new(name(entry.key), entry.value);
            let object = endpoint
                .text("the short name of an endpoint", &mut self.faults)
                .and_then(|text| self.endpoint(text, endpoint.span()));
            match globs.add(entry.key) {
                Err(reason) => self.faults.push(entry.at, format!("{} {reason}", name(entry.key))),
                Ok(()) => objects.extend(object.map(|value| Set { value, line })),
            }
        }
        Endpoints { globs: self.built(globs, item), objects }
    }

    fn endpoint(&mut self, text: &str, span: std::ops::Range<usize>) -> Option<&'static Object> {
        let object = endpoints::find(text);
        if object.is_none() {
            let names: Vec<String> = ENDPOINTS.iter().map(|object| object.name.into()).collect();
            let all = format!("there are {}", kling_schema::listed(&names, "and"));
            let shown = name(text);
            let fault = if UNCOVERED.iter().any(|route| route.name == text) {
                format!("the endpoint {shown} is not covered; {all}")
            } else {
                let known = ENDPOINTS.iter().map(|object| object.name);
                format!("no endpoint is called {shown}; {}", advice(text, known, || all))
            };
            self.faults.push(span, fault);
        }
        object
    }

    fn ignores(&mut self, item: &Item<'_, '_>, config: &mut Config) {
        let mut globs = GlobsBuilder::default();
        let mut lines = Lines::new(self.text);
        for table in item.tables(&mut self.faults) {
            let (line, _) = lines.place(table.span().start);
            let from = globs.len();
            let mut ignore =
                Ignore { line, files: from..from, pointers: Vec::new(), rules: Vec::new() };
            let entries = table.entries("a table: write `[[ignore]]`", &mut self.faults);
            let keys = value::known(entries, &OF_IGNORE, " of `[[ignore]]`", &mut self.faults);
            if table.is_table() && !keys.iter().any(|(what, ..)| *what == OfIgnore::Rules) {
                let fault = "an `[[ignore]]` needs `rules`: what is ignored; to pass over whole \
                             files, use `exclude`";
                self.faults.push(table.span(), fault.into());
            }
            for (what, item, _) in keys {
                match what {
                    OfIgnore::Files => {
                        self.globs(&item, &mut globs);
                        self.some(&item, globs.len() > from, "leave it out to mean every file");
                    }
                    OfIgnore::Pointers => {
                        ignore.pointers = self.pointers(&item);
                        let any = !ignore.pointers.is_empty();
                        self.some(&item, any, "leave it out to mean every place");
                    }
                    OfIgnore::Rules => {
                        for (text, span) in item.texts("rule", &mut self.faults) {
                            ignore.rules.extend(self.rule(text, span));
                        }
                        self.some(&item, !ignore.rules.is_empty(), "name what is ignored");
                    }
                }
            }
            ignore.files = from..globs.len();
            config.ignores.push(ignore);
        }
        config.ignored_files = self.built(globs, item);
    }

    /// An array must hold something, lest it be read as everything.
    fn some(&mut self, item: &Item<'_, '_>, any: bool, advice: &str) {
        if !any && item.is_empty_array() {
            self.faults.push(item.span(), format!("{} is empty; {advice}", item.name));
        }
    }

    fn pointers(&mut self, item: &Item<'_, '_>) -> Vec<PointerGlob> {
        let mut pointers = Vec::new();
        for (text, span) in item.texts("JSON Pointer", &mut self.faults) {
            match PointerGlob::new(text) {
                Ok(glob) => pointers.push(glob),
                Err(reason) => self.faults.push(span, format!("{} {reason}", name(text))),
            }
        }
        pointers
    }

    fn house(&mut self, item: &Item<'_, '_>) -> BTreeMap<String, Set<PathBuf>> {
        let mut house = BTreeMap::new();
        let mut lines = Lines::new(self.text);
        for entry in item.entries("a table of endpoints and their schemas", &mut self.faults) {
            let (line, _) = lines.place(entry.at.start);
            let path = Item::new(name(entry.key), entry.value)
                .text("the path of a JSON Schema", &mut self.faults);
            let object = self.endpoint(entry.key, entry.at);
            if let (Some(path), Some(object)) = (path, object) {
                house.insert(object.name.to_owned(), Set { value: PathBuf::from(path), line });
            }
        }
        house
    }
}

fn set<T>(line: usize, value: Option<T>) -> Option<Set<T>> {
    value.map(|value| Set { value, line })
}

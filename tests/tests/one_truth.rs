//! A limit, a model or a value of the API stands in the attributes, and nowhere else in the sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kling_schema::endpoints::ENDPOINTS;
use kling_schema::{Bound, Check, Field, Kind, Limit, Object, Path as Way, When};
use kling_tests::text;

/// What the tables hold: numbers that are no everyday numbers, and texts that are no everyday words.
#[derive(Default)]
struct Truth {
    numbers: BTreeSet<u64>,
    texts: BTreeSet<String>,
}

/// Numbers below this stand everywhere and mean anything.
const TELLING: u64 = 200;

/// Texts that are also words of the tool: formats, yes and no.
const EVERYDAY: [&str; 6] = ["yes", "no", "image", "video", "base", "feature"];

impl Truth {
    fn number(&mut self, number: impl TryInto<u64>) {
        self.numbers.extend(number.try_into().ok().filter(|number| *number >= TELLING));
    }

    fn text(&mut self, value: &str) {
        if value.len() > 2 && !EVERYDAY.contains(&value) {
            self.texts.insert(value.to_owned());
        }
    }

    fn object(&mut self, object: &Object) {
        for field in object.fields {
            self.field(field);
        }
        for constraint in object.constraints {
            self.check(&constraint.check);
        }
    }

    fn field(&mut self, field: &Field) {
        self.kind(&field.kind);
        for Limit { bound, .. } in field.limits.iter().chain(field.each) {
            match bound {
                Bound::Chars(range) | Bound::Items(range) | Bound::Edge(range) => {
                    range.min.into_iter().chain(range.max).for_each(|number| self.number(number));
                }
                Bound::Names(names) | Bound::OtherNames(names) | Bound::TakenUpstream(names) => {
                    names.iter().for_each(|name| self.text(name));
                }
                Bound::Bytes(size) => self.number(size.0),
                Bound::Value(_)
                | Bound::Choices
                | Bound::Url
                | Bound::Unique
                | Bound::Forms(_)
                | Bound::Formats(_)
                | Bound::Ratio(_)
                | Bound::Seconds(_)
                | Bound::FramesPerSecond(_) => {}
            }
        }
    }

    fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Choice(choices) => choices.iter().for_each(|choice| self.text(choice.value)),
            Kind::List(each) => self.kind(each),
            Kind::Object(object) => self.object(object),
            Kind::Either { usual, tolerated } => {
                self.kind(usual);
                self.kind(tolerated);
            }
            Kind::Any
            | Kind::Bool
            | Kind::Text
            | Kind::Number
            | Kind::Integer
            | Kind::NumericId
            | Kind::Media(_) => {}
        }
    }

    fn check(&mut self, check: &Check) {
        if let Check::Supported { rows, .. } = check {
            rows.iter().flat_map(|row| row.iter().flatten()).for_each(|cell| self.text(cell));
        }
        if let Check::Forbid { when: When::Is { values, .. }, .. } = check {
            values.iter().for_each(|value| self.text(value));
        }
    }
}

fn truth() -> Truth {
    let mut truth = Truth::default();
    ENDPOINTS.iter().for_each(|object| truth.object(object));
    truth
}

#[test]
fn the_tables_are_read() {
    let truth = truth();
    for number in [200, 300, 500, 720, 2160, 2500] {
        assert!(truth.numbers.contains(&number), "{number}: {:?}", truth.numbers);
    }
    for text in ["kling-v1", "kling-v2-5-turbo", "kling-video-o1", "first_frame", "21:9", "pro"] {
        assert!(truth.texts.contains(text), "{text}: {:?}", truth.texts);
    }
}

#[test]
fn no_limit_stands_outside_the_attributes() {
    let truth = truth();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut wrong = Vec::new();
    for krate in ["kling-schema", "kling-lint"] {
        let source = root.join(krate).join("src");
        for file in sources(&source) {
            let name = format!("{krate}/{}", file.strip_prefix(&source).expect("below").display());
            // The attributes themselves; routes by name; HTTP statuses.
            if name.starts_with("kling-schema/requests/")
                || ["kling-schema/endpoints.rs", "kling-schema/errors.rs"].contains(&name.as_str())
            {
                continue;
            }
            for (number, line) in code(&text(&file)) {
                for found in literals(&line) {
                    let told = match &found {
                        Literal::Text(value) => truth.texts.contains(value),
                        Literal::Number(value) => truth.numbers.contains(value),
                    };
                    if told {
                        wrong.push(format!("{name}:{number}: {found:?} in {}", line.trim()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "the table has these:\n{}", wrong.join("\n"));
}

/// The keys of the requests are the table's too: no check is written for one key by name.
#[test]
fn no_check_knows_a_key() {
    let mut keys: BTreeSet<&str> = BTreeSet::new();
    for object in ENDPOINTS {
        keys.extend(object.fields.iter().map(|field| field.key).filter(|key| key.contains('_')));
        for constraint in object.constraints {
            if let Check::Forbid { path: Way(steps), .. } = constraint.check {
                assert!(!steps.is_empty(), "{}", constraint.name);
            }
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kling-lint/src/check");
    let mut wrong = Vec::new();
    for file in sources(&source) {
        for (number, line) in code(&text(&file)) {
            for found in literals(&line) {
                if let Literal::Text(value) = found
                    && keys.contains(value.as_str())
                {
                    wrong.push(format!("{}:{number}: {value}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[derive(Debug)]
enum Literal {
    Text(String),
    Number(u64),
}

/// The text and number literals of a line of code.
fn literals(line: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    for (index, part) in line.replace("\\\"", "\u{1}").split('"').enumerate() {
        if index % 2 == 1 {
            found.push(Literal::Text(part.replace('\u{1}', "\"")));
            continue;
        }
        // The digits of `\u{200b}` are no number.
        let part = part.replace("\\u{", "x");
        let words =
            part.split(|character: char| !(character.is_alphanumeric() || character == '_'));
        for word in words.filter(|word| word.starts_with(|first: char| first.is_ascii_digit())) {
            let digits: String = word.chars().filter(|character| *character != '_').collect();
            let end = digits.find(|character: char| !character.is_ascii_digit());
            let number = &digits[..end.unwrap_or(digits.len())];
            found.extend(number.parse().ok().map(Literal::Number));
        }
    }
    found
}

/// The lines of code: no comments, no examples of rules, nothing from the test module on.
fn code(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut raw: Option<String> = None;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("#[cfg(test)]") {
            break;
        }
        if let Some(end) = &raw {
            if line.contains(end.as_str()) {
                raw = None;
            }
            continue;
        }
        let mut line = line.to_owned();
        if let Some(at) = line.find("r#") {
            let hashes: String = line[at + 1..].chars().take_while(|c| *c == '#').collect();
            let end = format!("\"{hashes}");
            if line[at + 1 + hashes.len()..].starts_with('"') {
                if !line[at + 2 + hashes.len()..].contains(&end) {
                    raw = Some(end);
                }
                line.truncate(at);
            }
        }
        if !line.trim_start().starts_with("//") {
            lines.push((index + 1, line));
        }
    }
    lines
}

/// The Rust files of a folder, without those that only tests have.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("tests") {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_stem().is_some_and(|stem| stem != "tests" && stem != "samples")
        {
            files.push(path);
        }
    }
    files
}

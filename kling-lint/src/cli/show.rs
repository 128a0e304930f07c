//! `--show-config`: the settings that hold, as a config, and where each comes from. `--show-files`
//! tells on the way, so its reporter is silent.

use std::fmt::Write as _;
use std::path::Path;

use kling_schema::rules;

use crate::cli::settings::{Chosen, Origin, Settings};
use crate::config::{Config, Set};
use crate::printable;
use crate::report::{count, shown};

/// The settings, as a config that says the same. `format` is no key of a config, so it stands in a
/// comment.
pub(super) fn config(settings: &Settings, format: &str) -> String {
    let mut out = Lines { settings, text: String::new() };
    let nothing = Config::default();
    let (config, path) = match &settings.config {
        Some(found) => (&found.config, shown(&found.path)),
        None => (&nothing, "none".to_owned()),
    };
    out.comment(&format!("config: {path}"));
    out.comment(&match settings.policy.baseline() {
        Some(baseline) => {
            let findings = count(baseline.findings(), "finding");
            format!("baseline: {}, {findings}", shown(&settings.baseline.path))
        }
        None => "baseline: none".to_owned(),
    });
    out.comment(&format!("format: {format}"));

    out.chosen("fail-on", &settings.fail_on, &quoted(settings.fail_on.value.word()));
    out.chosen("strict", &settings.strict, &settings.strict.value.to_string());
    out.chosen("wire", &settings.wire, &settings.wire.value.to_string());
    match (&settings.root.value, &config.root) {
        (_, Some(root)) if matches!(settings.root.origin, Origin::Config(_)) => {
            out.chosen("root", &settings.root, &path_quoted(&root.value));
        }
        // Told from the current folder, not from that of a config.
        (Some(root), _) => out.comment(&format!("root: {} (--root)", shown(root))),
        (None, _) => out.comment("root: the folder of each request (default)"),
    }
    let exclude = config.exclude.as_ref();
    out.list("exclude", exclude.map(|set| (set.value.texts(), set.line)));
    out.list("models", config.models.as_ref().map(|set| (set.value.as_slice(), set.line)));

    let severity = config.severity.iter().map(|(rule, level)| (name(rule), level.clone()));
    let severity: Vec<_> = severity.collect();
    out.table("severity", &severity, |level| quoted(level.word()));
    let endpoints = &config.endpoints;
    let globs = endpoints.globs.texts().iter().cloned();
    let by_glob: Vec<_> = globs.zip(endpoints.objects.iter().cloned()).collect();
    out.table("endpoints", &by_glob, |object| quoted(object.name));
    for ignore in &config.ignores {
        out.text.push_str("\n[[ignore]]");
        out.origin(Origin::Config(ignore.line));
        let files = &config.ignored_files.texts()[ignore.files.clone()];
        let pointers: Vec<String> =
            ignore.pointers.iter().map(|glob| glob.text().to_owned()).collect();
        let rules: Vec<String> = ignore.rules.iter().map(|rule| name(rule)).collect();
        for (key, values) in [("files", files), ("pointers", &pointers), ("rules", &rules)] {
            if !values.is_empty() {
                // Writing to a String cannot fail.
                let _ = writeln!(out.text, "{key} = {}", array(values));
            }
        }
    }
    let house: Vec<_> =
        config.house.iter().map(|(name, path)| (name.clone(), path.clone())).collect();
    out.table("house", &house, |path| path_quoted(path));
    out.text
}

/// Lines under way.
struct Lines<'s> {
    settings: &'s Settings,
    text: String,
}

impl Lines<'_> {
    fn comment(&mut self, text: &str) {
        let _ = writeln!(self.text, "# {text}");
    }

    /// Ends a line with where it comes from.
    fn origin(&mut self, origin: Origin) {
        let origin = match origin {
            Origin::Option(name) => name.to_owned(),
            Origin::Config(line) => self.settings.line(line),
            Origin::Default => "default".to_owned(),
        };
        let _ = writeln!(self.text, "  # {origin}");
    }

    fn chosen<T>(&mut self, key: &str, chosen: &Chosen<T>, value: &str) {
        let _ = write!(self.text, "{key} = {value}");
        self.origin(chosen.origin);
    }

    fn list(&mut self, key: &str, list: Option<(&[String], usize)>) {
        let (values, origin) = match list {
            Some((values, line)) => (values, Origin::Config(line)),
            None => (&[][..], Origin::Default),
        };
        let _ = write!(self.text, "{key} = {}", array(values));
        self.origin(origin);
    }

    fn table<T>(&mut self, name: &str, entries: &[(String, Set<T>)], value: fn(&T) -> String) {
        if entries.is_empty() {
            return;
        }
        let _ = writeln!(self.text, "\n[{name}]");
        for (key, set) in entries {
            let _ = write!(self.text, "{} = {}", quoted(key), value(&set.value));
            self.origin(Origin::Config(set.line));
        }
    }
}

/// The name of a rule says more than its id.
fn name(rule: &str) -> String {
    rules::find(rule).map_or(rule, |rule| rule.name).to_owned()
}

fn array(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(", "))
}

fn path_quoted(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A string as TOML writes it, safe to print.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '[' if printable::commands(&out) => out.push_str("\\U0000005b"),
            _ if printable::is_safe(character) => out.push(character),
            _ => {
                let _ = write!(out, "\\U{:08x}", u32::from(character));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn strings_are_toml(text in any::<String>()) {
            let table: toml::Table = format!("key = {}", quoted(&text)).parse().expect("TOML");
            prop_assert_eq!(table["key"].as_str(), Some(text.as_str()));
        }
    }
}

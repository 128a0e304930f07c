//! The files of a policy, and how they refer to each other.

use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::Path;

use jsonschema::{Draft, Retrieve, Uri, ValidationOptions, Validator};
use serde_json::Value;

use super::source::{LARGEST, Reference, Source};
use crate::error::LintError;
use crate::files::{FileName, Files, Refusal, folder};
use crate::printable::words;
use crate::printable::{grouped, quoted};

/// How many files one policy may have.
const FILES: usize = 32;
/// How many schemas one policy may apply to a request, each as often as it is referred to.
const APPLIED: u64 = 10_000;
/// How far they may lead into each other.
const DEEPEST: u32 = 128;
/// What the files are called among each other.
pub(super) const BASE: &str = "policy:///";

/// A schema: its file, and the pointer to it.
pub(super) type Place = (usize, String);

/// Gives the text of the file of this name, which a reference in a file leads to.
type Load<'l> = dyn FnMut(&str, &Source, &Reference) -> Result<Vec<u8>, LintError> + 'l;

/// The files of a policy; the first is the one that was named.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) files: Vec<Source>,
    /// Where each `$ref` leads, by the schema it stands in.
    pub(super) refs: HashMap<Place, Place>,
}

impl Graph {
    /// Reads the file of this name, and those it refers to.
    pub(super) fn read(path: &str, from: &dyn Files, root: &Path) -> Result<Self, LintError> {
        let path = path.replace('\\', "/");
        let refused = |refusal: Refusal| LintError::Policy {
            policy: path.clone(),
            place: None,
            message: because(refusal),
        };
        // Paths count from the root's own folder.
        let beside = root.join("policy");
        let text = load(&path, &beside, from).map_err(refused)?;
        let mut graph = Graph::default();
        graph.files.push(Source::read(path, true, text)?);
        graph.follow(&mut |name, source, reference| {
            load(name, &beside, from).map_err(|refusal| {
                let message = format!("{}: {}", quoted(&reference.text), because(refusal));
                source.refuse(&reference.span, message)
            })
        })?;
        Ok(graph)
    }

    /// The policy as a value.
    pub(super) fn of_value(name: String, schema: &Value) -> Result<Self, LintError> {
        let mut graph = Graph::default();
        graph.files.push(Source::read(name, false, schema.to_string().into_bytes())?);
        graph.follow(&mut |_, source, reference| {
            let message =
                format!("{} leads to another file; a value has none", quoted(&reference.text));
            Err(source.refuse(&reference.span, message))
        })?;
        Ok(graph)
    }

    /// What the policy is called.
    pub(super) fn name(&self) -> &str {
        self.name_of(0)
    }

    /// What one of its files is called.
    pub(super) fn name_of(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| &file.name)
    }

    /// Follows every `$ref`, reading files as they are met.
    fn follow(&mut self, load: &mut Load<'_>) -> Result<(), LintError> {
        let mut found = Vec::new();
        let mut index = 0;
        while index < self.files.len() {
            let mut references: Vec<(String, Reference)> = self.files[index]
                .schemas
                .iter()
                .filter_map(|(pointer, schema)| Some((pointer.clone(), schema.reference.clone()?)))
                .collect();
            references.sort_by_key(|(_, reference)| reference.span.start);
            for (pointer, reference) in references {
                let source = &self.files[index];
                let (path, fragment) = split(source, &reference.text);
                let target = if path.is_empty() {
                    index
                } else {
                    let name = self.beside(index, path, &reference)?;
                    match self.files.iter().position(|file| file.name == name) {
                        Some(known) => known,
                        None if self.files.len() == FILES => {
                            let message = format!("a policy may have {FILES} files");
                            return Err(source.refuse(&reference.span, message));
                        }
                        None => {
                            let text = load(&name, source, &reference)?;
                            self.files.push(Source::read(name, true, text)?);
                            self.files.len() - 1
                        }
                    }
                };
                found.push(((index, pointer), reference, target, fragment));
            }
            index += 1;
        }
        for (from, reference, target, fragment) in found {
            let source = &self.files[from.0];
            let pointer = self.lookup(target, &fragment).ok_or_else(|| {
                let message = format!(
                    "{} leads to no schema; refer to one as `#/$defs/…`",
                    quoted(&reference.text)
                );
                source.refuse(&reference.span, message)
            })?;
            self.refs.insert(from, (target, pointer));
        }
        self.rewrite();
        self.bound()
    }

    /// The name of the file that a reference leads to.
    fn beside(&self, index: usize, path: &str, reference: &Reference) -> Result<String, LintError> {
        let source = &self.files[index];
        let refuse = |message: String| Err(source.refuse(&reference.span, message));
        if let Some((scheme, _)) = path.split_once(':')
            && scheme.chars().all(|character| character.is_ascii_alphanumeric())
        {
            return refuse(format!(
                "{} is an address, and nothing is fetched; keep a copy beside the policy",
                quoted(&reference.text)
            ));
        }
        if path.starts_with(['/', '\\']) {
            let shown = quoted(&reference.text);
            return refuse(format!("{shown} is absolute; name the file from the policy's folder"));
        }
        let mut parts: Vec<&str> = source.name.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        Ok(parts.join("/"))
    }

    /// The pointer that a fragment means, if a schema stands there.
    fn lookup(&self, file: usize, fragment: &str) -> Option<String> {
        let source = self.files.get(file)?;
        let pointer = if fragment.is_empty() || fragment.starts_with('/') {
            fragment.to_owned()
        } else {
            source.anchors.get(fragment)?.clone()
        };
        source.schemas.contains_key(&pointer).then_some(pointer)
    }

    /// Writes every `$ref` as the validator finds it, whatever way it was written.
    fn rewrite(&mut self) {
        for ((file, pointer), (target, to)) in &self.refs {
            let base = if file == target { String::new() } else { format!("{BASE}{target}") };
            let text = format!("{base}#{}", encoded(to));
            if let Some(schema) = self.files[*file].value.pointer_mut(pointer)
                && let Some(reference) = schema.get_mut("$ref")
            {
                *reference = Value::String(text);
            }
        }
    }

    /// No circle, and not too much: counts the schemas that are applied, each as often as it is.
    fn bound(&self) -> Result<(), LintError> {
        // How many schemas one applies, itself included, and how deep they lead.
        let mut weights: HashMap<Place, (u64, u32)> = HashMap::new();
        let mut open: HashSet<Place> = HashSet::new();
        let mut stack = vec![(0, String::new())];
        while let Some(here) = stack.last().cloned() {
            let inner = self.inner(&here);
            if weights.contains_key(&here) {
                stack.pop();
                continue;
            }
            if open.contains(&here) {
                let (mut weight, mut depth) = (1_u64, 0);
                for place in &inner {
                    let (more, deeper) = weights.get(place).copied().unwrap_or_default();
                    weight = weight.saturating_add(more);
                    depth = depth.max(deeper + 1);
                }
                if weight > APPLIED || depth > DEEPEST {
                    return Err(self.refuse_all());
                }
                open.remove(&here);
                weights.insert(here, (weight, depth));
                stack.pop();
                continue;
            }
            for place in &inner {
                if open.contains(place) || *place == here {
                    return Err(self.circle(&here, place));
                }
            }
            open.insert(here);
            stack.extend(inner.into_iter().filter(|place| !weights.contains_key(place)));
        }
        Ok(())
    }

    fn reference(&self, (file, pointer): &Place) -> Option<&Reference> {
        self.files.get(*file)?.schemas.get(pointer)?.reference.as_ref()
    }

    /// The schemas that one applies.
    fn inner(&self, place: &Place) -> Vec<Place> {
        let schema = self.files.get(place.0).and_then(|file| file.schemas.get(&place.1));
        let applies = schema.into_iter().flat_map(|schema| &schema.applies);
        let own = applies.map(|pointer| (place.0, pointer.clone()));
        own.chain(self.refs.get(place).cloned()).collect()
    }

    fn circle(&self, from: &Place, to: &Place) -> LintError {
        let source = &self.files[from.0];
        let span = self.reference(from).map_or(0..0, |reference| reference.span.clone());
        let to = if to.1.is_empty() { "the top".to_owned() } else { format!("`#{}`", to.1) };
        let message = format!(
            "the references lead in a circle, back to {to}; requests are not nested like that: \
             write the levels out"
        );
        source.refuse(&span, message)
    }

    fn refuse_all(&self) -> LintError {
        let message = format!(
            "the policy is too large: with its references followed it has more than \
             {} schemas, or leads more than {DEEPEST} levels deep",
            grouped(APPLIED)
        );
        self.files[0].refuse(&(0..0), message)
    }

    /// The validator, with these options.
    pub(super) fn compile(
        &self,
        options: fn(Draft) -> ValidationOptions<'static>,
    ) -> Result<Validator, LintError> {
        let first = &self.files[0];
        let values = self.files.iter().enumerate();
        let values = values.map(|(index, file)| (format!("{BASE}{index}"), file.value.clone()));
        options(first.draft)
            .with_base_uri(format!("{BASE}0"))
            .with_retriever(Known(values.collect()))
            .build(&first.value)
            .map_err(|error| {
                let what = crate::printable::shorten(&error.to_string());
                first.refuse(&(0..0), format!("the policy cannot be used: {what}"))
            })
    }
}

/// The files that are known; there is nothing else.
struct Known(HashMap<String, Value>);

impl Retrieve for Known {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        self.0.get(uri.as_str()).cloned().ok_or_else(|| "nothing is fetched".into())
    }
}

/// A reference as a path, empty for the file itself, and a fragment.
fn split<'r>(source: &Source, text: &'r str) -> (&'r str, String) {
    let (path, fragment) = text.split_once('#').unwrap_or((text, ""));
    let own = source.id.as_deref().is_some_and(|id| id == path);
    (if own { "" } else { path }, decoded(fragment))
}

/// A fragment without its percent signs.
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A pointer as a fragment.
fn encoded(pointer: &str) -> String {
    let mut out = String::with_capacity(pointer.len());
    for &byte in pointer.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/$".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The text of a file.
fn load(path: &str, beside: &Path, from: &dyn Files) -> Result<Vec<u8>, Refusal> {
    let file = from.open(&FileName::new(path, Some(beside)))?;
    let mut text = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut text);
    read.map_err(|error| Refusal::unreadable(words(&error)))?;
    if text.len() as u64 > LARGEST {
        return Err(Refusal::unreadable("a policy may have 1 MiB"));
    }
    Ok(text)
}

/// Why there is no text, in words.
fn because(refusal: Refusal) -> String {
    match refusal {
        Refusal::Missing { near: None } => "no such file".into(),
        Refusal::Missing { near: Some(near) } => {
            format!("no such file; did you mean {}?", quoted(&near))
        }
        Refusal::NotAFile { what } => format!("is {what}, not a file"),
        Refusal::Outside { root } => {
            format!("lies outside {}; policies are read from there only", folder(root.as_deref()))
        }
        Refusal::Unreadable { reason } => format!("cannot be read: {reason}"),
    }
}

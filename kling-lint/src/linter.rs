//! The linter: options, and the way of the data from text to report.

mod builder;
mod glance;
mod hash;
mod list;
mod luck;
mod media;
mod placing;
mod scratch;
mod unlisted;

use std::borrow::Cow;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use kling_schema::endpoints::ENDPOINTS;
use kling_schema::rules::document;
use kling_schema::{KlingSchema, Object, Severity};
use serde::Serialize;

use crate::check::glance::Foreknown;
use crate::check::{self, Checked, Named, Uniques};
use crate::detect::{self, Detected, Detection, Latest, Reason};
use crate::error::LintError;
use crate::files::{Files, OpenFile};
use crate::finding::{Draft, Finding};
use crate::fix::apply::{Fixes, Fixing};
use crate::fix::{self, Applicability, Fixed};
use crate::lines::{Chunk, LintedChunk};
#[cfg(feature = "fs")]
use crate::load::LONGEST;
use crate::load::{Loaded, TooLarge};
use crate::media::{Hosts, Setting};
use crate::place::Places;
use crate::read::{self, Document, JsonKind, Node};
use crate::session::{Linted, Session};
use crate::unlisted::Counts;
use crate::verdict::{self, Report, Room};

/// An endpoint's table, and how it is known.
type Told = (&'static Object, Reason);

pub use builder::LinterBuilder;
use builder::Options;
#[cfg(feature = "cli")]
pub(crate) use builder::Paths;
pub(crate) use scratch::Scratch;

/// Checks requests. Cheap to clone, and shared freely between threads; each keeps room for its next request,
/// a MiB at most.
#[derive(Clone, Debug, Default)]
pub struct Linter {
    options: Arc<Options>,
}

impl Linter {
    fn with(options: Options) -> Self {
        Linter { options: Arc::new(options) }
    }

    /// A linter that detects endpoints and is not strict.
    pub fn new() -> Self {
        Linter::default()
    }

    /// Options.
    pub fn builder() -> LinterBuilder {
        LinterBuilder::default()
    }

    /// Checks a request.
    pub fn lint_str(&self, json: &str) -> Report {
        self.lint_bytes(json.as_bytes())
    }

    /// Checks a request; bad UTF-8 is a finding.
    pub fn lint_bytes(&self, json: &[u8]) -> Report {
        self.lint_loaded(&Loaded::from_bytes(json), None)
    }

    /// Checks a request from memory under a file name, which may tell its endpoint.
    pub fn lint_named(&self, json: &[u8], name: impl AsRef<Path>) -> Report {
        self.lint_loaded(&Loaded::from_bytes(json), Some(name.as_ref()))
    }

    /// Makes the fixes up to this applicability until none is left that can be made, and none that would
    /// bring another finding. What lies between them stays as it is, byte for byte.
    ///
    /// ```
    /// use kling_lint::{Applicability, Linter};
    ///
    /// let linter = Linter::builder().endpoint("image2video").build()?;
    /// let json = br#"{"image": "https://cdn.acme.io/cat.jpg", "duration": 5,}"#;
    /// let fixed = linter.fix_bytes(json, Applicability::Safe);
    /// assert_eq!(fixed.text, br#"{"image": "https://cdn.acme.io/cat.jpg", "duration": "5"}"#);
    /// assert_eq!(fixed.count, 2);
    /// assert!(fixed.report.is_acceptable());
    /// # Ok::<(), kling_lint::LintError>(())
    /// ```
    pub fn fix_bytes(&self, json: &[u8], most: Applicability) -> Fixed {
        let first = self.lint_bytes(json);
        let mut file = OpenFile::with_len(Cursor::new(json.to_vec()), json.len() as u64);
        let mut fixing = Fixing::new(&mut file);
        let roomy = self.with_room(Room::FIXED);
        let lint = |reader: &mut dyn std::io::Read| roomy.lint_reader(reader, None);
        let fixed = fixing.fix(&first, most, lint).ok().filter(|fixes| fixes.count > 0);
        let text = fixed.and_then(|Fixes { pieces, count, .. }| {
            let mut text = Vec::with_capacity(json.len());
            fixing.read(&pieces, |reader| std::io::copy(reader, &mut text)).ok()?;
            Some((text, count))
        });
        match text {
            Some((text, count)) => Fixed { count, report: self.lint_bytes(&text), text },
            // Memory can be read: there was nothing to be fixed.
            None => Fixed { text: json.to_vec(), count: 0, report: first },
        }
    }

    /// Checks a JSON value. Places are those of its compact text.
    pub fn lint_value(&self, value: &serde_json::Value) -> Report {
        self.lint_str(&value.to_string())
    }

    /// Checks a typed request: it is serialized and read like any text, so the verdict is the same.
    ///
    /// # Errors
    /// A value that does not serialize.
    pub fn lint_request<T: KlingSchema + Serialize>(
        &self,
        request: &T,
    ) -> Result<Report, LintError> {
        let json = serde_json::to_vec(request).map_err(|source| LintError::NotJson { source })?;
        let options = Options { object: Some(T::SCHEMA), ..(*self.options).clone() };
        let linter = Linter::with(options);
        Ok(linter.lint_bytes(&json))
    }

    /// Checks a request read from a stream, in flat memory. The name, if any, may tell its endpoint.
    ///
    /// # Errors
    /// The stream's own.
    pub fn lint_reader(
        &self,
        reader: impl std::io::Read,
        name: Option<&Path>,
    ) -> std::io::Result<Report> {
        Ok(self.lint_loaded(&self.load(reader)?, name))
    }

    /// Whether images are decoded whole, which takes their strings whole.
    pub(crate) fn decodes(&self) -> bool {
        self.options.decode
    }

    /// Brings the text in, as much of it as the checks need.
    pub(crate) fn load(&self, reader: impl std::io::Read) -> std::io::Result<Loaded<'static>> {
        Loaded::from_reader(reader, self.options.decode)
    }

    /// Checks a request in a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no regular file.
    #[cfg(feature = "fs")]
    pub fn lint_path(&self, path: impl AsRef<Path>) -> Result<Report, LintError> {
        let path = path.as_ref();
        let loaded = self.load_path(path)?;
        Ok(self.reading_files().lint_loaded(&loaded, Some(path)))
    }

    /// Brings in the text of a file, unless its length alone says that it is too large.
    #[cfg(feature = "fs")]
    pub(crate) fn load_path(&self, path: &Path) -> Result<Loaded<'static>, LintError> {
        self.load_seen(path, &crate::fs::open::Look::at(path)?)
    }

    /// The same, of a path that was looked at.
    #[cfg(feature = "fs")]
    pub(crate) fn load_seen(
        &self,
        path: &Path,
        look: &crate::fs::open::Look,
    ) -> Result<Loaded<'static>, LintError> {
        let (file, len) = crate::fs::open::open_seen(path, look)?;
        if len > LONGEST {
            return Ok(Loaded::too_long());
        }
        Loaded::from_file(file, len, self.options.decode)
            .map_err(|source| LintError::io(path, source))
    }

    /// Drafts that have no place become findings.
    pub(crate) fn settled(&self, drafts: Vec<Draft>) -> Vec<Finding> {
        self.report(&Loaded::from_bytes(b""), drafts, [0; 3], Vec::new(), None).findings
    }

    /// The same linter, which tells more or less.
    pub(crate) fn with_room(&self, room: Room) -> Self {
        Linter::with(Options { room, ..(*self.options).clone() })
    }

    /// The same linter, which reads local files beside the requests if it is told of no others.
    #[cfg(feature = "fs")]
    pub(crate) fn reading_files(&self) -> Self {
        if self.options.files.is_some() {
            return self.clone();
        }
        let files: Arc<dyn Files> = Arc::new(crate::fs::LocalFiles::beside_request());
        let options = Options { files: Some(files), ..(*self.options).clone() };
        Linter::with(options)
    }

    /// The same linter, whose files pass through another hand, if it has any.
    pub(crate) fn wrapping_files(
        &self,
        wrap: impl FnOnce(Arc<dyn Files>) -> Arc<dyn Files>,
    ) -> Self {
        let files = self.options.files.clone().map(wrap);
        Linter::with(Options { files, ..(*self.options).clone() })
    }

    /// The table that all requests are checked against, if the caller chose one.
    pub(crate) fn object(&self) -> Option<&'static Object> {
        self.options.object
    }

    /// A session: what spans several requests, such as ids that must differ, is checked too.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// Load is done; read, detect, check, place.
    pub(crate) fn lint_loaded(&self, loaded: &Loaded<'_>, name: Option<&Path>) -> Report {
        self.lint_apart(loaded, name).report
    }

    /// The same, with what is left to compare with other requests.
    pub(crate) fn lint_apart(&self, loaded: &Loaded<'_>, name: Option<&Path>) -> Linted {
        scratch::with(|scratch| self.lint_next(loaded, name, scratch))
    }

    /// The same, after other requests.
    pub(crate) fn lint_next(
        &self,
        loaded: &Loaded<'_>,
        name: Option<&Path>,
        scratch: &mut Scratch,
    ) -> Linted {
        let linted = self.lint_one(loaded, name, self.named(name), self.options.lists, scratch);
        scratch.trim();
        linted
    }

    /// The same, of a text that may hold a list of requests or may not.
    fn lint_one(
        &self,
        loaded: &Loaded<'_>,
        name: Option<&Path>,
        told: Option<Told>,
        lists: bool,
        scratch: &mut Scratch,
    ) -> Linted {
        if let Some(limit) = loaded.too_large() {
            return Linted { report: self.too_large(limit), unique: Uniques::new() };
        }
        scratch.known.forget();
        let linted = match loaded.gaps() {
            [] if scratch.luck.tries() => self.glance(loaded, name, told.as_ref(), scratch),
            _ => return self.lint_with_care(loaded, name, told, lists, scratch),
        };
        scratch.luck.met(linted.is_some());
        let Some(linted) = linted else {
            return self.lint_with_care(loaded, name, told, lists, scratch);
        };
        // What lies in files may have changed since.
        debug_assert!(
            !linted.report.files.is_empty()
                || self
                    .lint_with_care(loaded, name, told, lists, &mut scratch.anew())
                    .is_like(&linted),
            "a glance tells something else about {:?}",
            String::from_utf8_lossy(loaded.text())
        );
        linted
    }

    /// Reads and judges a text step by step; of a request something may be known beforehand.
    fn lint_with_care(
        &self,
        loaded: &Loaded<'_>,
        name: Option<&Path>,
        mut told: Option<Told>,
        lists: bool,
        scratch: &mut Scratch,
    ) -> Linted {
        let mut drafts = Vec::new();
        let room = self.options.room;
        let mut checked = Checked::new(room);
        let mut items = 0_u32;
        let tape = std::mem::take(&mut scratch.tape);
        let document = read::read_into(tape, loaded, room, &mut drafts);
        let Scratch { latest, hosts, known, unlisted, .. } = scratch;
        if let Some(document) = &document {
            if !document.is_sound() {
                // A broken text may be taken otherwise than at a glance.
                known.forget();
            }
            let root = document.root();
            check::point(root, drafts.iter_mut().map(|it| (it.span.start, &mut it.pointer)));
            let is_list = lists && list::is_list(root, told.as_ref(), latest);
            match root.kind() {
                _ if is_list => {}
                JsonKind::Object if told.is_none() => match by_keys(root, latest) {
                    Ok(found) => told = Some(found),
                    Err(draft) => drafts.push(*draft),
                },
                // The reader has said what is wrong with a broken one.
                JsonKind::Object | JsonKind::Broken => {}
                _ => drafts.push(not_an_object(root, lists)),
            }
            if is_list {
                let mut common = list::Common::default();
                // Which of them are kept depends on all requests.
                hosts.count_odd(false);
                for (index, item) in list::items(root) {
                    items += 1;
                    let item = match list::endpoint(item, told.as_ref(), latest) {
                        Ok(found) => {
                            let item = self.check(document, item, found.0, name, hosts, None);
                            common.add(found);
                            item
                        }
                        Err(draft) => Checked::only(*draft),
                    };
                    checked.take_in(item, index);
                }
                told = common.endpoint();
            } else if let (JsonKind::Object, Some((object, _))) = (root.kind(), &told) {
                hosts.count_odd(self.counts_odd_hosts(unlisted) && !self.has_policy(object));
                checked = self.check(document, root, object, name, hosts, Some(known));
                let Checked { drafts: found, unique, odd, dropped, .. } = &checked;
                let found = drafts.len() + found.len() + odd + unique.len();
                if *odd > 0 && !self.keeps(found, dropped.iter().sum()) {
                    checked = self.check(document, root, object, name, hosts, Some(known));
                }
            }
        }
        if let Some(document) = document {
            scratch.tape = document.into_tape();
        }
        match drafts.is_empty() {
            true => drafts = std::mem::take(&mut checked.drafts),
            false => drafts.append(&mut checked.drafts),
        }
        fix::doubt(&mut drafts);
        let endpoint = told.map(|(object, reason)| Detected { name: object.name, reason });
        let Checked { dropped, unique, files, odd, .. } = checked;
        let mut counts = Counts::default();
        self.count_odd_hosts(odd, &mut counts);
        if items == 0 && self.keeps(drafts.len() + unique.len(), dropped.iter().sum()) {
            self.leave_out(unlisted, &mut drafts, &mut counts);
        }
        let report = self.report(loaded, drafts, dropped, files, endpoint);
        Linted { report: Report { items, unlisted: counts, ..report }, unique }
    }

    /// Checks a request against a table.
    fn check<'d>(
        &'d self,
        document: &'d Document<'d>,
        request: Node<'d>,
        object: &'static Object,
        name: Option<&'d Path>,
        hosts: &'d mut Hosts,
        known: Option<&'d Foreknown>,
    ) -> Checked {
        let room = self.options.room;
        let checked = self.with_setting(name, |setting| {
            check::check(document, request, object, setting, hosts, known, room)
        });
        #[cfg(feature = "house-rules")]
        let checked = self.judged(request, object, checked);
        checked
    }

    /// Whether a policy of the team has something to say about requests for an endpoint.
    fn has_policy(&self, object: &Object) -> bool {
        #[cfg(feature = "house-rules")]
        return self.options.policies.get(object.name).is_some();
        #[cfg(not(feature = "house-rules"))]
        {
            let _ = object;
            false
        }
    }

    /// Calls back with how the media of a request are judged.
    fn with_setting<R>(&self, name: Option<&Path>, then: impl FnOnce(Setting<'_>) -> R) -> R {
        let files = self.options.files.as_deref();
        let own = files.and_then(|files| files.for_request(name));
        then(Setting {
            wire: self.options.wire,
            decode: self.options.decode,
            files: own.as_deref().or(files),
            request: name,
            models: &self.options.models,
        })
    }

    /// With what the team's own policy finds.
    #[cfg(feature = "house-rules")]
    fn judged(&self, request: Node<'_>, object: &'static Object, mut checked: Checked) -> Checked {
        if let Some(policy) = self.options.policies.get(object.name) {
            policy.judge(request, &mut checked);
        }
        checked
    }

    /// Findings in a text whose report is made already.
    pub(crate) fn late(&self, loaded: &Loaded<'_>, drafts: Vec<Draft>) -> Vec<Finding> {
        self.report(loaded, drafts, [0; 3], Vec::new(), None).findings
    }

    /// Checks the lines of a part of a file, or the first of them. The name is that of the file.
    pub(crate) fn lint_chunk(
        &self,
        chunk: Chunk,
        name: Option<&Path>,
        scratch: &mut Scratch,
    ) -> (LintedChunk, Option<Chunk>) {
        let told = self.named(name);
        let lint = |loaded: &Loaded<'_>| self.lint_one(loaded, name, told.clone(), false, scratch);
        let linted = LintedChunk::of(chunk, lint);
        scratch.trim();
        linted
    }

    /// The endpoint by option or name, without looking at the request.
    fn named(&self, name: Option<&Path>) -> Option<Told> {
        match self.options.object {
            Some(object) => Some((object, Cow::Borrowed("the caller says so"))),
            None => name.and_then(|name| self.by_config(name).or_else(|| detect::by_path(name))),
        }
    }

    /// The endpoint by the caller's globs.
    fn by_config(&self, name: &Path) -> Option<Told> {
        let (object, reason) = self.options.paths.as_ref()?.endpoint(name)?;
        Some((object, Cow::Owned(reason)))
    }

    fn too_large(&self, TooLarge { what, limit }: TooLarge) -> Report {
        let empty = Loaded::from_bytes(b"");
        let draft = Draft::house(&document::TOO_LARGE, Severity::Error, 0..0)
            .with("what", what)
            .with("limit", limit);
        self.report(&empty, vec![draft], [0; 3], Vec::new(), None)
    }

    /// Drafts become findings: severities settled, the most severe kept, places found.
    fn report(
        &self,
        loaded: &Loaded<'_>,
        mut drafts: Vec<Draft>,
        dropped: [usize; 3],
        named: Vec<Named>,
        endpoint: Option<Detected>,
    ) -> Report {
        if drafts.is_empty() && named.is_empty() && dropped == [0; 3] {
            return Report { endpoint, ..Report::default() };
        }
        let mut hidden = [0; 3];
        for (severity, count) in
            [Severity::Info, Severity::Warning, Severity::Error].into_iter().zip(dropped)
        {
            verdict::count(&mut hidden, self.raised(severity), count);
        }
        for draft in &mut drafts {
            draft.basis.severity = self.severity(draft);
        }
        let most = self.options.room.findings;
        if drafts.len() > most {
            drafts.sort_by_key(|draft| (std::cmp::Reverse(draft.basis.severity), draft.span.start));
            for draft in drafts.drain(most..) {
                verdict::count(&mut hidden, draft.basis.severity, 1);
            }
        }
        drafts.sort_by(|one, other| {
            (one.span.start, one.rule.id, &one.pointer).cmp(&(
                other.span.start,
                other.rule.id,
                &other.pointer,
            ))
        });
        let places = Places::new(loaded);
        let files =
            if named.is_empty() { [].into() } else { placing::files(&places, named).into() };
        let findings = placing::findings(&places, drafts);
        Report { findings, endpoint, hidden, files, ..Report::default() }
    }

    /// The severity that the caller gives it.
    pub(crate) fn severity(&self, draft: &Draft) -> Severity {
        let severities = &self.options.severities;
        if severities.is_empty() {
            return self.raised(draft.basis.severity);
        }
        let constraint = draft.constraint.as_deref().and_then(|name| severities.get(name));
        match constraint.or_else(|| severities.get(draft.rule.id)) {
            Some(severity) => *severity,
            None => self.raised(draft.basis.severity),
        }
    }

    /// The severity of findings that rest on this one, where they all have the same.
    pub(crate) fn severity_of(&self, severity: Severity) -> Option<Severity> {
        self.options.severities.is_empty().then(|| self.raised(severity))
    }

    fn raised(&self, severity: Severity) -> Severity {
        if self.options.strict && severity == Severity::Warning {
            Severity::Error
        } else {
            severity
        }
    }
}

/// The table of the endpoint that the keys tell, or the finding that none can be told.
fn by_keys(root: Node<'_>, latest: &mut Latest) -> Result<Told, Box<Draft>> {
    let start = root.span().start;
    let house = |rule| Draft::house(rule, Severity::Error, start..start + 1);
    match detect::by_keys(root, latest) {
        Detection::Endpoint(object, reason) => Ok((object, reason)),
        Detection::NotCovered(route, reason) => Err(Box::new(
            house(&document::ROUTE_NOT_COVERED)
                .with("route", route.path)
                .with("reason", reason)
                .with("candidates", all_names("|")),
        )),
        Detection::Undecided { candidates, reason } => Err(Box::new(
            house(&document::UNKNOWN_ENDPOINT)
                .with("reason", reason)
                .with("candidates", candidates.join("|"))
                .with("example", candidates.first().copied().unwrap_or_default()),
        )),
    }
}

fn not_an_object(root: Node<'_>, takes_lists: bool) -> Draft {
    let advice = match root.kind() {
        JsonKind::Array if !takes_lists => "check each request on its own: one object a file",
        JsonKind::Array if root.items().any(|item| item.kind() == JsonKind::Object) => {
            "in a list of requests, one at least must show its endpoint: name it with `--endpoint`"
        }
        JsonKind::Array => "write a request as `{…}`, a list of requests as `[{…}, {…}]`",
        _ => "write the request as `{…}`",
    };
    Draft::house(&document::NOT_AN_OBJECT, Severity::Error, root.span())
        .with("found", check::describe::value(root))
        .with("advice", advice)
}

fn all_names(between: &str) -> String {
    let names: Vec<&str> = ENDPOINTS.iter().map(|object| object.name).collect();
    names.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linter_is_shared_between_threads() {
        fn shared<T: Send + Sync + Clone>() {}
        shared::<Linter>();
    }
}

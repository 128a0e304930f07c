//! Options of a linter.

use std::collections::HashMap;
use std::sync::Arc;

use kling_schema::endpoints::{self, ENDPOINTS};
use kling_schema::{Object, Severity, rules};

use super::Linter;
use crate::error::LintError;
use crate::files::Files;

/// How a linter judges.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) object: Option<&'static Object>,
    pub(super) strict: bool,
    pub(super) wire: bool,
    pub(super) decode: bool,
    pub(super) lists: bool,
    pub(super) files: Option<Arc<dyn Files>>,
    pub(super) severities: HashMap<&'static str, Severity>,
}

/// Options of a [`Linter`].
#[derive(Debug, Default)]
#[must_use]
pub struct LinterBuilder {
    endpoint: Option<String>,
    options: Options,
    severities: Vec<(String, Severity)>,
}

impl LinterBuilder {
    /// The endpoint all requests are for, by short name (`omni-video`). Otherwise it is told from the
    /// file name, the folder or the keys.
    pub fn endpoint(mut self, name: impl Into<String>) -> Self {
        self.endpoint = Some(name.into());
        self
    }

    /// The table all requests are checked against: that of your own type, for instance
    /// `MyRequest::SCHEMA`.
    pub fn schema(mut self, object: &'static Object) -> Self {
        self.options.object = Some(object);
        self
    }

    /// Raise warnings to errors. Infos stay infos.
    pub fn strict(mut self, strict: bool) -> Self {
        self.options.strict = strict;
        self
    }

    /// The body is sent as it stands: a local path is an error.
    pub fn wire(mut self, wire: bool) -> Self {
        self.options.wire = wire;
        self
    }

    /// A document may be a list of requests: a JSON array whose items are judged one by one, with
    /// pointers such as `/3/prompt`. Otherwise an array is no request, which is what the API says.
    pub fn lists(mut self, lists: bool) -> Self {
        self.options.lists = lists;
        self
    }

    /// Where the local files come from that requests name. Without it they are read from the folder of
    /// the request when that comes from a file (feature `fs`), and else not looked at.
    pub fn files(mut self, files: impl Files + 'static) -> Self {
        self.options.files = Some(Arc::new(files));
        self
    }

    /// Decode images whole, inline ones and local files, instead of reading their headers only.
    #[cfg(feature = "decode")]
    pub fn decode(mut self, decode: bool) -> Self {
        self.options.decode = decode;
        self
    }

    /// Give a rule, by id or name, another severity.
    pub fn severity(mut self, rule: impl Into<String>, severity: Severity) -> Self {
        self.severities.push((rule.into(), severity));
        self
    }

    /// The linter.
    ///
    /// # Errors
    /// A name that no endpoint or rule has.
    pub fn build(mut self) -> Result<Linter, LintError> {
        if let Some(name) = self.endpoint {
            let object = endpoints::find(&name).ok_or_else(|| unknown_endpoint(name))?;
            self.options.object = Some(object);
        }
        for (name, severity) in self.severities {
            let rule = rules::find(&name).ok_or(LintError::UnknownRule { name })?;
            self.options.severities.insert(rule.id, severity);
        }
        Ok(Linter::with(self.options))
    }
}

fn unknown_endpoint(name: String) -> LintError {
    LintError::UnknownEndpoint { name, known: ENDPOINTS.iter().map(|object| object.name).collect() }
}

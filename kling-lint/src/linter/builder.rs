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
    #[cfg(feature = "house-rules")]
    pub(super) policies: crate::Policies,
}

/// Options of a [`Linter`].
#[derive(Debug, Default)]
#[must_use]
pub struct LinterBuilder {
    endpoint: Option<String>,
    options: Options,
    severities: Vec<(String, Severity)>,
    #[cfg(feature = "house-rules")]
    house: Vec<(String, serde_json::Value)>,
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

    /// A rule of your own for an endpoint: a JSON Schema that its requests must fit, too. It refers to
    /// itself only; [`policies`](LinterBuilder::policies) takes files.
    #[cfg(feature = "house-rules")]
    pub fn house(mut self, endpoint: impl Into<String>, schema: serde_json::Value) -> Self {
        self.house.push((endpoint.into(), schema));
        self
    }

    /// Rules of your own for several endpoints.
    #[cfg(feature = "house-rules")]
    pub fn policies(mut self, policies: crate::Policies) -> Self {
        self.options.policies.extend(policies);
        self
    }

    /// The linter.
    ///
    /// # Errors
    /// A name that no endpoint or rule has; a rule of your own that cannot be used.
    pub fn build(mut self) -> Result<Linter, LintError> {
        if let Some(name) = self.endpoint {
            let object = endpoints::find(&name).ok_or_else(|| unknown_endpoint(name))?;
            self.options.object = Some(object);
        }
        for (name, severity) in self.severities {
            let rule = rules::find(&name).ok_or(LintError::UnknownRule { name })?;
            self.options.severities.insert(rule.id, severity);
        }
        #[cfg(feature = "house-rules")]
        {
            for (name, schema) in self.house {
                self.options.policies.insert(name, &schema)?;
            }
            // Of one's own type there may be a policy, too.
            let own = self.options.object.map(|object| object.name);
            for name in self.options.policies.endpoints() {
                if own != Some(name) && ENDPOINTS.iter().all(|object| object.name != name) {
                    return Err(unknown_endpoint(name.to_owned()));
                }
            }
        }
        Ok(Linter::with(self.options))
    }
}

fn unknown_endpoint(name: String) -> LintError {
    LintError::UnknownEndpoint { name, known: ENDPOINTS.iter().map(|object| object.name).collect() }
}

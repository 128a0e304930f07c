//! Options of a linter.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use kling_schema::endpoints::{self, ENDPOINTS};
use kling_schema::{Object, Severity, rows, rules};

use super::Linter;
use crate::error::LintError;
use crate::files::Files;
use crate::verdict::Room;

/// How a linter judges.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) object: Option<&'static Object>,
    pub(super) strict: bool,
    pub(super) wire: bool,
    pub(super) decode: bool,
    pub(super) room: Room,
    pub(super) lists: bool,
    pub(super) files: Option<Arc<dyn Files>>,
    /// By the id of a rule, or the name of a constraint.
    pub(super) severities: HashMap<Cow<'static, str>, Severity>,
    pub(super) models: Vec<String>,
    pub(super) paths: Option<Arc<dyn Paths>>,
    #[cfg(feature = "house-rules")]
    pub(super) policies: crate::Policies,
}

/// Tells endpoints by the paths of requests, before their names are looked at.
pub(crate) trait Paths: fmt::Debug + Send + Sync {
    /// The endpoint of the requests at this path, and how that is known, in words.
    fn endpoint(&self, path: &Path) -> Option<(&'static Object, String)>;
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

    /// Give a rule, by id or name, or a constraint, such as `omni-video/prompt/max-chars`, another
    /// severity. That of a constraint outweighs that of its rule; both outweigh `strict`.
    pub fn severity(mut self, name: impl Into<String>, severity: Severity) -> Self {
        self.severities.push((name.into(), severity));
        self
    }

    /// Names of models that are known to be right, though the table does not list them: there is no
    /// finding about the name.
    pub fn models(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.models.extend(names.into_iter().map(Into::into));
        self
    }

    /// Tells endpoints by the paths of requests, before their names are looked at.
    #[cfg(feature = "cli")]
    pub(crate) fn paths(mut self, paths: Arc<dyn Paths>) -> Self {
        self.options.paths = Some(paths);
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
    /// A name that no endpoint, or neither rule nor constraint has; a rule of your own that cannot be
    /// used.
    pub fn build(mut self) -> Result<Linter, LintError> {
        if let Some(name) = self.endpoint {
            let object = endpoints::find(&name).ok_or_else(|| unknown_endpoint(name))?;
            self.options.object = Some(object);
        }
        for (name, severity) in self.severities {
            let key = match rules::find(&name) {
                Some(rule) => Cow::Borrowed(rule.id),
                None if has_row(self.options.object, &name) => Cow::Owned(name),
                None => return Err(LintError::UnknownRule { name }),
            };
            self.options.severities.insert(key, severity);
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

/// Whether a constraint has this name: of a covered endpoint, or of the caller's own request.
fn has_row(own: Option<&'static Object>, name: &str) -> bool {
    let owner = name.split('/').next().unwrap_or_default();
    let object = own.filter(|object| object.name == owner).or_else(|| endpoints::find(owner));
    object.is_some_and(|object| rows::rows(object).iter().any(|row| row.name == name))
}

fn unknown_endpoint(name: String) -> LintError {
    LintError::UnknownEndpoint { name, known: ENDPOINTS.iter().map(|object| object.name).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Finding;

    const REQUEST: &str =
        r#"{"image": "https://cdn.acme.io/a.png", "model_name": "kling-v9", "duration": 5}"#;

    /// The severity of the finding at a pointer.
    fn severity(builder: LinterBuilder, pointer: &str) -> Option<Severity> {
        let linter = builder.endpoint("image2video").build().expect("a linter");
        let report = linter.lint_str(REQUEST);
        let at = |finding: &&Finding| finding.pointer == pointer;
        report.findings().iter().find(at).map(|finding| finding.severity)
    }

    #[test]
    fn a_constraint_outweighs_its_rule_and_both_outweigh_strict() {
        let builder = || Linter::builder().strict(true);
        assert_eq!(severity(builder(), "/model_name"), Some(Severity::Error));
        let by_rule = || builder().severity("unknown-model", Severity::Warning);
        assert_eq!(severity(by_rule(), "/model_name"), Some(Severity::Warning));
        let report =
            Linter::builder().endpoint("image2video").build().map(|it| it.lint_str(REQUEST));
        let report = report.expect("a linter");
        let finding = report.findings().iter().find(|finding| finding.pointer == "/model_name");
        let constraint = finding.and_then(|finding| finding.constraint.clone()).expect("a row");
        let by_constraint = by_rule().severity(&constraint, Severity::Info);
        assert_eq!(severity(by_constraint, "/model_name"), Some(Severity::Info));
        assert!(Linter::builder().severity(constraint + "x", Severity::Info).build().is_err());
    }

    #[test]
    fn a_model_that_is_vouched_for_is_known() {
        assert_eq!(severity(Linter::builder().models(["kling-v9"]), "/model_name"), None);
        let other = Linter::builder().models(["kling-v9x"]);
        assert!(severity(other, "/model_name").is_some());
    }
}

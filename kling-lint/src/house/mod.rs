//! A team's own rules: policies, as JSON Schema.
//!
//! | file | what it holds |
//! |---|---|
//! | [`source`] | one policy file: its schemas, and where they stand |
//! | [`graph`] | files that refer to each other: no circle, no network, no blow-up |
//! | [`keywords`] | the keywords that look into strings, also those that are not in memory |
//! | [`instance`] | the request as the policies see it, and the way back to its text |
//! | [`way`] | from the validator's error to the keyword that was broken |
//! | [`sentence`] | what is wrong, in words |
//! | [`judge`] | errors become findings |

mod graph;
mod instance;
mod judge;
mod keywords;
mod sentence;
mod source;
#[cfg(test)]
mod tests;
mod way;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::error::LintError;
use crate::files::Files;
use graph::Graph;

/// A team's own rules, by endpoint: JSON Schemas (2020-12 or draft-07) that requests must fit, too.
///
/// A policy refers to itself (`#/$defs/cdn`) and to files beside it, and never to the network.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use kling_lint::{Linter, MemoryFiles, Policies};
///
/// let mut files = MemoryFiles::new();
/// let policy = br#"{"title": "Only std is allowed", "properties": {"mode": {"const": "std"}}}"#;
/// files.insert("policy.json", &policy[..]);
/// let named = BTreeMap::from([("image2video".to_owned(), "policy.json".into())]);
/// let linter = Linter::builder().policies(Policies::load_from(&named, &files)?).build()?;
///
/// let report = linter.lint_str(r#"{"image": "https://cdn.acme.io/cat.jpg", "mode": "pro"}"#);
/// assert!(report.findings().iter().any(|finding| finding.message
///     == "`mode` must be \"std\"; found \"pro\" (house rule: Only std is allowed)"));
/// # Ok::<(), kling_lint::LintError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policies {
    policies: BTreeMap<String, Arc<Policy>>,
}

/// The policy of one endpoint, compiled.
pub(crate) struct Policy {
    graph: Graph,
    validator: jsonschema::Validator,
    /// The same for requests with strings that are not in memory.
    partial: jsonschema::Validator,
}

impl Policies {
    /// None.
    pub fn new() -> Self {
        Policies::default()
    }

    /// Reads and compiles policies: short names of endpoints, and files. Paths count from the root
    /// folder, and nothing outside it is read.
    ///
    /// # Errors
    /// The first policy that cannot be used, and why.
    #[cfg(feature = "fs")]
    pub fn load(
        files: &BTreeMap<String, PathBuf>,
        root: impl AsRef<Path>,
    ) -> Result<Self, LintError> {
        if files.is_empty() {
            return Ok(Policies::new());
        }
        let root = root.as_ref();
        let local = crate::fs::LocalFiles::beneath(root)?;
        Policies::read(files, &local, root)
    }

    /// Reads and compiles policies from where the caller keeps them.
    ///
    /// # Errors
    /// The first policy that cannot be used, and why.
    pub fn load_from(
        files: &BTreeMap<String, PathBuf>,
        from: &dyn Files,
    ) -> Result<Self, LintError> {
        Policies::read(files, from, Path::new(""))
    }

    fn read(
        files: &BTreeMap<String, PathBuf>,
        from: &dyn Files,
        root: &Path,
    ) -> Result<Self, LintError> {
        let mut policies = Policies::new();
        for (endpoint, path) in files {
            let graph = Graph::read(&path.to_string_lossy(), from, root)?;
            policies.add(endpoint, Policy::compile(graph)?);
        }
        Ok(policies)
    }

    /// Compiles the policy of one endpoint. It can refer to itself only.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn insert(&mut self, endpoint: impl Into<String>, schema: &Value) -> Result<(), LintError> {
        let endpoint = endpoint.into();
        let name = format!("the policy of {endpoint}");
        self.add(&endpoint, Policy::compile(Graph::of_value(name, schema)?)?);
        Ok(())
    }

    fn add(&mut self, endpoint: &str, policy: Policy) {
        self.policies.insert(endpoint.to_owned(), Arc::new(policy));
    }

    /// The endpoints that have a policy.
    pub fn endpoints(&self) -> impl Iterator<Item = &str> {
        self.policies.keys().map(String::as_str)
    }

    pub(crate) fn get(&self, endpoint: &str) -> Option<&Policy> {
        self.policies.get(endpoint).map(Arc::as_ref)
    }

    /// These too, which go before those of the same endpoint.
    pub(crate) fn extend(&mut self, others: Policies) {
        self.policies.extend(others.policies);
    }
}

impl Policy {
    fn compile(graph: Graph) -> Result<Self, LintError> {
        let validator = graph.compile(keywords::whole)?;
        let partial = graph.compile(keywords::partial)?;
        Ok(Policy { graph, validator, partial })
    }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Policy").field(&self.graph.name()).finish()
    }
}

//! The keys of a config. The parser and the schema both read this list.

/// A key, and what it is for.
#[derive(Debug)]
pub(crate) struct Key<W: 'static> {
    pub(crate) name: &'static str,
    pub(crate) what: W,
    /// In one sentence or two, for editors.
    pub(crate) about: &'static str,
}

/// The keys of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    FailOn,
    Strict,
    Wire,
    Root,
    Exclude,
    Models,
    Severity,
    Endpoints,
    Ignore,
    House,
}

/// The keys of an `[[ignore]]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfIgnore {
    Files,
    Pointers,
    Rules,
}

const fn key<W>(name: &'static str, what: W, about: &'static str) -> Key<W> {
    Key { name, what, about }
}

/// Every key, in the order in which they are shown.
pub(crate) const KEYS: [Key<What>; 10] = [
    key(
        "fail-on",
        What::FailOn,
        "From which severity on a finding makes the exit status 1. `--fail-on` outweighs it.",
    ),
    key("strict", What::Strict, "Turn warnings into errors, as `--strict` does."),
    key("wire", What::Wire, "Requests are sent as they stand: no local paths, as with `--wire`."),
    key(
        "root",
        What::Root,
        "The folder that local files may be read from, from the folder of this config. `--root` \
         outweighs it. Without it, files are read from the folder of their request.",
    ),
    key(
        "exclude",
        What::Exclude,
        "Globs of what is passed over in folders, and with `--skip-unknown` among named files too. \
         Read as in .gitignore, from the folder of this config.",
    ),
    key(
        "models",
        What::Models,
        "Names of models that the team knows to be right though kling-lint does not know them: \
         nothing is said about the name.",
    ),
    key(
        "severity",
        What::Severity,
        "How bad findings are: by the id or the name of a rule, or the name of a constraint, which \
         outweighs its rule. Both outweigh `strict`.",
    ),
    key(
        "endpoints",
        What::Endpoints,
        "Which endpoint requests are for, by globs of their paths; the first glob that matches \
         counts. It outweighs file names and keys.",
    ),
    key("ignore", What::Ignore, "Findings that are none in some files, or at some places."),
    key(
        "house",
        What::House,
        "The team's own rules: for an endpoint the JSON Schema that its requests must fit, a file \
         from the folder of this config.",
    ),
];

/// The keys of an `[[ignore]]`.
pub(super) const OF_IGNORE: [Key<OfIgnore>; 3] = [
    key(
        "files",
        OfIgnore::Files,
        "Globs of the files, read as in .gitignore, from the folder of this config. Without it: \
         every file.",
    ),
    key(
        "pointers",
        OfIgnore::Pointers,
        "JSON Pointers to the places: `*` is one step, `**` any number of them. Without it: every \
         place.",
    ),
    key("rules", OfIgnore::Rules, "Ids or names of rules, or names of constraints."),
];

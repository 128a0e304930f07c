//! What the help of each command begins with: examples to copy.

/// The help of a command: what it does, examples, and only then everything else.
pub(super) const TEMPLATE: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

pub(super) const CHECK: &str = "\
Examples:
  kling-lint check request.json          a request
  kling-lint check requests/             every request in a folder
  make-request | kling-lint check -      what another program writes
  kling-lint check --wire body.json      what is sent as it stands
  kling-lint check -v request.json       infos too, and where limits were read
  kling-lint check photo.jpg clip.mov    which fields would take these files";

pub(super) const PACK: &str = "\
Examples:
  kling-lint pack request.json -o body.json    local files inlined as Base64
  kling-lint pack request.json | post-it       handed on to another program
  kling-lint pack --root media request.json    files from this folder, too";

pub(super) const EXPLAIN: &str = "\
Examples:
  kling-lint explain KL2001            a rule, by its id
  kling-lint explain too-long          a rule, by its name
  kling-lint explain ENDPOINT/FIELD    the constraints on a field
  kling-lint explain --all             every rule";

pub(super) const RULES: &str = "\
Examples:
  kling-lint rules                  a line for each rule
  kling-lint rules --format json    every rule and every constraint, as data";

pub(super) const SCHEMA: &str = "\
Examples:
  kling-lint schema ENDPOINT                one document on standard output
  kling-lint schema --all --out schemas     a file for each endpoint
  kling-lint schema --all --out schemas --check
                                            fail when a file is not up to date
  kling-lint schema --profile openapi-3.1   the whole API
  kling-lint schema --vscode --out schemas  the files, and the editor's setting";

pub(super) const TYPES: &str = "\
Examples:
  kling-lint types ts                           on standard output
  kling-lint types ts --out kling.d.ts          into a file
  kling-lint types ts --out kling.d.ts --check  fail when it is not up to date";

pub(super) const INIT: &str = "\
Examples:
  kling-lint init              into this folder
  kling-lint init my-videos    into that folder, which is made if need be
  kling-lint init --dry-run    say what would be written, and write nothing";

pub(super) const COMPLETIONS: &str = "\
Examples:
  source <(kling-lint completions bash)      for this shell; or in ~/.bashrc
  kling-lint completions zsh > ~/.zfunc/_kling-lint
  kling-lint completions fish > ~/.config/fish/completions/kling-lint.fish
  kling-lint completions powershell >> $PROFILE";

pub(super) const MAN: &str = "\
Examples:
  kling-lint man | man -l -             read the page
  kling-lint man check | man -l -       the page of a command
  kling-lint man --out share/man/man1   a file for each page, to install";

pub(super) const BASELINE: &str = "\
Examples:
  kling-lint baseline write            all findings below this folder
  kling-lint .                         from now on: new ones only
  kling-lint baseline prune            after some were repaired";

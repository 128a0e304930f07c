//! KL403x: local files that a request names.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] =
    &[&MISSING_FILE, &NOT_A_FILE, &UNREADABLE_FILE, &OUTSIDE_ROOT, &EMPTY_FILE, &CHANGING_FILE];

/// A local file does not exist.
///
/// Parameters: found (the path), near (optional, a file that does), advice, allowed (a phrase).
pub static MISSING_FILE: Rule = Rule {
    id: "KL4030",
    name: "missing-file",
    summary: "A local file does not exist.",
    message: "{field} names the file {found}, which does not exist",
    help: "{advice}",
    explain: "\
A text that ends in the suffix of an image or video, or starts with `./`, `../` or `file:`, is taken for a path to a local file. It
is looked for beside the request, and then in the root (`--root`), if there is one. What cannot be read cannot be inlined, so the
text is neither URL nor Base64.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "./no-such-cat.png"}"#,
        good: r#"{"image": "https://cdn.kling.ai/cat.png"}"#,
    },
};

/// A local path names something that is no file.
///
/// Parameters: found (the path), what (what it is), allowed (a phrase).
pub static NOT_A_FILE: Rule = Rule {
    id: "KL4031",
    name: "not-a-file",
    summary: "A local path names something that is no file.",
    message: "{field} names {found}, which is {what}, not a file",
    help: "name the file itself",
    explain: "\
Folders, named pipes, sockets and devices are never read: some would wait for ever, some have no end.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A local file cannot be read.
///
/// Parameters: found (the path), reason (a phrase), allowed (a phrase).
pub static UNREADABLE_FILE: Rule = Rule {
    id: "KL4032",
    name: "unreadable-file",
    summary: "A local file cannot be read.",
    message: "{field} names {found}, which cannot be read: {reason}",
    help: "check its name and its permissions: it can be neither checked nor inlined as it is",
    explain: "\
The system refused to open or read the file; the message says why.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A local path leads out of the folder that may be read.
///
/// Parameters: found (the path), root (a phrase).
pub static OUTSIDE_ROOT: Rule = Rule {
    id: "KL4033",
    name: "outside-root",
    summary: "A local path leads out of the folder that may be read.",
    message: "{field} names {found}, which leads out of {root}",
    help: "to have it read, give a folder that holds it as `--root`",
    explain: "\
Requests come from anywhere, and what they name may end up at a vendor. So only files beneath the root are read: the request's own
folder, or the one that `--root` names. Absolute paths, `..` and links that lead out of it are not followed. Nothing is known about
the file, hence a warning.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A local file is empty.
///
/// Parameters: found (optional, the path), allowed (a phrase).
pub static EMPTY_FILE: Rule = Rule {
    id: "KL4034",
    name: "empty-file",
    summary: "A local file is empty.",
    message: "{field}[ names {found}, which] is empty",
    help: "save or download it again",
    explain: "\
A file of 0 bytes is no image and no video. Files of a system's own (`/proc`) that give no length count as empty, too: they are never read.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A local file changed while it was read.
///
/// Parameters: found (optional, the path).
pub static CHANGING_FILE: Rule = Rule {
    id: "KL4035",
    name: "changing-file",
    summary: "A local file changed while it was read.",
    message: "{field}[ names {found}, which] changed while it was read",
    help: "check again when it is complete",
    explain: "\
The file grew or shrank between the first and the last look at it, so nothing that was read of it can be trusted.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

//! KL4xxx: images and videos.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[
    &NOT_A_MEDIA_SOURCE,
    &DATA_URL_PREFIX,
    &BAD_BASE64,
    &LOCAL_PATH_ON_WIRE,
    &ODD_HOST,
    &ODD_SUFFIX,
    &USERINFO_IN_URL,
    &SPACE_IN_URL,
    &WRONG_FORMAT,
    &TOO_MANY_BYTES,
    &OVER_DECIMAL_MEGABYTES,
    &TOO_FEW_PIXELS,
    &TOO_MANY_PIXELS,
    &BAD_RATIO,
    &UNREADABLE_HEADER,
    &UNDECODABLE,
    &ANIMATED_IMAGE,
    &MISLEADING_SUFFIX,
    &MASK_MISMATCH,
    &POINT_OUTSIDE,
    &TOO_SHORT_VIDEO,
    &TOO_LONG_VIDEO,
    &BAD_FRAME_RATE,
    &UNREADABLE_VIDEO,
    &UNSURE_VIDEO,
    &NOT_DECODED,
];

/// A media text is neither a URL nor Base64.
///
/// Parameters: found (a phrase), allowed (a phrase), advice (optional: none for a URL where only
/// Base64 is taken).
pub static NOT_A_MEDIA_SOURCE: Rule = Rule {
    id: "KL4001",
    name: "not-a-media-source",
    summary: "A media text is neither a URL nor Base64.",
    message: "{field} is {found}; {owner} takes {allowed}",
    help: "[{advice}]",
    explain: "\
The server fetches media from a public URL or decodes it from Base64 (RFC 4648 section 4); any other text is refused. Placeholders
such as `[REDACTED]`, prose, and addresses such as `s3://…` or `blob:…` are such text. So is a short text made of Base64's
letters that decodes to no file at all.

Without `--wire` a path to a local file is let pass, since it can be inlined before the request is sent.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "[REDACTED]"}"#,
        good: r#"{"image": "https://cdn.kling.ai/cat.png"}"#,
    },
};

/// Base64 has a `data:` prefix.
///
/// Parameters: found (the prefix), allowed (a phrase), advice.
pub static DATA_URL_PREFIX: Rule = Rule {
    id: "KL4002",
    name: "data-url-prefix",
    summary: "Base64 has a `data:` prefix.",
    message: "{field} has the prefix {found}, which {owner} does not take",
    help: "{advice}",
    explain: "\
A `data:` URL is neither an `http(s)` URL nor plain Base64. Browsers and `FileReader` make them; the server answers
`File is not in a valid base64 format`. Send only what follows the comma: the fix does that.

What follows is judged as if the prefix were gone, so one run tells all.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}"#,
        good: r#"{"image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}"#,
    },
};

/// Inline data are not valid Base64.
///
/// Parameters: found (a phrase), at (optional, the character's number from 1), allowed (a phrase), advice.
pub static BAD_BASE64: Rule = Rule {
    id: "KL4003",
    name: "bad-base64",
    summary: "Inline data are not valid Base64.",
    message: "{field} is not valid Base64: {found}[ at character {at}]",
    help: "{advice}",
    explain: "\
Base64 here is RFC 4648 section 4: the alphabet `A`-`Z`, `a`-`z`, `0`-`9`, `+`, `/`, padded with `=` to a multiple of four, without
white space. The URL-safe alphabet (`-`, `_`), line breaks every 76 characters, and texts cut in the middle are other things.

On the command line: `base64 -w0 cat.png` (GNU) or `base64 -i cat.png` (macOS).
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg"}"#,
        good: r#"{"image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}"#,
    },
};

/// A local path is about to be sent as it stands.
///
/// Parameters: found (the path), allowed (a phrase).
pub static LOCAL_PATH_ON_WIRE: Rule = Rule {
    id: "KL4004",
    name: "local-path-on-wire",
    summary: "A local path is about to be sent as it stands.",
    message: "{field} is the local path {found}; {owner} takes {allowed}",
    help: "a server cannot open a local file: send {allowed}",
    explain: "\
A path means something on one machine only. kling-lint accepts it as a convenience while a request is written; with `--wire` (\"this
body is sent as it stands\") it is what the server would refuse. If the text is a web address, write `https://` in front.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "./cat.png"}"#,
        good: r#"{"image": "https://cdn.kling.ai/cat.png"}"#,
    },
};

/// A URL points where the server cannot fetch from.
///
/// Parameters: found (the host), reason (a noun phrase).
pub static ODD_HOST: Rule = Rule {
    id: "KL4005",
    name: "odd-host",
    summary: "A URL points where the server cannot fetch from.",
    message: "{field} points to {found}, {reason}",
    help: "the server fetches it over the public internet: use a public address",
    explain: "\
Loopback, private and link-local addresses, single-label names, and names reserved for examples or local networks
(`localhost`, `.local`, `.test`, `example.com`) are not reachable from outside, or lead to nothing. The URL itself is valid; the task
would fail later, after it was accepted.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "http://localhost:3000/cat.png"}"#,
        good: r#"{"image": "https://cdn.kling.ai/cat.png"}"#,
    },
};

/// A URL's path ends in the suffix of a format that is not taken.
///
/// Parameters: found (the suffix), allowed (format names).
pub static ODD_SUFFIX: Rule = Rule {
    id: "KL4006",
    name: "odd-suffix",
    summary: "A URL's path ends in the suffix of a format that is not taken.",
    message: "the URL in {field} ends in {found}; {owner} takes {allowed}",
    help: "convert the file; if the server sends another format than the suffix says, ignore this",
    explain: "\
The format is judged by content, and the content of a URL is not fetched: the suffix is only a hint, so this is a warning.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "https://cdn.kling.ai/cat.webp"}"#,
        good: r#"{"image": "https://cdn.kling.ai/cat.png"}"#,
    },
};

/// A URL carries credentials.
///
/// Parameters: found (what it carries, never the text).
pub static USERINFO_IN_URL: Rule = Rule {
    id: "KL4007",
    name: "userinfo-in-url",
    summary: "A URL carries credentials.",
    message: "the URL in {field} carries {found}",
    help: "use a public or presigned link: credentials in a URL end up in logs, and many clients drop them",
    explain: "\
`https://user:password@host/…` hands the credentials to every log on the way. Many HTTP clients ignore them, and the download fails.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "https://me:secret@cdn.kling.ai/cat.png"}"#,
        good: r#"{"image": "https://cdn.kling.ai/cat.png"}"#,
    },
};

/// A URL has white space in or around it.
///
/// Parameters: found (a phrase).
pub static SPACE_IN_URL: Rule = Rule {
    id: "KL4008",
    name: "space-in-url",
    summary: "A URL has white space in or around it.",
    message: "the URL in {field} has {found}, which no URL may have",
    help: "remove it; inside a path or query write `%20`",
    explain: "\
RFC 3986 knows no white space. Some servers trim it, some stop at it, some refuse the URL.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "https://cdn.kling.ai/cat.png "}"#,
        good: r#"{"image": "https://cdn.kling.ai/cat.png"}"#,
    },
};

/// A file or inline data are of a format that is not taken.
///
/// Parameters: found (the format found), named (optional, a suffix that says otherwise), allowed (format
/// names), advice.
pub static WRONG_FORMAT: Rule = Rule {
    id: "KL4010",
    name: "wrong-format",
    summary: "A file or inline data are of a format that is not taken.",
    message: "{field} is {found}[, though its name ends in {named}]; {owner} takes {allowed}",
    help: "{advice}",
    explain: "\
The format is judged by the first bytes, never by a name. Files that begin like no known format are reported too.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "R0lGODdhBAAEAIAAAAAAAAAAACwAAAAABAAEAAAICQABCBxIsCCAgAA7"}"#,
        good: r#"{"image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}"#,
    },
};

/// A file is too large.
///
/// Parameters: found, allowed (bytes), megabytes, about and decoded (optional words).
pub static TOO_MANY_BYTES: Rule = Rule {
    id: "KL4011",
    name: "too-many-bytes",
    summary: "A file is too large.",
    message: "{field} is[ {about}] {found} bytes[ {decoded}]; {owner} allows {allowed} ({megabytes} MB)",
    help: "save it smaller",
    explain: "\
Pages print megabytes and do not say which. This rule takes the larger reading, 1024 × 1024 bytes, and the size of the file, not of its
Base64 text; between the readings see `over-decimal-megabytes`.

The rule has no example here: it would not fit.
",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A file is too large only if a megabyte is 1,000,000 bytes.
///
/// Parameters: found, allowed (bytes), megabytes, about and decoded (optional words).
pub static OVER_DECIMAL_MEGABYTES: Rule = Rule {
    id: "KL4012",
    name: "over-decimal-megabytes",
    summary: "A file is too large only if a megabyte is 1,000,000 bytes.",
    message: "{field} is[ {about}] {found} bytes[ {decoded}]; {owner} allows {megabytes} MB, which may mean {allowed}",
    help: "save it smaller to be sure",
    explain: "\
Pages print megabytes and do not say whether one is 1000 × 1000 or 1024 × 1024 bytes. The file lies between the two.

The rule has no example here: it would not fit.
",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A side is too short.
///
/// Parameters: found (width × height), width, height, allowed, target (a size that passes) or advice; neither where the
/// ratio is wrong, too.
pub static TOO_FEW_PIXELS: Rule = Rule {
    id: "KL4013",
    name: "too-few-pixels",
    summary: "A side is too short.",
    message: "{field} is {found} pixels; {owner} asks for at least {allowed} on each side",
    help: "[scale it to {target} or larger][{advice}]",
    explain: "\
The size is read from the header of the file or of the inline data; a video's is the size it is shown at. Too small an image is
accepted at first; the task then fails with `Image pixel is invalid`.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "iVBORw0KGgoAAAANSUhEUgAAAVIAAAC/AQAAAACEA2mqAAAAOElEQVR42u3KsQ0AAAQAMPz/lMt4QWJt5+bEVVfcua7ruq7ruq7ruq7ruq7ruq7ruq7ruq7rfu4C9VUDPvpB+6kAAAAASUVORK5CYII="}"#,
        good: r#"{"image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}"#,
    },
};

/// A side is too long.
///
/// Parameters: found (width × height), width, height, allowed, target (a size that passes) or advice; neither where the
/// ratio is wrong, too.
pub static TOO_MANY_PIXELS: Rule = Rule {
    id: "KL4014",
    name: "too-many-pixels",
    summary: "A side is too long.",
    message: "{field} is {found} pixels; {owner} allows at most {allowed} on each side",
    help: "[scale it down to {target}][{advice}]",
    explain: "\
A video's size is the one it is shown at: a quarter turn that the file asks for is honoured.

The rule has no example here: only videos have such a limit, and they are not sent inline.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// An image is too wide or too tall.
///
/// Parameters: found (width × height), width, height, ratio, allowed, target (a size that passes) or advice.
pub static BAD_RATIO: Rule = Rule {
    id: "KL4015",
    name: "bad-ratio",
    summary: "An image is too wide or too tall.",
    message: "{field} is {found} pixels, a ratio of {ratio}; {owner} allows {allowed}",
    help: "[crop it to {target}][{advice}]",
    explain: "\
Width to height, as stored; both ends of the range are allowed. It is compared exactly, by cross-multiplication; the ratio in the
message is rounded away from the limit.
",
    example: Example {
        endpoint: "multi-image2video",
        bad: r#"{"model_name": "kling-v1-6", "duration": "5", "prompt": "They wave.", "image_list": [{"image": "iVBORw0KGgoAAAANSUhEUgAAAu8AAAEsAQAAAABbbGB7AAAAf0lEQVR42u3MQQ0AAAgEILV/5zOFDzcIQKcOZeqUXq/X6/V6vV6v1+v1er1er9fr9Xq9Xq/X6/V6vV6v1+v1er1er9fr9Xq9Xq/X6/V6vV6v1+v1er1er9fr9Xq9Xq/X6/V6vV6v1+v1er1er9fr9Xq9Xq/X6/V6vV6v1+s/9wtlGwRWU34xHAAAAABJRU5ErkJggg=="}, {"image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}]}"#,
        good: r#"{"model_name": "kling-v1-6", "duration": "5", "prompt": "They wave.", "image_list": [{"image": "iVBORw0KGgoAAAANSUhEUgAAAu4AAAEsAQAAAAC0rgtFAAAAf0lEQVR42u3MsQ0AAAQAMPz/snCFQdIe0Jw41BWn9Hq9Xq/X6/V6vV6v1+v1er1er9fr9Xq9Xq/X6/V6vV6v1+v1er1er9fr9Xq9Xq/X6/V6vV6v1+v1er1er9fr9Xq9Xq/X6/V6vV6v1+v1er1er9fr9Xq9Xq/X6/V6vV7/uV+HIARUg1AzDgAAAABJRU5ErkJggg=="}, {"image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}]}"#,
    },
};

/// The size of an image cannot be told.
///
/// Parameters: format, reason (a clause).
pub static UNREADABLE_HEADER: Rule = Rule {
    id: "KL4016",
    name: "unreadable-header",
    summary: "The size of an image cannot be told.",
    message: "cannot tell the size of {field}, a {format} file: {reason}",
    help: "check that it is whole and opens in an image viewer",
    explain: "\
The data start like an image, but its header is cut short or contradicts itself. Most decoders would refuse the file; no page says
so, hence a warning. It is an info where more than a megabyte comes before the size: nobody looked any further, and nothing may be
wrong.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"image": "iVBORw0KGgoAAAANSUhEUgAA"}"#,
        good: r#"{"image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}"#,
    },
};

/// An image does not decode.
///
/// Parameters: reason (a clause).
pub static UNDECODABLE: Rule = Rule {
    id: "KL4017",
    name: "undecodable",
    summary: "An image does not decode (`--decode`).",
    message: "{field} does not decode: {reason}",
    help: "open it in an image viewer and save it again, or fetch it again",
    explain: "\
With `--decode` every pixel of local files and inline images is decoded, under limits of memory: files that were cut, damaged on
the way or written by a broken program show only so. Without the option only headers are read.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// An image is an animation.
pub static ANIMATED_IMAGE: Rule = Rule {
    id: "KL4018",
    name: "animated-image",
    summary: "An image is an animation.",
    message: "{field} is an animated PNG",
    help: "save the frame that is meant as a still PNG: the others are probably ignored",
    explain: "\
An animated PNG (APNG) is a valid PNG: programs that know nothing of the animation show one of its frames. No page speaks of
animations.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A file name ends in the suffix of another format.
///
/// Parameters: found (optional, the path), suffix, content (a format).
pub static MISLEADING_SUFFIX: Rule = Rule {
    id: "KL4019",
    name: "misleading-suffix",
    summary: "A file name ends in the suffix of another format.",
    message: "{field}[ names {found}, which] is {content} by content, not what {suffix} says",
    help: "rename it, so that nobody is misled; the bytes count, so it may pass as it is",
    explain: "\
The format is judged by the first bytes of a file, and this one is a format that is taken. Programs on the way that go by the name
may still trip over it.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// Two media that must match differ in size or ratio.
///
/// Parameters: found, other (the name of the other), allowed (what the other is).
pub static MASK_MISMATCH: Rule = Rule {
    id: "KL4020",
    name: "mask-mismatch",
    summary: "Two media that must match differ in size or ratio.",
    message: "{field} is {found} pixels; it must match {other}, which is {allowed}",
    help: "paint the mask over the very image it is sent with",
    explain: "\
A mask is laid over the image pixel by pixel. A static mask must have the image's size, a dynamic mask its aspect ratio.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"model_name": "kling-v1", "image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg==", "static_mask": "iVBORw0KGgoAAAANSUhEUgAAAZAAAAEsAQAAAADFzNhvAAAASElEQVR42u3LoQEAAAgDoOn/P+sFBjt0avLVURRFURRFURRFURRFURRFURRFURRFURRFURRFURRFURRFURRFURRFURRFURTltNRAA1dpYLqPAAAAAElFTkSuQmCC"}"#,
        good: r#"{"model_name": "kling-v1", "image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg==", "static_mask": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg=="}"#,
    },
};

/// A point lies outside the image.
///
/// Parameters: found (a phrase), allowed (a phrase), other (optional, the name of the image).
pub static POINT_OUTSIDE: Rule = Rule {
    id: "KL4021",
    name: "point-outside",
    summary: "A point lies outside the image.",
    message: "{field} is the point {found}, outside the image of {allowed} pixels[ in {other}]",
    help: "count from the bottom left corner",
    explain: "\
The points of a trajectory are pixels of the input image, counted from its bottom left corner.
",
    example: Example {
        endpoint: "image2video",
        bad: r#"{"model_name": "kling-v1", "image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg==", "dynamic_masks": [{"mask": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg==", "trajectories": [{"x": 20, "y": 20}, {"x": 400, "y": 20}]}]}"#,
        good: r#"{"model_name": "kling-v1", "image": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg==", "dynamic_masks": [{"mask": "iVBORw0KGgoAAAANSUhEUgAAASwAAAEsAQAAAABRBrPYAAAAQElEQVR42u3KMQEAAAQAMPQvKwGvU4DtXk48dMWLpmmapmmapmmapmmapmmapmmapmmapmmapmmapmmapmmadi0s8QRIt0bcDwAAAABJRU5ErkJggg==", "trajectories": [{"x": 20, "y": 20}, {"x": 200, "y": 20}]}]}"#,
    },
};

/// A video is shorter than the page allows.
///
/// Parameters: found, allowed (both in seconds), unit (as many as were found).
pub static TOO_SHORT_VIDEO: Rule = Rule {
    id: "KL4022",
    name: "too-short-video",
    summary: "A video is too short.",
    message: "{field} runs {found} {unit}; {owner} takes {allowed}",
    help: "take a longer cut",
    explain: "\
Reference videos have a shortest length. What counts is how long they play, as the movie header says. Pages print whole seconds, so
a video that is shorter by less than 1 % is a warning only. What a URL leads to is never fetched: only local files are judged.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A video is longer than the page allows.
///
/// Parameters: found, allowed (both in seconds), unit (as many as were found).
pub static TOO_LONG_VIDEO: Rule = Rule {
    id: "KL4023",
    name: "too-long-video",
    summary: "A video is too long.",
    message: "{field} runs {found} {unit}; {owner} takes {allowed}",
    help: "cut it shorter",
    explain: "\
Reference videos have a longest length. What counts is how long they play, as the movie header says. Pages print whole seconds, so
a video that is longer by less than 1 % is a warning only. What a URL leads to is never fetched: only local files are judged.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A video has too few or too many frames a second.
///
/// Parameters: found, allowed (both in frames per second), unit (as many as were found).
pub static BAD_FRAME_RATE: Rule = Rule {
    id: "KL4024",
    name: "bad-frame-rate",
    summary: "A video has too few or too many frames per second.",
    message: "{field} has {found} {unit} per second; {owner} takes {allowed}",
    help: "convert it to a rate in that range",
    explain: "\
Reference videos have a range of frame rates. What counts is the average over the whole video. Pages print whole numbers, so a rate
that is beyond one by less than 1 %, such as 24000/1001, is a warning only. What a URL leads to is never fetched: only local files are
judged.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// The movie header of a video cannot be read.
///
/// Parameters: what (what cannot be told), reason (a clause).
pub static UNREADABLE_VIDEO: Rule = Rule {
    id: "KL4025",
    name: "unreadable-video",
    summary: "The movie header of a video cannot be read.",
    message: "cannot tell {what} of {field}: {reason}",
    help: "check that it is whole and plays",
    explain: "\
Length, size and frame rate stand in the movie header (`moov`) of an MP4 or MOV file. A file without one, or with one that
contradicts itself, was usually cut while it was copied or recorded.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A sound video does not say something in its header.
///
/// Parameters: what (what cannot be told), reason (a clause).
pub static UNSURE_VIDEO: Rule = Rule {
    id: "KL4026",
    name: "unsure-video",
    summary: "Something about a video cannot be told from its header.",
    message: "cannot tell {what} of {field}: {reason}",
    help: "see what a player says; exported anew from a video editor, it can usually be checked here",
    explain: "\
Nothing seems wrong with the file. Fragmented files keep their lengths in their fragments, and some edit lists can be played in more
than one way: kling-lint reads headers only and says what it cannot tell.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// An image could not be decoded, without being wrong.
///
/// Parameters: reason (a clause).
pub static NOT_DECODED: Rule = Rule {
    id: "KL4027",
    name: "not-decoded",
    summary: "An image was not decoded (`--decode`), without being wrong.",
    message: "{field} was not decoded: {reason}",
    help: "see whether an image viewer opens it",
    explain: "\
`--decode` decodes under limits of memory, and there are rare kinds of valid files that its decoder does not know. Their headers were
judged as always.
",
    example: Example { endpoint: "", bad: "", good: "" },
};

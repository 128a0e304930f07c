//! KL00xx: the text is not JSON.
//!
//! The message parameters are the same everywhere: `found` is what stands in the text, quoted;
//! `expected` what JSON wants there; `suggestion` what to write; `advice` a word more; `more` how many
//! others a finding stands for; `offset` how far into a string the fault is, when its text was too
//! long to keep.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[
    &NOT_JSON,
    &EMPTY_INPUT,
    &WRONG_ENCODING,
    &NOT_UTF8,
    &BYTE_ORDER_MARK,
    &TEXT_BEFORE,
    &TEXT_AFTER,
    &SECOND_DOCUMENT,
    &TRAILING_COMMA,
    &EXTRA_COMMA,
    &MISSING_COMMA,
    &MISSING_COLON,
    &MISSING_VALUE,
    &COMMENT,
    &WRONG_QUOTES,
    &UNQUOTED_KEY,
    &UNQUOTED_TEXT,
    &BAD_LITERAL,
    &BAD_NUMBER,
    &BAD_ESCAPE,
    &RAW_CONTROL,
    &UNCLOSED_STRING,
    &QUOTE_IN_STRING,
    &UNCLOSED_BRACKET,
    &WRONG_BRACKET,
    &MISSING_BRACES,
    &UNEXPECTED_TEXT,
    &WRONG_SPACE,
];

const ENDPOINT: &str = "image2video";

/// The repaired twin of every example here.
const GOOD: &str = r#"{
  "image": "https://media.acme.com/cat.jpg",
  "prompt": "The cat turns its head"
}"#;

const fn example(bad: &'static str) -> Example {
    Example { endpoint: ENDPOINT, bad, good: GOOD }
}

/// The input is not JSON at all.
pub static NOT_JSON: Rule = Rule {
    id: "KL0001",
    name: "not-json",
    summary: "The input is not JSON at all.",
    message: "this is not JSON: found {found}",
    help: "{advice}",
    explain: "The text does not begin like JSON, so nothing was checked. A request body is one JSON object: it begins with `{` and ends with `}`. \
        Often another file was named by mistake, or a script or a page was saved instead of the body it sends.",
    example: example("The cat turns its head."),
};

/// There is nothing to check.
pub static EMPTY_INPUT: Rule = Rule {
    id: "KL0002",
    name: "empty-input",
    summary: "The input is empty.",
    message: "the input is empty[: {found}]",
    help: "write the request as one JSON object",
    explain: "An empty body is refused by every endpoint. When the text comes from a pipe, look at the command that should have written it.",
    example: example(""),
};

/// The text is in UTF-16 or UTF-32.
pub static WRONG_ENCODING: Rule = Rule {
    id: "KL0003",
    name: "wrong-encoding",
    summary: "The text is in UTF-16 or UTF-32.",
    message: "the text is {found}; a JSON body is UTF-8",
    help: "save the file as UTF-8",
    explain: "JSON between systems is UTF-8 (RFC 8259, section 8.1). Some Windows tools write UTF-16 unless told otherwise; \
        servers answer such a body as if it were noise. Save or convert the file as UTF-8 without a byte order mark.",
    example: example("{\0}\0"),
};

/// Bytes that are no UTF-8.
pub static NOT_UTF8: Rule = Rule {
    id: "KL0004",
    name: "not-utf8",
    summary: "Bytes that are no UTF-8.",
    message: "{found} is not UTF-8[, {offset} bytes into the string]",
    help: "save the file as UTF-8",
    explain: "JSON is UTF-8 text. Other bytes come from an editor that saves in an older encoding, from a file cut in the middle of a character, or from binary data. \
        The first place is reported; the rest of the request is checked as if the bytes were replacement characters.",
    example: example(""),
};

/// A byte order mark before the JSON.
pub static BYTE_ORDER_MARK: Rule = Rule {
    id: "KL0005",
    name: "byte-order-mark",
    summary: "A byte order mark before the JSON.",
    message: "the text begins with a byte order mark, which JSON does not allow",
    help: "remove it: save as UTF-8 without a byte order mark",
    explain: "The mark (U+FEFF) is invisible, and many JSON readers refuse a body that begins with it. RFC 8259 says not to send one.",
    example: example(
        "\u{feff}{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// Other text stands before the JSON.
pub static TEXT_BEFORE: Rule = Rule {
    id: "KL0006",
    name: "text-before",
    summary: "Other text stands before the JSON.",
    message: "found {found} before the JSON begins",
    help: "remove it",
    explain: "Only white space may stand before the opening brace. Assignments, Markdown fences and log prefixes are often copied along with the body.",
    example: example(
        "payload = {\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// Other text stands after the JSON.
pub static TEXT_AFTER: Rule = Rule {
    id: "KL0007",
    name: "text-after",
    summary: "Other text stands after the JSON.",
    message: "found {found} after the JSON has ended",
    help: "remove it",
    explain: "Only white space may stand after the closing brace. What follows was not checked.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\"\n};",
    ),
};

/// A second JSON document follows the first.
pub static SECOND_DOCUMENT: Rule = Rule {
    id: "KL0008",
    name: "second-document",
    summary: "A second JSON document follows the first.",
    message: "a second JSON document begins here; a body holds one",
    help: "put each request in a file of its own",
    explain: "One POST carries one JSON object. The first document was checked, the others were not.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\"\n}\n{\n  \"image\": \"https://media.acme.com/dog.jpg\"\n}",
    ),
};

/// A comma before a closing bracket.
pub static TRAILING_COMMA: Rule = Rule {
    id: "KL0009",
    name: "trailing-comma",
    summary: "A comma before a closing bracket.",
    message: "JSON allows no comma before {found}",
    help: "remove the comma",
    explain: "Python and JavaScript allow a comma after the last item; JSON does not. It is often left behind when the last line was removed.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\",\n}",
    ),
};

/// A comma with nothing before it.
pub static EXTRA_COMMA: Rule = Rule {
    id: "KL0010",
    name: "extra-comma",
    summary: "A comma with nothing before it.",
    message: "nothing stands before this comma",
    help: "remove it, or write what is missing",
    explain: "A comma stands between two items. Two in a row, or one right after the opening bracket, leave a hole that JSON cannot express.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",,\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// No comma between two members or items.
pub static MISSING_COMMA: Rule = Rule {
    id: "KL0011",
    name: "missing-comma",
    summary: "No comma between two members or items.",
    message: "a comma is missing before {found}",
    help: "add a comma",
    explain: "Members of an object and items of an array are separated by commas. The comma belongs at the end of the value before.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\"\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// No colon between a key and its value.
pub static MISSING_COLON: Rule = Rule {
    id: "KL0012",
    name: "missing-colon",
    summary: "No colon between a key and its value.",
    message: "key {key} needs `:` before its value; found {found}",
    help: "write `:`",
    explain: "A member is a key, a colon and a value. `=` and `=>` belong to other languages.",
    example: example(
        "{\n  \"image\" = \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// A key without a value.
pub static MISSING_VALUE: Rule = Rule {
    id: "KL0013",
    name: "missing-value",
    summary: "A key without a value, or a value without a key.",
    message: "{expected} is missing before {found}",
    help: "write it, or remove the member",
    explain: "Every member of an object has both a key and a value. A template whose variable was empty leaves such holes.",
    example: example("{\n  \"image\": ,\n  \"prompt\": \"The cat turns its head\"\n}"),
};

/// A comment.
pub static COMMENT: Rule = Rule {
    id: "KL0014",
    name: "comment",
    summary: "A comment.",
    message: "JSON has no comments[: {found} is never closed][; {more} more in the text]",
    help: "remove it",
    explain: "Editors colour comments in JSON and some tools strip them, but the server takes the body as it stands and refuses it.",
    example: example(
        "{\n  // the first frame\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// Quotes other than `"`.
pub static WRONG_QUOTES: Rule = Rule {
    id: "KL0015",
    name: "wrong-quotes",
    summary: "A string in other quotes than `\"`.",
    message: "strings stand in `\"`; found {found}[; {more} more like it]",
    help: "use straight double quotes",
    explain: "Single quotes come from Python and JavaScript (`json.dumps`, not `str`, writes JSON); curly quotes come from word processors and chats.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": 'The cat turns its head'\n}",
    ),
};

/// A key without quotes.
pub static UNQUOTED_KEY: Rule = Rule {
    id: "KL0016",
    name: "unquoted-key",
    summary: "A key without quotes.",
    message: "keys stand in quotes; found {found}[; {more} more like it]",
    help: "write {suggestion}",
    explain: "JavaScript and YAML let simple keys stand bare; JSON does not. `JSON.stringify` writes the quotes for you.",
    example: example(
        "{\n  image: \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// A text value without quotes.
pub static UNQUOTED_TEXT: Rule = Rule {
    id: "KL0017",
    name: "unquoted-text",
    summary: "A text value without quotes.",
    message: "text stands in quotes; found {found}",
    help: "write {suggestion}",
    explain: "A bare word is either a text that lacks its quotes or the name of a variable that was meant to be filled in.",
    example: example(
        "{\n  \"image\": https://media.acme.com/cat.jpg,\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// `True`, `None`, `undefined`.
pub static BAD_LITERAL: Rule = Rule {
    id: "KL0018",
    name: "bad-literal",
    summary: "A literal of another language.",
    message: "JSON has no {found}",
    help: "[write {suggestion}][{advice}]",
    explain: "JSON knows `true`, `false` and `null`, in lower case. Python's `True` and `None` turn into them when the body is written with `json.dumps`.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": undefined\n}",
    ),
};

/// A number that JSON does not know.
pub static BAD_NUMBER: Rule = Rule {
    id: "KL0019",
    name: "bad-number",
    summary: "A number JSON cannot write that way.",
    message: "{found} is not a JSON number: {reason}",
    help: "[write {suggestion}][{advice}]",
    explain: "A JSON number is an optional minus, digits without a leading zero, then optionally a point with digits and an exponent. There is no plus sign in front, no hexadecimal, no NaN and no infinity.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\",\n  \"cfg_scale\": .5\n}",
    ),
};

/// A backslash that begins no escape.
pub static BAD_ESCAPE: Rule = Rule {
    id: "KL0020",
    name: "bad-escape",
    summary: "A backslash that begins no escape.",
    message: "{found} is not a JSON escape[, {offset} bytes into the string][; {more} more like it in this string]",
    help: "[write {suggestion}][{advice}]",
    explain: "In a string a backslash is followed by one of `\"` `\\` `/` `b` `f` `n` `r` `t`, or by `u` and four hexadecimal digits. A backslash itself is written twice, as in Windows paths.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat\\'s head turns\"\n}",
    ),
};

/// A raw control character in a string.
pub static RAW_CONTROL: Rule = Rule {
    id: "KL0021",
    name: "raw-control",
    summary: "A line break, tab or other control character stands unescaped in a string.",
    message: "{found} stands unescaped in a string[, {offset} bytes in][; {more} more in this string]",
    help: "write {suggestion}",
    explain: "Control characters must be escaped inside a string: a line break is `\\n`, a tab `\\t`. Prompts typed over several lines are the usual case; `JSON.stringify` and `json.dumps` escape them.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat\nturns its head\"\n}",
    ),
};

/// A string without its closing quote.
pub static UNCLOSED_STRING: Rule = Rule {
    id: "KL0022",
    name: "unclosed-string",
    summary: "A string without its closing quote.",
    message: "this string has no closing quote[: {found} comes first]",
    help: "{advice}",
    explain: "The string was taken to end where its line ends, or before the next key, and the rest was checked as if the quote stood there.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg,\n  \"prompt\": \"The cat turns its head\"\n}",
    ),
};

/// A quote inside a string.
pub static QUOTE_IN_STRING: Rule = Rule {
    id: "KL0023",
    name: "quote-in-string",
    summary: "A quote inside a string is not escaped.",
    message: "a `\"` inside a string must be escaped; this one ends the string before {found}",
    help: "write `\\\"`",
    explain: "The first unescaped quote ends a string. Prompts with quoted speech are the usual case.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat says \"meow\" and turns\"\n}",
    ),
};

/// A bracket that is never closed.
pub static UNCLOSED_BRACKET: Rule = Rule {
    id: "KL0024",
    name: "unclosed-bracket",
    summary: "A bracket that is never closed.",
    message: "{found} is never closed[: {before} comes first]",
    help: "add {expected}[ {place}]",
    explain: "Every `{` needs its `}` and every `[` its `]`. When the text ends inside brackets, it was probably cut off: what follows is unknown, so missing fields are not reported.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\"\n",
    ),
};

/// A closing bracket that fits nothing.
pub static WRONG_BRACKET: Rule = Rule {
    id: "KL0025",
    name: "wrong-bracket",
    summary: "A closing bracket that fits no opening one.",
    message: "{found} closes nothing[: {expected} is open here]",
    help: "[write {suggestion}][{advice}]",
    explain: "Brackets close in the reverse order of opening, `{` with `}` and `[` with `]`.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\"\n}}",
    ),
};

/// A key outside an object.
pub static MISSING_BRACES: Rule = Rule {
    id: "KL0026",
    name: "missing-braces",
    summary: "A key and its value lack their braces.",
    message: "key {found} stands {place}; only objects have keys",
    help: "{advice}",
    explain: "The items of a list are values. An item with keys is an object and needs braces of its own.",
    example: Example {
        endpoint: "multi-image2video",
        bad: "{\n  \"model_name\": \"kling-v1-6\",\n  \"image_list\": [\n    \"image\": \"https://media.acme.com/cat.jpg\",\n    \"image\": \"https://media.acme.com/dog.jpg\"\n  ],\n  \"prompt\": \"The cat meets the dog\",\n  \"duration\": \"5\"\n}",
        good: "{\n  \"model_name\": \"kling-v1-6\",\n  \"image_list\": [\n    {\"image\": \"https://media.acme.com/cat.jpg\"},\n    {\"image\": \"https://media.acme.com/dog.jpg\"}\n  ],\n  \"prompt\": \"The cat meets the dog\",\n  \"duration\": \"5\"\n}",
    },
};

/// Text that fits nowhere.
pub static UNEXPECTED_TEXT: Rule = Rule {
    id: "KL0027",
    name: "unexpected-text",
    summary: "Text that belongs to no value.",
    message: "expected {expected}; found {found}",
    help: "[write {suggestion}][{advice}]",
    explain: "Something stands where JSON has only brackets, commas and colons: an ellipsis, a sum, a full-width comma. It was skipped, and the rest was checked.",
    example: example(
        "{\n  \"image\": \"https://media.acme.com/cat.jpg\",\n  \"prompt\": \"The cat turns its head\",\n  ...\n}",
    ),
};

/// White space that JSON does not know.
pub static WRONG_SPACE: Rule = Rule {
    id: "KL0028",
    name: "wrong-space",
    summary: "White space that JSON does not know.",
    message: "{found} is no white space in JSON[; {more} more in the text]",
    help: "use plain spaces",
    explain: "Between values JSON allows spaces, tabs and line ends. No-break and full-width spaces look the same and come along when text is copied from a web page or typed with an input method.",
    example: example(
        "{\n\u{a0}\u{a0}\"image\": \"https://media.acme.com/cat.jpg\",\n\u{a0}\u{a0}\"prompt\": \"The cat turns its head\"\n}",
    ),
};

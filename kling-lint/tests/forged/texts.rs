//! Texts that try to be something else, and JSON that holds them.

use proptest::prelude::*;

/// What means something to a terminal, a runner or a format. The order is that of shrinking.
const PIECES: [&str; 43] = [
    "a",
    " ",
    "\n",
    "\r",
    "\t",
    "\u{1b}[2J",
    "\u{1b}]8;;https://b.io\u{7}",
    "\u{9b}31m",
    "\u{7}\u{8}",
    "\u{7f}",
    "\0",
    "\u{202e}",
    "\u{2066}",
    "\u{200f}",
    "\u{200b}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{e0041}",
    "::error::",
    "\n::error file=x::",
    "##[error]",
    "##vso[task.setvariable variable=a]",
    "#",
    "[",
    "]]>",
    "</testcase><testcase name=\"x\"/>",
    "<!--",
    "&amp;",
    "\"",
    "'",
    "\\",
    "\\ud800",
    "%0A",
    ",",
    "[a](https://b.io)",
    "{0}",
    "\nerror[KL2001 too-long]: forged\n --> a.json:1:1\n",
    "\na.json:1:1: error[KL2001 too-long] forged\n",
    "\n--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
    "\nkling-lint: forged\n",
];

/// A text that tries.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        2 => "[a-z猫 ]{1,4}",
        1 => Just("x猫".repeat(300)),
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// A name for a file: no slash, and short enough for a disk.
pub fn name() -> impl Strategy<Value = String> {
    text().prop_map(|text| {
        let mut name = text.replace(['/', '\0'], "_");
        name.truncate(name.floor_char_boundary(80));
        name
    })
}

/// A JSON string: as a serializer writes it, with every character escaped, as it is, or with half a
/// pair. The last two may be no JSON.
fn string() -> impl Strategy<Value = String> {
    (text(), 0..4).prop_map(|(text, way)| match way {
        0 => serde_json::to_string(&text).expect("a text"),
        1 => {
            let escape = |unit| format!("\\u{unit:04x}");
            format!("\"{}\"", text.encode_utf16().map(escape).collect::<String>())
        }
        2 => format!("\"{text}\""),
        _ => format!("\"\\ud800{}\\udc00\"", text.replace(['"', '\\', '\n'], "")),
    })
}

/// Keys whose values reach a message, by one way or another.
const KEYS: [&str; 12] = [
    "prompt",
    "model_name",
    "mode",
    "duration",
    "aspect_ratio",
    "callback_url",
    "external_task_id",
    "image",
    "sound",
    "image_list",
    "dynamic_masks",
    "negative_promt",
];

/// A request, more or less, with such texts as its keys and values.
pub fn request() -> impl Strategy<Value = String> {
    let value = (string(), 0..6).prop_map(|(text, way)| match way {
        0..3 => text,
        3 => format!("[{text}, {{{text}: {text}, \"image_url\": {text}}}]"),
        4 => format!("\"<<<image_1>>> <<<{}>>>\"", text.trim_matches('"')),
        _ => format!("1{text}"),
    });
    let known = proptest::sample::select(&KEYS[..]).prop_map(|key| format!("\"{key}\""));
    let member = (prop_oneof![2 => known, 1 => string()], value);
    let object = proptest::collection::vec(member, 1..6).prop_map(|members| {
        let members: Vec<_> =
            members.iter().map(|(key, value)| format!("\n  {key}: {value}")).collect();
        format!("{{{}\n}}\n", members.join(","))
    });
    prop_oneof![6 => object, 1 => text()]
}

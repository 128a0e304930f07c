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
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        2 => "[a-z猫 ]{1,4}",
        1 => Just("x猫".repeat(300)),
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// A name for a file: no slash, and short enough for a disk.
pub(crate) fn name() -> impl Strategy<Value = String> {
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
pub(crate) fn request() -> impl Strategy<Value = String> {
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

/// A config with such texts in its places: as they are, or as TOML writes them.
pub(crate) fn config() -> impl Strategy<Value = String> {
    let word = || {
        (text(), 0..4).prop_map(|(text, way)| match way {
            0 => format!("'{text}'"),
            _ => serde_json::to_string(&text).expect("a text"),
        })
    };
    let line = (word(), word(), 0..9).prop_map(|(one, other, way)| match way {
        0 => format!("strict = {one}\n"),
        1 => format!("{one} = {other}\n"),
        2 => format!("exclude = [{one}, {other}]\n"),
        3 => format!("fail-on = {one}\n"),
        4 => format!("[severity]\n{one} = {other}\n"),
        5 => format!("[severity]\ntoo-long = {other}\n"),
        6 => format!("[endpoints]\n{one} = [{other}]\n"),
        7 => format!(
            "[[ignore]]\nrules = [{one}]\nfiles = [{other}]\nat = [{one}]\nreason = {one}\n"
        ),
        _ => format!("[house]\nomni-video = {one}\n{one} = {other}\n"),
    });
    let lines = proptest::collection::vec(line, 1..4).prop_map(|lines| lines.concat());
    prop_oneof![5 => lines, 1 => text()]
}

/// A policy that many requests break, in such words.
pub(crate) fn policy() -> impl Strategy<Value = String> {
    let schema = (string(), string(), string(), 0..7).prop_map(|(one, two, three, way)| {
        let body = match way {
            0 => format!("\"properties\": {{\"prompt\": {{\"const\": {one}, \"title\": {two}}}}}"),
            1 => format!("\"required\": [{one}], \"description\": {two}"),
            2 => format!("\"properties\": {{\"prompt\": {{\"pattern\": {one}}}}}"),
            3 => format!("\"properties\": {{{one}: false, \"prompt\": {{\"enum\": [{two}]}}}}"),
            4 => format!("{one}: {two}"),
            5 => format!("\"$ref\": {one}"),
            _ => format!("\"not\": {{\"title\": {one}, \"description\": {two}}}"),
        };
        format!("{{\"title\": {three}, \"description\": {two}, {body}}}")
    });
    prop_oneof![6 => schema, 1 => text()]
}

/// The beginning of an image or a video, with such a text where metadata stands.
pub(crate) fn media() -> impl Strategy<Value = Vec<u8>> {
    (text(), 0..5).prop_map(|(text, way)| {
        let text = text.as_bytes();
        let chunk = |name: &[u8], data: &[u8]| {
            let len = (data.len() as u32).to_be_bytes();
            [&len[..], name, data, &[0; 4]].concat()
        };
        let boxed = |name: &[u8], data: &[u8]| {
            [&(data.len() as u32 + 8).to_be_bytes()[..], name, data].concat()
        };
        let png = b"\x89PNG\r\n\x1a\n";
        match way {
            0 => {
                let header = chunk(b"IHDR", b"\0\0\x01\x2c\0\0\x01\x2c\x08\x02\0\0\0");
                [&png[..], &header, &chunk(b"tEXt", text)].concat()
            }
            // The name of a chunk, or of a box.
            1 => [&png[..], &chunk(text.get(..4).unwrap_or(b"\x1b[2J"), text)].concat(),
            2 => [
                &b"\xff\xd8\xff\xfe"[..],
                &(text.len() as u16 + 2).to_be_bytes(),
                text,
                b"\xff\xd9",
            ]
            .concat(),
            3 => [boxed(b"ftyp", text), boxed(text.get(..4).unwrap_or(b"\x1b[2J"), text)].concat(),
            _ => text.to_vec(),
        }
    })
}

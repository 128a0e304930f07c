//! Packing, from memory.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::files::{FileName, Files};
use crate::{Linter, MemoryFiles};

mod changes;
mod own;

/// Blocks of the reader under test, and what is around them.
const EDGES: [usize; 3] = [64 << 10, 96 << 10, 128 << 10];

/// A picture of this many bytes, at least those of its header.
fn png(len: usize) -> Vec<u8> {
    let mut bytes =
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x58\0\0\x02\x58\x08\x02\0\0\0\x31\x04\x0f\x8b"
            .to_vec();
    let noise = (0_u32..).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
    bytes.extend(noise.take(len.saturating_sub(bytes.len())));
    bytes
}

fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

fn linter(files: impl Files + 'static) -> Linter {
    Linter::builder().endpoint("multi-image2image").files(files).build().expect("a linter")
}

fn open(request: &[u8]) -> OpenFile {
    OpenFile::new(Cursor::new(request.to_vec())).expect("memory")
}

fn prepare(request: &[u8], files: impl Files + 'static) -> Result<Parcel, PackError> {
    Parcel::prepare(&linter(files), open(request), None, Severity::Error)
}

/// The body, read in pieces of this size.
fn body(parcel: &mut Parcel, piece: usize) -> io::Result<Vec<u8>> {
    let mut reader = parcel.reader()?;
    let (mut out, mut buffer) = (Vec::new(), vec![0; piece]);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(out),
            read => out.extend_from_slice(&buffer[..read]),
        }
    }
}

/// The body of a request that is packed.
fn packed(request: &str, files: &[(&str, &[u8])]) -> String {
    let mut parcel = prepare(request.as_bytes(), memory(files)).expect("nothing is in the way");
    let out = body(&mut parcel, 1 << 20).expect("nothing changes");
    assert_eq!(out.len() as u64, parcel.content_length());
    assert_eq!(body(&mut parcel, 1000).expect("again"), out);
    String::from_utf8(out).expect("UTF-8")
}

fn memory(files: &[(&str, &[u8])]) -> MemoryFiles {
    let mut memory = MemoryFiles::new();
    for (name, bytes) in files {
        memory.insert(name, bytes.to_vec());
    }
    memory
}

/// What is in the way of packing.
fn obstacles(result: Result<Parcel, PackError>) -> Vec<(String, Why)> {
    match result {
        Err(PackError::Refused(refused)) => {
            refused.obstacles.into_iter().map(|it| (it.pointer, it.why)).collect()
        }
        other => panic!("refused, not {other:?}"),
    }
}

/// Of more files than are told of, nobody knows all places.
#[test]
fn a_file_that_is_named_too_often_is_not_put_in() {
    let item = r#"{"subject_image": "a.png"}"#;
    for (times, expected) in [(300, 0), (MOST_NAMED + 1, 1)] {
        let items = vec![item; times].join(",");
        let request = format!(r#"{{"subject_image_list": [{items}]}}"#);
        let result = prepare(request.as_bytes(), memory(&[("a.png", &png(300))]));
        let Err(PackError::Refused(refused)) = result else { panic!("so many are refused") };
        let not_read = refused.obstacles.iter().filter(|it| it.why == Why::NotRead);
        assert_eq!(not_read.count(), expected, "{times}");
    }
}

#[test]
fn only_the_paths_are_replaced() {
    let (one, two) = (png(300), png(301));
    let request = "\r\n{\"prompt\" : \"caf\\u00e9 \\/ \u{5b57}\",\r\n\t\"n\":1.0e0,\"subject_image_list\":[ \
         {\"subject_image\":\"one.png\" },{\"subject_image\":\"./tw\\u006f\\u002epng\"},\
         {\"subject_image\":\"https://cdn.kling.ai/a.png\"},{ \"subject_image\" :\"one.png\"}]}\r\n\r\n";
    let expected =
        request.replace("one.png", &base64(&one)).replace("./tw\\u006f\\u002epng", &base64(&two));
    assert_eq!(packed(request, &[("one.png", &one), ("two.png", &two)]), expected);
}

#[test]
fn a_request_without_files_is_its_own_body() {
    let linter = Linter::builder().endpoint("omni-video").build().expect("a linter");
    let request = b"{\"prompt\": \"A cat blinks.\"}\n\n";
    let mut parcel =
        Parcel::prepare(&linter, open(request), None, Severity::Error).expect("packed");
    assert_eq!(body(&mut parcel, 1).expect("a body"), request);
}

#[test]
fn the_editors_key_stays_behind() {
    let image = png(200);
    let list =
        "\"subject_image_list\": [{\"subject_image\": \"a.png\"}, {\"subject_image\": \"a.png\"}]";
    let request = format!("{{\n  \"$schema\": \"./k.json\",\n  {list},\n  \"prompt\": \"x\"\n}}\n");
    let expected =
        format!("{{\n  {list},\n  \"prompt\": \"x\"\n}}\n").replace("a.png", &base64(&image));
    assert_eq!(packed(&request, &[("a.png", &image)]), expected);
    let parcel = prepare(request.as_bytes(), memory(&[("a.png", &image)])).expect("packed");
    assert_eq!(parcel.left_out(), ["$schema"]);
}

#[test]
fn lengths_around_the_blocks() {
    for edge in EDGES {
        for len in edge - 2..=edge + 2 {
            let image = png(len);
            let request = "{\"prompt\":\"x\",\"subject_image_list\":[{\"subject_image\":\"a.png\"},{\"subject_image\":\"a.png\"}]}";
            let expected = request.replace("a.png", &base64(&image));
            assert!(packed(request, &[("a.png", &image)]) == expected, "{len}");
        }
    }
}

#[test]
fn paths_on_the_edge_of_a_block_and_behind_a_long_string() {
    let image = png(200);
    let list = "[{\"subject_image\": \"a.png\"}, {\"subject_image\": \"a.png\"}]";
    for edge in EDGES {
        for pad in [edge - 90, edge - 60, edge - 40, edge - 20] {
            let request = format!(
                "{{\"note\": \"{}\", \"subject_image_list\": {list}, \"prompt\": \"x\"}}{}",
                "\u{e9}".repeat(pad / 2),
                "\n".repeat(pad),
            );
            let expected = request.replace("a.png", &base64(&image));
            assert!(packed(&request, &[("a.png", &image)]) == expected, "{pad}");
        }
    }
}

#[test]
fn what_cannot_be_inlined_is_said_of_each_file() {
    #[derive(Debug)]
    struct Odd;
    impl Files for Odd {
        fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
            match name.path() {
                "gone.png" => Err(Refusal::missing()),
                "out.png" => Err(Refusal::outside("/srv")),
                "empty.png" => Ok(open(b"")),
                "tiny.png" => Ok(open(b"Meow")),
                "short.png" => Ok(OpenFile::with_len(Cursor::new(png(200)), 201)),
                "long.png" => Ok(OpenFile::with_len(Cursor::new(png(200)), 20)),
                _ => Err(Refusal::not_a_file("a folder")),
            }
        }
    }
    let refused = |request: &[u8]| obstacles(prepare(request, Odd));
    let request = br#"{"prompt": "x", "subject_image_list": [{"subject_image": "gone.png"}, {"subject_image": "out.png"},
        {"subject_image": "empty.png"}, {"subject_image": "tiny.png"}], "style_image": "short.png", "scence_image": "long.png"}"#;
    let told = refused(request);
    let at = |index: usize| format!("/subject_image_list/{index}/subject_image");
    assert_eq!(
        told,
        [
            (at(0), Why::Refused(Refusal::missing())),
            (at(1), Why::Refused(Refusal::outside("/srv"))),
            (at(2), Why::Empty),
            (at(3), Why::TooSmall),
            ("/style_image".into(), Why::Changed),
            ("/scence_image".into(), Why::Changed),
        ]
    );

    let builder = Linter::builder().endpoint("omni-video");
    let request = br#"{"prompt": "<<<video_1>>>", "video_list": [{"video_url": "a.mp4"}]}"#;
    let mut files = MemoryFiles::new();
    files.insert("a.mp4", &b"anything"[..]);
    let linter =
        builder.files(files).severity("wrong-format", Severity::Warning).build().expect("a linter");
    let told = obstacles(Parcel::prepare(&linter, open(request), None, Severity::Error));
    assert_eq!(told, [("/video_list/0/video_url".into(), Why::NoBase64)]);
}

#[test]
fn without_files_no_path_is_packed() {
    let linter = Linter::builder().endpoint("image2video").build().expect("a linter");
    let request = br#"{"image": "cat.png"}"#;
    let result = Parcel::prepare(&linter, open(request), None, Severity::Error);
    assert_eq!(obstacles(result), [("/image".into(), Why::NotRead)]);
}

#[test]
fn findings_refuse_from_a_severity_on() {
    let request = br#"{"image": "https://cdn.kling.ai/a.webp"}"#;
    let linter = Linter::builder().endpoint("image2video").build().expect("a linter");
    let result = |fail_on| Parcel::prepare(&linter, open(request), None, fail_on);
    assert!(result(Severity::Error).is_ok());
    let Err(PackError::Refused(refused)) = result(Severity::Warning) else {
        panic!("there is a warning");
    };
    assert!(refused.to_string().starts_with("1:11: "), "{refused}");
}

#[test]
fn what_was_not_checked_is_not_packed() {
    let mut builder = Linter::builder();
    for rule in ["unknown-endpoint", "not-an-object", "too-large"] {
        builder = builder.severity(rule, Severity::Info);
    }
    let linter = builder.build().expect("a linter");
    let spaces = " ".repeat(65 << 20);
    for request in ["{\"a\": 1}", "[]", &spaces] {
        let result = Parcel::prepare(&linter, open(request.as_bytes()), None, Severity::Error);
        let Err(PackError::Refused(refused)) = result else { panic!("unchecked") };
        assert!(refused.to_string().starts_with("it is not known"), "{refused}");
    }
}

#[test]
fn a_parcel_goes_to_another_thread() {
    fn sent<T: Send>() {}
    sent::<Parcel>();
    sent::<ParcelReader<'_>>();
    sent::<PackError>();
}

#[test]
fn a_body_longer_than_any_is_refused() {
    #[derive(Debug)]
    struct Endless;
    impl Files for Endless {
        fn open(&self, _: &FileName<'_>) -> Result<OpenFile, Refusal> {
            struct Zeros(u64);
            impl Read for Zeros {
                fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                    let header = png(0);
                    for byte in buffer.iter_mut() {
                        *byte = header.get(self.0 as usize).copied().unwrap_or(0);
                        self.0 += 1;
                    }
                    Ok(buffer.len())
                }
            }
            impl Seek for Zeros {
                fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
                    self.0 = match to {
                        SeekFrom::Start(at) => at,
                        SeekFrom::Current(by) => self.0.wrapping_add_signed(by),
                        SeekFrom::End(by) => u64::MAX.wrapping_add_signed(by),
                    };
                    Ok(self.0)
                }
            }
            Ok(OpenFile::with_len(Zeros(0), u64::MAX))
        }
    }
    let request = br#"{"prompt": "x", "subject_image_list": [{"subject_image": "a.png"}, {"subject_image": "a.png"}]}"#;
    match prepare(request, Endless) {
        Err(PackError::Io(error)) => assert_eq!(error.kind(), ErrorKind::FileTooLarge),
        other => panic!("{other:?}"),
    }
}

/// Every path is a picture.
#[derive(Debug)]
struct Everywhere;

impl Files for Everywhere {
    fn open(&self, _: &FileName<'_>) -> Result<OpenFile, Refusal> {
        Ok(open(&png(1000)))
    }
}

/// A request that names files, with something broken.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let request = br#"{"$schema": "x", "subject_image_list": [{"subject_image": "a.png"}, {"subject_image": "b.png"}],
        "style_image": "c.png", "$schema": {}, "scence_image": "d.png", "prompt": "x", "$schema": 1}  "#;
    let edit = (0..request.len(), 0..4_usize, prop::collection::vec(any::<u8>(), 0..3));
    let quoted = prop::sample::select(&br#""{}[],:\ "#[..]);
    let edits = prop::collection::vec((edit, quoted), 0..4);
    edits.prop_map(move |edits| {
        let mut text = request.to_vec();
        for ((at, len, mut bytes), quoted) in edits {
            bytes.push(quoted);
            let at = at.min(text.len());
            let end = (at + len).min(text.len());
            text.splice(at..end, bytes);
        }
        text
    })
}

/// White space as JSON has it.
fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["", "", " ", "\n  ", "\r\n", "\t"][..])
}

/// How a request may write the path `fN.png`, and what is sent for it.
fn path(index: usize) -> impl Strategy<Value = String> {
    let plain = format!("f{index}.png");
    prop::sample::select(vec![
        plain.clone(),
        format!("./{plain}"),
        plain.replace('.', "\\u002E"),
        plain.replace('f', "\\u0066"),
        format!(".\\/{plain}"),
    ])
}

prop_compose! {
    /// The bytes of a file: of a picture, or of nothing known.
    fn content()(len in prop_oneof![0..3000_usize, 95_usize << 10..97 << 10], noise: bool, seed: u8) -> Vec<u8> {
        let mut bytes = png(len);
        if noise {
            bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(seed));
            bytes.truncate(len);
        }
        bytes
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_is_packed_has_the_length_it_says(request in broken()) {
        let mut builder = Linter::builder().endpoint("multi-image2image").files(Everywhere);
        for rule in kling_schema::rules::all() {
            builder = builder.severity(rule.id, Severity::Info);
        }
        let linter = builder.build().expect("a linter");
        if let Ok(mut parcel) = Parcel::prepare(&linter, open(&request), None, Severity::Error) {
            let out = body(&mut parcel, 4096).expect("nothing changes");
            prop_assert_eq!(out.len() as u64, parcel.content_length());
            if parcel.set_own_id("mine") {
                let mut with = body(&mut parcel, 4096).expect("nothing changes");
                prop_assert_eq!(with.len() as u64, parcel.content_length());
                let Inserted { range, instead_of } = parcel.inserted().expect("put in").clone();
                with.splice(range.start as usize..range.end as usize, instead_of.bytes());
                prop_assert!(with == out);
            }
        }
        // Without that, what is packed is a request without a fault.
        if let Ok(mut parcel) = prepare(&request, Everywhere) {
            let out = body(&mut parcel, 4096).expect("nothing changes");
            let wire = Linter::builder().endpoint("multi-image2image").wire(true).build();
            let report = wire.expect("a linter").lint_bytes(&out);
            prop_assert!(report.is_acceptable(), "{:?}", report.findings());
        }
    }

    #[test]
    fn packing_is_replacing(
        files in prop::collection::vec(content(), 2..4),
        names in (path(0), path(1), path(0)),
        blanks in prop::collection::vec(blank(), 12),
        (schema, pad, piece) in (any::<bool>(), 0..70_000_usize, 1..200_000_usize),
    ) {
        let b = |at: usize| blanks[at];
        let text = |zero: &str, one: &str, again: &str, schema: &str| format!(
            "{}{{{}{schema}\"prompt\"{}:{}\"x\",{}\"subject_image_list\"{}:[{{\"subject_image\":{}\"{zero}\"}},{}\
             {{\"subject_image\":\"{one}\"{}}}],\"pad\":\"{}\",\"style_image\"{}:{}\"{again}\"{}}}{}",
            b(0), b(1), b(2), b(3), b(4), b(5), b(6), b(7), b(8), "y".repeat(pad), b(9), b(10), b(11), b(0),
        );
        let key = if schema { format!("\"$schema\"{}:{{\"a\": [1]}},{}", b(3), b(5)) } else { String::new() };
        let request = text(&names.0, &names.1, &names.2, &key);
        let mut memory = MemoryFiles::new();
        for (index, bytes) in files.iter().enumerate() {
            memory.insert(format!("f{index}.png"), bytes.clone());
        }
        let mut parcel = match prepare(request.as_bytes(), memory) {
            Ok(parcel) => parcel,
            Err(error) => {
                let small = files.iter().take(2).any(|file| file.len() < SMALLEST_FILE as usize);
                prop_assert!(small, "{error}");
                return Ok(());
            }
        };
        let (zero, one) = (base64(&files[0]), base64(&files[1]));
        let expected = text(&zero, &one, &zero, "");
        let out = body(&mut parcel, piece).expect("nothing changes");
        prop_assert!(out == expected.as_bytes());
        prop_assert_eq!(out.len() as u64, parcel.content_length());

        let wire = Linter::builder().endpoint("multi-image2image").wire(true).build().expect("a linter");
        let report = wire.lint_bytes(&out);
        prop_assert!(report.is_acceptable(), "{:?}", report.findings());
        let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let sent = value["subject_image_list"][1]["subject_image"].as_str().unwrap_or_default();
        prop_assert!(base64_simd::STANDARD.decode_to_vec(sent).expect("Base64") == files[1]);
    }
}

//! A packed body is the request with its files in place of their names, and acceptable as it stands.
//!
//! `|` in the input parts the names of the files in a sound request; without it, it is the request.

use std::io::{Cursor, Read};

use base64_simd::STANDARD;
use kling_lint::{
    FileName, Files, Linter, OpenFile, PackError, Parcel, ParcelReader, Refusal, Severity,
};
use serde_json::{Value, json};

/// The first chunk of a picture that every field takes.
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x58\0\0\x02\x58\x08\x02\0\0\0\x31\x04\x0f\x8b";

/// There is a picture under every name, of a length that depends on it.
#[derive(Debug)]
struct Everywhere;

fn picture(name: &str) -> Vec<u8> {
    let len = name.bytes().map(usize::from).sum::<usize>();
    let behind = name.bytes().cycle().take(len * len % 200_000);
    PICTURE.iter().copied().chain(behind).collect()
}

impl Files for Everywhere {
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
        OpenFile::new(Cursor::new(picture(name.path())))
            .map_err(|error| Refusal::unreadable(error.to_string()))
    }
}

/// The body, read in pieces of this size.
fn read(mut reader: ParcelReader<'_>, piece: usize) -> Vec<u8> {
    let (mut body, mut buffer) = (Vec::new(), vec![0; piece]);
    loop {
        match reader.read(&mut buffer).expect("nothing changes") {
            0 => return body,
            len => body.extend_from_slice(&buffer[..len]),
        }
    }
}

/// See the module.
pub fn pack(data: &[u8]) {
    let Some((&piece, input)) = data.split_first() else { return };
    let request = if input.contains(&b'|') {
        let names = String::from_utf8_lossy(input);
        let images: Vec<Value> =
            names.split('|').take(4).map(|name| json!({"subject_image": name})).collect();
        let request = json!({"$schema": "./s", "subject_image_list": images, "prompt": "A cat."});
        if piece % 2 == 0 { format!("{request:#}\n") } else { request.to_string() }.into_bytes()
    } else {
        input.to_vec()
    };
    let linter = Linter::builder().files(Everywhere).build().expect("good options");
    let file = OpenFile::new(Cursor::new(request.clone())).expect("memory has an end");
    let mut parcel = match Parcel::prepare(&linter, file, None, Severity::Error) {
        Ok(parcel) => parcel,
        Err(PackError::Refused(refused)) => {
            assert!(!refused.to_string().is_empty());
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let body = read(parcel.reader().expect("memory"), usize::from(piece) * 512 + 1);
    assert_eq!(body.len() as u64, parcel.content_length());

    // With an id of ours, and without it again.
    if parcel.own_id().is_none() && parcel.set_own_id("kl1-\"") {
        let mut with = read(parcel.reader().expect("memory"), usize::from(piece) * 512 + 1);
        assert_eq!(with.len() as u64, parcel.content_length());
        let inserted = parcel.inserted().expect("it was put in");
        let range = inserted.range.start as usize..inserted.range.end as usize;
        if let Ok(Value::Object(sent)) = serde_json::from_slice(&with) {
            let is_ours = |value: &Value| value == "kl1-\"";
            assert!(sent.values().any(is_ours), "{}", String::from_utf8_lossy(&request));
        }
        with.splice(range, inserted.instead_of.bytes());
        assert!(with == body, "{}", String::from_utf8_lossy(&request));
    }

    // The same by hand.
    let mut naive = request.clone();
    for file in parcel.report().files().iter().rev() {
        let span = file.span.start as usize..file.span.end as usize;
        // serde_json reads no lone surrogate; the reader warns of it.
        if let Ok(name) = serde_json::from_slice::<String>(&request[span.clone()]) {
            assert_eq!(name, file.path);
        }
        let base64 = STANDARD.encode_to_string(picture(&file.path));
        naive.splice(span, format!("\"{base64}\"").into_bytes());
    }
    if parcel.left_out().is_empty() {
        assert!(body == naive, "{}", String::from_utf8_lossy(&request));
    } else {
        let value = |text: &[u8]| serde_json::from_slice::<Value>(text);
        if let (Ok(sent), Ok(Value::Object(mut wanted))) = (value(&body), value(&naive)) {
            wanted.retain(|key, _| !parcel.left_out().contains(&key.as_str()));
            assert!(sent == Value::Object(wanted), "{}", String::from_utf8_lossy(&request));
        }
    }

    let endpoint = parcel.report().endpoint().expect("an endpoint").name;
    let wire = Linter::builder().endpoint(endpoint).wire(true).build().expect("an endpoint");
    let report = wire.lint_bytes(&body);
    crate::shared::holds_together(&report, body.len() as u64);
    assert!(report.is_acceptable(), "{}", String::from_utf8_lossy(&request));
}

use super::*;

fn shown(body: &[u8]) -> String {
    let elisions = Elisions::find(body).expect("memory");
    let mut out = Vec::new();
    elisions.write(body, &mut out).expect("memory");
    // In pieces of a byte it is the same.
    let mut again = Vec::new();
    let single = || Single(body);
    Elisions::find(single()).and_then(|it| it.write(single(), &mut again)).expect("memory");
    assert!(out == again);
    String::from_utf8(out).expect("valid text")
}

/// One byte at a time.
struct Single<'b>(&'b [u8]);

impl Read for Single<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(1);
        self.0.read(&mut buffer[..most])
    }
}

#[test]
fn long_base64_is_named() {
    let bytes: Vec<u8> = (0..100_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    for len in [151, 152, 153, 12_288, 12_289, 100_000] {
        let base64 = STANDARD.encode_to_string(&bytes[..len]);
        let hash = hex(&Sha256::digest(&bytes[..len])[..HASH]);
        let name = format!("<Base64 of {} bytes, sha256 {hash}…>", printable::grouped(len as u64));
        for text in [base64.clone(), base64.replace('/', "\\/")] {
            let body = format!("{{\"a\": \"x\", \"image\": \"{text}\", \"b\": [\"{text}\"]}}\n");
            let wanted = format!("{{\"a\": \"x\", \"image\": \"{name}\", \"b\": [\"{name}\"]}}\n");
            assert_eq!(shown(body.as_bytes()), wanted);
        }
    }
}

#[test]
fn what_is_no_base64_is_shown_whole() {
    let long = "A".repeat(40_000);
    for text in [
        "A".repeat(200),
        format!("{long}!"),
        format!("!{long}"),
        format!("{long} {long}"),
        format!("{long}A"),
        format!("{}=={long}", "A".repeat(16_382)),
        format!("{long}\\u0041AA"),
        format!("{long}\\\\"),
        format!("{long}\\\""),
        format!("data:image/png;base64,{long}"),
    ] {
        let body = format!("{{\"image\": \"{text}\"}}");
        assert_eq!(shown(body.as_bytes()), format!("{body}\n"));
    }
}

#[test]
fn nothing_moves_a_cursor() {
    let body = "{\r\n\t\"a\": \"caf\u{e9} \u{5b57} \u{1f600} \u{202e}\u{9b}\u{7f}\u{e0001}\\n\\u001b[2J\u{1b}[2J\"\r}";
    assert_eq!(
        shown(body.as_bytes()),
        "{\n\t\"a\": \"caf\u{e9} \u{5b57} \u{1f600} \\u202e\\u009b\\u007f\\udb40\\udc01\\n\\u001b[2J\\u001b[2J\"}\n"
    );
    assert_eq!(shown(b"{\"a\": \"\xff\xe5\xad\"}"), "{\"a\": \"\u{fffd}\u{fffd}\"}\n");
    assert_eq!(shown(b"\"\xe5"), "\"\u{fffd}\n");
    assert_eq!(shown(b""), "\n");
}

/// A string of hundreds of megabytes that never is in memory.
#[test]
fn memory_is_flat() {
    let len: u64 = if cfg!(debug_assertions) { 24 << 20 } else { 400 << 20 };
    let body = || b"{\"image\": \"".chain(io::repeat(b'A').take(len)).chain(&b"\"}"[..]);
    let elisions = Elisions::find(body()).expect("memory");
    let mut out = Vec::new();
    elisions.write(body(), &mut out).expect("memory");
    let out = String::from_utf8(out).expect("text");
    let bytes = printable::grouped(len / 4 * 3);
    assert!(out.starts_with(&format!("{{\"image\": \"<Base64 of {bytes} bytes, ")), "{out}");
}

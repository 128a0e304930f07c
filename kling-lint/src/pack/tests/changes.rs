//! Files and requests that change between the check and the last byte.

use std::sync::Arc;

use super::*;

/// Bytes that others write while they are read.
#[derive(Clone, Debug, Default)]
struct Live(Arc<Mutex<Vec<u8>>>);

impl Live {
    fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Live(Arc::new(Mutex::new(bytes.into())))
    }

    fn write(&self, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.0.lock().expect("a lock"));
    }

    fn open(&self) -> OpenFile {
        let len = self.0.lock().expect("a lock").len() as u64;
        OpenFile::with_len(LiveReader { bytes: self.clone(), at: 0 }, len)
    }
}

impl Files for Live {
    fn open(&self, _: &FileName<'_>) -> Result<OpenFile, Refusal> {
        Ok(self.open())
    }
}

struct LiveReader {
    bytes: Live,
    at: u64,
}

impl Read for LiveReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.bytes.0.lock().expect("a lock");
        let mut cursor = Cursor::new(bytes.as_slice());
        cursor.set_position(self.at);
        let read = cursor.read(buffer)?;
        self.at = cursor.position();
        Ok(read)
    }
}

impl Seek for LiveReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let bytes = self.bytes.0.lock().expect("a lock");
        let mut cursor = Cursor::new(bytes.as_slice());
        cursor.set_position(self.at);
        self.at = cursor.seek(to)?;
        Ok(self.at)
    }
}

const REQUEST: &str = r#"{"prompt":"x","subject_image_list":[{"subject_image":"a.png"},{"subject_image":"b.png"}]}

"#;

/// Reads until there is an error; what was handed on before it, and the error.
fn cut(reader: &mut ParcelReader<'_>, out: &mut Vec<u8>) -> io::Error {
    let mut buffer = vec![0; 1000];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => panic!("the body is whole: {} bytes", out.len()),
            Ok(read) => out.extend_from_slice(&buffer[..read]),
            Err(error) => return error,
        }
    }
}

/// Packs, reads so much of the body, lets something change, and reads on. The rest must be refused.
fn refused(after: usize, change: impl FnOnce(&Live, &Live)) -> String {
    let (request, file) = (Live::new(REQUEST), Live::new(png(300_000)));
    let linter = linter(file.clone());
    let mut parcel =
        Parcel::prepare(&linter, request.open(), None, Severity::Error).expect("packed");
    let mut reader = parcel.reader().expect("a reader");
    let mut out = vec![0; after];
    reader.read_exact(&mut out).expect("the beginning");
    change(&request, &file);
    let error = cut(&mut reader, &mut out);
    assert!(serde_json::from_slice::<serde_json::Value>(&out).is_err(), "never a whole body");
    let again = reader.read(&mut [0; 10]).expect_err("an error stays one");
    assert_eq!(again.to_string(), error.to_string());
    error.to_string()
}

#[test]
fn a_file_that_changes_ends_the_body() {
    const FILE: &str = "\"a.png\" changed after it was checked";
    for after in [0, 70, 1000, 100_000] {
        assert_eq!(refused(after, |_, file| file.write(|it| it.push(0))), FILE, "grown, {after}");
        assert_eq!(refused(after, |_, file| file.write(|it| it.truncate(299_999))), FILE);
        assert_eq!(refused(after, |_, file| file.write(Vec::clear)), FILE);
        assert_eq!(refused(after, |_, file| file.write(|it| it[20] ^= 1)), FILE, "header, {after}");
    }
    // The first one is out.
    let after = 450_000;
    assert!(refused(after, |_, file| file.write(|it| it.push(0))).starts_with("\"b.png\""));
}

#[test]
fn a_request_that_changes_ends_the_body() {
    const ALTERED: &str = "the request changed after it was checked";
    let len = REQUEST.len();
    // What is read already cannot change what is sent: all of this request is one block.
    for change in [0, 20, len - 4, len - 3, len - 1] {
        let change = |request: &Live| request.write(|it| it[change] ^= 1);
        assert_eq!(refused(0, |request, _| change(request)), ALTERED);
    }
    assert_eq!(refused(0, |request, _| request.write(|it| it.truncate(50))), ALTERED);
    assert_eq!(refused(0, |request, _| request.write(|it| it.push(b' '))), ALTERED);
    assert_eq!(refused(0, |request, _| request.write(Vec::clear)), ALTERED);
    let more = " ".repeat(300_000);
    assert_eq!(refused(0, |request, _| request.write(|it| it.extend(more.bytes()))), ALTERED);
}

#[test]
fn white_space_behind_the_bracket_is_read_before_the_bracket_is_sent() {
    let request = Live::new(REQUEST.to_owned() + &" ".repeat(300_000));
    let linter = linter(Live::new(png(300)));
    let mut parcel =
        Parcel::prepare(&linter, request.open(), None, Severity::Error).expect("packed");
    let mut reader = parcel.reader().expect("a reader");
    let mut out = vec![0; 500];
    reader.read_exact(&mut out).expect("the beginning");
    request.write(|it| it[300_000] = b'\n');
    assert!(cut(&mut reader, &mut out).to_string().contains("request changed"));
    assert!(!out.ends_with(b"}") && out.ends_with(b"]"), "{}", String::from_utf8_lossy(&out));
}

#[test]
fn a_file_that_changes_before_it_is_packed_is_no_part_of_it() {
    /// A file that is written while its header is read.
    #[derive(Debug)]
    struct Growing;
    struct Reader(Cursor<Vec<u8>>);
    impl Files for Growing {
        fn open(&self, _: &FileName<'_>) -> Result<OpenFile, Refusal> {
            Ok(OpenFile::with_len(Reader(Cursor::new(png(3000))), 3000))
        }
    }
    impl Read for Reader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.get_mut().push(0);
            self.0.read(buffer)
        }
    }
    impl Seek for Reader {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    let why = obstacles(prepare(REQUEST.as_bytes(), Growing));
    assert_eq!(why.len(), 2);
    assert!(why.iter().all(|(_, why)| *why == Why::Changed), "{why:?}");
}

#[test]
fn a_file_that_cannot_be_read_on_says_so() {
    #[derive(Debug)]
    struct Failing(u64);
    struct Reader(Cursor<Vec<u8>>, u64);
    impl Files for Failing {
        fn open(&self, _: &FileName<'_>) -> Result<OpenFile, Refusal> {
            Ok(OpenFile::with_len(Reader(Cursor::new(png(300_000)), self.0), 300_000))
        }
    }
    impl Read for Reader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.position() >= self.1 {
                return Err(io::Error::other("the disk is gone"));
            }
            self.0.read(buffer)
        }
    }
    impl Seek for Reader {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    let why = obstacles(prepare(REQUEST.as_bytes(), Failing(0)));
    assert_eq!(why[0].1, Why::Refused(Refusal::unreadable("the disk is gone")));

    let mut parcel = prepare(REQUEST.as_bytes(), Failing(98_304)).expect("the header is there");
    let mut out = Vec::new();
    let error = cut(&mut parcel.reader().expect("a reader"), &mut out);
    assert_eq!(error.to_string(), "\"a.png\" cannot be read any more: the disk is gone");
}

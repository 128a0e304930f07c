use std::io::{Cursor, Read, Seek, SeekFrom};

use kling_schema::endpoints::ENDPOINTS;
use proptest::prelude::*;

use super::*;
use crate::media::PixelSize;
use crate::media::facts::{Untold, VideoFacts};
use crate::media::probe::{Header, tests as fixtures};
use crate::{Linter, LinterBuilder, MemoryFiles};

const IMAGES: &[&str] = &[
    "mono-300x300.png",
    "palette-338x191.png",
    "grey-300x750.jpg",
    "exif6-48x32.jpg",
    "small-16x16.webp",
    "small-4x4.gif",
    "page.html",
];

/// A fixture's bytes.
fn bytes(name: &str) -> Vec<u8> {
    base64_simd::STANDARD.decode_to_vec(fixtures::text(name)).expect("a fixture is Base64")
}

fn judged(builder: LinterBuilder, bytes: &[u8], name: &str) -> MediaReport {
    let file = OpenFile::new(Cursor::new(bytes.to_vec())).expect("memory is read");
    builder.build().expect("good options").judge_media(file, name).expect("memory is read")
}

fn only(endpoint: &str) -> LinterBuilder {
    Linter::builder().endpoint(endpoint)
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.name).collect()
}

fn messages(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.message.as_str()).collect()
}

/// A video that tells all.
fn video(seconds: u64, rate: u64, width: u32, height: u32) -> FileFacts {
    let size = PixelSize { width, height };
    FileFacts {
        header: Header {
            content: Content::Mp4,
            size: Err(super::super::probe::Unsure::NotRead),
            turned: false,
            animated: false,
        },
        len: 1_000,
        exact: true,
        undecodable: None,
        video: Some(VideoFacts {
            seconds: Ok(Fraction { over: seconds, under: 1000 }),
            rate: Ok(Fraction { over: rate, under: 1000 }),
            size: Ok(size),
        }),
    }
}

fn judged_facts(facts: &FileFacts, name: &str) -> MediaReport {
    let linter = Linter::new();
    judge_facts(facts, name, ENDPOINTS, &|drafts| linter.settled(drafts))
}

#[test]
fn a_good_image_is_taken_by_every_image_field() {
    let report = judged(Linter::builder(), &bytes("mono-300x300.png"), "a.png");
    assert_eq!((report.content, report.pixels, report.len), (Some("PNG"), Some((300, 300)), 121));
    assert_eq!((report.class, report.seconds), (MediaClass::Image, None));
    assert!(report.about.is_empty());
    assert!(report.fields.len() > ENDPOINTS.len());
    assert!(report.fields.iter().all(|field| field.accepted() && field.findings.is_empty()));
    assert!(report.fields.iter().all(|field| field.inline));
    assert_eq!((report.worst(), report.is_acceptable()), (None, true));
    let image = report.fields.iter().find(|field| field.field.contains("[].")).expect("a list");
    assert_eq!(report.best().map(|field| field.endpoint), Some(ENDPOINTS[0].name));
    assert!(image.findings.is_empty());
}

#[test]
fn a_finding_names_its_field_and_row_and_has_no_place() {
    let report = judged(only("omni-video"), &bytes("palette-338x191.png"), "a.png");
    let [field] = report.fields.as_slice() else { panic!("one image field") };
    assert!(!field.accepted());
    let [finding] = field.findings.as_slice() else { panic!("one finding") };
    let row = format!("{}/{}/min-edge", field.endpoint, field.field);
    assert_eq!(finding.constraint, Some(row));
    assert!(finding.message.starts_with(&format!("`{}` is 338 × 191 pixels", field.field)));
    assert_eq!(finding.pointer, "");
    assert_eq!((finding.span.start, finding.span.end), (0, 0));
    assert_eq!(report.worst(), Some(Severity::Error));
}

#[test]
fn what_is_about_the_file_is_said_once() {
    let report = judged(Linter::builder(), &bytes("mono-300x300.png"), "a.jpg");
    assert_eq!(messages(&report.about), ["the file is PNG by content, not what `.jpg` says"]);
    assert!(report.fields.iter().all(|field| field.findings.is_empty()));
    assert!(report.fields.iter().all(|field| field.worst() == Some(Severity::Warning)));
    let cut = &bytes("mono-300x300.png")[..20];
    let report = judged(Linter::builder(), cut, "a.png");
    assert_eq!(
        messages(&report.about),
        ["cannot tell the size of the image, a PNG file: its header is cut short"]
    );
    assert_eq!(report.pixels, None);
}

#[test]
fn severities_are_those_of_the_options() {
    let bytes = bytes("palette-338x191.png");
    let strict = judged(Linter::builder().strict(true), &bytes, "a.jpg");
    assert_eq!(strict.worst(), Some(Severity::Error));
    assert!(!strict.is_acceptable());
    let lenient = Linter::builder()
        .severity("too-few-pixels", Severity::Info)
        .severity("misleading-suffix", Severity::Info);
    let lenient = judged(lenient, &bytes, "a.jpg");
    assert_eq!(lenient.worst(), Some(Severity::Info));
    assert!(lenient.fields.iter().all(FieldVerdict::accepted));
}

#[test]
fn a_file_is_judged_by_content_then_by_name() {
    for (bytes, name, class) in [
        (bytes("mono-300x300.png"), "a.mp4", MediaClass::Image),
        (bytes("start.mov"), "a.png", MediaClass::Video),
        (b"nothing known".to_vec(), "a.MP4", MediaClass::Video),
        (b"nothing known".to_vec(), "a.webm", MediaClass::Video),
        (b"nothing known".to_vec(), "a.pdf", MediaClass::Image),
        (b"nothing known".to_vec(), "a", MediaClass::Image),
        (Vec::new(), "a.mov", MediaClass::Video),
    ] {
        assert_eq!(judged(Linter::builder(), &bytes, name).class, class, "{name}");
    }
}

#[test]
fn an_empty_file_is_taken_by_nothing() {
    let report = judged(Linter::builder(), b"", "a.png");
    assert_eq!(messages(&report.about), ["the file is empty"]);
    assert_eq!(report.about[0].severity, Severity::Error);
    assert!(report.fields.is_empty() && !report.is_acceptable());
    assert_eq!(report.worst(), Some(Severity::Error));
    let linter = Linter::new();
    let changed = unread(5, "a.png", &files::CHANGING_FILE, &|drafts| linter.settled(drafts));
    assert_eq!(messages(&changed.about), ["the file changed while it was read"]);
    assert_eq!((changed.worst(), changed.content), (Some(Severity::Error), None));
}

#[test]
fn a_video_is_judged_by_its_movie_header() {
    let report = judged_facts(&video(5_000, 30_000, 1280, 720), "a.mp4");
    assert_eq!((report.seconds, report.frames_per_second), (Some(5.0), Some(30.0)));
    assert_eq!(report.pixels, Some((1280, 720)));
    assert!(report.about.is_empty() && report.is_acceptable());
    for field in &report.fields {
        assert!(!field.inline && field.findings.is_empty(), "{}", field.field);
    }
    let report = judged_facts(&video(2_500, 12_000, 640, 480), "a.mov");
    let [field] = report.fields.as_slice() else { panic!("one video field") };
    assert_eq!(ids(&field.findings), ["too-few-pixels", "too-short-video", "bad-frame-rate"]);
    assert!(report.about.is_empty(), "the suffixes of MP4 and MOV are used for each other");
}

#[test]
fn one_second_and_one_frame_are_singular() {
    let report = judged_facts(&video(1_000, 1_000, 720, 720), "a.mp4");
    let messages = messages(&report.fields[0].findings);
    assert!(messages[0].contains(" runs 1 second; "), "{messages:?}");
    assert!(messages[1].contains(" has 1 frame per second; "), "{messages:?}");
}

/// The page prints the limit; only the severity is lower.
#[test]
fn what_is_close_to_a_limit_is_a_warning_on_the_same_basis() {
    let close = judged_facts(&video(10_010, 30_000, 720, 720), "a.mp4");
    let beyond = judged_facts(&video(11_000, 30_000, 720, 720), "a.mp4");
    let ([close], [beyond]) = (&close.fields[0].findings[..], &beyond.fields[0].findings[..])
    else {
        panic!("one finding each")
    };
    assert_eq!((close.severity, beyond.severity), (Severity::Warning, Severity::Error));
    assert_eq!((close.tier, &close.source), (beyond.tier, &beyond.source));
}

#[test]
fn what_a_video_does_not_tell_is_about_the_file() {
    let mut facts = video(5_000, 30_000, 1280, 720);
    facts.video = Some(VideoFacts::untold(Untold::Unsure("it is fragmented")));
    let report = judged_facts(&facts, "a.mp4");
    assert_eq!(ids(&report.about), ["unsure-video"]);
    assert!(report.about[0].message.contains("the video"), "{}", report.about[0].message);
    assert_eq!((report.seconds, report.pixels), (None, None));
    assert_eq!(report.worst(), Some(Severity::Info));
    facts.video = Some(VideoFacts::untold(Untold::Damaged("it has no movie header")));
    let report = judged_facts(&facts, "a.mp4");
    assert_eq!(ids(&report.about), ["unreadable-video"]);
    assert_eq!(report.worst(), Some(Severity::Warning));
}

#[test]
fn an_endpoint_without_such_a_field_takes_nothing() {
    let report = judged(only(ENDPOINTS[0].name), &bytes("start.mp4"), "a.mp4");
    let owner = ENDPOINTS[0].name;
    assert_eq!(messages(&report.about), [format!("the video is MP4; {owner} takes JPG or PNG")]);
    let help = format!("no field of {owner} names a video");
    assert_eq!(report.about[0].help.as_deref(), Some(&*help));
    assert!(report.fields.is_empty() && !report.is_acceptable());
    assert_eq!(report.counted().count(), 1);
}

mod own {
    use kling_schema::{ImageSource, KlingSchema};
    use serde::{Deserialize, Serialize};

    /// No media at all.
    #[derive(Debug, Serialize, Deserialize, KlingSchema)]
    #[kling(endpoint = "POST /v1/poems", page = "https://acme.net/poems", read = "2026-03")]
    pub(super) struct Poem {
        /// What it is about.
        text: String,
    }

    /// An image of any format.
    #[derive(Debug, Serialize, Deserialize, KlingSchema)]
    #[kling(endpoint = "POST /v1/frames", page = "https://acme.net/frames", read = "2026-03")]
    pub(super) struct Frame {
        /// The picture.
        #[kling(image(edge >= 310))]
        picture: ImageSource,
    }
}

#[test]
fn a_table_of_ones_own_is_judged_by() {
    use kling_schema::KlingSchema as _;

    let png = bytes("mono-300x300.png");
    let report = judged(Linter::builder().schema(own::Frame::SCHEMA), &png, "a.png");
    assert_eq!(
        messages(&report.fields[0].findings),
        ["`picture` is 300 × 300 pixels; frames asks for at least 310 on each side"]
    );
    let mp4 = bytes("start.mp4");
    for (object, name, bytes, message) in [
        (own::Frame::SCHEMA, "a.mp4", &mp4, "the video is MP4; frames takes other media"),
        (own::Poem::SCHEMA, "a.png", &png, "the image is PNG; poems takes no media"),
    ] {
        let report = judged(Linter::builder().schema(object), bytes, name);
        assert_eq!(messages(&report.about), [message]);
        assert_eq!(report.worst(), Some(Severity::Error));
    }
}

/// A request whose only content is a text at the end of this path.
fn request(path: &str, text: &str) -> serde_json::Value {
    path.rsplit('.').fold(text.into(), |value, step| {
        let (key, depth) = match step.strip_suffix("[]") {
            Some(key) => (key, 1),
            None => (step, 0),
        };
        let value = if depth == 1 { serde_json::json!([value]) } else { value };
        serde_json::json!({ key: value })
    })
}

/// A file gets the same findings whether it is named on the command line or in a request.
#[test]
fn the_verdict_is_that_of_a_request() {
    for name in IMAGES {
        let bytes = bytes(name);
        let report = judged(Linter::builder(), &bytes, name);
        assert!(!report.fields.is_empty());
        for field in &report.fields {
            let mut served = MemoryFiles::new();
            served.insert(name, bytes.clone());
            let linter = only(field.endpoint).files(served).build().expect("good options");
            let request = linter.lint_value(&request(&field.field, &format!("./{name}")));
            let told =
                |finding: &Finding| (finding.rule.id, finding.severity, finding.constraint.clone());
            let mut expected: Vec<_> = request
                .findings()
                .iter()
                .filter(|finding| finding.rule.id.starts_with("KL4"))
                .map(told)
                .collect();
            let mut found: Vec<_> = field.findings.iter().chain(&report.about).map(told).collect();
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{name} in {}/{}", field.endpoint, field.field);
        }
    }
}

/// A file that grows once its header was read and somebody goes back for more.
struct Growing(Cursor<Vec<u8>>);

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Seek for Growing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if to == SeekFrom::Start(0) && self.0.position() > 0 {
            self.0.get_mut().push(0);
        }
        self.0.seek(to)
    }
}

#[test]
fn a_video_that_grows_behind_its_first_bytes_is_not_judged() {
    let bytes = bytes("start.mp4");
    let len = bytes.len() as u64;
    let mut file = OpenFile::with_len(Growing(Cursor::new(bytes)), len);
    assert_eq!(facts(&mut file, false).expect("memory is read"), Err(Unread::Changing));
}

#[cfg(feature = "cli")]
#[test]
fn binary_media_are_known_by_their_first_bytes() {
    for name in ["mono-300x300.png", "exif6-48x32.jpg", "small-16x16.webp", "small-4x4.gif"] {
        assert!(begun(&bytes(name)).is_some(), "{name}");
    }
    for name in ["start.mp4", "start.mov", "start.heic", "blank.pdf", "small-4x4.bmp"] {
        assert!(begun(&bytes(name)).is_some(), "{name}");
    }
    for text in [
        "",
        "{",
        "{  \"wide\": 1}",
        "\u{feff}{ \"mdat\": 1}",
        " [ \"moov\"]",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        "<html>",
        "https://cdn.klingai-assets.net/a.png",
        "data:image/png;base64,iVBORw0KGgo",
        "/9j/4AAQ",
        "RIFF",
    ] {
        assert_eq!(begun(text.as_bytes()), None, "{text}");
    }
}

proptest! {
    /// Whatever the bytes and the name are, the parts of a report agree.
    #[test]
    fn any_file_gets_a_verdict(
        start in prop::sample::select(vec!["", "\u{89}PNG\r\n\u{1a}\n", "GIF89a", "%PDF-", "BM"]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        name in "\\PC{0,12}(\\.(png|mov|json|txt))?",
    ) {
        let bytes: Vec<u8> =
            start.chars().map(|it| u8::try_from(u32::from(it)).unwrap_or(0)).chain(bytes).collect();
        let report = judged(Linter::builder(), &bytes, &name);
        prop_assert_eq!(report.len, bytes.len() as u64);
        prop_assert_eq!(report.is_acceptable(), report.worst() < Some(Severity::Error));
        let least = report.fields.iter().map(FieldVerdict::worst).min();
        prop_assert_eq!(least.unwrap_or(Some(Severity::Error)), report.worst());
        prop_assert_eq!(report.counted().map(|it| it.severity).max(), report.worst());
    }
}

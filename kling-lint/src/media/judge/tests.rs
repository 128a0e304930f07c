use std::borrow::Cow;

use kling_schema::{Megabytes, Range as Bounds, RatioRange, Source, Tier};

use super::text::check;
use super::*;
use crate::media::base64::{Base64Facts, Base64Scan, Fault, FaultKind};
use crate::media::probe::{Content, Header, tests as fixtures};
use crate::media::{MediaText, Rest};
use crate::message::fill;

fn png() -> &'static str {
    fixtures::text("mono-300x300.png")
}

fn small_png() -> &'static str {
    fixtures::text("palette-338x191.png")
}

fn turned() -> &'static str {
    fixtures::text("exif6-48x32.jpg")
}

fn gif() -> &'static str {
    fixtures::text("small-4x4.gif")
}

const PAGE: Source = Source::Page { url: "https://page", read: "2026-03" };
const DOCUMENTED: Basis = Basis::new(Tier::Documented, PAGE);
const UPSTREAM: Basis = Basis::new(Tier::Upstream, PAGE);

const FORMS: Limit = Limit::new(Bound::Forms(Forms::new(true, true)), DOCUMENTED);
const URL_ONLY: Limit =
    Limit::new(Bound::Forms(Forms::new(true, false)), Basis::house(Severity::Warning));
const FORMATS: Limit = Limit::new(Bound::Formats(&[Format::Jpeg, Format::Png]), DOCUMENTED);
const BYTES: Limit = Limit::new(Bound::Bytes(Megabytes::new(10)), UPSTREAM);
const EDGE: Limit = Limit::new(Bound::Edge(Bounds::new(Some(300), Some(3000))), DOCUMENTED);
const RATIO: Limit = Limit::new(Bound::Ratio(RatioRange::new((2, 5), (5, 2))), UPSTREAM);
const ALL: &[Limit] = &[FORMS, FORMATS, BYTES, EDGE, RATIO];

/// What a run says: the verdict, and each finding with its message.
struct Run {
    judged: Judged,
    drafts: Vec<Draft>,
}

impl Run {
    fn ids(&self) -> Vec<&str> {
        self.drafts.iter().map(|draft| draft.rule.name).collect()
    }

    fn messages(&self) -> Vec<String> {
        self.drafts.iter().map(|draft| fill(draft.rule.message, &draft.params)).collect()
    }

    fn help(&self) -> String {
        self.drafts.iter().map(|draft| fill(draft.rule.help, &draft.params)).collect()
    }

    /// The raw text after all fixes.
    fn fixed(&self, raw: &str) -> String {
        let mut out = format!("\"{raw}\"");
        let mut edits: Vec<_> = self
            .drafts
            .iter()
            .filter_map(|draft| draft.fix.as_ref())
            .flat_map(|fix| &fix.edits)
            .collect();
        edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        for (span, text) in edits {
            out.replace_range(span.start as usize..span.end as usize, text);
        }
        out[1..out.len() - 1].to_owned()
    }
}

/// Judges a text as it would be read from `raw`, alone in a file.
fn run_written(raw: &str, limits: &[Limit], wire: bool) -> Run {
    let text: String = serde_json::from_str(&format!("\"{raw}\"")).expect("a JSON string");
    run_facts(&text, raw, limits, wire, &|| {
        let mut scan = Base64Scan::new();
        scan.push(text.as_bytes());
        scan.finish()
    })
}

/// A text, and what it is made from.
struct Written<'a> {
    text: &'a str,
    raw: &'a str,
    base64: &'a dyn Fn() -> Base64Facts,
}

impl Rest for Written<'_> {
    fn tail(&self) -> Cow<'_, str> {
        let from = self.text.len().saturating_sub(64);
        Cow::Borrowed(&self.text[self.text.ceil_char_boundary(from)..])
    }

    fn raw_head(&self) -> &str {
        self.raw
    }

    fn raw_tail(&self) -> &str {
        self.raw
    }

    fn base64(&self) -> Base64Facts {
        (self.base64)()
    }

    fn data(&self, _: usize) -> Option<Vec<u8>> {
        None
    }
}

fn run_facts(
    text: &str,
    raw: &str,
    limits: &[Limit],
    wire: bool,
    base64: &dyn Fn() -> Base64Facts,
) -> Run {
    let cut = text.floor_char_boundary(4096);
    let written = Written { text, raw, base64 };
    let text = MediaText {
        head: Cow::Borrowed(&text[..cut]),
        complete: cut == text.len(),
        rest: &written,
    };
    let root = Trail::root("image2video");
    let trail = root.key("image");
    let mut drafts = Vec::new();
    let span = 0..u32::try_from(raw.len()).expect("short") + 2;
    let setting = Setting { wire, ..Setting::default() };
    let judged = check(&text, MediaClass::Image, limits, &trail, span, &setting, &mut drafts);
    Run { judged, drafts }
}

fn run(raw: &str) -> Run {
    run_written(raw.trim(), ALL, false)
}

#[test]
fn clean_texts_say_nothing() {
    for text in
        [png(), "https://cdn.kling.ai/cat.png", "HTTP://cdn.kling.ai/?x=.webp", "cat.png", "~/cat"]
    {
        assert_eq!(run(text).messages(), [""; 0], "{text}");
    }
}

#[test]
fn forms_and_sizes_are_handed_back() {
    let sound = run(png()).judged;
    assert_eq!(
        (sound.form, sound.size),
        (Form::Base64, Some(PixelSize { width: 300, height: 300 }))
    );
    assert!(!sound.turned);
    assert!(run(turned()).judged.turned);
    assert_eq!(run("https://cdn.kling.ai/x").judged.form, Form::Url);
    assert!(matches!(run("cat.png").judged.form, Form::Path(_)));
    assert_eq!(run("[REDACTED]").judged.form, Form::Neither);
    assert_eq!(run(&format!("data:image/png;base64,{}", png())).judged.size, sound.size);
}

#[test]
fn texts_that_are_no_media() {
    for (text, message) in [
        (
            "[REDACTED]",
            "`image` is the text \"[REDACTED]\"; image2video takes an `http(s)://` URL or Base64",
        ),
        (
            "example",
            "`image` is the text \"example\"; image2video takes an `http(s)://` URL or Base64",
        ),
        ("", "`image` is an empty text; image2video takes an `http(s)://` URL or Base64"),
        (r" \n", "`image` is white space; image2video takes an `http(s)://` URL or Base64"),
        (
            "s3://b/cat.png",
            "`image` is a URL of the scheme `s3:`; image2video takes an `http(s)://` URL or Base64",
        ),
        (
            "http://",
            "`image` is the incomplete URL \"http://\"; image2video takes an `http(s)://` URL or Base64",
        ),
        (
            "www.kling.ai/cat.png",
            "`image` is an address without a scheme, \"www.kling.ai/cat.png\"; image2video takes an `http(s)://` URL or Base64",
        ),
    ] {
        let run = run_written(text, ALL, false);
        assert_eq!(run.messages(), [message]);
        assert_eq!(run.drafts[0].rule, &rules::NOT_A_MEDIA_SOURCE);
        assert_eq!(run.drafts[0].basis, DOCUMENTED);
        assert_eq!(run.drafts[0].constraint.as_deref(), Some("image2video/image/form"));
    }
    for text in [
        "<base64>",
        "xxx",
        "YOUR_IMAGE_URL",
        "{{image}}",
        "a cat, 4k",
        "고양이",
        "deadbeef",
        "====",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "/home/me/cat",
    ] {
        assert_eq!(run(text).ids(), ["not-a-media-source"], "{text}");
    }
    // Without the comma that ends a prefix it is one all the same: so a schema says it too.
    for text in ["data:", "DATA:text", "data://a"] {
        assert_eq!(run(text).ids(), ["data-url-prefix"], "{text}");
    }
    assert_eq!(run(&"a cat. ".repeat(1000)).ids(), ["not-a-media-source"]);
    assert_eq!(run(&"abcd".repeat(1000)).ids(), ["wrong-format"]);
}

#[test]
fn an_address_without_a_scheme_is_completed() {
    let text = "//cdn.kling.ai/cat";
    assert_eq!(run(text).fixed(text), "https://cdn.kling.ai/cat");
    let text = "www.kling.ai/cat";
    assert_eq!(run(text).fixed(text), "https://www.kling.ai/cat");
    let no_forms = run_written(text, &[FORMATS], false);
    assert_eq!(no_forms.ids(), [""; 0]);
}

#[test]
fn the_data_prefix_is_deleted_and_the_rest_judged() {
    let png = png();
    let text = format!("data:image/png;base64,{png}");
    let found = run(&text);
    assert_eq!(
        found.messages(),
        ["`image` has the prefix `data:image/png;base64,`, which image2video does not take"]
    );
    assert_eq!(found.fixed(&text), png);
    let escaped = text.replace('/', r"\/");
    assert_eq!(run(&escaped).fixed(&escaped), png.replace('/', r"\/"));
    let all = run(&format!("data:image/png;base64,{}", small_png().trim_end_matches('=')));
    assert_eq!(all.ids(), ["data-url-prefix", "bad-base64", "too-few-pixels"]);
    let plain = run("data:image/svg+xml,%3Csvg/%3E");
    assert_eq!(plain.ids(), ["data-url-prefix"]);
    assert!(plain.drafts[0].fix.is_none());
    assert_eq!(run("data:image/png;base64,").ids(), ["data-url-prefix", "bad-base64"]);
    assert_eq!(run("data:text/plain;base64,QUJD").ids(), ["data-url-prefix", "wrong-format"]);
}

#[test]
fn faults_of_the_encoding() {
    let png = png();
    let broken = |at: usize, with: &str| format!("{}{with}{}", &png[..at], &png[at..]);
    for (text, message, fixed) in [
        (
            png.trim_end_matches('=').to_owned(),
            "`image` is not valid Base64: missing `==` at its end",
            Some(png.to_owned()),
        ),
        (
            format!("{png}=="),
            "`image` is not valid Base64: extra `==` at its end",
            Some(png.to_owned()),
        ),
        (
            format!(r"{png}\r\n\t"),
            "`image` is not valid Base64: a line break at character 165",
            Some(png.to_owned()),
        ),
        (broken(76, r"\n"), "`image` is not valid Base64: a line break at character 77", None),
        (broken(76, " "), "`image` is not valid Base64: white space at character 77", None),
        (
            broken(76, "-"),
            "`image` is not valid Base64: `-` of the URL-safe alphabet at character 77",
            None,
        ),
        (broken(76, "é"), "`image` is not valid Base64: `é` at character 77", None),
        (broken(76, r"\u0000"), r"`image` is not valid Base64: `\u{0}` at character 77", None),
        (
            broken(76, "="),
            "`image` is not valid Base64: data go on behind the padding at character 77",
            None,
        ),
        (
            png[..png.len() - 3].to_owned(),
            "`image` is not valid Base64: cut short, with one character left over",
            None,
        ),
    ] {
        let found = run(&text);
        assert_eq!(found.messages(), [message]);
        assert_eq!(found.drafts[0].fix.is_some(), fixed.is_some(), "{text}");
        if let Some(fixed) = fixed {
            assert_eq!(found.fixed(&text), fixed);
        }
        assert_eq!(found.judged.size, Some(PixelSize { width: 300, height: 300 }));
    }
    let short = run("iVBORw0KGgoAAAANS...");
    assert_eq!(short.ids(), ["bad-base64"]);
    assert_eq!(short.help(), "it looks shortened by hand: send the whole text");
    let extra = run(&format!(r"{png}\u003d"));
    assert!(extra.ids() == ["bad-base64"] && extra.drafts[0].fix.is_none());
}

#[test]
fn a_local_path_is_an_error_only_on_the_wire() {
    assert_eq!(run_written("./cat.png", &[URL_ONLY], false).ids(), [""; 0]);
    let sent = run_written("./cat.png", ALL, true);
    assert_eq!(
        sent.messages(),
        [
            "`image` is the local path \"./cat.png\"; image2video takes an `http(s)://` URL or Base64"
        ]
    );
    assert_eq!(sent.drafts[0].basis.severity, Severity::Error);
    let video = run_written("./cat.mov", &[URL_ONLY], true);
    assert_eq!(
        (video.ids(), video.drafts[0].basis.severity),
        (vec!["local-path-on-wire"], Severity::Warning)
    );
}

#[test]
fn a_form_that_is_not_taken_hides_the_rest() {
    let inline = run_written(gif(), &[URL_ONLY, FORMATS, EDGE], false);
    assert_eq!(inline.messages(), ["`image` is Base64; image2video takes an `http(s)://` URL"]);
    let base64_only = Limit::new(Bound::Forms(Forms::new(false, true)), UPSTREAM);
    assert_eq!(
        run_written("https://cdn.kling.ai/cat", &[base64_only], false).messages(),
        ["`image` is a URL; image2video takes Base64"]
    );
}

#[test]
fn odd_urls_are_warnings() {
    for (url, messages) in [
        ("http://localhost/x", vec!["`image` points to `localhost`, this machine"]),
        ("http://10.0.0.7:80/x", vec!["`image` points to `10.0.0.7`, a private address"]),
        (
            "https://me:secret@example.com/cat.gif",
            vec![
                "`image` points to `example.com`, reserved for examples",
                "the URL in `image` carries a user name and a password",
                "the URL in `image` ends in `.gif`; image2video takes JPG or PNG",
            ],
        ),
        (
            "https://kling.ai/clip.mp4",
            vec!["the URL in `image` ends in `.mp4`; image2video takes JPG or PNG"],
        ),
        (
            "https://kling.ai/a b.png",
            vec!["the URL in `image` has white space inside, which no URL may have"],
        ),
    ] {
        let found = run(url);
        assert_eq!(found.messages(), messages);
        for draft in &found.drafts {
            assert_eq!(draft.basis, Basis::house(Severity::Warning));
            assert!(!format!("{:?}", draft.params).contains("secret"));
        }
    }
    let spaced = r" \t https://kling.ai/a.png\n";
    let found = run_written(spaced, ALL, false);
    assert_eq!(found.ids(), ["space-in-url"]);
    assert_eq!(found.fixed(spaced), "https://kling.ai/a.png");
}

#[test]
fn formats_are_judged_by_content() {
    let found = run(gif());
    assert_eq!(found.messages(), ["`image` is GIF; image2video takes JPG or PNG"]);
    assert_eq!(found.help(), "convert it, for example to JPG");
    let encode = |bytes: &[u8]| base64_simd::STANDARD.encode_to_string(bytes);
    let twice = run(&encode(png().as_bytes()));
    assert_eq!(twice.messages(), ["`image` is Base64 of Base64; image2video takes JPG or PNG"]);
    let url = run(&encode(b"https://kling.ai/cat.png"));
    assert_eq!(url.messages(), ["`image` is Base64 of a URL; image2video takes JPG or PNG"]);
    let only_jpeg = Limit::new(Bound::Formats(&[Format::Jpeg]), UPSTREAM);
    assert_eq!(run_written(png(), &[FORMS, only_jpeg], false).ids(), ["wrong-format"]);
    assert_eq!(run_written(gif(), &[FORMS], false).ids(), [""; 0]);
}

/// What a scan says of sound Base64 of a PNG.
fn facts_of(width: u32, height: u32, decoded_len: u64) -> Base64Facts {
    Base64Facts {
        prefix: 0,
        verdict: Ok(()),
        whole: true,
        len: decoded_len * 4 / 3,
        decoded_len,
        header: Header {
            content: Content::Png,
            size: Ok(PixelSize { width, height }),
            turned: false,
            animated: false,
        },
    }
}

/// A PNG of this size, judged.
fn sized(width: u32, height: u32, limits: &[Limit]) -> Run {
    run_facts("iVBORw0KGgo=", "iVBORw0KGgo=", limits, false, &|| facts_of(width, height, 1000))
}

#[test]
fn sides_at_their_exact_bounds() {
    let edge = &[EDGE];
    for (width, height, rule) in [
        (300, 300, None),
        (299, 300, Some("too-few-pixels")),
        (300, 299, Some("too-few-pixels")),
        (3000, 300, None),
        (3001, 300, Some("too-many-pixels")),
        (300, 3001, Some("too-many-pixels")),
    ] {
        assert_eq!(sized(width, height, edge).ids(), Vec::from_iter(rule), "{width}x{height}");
    }
    let small = sized(338, 191, ALL);
    assert_eq!(
        small.messages(),
        ["`image` is 338 × 191 pixels; image2video asks for at least 300 on each side"]
    );
    assert_eq!(small.help(), "scale it to 531 × 300 or larger");
    assert_eq!(small.drafts[0].constraint.as_deref(), Some("image2video/image/min-edge"));
    let large = sized(3001, 3001, edge);
    assert_eq!(large.drafts[0].constraint.as_deref(), Some("image2video/image/max-edge"));
    assert_eq!(large.help(), "scale it down to 3000 × 3000");
    assert_eq!(sized(3001, 300, edge).help(), SQUARER);
    // Both at once: the strip is too thin and too long.
    assert_eq!(sized(1, u32::MAX, ALL).ids(), ["too-few-pixels", "too-many-pixels", "bad-ratio"]);
}

const SQUARER: &str = "crop it to a squarer shape, then scale it if need be";

#[test]
fn ratios_at_their_exact_bounds() {
    let ratio = &[RATIO];
    for (width, height, rule) in [
        (750, 300, None),
        (300, 750, None),
        (751, 300, Some("bad-ratio")),
        (300, 751, Some("bad-ratio")),
        (2_500_000, 1_000_000, None),
        (2_500_001, 1_000_000, Some("bad-ratio")),
        (u32::MAX, u32::MAX, None),
    ] {
        assert_eq!(sized(width, height, ratio).ids(), Vec::from_iter(rule), "{width}x{height}");
    }
    let wide = sized(1001, 400, ALL);
    assert_eq!(
        wide.messages(),
        ["`image` is 1001 × 400 pixels, a ratio of 2.503:1; image2video allows 1:2.5 to 2.5:1"]
    );
    assert_eq!(wide.help(), "crop it to 1000 × 400");
    assert_eq!(sized(338, 100, ALL).help(), SQUARER, "it is said once");
    assert_eq!(wide.drafts[0].basis, UPSTREAM);
}

#[test]
fn bytes_at_their_exact_bounds() {
    let judged = |decoded_len, whole| {
        let fault = Fault { kind: FaultKind::Character('!'), at: 70 };
        let verdict = if whole { Ok(()) } else { Err(fault) };
        run_facts("iVBORw0KGgo=", "iVBORw0KGgo=", &[FORMS, BYTES], false, &|| Base64Facts {
            verdict,
            whole,
            ..facts_of(300, 300, decoded_len)
        })
    };
    assert_eq!(judged(10_000_000, true).ids(), [""; 0]);
    let between = judged(10_000_001, true);
    assert_eq!(
        between.messages(),
        [
            "`image` is 10,000,001 bytes when decoded; image2video allows 10 MB, which may mean 10,000,000"
        ]
    );
    assert_eq!(between.drafts[0].basis, Basis::house(Severity::Warning));
    assert_eq!(judged(10 << 20, true).ids(), ["over-decimal-megabytes"]);
    let over = judged((10 << 20) + 1, true);
    assert_eq!(
        over.messages(),
        ["`image` is 10,485,761 bytes when decoded; image2video allows 10,485,760 (10 MB)"]
    );
    assert_eq!(over.drafts[0].basis, UPSTREAM);
    let guessed = judged(20 << 20, false);
    assert_eq!(
        guessed.messages()[1],
        "`image` is about 20,971,520 bytes when decoded; image2video allows 10,485,760 (10 MB)"
    );
}

#[test]
fn headers_that_do_not_tell() {
    let encode = |bytes: &[u8]| base64_simd::STANDARD.encode_to_string(bytes);
    let cut = run(&encode(&[0xff, 0xd8, 0xff, 0xe0, 0, 16, 1]));
    assert_eq!(
        cut.messages(),
        ["cannot tell the size of `image`, a JPG file: its header is cut short"]
    );
    assert_eq!(cut.drafts[0].basis, Basis::house(Severity::Warning));
    let zero = run(&encode(&[0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 0, 1, 1, 1, 1, 1, 0]));
    assert_eq!(
        zero.messages(),
        ["cannot tell the size of `image`, a JPG file: its header gives a side of 0 pixels"]
    );
    let broken = run(&format!("{}!", encode(&[0xff, 0xd8, 0xff, 0xe0, 0, 16])));
    assert_eq!(broken.ids(), ["bad-base64"], "one cause, one finding");
    let unasked = run_written("/9j/", &[FORMS, FORMATS], false);
    assert_eq!(unasked.ids(), [""; 0]);
}

#[test]
fn several_faults_are_all_told() {
    let text = small_png().trim_end_matches('=');
    assert_eq!(
        run(&format!("{}!{}", &text[..100], &text[100..])).ids(),
        ["bad-base64", "too-few-pixels"]
    );
    assert_eq!(run(turned()).ids(), ["too-few-pixels"]);
}

#[test]
fn a_text_longer_than_its_head() {
    let long = format!("{}{}", png().trim_end_matches('='), "A".repeat(1 << 20));
    assert_eq!(run(&long).ids(), ["bad-base64"], "two characters too few in the last group");
    let url = format!("https://kling.ai/{}.gif", "a".repeat(5000));
    assert_eq!(run(&url).ids(), [""; 0], "the suffix is beyond the head");
}

/// All strings of a document.
fn strings(value: &serde_json::Value) -> Vec<&str> {
    use serde_json::Value;
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields.values().flat_map(strings).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[test]
fn the_examples_of_the_rules_show_what_they_say() {
    let compared = [&rules::MASK_MISMATCH, &rules::POINT_OUTSIDE];
    let mut shown = 0;
    for rule in kling_schema::rules::all().filter(|rule| rule.id.starts_with("KL4")) {
        // Those about files need files.
        if rule.id.starts_with("KL403") {
            continue;
        }
        assert!(!rule.summary.is_empty() && !rule.explain.is_empty(), "{}", rule.id);
        if rule.example.bad.is_empty() || compared.contains(&rule) {
            continue;
        }
        let finds = |text: &str| {
            let value = serde_json::from_str(text).expect(rule.id);
            strings(&value)
                .iter()
                .any(|text| run_written(text, ALL, true).ids().contains(&rule.name))
        };
        assert!(finds(rule.example.bad), "{}", rule.id);
        assert!(!finds(rule.example.good), "{}", rule.id);
        shown += 1;
    }
    assert!(shown > 10);
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged(text in proptest::prelude::any::<String>(), wire in proptest::prelude::any::<bool>()) {
        let raw = serde_json::to_string(&text).expect("text");
        let run = run_written(&raw[1..raw.len() - 1], ALL, wire);
        for message in run.messages() {
            proptest::prop_assert!(!message.chars().any(char::is_control), "{}", message);
        }
    }

    #[test]
    fn fixes_of_any_spelling_stay_inside(text in r"(data:[a-z/;]{0,9}(;base64)?,| ?(//|www\.)a\.b)?[A-D/\\]{0,3}iVBOR={0,3}[ \n\t]{0,2}") {
        let raw = serde_json::to_string(&text).expect("text");
        let raw = &raw[1..raw.len() - 1];
        let run = run_written(raw, ALL, false);
        for (span, _) in run.drafts.iter().filter_map(|it| it.fix.as_ref()).flat_map(|fix| &fix.edits) {
            proptest::prop_assert!(1 <= span.start && span.start <= span.end);
            proptest::prop_assert!(span.end as usize <= raw.len() + 1);
        }
        let fixed: Result<String, _> = serde_json::from_str(&format!("\"{}\"", run.fixed(raw)));
        proptest::prop_assert!(fixed.is_ok());
    }
}

use super::*;
use crate::media::Base64Scan;

/// The shape of a whole text.
fn shape(text: &str) -> Shape<'_> {
    match whole(text, &Raw(text)).shape() {
        // The lifetime is that of the text, not of the view.
        Shape::Url(url) => Shape::Url(&text[text.find(url).unwrap_or(0)..][..url.len()]),
        Shape::Scheme(scheme) => Shape::Scheme(&text[..scheme.len()]),
        Shape::Data => Shape::Data,
        Shape::Path => Shape::Path,
        Shape::Empty => Shape::Empty,
        Shape::Blank => Shape::Blank,
        Shape::Hostless => Shape::Hostless,
        Shape::Schemeless => Shape::Schemeless,
        Shape::Other => Shape::Other,
    }
}

/// A text as it is written.
struct Raw<'a>(&'a str);

impl Rest for Raw<'_> {
    fn tail(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn raw_head(&self) -> &str {
        self.0
    }

    fn raw_tail(&self) -> &str {
        self.0
    }

    fn base64(&self) -> Base64Facts {
        Base64Scan::new().finish()
    }

    fn data(&self, _: usize) -> Option<Vec<u8>> {
        None
    }
}

fn whole<'a>(text: &'a str, raw: &'a Raw<'a>) -> MediaText<'a> {
    MediaText { head: Cow::Borrowed(text), complete: true, rest: raw }
}

#[test]
fn the_order_of_the_forms() {
    use Shape::*;
    for (text, expected) in [
        ("https://kling.ai/cat", Url("https://kling.ai/cat")),
        ("HTTP://KLING.AI", Url("HTTP://KLING.AI")),
        (" https://kling.ai/cat.png\n", Url("https://kling.ai/cat.png")),
        ("data:image/png;base64,iVBOR", Data),
        ("DATA:,x", Data),
        ("data:image/png;name=a.png", Data),
        ("file:///tmp/cat", Path),
        ("./cat", Path),
        ("../a/cat", Path),
        ("..\\cat", Path),
        ("~/cat", Path),
        ("C:\\cat", Path),
        ("c:/cat", Path),
        ("\\\\nas\\share\\cat", Path),
        ("cat.png", Path),
        ("/home/me/Cat.JPEG", Path),
        ("my cat (1).webp", Path),
        ("//nas/share/cat.png", Path),
        ("clip.mov", Path),
        ("/9j/4AAQSkZJRgABAQAAAQABAAD", Other),
        ("iVBORw0KGgo=", Other),
        ("[REDACTED]", Other),
        ("<base64>", Other),
        ("xxx", Other),
        ("example", Other),
        ("YOUR_IMAGE_URL", Other),
        ("a cat. It sleeps.", Other),
        ("note: a cat", Other),
        ("ftp://kling.ai/cat.png", Scheme("ftp")),
        ("s3://bucket/cat.png", Scheme("s3")),
        ("gs://bucket/cat", Scheme("gs")),
        ("oss://bucket/cat", Scheme("oss")),
        ("blob:https://kling.ai/1-2", Scheme("blob")),
        ("chrome-extension://a/b.png", Scheme("chrome-extension")),
        ("http://", Hostless),
        ("https:///cat.png", Hostless),
        ("https:/kling.ai/cat.png", Hostless),
        ("https//kling.ai/cat.png", Hostless),
        ("www.kling.ai/cat.png", Schemeless),
        ("//cdn.kling.ai/cat.png", Schemeless),
        ("//8AAAAA", Other),
        ("", Empty),
        (" \n", Blank),
        ("\u{3000}", Other),
    ] {
        assert_eq!(shape(text), expected, "{text:?}");
    }
}

#[test]
fn the_length_as_written() {
    for (raw, unescaped, expected) in [
        ("data:image/png;base64,", 22, Some(22)),
        (r"data:image\/png;base64,QQ", 22, Some(23)),
        (r"\u0064ata:x", 5, Some(10)),
        ("é,", 2, Some(2)),
        ("é,", 1, None),
        (r"\ud83d\ude00", 4, None),
        (r"\u00", 1, None),
        (r"\", 1, Some(1)),
        ("ab", 3, None),
        ("ab", 0, Some(0)),
    ] {
        assert_eq!(whole("", &Raw(raw)).written_len(unescaped), expected, "{raw:?}");
    }
}

#[test]
fn suffixes_of_media() {
    assert_eq!(suffix("photos/A.JPEG"), Some(("jpeg", Content::Jpeg)));
    for text in ["a.png/b", "png", "a.json", "a.png.", ""] {
        assert_eq!(suffix(text), None, "{text}");
    }
}

/// The exported pattern is made from the same suffixes.
#[test]
fn suffixes_are_those_of_the_exports() {
    let own: Vec<&str> = SUFFIXES.iter().map(|(suffix, _)| *suffix).collect();
    assert_eq!(own, kling_schema::locator::SUFFIXES);
}

//! Requests and replies to copy: what the pages print, and clean ones where a page's own has findings.
//! The files are copies of `fixtures/`, so that they ship inside the crate; a test holds them equal.

/// A request or a reply by name, as JSON text.
type Sample = (&'static str, &'static str);

const REQUESTS: &[Sample] = &[
    ("image2video", include_str!("../../samples/requests/image2video.json")),
    ("multi-image2video", include_str!("../../samples/requests/multi-image2video.json")),
    ("multi-image2image", include_str!("../../samples/requests/multi-image2image.json")),
    ("omni-video", include_str!("../../samples/requests/omni-video.json")),
];

/// A request that the linter has nothing to say about, of this endpoint.
pub(super) fn request(endpoint: &str) -> Option<&'static str> {
    REQUESTS.iter().find(|(name, _)| *name == endpoint).map(|(_, text)| *text)
}

pub(super) const SUBMITTED: &str = include_str!("../../samples/replies/submitted.json");
pub(super) const PROCESSING: &str = include_str!("../../samples/replies/processing.json");
pub(super) const VIDEO: &str = include_str!("../../samples/replies/succeed-video.json");
pub(super) const IMAGES: &str = include_str!("../../samples/replies/succeed-images.json");
pub(super) const FAILED: &str =
    include_str!("../../samples/replies/failed-but-message-succeed.json");
pub(super) const REFUSED: &str = include_str!("../../samples/replies/error-1201.json");

//! The samples that ship inside kling-schema are fixtures, and the linter has nothing to say about them.

use std::path::Path;

use kling_schema::endpoints::ENDPOINTS;
use kling_tests::{bytes, fixtures, linter};

#[test]
fn samples_are_fixtures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kling-schema/samples");
    let mut compared = 0;
    for (sample, fixture) in [
        ("requests/image2video", "pages/requests/image2video"),
        ("requests/multi-image2video", "pages/requests/multi-image2video"),
        ("requests/multi-image2image", "pages/requests/multi-image2image"),
        // The page's own names inputs that it does not list.
        ("requests/omni-video", "requests/valid/omni-video/images"),
        ("replies/submitted", "replies/submitted"),
        ("replies/processing", "replies/processing"),
        ("replies/succeed-video", "replies/succeed-video"),
        ("replies/succeed-images", "replies/succeed-images"),
        ("replies/failed-but-message-succeed", "replies/failed-but-message-succeed"),
        ("replies/error-1201", "replies/error-1201"),
    ] {
        let sample = bytes(&root.join(format!("{sample}.json")));
        assert_eq!(sample, bytes(&fixtures().join(format!("{fixture}.json"))), "{fixture}");
        compared += 1;
    }
    let files = ["requests", "replies"]
        .iter()
        .map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder").count());
    assert_eq!(compared, files.sum::<usize>(), "each sample has its fixture");
    for object in ENDPOINTS {
        let text = bytes(&root.join(format!("requests/{}.json", object.name)));
        let report = linter(object.name).lint_bytes(&text);
        assert!(report.findings().is_empty(), "{}: {:?}", object.name, report.findings());
    }
}

//! What one request leaves behind for the next: room, and what the next one mostly has in common with it.

use std::cell::Cell;

use super::luck::Luck;
use crate::check::glance::Foreknown;
use crate::detect::Latest;
use crate::media::Hosts;
use crate::read::Tape;
use crate::unlisted::Unlisted;

/// More room than a usual request takes, in bytes.
const ROOM: usize = 1 << 20;

/// Whoever checks one request after another keeps it; no verdict depends on it.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Room for its nodes.
    pub(super) tape: Tape,
    /// What its keys told.
    pub(super) latest: Latest,
    /// Hosts of its media.
    pub(super) hosts: Hosts,
    /// What a glance showed of it, and whether glances pay.
    pub(super) known: Foreknown,
    pub(super) luck: Luck,
    /// What need not be put into words.
    pub(crate) unlisted: Unlisted,
}

impl Scratch {
    /// From here on this is not listed.
    #[cfg(feature = "cli")]
    pub(crate) fn leave_out(&mut self, unlisted: &Unlisted) {
        if self.unlisted != *unlisted {
            self.unlisted = unlisted.clone();
        }
    }

    /// With nothing known, and this not listed.
    pub(crate) fn unlisting(unlisted: Unlisted) -> Self {
        Scratch { unlisted, ..Scratch::default() }
    }

    /// What another begins with that is to say the same.
    pub(super) fn anew(&self) -> Self {
        Scratch::unlisting(self.unlisted.clone())
    }

    /// Gives back what an unusual request took: it may be long until there is another.
    pub(super) fn trim(&mut self) {
        if self.tape.room() > ROOM {
            self.tape = Tape::default();
        }
    }
}

thread_local! {
    /// That of the requests which this thread checked one by one.
    static KEPT: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Calls back with what an earlier request on this thread left. Whoever checks a request within a request,
/// as files of a caller's own may do, starts anew.
pub(super) fn with<R>(check: impl FnOnce(&mut Scratch) -> R) -> R {
    // A thread that ends has given up its own.
    let mut scratch = KEPT.try_with(Cell::take).ok().flatten().unwrap_or_default();
    let checked = check(&mut scratch);
    let _ = KEPT.try_with(|kept| kept.set(Some(scratch)));
    checked
}

#[cfg(test)]
mod tests {
    use kling_schema::Severity;
    use proptest::prelude::*;

    use super::*;
    use crate::Linter;
    use crate::load::Loaded;
    use crate::unlisted::Sort;
    use crate::verdict::Room;

    /// Keys as written: telling ones and others, escaped ones, and ones of no table.
    const KEYS: [&str; 24] = [
        "image",
        r"im\u0061ge",
        "image_tail",
        "image_list",
        "subject_image_list",
        "scene_image",
        "style_image",
        "element_list",
        "video_list",
        "prompt",
        r"pr\u006fmpt",
        "model_name",
        "mode",
        "duration",
        "cfg_scale",
        "n",
        "aspect_ratio",
        "dynamic_masks",
        "static_mask",
        "external_task_id",
        "callback_url",
        "effect_scene",
        "human_image",
        "promt",
    ];

    const VALUES: [&str; 31] = [
        r#""https://cdn.acme.io/a.png""#,
        r#""https://cdn.acme.io.example/a.png""#,
        r#""https://h2.acme-studio.org/a/b.jpeg?x=1""#,
        r#""https://h2.acme-studio.org/a/b.webp""#,
        r#""https://h2.acme-studio.org/a b.jpg""#,
        r#""https://example.com/a.png""#,
        r#""https://example.com:80/a.png""#,
        r#""https://cdn.acme.\u0069o/a.gif""#,
        r#""https://cdn.acme.net/a.jpg\u0020""#,
        r#""./a.png""#,
        r#""5""#,
        r#""10""#,
        r#""pro""#,
        r#""std""#,
        r#""kling-v1-6""#,
        r#""kling-image-o1""#,
        r#""kling-video-o1""#,
        r#""a cat <<<image_1>>>""#,
        r#"" ""#,
        r#""""#,
        "0.5",
        "5",
        "null",
        "true",
        r#"[{"image": "https://cdn.acme.io/a.png"}, {"image": "https://h2.acme-studio.org/b.jpg"}]"#,
        r#"[{"subject_image": "https://cdn.acme.io/a.png"}]"#,
        r#"[{"image": "https://example.com/a.png"}, {"image": "https://nas.local/a.gif"}]"#,
        r#"[{"image": "https://example.com/a.png", "image": "https://example.com/b.png"}, {"image": 5}]"#,
        r#"[{"image": "https://example.com/a.png", "image": "https://cdn.acme.io/b.png"}, "https://nas.local"]"#,
        r#"[{"image_url": "https://cdn.acme.io/a.png", "type": "first_frame"}, {"image_url": 5}]"#,
        r#"[{"mask": "https://cdn.acme.io/a.png", "trajectories": [{"x": 1, "y": 2}, {"x": 3, "x": 4}]}]"#,
    ];

    fn request() -> impl Strategy<Value = String> {
        let member = (proptest::sample::select(&KEYS), proptest::sample::select(&VALUES));
        proptest::collection::vec(member, 0..9).prop_map(|members| {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
            format!("{{{}}}", members.join(", "))
        })
    }

    #[test]
    fn a_large_request_leaves_no_more_room_than_a_small_one() {
        let linter = Linter::new();
        let scratch = &mut Scratch::default();
        let many = format!("[{}0]", "0,".repeat(ROOM / 8));
        linter.lint_next(&Loaded::from_bytes(many.as_bytes()), None, scratch);
        assert_eq!(scratch.tape.room(), 0);
        linter.lint_next(&Loaded::from_bytes(b"{}"), None, scratch);
        assert!(scratch.tape.room() > 0);
    }

    #[test]
    fn a_request_within_a_request_has_its_own() {
        let linter = Linter::new();
        with(|outer| {
            outer.tape = Tape::default();
            let report = linter.lint_str(r#"{"image": "./a.png"}"#);
            assert!(report.is_acceptable());
            assert_eq!(outer.tape.room(), 0);
        });
        with(|kept| assert_eq!(kept.tape.room(), 0));
    }

    proptest! {
        #[test]
        fn what_came_before_changes_no_verdict(requests in proptest::collection::vec(request(), 1..12)) {
            let linter = Linter::new();
            let kept = &mut Scratch::default();
            // Twice, so that each comes after all others.
            for request in requests.iter().chain(&requests) {
                let loaded = Loaded::from_bytes(request.as_bytes());
                let one = linter.lint_one(&loaded, None, None, false, kept).report;
                let anew = linter.lint_one(&loaded, None, None, false, &mut Scratch::default()).report;
                prop_assert_eq!(format!("{one:?}"), format!("{anew:?}"), "{}", request);
            }
        }

        #[test]
        fn what_is_not_listed_is_counted(
            requests in proptest::collection::vec(request(), 1..12),
            infos in any::<bool>(),
            findings in prop_oneof![3 => Just(Room::default().findings), 1 => 1..6_usize],
            sorts in proptest::sample::subsequence(Sort::all().collect::<Vec<_>>(), 0..=Sort::all().count()),
            strict in any::<bool>(),
        ) {
            let linter = Linter::builder().strict(strict).build().expect("a linter");
            let linter = linter.with_room(Room { findings, ..Room::default() });
            let kept = &mut Scratch::unlisting(Unlisted { infos, sorts });
            for request in requests.iter().chain(&requests) {
                let loaded = Loaded::from_bytes(request.as_bytes());
                let mut all = linter.lint_one(&loaded, None, None, false, &mut Scratch::default()).report;
                let one = linter.lint_one(&loaded, None, None, false, kept).report;
                for severity in [Severity::Info, Severity::Warning, Severity::Error] {
                    prop_assert_eq!(one.count(severity), all.count(severity), "{}", request);
                }
                all.findings.retain(|finding| {
                    let is_listed = !kept.unlisted.has(finding.rule, finding.severity);
                    let mut counts = one.unlisted.iter().filter(|count| count.sort.rule() == Some(finding.rule));
                    is_listed || !counts.any(|count| count.sort.severity == finding.severity)
                });
                prop_assert_eq!(format!("{:?}", one.findings), format!("{:?}", all.findings), "{}", request);
            }
        }
    }
}

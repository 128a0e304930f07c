//! Input made to break a reader: each has a finding of its own, in bounded time and output.

use kling_lint::{Linter, Report};

fn lint(endpoint: &str, text: impl AsRef<[u8]>) -> Report {
    let linter = Linter::builder().endpoint(endpoint).build().expect("an endpoint");
    let text = text.as_ref();
    let whole = linter.lint_bytes(text);
    let streamed = linter.lint_reader(text, None).expect("memory can be read");
    assert_eq!(rules(&whole), rules(&streamed), "a stream is judged like the whole text");
    for finding in whole.findings().iter().chain(streamed.findings()) {
        assert!(finding.span.start <= finding.span.end && finding.span.end <= text.len() as u64);
        assert!(finding.message.len() < 2048 && finding.excerpt.text.len() < 2048, "{finding:?}");
    }
    whole
}

fn rules(report: &Report) -> Vec<&'static str> {
    report.findings().iter().map(|finding| finding.rule.id).collect()
}

#[track_caller]
fn told(report: &Report, rule: &str) {
    assert!(rules(report).contains(&rule), "{rule} is not among {:?}", rules(report));
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>) {
    let report = lint("image2video", text);
    assert!(!report.is_acceptable(), "{:?}", report.findings());
}

#[test]
fn brackets() {
    const MANY: usize = 100_000;
    for text in [
        "[".repeat(MANY),
        "[".repeat(MANY) + &"]".repeat(MANY),
        "{\"a\":".repeat(MANY),
        "{\"a\":".repeat(MANY) + "1" + &"}".repeat(MANY),
        format!("{{\"image_list\":{}{}}}", "[".repeat(MANY), "]".repeat(MANY)),
        format!("{{\"image\":{}", "[".repeat(MANY)),
    ] {
        told(&lint("image2video", &text), "KL0103");
    }
    for unit in ["]", "}{", "[}", "{]", "{", "{[}"] {
        refused(unit.repeat(500));
    }
}

#[test]
fn encodings() {
    let utf16: Vec<u8> = "{\"image\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    told(&lint("image2video", &utf16), "KL0003");
    told(&lint("image2video", ""), "KL0002");
    told(&lint("image2video", "\u{feff}{\"image\":\"https://acme.io/a.png\"}"), "KL0005");
    // An MP4 begins with a length of four bytes, like a letter of UTF-32.
    let video = lint("image2video", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41");
    assert_eq!(rules(&video), ["KL0001"]);
    assert!(video.findings()[0].message.contains("a media file"), "{:?}", video.findings());
    for text in [&b"\xff\xfe"[..], b"\0\0\0\0", b"\xef\xbb", b"{\"image\":\"\xff\"}", b"{\xff}"] {
        refused(text);
    }
}

#[test]
fn tokens() {
    for unit in [
        "\"",
        "\"a\" ",
        "{'a':'b',",
        "a ",
        "-",
        "/",
        "/*",
        ",",
        ":",
        "{}\n",
        "\"a\":1,",
        "NaN,",
        "```",
        "\\",
        "\u{a0}",
        "“a”:",
        "{{x}}",
        "{\"a\":\"x\n",
        "#",
        "'",
        "+",
        "0",
        ".",
        "1e",
    ] {
        refused(unit.repeat(1_000));
        refused(format!("{{{}", unit.repeat(1_000)));
        refused(format!("{{\"image\":[{}", unit.repeat(1_000)));
    }
}

#[test]
fn many_keys() {
    let members = |key: &str, count: usize| {
        let members: Vec<String> = (0..count)
            .map(|number| format!("\"{}\":1", key.replace('#', &number.to_string())))
            .collect();
        format!("{{\"image\":\"https://acme.io/a.png\",{}}}", members.join(","))
    };
    for (key, rule) in [("key#", "KL1004"), ("negative_promt#", "KL1003"), ("odd", "KL1006")] {
        let report = lint("image2video", members(key, 2_000));
        assert!(report.findings().len() <= 1_000);
        assert!(report.findings().len() + report.hidden() >= 2, "{key} {rule}");
    }
    let long = "k".repeat(1 << 20);
    told(&lint("image2video", members(&long, 1)), "KL1004");
}

#[test]
fn many_items() {
    let items = vec!["\"x\""; 20_000].join(",");
    let report = lint("multi-image2video", format!("{{\"image_list\":[{items}]}}"));
    assert!(report.findings().len() <= 1_000 && report.hidden() > 10_000);
    let values = vec!["1"; 250_001].join(",");
    told(&lint("image2video", format!("{{\"zz\":[{values}]}}")), "KL0104");
}

#[test]
fn long_strings() {
    let prompt =
        |text: String| format!("{{\"image\":\"https://acme.io/a.png\",\"prompt\":\"{text}\"}}");
    for unit in [
        "a",
        "\\n",
        "\\u4e2d",
        "中",
        "\\ud83d\\ude00",
        "\n",
        "\\q",
        "\\ud800",
        "<<<image_9>>>",
        "<<<",
    ] {
        told(&lint("image2video", prompt(unit.repeat(100_000))), "KL2001");
    }
    let tokens =
        lint("omni-video", format!("{{\"prompt\":\"{}\"}}", "<<<image_9>>>".repeat(4_000)));
    assert!(tokens.findings().len() <= 1_000);
}

#[test]
fn many_faults_of_one_kind_do_not_hide_another() {
    for length in [1, 1_000] {
        let mut text = b"{\"image\":\"".to_vec();
        text.extend(b"\xffY\x01".repeat(length * 80));
        text.extend(b"\\q\\ud800\"}");
        let report = lint("image2video", text);
        for rule in ["KL0004", "KL0020", "KL0021", "KL0105"] {
            told(&report, rule);
        }
    }
}

#[test]
fn numbers() {
    for number in [
        "1".repeat(100_000),
        format!("0.{}", "1".repeat(100_000)),
        "1e999999999".into(),
        "-1e-99999".into(),
    ] {
        let _ends = lint(
            "image2video",
            format!("{{\"image\":\"https://acme.io/a.png\",\"cfg_scale\":{number}}}"),
        );
    }
}

#[test]
fn names_of_outside_are_cut() {
    let refusal = Linter::builder().endpoint("\u{1b}x".repeat(100_000)).build();
    let text = refusal.expect_err("no such endpoint").to_string();
    assert!(text.len() < 2048 && !text.contains('\u{1b}'));
}

#[test]
fn long_keys_are_not_repeated_by_each_finding() {
    let key = "k".repeat(60_000);
    let deep = format!("{{\"{key}\":").repeat(12);
    let faults = format!("{deep}[{}]{}", vec!["01"; 100].join(","), "}".repeat(12));
    let unknown: Vec<String> = (0..20).map(|number| format!("\"{number}{key}\":1")).collect();
    for text in [faults, format!("{{{}}}", unknown.join(","))] {
        let report = lint("image2video", text);
        assert!(report.findings().len() >= 20);
        for finding in report.findings() {
            assert!(finding.pointer.len() <= 2048, "{} bytes", finding.pointer.len());
        }
    }
}

#[test]
fn long_keys_are_pointed_at_alike_in_a_stream() {
    let linter = Linter::builder().endpoint("image2video").build().expect("an endpoint");
    for key in ["k".repeat(1_024), "\\u0041".repeat(1_025), "é".repeat(70_000)] {
        let text = format!("{{\"{key}\": {{\"a\": 01}}}}");
        let pointers = |report: &Report| -> Vec<String> {
            report.findings().iter().map(|finding| finding.pointer.clone()).collect()
        };
        let streamed = linter.lint_reader(text.as_bytes(), None).expect("memory can be read");
        assert_eq!(pointers(&linter.lint_str(&text)), pointers(&streamed));
    }
}

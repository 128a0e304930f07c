//! The user's own id, an id that is put in, and what decides price and time.

use super::*;

const KEY: &str = "external_task_id";

fn omni(request: &str) -> Parcel {
    let mut builder = Linter::builder().endpoint("omni-video").files(Everywhere);
    for rule in kling_schema::rules::all() {
        builder = builder.severity(rule.id, Severity::Info);
    }
    let linter = builder.build().expect("a linter");
    Parcel::prepare(&linter, open(request.as_bytes()), None, Severity::Error).expect("packed")
}

fn text(parcel: &mut Parcel) -> String {
    let out = body(parcel, 7).expect("nothing changes");
    assert_eq!(out.len() as u64, parcel.content_length());
    String::from_utf8(out).expect("UTF-8")
}

/// The body without what was put in.
fn without(parcel: &mut Parcel) -> String {
    let mut text = text(parcel);
    if let Some(Inserted { range, instead_of }) = parcel.inserted() {
        text.replace_range(range.start as usize..range.end as usize, instead_of);
    }
    text
}

#[test]
fn an_id_goes_where_there_is_none() {
    for (request, filled) in [
        ("{\"prompt\": \"x\"}", "{KEY:ID,\"prompt\": \"x\"}"),
        (" {\r\n  \"prompt\": \"x\"\r\n}\n", " {KEY:ID,\r\n  \"prompt\": \"x\"\r\n}\n"),
        ("{}", "{KEY:ID}"),
        ("{ }", "{KEY:ID }"),
        ("{\"$schema\": 1}", "{KEY:ID}"),
        ("{\"$schema\": 1, \"prompt\": \"x\"}", "{KEY:ID,\"prompt\": \"x\"}"),
        ("{KEY: \"\", \"prompt\": \"x\"}", "{KEY: ID, \"prompt\": \"x\"}"),
        ("{\"prompt\": \"x\",KEY :null\n}", "{\"prompt\": \"x\",KEY :ID\n}"),
        ("{KEY: null, \"a\": 1, KEY: \"\"}", "{KEY: null, \"a\": 1, KEY: ID}"),
        ("{KEY: \"given\", \"a\": 1, KEY: \"\"}", "{KEY: \"given\", \"a\": 1, KEY: ID}"),
        // Nested, it is another key.
        ("{\"a\": {KEY: \"given\"}}", "{KEY:ID,\"a\": {KEY: \"given\"}}"),
        (
            "{\"image_list\": [{\"image_url\": \"a.png\"}], KEY: \"\"}",
            "{\"image_list\": [{\"image_url\": \"PNG\"}], KEY: ID}",
        ),
        (
            "{\"image_list\": [{\"image_url\": \"a.png\"}]}",
            "{KEY:ID,\"image_list\": [{\"image_url\": \"PNG\"}]}",
        ),
    ] {
        let written = |text: &str, id: &str| {
            let id = serde_json::Value::from(id).to_string();
            let key = format!("\"{KEY}\"");
            text.replace("KEY", &key).replace("ID", &id).replace("PNG", &base64(&png(1000)))
        };
        let mut parcel = omni(&written(request, ""));
        let plain = text(&mut parcel);
        assert_eq!((parcel.own_id(), parcel.inserted()), (None, None), "{request}");
        for id in ["first", "kl1-01J", "o\"d\\d\n\u{5b57}"] {
            assert!(parcel.set_own_id(id));
            assert_eq!(text(&mut parcel), written(filled, id));
            assert_eq!(parcel.own_id(), Some(id));
            assert_eq!(without(&mut parcel), plain);
        }
    }
}

#[test]
fn a_given_id_stays() {
    for (request, id) in [
        ("{\"external_task_id\": \"mine\"}", "mine"),
        ("{\"external_task_\\u0069d\": \"m\\u0069ne \"}", "mine "),
        ("{\"external_task_id\": \"\", \"external_task_id\": \"last\"}", "last"),
        ("{\"external_task_id\": \"first\", \"external_task_id\": \"last\"}", "last"),
    ] {
        let mut parcel = omni(request);
        assert_eq!(parcel.own_id(), Some(id), "{request}");
        assert!(!parcel.set_own_id("another"));
        assert!(parcel.set_own_id(id));
        assert_eq!(text(&mut parcel), request);
        assert_eq!(parcel.inserted(), None);
    }
    for odd in ["7", "{}", "[\"a\"]", "true"] {
        let request = format!("{{\"external_task_id\": {odd}}}");
        let mut parcel = omni(&request);
        assert!(!parcel.set_own_id("mine"), "{odd}");
        assert_eq!(text(&mut parcel), request);
    }
    let long = format!("{{\"external_task_id\": \"{}\"}}", "i".repeat(200_000));
    assert!(omni(&long).own_id().is_some_and(|id| id.len() > 1000));
}

#[test]
fn what_decides_price_and_time() {
    let long = "v".repeat(100_000);
    let request = format!(
        "{{\"prompt\": \"p\", \"mode\": \"std\", \"duration\": \"5\", \"mode\": \"\\u0070ro\", \
         \"model_name\": \"{long}\", \"aspect_ratio\": null, \"callback_url\": \"https://a.io/\", \
         \"external_task_id\": \"mine\", \"image_list\": [], \"unknown\": 7}}"
    );
    let settings = omni(&request).settings().to_vec();
    let wanted = [
        ("model_name", format!("\"{}…\"", "v".repeat(64))),
        ("mode", "\"pro\"".into()),
        ("duration", "\"5\"".into()),
    ];
    assert_eq!(settings, wanted);

    for (written, told) in [
        ("2", Some("2")),
        ("1.0e0", Some("1.0e0")),
        ("0.00000000000000000000000000000000001", Some("1e-35")),
        ("1e999", None),
        ("[1]", None),
        ("\"2\"", Some("\"2\"")),
    ] {
        let request = format!(
            "{{\"n\": {written}, \"subject_image_list\": [{{\"subject_image\": \"a.png\"}}, \
             {{\"subject_image\": \"b.png\"}}]}}"
        );
        let mut builder = Linter::builder().endpoint("multi-image2image").files(Everywhere);
        for rule in kling_schema::rules::all() {
            builder = builder.severity(rule.id, Severity::Info);
        }
        let linter = builder.build().expect("a linter");
        let parcel = Parcel::prepare(&linter, open(request.as_bytes()), None, Severity::Error);
        let parcel = parcel.expect("packed");
        let n = parcel.settings().iter().find(|(key, _)| *key == "n");
        assert_eq!(n.map(|(_, value)| value.as_str()), told, "{written}");
    }
}

#[test]
fn every_endpoint_has_an_id_and_settings() {
    for object in kling_schema::endpoints::ENDPOINTS {
        assert_eq!(object.own_id().map(|field| field.key), Some(KEY), "{}", object.name);
        let settings: Vec<_> = object.fields.iter().filter(|it| it.is_setting()).collect();
        assert!(settings.iter().any(|it| it.key == "model_name"), "{}", object.name);
        for field in settings {
            let is_private = |it: &str| field.key.contains(it);
            assert!(!["prompt", "url", "id", "image"].into_iter().any(is_private), "{}", field.key);
        }
    }
}

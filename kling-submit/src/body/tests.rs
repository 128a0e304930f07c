use std::io::Cursor;

use kling_lint::{Linter, MemoryFiles, OpenFile, Severity};
use sha2::{Digest as _, Sha256};

use super::*;

fn body(request: &str) -> Body {
    let linter = Linter::builder().endpoint("omni-video").files(MemoryFiles::new()).build();
    let request = OpenFile::new(Cursor::new(request.to_owned())).expect("memory");
    let linter = linter.expect("a linter");
    Body::new(Parcel::prepare(&linter, request, None, Severity::Error).expect("it passes"))
}

fn sent(body: &mut Body) -> Vec<u8> {
    let mut out = Vec::new();
    body.reader().expect("memory").read_to_end(&mut out).expect("unchanged");
    assert_eq!(out.len() as u64, body.content_length());
    out
}

#[test]
fn the_same_request_has_the_same_hash_under_any_id_of_ours() {
    let long = "x".repeat(2_000);
    for id in ["", "\"external_task_id\": \"\", ", "\"external_task_id\":null,\n"] {
        let request = format!("{{{id}\"prompt\": \"{long}\"}}");
        let plain = body(&request).hash().expect("memory");
        assert_eq!(plain.body_sha256, plain.sent_sha256);
        let mut hashes = Vec::new();
        for ours in ["kl1-a", "kl1-b"] {
            let mut body = body(&request);
            body.set_id(ours);
            assert_eq!(body.own_id(), Some(ours));
            let told = body.hash().expect("memory");
            assert_eq!(told.body_sha256, plain.body_sha256);
            assert_eq!(told.sent_sha256, crate::hex::hex(&Sha256::digest(sent(&mut body))));
            hashes.push(told.sent_sha256);
        }
        assert_ne!(hashes[0], hashes[1]);
    }
    let mut own = body("{\"prompt\": \"x\", \"external_task_id\": \"mine\"}");
    let before = own.hash().expect("memory");
    own.set_id("kl1-a");
    assert_eq!(own.hash().expect("memory"), before);
    assert_eq!(own.own_id(), Some("mine"));
}

#[test]
fn the_hash_leaves_the_id_out_wherever_a_block_ends() {
    for pad in [BLOCK - 60, BLOCK - 40, BLOCK - 20, BLOCK, BLOCK + 1] {
        let pad = " ".repeat(pad);
        let request = format!("{{{pad}\"external_task_id\": \"\", \"prompt\": \"x\"}}");
        let plain = body(&request).hash().expect("memory");
        let mut body = body(&request);
        body.set_id("kl1-01JABCDEFGHJKMNPQRSTVWXYZ0");
        assert_eq!(body.hash().expect("memory").body_sha256, plain.body_sha256);
        assert_eq!(plain.sent_sha256, crate::hex::hex(&Sha256::digest(&request)));
    }
}

#[test]
fn an_id_that_is_put_in_late_is_sent() {
    let mut body = body("{\"prompt\": \"x\"}");
    body.hash().expect("memory");
    body.set_id("kl1-a");
    assert_eq!(sent(&mut body), b"{\"external_task_id\":\"kl1-a\",\"prompt\": \"x\"}");
    assert_eq!(body.endpoint(), "omni-video");
    let mut shown = Vec::new();
    body.show(&mut shown).expect("memory");
    assert_eq!(shown, b"{\"external_task_id\":\"kl1-a\",\"prompt\": \"x\"}\n");
}

//! Tasks to test with.

use std::collections::BTreeMap;

use kling_lint::kling_schema::endpoints::{ENDPOINTS, SERVER};

use crate::entry::Intent;
use crate::id::Id;

/// A task of a known id.
pub(crate) fn intent() -> Intent {
    let object = ENDPOINTS[0];
    Intent {
        id: Id::from("kl1-01JD4X0Q9M8Q6Z3J1Y7V5T2R0K".to_owned()),
        external_task_id: "kl1-01JD4X0Q9M8Q6Z3J1Y7V5T2R0K".into(),
        idempotency_key: "kl1-01JD4X0Q9M8Q6Z3J1Y7V5T2R0K".into(),
        endpoint: object.name.into(),
        path: object.endpoint.expect("a route").path.into(),
        base_url: SERVER.into(),
        request: "cat.json".into(),
        body_sha256: "ab".repeat(32),
        sent_sha256: "cd".repeat(32),
        content_length: 1_646_090,
        settings: BTreeMap::from([("mode".into(), "\"pro\"".into())]),
        key_fingerprint: "1a2b3c4d".into(),
        linter: "0.1.0".into(),
    }
}

//! A team's policy finds something in a request just if the policy's validator does. The input is the
//! policy, a zero byte, and the request.

use kling_lint::Linter;
use kling_schema::rules::house::{HOUSE_RULE, NOT_JUDGED};
use serde_json::Value;

use crate::shared::holds_together;

/// See the module.
pub fn policies(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (policy, request) = (&data[..at], data.get(at + 1..).unwrap_or_default());
    let Ok(policy) = serde_json::from_slice::<Value>(policy) else { return };
    let built = Linter::builder().endpoint("image2video").house("image2video", policy.clone());
    let linter = match built.build() {
        Ok(linter) => linter,
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && !text.chars().any(char::is_control), "{text:?}");
            return;
        }
    };
    let report = linter.lint_bytes(request);
    holds_together(&report, request.len() as u64);
    let Ok(value @ Value::Object(_)) = serde_json::from_slice::<Value>(request) else { return };
    let Ok(validator) = jsonschema::validator_for(&policy) else { return };
    let is_broken =
        report.findings().iter().any(|it| *it.rule == HOUSE_RULE) || report.hidden() > 0;
    let is_judged = !report.findings().iter().any(|it| *it.rule == NOT_JUDGED);
    if is_judged && !policy.to_string().contains("format") {
        assert_eq!(is_broken, !validator.is_valid(&value), "{policy}");
    }
}

//! What each `x-kling-*` keyword means.

use serde_json::Value;

/// Every `x-kling-*` keyword with its meaning and the metaschema of its value.
pub fn vocabulary() -> Value {
    Value::Null
}

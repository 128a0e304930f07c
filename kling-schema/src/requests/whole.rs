//! `1.0` is a whole number in JSON, so a request type must read it as one.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Number;

/// Reads an optional whole number, however it is written.
pub(super) fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else {
        return Ok(None);
    };
    if let Some(whole) = number.as_i64() {
        return Ok(Some(whole));
    }
    match number.as_f64() {
        // The cast is exact below 2^53.
        Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Ok(Some(float as i64)),
        _ => Err(D::Error::custom(format_args!("{number} is not a whole number"))),
    }
}

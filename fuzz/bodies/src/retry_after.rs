//! How long a server asks to wait: never beyond the limit, and the less, the later it is.

use std::time::Duration;

use kling_submit::clock::Millis;
use kling_submit::machine::retry_after::retry_after as read;

/// More than anybody means.
const YEARS: Duration = Duration::from_secs(11 * 366 * 86_400);
/// 2026-11-21T10:00:00Z
const NOW: u64 = 1_795_255_200_000;

/// See the module.
pub fn retry_after(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(span) = read(text, Millis(NOW)) else {
        assert_eq!(read(text, Millis(0)), None, "whether it is a time depends on the time");
        return;
    };
    assert!(span <= YEARS);
    let later = read(text, Millis(NOW + 1_000)).expect("still a time");
    assert!(later <= span);
    if let Ok(seconds) = text.trim().parse::<u16>()
        && text.trim().bytes().all(|byte| byte.is_ascii_digit())
    {
        assert_eq!(span, Duration::from_secs(seconds.into()));
    }
    assert_eq!(read(&format!(" {text}\t"), Millis(NOW)), Some(span));
}

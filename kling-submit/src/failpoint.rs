//! Places where a test ends the process as a crash would.

/// Aborts the process if the test asks for it here: `KLING_SUBMIT_FAILPOINT=after-intent`.
#[cfg(feature = "failpoints")]
pub(crate) fn failpoint(name: &str) {
    if std::env::var_os("KLING_SUBMIT_FAILPOINT").is_some_and(|it| it == name) {
        std::process::abort();
    }
}

#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub(crate) fn failpoint(_: &str) {}

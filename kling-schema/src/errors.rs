//! The service codes: what stands at `code` when a request or a query is refused.
//!
//! Codes are the vendor's; the gateway passes them on, sometimes wrapped (see
//! [`Reply::service_code`](crate::replies::Reply::service_code)).

/// A service code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceCode {
    /// As it stands at `code`.
    pub code: i64,
    /// The HTTP status it comes with.
    pub status: u16,
    /// What it means.
    pub meaning: &'static str,
    /// What helps.
    pub retry: Retry,
    /// What would have to change.
    pub about: About,
}

/// What a service code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing is wrong.
    Nothing,
    /// The key, or what it may do.
    Key,
    /// The balance.
    Money,
    /// The request.
    Request,
    /// The pace.
    Pace,
    /// The server.
    Server,
}

/// Whether the same call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// There is nothing to repeat.
    Done,
    /// It fails again until something is changed.
    Never,
    /// After a second or more; nothing was taken, so nothing is paid twice.
    Later,
    /// A query, with back-off. Never a submit: its outcome is unknown, and it may be paid twice.
    QueriesOnly,
}

impl Retry {
    /// What to do, in one line.
    pub const fn advice(self) -> &'static str {
        match self {
            Retry::Done => "nothing to repeat",
            Retry::Never => "do not retry: it fails again until something is changed",
            Retry::Later => "retry after a second or more",
            Retry::QueriesOnly => {
                "retry a query with back-off; never a submit: it may have been taken, and paid for"
            }
        }
    }

    /// The variant in one word.
    pub const fn word(self) -> &'static str {
        match self {
            Retry::Done => "done",
            Retry::Never => "never",
            Retry::Later => "later",
            Retry::QueriesOnly => "queries-only",
        }
    }
}

const fn row(
    status: u16,
    code: i64,
    meaning: &'static str,
    retry: Retry,
    about: About,
) -> ServiceCode {
    ServiceCode { code, status, meaning, retry, about }
}

/// Every known code, in the order of the codes.
pub static SERVICE_CODES: &[ServiceCode] = &[
    row(200, 0, "taken; says nothing about the task", Retry::Done, About::Nothing),
    row(401, 1000, "authentication failed", Retry::Never, About::Key),
    row(401, 1001, "authentication failed", Retry::Never, About::Key),
    row(401, 1002, "authentication failed", Retry::Never, About::Key),
    row(401, 1003, "authentication failed", Retry::Never, About::Key),
    row(401, 1004, "authentication failed", Retry::Never, About::Key),
    row(429, 1100, "a problem with the account", Retry::Never, About::Money),
    row(429, 1101, "the account is in arrears", Retry::Never, About::Money),
    row(429, 1102, "the resource pack is used up", Retry::Never, About::Money),
    row(403, 1103, "no access to what was asked for", Retry::Never, About::Key),
    row(400, 1200, "bad parameter", Retry::Never, About::Request),
    row(400, 1201, "bad parameter", Retry::Never, About::Request),
    row(404, 1202, "not found", Retry::Never, About::Request),
    row(404, 1203, "not found", Retry::Never, About::Request),
    row(400, 1300, "refused by the content policy", Retry::Never, About::Request),
    row(400, 1301, "refused by the content policy", Retry::Never, About::Request),
    row(429, 1302, "requests come too fast", Retry::Later, About::Pace),
    row(429, 1303, "too many tasks at once", Retry::Later, About::Pace),
    row(429, 1304, "the address is not on the account's list", Retry::Never, About::Key),
    row(500, 5000, "server error", Retry::QueriesOnly, About::Server),
    row(503, 5001, "server not available", Retry::QueriesOnly, About::Server),
    row(504, 5002, "server timeout", Retry::QueriesOnly, About::Server),
];

/// The code's row.
pub fn find(code: i64) -> Option<&'static ServiceCode> {
    let at = SERVICE_CODES.binary_search_by_key(&code, |row| row.code).ok()?;
    SERVICE_CODES.get(at)
}

/// The codes in order, with neighbours that mean the same together.
pub fn groups() -> Vec<&'static [ServiceCode]> {
    let same = |one: &ServiceCode, next: &ServiceCode| {
        (one.status, one.meaning, one.retry) == (next.status, next.meaning, next.retry)
    };
    SERVICE_CODES.chunk_by(same).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_found() {
        assert!(SERVICE_CODES.is_sorted_by(|one, next| one.code < next.code));
        for row in SERVICE_CODES {
            assert_eq!(find(row.code), Some(row));
        }
        assert_eq!(find(1), None);
    }

    /// The three that come with a status that usually means "wait" and never get better by waiting.
    #[test]
    fn money_is_never_waited_for() {
        for code in 1100..=1102 {
            let row = find(code).expect("a row");
            assert_eq!(
                (row.status, row.retry, row.about),
                (429, Retry::Never, About::Money),
                "{code}"
            );
        }
    }
}

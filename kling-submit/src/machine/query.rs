//! What is asked for: paths and queries of a task's server.

use std::fmt::Write as _;

use kling_lint::kling_schema::endpoints;

use super::{Query, Secret};
use crate::clock::Millis;

/// One task by an id, the server's or the user's. `None` if no path can name it.
pub(super) fn task(path: &str, id: &str) -> Option<Query> {
    // Every server takes dots alone for a folder, escaped or not.
    if id.bytes().all(|byte| byte == b'.') {
        return None;
    }
    let behind = endpoints::QUERY.replace("{task_id}", &encode(id));
    Some(Query { target: format!("{path}{behind}"), secret: Secret::Key })
}

/// A page of the list under a path.
pub(super) fn list(path: &str, page: usize, size: usize) -> Query {
    let behind =
        endpoints::LIST.replace("{page}", &page.to_string()).replace("{size}", &size.to_string());
    Query { target: format!("{path}{behind}"), secret: Secret::Key }
}

/// A page of the gateway's own list, of the tasks between two moments.
pub(super) fn account_list(from: Millis, to: Millis, page: usize, size: usize) -> Query {
    let target = endpoints::ACCOUNT_LIST
        .replace("{start}", &(from.0 / 1000).to_string())
        .replace("{end}", &to.0.div_ceil(1000).to_string())
        .replace("{page}", &page.to_string())
        .replace("{size}", &size.to_string());
    Query { target, secret: Secret::AccessToken }
}

/// An id as it stands in a path: all but letters, digits and `-._~` as `%XX`.
fn encode(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_in_their_segment() {
        let target = |id| task("/p", id).map(|query| query.target);
        assert_eq!(target("861309198188019719").as_deref(), Some("/p/861309198188019719"));
        assert_eq!(target("kl1-01J").as_deref(), Some("/p/kl1-01J"));
        assert_eq!(target("../x?a=b#c").as_deref(), Some("/p/..%2Fx%3Fa%3Db%23c"));
        assert_eq!(target("订 1%").as_deref(), Some("/p/%E8%AE%A2%201%25"));
        assert_eq!(target("{page}").as_deref(), Some("/p/%7Bpage%7D"));
        for none in ["", ".", ".."] {
            assert_eq!(target(none), None, "{none}");
        }
    }

    #[test]
    fn lists() {
        assert_eq!(list("/p", 2, 30).target, "/p?pageNum=2&pageSize=30");
        let query = account_list(Millis(1_500), Millis(2_500), 1, 20);
        assert!(query.target.ends_with("&start_timestamp=1&end_timestamp=3&p=1&page_size=20"));
        assert_eq!(query.secret, Secret::AccessToken);
    }
}

//! What is answered to what.

use std::io::{self, Read};
use std::sync::Arc;

use kling_lint::kling_schema::Object;
use kling_lint::kling_schema::endpoints::ENDPOINTS;
use kling_lint::kling_schema::errors;
use kling_lint::printable::{quoted, shorten};
use serde_json::{Value, json};

use super::asset::{Part, part};
use super::book::{Page, Taken};
use super::connection::{Answer, Head};
use super::request::{Judged, judge};
use super::wish::Wish;
use super::{ASSETS, CHARGES, Shared};

/// The gateway's own list of the account's tasks.
const ACCOUNT: &str = "/api/task/self";

/// Answers a request.
///
/// # Errors
/// The body's own: nobody is left to answer.
pub(super) fn answer(shared: &Arc<Shared>, head: &Head, body: &mut dyn Read) -> io::Result<Answer> {
    let posted = ENDPOINTS.iter().find(|it| path_of(it) == Some(&head.path));
    match (head.method.as_str(), posted) {
        ("POST", Some(object)) => return submit(shared, head, object, body),
        // A body that nobody asked for.
        _ => drain(body)?,
    }
    if head.method != "GET" && head.method != "HEAD" {
        return Ok(Answer::text(405, "GET, or POST to one of the routes\n"));
    }
    Ok(match head.path.as_str() {
        "/" => Answer::text(200, super::run::intro(&shared.base_url, &shared.options)),
        CHARGES => Answer::json(200, &json!(shared.book().charges())),
        path if path.starts_with(ASSETS) => asset(shared, head),
        _ if !has_key(head) => refusal(1001, "any key will do, but there must be one"),
        ACCOUNT if shared.options.account_list => account(shared, head),
        path => query(shared, head, path),
    })
}

fn path_of(object: &Object) -> Option<&'static str> {
    object.endpoint.map(|endpoint| endpoint.path)
}

fn has_key(head: &Head) -> bool {
    let value = head.header("authorization").unwrap_or_default();
    let key = value.strip_prefix("Bearer ").unwrap_or(value).trim();
    !key.is_empty() && key != "Bearer"
}

fn drain(body: &mut dyn Read) -> io::Result<()> {
    io::copy(body, &mut io::sink()).map(drop)
}

/// The POST: judged, taken, charged, answered; in this order.
fn submit(
    shared: &Arc<Shared>,
    head: &Head,
    object: &&'static Object,
    body: &mut dyn Read,
) -> io::Result<Answer> {
    if !has_key(head) {
        drain(body)?;
        shared.tell("refused: there is no key");
        return Ok(refusal(1001, "any key will do, but there must be one"));
    }
    let mut request = match judge(object, body)? {
        Judged::Passed(request) => request,
        Judged::Bad(why) => {
            shared.tell(&format!("refused: {}", why.lines().next().unwrap_or_default()));
            return Ok(refusal(1201, &why));
        }
    };
    request.idempotency_key = head.header("idempotency-key").map(str::to_owned);
    let wish = request.wish;
    let mut book = shared.book();
    if wish == Some(Wish::Arrears) {
        shared.tell("refused: the prompt asks for arrears");
        return Ok(refusal(1101, "the prompt asks for it"));
    }
    if book.is_busy(&request) {
        shared.tell("refused: the prompt asks to be too busy twice");
        return Ok(refusal(1303, "the prompt asks for it, twice").header("Retry-After", "1"));
    }
    let Some(Taken { charge, charges, same }) = book.take(object, request) else {
        return Ok(refusal(5001, "the stand-in keeps no more tasks: start it anew"));
    };
    let path = path_of(object).unwrap_or_default();
    let task = book.task(path, &charge.task_id, &shared.base_url).unwrap_or_default();
    drop(book);

    let id = charge.external_task_id.as_deref().map(|id| format!(", {}", quoted(id)));
    let id = id.unwrap_or_default();
    shared.tell(&format!("charge {charges}: task {}, {}{id}", charge.task_id, charge.endpoint));
    if same > 1 {
        shared.tell(&format!("         the same request was charged {same} times"));
    }
    let mut taken = enveloped(task);
    Ok(match wish {
        Some(Wish::GatewayTimeout) => {
            shared.tell("         answered with a 504, as the prompt asks");
            let page = "<html><head><title>504 Gateway Time-out</title></head></html>\n";
            Answer::new(504, "text/html").body(page.as_bytes())
        }
        Some(Wish::Cut) => {
            shared.tell("         the answer breaks off, as the prompt asks");
            taken.cut = true;
            taken
        }
        _ => taken,
    })
}

/// A query: a task of this route, or the list under it.
fn query(shared: &Arc<Shared>, head: &Head, path: &str) -> Answer {
    let base_url = &shared.base_url;
    let number = |name: &str, usual| {
        head.member(name).and_then(|number| number.parse().ok()).unwrap_or(usual)
    };
    for route in ENDPOINTS.iter().filter_map(|object| path_of(object)) {
        match path.strip_prefix(route) {
            Some("") if shared.options.list => {
                let page = Page { number: number("pageNum", 1), size: number("pageSize", 30) };
                return enveloped(shared.book().list(route, page, base_url).into());
            }
            Some(rest) if rest.len() > 1 && rest.starts_with('/') => {
                let id = decoded(&rest[1..]);
                let task = shared.book().task(route, &id, base_url);
                return match task {
                    Some(task) => enveloped(task),
                    None => refusal(1203, &format!("there is no task {} here", quoted(&id))),
                };
            }
            _ => {}
        }
    }
    refusal(1202, &format!("there is nothing at {}", shorten(path)))
}

/// The gateway's own list.
fn account(shared: &Arc<Shared>, head: &Head) -> Answer {
    let number = |name: &str| head.member(name).and_then(|number| number.parse::<u64>().ok());
    let count = |name, usual| number(name).and_then(|it| it.try_into().ok()).unwrap_or(usual);
    let page = Page { number: count("p", 1), size: count("page_size", 20).min(100) };
    let from = number("start_timestamp").unwrap_or(0);
    let to = number("end_timestamp").filter(|to| *to > 0).unwrap_or(u64::MAX);
    let kling = head.member("platform").is_none_or(|it| it.is_empty() || it == "kling");
    let id = head.member("task_id").filter(|id| !id.is_empty());
    let (total, items) = if kling {
        shared.book().account(id, from..=to, page, &shared.base_url)
    } else {
        (0, Vec::new())
    };
    let data = json!({
        "page": page.number, "page_size": page.size, "total": total, "items": items,
    });
    Answer::json(200, &json!({ "success": true, "message": "", "data": data }))
}

/// An asset, or a part of it.
fn asset(shared: &Arc<Shared>, head: &Head) -> Answer {
    if head.header("authorization").is_some() {
        shared.tell("an asset was asked for with the key: it must go to nobody but the provider");
        return denied(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    let name = head.path.strip_prefix(ASSETS).unwrap_or_default();
    let found = name.split_once('/').and_then(|(id, file)| {
        let number = file.split('.').next()?.parse().ok()?;
        shared.book().asset(id, number, head.member("signature").unwrap_or_default())
    });
    let asset = match found {
        Some(Ok(asset)) => asset,
        Some(Err(_)) => return denied(403, "AccessDenied", "Request has expired"),
        None => return denied(403, "AccessDenied", "Access Denied"),
    };
    let etag = asset.etag();
    let same = head.header("if-range").is_none_or(|it| it == etag);
    let range = head.header("range").filter(|_| same);
    let len = asset.bytes.len();
    let answer = |status| {
        Answer::new(status, asset.content_type)
            .header("ETag", etag.clone())
            .header("Accept-Ranges", "bytes")
    };
    match part(range, len) {
        Part::Whole => answer(200).body(asset.bytes),
        Part::Bytes(bytes) => answer(206)
            .header("Content-Range", format!("bytes {}-{}/{len}", bytes.start, bytes.end - 1))
            .body(&asset.bytes[bytes]),
        Part::Beyond => answer(416).header("Content-Range", format!("bytes */{len}")),
    }
}

/// Taken.
fn enveloped(data: Value) -> Answer {
    let message = "SUCCEED";
    let reply = json!({ "code": 0, "message": message, "request_id": request_id(), "data": data });
    Answer::json(200, &reply)
}

/// Not taken: a service code with its status, its meaning and why.
fn refusal(code: i64, why: &str) -> Answer {
    let (status, meaning) =
        errors::find(code).map_or((500, "refused"), |row| (row.status, row.meaning));
    let message = format!("{meaning}: {why}");
    Answer::json(status, &json!({ "code": code, "message": message, "request_id": request_id() }))
}

fn request_id() -> String {
    format!("demo-{}", ulid::Ulid::generate())
}

/// As an asset server says it.
fn denied(status: u16, code: &str, message: &str) -> Answer {
    let page = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    Answer::new(status, "application/xml").body(page.into_bytes())
}

/// Without `%XX`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).filter(|_| *first == b'%');
        let byte = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_decoded() {
        assert_eq!(decoded("a%2Fb%20%C3%A9"), "a/b é");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}

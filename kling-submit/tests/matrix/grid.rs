//! The matrix: where in a task's way something happens, by what happens.
//!
//! A row is a moment. At some the command is ended from inside, by a failpoint: what the column says
//! then happens to the requests of those who come after. At the others the relay stops a request: the
//! column happens to this request, or to the command that waits for it.

use crate::fault::{Act, Canned, Fault, Kind, Moment};

/// A moment in a task's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// The command aborts at the failpoint of this name.
    Failpoint(&'static str),
    /// The relay stops a request of this kind here.
    Wire(Kind, Moment),
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// The command gets this signal.
    Signal(&'static str),
    /// The connection, or what comes over it, ends so.
    Connection(Act),
    /// The server answers this, so many times.
    Answer(Reply, usize),
    /// Another process submits the same request to the same ledger.
    SecondProcess,
    /// The wall clock jumps by so many seconds.
    Clock(i64),
}

/// An answer that is not the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// 429 with this `Retry-After` and this service code.
    TooMany(&'static str, &'static str),
    /// 5xx, from a gateway.
    Gateway(u16),
    Redirect(u16),
    /// 200 with this body.
    Fine(&'static str),
}

/// One test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) number: usize,
    pub(crate) row: Row,
    pub(crate) column: Column,
    /// Whether the provider takes a request that gets a false answer or none.
    pub(crate) taken: bool,
    /// Whether tasks are found by the user's own id.
    pub(crate) by_external_id: bool,
}

pub(crate) static ROWS: &[Row] = &[
    Row::Failpoint("before-intent"),
    Row::Failpoint("after-intent"),
    Row::Failpoint("after-sending"),
    Row::Wire(Kind::Post, Moment::Head),
    Row::Wire(Kind::Post, Moment::HalfBody),
    Row::Failpoint("mid-body"),
    Row::Wire(Kind::Post, Moment::Body),
    Row::Wire(Kind::Post, Moment::AnswerHead),
    Row::Wire(Kind::Post, Moment::AnswerHalf),
    Row::Failpoint("reply-read"),
    Row::Failpoint("after-reply"),
    Row::Failpoint("after-accepted"),
    Row::Wire(Kind::Query, Moment::Body),
    Row::Wire(Kind::Query, Moment::AnswerHalf),
    Row::Failpoint("after-succeeded"),
    Row::Wire(Kind::Asset, Moment::Body),
    Row::Wire(Kind::Asset, Moment::AnswerHalf),
    Row::Failpoint("mid-fetch"),
    Row::Failpoint("before-rename"),
    Row::Failpoint("after-rename"),
    Row::Failpoint("after-stored"),
];

/// Every column.
pub(crate) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::Signal("KILL"),
        Column::Signal("INT"),
        Column::Signal("TERM"),
        Column::Connection(Act::Reset),
        Column::Connection(Act::Close),
        Column::Connection(Act::Stall),
        Column::Connection(Act::Trickle),
        Column::Connection(Act::Twice),
        Column::SecondProcess,
        Column::Clock(3600),
        Column::Clock(-3600),
    ];
    for retry_after in ["", "0", "5", "date", "99999", "soon"] {
        for code in ["", "1102", "1303"] {
            columns.push(Column::Answer(Reply::TooMany(retry_after, code), 1));
        }
    }
    for status in [500, 502, 503, 504, 524] {
        columns.push(Column::Answer(Reply::Gateway(status), 20));
    }
    for status in [307, 308] {
        columns.push(Column::Answer(Reply::Redirect(status), 1));
    }
    for body in [
        "",
        "<!doctype html><title>Just a moment...</title>",
        r#"{"code":0,"message":"SUCCEED","data":{"task_id":{"id":1},"task_status":"submitted"}}"#,
    ] {
        columns.push(Column::Answer(Reply::Fine(body), 1));
    }
    columns
}

/// Every cell that makes sense, and how many do not.
pub(crate) fn cells() -> (Vec<Cell>, usize) {
    let (mut cells, mut left_out) = (Vec::new(), 0);
    for row in ROWS {
        for column in columns() {
            if nonsense(*row, column).is_some() {
                left_out += 1;
                continue;
            }
            for taken in [true, false] {
                if !taken && !may_be_taken(*row, column) {
                    continue;
                }
                for by_external_id in [true, false] {
                    let number = cells.len();
                    cells.push(Cell { number, row: *row, column, taken, by_external_id });
                }
            }
        }
    }
    (cells, left_out)
}

/// Why a cell is no test.
pub(crate) fn nonsense(row: Row, column: Column) -> Option<&'static str> {
    match (row, column) {
        (Row::Failpoint(_), Column::Signal("INT" | "TERM")) => {
            Some("a command that aborts takes no signal")
        }
        (Row::Failpoint(_), Column::SecondProcess) => {
            Some("it comes after the first: every cell has such a one")
        }
        (Row::Wire(_, Moment::AnswerHead | Moment::AnswerHalf), Column::Connection(Act::Twice)) => {
            Some("half of an answer, and then all of it twice, is a broken answer: another column")
        }
        (
            Row::Wire(_, Moment::AnswerHead | Moment::AnswerHalf),
            Column::Answer(Reply::Fine(""), _),
        ) => Some("half of nothing"),
        (
            Row::Wire(_, Moment::Head | Moment::HalfBody),
            Column::Connection(Act::Trickle | Act::Twice),
        ) => Some("there is no answer yet"),
        _ => None,
    }
}

/// Whether a row and a column leave open what the provider does: then both are tests.
fn may_be_taken(row: Row, column: Column) -> bool {
    let whole = matches!(row, Row::Wire(Kind::Post, at) if at >= Moment::Body);
    whole
        && match column {
            Column::Answer(Reply::Gateway(_) | Reply::Redirect(_) | Reply::Fine(_), _) => true,
            Column::Connection(act) => act != Act::Twice,
            _ => false,
        }
}

impl Cell {
    /// The faults of this cell, and of which kind of request.
    pub(crate) fn faults(&self) -> Vec<(Kind, Fault)> {
        let told = |told, act| Fault { at: Moment::Body, act, answer: None, taken: true, told };
        match (self.row, self.column) {
            (Row::Wire(kind, at), Column::Signal(_) | Column::SecondProcess) => {
                vec![(kind, Fault { at, ..told(true, Act::GoOn) })]
            }
            (Row::Wire(kind, at), Column::Clock(_)) => {
                vec![(kind, Fault { at, ..told(false, Act::Close) })]
            }
            (Row::Wire(kind, at), Column::Connection(act)) => {
                let taken = at >= Moment::Body && self.taken;
                vec![(kind, Fault { at, taken, ..told(false, act) })]
            }
            (Row::Wire(kind, at), Column::Answer(reply, times)) => {
                let refuses = matches!(reply, Reply::TooMany(..));
                let taken = at >= Moment::Body && self.taken && !refuses;
                let act = match at {
                    Moment::AnswerHead | Moment::AnswerHalf => Act::Close,
                    _ => Act::GoOn,
                };
                let fault = Fault { at, act, answer: Some(reply.canned()), taken, told: false };
                let times = if kind == Kind::Post { 1 } else { times };
                vec![(kind, fault); times]
            }
            // Those who come after meet it.
            (Row::Failpoint(_), Column::Connection(act)) => {
                let faults = [Kind::Query, Kind::Query, Kind::Asset];
                faults.map(|kind| (kind, told(false, act))).to_vec()
            }
            (Row::Failpoint(_), Column::Answer(reply, times)) => {
                let fault = Fault { answer: Some(reply.canned()), ..told(false, Act::GoOn) };
                let mut faults = vec![(Kind::Query, fault.clone()); times];
                faults.push((Kind::Asset, fault));
                faults
            }
            (Row::Failpoint(_), _) => Vec::new(),
        }
    }

    /// Exit statuses of the command that it happens to; none when a signal ends it.
    pub(crate) fn statuses(&self) -> &'static [i32] {
        const OK: &[i32] = &[0];
        const UNKNOWN: &[i32] = &[4];
        const ENDED: &[i32] = &[];
        let early_or_cut = |at| at != Moment::Body;
        match (self.row, self.column) {
            (Row::Failpoint(_), _) | (_, Column::Signal("KILL")) => ENDED,
            // Answered in time and not followed; or the answer is lost.
            (Row::Wire(Kind::Post, _), Column::Signal(_)) => &[0, 4, 130],
            (_, Column::Signal(_)) => &[130],
            (_, Column::SecondProcess) => OK,
            (Row::Wire(Kind::Post, at), Column::Answer(Reply::TooMany(retry_after, code), _)) => {
                match (retry_after, code) {
                    // Cut short or early, it may be read or not: as a refusal, or not at all.
                    _ if early_or_cut(at) => &[0, 3, 4],
                    (_, "1102") | ("99999", _) => &[3],
                    _ => OK,
                }
            }
            (Row::Wire(Kind::Post, _), Column::Answer(..)) => UNKNOWN,
            (Row::Wire(Kind::Post, _), Column::Connection(Act::Twice)) => OK,
            (Row::Wire(Kind::Post, _), Column::Connection(_) | Column::Clock(_)) => UNKNOWN,
            // A poll that brings nothing is a missed poll.
            (Row::Wire(Kind::Query, _), _) => OK,
            // A page in place of the asset, a redirect to nowhere or a storm may end the fetching.
            (Row::Wire(Kind::Asset, _), Column::Answer(..)) => &[0, 7],
            (Row::Wire(Kind::Asset, _), _) => OK,
        }
    }

    /// What happens in it, in one line.
    pub(crate) fn name(&self) -> String {
        let Cell { number, row, column, taken, by_external_id } = self;
        let taken = if *taken { "" } else { ", not taken" };
        let found = if *by_external_id { "" } else { ", not found by the user's id" };
        format!("cell {number}: {row:?} x {column:?}{taken}{found}")
    }

    /// Whether the request must be so long that it is on its way for a while.
    pub(crate) fn is_long(&self) -> bool {
        self.row == Row::Wire(Kind::Post, Moment::HalfBody)
    }
}

impl Reply {
    fn canned(self) -> Canned {
        let (status, headers, body) = match self {
            Reply::TooMany(retry_after, code) => {
                let retry_after = match retry_after {
                    "" => String::new(),
                    "date" => format!("Retry-After: {}\r\n", in_seconds(5)),
                    other => format!("Retry-After: {other}\r\n"),
                };
                let body = match code {
                    "" => "slow down".to_owned(),
                    code => format!(r#"{{"code":{code},"message":"not now"}}"#),
                };
                (429, retry_after, body)
            }
            Reply::Gateway(status) => (
                status,
                "Content-Type: text/html\r\n".to_owned(),
                "<html>nginx: {key}</html>".to_owned(),
            ),
            Reply::Redirect(status) => {
                let elsewhere = "Location: http://127.0.0.1:9/elsewhere\r\n";
                (status, elsewhere.to_owned(), String::new())
            }
            Reply::Fine(body) => (200, String::new(), body.to_owned()),
        };
        Canned { status, headers, body }
    }
}

/// A moment as HTTP writes it.
fn in_seconds(seconds: u64) -> String {
    let moment = std::time::SystemTime::now() + std::time::Duration::from_secs(seconds);
    httpdate::fmt_http_date(moment)
}

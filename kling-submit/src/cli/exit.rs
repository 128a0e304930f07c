//! The exit status: one table from a task's end, and the worst of several.

use std::process::ExitCode;

use crate::machine::End;

/// How a run, or one task of it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// What was asked for is done.
    Ok = 0,
    /// The linter found errors; nothing was sent.
    Findings = 1,
    /// A wrong option, a missing file, a ledger that cannot be used.
    Failed = 2,
    /// Not taken by the server, or not sent: not paid.
    Refused = 3,
    /// Perhaps taken, perhaps paid.
    Unknown = 4,
    /// Taken, paid, still at work.
    Running = 5,
    /// The provider could not make it.
    NotMade = 6,
    /// Made, paid, not on disk.
    NotSaved = 7,
    /// The user stopped it.
    Interrupted = 130,
}

/// From the worst to the best: what a script must look at first.
const WORST: [Status; 9] = [
    Status::Unknown,
    Status::Interrupted,
    Status::NotSaved,
    Status::NotMade,
    Status::Refused,
    Status::Running,
    Status::Findings,
    Status::Failed,
    Status::Ok,
];

impl Status {
    /// The table.
    pub(crate) fn of(end: &End) -> Status {
        match end {
            End::Accepted { .. } | End::Stored(_) => Status::Ok,
            End::NotSent { .. } | End::Refused(_) | End::Absent => Status::Refused,
            End::Unknown { .. } | End::CannotTell { .. } => Status::Unknown,
            End::Running => Status::Running,
            End::Failed { .. } => Status::NotMade,
            End::NotSaved { .. } => Status::NotSaved,
            End::Interrupted => Status::Interrupted,
        }
    }

    /// The one that counts of two.
    pub(crate) fn worse(self, other: Status) -> Status {
        let rank = |status| WORST.iter().position(|it| *it == status);
        if rank(other) < rank(self) { other } else { self }
    }

    /// The process's exit status.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{RefusalKind, Refused};

    #[test]
    fn every_end_has_its_status() {
        let refused = Refused {
            status: 429,
            code: Some(1),
            message: String::new(),
            kind: RefusalKind::Money,
        };
        let why = String::new;
        let table = [
            (End::Accepted { task_id: why() }, 0),
            (End::Stored(Vec::new()), 0),
            (End::NotSent { why: why() }, 3),
            (End::Refused(refused), 3),
            (End::Absent, 3),
            (End::Unknown { why: why() }, 4),
            (End::CannotTell { why: why(), look_again: None }, 4),
            (End::Running, 5),
            (End::Failed { message: why() }, 6),
            (End::NotSaved { why: why(), gone: false }, 7),
            (End::NotSaved { why: why(), gone: true }, 7),
            (End::Interrupted, 130),
        ];
        for (end, code) in table {
            assert_eq!(Status::of(&end).code(), code, "{end:?}");
        }
    }

    #[test]
    fn the_worst_of_a_batch_counts() {
        let codes: Vec<u8> = WORST.iter().map(|it| it.code()).collect();
        assert_eq!(codes, [4, 130, 7, 6, 3, 5, 1, 2, 0]);
        for (at, worse) in WORST.into_iter().enumerate() {
            for better in WORST.into_iter().skip(at) {
                assert_eq!(worse.worse(better), worse);
                assert_eq!(better.worse(worse), worse);
            }
        }
    }
}

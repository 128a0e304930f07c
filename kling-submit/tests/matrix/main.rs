//! The proof: whatever happens, nobody pays twice, and nothing that is paid for is lost.
//!
//! The real command is run against the stand-in provider, behind a relay that fails as it is told; it
//! is killed, started again, and made to reconcile. All of it must come to this: at most one charge for
//! a request, and every charged task in the ledger or reported unknown.
//!
//! | file | what it holds |
//! |---|---|
//! | `grid` | the matrix: rows, columns, what each cell must come to |
//! | `cells` | running a cell, and what people do after a crash |
//! | `crash` | kill -9 at random times; two processes at once |
//! | `disk` | disks that are full, and disks that fail |
//! | `callbacks` | callbacks: replayed, out of order, forged |
//! | `stage` | a folder, a ledger, the command; what must hold |
//! | `fault` | the relay |

#![cfg(all(unix, feature = "cli"))]

mod callbacks;
mod cells;
mod crash;
mod disk;
mod fault;
mod grid;
mod stage;

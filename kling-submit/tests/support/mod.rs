//! What the proof is run with.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod fault;
pub mod grid;
pub mod stage;

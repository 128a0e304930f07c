//! How the command is linked.

#![cfg(all(feature = "cli", has_place))]

use std::fs;

#[test]
#[expect(clippy::disallowed_methods, reason = "the command is as long as it is")]
fn the_loader_has_no_addresses_to_write() {
    let command = fs::read(env!("CARGO_BIN_EXE_kling-lint")).expect("the command");
    // `e_type` of ELF: `ET_EXEC`, where `ET_DYN` would be 3.
    assert_eq!(command.get(16..18), Some(&[2, 0][..]));
}

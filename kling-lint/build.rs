//! Links the command so that it starts in the time that it takes to check a request, where the linker can.
//!
//! - The unwinder is put into the file. As a library of its own it asks the processor what it is, each time
//!   the command starts. On a virtual machine the answers take longer than checking a request.
//! - The file is linked for one place in memory. Else the loader writes eighteen thousand addresses into the
//!   tables, and copies each page of them, before the first line of `main`; that is a fifth of a run over one
//!   request. Strangers then know where the code stands: `RUSTFLAGS="-C relocation-model=pic"` has it the
//!   other way.

use std::env;
use std::path::Path;
use std::process::Command;

/// The unwinder as an archive, which comes with GCC.
const ARCHIVE: &str = "libgcc_eh.a";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(has_unwinder, has_place)");
    if is_wanted() && is_at_hand() {
        // Whole, or the library that comes first would be taken for it.
        println!("cargo::rustc-link-arg-bins=-Wl,--whole-archive,-l:{ARCHIVE},--no-whole-archive");
        println!("cargo::rustc-cfg=has_unwinder");
        if !is_place_chosen() {
            println!("cargo::rustc-link-arg-bins=-no-pie");
            println!("cargo::rustc-cfg=has_place");
        }
    }
}

/// Whether Rust would load the library, and links with LLVM's linker, which leaves out what is not
/// needed in the end.
fn is_wanted() -> bool {
    let is_static = env::var("CARGO_CFG_TARGET_FEATURE")
        .is_ok_and(|features| features.split(',').any(|feature| feature == "crt-static"));
    env::var("TARGET").is_ok_and(|target| target == "x86_64-unknown-linux-gnu") && !is_static
}

/// Whether whoever builds says where code may stand.
fn is_place_chosen() -> bool {
    env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("relocation-model"))
}

/// Whether the linker finds the archive: it tells its path then, else its name alone.
fn is_at_hand() -> bool {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let told = Command::new(linker).arg(format!("-print-file-name={ARCHIVE}")).output();
    told.is_ok_and(|told| Path::new(String::from_utf8_lossy(&told.stdout).trim()).is_absolute())
}

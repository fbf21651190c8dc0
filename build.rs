//! How the binary is linked where a fresh process is to start fast. kz is usually done within two
//! milliseconds, a good part of which the system spends with getting a program ready to run.
//!
//! **Not here:** anything that kz needs to work. Where these options are not known to be good, nothing is asked for.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    if !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") {
        return;
    }
    // At a fixed address thousands of pointers need not be written at each start.
    println!("cargo:rustc-link-arg-bins=-no-pie");
    // The unwinder as a part of the binary, so that there is one library less to look for and to map.
    if has_static_unwinder() {
        println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Whether the linker knows a place for `libgcc_eh.a`; otherwise it gives back the bare name.
fn has_static_unwinder() -> bool {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let found = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    found.is_ok_and(|output| {
        let path = String::from_utf8_lossy(&output.stdout);
        output.status.success() && Path::new(path.trim()).is_absolute()
    })
}

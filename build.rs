//! How the binary is linked where a fresh process is to start fast. kz is usually done within two
//! milliseconds, a good part of which the system spends with getting a program ready to run.
//!
//! On Linux with glibc the C library becomes a part of the binary: there is then no loader to run, no library to look
//! for, to map and to resolve, and the binary runs on any Linux of its architecture. The compiler's own switch for
//! that (`+crt-static`) cannot be set for a plain `cargo build`, as it would hit the procedural macros too.
//!
//! **Not here:** anything that kz needs to work. Where the static libraries are not there, nothing is asked for.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What the compiler links dynamically by default, and the static libraries that stand in for each.
const STAND_INS: [(&str, &[&str]); 7] = [
    ("libc.so", &["libc.a", "libgcc_eh.a", "libgcc.a"]),
    ("libgcc_s.so", &["libgcc_eh.a", "libgcc.a"]),
    ("libm.so", &["libm.a"]),
    ("libdl.so", &["libdl.a"]),
    ("libpthread.so", &["libpthread.a"]),
    ("librt.so", &["librt.a"]),
    ("libutil.so", &["libutil.a"]),
];

/// The functions that runs of kz enter (`link/record` finds them), to be put side by side: the system maps a program piece
/// by piece as it is entered, and a small run spent a third of its time on that. A name that is not there is passed over.
const ENTERED: &str = include_str!("link/order.txt");

/// Where code begins with a large page, in memory as in the file, the system can map it by such pages.
const LARGE_PAGE: u32 = 2 << 20;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=link/order.txt");
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    if !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") || !is("PROFILE", "release") {
        return;
    }
    // Not every linker reads such scripts.
    if env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("fuse-ld")) {
        return;
    }
    let Some(folder) = env::var_os("OUT_DIR").map(|out| PathBuf::from(out).join("static")) else { return };
    if stand_ins(&folder).is_none() {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-L{}", folder.display());
    println!("cargo:rustc-link-arg-bins=-static");
    println!("cargo:rustc-link-arg-bins=-Wl,-T,{}", folder.join("order.ld").display());
    // At a fixed address thousands of pointers need not be written at each start.
    println!("cargo:rustc-link-arg-bins=-no-pie");
    println!("cargo:rustc-link-arg-bins=-Wl,-z,separate-code");
}

/// Writes linker scripts: under the names of the dynamic libraries some that name the static ones, and the order of
/// functions. None where a static library is not there.
fn stand_ins(folder: &Path) -> Option<()> {
    fs::create_dir_all(folder).ok()?;
    for (name, archives) in STAND_INS {
        let paths: Vec<String> = archives.iter().map(|archive| find(archive)).collect::<Option<_>>()?;
        fs::write(folder.join(name), format!("GROUP ( {} )\n", paths.join(" "))).ok()?;
    }
    let sections = |name| format!("    *(.text.{name} .text.unlikely.{name})\n");
    let order: String = ENTERED.lines().map(sections).collect();
    let code = format!("SECTIONS {{ .text.kz : ALIGN({LARGE_PAGE}) {{\n{order}}} }} INSERT BEFORE .text;\n");
    // What panics alone look at stands behind the code: before it, it would move the code by a whole large page.
    let panics = "SECTIONS { .gcc_except_table : { *(.gcc_except_table .gcc_except_table.*) } } INSERT AFTER .text;\n";
    fs::write(folder.join("order.ld"), code + panics).ok()
}

/// Where the linker's driver finds a library; what it does not know it gives back as a bare name.
fn find(archive: &str) -> Option<String> {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let output = Command::new(linker).arg(format!("-print-file-name={archive}")).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && Path::new(&path).is_absolute()).then_some(path)
}

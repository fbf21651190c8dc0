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

/// A linker script that puts kz's own code and the allocator side by side, away from the libraries that few runs need:
/// the system maps a program piece by piece as it is entered, and half of a small run's time went into that.
const ORDER: (&str, &str) = (
    "order.ld",
    "SECTIONS { .text.kz : { *(.text.main .text._ZN2kz* .text.*kz..* .text.mi_* .text._mi_*) } } INSERT BEFORE .text;\n",
);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
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
    println!("cargo:rustc-link-arg-bins=-Wl,-T,{}", folder.join(ORDER.0).display());
    // At a fixed address thousands of pointers need not be written at each start.
    println!("cargo:rustc-link-arg-bins=-no-pie");
}

/// Writes the scripts: under the names of the dynamic libraries such that name the static ones, and [`ORDER`]. None where
/// a static library is not there.
fn stand_ins(folder: &Path) -> Option<()> {
    fs::create_dir_all(folder).ok()?;
    for (name, archives) in STAND_INS {
        let paths: Vec<String> = archives.iter().map(|archive| find(archive)).collect::<Option<_>>()?;
        fs::write(folder.join(name), format!("GROUP ( {} )\n", paths.join(" "))).ok()?;
    }
    fs::write(folder.join(ORDER.0), ORDER.1).ok()
}

/// Where the linker's driver finds a library; what it does not know it gives back as a bare name.
fn find(archive: &str) -> Option<String> {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let output = Command::new(linker).arg(format!("-print-file-name={archive}")).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && Path::new(&path).is_absolute()).then_some(path)
}

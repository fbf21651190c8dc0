//! `kz diff` of revisions, and `kz diff --since`, in repositories that the tests make.

#![cfg(unix)]

#[allow(dead_code, reason = "copies are for other tests")]
#[path = "../support/temp_dir.rs"]
mod temp_dir;

mod changes;
mod errors;
mod formats;
mod repo;
mod settings;
mod sides;

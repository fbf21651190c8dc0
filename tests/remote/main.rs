//! Kustomizations from elsewhere: git repositories and files on web servers, all of this machine.
//!
//! What is printed was recorded from kustomize 5.8.1. With `KUSTOMIZE=…/kustomize` the tests run it as well, and
//! compare.

#![cfg(unix)]

#[allow(dead_code, reason = "other tests make more of it")]
#[path = "../fetch/server.rs"]
mod server;
#[allow(dead_code, reason = "copies are for other tests")]
#[path = "../support/temp_dir.rs"]
mod temp_dir;

mod addresses;
mod bench;
mod cache;
mod charts;
mod copies;
mod errors;
mod files;
mod http_backend;
mod locks;
mod safety;
mod servers;
mod submodules;
mod vendored;

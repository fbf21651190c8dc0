//! Charts of repositories, from a server on this machine: the cases below `testdata/pull`, and what no case can show.

#[allow(dead_code, reason = "other tests need more of it")]
#[path = "../fetch/server.rs"]
mod server;
#[path = "../support/temp_dir.rs"]
mod temp_dir;

mod cases;
mod docker_registry;
mod locks;
mod promises;
#[cfg(unix)]
mod registries;
mod signed;
mod site;
mod tls;
mod token_server;
mod trust;
mod vendored;

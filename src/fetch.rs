//! The ground that all fetching stands on: HTTP, and one cache for all processes.
//!
//! Charts, bases and files of values come from servers of many kinds; how a request is made, repeated, bounded and
//! kept is the same for all of them, and is here; so is what the program `git` fetches.
//!
//! **Invariant:** nothing is opened, read or looked up before something is really fetched; no error, index or lock
//! holds credentials; what is in the cache is complete.
//! **Not here:** what charts, repositories and registries are.

pub mod cache;
mod context;
mod digest;
mod file;
pub mod git;
pub mod http;
mod programs;
mod progress;
pub mod proxy;
pub mod tls;
mod url;

pub use context::{Context, Retries, Settings, Timeouts};
pub use digest::Digest;
pub use file::{Fetched, Freshness, file};
pub use programs::Programs;
pub use progress::{Activity, Event, Sink as ProgressSink};
pub use url::{Url, without_secrets};

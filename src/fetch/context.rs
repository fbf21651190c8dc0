//! What fetching needs to know of the machine and of the command line.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use super::cache::Cache;
use super::file::Memo;
use super::git;
use super::http::Connections;
use super::programs::Programs;
use super::progress::Sink;
use super::proxy::Proxies;
use super::tls::Trust;
use crate::base::{Diagnostic, Result};

/// What the command line and the environment say. The default: direct connections, the system's certificates, no
/// cache.
#[derive(Clone, Default)]
pub struct Settings {
    /// Where the cache is, or is to be. `None`: nobody said, and there is no home directory.
    pub cache_dir: Option<PathBuf>,
    /// Nothing may be fetched: what the cache lacks is an error.
    pub offline: bool,
    /// Versions and the like, which mean the same for ever, are asked for all the same, as if the cache had none.
    pub asks_again: bool,
    /// Git repositories are fetched from servers: those of this machine are other people's.
    pub servers_only: bool,
    pub proxies: Proxies,
    pub trust: Trust,
    pub timeouts: Timeouts,
    pub retries: Retries,
    pub programs: Programs,
}

impl Settings {
    /// Whether the cache's word is enough for what should never change.
    pub fn believes_cache(&self) -> bool {
        self.offline || !self.asks_again
    }
}

/// How long is waited for a server.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To find and reach it.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub read: Duration,
    /// For all of an answer.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        let seconds = Duration::from_secs;
        Timeouts { connect: seconds(15), read: seconds(60), whole: seconds(15 * 60) }
    }
}

/// How often, and after what time, a request that failed is made again.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    pub count: u32,
    /// The time before the first; it doubles each time.
    pub first: Duration,
    /// No server is waited for longer than this, even if it asks for it.
    pub longest: Duration,
}

impl Default for Retries {
    fn default() -> Retries {
        Retries { count: 3, first: Duration::from_millis(400), longest: Duration::from_secs(30) }
    }
}

/// All that fetching needs; one for a process, shared by its threads. To make one touches nothing.
pub struct Context {
    pub settings: Settings,
    pub(super) progress: Sink,
    pub(super) now: fn() -> SystemTime,
    pub(super) connections: Connections,
    pub(super) memo: Memo,
    pub(super) git: git::State,
    cache: OnceLock<Cache>,
}

impl Context {
    /// `progress` is told what is going on; `now` is the clock.
    pub fn new(settings: Settings, progress: Sink, now: fn() -> SystemTime) -> Context {
        let (memo, git) = (Memo::default(), git::State::default());
        Context { settings, progress, now, connections: Connections::default(), memo, git, cache: OnceLock::new() }
    }

    /// A context that fetches nothing and has no cache: for what must not need the net.
    pub fn offline() -> Context {
        let settings = Settings { offline: true, ..Settings::default() };
        Context::new(settings, Box::new(|_| {}), || SystemTime::UNIX_EPOCH)
    }

    /// What the clock says.
    pub fn now(&self) -> SystemTime {
        (self.now)()
    }

    /// The cache, opened when it is first asked for.
    ///
    /// Errors: `no-cache` where nobody says where it is; `cache` where it cannot be used.
    pub fn cache(&self) -> Result<&Cache> {
        if let Some(cache) = self.cache.get() {
            return Ok(cache);
        }
        let dir = self.settings.cache_dir.as_ref().ok_or_else(|| {
            Diagnostic::new("no-cache", "something must be fetched, and there is no directory for the cache")
                .help("name one: `--cache-dir DIR` or `KZ_CACHE_DIR`; or set `HOME`")
        })?;
        let opened = Cache::open(dir, self.now)?;
        Ok(self.cache.get_or_init(|| opened))
    }
}

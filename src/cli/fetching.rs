//! What the command line and the environment say of fetching.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::{Arg, ArgMatches, Command};
use kz::base::process::Family;
use kz::fetch::proxy::Proxies;
use kz::fetch::tls::Trust;
use kz::fetch::{Context, Programs, Settings};

use super::args::{Purpose, parse_bool, path, switch};
use super::progress;

const HEADING: &str = "Fetching";

/// The flags of commands that may fetch something.
pub fn flags(command: Command, purpose: Purpose) -> Command {
    command.next_help_heading(HEADING).arg(cache_dir_flag()).arg(switch(
        "offline",
        "Fetch nothing: what is not in the cache is an error [env: KZ_OFFLINE]",
        purpose,
    ))
}

pub fn cache_dir_flag() -> Arg {
    path("cache-dir", "DIR", "Where what was fetched is kept [env: KZ_CACHE_DIR]")
}

/// What fetching needs to know. Nothing is looked at but the environment.
pub fn context(matches: &ArgMatches) -> Context {
    let is_offline = matches.get_one::<bool>("offline").copied().unwrap_or_default();
    Context::new(settings(cache_dir(matches), is_offline), progress::sink(), SystemTime::now)
}

/// The same for commands that a server runs. There is a cache where there is no home, and git is of the same group of
/// processes: who ends the group ends git. `passwords_of` is that of [`Programs`], `servers_only`
/// that of [`Settings`].
pub fn context_of_service(matches: &ArgMatches, passwords_of: Option<String>, servers_only: bool) -> Context {
    let is_offline = matches.get_one::<bool>("offline").copied().unwrap_or_default();
    let mut settings =
        settings(cache_dir(matches).filter(|dir| !is_of_no_home(dir)).or_else(temporary_cache), is_offline);
    settings.programs.family = Family::Shared;
    settings.programs.passwords_of = passwords_of;
    settings.servers_only = servers_only;
    Context::new(settings, progress::sink(), SystemTime::now)
}

/// The same for commands that ask a server and keep nothing.
pub fn context_without_cache() -> Context {
    Context::new(settings(None, false), progress::sink(), SystemTime::now)
}

/// The same for commands that need not have such flags.
pub fn context_of(cache_dir: Option<PathBuf>, is_offline: bool) -> Context {
    let cache_dir = cache_dir.filter(|dir| !dir.as_os_str().is_empty()).or_else(cache_dir_of_environment);
    Context::new(settings(cache_dir, is_offline), progress::sink(), SystemTime::now)
}

fn settings(cache_dir: Option<PathBuf>, is_offline: bool) -> Settings {
    let has_terminal = has_terminal();
    // What somebody sets to `yes` is not to be taken for a no.
    let by_environment = || variable("KZ_OFFLINE").is_some_and(|text| parse_bool(&text) != Ok(false));
    Settings {
        cache_dir,
        offline: is_offline || by_environment(),
        proxies: proxies(),
        trust: Trust {
            file: std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()).map(PathBuf::from),
            dirs: std::env::var_os("SSL_CERT_DIR")
                .filter(|dirs| !dirs.is_empty())
                .map(|dirs| std::env::split_paths(&dirs).collect()),
        },
        programs: Programs {
            environment: environment(),
            has_terminal,
            family: if has_terminal { Family::Shared } else { Family::Own },
            passwords_of: None,
        },
        ..Settings::default()
    }
}

/// All of it: git, what it starts, and programs that keep passwords look into much of it.
fn environment() -> Vec<(String, String)> {
    let text = |text: OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
}

/// Whether programs can ask something: git and ssh do so on the terminal, wherever their output goes.
fn has_terminal() -> bool {
    cfg!(unix) && std::fs::File::open("/dev/tty").is_ok()
}

/// `--cache-dir`, `KZ_CACHE_DIR`, `XDG_CACHE_HOME/kz`, `HOME/.cache/kz`.
pub fn cache_dir(matches: &ArgMatches) -> Option<PathBuf> {
    let given = matches.get_one::<PathBuf>("cache-dir").filter(|dir| !dir.as_os_str().is_empty()).cloned();
    given.or_else(cache_dir_of_environment)
}

fn cache_dir_of_environment() -> Option<PathBuf> {
    let directory = |name: &str| std::env::var_os(name).filter(|dir| !dir.is_empty()).map(PathBuf::from);
    directory("KZ_CACHE_DIR")
        // XDG: relative paths do not count.
        .or_else(|| directory("XDG_CACHE_HOME").filter(|dir| dir.is_absolute()).map(|dir| dir.join("kz")))
        .or_else(|| directory("HOME").map(|home| home.join(".cache").join("kz")))
}

/// Users without a home have `/` for one.
fn is_of_no_home(cache: &Path) -> bool {
    cache == Path::new("/.cache/kz")
}

/// The cache of a user without a home, among the temporary files: nobody else may have made it, or may write to it.
#[cfg(unix)]
fn temporary_cache() -> Option<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let user = rustix::process::geteuid().as_raw();
    let cache = std::env::temp_dir().join(format!("kz-cache-{user}"));
    // It may be there already.
    let _ = std::fs::DirBuilder::new().mode(0o700).create(&cache);
    let found = std::fs::symlink_metadata(&cache).ok()?;
    (found.is_dir() && found.uid() == user && found.mode() & 0o022 == 0).then_some(cache)
}

#[cfg(not(unix))]
fn temporary_cache() -> Option<PathBuf> {
    Some(std::env::temp_dir().join("kz-cache"))
}

/// Go: the names in capitals go before. In a CGI program `HTTP_PROXY` is a header that anybody could send.
fn proxies() -> Proxies {
    let either = |upper: &str, lower: &str| variable(upper).or_else(|| variable(lower)).unwrap_or_default();
    let http = match std::env::var_os("REQUEST_METHOD") {
        Some(_) => String::new(),
        None => either("HTTP_PROXY", "http_proxy"),
    };
    Proxies::new(&http, &either("HTTPS_PROXY", "https_proxy"), &either("NO_PROXY", "no_proxy"))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

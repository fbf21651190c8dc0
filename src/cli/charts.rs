//! The chart that a command line names, and how the servers are asked that have it.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Diagnostic, FileSystem, Result, Sources};
use kz::fetch::Context;
use kz::fetch::tls::TlsOptions;
use kz::helm::pull::Pulling;
use kz::helm::pull::access::Access;
use kz::helm::pull::choice::DEVELOPMENT;
use kz::helm::pull::homes::Homes;
use kz::helm::pull::source::Wanted;
use kz::helm::pull::vouched::Check;

use super::args::{Purpose, path, switch, value};
use super::fetching;

/// The heading of the flags that say which chart is meant.
pub const CHART: &str = "Which chart";
const SERVER: &str = "How servers are asked";
const HELM: &str = "Helm's files";

/// The flags of commands that take a chart from anywhere. Source: addChartPathOptionsFlags in pkg/cmd/flags.go.
pub fn chart_flags(command: Command, purpose: Purpose) -> Command {
    let command = command
        .next_help_heading(CHART)
        .arg(value("repo", "URL", "The repository that has the chart; nobody needs to have added it"))
        .arg(value("version", "VERSION", "A version, or a range such as `^1.2`; without it the newest"))
        .arg(switch("devel", "Prereleases too, where no version is given", purpose))
        .arg(switch("verify", "Take the chart only if its provenance file is signed by a key of the keyring", purpose))
        .arg(keyring());
    let command = server_flags(command, purpose).arg(plain_http(purpose)).arg(switch(
        "pass-credentials",
        "Send user and password to other hosts too, to which an index leads",
        purpose,
    ));
    home_flags(fetching::flags(command, purpose)).arg(registry_config())
}

/// Which keys are trusted.
pub fn keyring() -> Arg {
    path("keyring", "FILE", "The keys that are trusted; those of GnuPG if nothing else is said [env: GNUPGHOME]")
}

/// The flags that say how a server is asked.
pub fn server_flags(command: Command, purpose: Purpose) -> Command {
    command
        .next_help_heading(SERVER)
        .arg(value("username", "NAME", "The user"))
        .arg(value("password", "TEXT", "The password"))
        .arg(path("ca-file", "FILE", "Trust the authorities of this file instead of the machine's"))
        .arg(path("cert-file", "FILE", "Show this certificate"))
        .arg(path("key-file", "FILE", "The key of that certificate"))
        .arg(switch("insecure-skip-tls-verify", "Trust any certificate", purpose))
}

pub fn plain_http(purpose: Purpose) -> Arg {
    switch("plain-http", "Ask registries (`oci://`) without TLS", purpose)
}

/// Where the credentials of registries are.
pub fn registry_config() -> Arg {
    path("registry-config", "FILE", "The credentials of registries [env: HELM_REGISTRY_CONFIG]")
}

/// The flags that say where Helm's files are.
pub fn home_flags(command: Command) -> Command {
    command
        .next_help_heading(HELM)
        .arg(path("repository-config", "FILE", "The list of repositories [env: HELM_REPOSITORY_CONFIG]"))
        .arg(path("repository-cache", "DIR", "The indexes of repositories [env: HELM_REPOSITORY_CACHE]"))
}

/// What the flags say.
pub struct Flags {
    pub repo: Option<String>,
    pub version: String,
    pub access: Access,
    /// The chart must be signed by a key of this file.
    keyring: Option<PathBuf>,
    pub homes: Homes,
    pub fetch: Context,
}

impl Flags {
    /// Errors: flags that need one another.
    pub fn new(matches: &ArgMatches) -> Result<Flags> {
        let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
        let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
        let version = text("version");
        let version = if version.is_empty() && is_on("devel") { DEVELOPMENT.to_owned() } else { version };
        let mut access = access(matches)?;
        access.plain_http = is_on("plain-http");
        access.pass_credentials = is_on("pass-credentials");
        let repo = Some(text("repo")).filter(|repo| !repo.is_empty());
        let keyring = is_on("verify").then(|| keyring_of(matches));
        Ok(Flags { repo, version, access, keyring, homes: homes(matches), fetch: fetching::context(matches) })
    }

    /// The chart of a reference.
    pub fn wanted<'w>(&'w self, reference: &'w str) -> Wanted<'w> {
        let check = self.keyring.as_deref().map_or(Check::Never, Check::Always);
        Wanted { reference, version: &self.version, repo: self.repo.as_deref(), access: &self.access, check }
    }

    /// All that finding charts needs.
    pub fn pulling<'p>(&'p self, sources: &'p Sources, note: &'p (dyn Fn(String) + Sync)) -> Pulling<'p> {
        self.pulling_on(&Disk, sources, note)
    }

    /// The same where files are not read from the disk itself.
    pub fn pulling_on<'p>(
        &'p self,
        fs: &'p dyn FileSystem,
        sources: &'p Sources,
        note: &'p (dyn Fn(String) + Sync),
    ) -> Pulling<'p> {
        Pulling::new(fs, sources, &self.fetch, &self.homes, note)
    }
}

/// The file of keys: what the flag says, or that of GnuPG, the older one first. Go: defaultKeyring.
pub fn keyring_of(matches: &ArgMatches) -> PathBuf {
    if let Some(given) = matches.get_one::<PathBuf>("keyring") {
        return given.clone();
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let home = std::env::var_os("GNUPGHOME").map_or_else(|| home.join(".gnupg"), PathBuf::from);
    let [legacy, keybox] = ["pubring.gpg", "pubring.kbx"].map(|name| home.join(name));
    let is_absent = |path: &PathBuf| std::fs::metadata(path).is_err_and(|e| e.kind() == ErrorKind::NotFound);
    if is_absent(&legacy) && !is_absent(&keybox) { keybox } else { legacy }
}

/// What [`server_flags`] say.
///
/// Errors: `usage`: a certificate without key.
pub fn access(matches: &ArgMatches) -> Result<Access> {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let file = |name: &str| matches.get_one::<PathBuf>(name).filter(|path| !path.as_os_str().is_empty()).cloned();
    let identity = match (file("cert-file"), file("key-file")) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => {
            return Err(Diagnostic::new("usage", "`--cert-file` and `--key-file` need one another")
                .help("name the file of the certificate and that of its key"));
        }
    };
    let is_on = |name: &str| matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or_default();
    // `kz registry login` has a word of its own for it.
    let insecure = is_on("insecure-skip-tls-verify") || is_on("insecure");
    let tls = TlsOptions { ca_file: file("ca-file"), identity, insecure };
    Ok(Access { username: text("username"), password: text("password"), tls, ..Access::default() })
}

/// What [`home_flags`] and the environment say.
pub fn homes(matches: &ArgMatches) -> Homes {
    let mut homes = Homes::of_environment(&|name| std::env::var(name).ok());
    let given = |name: &str| matches.try_get_one::<PathBuf>(name).ok().flatten().cloned();
    if let Some(file) = given("repository-config") {
        homes.repositories = file;
    }
    if let Some(folder) = given("repository-cache") {
        homes.indexes = folder;
    }
    // Not all of these commands come to registries, or to repositories.
    if let Some(file) = given("registry-config") {
        homes.registries = file;
    }
    homes
}

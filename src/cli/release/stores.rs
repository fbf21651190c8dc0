//! Which store is used, and the identities that open what is sealed in it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use age::x25519::{Identity, Recipient};
use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Diagnostic, Result, Sources};
use kz::fetch::git::NamedBy;
use kz::release::rollback::Contents;
use kz::release::seal::{self, Keys};
use kz::release::store::{Address, Cloud, Folder, Git, Store};

use crate::cli::args::{path, value};
use crate::cli::ui::Ui;
use crate::cli::{fetching, settings};

/// Adds the flags that all commands of releases have.
pub fn flags(command: Command) -> Command {
    command
        .next_help_heading("Store")
        .arg(value(
            "store",
            "STORE",
            "Where the store is; `.kz` of the repository if nothing else is said [env: KZ_STORE]",
        ))
        .arg(identity_flag())
}

pub fn identity_flag() -> Arg {
    path("identity", "FILE", "The age identity that opens what is sealed [env: KZ_IDENTITY]")
}

/// What the flags say. Cheap to make: nothing is looked at.
#[derive(Clone, Debug, Default)]
pub struct Named {
    store: Option<String>,
    identity: Option<PathBuf>,
    /// Of commands that may fetch something: as they say it.
    cache_dir: Option<PathBuf>,
    is_offline: bool,
}

impl Named {
    pub fn new(matches: &ArgMatches) -> Named {
        Named {
            store: matches.get_one::<String>("store").filter(|name| !name.is_empty()).cloned(),
            identity: matches.get_one::<PathBuf>("identity").filter(|file| !file.as_os_str().is_empty()).cloned(),
            cache_dir: matches.try_get_one::<PathBuf>("cache-dir").ok().flatten().cloned(),
            is_offline: matches.try_get_one::<bool>("offline").ok().flatten().copied().unwrap_or_default(),
        }
    }
}

/// The identities that a command without a store of its own names.
///
/// Errors: as [`identities`].
pub fn identities_of(matches: &ArgMatches) -> Result<Vec<Identity>> {
    identities(&Named { identity: matches.get_one::<PathBuf>("identity").cloned(), ..Named::default() })
}

/// The store that is named: by a flag, by `KZ_STORE`, by `.kz.toml`; or else the one of the repository.
///
/// Errors: a kind of store that kz does not know; a `.kz.toml` that is none; the working directory is gone.
pub fn store(named: &Named, sources: &Sources) -> Result<Box<dyn Store>> {
    match address(named, sources)? {
        Some((address, by)) => at(&address, by, named),
        None => Ok(Box::new(Folder::find(&working_directory()?))),
    }
}

/// The same if it is a folder, so that nothing is asked over the net while somebody types.
pub fn folder() -> Option<Folder> {
    match address(&Named::default(), &Sources::new()).ok()? {
        Some((Address::Folder(path), _)) => Some(Folder::new(path)),
        Some(_) => None,
        None => Some(Folder::find(&working_directory().ok()?)),
    }
}

/// The address that is named, and who names it.
fn address(named: &Named, sources: &Sources) -> Result<Option<(Address, NamedBy)>> {
    let by_environment = || std::env::var("KZ_STORE").ok().filter(|name| !name.is_empty());
    if let Some(name) = named.store.clone().or_else(by_environment) {
        return Ok(Some((Address::parse(&name)?, NamedBy::User)));
    }
    let name = settings::find(&Disk, &working_directory()?, sources)?.store;
    name.map(|name| Ok((Address::parse(&name)?, NamedBy::Repository))).transpose()
}

fn working_directory() -> Result<PathBuf> {
    std::env::current_dir().map_err(|error| {
        Diagnostic::new("working-directory", format!("the working directory cannot be found: {error}"))
            .help("change to a directory that exists")
    })
}

/// The store at an address, and who has written that. Nothing is looked at yet.
///
/// Errors: what git must not be given; no git.
pub fn at(address: &Address, by: NamedBy, named: &Named) -> Result<Box<dyn Store>> {
    match address {
        Address::Folder(path) => Ok(Box::new(Folder::new(path))),
        Address::Git { remote, branch } => {
            let context = Arc::new(fetching::context_of(named.cache_dir.clone(), named.is_offline));
            Ok(Box::new(Git::open(context, remote.as_deref(), branch, by, &working_directory()?)?))
        }
        Address::Cloud(address) => {
            let settings = fetching::context_of(None, named.is_offline).settings;
            Ok(Box::new(Cloud::open(address, &settings, SystemTime::now)?))
        }
    }
}

/// A store with its keys, as this user has them.
pub struct Opened {
    pub store: Box<dyn Store>,
    pub identities: Vec<Identity>,
    pub keys: Option<Keys>,
}

impl Opened {
    /// Reads what revisions hold.
    pub fn contents(&self) -> Contents<'_> {
        Contents { store: &*self.store, keys: self.keys.as_ref(), identities: &self.identities }
    }
}

/// Opens the store for reading.
///
/// Errors: there is none; it has another format; an identity that is none.
pub fn open(named: &Named, sources: &Sources) -> Result<Opened> {
    let store = store(named, sources)?;
    if !kz::release::store::check(&*store)? {
        return Err(Diagnostic::new("store-missing", format!("there is no store {}", store.name())).help(
            "`kz release record NAME TARGET` makes it; `--store DIR` or `KZ_STORE` names another, \
             such as one that others share",
        ));
    }
    let identities = identities(named)?;
    let keys = seal::keys(&*store, &identities)?;
    Ok(Opened { store, identities, keys })
}

/// The identities of this user: those of `--identity`, of `KZ_IDENTITY` (a file, or the identity itself), or those
/// in the folder of configurations. There may be none.
///
/// Errors: what is named cannot be read, or is no identity.
pub fn identities(named: &Named) -> Result<Vec<Identity>> {
    if let Some(file) = &named.identity {
        return read(file);
    }
    if let Some(named) = std::env::var("KZ_IDENTITY").ok().filter(|named| !named.is_empty()) {
        return match named.trim_start().starts_with("AGE-SECRET-KEY-") {
            true => seal::identities(&named, "`KZ_IDENTITY`"),
            false => read(&PathBuf::from(named)),
        };
    }
    match own_file().filter(|file| file.exists()) {
        Some(file) => read(&file),
        None => Ok(Vec::new()),
    }
}

fn read(file: &PathBuf) -> Result<Vec<Identity>> {
    let name = format!("`{}`", file.display());
    let text = fs::read_to_string(file).map_err(|error| {
        Diagnostic::new("store-identity", format!("cannot read {name}: {error}"))
            .help("name a file with an age identity")
    })?;
    seal::identities(&text, &name)
}

/// Where this user's own identity is kept.
fn own_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
    config.map(|config| config.join("kz").join("identity.txt"))
}

/// Whom the values of Secrets in a new store are sealed to: this user. Who has no identity gets one.
///
/// Errors: it cannot be kept.
pub fn first_recipients(identities: &[Identity], ui: &Ui) -> Result<Vec<Recipient>> {
    if !identities.is_empty() {
        return Ok(identities.iter().map(Identity::to_public).collect());
    }
    let file = own_file().ok_or_else(|| {
        Diagnostic::new("store-identity", "values of Secrets are to be sealed, and there is no place for a key")
            .help("set `HOME`, or name an identity: `KZ_IDENTITY`; `--no-secrets` keeps none of them")
    })?;
    let identity = Identity::generate();
    keep(&file, &identity).map_err(|error| {
        Diagnostic::new("store-identity", format!("cannot write `{}`: {error}", file.display()))
            .help("name an identity of your own: `KZ_IDENTITY`")
    })?;
    ui.note(&format!(
        "a key was made for you that opens values of Secrets, `{}`: keep a copy of it in a safe place, without it they \
         are lost",
        file.display()
    ));
    Ok(vec![identity.to_public()])
}

fn keep(file: &PathBuf, identity: &Identity) -> std::io::Result<()> {
    use age::secrecy::ExposeSecret;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file)?;
    writeln!(out, "# public key: {}\n{}", identity.to_public(), identity.to_string().expose_secret())?;
    out.sync_all()
}

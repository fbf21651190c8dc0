//! `kz dependency`: what a chart depends on, in its `charts/`, as Chart.yaml and Chart.lock say.
//!
//! ```text
//! Chart.yaml ──> home of each ──> versions ──> archives ──> charts/, Chart.lock
//!                `homes`          `resolve`    `collect`    `place`, `lock`
//! ```
//!
//! Source: pkg/downloader/manager.go, internal/resolver/resolver.go.
//!
//! **Invariant:** nothing in `charts/` is touched before all that is to be in it is there.
//! **Not here:** which of the charts in `charts/` are rendered ([`crate::helm::dependencies`]).

mod collect;
mod homes;
mod list;
mod place;
mod resolve;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

pub use list::{List, list};

use self::homes::Home;
use super::Pulling;
use super::access::Access;
use super::git::is_git;
use super::lock;
use super::registry::reference::{Reference, base_url};
use super::repositories::{Entry, Repositories};
use super::vouched::Check;
use super::{indexes, manage};
use crate::base::{Diagnostic, Result};
use crate::fetch::{Url, without_secrets};
use crate::helm::chart::Chart;
use crate::helm::load;
use crate::helm::metadata::{Dependency, Lock};

/// What is to be done, and with what.
pub struct Order<'o> {
    pub pulling: &'o Pulling<'o>,
    /// How repositories are asked that nobody added.
    pub access: &'o Access,
    /// What is asked of the signatures of those that are fetched.
    pub check: Check<'o>,
    /// Indexes are taken as they are.
    pub skip_refresh: bool,
    /// First the charts that are named by `file://`, and those that these name.
    pub recursive: bool,
    /// For Chart.lock.
    pub now: &'o dyn Fn() -> String,
    /// The time of the files in archives that are packed, in seconds since 1970.
    pub epoch: u64,
}

/// Finds the newest versions that Chart.yaml lets through, puts their archives into `charts/`, and writes Chart.lock.
/// `out` takes what Helm says.
///
/// Errors: `chart-dependency`, `repositories`, `repository-index`, those of fetching.
pub fn update(order: &Order, folder: &Path, out: &mut String) -> Result<()> {
    visit(order, folder, out, update_one, &mut BTreeSet::new())
}

/// Puts the versions into `charts/` that Chart.lock names; without a Chart.lock the same as [`update`].
///
/// Errors: as [`update`]; `chart-lock`: it does not belong to this Chart.yaml.
pub fn build(order: &Order, folder: &Path, out: &mut String) -> Result<()> {
    visit(order, folder, out, build_one, &mut BTreeSet::new())
}

/// The `charts/` of a chart's folder. Go: filepath.Join.
pub fn charts_of(folder: &Path) -> PathBuf {
    folder.strip_prefix(".").unwrap_or(folder).join("charts")
}

type Visit = fn(&Order, &Path, &Chart, &mut String) -> Result<()>;

fn visit(order: &Order, folder: &Path, out: &mut String, one: Visit, seen: &mut BTreeSet<PathBuf>) -> Result<()> {
    let chart = load_folder(order, folder)?;
    if order.recursive {
        let real = order.pulling.fs.canonical(folder).unwrap_or_else(|_| folder.to_owned());
        if !seen.insert(real) {
            return Ok(());
        }
        for dependency in chart.metadata.dependencies.iter().flatten() {
            if let Some(below) = homes::local_path(folder, &dependency.repository) {
                visit(order, &below, out, one, seen)
                    .map_err(|error| error.within(format!("in the dependencies of `{}`", folder.display())))?;
            }
        }
    }
    one(order, folder, &chart, out)
}

fn load_folder(order: &Order, folder: &Path) -> Result<Chart> {
    let pulling = order.pulling;
    if !pulling.fs.is_dir(folder) {
        let why = match pulling.fs.is_file(folder) {
            true => "only unpacked charts can be updated".to_owned(),
            false => format!("could not find {}", folder.display()),
        };
        return Err(Diagnostic::new("chart-missing", why).help("name a folder that holds a Chart.yaml"));
    }
    let chart = load::load_any(pulling.fs, pulling.sources, folder, folder)?;
    chart.notes.iter().for_each(|note| (pulling.note)(note.clone()));
    Ok(chart)
}

/// Go: Manager.Update.
fn update_one(order: &Order, folder: &Path, chart: &Chart, out: &mut String) -> Result<()> {
    let Some(mut wanted) = chart.metadata.dependencies.clone() else { return Ok(()) };
    let repositories = Repositories::read(&order.pulling.homes.repositories)?.entries;
    let homes = homes::of(folder, &mut wanted, &repositories)?;
    refresh(order, &wanted, &homes, &repositories, out)?;
    let mut locked = resolve::versions(order, folder, &wanted, &homes)?;
    let charts = collect::all(order, folder, &mut locked, &homes, out)?;
    place::all(order, folder, &locked, charts, out)?;
    let digest = lock::digest(Some(&wanted), &locked)?;
    if chart.lock.as_ref().is_some_and(|lock| lock.digest == digest) {
        return Ok(());
    }
    let lock = Lock { generated: (order.now)(), digest, dependencies: locked };
    lock::write(folder, &lock, is_v1(chart))
}

/// Go: Manager.Build.
fn build_one(order: &Order, folder: &Path, chart: &Chart, out: &mut String) -> Result<()> {
    let Some(lock) = &chart.lock else { return update_one(order, folder, chart, out) };
    let mut wanted = chart.metadata.dependencies.clone();
    let as_written = wanted.clone().unwrap_or_default();
    let repositories = Repositories::read(&order.pulling.homes.repositories)?.entries;
    homes::of(folder, wanted.as_deref_mut().unwrap_or_default(), &repositories)?;
    check(chart, lock, wanted.as_deref(), &as_written, order)?;
    let mut locked = lock.dependencies.clone();
    let homes = homes::of(folder, &mut locked, &repositories)?;
    refresh(order, &locked, &homes, &repositories, out)?;
    let charts = collect::all(order, folder, &mut locked, &homes, out)?;
    place::all(order, folder, &locked, charts, out)
}

/// Errors: `chart-lock`: the lock is that of another Chart.yaml.
fn check(
    chart: &Chart,
    lock: &Lock,
    wanted: Option<&[Dependency]>,
    as_written: &[Dependency],
    order: &Order,
) -> Result<()> {
    if lock::digest(wanted, &lock.dependencies)? == lock.digest {
        return Ok(());
    }
    if is_v1(chart) {
        (order.pulling.note)("a valid Helm v3 hash was not found; checking against the Helm v2 hash".to_owned());
        if lock::digest_of_helm_2(as_written)? == lock.digest {
            return Ok(());
        }
    }
    let (file, of) =
        if is_v1(chart) { ("requirements.lock", "requirements.yaml") } else { ("Chart.lock", "Chart.yaml") };
    Err(Diagnostic::new(
        "chart-lock",
        format!("the lock file ({file}) is out of sync with the dependencies file ({of})"),
    )
    .at(chart.metadata.place("dependencies"))
    .help("update the dependencies: `kz dependency update`"))
}

fn is_v1(chart: &Chart) -> bool {
    chart.metadata.api_version == "v1"
}

/// Brings the indexes up to date: those of repositories that nobody added, then all others.
fn refresh(
    order: &Order,
    wanted: &[Dependency],
    homes: &[Home],
    repositories: &[Entry],
    out: &mut String,
) -> Result<()> {
    check_credentials(order.access, homes, wanted)?;
    if order.skip_refresh {
        return Ok(());
    }
    let mut unmanaged: Vec<Entry> = Vec::new();
    for entry in homes.iter().filter_map(Home::unmanaged) {
        if !unmanaged.iter().any(|other| other.name == entry.name) {
            unmanaged.push(entry.clone());
        }
    }
    if !unmanaged.is_empty() {
        out.push_str("Getting updates for unmanaged Helm repositories...\n");
        let results = manage::update(order.pulling, order.access, &unmanaged);
        for (entry, result) in unmanaged.iter().zip(results) {
            // Without its index nothing else will work.
            result?;
            say(
                out,
                format_args!(
                    "...Successfully got an update from the \"{}\" chart repository",
                    without_secrets(&entry.url)
                ),
            );
        }
    }
    if repositories.is_empty() {
        return Ok(());
    }
    out.push_str("Hang tight while we grab the latest from your chart repositories...\n");
    let results = manage::update(order.pulling, &Access::default(), repositories);
    for (entry, result) in repositories.iter().zip(results) {
        let name = &entry.name;
        match result {
            Ok(()) => say(out, format_args!("...Successfully got an update from the \"{name}\" chart repository")),
            // It may be one that is not needed.
            Err(error) => {
                let url = without_secrets(&entry.url);
                let error = &error.message;
                say(
                    out,
                    format_args!("...Unable to get an update from the \"{name}\" chart repository ({url}):\n\t{error}"),
                );
            }
        }
    }
    out.push_str("Update Complete. ⎈Happy Helming!⎈\n");
    Ok(())
}

/// User and password go to one server.
///
/// Errors: `usage`; `oci-reference` and `bad-url` for what is the address of none.
fn check_credentials(access: &Access, homes: &[Home], dependencies: &[Dependency]) -> Result<()> {
    if access.username.is_empty() {
        return Ok(());
    }
    let mut origins: Vec<Url> = Vec::new();
    for (home, dependency) in homes.iter().zip(dependencies) {
        let url = match home {
            // What git asks for is another matter.
            Home::Unmanaged(entry) if is_git(&entry.url) => continue,
            Home::Unmanaged(entry) => Url::parse(&entry.url)?,
            Home::Registry => base_url(&Reference::parse(&collect::reference_of(dependency))?.host, access.plain_http)?,
            Home::Charts | Home::Folder(_) | Home::Managed(_) => continue,
        };
        if !origins.iter().any(|other| other.is_of_same_origin(&url)) {
            origins.push(url);
        }
    }
    if origins.len() < 2 {
        return Ok(());
    }
    Err(Diagnostic::new("usage", "`--username` is for one server, and the dependencies are on several")
        .help("add the repositories with their users, `kz repo add`, and log in to registries: `kz registry login`"))
}

/// The index of a dependency's repository.
fn index_of(order: &Order, entry: &Entry) -> Result<std::sync::Arc<super::index::Index>> {
    indexes::cached(order.pulling, &entry.name)
}

fn say(out: &mut String, line: std::fmt::Arguments) {
    // A text takes everything.
    let _ = writeln!(out, "{line}");
}

//! Charts that do not lie in the kustomization: they are fetched, and stay in the cache.
//!
//! kustomize calls `helm pull` for them, which unpacks them into the chart home; the next build finds them there. A
//! build that writes into its sources is none that can run twice at once, or where nothing may be written.

use std::borrow::Cow;
use std::path::Path;

use super::Inflation;
use crate::base::{Diagnostic, Result, Sources, parallel};
use crate::fetch::Digest;
use crate::fetch::git::{self, NamedBy};
use crate::helm::chart::Chart;
use crate::helm::pull::Pulling;
use crate::helm::pull::access::Access;
use crate::helm::pull::archive::{Archive, Found, locate, locate_pinned};
use crate::helm::pull::choice::{DEVELOPMENT, is_exact};
use crate::helm::pull::git::{Address, is_git};
use crate::helm::pull::homes::Homes;
use crate::helm::pull::source::{Wanted, is_oci};
use crate::helm::pull::vouched::Check;
use crate::kustomize::context::Context;
use crate::kustomize::kustomization::HelmChart;
use crate::kustomize::loader::{File, Loader};
use crate::kustomize::lock::{Pin, Thing, folder};

/// So many servers are asked at once.
const AT_ONCE: usize = 8;

/// The charts that are `wanted`, fetched side by side; nothing for the others. All belong to one kustomization.
pub fn all(
    ctx: &Context,
    loader: &Loader,
    inflations: &[Inflation],
    wanted: impl Fn(&Inflation) -> bool + Sync,
) -> Vec<Option<Result<Found>>> {
    // What a repository says does not lead to what somebody has set up on this machine.
    let own = inflations.first().filter(|_| !loader.is_in_repository());
    let config_home = own.map_or("", |first| &first.globals.config_home);
    let homes = homes(ctx, config_home);
    let note = |text: String| ctx.note(text);
    let pulling = Pulling::new(ctx.fs, ctx.sources, ctx.fetch, &homes, &note);
    let is_wanted: Vec<bool> = inflations.iter().map(wanted).collect();
    let items: Vec<_> = inflations.iter().zip(is_wanted).collect();
    let count = items.iter().filter(|(_, is_wanted)| *is_wanted).count();
    parallel::map_waiting(&items, AT_ONCE.min(count), |(inflation, is_wanted)| {
        is_wanted.then(|| one(ctx, &pulling, loader, inflation.chart))
    })
}

/// The chart that an entry of `helmCharts` names, or the lock in its place. kustomize: pullCommand.
fn one(ctx: &Context, pulling: &Pulling, loader: &Loader, entry: &HelmChart) -> Result<Found> {
    if is_git(&entry.repo) && loader.is_on_server() && Address::parse(&entry.repo)?.is_local() {
        let message = format!("`{}` lies on this machine, and a repository on a server asks for it", &*entry.repo);
        return Err(Diagnostic::new("outside-repository", message)
            .at(entry.repo.span)
            .help("a kustomization of a repository can use charts in it, and those of servers"));
    }
    let version = match entry.version.is_empty() && entry.devel {
        true => DEVELOPMENT,
        false => &*entry.version,
    };
    let repo = match is_git(&entry.repo) && ctx.lock.is_on() {
        true => Cow::Owned(at_commit(ctx, &entry.repo).map_err(|error| error.at(entry.repo.span))?),
        false => Cow::Borrowed(&*entry.repo),
    };
    let reference = format!("{}/{}", entry.repo.trim_end_matches('/'), &*entry.name);
    let (access, check) = (Access::default(), Check::Never);
    let wanted = match is_oci(&entry.repo) {
        true => Wanted { reference: &reference, version, repo: None, access: &access, check },
        false => Wanted { reference: &entry.name, version, repo: Some(&repo), access: &access, check },
    };
    let thing = Thing::chart(&entry.repo, &entry.name, version);
    let found = ctx.lock.pinned(&thing).and_then(|pin| match pin {
        Some(pin @ Pin::Chart { version, manifest, archive }) => locked(pulling, &wanted, version, *manifest, *archive)
            .map(Found::Fetched)
            .map_err(|error| ctx.lock.explain(&thing, pin, error)),
        _ => locate(pulling, &wanted),
    });
    let taken_down = found.and_then(|found| {
        ctx.lock.used(thing, || pin(ctx, &found))?;
        Ok(found)
    });
    taken_down.map_err(|error| {
        let is_missing = error.code == "chart-not-found";
        let place = [&entry.version, &entry.name].into_iter().find(|text| is_missing && !text.is_empty());
        error.at(place.unwrap_or(&entry.repo).span)
    })
}

/// The address of charts in git, at the commit of the lock, or the one that it is to have.
fn at_commit(ctx: &Context, repo: &str) -> Result<String> {
    let Address { url, reference, .. } = Address::parse(repo)?;
    let thing = Thing::repository(&url, &reference);
    let commit = match ctx.lock.pinned(&thing)? {
        Some(Pin::Commit(id)) => id.clone(),
        _ => {
            let timeout = ctx.fetch.settings.timeouts.whole;
            let source = git::Source { url, reference, submodules: false, timeout, named_by: NamedBy::User };
            git::open(ctx.fetch, &source)?.commit().to_owned()
        }
    };
    ctx.lock.used(thing, || Ok(Pin::Commit(commit.clone())))?;
    // Of equal parameters the last counts.
    let bare = repo.split('#').next().unwrap_or_default();
    Ok(format!("{bare}{}ref={commit}", if bare.contains('?') { '&' } else { '?' }))
}

/// The archive of a lock: from the cache, or from where it was found if it is there still.
fn locked(
    pulling: &Pulling,
    wanted: &Wanted,
    version: &str,
    manifest: Option<Digest>,
    archive: Digest,
) -> Result<Archive> {
    let name = wanted.reference.rsplit('/').next().unwrap_or_default();
    let file_name = format!("{name}-{version}.tgz");
    let of_manifest = manifest.map(|digest| format!("{}@{digest}", wanted.reference));
    let wanted = match &of_manifest {
        Some(reference) => Wanted { reference, version: "", ..*wanted },
        None if is_exact(wanted.version) => *wanted,
        None => Wanted { version, ..*wanted },
    };
    locate_pinned(pulling, &wanted, archive, file_name)
}

/// What a chart was found to be.
fn pin(ctx: &Context, found: &Found) -> Result<Pin> {
    let version = found.load_any(ctx.fs, &Sources::new())?.metadata.version;
    let (manifest, archive) = match found {
        Found::Fetched(archive) => (archive.origin.as_ref().map(|origin| origin.digest), archive.digest),
        Found::Disk(path) => (None, folder::digest(ctx.fs, path)?),
    };
    Ok(Pin::Chart { version, manifest, archive })
}

/// Where Helm's files are: what somebody set up for helm counts only where `configHome` says so. kustomize makes a
/// home that is empty otherwise.
fn homes(ctx: &Context, config_home: &str) -> Homes {
    let homes = Homes::of_environment(&|name| match name {
        "HELM_CONFIG_HOME" => Some(config_home.to_owned()),
        "HELM_CACHE_HOME" if !config_home.is_empty() => Some(format!("{config_home}/.cache")),
        "HELM_CACHE_HOME" | "HOME" | "XDG_CONFIG_HOME" | "XDG_CACHE_HOME" => None,
        other => ctx.env(other).map(str::to_owned),
    });
    // What is set up for docker counts always.
    Homes { docker: Homes::docker(&|name| ctx.env(name).map(str::to_owned)), ..homes }
}

/// A file of values that the chart has at a path.
pub fn file(ctx: &Context, chart: &Chart, path: &Path) -> Option<File> {
    let name = path.to_str()?;
    let found = chart.values_file.iter().chain(&chart.files).chain(&chart.templates).find(|file| file.name == name)?;
    let source =
        found.source.unwrap_or_else(|| ctx.sources.add(format!("{}/{name}", chart.name()), found.data.clone()));
    Some(File { source, text: found.data.clone() })
}

//! The archives of the dependencies, fetched or packed.
//!
//! Source: downloadAll and findChartURL in pkg/downloader/manager.go.

use std::path::Path;

use super::homes::Home;
use super::{Order, charts_of, index_of, say};
use crate::base::semver::{Constraints, Version};
use crate::base::{Diagnostic, Result, parallel};
use crate::fetch::without_secrets;
use crate::helm::load;
use crate::helm::metadata::Dependency;
use crate::helm::pull::access::Access;
use crate::helm::pull::archive::Archive;
use crate::helm::pull::index::ChartVersion;
use crate::helm::pull::oci;
use crate::helm::pull::pack;
use crate::helm::pull::source::{Place, Source, of_version};
use crate::helm::pull::vouched::{Provenance, fetch};

/// So many servers are asked at once.
const AT_ONCE: usize = 8;

/// All archives that belong into `charts/`. Locked versions of folders become those of the charts in them.
///
/// Errors: `chart-dependency`, those of fetching.
pub fn all(
    order: &Order,
    folder: &Path,
    locked: &mut [Dependency],
    homes: &[Home],
    out: &mut String,
) -> Result<Vec<Archive>> {
    say(out, format_args!("Saving {} charts", locked.len()));
    let mut archives = Vec::new();
    let mut sources: Vec<Source> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    // What is said before each of them is fetched, and after the last.
    let (mut told, mut text) = (Vec::new(), String::new());
    for (dependency, home) in locked.iter_mut().zip(homes) {
        let name = dependency.name.clone();
        let shown = without_secrets(&dependency.repository);
        match home {
            Home::Charts => {
                say(
                    &mut text,
                    format_args!(
                        "Dependency {name} did not declare a repository. Assuming it exists in the charts directory"
                    ),
                );
                check_in_charts(order, folder, dependency)?;
            }
            Home::Folder(path) => archives.push(packed(order, path, dependency)?),
            Home::Registry => {
                let (reference, version) = (reference_of(dependency), Some(dependency.version.clone()));
                sources.push(Source::Oci(oci::Wanted { reference, version, access: order.access.clone() }));
                say(&mut text, format_args!("Downloading {name} from repo {shown}"));
                told.push(std::mem::take(&mut text));
            }
            Home::Managed(_) | Home::Unmanaged(_) => {
                let source = source(order, dependency, home)?;
                match &source {
                    Source::Archive(remote) if seen.contains(&remote.url) => {
                        say(&mut text, format_args!("Already downloaded {name} from repo {shown}"));
                        continue;
                    }
                    Source::Archive(remote) => seen.push(remote.url.clone()),
                    Source::Disk(_) | Source::Oci(_) | Source::Git(_) => {}
                }
                sources.push(source);
                say(&mut text, format_args!("Downloading {name} from repo {shown}"));
                told.push(std::mem::take(&mut text));
            }
        }
    }
    let (pulling, check) = (order.pulling, order.check);
    let fetched = parallel::map_waiting(&sources, AT_ONCE, |source| fetch(pulling, source, check));
    let fetched = Diagnostic::all(fetched)?;
    for (text, pulled) in told.iter().zip(&fetched) {
        out.push_str(text);
        *out += &pulled.origin();
        if let Some(Provenance::Missing(why)) = &pulled.provenance {
            (order.pulling.note)(format!("`{}` is not verified: {why}", pulled.archive.file_name));
        }
    }
    out.push_str(&text);
    archives.extend(fetched.into_iter().map(|pulled| pulled.archive));
    Ok(archives)
}

/// A chart of a registry, as the repository of a dependency names it.
pub fn reference_of(dependency: &Dependency) -> String {
    format!("{}/{}", dependency.repository.trim_end_matches('/'), dependency.name)
}

/// Where a repository has the version of a dependency.
fn source(order: &Order, dependency: &Dependency, home: &Home) -> Result<Source> {
    let Dependency { name, version, repository, .. } = dependency;
    let missing = |why: String| {
        Diagnostic::new("chart-dependency", format!("could not find {name} {version}: {why}"))
            .at(dependency.span)
            .help("fetch the newest index: `kz repo update`; or update the lock: `kz dependency update`")
    };
    let entry = home.repository().ok_or_else(|| missing("it has no repository".to_owned()))?;
    let index = index_of(order, entry)?;
    let shown = without_secrets(repository);
    let versions = index.versions(name)?.ok_or_else(|| missing(format!("{shown} does not have it")))?;
    let is_it =
        |version: &&ChartVersion| !version.urls.is_empty() && is_same(&dependency.version, &version.metadata.version);
    let found = versions.list.iter().find(is_it).ok_or_else(|| missing(format!("{shown} has other versions")))?;
    let base = match home {
        Home::Unmanaged(_) => order.access.clone(),
        _ => Access::default(),
    };
    let place = Place { name, version, repo: repository, label: &entry.name, access: &base.of_repository(entry) };
    of_version(found, &place, &format!("chart \"{name}\" version \"{version}\""), true)
}

/// Go: versionEquals.
fn is_same(a: &str, b: &str) -> bool {
    match (Version::new(a), Version::new(b)) {
        (Ok(a), Ok(b)) => a.compare(&b).is_eq(),
        (Err(_), _) => a.is_empty() || a == b,
        (Ok(_), Err(_)) => false,
    }
}

/// Errors: `chart-dependency`: what lies in `charts/` is no chart, or of another version.
fn check_in_charts(order: &Order, folder: &Path, dependency: &Dependency) -> Result<()> {
    let pulling = order.pulling;
    let path = charts_of(folder).join(&dependency.name);
    let chart = load::load_any(pulling.fs, pulling.sources, &path, &path)?;
    check_version(dependency, &chart.metadata.version)
}

/// Errors: `chart-dependency`: the version does not fit.
fn check_version(dependency: &Dependency, version: &str) -> Result<()> {
    let Dependency { name, version: wanted, .. } = dependency;
    let wrong = |message: String| Diagnostic::new("chart-dependency", message).at(dependency.span);
    let constraint = Constraints::new(wanted).map_err(|why| {
        wrong(format!("dependency {name} has an invalid version/constraint format: {why}"))
            .help("write a version such as `1.2.3`, or a range such as `^1.2`")
    })?;
    match Version::new(version).is_ok_and(|version| constraint.check(&version)) {
        true => Ok(()),
        false => Err(wrong(format!("dependency {name} at version {version} does not satisfy the constraint {wanted}"))
            .help("change the version in Chart.yaml, or that of the chart")),
    }
}

/// The archive of a chart that is a folder. Go: tarFromLocalDir.
fn packed(order: &Order, path: &Path, dependency: &mut Dependency) -> Result<Archive> {
    let pulling = order.pulling;
    let chart = load::load_any(pulling.fs, pulling.sources, path, path)?;
    check_version(dependency, &chart.metadata.version)?;
    dependency.version.clone_from(&chart.metadata.version);
    pack::archive(&chart, order.epoch)
}

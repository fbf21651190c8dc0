//! The versions of the dependencies: for each the newest that its constraint lets through.
//!
//! Source: Resolver.Resolve in internal/resolver/resolver.go.

use std::path::Path;

use super::homes::Home;
use super::{Order, charts_of, collect, index_of};
use crate::base::semver::{Constraints, Version};
use crate::base::{Diagnostic, Result};
use crate::fetch::without_secrets;
use crate::helm::load;
use crate::helm::metadata::Dependency;
use crate::helm::pull::oci;

/// The dependencies with their versions, as they stand in Chart.lock.
///
/// Errors: `chart-dependency`: a constraint that is none; a chart that is not there, or in no fitting version.
pub fn versions(order: &Order, folder: &Path, wanted: &[Dependency], homes: &[Home]) -> Result<Vec<Dependency>> {
    let found = wanted.iter().zip(homes).map(|(dependency, home)| {
        let version = version(order, folder, dependency, home)?;
        let mut locked = Dependency::default();
        locked.name.clone_from(&dependency.name);
        locked.repository.clone_from(&dependency.repository);
        (locked.version, locked.span) = (version, dependency.span);
        Ok(locked)
    });
    Diagnostic::all(found.collect::<Vec<_>>())
}

fn version(order: &Order, folder: &Path, dependency: &Dependency, home: &Home) -> Result<String> {
    let Dependency { name, version: wanted, repository, .. } = dependency;
    let wrong = |message: String| Diagnostic::new("chart-dependency", message).at(dependency.span);
    let constraint = Constraints::new(wanted).map_err(|why| {
        wrong(format!("dependency {name:?} has an invalid version/constraint format: {why}"))
            .help("write a version such as `1.2.3`, or a range such as `^1.2`")
    })?;
    let none = |there: &[&str]| {
        let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
        let place = without_secrets(repository);
        wrong(format!("can't get a valid version of {name:?} (repository {place:?}, version {wanted:?})")).help(
            match home {
                Home::Registry => format!("there is {there}; change the version"),
                _ => format!("there is {there}; change the version, or fetch the newest index: `kz repo update`"),
            },
        )
    };
    match home {
        Home::Charts => {
            let path = charts_of(folder).join(name);
            if !path.exists() {
                return Err(wrong(format!("directory {} not found", path.display()))
                    .help("a dependency without a repository lies in `charts/`"));
            }
            Ok(wanted.clone())
        }
        Home::Folder(path) => {
            let pulling = order.pulling;
            let chart = load::load_any(pulling.fs, pulling.sources, path, path)?;
            let own = &chart.metadata.version;
            match Version::new(own).is_ok_and(|version| constraint.check(&version)) {
                true => Ok(own.clone()),
                false => Err(none(&[own])),
            }
        }
        // One that is named needs no look into the registry.
        Home::Registry if Version::new(wanted).is_ok() => Ok(wanted.clone()),
        Home::Registry => {
            let versions = oci::versions(order.pulling, order.access, &collect::reference_of(dependency))
                .map_err(|error| error.at(dependency.span))?;
            let fits = |text: &&String| Version::new(text).is_ok_and(|version| constraint.check(&version));
            let newest: Vec<&str> = versions.iter().take(5).map(String::as_str).collect();
            versions.iter().find(fits).cloned().ok_or_else(|| none(&newest))
        }
        Home::Managed(entry) | Home::Unmanaged(entry) => {
            let index = index_of(order, entry)?;
            let versions = index.versions(name)?.ok_or_else(|| {
                wrong(format!("{name} chart not found in repo {}", without_secrets(repository)))
                    .help("see whether the name is right")
            })?;
            versions.skipped.iter().for_each(|note| (order.pulling.note)(note.clone()));
            let usable = versions.list.iter().filter(|version| !version.urls.is_empty());
            let usable: Vec<&str> = usable.map(|version| version.metadata.version.as_str()).collect();
            let fits = |text: &&&str| Version::new(text).is_ok_and(|version| constraint.check(&version));
            let newest: Vec<&str> = usable.iter().take(5).copied().collect();
            usable.iter().find(fits).map(|text| (*text).to_owned()).ok_or_else(|| none(&newest))
        }
    }
}

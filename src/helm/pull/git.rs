//! Charts in git repositories, as users of the plugin helm-git have them: a folder of charts is a repository with an
//! index, and each chart in it an archive, which is packed when it is asked for.
//!
//! Source: main in helm-git-plugin.sh of the plugin helm-git.
//!
//! **Invariant:** nothing outside of the repository is read, links and `file://` included; what lies on a server leads
//! to no repository of this machine; chains of repositories end.
//! **Not here:** git and the cache of commits ([`crate::fetch::git`]).

mod address;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use self::address::{Address, is_git};
use super::access::Access;
use super::archive::{Archive, MAX_ARCHIVE, locate};
use super::index::MAX_INDEX;
use super::source::{Source, Wanted, find_elsewhere, is_oci};
use super::vouched::Check;
use super::{Pulling, pack};
use crate::base::fs::{Disk, Within, clean, slashed};
use crate::base::{Diagnostic, FileSystem, Result};
use crate::fetch::git::{self, Checkout, NamedBy};
use crate::fetch::{Digest, without_secrets};
use crate::helm::chart::Chart;
use crate::helm::dependencies::missing;
use crate::helm::load;
use crate::helm::metadata::Dependency;
use crate::helm::provenance::MAX_PROVENANCE;

/// So many charts may depend on one another over repositories.
const MAX_DEPTH: usize = 8;

/// A folder may hold so many charts.
const MAX_CHARTS: usize = 10_000;

/// The index of the charts in a folder and right below it, as a text: the one that lies there, or one that is made.
///
/// Errors: those of [`git::open`]; `repository-index`: there are no charts; those of loading charts.
pub fn index(pulling: &Pulling, access: &Access, repo: &str) -> Result<Vec<u8>> {
    let here = Place::open(pulling, Address::parse(repo)?.with_access(access))?;
    if let Some(text) = here.read(&here.path.join("index.yaml"), MAX_INDEX)? {
        return Ok(text.to_vec());
    }
    let folders = if here.address.packs { here.charts(&here.path)? } else { Vec::new() };
    if folders.is_empty() {
        return Err(Diagnostic::new(
            "repository-index",
            format!("no charts have been found in `{}`", here.address.shown()),
        )
        .help(
            "charts are looked for in the folder that `@PATH` names, and right below it; with `package=0` their index",
        ));
    }
    let mut entries: BTreeMap<String, String> = BTreeMap::new();
    for folder in folders {
        let chart = here.load(&folder)?;
        let unwritable = |fault: crate::gotmpl::Fault| Diagnostic::new("chart-metadata", fault.to_string());
        let metadata = chart.metadata.to_yaml().map_err(unwritable)?;
        let entry = entries.entry(chart.name().to_owned()).or_default();
        for (at, line) in String::from_utf8_lossy(&metadata).lines().enumerate() {
            *entry += &format!("{}{line}\n", if at == 0 { "  - " } else { "    " });
        }
        // Relative to the repository, so that no password of its address stands there.
        *entry += &format!("    urls:\n    - {}\n", quoted(&file_name(&chart)));
    }
    let entries: String = entries.iter().map(|(name, versions)| format!("  {}:\n{versions}", quoted(name))).collect();
    Ok(format!("apiVersion: v1\nentries:\n{entries}").into_bytes())
}

/// The archive of a chart: one that lies there, or one that is packed.
///
/// Errors: those of [`git::open`]; `chart-not-found`; those of loading charts and of fetching what they lack.
pub fn archive(pulling: &Pulling, address: &Address) -> Result<Archive> {
    archive_at(pulling, address, 0)
}

/// The file that lies beside an archive and vouches for it.
///
/// Errors: as [`archive`].
pub fn provenance(pulling: &Pulling, address: &Address) -> Result<Option<Arc<[u8]>>> {
    let here = Place::open(pulling, address.clone())?;
    here.read(&here.checkout.tree().join(format!("{}.prov", address.path)), MAX_PROVENANCE)
}

/// A file of a repository, such as values for a chart; `None` where there is none.
///
/// Errors: those of [`git::open`]; `git-url`; `chart-file`: it is too large.
pub fn file(pulling: &Pulling, address: &str) -> Result<Option<Arc<[u8]>>> {
    let here = Place::open(pulling, Address::parse(address)?)?;
    here.read(&here.path, MAX_ARCHIVE)
}

fn archive_at(pulling: &Pulling, address: &Address, depth: usize) -> Result<Archive> {
    if depth > MAX_DEPTH {
        let message =
            format!("more than {MAX_DEPTH} charts of git depend on one another, the last is `{}`", address.shown());
        return Err(Diagnostic::new("chart-dependency", message).help("do they lead to one another without end?"));
    }
    let here = Place::open(pulling, address.clone())?;
    if let Some(content) = here.read(&here.path, MAX_ARCHIVE)? {
        let file_name = here.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(Archive { digest: Digest::of(&content), content, file_name, origin: None });
    }
    let missing = |help: &str| {
        let message = format!("there is no chart `{}`", here.address.shown());
        Diagnostic::new("chart-not-found", message).help(help.to_owned())
    };
    if !address.packs {
        return Err(missing("with `package=0` only archives are taken that lie there"));
    }
    let (chart, folder) = match is_archive(&address.path) {
        false if here.has_chart(&here.path) => (here.load(&here.path)?, here.path.clone()),
        false => return Err(missing("name a folder with a Chart.yaml, after the `@`")),
        true => {
            let wanted = here.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let mut others = Vec::new();
            let mut found = None;
            for folder in here.charts(here.path.parent().unwrap_or(&here.path))? {
                let chart = here.load(&folder)?;
                match file_name(&chart) {
                    name if name == wanted => found = Some((chart, folder)),
                    name => others.push(format!("`{name}`")),
                }
            }
            found.ok_or_else(|| {
                missing(&format!("there is {}", if others.is_empty() { "none".to_owned() } else { others.join(", ") }))
            })?
        }
    };
    let chart = if address.updates { here.filled(chart, &folder, depth)? } else { chart };
    pack::archive(&chart, pack::USUAL_TIME)
}

fn is_archive(path: &str) -> bool {
    path.ends_with(".tgz")
}

fn file_name(chart: &Chart) -> String {
    format!("{}-{}.tgz", chart.name(), chart.metadata.version)
}

/// What is text in JSON is text in YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A place in a commit that is there.
struct Place<'p> {
    pulling: &'p Pulling<'p>,
    address: Address,
    checkout: Arc<Checkout>,
    /// On disk.
    path: PathBuf,
}

impl<'p> Place<'p> {
    fn open(pulling: &'p Pulling<'p>, address: Address) -> Result<Place<'p>> {
        let source = git::Source {
            url: address.url.clone(),
            reference: address.reference.clone(),
            submodules: false,
            timeout: pulling.fetch.settings.timeouts.whole,
            named_by: NamedBy::User,
        };
        let checkout = git::open(pulling.fetch, &source)?;
        let folder = match address.path.rsplit_once('/') {
            _ if address.is_whole => "",
            Some((folder, _)) if is_archive(&address.path) => folder,
            None if is_archive(&address.path) => "",
            _ => &address.path,
        };
        checkout.reach(pulling.fetch, folder)?;
        let path = checkout.tree().join(&address.path);
        Ok(Place { pulling, address, checkout, path })
    }

    /// The files of the repository, and no others.
    fn files(&self) -> Within<'_> {
        // What was fetched lies in the cache, whatever files charts may be read from.
        Within { fs: &Disk, folder: Some(self.checkout.tree()) }
    }

    /// What a file holds, if it is there.
    fn read(&self, path: &Path, most: u64) -> Result<Option<Arc<[u8]>>> {
        if !self.files().is_file(path) {
            return Ok(None);
        }
        let failed = |why: String| {
            Diagnostic::new("chart-file", format!("cannot read `{}`: {why}", self.shown(path).display()))
                .help("see whether it is what it should be")
        };
        match self.files().read_within(path, most).map_err(|e| failed(e.to_string()))? {
            Some(text) => Ok(Some(text)),
            None => Err(failed(format!("it has more than {} MiB", most >> 20))),
        }
    }

    fn has_chart(&self, folder: &Path) -> bool {
        self.files().is_file(&folder.join("Chart.yaml"))
    }

    /// A folder and those right below it, as far as they hold charts.
    fn charts(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let files = self.files();
        // Of a folder that is not there nothing is below it.
        let below = files.list(folder).unwrap_or_default();
        let all = std::iter::once(folder.to_owned()).chain(below.iter().map(|name| folder.join(name)));
        let found: Vec<PathBuf> = all.filter(|folder| self.has_chart(folder)).take(MAX_CHARTS + 1).collect();
        if found.len() > MAX_CHARTS {
            let message = format!("`{}` holds more than {MAX_CHARTS} charts", self.address.shown());
            return Err(Diagnostic::new("repository-index", message).help("name a folder with fewer, after the `@`"));
        }
        Ok(found)
    }

    fn load(&self, folder: &Path) -> Result<Chart> {
        load::load_any(&self.files(), self.pulling.sources, folder, &self.shown(folder))
    }

    fn shown(&self, path: &Path) -> PathBuf {
        let path = slashed(path.strip_prefix(self.checkout.tree()).unwrap_or(path));
        Address { path, ..self.address.clone() }.shown().into()
    }

    /// A chart with what it depends on and does not have in its `charts/`: the newest that its Chart.yaml lets through.
    fn filled(&self, mut chart: Chart, folder: &Path, depth: usize) -> Result<Chart> {
        let lacking: Vec<Dependency> = missing(&chart).into_iter().cloned().collect();
        for dependency in lacking.iter().filter(|dependency| !dependency.repository.is_empty()) {
            let found = self
                .dependency(dependency, folder, depth)
                .map_err(|error| error.within(format!("in the dependencies of `{}`", self.shown(folder).display())))?;
            chart.dependencies.push(found);
        }
        Ok(chart)
    }

    fn dependency(&self, dependency: &Dependency, folder: &Path, depth: usize) -> Result<Chart> {
        let Dependency { name, version, repository, .. } = dependency;
        if let Some(path) = repository.strip_prefix("file://") {
            let path = clean(&folder.join(path));
            let inside = path.strip_prefix(self.checkout.tree()).ok().and_then(Path::to_str).ok_or_else(|| {
                Diagnostic::new("outside-repository", format!("`{repository}` lies outside of the repository"))
                    .at(dependency.span)
                    .help("a chart of a repository can depend on what is in it")
            })?;
            self.checkout.reach(self.pulling.fetch, inside)?;
            return self.load(&path);
        }
        check_leads_here(&self.address, repository).map_err(|error| error.at(dependency.span))?;
        let known = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"));
        let reference = match known {
            Some(known) => format!("{known}/{name}"),
            None if is_oci(repository) => format!("{}/{name}", repository.trim_end_matches('/')),
            None => name.clone(),
        };
        let repo = Some(repository.as_str()).filter(|_| reference == *name);
        let wanted = Wanted { reference: &reference, version, repo, access: &Access::default(), check: Check::Never };
        let sources = self.pulling.sources;
        // What has no repository of its own is not to be taken for a path of this machine.
        let archive = match repo {
            Some(repo) if !is_git(repo) => return locate(self.pulling, &wanted)?.load_any(self.pulling.fs, sources),
            _ => match find_elsewhere(self.pulling, &wanted)? {
                Source::Git(address) => archive_at(self.pulling, &address, depth + 1)?,
                source => super::archive::fetch(self.pulling, &source, false)?.0,
            },
        };
        load::load_any_archive(sources, &archive.file_name, &archive.content)
    }
}

/// What lies on a server does not lead to this machine.
///
/// Errors: `git-url`; `outside-repository`.
pub fn check_leads_here(from: &Address, to: &str) -> Result<()> {
    if is_git(to) && Address::parse(to)?.is_local() && !from.is_local() {
        let to = without_secrets(to);
        let message = format!("`{to}` lies on this machine, and a repository on a server asks for it");
        return Err(Diagnostic::new("outside-repository", message).help("a repository can lead to others on servers"));
    }
    Ok(())
}

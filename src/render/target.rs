//! A target -> its objects: a kustomization is built, a chart is rendered, manifests are read.
//!
//! **Not here:** which file system a target lies in, and what becomes of the objects.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::base::fs::{Entry, slashed};
use crate::base::{Diagnostic, FileSystem, Result, SourceId, Sources};
use crate::diff::Object;
use crate::fetch;
use crate::gotmpl::{ExecOptions, World};
use crate::helm::capabilities::Capabilities;
use crate::helm::inflate::{self, Order};
use crate::helm::print::{Hooks, stream};
use crate::helm::release::Release;
use crate::helm::values::{Files, ValueOptions, merge_options};
use crate::helm::{hands, load};
use crate::k8s::read::flatten_objects;
use crate::k8s::{Resource, Schema};
use crate::kustomize::build::Built;
use crate::kustomize::loader::KUSTOMIZATION_FILE_NAMES;
use crate::kustomize::lock::{Entries, Lock};
use crate::kustomize::{self, BuildOptions, Context};
use crate::yaml::{ReadOptions, read};

/// What targets are rendered with.
#[derive(Clone, Copy)]
pub struct Renderer<'r> {
    pub fs: &'r dyn FileSystem,
    /// Where files of values for charts are.
    pub value_files: &'r dyn FileSystem,
    pub sources: &'r Sources,
    pub build: &'r BuildOptions,
    pub fetch: &'r fetch::Context,
    pub world: fn() -> World,
}

/// What a chart is rendered with.
#[derive(Clone, Debug, Default)]
pub struct ChartOptions {
    pub release: String,
    pub namespace: String,
    pub values: ValueOptions,
    pub kube_version: Option<String>,
    pub api_versions: Vec<String>,
    pub include_crds: bool,
}

/// The objects of a target. The default: of one that is not there.
#[derive(Default)]
pub struct Rendered {
    pub objects: Vec<Object>,
    /// What is known of their types.
    pub schema: Schema,
    /// What is to be said on stderr.
    pub notes: Vec<String>,
}

/// What a target is printed as.
pub struct Printed {
    pub text: Vec<u8>,
    /// What is to be said on stderr.
    pub notes: Vec<String>,
    /// What came from elsewhere.
    pub fetched: Entries,
}

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Kustomization,
    Chart,
    Manifests,
}

/// Manifests of a folder, with those below it, are so many at most.
const MOST_FILES: usize = 100_000;

impl Renderer<'_> {
    /// Renders a target: a path, or the URL of a kustomization.
    ///
    /// Errors: what `kz build` and `kz template` report; a path where nothing is; manifests that cannot be read.
    pub fn render(&self, target: &str, chart: &ChartOptions) -> Result<Rendered> {
        match self.kind(target)? {
            Kind::Kustomization => self.kustomization(target),
            Kind::Chart => self.chart(Path::new(target), chart),
            Kind::Manifests => self.manifests(Path::new(target)),
        }
    }

    /// The objects of a text that is known by a name.
    ///
    /// Errors: it is no YAML, or holds something that is no object.
    pub fn text(&self, name: &str, text: Vec<u8>) -> Result<Rendered> {
        let objects = self.objects(self.sources.add(name, text))?;
        Ok(Rendered { objects, schema: Schema::default(), notes: Vec::new() })
    }

    fn kind(&self, target: &str) -> Result<Kind> {
        let path = Path::new(target);
        if self.fs.is_dir(path) {
            let names = self.fs.list(path).map_err(|error| unreadable(&self.shown(path), &error))?;
            if names.iter().any(|name| KUSTOMIZATION_FILE_NAMES.contains(&name.as_str())) {
                return Ok(Kind::Kustomization);
            }
            let is_chart = names.iter().any(|name| name == "Chart.yaml");
            return Ok(if is_chart { Kind::Chart } else { Kind::Manifests });
        }
        if self.fs.is_file(path) {
            let is_archive = target.ends_with(".tgz") || target.ends_with(".tar.gz");
            return Ok(if is_archive { Kind::Chart } else { Kind::Manifests });
        }
        // What is no path may be the URL of a kustomization in a repository.
        if target.contains("://") || target.contains("//") || target.contains('@') {
            return Ok(Kind::Kustomization);
        }
        Err(Diagnostic::new("diff-side", format!("there is nothing at `{target}`")).help(
            "name a kustomization, a chart or manifests; `kz diff` also takes `REV:PATH` of git and `release:NAME`",
        ))
    }

    /// What a target is printed as: the bytes of `kz build` or `kz template`, of manifests their own.
    ///
    /// Errors: as [`Renderer::render`].
    pub fn print(&self, target: &str, chart: &ChartOptions) -> Result<Printed> {
        match self.kind(target)? {
            Kind::Kustomization => {
                let lock = Lock::of_target(self.fs, &self.build.working_dir, target)?.watched();
                let (built, notes) = self.built(target, &lock)?;
                Ok(Printed { text: super::manifests(&built.resources)?.concat(), notes, fetched: lock.uses() })
            }
            Kind::Chart => {
                let (text, notes) = self.inflated(Path::new(target), chart)?;
                Ok(Printed { text, notes, fetched: Entries::new() })
            }
            Kind::Manifests => {
                let mut text = Vec::new();
                for file in self.files(Path::new(target))? {
                    if !text.is_empty() {
                        text.extend_from_slice(if text.ends_with(b"\n") { b"---\n" } else { b"\n---\n" });
                    }
                    let name = file.to_string_lossy();
                    text.extend_from_slice(&self.fs.read(&file).map_err(|error| unreadable(&name, &error))?);
                }
                Ok(Printed { text, notes: Vec::new(), fetched: Entries::new() })
            }
        }
    }

    fn kustomization(&self, dir: &str) -> Result<Rendered> {
        let lock = Lock::of_target(self.fs, &self.build.working_dir, dir)?;
        let (built, notes) = self.built(dir, &lock)?;
        let objects = built.resources.into_list().into_iter().map(object).collect();
        Ok(Rendered { objects, schema: built.schema, notes })
    }

    fn built(&self, dir: &str, lock: &Lock) -> Result<(Built, Vec<String>)> {
        let context = Context {
            fs: self.fs,
            sources: self.sources,
            options: self.build,
            fetch: self.fetch,
            lock,
            trail: None,
            world: self.world,
            notes: Mutex::default(),
        };
        let built = kustomize::build(&context, dir)?;
        Ok((built, context.notes.into_inner().unwrap_or_else(|e| e.into_inner())))
    }

    fn chart(&self, path: &Path, options: &ChartOptions) -> Result<Rendered> {
        let (text, notes) = self.inflated(path, options)?;
        let source = self.sources.add(format!("{} (rendered)", self.shown(path)), text);
        Ok(Rendered { objects: self.objects(source)?, schema: Schema::default(), notes })
    }

    /// The text that `kz template` prints, and what is to be said.
    fn inflated(&self, path: &Path, options: &ChartOptions) -> Result<(Vec<u8>, Vec<String>)> {
        let mut no_stdin = || Err(std::io::Error::other("standard input cannot be a file of values here"));
        let mut files = Files { fs: self.value_files, sources: self.sources, fetch: self.fetch, stdin: &mut no_stdin };
        let values = merge_options(&options.values, &mut files)?;
        let capabilities = Capabilities::of_flags(options.kube_version.as_deref(), &options.api_versions)?;
        let release =
            Release { name: options.release.clone(), namespace: options.namespace.clone(), is_upgrade: false };
        let mut world = (self.world)();
        let inflated = hands::with(self.sources, |hands| {
            let shown = PathBuf::from(self.shown(path));
            let chart = load::load_shown(self.fs, self.sources, path, &shown, &mut |early| hands.ahead(early))?;
            let order = Order {
                sources: self.sources,
                release: &release,
                values: values.clone(),
                value_files: &options.values.files,
                capabilities: &capabilities,
                skip_schema_validation: false,
                include_crds: options.include_crds,
                exec: ExecOptions::default(),
                post_renderer: None,
            };
            inflate::inflate(chart, &order, &mut world, hands).map_err(|failure| failure.error)
        })?;
        Ok((stream(&inflated.crds, &inflated.sorted, Hooks::All).text, inflated.notes))
    }

    fn manifests(&self, path: &Path) -> Result<Rendered> {
        let mut objects = Vec::new();
        for file in self.files(path)? {
            let name = self.shown(&file);
            let text = self.fs.read(&file).map_err(|error| unreadable(&name, &error))?;
            objects.extend(self.objects(self.sources.add(name, text))?);
        }
        Ok(Rendered { objects, schema: Schema::default(), notes: Vec::new() })
    }

    fn files(&self, path: &Path) -> Result<Vec<PathBuf>> {
        if !self.fs.is_dir(path) {
            return Ok(vec![path.to_owned()]);
        }
        let mut files = Vec::new();
        self.gather(path, &mut files)?;
        Ok(files)
    }

    /// The manifests of a folder and of those below it, in the order of their names. What starts with a dot is
    /// passed over, and so are links to folders.
    fn gather(&self, folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
        let entries = self.fs.entries(folder).map_err(|error| unreadable(&self.shown(folder), &error))?;
        for (name, entry) in entries.into_iter().filter(|(name, _)| !name.starts_with('.')) {
            let path = folder.join(&name);
            let is_manifest = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
            match entry {
                Entry::Folder => self.gather(&path, into)?,
                Entry::File | Entry::Unknown if is_manifest && into.len() < MOST_FILES => into.push(path),
                _ => {}
            }
        }
        Ok(())
    }

    /// A path as a person would type it.
    fn shown(&self, path: &Path) -> String {
        self.fs.shown(path).unwrap_or_else(|| slashed(path))
    }

    /// As kubectl reads a file of manifests.
    fn objects(&self, source: SourceId) -> Result<Vec<Object>> {
        let Some(file) = self.sources.get(source) else { return Ok(Vec::new()) };
        let documents = read(source, &file.text, ReadOptions::values())?;
        let roots = documents.into_iter().filter_map(|document| document.root).collect();
        Ok(flatten_objects(roots)?.into_iter().map(Object::new).collect())
    }
}

/// A resource as the cluster gets it, known by the name that it had in its base.
fn object(resource: Resource) -> Object {
    let base_name = resource.previous.first().map(|previous| previous.name.clone());
    let object = Object::new(resource.node);
    Object { base_name: base_name.unwrap_or_else(|| object.id.name.clone()), ..object }
}

fn unreadable(path: &str, error: &std::io::Error) -> Box<Diagnostic> {
    Diagnostic::new("diff-side", format!("cannot read `{path}`: {error}"))
}

//! `kz argocd generate`

use clap::ArgMatches;
use kz::base::fs::{Disk, Overlay, Within};
use kz::base::{Diagnostic, FileSystem, Result, Sources};
use kz::fetch;
use kz::kustomize::edit::{self, Edited};
use kz::kustomize::lock::Lock;
use kz::kustomize::{BuildOptions, Context};
use kz::render::target::{ChartOptions, Printed, Renderer};

use super::app::App;
use super::parameters::{ALLOW_EMPTY, IMAGES, NAME_PREFIX, NAMESPACE, Parameters, REPLICAS};
use super::server::Server;
use super::values;
use crate::cli::args::is_on;
use crate::cli::exit::Exit;
use crate::cli::target::renderer;
use crate::cli::ui::Ui;
use crate::cli::{build, fetching, world};

/// Prints the manifests of the application.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    match generate(matches, &sources, ui) {
        Ok(text) => ui.print(&text),
        Err(error) => ui.fail(&values::hidden(error, &sources), &sources),
    }
}

fn generate(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<Vec<u8>> {
    build::notes(matches).iter().for_each(|text| ui.note(text));
    let task = Task::new(matches, sources)?;
    let parameters = Parameters::of_environment(&task.options.environment)?;
    parameters.check(task.app)?;
    let may_be_empty = parameters.is_on(ALLOW_EMPTY)? || is_on(matches, "allow-empty");
    let printed = match task.app {
        App::Kustomization => task.kustomization(&parameters)?,
        App::Chart => task.chart(&parameters)?,
    };
    printed.notes.iter().for_each(|text| ui.note(text));
    if !may_be_empty && is_empty(&printed.text, &task.renderer(&Disk)) {
        return Err(Diagnostic::new("argocd-empty", "this application has no objects").help(
            "Argo CD would remove all that it had; where that is meant, set its parameter `allow-empty` to `true`",
        ));
    }
    Ok(printed.text)
}

/// An application, and what it is rendered with.
pub struct Task<'t> {
    pub app: App,
    pub options: BuildOptions,
    pub fetch: fetch::Context,
    pub sources: &'t Sources,
}

impl<'t> Task<'t> {
    /// Errors: the working directory holds no application, or is gone.
    pub fn new(matches: &ArgMatches, sources: &'t Sources) -> Result<Task<'t>> {
        let mut options = build::options(matches)?;
        let app = App::of(&options.working_dir)?;
        let server = Server::new(&options.environment);
        let (kube_version, api_versions) = (server.kube_version(), server.api_versions());
        options.helm_kube_version = options.helm_kube_version.or(kube_version);
        if options.helm_api_versions.is_empty() {
            options.helm_api_versions = api_versions;
        }
        let boundary = server.repository(&options.working_dir);
        let fetch = fetching::context_of_service(matches, server.passwords_of(), boundary.is_some());
        options.boundary = boundary;
        Ok(Task { app, options, fetch, sources })
    }

    /// The files of the application's repository: beside it lie those of others, and the sidecar's own.
    pub fn files(&self) -> Within<'_> {
        Within { fs: &Disk, folder: self.options.boundary.as_deref() }
    }

    pub fn renderer<'r>(&'r self, fs: &'r dyn FileSystem) -> Renderer<'r> {
        renderer(fs, &self.options, &self.fetch, self.sources, world::of_machine)
    }

    /// Builds the kustomization as if `kz edit` had written the parameters into its file.
    fn kustomization(&self, parameters: &Parameters) -> Result<Printed> {
        type Edit = fn(&Context, &[String]) -> Edited;
        let one = |name: &str| Some(parameters.string(name).to_owned()).filter(|text| !text.is_empty());
        let replicas = parameters.map(REPLICAS).map(|(name, count)| format!("{name}={count}"));
        // In the order of Argo CD itself.
        let edits: [(&str, Vec<String>, Edit); 4] = [
            (NAME_PREFIX, one(NAME_PREFIX).into_iter().collect(), |ctx, words| {
                edit::set_value(ctx, words, edit::Value::NamePrefix)
            }),
            (IMAGES, parameters.array(IMAGES).to_vec(), edit::set_images),
            (REPLICAS, replicas.collect(), edit::set_replicas),
            (NAMESPACE, one(NAMESPACE).into_iter().collect(), |ctx, words| {
                edit::set_value(ctx, words, edit::Value::Namespace)
            }),
        ];
        let mut files = Overlay::new(&Disk);
        for (name, words, edit) in edits.into_iter().filter(|(_, words, _)| !words.is_empty()) {
            let lock = Lock::default();
            let edited = self.with_context(&files, &lock, |context| edit(context, &words));
            let Some(draft) = edited.map_err(|error| error.within(format!("in the parameter `{name}`")))? else {
                continue;
            };
            let shown = format!("{} (with the application's parameters)", draft.name());
            files.put(draft.path(), shown, draft.text()?.into_bytes());
        }
        self.renderer(&files).print(".", &ChartOptions::default())
    }

    /// Does something with the kustomization of the working directory.
    pub fn with_context<T>(&self, fs: &dyn FileSystem, lock: &Lock, work: impl FnOnce(&Context) -> T) -> T {
        work(&Context {
            fs,
            sources: self.sources,
            options: &self.options,
            fetch: &self.fetch,
            lock,
            trail: None,
            world: world::of_machine,
            notes: Default::default(),
        })
    }

    /// Renders the chart as Argo CD has helm do it: with its CRDs.
    fn chart(&self, parameters: &Parameters) -> Result<Printed> {
        let server = Server::new(&self.options.environment);
        let files = self.files();
        let mut value_files = Overlay::new(&files);
        let top = self.options.boundary.as_ref().unwrap_or(&self.options.working_dir);
        let values = values::options(parameters, top, &mut value_files, self.sources)?;
        let options = ChartOptions {
            release: server.release()?,
            namespace: server.namespace(),
            values,
            kube_version: self.options.helm_kube_version.clone(),
            api_versions: self.options.helm_api_versions.clone(),
            include_crds: true,
        };
        let renderer = Renderer { value_files: &value_files, ..self.renderer(&files) };
        renderer.print(".", &options)
    }
}

/// Whether there is no object in it: nothing, comments, empty lists.
fn is_empty(text: &[u8], renderer: &Renderer) -> bool {
    let is_object = |line: &[u8]| {
        let kind = line.strip_prefix(b"kind:").map(<[u8]>::trim_ascii).unwrap_or_default();
        let is_plain = !kind.is_empty() && kind.iter().all(u8::is_ascii_alphanumeric);
        is_plain && !kind.ends_with(b"List")
    };
    if text.split(|byte| *byte == b'\n').any(is_object) {
        return false;
    }
    // What cannot be read is for Argo CD to refuse.
    renderer.text("<stdout>", text.to_vec()).is_ok_and(|rendered| rendered.objects.is_empty())
}

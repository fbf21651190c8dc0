//! `kz template`

mod flags;
mod output;

use clap::ArgMatches;
use flags::Flags;
pub use flags::command;
use kz::base::fs::{Disk, Witness};
use kz::base::process::{self, Job};
use kz::base::{Diagnostic, FileSystem, Result, Sources};
use kz::gotmpl::{ExecOptions, MissingKey, World};
use kz::helm::capabilities::Capabilities;
use kz::helm::chart::Chart;
use kz::helm::dependencies;
use kz::helm::hands::{self, Hands};
use kz::helm::inflate::{self, Failure, Inflated, Order};
use kz::helm::pull::archive::{Found, locate};
use kz::helm::pull::{self, Pulling};
use kz::helm::release::{self, Release};
use kz::helm::unused;
use kz::helm::values::{Files, merge_options};
use kz::kustomize::lock::Entries;

use super::dependency::with_order;
use super::exit::Exit;
use super::release as release_of_kz;
use super::target::kustomization;
use super::ui::Ui;
use super::world;

/// Renders a chart, and prints or writes what was rendered.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let flags = match Flags::new(matches) {
        Ok(flags) => flags,
        Err(error) => return ui.fail(&error, &sources),
    };
    flags.notes.iter().for_each(|text| ui.note(text));
    let witness = flags.record.as_ref().map(|_| Witness::new(&Disk));
    let fs: &dyn FileSystem = witness.as_ref().map_or(&Disk, |witness| witness);
    // Nothing is taken apart: the process ends with it.
    hands::with(&sources, |hands| match template(&flags, fs, &sources, ui, hands) {
        Ok(inflated) => keep(&inflated, &flags, witness.as_ref(), &sources, ui)
            .and_then(|()| output::write(&inflated, &flags, ui))
            .unwrap_or_else(|error| ui.fail(&error, &sources))
            .now(),
        Err(failure) => {
            failure.notes.iter().for_each(|text| ui.note(text));
            if let Some(printed) = failure.printed.filter(|_| flags.debug) {
                output::write_broken(printed, &flags, ui);
            }
            ui.fail(&failure.error, &sources).now()
        }
    })
}

/// Records what is to be printed, if that is asked for.
fn keep(inflated: &Inflated, flags: &Flags, files: Option<&Witness>, sources: &Sources, ui: &Ui) -> Result<()> {
    let (Some(name), Some(files)) = (&flags.record, files) else { return Ok(()) };
    let target = flags.words.last().map(String::as_str).unwrap_or_default();
    let working_dir = std::env::current_dir().unwrap_or_default();
    let cache = flags.chart.fetch.settings.cache_dir.as_deref();
    let read = release_of_kz::read(files, &Entries::new(), target, &working_dir, cache);
    release_of_kz::keep_printed(name, &output::whole(inflated, flags), target, &read, sources, ui)
}

fn template(
    flags: &Flags,
    fs: &dyn FileSystem,
    sources: &Sources,
    ui: &Ui,
    hands: &mut Hands,
) -> std::result::Result<Inflated, Box<Failure>> {
    let plain = |error: Box<Diagnostic>| Box::new(Failure::from(error));
    let mut world = world::world(flags.seed.as_deref(), flags.enable_dns);
    let capabilities = Capabilities::of_flags(flags.kube_version.as_deref(), &flags.api_versions).map_err(plain)?;
    let (name, reference) = name_and_chart(flags, &mut world).map_err(plain)?;
    let note = |text: String| ui.note(&text);
    let pulling = flags.chart.pulling_on(fs, sources, &note);
    let found = locate(&pulling, &flags.chart.wanted(reference)).map_err(plain)?;
    let mut files = Files { fs, sources, fetch: &flags.chart.fetch, stdin: &mut read_stdin };
    let values = merge_options(&flags.values, &mut files).map_err(plain)?;
    let chart = load(&found, flags, &pulling, ui, hands).map_err(plain)?;
    let release = Release { name, namespace: flags.namespace.clone(), is_upgrade: flags.is_upgrade };
    let post_renderer = |stream: String| post_render(flags, stream, ui);
    let exec = ExecOptions {
        missing_key: if flags.strict { MissingKey::Error } else { MissingKey::Zero },
        reads: flags.warn_unused_values.then(Default::default),
        ..ExecOptions::default()
    };
    let reads = exec.reads.clone();
    let order = Order {
        sources,
        release: &release,
        values: values.clone(),
        value_files: &flags.values.files,
        capabilities: &capabilities,
        skip_schema_validation: flags.skip_schema_validation,
        include_crds: flags.include_crds,
        exec,
        post_renderer: flags.post_renderer.is_some().then_some(&post_renderer),
    };
    let inflated = inflate::inflate(chart, &order, &mut world, hands)?;
    inflated.notes.iter().for_each(|text| ui.note(text));
    if let Some(reads) = reads {
        unused::warnings(&values, &reads.borrow()).iter().for_each(|warning| ui.warn(warning, sources));
    }
    Ok(inflated)
}

/// Reads the chart, and with `--dependency-update` first fetches what it lacks.
fn load(found: &Found, flags: &Flags, pulling: &Pulling, ui: &Ui, hands: &mut Hands) -> Result<Chart> {
    let chart = found.load(pulling.fs, pulling.sources, &mut |early| hands.ahead(early)).map_err(|error| {
        let is_kustomization =
            error.code == "chart-missing" && found.path().is_some_and(|path| kustomization(path).is_some());
        match flags.words.last().filter(|_| is_kustomization) {
            Some(folder) => error.help(format!("it holds a kustomization: `kz build {folder}` builds it")),
            None => error,
        }
    })?;
    let Some(folder) = found.path().filter(|_| flags.dependency_update && !dependencies::missing(&chart).is_empty())
    else {
        return Ok(chart);
    };
    let mut said = String::new();
    with_order(pulling, &flags.chart.access, |order| pull::dependencies::update(&order, folder, &mut said))?;
    // Helm: this is printed before the manifests.
    said.lines().for_each(|line| ui.note(line));
    found.load(pulling.fs, pulling.sources, &mut |early| hands.ahead(early))
}

/// The release's name and the chart. Source: NameAndChart in pkg/action/install.go.
fn name_and_chart<'f>(flags: &'f Flags, world: &mut World) -> Result<(String, &'f str)> {
    let usage = |message: &str| Diagnostic::new("usage", message);
    match flags.words.as_slice() {
        [] => Err(usage("there is no chart to render").help("`kz template NAME CHART`")),
        [name, chart] if flags.generate_name || flags.name_template.is_some() => {
            let flag = if flags.generate_name { "--generate-name" } else { "--name-template" };
            Err(usage(&format!("cannot set {flag} and also specify a name"))
                .help(format!("leave `{name}` or `{flag}` out: `kz template {chart}`")))
        }
        [name, chart] => Ok((name.clone(), chart)),
        [chart] => match &flags.name_template {
            Some(template) => Ok((release::name_of_template(template, world)?, chart)),
            // Helm: the name that `template` presets wins over --generate-name.
            None => Ok(("release-name".to_owned(), chart)),
        },
        [_, _, rest @ ..] => {
            let message = format!("expected at most two arguments, unexpected arguments: {}", rest.join(", "));
            Err(usage(&message).help("`kz template NAME CHART`; flags that take a value may stand without it"))
        }
    }
}

fn read_stdin() -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut text)?;
    Ok(text)
}

/// Runs the post-renderer of the user: a program, not a plugin of Helm.
fn post_render(flags: &Flags, stream: String, ui: &Ui) -> Result<String> {
    let name = flags.post_renderer.as_deref().unwrap_or_default();
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let path = environment.iter().find(|(key, _)| key == "PATH").map(|(_, value)| value.as_str());
    let program = match name.contains('/') {
        true => Some(name.into()),
        false => process::find_in_path(name, path.unwrap_or_default()),
    };
    let Some(program) = program else {
        return Err(Diagnostic::new("post-renderer", format!("there is no program `{name}` in PATH"))
            .help("name a program, or its path"));
    };
    let outcome = process::run(Job {
        name: &format!("post-renderer `{name}`"),
        program: &program,
        args: &flags.post_renderer_args,
        environment: &environment,
        directory: None,
        input: stream.into_bytes(),
    })?;
    if let Some(how) = outcome.failure {
        let error = Diagnostic::new("post-renderer", format!("the post-renderer `{name}` failed with {how}"));
        let said = outcome.stderr.trim_end();
        return Err(if said.is_empty() { error } else { error.help(format!("it said: {said}")) });
    }
    if !outcome.stderr.trim().is_empty() {
        ui.note(outcome.stderr.trim_end());
    }
    String::from_utf8(outcome.stdout)
        .map_err(|_| Diagnostic::new("post-renderer", format!("what the post-renderer `{name}` prints is not UTF-8")))
}

//! Plugins that are programs: KRM functions (exec and container) and the older exec plugins.
//! kustomize: api/internal/plugins/{loader,execplugin,fnplugin}, kyaml/fn/runtime/exec.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::function::{FunctionSpec, check_mounts, check_own, check_real_mounts, function_of};
use super::resource_list::Call;
use super::{container, exchange, scratch, shlex};
use crate::base::fs::{clean, slashed};
use crate::base::process::{self, Job, Outcome, find_in_path, may_run};
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::read::{flatten_objects, read_objects};
use crate::k8s::{Resource, Schema};
use crate::kustomize::context::Context;
use crate::kustomize::decode::{self, Decode, Decoder, Fields};
use crate::kustomize::kustomization::Text;
use crate::kustomize::loader::Loader;
use crate::yaml::{self, Node, ReadOptions};

/// Linux gives a program no longer variables than this.
const MAX_VARIABLE: usize = 131_071;

/// A program and its configuration.
#[derive(Debug)]
pub struct External {
    /// Where its configuration stands.
    span: Span,
    /// The configuration as the program gets it.
    config: Node,
    program: Program,
}

#[derive(Debug)]
enum Program {
    Function(FunctionSpec),
    Exec { path: PathBuf, args: Vec<String> },
}

/// Finds the program that a configuration names, without starting it.
///
/// Errors: a function's description is wrong; there is no such plugin; it is one in Go.
pub fn find(ctx: &Context, loader: &Loader, config: &Resource, schema: &Schema) -> Result<External> {
    let program = match function_of(ctx, config)? {
        Some(spec) => {
            check_mounts(&spec, &super::name_of(config))?;
            Program::Function(spec)
        }
        None => {
            let path = exec_plugin(ctx, config, schema)?;
            Program::Exec { path, args: exec_arguments(ctx, loader, config)? }
        }
    };
    Ok(External { span: config.node.span, config: exchange::export(config), program })
}

impl External {
    pub fn is_function(&self) -> bool {
        matches!(self.program, Program::Function(_))
    }

    /// Runs the program on objects, or on none for a generator, and gives back the objects that it wrote.
    ///
    /// Errors: it cannot be run, fails, or writes what are no objects.
    pub fn run(&self, ctx: &Context, loader: &Loader, items: Option<Vec<Node>>) -> Result<Vec<Node>> {
        let objects = match &self.program {
            Program::Function(spec) => self.run_function(ctx, loader, spec, items),
            Program::Exec { path, args } => self.run_exec(ctx, loader, path, args, items),
        };
        let place = if let Program::Function(spec) = &self.program { spec.span } else { self.span };
        objects.map_err(|e| if e.labels.is_empty() { e.at(place) } else { e })
    }

    fn run_function(
        &self,
        ctx: &Context,
        loader: &Loader,
        spec: &FunctionSpec,
        items: Option<Vec<Node>>,
    ) -> Result<Vec<Node>> {
        let root = loader.root();
        let options = &ctx.options;
        let mut environment = options.environment.clone();
        let is_foreign = [spec.span, self.span].iter().any(|span| ctx.sources.is_foreign(*span));
        let (program, args, shown) = if !spec.container.image.is_empty() {
            check_real_mounts(ctx, loader, spec, is_foreign)?;
            let (program, args) = container::command(ctx, &spec.container, root)?;
            (program, args, spec.container.image.as_str())
        } else if options.enable_exec && !spec.exec.path.is_empty() {
            check_own(loader, spec, is_foreign)?;
            environment.extend(exec_environment(&spec.exec.envs, &options.functions.env));
            (locate(ctx, &spec.exec.path, root)?, spec.exec.args.clone(), spec.exec.path.as_str())
        } else {
            // kustomize: without `--enable-exec` an exec function does nothing, and nothing is said about it.
            return flatten_objects(Call::skipped(self.config.clone(), items));
        };
        if root == Path::new("/") {
            return Err(Diagnostic::new("plugin-failed", "functions do not run in the root directory `/`")
                .at(spec.span)
                .help("move the kustomization into a directory of its own"));
        }
        let call = Call::new(self.config.clone(), items)?;
        let job = Job {
            name: &format!("plugin `{shown}`"),
            program: &program,
            args: &args,
            environment: &environment,
            directory: Some(root),
            input: call.input()?,
        };
        let outcome = process::run(job)?;
        if outcome.failure.is_some() {
            let reported = reported(ctx, &outcome.stdout);
            let error = failed("function", shown, outcome);
            return Err(if reported.is_empty() { error } else { error.help(reported.join("\n")) });
        }
        if !outcome.stderr.is_empty() {
            ctx.note(outcome.stderr.trim_end());
        }
        let source = ctx.sources.add(format!("<output of {shown}>"), outcome.stdout.clone());
        let read = yaml::read(source, &outcome.stdout, ReadOptions::resource());
        let documents = read.map_err(|e| unreadable(e, shown))?;
        let objects = call.answer(documents.into_iter().filter_map(|document| document.root).collect())?;
        flatten_objects(objects).map_err(|e| unreadable(e, shown))
    }

    fn run_exec(
        &self,
        ctx: &Context,
        loader: &Loader,
        path: &Path,
        args: &[String],
        items: Option<Vec<Node>>,
    ) -> Result<Vec<Node>> {
        let mut config = Vec::new();
        yaml::emit(&self.config, &mut config)?;
        let config = String::from_utf8_lossy(&config).into_owned();
        let file = scratch::File::create(&config)
            .map_err(|e| Diagnostic::new("plugin-failed", format!("cannot write a temporary file: {e}")))?;
        let mut input = Vec::new();
        for (at, item) in items.iter().flatten().enumerate() {
            if at > 0 {
                input.extend_from_slice(b"---\n");
            }
            yaml::emit(item, &mut input)?;
        }
        let root = loader.root();
        let mut environment = ctx.options.environment.clone();
        for (key, value) in
            [("KUSTOMIZE_PLUGIN_CONFIG_STRING", config), ("KUSTOMIZE_PLUGIN_CONFIG_ROOT", root.display().to_string())]
        {
            if key.len() + 1 + value.len() <= MAX_VARIABLE {
                environment.push((key.to_string(), value));
            } else {
                ctx.note(format!(
                    "warning: `{key}` is longer than {MAX_VARIABLE} bytes and is not passed on to plugins"
                ));
            }
        }
        let all: Vec<String> = std::iter::once(file.path().display().to_string()).chain(args.iter().cloned()).collect();
        let shown = path.display().to_string();
        let job = Job {
            name: &format!("plugin `{shown}`"),
            program: path,
            args: &all,
            environment: &environment,
            directory: ctx.fs.is_dir(root).then_some(root),
            input,
        };
        let outcome = process::run(job)?;
        drop(file);
        if outcome.failure.is_some() {
            return Err(failed("plugin", &shown, outcome));
        }
        let source = ctx.sources.add(format!("<output of {shown}>"), outcome.stdout);
        read_objects(ctx.sources, source).map_err(|e| unreadable(e, &shown))
    }
}

/// The messages that a function that fails may have put into its answer, for all that it is worth.
fn reported(ctx: &Context, stdout: &[u8]) -> Vec<String> {
    let source = ctx.sources.add("<output of a function>", stdout);
    let documents = yaml::read(source, stdout, ReadOptions::resource()).unwrap_or_default();
    let results = documents.iter().filter_map(|document| document.root.as_ref()?.get("results")?.as_sequence());
    results.flat_map(|items| items.iter()).filter_map(|item| Some(item.get("message")?.text()?.to_string())).collect()
}

/// What the program said on its stderr is all that a person has to go by.
fn failed(what: &str, name: &str, outcome: Outcome) -> Box<Diagnostic> {
    let how = outcome.failure.unwrap_or_default();
    let said = outcome.stderr.trim_end();
    let message = if said.is_empty() {
        format!("{what} `{name}` failed with {how} and said nothing")
    } else {
        format!("{what} `{name}` failed with {how}; it said:\n{said}")
    };
    Diagnostic::new("plugin-failed", message)
}

/// What a plugin wrote may be secret and is not drawn.
fn unreadable(error: Box<Diagnostic>, name: &str) -> Box<Diagnostic> {
    error.masked().within(format!("in the output of `{name}`"))
}

/// A program of a function: what has no slash is looked up in `PATH`, other names are relative to the root.
/// Go: exec.Command with a Dir.
fn locate(ctx: &Context, path: &str, root: &Path) -> Result<PathBuf> {
    if path.contains('/') {
        return Ok(clean(&root.join(path)));
    }
    find_in_path(path, ctx.env("PATH").unwrap_or_default()).ok_or_else(|| {
        Diagnostic::new("no-such-plugin", format!("there is no program `{path}` in `PATH`"))
            .help(format!("for a program beside the kustomization write `./{path}`"))
    })
}

/// Variables of an exec function, those of the command line last. kustomize: mergeExecEnv passes over what has
/// not exactly one `=`.
fn exec_environment(declared: &[String], from_flags: &[String]) -> BTreeMap<String, String> {
    let pairs = declared.iter().chain(from_flags).filter_map(|text| text.split_once('='));
    pairs.filter(|(_, value)| !value.contains('=')).map(|(key, value)| (key.into(), value.into())).collect()
}

/// The program of an exec plugin: `HOME/group/version/kind/Kind`, where the last directory is in lower case.
fn exec_plugin(ctx: &Context, config: &Resource, schema: &Schema) -> Result<PathBuf> {
    let id = config.original_id(schema);
    let directory = plugin_home(ctx)?.join(id.group()).join(id.version()).join(id.kind.to_lowercase());
    let path = clean(&directory.join(id.kind));
    let missing = |message: String| Diagnostic::new("no-such-plugin", message).at(config.node.span);
    match std::fs::metadata(&path) {
        Ok(meta) if may_run(&meta) => Ok(path),
        Ok(_) => Err(missing(format!("plugin `{}` is not executable", slashed(&path)))
            .help(format!("make it so: `chmod +x {}`", slashed(&path)))),
        Err(_) if path.with_extension("so").is_file() => {
            let message = format!("`{}` is a plugin in Go, which kz cannot load", slashed(&path.with_extension("so")));
            Err(missing(message).help("build it as a program of its own: an exec plugin or a KRM function"))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let message = format!("there is no plugin for kind `{}`: no file `{}`", id.kind, slashed(&path));
            Err(missing(message).help(
                "`apiVersion: builtin` names the built-in plugins; a KRM function has the annotation \
                 `config.kubernetes.io/function`",
            ))
        }
        Err(e) => Err(missing(format!("cannot open plugin `{}`: {e}", slashed(&path)))),
    }
}

/// The first directory that is there of those where plugins may be. kustomize: DefaultAbsPluginHome.
fn plugin_home(ctx: &Context) -> Result<PathBuf> {
    let variable = |name: &str| ctx.env(name).filter(|value| !value.is_empty());
    let home = Path::new(variable("HOME").unwrap_or("~"));
    let candidates = [
        ("$KUSTOMIZE_PLUGIN_HOME", variable("KUSTOMIZE_PLUGIN_HOME").map(PathBuf::from)),
        (
            "$XDG_CONFIG_HOME/kustomize/plugin",
            variable("XDG_CONFIG_HOME").map(|dir| Path::new(dir).join("kustomize/plugin")),
        ),
        ("$HOME/.config/kustomize/plugin", Some(home.join(".config/kustomize/plugin"))),
        ("$HOME/kustomize/plugin", Some(home.join("kustomize/plugin"))),
    ];
    let absolute = |dir: &PathBuf| ctx.options.working_dir.join(dir);
    if let Some(dir) = candidates.iter().filter_map(|(_, dir)| dir.as_ref().map(absolute)).find(|dir| dir.exists()) {
        return Ok(dir);
    }
    let tried: Vec<String> = candidates
        .iter()
        .map(|(what, dir)| match dir {
            Some(dir) => format!("`{}` ({what})", slashed(dir)),
            None => format!("{what} (not set)"),
        })
        .collect();
    Err(Diagnostic::new("no-plugin-home", format!("there is no directory of plugins; tried {}", tried.join(", ")))
        .help("set `KUSTOMIZE_PLUGIN_HOME` to the directory that holds your plugins"))
}

/// Arguments that the configuration gives besides itself.
#[derive(Debug, Default)]
struct ExecArguments {
    one_liner: Text,
    from_file: Text,
}

impl Decode for ExecArguments {
    fn decode(node: &Node, d: &mut Decoder) -> ExecArguments {
        let mut f = Fields::of(node, d);
        let out = ExecArguments { one_liner: f.take("argsOneLiner"), from_file: f.take("argsFromFile") };
        f.finish();
        out
    }
}

fn exec_arguments(ctx: &Context, loader: &Loader, config: &Resource) -> Result<Vec<String>> {
    let arguments: ExecArguments = decode::lenient(&config.node)?;
    let mut args = shlex::split(&arguments.one_liner).map_err(|reason| {
        Diagnostic::new("plugin-arguments", format!("cannot split `argsOneLiner`: {reason}"))
            .at(arguments.one_liner.span)
    })?;
    if !arguments.from_file.is_empty() {
        let file = loader.load(ctx, "argsFromFile", &arguments.from_file)?;
        let text = String::from_utf8_lossy(&file.text).into_owned();
        args.extend(
            text.split('\n').map(|line| line.trim_start_matches(' ')).filter(|l| !l.is_empty()).map(String::from),
        );
    }
    Ok(args)
}

//! How an object says that it configures a KRM function: an annotation with the program or the image
//! to run. kustomize: kyaml/fn/runtime/runtimeutil/functiontypes.go GetFunctionSpec.
//!
//! **Not here:** running the function.

use crate::base::fs::is_absolute;
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::Resource;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{self, Decode, Decoder, Fields};
use crate::kustomize::loader::Loader;
use crate::yaml::{self, Duplicates, Node, ReadOptions};

const ANNOTATIONS: [&str; 2] = ["config.kubernetes.io/function", "config.k8s.io/function"];
/// Go: sigs.k8s.io/yaml.UnmarshalStrict.
const STRICT: ReadOptions = ReadOptions { duplicates: Duplicates::Reject, ..ReadOptions::config() };
/// The oldest form: the image, and nothing else.
const CONTAINER_ANNOTATION: &str = "config.kubernetes.io/container";

/// What is to be run. Where both are named the container counts.
#[derive(Clone, Debug, Default)]
pub struct FunctionSpec {
    pub container: ContainerSpec,
    pub exec: ExecSpec,
    /// The annotation's text.
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct ExecSpec {
    pub path: String,
    pub args: Vec<String>,
    pub envs: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct ContainerSpec {
    pub image: String,
    pub network: bool,
    pub mounts: Vec<Mount>,
    pub envs: Vec<String>,
}

/// A mount of a container: `type`, `src`, `dst`, `rw`.
#[derive(Clone, Debug, Default)]
pub struct Mount {
    pub kind: String,
    pub source: String,
    pub target: String,
    pub writable: bool,
}

/// The function that a configuration names; `None` where it names none.
///
/// Errors: the annotation is no YAML, or has fields that functions do not have (`starlark` among them).
pub fn function_of(ctx: &Context, config: &Resource) -> Result<Option<FunctionSpec>> {
    let annotation = |key: &str| {
        let found = config.node.lookup(&["metadata", "annotations", key]);
        found.and_then(|node| Some((node.text().filter(|text| !text.is_empty())?, node.span)))
    };
    if let Some((text, span)) = ANNOTATIONS.iter().find_map(|key| annotation(key)) {
        let source = ctx.sources.add_embedded(text.as_bytes(), span);
        let documents = yaml::read(source, text.as_bytes(), STRICT)?;
        let root = documents.into_iter().find_map(|document| document.root);
        return read_spec(&root.unwrap_or_else(|| Node::null(span)), span).map(Some);
    }
    if let Some(spec) = config.node.lookup(&["metadata", "configFn"]).filter(|node| !node.is_null()) {
        return read_spec(spec, spec.span).map(Some);
    }
    Ok(annotation(CONTAINER_ANNOTATION).map(|(image, span)| FunctionSpec {
        container: ContainerSpec { image: image.into(), ..ContainerSpec::default() },
        span,
        ..FunctionSpec::default()
    }))
}

fn read_spec(node: &Node, span: Span) -> Result<FunctionSpec> {
    if let Some(starlark) = node.get("starlark") {
        return Err(Diagnostic::new("unknown-field", "functions in Starlark are not supported")
            .at(starlark.span)
            .help("kustomize dropped them; turn the function into an exec or a container function"));
    }
    let spec: FunctionSpec = decode::strict_typed(node)?;
    Ok(FunctionSpec { span, ..spec })
}

/// Mounts that a configuration declares stay below the kustomization's root. kustomize: Loader.loadPlugin.
pub fn check_mounts(spec: &FunctionSpec, name: &str) -> Result<()> {
    for mount in &spec.container.mounts {
        let refused = |place: &str| {
            let message = format!("plugin `{name}` may not mount `{}`", mount.source);
            let help = format!("mounts must be {place} the directory of the kustomization");
            Err(Diagnostic::new("plugin-mount", message).at(spec.span).help(help))
        };
        if is_absolute(&mount.source) {
            return refused("relative to");
        }
        // kustomize: what only begins with two dots is refused too.
        if crate::kustomize::origin::join("", &mount.source).starts_with("..") {
            return refused("below");
        }
    }
    Ok(())
}

/// What a kustomization of a repository mounts is in the repository, whatever its links say. What was fetched mounts
/// nothing of this machine's.
pub fn check_real_mounts(ctx: &Context, loader: &Loader, spec: &FunctionSpec, is_foreign: bool) -> Result<()> {
    let Some(tree) = loader.repository() else {
        let Some(mount) = spec.container.mounts.first().filter(|_| is_foreign) else { return Ok(()) };
        let message = format!("`{}` may not be mounted: the configuration that asks for it was fetched", mount.source);
        return Err(Diagnostic::new("plugin-mount", message)
            .at(spec.span)
            .help("if you trust it, copy the configuration into the kustomization"));
    };
    for mount in &spec.container.mounts {
        let real = ctx.fs.canonical(&loader.root().join(&mount.source));
        // One that is not there is for docker to tell of.
        if real.is_ok_and(|path| !path.starts_with(tree)) {
            let message = format!("`{}` leads out of the repository and may not be mounted", mount.source);
            return Err(Diagnostic::new("plugin-mount", message)
                .at(spec.span)
                .help("functions of a repository can use what is in it"));
        }
    }
    Ok(())
}

/// The flags are for programs of this machine's kustomizations: neither a repository nor what was fetched runs any.
pub fn check_own(loader: &Loader, spec: &FunctionSpec, is_foreign: bool) -> Result<()> {
    let (who, way) = match loader.is_in_repository() {
        true => ("a kustomization of a repository", "clone the repository and build it from there"),
        false if is_foreign => ("a configuration that was fetched", "copy the configuration into the kustomization"),
        false => return Ok(()),
    };
    let message = format!("{who} may not run the program `{}`", spec.exec.path);
    Err(Diagnostic::new("plugins-disabled", message).at(spec.span).help(format!("if you trust it, {way}")))
}

impl Decode for FunctionSpec {
    fn decode(node: &Node, d: &mut Decoder) -> FunctionSpec {
        let mut f = Fields::of(node, d);
        // kustomize: a failure that is put off fails the build all the same.
        f.take::<bool>("deferFailure");
        let out = FunctionSpec { container: f.take("container"), exec: f.take("exec"), span: f.span() };
        f.finish();
        out
    }
}

impl Decode for ExecSpec {
    fn decode(node: &Node, d: &mut Decoder) -> ExecSpec {
        let mut f = Fields::of(node, d);
        let out = ExecSpec { path: f.take("path"), args: f.take("args"), envs: f.take("envs") };
        f.finish();
        out
    }
}

impl Decode for ContainerSpec {
    fn decode(node: &Node, d: &mut Decoder) -> ContainerSpec {
        let mut f = Fields::of(node, d);
        let out = ContainerSpec {
            image: f.take("image"),
            network: f.take("network"),
            mounts: f.take("mounts"),
            envs: f.take("envs"),
        };
        f.finish();
        out
    }
}

impl Decode for Mount {
    fn decode(node: &Node, d: &mut Decoder) -> Mount {
        let mut f = Fields::of(node, d);
        let out = Mount { kind: f.take("type"), source: f.take("src"), target: f.take("dst"), writable: f.take("rw") };
        f.finish();
        out
    }
}

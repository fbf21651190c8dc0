//! What a cluster has of some objects, and what it would make of them: asked of `kubectl`.
//!
//! **Invariant:** nothing is changed in the cluster: it is read, and applying is tried in a dry run. There is one
//! call for all objects each.
//! **Not here:** objects that nobody renders any more; the cluster does not say who once applied them.

mod owned;

use std::path::Path;

use crate::base::process::{self, Job, Outcome};
use crate::base::{Diagnostic, Result, SourceId};
use crate::diff::Object;
use crate::diff::secrets::Known;
use crate::k8s::read::flatten_objects;
use crate::yaml::json::{Numbers, to_json};
use crate::yaml::{Node, read_json};

/// How the cluster is reached.
pub struct Cluster<'c> {
    /// The environment of the process: kubectl reads `KUBECONFIG`, and plugins for logging in read more.
    pub environment: &'c [(String, String)],
    /// A context of kubectl's configuration; the current one if nothing is said.
    pub context: Option<&'c str>,
    /// Relative paths in kubectl's configuration start here.
    pub working_dir: &'c Path,
}

/// Both sides, as the cluster has them.
pub struct Seen {
    /// The objects that are there.
    pub live: Vec<Object>,
    /// What applying would make of those that were rendered.
    pub ours: Vec<Object>,
    /// What is to be said on stderr.
    pub notes: Vec<String>,
}

/// The cluster's metadata, which nobody applies.
const OF_SERVER: [&str; 6] = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// Looks for the objects in the cluster. Where it does not allow a dry run, both sides are cut down to what is
/// rendered or was applied.
///
/// Errors: there is no `kubectl`, or it cannot ask the cluster.
pub fn look(cluster: &Cluster, ours: Vec<Object>) -> Result<Seen> {
    if ours.is_empty() {
        return Ok(Seen { live: Vec::new(), ours, notes: Vec::new() });
    }
    let known = Known::of(ours.iter());
    let list = list(&ours)?;
    let got = cluster.call(&["get", "--ignore-not-found", "-o", "json", "-f", "-"], &list)?;
    if let Some(how) = &got.failure {
        return Err(Diagnostic::new("kubectl-failed", format!("kubectl cannot get the objects of the cluster: {how}"))
            .help(format!("it said: {}", known.without(got.stderr.trim()))));
    }
    let mut live = objects(&got.stdout)?;
    let apply = ["apply", "--server-side", "--dry-run=server", "--force-conflicts", "-o", "json", "-f", "-"];
    let tried = cluster.call(&apply, &list)?;
    if let Some(how) = tried.failure {
        let why = known.without(tried.stderr.trim());
        let note = format!(
            "the cluster does not try this out ({}): only what is rendered or was applied is compared",
            if why.is_empty() { how } else { why }
        );
        let mut ours = ours;
        owned::narrow(&mut live, &mut ours);
        live.iter_mut().chain(&mut ours).for_each(strip);
        return Ok(Seen { live, ours, notes: vec![note] });
    }
    let mut tried = objects(&tried.stdout)?;
    live.iter_mut().chain(&mut tried).for_each(strip);
    Ok(Seen { live, ours: tried, notes: Vec::new() })
}

impl Cluster<'_> {
    fn call(&self, words: &[&str], input: &str) -> Result<Outcome> {
        let path = self.environment.iter().rfind(|(name, _)| name == "PATH").map(|(_, value)| value.as_str());
        let program = process::find_in_path("kubectl", path.unwrap_or_default()).ok_or_else(|| {
            Diagnostic::new("kubectl-missing", "there is no program `kubectl` in PATH")
                .help("`live:` asks it for what the cluster has")
        })?;
        let context = self.context.map(|context| format!("--context={context}"));
        let args: Vec<String> = context.into_iter().chain(words.iter().map(|word| (*word).to_owned())).collect();
        process::run(Job {
            name: "kubectl",
            program: &program,
            args: &args,
            environment: self.environment,
            directory: Some(self.working_dir),
            input: input.as_bytes().to_vec(),
        })
    }
}

/// All objects as one that kubectl reads.
fn list(objects: &[Object]) -> Result<String> {
    let mut json = String::from(r#"{"apiVersion":"v1","kind":"List","items":["#);
    for (at, object) in objects.iter().enumerate() {
        json.push_str(if at > 0 { "," } else { "" });
        to_json(&object.node, Numbers::Exact, &mut json)?;
    }
    json.push_str("]}");
    Ok(json)
}

/// What kubectl prints: nothing, an object, or a list of them.
fn objects(json: &[u8]) -> Result<Vec<Object>> {
    if json.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    let root = read_json(json, SourceId::NONE)
        .map_err(|error| Diagnostic::new("kubectl-failed", format!("what kubectl prints is no JSON: {error}")))?;
    Ok(flatten_objects(vec![root])?.into_iter().map(Object::new).collect())
}

/// Takes out what only the cluster writes.
fn strip(object: &mut Object) {
    let Some(root) = object.node.as_mapping_mut() else { return };
    root.remove("status");
    if let Some(metadata) = root.get_mut("metadata").and_then(Node::as_mapping_mut) {
        OF_SERVER.iter().for_each(|field| drop(metadata.remove(field)));
    }
}

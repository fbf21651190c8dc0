//! The text that goes into a KRM function and what comes out of it: a `ResourceList`, and the annotations by
//! which objects are known again. kustomize: kyaml/fn/runtime/runtimeutil, kyaml/kio, kyaml/runfn.

use super::exchange::annotate;
use crate::base::{Diagnostic, Result};
use crate::k8s::read::{is_wrapper, rewrite_metadata_map, take_items};
use crate::yaml::{self, Node};

const INDEX: [&str; 2] = ["internal.config.kubernetes.io/index", "config.kubernetes.io/index"];
const PATH: [&str; 2] = ["internal.config.kubernetes.io/path", "config.kubernetes.io/path"];
const ID: [&str; 2] = ["internal.config.kubernetes.io/id", "config.k8s.io/id"];
const MIGRATION_ID: &str = "internal.config.kubernetes.io/annotations-migration-resource-id";
const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// A call of a function: what it gets, and what is needed to understand its answer.
pub struct Call {
    config: Node,
    items: Vec<Node>,
    /// The directory that the paths of new objects are below; objects elsewhere are none of the function's business.
    scope: String,
    out_of_scope: Vec<Node>,
    paths: Vec<String>,
}

impl Call {
    /// The objects of a call that does not take place.
    pub fn skipped(mut config: Node, items: Option<Vec<Node>>) -> Vec<Node> {
        annotate(&mut config, LOCAL_CONFIG, "true");
        items.unwrap_or_else(|| vec![config])
    }

    /// Prepares a call with these objects. A generator gets its own configuration as the only one.
    ///
    /// Errors: an object whose annotations contradict each other.
    pub fn new(mut config: Node, items: Option<Vec<Node>>) -> Result<Call> {
        // kustomize: so that a generator that gives back what it got adds nothing.
        annotate(&mut config, LOCAL_CONFIG, "true");
        let all = items.unwrap_or_else(|| vec![config.clone()]);
        let scope = scope_of(&config);
        let mut call = Call { config, items: Vec::new(), scope, out_of_scope: Vec::new(), paths: Vec::new() };
        for (at, mut item) in all.into_iter().enumerate() {
            [PATH, ID].into_iter().for_each(|keys| fill_in(&mut item, keys));
            for key in INDEX.iter().chain([&MIGRATION_ID]) {
                annotate(&mut item, key, &at.to_string());
            }
            check_same(&item, PATH)?;
            check_same(&item, ID)?;
            call.paths.push(text(&item, PATH[0]).to_string());
            if call.is_in_scope(&item) {
                for key in ID {
                    annotate(&mut item, key, &(call.items.len() + 1).to_string());
                }
                call.items.push(item);
            } else {
                call.out_of_scope.push(item);
            }
        }
        Ok(call)
    }

    fn is_in_scope(&self, item: &Node) -> bool {
        if matches!(self.scope.as_str(), "" | ".") {
            return true;
        }
        let path = text(item, PATH[0]);
        !path.is_empty() && directory_of(path).starts_with(&self.scope)
    }

    /// The text for the function's stdin.
    pub fn input(&self) -> Result<Vec<u8>> {
        let mut out = b"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n".to_vec();
        out.extend_from_slice(if self.items.is_empty() { b"items: []\n" } else { b"items:\n" });
        for item in &self.items {
            write_indented(item, "- ", &mut out)?;
        }
        out.extend_from_slice(b"functionConfig:\n");
        write_indented(&self.config, "  ", &mut out)?;
        Ok(out)
    }

    /// The objects of the answer, with their annotations put in order.
    ///
    /// Errors: an object that says two things about where it belongs.
    pub fn answer(&self, documents: Vec<Node>) -> Result<Vec<Node>> {
        let mut objects = unwrap(documents);
        objects.iter_mut().for_each(|object| self.forget_known_id(object));
        for object in &mut objects {
            fill_in(object, PATH);
            fill_in(object, ID);
            if text(object, PATH[0]).is_empty() {
                let path = self.default_path(object);
                PATH.into_iter().for_each(|key| annotate(object, key, &path));
            }
        }
        objects.extend(self.out_of_scope.iter().cloned());
        for object in &mut objects {
            self.settle_path(object)?;
            let dropped = [INDEX[0], INDEX[1], MIGRATION_ID];
            rewrite_if(object, &dropped);
        }
        Ok(objects)
    }

    /// An object that carries the id of one that went in has done its duty.
    fn forget_known_id(&self, object: &mut Node) {
        let id = ID.iter().map(|key| text(object, key)).find(|id| !id.is_empty());
        if id.and_then(|id| id.parse::<usize>().ok()).is_some_and(|id| (1..=self.items.len()).contains(&id)) {
            rewrite_if(object, &ID);
        }
    }

    /// kustomize: CreatePathAnnotationValue.
    fn default_path(&self, object: &Node) -> String {
        let part = |path: &[&str]| object.lookup(path).and_then(Node::text).unwrap_or_default();
        let file = format!("{}_{}.yaml", part(&["kind"]).to_lowercase(), part(&["metadata", "name"]));
        let parts = [self.scope.as_str(), part(&["metadata", "namespace"]), file.as_str()];
        parts.into_iter().filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
    }

    /// A function that knows only one of the two annotations may have changed only that. kustomize:
    /// checkAnnotationsAltered.
    fn settle_path(&self, object: &mut Node) -> Result<()> {
        let at = text(object, MIGRATION_ID).parse::<usize>().ok();
        let before = at.and_then(|at| self.paths.get(at)).map_or("", String::as_str);
        let [internal, legacy] = PATH.map(|key| text(object, key).to_string());
        if !before.is_empty() && internal != legacy {
            if before != internal && before != legacy {
                return Err(contradiction(object, "path"));
            }
            let (key, value) = if before != internal { (PATH[1], &internal) } else { (PATH[0], &legacy) };
            annotate(object, key, value);
        }
        check_same(object, PATH)?;
        check_same(object, ID)
    }
}

/// The items of a `ResourceList` or `List` that is alone, else the documents.
fn unwrap(mut documents: Vec<Node>) -> Vec<Node> {
    if documents.len() == 1 && documents.iter().all(is_wrapper) {
        return documents.pop().map(take_items).unwrap_or_default();
    }
    documents
}

/// kustomize: getFunctionScope: a configuration with a path sees what is beside and below it.
fn scope_of(config: &Node) -> String {
    PATH.iter().map(|key| text(config, key)).find(|path| !path.is_empty()).map(directory_of).unwrap_or_default()
}

fn directory_of(path: &str) -> String {
    let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
    match directory.rsplit_once('/') {
        // What is in a directory of this name belongs to the one above.
        Some((above, "functions")) => above.to_string(),
        None if directory == "functions" => ".".to_string(),
        _ => directory.to_string(),
    }
}

fn text<'a>(object: &'a Node, key: &str) -> &'a str {
    object.lookup(&["metadata", "annotations", key]).and_then(Node::text).unwrap_or_default()
}

/// Where one of two annotations of the same meaning is missing, it is as the other. kustomize: CopyLegacyAnnotations.
fn fill_in(object: &mut Node, keys: [&str; 2]) {
    let [first, second] = keys.map(|key| text(object, key).to_string());
    match (first.as_str(), second.as_str()) {
        ("", "") => {}
        ("", value) => annotate(object, keys[0], value),
        (value, "") => annotate(object, keys[1], value),
        _ => {}
    }
}

fn check_same(object: &Node, keys: [&str; 2]) -> Result<()> {
    let [first, second] = keys.map(|key| text(object, key));
    if first == second || first.is_empty() || second.is_empty() {
        return Ok(());
    }
    Err(contradiction(object, if keys == PATH { "path" } else { "id" }))
}

fn contradiction(object: &Node, what: &str) -> Box<Diagnostic> {
    let keys = if what == "path" { PATH } else { ID };
    Diagnostic::new("plugin-output", format!("the annotations `{}` and `{}` of an object differ", keys[0], keys[1]))
        .at(object.span)
        .help(format!("both say what the object's {what} is; keep one of them"))
}

/// Drops annotations, and the mapping of annotations with the last of them.
fn rewrite_if(object: &mut Node, dropped: &[&str]) {
    if dropped.iter().any(|key| object.lookup(&["metadata", "annotations", key]).is_some()) {
        rewrite_metadata_map(object, "annotations", |key| !dropped.contains(&key));
    }
}

/// The node as YAML, its first line behind `first` and the others as far to the right.
fn write_indented(node: &Node, first: &str, out: &mut Vec<u8>) -> Result<()> {
    let mut text = Vec::new();
    yaml::emit(node, &mut text)?;
    for (at, line) in text.split_inclusive(|b| *b == b'\n').enumerate() {
        if at == 0 {
            out.extend_from_slice(first.as_bytes());
        } else if line != b"\n" {
            out.extend_from_slice(b"  ");
        }
        out.extend_from_slice(line);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;
    use crate::yaml::ReadOptions;

    fn documents(text: &str) -> Vec<Node> {
        let sources = Sources::new();
        let source = sources.add("test", text.as_bytes());
        let documents = yaml::read(source, text.as_bytes(), ReadOptions::resource()).unwrap();
        documents.into_iter().filter_map(|document| document.root).collect()
    }

    fn config(path: &str) -> Node {
        let annotations = if path.is_empty() {
            String::new()
        } else {
            format!(", annotations: {{config.kubernetes.io/path: {path}}}")
        };
        documents(&format!("apiVersion: v1\nkind: Fn\nmetadata: {{name: f{annotations}}}\n")).remove(0)
    }

    fn item(name: &str, path: &str) -> String {
        let annotations = if path.is_empty() {
            String::new()
        } else {
            format!(", annotations: {{config.kubernetes.io/path: {path}}}")
        };
        format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}{annotations}}}\n")
    }

    fn text_of(node: &Node) -> String {
        let mut out = Vec::new();
        yaml::emit(node, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// What kustomize 5.8.1 passes, but for the order of the annotations and the style of their quotes.
    #[test]
    fn the_input_is_a_resource_list_with_its_annotations() {
        let call = Call::new(config(""), Some(documents(&item("a", "dir/a.yaml")))).unwrap();
        let want = r#"apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata:
    annotations:
      config.k8s.io/id: "1"
      config.kubernetes.io/index: "0"
      config.kubernetes.io/path: dir/a.yaml
      internal.config.kubernetes.io/annotations-migration-resource-id: "0"
      internal.config.kubernetes.io/id: "1"
      internal.config.kubernetes.io/index: "0"
      internal.config.kubernetes.io/path: dir/a.yaml
    name: a
functionConfig:
  apiVersion: v1
  kind: Fn
  metadata:
    annotations:
      config.kubernetes.io/local-config: "true"
    name: f
"#;
        assert_eq!(String::from_utf8(call.input().unwrap()).unwrap(), want);
    }

    #[test]
    fn texts_of_many_lines_stay_what_they_are_in_the_list() {
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: \"\\n  x\\n\\n y \\n\"\n  b: |2\n     x\n\n    y\n  c: \"# x\\n\\ty\"\n";
        let call = Call::new(config(""), Some(documents(object))).unwrap();
        let input = String::from_utf8(call.input().unwrap()).unwrap();
        let read = unwrap(documents(&input));
        assert_eq!(read[0].get("data").map(text_of), documents(object)[0].get("data").map(text_of));
    }

    #[test]
    fn an_answer_loses_what_the_call_added_and_gets_paths() {
        let call = Call::new(config(""), Some(documents(&item("a", "")))).unwrap();
        let input = String::from_utf8(call.input().unwrap()).unwrap();
        let answer = call.answer(documents(&input)).unwrap();
        let want = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    config.kubernetes.io/path: configmap_a.yaml\n    \
                    internal.config.kubernetes.io/path: configmap_a.yaml\n  name: a\n";
        assert_eq!(answer.iter().map(text_of).collect::<Vec<_>>(), [want]);
    }

    #[test]
    fn a_configuration_with_a_path_sees_what_is_below_it() {
        let items = [item("a", "dir/sub/a.yaml"), item("b", "other/b.yaml"), item("c", "")].concat();
        let call = Call::new(config("dir/functions/f.yaml"), Some(documents(&items))).unwrap();
        let input = String::from_utf8(call.input().unwrap()).unwrap();
        assert!(input.contains("name: a\n") && !input.contains("name: b\n") && !input.contains("name: c\n"), "{input}");
        let answer = call.answer(documents(&item("new", ""))).unwrap();
        let names: Vec<_> =
            answer.iter().map(|o| o.lookup(&["metadata", "name"]).and_then(Node::text).unwrap()).collect();
        assert_eq!(names, ["new", "b", "c"]);
        assert_eq!(text(&answer[0], PATH[0]), "dir/configmap_new.yaml");
    }

    #[test]
    fn two_paths_that_differ_are_an_error() {
        let object = "apiVersion: v1\nkind: C\nmetadata:\n  name: a\n  annotations: {config.kubernetes.io/path: a, internal.config.kubernetes.io/path: b}\n";
        let error = Call::new(config(""), Some(documents(object))).err().unwrap();
        assert!(error.message.ends_with("of an object differ"), "{}", error.message);
    }
}

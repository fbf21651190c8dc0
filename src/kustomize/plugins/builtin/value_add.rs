//! `ValueAddTransformer`: one value for a field of many objects, or for a part of a path in that field.
//! kustomize: api/internal/builtins/ValueAddTransformer.go, api/filters/valueadd.

use crate::base::{Diagnostic, Result, Span};
use crate::k8s::{ResMap, Resource, Schema};
use crate::kustomize::context::Context;
use crate::kustomize::decode::{self, Decode, Decoder, Fields};
use crate::kustomize::kustomization::{Selector, Text};
use crate::kustomize::loader::Loader;
use crate::kustomize::transformers::namespace;
use crate::kustomize::{origin, selector};
use crate::yaml::{self, Mapping, Node, ReadOptions, Sequence, Value};

#[derive(Debug, Default)]
pub struct ValueAdd {
    value: Text,
    targets: Vec<Target>,
}

#[derive(Debug, Default)]
struct Target {
    selector: Option<Selector>,
    field_path: Text,
    /// From 1 on: which part of the path in the field the value becomes.
    position: i64,
    span: Span,
}

#[derive(Debug, Default)]
struct Config {
    value: Text,
    targets: Vec<Target>,
    target_file: Text,
}

#[derive(Debug, Default)]
struct Targets(Vec<Target>);

impl ValueAdd {
    /// Reads a configuration and the file of targets that it may name.
    ///
    /// Errors: no targets; a target without a path; a negative position.
    pub fn configure(ctx: &Context, loader: &Loader, node: &Node) -> Result<ValueAdd> {
        let Config { mut value, mut targets, target_file } = decode::lenient(node)?;
        value.value = value.value.trim().to_string();
        if value.is_empty() {
            value = Text::new(base_name(loader), node.span);
        }
        if !target_file.is_empty() {
            let file = loader.load(ctx, "targetFilePath", &target_file)?;
            let documents = yaml::read(file.source, &file.text, ReadOptions::config())?;
            if let Some(root) = documents.into_iter().find_map(|document| document.root) {
                targets.extend(decode::lenient::<Targets>(&root)?.0);
            }
        }
        if targets.is_empty() {
            let error = Diagnostic::new("no-targets", "the plugin has no targets").at(node.span);
            return Err(error.help("list some under `targets`, or in the file of `targetFilePath`"));
        }
        for target in &targets {
            if target.field_path.is_empty() {
                return Err(Diagnostic::new("no-targets", "a target has no `fieldPath`").at(target.span));
            }
            if target.position < 0 {
                return Err(Diagnostic::new("wrong-value", "`filePathPosition` cannot be negative").at(target.span));
            }
        }
        Ok(ValueAdd { value, targets })
    }

    /// Errors: a selector that is no regular expression; a path that meets a value of another kind.
    pub fn transform(&self, resources: &mut ResMap, schema: &Schema) -> Result<()> {
        for target in &self.targets {
            let chosen: Vec<usize> = match &target.selector {
                Some(selector) => selector::Target::new(selector)?.select(resources, schema)?,
                None => (0..resources.len()).collect(),
            };
            let list = resources.list_mut();
            for at in chosen {
                let Some(resource) = list.get_mut(at) else { continue };
                if &*target.field_path == "metadata/namespace" {
                    namespace::set_own_namespace(resource, &self.value, schema)?;
                } else {
                    self.add(target, resource)?;
                }
            }
        }
        Ok(())
    }

    fn add(&self, target: &Target, resource: &mut Resource) -> Result<()> {
        let parts = split_path(&target.field_path);
        let Some(node) = look_up_or_create(&mut resource.node, &parts, &target.field_path)? else { return Ok(()) };
        let Value::Scalar(scalar) = &node.value else {
            return Err(wrong_kind(&target.field_path, "a scalar", node));
        };
        let text = match usize::try_from(target.position) {
            Ok(position @ 1..) => insert_part(&scalar.text, position - 1, &self.value),
            _ => self.value.value.clone(),
        };
        // Go: FieldSetter keeps the style of what was there and leaves the tag open.
        let style = scalar.style;
        let mut new = Node::plain(text, self.value.span);
        if let Some(scalar) = new.as_scalar_mut() {
            scalar.style = style;
        }
        *node = new;
        Ok(())
    }
}

/// The last part of the directory of the kustomization. Go: filepath.Base.
fn base_name(loader: &Loader) -> String {
    loader.root().file_name().map_or("/".to_string(), |name| name.to_string_lossy().into_owned())
}

/// A path's parts. A backslash before a slash makes it a part of the name.
fn split_path(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('/');
                last.push_str(part);
            }
            _ => parts.push(part.to_string()),
        }
    }
    // Go: cleanPath.
    parts.iter().map(|part| part.trim().to_string()).filter(|part| !part.is_empty()).collect()
}

/// The node at a path; what is missing on the way is made, but for items that are named by their number.
/// Go: LookupCreate(ScalarNode, …).
fn look_up_or_create<'a>(root: &'a mut Node, parts: &[String], path: &Text) -> Result<Option<&'a mut Node>> {
    let mut node = root;
    for (at, part) in parts.iter().enumerate() {
        if node.is_null() {
            return Ok(None);
        }
        let next = match parts.get(at + 1).map(String::as_str) {
            None => Node::plain("", path.span),
            Some(next) if is_item(next) || next.parse::<u32>().is_ok() => Node::sequence(path.span),
            Some(_) => Node::mapping(path.span),
        };
        let found = if let Ok(index) = part.parse::<i64>() {
            let Ok(index) = usize::try_from(index) else {
                return Err(
                    Diagnostic::new("wrong-path", format!("the index `{part}` cannot be negative")).at(path.span)
                );
            };
            items(node, path)?.get_mut(index)
        } else if part == "-" {
            items(node, path)?.last_mut()
        } else if part == "*" {
            return Err(Diagnostic::new("wrong-path", "`*` is not supported here").at(path.span));
        } else if is_item(part) {
            Some(item_or_create(node, part, path)?)
        } else {
            Some(field_or_create(node, part, next, path)?)
        };
        match found {
            Some(found) => node = found,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

fn is_item(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

fn items<'a>(node: &'a mut Node, path: &str) -> Result<&'a mut Sequence> {
    match node.as_sequence() {
        Some(_) => Ok(node.as_sequence_mut().expect("just seen to be a list")),
        None => Err(wrong_kind(path, "a list", node)),
    }
}

fn field_or_create<'a>(node: &'a mut Node, name: &str, new: Node, path: &str) -> Result<&'a mut Node> {
    let Some(mapping) = node.as_mapping() else { return Err(wrong_kind(path, "a mapping", node)) };
    let at = mapping.position(name);
    let mapping = node.as_mapping_mut().expect("just seen to be a mapping");
    let at = at.unwrap_or_else(|| {
        mapping.push(Node::plain(name, new.span), new);
        mapping.len() - 1
    });
    Ok(mapping.value_at_mut(at).expect("found or pushed"))
}

/// `[name=value]`: the first mapping with that field; `[=value]`: the first scalar of that text.
fn item_or_create<'a>(node: &'a mut Node, part: &str, path: &Text) -> Result<&'a mut Node> {
    let inner = part.trim_start_matches('[').trim_end_matches(']');
    let Some((name, value)) = inner.split_once('=') else {
        let message = format!("`{part}` must have the form `[field=value]`");
        return Err(Diagnostic::new("wrong-path", message).at(path.span));
    };
    let matches = |item: &Node| match name {
        "" => item.text() == Some(value),
        name => item.get(name).and_then(Node::text) == Some(value),
    };
    let items = items(node, path)?;
    let at = items.iter().position(matches).unwrap_or_else(|| {
        let value = Node::plain(value, path.span);
        items.push(if name.is_empty() {
            value
        } else {
            let mut mapping = Mapping::default();
            mapping.push(Node::plain(name, path.span), value);
            Node::new(mapping, path.span)
        });
        items.len() - 1
    });
    Ok(&mut items[at])
}

fn wrong_kind(path: &str, wanted: &str, node: &Node) -> Box<Diagnostic> {
    let message = format!("`{path}` needs {wanted}, and this is a {}", node.kind_name());
    Diagnostic::new("wrong-path", message).at(node.span)
}

/// Puts a part in a file path. Positions past the end mean the end; what is absolute stays absolute.
/// kustomize: filesys.InsertPathPart.
fn insert_part(path: &str, position: usize, part: &str) -> String {
    let relative = path.trim_start_matches('/');
    let root = if relative.len() < path.len() { "/" } else { "" };
    let mut parts: Vec<&str> = if relative.is_empty() { Vec::new() } else { relative.split('/').collect() };
    parts.insert(position.min(parts.len()), part);
    format!("{root}{}", origin::join("", &parts.join("/")))
}

impl Decode for Config {
    fn decode(node: &Node, d: &mut Decoder) -> Config {
        let mut f = Fields::of(node, d);
        let out = Config { value: f.take("value"), targets: f.take("targets"), target_file: f.take("targetFilePath") };
        f.finish();
        out
    }
}

impl Decode for Targets {
    fn decode(node: &Node, d: &mut Decoder) -> Targets {
        let mut f = Fields::of(node, d);
        let out = Targets(f.take("targets"));
        f.finish();
        out
    }
}

impl Decode for Target {
    fn decode(node: &Node, d: &mut Decoder) -> Target {
        let mut f = Fields::of(node, d);
        let out = Target {
            selector: f.take("selector"),
            field_path: f.take("fieldPath"),
            position: f.take("filePathPosition"),
            span: f.span(),
        };
        f.finish();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expectations are what kustomize's InsertPathPart gives.
    #[test]
    fn parts_are_put_in_paths_as_kustomize_puts_them() {
        for (path, position, want) in [
            ("", 0, "PEACH"),
            ("", 4, "PEACH"),
            ("/", 0, "/PEACH"),
            ("/", 8, "/PEACH"),
            ("pie", 0, "PEACH/pie"),
            ("/pie", 0, "/PEACH/pie"),
            ("raw", 1, "raw/PEACH"),
            ("/raw", 1, "/raw/PEACH"),
            ("a/nice/warm/pie", 3, "a/nice/warm/PEACH/pie"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/PEACH/pie"),
            ("/a/nice/warm/pie", 99, "/a/nice/warm/pie/PEACH"),
            ("a//b/", 1, "a/PEACH/b"),
            ("a//b/", 2, "a/PEACH/b"),
            ("a/../b", 1, "a/b"),
            ("./a", 0, "PEACH/a"),
            ("//a", 0, "/PEACH/a"),
            ("a/b/", 99, "a/b/PEACH"),
        ] {
            assert_eq!(insert_part(path, position, "PEACH"), want, "{path} {position}");
        }
    }

    #[test]
    fn paths_split_at_slashes_that_have_no_backslash() {
        assert_eq!(split_path(r"metadata/annotations/a.b\/c/ d /"), ["metadata", "annotations", "a.b/c", "d"]);
    }
}

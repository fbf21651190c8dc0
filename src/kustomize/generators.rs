//! ConfigMaps and Secrets made from literals, files and env files.
//!
//! Source: kustomize 5.8.1, api/internal/generators and api/types/generatoroptions.go.
//!
//! **Invariant:** each datum has the place of the literal, line or file that it came from.
//! **Not here:** what happens to an object of the same name (`behavior`), and the name's hash.

mod sources;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::context::Context;
use super::kustomization::{GeneratorArgs, GeneratorOptions, Pairs, Text};
use super::loader::Loader;
use crate::base::{Diagnostic, Result, Span, base64};
use crate::k8s::{Behavior, Resource};
use crate::yaml::{Mapping, Node, Scalar, Style, Tag};

use sources::Kind;
pub use sources::parse_file_source;

/// Makes one entry of `configMapGenerator`; `globals` are the kustomization's `generatorOptions`.
///
/// Errors: no name; sources that cannot be read; a key that is there twice; an empty label key.
pub fn config_map(
    ctx: &Context,
    loader: &Loader,
    args: &GeneratorArgs,
    globals: Option<&GeneratorOptions>,
) -> Result<Resource> {
    let mut object = base_object("ConfigMap", args)?;
    let (mut text, mut binary) = (Mapping::default(), Mapping::default());
    for datum in sources::read(ctx, loader, args, Kind::ConfigMap)? {
        match String::from_utf8(datum.value) {
            Ok(value) => text.push(Node::plain(datum.key, datum.key_span), value_node(value, datum.value_span)),
            Err(error) => {
                let value = base64_lines(error.as_bytes());
                binary.push(Node::plain(datum.key, datum.key_span), value_node(value, datum.value_span));
            }
        }
    }
    for (field, data) in [("data", text), ("binaryData", binary)] {
        if !data.is_empty() {
            set(&mut object, field, Node::new(data, args.span));
        }
    }
    let options = merged(args.options.as_ref(), globals);
    add_metadata(&mut object, &options)?;
    Ok(finish(object, args, &options))
}

/// Makes one entry of `secretGenerator`. Errors as [`config_map`]; they never show data.
pub fn secret(
    ctx: &Context,
    loader: &Loader,
    args: &GeneratorArgs,
    globals: Option<&GeneratorOptions>,
) -> Result<Resource> {
    let mut object = base_object("Secret", args)?;
    let (kind, span) = match args.secret_type.is_empty() {
        true => ("Opaque", args.span),
        false => (&*args.secret_type, args.secret_type.span),
    };
    set(&mut object, "type", value_node(kind.to_string(), span));
    let mut data = Mapping::default();
    for datum in sources::read(ctx, loader, args, Kind::Secret).map_err(Diagnostic::masked)? {
        let value = base64_lines(&datum.value);
        data.push(Node::plain(datum.key, datum.key_span), value_node(value, datum.value_span));
    }
    set(&mut object, "data", Node::new(data, args.span));
    let options = merged(args.options.as_ref(), globals);
    // kustomize: MakeSecret goes on after an error here, with the labels and annotations so far.
    let _ = add_metadata(&mut object, &options);
    Ok(finish(object, args, &options))
}

fn base_object(kind: &str, args: &GeneratorArgs) -> Result<Mapping> {
    if args.name.is_empty() {
        return Err(Diagnostic::new("missing-name", format!("this generator of a {kind} has no `name`"))
            .at(args.span)
            .help(format!("add `name:`, the name that the {kind} gets")));
    }
    let mut metadata = Mapping::default();
    set(&mut metadata, "name", value_node(args.name.value.clone(), args.name.span));
    if !args.namespace.is_empty() {
        set(&mut metadata, "namespace", value_node(args.namespace.value.clone(), args.namespace.span));
    }
    let mut object = Mapping::default();
    set(&mut object, "apiVersion", Node::string("v1", args.name.span));
    set(&mut object, "kind", Node::string(kind, args.name.span));
    set(&mut object, "metadata", Node::new(metadata, args.span));
    Ok(object)
}

fn set(mapping: &mut Mapping, key: &str, value: Node) {
    mapping.push(Node::string(key, value.span), value);
}

/// Go: a text of several lines is written as a literal block.
fn value_node(text: String, span: Span) -> Node {
    let style = if text.contains('\n') { Style::Literal } else { Style::Plain };
    Node::new(Scalar { text: text.into(), tag: Tag::Str, style }, span)
}

/// Go: encodeBase64 of kyaml breaks what is 70 characters or longer.
fn base64_lines(bytes: &[u8]) -> String {
    const WIDTH: usize = 70;
    let text = base64::encode(bytes);
    if text.len() < WIDTH {
        return text;
    }
    let mut out = String::with_capacity(text.len() + text.len() / WIDTH + 1);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(WIDTH.min(rest.len()));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out
}

/// The entry's own options, and those of `generatorOptions` where it is silent.
/// kustomize: MergeGlobalOptionsIntoLocal.
fn merged<'a>(own: Option<&'a GeneratorOptions>, globals: Option<&'a GeneratorOptions>) -> Cow<'a, GeneratorOptions> {
    let (own, globals) = match (own, globals) {
        (Some(own), Some(globals)) => (own, globals),
        (one, other) => return one.or(other).map_or_else(Default::default, Cow::Borrowed),
    };
    Cow::Owned(GeneratorOptions {
        labels: merged_pairs(&own.labels, &globals.labels),
        annotations: merged_pairs(&own.annotations, &globals.annotations),
        disable_name_suffix_hash: own.disable_name_suffix_hash || globals.disable_name_suffix_hash,
        immutable: own.immutable || globals.immutable,
    })
}

fn merged_pairs(own: &Pairs, globals: &Pairs) -> Pairs {
    let missing = globals.iter().filter(|(key, _)| !own.iter().any(|(k, _)| **k == **key));
    own.iter().chain(missing).cloned().collect()
}

fn add_metadata(object: &mut Mapping, options: &GeneratorOptions) -> Result<()> {
    for (field, pairs) in [("labels", &options.labels), ("annotations", &options.annotations)] {
        if pairs.is_empty() {
            continue;
        }
        if let Some((key, _)) = pairs.iter().find(|(key, _)| key.is_empty()) {
            // Go: FieldSetter takes a field without a name for the value itself, when the map is made already.
            set_metadata(object, field, Mapping::default(), key.span);
            return Err(Diagnostic::new("empty-key", format!("a key of `{field}` is empty"))
                .at(key.span)
                .help("name the key, or remove it"));
        }
        let mut sorted: Vec<&(Text, Text)> = pairs.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| a.value.cmp(&b.value));
        let mut mapping = Mapping::with_capacity(sorted.len());
        for (key, value) in sorted {
            let scalar = Scalar { text: value.value.as_str().into(), tag: Tag::Str, style: Style::SingleQuoted };
            mapping.push(Node::plain(key.value.as_str(), key.span), Node::new(scalar, value.span));
        }
        let span = mapping.iter().next().map_or(Span::NOWHERE, |e| e.key.span);
        set_metadata(object, field, mapping, span);
    }
    Ok(())
}

fn set_metadata(object: &mut Mapping, field: &str, value: Mapping, span: Span) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Node::as_mapping_mut) {
        set(metadata, field, Node::new(value, span));
    }
}

fn finish(mut object: Mapping, args: &GeneratorArgs, options: &GeneratorOptions) -> Resource {
    if options.immutable {
        let scalar = Scalar { text: "true".into(), tag: Tag::Bool, style: Style::Plain };
        set(&mut object, "immutable", Node::new(scalar, args.span));
    }
    let mut resource = Resource::new(Node::new(object, args.span));
    resource.needs_hash = !options.disable_name_suffix_hash;
    // kustomize: an unknown behavior is as good as none.
    resource.behavior = match &*args.behavior {
        "create" => Behavior::Create,
        "replace" => Behavior::Replace,
        "merge" => Behavior::Merge,
        _ => Behavior::Unspecified,
    };
    resource
}

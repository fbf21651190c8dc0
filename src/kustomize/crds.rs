//! `crds`: which fields of custom types hold names, labels and annotations.
//!
//! The files are OpenAPI definitions, as openapi-gen makes them (not CustomResourceDefinitions), whose
//! properties carry `x-kubernetes-…` marks. kustomize: api/internal/accumulator/loadconfigfromcrds.go.
//!
//! **Not here:** merge keys of custom types (`openapi`).

use std::sync::Arc;

use super::configurations::{TransformerConfig, merge_all};
use super::context::Context;
use super::fieldspecs::NameBackReferences;
use super::kustomization::{FieldSpec, Text};
use super::loader::Loader;
use crate::base::{Diagnostic, Result, Span};
use crate::k8s::Gvk;
use crate::yaml::{self, Mapping, Node, ReadOptions, Value};

/// How many properties may be visited for one type; definitions that share others can multiply.
const MAX_PROPERTIES: usize = 1_000_000;

/// What the files say, without kustomize's own lists.
///
/// Errors: a file cannot be read; definitions of another form; definitions that hold themselves.
pub fn load(ctx: &Context, loader: &Loader, paths: &[Text]) -> Result<TransformerConfig> {
    let mut config = Arc::new(TransformerConfig::default());
    for path in paths {
        let file = loader.load(ctx, "crds", path)?;
        let root = match file.text.first() {
            // Go: the first byte decides between JSON and YAML, and an empty file has none.
            None => return Err(Diagnostic::new("empty-file", format!("`{path}` is empty")).at(path.span)),
            Some(b'{') => Some(yaml::read_json(&file.text, file.source)?),
            Some(_) => yaml::read(file.source, &file.text, ReadOptions::config())?.pop().and_then(|d| d.root),
        };
        if let Some(root) = root {
            config = read(config, &root).map_err(|e| e.within(format!("in crd definitions `{path}`")))?;
        }
    }
    Ok(Arc::unwrap_or_clone(config))
}

/// Adds what the definitions of a document say.
fn read(mut config: Arc<TransformerConfig>, root: &Node) -> Result<Arc<TransformerConfig>> {
    let definitions = Definitions { by_name: mapping(root, "definitions by name")? };
    for entry in definitions.by_name.into_iter().flat_map(Mapping::iter) {
        let Some(properties) = properties_of_definition(&entry.value)? else { continue };
        if !["kind", "apiVersion", "metadata"].iter().all(|name| properties.contains(name)) {
            continue;
        }
        let name = entry.key.text().unwrap_or_default();
        let kind = name.rsplit('.').next().unwrap_or_default();
        let mut found = Found { kind, ..Found::default() };
        definitions.visit(properties, &mut found, &mut Way { types: vec![name], path: Vec::new() })?;
        config = TransformerConfig::merge(&config, &Arc::new(found.into_config()))?;
    }
    Ok(config)
}

struct Definitions<'n> {
    by_name: Option<&'n Mapping>,
}

/// Where a visit stands: the types that it came through, and the properties.
struct Way<'n> {
    types: Vec<&'n str>,
    path: Vec<&'n str>,
}

/// The fields of one type.
#[derive(Default)]
struct Found<'n> {
    kind: &'n str,
    annotations: Vec<FieldSpec>,
    labels: Vec<FieldSpec>,
    names: Vec<FieldSpec>,
    references: Vec<(Gvk, Vec<FieldSpec>)>,
    visited: usize,
}

impl<'n> Definitions<'n> {
    fn visit(&self, properties: &'n Mapping, found: &mut Found<'n>, way: &mut Way<'n>) -> Result<()> {
        for entry in properties {
            found.visited += 1;
            if found.visited > MAX_PROPERTIES {
                let message = format!("the definition of `{}` has too many properties", found.kind);
                return Err(Diagnostic::new("crd-too-large", message).at(entry.key.span));
            }
            let Some(property) = mapping(&entry.value, "a schema")? else { continue };
            way.path.push(entry.key.text().unwrap_or_default());
            found.take(property, &way.path)?;
            if let Some(name) = text(property, "$ref") {
                self.follow(name, entry.value.span, found, way)?;
            }
            way.path.pop();
        }
        Ok(())
    }

    fn follow(&self, name: &'n str, span: Span, found: &mut Found<'n>, way: &mut Way<'n>) -> Result<()> {
        let Some(definition) = self.by_name.and_then(|m| m.get(name)) else { return Ok(()) };
        if way.types.contains(&name) {
            // kustomize: the stack overflows.
            let message = format!("the definition `{name}` holds itself: {} -> {name}", way.types.join(" -> "));
            return Err(Diagnostic::new("crd-cycle", message)
                .at(span)
                .help("take the `$ref` out that closes the circle"));
        }
        if let Some(properties) = properties_of_definition(definition)? {
            way.types.push(name);
            self.visit(properties, found, way)?;
            way.types.pop();
        }
        Ok(())
    }
}

impl Found<'_> {
    fn take(&mut self, property: &Mapping, path: &[&str]) -> Result<()> {
        let spec = |path: String| FieldSpec { gvk: Gvk::new("", "", self.kind), path, create: false };
        let here = || spec(path.join("/"));
        let add = |list: &mut Vec<FieldSpec>| -> Result<()> {
            *list = merge_all(std::mem::take(list), &[here()])?;
            Ok(())
        };
        if text(property, "x-kubernetes-annotation").is_some() {
            add(&mut self.annotations)?;
        }
        if text(property, "x-kubernetes-label-selector").is_some() {
            add(&mut self.labels)?;
        }
        if text(property, "x-kubernetes-identity").is_some() {
            add(&mut self.names)?;
        }
        let target =
            (text(property, "x-kubernetes-object-ref-api-version"), text(property, "x-kubernetes-object-ref-kind"));
        if let (Some(version), Some(kind)) = target {
            let key = text(property, "x-kubernetes-object-ref-name-key").unwrap_or("name");
            let gvk = Gvk::new("", version, kind);
            let referrer = spec(format!("{}/{key}", path.join("/")));
            match self.references.iter_mut().find(|(target, _)| *target == gvk) {
                Some((_, referrers)) => *referrers = merge_all(std::mem::take(referrers), &[referrer])?,
                None => self.references.push((gvk, vec![referrer])),
            }
        }
        Ok(())
    }

    fn into_config(self) -> TransformerConfig {
        let references = self.references.into_iter();
        let references = references.map(|(gvk, specs)| NameBackReferences { gvk, referrers: specs.into() });
        TransformerConfig {
            name_prefix: self.names.into(),
            common_labels: self.labels.into(),
            common_annotations: self.annotations.into(),
            name_reference: references.collect::<Vec<_>>().into(),
            ..TransformerConfig::default()
        }
    }
}

/// `schema.properties` of a definition. Go's JSON finds `Schema` by any case; what is below has one.
fn properties_of_definition(definition: &Node) -> Result<Option<&Mapping>> {
    let Some(definition) = mapping(definition, "a definition")? else { return Ok(None) };
    let is_schema = |key: &Node| key.text().is_some_and(|key| key.eq_ignore_ascii_case("schema"));
    let Some(schema) = definition.iter().rev().find(|entry| is_schema(&entry.key)) else { return Ok(None) };
    match mapping(&schema.value, "a schema")?.and_then(|schema| schema.get("properties")) {
        Some(properties) => mapping(properties, "properties by name"),
        None => Ok(None),
    }
}

/// A mapping, or `None` for null.
fn mapping<'n>(node: &'n Node, wanted: &str) -> Result<Option<&'n Mapping>> {
    match &node.value {
        Value::Mapping(mapping) => Ok(Some(mapping)),
        _ if node.is_null() => Ok(None),
        _ => Err(Diagnostic::new("crd-definition", format!("expected {wanted}, found a {}", node.kind_name()))
            .at(node.span)
            .help(
                "`crds` takes OpenAPI definitions as openapi-gen makes them; list a CustomResourceDefinition \
                 under `resources`",
            )),
    }
}

/// A string; numbers and booleans are none.
fn text<'n>(mapping: &'n Mapping, key: &str) -> Option<&'n str> {
    let scalar = mapping.get(key)?.as_scalar()?;
    (scalar.tag == yaml::Tag::Str).then_some(scalar.text.as_str())
}

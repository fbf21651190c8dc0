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
use super::loader::{File, Loader};
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
        if file.text.is_empty() {
            // Go: the first byte is looked at, and there is none.
            return Err(Diagnostic::new("empty-file", format!("`{path}` is empty")).at(path.span));
        }
        config = read_file(config, &file).map_err(|e| e.within(format!("in crd definitions `{path}`")))?;
    }
    Ok(Arc::unwrap_or_clone(config))
}

/// The first byte says whether the text is JSON.
fn read_file(config: Arc<TransformerConfig>, file: &File) -> Result<Arc<TransformerConfig>> {
    let root = match file.text.first() {
        Some(b'{') => Some(yaml::read_json(&file.text, file.source)?),
        _ => yaml::read(file.source, &file.text, ReadOptions::config())?.pop().and_then(|document| document.root),
    };
    match root {
        Some(root) => read(config, &root),
        None => Ok(config),
    }
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
        let spec = |path: String| FieldSpec { gvk: Gvk::new("", "", self.kind), path: path.into(), create: false };
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
    let Some(properties) = mapping(&schema.value, "a schema")?.and_then(|schema| schema.get("properties")) else {
        return Ok(None);
    };
    let properties = mapping(properties, "properties by name")?;
    for property in properties.into_iter().flat_map(Mapping::iter) {
        mapping(&property.value, "a schema")?;
    }
    Ok(properties)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;

    fn found(text: &str) -> Result<Vec<String>> {
        let source = Sources::new().add("crd.json", text.as_bytes());
        let config = read_file(Arc::default(), &File { source, text: text.as_bytes().into() })?;
        let line = |word: &str, spec: &FieldSpec| format!("{word} {} {}", spec.gvk, spec.path);
        let lines = |word: &'static str, list: &[FieldSpec]| list.iter().map(|s| line(word, s)).collect::<Vec<_>>();
        let mut all = lines("prefix", &config.name_prefix);
        all.extend(lines("labels", &config.common_labels));
        all.extend(lines("annotations", &config.common_annotations));
        for reference in config.name_reference.iter() {
            all.extend(reference.referrers.iter().map(|spec| line(&format!("{} in", reference.gvk), spec)));
        }
        Ok(all)
    }

    /// As LoadConfigFromCRDs of kustomize 5.8.1 has it, here and below.
    #[test]
    fn marks_are_found_through_references() {
        let text = r##"{"example.com/v1.Bee": {"Schema": {"properties": {"kind": {}, "apiVersion": {}, "metadata": {},
                "spec": {"$ref": "example.com/v1.BeeSpec"},
                "x": {"x-kubernetes-annotation": "", "X-Kubernetes-Identity": ""}}}, "Dependencies": ["a"]},
            "example.com/v1.BeeSpec": {"schema": {"Properties": {"no": {"x-kubernetes-annotation": ""}}, "properties": {
                "a": {"x-kubernetes-annotation": ""}, "l": {"x-kubernetes-label-selector": ""},
                "i": {"x-kubernetes-identity": ""}, "n": {"x-kubernetes-annotation": null},
                "b": {"x-kubernetes-annotation": true},
                "r": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "Secret",
                      "x-kubernetes-object-ref-name-key": "k"},
                "r2": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "Secret"},
                "r3": {"x-kubernetes-object-ref-kind": "Secret"},
                "arr": {"type": "array", "items": {"$ref": "example.com/v1.BeeSpec"}},
                "d": {"$ref": "#/definitions/x"}}}}}"##;
        assert_eq!(
            found(text).expect("definitions"),
            [
                "prefix Bee.[noVer].[noGrp] spec/i",
                "labels Bee.[noVer].[noGrp] spec/l",
                "annotations Bee.[noVer].[noGrp] spec/a",
                "annotations Bee.[noVer].[noGrp] x",
                "Secret.v1.[noGrp] in Bee.[noVer].[noGrp] spec/r/k",
                "Secret.v1.[noGrp] in Bee.[noVer].[noGrp] spec/r2/name",
            ]
        );
        let text = "example.com/v1.Bee:\n  Schema:\n    properties:\n      kind: {}\n      apiVersion: null\n\
                    \x20     metadata: {}\n      spec: {x-kubernetes-annotation: yes, x-kubernetes-identity: '1'}\n";
        assert_eq!(found(text).expect("definitions"), ["prefix Bee.[noVer].[noGrp] spec"]);
    }

    #[test]
    fn what_is_not_a_definition_is_an_error_or_nothing() {
        let nothing = [
            "Bee:\n  Schema:\n    properties: {kind: {}, apiVersion: {}}\n",
            "Bee: null\n",
            "Bee: {Schema: null}\n",
            "Bee: {Schema: {properties: null}}\n",
            "# x\n",
            " {\"a\": {}}",
            "Bee: {Schema: {properties: {kind: {}, metadata: {}, apiVersion: {}, a: {\"$ref\": 5}}}}",
        ];
        nothing.iter().for_each(|text| assert!(found(text).is_ok_and(|found| found.is_empty()), "{text}"));
        let errors = [
            "kind: CustomResourceDefinition\n",
            "Bee: {Schema: {properties: {a: 1}}}\n",
            "Bee: {Schema: {properties: []}}\n",
            "Bee: {Schema: 1}\n",
            "[]",
            "{} {}",
        ];
        errors.iter().for_each(|text| assert!(found(text).is_err(), "{text}"));
    }

    #[test]
    fn a_definition_that_holds_itself_is_an_error() {
        let text = "A: {Schema: {properties: {kind: {}, metadata: {}, apiVersion: {}, a: {$ref: B}}}}\n\
                    B: {Schema: {properties: {b: {$ref: B}}}}\n";
        assert_eq!(found(text).expect_err("it has no end").code, "crd-cycle");
    }
}

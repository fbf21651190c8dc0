//! A kustomization file as Go writes it: all fields of all types, and which of them are left out when they are empty.
//!
//! The reference reads the file into its types and writes these back. So comments and styles are lost, keys are
//! sorted, names of fields get their proper case, and what says nothing is gone, but for the few fields that always
//! stand there. Source: kustomize 5.8.1, api/types, and Go's encoding/json.
//!
//! **Invariant:** what comes out has the fields below and no others, each with a value of its type.
//! **Not here:** whether the file is a good one ([`crate::kustomize::decode`]); how nodes become text.

use Shape::{Any, Flag, List, Number, Object, Pairs, Pointer, Text};

use crate::base::{Result, Span};
use crate::yaml::number::{self, Number as Value64};
use crate::yaml::{Mapping, Node, Resolved, Scalar, Schema, Sequence, Style, Tag, Value, jsonable, normal, resolve};

/// The type of a value.
pub enum Shape {
    Text,
    Flag,
    /// A whole number.
    Number,
    /// Names and texts.
    Pairs,
    /// Names and whatever there is.
    Any,
    List(&'static Shape),
    /// A struct. It is never empty.
    Object(&'static [Field]),
    /// Something that may be missing, and is empty only then.
    Pointer(&'static Shape),
}

pub struct Field {
    name: &'static str,
    shape: Shape,
    /// It stands there even if it is empty.
    is_kept: bool,
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, is_kept: false }
}

/// A field without Go's `omitempty`.
const fn kept(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, is_kept: true }
}

const TEXTS: Shape = List(&Text);

/// The whole file.
pub const KUSTOMIZATION: &[Field] = &[
    field("apiVersion", Text),
    field("bases", TEXTS),
    field("buildMetadata", TEXTS),
    field("commonAnnotations", Pairs),
    field("commonLabels", Pairs),
    field("components", TEXTS),
    field("configMapGenerator", List(&Object(GENERATOR))),
    field("configurations", TEXTS),
    field("crds", TEXTS),
    field("generatorOptions", Pointer(&Object(GENERATOR_OPTIONS))),
    field("generators", TEXTS),
    field("helmChartInflationGenerator", List(&Object(OLDER_CHART))),
    field("helmCharts", List(&Object(CHART))),
    field("helmGlobals", Pointer(&Object(&[field("chartHome", Text), field("configHome", Text)]))),
    field("imageTags", List(&Object(IMAGE))),
    field("images", List(&Object(IMAGE))),
    field("kind", Text),
    field("labels", List(&Object(LABEL))),
    field("metadata", Pointer(&Object(METADATA))),
    field("namePrefix", Text),
    field("nameSuffix", Text),
    field("namespace", Text),
    field("openapi", Pairs),
    field("patches", List(&Object(PATCH))),
    field("patchesJson6902", List(&Object(PATCH))),
    field("patchesStrategicMerge", TEXTS),
    field("replacements", List(&Object(REPLACEMENT))),
    field("replicas", List(&Object(&[kept("count", Number), field("name", Text)]))),
    field("resources", TEXTS),
    // A Secret's type is the only field that a ConfigMap has not.
    field("secretGenerator", List(&Object(GENERATOR))),
    field("sortOptions", Pointer(&Object(SORT_OPTIONS))),
    field("transformers", TEXTS),
    field("validators", TEXTS),
    field("vars", List(&Object(VAR))),
];

const METADATA: &[Field] =
    &[field("annotations", Pairs), field("labels", Pairs), field("name", Text), field("namespace", Text)];

const GENERATOR: &[Field] = &[
    field("behavior", Text),
    field("env", Text),
    field("envs", TEXTS),
    field("files", TEXTS),
    field("literals", TEXTS),
    field("name", Text),
    field("namespace", Text),
    field("options", Pointer(&Object(GENERATOR_OPTIONS))),
    field("type", Text),
];

const GENERATOR_OPTIONS: &[Field] = &[
    field("annotations", Pairs),
    field("disableNameSuffixHash", Flag),
    field("immutable", Flag),
    field("labels", Pairs),
];

const CHART: &[Field] = &[
    field("additionalValuesFiles", TEXTS),
    field("apiVersions", TEXTS),
    field("debug", Flag),
    field("devel", Flag),
    field("includeCRDs", Flag),
    field("kubeVersion", Text),
    field("name", Text),
    field("nameTemplate", Text),
    field("namespace", Text),
    field("releaseName", Text),
    field("repo", Text),
    field("skipHooks", Flag),
    field("skipTests", Flag),
    field("valuesFile", Text),
    field("valuesInline", Any),
    field("valuesMerge", Text),
    field("version", Text),
];

const OLDER_CHART: &[Field] = &[
    field("chartHome", Text),
    field("chartName", Text),
    field("chartRepoName", Text),
    field("chartRepoUrl", Text),
    field("chartVersion", Text),
    field("extraArgs", TEXTS),
    field("helmBin", Text),
    field("helmHome", Text),
    field("releaseName", Text),
    field("releaseNamespace", Text),
    field("values", Text),
    field("valuesLocal", Any),
    field("valuesMerge", Text),
];

const IMAGE: &[Field] = &[
    field("digest", Text),
    field("name", Text),
    field("newName", Text),
    field("newTag", Text),
    field("tagSuffix", Text),
];

const LABEL: &[Field] = &[
    field("fields", List(&Object(FIELD_SPEC))),
    field("includeSelectors", Flag),
    field("includeTemplates", Flag),
    field("pairs", Pairs),
];

const FIELD_SPEC: &[Field] =
    &[field("create", Flag), field("group", Text), field("kind", Text), field("path", Text), field("version", Text)];

/// An entry of `patches`.
pub const PATCH: &[Field] = &[
    field("options", Pointer(&Object(&[field("allowKindChange", Flag), field("allowNameChange", Flag)]))),
    field("patch", Text),
    field("path", Text),
    field("target", Pointer(&Object(SELECTOR))),
];

const SELECTOR: &[Field] = &[
    field("annotationSelector", Text),
    field("group", Text),
    field("kind", Text),
    field("labelSelector", Text),
    field("name", Text),
    field("namespace", Text),
    field("version", Text),
];

const REPLACEMENT: &[Field] = &[
    field("path", Text),
    field("source", Pointer(&Object(SOURCE))),
    field("sourceValue", Pointer(&Text)),
    field("targets", List(&Pointer(&Object(TARGET)))),
];

const SOURCE: &[Field] = &[
    field("fieldPath", Text),
    field("group", Text),
    field("kind", Text),
    field("name", Text),
    field("namespace", Text),
    field("options", Pointer(&Object(FIELD_OPTIONS))),
    field("version", Text),
];

const TARGET: &[Field] = &[
    field("fieldPaths", TEXTS),
    field("options", Pointer(&Object(FIELD_OPTIONS))),
    field("reject", List(&Pointer(&Object(SELECTOR)))),
    kept("select", Pointer(&Object(SELECTOR))),
];

const FIELD_OPTIONS: &[Field] =
    &[field("create", Flag), field("delimiter", Text), field("encoding", Text), field("index", Number)];

const SORT_OPTIONS: &[Field] = &[
    field("legacySortOptions", Pointer(&Object(&[kept("orderFirst", TEXTS), kept("orderLast", TEXTS)]))),
    field("order", Text),
];

const VAR: &[Field] = &[
    // Go: `omitempty` has no effect on a struct.
    field("fieldref", Object(&[field("fieldPath", Text)])),
    kept("name", Text),
    kept("objref", Object(VAR_OBJECT)),
];

const VAR_OBJECT: &[Field] = &[
    field("apiVersion", Text),
    field("group", Text),
    field("kind", Text),
    kept("name", Text),
    field("namespace", Text),
    field("version", Text),
];

/// The struct that Go makes of a node, as a node. What has the wrong type counts as missing.
///
/// Errors: what JSON cannot say.
pub fn conform(node: &Node, fields: &'static [Field]) -> Result<Node> {
    object(Some(node), fields)
}

/// A value and whether Go calls it empty.
fn value(node: Option<&Node>, shape: &'static Shape) -> Result<(Node, bool)> {
    let span = node.map_or(Span::NOWHERE, |node| node.span);
    let node = node.filter(|node| !jsonable::is_null(node));
    let scalar = node.and_then(Node::as_scalar);
    let resolved = scalar.map(jsonable::resolved);
    Ok(match shape {
        Text => {
            let text = scalar.map_or("", |scalar| scalar.text.as_str());
            (string(text, span), text.is_empty())
        }
        Flag => {
            let is_on = resolved == Some(Resolved::Bool(true));
            (word(if is_on { "true" } else { "false" }, Tag::Bool, span), !is_on)
        }
        Number => {
            let digits = match resolved {
                Some(Resolved::Number(number)) => jsonable::number(number),
                _ => "0".to_owned(),
            };
            (word(&digits, Tag::Int, span), digits == "0")
        }
        Pairs => match node.and_then(Node::as_mapping) {
            Some(pairs) => entries(pairs, span, |node| value(Some(node), &Text).map(|(text, _)| text))?,
            None => (Node::null(span), true),
        },
        Any => match node.and_then(Node::as_mapping) {
            Some(pairs) => entries(pairs, span, any)?,
            None => (Node::null(span), true),
        },
        List(item) => match node.and_then(Node::as_sequence) {
            Some(items) => {
                let made = items.iter().map(|node| value(Some(node), item).map(|(item, _)| item));
                let made = made.collect::<Result<Vec<Node>>>()?;
                let is_empty = made.is_empty();
                (Node::new(Sequence::with_items(made), span), is_empty)
            }
            None => (Node::null(span), true),
        },
        Object(fields) => (object(node, fields)?, false),
        Pointer(inner) => match node {
            Some(node) => (value(Some(node), inner)?.0, false),
            None => (Node::null(span), true),
        },
    })
}

fn object(node: Option<&Node>, fields: &'static [Field]) -> Result<Node> {
    let mapping = node.and_then(Node::as_mapping);
    let mut made = Mapping::default();
    for field in fields {
        let (value, is_empty) = value(mapping.and_then(|mapping| find(mapping, field)), &field.shape)?;
        if field.is_kept || !is_empty {
            made.push(string(field.name, Span::NOWHERE), value);
        }
    }
    Ok(Node::new(made, node.map_or(Span::NOWHERE, |node| node.span)))
}

/// Go: the JSON in between has its keys sorted, and of those that mean the same field the last counts. Null says
/// nothing where a plain value is wanted.
fn find<'n>(mapping: &'n Mapping, field: &Field) -> Option<&'n Node> {
    let is_plain = matches!(field.shape, Text | Flag | Number);
    let keys = mapping.iter().filter_map(|entry| Some((jsonable::key(&entry.key)?, &entry.value)));
    let matching =
        keys.filter(|(key, value)| jsonable::same_field(field.name, key) && !(is_plain && jsonable::is_null(value)));
    matching.max_by(|(a, _), (b, _)| a.cmp(b)).map(|(_, value)| value)
}

/// All of a mapping; the last of equal keys counts.
fn entries(mapping: &Mapping, span: Span, of: impl Fn(&Node) -> Result<Node>) -> Result<(Node, bool)> {
    let mut made = Mapping::default();
    for entry in mapping {
        let Some(key) = jsonable::key(&entry.key) else { continue };
        let value = of(&entry.value)?;
        match made.get_mut(&key) {
            Some(earlier) => *earlier = value,
            None => made.push(string(&key, entry.key.span), value),
        }
    }
    let is_empty = made.is_empty();
    Ok((Node::new(made, span), is_empty))
}

/// What encoding/json makes of a value of which it knows nothing. Go: each number becomes a float.
fn any(node: &Node) -> Result<Node> {
    match &node.value {
        Value::Mapping(mapping) => Ok(entries(mapping, node.span, any)?.0),
        Value::Sequence(items) => {
            let items = items.iter().map(any).collect::<Result<Vec<_>>>()?;
            Ok(Node::new(Sequence::with_items(items), node.span))
        }
        Value::Scalar(scalar) => match jsonable::resolved(scalar) {
            Resolved::Number(number) => {
                let float = match number {
                    Value64::Int(n) => n as f64,
                    Value64::Uint(n) => n as f64,
                    Value64::Float(f) => f,
                };
                let text = number::json_float(float);
                Ok(word(&text, resolve(Schema::V3, &text), node.span))
            }
            _ => {
                let mut made = node.clone();
                normal::config_to_json_form(&mut made)?;
                if let Some(scalar) = made.as_scalar_mut().filter(|scalar| scalar.tag == Tag::Str) {
                    scalar.style = Style::DoubleQuoted;
                }
                Ok(made)
            }
        },
    }
}

/// A text that stays what it is, whatever it looks like.
pub fn string(text: &str, span: Span) -> Node {
    Node::new(Scalar { text: text.into(), tag: Tag::Str, style: Style::DoubleQuoted }, span)
}

fn word(text: &str, tag: Tag, span: Span) -> Node {
    Node::new(Scalar { text: text.into(), tag, style: Style::Plain }, span)
}

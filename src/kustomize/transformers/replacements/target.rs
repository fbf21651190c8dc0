//! Where a replacement's value goes.
//!
//! kustomize: applyReplacement, copyValueToTarget and setFieldValue (api/filters/replacement/replacement.go),
//! TargetSelectorRegex (api/types/replacement.go).

use super::embedded;
use super::objects::{Objects, ids};
use super::source::{DEFAULT_FIELD_PATH, SourceValue, no_plain_value};
use super::target_path::{Kind, TargetPath, Walk};
use crate::base::regexp::Pattern;
use crate::base::{Diagnostic, Result, Sources, Span};
use crate::k8s::{IdRef, LabelSelector, Resource};
use crate::kustomize::kustomization::{FieldOptions, Selector, TargetSelector, Text};
use crate::yaml::{Node, Value};

/// Writes a value to all targets that a selector selects; none is fine.
pub(super) fn write(
    sources: &Sources,
    objects: &mut Objects,
    value: &mut SourceValue,
    target: &TargetSelector,
) -> Result<()> {
    let Some(select) = &target.select else {
        return Err(Diagnostic::new("replacement-target", "a target must say which objects it selects")
            .at(target.span)
            .help("add `select`"));
    };
    let chosen = Chosen::new(select)?;
    let rejected = target.reject.iter().map(Chosen::new).collect::<Result<Vec<_>>>()?;
    let default = [Text::new(DEFAULT_FIELD_PATH, target.span)];
    let paths = if target.field_paths.is_empty() { &default[..] } else { &target.field_paths };
    let paths: Vec<TargetPath> = paths.iter().map(TargetPath::new).collect();

    for at in objects.find(chosen.literal_name(), chosen.literal_kind()) {
        let is_target = objects.get(at).is_some_and(|resource| {
            chosen.labels_match(resource)
                && !rejected.iter().any(|reject| reject.rejects(resource))
                && ids(resource).any(|id| chosen.id_matches(&id))
        });
        if !is_target {
            continue;
        }
        let written: Option<Result<()>> = objects.change(at, |resource| {
            paths.iter().try_for_each(|path| {
                copy(sources, resource, &value.node, path, target.options.as_ref())?;
                value.refresh(at, resource);
                Ok(())
            })
        });
        written.unwrap_or(Ok(()))?;
    }
    Ok(())
}

/// A selector, its patterns compiled; empty parts select everything.
struct Chosen {
    group: Option<Pattern>,
    version: Option<Pattern>,
    kind: Option<Pattern>,
    name: Option<Pattern>,
    namespace: Option<Pattern>,
    labels: LabelSelector,
    annotations: LabelSelector,
}

impl Chosen {
    fn new(selector: &Selector) -> Result<Chosen> {
        let pattern = |text: &str, span: Span| match text {
            "" => Ok(None),
            text => Pattern::whole(text).map(Some).map_err(|error| error.at(span)),
        };
        Ok(Chosen {
            group: pattern(&selector.gvk.group, selector.span)?,
            version: pattern(&selector.gvk.version, selector.span)?,
            kind: pattern(&selector.gvk.kind, selector.span)?,
            name: pattern(&selector.name, selector.name.span)?,
            namespace: pattern(&selector.namespace, selector.namespace.span)?,
            labels: LabelSelector::parse(&selector.label_selector, selector.label_selector.span)?,
            annotations: LabelSelector::parse(&selector.annotation_selector, selector.annotation_selector.span)?,
        })
    }

    fn literal_name(&self) -> Option<&str> {
        self.name.as_ref()?.literal()
    }

    fn literal_kind(&self) -> Option<&str> {
        self.kind.as_ref()?.literal()
    }

    fn labels_match(&self, resource: &Resource) -> bool {
        self.annotations.matches(|key| resource.annotation(key)) && self.labels.matches(|key| resource.label(key))
    }

    fn names_an_id(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace].into_iter().any(Option::is_some)
    }

    fn id_matches(&self, id: &IdRef) -> bool {
        let fits = |pattern: &Option<Pattern>, text: &str| pattern.as_ref().is_none_or(|p| p.is_match(text));
        fits(&self.name, id.name)
            && fits(&self.kind, id.kind)
            && fits(&self.group, id.group())
            && fits(&self.version, id.version())
            && fits(&self.namespace, id.namespace)
    }

    /// kustomize: either half of a reject rejects alone, and an empty half rejects nothing.
    fn rejects(&self, resource: &Resource) -> bool {
        let by_labels = !(self.labels.is_empty() && self.annotations.is_empty()) && self.labels_match(resource);
        by_labels || (self.names_an_id() && ids(resource).any(|id| self.id_matches(&id)))
    }
}

fn copy(
    sources: &Sources,
    resource: &mut Resource,
    value: &Node,
    path: &TargetPath,
    options: Option<&FieldOptions>,
) -> Result<()> {
    let create = options.is_some_and(|options| options.create).then(|| Kind::of(value));
    if embedded::replace(sources, &mut resource.node, value, path, create) {
        resource.settle_twins();
        return Ok(());
    }
    let mut has_twins = false;
    let mut set = |field: &mut Node| {
        set_field(field, value, options, path.text.span)?;
        has_twins |= field.twin.is_written();
        Ok(())
    };
    let found = Walk { create, asked: path.text.span, found: &mut set }.go(&mut resource.node, &path.steps);
    match found {
        Ok(0) => return Err(not_found(resource, path, create)),
        Ok(_) => {}
        // A mistake in what is written says enough; one on the way there says which way.
        Err(error) if error.code == "replacement-delimiter" => return Err(error),
        Err(error) => {
            return Err(error.label(path.text.span, "the path leads there").within(goal(resource, path, create)));
        }
    }
    if has_twins {
        resource.settle_twins();
    }
    Ok(())
}

fn goal(resource: &Resource, path: &TargetPath, create: Option<Kind>) -> String {
    let verb = if create.is_some() { "finding or creating" } else { "finding" };
    format!("{verb} the field `{}` in the replacement target {} `{}`", path.text, resource.kind(), resource.name())
}

fn not_found(resource: &Resource, path: &TargetPath, create: Option<Kind>) -> Box<Diagnostic> {
    let message = format!(
        "there is no field `{}` in the replacement target {} `{}`",
        path.text,
        resource.kind(),
        resource.name()
    );
    let error = Diagnostic::new("replacement-target", message)
        .label(path.text.span, "asked for here")
        .label(resource.name_span(), "the target");
    match create {
        None => error.help("correct the path, or set `options: {create: true}` to have the field made"),
        Some(_) => error.help("correct the path: what it leads through has no items"),
    }
}

fn set_field(field: &mut Node, value: &Node, options: Option<&FieldOptions>, place: Span) -> Result<()> {
    let joined = match options.filter(|options| !options.delimiter.is_empty()) {
        Some(options) => {
            let Some(old) = field.as_scalar() else { return Err(no_plain_value(field.span, place)) };
            Some(join(&old.text, value.text().unwrap_or_default(), options))
        }
        None => None,
    };
    let new = match &field.value {
        // kustomize: the field keeps its tag and style, so a number put into a text is a text.
        Value::Scalar(old) => {
            let mut scalar = old.clone();
            scalar.text = joined.unwrap_or_else(|| value.text().unwrap_or_default().to_string()).into();
            Node::new(scalar, value.span)
        }
        _ => value.clone(),
    };
    field.overwrite(new);
    Ok(())
}

/// Puts a part into a text: before it for a negative index, behind it for one past its parts.
fn join(old: &str, new: &str, options: &FieldOptions) -> String {
    let mut parts: Vec<&str> = old.split(options.delimiter.as_str()).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, new),
        Ok(index) => match parts.get_mut(index) {
            Some(part) => *part = new,
            None => parts.push(new),
        },
    }
    parts.join(&options.delimiter)
}

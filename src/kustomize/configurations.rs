//! Which fields the transformers touch: kustomize's own lists and what `configurations` and `crds` add.
//!
//! kustomize: api/internal/plugins/builtinconfig.
//!
//! **Invariant:** what is merged is sorted by type. Layers that add nothing share kustomize's lists.
//! **Not here:** the lists themselves (`fieldspecs`); what is done to the fields (`transformers`).

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use super::context::Context;
use super::decode::{self, Decode, Decoder, Fields};
use super::fieldspecs::{self, FieldSpecs, NameBackReferences, NameReferences};
use super::kustomization::{FieldSpec, Text};
use super::loader::{File, Loader};
use crate::base::{Diagnostic, Result};
use crate::k8s::Gvk;
use crate::yaml::{self, Duplicates, Node, ReadOptions};

/// A list of field specs for each transformer.
#[derive(Clone, Debug, Default)]
pub struct TransformerConfig {
    pub name_prefix: FieldSpecs,
    pub name_suffix: FieldSpecs,
    pub namespace: FieldSpecs,
    /// For labels that select objects too.
    pub common_labels: FieldSpecs,
    /// For what `labels` asks for, whatever it includes; empty but for `configurations`.
    pub labels: FieldSpecs,
    pub template_labels: FieldSpecs,
    pub common_annotations: FieldSpecs,
    pub name_reference: NameReferences,
    pub var_reference: FieldSpecs,
    pub images: FieldSpecs,
    pub replicas: FieldSpecs,
}

static BUILTIN: LazyLock<Arc<TransformerConfig>> = LazyLock::new(|| {
    Arc::new(TransformerConfig {
        name_prefix: fieldspecs::name_prefix(),
        name_suffix: fieldspecs::name_suffix(),
        namespace: fieldspecs::namespace(),
        common_labels: fieldspecs::common_labels(),
        labels: FieldSpecs::default(),
        template_labels: fieldspecs::template_labels(),
        common_annotations: fieldspecs::common_annotations(),
        name_reference: fieldspecs::name_reference(),
        var_reference: fieldspecs::var_reference(),
        images: fieldspecs::images(),
        replicas: fieldspecs::replicas(),
    })
});

impl TransformerConfig {
    /// kustomize's own lists.
    pub fn builtin() -> Arc<TransformerConfig> {
        Arc::clone(&BUILTIN)
    }

    /// kustomize's own lists and what the files of `configurations` add to them.
    ///
    /// Errors: a file cannot be read; unknown fields; field specs that contradict each other.
    /// kustomize: MakeTransformerConfig.
    pub fn load(ctx: &Context, loader: &Loader, paths: &[Text]) -> Result<Arc<TransformerConfig>> {
        let builtin = TransformerConfig::builtin();
        if paths.is_empty() {
            return Ok(builtin);
        }
        let mut own = Arc::new(TransformerConfig::default());
        for path in paths {
            let file = loader.load(ctx, "configurations", path)?;
            let within = |error: Box<Diagnostic>| error.within(format!("in configuration `{path}`"));
            let mut config = TransformerConfig::read(&file).map_err(within)?;
            config.sort();
            own = TransformerConfig::merge(&own, &Arc::new(config)).map_err(|e| within(e).at(path.span))?;
        }
        TransformerConfig::merge(&builtin, &own).map_err(|e| match paths {
            [path] => e.at(path.span),
            _ => e,
        })
    }

    /// kustomize: makeTransformerConfigFromBytes.
    fn read(file: &File) -> Result<TransformerConfig> {
        const OPTIONS: ReadOptions = ReadOptions { duplicates: Duplicates::Reject, ..ReadOptions::config() };
        let document = yaml::read(file.source, &file.text, OPTIONS)?.pop();
        document
            .and_then(|document| document.root)
            .map_or_else(|| Ok(Self::default()), |root| decode::strict_typed(&root))
    }

    /// `this` and what `more` adds to it, sorted. Costs nothing where nothing is added.
    ///
    /// What `this` has already is passed over. Errors: the same field with another `create`.
    /// kustomize: TransformerConfig.Merge.
    pub fn merge(this: &Arc<TransformerConfig>, more: &Arc<TransformerConfig>) -> Result<Arc<TransformerConfig>> {
        if Arc::ptr_eq(this, more) && Arc::ptr_eq(this, &BUILTIN) {
            return Ok(Arc::clone(this));
        }
        let specs = |field: &str, list: fn(&TransformerConfig) -> &FieldSpecs, builtin: FieldSpecs| {
            merge_specs(list(this), list(more), &builtin).map_err(|e| e.within(format!("merging `{field}`")))
        };
        Ok(Arc::new(TransformerConfig {
            name_prefix: specs("namePrefix", |c| &c.name_prefix, fieldspecs::name_prefix())?,
            name_suffix: specs("nameSuffix", |c| &c.name_suffix, fieldspecs::name_suffix())?,
            namespace: specs("namespace", |c| &c.namespace, fieldspecs::namespace())?,
            common_labels: specs("commonLabels", |c| &c.common_labels, fieldspecs::common_labels())?,
            labels: specs("labels", |c| &c.labels, FieldSpecs::default())?,
            template_labels: specs("templateLabels", |c| &c.template_labels, fieldspecs::template_labels())?,
            common_annotations: specs(
                "commonAnnotations",
                |c| &c.common_annotations,
                fieldspecs::common_annotations(),
            )?,
            name_reference: merge_references(&this.name_reference, &more.name_reference)
                .map_err(|e| e.within("merging `nameReference`"))?,
            var_reference: specs("varReference", |c| &c.var_reference, fieldspecs::var_reference())?,
            images: specs("images", |c| &c.images, fieldspecs::images())?,
            replicas: specs("replicas", |c| &c.replicas, fieldspecs::replicas())?,
        }))
    }

    fn sort(&mut self) {
        for list in [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.common_annotations,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ] {
            if list.len() > 1 {
                *list = sorted_specs(list.to_vec());
            }
        }
        if self.name_reference.len() > 1 {
            self.name_reference = sorted_references(self.name_reference.to_vec());
        }
    }
}

impl Decode for TransformerConfig {
    fn decode(node: &Node, d: &mut Decoder) -> TransformerConfig {
        let mut f = Fields::of(node, d);
        let out = TransformerConfig {
            name_prefix: f.take("namePrefix"),
            name_suffix: f.take("nameSuffix"),
            namespace: f.take("namespace"),
            common_labels: f.take("commonLabels"),
            labels: f.take("labels"),
            template_labels: f.take("templateLabels"),
            common_annotations: f.take("commonAnnotations"),
            name_reference: f.take("nameReference"),
            var_reference: f.take("varReference"),
            images: f.take("images"),
            replicas: f.take("replicas"),
        };
        f.finish();
        out
    }
}

impl Decode for FieldSpecs {
    fn decode(node: &Node, d: &mut Decoder) -> FieldSpecs {
        Vec::<FieldSpec>::decode(node, d).into()
    }
}

impl Decode for NameReferences {
    fn decode(node: &Node, d: &mut Decoder) -> NameReferences {
        Vec::<NameBackReferences>::decode(node, d).into()
    }
}

impl Decode for NameBackReferences {
    fn decode(node: &Node, d: &mut Decoder) -> NameBackReferences {
        let mut f = Fields::of(node, d);
        let gvk = Gvk { group: f.embedded("group"), version: f.embedded("version"), kind: f.embedded("kind") };
        let out = NameBackReferences { gvk, referrers: f.take("fieldSpecs") };
        f.finish();
        out
    }
}

/// Adds what a list does not have yet to its end. kustomize: FsSlice.MergeAll.
///
/// Errors: it has the field with another `create`.
pub fn merge_all(mut list: Vec<FieldSpec>, more: &[FieldSpec]) -> Result<Vec<FieldSpec>> {
    for spec in more {
        // kustomize: only a spec for the same types or for more of them counts as there already, so a
        // spec for all types is passed over where one for a single type came before it.
        match list.iter().find(|has| has.path == spec.path && has.gvk.is_selected_by(&spec.gvk)) {
            Some(has) if has.create != spec.create => return Err(contradiction(has, spec)),
            Some(_) => {}
            None => list.push(spec.clone()),
        }
    }
    Ok(list)
}

fn contradiction(has: &FieldSpec, spec: &FieldSpec) -> Box<Diagnostic> {
    let kinds = match (has.gvk.kind.as_str(), spec.gvk.kind.as_str()) {
        ("", _) => "all kinds".to_string(),
        (one, "") => format!("kind `{one}` and for all kinds"),
        (one, _) => format!("kind `{one}`"),
    };
    let message = format!("the field `{}` is there twice for {kinds}: once to be created, once not", spec.path);
    Diagnostic::new("conflicting-field-specs", message).help(format!(
        "give both field specs the same `create`; the one that is there already has `create: {}`",
        has.create
    ))
}

fn merge_specs(this: &FieldSpecs, more: &FieldSpecs, builtin: &FieldSpecs) -> Result<FieldSpecs> {
    if more.is_empty() || (this.is_same(builtin) && more.is_same(builtin)) {
        return Ok(this.clone());
    }
    if this.is_empty() && more.is_same(builtin) {
        return Ok(more.clone());
    }
    Ok(sorted_specs(merge_all(this.to_vec(), more)?))
}

/// kustomize: nbrSlice.mergeAll.
fn merge_references(this: &NameReferences, more: &NameReferences) -> Result<NameReferences> {
    let builtin = fieldspecs::name_reference();
    if more.is_empty() || (this.is_same(&builtin) && more.is_same(&builtin)) {
        return Ok(this.clone());
    }
    if this.is_empty() && more.is_same(&builtin) {
        return Ok(more.clone());
    }
    let mut list = this.to_vec();
    for other in more.iter() {
        let mut found = false;
        for has in list.iter_mut().filter(|has| has.gvk == other.gvk) {
            found = true;
            let is_builtin = || builtin.iter().any(|b| b.referrers.is_same(&other.referrers));
            if !(has.referrers.is_same(&other.referrers) && is_builtin()) {
                has.referrers = merge_all(has.referrers.to_vec(), &other.referrers)?.into();
            }
        }
        if !found {
            list.push(other.clone());
        }
    }
    Ok(sorted_references(list))
}

fn sorted_specs(mut list: Vec<FieldSpec>) -> FieldSpecs {
    list.sort_by(|a, b| compare(&a.gvk, &b.gvk));
    list.into()
}

fn sorted_references(mut list: Vec<NameBackReferences>) -> NameReferences {
    list.sort_by(|a, b| compare(&a.gvk, &b.gvk));
    list.into()
}

/// Kinds that others depend on first, then by the text of the type. kustomize: Gvk.IsLessThan.
fn compare(a: &Gvk, b: &Gvk) -> Ordering {
    let text = |gvk: &Gvk| {
        let or = |part: &str, none| if part.is_empty() { none } else { part.to_string() };
        format!(
            "{}_{}_{}",
            or(&gvk.group, "~G".to_string()),
            or(&gvk.version, "~V".to_string()),
            or(&gvk.kind, "~K".to_string())
        )
    };
    kind_rank(&a.kind).cmp(&kind_rank(&b.kind)).then_with(|| text(a).cmp(&text(b)))
}

/// The kinds that come first and last in a list of types. kustomize: kyaml/resid orderFirst and orderLast.
pub const FIRST_KINDS: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
pub const LAST_KINDS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

fn kind_rank(kind: &str) -> i32 {
    let at = |list: &[&str]| list.iter().position(|k| *k == kind).map(|at| at as i32);
    match (at(&FIRST_KINDS), at(&LAST_KINDS)) {
        (Some(at), _) => at - FIRST_KINDS.len() as i32,
        (None, Some(at)) => at + 1,
        (None, None) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;

    fn read(text: &str) -> Result<Arc<TransformerConfig>> {
        let source = Sources::new().add("c.yaml", text.as_bytes());
        let mut config = TransformerConfig::read(&File { source, text: text.as_bytes().into() })?;
        config.sort();
        Ok(Arc::new(config))
    }

    fn config(text: &str) -> Arc<TransformerConfig> {
        read(text).expect("a configuration")
    }

    fn specs(list: &[FieldSpec]) -> Vec<String> {
        list.iter().map(|spec| format!("{}:{}:{}", spec.gvk.kind, spec.create, spec.path)).collect()
    }

    fn annotations(config: &TransformerConfig) -> Vec<String> {
        specs(&config.common_annotations)
    }

    /// The expectations here and below are those of `TransformerConfig.Merge` of kustomize 5.8.1.
    #[test]
    fn a_spec_for_all_kinds_is_lost_behind_one_for_a_single_kind() {
        let empty = Arc::new(TransformerConfig::default());
        let a = config(
            "commonAnnotations:\n- {path: a, kind: Deployment, create: true}\n- {path: a, create: true}\n\
             - {path: b, kind: Zoo}\n- {path: b, kind: Deployment}\n",
        );
        assert_eq!(annotations(&a), ["Deployment:true:a", "Deployment:false:b", "Zoo:false:b", ":true:a"]);
        let merged = TransformerConfig::merge(&empty, &a).expect("merges");
        assert_eq!(annotations(&merged), ["Deployment:true:a", "Deployment:false:b", "Zoo:false:b"]);

        let all = config("commonAnnotations:\n- {path: a, create: true}\n");
        let one = config("commonAnnotations:\n- {path: a, kind: Deployment, create: true}\n");
        let merged = TransformerConfig::merge(&all, &one).expect("merges");
        assert_eq!(annotations(&merged), ["Deployment:true:a", ":true:a"]);
        let again = TransformerConfig::merge(&empty, &merged).expect("merges");
        assert_eq!(annotations(&again), ["Deployment:true:a"]);
    }

    #[test]
    fn specs_that_differ_in_create_contradict_each_other_once_they_meet() {
        let empty = Arc::new(TransformerConfig::default());
        let all = config("commonAnnotations:\n- {path: a, create: true}\n");
        let one = config("commonAnnotations:\n- {path: a, kind: Deployment, create: true}\n");
        let other = config("commonAnnotations:\n- {path: a, kind: Deployment}\n");
        let merged = TransformerConfig::merge(&all, &other).expect("kustomize lets it pass here");
        assert_eq!(annotations(&merged), ["Deployment:false:a", ":true:a"]);
        assert_eq!(TransformerConfig::merge(&empty, &merged).unwrap_err().code, "conflicting-field-specs");
        assert_eq!(TransformerConfig::merge(&one, &other).unwrap_err().code, "conflicting-field-specs");
    }

    #[test]
    fn referrers_of_one_type_become_one_list() {
        let first = config(
            "nameReference:\n- {kind: Zoo, fieldSpecs: [{path: p, kind: A}, {path: p, kind: A}, {path: q}]}\n\
             - {kind: Deployment, fieldSpecs: [{path: p}]}\n",
        );
        let second = config(
            "nameReference:\n- {kind: Zoo, fieldSpecs: [{path: q, kind: B}, {path: q}, {path: r}]}\n\
             - {kind: Zoo, group: g, fieldSpecs: [{path: p}]}\n",
        );
        let merged = TransformerConfig::merge(&first, &second).expect("merges");
        let references = merged.name_reference.iter();
        assert_eq!(
            references.map(|r| (r.gvk.to_string(), specs(&r.referrers))).collect::<Vec<_>>(),
            [
                ("Deployment.[noVer].[noGrp]".to_string(), vec![":false:p".to_string()]),
                ("Zoo.[noVer].g".to_string(), vec![":false:p".to_string()]),
                (
                    "Zoo.[noVer].[noGrp]".to_string(),
                    ["A:false:p", "A:false:p", ":false:q", "B:false:q", ":false:r"].map(String::from).to_vec()
                ),
            ]
        );
    }

    #[test]
    fn layers_without_configurations_share_the_built_in_lists() {
        let builtin = TransformerConfig::builtin();
        let empty = Arc::new(TransformerConfig::default());
        let merged = TransformerConfig::merge(&empty, &builtin).expect("merges");
        assert!(merged.common_labels.is_same(&builtin.common_labels));
        assert!(merged.name_reference.is_same(&builtin.name_reference));
        let both = TransformerConfig::merge(&merged, &builtin).expect("merges");
        assert!(both.var_reference.is_same(&builtin.var_reference));
        let custom = config("images:\n- {path: spec/image, kind: Foo}\n");
        let custom = TransformerConfig::merge(&builtin, &custom).expect("merges");
        assert_eq!(custom.images.len(), 7);
        assert!(custom.name_prefix.is_same(&builtin.name_prefix));
    }

    #[test]
    fn files_are_read_as_the_reference_reads_them() {
        let good = [
            "",
            "null",
            "nameprefix: null\n",
            "namePrefix:\n- {path: true, create: false}\n",
            "namePrefix:\n- {create: yes}\n- null\n",
        ];
        good.iter().for_each(|text| assert!(read(text).is_ok(), "{text}"));
        let bad = [
            "commonAnnotations: []\nfoo: 1\n",
            "namePrefix:\n- {path: 5, kind: true, version: 1}\n",
            "namePrefix:\n- {path: a, path: b}\n",
            "namePrefix: {}",
            "- a",
            "namePrefix:\n- {create: \"yes\"}\n",
        ];
        bad.iter().for_each(|text| assert!(read(text).is_err(), "{text}"));
    }
}

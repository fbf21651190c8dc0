//! The fields that describe Helm charts. Source: kustomize 5.8.1, api/types/helmchartargs.go.

use super::{Decode, Decoder, Fields};
use crate::kustomize::kustomization::{HelmChart, HelmGlobals, Text};
use crate::yaml::{Node, Value};

impl Decode for HelmGlobals {
    fn decode(node: &Node, d: &mut Decoder) -> HelmGlobals {
        let mut f = Fields::of(node, d);
        let out = globals(&mut f);
        f.finish();
        out
    }
}

impl Decode for HelmChart {
    fn decode(node: &Node, d: &mut Decoder) -> HelmChart {
        let mut f = Fields::of(node, d);
        let out = chart(&mut f);
        f.finish();
        out
    }
}

/// The configuration of the generator plugin `HelmChartInflationGenerator`: both in one.
#[derive(Debug, Default)]
pub struct HelmPlugin(pub HelmGlobals, pub HelmChart);

impl Decode for HelmPlugin {
    fn decode(node: &Node, d: &mut Decoder) -> HelmPlugin {
        let mut f = Fields::of(node, d);
        let out = HelmPlugin(globals(&mut f), chart(&mut f));
        f.finish();
        out
    }
}

/// An entry of the older `helmChartInflationGenerator`. kustomize: makeHelmChartFromHca takes over some of the
/// fields only.
#[derive(Default)]
pub struct HelmChartArgs(pub HelmGlobals, pub HelmChart);

impl Decode for HelmChartArgs {
    fn decode(node: &Node, d: &mut Decoder) -> HelmChartArgs {
        let mut f = Fields::of(node, d);
        for unused in ["chartRepoName", "helmBin", "releaseNamespace"] {
            f.take::<Text>(unused);
        }
        f.take::<Vec<Text>>("extraArgs");
        let chart = HelmChart {
            name: f.take("chartName"),
            version: f.take("chartVersion"),
            repo: f.take("chartRepoUrl"),
            values_file: f.take("values"),
            values_inline: f.take::<Values>("valuesLocal").0,
            values_merge: f.take("valuesMerge"),
            release_name: f.take("releaseName"),
            span: f.span(),
            ..HelmChart::default()
        };
        let globals = HelmGlobals { chart_home: f.take("chartHome"), config_home: f.take("helmHome") };
        f.finish();
        HelmChartArgs(globals, chart)
    }
}

fn globals(f: &mut Fields) -> HelmGlobals {
    HelmGlobals { chart_home: f.take("chartHome"), config_home: f.take("configHome") }
}

fn chart(f: &mut Fields) -> HelmChart {
    HelmChart {
        name: f.take("name"),
        version: f.take("version"),
        repo: f.take("repo"),
        release_name: f.take("releaseName"),
        namespace: f.take("namespace"),
        name_template: f.take("nameTemplate"),
        values_file: f.take("valuesFile"),
        additional_values_files: f.take("additionalValuesFiles"),
        values_inline: f.take::<Values>("valuesInline").0,
        values_merge: f.take("valuesMerge"),
        include_crds: f.take("includeCRDs"),
        skip_hooks: f.take("skipHooks"),
        skip_tests: f.take("skipTests"),
        api_versions: f.take("apiVersions"),
        kube_version: f.take("kubeVersion"),
        debug: f.take("debug"),
        devel: f.take("devel"),
        span: f.span(),
    }
}

/// Any mapping, as it stands.
#[derive(Default)]
struct Values(Option<Node>);

impl Decode for Values {
    fn decode(node: &Node, d: &mut Decoder) -> Values {
        if node.is_null() {
            return Values(None);
        }
        if !matches!(node.value, Value::Mapping(_)) {
            d.wrong_type(node, "a mapping");
        }
        Values(Some(node.clone()))
    }
}

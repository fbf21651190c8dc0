//! The fields that describe Helm charts: checked here, kept as nodes for who inflates them.
//! Source: kustomize 5.8.1, api/types/helmchartargs.go.

use super::{Decode, Decoder, Fields};
use crate::kustomize::kustomization::Text;
use crate::yaml::{Node, Value};

/// `helmGlobals`
#[derive(Default)]
pub struct HelmGlobals(pub Node);

impl Decode for HelmGlobals {
    fn decode(node: &Node, d: &mut Decoder) -> HelmGlobals {
        let mut f = Fields::of(node, d);
        texts(&mut f, &["chartHome", "configHome"]);
        f.finish();
        HelmGlobals(node.clone())
    }
}

/// An entry of `helmCharts`.
#[derive(Default)]
pub struct HelmChart(pub Node);

impl Decode for HelmChart {
    fn decode(node: &Node, d: &mut Decoder) -> HelmChart {
        let mut f = Fields::of(node, d);
        texts(&mut f, &["name", "version", "repo", "releaseName", "namespace", "valuesFile", "valuesMerge"]);
        texts(&mut f, &["kubeVersion", "nameTemplate"]);
        for list in ["additionalValuesFiles", "apiVersions"] {
            f.take::<Vec<Text>>(list);
        }
        for flag in ["includeCRDs", "skipHooks", "skipTests", "debug", "devel"] {
            f.take::<bool>(flag);
        }
        f.take::<Values>("valuesInline");
        f.finish();
        HelmChart(node.clone())
    }
}

/// An entry of the older `helmChartInflationGenerator`.
#[derive(Default)]
pub struct HelmChartArgs(pub Node);

impl Decode for HelmChartArgs {
    fn decode(node: &Node, d: &mut Decoder) -> HelmChartArgs {
        let mut f = Fields::of(node, d);
        texts(&mut f, &["chartName", "chartVersion", "chartRepoUrl", "chartHome", "chartRepoName", "helmBin"]);
        texts(&mut f, &["helmHome", "values", "valuesMerge", "releaseName", "releaseNamespace"]);
        f.take::<Vec<Text>>("extraArgs");
        f.take::<Values>("valuesLocal");
        f.finish();
        HelmChartArgs(node.clone())
    }
}

fn texts(f: &mut Fields, names: &[&'static str]) {
    for name in names {
        f.take::<Text>(name);
    }
}

/// Any mapping.
#[derive(Default)]
struct Values;

impl Decode for Values {
    fn decode(node: &Node, d: &mut Decoder) -> Values {
        if !node.is_null() && !matches!(node.value, Value::Mapping(_)) {
            d.wrong_type(node, "a mapping");
        }
        Values
    }
}

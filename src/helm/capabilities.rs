//! `.Capabilities`: the cluster that a chart is rendered for.
//!
//! Source: pkg/chart/common/capabilities.go; k8s.io/apimachinery/pkg/util/version.
//!
//! **Not here:** asking a cluster; what is known comes from flags and from what Helm takes for granted.

mod objects;
#[cfg(test)]
mod tests;

use super::chart::Chart;
use crate::base::semver::{Constraints, Version};
use crate::base::{Diagnostic, Result};
use crate::gotmpl::Value;

/// Of Helm, as templates see it.
const HELM_VERSION: &str = "v4.3.1";
const GO_VERSION: &str = "go1.26.8";
const KUBE_CLIENT_VERSION: &str = "v1.37";

/// What templates are told of the cluster.
#[derive(Clone, Debug)]
pub struct Capabilities {
    pub kube_version: KubeVersion,
    /// `apps/v1`, `apps/v1/Deployment`
    pub api_versions: Vec<String>,
}

/// A version of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// As it was given, with a `v` in front.
    pub version: String,
    /// Its numbers alone: `v1.33.4`.
    pub normalized: String,
    pub major: String,
    pub minor: String,
}

impl Default for Capabilities {
    /// Go: DefaultCapabilities.
    fn default() -> Capabilities {
        let known = include_str!("capabilities/api_versions.txt").lines().filter(|line| !line.starts_with('#'));
        let version = "v1.37.0".to_owned();
        Capabilities {
            kube_version: KubeVersion {
                normalized: version.clone(),
                version,
                major: "1".to_owned(),
                minor: "37".to_owned(),
            },
            api_versions: known.map(str::to_owned).collect(),
        }
    }
}

impl Capabilities {
    /// The usual, with what `--kube-version` and `--api-versions` say.
    ///
    /// Error: a version that cannot be read.
    pub fn of_flags(kube_version: Option<&str>, api_versions: &[String]) -> Result<Capabilities> {
        let mut capabilities = Capabilities::default();
        if let Some(version) = kube_version {
            capabilities.kube_version = KubeVersion::parse(version)?;
        }
        capabilities.api_versions.extend_from_slice(api_versions);
        Ok(capabilities)
    }

    /// `.Capabilities`
    pub fn value(&self) -> Value {
        Value::object(objects::CapabilitiesObject::new(self))
    }
}

impl KubeVersion {
    /// What `--kube-version` takes: two numbers or more, and anything behind them. Go: ParseKubeVersion.
    pub fn parse(text: &str) -> Result<KubeVersion> {
        let numbers = numbers(text).map_err(|why| {
            Diagnostic::new("chart-kube-version", format!("invalid kube version '{text}': {why}"))
                .help("write a version such as `1.33` or `v1.33.4`")
        })?;
        let prefix = if text.starts_with('v') { "" } else { "v" };
        Ok(KubeVersion {
            version: format!("{prefix}{text}"),
            normalized: format!("v{}", numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")),
            major: numbers[0].to_string(),
            minor: numbers[1].to_string(),
        })
    }
}

/// At least two numbers. Go: version.ParseGeneric.
fn numbers(text: &str) -> Result<Vec<u64>, String> {
    let unparsable = || format!("could not parse {text:?} as version");
    let rest = text.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let mut numbers = Vec::new();
    let mut at = 0;
    loop {
        let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            break;
        }
        numbers.push(&rest[at..at + digits]);
        at += digits;
        if !rest[at..].starts_with('.') {
            break;
        }
        at += 1;
    }
    // Go: a dot of the expression does not match a line break.
    if numbers.is_empty() || rest[at..].contains('\n') {
        return Err(unparsable());
    }
    if numbers.len() < 2 {
        return Err(format!("illegal version string {text:?}"));
    }
    if numbers[0].starts_with('0') && numbers[0] != "0" {
        return Err(format!("illegal zero-prefixed version component {:?} in {text:?}", numbers[0]));
    }
    let number = |digits: &str| {
        digits.parse().map_err(|_| format!("illegal non-numeric version component {digits:?} in {text:?}"))
    };
    numbers.into_iter().map(number).collect()
}

/// Whether the chart may be installed on this version of Kubernetes. Go: renderResources.
pub fn check_kube_version(chart: &Chart, capabilities: &Capabilities) -> Result<()> {
    let wanted = &chart.metadata.kube_version;
    let version = &capabilities.kube_version;
    if wanted.is_empty() || is_compatible(wanted, &version.normalized) {
        return Ok(());
    }
    let message =
        format!("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {}", version.version);
    Err(Diagnostic::new("chart-kube-version", message)
        .at(chart.metadata.place("kubeVersion"))
        .help("say with `--kube-version` which version you render for"))
}

/// Go: IsCompatibleRange. A constraint or version that cannot be read fits nothing.
pub(super) fn is_compatible(constraint: &str, version: &str) -> bool {
    match (Constraints::new(constraint), Version::new(version)) {
        (Ok(constraint), Ok(version)) => constraint.check(&version),
        _ => false,
    }
}

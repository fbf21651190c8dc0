//! Group, version and kind of an object.

use compact_str::CompactString;

/// Group, version, kind; empty parts are unknown, or select everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gvk {
    pub group: CompactString,
    pub version: CompactString,
    pub kind: CompactString,
}

/// `apps/v1` -> (`apps`, `v1`); `v1` -> (``, `v1`). Splits at the first slash.
pub fn parse_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl Gvk {
    pub fn new(group: &str, version: &str, kind: &str) -> Gvk {
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    pub fn from_api_version(api_version: &str, kind: &str) -> Gvk {
        let (group, version) = parse_api_version(api_version);
        Gvk::new(group, version, kind)
    }

    /// `group/version`, or the version alone for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_string() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Whether the parts that the selector names are equal to these. kustomize: Gvk.IsSelected.
    pub fn is_selected_by(&self, selector: &Gvk) -> bool {
        selects(&selector.group, &self.group)
            && selects(&selector.version, &self.version)
            && selects(&selector.kind, &self.kind)
    }
}

/// An empty selector takes everything.
pub fn selects(selector: &str, value: &str) -> bool {
    selector.is_empty() || selector == value
}

/// As messages of the reference have it: `Deployment.v1.apps`, with `[noGrp]` and so on for empty parts.
impl std::fmt::Display for Gvk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let or = |part: &CompactString, none: &'static str| {
            if part.is_empty() { none.to_string() } else { part.to_string() }
        };
        write!(f, "{}.{}.{}", or(&self.kind, "[noKind]"), or(&self.version, "[noVer]"), or(&self.group, "[noGrp]"))
    }
}

//! The Go types of `.Capabilities`.

use std::any::Any;

use super::{Capabilities, GO_VERSION, HELM_VERSION, KUBE_CLIENT_VERSION, KubeVersion};
use crate::gotmpl::{Call, Fault, Func, Kind, Object, Type, Value};

/// `*common.Capabilities`
pub struct CapabilitiesObject {
    fields: [(&'static str, Value); 3],
}

/// `common.KubeVersion`
struct KubeVersionObject(KubeVersion);

/// `common.VersionSet`, which is a `[]string`.
struct VersionSet(Value);

/// `version.BuildInfo`
struct BuildInfo;

impl CapabilitiesObject {
    pub fn new(capabilities: &Capabilities) -> CapabilitiesObject {
        let versions = Value::strings(capabilities.api_versions.iter().map(String::as_str));
        CapabilitiesObject {
            fields: [
                ("KubeVersion", Value::object(KubeVersionObject(capabilities.kube_version.clone()))),
                ("APIVersions", Value::object(VersionSet(versions))),
                ("HelmVersion", Value::object(BuildInfo)),
            ],
        }
    }
}

impl Object for CapabilitiesObject {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.to_vec()
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        static COPY: Func = Func { name: "Copy", params: &[], variadic: None, run: |call| Ok(call.args[0].clone()) };
        (name == "Copy").then_some(&COPY)
    }

    fn json(&self) -> Option<Value> {
        Some(Value::map(self.fields.clone()))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        std::ptr::eq(other.as_any() as *const dyn Any as *const (), self as *const _ as *const ())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for KubeVersionObject {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| *field == name && name != NORMALIZED).map(|(_, value)| value)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let KubeVersion { version, normalized, major, minor } = &self.0;
        let fields = [("Version", version), (NORMALIZED, normalized), ("Major", major), ("Minor", minor)];
        fields.into_iter().map(|(name, text)| (name, Value::str(text.as_str()))).collect()
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        static METHODS: [Func; 2] = [
            Func {
                name: "String",
                params: &[],
                variadic: None,
                run: |call| kube_version(call).map(|version| Value::str(version.normalized.as_str())),
            },
            Func {
                name: "GitVersion",
                params: &[],
                variadic: None,
                run: |call| kube_version(call).map(|version| Value::str(version.version.as_str())),
            },
        ];
        METHODS.iter().find(|method| method.name == name)
    }

    fn address_text(&self) -> Option<String> {
        Some(self.0.normalized.clone())
    }

    fn json(&self) -> Option<Value> {
        Some(Value::map(self.fields().into_iter().filter(|(name, _)| *name != NORMALIZED)))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<KubeVersionObject>().is_some_and(|other| other.0 == self.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A field that only Go's own printing shows.
const NORMALIZED: &str = "normalizedVersion";

fn kube_version<'c>(call: &'c Call) -> Result<&'c KubeVersion, Fault> {
    let object = call.args.first().and_then(Value::downcast::<KubeVersionObject>);
    object.map(|object| &object.0).ok_or_else(|| Fault::new("not a common.KubeVersion"))
}

impl Object for VersionSet {
    fn type_name(&self) -> &'static str {
        "common.VersionSet"
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        static HAS: Func = Func { name: "Has", params: &[Type::String], variadic: None, run: has };
        (name == "Has").then_some(&HAS)
    }

    fn underlying(&self) -> Option<Value> {
        Some(self.0.clone())
    }

    fn is_true(&self) -> bool {
        self.0.is_true()
    }

    fn equals(&self, _: &dyn Object) -> bool {
        // Go: slices cannot be compared.
        false
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn has(call: &mut Call) -> Result<Value, Fault> {
    let [set, Value::Str(wanted)] = call.args else { return Err(Fault::new("Has takes a string")) };
    let versions = set.downcast::<VersionSet>().and_then(|set| set.0.as_list());
    let is_wanted = |version: &Value| version.as_str().is_some_and(|version| **version == **wanted);
    Ok(Value::Bool(versions.is_some_and(|versions| versions.items().iter().any(is_wanted))))
}

impl Object for BuildInfo {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Version", Value::str(HELM_VERSION)),
            ("GitCommit", Value::str("")),
            ("GitTreeState", Value::str("")),
            ("GoVersion", Value::str(GO_VERSION)),
            ("KubeClientVersion", Value::str(KUBE_CLIENT_VERSION)),
        ]
    }

    fn json(&self) -> Option<Value> {
        Some(Value::map([
            ("version", Value::str(HELM_VERSION)),
            ("go_version", Value::str(GO_VERSION)),
            ("kube_client_version", Value::str(KUBE_CLIENT_VERSION)),
        ]))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().is::<BuildInfo>()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

//! Expectations: what helm template 4.3.1 printed, and said, with `--kube-version` and the like.

use super::*;
use crate::gotmpl::{Call, Object, Type, World};

fn field(value: &Value, path: &[&str]) -> Option<Value> {
    path.iter().try_fold(value.clone(), |value, name| match value {
        Value::Object(object) => object.field(name),
        _ => None,
    })
}

fn text(value: &Value, path: &[&str]) -> String {
    field(value, path).and_then(|value| Some(value.as_str()?.to_text().into_owned())).unwrap_or_default()
}

fn call(value: &Value, method: &str, args: &[Value]) -> Option<Value> {
    let Value::Object(object) = value else { return None };
    let args: Vec<Value> = std::iter::once(value.clone()).chain(args.iter().cloned()).collect();
    let mut call = Call { args: &args, world: &mut World::fixed(0), engine: None };
    (object.method(method)?.run)(&mut call).ok()
}

#[test]
fn versions_are_read_as_kubernetes_reads_them() {
    let parsed =
        |text: &str| KubeVersion::parse(text).map(|it| [it.version, it.normalized, it.major, it.minor].join(" "));
    let cases = [
        ("1.33", "v1.33 v1.33 1 33"),
        ("v1.33.4-gke.1700", "v1.33.4-gke.1700 v1.33.4 1 33"),
        ("1.027.3+k3s", "v1.027.3+k3s v1.27.3 1 27"),
        ("1.2.3.4.", "v1.2.3.4. v1.2.3.4 1 2"),
        ("0.1", "v0.1 v0.1 0 1"),
        (" v1.2 ", "v v1.2  v1.2 1 2"),
    ];
    for (text, expected) in cases {
        assert_eq!(parsed(text).unwrap_or_else(|error| error.message), expected);
    }
    let refused = [
        ("1", "illegal version string \"1\""),
        ("1.", "illegal version string \"1.\""),
        ("x", "could not parse \"x\" as version"),
        ("vv1.2", "could not parse \"vv1.2\" as version"),
        ("01.2", "illegal zero-prefixed version component \"01\" in \"01.2\""),
    ];
    for (text, why) in refused {
        let message = KubeVersion::parse(text).err().map(|error| error.message);
        assert_eq!(message, Some(format!("invalid kube version '{text}': {why}")));
    }
    assert!(KubeVersion::parse("1.99999999999999999999").is_err());
}

#[test]
fn templates_see_go_types() {
    let mut capabilities =
        Capabilities { kube_version: KubeVersion::parse("1.27.3-x").unwrap(), ..Capabilities::default() };
    assert_eq!(capabilities.api_versions.len(), 57);
    assert_eq!(capabilities.api_versions[..2], ["v1", "admissionregistration.k8s.io/v1"]);
    capabilities.api_versions.push("mine/v1".into());
    let it = capabilities.value();
    let kube = field(&it, &["KubeVersion"]).unwrap();
    assert_eq!([text(&kube, &["Version"]), text(&kube, &["Major"]), text(&kube, &["Minor"])], ["v1.27.3-x", "1", "27"]);
    assert_eq!(text(&it, &["HelmVersion", "Version"]), "v4.3.1");
    assert!(field(&kube, &["normalizedVersion"]).is_none());
    let names = ["KubeVersion", "APIVersions", "HelmVersion"]
        .map(|name| field(&it, &[name]).and_then(|v| v.ty()).map(Type::name));
    assert_eq!(names.map(Option::unwrap), ["common.KubeVersion", "common.VersionSet", "version.BuildInfo"]);
    let string = call(&kube, "String", &[]).and_then(|value| Some(value.as_str()?.to_text().into_owned()));
    assert_eq!(string.as_deref(), Some("v1.27.3"));
    let versions = field(&it, &["APIVersions"]).unwrap();
    let has = |version: &str| matches!(call(&versions, "Has", &[Value::str(version)]), Some(Value::Bool(true)));
    assert!(has("mine/v1") && has("apps/v1") && !has("apps/v1/Deployment"));
}

#[test]
fn what_prints_a_version_decides_how() {
    let Some(Value::Object(kube)) = field(&Capabilities::default().value(), &["KubeVersion"]) else { panic!() };
    assert_eq!((kube.address_text().as_deref(), kube.text()), (Some("v1.37.0"), None));
    assert_eq!(kube.fields().len(), 4);
    assert!(kube.equals(&*kube) && Object::is_true(&*kube));
}

//! Expectations: what `{{ toYaml .Chart }}` printed with helm 4.3.1.

use crate::base::Sources;
use crate::helm::metadata::Metadata;
use crate::yaml::{ReadOptions, read};

fn metadata(text: &str) -> Metadata {
    let source = Sources::new().add("Chart.yaml", text.as_bytes());
    let documents = read(source, text.as_bytes(), ReadOptions::config()).unwrap();
    let mut metadata = Metadata::default();
    metadata.read(documents[0].root.as_ref()).unwrap();
    metadata
}

#[test]
fn texts_are_made_of_what_is_there() {
    let it = metadata(
        "name: ~\nversion: 1.0\nappVersion: 1.10\nannotations: {a: 1, b: yes}\nkeywords: [1, yes, 2.50, ~]\n\
         KubeVersion: '>=1.20-0'\ndeprecated: yes\nunknown: [1]\n",
    );
    assert_eq!((it.name.as_str(), it.version.as_str(), it.app_version.as_str()), ("", "1", "1.1"));
    assert_eq!(it.keywords, ["1", "true", "2.5", ""]);
    assert_eq!((it.kube_version.as_str(), it.deprecated), (">=1.20-0", true));
    let annotations = it.annotations.unwrap();
    assert_eq!((annotations["a"].as_str(), annotations["b"].as_str()), ("1", "true"));
    assert!(it.dependencies.is_none() && metadata("dependencies: []").dependencies.is_some());
}

#[test]
fn odd_characters_are_taken_out() {
    let mut it = metadata("apiVersion: v2\nname: \"a\\tb\\u00a0c\\u200bd\\x07\\u00e9\"\nversion: 1.0.0\n");
    assert!(it.validate().is_ok());
    assert_eq!(it.name, "a b cd\u{e9}");
}

//! Reports for tests.

use super::{Environment, Outcome, Report};
use crate::base::SourceId;
use crate::diff::comparison::{Options, compare};
use crate::diff::object::Object;
use crate::k8s::Schema;
use crate::yaml::{ReadOptions, read};

/// An environment of manifests before and after.
pub fn environment(name: &str, before: &str, after: &str) -> Environment {
    let objects = |text: &str| -> Vec<Object> {
        let documents = read(SourceId::NONE, text.as_bytes(), ReadOptions::resource()).expect("is YAML");
        documents.into_iter().filter_map(|document| document.root).map(Object::new).collect()
    };
    let comparison = compare(objects(before), objects(after), &Schema::default(), &Options::default());
    Environment { name: name.to_owned(), outcome: Outcome::Compared(comparison.expect("has a JSON form")) }
}

/// An environment that could not be compared.
pub fn failure(name: &str, why: &str) -> Environment {
    Environment { name: name.to_owned(), outcome: Outcome::Failed(why.to_owned()) }
}

/// Signs of Markdown, HTML and mentions.
pub const HOSTILE: &str = "a|b ``` `c` </code></script><!-- <b> @you #1 [x](y) \\\\ *z* _w_";

/// Several environments: the same change in some, names and values that try to be taken for something else.
pub fn many() -> Report {
    let deployment = |namespace: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\n\
             spec: {{replicas: 2, template: {{spec: {{containers: [{{name: web, image: {image}}}]}}}}}}\n"
        )
    };
    let hostile = format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: notes}}\ndata: {{note: {0:?}, {0:?}: x, long: {1:?}}}\n",
        HOSTILE,
        format!("{HOSTILE}\n````\n{HOSTILE}\n")
    );
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n";
    let (old, new) = ("web:1.26.1", "web:1.27.0");
    Report {
        environments: vec![
            environment("overlays/dev", &deployment("dev", old), &(deployment("dev", new) + &hostile)),
            environment("overlays/staging", &deployment("staging", old), &deployment("staging", new)),
            environment("overlays/prod", &(deployment("prod", old) + claim), &deployment("prod", new)),
            environment("overlays/same", &deployment("same", old), &deployment("same", old)),
            failure(HOSTILE, &format!("error[x]: {HOSTILE}\n```\n  = help: {HOSTILE}\n")),
            failure("overlays/broken", "error[build]: no such file `a.yaml`\n --> kustomization.yaml:2:3\n"),
        ],
    }
}

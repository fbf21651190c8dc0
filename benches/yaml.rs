//! Reading YAML: bytes to nodes with spans, on one thread.
//!
//! The texts are made here, of the shapes that matter: definitions of custom resources (deep, with
//! long descriptions), small manifests, and JSON. `KZ_BENCH_YAML` names a file to read as well.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kz::base::SourceId;
use kz::yaml::{ReadOptions, read};

/// Nested properties with descriptions that go over several lines, as controller-gen writes them.
fn definition() -> String {
    let mut text = String::from(concat!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n",
        "metadata:\n  name: widgets.example.com\nspec:\n  schema:\n    openAPIV3Schema:\n      properties:\n"
    ));
    for field in 0..1500 {
        text.push_str(&format!(
            "        field{field}:\n          description: |-\n            Field {field} says how the widget is put together, and what to do\n            where a part of it is missing.\n\n            Cannot be updated.\n          items:\n            description: The desired state of the part. More info at\n              https://example.com/docs/concepts/parts#{field}\n            properties:\n              name:\n                type: string\n              optional:\n                default: false\n                type: boolean\n              weight:\n                format: int32\n                maximum: 100\n                type: integer\n            required:\n            - name\n            type: object\n            x-kubernetes-map-type: atomic\n          type: array\n"
        ));
    }
    text
}

fn manifests() -> String {
    (0..3000)
        .map(|n| format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{n}\n  namespace: default\n  labels:\n    app.kubernetes.io/name: web\ndata:\n  key: \"value {n}\"\n  port: '8080'\n"))
        .collect::<Vec<_>>()
        .join("---\n")
}

fn json() -> String {
    let items: Vec<String> = (0..5000)
        .map(|n| {
            format!(
                "{{\"name\": \"item-{n}\", \"ports\": [80, 443], \"labels\": {{\"app\": \"web\", \"tier\": null}}}}"
            )
        })
        .collect();
    format!("{{\"items\": [{}]}}", items.join(",\n"))
}

fn reading(c: &mut Criterion) {
    let mut texts =
        vec![("definition".to_owned(), definition()), ("manifests".into(), manifests()), ("json".into(), json())];
    if let Some(file) = std::env::var_os("KZ_BENCH_YAML") {
        let text = std::fs::read_to_string(&file).expect("the file that KZ_BENCH_YAML names");
        texts.push((file.to_string_lossy().into_owned(), text));
    }
    let mut group = c.benchmark_group("read");
    for (name, text) in &texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |b, text| {
            b.iter(|| read(SourceId::NONE, text.as_bytes(), ReadOptions::resource()).map(|documents| documents.len()));
        });
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);

//! Rendering a chart: its templates parsed and executed, its manifests read and put in order, on one machine.

use std::path::Path;
use std::rc::Rc;

use criterion::{Criterion, criterion_group, criterion_main};
use kz::base::Sources;
use kz::base::fs::Memory;
use kz::gotmpl::{ExecOptions, Map, Type, World};
use kz::helm::capabilities::Capabilities;
use kz::helm::hands;
use kz::helm::inflate::{Order, inflate};
use kz::helm::load;
use kz::helm::release::Release;

const HELPERS: &str = "{{ define \"labels\" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
helm.sh/chart: {{ printf \"%s-%s\" .root.Chart.Name .root.Chart.Version | replace \"+\" \"_\" }}
{{- end }}";

const TEMPLATE: &str = "{{- range $name, $c := .Values.components }}
{{- $ctx := dict \"root\" $ \"name\" $name }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name | trunc 63 | trimSuffix \"-\" }}
  labels:
    {{- include \"labels\" $ctx | nindent 4 }}
spec:
  replicas: {{ $c.replicas | int }}
  template:
    metadata:
      labels:
        {{- include \"labels\" $ctx | nindent 8 }}
    spec:
      containers:
      - image: {{ tpl $c.image $ | quote }}
        resources: {{- toYaml $c.resources | nindent 10 }}
{{- end }}
";

fn chart() -> Memory {
    let components = (0..100).map(|n| {
        format!(
            "  c{n}:\n    replicas: {}\n    image: '{{{{ .Release.Name }}}}/app:{n}'\n    \
             resources: {{limits: {{cpu: 1, memory: 1Gi}}}}\n",
            n % 5
        )
    });
    let mut memory = Memory::new();
    memory.write("/c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n");
    memory.write("/c/values.yaml", format!("components:\n{}", components.collect::<String>()));
    memory.write("/c/templates/_h.tpl", HELPERS);
    memory.write("/c/templates/all.yaml", TEMPLATE);
    memory
}

fn render(memory: &Memory, exec: ExecOptions) -> usize {
    let sources = Sources::new();
    let chart = load::load(memory, &sources, Path::new("/c"), &mut |_| {}).expect("it is a chart");
    let release = Release { name: "r".to_owned(), namespace: "default".to_owned(), is_upgrade: false };
    let order = Order {
        sources: &sources,
        release: &release,
        values: Rc::new(Map::new(Type::Map)),
        value_files: &[],
        capabilities: &Capabilities::default(),
        skip_schema_validation: false,
        include_crds: false,
        exec,
        post_renderer: None,
    };
    hands::with(&sources, |hands| inflate(chart, &order, &mut World::fixed(0), hands))
        .map_or(0, |inflated| inflated.sorted.manifests.len())
}

fn benches(c: &mut Criterion) {
    let memory = chart();
    assert_eq!(render(&memory, ExecOptions::default()), 100);
    c.bench_function("a chart of 100 objects", |b| b.iter(|| render(&memory, ExecOptions::default())));
    let traced = || ExecOptions { trace: true, ..ExecOptions::default() };
    c.bench_function("the same, and who wrote what", |b| b.iter(|| render(&memory, traced())));
}

criterion_group!(all, benches);
criterion_main!(all);

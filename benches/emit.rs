//! Writing a CustomResourceDefinition: nodes -> YAML, and nodes -> JSON. `KZ_BENCH_YAML` names a
//! file whose documents are to be written as well.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kz::base::{SourceId, Span};
use kz::yaml::json::Numbers;
use kz::yaml::{Mapping, Node, ReadOptions, Sequence, Style, emit, read, to_json};

const WORDS: &str = "the name of a resource in this namespace whose value is used when it is set and otherwise defaults to \
    an empty string; cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/ e.g. `metadata.labels`";

/// About what controller-gen makes: a description, properties and a type at each level.
fn schema(depth: usize, seed: usize) -> Node {
    let mut schema = Mapping::default();
    schema.set("description", description(seed));
    if depth == 0 {
        schema.set("type", text(["string", "integer", "boolean"][seed % 3]));
        if seed.is_multiple_of(5) {
            let names = ["Always", "Never", "IfNotPresent"].map(text).to_vec();
            schema.set("enum", Node::new(Sequence::with_items(names), Span::NOWHERE));
        }
        return Node::new(schema, Span::NOWHERE);
    }
    let mut properties = Mapping::default();
    for i in 0..6 {
        properties.set(
            &format!("{}Field{i}", ["alpha", "beta", "gamma"][(seed + i) % 3]),
            self::schema(depth - 1, seed * 7 + i),
        );
    }
    schema.set("properties", Node::new(properties, Span::NOWHERE));
    schema.set("type", text("object"));
    Node::new(schema, Span::NOWHERE)
}

fn text(text: &str) -> Node {
    Node::string(text, Span::NOWHERE)
}

/// Short, long enough to fold, or of several lines.
fn description(seed: usize) -> Node {
    let words: Vec<&str> = WORDS.split(' ').cycle().skip(seed % 17).take(5 + seed % 40).collect();
    let mut node = if seed.is_multiple_of(4) {
        text(&words.chunks(11).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n"))
    } else {
        text(&words.join(" "))
    };
    if let Some(scalar) = node.as_scalar_mut()
        && seed.is_multiple_of(4)
    {
        scalar.style = Style::Literal;
    }
    node
}

fn benches(c: &mut Criterion) {
    measure(c, "definition", &[schema(4, 1)]);
    if let Some(path) = std::env::var_os("KZ_BENCH_YAML") {
        let text = std::fs::read(&path).expect("KZ_BENCH_YAML names a file");
        let documents = read(SourceId::NONE, &text, ReadOptions::resource()).expect("KZ_BENCH_YAML is YAML");
        let nodes: Vec<Node> = documents.into_iter().filter_map(|document| document.root).collect();
        measure(c, "file", &nodes);
    }
}

fn measure(c: &mut Criterion, name: &str, nodes: &[Node]) {
    let mut yaml = Vec::new();
    let mut write_yaml = || {
        yaml.clear();
        nodes.iter().for_each(|node| emit(node, &mut yaml).expect("the tree can be written"));
        yaml.len() as u64
    };
    let mut json = String::new();
    let mut write_json = || {
        json.clear();
        nodes.iter().for_each(|node| to_json(node, Numbers::Exact, &mut json).expect("the tree can be written"));
        json.len() as u64
    };
    let mut group = c.benchmark_group("write");
    group.throughput(Throughput::Bytes(write_yaml()));
    group.bench_function(BenchmarkId::new("yaml", name), |b| b.iter(&mut write_yaml));
    group.throughput(Throughput::Bytes(write_json()));
    group.bench_function(BenchmarkId::new("json", name), |b| b.iter(&mut write_json));
    group.finish();
}

criterion_group!(emit_benches, benches);
criterion_main!(emit_benches);

//! Writing a CustomResourceDefinition: nodes -> YAML, and nodes -> JSON.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kz::base::Span;
use kz::yaml::json::Numbers;
use kz::yaml::{Mapping, Node, Sequence, Style, emit, to_json};

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
    let crd = schema(4, 1);
    let mut yaml = Vec::new();
    emit(&crd, &mut yaml).expect("the tree can be written");
    let mut group = c.benchmark_group("write");
    group.throughput(Throughput::Bytes(yaml.len() as u64));
    group.bench_function("yaml", |b| {
        b.iter(|| {
            yaml.clear();
            emit(&crd, &mut yaml)
        });
    });
    let mut json = String::new();
    to_json(&crd, Numbers::Exact, &mut json).expect("the tree can be written");
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("json", |b| {
        b.iter(|| {
            json.clear();
            to_json(&crd, Numbers::Exact, &mut json)
        });
    });
    group.finish();
}

criterion_group!(emit_benches, benches);
criterion_main!(emit_benches);

//! Documents with aliases and merge keys.
//!
//! A document is first read as it is written, into a [`Graph`]; then its tree is made by the
//! rules of the reader: for resources those of kyaml's `RNode.DeAnchor`, for everything else
//! those of go-yaml v2's decoder. They differ much:
//!
//! - kyaml keeps a mapping's own keys first and in place, appends what is merged in, and does so
//!   one level deep: a `<<` that comes in by merging stays in the tree (it is applied when the
//!   object is written, see [`apply_merge_keys`]).
//! - v2 goes through a mapping in order; what comes later wins, so a `<<` overwrites the keys
//!   that stand before it.
//!
//! **Invariant:** a tree is made in time and space that are bounded however often aliases stand
//! in what aliases stand for ([`Budget`]).

use std::collections::HashMap;

use super::{key_error, mapping, tag};
use crate::base::{Diagnostic, Result, Span};
use crate::yaml::node::{Entry, Mapping, Node, Scalar, Sequence, Style, Tag, Value};
use crate::yaml::parse::{Parser, Properties, Shape, Sink, Text};
use crate::yaml::{Duplicates, MAX_DEPTH, ReadOptions, Schema};

/// How many nodes aliases may add to a document. Go: v2's decoder has a ratio for this, kyaml
/// has no bound and runs out of memory.
const MAX_EXPANSION: usize = 1_000_000;

/// So much text counts as one node more.
const TEXT_PER_NODE: usize = 64;

/// A document as it is written. A node's number is its place.
struct Graph {
    nodes: Vec<Item>,
}

struct Item {
    kind: Kind,
    is_flow: bool,
    /// Its end has not come yet.
    is_open: bool,
    span: Span,
}

enum Kind {
    Scalar(Scalar),
    Sequence(Vec<usize>),
    /// Keys and values.
    Mapping(Vec<(usize, usize)>),
    /// The node that the alias stands for.
    Alias(usize),
}

/// Reads the first document of what the parser has.
///
/// Errors: `yaml-alias` for unknown anchors, anchors that hold themselves, and documents that
/// grow too much; `yaml-merge` for merge keys whose value is no mapping.
pub(in crate::yaml) fn compose(mut parser: Parser<'_>, options: ReadOptions) -> Result<Option<Node>> {
    let mut reader = Reader {
        schema: options.schema,
        graph: Graph { nodes: Vec::new() },
        anchors: HashMap::new(),
        open: Vec::new(),
    };
    if !parser.document(&mut reader)? {
        return Ok(None);
    }
    let graph = reader.graph;
    let allowed = graph.nodes.len() * 2 + MAX_EXPANSION;
    let mut maker = Maker { graph: &graph, options, made: HashMap::new(), depth: 0, budget: Budget(allowed) };
    // The root is the first node that was read.
    maker.tree(0).map(Some)
}

struct Reader<'a> {
    schema: Schema,
    graph: Graph,
    anchors: HashMap<&'a str, usize>,
    /// The open collections and the children that they have so far.
    open: Vec<(usize, Vec<usize>)>,
}

impl Reader<'_> {
    fn add(&mut self, kind: Kind, is_flow: bool, span: Span) -> usize {
        let node = self.graph.nodes.len();
        self.graph.nodes.push(Item { kind, is_flow, is_open: false, span });
        if let Some((_, children)) = self.open.last_mut() {
            children.push(node);
        }
        node
    }
}

impl<'a> Sink<'a> for Reader<'a> {
    fn scalar(&mut self, text: Text<'a>, style: Style, properties: Properties<'a>, span: Span) -> Result<()> {
        let anchor = properties.as_ref().and_then(|p| p.anchor);
        let scalar = tag::scalar(self.schema, text.into(), style, properties, span)?;
        let node = self.add(Kind::Scalar(scalar), false, span);
        self.anchors.extend(anchor.map(|anchor| (anchor, node)));
        Ok(())
    }

    fn alias(&mut self, name: &'a str, span: Span) -> Result<()> {
        let Some(&target) = self.anchors.get(name) else {
            return Err(Diagnostic::new("yaml-alias", format!("there is no anchor `&{name}` for this alias"))
                .at(span)
                .help("define the anchor earlier in the same document, or quote the value"));
        };
        let Item { span: start, is_open, .. } = self.graph.nodes[target];
        if is_open {
            return Err(Diagnostic::new("yaml-alias", format!("the value of the anchor `&{name}` contains itself"))
                .label(span, "")
                .label(start, "the value starts here"));
        }
        self.add(Kind::Alias(target), false, span);
        Ok(())
    }

    fn start(&mut self, shape: Shape, properties: Properties<'a>, start: Span) -> Result<()> {
        let kind = if shape.is_mapping { Kind::Mapping(Vec::new()) } else { Kind::Sequence(Vec::new()) };
        let node = self.add(kind, shape.is_flow, start);
        self.anchors.extend(properties.and_then(|p| p.anchor).map(|anchor| (anchor, node)));
        self.graph.nodes[node].is_open = true;
        self.open.push((node, Vec::new()));
        if self.open.len() > MAX_DEPTH { Err(super::depth_error(start)) } else { Ok(()) }
    }

    fn end(&mut self, end: u32) -> Result<()> {
        if let Some((node, children)) = self.open.pop() {
            self.graph.close(node, children, end);
        }
        Ok(())
    }

    fn has_given_up(&self) -> bool {
        false
    }
}

impl Graph {
    fn close(&mut self, node: usize, children: Vec<usize>, end: u32) {
        let item = &mut self.nodes[node];
        item.span.end = end;
        item.is_open = false;
        match &mut item.kind {
            Kind::Sequence(items) => *items = children,
            Kind::Mapping(entries) => *entries = children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(),
            Kind::Scalar(_) | Kind::Alias(_) => {}
        }
    }

    fn scalar(&self, node: usize) -> Option<&Scalar> {
        if let Kind::Scalar(scalar) = &self.nodes[node].kind { Some(scalar) } else { None }
    }

    /// The text of a key; of an alias, that of what it stands for.
    fn key_text(&self, node: usize) -> Option<&str> {
        match &self.nodes[node].kind {
            Kind::Alias(target) => self.scalar(*target),
            _ => self.scalar(node),
        }
        .map(|scalar| scalar.text.as_str())
    }

    fn is_merge(&self, key: usize) -> bool {
        self.scalar(key).is_some_and(|scalar| scalar.tag == Tag::Merge)
    }
}

/// How much may still be made.
struct Budget(usize);

impl Budget {
    fn spend(&mut self, nodes: usize, place: Span) -> Result<()> {
        match self.0.checked_sub(nodes) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(Diagnostic::new("yaml-alias", "the aliases of this document make it grow beyond measure")
                .at(place)
                .help("use fewer aliases to values that have aliases themselves")),
        }
    }
}

fn cost_of_scalar(scalar: &Scalar) -> usize {
    1 + scalar.text.len() / TEXT_PER_NODE
}

/// What a copy of a tree costs, and how deep its collections are nested.
fn measure(node: &Node) -> (usize, usize) {
    let around = |sum: (usize, usize), node: &Node| {
        let (cost, height) = measure(node);
        (sum.0 + cost, sum.1.max(height + 1))
    };
    match &node.value {
        Value::Scalar(scalar) => (cost_of_scalar(scalar), 0),
        Value::Sequence(items) => items.iter().fold((1, 1), around),
        Value::Mapping(entries) => entries.iter().flat_map(|e| [&e.key, &e.value]).fold((1, 1), around),
    }
}

/// Makes the tree.
struct Maker<'g> {
    graph: &'g Graph,
    options: ReadOptions,
    /// What the nodes have become that aliases stand for.
    made: HashMap<usize, Made>,
    depth: usize,
    budget: Budget,
}

struct Made {
    tree: Node,
    /// Of a copy.
    cost: usize,
    /// How deep its collections are nested.
    height: usize,
}

/// A mapping that is merged into another.
enum Source {
    /// As it is written.
    Written(usize),
    /// What an alias to it was replaced by before.
    Made(usize),
}

/// An entry of a mapping that others are merged into.
enum Field {
    Written(usize, usize),
    Made(Node, Node),
}

impl Maker<'_> {
    fn tree(&mut self, node: usize) -> Result<Node> {
        let graph = self.graph;
        let item = &graph.nodes[node];
        let made: Value = match &item.kind {
            Kind::Scalar(scalar) => {
                self.budget.spend(cost_of_scalar(scalar), item.span)?;
                scalar.clone().into()
            }
            Kind::Sequence(items) => {
                self.enter(1, item.span)?;
                let mut items = items.iter().map(|item| self.tree(*item)).collect::<Result<Vec<Node>>>()?;
                if item.is_flow && self.options.schema == Schema::V3 {
                    items.iter_mut().for_each(super::mark_empty);
                }
                self.depth -= 1;
                Sequence::with_items(items).into()
            }
            Kind::Mapping(entries) => {
                self.enter(1, item.span)?;
                let made = match self.options.schema {
                    Schema::V3 => self.resource_mapping(entries, item.is_flow)?,
                    Schema::V2 => self.decoded_mapping(entries)?,
                };
                self.depth -= 1;
                made.into()
            }
            Kind::Alias(target) => return self.copy(*target, item.span),
        };
        Ok(Node::new(made, item.span))
    }

    /// Goes one level down, which costs something.
    fn enter(&mut self, cost: usize, place: Span) -> Result<()> {
        self.budget.spend(cost, place)?;
        self.depth += 1;
        self.check_depth(0, place)
    }

    fn check_depth(&self, more: usize, place: Span) -> Result<()> {
        match self.depth + more > MAX_DEPTH {
            true => Err(super::depth_error(place)),
            false => Ok(()),
        }
    }

    fn copy(&mut self, target: usize, place: Span) -> Result<Node> {
        if let Some(made) = self.made.get(&target) {
            self.budget.spend(made.cost, place)?;
            self.check_depth(made.height, place)?;
            return Ok(made.tree.clone());
        }
        let tree = self.tree(target)?;
        let (cost, height) = measure(&tree);
        self.budget.spend(cost, place)?;
        self.made.insert(target, Made { tree: tree.clone(), cost, height });
        Ok(tree)
    }

    // As kyaml does it: removeMergeTags and mergeAll of kyaml/yaml/rnode.go.

    fn resource_mapping(&mut self, entries: &[(usize, usize)], is_flow: bool) -> Result<Mapping> {
        let sources = self.merge_sources(entries)?;
        // kyaml: the first key whose text is `<<` goes, whether it is a merge key or a string.
        let dropped = entries.iter().position(|(key, _)| self.graph.key_text(*key) == Some("<<"));
        let own = entries.iter().enumerate().filter(|(at, _)| Some(*at) != dropped).map(|(_, entry)| *entry);
        let mut fields: Vec<Field> = own.map(|(key, value)| Field::Written(key, value)).collect();
        if !sources.is_empty() {
            self.merge_into(&mut fields, &sources)?;
        }
        let mut made = Vec::with_capacity(fields.len());
        for field in fields {
            made.push(match field {
                Field::Written(key, value) => Entry { key: self.tree(key)?, value: self.tree(value)? },
                Field::Made(key, value) => Entry { key, value },
            });
        }
        if is_flow {
            for entry in &mut made {
                super::mark_empty(&mut entry.key);
                super::mark_empty(&mut entry.value);
            }
        }
        mapping(made, self.options.duplicates)
    }

    /// The mappings to merge, in the order in which the later one wins.
    fn merge_sources(&self, entries: &[(usize, usize)]) -> Result<Vec<Source>> {
        let mut merges = entries.iter().filter(|(key, _)| self.graph.is_merge(*key));
        let Some((first, value)) = merges.next() else { return Ok(Vec::new()) };
        if let Some((second, _)) = merges.next() {
            return Err(Diagnostic::new("yaml-merge", "a mapping can have only one merge key `<<`")
                .label(self.graph.nodes[*second].span, "")
                .label(self.graph.nodes[*first].span, "it is already set here")
                .help("merge several mappings by a list: `<<: [*a, *b]`"));
        }
        match &self.graph.nodes[*value].kind {
            // kyaml: of a list the first item wins.
            Kind::Sequence(items) => items.iter().rev().map(|item| self.merge_source(*item)).collect(),
            _ => Ok(vec![self.merge_source(*value)?]),
        }
    }

    fn merge_source(&self, node: usize) -> Result<Source> {
        match &self.graph.nodes[node].kind {
            Kind::Mapping(_) => Ok(Source::Written(node)),
            Kind::Alias(target) if self.made.contains_key(target) => match &self.graph.nodes[*target].kind {
                Kind::Mapping(_) => Ok(Source::Made(*target)),
                _ => Err(self.merge_error(node)),
            },
            Kind::Alias(target) => match &self.graph.nodes[*target].kind {
                Kind::Mapping(_) => Ok(Source::Written(*target)),
                _ => Err(self.merge_error(node)),
            },
            _ => Err(self.merge_error(node)),
        }
    }

    fn merge_error(&self, node: usize) -> Box<Diagnostic> {
        Diagnostic::new("yaml-merge", "the value of a merge key `<<` must be a mapping or a list of mappings")
            .at(self.graph.nodes[node].span)
    }

    /// Appends the fields of the sources, save those that the mapping has itself.
    fn merge_into(&mut self, fields: &mut Vec<Field>, sources: &[Source]) -> Result<()> {
        let own = fields.len();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (at, field) in fields.iter().enumerate() {
            if let Field::Written(key, _) = field {
                places.entry(self.graph.key_text(*key).unwrap_or_default().to_owned()).or_insert(at);
            }
        }
        for source in sources {
            // kyaml: of equal keys in a source the first one counts each time.
            let incoming: Vec<(String, Field)> = match source {
                Source::Written(node) => {
                    let Kind::Mapping(entries) = &self.graph.nodes[*node].kind else { continue };
                    let text = |key: usize| self.graph.key_text(key).unwrap_or_default().to_owned();
                    entries.iter().map(|(key, value)| (text(*key), Field::Written(*key, *value))).collect()
                }
                Source::Made(node) => {
                    let Some(Made { tree, cost, height }) = self.made.get(node) else { continue };
                    self.budget.spend(*cost, tree.span)?;
                    self.check_depth(*height, tree.span)?;
                    let entries = tree.as_mapping().into_iter().flatten();
                    let text = |key: &Node| key.text().unwrap_or_default().to_owned();
                    entries.map(|e| (text(&e.key), Field::Made(e.key.clone(), e.value.clone()))).collect()
                }
            };
            for (name, field) in incoming {
                match places.get(&name) {
                    Some(at) if *at < own => {}
                    Some(at) => fields[*at] = field,
                    None => {
                        places.insert(name, fields.len());
                        fields.push(field);
                    }
                }
            }
        }
        Ok(())
    }

    // As go-yaml v2 does it: decoder.mapping and decoder.merge.

    fn decoded_mapping(&mut self, entries: &[(usize, usize)]) -> Result<Mapping> {
        let mut out = Mapping::default();
        self.decode_into(&mut out, entries)?;
        Ok(out)
    }

    fn decode_into(&mut self, out: &mut Mapping, entries: &[(usize, usize)]) -> Result<()> {
        for (key, value) in entries {
            if self.graph.is_merge(*key) {
                self.decode_merge(out, *value)?;
                continue;
            }
            let mut key = self.tree(*key)?;
            let span = key.span;
            match key.as_scalar_mut() {
                Some(scalar) => tag::make_json_key(scalar, span)?,
                None => return Err(key_error(&key)),
            }
            let value = self.tree(*value)?;
            match key.text().and_then(|text| out.position(text)) {
                Some(at) if self.options.duplicates == Duplicates::Reject => {
                    out.push(key, value);
                    return Err(super::duplicate_error(out, at, out.len() - 1));
                }
                Some(at) => {
                    if let Some(old) = out.value_at_mut(at) {
                        *old = value;
                    }
                }
                None => out.push(key, value),
            }
        }
        Ok(())
    }

    fn decode_merge(&mut self, out: &mut Mapping, value: usize) -> Result<()> {
        match &self.graph.nodes[value].kind {
            // Go: backwards, as the first item wins.
            Kind::Sequence(items) => items.iter().rev().try_for_each(|item| self.decode_source(out, *item)),
            _ => self.decode_source(out, value),
        }
    }

    fn decode_source(&mut self, out: &mut Mapping, node: usize) -> Result<()> {
        let graph = self.graph;
        let target = if let Kind::Alias(target) = graph.nodes[node].kind { target } else { node };
        let Kind::Mapping(entries) = &graph.nodes[target].kind else { return Err(self.merge_error(node)) };
        self.enter(1, graph.nodes[node].span)?;
        self.decode_into(out, entries)?;
        self.depth -= 1;
        Ok(())
    }
}

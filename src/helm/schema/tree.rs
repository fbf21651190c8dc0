//! The errors of the validator as the tree that Helm prints.
//!
//! `boon` leaves out a level that Helm shows: that of an `allOf`, `anyOf`, `oneOf` or `contains` with a single error
//! below it. The way through the schema, which every error has, tells where one is missing.
//!
//! Two places stay wrong, as nothing tells the right ones: of an item behind those of `prefixItems`, `boon` gives the
//! index among the others; of the name of a property, not where the property is, if only a pattern leads there.
//!
//! **Not here:** the words of each kind of error ([`super::message`]).

use std::collections::{BTreeMap, VecDeque};

use boon::{ErrorKind, InstanceToken, ValidationError};

use super::Violation;
use super::message;
use super::patterns::Patterns;

/// An error, and those that it comes from.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    path: Vec<Token>,
    text: String,
    causes: Vec<Node>,
}

/// A step in the values. Items come in the order of their numbers, properties in that of their names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Item(usize),
    Property(String),
}

/// Where an error stands in its tree: below which place of the schema and of the values.
#[derive(Clone, Copy)]
struct Above<'e> {
    schema_url: &'e str,
    path: &'e [Token],
    /// Whether the error above is that of the keyword that leads on from there.
    shows_keyword: bool,
}

/// In the schema and in the values.
type Place = (String, Vec<Token>);

/// A level that is missing, and what it says.
struct Level {
    place: Place,
    text: &'static str,
}

/// An error below the levels that are missing above it.
type Incomplete = (VecDeque<Level>, Node);

/// What is below the root of an error, in the order of the values.
pub fn violations(error: &ValidationError, patterns: &Patterns) -> Vec<Violation> {
    let describe = |node: Node| {
        let mut message = String::new();
        append(&mut message, &node, 0);
        Violation { pointer: pointer(&node.path), message }
    };
    causes(error, error.schema_url, &[], patterns).into_iter().map(describe).collect()
}

/// Go: jsonschema.ValidationError.display
fn append(out: &mut String, node: &Node, depth: usize) {
    if depth > 0 {
        out.push_str(&format!("\n{}- ", "  ".repeat(depth)));
    }
    out.push_str(&format!("at {}: {}", message::quote(&pointer(&node.path)), node.text));
    node.causes.iter().for_each(|cause| append(out, cause, depth + 1));
}

fn pointer(path: &[Token]) -> String {
    let step = |token: &Token| match token {
        Token::Property(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Token::Item(index) => format!("/{index}"),
    };
    path.iter().map(step).collect()
}

/// The errors that one comes from. Those of alternatives stay in the order of the alternatives.
fn causes(error: &ValidationError, schema_url: &str, path: &[Token], patterns: &Patterns) -> Vec<Node> {
    use ErrorKind::{AllOf, AnyOf, Contains, MinContains, OneOf};
    let is_choice = matches!(error.kind, AllOf | AnyOf | OneOf(_) | Contains | MinContains { .. });
    let above = Above { schema_url, path, shows_keyword: is_choice };
    let nodes = error.causes.iter().map(|cause| {
        let way = Way::down_to(cause, above);
        let node = node(cause, &way.path, patterns);
        (way.missing, node)
    });
    let mut nodes = put_below(nodes.collect());
    if !is_choice {
        nodes.sort();
    }
    nodes
}

fn node(error: &ValidationError, path: &[Token], patterns: &Patterns) -> Node {
    let (schema_url, path_below): (_, &[Token]) = match &error.kind {
        ErrorKind::Reference { url, .. } => (*url, path),
        // The name of a property is a value of its own.
        ErrorKind::PropertyName { .. } => (error.schema_url, &[]),
        _ => (error.schema_url, path),
    };
    let mut causes = causes(error, schema_url, path_below, patterns);
    match (&error.kind, causes.len()) {
        // Go: a reference with a single cause is not shown.
        (ErrorKind::Reference { .. }, 1) => causes.remove(0),
        _ => Node { text: message::text(&error.kind, patterns), path: path.to_vec(), causes },
    }
}

/// Puts errors below the levels that they miss, those of the same level together, where the first of them stands.
fn put_below(nodes: Vec<Incomplete>) -> Vec<Node> {
    let mut groups: Vec<(Option<Level>, Vec<Incomplete>)> = Vec::new();
    let mut known: BTreeMap<Place, usize> = BTreeMap::new();
    for (mut missing, node) in nodes {
        let level = missing.pop_front();
        let group = level.as_ref().map(|level| *known.entry(level.place.clone()).or_insert(groups.len()));
        match group.and_then(|group| groups.get_mut(group)) {
            Some((_, nodes)) => nodes.push((missing, node)),
            None => groups.push((level, vec![(missing, node)])),
        }
    }
    let mut out = Vec::new();
    for (level, nodes) in groups {
        let Some(Level { place: (_, path), text }) = level else {
            out.extend(nodes.into_iter().map(|(_, node)| node));
            continue;
        };
        let mut causes = put_below(nodes);
        causes.sort();
        if causes.len() > 1 {
            causes = vec![Node { path: path.clone(), text: "validation failed".into(), causes }];
        }
        out.push(Node { path, text: text.into(), causes });
    }
    out
}

/// The way from an error to one below it.
struct Way {
    /// Where the one below is in the values.
    path: Vec<Token>,
    missing: VecDeque<Level>,
}

impl Way {
    fn down_to(error: &ValidationError, above: Above) -> Way {
        let own = error.instance_location.tokens.iter().map(token);
        // The error of a property's name does not say where the property is.
        let mut path: Vec<Token> = own.collect();
        let is_lost = matches!(error.kind, ErrorKind::PropertyName { .. });
        if is_lost {
            path = above.path.to_vec();
        }
        let mut missing = VecDeque::new();
        let Some(way) = error.schema_url.strip_prefix(above.schema_url) else { return Way { path, missing } };
        let (mut depth, mut is_shown, mut place) = (above.path.len(), above.shows_keyword, String::new());
        let mut steps = way.trim_start_matches(['#', '/']).split('/').peekable();
        while let Some(keyword) = steps.next() {
            place.extend(["/", keyword]);
            let text = match keyword {
                "allOf" => "'allOf' failed",
                "anyOf" => "'anyOf' failed",
                "oneOf" => "'oneOf' failed, none matched",
                "contains" => "no items match contains schema",
                _ => "",
            };
            if !text.is_empty() && !is_shown {
                missing.push_back(Level { place: (place.clone(), path[..depth.min(path.len())].to_vec()), text });
            }
            is_shown = false;
            let (has_name, goes_down) = match keyword {
                "allOf" | "anyOf" | "oneOf" | "dependencies" | "dependentSchemas" | "definitions" | "$defs" => {
                    (true, false)
                }
                "properties" | "patternProperties" | "prefixItems" => (true, true),
                "items" => (steps.peek().is_some_and(|step| step.bytes().all(|byte| byte.is_ascii_digit())), true),
                "contains"
                | "additionalProperties"
                | "additionalItems"
                | "unevaluatedProperties"
                | "unevaluatedItems" => (false, true),
                _ => (false, false),
            };
            let name = if has_name { steps.next().unwrap_or_default() } else { "" };
            place.extend(["/", name]);
            depth += usize::from(goes_down);
            if is_lost && keyword == "properties" {
                path.push(Token::Property(name.replace("~1", "/").replace("~0", "~")));
            }
        }
        Way { path, missing }
    }
}

fn token(token: &InstanceToken) -> Token {
    match token {
        InstanceToken::Prop(name) => Token::Property(name.to_string()),
        InstanceToken::Item(index) => Token::Item(*index),
    }
}

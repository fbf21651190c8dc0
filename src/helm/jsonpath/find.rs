//! What a path finds in a value.
//!
//! Source: jsonpath.go of k8s.io/client-go/util/jsonpath.
//!
//! Go: maps are looked through in any order; here in that of their keys.

use super::{Node, Operator, Slice};
use crate::gotmpl::{List, UintType, Value};

/// The most values that one step may find.
const MAX_FOUND: usize = 1 << 20;

/// How deep loops may be nested.
const MAX_LOOPS: usize = 100;

type Found = Result<Vec<Value>, String>;

/// The results of each text and each action of a template.
pub fn all(nodes: &[Node], data: &Value) -> Result<Vec<Vec<Value>>, String> {
    let mut search = Search { nodes, begins: 0, inside: 0, ends: 0, last_end: None, found: 0 };
    search.from(0, data.clone())
}

/// Go: the fields of JSONPath.
struct Search<'n> {
    nodes: &'n [Node],
    /// A `range` was just met.
    begins: usize,
    /// Loops that are open.
    inside: usize,
    /// An `end` was just met.
    ends: usize,
    last_end: Option<usize>,
    /// Values so far.
    found: usize,
}

impl Search<'_> {
    /// Go: FindResults, of the nodes from one on.
    fn from(&mut self, start: usize, data: Value) -> Result<Vec<Vec<Value>>, String> {
        if self.inside > MAX_LOOPS {
            return Err(format!("there are more than {MAX_LOOPS} loops in one another"));
        }
        let mut all = Vec::new();
        let mut at = start;
        while let Some(node) = self.nodes.get(at) {
            let results = self.walk(vec![data.clone()], node)?;
            if self.ends > 0 && self.ends <= self.inside {
                self.ends -= 1;
                self.last_end = Some(at);
                break;
            }
            if self.begins > 0 {
                self.begins -= 1;
                self.inside += 1;
                if results.is_empty() {
                    // So that the way leads to the end of the loop.
                    self.from(at + 1, Value::Nil)?;
                }
                for value in results {
                    all.extend(self.from(at + 1, value)?);
                }
                self.inside -= 1;
                at = self.last_end.filter(|end| *end > at).unwrap_or(at) + 1;
                continue;
            }
            all.push(results);
            at += 1;
        }
        Ok(all)
    }

    fn steps(&mut self, input: Vec<Value>, steps: &[Node]) -> Found {
        steps.iter().try_fold(input, |input, node| self.walk(input, node))
    }

    fn walk(&mut self, input: Vec<Value>, node: &Node) -> Found {
        let found = match node {
            Node::List(steps) => self.steps(input, steps),
            Node::Text(text) => Ok(vec![Value::str(text.as_str())]),
            Node::Int(n) => Ok(vec![Value::int(*n); input.len()]),
            Node::Float(f) => Ok(vec![Value::Float(*f); input.len()]),
            Node::Bool(b) => Ok(vec![Value::Bool(*b); input.len()]),
            Node::Field(name) => field(&input, name),
            Node::Slice(slice) => slices(&input, slice),
            Node::Wildcard => Ok(input.iter().flat_map(children).collect()),
            Node::Recursive => self.recursive(input),
            Node::Union(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(self.steps(input.clone(), part)?);
                }
                Ok(all)
            }
            Node::Filter { left, operator, right } => self.filter(&input, left, *operator, right),
            Node::Word(word) => self.word(input, word),
        }?;
        self.found += found.len();
        match self.found > MAX_FOUND {
            true => Err(format!("it finds more than {MAX_FOUND} values")),
            false => Ok(found),
        }
    }

    fn word(&mut self, input: Vec<Value>, word: &str) -> Found {
        match word {
            "range" => {
                self.begins += 1;
                Ok(input)
            }
            "end" if self.inside > 0 => {
                self.ends += 1;
                Ok(Vec::new())
            }
            "end" => Err("not in range, nothing to end".to_owned()),
            word => Err(format!("unrecognized identifier {word}")),
        }
    }

    /// The values, and all that is in them; each before what is in it. Values without anything in them do not count.
    fn recursive(&mut self, input: Vec<Value>) -> Found {
        let mut all = Vec::new();
        let mut open: Vec<Value> = input.into_iter().rev().collect();
        while let Some(value) = open.pop() {
            let inner = children(&value);
            if !inner.is_empty() {
                all.push(value);
                open.extend(inner.into_iter().rev());
            }
            if all.len() > MAX_FOUND {
                return Err(format!("it finds more than {MAX_FOUND} values"));
            }
        }
        Ok(all)
    }

    fn filter(&mut self, input: &[Value], left: &[Node], operator: Operator, right: &[Node]) -> Found {
        let mut results = Vec::new();
        for value in input {
            let Value::List(list) = value else {
                return Err(format!("{} is not array or slice and cannot be filtered", type_of(value)));
            };
            for item in list.items().iter() {
                let lefts = self.steps(vec![item.clone()], left);
                if operator == Operator::Exists {
                    if lefts.is_ok_and(|found| !found.is_empty()) {
                        results.push(item.clone());
                    }
                    continue;
                }
                let Some(left) = only(lefts?)? else { continue };
                let Some(right) = only(self.steps(vec![item.clone()], right)?)? else { continue };
                if compare(&left, operator, &right)? {
                    results.push(item.clone());
                }
            }
        }
        Ok(results)
    }
}

/// The one value of some; nothing where there is none.
fn only(mut values: Vec<Value>) -> Result<Option<Value>, String> {
    match values.len() {
        0 | 1 => Ok(values.pop()),
        _ => Err("can only compare one element at a time".to_owned()),
    }
}

/// What is in a map, a list or a string.
fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::Map(map) => map.entries().values().map(|entry| entry.value.clone()).collect(),
        Value::List(list) => list.items().iter().cloned().collect(),
        // Go: its bytes.
        Value::Str(text) => text.iter().map(|byte| Value::Uint(u64::from(*byte), UintType::Uint8)).collect(),
        _ => Vec::new(),
    }
}

fn field(input: &[Value], name: &str) -> Found {
    let of = |value: &Value| value.as_map().and_then(|map| map.get(name.as_bytes()));
    let results: Vec<Value> = input.iter().filter_map(of).collect();
    match results.is_empty() && !input.is_empty() {
        true => Err(format!("{name} is not found")),
        false => Ok(results),
    }
}

fn slices(input: &[Value], slice: &Slice) -> Found {
    let mut results = Vec::new();
    for value in input.iter().filter(|value| !value.is_nil()) {
        let Value::List(list) = value else { return Err(format!("{} is not array or slice", type_of(value))) };
        if !take(list, slice, &mut results)? {
            return Ok(results);
        }
    }
    Ok(results)
}

/// Go: evalArray, of one list. False where the slice is empty, which ends it all.
fn take(list: &List, slice: &Slice, results: &mut Vec<Value>) -> Result<bool, String> {
    let items = list.items();
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let mut start = slice.start.unwrap_or(0);
    if start < 0 {
        start = start.saturating_add(length);
    }
    let mut end = slice.end.unwrap_or(length);
    if end < 0 || end == 0 && slice.is_one {
        end = end.saturating_add(length);
    }
    if start == end {
        return Ok(false);
    }
    let outside = |index: i64| Err(format!("array index out of bounds: index {index}, length {length}"));
    if !(0..length).contains(&start) {
        return outside(start);
    }
    if !(0..=length).contains(&end) {
        return outside(end.saturating_sub(1));
    }
    if start > end {
        return Err(format!("starting index {start} is greater than ending index {end}"));
    }
    let step = slice.step.unwrap_or(1);
    let Some(step) = usize::try_from(step).ok().filter(|step| *step > 0) else {
        return Err("step must be > 0".to_owned());
    };
    let range = |n: i64| usize::try_from(n).unwrap_or_default();
    results.extend(items.iter().skip(range(start)).take(range(end - start)).step_by(step).cloned());
    Ok(true)
}

fn compare(left: &Value, operator: Operator, right: &Value) -> Result<bool, String> {
    const OTHER: &str = "incompatible types for comparison";
    const NONE: &str = "invalid type for comparison";
    let is_basic = |value: &Value| {
        matches!(value, Value::Bool(_) | Value::Int(..) | Value::Uint(..) | Value::Float(_) | Value::Str(_))
    };
    if operator == Operator::Unknown {
        return Err("unrecognized filter operator".to_owned());
    }
    if !is_basic(left) || !is_basic(right) {
        return Err(NONE.to_owned());
    }
    // Go: a number of a file is a float, one of a path an int or a float, and these two are not compared.
    let order = match (left, right) {
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a, _), Value::Int(b, _)) => Some(a.cmp(b)),
        (Value::Str(a), Value::Str(b)) => Some((**a).cmp(&**b)),
        (Value::Bool(a), Value::Bool(b)) => match operator {
            Operator::Equal | Operator::NotEqual => Some(a.cmp(b)),
            _ => return Err(NONE.to_owned()),
        },
        (Value::Uint(a, _), Value::Uint(b, _)) => Some(a.cmp(b)),
        (Value::Int(a, _), Value::Uint(b, _)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Uint(a, _), Value::Int(b, _)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        _ => return Err(OTHER.to_owned()),
    };
    Ok(match operator {
        Operator::Equal => order.is_some_and(|order| order.is_eq()),
        Operator::NotEqual => order.is_none_or(|order| order.is_ne()),
        Operator::Less => order.is_some_and(|order| order.is_lt()),
        Operator::LessOrEqual => order.is_some_and(|order| order.is_le()),
        // Go: what is not less or equal.
        Operator::Greater => order.is_none_or(|order| order.is_gt()),
        Operator::GreaterOrEqual => order.is_none_or(|order| order.is_ge()),
        Operator::Exists | Operator::Unknown => false,
    })
}

fn type_of(value: &Value) -> &'static str {
    value.ty().map_or("<nil>", |ty| ty.name())
}

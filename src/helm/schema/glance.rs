//! Of most schemas and values a glance tells that nothing is wrong with them.
//!
//! The validator has to make itself ready first: it compiles the schemas of schemas, and then every part of the
//! chart's, whether a value meets it or not. That takes longer than rendering a small chart. Here a schema is only
//! looked through, and then followed as far as there are values.
//!
//! **Invariant:** what is taken here the validator takes as well: the schema is sound, its references lead to
//! schemas, the values are right. What is not taken may still be right.
//! **Not here:** what is wrong, which the validator says; rare keywords, of which nothing is claimed.

use std::cell::{Cell, Ref};
use std::collections::{HashMap, HashSet};

use serde_json::{Map as Object, Value as Json};

use crate::base::regexp::Pattern;
use crate::gotmpl::{Map, Value};

/// How deep schemas and values may be nested, and how many parts of a schema are looked at.
const MOST_NESTED: usize = 120;
const MOST_STEPS: usize = 1_000_000;

/// The drafts that are known here, by the end of `$schema`.
const DRAFTS: [(&str, Draft); 4] = [
    ("json-schema.org/draft-07/schema", Draft::V7),
    ("json-schema.org/draft/2019-09/schema", Draft::Later),
    ("json-schema.org/draft/2020-12/schema", Draft::Later),
    ("json-schema.org/schema", Draft::Later),
];

/// Formats of other tools, which say nothing to the validator.
const UNKNOWN_FORMATS: [&str; 7] = ["int32", "int64", "float", "double", "byte", "binary", "password"];

/// Keywords that nothing is claimed of.
const RARE: [&str; 19] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "additionalItems",
    "contains",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "id",
    "maxContains",
    "minContains",
    "multipleOf",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

const TYPES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Draft {
    /// A reference replaces all that stands beside it; formats are checked.
    V7,
    Later,
}

/// Whether the validator surely finds the schema sound and the values right.
pub fn surely_takes(schema: &Json, values: &Value) -> bool {
    let draft = match schema.get("$schema") {
        Some(url) => draft_of(url),
        None => Some(Draft::Later),
    };
    let Some(draft) = draft else { return false };
    let (patterns, targets) = (HashMap::new(), HashSet::new());
    let mut glance = Glance { root: schema, draft, patterns, targets, steps: Cell::new(MOST_STEPS) };
    glance.is_sound(schema, MOST_NESTED) && glance.takes(schema, values, MOST_NESTED) == Some(true)
}

fn draft_of(url: &Json) -> Option<Draft> {
    let url = url.as_str()?;
    let name = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let name = name.strip_suffix('#').unwrap_or(name);
    DRAFTS.iter().find(|(known, _)| *known == name).map(|(_, draft)| *draft)
}

struct Glance<'s> {
    root: &'s Json,
    draft: Draft,
    patterns: HashMap<&'s str, Pattern>,
    /// What references lead to, as far as they were looked at.
    targets: HashSet<*const Json>,
    steps: Cell<usize>,
}

// Schemas.

impl<'s> Glance<'s> {
    /// Whether a schema is as the schemas of all drafts want it, with all that is in it.
    fn is_sound(&mut self, schema: &'s Json, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match schema {
            Json::Bool(_) => true,
            Json::Object(keywords) => keywords.iter().all(|(name, value)| self.is_sound_keyword(name, value, depth)),
            _ => false,
        }
    }

    fn is_sound_keyword(&mut self, name: &'s str, value: &'s Json, depth: usize) -> bool {
        match name {
            "$schema" => draft_of(value).is_some(),
            "title" | "description" | "$comment" | "format" | "contentEncoding" | "contentMediaType" => {
                value.is_string()
            }
            "readOnly" | "writeOnly" | "deprecated" | "uniqueItems" => value.is_boolean(),
            "default" | "const" => true,
            "examples" | "enum" => value.is_array(),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => value.is_u64(),
            "required" => distinct_texts(value).is_some(),
            "type" => match value {
                Json::String(name) => TYPES.contains(&name.as_str()),
                list => {
                    distinct_texts(list).is_some_and(|all| !all.is_empty() && all.iter().all(|ty| TYPES.contains(ty)))
                }
            },
            "pattern" => value.as_str().is_some_and(|pattern| self.is_sound_pattern(pattern)),
            "$ref" => value.as_str().is_some_and(|reference| self.is_sound_reference(reference, depth)),
            "patternProperties" => value.as_object().is_some_and(|schemas| {
                schemas.iter().all(|(pattern, schema)| self.is_sound_pattern(pattern) && self.is_sound(schema, depth))
            }),
            "items" | "additionalProperties" | "propertyNames" | "not" | "if" | "then" | "else" => {
                self.is_sound(value, depth)
            }
            "properties" | "definitions" | "$defs" => {
                value.as_object().is_some_and(|schemas| schemas.values().all(|schema| self.is_sound(schema, depth)))
            }
            "dependencies" => value
                .as_object()
                .is_some_and(|all| all.values().all(|one| distinct_texts(one).is_some() || self.is_sound(one, depth))),
            "allOf" | "anyOf" | "oneOf" => value.as_array().is_some_and(|schemas| {
                !schemas.is_empty() && schemas.iter().all(|schema| self.is_sound(schema, depth))
            }),
            name => !RARE.contains(&name),
        }
    }

    fn is_sound_pattern(&mut self, pattern: &'s str) -> bool {
        let Ok(compiled) = Pattern::new(pattern) else { return false };
        self.patterns.insert(pattern, compiled);
        true
    }

    /// Whether a reference leads to a schema, which may stand under any name.
    fn is_sound_reference(&mut self, reference: &str, depth: usize) -> bool {
        let Some(schema) = self.target(reference) else { return false };
        !self.targets.insert(schema) || self.is_sound(schema, depth)
    }

    /// What a reference leads to: something in the same document, named by the way to it.
    fn target(&self, reference: &str) -> Option<&'s Json> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/$-._~".contains(&byte);
        let way = reference.strip_prefix('#').filter(|way| way.bytes().all(is_plain))?;
        self.root.pointer(way)
    }
}

/// The texts of a list in which none is there twice.
fn distinct_texts(list: &Json) -> Option<HashSet<&str>> {
    let list = list.as_array()?;
    let texts: HashSet<&str> = list.iter().map(Json::as_str).collect::<Option<_>>()?;
    (texts.len() == list.len()).then_some(texts)
}

// Values. The answers are `None` where nothing is claimed.

impl Glance<'_> {
    fn takes(&self, schema: &Json, value: &Value, depth: usize) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        self.steps.set(self.steps.get().checked_sub(1)?);
        let keywords = match schema {
            Json::Bool(answer) => return Some(*answer),
            Json::Object(keywords) => keywords,
            _ => return None,
        };
        let reference = keywords.get("$ref").and_then(Json::as_str);
        if let Some(reference) = reference {
            let answer = self.takes(self.target(reference)?, value, depth);
            if self.draft == Draft::V7 || answer != Some(true) {
                return answer;
            }
        }
        let shape = Shape::of(value)?;
        all(keywords.iter().map(|(name, wanted)| match name.as_str() {
            "if" => match keywords.get(if self.takes(wanted, value, depth)? { "then" } else { "else" }) {
                Some(schema) => self.takes(schema, value, depth),
                None => Some(true),
            },
            "additionalProperties" => self.takes_others(wanted, keywords, &shape, depth),
            name => self.takes_keyword(name, wanted, value, &shape, depth),
        }))
    }

    fn takes_keyword(&self, name: &str, wanted: &Json, value: &Value, shape: &Shape, depth: usize) -> Option<bool> {
        let mut answers = wanted.as_array().into_iter().flatten().map(|schema| self.takes(schema, value, depth));
        match name {
            "allOf" => all(answers),
            "anyOf" => any(answers),
            "oneOf" => {
                let count = answers.try_fold(0, |count, answer| answer.map(|answer| count + usize::from(answer)));
                Some(count? == 1)
            }
            "not" => self.takes(wanted, value, depth).map(|answer| !answer),
            "type" => Some(match wanted {
                Json::Array(types) => types.iter().filter_map(Json::as_str).any(|ty| shape.is(ty)),
                ty => ty.as_str().is_some_and(|ty| shape.is(ty)),
            }),
            "const" => shape.equals(wanted),
            "enum" => any(wanted.as_array()?.iter().map(|one| shape.equals(one))),
            _ => match shape {
                Shape::Map(map) if name == "dependencies" => {
                    all(wanted.as_object()?.iter().map(|(key, more)| match (map.contains(key.as_bytes()), more) {
                        (false, _) => Some(true),
                        (true, Json::Array(_)) => self.takes_map("required", more, map, depth),
                        (true, schema) => self.takes(schema, value, depth),
                    }))
                }
                Shape::Map(map) => self.takes_map(name, wanted, map, depth),
                Shape::List(items) => self.takes_list(name, wanted, items, depth),
                Shape::Text(text) => self.takes_text(name, wanted, text),
                Shape::Number(number) => Some(takes_number(name, wanted, *number)),
                Shape::Null | Shape::Bool(_) => Some(true),
            },
        }
    }

    fn takes_map(&self, name: &str, wanted: &Json, map: &Map, depth: usize) -> Option<bool> {
        let entries = map.entries();
        let entries = entries.iter().map(|(key, entry)| Some((text_of(key)?, &entry.value)));
        match name {
            "minProperties" => Some(map.len() as u64 >= wanted.as_u64()?),
            "maxProperties" => Some(map.len() as u64 <= wanted.as_u64()?),
            "required" => {
                Some(wanted.as_array()?.iter().filter_map(Json::as_str).all(|key| map.contains(key.as_bytes())))
            }
            "properties" => all(entries.map(|entry| {
                let (key, value) = entry?;
                wanted.get(key).map_or(Some(true), |schema| self.takes(schema, value, depth))
            })),
            "patternProperties" => all(entries.map(|entry| {
                let (key, value) = entry?;
                let schemas = wanted.as_object()?.iter().filter(|(pattern, _)| self.matches(pattern, key));
                all(schemas.map(|(_, schema)| self.takes(schema, value, depth)))
            })),
            "propertyNames" => all(entries.map(|entry| self.takes(wanted, &Value::str(entry?.0), depth))),
            _ => Some(true),
        }
    }

    /// `additionalProperties`: what neither `properties` nor `patternProperties` names.
    fn takes_others(&self, wanted: &Json, beside: &Object<String, Json>, shape: &Shape, depth: usize) -> Option<bool> {
        let Shape::Map(map) = shape else { return Some(true) };
        let named = |keyword: &str| beside.get(keyword).and_then(Json::as_object);
        let (properties, patterns) = (named("properties"), named("patternProperties"));
        all(map.entries().iter().map(|(key, entry)| {
            let key = text_of(key)?;
            let is_named = properties.is_some_and(|names| names.contains_key(key))
                || patterns.into_iter().flatten().any(|(pattern, _)| self.matches(pattern, key));
            if is_named { Some(true) } else { self.takes(wanted, &entry.value, depth) }
        }))
    }

    fn takes_list(&self, name: &str, wanted: &Json, items: &[Value], depth: usize) -> Option<bool> {
        match name {
            "minItems" => Some(items.len() as u64 >= wanted.as_u64()?),
            "maxItems" => Some(items.len() as u64 <= wanted.as_u64()?),
            "items" => all(items.iter().map(|item| self.takes(wanted, item, depth))),
            "uniqueItems" if *wanted == Json::Bool(true) && items.len() > 1 => {
                let texts: Option<HashSet<&[u8]>> =
                    items.iter().map(|item| item.as_str().map(|text| &**text)).collect();
                Some(texts?.len() == items.len())
            }
            _ => Some(true),
        }
    }

    fn takes_text(&self, name: &str, wanted: &Json, text: &str) -> Option<bool> {
        match name {
            "minLength" => Some(text.chars().count() as u64 >= wanted.as_u64()?),
            "maxLength" => Some(text.chars().count() as u64 <= wanted.as_u64()?),
            "pattern" => Some(self.matches(wanted.as_str()?, text)),
            "format" if self.draft == Draft::V7 => UNKNOWN_FORMATS.contains(&wanted.as_str()?).then_some(true),
            _ => Some(true),
        }
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        self.patterns.get(pattern).is_some_and(|pattern| pattern.is_match(text))
    }
}

fn takes_number(name: &str, wanted: &Json, number: f64) -> bool {
    let Some(bound) = wanted.as_f64() else { return true };
    match name {
        "minimum" => number >= bound,
        "maximum" => number <= bound,
        "exclusiveMinimum" => number > bound,
        "exclusiveMaximum" => number < bound,
        _ => true,
    }
}

/// What is no UTF-8 the validator sees otherwise.
fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A single no decides, whatever is unknown.
fn all(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut sum = Some(true);
    for answer in answers {
        match answer {
            Some(true) => {}
            Some(false) => return Some(false),
            None => sum = None,
        }
    }
    sum
}

/// A single yes decides, whatever is unknown.
fn any(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    all(answers.into_iter().map(|answer| answer.map(|answer| !answer))).map(|none| !none)
}

/// A value as JSON has it.
enum Shape<'v> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'v str),
    List(Ref<'v, Vec<Value>>),
    Map(&'v Map),
}

impl Shape<'_> {
    fn of(value: &Value) -> Option<Shape<'_>> {
        Some(match value {
            Value::Nil => Shape::Null,
            Value::Bool(b) => Shape::Bool(*b),
            Value::Int(n, _) => Shape::Number(exact(*n as f64)?),
            Value::Uint(n, _) => Shape::Number(exact(*n as f64)?),
            Value::Float(n) => Shape::Number(exact(*n)?),
            Value::Str(text) => Shape::Text(text_of(text)?),
            Value::List(list) if list.is_nil() => Shape::Null,
            Value::Map(map) if map.is_nil() => Shape::Null,
            Value::List(list) => Shape::List(list.items()),
            Value::Map(map) => Shape::Map(map),
            Value::Complex(..) | Value::Object(_) => return None,
        })
    }

    fn is(&self, ty: &str) -> bool {
        match self {
            Shape::Null => ty == "null",
            Shape::Bool(_) => ty == "boolean",
            Shape::Number(n) => ty == "number" || ty == "integer" && n.fract() == 0.0,
            Shape::Text(_) => ty == "string",
            Shape::List(_) => ty == "array",
            Shape::Map(_) => ty == "object",
        }
    }

    fn equals(&self, json: &Json) -> Option<bool> {
        match (self, json) {
            (Shape::Null, Json::Null) => Some(true),
            (Shape::Bool(a), Json::Bool(b)) => Some(a == b),
            (Shape::Number(a), Json::Number(b)) => Some(*a == exact(b.as_f64()?)?),
            (Shape::Text(a), Json::String(b)) => Some(a == b),
            (Shape::List(_), Json::Array(_)) | (Shape::Map(_), Json::Object(_)) => None,
            _ => Some(false),
        }
    }
}

/// A number that is the same as an integer and as a float.
fn exact(number: f64) -> Option<f64> {
    const MOST: f64 = (1u64 << 53) as f64;
    (number.abs() < MOST).then_some(number)
}

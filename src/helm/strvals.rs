//! The little language of `--set` and its relatives: `a.b=1,c[0].d={x,y}`.
//!
//! Source: pkg/strvals/parser.go and literal_parser.go. It is a port rather than a grammar, because the language
//! is what that parser does: where a text ends too early, most of what came before counts and nobody complains.
//!
//! **Invariant:** lists are changed in place as Go's slices are; indexes, nesting and the number of items that
//! are made are bounded.
//! **Not here:** the order in which flags count ([`super::values`]).

mod chars;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use chars::Chars;

use super::from_yaml::json_value_of;
use crate::base::{SourceId, Span};
use crate::gotmpl::{Entry, List, Map, Type, Value};
use crate::yaml::{jsonable, read_json_at};

/// Go: MaxIndex.
const MAX_INDEX: usize = 65536;

/// Go: MaxNestedNameLevel.
const MAX_NAME_LEVEL: usize = 30;

/// Lists in lists: `a[0][0][0]`.
const MAX_LIST_LEVEL: usize = 1000;

/// How the values of a text are read.
pub enum Reading<'r> {
    /// `--set`: truth values, null and integers are what they look like.
    Typed,
    /// `--set-string`
    Text,
    /// `--set-file`: the value is the content of the file that is named.
    File(&'r mut dyn FnMut(&str) -> Result<Value, String>),
    /// `--set-json` with `key=value`.
    Json,
    /// `--set-literal`: nothing is special behind the `=`.
    Literal,
}

/// Why a text is refused, and the byte at which that was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub message: String,
    pub at: usize,
}

/// How many list items all texts together may make.
pub struct Budget(usize);

impl Default for Budget {
    fn default() -> Budget {
        Budget(4_000_000)
    }
}

/// Reads a text and sets what it says in `target`; `source` is the text's.
pub fn parse_into(
    text: &str,
    source: SourceId,
    target: &Map,
    reading: Reading<'_>,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let mut parser = Parser { chars: Chars::new(text), text, source, reading, budget };
    loop {
        match parser.key(target, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Fault(message)) => return Err(Fault { message, at: parser.chars.at() }),
        }
    }
}

struct Parser<'p, 'r> {
    chars: Chars<'p>,
    text: &'p str,
    source: SourceId,
    reading: Reading<'r>,
    budget: &'p mut Budget,
}

/// Why reading does not go on.
enum Stop {
    /// Go: io.EOF, which is no error.
    End,
    Fault(String),
}

type Outcome<T = ()> = Result<T, Stop>;

impl Parser<'_, '_> {
    fn is_literal(&self) -> bool {
        matches!(self.reading, Reading::Literal)
    }

    /// Up to one of these characters, and which.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let escapes = !self.is_literal();
        self.chars.until(stops, escapes)
    }

    /// One key and its value.
    fn key(&mut self, data: &Map, level: usize) -> Outcome {
        let start = self.chars.at();
        let stops: &[char] = if self.is_literal() { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        match self.until(stops) {
            (key, None) if key.is_empty() => Err(Stop::End),
            (key, None) => Err(fault(format!("key {key:?} has no value"))),
            (key, Some('[')) => {
                let index = self.index()?;
                let list = match data.get(key.as_bytes()) {
                    None => Rc::new(List::new(Type::List, Vec::new())),
                    Some(value) => as_list(&value).map_err(cannot_parse_key)?,
                };
                let (list, outcome) = self.list_item(list, index, level, 0);
                self.set(data, &key, Value::List(list), start);
                outcome
            }
            (key, Some('=')) => self.value(data, &key),
            (key, Some(',')) => {
                self.set(data, &key, Value::str(""), start);
                Err(fault(format!("key {key:?} has no value (cannot end with ,)")))
            }
            (key, Some(_)) => {
                if level == MAX_NAME_LEVEL {
                    return Err(fault(format!(
                        "value name nested level is greater than maximum supported nested level of {MAX_NAME_LEVEL}"
                    )));
                }
                let there = data.get(key.as_bytes());
                let inner = match &there {
                    None => Rc::new(Map::new(Type::Map)),
                    Some(value) => as_map(value).map_err(cannot_parse_key)?,
                };
                let outcome = self.key(&inner, level + 1);
                if outcome.is_ok() && inner.is_empty() {
                    return Err(fault(format!("key map {key:?} has no value")));
                }
                if there.is_none() && !inner.is_empty() {
                    self.set(data, &key, Value::Map(inner), start);
                }
                outcome
            }
        }
    }

    /// What stands behind `key=`.
    fn value(&mut self, data: &Map, key: &str) -> Outcome {
        let start = self.chars.at();
        if let Reading::Json = self.reading {
            let value = self.json_value()?;
            self.set(data, key, value, start);
            return Ok(());
        }
        let (value, outcome) = self.plain_value()?;
        self.set(data, key, value, start);
        outcome
    }

    /// A list in braces or a single value. At the end of the text it is empty, and the end is told.
    fn plain_value(&mut self) -> Outcome<(Value, Outcome)> {
        if self.is_literal() {
            return Ok((Value::str(self.chars.rest()), Ok(())));
        }
        match self.chars.peek() {
            None => Ok((Value::str(""), Err(Stop::End))),
            Some('{') => {
                self.chars.next();
                Ok((self.braces()?, Ok(())))
            }
            Some(_) => {
                let (text, _) = self.until(&[',']);
                Ok((self.read(&text)?, Ok(())))
            }
        }
    }

    /// The items of `{a,b}`.
    fn braces(&mut self) -> Outcome<Value> {
        let mut items = Vec::new();
        loop {
            let (text, last) = self.until(&[',', '}']);
            if last.is_none() {
                return Err(fault("list must terminate with '}'"));
            }
            if last == Some('}') && self.chars.peek() == Some(',') {
                self.chars.next();
            }
            items.push(self.read(&text)?);
            if last == Some('}') {
                return Ok(Value::list(items));
            }
        }
    }

    /// A JSON value, with the blanks and the comma that follow it. Nothing is null.
    fn json_value(&mut self) -> Outcome<Value> {
        if self.chars.skip_blanks_and_comma() {
            return Ok(Value::Nil);
        }
        let node = read_json_at(self.text.as_bytes(), self.chars.at(), self.source);
        let node = node.map_err(|error| fault(error.message))?;
        let value = json_value_of(&node).map_err(|error| fault(error.message))?;
        self.chars.jump(node.span.end as usize);
        self.chars.skip_blanks_and_comma();
        Ok(value)
    }

    /// The number in front of a `]`.
    fn index(&mut self) -> Outcome<i64> {
        let (text, last) = self.until(&[']']);
        // Go: an index without an end is the end.
        last.ok_or(Stop::End)?;
        text.parse().map_err(|_| fault(format!("error parsing index: strconv.Atoi: parsing {text:?}: invalid syntax")))
    }

    /// What follows a `]`. The list comes back in any case, for what was done to it before an error or the end
    /// counts.
    fn list_item(&mut self, list: Rc<List>, index: i64, level: usize, depth: usize) -> (Rc<List>, Outcome) {
        let Ok(at) = usize::try_from(index) else {
            return (list, Err(fault(format!("negative {index} index not allowed"))));
        };
        if depth > MAX_LIST_LEVEL {
            return (list, Err(fault(format!("lists are nested more than {MAX_LIST_LEVEL} deep"))));
        }
        let (rest, last) = self.until(&['[', '.', '=']);
        if !rest.is_empty() {
            return (list, Err(fault(format!("unexpected data at end of array index: {rest:?}"))));
        }
        let item = match last {
            None => Err(Stop::End),
            Some('=') if matches!(self.reading, Reading::Json) => self.json_value(),
            // Go: here the end of the text is as good as an empty value.
            Some('=') => self.plain_value().map(|(value, _)| value),
            Some('[') => self.nested_list(&list, at, level, depth),
            Some(_) => self.nested_map(&list, at, level),
        };
        match item.and_then(|item| self.set_index(&list, at, item)) {
            Ok(list) => (list, Ok(())),
            Err(stop) => (list, Err(stop)),
        }
    }

    fn nested_list(&mut self, list: &List, at: usize, level: usize, depth: usize) -> Outcome<Value> {
        let index = self.index()?;
        let inner = match list.get(at) {
            None | Some(Value::Nil) => Rc::new(List::new(Type::List, Vec::new())),
            Some(value) => as_list(&value).map_err(cannot_parse_key)?,
        };
        let (inner, outcome) = self.list_item(inner, index, level, depth + 1);
        outcome.map(|()| Value::List(inner))
    }

    fn nested_map(&mut self, list: &List, at: usize, level: usize) -> Outcome<Value> {
        let inner = match list.get(at) {
            Some(Value::Map(inner)) => inner,
            there => {
                let inner = Rc::new(Map::new(Type::Map));
                // Go: what was in the list is gone even if no value comes.
                if there.is_some() {
                    list.items_mut()[at] = Value::Map(inner.clone());
                }
                inner
            }
        };
        self.key(&inner, level).map(|()| Value::Map(inner))
    }

    /// Go: setIndex. A list that is too short is copied into a longer one.
    fn set_index(&mut self, list: &Rc<List>, at: usize, item: Value) -> Outcome<Rc<List>> {
        if at > MAX_INDEX {
            return Err(fault(format!("index of {at} is greater than maximum supported index of {MAX_INDEX}")));
        }
        if let Some(place) = list.items_mut().get_mut(at) {
            *place = item;
            return Ok(list.clone());
        }
        self.budget.0 = self.budget.0.checked_sub(at + 1).ok_or_else(|| fault("the lists grow beyond measure"))?;
        let mut items = list.items().clone();
        items.resize(at, Value::Nil);
        items.push(item);
        Ok(Rc::new(List::new(Type::List, items)))
    }

    /// Go: an empty key is not set. Its place is the text from `start` to here.
    fn set(&self, data: &Map, key: &str, value: Value, start: usize) {
        if !key.is_empty() {
            let passed = &self.text[start..self.chars.at()];
            let end = start + passed.strip_suffix(',').unwrap_or(passed).len();
            let span = Span::new(self.source, start, end);
            data.set_entry(key.as_bytes(), Entry { value, span });
        }
    }

    /// A single value.
    fn read(&mut self, text: &str) -> Outcome<Value> {
        match &mut self.reading {
            Reading::Typed => Ok(typed(text)),
            Reading::File(read) => read(text).map_err(Stop::Fault),
            Reading::Text | Reading::Json | Reading::Literal => Ok(Value::str(text)),
        }
    }
}

/// Go: typedVal.
fn typed(text: &str) -> Value {
    // Go: strings.EqualFold, which is the rule for names of fields too.
    let is = |word| jsonable::same_field(word, text);
    if is("true") || is("false") {
        return Value::Bool(is("true"));
    }
    if is("null") {
        return Value::Nil;
    }
    let number = if text == "0" || !text.starts_with('0') { text.parse().ok() } else { None };
    number.map_or_else(|| Value::str(text), Value::int64)
}

fn as_map(value: &Value) -> Result<Rc<Map>, String> {
    value.as_map().cloned().ok_or_else(|| conversion(value, "map[string]interface {}"))
}

fn as_list(value: &Value) -> Result<Rc<List>, String> {
    value.as_list().cloned().ok_or_else(|| conversion(value, "[]interface {}"))
}

fn conversion(value: &Value, wanted: &str) -> String {
    let found = value.ty().map_or("nil", Type::name);
    format!("interface conversion: interface {{}} is {found}, not {wanted}")
}

/// Go: the parser panics there, and catches it.
fn cannot_parse_key(why: String) -> Stop {
    fault(format!("unable to parse key: {why}"))
}

fn fault(message: impl Into<String>) -> Stop {
    Stop::Fault(message.into())
}

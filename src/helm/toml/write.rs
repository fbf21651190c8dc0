//! Values -> TOML. Source: encode.go.

use super::key::{append_part, append_quoted, joined};
use super::parse::{DATE, DATETIME, TIME};
use crate::gotmpl::{Kind, List, Map, Value};
use crate::sprig::dates::{Time, Zone, format_time};
use crate::sprig::json::{LARGEST_TEXT, exported_fields};
use crate::yaml::number::general_float;

/// Why a value has no TOML.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// Go: what Encode returns.
    Error(String),
    /// Go: what it does not take care of.
    Panic(String),
}

type Written = Result<(), Failure>;

const MAX_DEPTH: usize = 10_000;

/// Go: Encoder.Encode.
pub fn marshal(value: &Value) -> Result<Vec<u8>, Failure> {
    let mut writer = Writer { out: Vec::new(), left: LARGEST_TEXT, depth: 0 };
    if value.is_nil() {
        return Err(Failure::Panic("reflect: call of reflect.Value.Type on zero Value".into()));
    }
    writer.encode(&mut Vec::new(), value)?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    /// Of the bytes that may be written and of the values that may be looked at.
    left: usize,
    depth: usize,
}

/// What a value is to TOML, of the kinds that matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nil,
    Plain,
    Array,
    Table,
    Tables,
}

type Entry = (Vec<u8>, Value, Shape);

/// What of a value is written.
enum View {
    Value(Value),
    /// A struct's fields.
    Fields(Vec<(&'static str, Value)>),
    Quoted(Vec<u8>),
    /// Without quotes.
    Bare(Vec<u8>),
}

impl Writer {
    fn encode(&mut self, key: &mut Vec<Vec<u8>>, value: &Value) -> Written {
        let shape = match self.shape(value) {
            // Go: at the root it is met elsewhere, with another text.
            Err(Failure::Error(_)) if matches!(value, Value::Complex(..)) => {
                let key = String::from_utf8_lossy(&joined(key)).into_owned();
                return Err(Failure::Error(format!("unsupported type for key '{key}': complex128")));
            }
            shape => shape?,
        };
        match (shape, view(value)?) {
            (Shape::Tables, View::Value(Value::List(list))) => self.tables(key, &list),
            (Shape::Table, view) => self.table(key, &view),
            (Shape::Nil, View::Value(Value::Map(_))) => Ok(()),
            _ => self.key_value(key, value, true),
        }
    }

    /// Go: eArrayOfTables.
    fn tables(&mut self, key: &mut Vec<Vec<u8>>, list: &List) -> Written {
        if key.is_empty() {
            return Err(Failure::Error("toml: top-level values must be Go maps or structs".into()));
        }
        for item in list.items().iter() {
            self.new_line();
            self.header(key, "[[", "]]")?;
            self.entries(key, &view(item)?)?;
        }
        Ok(())
    }

    /// Go: eTable.
    fn table(&mut self, key: &mut Vec<Vec<u8>>, view: &View) -> Written {
        if key.len() == 1 {
            self.new_line();
        }
        if !key.is_empty() {
            self.header(key, "[", "]")?;
        }
        self.entries(key, view)
    }

    fn header(&mut self, key: &[Vec<u8>], open: &str, close: &str) -> Written {
        self.indent(key);
        self.put(open.as_bytes());
        self.put(&joined(key));
        self.put(close.as_bytes());
        self.new_line();
        self.check()
    }

    /// Go: eMapOrStruct, not inline. What is simple comes first.
    fn entries(&mut self, key: &mut Vec<Vec<u8>>, view: &View) -> Written {
        self.enter()?;
        let (simple, tables) = self.sorted(view)?;
        for (name, value, shape) in simple.into_iter().chain(tables) {
            if shape != Shape::Nil {
                key.push(name);
                self.encode(key, &value)?;
                key.pop();
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Go: the same inline. Where the last value is nil a comma stands behind the one before it.
    fn inline_table(&mut self, view: &View) -> Written {
        self.enter()?;
        let (simple, tables) = self.sorted(view)?;
        let (has_tables, count) = (!tables.is_empty(), simple.len());
        self.put(b"{");
        let total = count + tables.len();
        for (at, (name, value, shape)) in simple.into_iter().chain(tables).enumerate() {
            if shape == Shape::Nil {
                continue;
            }
            append_part(&mut self.out, &name);
            self.put(b" = ");
            self.element(&value)?;
            if at + 1 != total && (at + 1 != count || has_tables) {
                self.put(b", ");
            }
        }
        self.put(b"}");
        self.depth -= 1;
        Ok(())
    }

    /// The entries of a table that are simple, and those that are tables.
    fn sorted(&mut self, view: &View) -> Result<(Vec<Entry>, Vec<Entry>), Failure> {
        let entries: Vec<(Vec<u8>, Value)> = match view {
            View::Value(Value::Map(map)) => own_entries(map),
            View::Fields(fields) => {
                fields.iter().map(|(name, value)| (name.as_bytes().into(), value.clone())).collect()
            }
            _ => Vec::new(),
        };
        let (mut simple, mut tables) = (Vec::new(), Vec::new());
        for (name, value) in entries {
            let shape = self.shape(&value)?;
            let place = if matches!(shape, Shape::Table | Shape::Tables) { &mut tables } else { &mut simple };
            place.push((name, value, shape));
        }
        Ok((simple, tables))
    }

    /// Go: writeKeyValue.
    fn key_value(&mut self, key: &[Vec<u8>], value: &Value, ends_line: bool) -> Written {
        let Some(last) = key.last() else { return self.element(value) };
        self.indent(key);
        append_part(&mut self.out, last);
        self.put(b" = ");
        self.element(value)?;
        if ends_line {
            self.new_line();
        }
        Ok(())
    }

    /// Go: eElement.
    fn element(&mut self, value: &Value) -> Written {
        match view(value)? {
            View::Quoted(text) => append_quoted(&mut self.out, &text),
            View::Bare(text) => self.put(&text),
            view @ (View::Fields(_) | View::Value(Value::Map(_))) => self.inline_table(&view)?,
            View::Value(Value::List(list)) => {
                self.enter()?;
                self.put(b"[");
                for (at, item) in list.items().iter().enumerate() {
                    if at > 0 {
                        self.put(b", ");
                    }
                    self.element(item)?;
                }
                self.put(b"]");
                self.depth -= 1;
            }
            View::Value(Value::Bool(b)) => self.put(if b { b"true" } else { b"false" }),
            View::Value(Value::Int(n, _)) => self.put(n.to_string().as_bytes()),
            View::Value(Value::Uint(n, _)) => self.put(n.to_string().as_bytes()),
            View::Value(Value::Float(f)) => self.put(float(f).as_bytes()),
            View::Value(Value::Str(text)) => append_quoted(&mut self.out, &text),
            View::Value(Value::Nil | Value::Complex(..) | Value::Object(_)) => {
                return Err(Failure::Error(format!("unexpected type: {}", value.ty().map_or("nil", |ty| ty.name()))));
            }
        }
        self.check()
    }

    /// Go: tomlTypeOfGo, which goes through arrays to find nil in them.
    fn shape(&mut self, value: &Value) -> Result<Shape, Failure> {
        self.left = self.left.checked_sub(1).ok_or_else(too_long)?;
        Ok(match view(value)? {
            View::Fields(_) => Shape::Table,
            View::Value(Value::Nil) => Shape::Nil,
            View::Value(Value::Map(map)) if map.is_nil() => Shape::Nil,
            View::Value(Value::Map(_)) => Shape::Table,
            View::Value(Value::List(list)) if list.is_nil() => Shape::Nil,
            View::Value(Value::List(list)) => {
                self.enter()?;
                let mut are_tables = !list.is_empty();
                for item in list.items().iter() {
                    match self.shape(item)? {
                        Shape::Nil => {
                            return Err(Failure::Error("toml: cannot encode array with nil element".into()));
                        }
                        shape => are_tables &= shape == Shape::Table,
                    }
                }
                self.depth -= 1;
                if are_tables { Shape::Tables } else { Shape::Array }
            }
            View::Value(Value::Complex(..)) => return Err(Failure::Error("unsupported type: complex128".into())),
            _ => Shape::Plain,
        })
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn indent(&mut self, key: &[Vec<u8>]) {
        self.out.resize(self.out.len() + 2 * (key.len().max(1) - 1), b' ');
    }

    /// Go: nothing at the start of the text.
    fn new_line(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    /// Go: what holds itself goes on until the stack is used up.
    fn enter(&mut self) -> Written {
        if self.depth == MAX_DEPTH {
            return Err(Failure::Panic("toml: values are nested too deeply".into()));
        }
        self.depth += 1;
        Ok(())
    }

    fn check(&self) -> Written {
        if self.out.len() <= LARGEST_TEXT { Ok(()) } else { Err(too_long()) }
    }
}

fn too_long() -> Failure {
    Failure::Panic("toml: the text is too long".into())
}

fn own_entries(map: &Map) -> Vec<(Vec<u8>, Value)> {
    map.entries().iter().map(|(key, entry)| (key.to_vec(), entry.value.clone())).collect()
}

/// What Go's reflection and type switches see in a value.
fn view(value: &Value) -> Result<View, Failure> {
    let Value::Object(object) = value else { return Ok(View::Value(value.clone())) };
    if let Some(time) = value.downcast::<Time>() {
        return Ok(View::Bare(time_text(time)));
    }
    Ok(match (object.type_name(), object.kind()) {
        ("time.Duration", _) => View::Quoted(object.text().unwrap_or_default().into_bytes()),
        // Of a struct that can say itself as text JSON has that text.
        (_, Kind::Struct | Kind::Ptr) => match object.json() {
            Some(Value::Str(text)) => View::Quoted(text.to_vec()),
            _ => View::Fields(exported_fields(&**object)),
        },
        (name, _) => match object.underlying() {
            Some(Value::Object(_)) | None => return Err(Failure::Error(format!("unsupported type: {name}"))),
            Some(plain) => View::Value(plain),
        },
    })
}

/// Go: a time that was read without a zone is written without one.
fn time_text(time: &Time) -> Vec<u8> {
    let (layout, is_local) = match time.location().name() {
        DATETIME => ("2006-01-02T15:04:05.999999999", true),
        DATE => ("2006-01-02", true),
        TIME => ("15:04:05.999999999", true),
        _ => ("2006-01-02T15:04:05.999999999Z07:00", false),
    };
    let moved = if is_local { time.within(Zone::Utc) } else { time.clone() };
    format_time(&moved, layout.as_bytes())
}

/// Go: floatAddDecimal.
fn float(f: f64) -> String {
    let sign = if f.is_sign_negative() { "-" } else { "" };
    if f.is_nan() {
        return format!("{sign}nan");
    }
    if f.is_infinite() {
        return format!("{sign}inf");
    }
    let text = general_float(f);
    if text.contains(['e', '.']) { text } else { text + ".0" }
}

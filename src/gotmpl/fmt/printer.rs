//! Values of any type under a verb.

use super::super::func::Fault;
use super::super::value::{Kind, List, Map, Object, Str, Type, UintType, Value};
use super::MAX_TEXT;
use super::basic::Integer;
use super::spec::Spec;

/// How deep values may be nested.
const MAX_DEPTH: usize = 10_000;

/// Go prints the addresses of pointers, lists and maps. This one stands for all.
const ADDRESS: Integer = Integer { negative: false, magnitude: 0xc000012345 };

pub(super) struct Printer<'o> {
    out: &'o mut Vec<u8>,
    /// How long the text may become.
    limit: usize,
    pub spec: Spec,
    /// A bad verb is being told of: methods are not called, which may be the reason for it.
    erroring: bool,
}

type Printed = Result<(), Fault>;

impl Printer<'_> {
    pub fn new(out: &mut Vec<u8>) -> Printer<'_> {
        Printer { limit: out.len().saturating_add(MAX_TEXT), out, spec: Spec::default(), erroring: false }
    }

    pub fn write(&mut self, text: impl AsRef<[u8]>) {
        self.out.extend_from_slice(text.as_ref());
    }

    /// Go: pp.printArg.
    pub fn arg(&mut self, value: &Value, verb: char) -> Printed {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.spec.pad(self.out, b"<nil>"),
            (Value::Nil, _) => self.bad_verb(value, verb)?,
            (_, 'T') => self.spec.string(self.out, type_name(value).as_bytes()),
            (_, 'p') => self.pointer(value, verb)?,
            (Value::List(list), _) if list.ty() == Type::Bytes => self.bytes(list, verb)?,
            (Value::List(_) | Value::Map(_) | Value::Object(_), 'w') => self.bad_verb(value, verb)?,
            _ => self.value(value, verb, 0)?,
        }
        self.check()
    }

    /// A value under the verb `v`, without the `&` of a pointer.
    pub fn pointed_to(&mut self, value: &Value) -> Printed {
        match value {
            Value::Object(object) if object.kind() == Kind::Ptr => match object.text() {
                Some(text) => self.string(value, text.as_bytes(), 'v')?,
                None => self.fields(&**object, object.type_name().trim_start_matches('*'), 'v', 0)?,
            },
            _ => return self.arg(value, 'v'),
        }
        self.check()
    }

    /// Go: pp.printValue.
    fn value(&mut self, value: &Value, verb: char, depth: usize) -> Printed {
        if depth > MAX_DEPTH {
            return Err(Fault::new("a value is nested too deep to be printed"));
        }
        self.check()?;
        match value {
            // Go: an interface that is nil, whatever the verb.
            Value::Nil => self.write(if self.spec.sharp_v { "interface {}(nil)" } else { "<nil>" }),
            Value::Bool(b) => match verb {
                't' | 'v' => self.spec.pad(self.out, if *b { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb)?,
            },
            Value::Int(n, _) => self.integer(value, Integer::signed(*n), verb)?,
            Value::Uint(n, _) if self.spec.sharp_v && verb == 'v' => self.hexadecimal(Integer::unsigned(*n), true),
            Value::Uint(n, _) => self.integer(value, Integer::unsigned(*n), verb)?,
            Value::Float(f) => match float_format(verb) {
                Some((format, precision)) => self.spec.float(self.out, *f, format, precision),
                None => self.bad_verb(value, verb)?,
            },
            Value::Complex(real, imaginary) => match float_format(verb) {
                Some((format, precision)) => self.complex(*real, *imaginary, format, precision),
                None => self.bad_verb(value, verb)?,
            },
            Value::Str(text) => self.string(value, text, verb)?,
            Value::List(list) => self.list(list, verb, depth)?,
            Value::Map(map) => self.map(map, map.ty().name(), verb, depth)?,
            Value::Object(object) => self.object(value, &**object, verb, depth)?,
        }
        Ok(())
    }

    /// Go: pp.badVerb.
    fn bad_verb(&mut self, value: &Value, verb: char) -> Printed {
        self.write(format!("%!{verb}("));
        if value.is_nil() {
            self.write("<nil>");
        } else {
            self.write(format!("{}=", type_name(value)));
            let outer = std::mem::replace(&mut self.erroring, true);
            self.arg(value, 'v')?;
            self.erroring = outer;
        }
        self.write(")");
        Ok(())
    }

    /// Go: pp.fmtInteger.
    fn integer(&mut self, value: &Value, integer: Integer, verb: char) -> Printed {
        match verb {
            'v' | 'd' | 'b' | 'o' | 'O' | 'x' | 'X' => self.spec.integer(self.out, integer, verb),
            'c' => self.spec.character(self.out, integer),
            'q' => self.spec.quoted_character(self.out, integer),
            'U' => self.spec.unicode(self.out, integer),
            _ => self.bad_verb(value, verb)?,
        }
        Ok(())
    }

    /// Go: pp.fmt0x64.
    fn hexadecimal(&mut self, integer: Integer, prefixed: bool) {
        Spec { sharp: prefixed, ..self.spec }.integer(self.out, integer, 'x');
    }

    /// Go: pp.fmtComplex. The imaginary part always has a sign.
    fn complex(&mut self, real: f64, imaginary: f64, format: u8, precision: Option<usize>) {
        self.write("(");
        self.spec.float(self.out, real, format, precision);
        Spec { plus: true, ..self.spec }.float(self.out, imaginary, format, precision);
        self.write("i)");
    }

    /// Go: pp.fmtString. `value` is what a bad verb is told of.
    fn string(&mut self, value: &Value, text: &[u8], verb: char) -> Printed {
        match verb {
            'v' if self.spec.sharp_v => self.spec.quoted(self.out, text),
            'v' | 's' => self.spec.string(self.out, text),
            'x' | 'X' => self.spec.hexadecimal(self.out, text, verb),
            'q' => self.spec.quoted(self.out, text),
            _ => self.bad_verb(value, verb)?,
        }
        Ok(())
    }

    /// Go: pp.fmtBytes, of a `[]byte` that is an operand itself.
    fn bytes(&mut self, list: &List, verb: char) -> Printed {
        match verb {
            'v' if self.spec.sharp_v => self.go_list(list, "[]byte", verb, 0),
            _ => self.list(list, verb, 0),
        }
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) -> Printed {
        if list.ty() == Type::Bytes && matches!(verb, 's' | 'q' | 'x' | 'X') {
            let bytes: Vec<u8> = list.items().iter().map(byte).collect();
            match verb {
                's' => self.spec.string(self.out, &bytes),
                'q' => self.spec.quoted(self.out, &bytes),
                _ => self.spec.hexadecimal(self.out, &bytes, verb),
            }
            return Ok(());
        }
        if self.spec.sharp_v {
            return self.go_list(list, list.ty().name(), verb, depth);
        }
        self.write("[");
        self.items(list, " ", verb, depth)?;
        self.write("]");
        Ok(())
    }

    /// In Go's syntax.
    fn go_list(&mut self, list: &List, type_name: &str, verb: char, depth: usize) -> Printed {
        self.write(type_name);
        if list.is_nil() {
            self.write("(nil)");
            return Ok(());
        }
        self.write("{");
        self.items(list, ", ", verb, depth)?;
        self.write("}");
        Ok(())
    }

    fn items(&mut self, list: &List, separator: &str, verb: char, depth: usize) -> Printed {
        for (at, item) in list.items().iter().enumerate() {
            if at > 0 {
                self.write(separator);
            }
            self.value(item, verb, depth + 1)?;
        }
        Ok(())
    }

    fn map(&mut self, map: &Map, type_name: &str, verb: char, depth: usize) -> Printed {
        let [open, separator, close] = if self.spec.sharp_v { ["{", ", ", "}"] } else { ["map[", " ", "]"] };
        if self.spec.sharp_v {
            self.write(type_name);
            if map.is_nil() {
                self.write("(nil)");
                return Ok(());
            }
        }
        self.write(open);
        for (at, (key, entry)) in map.entries().iter().enumerate() {
            if at > 0 {
                self.write(separator);
            }
            self.string(&Value::str(Str::new(key.clone())), key, verb)?;
            self.write(":");
            self.value(&entry.value, verb, depth + 1)?;
        }
        self.write(close);
        Ok(())
    }

    fn object(&mut self, value: &Value, object: &dyn Object, verb: char, depth: usize) -> Printed {
        let calls_methods = !self.erroring && !self.spec.sharp_v && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        if calls_methods && let Some(text) = object.text() {
            return self.string(value, text.as_bytes(), verb);
        }
        if !self.erroring
            && self.spec.sharp_v
            && let Some(text) = object.syntax()
        {
            self.spec.string(self.out, text.as_bytes());
            return Ok(());
        }
        match object.kind() {
            Kind::Struct => self.fields(object, object.type_name(), verb, depth),
            Kind::Ptr if depth == 0 => {
                self.write("&");
                self.fields(object, object.type_name().trim_start_matches('*'), verb, depth)
            }
            _ => match object.underlying() {
                Some(Value::Map(map)) => self.map(&map, object.type_name(), verb, depth),
                Some(Value::List(list)) if self.spec.sharp_v => self.go_list(&list, object.type_name(), verb, depth),
                Some(Value::List(list)) => self.list(&list, verb, depth),
                Some(Value::Object(_)) | None => self.pointer(value, verb),
                Some(basic) => self.value(&basic, verb, depth),
            },
        }
    }

    fn fields(&mut self, object: &dyn Object, type_name: &str, verb: char, depth: usize) -> Printed {
        if self.spec.sharp_v {
            self.write(type_name);
        }
        self.write("{");
        for (at, (name, field)) in object.fields().iter().enumerate() {
            if at > 0 {
                self.write(if self.spec.sharp_v { ", " } else { " " });
            }
            if self.spec.plus_v || self.spec.sharp_v {
                self.write(format!("{name}:"));
            }
            self.value(field, verb, depth + 1)?;
        }
        self.write("}");
        Ok(())
    }

    /// Go: pp.fmtPointer.
    fn pointer(&mut self, value: &Value, verb: char) -> Printed {
        let address = match value {
            Value::List(list) if list.is_nil() => Integer::unsigned(0),
            Value::Map(map) if map.is_nil() => Integer::unsigned(0),
            Value::List(_) | Value::Map(_) => ADDRESS,
            Value::Object(object) if !matches!(object.kind(), Kind::Struct) => ADDRESS,
            _ => return self.bad_verb(value, verb),
        };
        match verb {
            'v' if self.spec.sharp_v => {
                self.write(format!("({})(", type_name(value)));
                self.hexadecimal(address, true);
                self.write(")");
            }
            'v' | 'p' => self.hexadecimal(address, !self.spec.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.spec.integer(self.out, address, verb),
            _ => self.bad_verb(value, verb)?,
        }
        Ok(())
    }

    fn check(&self) -> Printed {
        if self.out.len() <= self.limit {
            return Ok(());
        }
        Err(Fault::new(format!("a printed text is longer than {MAX_TEXT} bytes")))
    }
}

/// The format of strconv for a verb, and the precision that it has of its own.
fn float_format(verb: char) -> Option<(u8, Option<usize>)> {
    Some(match verb {
        'v' => (b'g', None),
        'b' | 'g' | 'G' | 'x' | 'X' => (verb as u8, None),
        'f' | 'e' | 'E' => (verb as u8, Some(6)),
        'F' => (b'f', Some(6)),
        _ => return None,
    })
}

pub(super) fn type_name(value: &Value) -> &'static str {
    value.ty().map_or("<nil>", Type::name)
}

fn byte(item: &Value) -> u8 {
    match item {
        Value::Uint(n, UintType::Uint8) => *n as u8,
        _ => 0,
    }
}

//! `.Files`: what a chart holds beside its templates.
//!
//! Source: pkg/engine/files.go.

use std::any::Any;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::glob::{Glob, Stop};
use super::to_yaml::marshal;
use crate::base::base64;
use crate::gotmpl::{Call, Entry, Fault, Func, Kind, List, Map, Object, Str, Type, Value};

/// Go: `engine.files`, a `map[string][]uint8`.
#[derive(Clone, Default)]
pub struct Files {
    files: Rc<BTreeMap<Rc<str>, Arc<[u8]>>>,
}

/// What `%T` prints.
const NAME: &str = "engine.files";
/// The type that it is made of.
const UNDERLYING: Type = Type::Named("map[string][]uint8");

static METHODS: &[Func] = &[
    method("AsConfig", &[], |call| Ok(own(call)?.as_yaml(|bytes| Value::str(Str::new(bytes))))),
    method("AsSecrets", &[], |call| Ok(own(call)?.as_yaml(|bytes| Value::str(base64::encode(bytes))))),
    method("Get", &[Type::String], |call| Ok(Value::str(Str::new(&*own(call)?.get(call.str(1)).unwrap_or_default())))),
    method("GetBytes", &[Type::String], |call| {
        Ok(Value::List(Rc::new(List::of_bytes(own(call)?.get(call.str(1)).unwrap_or_default()))))
    }),
    method("Glob", &[Type::String], |call| {
        let files = own(call)?.glob(call.str(1)).map_err(|stop| Fault::new(stop.to_string()))?;
        Ok(Value::object(files))
    }),
    method("Lines", &[Type::String], |call| Ok(own(call)?.lines(call.str(1)))),
];

const fn method(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}

fn own<'c>(call: &'c Call) -> Result<&'c Files, Fault> {
    call.args.first().and_then(Value::downcast).ok_or_else(|| Fault::new("not an engine.files"))
}

impl Files {
    /// Of files by their paths in the chart; of equal paths the last one counts.
    pub fn new<N: Into<Rc<str>>>(files: impl IntoIterator<Item = (N, Arc<[u8]>)>) -> Files {
        Files { files: Rc::new(files.into_iter().map(|(name, data)| (name.into(), data)).collect()) }
    }

    fn get(&self, name: &[u8]) -> Option<Arc<[u8]>> {
        self.files.get(std::str::from_utf8(name).ok()?).cloned()
    }

    fn glob(&self, pattern: &[u8]) -> Result<Files, Stop> {
        let glob = Glob::new(pattern)?;
        let mut files = BTreeMap::new();
        for (name, data) in self.files.iter() {
            if glob.matches(name)? {
                files.insert(name.clone(), data.clone());
            }
        }
        Ok(Files { files: Rc::new(files) })
    }

    /// The files by their names without folders. Go: of equal names any counts; here the last path does.
    fn as_yaml(&self, content: impl Fn(&[u8]) -> Value) -> Value {
        let map = Map::new(Type::StringMap);
        self.files.iter().for_each(|(path, data)| map.set(base_name(path).as_bytes(), content(data)));
        let mut text = marshal(&Value::Map(Rc::new(map))).unwrap_or_default();
        text.pop_if(|last| *last == b'\n');
        Value::str(text)
    }

    /// Without the newlines that end them.
    fn lines(&self, name: &[u8]) -> Value {
        let Some(data) = self.get(name).filter(|data| !data.is_empty()) else { return Value::strings([""; 0]) };
        let text = data.strip_suffix(b"\n").unwrap_or(&data);
        Value::strings(text.split(|byte| *byte == b'\n').map(Str::new))
    }
}

/// Go: path.Base.
fn base_name(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        trimmed => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

impl Object for Files {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        METHODS.iter().find(|method| method.name == name)
    }

    fn underlying(&self) -> Option<Value> {
        let entries = self.files.iter().map(|(name, data)| {
            let bytes = Value::List(Rc::new(List::of_bytes(data.clone())));
            (name.as_bytes().into(), Entry::new(bytes))
        });
        Some(Value::Map(Rc::new(Map::from_entries(UNDERLYING, entries.collect()))))
    }

    fn is_true(&self) -> bool {
        !self.files.is_empty()
    }

    fn equals(&self, _other: &dyn Object) -> bool {
        // Go: maps cannot be compared.
        false
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gotmpl::World;

    fn files() -> Files {
        let files: [(&str, &[u8]); 4] =
            [("a.yaml", b"x: 1\n\ny: 2\n"), ("conf/b.txt", b"text"), ("conf/deep/c.bin", b"\xff\x00"), ("empty", b"")];
        Files::new(files.map(|(name, data)| (name, Arc::from(data))))
    }

    fn call(name: &str, args: &[&str]) -> String {
        let own = Value::object(files());
        let args: Vec<Value> = std::iter::once(own.clone()).chain(args.iter().map(|arg| Value::str(*arg))).collect();
        let method = files().method(name).expect("a method");
        let value =
            (method.run)(&mut Call { args: &args, world: &mut World::fixed(0), engine: None }).expect("a value");
        let json = crate::sprig::json::marshal(&value, crate::sprig::json::Layout::Raw).expect("JSON");
        String::from_utf8(json).expect("UTF-8")
    }

    // Expectations: Helm 4.3.1 on a chart with these files.
    #[test]
    fn methods_give_what_helm_gives() {
        assert_eq!(call("Get", &["conf/b.txt"]), r#""text""#);
        assert_eq!(call("Get", &["nope"]), r#""""#);
        assert_eq!(call("GetBytes", &["conf/b.txt"]), r#""dGV4dA==""#);
        assert_eq!(call("Lines", &["a.yaml"]), r#"["x: 1","","y: 2"]"#);
        assert_eq!(call("Lines", &["empty"]), "[]");
        assert_eq!(call("Glob", &["conf/*"]), r#"{"conf/b.txt":"dGV4dA=="}"#);
        assert_eq!(call("Glob", &["conf/**"]), r#"{"conf/b.txt":"dGV4dA==","conf/deep/c.bin":"/wA="}"#);
        assert_eq!(call("AsSecrets", &[]), r#""a.yaml: eDogMQoKeTogMgo=\nb.txt: dGV4dA==\nc.bin: /wA=\nempty: \"\"""#);
        // A character that YAML forbids, or one that JSON replaces.
        let config = r#""a.yaml: |\n  x: 1\n\n  y: 2\nb.txt: text\nc.bin: \"\ufffd\\0\"\nempty: \"\"""#;
        assert_eq!(call("AsConfig", &[]), config.replace("\\ufffd", "\u{fffd}"));
    }

    #[test]
    fn names_without_folders_are_those_of_go() {
        for (path, name) in [("a/b", "b"), ("a/", "a"), ("", "."), ("//", "/"), ("a", "a")] {
            assert_eq!(base_name(path), name);
        }
    }
}

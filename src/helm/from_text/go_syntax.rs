//! What was read from YAML in Go's syntax (`%#v`), which go-yaml's complaints about keys hold.
//!
//! **Not here:** keys that are no strings, which the reader has already made strings.

use crate::gotmpl::{
    self,
    fmt::{quote, sprintf},
};
use crate::helm::from_yaml::value_of;
use crate::yaml::{Node, Number, Resolved, Value, jsonable};

/// A value. As deep as the reader lets values be nested.
pub fn shown(node: &Node) -> String {
    match &node.value {
        Value::Sequence(items) => {
            let items: Vec<String> = items.iter().map(item).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Mapping(mapping) => {
            let text = |key: &Node| key.text().unwrap_or_default().to_owned();
            let mut entries: Vec<(String, String)> = mapping.iter().map(|e| (text(&e.key), item(&e.value))).collect();
            entries.sort();
            let entries: Vec<String> = entries.iter().map(|(k, v)| format!("{}:{v}", quote(k.as_bytes()))).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
        Value::Scalar(scalar) => match jsonable::resolved(scalar) {
            Resolved::Number(Number::Int(n)) => n.to_string(),
            Resolved::Number(Number::Uint(n)) => format!("{n:#x}"),
            _ => {
                let value = value_of(node).unwrap_or(gotmpl::Value::Nil);
                String::from_utf8_lossy(&sprintf(b"%#v", &[value]).unwrap_or_default()).into_owned()
            }
        },
    }
}

/// Go: nil in a list or map is told of with its type.
fn item(node: &Node) -> String {
    if jsonable::is_null(node) { "interface {}(nil)".to_owned() } else { shown(node) }
}

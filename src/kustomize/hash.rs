//! The suffix that stands for the content of a generated object.
//!
//! Source: kustomize 5.8.1, api/hasher/hasher.go.
//!
//! **Not here:** which objects get one, and what refers to them.

use sha2::{Digest, Sha256};

use crate::base::{Diagnostic, Result};
use crate::k8s::Resource;
use crate::yaml::json::{self, Numbers};
use crate::yaml::{Node, Value};

/// Ten letters and digits that change with the content of a ConfigMap or Secret.
///
/// Errors: content that has no JSON form; any other kind, for which the reference hashes the
/// positions and comments of its own syntax tree.
pub fn name_suffix(resource: &Resource) -> Result<String> {
    // kustomize: it means to hash the name too, but looks for a field that is called `metadata/name`,
    // so that the name is always empty.
    let name = Part::Text("name", "");
    let node = &resource.node;
    let parts = match resource.kind() {
        "ConfigMap" => {
            vec![Part::map("binaryData", node), Part::field("data", node), Part::Text("kind", "ConfigMap"), name]
        }
        "Secret" => vec![
            Part::field("data", node),
            Part::Text("kind", "Secret"),
            name,
            Part::map("stringData", node),
            Part::field("type", node),
        ],
        kind => {
            let message = format!("the name of a {kind} cannot have a hash of its content");
            return Err(Diagnostic::new("no-hash-for-kind", message)
                .at(resource.name_span())
                .help("only ConfigMaps and Secrets have one; take the annotation that asks for it away"));
        }
    };
    let mut json = String::from("{");
    for part in &parts {
        part.write(&mut json)?;
    }
    json.push('}');
    Ok(encode(&Sha256::digest(json.as_bytes())))
}

/// One key of the JSON that is hashed.
enum Part<'a> {
    Text(&'static str, &'a str),
    Node(&'static str, &'a Node),
    Absent,
}

impl<'a> Part<'a> {
    /// A field's text or JSON; empty where it is missing. Null is text as it is written.
    fn field(name: &'static str, node: &'a Node) -> Part<'a> {
        match node.get(name) {
            None => Part::Text(name, ""),
            Some(value) => match &value.value {
                Value::Scalar(scalar) => Part::Text(name, &scalar.text),
                _ => Part::Node(name, value),
            },
        }
    }

    /// A field that counts only where it is not a scalar.
    fn map(name: &'static str, node: &'a Node) -> Part<'a> {
        match Part::field(name, node) {
            Part::Node(name, node) => Part::Node(name, node),
            _ => Part::Absent,
        }
    }

    fn write(&self, out: &mut String) -> Result<()> {
        let name = match self {
            Part::Text(name, _) | Part::Node(name, _) => *name,
            Part::Absent => return Ok(()),
        };
        if !out.ends_with('{') {
            out.push(',');
        }
        json::write_string(name, out);
        out.push(':');
        match self {
            Part::Text(_, text) => json::write_string(text, out),
            Part::Node(_, node) => {
                let start = out.len();
                json::to_json(node, Numbers::Float64, out)?;
                // Go: a list does not fit the map that it is read into, which stays empty.
                if matches!(node.value, Value::Sequence(_)) {
                    out.truncate(start);
                    out.push_str("null");
                }
            }
            Part::Absent => {}
        }
        Ok(())
    }
}

/// The first ten hex digits, with those changed that could spell something. kustomize: hasher.encode.
fn encode(digest: &[u8]) -> String {
    let digits = digest.iter().take(5).flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(b"gh2k456789mbcdtf"[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SourceId;
    use crate::yaml::read_json;

    /// Recorded from `hasher.Hasher` of kustomize 5.8.1.
    const HASHES: &[(&str, &str)] = &[
        (r#"{"kind":"ConfigMap"}"#, "6ct58987ht"),
        (r#"{"kind":"ConfigMap","data":{}}"#, "42745tchd9"),
        (r#"{"kind":"ConfigMap","data":null,"metadata":{"name":"x"}}"#, "g886t7dd28"),
        (r#"{"kind":"ConfigMap","data":{"a":"1","B":"<&>","c":"\u2028"}}"#, "6c2k2gch42"),
        (
            r#"{"kind":"ConfigMap","data":{"two":2,"three":1.50,"four":true,"five":null,"big":12345678901234567890}}"#,
            "2fd67c466c",
        ),
        (r#"{"kind":"ConfigMap","data":{"a":"x"},"binaryData":{"b":"AA=="},"immutable":true}"#, "9mm6t2mghb"),
        (r#"{"kind":"ConfigMap","data":[1],"binaryData":[2]}"#, "t8bmh4kc6d"),
        (r#"{"kind":"ConfigMap","data":"text","binaryData":"text"}"#, "6t2hfm47h5"),
        (r#"{"kind":"Secret"}"#, "2bg6t6bf6t"),
        (r#"{"kind":"Secret","type":"Opaque","data":{"a":"MQ=="}}"#, "25khgmg44c"),
        (r#"{"kind":"Secret","type":5,"data":{"a":"MQ=="},"stringData":{"b":"c"}}"#, "6dk6dfk4ft"),
        (r#"{"kind":"Secret","type":{"a":"b"},"stringData":{}}"#, "tc4h54mc5d"),
    ];

    #[test]
    fn hashes_are_those_of_the_reference() {
        for (text, hash) in HASHES {
            let node = read_json(text.as_bytes(), SourceId::NONE).unwrap();
            assert_eq!(name_suffix(&Resource::new(node)).unwrap(), *hash, "{text}");
        }
    }
}

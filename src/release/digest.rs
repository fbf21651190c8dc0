//! The content hash: the same manifests have the same one on every machine and in every order.
//!
//! The encoding is written down in the book (reference/hash.md) with test vectors; the first line of what is hashed
//! names its version, so that another encoding gives another hash.
//!
//! **Invariant:** no value of a Secret goes into it: who knows the hash cannot try out passwords.

use sha2::{Digest, Sha256};

use crate::base::stack::with_deep_stack;
use crate::base::{Result, hex, parallel};
use crate::diff::{Object, Value, secrets};

const OBJECT: &str = "kz-object 1\n";
const CONTENT: &str = "kz-content 1\n";

/// So many are hashed in about the time that a thread takes to start.
const OBJECTS_WORTH_A_THREAD: usize = 50;

/// The content hash of a set of objects: `sha256:` and 64 digits.
///
/// Errors: an object that has no JSON form.
pub fn content_hash(objects: &[&Object]) -> Result<String> {
    with_deep_stack(|| {
        let threads = objects.len() / OBJECTS_WORTH_A_THREAD;
        let digests = parallel::map(objects, threads, |object| object_digest(object));
        let mut digests = digests.into_iter().collect::<Result<Vec<String>>>()?;
        digests.sort_unstable();
        let mut hasher = Sha256::new_with_prefix(CONTENT);
        for digest in &digests {
            hasher.update(digest);
            hasher.update("\n");
        }
        Ok(format!("sha256:{}", hex(&hasher.finalize())))
    })
}

fn object_digest(object: &Object) -> Result<String> {
    let mut value = Value::of_node(&object.node)?;
    secrets::blank_own(&mut value);
    let mut text = OBJECT.to_owned();
    write(&value, &mut text);
    Ok(hex(&Sha256::digest(text)))
}

/// JSON in its one form: sorted keys, no white space, and nothing escaped that need not be.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(item, out);
            }
            out.push(']');
        }
        Value::Map(fields) => {
            out.push('{');
            for (at, (key, value)) in fields.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(&Value::Text(key.clone()), out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        // Of what has no parts the line is the one form.
        _ => out.push_str(&value.to_line()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SourceId;
    use crate::yaml::{ReadOptions, read};

    fn hash(text: &str) -> String {
        let documents = read(SourceId::NONE, text.as_bytes(), ReadOptions::values()).expect("is YAML");
        let objects: Vec<Object> =
            documents.into_iter().filter_map(|document| document.root).map(Object::new).collect();
        content_hash(&objects.iter().collect::<Vec<_>>()).expect("has a JSON form")
    }

    /// The vectors of the book, recorded from Python: `json.dumps(sort_keys=True, separators=(",", ":"),
    /// ensure_ascii=False)` and `hashlib.sha256`.
    const VECTORS: &[(&str, &str)] = &[
        ("", "sha256:828a6830246f998bdd243051d21099a58614a2ded088db32f5623d1b920f318c"),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  LEVEL: info\n",
            "sha256:53e9a1bcc7222962c6f64abca6ec5dc3fe6dc8581f0c0ab9d5abbe20d329d333",
        ),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: aHVudGVyMg==}\n---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: \"\\u00e9<&>\"}\nspec: {int: 10, big: 12345678901234567890, f: 1.5, t: \"a\\tb\\\"\\u0001\\u2028\", none: null, list: [1, \"1\"]}\n",
            "sha256:870d4494bd8272087b3947cb789c27068d35e22b0e18ed38e8bcbc3fd6166f9c",
        ),
    ];

    #[test]
    fn the_vectors_of_the_book() {
        for (manifests, expected) in VECTORS {
            assert_eq!(hash(manifests), *expected, "{manifests}");
        }
    }

    #[test]
    fn order_of_objects_and_values_of_secrets_do_not_count() {
        let (a, b) = ("kind: A\nmetadata: {name: a}\n", "kind: B\nmetadata: {name: b}\n");
        assert_eq!(hash(&format!("{a}---\n{b}")), hash(&format!("{b}---\n{a}")));
        assert_ne!(hash(&format!("{a}---\n{a}")), hash(a), "twice is not once");
        let secret = |data: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\n{data}\n");
        assert_eq!(hash(&secret("data: {a: b25l}")), hash(&secret("data: {a: dHdv}")));
        assert_ne!(hash(&secret("data: {a: b25l}")), hash(&secret("data: {b: b25l}")));
    }
}

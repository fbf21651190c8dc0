//! Paths with dots, as replacements and vars have them: `spec.containers.[name=web].image`.
//!
//! kustomize: SmarterPathSplitter (kyaml/utils/pathsplitter.go), PathGetter and ElementMatcher
//! (kyaml/yaml/fns.go), RNode.GetFieldValue (kyaml/yaml/rnode.go).
//!
//! **Not here:** paths with slashes (`fieldspec`); paths that lead to many fields (replacement targets).

use compact_str::CompactString;

use crate::base::{Diagnostic, Result};
use crate::yaml::{Node, Value};

/// Splits at dots. `\.` is a dot inside a part; a part in brackets keeps its dots, and keeps the
/// brackets as well if it says what an item of a list has to be (`[name=a.b]`).
pub fn split(path: &str) -> Vec<CompactString> {
    // kustomize: PathSplitter. One leading dot is passed over.
    let path = path.strip_prefix('.').unwrap_or(path);
    if !path.contains('\\') {
        return join_brackets(path.split('.'));
    }
    let mut pieces: Vec<String> = Vec::new();
    for piece in path.split('.') {
        match pieces.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('.');
                last.push_str(piece);
            }
            _ => pieces.push(piece.to_string()),
        }
    }
    join_brackets(pieces.iter().map(String::as_str))
}

/// Puts pieces together again that were split within brackets.
fn join_brackets<'p>(mut pieces: impl Iterator<Item = &'p str>) -> Vec<CompactString> {
    let mut parts = Vec::with_capacity(8);
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            parts.push(CompactString::new(piece));
            continue;
        }
        let mut bracketed = CompactString::new(piece);
        for piece in pieces.by_ref() {
            bracketed.push('.');
            bracketed.push_str(piece);
            if piece.ends_with(']') {
                break;
            }
        }
        if bracketed.contains('=') {
            parts.push(bracketed);
        } else {
            parts.push(CompactString::new(bracketed.trim_matches(['[', ']'])));
        }
    }
    parts
}

/// Splits the path of a var, in which a list's item may be written `containers[0]`. kustomize: convertSliceIndex.
pub fn split_var_path(path: &str) -> Vec<CompactString> {
    let mut parts = Vec::new();
    for part in split(path) {
        let index = part.strip_suffix(']').and_then(|front| front.rsplit_once('['));
        match index {
            Some((name, index)) if !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()) => {
                if !name.is_empty() {
                    parts.push(name.into());
                }
                parts.push(index.into());
            }
            _ => parts.push(part),
        }
    }
    parts
}

/// Follows a path; `None` where it ends early. What is found may be null.
///
/// Errors: a part does not fit what is there (a key for a list, an index for a mapping), is
/// negative, is `*`, or is the last item of an empty list.
pub fn lookup<'n>(node: &'n Node, path: &[CompactString]) -> Result<Option<&'n Node>> {
    let mut found = node;
    // Go: PathGetter trims the parts and passes over empty ones.
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        match step(found, part)? {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// As [`lookup`], for a change; what is an error there is `None` here.
pub fn lookup_mut<'n>(node: &'n mut Node, path: &[CompactString]) -> Option<&'n mut Node> {
    let mut found = node;
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let at = place(found, part).ok()??;
        found = match &mut found.value {
            Value::Sequence(items) => items.get_mut(at)?,
            Value::Mapping(mapping) => mapping.value_at_mut(at)?,
            Value::Scalar(_) => return None,
        };
    }
    Some(found)
}

fn step<'n>(node: &'n Node, part: &str) -> Result<Option<&'n Node>> {
    Ok(match &node.value {
        Value::Mapping(mapping) => place(node, part)?.and_then(|at| mapping.entry_at(at)).map(|entry| &entry.value),
        Value::Sequence(items) => place(node, part)?.and_then(|at| items.get(at)),
        Value::Scalar(_) => place(node, part)?.and(None),
    })
}

/// Which entry of a list or mapping a part means; null has none.
fn place(node: &Node, part: &str) -> Result<Option<usize>> {
    if let Ok(index) = part.parse::<i64>() {
        let Ok(index) = usize::try_from(index) else {
            return Err(Diagnostic::new("field-path", format!("the index `{part}` is negative")).at(node.span));
        };
        return Ok((index < items(node, part)?.len()).then_some(index));
    }
    match part {
        "-" => match items(node, part)?.len() {
            0 => Err(Diagnostic::new("field-path", "an empty list has no last item").at(node.span)),
            count => Ok(Some(count - 1)),
        },
        "*" => Err(Diagnostic::new("field-path", "`*` cannot be used where one value is wanted").at(node.span)),
        _ if is_element(part) => {
            let (name, value) = split_element(part)?;
            Ok(items(node, part)?.iter().position(|item| element_matches(item, name, value)))
        }
        _ => match &node.value {
            Value::Mapping(mapping) => Ok(mapping.position(part)),
            _ if node.is_null() => Ok(None),
            _ => Err(wrong_kind(node, "a mapping", part)),
        },
    }
}

/// `[name=value]`, `[=value]`.
pub fn is_element(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

/// The name (may be empty) and the value of `[name=value]`.
pub fn split_element(part: &str) -> Result<(&str, &str)> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    inner.split_once('=').ok_or_else(|| {
        Diagnostic::new("field-path", format!("`{part}` does not say which item is meant"))
            .help("write `[name=value]`, or `[=value]` for a list of plain values")
    })
}

fn element_matches(item: &Node, name: &str, value: &str) -> bool {
    let text = |node: &Node| node.text().unwrap_or_default() == value;
    if name.is_empty() { text(item) } else { item.get(name).is_some_and(text) }
}

/// The items of a list; null has none.
fn items<'n>(node: &'n Node, part: &str) -> Result<&'n [Node]> {
    match &node.value {
        Value::Sequence(items) => Ok(items),
        _ if node.is_null() => Ok(&[]),
        _ => Err(wrong_kind(node, "a list", part)),
    }
}

/// kustomize: "wrong node kind".
pub fn wrong_kind(node: &Node, wanted: &str, part: &str) -> Box<Diagnostic> {
    let found = match node.value {
        Value::Scalar(_) => "a plain value",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
    };
    Diagnostic::new("field-path", format!("`{part}` asks for {wanted}, found {found}")).label(node.span, "found here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_at_dots_but_not_in_brackets() {
        // From kyaml/utils/pathsplitter_test.go and runs of the function on these.
        let cases: [(&str, &[&str]); 14] = [
            ("", &[""]),
            (".", &[""]),
            ("a.b", &["a", "b"]),
            (".a.b", &["a", "b"]),
            ("..a", &["", "a"]),
            (r"a\.b.c", &["a.b", "c"]),
            (r"a.b\.", &["a", r"b."]),
            ("a.[name=b.c].d", &["a", "[name=b.c]", "d"]),
            ("a.[b.c].d", &["a", "b.c", "d"]),
            ("a.[b].d", &["a", "[b]", "d"]),
            ("a.[b.c", &["a", "b.c"]),
            ("a.[=b.c", &["a", "[=b.c"]),
            ("a.[[b.c]].d", &["a", "b.c", "d"]),
            ("a.[b.c]x.d]", &["a", "b.c]x.d"]),
        ];
        for (path, parts) in cases {
            assert_eq!(split(path), parts, "{path}");
        }
    }

    #[test]
    fn the_path_of_a_var_takes_an_index_behind_a_name() {
        assert_eq!(split_var_path("spec.ports[0].port"), ["spec", "ports", "0", "port"]);
        assert_eq!(split_var_path("a[x].[0].b[]"), ["a[x]", "0", "b[]"]);
        assert_eq!(split_var_path("a[0][1]"), ["a[0]", "1"]);
    }
}

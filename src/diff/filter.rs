//! What of a comparison is looked at: `--ignore` and `--only`.

use compact_str::CompactString;

use super::object::Id;
use super::path::{FieldPath, Step};
use super::value::Value;
use crate::base::{Diagnostic, Result};

/// Which objects and fields count. The default leaves all in.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    ignored: Vec<Ignored>,
    only: Vec<Selected>,
}

/// `[KIND:]PATH`
#[derive(Clone, Debug)]
struct Ignored {
    kind: Option<String>,
    steps: Vec<String>,
}

/// `KIND[/NAME]`
#[derive(Clone, Debug)]
struct Selected {
    kind: String,
    name: String,
}

impl Filter {
    /// Reads the patterns. A path is written as the reports write it; `*` stands for any piece of a step, `**` for
    /// any number of steps, and a path means all that lies below it too.
    ///
    /// Errors: a pattern without a path, with a bracket that is not closed, or without a kind.
    pub fn new(ignored: &[String], only: &[String]) -> Result<Filter> {
        let ignored = ignored.iter().map(|pattern| Ignored::new(pattern)).collect::<Result<_>>()?;
        let only = only.iter().map(|pattern| Selected::new(pattern)).collect::<Result<_>>()?;
        Ok(Filter { ignored, only })
    }

    /// Whether an object is compared at all.
    pub fn takes(&self, id: &Id) -> bool {
        self.only.is_empty()
            || self.only.iter().any(|only| is_like_kind(&only.kind, id) && is_like(&only.name, &id.name))
    }

    /// Whether a field of an object is passed over.
    pub fn ignores(&self, id: &Id, path: &FieldPath) -> bool {
        let of_kind = |ignored: &&Ignored| ignored.kind.as_ref().is_none_or(|kind| is_like_kind(kind, id));
        let mut patterns = self.ignored.iter().filter(of_kind).peekable();
        if patterns.peek().is_none() {
            return false;
        }
        let steps: Vec<String> = path.0.iter().map(Step::to_string).collect();
        patterns.any(|ignored| is_below(&ignored.steps, &steps))
    }

    /// Takes what is passed over out of a value that only one side has; nothing where that is all of it.
    pub fn rest(&self, id: &Id, path: &FieldPath, value: Value) -> Option<Value> {
        if self.ignores(id, path) {
            return None;
        }
        match value {
            Value::Map(fields) if !self.ignored.is_empty() && !fields.is_empty() => {
                let field = |(key, value): (CompactString, Value)| {
                    let mut path = path.clone();
                    path.0.push(Step::Key(key.clone()));
                    self.rest(id, &path, value).map(|value| (key, value))
                };
                let fields: Vec<_> = fields.into_iter().filter_map(field).collect();
                (!fields.is_empty()).then_some(Value::Map(fields))
            }
            value => Some(value),
        }
    }
}

impl Ignored {
    fn new(pattern: &str) -> Result<Ignored> {
        let wrong = |what: &str| {
            Diagnostic::new("diff-ignore", format!("`--ignore {pattern}` {what}"))
                .help("`[KIND:]PATH`, such as `Deployment:spec.replicas` or `metadata.annotations[checksum/*]`")
        };
        let (kind, path) = match pattern.split_once(':') {
            Some((kind, path)) if kind.bytes().all(|b| b.is_ascii_alphanumeric() || b"*.".contains(&b)) => {
                (Some(kind), path)
            }
            _ => (None, pattern),
        };
        if kind == Some("") {
            return Err(wrong("has no kind before the colon"));
        }
        let steps = steps(path).ok_or_else(|| wrong("has a bracket that is not closed"))?;
        if steps.is_empty() {
            return Err(wrong("has no path"));
        }
        Ok(Ignored { kind: kind.map(str::to_owned), steps })
    }
}

impl Selected {
    fn new(pattern: &str) -> Result<Selected> {
        let (kind, name) = pattern.split_once('/').unwrap_or((pattern, "*"));
        if kind.is_empty() || name.is_empty() {
            return Err(Diagnostic::new("diff-only", format!("`--only {pattern}` has no kind or no name"))
                .help("`KIND` or `KIND/NAME`, such as `Deployment/web`; `*` stands for any piece of them"));
        }
        Ok(Selected { kind: kind.to_owned(), name: name.to_owned() })
    }
}

/// The steps of a path: `a.b[c.d].e[name=web]` has `a`, `b`, `c.d`, `e`, `[name=web]`.
fn steps(path: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = path.trim_start_matches('$');
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']')?;
            let inside = &inner[..end];
            let unquoted = inside.strip_prefix(['"', '\'']).and_then(|text| text.strip_suffix(['"', '\'']));
            let is_item = unquoted.is_none() && (inside.contains('=') || inside.bytes().all(|b| b.is_ascii_digit()));
            steps.push(if is_item { format!("[{inside}]") } else { unquoted.unwrap_or(inside).to_owned() });
            rest = &inner[end + 1..];
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.extend(Some(rest[..end].to_owned()).filter(|step| !step.is_empty()));
            rest = &rest[end..];
        }
    }
    Some(steps)
}

fn is_below(pattern: &[String], steps: &[String]) -> bool {
    match (pattern, steps) {
        ([], _) => true,
        ([any, rest @ ..], _) if any == "**" => (0..=steps.len()).any(|skipped| is_below(rest, &steps[skipped..])),
        ([first, rest @ ..], [step, below @ ..]) => {
            let is_in_list = first == "*" || is_like(first, step);
            is_in_list && is_below(rest, below)
        }
        (_, []) => false,
    }
}

/// Kinds are compared without regard to case, as kubectl does; `Kind.group` names one of a group.
fn is_like_kind(pattern: &str, id: &Id) -> bool {
    let pattern = pattern.to_lowercase();
    let kind = id.kind.to_lowercase();
    is_like(&pattern, &kind) || is_like(&pattern, &format!("{kind}.{}", id.group.to_lowercase()))
}

/// `*` stands for any text.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignores(pattern: &str, kind: &str, path: &[Step]) -> bool {
        let filter = Filter::new(&[pattern.to_owned()], &[]).expect("is a pattern");
        filter.ignores(&Id { kind: kind.into(), ..Id::default() }, &FieldPath(path.to_vec()))
    }

    #[test]
    fn fields_are_ignored_by_path_and_kind() {
        let key = |key: &str| Step::Key(key.into());
        let image = [key("spec"), key("containers"), Step::Item(vec![("name".into(), "web".into())]), key("image")];
        for pattern in [
            "spec",
            "Pod:spec",
            "pod:spec.containers[name=web].image",
            "spec.containers.*.image",
            "**.image",
            "P*:**.containers[name=w*]",
        ] {
            assert!(ignores(pattern, "Pod", &image), "{pattern}");
        }
        for pattern in ["Deployment:spec", "spec.containers[name=api]", "spec.image", "image", "spec.containers.*.im"] {
            assert!(!ignores(pattern, "Pod", &image), "{pattern}");
        }
        let annotation = [key("metadata"), key("annotations"), key("checksum/config.yaml")];
        assert!(ignores("metadata.annotations[checksum/config.yaml]", "Pod", &annotation));
        assert!(ignores("metadata.annotations[\"checksum/*\"]", "Pod", &annotation));
        assert!(!ignores("metadata.annotations[checksum]", "Pod", &annotation));
        assert!(ignores("args[0]", "Pod", &[key("args"), Step::Index(0)]));
    }

    #[test]
    fn objects_are_chosen_by_kind_and_name() {
        let takes = |pattern: &str, kind: &str, group: &str, name: &str| {
            let id = Id { kind: kind.into(), group: group.into(), name: name.into(), ..Id::default() };
            Filter::new(&[], &[pattern.to_owned()]).expect("is a pattern").takes(&id)
        };
        assert!(takes("deployment/web", "Deployment", "apps", "web"));
        assert!(takes("Deployment.apps/w*b", "Deployment", "apps", "web"));
        assert!(takes("Deployment", "Deployment", "apps", "web"));
        assert!(!takes("Deployment/w", "Deployment", "apps", "web"));
        assert!(!takes("Pod", "Deployment", "apps", "web"));
    }

    #[test]
    fn what_is_no_pattern_is_an_error() {
        for pattern in ["", "Pod:", ":spec", "spec[", "spec[name=web", "."] {
            assert!(Filter::new(&[pattern.to_owned()], &[]).is_err(), "{pattern}");
        }
        for pattern in ["", "/web", "Pod/"] {
            assert!(Filter::new(&[], &[pattern.to_owned()]).is_err(), "{pattern}");
        }
    }
}

//! Nodes -> the types of Chart.yaml and Chart.lock, by the rules of sigs.k8s.io/yaml and encoding/json.
//!
//! Field names match without regard to case, numbers and booleans are taken for texts where a text is wanted,
//! null changes nothing, and reading into what is there already fills it up (requirements.yaml does that).

use std::collections::BTreeMap;

use super::{Dependency, Lock, Maintainer, Metadata};
use crate::base::{Diagnostic, Result};
use crate::gotmpl::Value;
use crate::helm::from_yaml::value_of;
use crate::yaml::{self, Mapping, Node, Resolved, Timestamp, jsonable};

/// What a field of a struct can be read into.
enum Slot<'s> {
    Text(&'s mut String),
    Flag(&'s mut bool),
    Texts(&'s mut Vec<String>),
    Pairs(&'s mut Option<BTreeMap<String, String>>),
    Values(&'s mut Vec<Value>),
    Time(&'s mut String),
    Maintainers(&'s mut Vec<Option<Maintainer>>),
    Dependencies(&'s mut Vec<Dependency>),
    MaybeDependencies(&'s mut Option<Vec<Dependency>>),
}

/// A struct: the names of its fields in JSON.
trait Fields {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)>;
}

impl Fields for Metadata {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("name", Slot::Text(&mut self.name)),
            ("home", Slot::Text(&mut self.home)),
            ("sources", Slot::Texts(&mut self.sources)),
            ("version", Slot::Text(&mut self.version)),
            ("description", Slot::Text(&mut self.description)),
            ("keywords", Slot::Texts(&mut self.keywords)),
            ("maintainers", Slot::Maintainers(&mut self.maintainers)),
            ("icon", Slot::Text(&mut self.icon)),
            ("apiVersion", Slot::Text(&mut self.api_version)),
            ("condition", Slot::Text(&mut self.condition)),
            ("tags", Slot::Text(&mut self.tags)),
            ("appVersion", Slot::Text(&mut self.app_version)),
            ("deprecated", Slot::Flag(&mut self.deprecated)),
            ("annotations", Slot::Pairs(&mut self.annotations)),
            ("kubeVersion", Slot::Text(&mut self.kube_version)),
            ("dependencies", Slot::MaybeDependencies(&mut self.dependencies)),
            ("type", Slot::Text(&mut self.kind)),
        ]
    }
}

impl Fields for Maintainer {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("name", Slot::Text(&mut self.name)),
            ("email", Slot::Text(&mut self.email)),
            ("url", Slot::Text(&mut self.url)),
        ]
    }
}

impl Fields for Dependency {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("name", Slot::Text(&mut self.name)),
            ("version", Slot::Text(&mut self.version)),
            ("repository", Slot::Text(&mut self.repository)),
            ("condition", Slot::Text(&mut self.condition)),
            ("tags", Slot::Texts(&mut self.tags)),
            ("enabled", Slot::Flag(&mut self.enabled)),
            ("import-values", Slot::Values(&mut self.import_values)),
            ("alias", Slot::Text(&mut self.alias)),
        ]
    }
}

impl Fields for Lock {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("generated", Slot::Time(&mut self.generated)),
            ("digest", Slot::Text(&mut self.digest)),
            ("dependencies", Slot::Dependencies(&mut self.dependencies)),
        ]
    }
}

impl Metadata {
    /// Reads a file over what is known already; one that is empty or null changes nothing.
    pub fn read(&mut self, root: Option<&Node>) -> Result<()> {
        let Some(root) = root else { return Ok(()) };
        for (field, node) in read_struct(self, root)? {
            self.places.insert(field, node.span);
        }
        Ok(())
    }
}

impl Lock {
    pub fn read(root: Option<&Node>) -> Result<Lock> {
        let mut lock = Lock::default();
        if let Some(root) = root {
            read_struct(&mut lock, root)?;
        }
        Ok(lock)
    }
}

/// `apiVersion`, and nothing else. Go: chartBase of pkg/chart/loader.
pub fn read_api_version(root: Option<&Node>) -> Result<String> {
    struct Base(String);
    impl Fields for Base {
        fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
            vec![("apiVersion", Slot::Text(&mut self.0))]
        }
    }
    let mut base = Base(String::new());
    if let Some(root) = root {
        read_struct(&mut base, root)?;
    }
    Ok(base.0)
}

/// Fills the fields that a mapping has, and gives these.
fn read_struct<'n>(target: &mut impl Fields, node: &'n Node) -> Result<Vec<(&'static str, &'n Node)>> {
    let yaml::Value::Mapping(mapping) = &node.value else {
        return Err(wrong_type("the document", "a mapping", node));
    };
    let mut found = Vec::new();
    for (key, value) in sorted(mapping) {
        let mut fields = target.fields();
        let exact = fields.iter().position(|(name, _)| *name == key);
        let at = exact.or_else(|| fields.iter().position(|(name, _)| jsonable::same_field(name, key)));
        match at {
            Some(at) => {
                let (name, slot) = fields.swap_remove(at);
                read_slot(slot, name, value)?;
                found.push((name, value));
            }
            // What nobody reads has to fit into JSON nevertheless.
            None => jsonable::check(value)?,
        }
    }
    Ok(found)
}

/// Go: encoding/json writes the keys of maps in this order, and of two that mean one field the last counts.
fn sorted(mapping: &Mapping) -> Vec<(&str, &Node)> {
    let mut entries: Vec<_> = mapping.iter().filter_map(|entry| Some((entry.key.text()?, &entry.value))).collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

fn read_slot(slot: Slot<'_>, field: &'static str, node: &Node) -> Result<()> {
    match slot {
        Slot::Text(text) => read_text(text, field, node),
        Slot::Flag(flag) => match node.as_scalar().map(jsonable::resolved) {
            Some(Resolved::Bool(value)) => {
                *flag = value;
                Ok(())
            }
            Some(Resolved::Null) => Ok(()),
            _ => Err(wrong_type(field, "`true` or `false`", node)),
        },
        Slot::Time(text) => {
            if node.is_null() {
                return Ok(());
            }
            let time = node.as_scalar().filter(|scalar| is_rfc3339(scalar));
            *text =
                time.ok_or_else(|| wrong_type(field, "a time such as `2006-01-02T15:04:05Z`", node))?.text.to_string();
            Ok(())
        }
        Slot::Texts(texts) => {
            *texts = Vec::new();
            for item in items(field, node)? {
                let mut text = String::new();
                read_text(&mut text, field, item)?;
                texts.push(text);
            }
            Ok(())
        }
        Slot::Values(values) => {
            *values = items(field, node)?.iter().map(value_of).collect::<Result<_>>()?;
            Ok(())
        }
        Slot::Pairs(pairs) => match &node.value {
            yaml::Value::Mapping(mapping) => {
                let pairs = pairs.get_or_insert_default();
                for (key, value) in sorted(mapping) {
                    let mut text = String::new();
                    read_text(&mut text, field, value)?;
                    pairs.insert(key.to_owned(), text);
                }
                Ok(())
            }
            _ if node.is_null() => {
                *pairs = None;
                Ok(())
            }
            _ => Err(wrong_type(field, "a mapping of names to texts", node)),
        },
        Slot::Maintainers(list) => {
            let mut earlier = std::mem::take(list).into_iter();
            for item in items(field, node)? {
                let mut one = earlier.next().flatten().unwrap_or_default();
                list.push(if item.is_null() { None } else { read_struct(&mut one, item).map(|_| Some(one))? });
            }
            Ok(())
        }
        Slot::Dependencies(list) => read_dependencies(list, field, node),
        Slot::MaybeDependencies(list) if node.is_null() => {
            *list = None;
            Ok(())
        }
        Slot::MaybeDependencies(list) => read_dependencies(list.get_or_insert_default(), field, node),
    }
}

/// Go: encoding/json decodes into the items that a list has already.
fn read_dependencies(list: &mut Vec<Dependency>, field: &str, node: &Node) -> Result<()> {
    let mut earlier = std::mem::take(list).into_iter();
    for item in items(field, node)? {
        let mut one = Dependency { span: item.span, ..earlier.next().unwrap_or_default() };
        if item.is_null() {
            one = Dependency { span: item.span, is_null: true, ..Dependency::default() };
        } else {
            read_struct(&mut one, item)?;
        }
        list.push(one);
    }
    Ok(())
}

fn items<'n>(field: &str, node: &'n Node) -> Result<&'n [Node]> {
    match &node.value {
        yaml::Value::Sequence(items) => Ok(items),
        _ if node.is_null() => Ok(&[]),
        _ => Err(wrong_type(field, "a list", node)),
    }
}

fn read_text(text: &mut String, field: &str, node: &Node) -> Result<()> {
    let scalar = node.as_scalar().ok_or_else(|| wrong_type(field, "a text", node))?;
    match jsonable::resolved(scalar) {
        Resolved::Null => {}
        Resolved::Timestamp(_) | Resolved::Str => *text = scalar.text.to_string(),
        Resolved::Bool(_) | Resolved::Number(_) => *text = jsonable::coerced(scalar).unwrap_or_default(),
    }
    Ok(())
}

/// Go: Time.UnmarshalJSON takes RFC 3339 to the letter: all digits, a `T`, a zone.
fn is_rfc3339(scalar: &yaml::Scalar) -> bool {
    let is_text = matches!(jsonable::resolved(scalar), Resolved::Str | Resolved::Timestamp(_));
    let text = scalar.text.as_bytes();
    let shape = b"0000-00-00T00:00:00";
    let fits = |(b, shape): (&u8, &u8)| if *shape == b'0' { b.is_ascii_digit() } else { b == shape };
    is_text && text.len() > shape.len() && text.iter().zip(shape).all(fits) && Timestamp::parse(&scalar.text).is_some()
}

fn wrong_type(what: &str, wanted: &str, node: &Node) -> Box<Diagnostic> {
    let what = if what.starts_with("the ") { what.to_owned() } else { format!("`{what}`") };
    let message = format!("{what} must be {wanted}, not {}", jsonable::kind_of(node));
    Diagnostic::new("chart-metadata", message).at(node.span)
}

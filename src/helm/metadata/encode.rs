//! Chart.yaml and Chart.lock as Helm writes them: what is empty is left out.

use super::{Dependency, Lock, Maintainer, Metadata};
use crate::gotmpl::{Fault, Map, Type, Value};
use crate::helm::to_yaml;
use crate::sprig::json::{Layout, marshal};

impl Metadata {
    /// Go: yaml.Marshal.
    pub fn to_yaml(&self) -> Result<Vec<u8>, Fault> {
        let maintainers = self.maintainers.iter().map(|one| one.as_ref().map_or(Value::Nil, maintainer));
        let dependencies = self.dependencies.iter().flatten().map(Dependency::value);
        let annotations = self.annotations.as_ref().filter(|pairs| !pairs.is_empty()).map(|pairs| {
            let map = Map::new(Type::StringMap);
            pairs.iter().for_each(|(key, value)| map.set(key.as_bytes(), Value::str(value.as_str())));
            Value::Map(map.into())
        });
        to_yaml::marshal(&object([
            ("name", text(&self.name)),
            ("home", text(&self.home)),
            ("sources", texts(&self.sources)),
            ("version", text(&self.version)),
            ("description", text(&self.description)),
            ("keywords", texts(&self.keywords)),
            ("maintainers", list(maintainers.collect())),
            ("icon", text(&self.icon)),
            ("apiVersion", text(&self.api_version)),
            ("condition", text(&self.condition)),
            ("tags", text(&self.tags)),
            ("appVersion", text(&self.app_version)),
            ("deprecated", self.deprecated.then_some(Value::Bool(true))),
            ("annotations", annotations),
            ("kubeVersion", text(&self.kube_version)),
            ("dependencies", list(dependencies.collect())),
            ("type", text(&self.kind)),
        ]))
    }
}

impl Lock {
    /// Go: yaml.Marshal.
    pub fn to_yaml(&self) -> Result<Vec<u8>, Fault> {
        to_yaml::marshal(&Value::map([
            ("generated", Value::str(self.generated.as_str())),
            ("digest", Value::str(self.digest.as_str())),
            ("dependencies", Value::list(self.dependencies.iter().map(Dependency::value).collect())),
        ]))
    }
}

impl Dependency {
    fn value(&self) -> Value {
        object(self.fields())
    }

    /// The fields in the order of Go's struct, which is that of its JSON.
    fn fields(&self) -> [(&'static str, Option<Value>); 8] {
        [
            ("name", Some(Value::str(self.name.as_str()))),
            ("version", text(&self.version)),
            ("repository", Some(Value::str(self.repository.as_str()))),
            ("condition", text(&self.condition)),
            ("tags", texts(&self.tags)),
            ("enabled", self.enabled.then_some(Value::Bool(true))),
            ("import-values", list(self.import_values.clone())),
            ("alias", text(&self.alias)),
        ]
    }

    /// Go: json.Marshal.
    pub fn to_json(&self) -> Result<Vec<u8>, Fault> {
        let mut out = vec![b'{'];
        for (name, value) in self.fields() {
            let Some(value) = value else { continue };
            if out.len() > 1 {
                out.push(b',');
            }
            out.extend_from_slice(format!("\"{name}\":").as_bytes());
            out.extend(marshal(&value, Layout::Compact)?);
        }
        out.push(b'}');
        Ok(out)
    }
}

fn maintainer(maintainer: &Maintainer) -> Value {
    object([("name", text(&maintainer.name)), ("email", text(&maintainer.email)), ("url", text(&maintainer.url))])
}

fn object(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    Value::map(fields.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::str(text))
}

fn texts(list: &[String]) -> Option<Value> {
    (!list.is_empty()).then(|| Value::list(list.iter().map(|item| Value::str(item.as_str())).collect()))
}

fn list(items: Vec<Value>) -> Option<Value> {
    (!items.is_empty()).then(|| Value::list(items))
}

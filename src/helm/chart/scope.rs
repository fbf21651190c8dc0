//! What the templates of a chart see.
//!
//! Source: structToMap in pkg/chart/common.go, ToRenderValues in pkg/chart/common/util/values.go, recAllTpls in
//! pkg/engine/engine.go.
//!
//! **Not here:** `.Template`, which changes from template to template; the engine sets it.

use std::rc::Rc;

use super::{Chart, File};
use crate::gotmpl::{Map, Type, Value};
use crate::helm::metadata::{Dependency, Maintainer, Metadata};
use crate::helm::release::Release;
use crate::helm::values::table;

/// A template and what it sees.
pub struct Template<'c> {
    /// The path from the root chart on: `parent/charts/child/templates/x.yaml`.
    pub name: String,
    /// `.Template.BasePath`
    pub base_path: String,
    pub file: &'c File,
    /// The templates of a chart share one.
    pub scope: Rc<Map>,
}

/// The templates of a chart and of the charts in it, these first, each with its scope. `values` are coalesced;
/// `files` makes `.Files` of a chart.
///
/// Go: of templates with the same name the last counts.
pub fn templates<'c>(
    chart: &'c Chart,
    values: &Rc<Map>,
    release: &Release,
    capabilities: Value,
    files: &dyn Fn(&Chart) -> Value,
) -> Vec<Template<'c>> {
    let top = Map::new(Type::Map);
    top.set(*b"Values", Value::Map(Map::converted(values, Type::Values).into()));
    top.set(*b"Release", release.value());
    top.set(*b"Capabilities", capabilities);
    let mut all = Vec::new();
    collect(chart, &top, files, &mut all);
    all
}

fn collect<'c>(
    chart: &'c Chart,
    parent: &Map,
    files: &dyn Fn(&Chart) -> Value,
    all: &mut Vec<Template<'c>>,
) -> Rc<Map> {
    let metadata = metadata_value(&chart.metadata);
    if let Value::Map(metadata) = &metadata {
        metadata.set(*b"IsRoot", chart.is_root().into());
    }
    let values = if chart.is_root() {
        parent.get(b"Values").unwrap_or(Value::Nil)
    } else {
        // Go: a name with dots is a path.
        let found =
            table(parent, &format!("Values.{}", chart.name())).unwrap_or_else(|_| Map::new(Type::Values).into());
        Value::Map(Map::converted(&found, Type::Values).into())
    };
    let subcharts = Map::new(Type::Map);
    let scope = Map::new(Type::Map);
    scope.set(*b"Chart", metadata);
    scope.set(*b"Files", files(chart));
    scope.set(*b"Release", parent.get(b"Release").unwrap_or(Value::Nil));
    scope.set(*b"Capabilities", parent.get(b"Capabilities").unwrap_or(Value::Nil));
    scope.set(*b"Values", values);
    let (scope, subcharts) = (Rc::new(scope), Rc::new(subcharts));
    scope.set(*b"Subcharts", Value::Map(subcharts.clone()));
    for child in &chart.dependencies {
        let inner = collect(child, &scope, files, all);
        subcharts.set(child.name().as_bytes(), Value::Map(inner));
    }
    let path = chart.full_path();
    let is_wanted = |file: &&File| {
        // Go: isTemplateValid.
        let name = file.name.rsplit('/').next().unwrap_or_default();
        !chart.metadata.is_library() || name.starts_with('_')
    };
    all.extend(chart.templates.iter().filter(is_wanted).map(|file| Template {
        name: format!("{path}/{}", file.name),
        base_path: format!("{path}/templates"),
        file,
        scope: scope.clone(),
    }));
    scope
}

/// `.Chart` without `IsRoot`: a map with the names of Go's fields. Go: structToMap.
pub fn metadata_value(metadata: &Metadata) -> Value {
    let annotations = match &metadata.annotations {
        Some(pairs) => {
            let map = Map::new(Type::StringMap);
            pairs.iter().for_each(|(key, value)| map.set(key.as_bytes(), Value::str(value.as_str())));
            map
        }
        None => Map::nil(Type::StringMap),
    };
    Value::map([
        ("Name", text(&metadata.name)),
        ("Home", text(&metadata.home)),
        ("Sources", texts(&metadata.sources)),
        ("Version", text(&metadata.version)),
        ("Description", text(&metadata.description)),
        ("Keywords", texts(&metadata.keywords)),
        ("Maintainers", Value::list(metadata.maintainers.iter().flatten().map(maintainer_value).collect())),
        ("Icon", text(&metadata.icon)),
        ("APIVersion", text(&metadata.api_version)),
        ("Condition", text(&metadata.condition)),
        ("Tags", text(&metadata.tags)),
        ("AppVersion", text(&metadata.app_version)),
        ("Deprecated", metadata.deprecated.into()),
        ("Annotations", Value::Map(annotations.into())),
        ("KubeVersion", text(&metadata.kube_version)),
        ("Dependencies", Value::list(metadata.dependencies.iter().flatten().map(dependency_value).collect())),
        ("Type", text(&metadata.kind)),
    ])
}

fn maintainer_value(maintainer: &Maintainer) -> Value {
    Value::map([("Name", text(&maintainer.name)), ("Email", text(&maintainer.email)), ("URL", text(&maintainer.url))])
}

fn dependency_value(dependency: &Dependency) -> Value {
    Value::map([
        ("Name", text(&dependency.name)),
        ("Version", text(&dependency.version)),
        ("Repository", text(&dependency.repository)),
        ("Condition", text(&dependency.condition)),
        ("Tags", texts(&dependency.tags)),
        ("Enabled", dependency.enabled.into()),
        ("ImportValues", Value::list(dependency.import_values.clone())),
        ("Alias", text(&dependency.alias)),
    ])
}

fn text(text: &str) -> Value {
    Value::str(text)
}

fn texts(list: &[String]) -> Value {
    Value::list(list.iter().map(|item| text(item)).collect())
}

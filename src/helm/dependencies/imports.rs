//! `import-values`: what a subchart's values become in its parent's.
//!
//! Source: processImportValues in pkg/chart/v2/util/dependencies.go.

use std::rc::Rc;

use crate::base::Result;
use crate::gotmpl::{Map, Type, Value, fmt};
use crate::helm::chart::Chart;
use crate::helm::coalesce::{Nulls, coalesce_tables, coalesce_values, copy_map};
use crate::helm::values::table;

/// For a chart and all charts in it, these first. A chart that lists dependencies gets, as the values that it
/// brings along, all values of its subcharts, and what they export. Go: processDependencyImportValues.
pub fn import_values(chart: &mut Chart, notes: &mut Vec<String>) -> Result<()> {
    for dependency in &mut chart.dependencies {
        import_values(dependency, notes)?;
    }
    if chart.metadata.dependencies.is_none() {
        return Ok(());
    }
    let values = coalesce_values(chart, &Map::new(Type::Map), Nulls::Keep, notes)?;
    let imported = Map::new(Type::Map);
    for dependency in chart.metadata.dependencies.iter_mut().flatten() {
        let wanted = std::mem::take(&mut dependency.import_values);
        for import in wanted.iter().filter_map(Import::of) {
            dependency.import_values.push(import.value());
            match table(&values, &format!("{}.{}", dependency.name, import.child)) {
                Ok(found) => coalesce_tables(&imported, &at_path(&import.parent, found), Nulls::Keep, notes),
                Err(error) => {
                    notes
                        .push(format!("ImportValues missing table from chart chart={} error={error}", dependency.name));
                }
            }
        }
    }
    // Go: what was imported may share maps with the values that it is merged into.
    let values = copy_map(&values);
    coalesce_tables(&values, &imported, Nulls::Keep, notes);
    chart.values = values;
    Ok(())
}

/// From where in the child to where in the parent.
struct Import {
    child: String,
    parent: String,
}

impl Import {
    /// A text names what the child has below `exports`. Go: other types are passed over.
    fn of(entry: &Value) -> Option<Import> {
        match entry {
            Value::Str(name) => Some(Import { child: format!("exports.{}", name.to_text()), parent: ".".into() }),
            Value::Map(map) => {
                // Go: `%v`.
                let printed = |key: &[u8]| match map.get(key) {
                    None | Some(Value::Nil) => "<nil>".to_owned(),
                    Some(Value::Str(text)) => text.to_text().into_owned(),
                    Some(value) => fmt::shown(&value),
                };
                Some(Import { child: printed(b"child"), parent: printed(b"parent") })
            }
            _ => None,
        }
    }

    /// As `.Chart.Dependencies` shows it afterwards.
    fn value(&self) -> Value {
        let map = Map::new(Type::StringMap);
        map.set(*b"child", Value::str(self.child.as_str()));
        map.set(*b"parent", Value::str(self.parent.as_str()));
        Value::Map(map.into())
    }
}

/// A table in as many maps as a path has steps. Go: pathToMap, AsMap.
fn at_path(path: &str, table: Rc<Map>) -> Rc<Map> {
    let table = if table.is_empty() { Map::new(Type::Map).into() } else { table };
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |inner, step| {
        let outer = Map::new(Type::Map);
        outer.set(step.as_bytes(), Value::Map(inner));
        outer.into()
    })
}

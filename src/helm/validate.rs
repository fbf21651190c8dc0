//! Checks the values of a chart and of its subcharts against their schemas.
//!
//! Source: ValidateAgainstSchema in pkg/chart/common/util/jsonschema.go.
//!
//! **Invariant:** all violations are reported at once, each with the place that set the value.
//! **Not here:** what a schema says ([`super::schema`]).

use std::fmt::Write;
use std::rc::Rc;

use super::chart::Chart;
use super::schema::{self, Violation};
use crate::base::{Diagnostic, Result, Span};
use crate::gotmpl::{Map, Value};

/// Errors: values that a schema refuses; a schema that cannot be used.
pub fn validate(chart: &Chart, values: &Rc<Map>) -> Result<()> {
    let mut found = Found::default();
    found.chart(chart, values);
    if found.text.is_empty() {
        return Ok(());
    }
    let message = format!(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{}",
        found.text.trim_end()
    );
    let error = Diagnostic::new("values-schema", message)
        .help("change the values; `kz template --skip-schema-validation` leaves the check out");
    Err(found.places.into_iter().fold(error, |error, (span, text)| error.label(span, text)))
}

#[derive(Default)]
struct Found {
    text: String,
    places: Vec<(Span, String)>,
}

impl Found {
    fn chart(&mut self, chart: &Chart, values: &Rc<Map>) {
        if let Some(file) = &chart.schema {
            match schema::validate(&file.data, &Value::Map(values.clone())) {
                Ok(violations) if violations.is_empty() => {}
                Ok(violations) => {
                    let _ = write!(self.text, "{}:\n{}", chart.name(), schema::describe(&violations));
                    let placed = violations.iter().filter_map(|violation| place(violation, values));
                    self.places.extend(placed);
                }
                Err(why) => {
                    let _ = write!(self.text, "{}:\n{why}\n", chart.name());
                    self.places.extend(file.source.map(|source| (Span::new(source, 0, 0), "the schema".to_owned())));
                }
            }
        }
        for subchart in &chart.dependencies {
            match values.get(subchart.name().as_bytes()) {
                None | Some(Value::Nil) => {}
                Some(Value::Map(inner)) => self.chart(subchart, &inner),
                Some(other) => {
                    let ty = other.ty().map_or("nil", |ty| ty.name());
                    let what = format!("invalid type for values: expected object (map), got {ty}");
                    let _ = write!(self.text, "{}:\n{what}\n", subchart.name());
                }
            }
        }
    }
}

/// The nearest entry with a place on the way to the value, and what is wrong with it.
fn place(violation: &Violation, values: &Rc<Map>) -> Option<(Span, String)> {
    let mut span = Span::NOWHERE;
    let mut value = Value::Map(values.clone());
    for part in violation.pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = match &value {
            Value::Map(map) => map.entry(part.as_bytes()).map(|entry| (entry.value, entry.span)),
            Value::List(list) => part.parse().ok().and_then(|at| list.get(at)).map(|item| (item, Span::NOWHERE)),
            _ => None,
        };
        let Some((inner, at)) = next else { break };
        value = inner;
        if !at.is_nowhere() {
            span = at;
        }
    }
    let first = violation.message.lines().next().unwrap_or_default();
    let what = first.split_once("': ").map_or(first, |(_, what)| what);
    (!span.is_nowhere()).then(|| (span, what.to_owned()))
}

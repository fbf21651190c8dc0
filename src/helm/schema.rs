//! Checking values against the `values.schema.json` of their chart.
//!
//! The validator is the crate `boon`, by the author of the one that Helm uses, with the same kinds of errors. It is
//! asked where a [`glance`] is not enough.
//!
//! **Invariant:** all violations are reported at once and always in the same order, with Helm's words; patterns are
//! Go's. Nothing is read from files or from the network.
//! **Not here:** which charts have a schema, and how the errors of several charts are put together.

mod formats;
mod glance;
mod message;
mod patterns;
mod tree;
mod values;

use std::error::Error;

use boon::{CompileError, Compiler, ErrorKind, Schemas, UrlLoader};
use serde_json::Value as Json;

use crate::gotmpl::Value;
use patterns::Patterns;

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where in the values, as a JSON pointer: empty for all of them.
    pub pointer: String,
    /// As Helm says it: `at '/age': minimum: got -5, want 0`. What is wrong with the alternatives of an `anyOf` and
    /// the like follows on lines of its own, indented and with a dash.
    pub message: String,
}

/// Go: the name that Helm gives the schema.
const LOCATION: &str = "file:///values.schema.json";

/// What is wrong with the values, in the order of their keys. Errors: the schema cannot be used.
///
/// Helm: util.ValidateAgainstSingleSchema
pub fn validate(schema: &[u8], values: &Value) -> Result<Vec<Violation>, String> {
    let schema: Json = serde_json::from_slice(schema).map_err(|e| match e.is_eof() {
        true if schema.trim_ascii().is_empty() => "EOF".to_string(),
        true => "unexpected EOF".to_string(),
        false => e.to_string(),
    })?;
    if glance::surely_takes(&schema, values) { Ok(Vec::new()) } else { violations(schema, values) }
}

fn violations(mut schema: Json, values: &Value) -> Result<Vec<Violation>, String> {
    let patterns = Patterns::translate(&mut schema, LOCATION)?;
    let values = values::to_json(values)?;
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(Loader));
    formats::FORMATS.into_iter().for_each(|format| compiler.register_format(format));
    compiler.add_resource(LOCATION, schema).map_err(|e| e.to_string())?;
    let compiled = compiler.compile(LOCATION, &mut schemas).map_err(|e| compile_error(&e, &patterns))?;
    match schemas.validate(&values, compiled) {
        Ok(()) => Ok(Vec::new()),
        Err(error) => Ok(tree::violations(&error, &patterns)),
    }
}

/// The violations of one chart, as Helm prints them below its name.
pub fn describe(violations: &[Violation]) -> String {
    violations.iter().map(|violation| format!("- {}\n", violation.message)).collect()
}

/// Go: the texts of jsonschema's errors, as far as the errors are alike.
fn compile_error(error: &CompileError, patterns: &Patterns) -> String {
    match error {
        CompileError::ValidationError { url, src } => {
            let violations = tree::violations(src, patterns);
            let schema = if let ErrorKind::Schema { url } = src.kind { url } else { src.schema_url };
            let list = describe(&violations);
            format!(
                "{url:?} is not valid against metaschema: jsonschema validation failed with '{schema}'\n{}",
                list.trim_end()
            )
        }
        CompileError::LoadUrlError { url, src } => format!("failing loading {url:?}: {src}"),
        other => other.to_string(),
    }
}

/// For references to other documents.
struct Loader;

impl UrlLoader for Loader {
    fn load(&self, url: &str) -> Result<Json, Box<dyn Error>> {
        match url.split_once(':').map_or("", |(scheme, _)| scheme) {
            // Helm: urnLoader. What cannot be found allows everything.
            "urn" => Ok(Json::Bool(true)),
            "file" => Err("a schema may not refer to files".into()),
            _ => Err("a schema may not refer to the network".into()),
        }
    }
}

#[cfg(test)]
mod tests;

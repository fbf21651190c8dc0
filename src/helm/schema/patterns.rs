//! The regular expressions of a schema, which are Go's: rewritten in the syntax that the validator reads.
//!
//! **Invariant:** only keywords are changed, never values, such as those of `enum` and `default`.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::base::regexp;

/// The patterns as the chart has them, by how they are written for the validator.
pub struct Patterns {
    originals: HashMap<String, String>,
}

impl Patterns {
    /// Rewrites the patterns of a schema. Errors: Go would not take one.
    pub fn translate(schema: &mut Json, location: &str) -> Result<Patterns, String> {
        let mut patterns = Patterns { originals: HashMap::new() };
        patterns.schema(schema, &format!("{location}#"))?;
        Ok(patterns)
    }

    pub fn original<'p>(&'p self, pattern: &'p str) -> &'p str {
        self.originals.get(pattern).map_or(pattern, String::as_str)
    }

    fn schema(&mut self, schema: &mut Json, at: &str) -> Result<(), String> {
        match schema {
            Json::Object(keywords) => self.keywords(keywords, at),
            Json::Array(list) => {
                let mut items = list.iter_mut().enumerate();
                items.try_for_each(|(index, item)| self.schema(item, &format!("{at}/{index}")))
            }
            _ => Ok(()),
        }
    }

    fn keywords(&mut self, keywords: &mut Map<String, Json>, at: &str) -> Result<(), String> {
        for (keyword, value) in keywords.iter_mut() {
            let at = format!("{at}/{keyword}");
            match (keyword.as_str(), value) {
                ("pattern", Json::String(pattern)) => *pattern = self.pattern(pattern, &at)?,
                ("patternProperties", Json::Object(schemas)) => {
                    let mut renamed = Map::new();
                    for (pattern, mut schema) in std::mem::take(schemas) {
                        self.schema(&mut schema, &format!("{at}/{pattern}"))?;
                        let mut name = self.pattern(&pattern, &at)?;
                        // Two patterns may mean the same.
                        while renamed.contains_key(&name) {
                            name.push_str("(?:)");
                        }
                        renamed.insert(name, schema);
                    }
                    *schemas = renamed;
                }
                (
                    "properties" | "definitions" | "$defs" | "dependencies" | "dependentSchemas",
                    Json::Object(schemas),
                ) => {
                    for (name, schema) in schemas.iter_mut() {
                        self.schema(schema, &format!("{at}/{name}"))?;
                    }
                }
                ("const" | "enum" | "default" | "examples", _) => {}
                (_, value) => self.schema(value, &at)?,
            }
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &str, at: &str) -> Result<String, String> {
        let translated =
            regexp::in_rust_syntax(pattern).map_err(|e| format!("invalid regex {pattern:?} at {at:?}: {e}"))?;
        self.originals.insert(translated.clone(), pattern.to_string());
        Ok(translated)
    }
}

//! What Chart.yaml says of a chart.
//!
//! Source: pkg/chart/v2/metadata.go and dependency.go.
//!
//! **Not here:** whether the dependencies are there, and which of them are wanted.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::base::semver::Version;
use crate::base::{Diagnostic, Result, Span};
use crate::gotmpl::{Value, is_print};

pub use decode::read_api_version;

/// Chart.yaml. A text that is not there is empty.
#[derive(Clone, Default)]
pub struct Metadata {
    pub name: String,
    pub home: String,
    pub sources: Vec<String>,
    pub version: String,
    pub description: String,
    pub keywords: Vec<String>,
    /// Null among them until they are validated.
    pub maintainers: Vec<Option<Maintainer>>,
    pub icon: String,
    pub api_version: String,
    pub condition: String,
    pub tags: String,
    pub app_version: String,
    pub deprecated: bool,
    pub annotations: Option<BTreeMap<String, String>>,
    pub kube_version: String,
    /// Go: a list that is not there differs from an empty one; without it nobody looks at what the subcharts
    /// depend on.
    pub dependencies: Option<Vec<Dependency>>,
    pub kind: String,
    /// Where the fields stand, by their names in the file.
    places: BTreeMap<&'static str, Span>,
}

#[derive(Clone, Default)]
pub struct Maintainer {
    pub name: String,
    pub email: String,
    pub url: String,
}

/// An entry of `dependencies`.
#[derive(Clone, Default)]
pub struct Dependency {
    pub name: String,
    pub version: String,
    pub repository: String,
    pub condition: String,
    pub tags: Vec<String>,
    pub enabled: bool,
    pub import_values: Vec<Value>,
    pub alias: String,
    pub span: Span,
    /// The entry is null.
    is_null: bool,
}

/// Chart.lock.
#[derive(Clone, Default)]
pub struct Lock {
    pub generated: String,
    pub digest: String,
    pub dependencies: Vec<Dependency>,
}

impl Metadata {
    /// The place of a field, by its name in the file.
    pub fn place(&self, field: &str) -> Span {
        self.places.get(field).copied().unwrap_or_default()
    }

    /// Go: Accessor.IsLibraryChart.
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }

    /// Takes odd characters out of texts and checks what has to be there. Go: Metadata.Validate.
    pub fn validate(&mut self) -> Result<()> {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        texts.into_iter().chain(&mut self.sources).chain(&mut self.keywords).for_each(sanitize);
        self.check_fields().map_err(|(field, message, help)| invalid(message).at(self.place(field)).help(help))?;
        for maintainer in &mut self.maintainers {
            let Some(maintainer) = maintainer else {
                return Err(invalid("maintainers must not contain empty or null nodes").at(self.place("maintainers")));
            };
            [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url].into_iter().for_each(sanitize);
        }
        self.validate_dependencies()
    }

    /// The field that is wrong, what is wrong with it, and what to do.
    fn check_fields(&self) -> Result<(), (&'static str, String, &'static str)> {
        let name = &self.name;
        if self.api_version.is_empty() {
            return Err(("apiVersion", "chart.metadata.apiVersion is required".into(), "add `apiVersion: v2`"));
        }
        if name.is_empty() {
            return Err(("name", "chart.metadata.name is required".into(), "add the chart's `name`"));
        }
        if name == "." || name == ".." {
            return Err((
                "name",
                format!("chart.metadata.name {name:?} is not allowed"),
                "give the chart another name",
            ));
        }
        if name.contains('/') {
            return Err(("name", format!("chart.metadata.name {name:?} is invalid"), "a name has no `/`"));
        }
        if self.version.is_empty() {
            return Err(("version", "chart.metadata.version is required".into(), "add the chart's `version`"));
        }
        if Version::new(&self.version).is_err() {
            let message = format!("chart.metadata.version {:?} is invalid", self.version);
            return Err(("version", message, "a version is a semantic one, such as `1.2.3`"));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            let message = "chart.metadata.type must be application or library".into();
            return Err(("type", message, "write one of them, or leave `type` out"));
        }
        Ok(())
    }

    fn validate_dependencies(&mut self) -> Result<()> {
        let mut known: BTreeMap<&str, Span> = BTreeMap::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            dependency.validate()?;
            let key = dependency.effective_name();
            if let Some(first) = known.insert(key, dependency.span) {
                return Err(invalid(format!("more than one dependency with name or alias {key:?}"))
                    .at(dependency.span)
                    .label(first, "this one has it already")
                    .help("give one of them an `alias` of its own"));
            }
        }
        Ok(())
    }
}

impl Dependency {
    /// The name under which the parent's values know it.
    pub fn effective_name(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }

    /// Go: Dependency.Validate.
    fn validate(&mut self) -> Result<()> {
        if self.is_null {
            return Err(invalid("dependencies must not contain empty or null nodes").at(self.span));
        }
        [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition]
            .into_iter()
            .chain(&mut self.tags)
            .for_each(sanitize);
        let is_plain = self.alias.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if is_plain {
            return Ok(());
        }
        Err(invalid(format!("dependency {:?} has disallowed characters in the alias", self.name))
            .at(self.span)
            .help("an alias is made of letters, digits, `-` and `_`"))
    }
}

fn invalid(message: impl std::fmt::Display) -> Box<Diagnostic> {
    Diagnostic::new("chart-metadata", format!("validation: {message}"))
}

/// Makes every kind of white space a blank and drops what cannot be printed. Go: sanitizeString.
fn sanitize(text: &mut String) {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return;
    }
    let spaced = |c: char| if c.is_whitespace() { ' ' } else { c };
    *text = text.chars().map(spaced).filter(|c| is_print(*c)).collect();
}

//! `index.yaml`: the charts of a repository, with their versions.
//!
//! Source: loadIndex in pkg/repo/v1/index.go.
//!
//! The index of a large repository has some ten thousand versions. It is read once; the versions of a chart are
//! looked at when somebody asks for that chart.
//!
//! **Invariant:** versions are the newest first, and each is one that can be installed.
//! **Not here:** which version is taken ([`super::choice`]).

use std::sync::Arc;

use crate::base::semver::Version;
use crate::base::{Diagnostic, Result, Sources, Span};
use crate::helm::fields::{Fields, Nested, Rules, Slot, items, read_struct, wrong_type};
use crate::helm::metadata::Metadata;
use crate::yaml::jsonable::same_field;
use crate::yaml::{Duplicates, Node, ReadOptions, read, read_json};

/// The largest index that is read, in bytes.
pub const MAX_INDEX: u64 = 256 << 20;

/// An index that was read.
pub struct Index {
    /// The file.
    root: Node,
    rules: Rules,
    /// The URL or path for messages.
    name: String,
}

/// An entry: what its Chart.yaml says, and where its archive is.
#[derive(Clone, Default)]
pub struct ChartVersion {
    pub metadata: Metadata,
    /// Relative to the repository, or whole.
    pub urls: Vec<String>,
    /// SHA-256 of the archive, in hexadecimal; may be empty.
    pub digest: String,
    pub span: Span,
    created: String,
    removed: bool,
    /// What is known so that an index that has it is not wrong: `checksum`, `engine`, `tillerVersion`, `url`.
    outdated: [String; 4],
}

/// The versions of a chart, and what was left out of them and why.
#[derive(Default)]
pub struct Versions {
    pub list: Vec<ChartVersion>,
    pub skipped: Vec<String>,
}

impl Fields for ChartVersion {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        let [checksum, engine, tiller_version, url] = &mut self.outdated;
        let mut fields = self.metadata.fields();
        fields.extend([
            ("urls", Slot::Texts(&mut self.urls)),
            ("created", Slot::Time(&mut self.created)),
            ("removed", Slot::Flag(&mut self.removed)),
            ("digest", Slot::Text(&mut self.digest)),
            ("checksum", Slot::Text(checksum)),
            ("engine", Slot::Text(engine)),
            ("tillerVersion", Slot::Text(tiller_version)),
            ("url", Slot::Text(url)),
        ]);
        fields
    }
}

/// The outermost level of the file.
#[derive(Default)]
struct Root {
    api_version: String,
    generated: String,
    entries: Entries,
    public_keys: Vec<String>,
    annotations: Option<std::collections::BTreeMap<String, String>>,
    server_info: Anything,
}

/// Names of charts, and lists of their versions, which are looked at later.
#[derive(Default)]
struct Entries;

/// A mapping that nobody looks into.
#[derive(Default)]
struct Anything;

impl Fields for Root {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("serverInfo", Slot::Nested(&mut self.server_info)),
            ("apiVersion", Slot::Text(&mut self.api_version)),
            ("generated", Slot::Time(&mut self.generated)),
            ("entries", Slot::Nested(&mut self.entries)),
            ("publicKeys", Slot::Texts(&mut self.public_keys)),
            ("annotations", Slot::Pairs(&mut self.annotations)),
        ]
    }
}

impl Nested for Entries {
    fn read(&mut self, field: &'static str, node: &Node, _rules: Rules) -> Result<()> {
        match node.as_mapping().is_some() || node.is_null() {
            true => Ok(()),
            false => Err(wrong_type(field, "a mapping of names to versions", node)),
        }
    }
}

impl Nested for Anything {
    fn read(&mut self, field: &'static str, node: &Node, _rules: Rules) -> Result<()> {
        match node.as_mapping().is_some() || node.is_null() {
            true => Ok(()),
            false => Err(wrong_type(field, "a mapping", node)),
        }
    }
}

impl Index {
    /// Reads an index that is known by `name`, a URL or a path.
    ///
    /// Errors: `repository-index`: it is empty, has no version, or is not one at all.
    pub fn read(sources: &Sources, name: &str, text: Arc<[u8]>) -> Result<Index> {
        let broken = |why: &str| {
            Diagnostic::new("repository-index", format!("`{name}` is no index of a chart repository: {why}"))
                .help("is the URL that of the folder that holds the `index.yaml`?")
        };
        if text.is_empty() {
            return Err(broken("it is empty"));
        }
        let source = sources.add(name, text.clone());
        let within = |error: Box<Diagnostic>| {
            let place = error.labels.first().map(|label| label.span).unwrap_or_default();
            broken(&error.message).at(place)
        };
        // Go: what is JSON is read as such, and then unknown fields are fine.
        let json = text.trim_ascii_start().starts_with(b"{").then(|| read_json(&text, source));
        let (root, rules) = match json {
            Some(Ok(root)) => (Some(root), Rules::Lenient),
            _ => {
                let options = ReadOptions { duplicates: Duplicates::Reject, ..ReadOptions::config() };
                let documents = read(source, &text, options).map_err(within)?;
                (documents.into_iter().next().and_then(|document| document.root), Rules::Strict)
            }
        };
        let mut index = Root::default();
        let root = root.unwrap_or_else(|| Node::null(Span::NOWHERE));
        if !root.is_null() {
            read_struct(&mut index, &root, rules).map_err(within)?;
        }
        if index.api_version.is_empty() {
            return Err(broken("no API version specified"));
        }
        Ok(Index { root, rules, name: name.to_owned() })
    }

    /// Name and versions of each chart, in the order of the file.
    fn charts(&self) -> impl Iterator<Item = (&str, &Node)> {
        let fields = self.root.as_mapping().into_iter().flatten();
        let mut entries = fields.filter(|field| field.key.text().is_some_and(|key| same_field("entries", key)));
        let charts = entries.next_back().and_then(|entries| entries.value.as_mapping()).into_iter().flatten();
        charts.filter_map(|chart| Some((chart.key.text()?, &chart.value)))
    }

    /// The names of the charts, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.charts().map(|(name, _)| name)
    }

    /// The versions of a chart, the newest first. `None` where the index does not name the chart.
    ///
    /// Errors: `repository-index`: an entry is not what an entry should be.
    pub fn versions(&self, chart: &str) -> Result<Option<Versions>> {
        let found = self.charts().find(|(name, _)| *name == chart);
        found.map(|(name, node)| self.versions_of(name, node)).transpose()
    }

    /// All charts with their versions, in the order of the file.
    ///
    /// Errors: as [`Index::versions`].
    pub fn all(&self) -> impl Iterator<Item = Result<(&str, Versions)>> {
        self.charts().map(|(name, node)| Ok((name, self.versions_of(name, node)?)))
    }

    fn versions_of(&self, name: &str, node: &Node) -> Result<Versions> {
        let within = |error: Box<Diagnostic>| {
            let message = format!("`{}` is no index of a chart repository: {}", self.name, error.message);
            let place = error.labels.first().map(|label| label.span).unwrap_or_default();
            Diagnostic::new("repository-index", message).at(place).help("ask who keeps the repository to mend it")
        };
        let mut versions = Versions::default();
        for item in items("entries", node).map_err(within)? {
            let mut skip = |version: &str, why: &str| {
                let version = if version.is_empty() { String::new() } else { format!(" version {version:?}") };
                versions.skipped.push(format!("chart {name:?}{version} of `{}` is left out: {why}", self.name));
            };
            if item.is_null() {
                skip("", "empty entry");
                continue;
            }
            let mut version = ChartVersion { span: item.span, ..ChartVersion::default() };
            read_struct(&mut version, item, self.rules).map_err(within)?;
            if version.metadata.api_version.is_empty() {
                version.metadata.api_version = "v1".into();
            }
            match version.metadata.validate() {
                Err(error) if !is_harmless(&error) => skip(&version.metadata.version, &error.message),
                _ => versions.list.push(version),
            }
        }
        // Go: those that are equal stay in any order.
        versions.list.sort_by(|a, b| {
            let parsed = |version: &ChartVersion| Version::new(&version.metadata.version).ok();
            match (parsed(a), parsed(b)) {
                (Some(a), Some(b)) => b.compare(&a),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }
        });
        Ok(versions)
    }
}

/// Helm: servers of repositories are known that lose the aliases of dependencies.
fn is_harmless(error: &Diagnostic) -> bool {
    error.message.starts_with("validation: more than one dependency with name or alias")
}

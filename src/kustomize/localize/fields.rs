//! The fields of a kustomization file that name something, and what is done with it.
//!
//! Source: kustomize 5.8.1, api/internal/localizer/localizer.go.

use Kind::{ChartHome, Directory, File, FileOrInline, FileSource, Inside, Plugins, Resource};

use super::{Localizer, Root, check_reference, explain};
use crate::base::{Diagnostic, Result, SourceId};
use crate::k8s::read::read_resources;
use crate::k8s::{ResMap, Schema};
use crate::kustomize::absorb::append;
use crate::kustomize::generators::parse_file_source;
use crate::kustomize::kustomization::Text;
use crate::kustomize::loader::{RepoSpec, Target, is_remote_file};
use crate::kustomize::shape::string;
use crate::yaml::{Node, Value};

/// What a text names.
#[derive(Clone, Copy)]
pub enum Kind {
    File,
    /// `path` or `key=path`
    FileSource,
    Directory,
    /// A file of objects, or a directory.
    Resource,
    /// A file of objects, or the objects themselves.
    FileOrInline,
    /// As [`Kind::FileOrInline`], and the objects configure plugins that name files in their turn.
    Plugins,
    /// A folder of charts. It has a default, so it is there even if nothing is said.
    ChartHome,
    /// Fields of a mapping, or of each mapping of a list.
    Inside(&'static [(&'static str, Kind)]),
}

/// In the order in which they are followed: where two lead to one place, it matters.
const FIELDS: &[(&str, Kind)] = &[
    ("openapi", Inside(&[("path", File)])),
    ("bases", Directory),
    ("components", Directory),
    ("configurations", File),
    ("crds", File),
    ("resources", Resource),
    ("configMapGenerator", GENERATOR),
    ("secretGenerator", GENERATOR),
    ("helmChartInflationGenerator", Inside(&[("values", File), ("chartHome", ChartHome)])),
    ("helmCharts", Inside(&[("valuesFile", File), ("additionalValuesFiles", File)])),
    ("helmGlobals", Inside(&[("chartHome", ChartHome)])),
    ("patches", Inside(&[("path", File)])),
    ("patchesJson6902", Inside(&[("path", File)])),
    ("patchesStrategicMerge", FileOrInline),
    ("replacements", Inside(&[("path", File)])),
    ("generators", Plugins),
    ("transformers", Plugins),
    ("validators", Plugins),
];

const GENERATOR: Kind = Inside(&[("env", File), ("envs", File), ("files", FileSource)]);

impl Localizer<'_> {
    /// Copies what a kustomization names, and writes the paths of the copies into it.
    pub fn fields(&mut self, root: &Root, kustomization: &mut Node) -> Result<()> {
        for (name, kind) in FIELDS {
            let is_default_home = *name == "helmGlobals"
                && kustomization.get("helmGlobals").is_none()
                && kustomization.get("helmCharts").is_some();
            if is_default_home {
                self.chart_home(root, name, &Text::default())?;
            }
            if let Some(node) = kustomization.get_mut(name) {
                // What was meant for a literal may stand where a file is wanted.
                let is_secret = *name == "secretGenerator";
                self.follow(root, name, *kind, node).map_err(|e| if is_secret { e.masked() } else { e })?;
            }
        }
        Ok(())
    }

    /// `field` is the field of the kustomization, for messages.
    fn follow(&mut self, root: &Root, field: &str, kind: Kind, node: &mut Node) -> Result<()> {
        match (&mut node.value, kind) {
            (Value::Sequence(items), _) => items.iter_mut().try_for_each(|item| self.follow(root, field, kind, item)),
            (Value::Mapping(mapping), Inside(fields)) => {
                fields.iter().try_for_each(|(name, kind)| match (mapping.get_mut(name), kind) {
                    (Some(node), _) => self.follow(root, field, *kind, node),
                    (None, ChartHome) => self.chart_home(root, field, &Text::default()).map(drop),
                    (None, _) => Ok(()),
                })
            }
            (Value::Scalar(scalar), _) => {
                let text = Text::new(scalar.text.as_str(), node.span);
                *node = string(&self.localized(root, field, kind, &text)?, node.span);
                Ok(())
            }
            (Value::Mapping(_), _) => Ok(()),
        }
    }

    /// Copies what a text names; gives the text to write in its place.
    pub fn localized(&mut self, root: &Root, field: &str, kind: Kind, text: &Text) -> Result<String> {
        match kind {
            File => self.file(root, field, text),
            FileSource => self.file_source(root, field, text),
            Directory => self.directory(root, field, text),
            Resource => self.resource(root, field, text),
            FileOrInline => self.file_or_inline(root, field, text),
            Plugins => self.plugins(root, field, text),
            ChartHome => self.chart_home(root, field, text),
            Inside(_) => Ok(text.value.clone()),
        }
    }

    /// kustomize: localizeFileSource. A key that was not written is not written now, even if the file's name is
    /// another one.
    fn file_source(&mut self, root: &Root, field: &str, source: &Text) -> Result<String> {
        let (key, path) = parse_file_source(source, field)?;
        let place = self.file(root, field, &path)?;
        Ok(if path.value == source.value { place } else { format!("{key}={place}") })
    }

    fn resource(&mut self, root: &Root, field: &str, path: &Text) -> Result<String> {
        if path.is_empty() {
            return Ok(String::new());
        }
        if let Some(spec) = RepoSpec::parse(path).filter(|_| !is_remote_file(path)) {
            check_reference(&spec, path.span)?;
        }
        match root.loader.resource(self.ctx, field, path).map_err(explain)? {
            Target::Directory(loader) => self.enter(root, path, loader),
            Target::File(file) => {
                self.objects(file.source)?;
                self.put(root, path, file.text)
            }
        }
    }

    fn file_or_inline(&mut self, root: &Root, field: &str, entry: &Text) -> Result<String> {
        match self.file_or_inline_objects(root, field, entry)? {
            (_, true) => self.file(root, field, entry),
            (_, false) => Ok(entry.value.clone()),
        }
    }

    /// The objects of an entry, and whether they are those of a file that it names. kustomize: loadK8sResource.
    pub fn file_or_inline_objects(&mut self, root: &Root, field: &str, entry: &Text) -> Result<(ResMap, bool)> {
        let inline = self.ctx.sources.add_embedded(entry.value.as_bytes(), entry.span);
        let no_objects = match self.objects(inline) {
            Ok(objects) => return Ok((objects, false)),
            Err(error) => error,
        };
        // What has several lines was not meant for a path.
        if entry.trim_end().contains('\n') {
            return Err(no_objects);
        }
        let file = self.load(root, field, entry)?;
        Ok((self.objects(file.source)?, true))
    }

    /// kustomize: NewResMapFromBytes.
    fn objects(&self, source: SourceId) -> Result<ResMap> {
        let mut objects = ResMap::new();
        for object in read_resources(self.ctx.sources, source)? {
            append(&mut objects, object, &Schema::default())?;
        }
        Ok(objects)
    }
}

/// The error for a list or mapping where a path is wanted.
pub fn not_a_path(node: &Node, field: &str) -> Box<Diagnostic> {
    Diagnostic::new("wrong-type", format!("`{field}` must be a path or a list of paths, not a {}", node.kind_name()))
        .at(node.span)
        .help("write `path`, or a line `- path` for each")
}

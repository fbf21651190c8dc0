//! The built-in plugins that name files.
//!
//! Source: kustomize 5.8.1, api/internal/localizer/builtinplugins.go.

use super::fields::{Kind, not_a_path};
use super::{Localizer, Root};
use crate::base::{Result, Span};
use crate::k8s::{Gvk, Resource};
use crate::kustomize::fieldspec::{CompiledSpec, set_scalar};
use crate::kustomize::kustomization::{FieldSpec, Text};
use crate::yaml::{self, Node, Tag, Value};

const VERSION: &str = "builtin";
const CHART: &str = "HelmChartInflationGenerator";
const SECRET: &str = "SecretGenerator";

/// Kinds of plugins and their fields, in the order in which they are followed.
const BEFORE_CHARTS: &[(&str, &str, Kind)] = &[
    ("ConfigMapGenerator", "env", Kind::File),
    ("ConfigMapGenerator", "envs", Kind::File),
    (SECRET, "env", Kind::File),
    (SECRET, "envs", Kind::File),
    (CHART, "valuesFile", Kind::File),
    (CHART, "additionalValuesFiles", Kind::File),
    ("PatchTransformer", "path", Kind::File),
    ("PatchJson6902Transformer", "path", Kind::File),
    ("ReplacementTransformer", "replacements/path", Kind::File),
    ("ConfigMapGenerator", "files", Kind::FileSource),
    (SECRET, "files", Kind::FileSource),
];
const AFTER_CHARTS: &[(&str, &str, Kind)] = &[("PatchStrategicMergeTransformer", "paths", Kind::FileOrInline)];

impl Localizer<'_> {
    /// Copies what the plugins of an entry name. Of an entry that names a file the file is written anew, too.
    pub fn plugins(&mut self, root: &Root, field: &str, entry: &Text) -> Result<String> {
        let (objects, is_file) = self.file_or_inline_objects(root, field, entry)?;
        let mut text = Vec::new();
        for (number, mut plugin) in objects.into_list().into_iter().enumerate() {
            let is_secret = plugin.kind() == SECRET;
            self.plugin(root, field, &mut plugin).map_err(|e| if is_secret { e.masked() } else { e })?;
            if number > 0 {
                text.extend_from_slice(b"---\n");
            }
            yaml::emit(&plugin.node, &mut text)?;
        }
        match is_file {
            true => self.put(root, entry, text),
            false => Ok(String::from_utf8_lossy(&text).into_owned()),
        }
    }

    fn plugin(&mut self, root: &Root, field: &str, plugin: &mut Resource) -> Result<()> {
        self.plugin_fields(root, plugin, BEFORE_CHARTS)?;
        if plugin.api_version() == VERSION && plugin.kind() == CHART {
            // kustomize: null is a path like any other here.
            match plugin.node.get_mut("chartHome") {
                Some(home) => self.path(root, "chartHome", Kind::ChartHome, home)?,
                None => drop(self.chart_home(root, field, &Text::default())?),
            }
        }
        self.plugin_fields(root, plugin, AFTER_CHARTS)
    }

    fn plugin_fields(
        &mut self,
        root: &Root,
        plugin: &mut Resource,
        fields: &'static [(&str, &str, Kind)],
    ) -> Result<()> {
        for (kind, path, names) in fields {
            let gvk = Gvk { group: "".into(), version: VERSION.into(), kind: (*kind).into() };
            let spec = CompiledSpec::new(&FieldSpec { gvk, path: (*path).into(), create: false });
            // Messages about sources name the generator, and say by themselves that `files` is meant.
            let field = if matches!(names, Kind::FileSource) { kind } else { path };
            if spec.matches(plugin.api_version(), plugin.kind()) {
                spec.apply(plugin, None, Span::NOWHERE, &mut |node| self.paths(root, field, *names, node))?;
            }
        }
        Ok(())
    }

    /// kustomize: whether a field takes a path or a list of them is for the build to say.
    fn paths(&mut self, root: &Root, field: &str, kind: Kind, node: &mut Node) -> Result<()> {
        match &mut node.value {
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| self.path(root, field, kind, item)),
            Value::Scalar(_) => self.path(root, field, kind, node),
            Value::Mapping(_) => Err(not_a_path(node, field)),
        }
    }

    fn path(&mut self, root: &Root, field: &str, kind: Kind, node: &mut Node) -> Result<()> {
        let Some(text) = node.text() else { return Err(not_a_path(node, field)) };
        let path = Text::new(text, node.span);
        let place = self.localized(root, field, kind, &path)?;
        if place.is_empty() { Ok(()) } else { set_scalar(node, place, Tag::Open, path.span) }
    }
}

//! Lists of field specs, and the ones that kustomize brings along.
//!
//! The built-in lists are tables of text beside this file, in the order that kustomize gives them
//! (sorted by type); a table is read when it is first used. kustomize: api/internal/konfig/builtinpluginconsts.
//!
//! **Invariant:** a list never changes; lists are shared between all layers of a build.
//! **Not here:** how lists of several layers become one (`configurations`).

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, OnceLock};

use compact_str::CompactString;

use super::fieldspec::CompiledSpec;
use super::kustomization::FieldSpec;
use crate::k8s::Gvk;

/// A shared list of field specs, with its paths split when first used.
#[derive(Clone, Debug)]
pub struct FieldSpecs(Shared<List>);

/// A shared list of who may name objects of which type.
#[derive(Clone, Debug)]
pub struct NameReferences(Shared<Vec<NameBackReferences>>);

/// The fields that may hold the name of an object of a type. kustomize: builtinconfig.NameBackReferences.
#[derive(Clone, Debug, Default)]
pub struct NameBackReferences {
    /// The type that is referred to.
    pub gvk: Gvk,
    /// `fieldSpecs`
    pub referrers: FieldSpecs,
}

#[derive(Debug)]
enum Shared<T: 'static> {
    Builtin(&'static LazyLock<T>),
    Own(Arc<T>),
}

#[derive(Debug, Default)]
struct List {
    specs: Vec<FieldSpec>,
    compiled: OnceLock<Vec<CompiledSpec>>,
    kinds: OnceLock<Kinds>,
}

/// Positions of specs by the kind of object that they are for.
#[derive(Debug, Default)]
struct Kinds {
    /// Kind -> positions of the specs for it and for all kinds, in order.
    by_kind: hashbrown::HashMap<CompactString, Vec<u32>, foldhash::fast::FixedState>,
    for_all: Vec<u32>,
}

macro_rules! builtin {
    ($(#[$doc:meta])* $function:ident, $table:ident, $file:literal) => {
        static $table: LazyLock<List> = LazyLock::new(|| List::from(read_table(include_str!($file))));

        $(#[$doc])*
        pub fn $function() -> FieldSpecs {
            FieldSpecs(Shared::Builtin(&$table))
        }
    };
}

builtin!(name_prefix, NAME_PREFIX, "fieldspecs/name_prefix.txt");
builtin!(name_suffix, NAME_SUFFIX, "fieldspecs/name_suffix.txt");
builtin!(namespace, NAMESPACE, "fieldspecs/namespace.txt");
builtin!(
    /// Where labels go that select objects too.
    common_labels,
    COMMON_LABELS,
    "fieldspecs/common_labels.txt"
);
builtin!(
    /// Where labels go that select nothing: the object and its templates.
    template_labels,
    TEMPLATE_LABELS,
    "fieldspecs/template_labels.txt"
);
builtin!(common_annotations, COMMON_ANNOTATIONS, "fieldspecs/common_annotations.txt");
builtin!(images, IMAGES, "fieldspecs/images.txt");
builtin!(replicas, REPLICAS, "fieldspecs/replicas.txt");
builtin!(
    /// Where `$(VAR)` is replaced.
    var_reference,
    VAR_REFERENCE,
    "fieldspecs/var_reference.txt"
);

static EMPTY: LazyLock<List> = LazyLock::new(List::default);
static NO_REFERENCES: LazyLock<Vec<NameBackReferences>> = LazyLock::new(Vec::new);
static NAME_REFERENCE: LazyLock<Vec<NameBackReferences>> =
    LazyLock::new(|| read_references(include_str!("fieldspecs/name_reference.txt")));

/// Which fields name which objects.
pub fn name_reference() -> NameReferences {
    NameReferences(Shared::Builtin(&NAME_REFERENCE))
}

impl FieldSpecs {
    /// Whether both are one and the same list, not only equal ones.
    pub fn is_same(&self, other: &FieldSpecs) -> bool {
        self.0.is_same(&other.0)
    }

    /// Whether there is nothing in it; a list that kustomize brings along need not be read for that.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty(&EMPTY, |list| list.specs.is_empty())
    }

    /// Whether this is a list that kustomize brings along.
    pub fn is_builtin(&self) -> bool {
        matches!(self.0, Shared::Builtin(_))
    }

    /// The specs for objects of a kind, in order; group and version are still to be looked at
    /// ([`CompiledSpec::matches_version`]).
    pub fn for_kind(&self, kind: &str) -> impl Iterator<Item = &CompiledSpec> + use<'_> {
        let (kinds, specs) = (self.0.get().kinds(), self.compiled());
        let positions = kinds.by_kind.get(kind).unwrap_or(&kinds.for_all);
        positions.iter().filter_map(|at| specs.get(*at as usize))
    }

    /// Whether the path of some spec leads through the field of another one.
    pub fn is_nested(&self) -> bool {
        let paths = || self.compiled().iter().map(|spec| &spec.path);
        !self.is_builtin() && paths().any(|path| paths().any(|other| path.is_inside(other)))
    }

    /// All specs with their paths split, in order.
    pub fn compiled(&self) -> &[CompiledSpec] {
        let list = self.0.get();
        list.compiled.get_or_init(|| list.specs.iter().map(CompiledSpec::new).collect())
    }
}

impl NameReferences {
    /// Whether both are one and the same list, not only equal ones.
    pub fn is_same(&self, other: &NameReferences) -> bool {
        self.0.is_same(&other.0)
    }

    /// As [`FieldSpecs::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.0.is_empty(&NO_REFERENCES, Vec::is_empty)
    }
}

impl<T> Shared<T> {
    fn get(&self) -> &T {
        match self {
            Shared::Builtin(list) => list,
            Shared::Own(list) => list,
        }
    }

    fn is_empty(&self, empty: &'static LazyLock<T>, is_empty: impl Fn(&T) -> bool) -> bool {
        match self {
            Shared::Builtin(list) => std::ptr::eq(*list, empty),
            Shared::Own(list) => is_empty(list),
        }
    }

    fn is_same(&self, other: &Shared<T>) -> bool {
        match (self, other) {
            (Shared::Builtin(a), Shared::Builtin(b)) => std::ptr::eq(*a, *b),
            (Shared::Own(a), Shared::Own(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        match self {
            Shared::Builtin(list) => Shared::Builtin(list),
            Shared::Own(list) => Shared::Own(Arc::clone(list)),
        }
    }
}

impl List {
    fn kinds(&self) -> &Kinds {
        self.kinds.get_or_init(|| {
            let mut kinds = Kinds::default();
            let Kinds { by_kind, for_all } = &mut kinds;
            for (at, spec) in self.specs.iter().enumerate() {
                let at = at as u32;
                if spec.gvk.kind.is_empty() {
                    by_kind.values_mut().for_each(|positions| positions.push(at));
                    for_all.push(at);
                } else {
                    by_kind.entry(spec.gvk.kind.clone()).or_insert_with(|| for_all.clone()).push(at);
                }
            }
            kinds
        })
    }
}

impl Default for FieldSpecs {
    fn default() -> FieldSpecs {
        FieldSpecs(Shared::Builtin(&EMPTY))
    }
}

impl Default for NameReferences {
    fn default() -> NameReferences {
        NameReferences(Shared::Builtin(&NO_REFERENCES))
    }
}

impl From<Vec<FieldSpec>> for List {
    fn from(specs: Vec<FieldSpec>) -> List {
        List { specs, ..List::default() }
    }
}

impl From<Vec<FieldSpec>> for FieldSpecs {
    fn from(specs: Vec<FieldSpec>) -> FieldSpecs {
        FieldSpecs(Shared::Own(Arc::new(List::from(specs))))
    }
}

impl From<Vec<NameBackReferences>> for NameReferences {
    fn from(references: Vec<NameBackReferences>) -> NameReferences {
        NameReferences(Shared::Own(Arc::new(references)))
    }
}

impl Deref for FieldSpecs {
    type Target = [FieldSpec];
    fn deref(&self) -> &[FieldSpec] {
        &self.0.get().specs
    }
}

impl Deref for NameReferences {
    type Target = [NameBackReferences];
    fn deref(&self) -> &[NameBackReferences] {
        self.0.get()
    }
}

/// The lines of a table, without comments, in words; what a line lacks is empty.
fn lines(text: &'static str) -> impl Iterator<Item = [&'static str; 5]> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut words = line.split_ascii_whitespace();
        std::array::from_fn(|_| words.next().unwrap_or_default())
    })
}

fn read_table(text: &'static str) -> Vec<FieldSpec> {
    lines(text).map(read_spec).collect()
}

fn read_references(text: &'static str) -> Vec<NameBackReferences> {
    let mut targets: Vec<(Gvk, Vec<FieldSpec>)> = Vec::new();
    for words in lines(text) {
        match (words, targets.last_mut()) {
            (["target", group, version, kind, _], _) => targets.push((read_gvk(group, version, kind), Vec::new())),
            (words, Some((_, referrers))) => referrers.push(read_spec(words)),
            _ => {}
        }
    }
    targets.into_iter().map(|(gvk, specs)| NameBackReferences { gvk, referrers: specs.into() }).collect()
}

fn read_spec([group, version, kind, create, path]: [&'static str; 5]) -> FieldSpec {
    FieldSpec { gvk: read_gvk(group, version, kind), path: Cow::Borrowed(path), create: create == "create" }
}

fn read_gvk(group: &str, version: &str, kind: &str) -> Gvk {
    let part = |word: &'static str, text: &str| CompactString::from(if text == word { "" } else { text });
    Gvk { group: part("*", group), version: part("*", version), kind: part("*", kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts taken from kustomize 5.8.1's `builtinconfig.MakeDefaultConfig()`.
    #[test]
    fn every_line_of_the_tables_is_read() {
        let counts = [
            (name_prefix(), 1),
            (name_suffix(), 1),
            (namespace(), 3),
            (common_labels(), 32),
            (template_labels(), 10),
            (common_annotations(), 9),
            (images(), 6),
            (replicas(), 4),
            (var_reference(), 72),
        ];
        counts.into_iter().for_each(|(specs, count)| assert_eq!(specs.len(), count, "{:?}", specs.first()));
        assert_eq!(name_reference().len(), 16);
        assert_eq!(name_reference().iter().map(|r| r.referrers.len()).sum::<usize>(), 167);
    }

    #[test]
    fn matching_specs_come_in_the_order_of_the_list() {
        let specs = common_labels();
        let paths = |api_version, kind| {
            specs
                .for_kind(kind)
                .filter(|spec| spec.matches(api_version, kind))
                .map(|spec| spec.path.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(paths("v1", "Service"), ["spec/selector", "metadata/labels"]);
        assert_eq!(paths("serving.knative.dev/v1beta1", "Service"), ["metadata/labels"]);
        assert_eq!(paths("v1", "ConfigMap"), ["metadata/labels"]);
        assert_eq!(paths("apps/v1", "Deployment").len(), 8);
        assert_eq!(paths("extensions/v1beta1", "Deployment").len(), 3);
    }
}

//! `sortOptions` and the SortOrderTransformer plugin.
//!
//! kustomize: api/internal/builtins/SortOrderTransformer.go.

use std::cmp::Ordering;

use crate::base::{Diagnostic, Result};
use crate::k8s::{IdRef, ResMap, Resource, Schema};
use crate::kustomize::configurations::{FIRST_KINDS, LAST_KINDS};
use crate::kustomize::kustomization::{LegacySortOptions, SortOptions};

/// Puts the objects in the order that the options ask for.
///
/// Errors: an unknown order; lists of kinds for the order `fifo`; two objects of the same id.
pub fn sort_order(resources: &mut ResMap, options: &SortOptions, schema: &Schema) -> Result<()> {
    match (options.order.value.as_str(), &options.legacy) {
        ("legacy", lists) => sort_legacy(resources, lists.as_ref(), schema),
        ("fifo", None) => Ok(()),
        ("fifo", Some(_)) => Err(Diagnostic::new("sort-options", "`legacySortOptions` are given for the order `fifo`")
            .at(options.order.span)
            .help("use `order: legacy`, or remove `legacySortOptions`")),
        (other, _) => Err(Diagnostic::new("sort-options", format!("unknown order `{other}` in `sortOptions`"))
            .at(options.order.span)
            .help("use `legacy` or `fifo`")),
    }
}

/// By kind: first those of a list, last those of another, then by type, namespace and name. Without
/// lists: kustomize's own.
///
/// Errors: two objects of the same id.
fn sort_legacy(resources: &mut ResMap, lists: Option<&LegacySortOptions>, schema: &Schema) -> Result<()> {
    if let Some((first, second)) = resources.clash(schema, |_, _| true) {
        return Err(clash(first, second));
    }
    let rank = |kind: &str| match lists {
        Some(lists) => rank_in(&lists.order_first, &lists.order_last, kind),
        None => rank_in(&FIRST_KINDS, &LAST_KINDS, kind),
    };
    let mut order: Vec<Place> = resources.iter().enumerate().map(|(at, r)| Place::new(at, r, &rank, schema)).collect();
    if order.iter().any(Place::breaks_the_order) {
        insertion_sort(&mut order);
    } else {
        order.sort_unstable_by(Place::compare);
    }
    let order: Vec<usize> = order.into_iter().map(|place| place.at).collect();
    let mut list: Vec<Option<Resource>> = std::mem::take(resources).into_list().into_iter().map(Some).collect();
    *resources = ResMap::from_list(order.into_iter().filter_map(|at| list.get_mut(at)?.take()).collect());
    Ok(())
}

/// Negative for the first kinds, positive for the last. Go: of equal keys the last counts.
fn rank_in(first: &[impl AsRef<str>], last: &[impl AsRef<str>], kind: &str) -> i64 {
    match (last_position(last, kind), last_position(first, kind)) {
        (Some(at), _) => at + 1,
        (None, Some(at)) => at - first.len() as i64,
        (None, None) => 0,
    }
}

fn last_position(list: &[impl AsRef<str>], kind: &str) -> Option<i64> {
    list.iter().rposition(|k| k.as_ref() == kind).map(|at| at as i64)
}

fn clash(first: &Resource, second: &Resource) -> Box<Diagnostic> {
    let message = format!("there are two objects of kind `{}` called `{}`", second.kind(), second.name());
    Diagnostic::new("duplicate-id", message)
        .label(first.name_span(), "the first")
        .label(second.name_span(), "the second")
        .help("objects can only be put in order if no two have the same type, name and namespace")
}

/// An object's place, and all that decides about it.
struct Place<'r> {
    at: usize,
    rank: i64,
    id: IdRef<'r>,
    group: &'r str,
    version: &'r str,
}

impl<'r> Place<'r> {
    fn new(at: usize, resource: &'r Resource, rank: &dyn Fn(&str) -> i64, schema: &Schema) -> Place<'r> {
        let id = resource.id(schema);
        Place { at, rank: rank(id.kind), id, group: id.group(), version: id.version() }
    }

    fn compare(&self, other: &Place) -> Ordering {
        self.rank.cmp(&other.rank).then_with(|| {
            if (self.id.kind, self.group, self.version) == (other.id.kind, other.group, other.version) {
                return self.by_name(other);
            }
            let by_type = compare_joined(self.type_parts(), other.type_parts(), b'_');
            // kustomize: a Namespace of the core group comes before those of other groups.
            let reversed = self.id.kind == "Namespace"
                && other.id.kind == "Namespace"
                && (self.group.is_empty() || other.group.is_empty());
            let by_type = if reversed { by_type.reverse() } else { by_type };
            by_type.then_with(|| (self.group, self.version).cmp(&(other.group, other.version)))
        })
    }

    fn by_name(&self, other: &Place) -> Ordering {
        if self.id.namespace == other.id.namespace {
            return or(self.id.name, "~N").cmp(or(other.id.name, "~N"));
        }
        compare_joined(self.name_parts(), other.name_parts(), b'|')
    }

    fn type_parts(&self) -> [&str; 3] {
        [or(self.group, "~G"), or(self.version, "~V"), or(self.id.kind, "~K")]
    }

    fn name_parts(&self) -> [&str; 2] {
        [or(self.id.namespace, "~X"), or(self.id.name, "~N")]
    }

    /// What makes kustomize's order contradict itself: Namespaces of several types, in the midst of
    /// other kinds because the lists do not name them.
    fn breaks_the_order(&self) -> bool {
        self.rank == 0 && self.id.kind == "Namespace" && (self.group, self.version) != ("", "v1")
    }
}

fn or<'t>(text: &'t str, none: &'static str) -> &'t str {
    if text.is_empty() { none } else { text }
}

/// As the texts compare that have the parts joined.
fn compare_joined<const N: usize>(a: [&str; N], b: [&str; N], separator: u8) -> Ordering {
    fn bytes<'t, const N: usize>(parts: [&'t str; N], separator: u8) -> impl Iterator<Item = u8> + 't {
        let part = move |(at, part): (usize, &'t str)| {
            let separator = (at + 1 < N).then_some(separator);
            part.bytes().chain(separator)
        };
        parts.into_iter().enumerate().flat_map(part)
    }
    bytes(a, separator).cmp(bytes(b, separator))
}

/// Go's sort of few elements; unlike the library's sorts it takes an order that contradicts itself.
fn insertion_sort(places: &mut [Place]) {
    for end in 1..places.len() {
        let mut at = end;
        while at > 0 && places[at].compare(&places[at - 1]) == Ordering::Less {
            places.swap(at, at - 1);
            at -= 1;
        }
    }
}

//! `sortOptions` and the SortOrderTransformer plugin.
//!
//! kustomize: api/internal/builtins/SortOrderTransformer.go.

use std::cmp::Ordering;

use crate::base::{Diagnostic, Result};
use crate::k8s::gvk::parse_api_version;
use crate::k8s::{ResMap, Resource, Schema};
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
    let (places, types) = places_of(resources, &rank);
    let mut order: Vec<u32> = (0..places.len() as u32).collect();
    if types.iter().any(Type::breaks_the_order) {
        insertion_sort(&mut order, |a, b| {
            let [a, b] = [&places[*a as usize], &places[*b as usize]];
            if a.type_at == b.type_at { a.by_name(b) } else { types[a.type_at].compare(&types[b.type_at]) }
        });
    } else {
        // Types are few: with a number for each, most comparisons are of names.
        let mut by_order: Vec<usize> = (0..types.len()).collect();
        by_order.sort_by(|a, b| types[*a].compare(&types[*b]));
        let mut numbers = vec![0; types.len()];
        by_order.into_iter().enumerate().for_each(|(number, at)| numbers[at] = number);
        order.sort_unstable_by(|a, b| {
            let [a, b] = [&places[*a as usize], &places[*b as usize]];
            numbers[a.type_at].cmp(&numbers[b.type_at]).then_with(|| a.by_name(b))
        });
    }
    rearrange(resources.list_mut(), &mut order);
    Ok(())
}

/// Moves the resource at `order[n]` to `n`, for all `n`, without room for a second list.
fn rearrange(list: &mut [Resource], order: &mut [u32]) {
    for to in 0..order.len() {
        let mut from = order[to];
        // What was there before has been swapped further on.
        while (from as usize) < to {
            from = order[from as usize];
        }
        order[to] = from;
        list.swap(to, from as usize);
    }
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

/// What decides about the place of an object.
struct Place<'r> {
    /// In the list of types.
    type_at: usize,
    namespace: &'r str,
    name: &'r str,
}

/// A type, and the number that the lists of kinds give it.
struct Type<'r> {
    rank: i64,
    group: &'r str,
    version: &'r str,
    kind: &'r str,
}

/// The places of all resources, and the types that there are.
fn places_of<'r>(resources: &'r ResMap, rank: &dyn Fn(&str) -> i64) -> (Vec<Place<'r>>, Vec<Type<'r>>) {
    let mut types = Vec::new();
    let mut seen = hashbrown::HashMap::<_, usize, foldhash::fast::FixedState>::default();
    let place = |resource: &'r Resource| {
        let kind = resource.kind();
        let (group, version) = parse_api_version(resource.api_version());
        let type_at = *seen.entry((group, version, kind)).or_insert_with(|| {
            types.push(Type { rank: rank(kind), group, version, kind });
            types.len() - 1
        });
        Place { type_at, namespace: resource.namespace(), name: resource.name() }
    };
    (resources.iter().map(place).collect(), types)
}

impl Type<'_> {
    fn compare(&self, other: &Type) -> Ordering {
        self.rank.cmp(&other.rank).then_with(|| {
            let by_text = compare_joined(self.parts(), other.parts(), b'_');
            // kustomize: a Namespace of the core group comes before those of other groups.
            let reversed = self.kind == "Namespace"
                && other.kind == "Namespace"
                && (self.group.is_empty() || other.group.is_empty());
            let by_text = if reversed { by_text.reverse() } else { by_text };
            by_text.then_with(|| (self.group, self.version).cmp(&(other.group, other.version)))
        })
    }

    fn parts(&self) -> [&str; 3] {
        [or(self.group, "~G"), or(self.version, "~V"), or(self.kind, "~K")]
    }

    /// What makes kustomize's order contradict itself: Namespaces of several types, in the midst of
    /// other kinds because the lists do not name them.
    fn breaks_the_order(&self) -> bool {
        self.rank == 0 && self.kind == "Namespace" && (self.group, self.version) != ("", "v1")
    }
}

impl Place<'_> {
    fn by_name(&self, other: &Place) -> Ordering {
        if self.namespace == other.namespace {
            return or(self.name, "~N").cmp(or(other.name, "~N"));
        }
        compare_joined(self.parts(), other.parts(), b'|')
    }

    fn parts(&self) -> [&str; 2] {
        [or(self.namespace, "~X"), or(self.name, "~N")]
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
fn insertion_sort(order: &mut [u32], compare: impl Fn(&u32, &u32) -> Ordering) {
    for end in 1..order.len() {
        let mut at = end;
        while at > 0 && compare(&order[at], &order[at - 1]) == Ordering::Less {
            order.swap(at, at - 1);
            at -= 1;
        }
    }
}

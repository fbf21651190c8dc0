//! The versions of a chart in a registry: those of its tags that are versions.
//!
//! Source: Tags in pkg/registry/client.go, GetTagMatchingVersionOrConstraint in pkg/registry/tag.go.

use std::sync::Arc;

use serde_json::Value;

use super::manifest::MAX_METADATA;
use super::{Chart, registry};
use crate::base::semver::{Constraints, Version};
use crate::base::{Diagnostic, Result};
use crate::fetch::cache::{Entry, Key};
use crate::fetch::http::{self, Answer, Kind, Request};
use crate::fetch::{Url, without_secrets};
use crate::helm::pull::Pulling;
use crate::helm::pull::access::Access;
use crate::helm::pull::registry::reference::{Reference, version_of};

/// A list may come in so many pieces.
const MOST_PAGES: usize = 1000;

/// So many tags may there be.
const MOST_TAGS: usize = 1 << 20;

/// The versions of a chart, the newest first.
///
/// Errors: `oci-reference`, `chart-not-found`, `oci-tags`, `registry-*`, those of fetching.
pub fn all(pulling: &Pulling, access: &Access, reference: &str) -> Result<Vec<String>> {
    let reference = Reference::parse(reference)?;
    let scope = format!("repository:{}:pull", reference.repository);
    let registry = registry(pulling, access, &reference)?;
    of(&Chart { pulling, registry, scope }, &reference)
}

/// The version that is meant by a constraint, or by nothing: the newest that is no prerelease.
///
/// Errors: as [`all`].
pub fn choose(chart: &Chart, reference: &Reference, wanted: &str) -> Result<String> {
    let shown = format!("oci://{}/{}", reference.host, reference.repository);
    let constraint = Constraints::new(if wanted.is_empty() { "*" } else { wanted }).map_err(|why| {
        Diagnostic::new("chart-not-found", format!("chart \"{shown}\" version \"{wanted}\" not found: {why}"))
            .help("name a version or a range; tags that are no versions, such as `latest`, do not count")
    })?;
    let versions = of(chart, reference)?;
    let fits = |text: &&String| Version::new(text).is_ok_and(|version| constraint.check(&version));
    versions.iter().find(fits).cloned().ok_or_else(|| {
        let newest: Vec<&str> = versions.iter().take(5).map(String::as_str).collect();
        let help = match newest.as_slice() {
            [] => "it has no tags that are versions".to_owned(),
            newest => format!("there is {}; prereleases are for `--devel`", newest.join(", ")),
        };
        let message = format!("could not locate a version of `{shown}` matching provided version string {wanted}");
        Diagnostic::new("chart-not-found", message.trim_end()).help(help)
    })
}

fn of(chart: &Chart, reference: &Reference) -> Result<Vec<String>> {
    let name = chart.registry.name_of(&reference.repository);
    let tags = chart.pulling.charts.tags.get(&name, || listed(chart, reference).map(Arc::from))?;
    let versions = tags.iter().map(|tag| version_of(tag));
    let mut versions: Vec<Version> = versions.filter_map(|text| Version::strict(&text).ok()).collect();
    versions.sort_by(|a, b| b.compare(a));
    Ok(versions.iter().map(|version| version.original().to_owned()).collect())
}

/// The tags, as the registry says now; where nothing may be fetched, as it said the last time.
fn listed(chart: &Chart, reference: &Reference) -> Result<Vec<String>> {
    let shown = format!("oci://{}/{}", reference.host, reference.repository);
    let (fetch, address) = (chart.pulling.fetch, chart.registry.address());
    let key = Key::new("tags", shown.clone(), &[address, &reference.repository]);
    if fetch.settings.offline {
        let known = fetch.cache().ok().and_then(|cache| cache.blob(&cache.entry(&key)?.digest?));
        let known = known.and_then(|text| serde_json::from_slice::<Vec<String>>(&text).ok());
        return known.ok_or_else(|| {
            Diagnostic::new("offline", format!("the list of versions of `{shown}` is not in the cache"))
                .help("run once without `--offline`, or name a version that is in the cache")
        });
    }
    let tags = download(chart, reference, &shown)?;
    let cache = fetch.cache()?;
    let digest = cache.put(Value::from(tags.clone()).to_string().as_bytes())?;
    cache.record(&key, &Entry { digest: Some(digest), value: None, etag: None, fetched: cache.now() })?;
    Ok(tags)
}

fn download(chart: &Chart, reference: &Reference, shown: &str) -> Result<Vec<String>> {
    let wrong = |why: &str| {
        Diagnostic::new("oci-tags", format!("cannot list the versions of `{shown}`: {why}"))
            .help("name a version: `--version VERSION`")
    };
    let mut request = chart.registry.request(&format!("{}/tags/list", reference.repository))?.limit(MAX_METADATA);
    let mut tags = Vec::new();
    for _ in 0..MOST_PAGES {
        let send = |request: &Request| http::send(chart.pulling.fetch, request);
        let answer = chart.registry.ask(&request, &chart.scope, send).map_err(|failure| match failure.kind {
            Kind::NotFound => {
                let message = format!("`{shown}` is not there: {}", failure.diagnostic.message);
                Diagnostic::new("chart-not-found", message).help("see whether the name is right")
            }
            _ => failure.diagnostic,
        })?;
        let page: Value = serde_json::from_slice(&answer.body).map_err(|_| wrong("what comes is no list"))?;
        let page = page.get("tags").and_then(Value::as_array).into_iter().flatten();
        tags.extend(page.filter_map(Value::as_str).map(str::to_owned));
        if tags.len() > MOST_TAGS {
            return Err(wrong("there are too many"));
        }
        let Some(next) = next(&answer).map_err(|why| wrong(&why))? else { return Ok(tags) };
        if next == request.url {
            break;
        }
        request.url = next;
    }
    Err(wrong("the list does not end"))
}

/// Where the next piece of a list is.
fn next(answer: &Answer) -> Result<Option<Url>, String> {
    let Some(link) = answer.headers.get("link").filter(|link| !link.is_empty()) else { return Ok(None) };
    let target = link.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(target, _)| target);
    let url = target.and_then(|target| answer.url.join(target).ok());
    match url.filter(|url| url.is_of_same_origin(&answer.url)) {
        Some(url) => Ok(Some(url)),
        None => Err(format!("it goes on at `{}`, which is not of the registry", without_secrets(link))),
    }
}

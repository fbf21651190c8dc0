//! Manifests of charts: what layers a chart has, and how they come here.
//!
//! Source: Pull and processChartPull in pkg/registry/client.go.

use std::sync::Arc;

use serde_json::Value;

use super::Chart;
use crate::base::{Diagnostic, Result};
use crate::fetch::cache::{Entry, Key};
use crate::fetch::http::{self, Failure, Kind, Request};
use crate::fetch::{self, Digest, Freshness};
use crate::helm::pull::archive::MAX_ARCHIVE;
use crate::helm::pull::choice::is_exact;
use crate::helm::pull::registry::reference::{Reference, sha256, tag_of};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Asked for, so that what is no chart can be told from what is not there.
const OF_DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json";

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
pub const OLD_CHART: &str = "application/tar+gzip";
pub const PROV: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/// ORAS: defaultMaxMetadataBytes.
pub const MAX_METADATA: u64 = 4 << 20;

/// An index may name so many manifests.
const MOST_MANIFESTS: usize = 32;

/// What a chart consists of.
pub struct Manifest {
    pub digest: Digest,
    pub chart: Layer,
    pub provenance: Option<Layer>,
    /// The archive has the media type of old.
    pub is_legacy: bool,
}

/// A content of a repository.
pub struct Layer {
    media_type: String,
    pub digest: Digest,
    size: u64,
}

impl Chart<'_> {
    /// The manifest of a tag or a digest. Where that is an index, the first in it that is a chart's.
    ///
    /// Errors: `oci-manifest`, `chart-not-found`, those of fetching.
    pub fn manifest(&self, reference: &Reference) -> Result<Manifest> {
        let (text, digest) = match (reference.digest, &reference.tag) {
            (None, Some(tag)) => self.manifest_of_tag(reference, tag)?,
            (None, None) => return Err(no_chart(reference, "there is neither a tag nor a digest")),
            (Some(digest), _) => (self.manifest_of_digest(reference, digest)?, digest),
        };
        let read = read(&text).ok_or_else(|| no_chart(reference, "its manifest cannot be read"))?;
        if read.manifests.is_empty() {
            return of_chart(reference, digest, read);
        }
        let mut problem = None;
        for entry in read.manifests.iter().filter(|entry| entry.media_type == MANIFEST).take(MOST_MANIFESTS) {
            let text = self.manifest_of_digest(reference, entry.digest)?;
            match self::read(&text).map(|read| of_chart(reference, digest, read)) {
                Some(Ok(manifest)) => return Ok(manifest),
                Some(Err(error)) => problem = problem.or(Some(error)),
                None => {}
            }
        }
        Err(problem.unwrap_or_else(|| no_chart(reference, "it is an index without charts")))
    }

    /// What a tag stands for: of an exact version what it stood for the first time.
    pub fn manifest_of_tag(&self, reference: &Reference, tag: &str) -> Result<(Arc<[u8]>, Digest)> {
        let name = self.registry.name_of(&format!("{}:{tag}", reference.repository));
        self.pulling.charts.manifests.get(&name, || self.find_manifest(reference, tag))
    }

    fn find_manifest(&self, reference: &Reference, tag: &str) -> Result<(Arc<[u8]>, Digest)> {
        let cache = self.pulling.fetch.cache()?;
        let parts = [self.registry.address(), reference.repository.as_str(), tag];
        let key = Key::new("manifest", format!("oci://{reference}"), &parts);
        let known = || {
            let digest = cache.entry(&key)?.digest?;
            Some((cache.blob(&digest)?, digest))
        };
        let is_offline = self.pulling.fetch.settings.offline;
        let is_pinned = is_offline || is_exact(tag) && self.pulling.fetch.settings.believes_cache();
        if let Some(found) = is_pinned.then(known).flatten() {
            return Ok(found);
        }
        let _lock = (is_pinned && !is_offline).then(|| cache.lock(&key)).transpose()?;
        // While this process waited another may have fetched it.
        if let Some(found) = is_pinned.then(known).flatten() {
            return Ok(found);
        }
        let request = self.manifest_request(reference, &tag_of(tag))?;
        let send = |request: &Request| http::send(self.pulling.fetch, request);
        let answer = self.registry.ask(&request, &self.scope, send).map_err(|failure| missing(reference, failure))?;
        let promised = answer.headers.get("docker-content-digest").and_then(sha256);
        let digest = Digest::of(&answer.body);
        if let Some(promised) = promised.filter(|promised| *promised != digest) {
            let message = format!("`oci://{reference}` has the digest `{digest}`, and its registry says `{promised}`");
            return Err(Diagnostic::new("wrong-digest", message).help("try again; if it stays so, ask who runs it"));
        }
        cache.put(&answer.body)?;
        cache.record(&key, &Entry { digest: Some(digest), value: None, etag: None, fetched: cache.now() })?;
        Ok((answer.body.into(), digest))
    }

    fn manifest_of_digest(&self, reference: &Reference, digest: Digest) -> Result<Arc<[u8]>> {
        let request = self.manifest_request(reference, &digest.to_string())?;
        self.content("manifest", &request, digest).map_err(|failure| missing(reference, failure))
    }

    fn manifest_request(&self, reference: &Reference, name: &str) -> Result<Request> {
        let request = self.registry.request(&format!("{}/manifests/{name}", reference.repository))?;
        Ok(request.header("accept", format!("{MANIFEST}, {INDEX}, {OF_DOCKER}")).limit(MAX_METADATA))
    }

    /// The content of a layer.
    ///
    /// Errors: `wrong-digest`, `oci-manifest` where it has another size, those of fetching.
    pub fn layer(&self, reference: &Reference, kind: &'static str, layer: &Layer) -> Result<Arc<[u8]>> {
        if layer.size > MAX_ARCHIVE {
            return Err(no_chart(reference, &format!("a layer of it has more than {} MiB", MAX_ARCHIVE >> 20)));
        }
        let request = self.registry.request(&format!("{}/blobs/{}", reference.repository, layer.digest))?;
        let content = self
            .content(kind, &request.limit(layer.size), layer.digest)
            .map_err(|failure| missing(reference, failure))?;
        match content.len() as u64 == layer.size {
            true => Ok(content),
            false => Err(no_chart(reference, "a layer of it has another size than its manifest says")),
        }
    }

    fn content(&self, kind: &'static str, request: &Request, digest: Digest) -> Result<Arc<[u8]>, Failure> {
        let send = |request: &Request| fetch::file(self.pulling.fetch, kind, request, Freshness::Pinned(digest));
        self.registry.ask(request, &self.scope, send).map(|fetched| fetched.content)
    }
}

/// A manifest, or an index of some.
struct Read {
    config: String,
    layers: Vec<Layer>,
    manifests: Vec<Layer>,
}

fn read(text: &[u8]) -> Option<Read> {
    let value: Value = serde_json::from_slice(text).ok()?;
    let all = |name: &str| -> Option<Vec<Layer>> {
        // Layers with digests of other kinds cannot be a chart's.
        value
            .get(name)
            .map_or(Some(&[][..]), |list| list.as_array().map(Vec::as_slice))
            .map(|list| list.iter().filter_map(layer).collect())
    };
    let config = value.get("config").and_then(|config| config.get("mediaType")).and_then(Value::as_str);
    Some(Read { config: config.unwrap_or_default().to_owned(), layers: all("layers")?, manifests: all("manifests")? })
}

fn layer(value: &Value) -> Option<Layer> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let (digest, size) = (sha256(text("digest")?)?, value.get("size")?.as_u64()?);
    Some(Layer { media_type: text("mediaType")?.to_owned(), digest, size })
}

fn of_chart(reference: &Reference, digest: Digest, read: Read) -> Result<Manifest> {
    if read.config != CONFIG {
        return Err(no_chart(reference, &format!("could not load config with mediatype {CONFIG}")));
    }
    let (mut chart, mut provenance, mut is_legacy) = (None, None, false);
    // Go: of several the last counts.
    for layer in read.layers {
        match layer.media_type.as_str() {
            CHART | OLD_CHART => {
                is_legacy = layer.media_type == OLD_CHART;
                chart = Some(layer);
            }
            PROV => provenance = Some(layer),
            _ => {}
        }
    }
    let none = || no_chart(reference, &format!("manifest does not contain a layer with mediatype {CHART}"));
    Ok(Manifest { digest, chart: chart.ok_or_else(none)?, provenance, is_legacy })
}

fn no_chart(reference: &Reference, why: &str) -> Box<Diagnostic> {
    Diagnostic::new("oci-manifest", format!("`oci://{reference}` is no chart that can be used: {why}"))
        .help("see whether it was pushed as a chart: `helm push`")
}

fn missing(reference: &Reference, failure: Failure) -> Box<Diagnostic> {
    let mut error = failure.diagnostic;
    match failure.kind {
        Kind::Offline => error.message = format!("`oci://{reference}` is not in the cache"),
        Kind::NotFound => {
            let message = format!("`oci://{reference}` is not there: {}", error.message);
            error = Diagnostic::new("chart-not-found", message)
                .help("see whether name and version are right; registries also say so to those who may not know");
        }
        _ => {}
    }
    error
}

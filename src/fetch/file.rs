//! A file of the net, by way of the cache.
//!
//! **Invariant:** a process makes the same request once; of many processes one fetches what the cache lacks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use super::cache::{Cache, Entry, Key};
use super::http::{self, Failure, Kind, Request};
use super::{Context, Digest, Url};
use crate::base::Diagnostic;

/// When the cache's word is as good as the server's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Freshness {
    /// The content is known by its digest, and must have it.
    Pinned(Digest),
    /// The URL stands for one content for ever: a version, a commit.
    Forever,
    /// The server is asked whether it is still the same, unless nothing may be fetched.
    Asked,
}

impl Freshness {
    /// What is known of a URL by itself. Files of a commit on GitHub cannot change.
    pub fn of(url: &Url) -> Freshness {
        let commit = url.path().split('/').nth(3).unwrap_or_default();
        let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        if url.host() == "raw.githubusercontent.com" && is_commit { Freshness::Forever } else { Freshness::Asked }
    }
}

/// What was fetched, or was there.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub content: Arc<[u8]>,
    pub digest: Digest,
}

/// What this process has asked for.
pub(super) type Memo = Mutex<BTreeMap<(Digest, Option<Digest>), Arc<OnceLock<Result<Fetched, Failure>>>>>;

/// The content of a URL. `kind` says in the cache's list what it is: `file`, `chart`.
///
/// Errors: those of [`http::send`]; `wrong-digest`; those of the cache.
pub fn file(
    context: &Context,
    kind: &'static str,
    request: &Request,
    freshness: Freshness,
) -> Result<Fetched, Failure> {
    let pinned = match freshness {
        Freshness::Pinned(digest) => Some(digest),
        Freshness::Forever | Freshness::Asked => None,
    };
    let once = {
        let mut memo = context.memo.lock().unwrap_or_else(|e| e.into_inner());
        memo.entry((request.fingerprint(), pinned)).or_default().clone()
    };
    let freshness = match freshness {
        Freshness::Forever if !context.settings.believes_cache() => Freshness::Asked,
        other => other,
    };
    once.get_or_init(|| Visit { context, key: Key::of_url(kind, &request.url), request, freshness }.fetch()).clone()
}

struct Visit<'v> {
    context: &'v Context,
    key: Key,
    request: &'v Request,
    freshness: Freshness,
}

impl Visit<'_> {
    fn fetch(&self) -> Result<Fetched, Failure> {
        let cache = self.context.cache()?;
        if let Some(found) = self.without_asking(cache) {
            return Ok(found);
        }
        if self.context.settings.offline {
            return Err(Failure::offline(self.request));
        }
        let start = cache.now();
        let _lock = cache.lock(&self.key)?;
        // While this process waited another may have fetched it.
        if let Some(found) = self.without_asking(cache) {
            return Ok(found);
        }
        let known = match self.freshness {
            Freshness::Asked => self.known(cache),
            Freshness::Pinned(_) | Freshness::Forever => None,
        };
        if let Some((_, found)) = known.as_ref().filter(|(entry, _)| entry.fetched > start) {
            return Ok(found.clone());
        }
        let etag = known.as_ref().and_then(|(entry, _)| entry.etag.clone());
        let request = match etag.clone() {
            Some(etag) => &self.request.clone().header("if-none-match", etag),
            None => self.request,
        };
        let mut writer = cache.writer()?;
        let answer = http::download(self.context, request, &mut writer)?;
        if let (304, Some((entry, found))) = (answer.status, known) {
            cache.record(&self.key, &Entry { fetched: cache.now(), ..entry })?;
            return Ok(found);
        }
        let expected = match &self.freshness {
            Freshness::Pinned(digest) => Some(digest),
            Freshness::Forever | Freshness::Asked => None,
        };
        let (digest, _) = writer.keep(expected).map_err(|error| self.wrong(error))?;
        let etag = answer.headers.get("etag").map(str::to_owned);
        let entry = Entry { digest: Some(digest), value: None, etag, fetched: cache.now() };
        cache.record(&self.key, &entry)?;
        let content = cache.blob(&digest).ok_or_else(|| self.lost())?;
        Ok(Fetched { content, digest })
    }

    /// What the cache has, where that is enough.
    fn without_asking(&self, cache: &Cache) -> Option<Fetched> {
        match self.freshness {
            Freshness::Pinned(digest) => Some(Fetched { content: cache.blob(&digest)?, digest }),
            Freshness::Forever => self.known(cache).map(|(_, found)| found),
            Freshness::Asked if self.context.settings.offline => self.known(cache).map(|(_, found)| found),
            Freshness::Asked => None,
        }
    }

    fn known(&self, cache: &Cache) -> Option<(Entry, Fetched)> {
        let entry = cache.entry(&self.key)?;
        let digest = entry.digest?;
        Some((entry, Fetched { content: cache.blob(&digest)?, digest }))
    }

    fn wrong(&self, mut error: Box<Diagnostic>) -> Failure {
        error.message = format!("cannot use `{}`: {}", self.request.url, error.message);
        Failure::from(error)
    }

    fn lost(&self) -> Failure {
        Failure::new(Kind::Local, &self.request.url, "it is gone from the cache as soon as it is there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_change_is_known_by_its_url() {
        let of = |text: &str| Freshness::of(&Url::parse(text).unwrap());
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(of(&format!("https://raw.githubusercontent.com/o/r/{commit}/a/b.yaml")), Freshness::Forever);
        for other in [
            "https://raw.githubusercontent.com/o/r/main/b.yaml".to_owned(),
            format!("https://raw.githubusercontent.com/o/r/{}/b.yaml", &commit[1..]),
            format!("https://host/o/r/{commit}/b.yaml"),
            "https://raw.githubusercontent.com".to_owned(),
        ] {
            assert_eq!(of(&other), Freshness::Asked, "{other}");
        }
    }
}

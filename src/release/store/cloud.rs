//! A store in a bucket of a cloud: `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`.
//!
//! The crate `object_store` knows how these clouds are spoken to; its requests go out through [`crate::fetch`].
//!
//! **Invariant:** nothing that is there is changed, and of two who write a key one is told that it came late. A write
//! whose answer was lost counts as done where the very same bytes are there. No error holds credentials.
//! **Not here:** how long and how often a server is asked ([`http`]), and what its refusals mean ([`failure`]).

mod aws;
mod azure;
mod failure;
mod google;
mod http;
mod place;
mod profile;
mod variables;

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use tokio::runtime::Runtime;

use self::failure::Explainer;
use self::http::{Failed, Ground, Trace};
use self::place::{Kind, Place};
use self::variables::Variables;
use super::Store;
use crate::base::{Diagnostic, Result};
use crate::fetch::Settings;

/// Whether an address that begins so is one of a bucket.
pub(super) fn is_scheme(scheme: &str) -> bool {
    Kind::of_scheme(scheme).is_some()
}

/// How often a write is tried that the server did not want to decide at once.
const UNDECIDED: u32 = 5;

/// A bucket, and where in it the store is.
pub struct Cloud {
    bucket: Arc<dyn Bucket>,
    /// Ends with `/`, or is empty.
    prefix: String,
    runtime: Runtime,
    trace: Arc<Trace>,
    explainer: Explainer,
    /// One thing is done at a time, so that what the trace holds belongs to it.
    turn: Mutex<()>,
}

/// What all three clouds can do.
trait Bucket: ObjectStore + PaginatedListStore {}

impl<T: ObjectStore + PaginatedListStore> Bucket for T {}

/// What `object_store` says, and what the last request has to do with it.
struct Trouble {
    error: Error,
    failed: Option<Failed>,
}

/// A bucket that is ready, and what is known of it.
struct Opened {
    bucket: Arc<dyn Bucket>,
    /// Texts that nobody may see.
    secrets: Vec<String>,
}

impl Cloud {
    /// Finds out how the bucket is spoken to, and as whom. Nothing is asked for yet.
    ///
    /// Errors: an address or an environment that cannot be understood; a profile that is not there.
    pub fn open(address: &str, settings: &Settings, now: fn() -> SystemTime) -> Result<Cloud> {
        let place = Place::parse(address)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| {
            Diagnostic::new("store", format!("cannot make ready for {}: {error}", place.name()))
                .help("see whether this machine has run out of something")
        })?;
        let trace = Arc::new(Trace::default());
        let ground = Ground { settings, now, trace: trace.clone() };
        let variables = Variables(&settings.programs.environment);
        let opened = match place.kind {
            Kind::S3 => aws::open(&place, &variables, &ground)?,
            Kind::Google => google::open(&place, &variables, &ground)?,
            Kind::Azure => azure::open(&place, &variables, &ground)?,
        };
        let explainer = Explainer { name: place.name(), kind: place.kind, secrets: opened.secrets };
        Ok(Cloud { bucket: opened.bucket, prefix: place.prefix, runtime, trace, explainer, turn: Mutex::default() })
    }

    fn path(&self, key: &str) -> Path {
        Path::from(format!("{}{key}", self.prefix))
    }

    fn begin(&self) -> MutexGuard<'_, ()> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.trace.forget();
        turn
    }

    /// What went wrong, with what is known of it now.
    fn trouble(&self, error: Error) -> Box<Trouble> {
        Box::new(Trouble { error, failed: self.trace.failed() })
    }

    fn explain(&self, what: &str, trouble: Box<Trouble>) -> Box<Diagnostic> {
        self.explainer.explain(what, &trouble.error, trouble.failed)
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, Box<Trouble>> {
        let read = async { self.bucket.get(path).await?.bytes().await };
        match self.runtime.block_on(read) {
            Ok(content) => Ok(Some(content.into())),
            Err(error) if self.is_missing(&error) => Ok(None),
            Err(error) => Err(self.trouble(error)),
        }
    }

    /// The bucket is there, and the key is not.
    fn is_missing(&self, error: &Error) -> bool {
        matches!(error, Error::NotFound { .. }) && self.trace.failed().is_none_or(|failed| failed.is_missing_key())
    }

    fn write(&self, path: &Path, content: &[u8]) -> Result<bool, Box<Trouble>> {
        for tries in 0.. {
            let payload = PutPayload::from(content.to_vec());
            let put = self.runtime.block_on(self.bucket.put_opts(path, payload, PutMode::Create.into()));
            let Err(error) = put else { break };
            let (is_there, is_unclear) = (matches!(error, Error::AlreadyExists { .. }), self.trace.is_unclear());
            let is_undecided = is_there && self.is_undecided();
            let trouble = self.trouble(error);
            match (is_there, is_unclear || is_undecided) {
                (true, false) => return Ok(false),
                (false, false) => return Err(trouble),
                // What was asked before may have been done, and only its answer was lost.
                (_, true) => match self.read(path) {
                    Ok(Some(there)) => return Ok(there == content),
                    Ok(None) if is_there && tries < UNDECIDED => {
                        std::thread::sleep(Duration::from_millis(100 << tries));
                    }
                    _ => return Err(trouble),
                },
            }
        }
        Ok(true)
    }

    /// S3: somebody else is doing something with the key just now, and none of the two was decided on.
    fn is_undecided(&self) -> bool {
        self.trace.failed().is_some_and(|failed| failed.code() == Some("ConditionalRequestConflict"))
    }

    fn names(&self, folder: &str, after: Option<&str>) -> Result<Vec<String>, Box<Trouble>> {
        let prefix = format!("{}{folder}/", self.prefix);
        let mut options = PaginatedListOptions {
            offset: after.map(|after| format!("{prefix}{after}")),
            delimiter: Some(Cow::Borrowed("/")),
            ..PaginatedListOptions::default()
        };
        let mut names = Vec::new();
        loop {
            let page = self.runtime.block_on(self.bucket.list_paginated(Some(&prefix), options.clone()));
            let page = page.map_err(|error| self.trouble(error))?;
            let folders = page.result.common_prefixes.into_iter();
            let keys = folders.chain(page.result.objects.into_iter().map(|object| object.location));
            names.extend(keys.filter_map(|key| key.filename().map(str::to_owned)));
            // Who gives the same page again and again would never come to an end.
            match page.page_token {
                Some(token) if options.page_token.as_ref() != Some(&token) => options.page_token = Some(token),
                _ => break,
            }
        }
        // Not all know what is meant by an offset.
        names.retain(|name| after.is_none_or(|after| name.as_str() > after));
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

impl Store for Cloud {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let _turn = self.begin();
        self.read(&self.path(key)).map_err(|trouble| self.explain("read", trouble))
    }

    fn put_new(&self, key: &str, content: &[u8]) -> Result<bool> {
        let _turn = self.begin();
        self.write(&self.path(key), content).map_err(|trouble| self.explain("write", trouble))
    }

    fn put_with(&self, key: &str, content: &[u8], needed: &[(String, Vec<u8>)]) -> Result<bool> {
        for (needed, content) in needed {
            let _turn = self.begin();
            // Where it is there already it is the same, and young from now on.
            let payload = PutPayload::from(content.clone());
            let put = self.runtime.block_on(self.bucket.put(&self.path(needed), payload));
            put.map_err(|error| self.explain("write", self.trouble(error)))?;
        }
        self.put_new(key, content)
    }

    fn written(&self, key: &str) -> Result<Option<SystemTime>> {
        let _turn = self.begin();
        match self.runtime.block_on(self.bucket.head(&self.path(key))) {
            Ok(about) => Ok(Some(about.last_modified.into())),
            Err(error) if self.is_missing(&error) => Ok(None),
            Err(error) => Err(self.explain("read", self.trouble(error))),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>> {
        let _turn = self.begin();
        self.names(folder, None).map_err(|trouble| self.explain("list", trouble))
    }

    fn list_after(&self, folder: &str, after: &str) -> Result<Vec<String>> {
        let _turn = self.begin();
        self.names(folder, Some(after)).map_err(|trouble| self.explain("list", trouble))
    }

    fn remove(&self, key: &str) -> Result<()> {
        let _turn = self.begin();
        match self.runtime.block_on(self.bucket.delete(&self.path(key))) {
            Err(error) if !self.is_missing(&error) => Err(self.explain("remove from", self.trouble(error))),
            _ => Ok(()),
        }
    }

    fn name(&self) -> String {
        self.explainer.name.clone()
    }
}

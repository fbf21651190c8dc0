//! What leads to the contents: for each thing that was fetched a small file that says what it was and what came.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Cache, put_in_place, touch};
use crate::base::Result;
use crate::fetch::{Digest, Url};

pub(super) const FOLDER: &str = "index";

/// Larger ones are not ours.
const MAX_ENTRY: u64 = 1 << 20;

/// What a thing is known by.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    hash: String,
    kind: &'static str,
    name: String,
}

impl Key {
    /// `kind` is a word for people: `file`, `chart`, `git`. `name` is what they see, without secrets. `parts` tell
    /// things apart, and nobody sees them.
    pub fn new(kind: &'static str, name: impl Into<String>, parts: &[&str]) -> Key {
        let mut hasher = Sha256::default();
        for part in [kind].iter().chain(parts) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Key { hash: Digest::of_hasher(hasher).hex(), kind, name: name.into() }
    }

    /// What a URL leads to.
    pub fn of_url(kind: &'static str, url: &Url) -> Key {
        Key::new(kind, url.to_string(), &[url.address()])
    }

    pub(super) fn hash(&self) -> &str {
        &self.hash
    }
}

/// What is known of a thing that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The content in the cache.
    pub digest: Option<Digest>,
    /// What else the thing was found to be: the commit of a git reference, the version of a range.
    pub value: Option<String>,
    /// The server's name for this state of the thing.
    pub etag: Option<String>,
    /// When the server was asked last, to the millisecond.
    pub fetched: SystemTime,
}

impl Cache {
    /// What is known of a thing.
    pub fn entry(&self, key: &Key) -> Option<Entry> {
        let file = File::open(self.place(FOLDER, &key.hash)).ok()?;
        let entry = decode(&read_bounded(&file)?)?;
        touch(&file, (self.now)());
        Some(entry)
    }

    /// Keeps what is known of a thing.
    ///
    /// Errors: `cache`.
    pub fn record(&self, key: &Key, entry: &Entry) -> Result<()> {
        let write = || {
            let path = self.unfinished(FOLDER)?;
            let mut file = File::options().create_new(true).write(true).open(&path)?;
            let done =
                file.write_all(&encode(key, entry)).and_then(|()| put_in_place(&path, &self.place(FOLDER, &key.hash)));
            done.inspect_err(|_| drop(fs::remove_file(&path)))
        };
        write().map_err(|e| self.failed("write to", &e))
    }

    /// Forgets a thing.
    pub fn forget(&self, key: &Key) {
        // Where nothing can be forgotten it will be found wrong again.
        let _ = fs::remove_file(self.place(FOLDER, &key.hash));
    }

    /// The time, for entries.
    pub fn now(&self) -> SystemTime {
        (self.now)()
    }
}

/// Kind, name and content of the thing that a file of the index is about.
pub(super) fn describe(path: &Path) -> Option<(String, String, Option<Digest>)> {
    let text = read_bounded(&File::open(path).ok()?)?;
    let object: Value = serde_json::from_slice(&text).ok()?;
    let string = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((string("kind")?, string("name")?, decode(&text)?.digest))
}

fn read_bounded(file: &File) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    file.take(MAX_ENTRY).read_to_end(&mut text).ok()?;
    Some(text)
}

fn encode(key: &Key, entry: &Entry) -> Vec<u8> {
    let milliseconds = entry.fetched.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let fields = [
        ("kind", Some(Value::from(key.kind))),
        ("name", Some(Value::from(key.name.as_str()))),
        ("digest", entry.digest.map(|digest| Value::from(digest.to_string()))),
        ("value", entry.value.as_deref().map(Value::from)),
        ("etag", entry.etag.as_deref().map(Value::from)),
        ("fetched", Some(u64::try_from(milliseconds).map(Value::from).unwrap_or_default())),
    ];
    let object: Map<String, Value> =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Value::Object(object).to_string().into_bytes()
}

fn decode(text: &[u8]) -> Option<Entry> {
    let object: Value = serde_json::from_slice(text).ok()?;
    let string = |name: &str| object.get(name).and_then(Value::as_str);
    let digest = match string("digest") {
        Some(text) => Some(Digest::parse(text)?),
        None => None,
    };
    let milliseconds = object.get("fetched").and_then(Value::as_u64)?;
    Some(Entry {
        digest,
        value: string("value").map(str::to_owned),
        etag: string("etag").map(str::to_owned),
        fetched: UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))?,
    })
}

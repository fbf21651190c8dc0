//! What lies in the cache.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Cache, blob, index, tree};
use crate::base::Result;
use crate::fetch::Digest;

/// A thing that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `file`, `chart`, `git`; `content` is what nothing leads to but its digest.
    pub kind: String,
    /// Without secrets.
    pub name: String,
    /// In bytes, on the disk.
    pub size: u64,
    /// To the day.
    pub used: SystemTime,
    /// What the item is made of.
    pub(super) paths: Vec<PathBuf>,
}

impl Cache {
    /// Everything, by kind and name.
    ///
    /// Errors: `cache`: it cannot be read.
    pub fn items(&self) -> Result<Vec<Item>> {
        self.inventory().map_err(|e| self.failed("read", &e))
    }

    fn inventory(&self) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut known_blobs = BTreeSet::new();
        for (path, hash, metadata) in self.files(index::FOLDER)? {
            // One that cannot be read leads to nothing, and is nobody's loss.
            let (kind, name, digest) = index::describe(&path).unwrap_or_else(|| ("broken".into(), hash.clone(), None));
            let mut item = Item { kind, name, size: metadata.len(), used: metadata.modified()?, paths: vec![path] };
            if let Some(digest) = digest
                && let Ok(metadata) = fs::metadata(self.blob_path(&digest))
            {
                known_blobs.insert(digest.hex());
                item.size += metadata.len();
                item.used = item.used.max(metadata.modified()?);
                item.paths.push(self.blob_path(&digest));
            }
            let folder = self.place(tree::FOLDER, &hash);
            if folder.is_dir() {
                item.size += size_of_folder(&folder)?;
                item.paths.push(folder);
            }
            items.push(item);
        }
        for (path, hash, metadata) in
            self.files(blob::FOLDER)?.into_iter().filter(|file| !known_blobs.contains(&file.1))
        {
            let name = Digest::parse(&hash).map_or(hash, |digest| digest.to_string());
            let (kind, size) = ("content".to_owned(), metadata.len());
            items.push(Item { kind, name, size, used: metadata.modified()?, paths: vec![path] });
        }
        items.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
        Ok(items)
    }

    /// The files `FOLDER/ab/cdef…` with their hashes.
    pub(super) fn files(&self, folder: &str) -> io::Result<Vec<(PathBuf, String, Metadata)>> {
        let name = |entry: &DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut files = Vec::new();
        for shard in entries(&self.root.join(folder))?.iter().filter(|shard| shard.path().is_dir()) {
            for file in entries(&shard.path())? {
                // What goes away meanwhile is not there.
                let Ok(metadata) = file.metadata() else { continue };
                let hash = name(shard) + &name(&file);
                if is_hash(&hash) {
                    files.push((file.path(), hash, metadata));
                }
            }
        }
        Ok(files)
    }
}

/// Whether a name is one that the cache gives. All else is not ours: somebody may have named a folder of theirs.
pub(super) fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The entries of a folder; of one that is not there, none.
pub(super) fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e),
    }
}

fn size_of_folder(folder: &Path) -> io::Result<u64> {
    let mut size = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder)? {
            // Of a link, the link itself.
            let Ok(metadata) = entry.metadata() else { continue };
            size += metadata.len();
            if metadata.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(size)
}

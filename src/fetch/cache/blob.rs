//! Contents, by their digest.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

use sha2::Sha256;

use super::{Cache, put_in_place, touch};
use crate::base::{Diagnostic, Result};
use crate::fetch::Digest;

pub(super) const FOLDER: &str = "sha256";

impl Cache {
    /// The content of a digest, if it is there and still what it was. One that is not is taken away.
    pub fn blob(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        let path = self.blob_path(digest);
        let mut file = File::open(&path).ok()?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).ok()?;
        if Digest::of(&content) != *digest {
            // Where it cannot be taken away it is found broken the next time as well.
            let _ = fs::remove_file(&path);
            return None;
        }
        touch(&file, (self.now)());
        Some(content.into())
    }

    /// Where the content of a digest is, or would be. Nothing is checked.
    pub fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.place(FOLDER, &digest.hex())
    }

    /// Keeps a content.
    ///
    /// Errors: `cache`.
    pub fn put(&self, content: &[u8]) -> Result<Digest> {
        let mut writer = self.writer()?;
        writer.write_all(content).map_err(|e| self.failed("write to", &e))?;
        writer.keep(None).map(|(digest, _)| digest)
    }

    /// A place to write a content to that is not known yet.
    ///
    /// Errors: `cache`.
    pub fn writer(&self) -> Result<BlobWriter<'_>> {
        let open = || {
            let path = self.unfinished(FOLDER)?;
            let file = File::options().create_new(true).read(true).write(true).open(&path)?;
            Ok((path, file))
        };
        let (path, file) = open().map_err(|e| self.failed("write to", &e))?;
        Ok(BlobWriter { cache: self, path, file, hasher: Sha256::default(), size: 0 })
    }
}

/// A content on its way into the cache. Where it is not kept, nothing is left of it.
pub struct BlobWriter<'c> {
    cache: &'c Cache,
    path: PathBuf,
    file: File,
    hasher: Sha256,
    size: u64,
}

impl BlobWriter<'_> {
    /// Ends the content, and gives its digest and size.
    ///
    /// Errors: `wrong-digest` where it is not what was expected; `cache`.
    pub fn keep(self, expected: Option<&Digest>) -> Result<(Digest, u64)> {
        let digest = Digest::of_hasher(self.hasher.clone());
        if let Some(expected) = expected.filter(|expected| **expected != digest) {
            let message = format!("the content has the digest `{digest}`, and `{expected}` was expected");
            return Err(Diagnostic::new("wrong-digest", message)
                .help("somebody changed it, or the digest is that of something else"));
        }
        let place = self.cache.blob_path(&digest);
        put_in_place(&self.path, &place).map_err(|e| self.cache.failed("write to", &e))?;
        Ok((digest, self.size))
    }

    /// Begins again: what was written is forgotten.
    pub fn restart(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        (self.hasher, self.size) = (Sha256::default(), 0);
        Ok(())
    }
}

impl Write for BlobWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        let written = bytes.get(..count).unwrap_or(bytes);
        sha2::Digest::update(&mut self.hasher, written);
        self.size += written.len() as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for BlobWriter<'_> {
    fn drop(&mut self) {
        // What was kept is not here any more.
        let _ = fs::remove_file(&self.path);
    }
}

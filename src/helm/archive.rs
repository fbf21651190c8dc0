//! `.tgz` -> files.
//!
//! Source: pkg/chart/loader/archive/archive.go.
//!
//! **Invariant:** names are relative, without `..`, and stay below the archive's one folder; what is unpacked is
//! bounded whatever the archive says of sizes.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

use crate::base::{Diagnostic, FileSystem, Result};

/// All files of a chart together. Go: MaxDecompressedChartSize.
pub const MAX_CHART_SIZE: u64 = 100 << 20;

/// What headers and padding may take beyond the files.
const MAX_STREAM_SIZE: u64 = 2 * MAX_CHART_SIZE;

/// A file of an archive.
pub struct Unpacked {
    /// The path without the archive's folder.
    pub name: String,
    pub data: Arc<[u8]>,
}

/// Why an archive cannot be read.
pub enum Fault {
    /// It is not compressed at all. Go: gzip.ErrHeader.
    NotGzip,
    Other(String),
}

/// The files of an archive on disk, which people know as `shown`.
pub fn read(fs: &dyn FileSystem, path: &Path, shown: &Path) -> Result<Vec<Unpacked>> {
    let name = shown.display();
    let error = |message: String| Diagnostic::new("chart-archive", message);
    let unreadable = |why: std::io::Error| error(format!("file '{name}' cannot be read: {why}"));
    if fs.size(path).map_err(unreadable)? > MAX_STREAM_SIZE {
        return Err(error(format!("file '{name}' cannot be read: {}", too_large())));
    }
    read_bytes(&name.to_string(), &fs.read(path).map_err(unreadable)?)
}

/// The files of an archive that is known by a name.
pub fn read_bytes(name: &str, data: &[u8]) -> Result<Vec<Unpacked>> {
    let error = |message: String| Diagnostic::new("chart-archive", message);
    if !data.starts_with(b"\x1f\x8b\x08") {
        let is_yaml = [".yml", ".yaml"].iter().any(|ending| name.ends_with(ending));
        let message = match is_yaml {
            true => format!("file '{name}' seems to be a YAML file, but expected a gzipped archive"),
            false => format!("file '{name}' does not appear to be a gzipped archive; got '{}'", content_type(data)),
        };
        return Err(
            error(message).help("name a folder that holds a Chart.yaml, or an archive that `helm package` made")
        );
    }
    unpack(data).map_err(|fault| match fault {
        Fault::NotGzip => {
            error(format!("file '{name}' does not appear to be a valid chart file (details: {NOT_GZIP})"))
        }
        Fault::Other(why) => error(format!("unable to load chart archive: {why}")),
    })
}

const NOT_GZIP: &str = "gzip: invalid header";

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::NotGzip => f.write_str(NOT_GZIP),
            Fault::Other(why) => f.write_str(why),
        }
    }
}

/// The files of an archive. Go: LoadArchiveFiles.
pub fn unpack(data: &[u8]) -> std::result::Result<Vec<Unpacked>, Fault> {
    let other = |error: std::io::Error| Fault::Other(error.to_string());
    let decoder = MultiGzDecoder::new(data);
    if decoder.header().is_none() {
        return Err(Fault::NotGzip);
    }
    let mut archive = Archive::new(decoder.take(MAX_STREAM_SIZE));
    let mut files = Vec::new();
    let mut remaining = MAX_CHART_SIZE;
    for entry in archive.entries().map_err(other)? {
        let mut entry = entry.map_err(other)?;
        let raw_name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if is_folder(&entry, &raw_name) || entry.header().entry_type() == EntryType::XGlobalHeader {
            continue;
        }
        let name = checked_name(&raw_name).map_err(Fault::Other)?;
        if entry.size() > remaining {
            return Err(Fault::Other(too_large()));
        }
        let mut data = Vec::new();
        (&mut entry).take(remaining).read_to_end(&mut data).map_err(other)?;
        remaining -= data.len() as u64;
        if (data.len() as u64) < entry.size() || remaining == 0 {
            return Err(Fault::Other(too_large()));
        }
        files.push(Unpacked { name, data: data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&data).into() });
    }
    if archive.into_inner().limit() == 0 {
        return Err(Fault::Other(too_large()));
    }
    if files.is_empty() {
        return Err(Fault::Other("no files in chart archive".into()));
    }
    Ok(files)
}

fn too_large() -> String {
    format!("decompressed chart is larger than the maximum size {MAX_CHART_SIZE}")
}

/// Go: FileInfo().IsDir() of archive/tar.
fn is_folder<R: Read>(entry: &tar::Entry<'_, R>, name: &str) -> bool {
    let header = entry.header();
    let kind = header.entry_type();
    let by_name = header.as_old().linkflag == [0] && name.ends_with('/');
    kind == EntryType::Directory || by_name || header.mode().is_ok_and(|mode| mode & 0o170000 == 0o040000)
}

/// The path of a file below the archive's folder. Archives from Windows may have `\` in their names.
fn checked_name(raw: &str) -> std::result::Result<String, String> {
    let delimiter = if raw.contains('\\') { '\\' } else { '/' };
    let (folder, name) = raw.split_once(delimiter).unwrap_or((raw, ""));
    let name = name.replace(delimiter, "/");
    if name.starts_with('/') {
        return Err("chart illegally contains absolute paths".into());
    }
    let name = clean(&name);
    if name == "." {
        return Err(format!("chart illegally contains content outside the base directory: {raw:?}"));
    }
    if name.starts_with("..") {
        return Err("chart illegally references parent directory".into());
    }
    if matches!(name.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic()) {
        return Err("chart contains illegally named files".into());
    }
    if folder == "Chart.yaml" {
        return Err("chart yaml not in base directory".into());
    }
    Ok(name)
}

/// Go: path.Clean of a relative path.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".into() } else { parts.join("/") }
}

/// Go: http.DetectContentType, as far as it matters to tell somebody that this is no archive.
fn content_type(data: &[u8]) -> &'static str {
    // Go: the buffer has 512 bytes, and what a shorter file leaves of them are zeros.
    let is_text = |b: &u8| !matches!(b, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    match data {
        [b'P', b'K', 3, 4, ..] => "application/zip",
        [b'%', b'P', b'D', b'F', b'-', ..] => "application/pdf",
        _ if data.len() >= 512 && data[..512].iter().all(is_text) => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

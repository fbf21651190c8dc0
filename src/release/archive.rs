//! Releases in one file: a tar archive, compressed by zstd, with the SHA-256 of all that is in it at its end.
//!
//! An archive is read whole, and looked through, before anything of it is written into a store.
//!
//! **Invariant:** what was read is all that was written; each name in it is one that a store may have.
//! **Not here:** which revisions go in and come out ([`super::copy`]).

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::store::{Memory, Store};
use super::{history, marks, name, pack, revision, seal};
use crate::base::{Diagnostic, Result, hex};

/// The last file of an archive: as `sha256sum` writes and checks it.
const SUMS: &str = "SHA256SUMS";

/// So much may be in an archive, as it is in the store.
const MOST_BYTES: u64 = 2 << 30;

/// Writes an archive of all that a store holds.
///
/// Errors: it cannot be written.
pub fn write(store: Memory, out: impl Write) -> Result<()> {
    let files = store.into_files();
    let size: u64 = files.values().map(|content| content.len() as u64 + 1024).sum();
    if size > MOST_BYTES {
        return Err(Diagnostic::new("release-archive", format!("an archive holds {} MiB at most", MOST_BYTES >> 20))
            .help("export some of the releases by their names, or copy them: `kz release copy FROM TO`"));
    }
    pour(&files, out).map_err(|error| {
        Diagnostic::new("write", format!("cannot write the archive: {error}")).help("see where it goes")
    })
}

fn pour(files: &BTreeMap<String, Vec<u8>>, out: impl Write) -> io::Result<()> {
    let mut encoder = zstd::stream::write::Encoder::new(out, 3)?;
    encoder.include_checksum(true)?;
    let mut archive = tar::Builder::new(encoder);
    let mut sums = String::new();
    for (key, content) in files {
        sums.push_str(&format!("{}  {key}\n", hex(&Sha256::digest(content))));
        append(&mut archive, key, content)?;
    }
    append(&mut archive, SUMS, sums.as_bytes())?;
    archive.into_inner()?.finish()?.flush()
}

fn append(archive: &mut tar::Builder<impl Write>, key: &str, content: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, key, content)
}

/// Reads an archive; `name` is what people call it.
///
/// Errors: it is none, is damaged or not whole, or holds something that belongs in no store.
pub fn read(input: impl Read, name: &str) -> Result<Memory> {
    let wrong = |why: &str| {
        Diagnostic::new("release-archive", format!("{name} {why}"))
            .help("nothing was imported; an archive is what `kz release export` writes: make it anew")
    };
    let mut files = match unpack(input) {
        Ok(Some(files)) => files,
        Ok(None) => return Err(wrong("holds something that is no part of releases, or is too large")),
        Err(error) => return Err(wrong(&format!("cannot be read as an archive of releases: {error}"))),
    };
    let sums = files.remove(SUMS).ok_or_else(|| wrong("is not whole"))?;
    let expected: String =
        files.iter().map(|(key, content)| format!("{}  {key}\n", hex(&Sha256::digest(content)))).collect();
    if sums != expected.as_bytes() {
        return Err(wrong("is damaged: what it holds has other digests than it says"));
    }
    let store = Memory::new(name);
    for (key, content) in &files {
        store.put_new(key, content)?;
    }
    match stranger(&store)? {
        None => Ok(store),
        Some(key) => Err(wrong(&format!("holds `{key}`, which is not what its name says"))),
    }
}

/// The files of an archive; nothing where one has a name that no key has, or it is too large.
fn unpack(input: impl Read) -> io::Result<Option<BTreeMap<String, Vec<u8>>>> {
    let decoder = zstd::stream::read::Decoder::new(input)?;
    let mut limited = decoder.take(MOST_BYTES);
    let mut files = BTreeMap::new();
    {
        let mut archive = tar::Archive::new(&mut limited);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let key = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if !entry.header().entry_type().is_file() || !(key == SUMS || is_key(&key)) {
                return Ok(None);
            }
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            if content.len() as u64 != entry.size() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if files.insert(key, content).is_some() {
                return Ok(None);
            }
        }
    }
    // The checksum of zstd stands at the end.
    io::copy(&mut limited, &mut io::sink())?;
    Ok(if limited.limit() == 0 { None } else { Some(files) })
}

/// Whether a name is one under which a store keeps something.
fn is_key(key: &str) -> bool {
    let is_number = |text: &str| text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit());
    let is_id = |text: &str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let is_mark = |text: &str| {
        text.split_once('-')
            .is_some_and(|(of, at)| is_number(of) && at.len() == 6 && at.bytes().all(|b| b.is_ascii_digit()))
    };
    match *key.split('/').collect::<Vec<_>>() {
        ["format"] => true,
        ["revisions" | "bases" | "sums", release, number] => name::check(release).is_ok() && is_number(number),
        ["marks", release, mark] => name::check(release).is_ok() && is_mark(mark),
        ["packs", id] => is_id(id),
        ["sealed", generation, id] => is_number(generation) && is_id(id),
        ["keys", generation] => is_number(generation),
        _ => false,
    }
}

/// Something that is not what its name says.
fn stranger(store: &Memory) -> Result<Option<String>> {
    for key in store.keys() {
        let content = store.get(&key)?.unwrap_or_default();
        let is_right = match *key.split('/').collect::<Vec<_>>() {
            ["revisions" | "bases", release, number] => {
                number.parse().is_ok_and(|number| matches!(revision::base(store, release, number), Ok(Some(_))))
            }
            ["sums", release, last] => last.parse().is_ok_and(|last| history::is_sum(store, release, last)),
            ["marks", ..] => marks::is_mark(&content),
            ["packs", id] => pack::is_whole(id, &content),
            ["keys", _] => seal::keys(store, &[]).is_ok(),
            _ => true,
        };
        if !is_right {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let files = files.iter().map(|(key, content)| ((*key).to_owned(), content.to_vec())).collect();
        let mut out = Vec::new();
        pour(&files, &mut out).expect("memory takes all");
        out
    }

    fn code(input: &[u8]) -> &'static str {
        read(input, "`x`").map_or_else(|error| error.code, |_| "read")
    }

    #[test]
    fn what_went_in_comes_out() {
        let text = archive(&[("format", b"kz-store 1\n")]);
        let store = read(text.as_slice(), "`x`").expect("is an archive");
        assert_eq!(store.keys(), ["format"]);
        assert_eq!(store.get("format"), Ok(Some(b"kz-store 1\n".to_vec())));
    }

    #[test]
    fn what_is_damaged_is_not_read() {
        let text = archive(&[("format", b"kz-store 1\n")]);
        for end in 0..text.len() {
            assert_eq!(code(&text[..end]), "release-archive", "{end}");
        }
        for at in 0..text.len() {
            let mut altered = text.clone();
            altered[at] ^= 0x10;
            // A bit that means nothing may be altered.
            assert!(
                code(&altered) == "release-archive"
                    || read(altered.as_slice(), "x").is_ok_and(|s| s.keys() == ["format"])
            );
        }
        for other in [&b""[..], b"nonsense", &zstd::bulk::compress(b"nonsense", 1).expect("is compressed")] {
            assert_eq!(code(other), "release-archive");
        }
    }

    #[test]
    fn strange_names_are_refused() {
        let id = "ab".repeat(16);
        let pack = format!("packs/{id}");
        for key in ["../x", "/etc/passwd", "other", "revisions/web/1", "revisions/../0000000001", "packs/x", &pack] {
            let mut builder = tar::Builder::new(Vec::new());
            let mut header = tar::Header::new_gnu();
            header.set_size(1);
            header.as_mut_bytes()[..key.len()].copy_from_slice(key.as_bytes());
            header.set_cksum();
            builder.append(&header, &b"x"[..]).expect("memory takes all");
            let sums = format!("{}  {key}\n", hex(&Sha256::digest(b"x")));
            append(&mut builder, SUMS, sums.as_bytes()).expect("memory takes all");
            let text = builder.into_inner().expect("memory takes all");
            assert_eq!(code(&zstd::bulk::compress(&text, 1).expect("is compressed")), "release-archive", "{key}");
        }
        assert!(is_key(&pack) && is_key("marks/web/0000000001-000000") && is_key("revisions/web.x-1/0000000001"));
    }
}

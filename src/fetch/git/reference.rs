//! From what users write to the commit that is meant.
//!
//! A full id is known for ever. What a branch or a tag means is asked of the repository, once a process; the answer
//! is kept, for `--offline` and to know what is new.

use std::path::{Path, PathBuf};

use super::call::{Call, politely};
use super::repository::{self, OBJECTS};
use super::{Source, address, failure};
use crate::base::{Diagnostic, Result};
use crate::fetch::Context;
use crate::fetch::cache::{Cache, Entry, Key};

/// Lets pass what can be the name of a reference. git: `check-ref-format`, and nothing that has a meaning where
/// references are fetched.
///
/// Errors: `git-url`.
pub fn check(reference: &str) -> Result<()> {
    let is_bad = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    if reference.contains(is_bad) || reference.starts_with(['-', '+']) || reference.contains("..") {
        let message = format!("`{}` cannot be a branch, a tag or a commit", reference.escape_debug());
        return Err(Diagnostic::new("git-url", message).help("see `git help check-ref-format`"));
    }
    Ok(())
}

/// The commit, and where the cache has it.
pub fn find(context: &Context, source: &Source) -> Result<(String, PathBuf)> {
    let cache = context.cache()?;
    if let Some(id) = full_id(&source.reference) {
        let place = repository::of_commit(context, source, &id)?;
        note_known(cache, source)?;
        return Ok((id, place));
    }
    let key = key(source);
    let known = || {
        let id = cache.entry(&key)?.value?;
        let place = repository::kept(cache, source, &id)?;
        Some((id, place))
    };
    if context.settings.offline {
        return known().ok_or_else(|| failure::offline(source, ""));
    }
    let before = known();
    if let Some((_, place)) = &before {
        let id = ask(context, source, place)?;
        if let Some(place) = repository::kept(cache, source, &id) {
            // A cache that may only be read is good for what it holds.
            if before.as_ref().is_none_or(|before| before.0 != id) {
                record(cache, &key, &id)?;
            }
            return Ok((id, place));
        }
    }
    let _lock = cache.lock(&key)?;
    // While this process waited another may have fetched it.
    if let Some(found) = known().filter(|found| before.as_ref().is_none_or(|before| before.0 != found.0)) {
        return Ok(found);
    }
    let (id, place) = repository::of_reference(context, source)?;
    record(cache, &key, &id)?;
    note_known(cache, source)?;
    Ok((id, place))
}

/// Where the cache has the commit that a full id names, if it does.
pub fn place_of_id(context: &Context, source: &Source) -> Option<PathBuf> {
    repository::kept(context.cache().ok()?, source, &full_id(&source.reference)?)
}

/// Whether anything of the repository was fetched before.
pub fn is_known(context: &Context, source: &Source) -> bool {
    context.cache().is_ok_and(|cache| cache.entry(&address_key(source)).is_some())
}

fn note_known(cache: &Cache, source: &Source) -> Result<()> {
    let key = address_key(source);
    if cache.entry(&key).is_some() {
        return Ok(());
    }
    cache.record(&key, &Entry { digest: None, value: None, etag: None, fetched: cache.now() })
}

fn address_key(source: &Source) -> Key {
    Key::new("git", address::without_password(&source.url), &[&source.url])
}

fn key(source: &Source) -> Key {
    let name = format!("{} at {}", address::without_password(&source.url), name_of(source));
    Key::new("git", name, &[&source.url, &source.reference])
}

fn name_of(source: &Source) -> &str {
    if source.reference.is_empty() { "HEAD" } else { &source.reference }
}

fn record(cache: &Cache, key: &Key, id: &str) -> Result<()> {
    cache.record(key, &Entry { digest: None, value: Some(id.to_owned()), etag: None, fetched: cache.now() })
}

/// The id, where the text is a full one.
pub fn full_id(text: &str) -> Option<String> {
    let is_full = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_full.then(|| text.to_ascii_lowercase())
}

/// Asks the repository what a reference means now.
fn ask(context: &Context, source: &Source, place: &Path) -> Result<String> {
    let name = name_of(source);
    let call = Call::new(context, source, &place.join(OBJECTS));
    let call = call.args(&["ls-remote", "--quiet", "--", "origin", name]).arg(format!("{name}^{{}}"));
    let printed =
        politely(context, source, |manner| repository::patiently(context, || call.clone().manner(manner).run()))?;
    meant(&String::from_utf8_lossy(&printed), name).ok_or_else(|| failure::no_reference(source))
}

/// Which of the references that end so is meant. git: ref_rev_parse_rules, as `fetch` has them.
fn meant(listed: &str, name: &str) -> Option<String> {
    let find = |wanted: &str| {
        let mut lines = listed.lines().filter_map(|line| line.split_once('\t'));
        lines.find(|(_, reference)| *reference == wanted).and_then(|(id, _)| full_id(id))
    };
    let places = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
    places.iter().map(|place| format!("{place}{name}")).find_map(|reference| {
        let id = find(&reference)?;
        // The commit that a tag's object is about.
        Some(find(&format!("{reference}^{{}}")).unwrap_or(id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_no_options_and_no_patterns() {
        for name in ["", "main", "v1.0", "feature/x", "refs/pull/1/head", "a@b", "ümlaut"] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in ["-x", "--upload-pack=x", "+main", "a:b", "refs/*", "a b", "a\nb", "a..b", "HEAD^", "v1~1", "a\\b"]
        {
            assert_eq!(check(name).map_err(|e| e.code), Err("git-url"), "{name}");
        }
    }

    #[test]
    fn tags_come_before_branches_and_are_followed_to_their_commit() {
        let (a, b, c) = ("a".repeat(40), "b".repeat(40), "c".repeat(40));
        let listed = format!("{a}\trefs/heads/v1\n{b}\trefs/tags/v1\n{c}\trefs/tags/v1^{{}}\n{a}\trefs/x/v1\n");
        assert_eq!(meant(&listed, "v1"), Some(c));
        assert_eq!(meant(&listed, "heads/v1"), Some(a.clone()));
        assert_eq!(meant(&format!("{a}\tHEAD\n"), "HEAD"), Some(a));
        assert_eq!(meant("", "v1"), None);
    }
}

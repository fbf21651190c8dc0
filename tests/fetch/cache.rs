//! What is kept, and for how long.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kz::base::Diagnostic;
use kz::fetch::cache::{Cache, Entry, Keep, Key, Run, prune};
use kz::fetch::http::{Auth, Failure, Kind};
use kz::fetch::{Digest, Fetched, Freshness, file};

use super::server::{Reply, Server};
use super::temp_dir::TempDir;
use super::{context, request, settings};

/// All files below a folder.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found
}

/// As another process would: nothing is remembered but by the cache.
fn fetch(cache: &TempDir, url: &str, freshness: Freshness) -> Result<Fetched, Failure> {
    file(&context(settings(Some(cache.path()))), "test", &request(url), freshness)
}

fn fetch_offline(cache: &TempDir, url: &str, freshness: Freshness) -> Result<Fetched, Failure> {
    let offline = kz::fetch::Settings { offline: true, ..settings(Some(cache.path())) };
    file(&context(offline), "test", &request(url), freshness)
}

fn contents_of(cache: &TempDir) -> usize {
    files(&cache.path().join("sha256")).len()
}

#[test]
fn what_cannot_change_is_fetched_once() {
    let (cache, server) = (TempDir::new().unwrap(), Server::always(|| Reply::ok("content")));
    let pinned = Freshness::Pinned(Digest::of(b"content"));
    for freshness in [Freshness::Forever, Freshness::Forever, pinned] {
        assert_eq!(&*fetch(&cache, &server.url("/a"), freshness).unwrap().content, b"content");
    }
    assert_eq!(server.count(), 1);
    // The same content from elsewhere.
    fetch(&cache, "https://host.invalid/b", pinned).unwrap();
}

#[test]
fn what_may_change_is_asked_for_and_sent_once() {
    let cache = TempDir::new().unwrap();
    let server = Server::start(|asked, number| {
        let etag = if number < 3 { "\"one\"" } else { "\"two\"" };
        match asked.header("if-none-match") {
            Some(known) if known == etag => Reply::status(304, ""),
            _ => Reply::ok(format!("content {etag}")).header("ETag", etag),
        }
    });
    let fetch = || fetch(&cache, &server.url("/"), Freshness::Asked).unwrap().content;
    assert_eq!(&*fetch(), b"content \"one\"");
    assert_eq!(&*fetch(), b"content \"one\"");
    assert_eq!(server.asked()[1].header("if-none-match"), Some("\"one\""));
    assert_eq!(&*fetch(), b"content \"one\"");
    assert_eq!(&*fetch(), b"content \"two\"");
    assert_eq!(server.count(), 4);
}

#[test]
fn a_process_makes_a_request_once() {
    let cache = TempDir::new().unwrap();
    let server = Server::start(|asked, _| match asked.header("authorization") {
        None => Reply::status(401, ""),
        Some(_) => Reply::ok("content"),
    });
    let context = context(settings(Some(cache.path())));
    let anonymous = request(&server.url("/"));
    let known = anonymous.clone().auth(Some(Auth::Bearer("x".into())));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let refused = file(&context, "test", &anonymous, Freshness::Asked).unwrap_err();
                assert_eq!(refused.kind, Kind::Unauthorized);
                assert_eq!(&*file(&context, "test", &known, Freshness::Asked).unwrap().content, b"content");
            });
        }
    });
    assert_eq!(server.count(), 2);
}

#[test]
fn without_the_net_the_cache_must_do() {
    let (cache, server) = (TempDir::new().unwrap(), Server::always(|| Reply::ok("content")));
    let url = server.url("/");
    fetch(&cache, &url, Freshness::Asked).unwrap();
    for freshness in [Freshness::Asked, Freshness::Forever, Freshness::Pinned(Digest::of(b"content"))] {
        assert_eq!(&*fetch_offline(&cache, &url, freshness).unwrap().content, b"content");
    }
    let missing = |path: &str| {
        let url = server.url(path).replace("http://", "http://me:secret@");
        let failure = fetch_offline(&cache, &url, Freshness::Asked).unwrap_err();
        assert_eq!(failure.kind, Kind::Offline);
        failure.diagnostic
    };
    let both = Diagnostic::together([missing("/a"), missing("/b?token=secret")]).unwrap();
    assert_eq!((both.code, both.message), ("offline", format!("`{}` is not in the cache", server.url("/a"))));
    assert_eq!(both.others[0].message, format!("`{}` is not in the cache", server.url("/b?…")));
    assert_eq!(server.count(), 1);
}

#[test]
fn what_is_not_as_expected_is_not_kept() {
    let cache = TempDir::new().unwrap();
    let server = Server::start(|asked, _| match asked.target.as_str() {
        "/cut" => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegins".to_vec()),
        "/endless" => Reply::Endless,
        "/missing" => Reply::status(404, "missing"),
        "/unchanged" => Reply::status(304, ""),
        _ => Reply::ok("something else"),
    });
    let failure = fetch(&cache, &server.url("/other"), Freshness::Pinned(Digest::of(b"this"))).unwrap_err();
    assert_eq!(failure.diagnostic.code, "wrong-digest");
    let (found, wanted) = (Digest::of(b"something else"), Digest::of(b"this"));
    let why = format!("the content has the digest `{found}`, and `{wanted}` was expected");
    assert_eq!(failure.diagnostic.message, format!("cannot use `{}`: {why}", server.url("/other")));
    for path in ["/cut", "/missing", "/unchanged"] {
        fetch(&cache, &server.url(path), Freshness::Forever).unwrap_err();
    }
    let endless = request(&server.url("/endless")).limit(1 << 20);
    file(&context(settings(Some(cache.path()))), "test", &endless, Freshness::Forever).unwrap_err();
    assert_eq!(contents_of(&cache), 0);
    assert_eq!(files(&cache.path().join("index")).len(), 0);
    // What failed can be had when it is there.
    assert_eq!(&*fetch(&cache, &server.url("/other"), Freshness::Forever).unwrap().content, b"something else");
}

#[test]
fn what_got_broken_is_fetched_again() {
    let (cache, server) = (TempDir::new().unwrap(), Server::always(|| Reply::ok("content").header("ETag", "\"x\"")));
    for freshness in [Freshness::Forever, Freshness::Asked] {
        fetch(&cache, &server.url("/"), freshness).unwrap();
        let content = files(&cache.path().join("sha256")).remove(0);
        fs::write(&content, "broken").unwrap();
        let again = fetch(&cache, &server.url("/"), freshness).unwrap();
        assert_eq!(&*again.content, b"content");
        // A server that is asked about a content that is gone must not say that it is still the same.
        assert!(server.asked().iter().all(|asked| asked.header("if-none-match").is_none()));
        fs::remove_dir_all(cache.path().join("sha256")).unwrap();
        fs::remove_dir_all(cache.path().join("index")).unwrap();
    }
    for index in ["", "{", "{}", "{\"digest\":\"sha256:x\",\"fetched\":1}", "[1]", "\0"] {
        fetch(&cache, &server.url("/i"), Freshness::Forever).unwrap();
        fs::write(files(&cache.path().join("index")).remove(0), index).unwrap();
        assert_eq!(&*fetch(&cache, &server.url("/i"), Freshness::Forever).unwrap().content, b"content", "{index}");
    }
}

#[test]
fn no_secret_is_kept() {
    let (cache, server) = (TempDir::new().unwrap(), Server::always(|| Reply::ok("content")));
    let url = server.url("/x?token=secret").replace("http://", "http://me:secret@");
    fetch(&cache, &url, Freshness::Asked).unwrap();
    for path in files(cache.path()) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains("secret") && !path.to_string_lossy().contains("secret"), "{}", path.display());
    }
    // Another token may lead to something else.
    let other = url.replace("token=secret", "token=other");
    assert_eq!(fetch_offline(&cache, &other, Freshness::Asked).unwrap_err().kind, Kind::Offline);
}

#[cfg(unix)]
#[test]
fn a_cache_is_its_owners() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let root = dir.path().join("a/b");
    Cache::open(&root, SystemTime::now).unwrap();
    assert_eq!(fs::metadata(&root).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_place_that_cannot_be_a_cache_is_an_error_when_something_is_fetched() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let fetch = |cache: Option<PathBuf>| {
        let context = context(settings(cache.as_deref()));
        file(&context, "test", &request("http://host.invalid/"), Freshness::Forever).unwrap_err().diagnostic
    };
    let root = dir.path().join("file/cache");
    let error = fetch(Some(root.clone()));
    assert_eq!(error.message, format!("cannot use `{}` as the cache: not a directory", root.display()));
    assert_eq!(fetch(None).code, "no-cache");
}

#[test]
fn folders_are_whole_or_not_there() {
    let dir = TempDir::new().unwrap();
    let cache = Cache::open(dir.path(), SystemTime::now).unwrap();
    let key = Key::new("git", "https://host/repository", &["https://host/repository", "main"]);
    let failed = cache.tree_or(&key, |path| {
        fs::write(path.join("half"), "").unwrap();
        Err(Diagnostic::new("test", "the connection broke"))
    });
    assert_eq!(failed.unwrap_err().message, "the connection broke");
    assert_eq!((cache.tree(&key), files(&dir.path().join("trees")).len()), (None, 0));

    let fill = |path: &Path| {
        fs::create_dir(path.join("folder")).unwrap();
        fs::write(path.join("folder/file"), "text").unwrap();
        Ok(())
    };
    let made = cache.tree_or(&key, fill).unwrap();
    assert_eq!(fs::read(made.join("folder/file")).unwrap(), b"text");
    assert_eq!(cache.tree_or(&key, |_| panic!("it is there")).unwrap(), made);

    // Half of one, as a process that was killed while it pruned leaves it.
    cache.forget(&key);
    fs::remove_dir_all(made.join("folder")).unwrap();
    assert!(cache.tree_or(&key, fill).unwrap().join("folder/file").exists());
}

#[test]
fn entries_tell_what_was_found() {
    let dir = TempDir::new().unwrap();
    let cache = Cache::open(dir.path(), SystemTime::now).unwrap();
    let key = Key::new("git", "https://host/repository main", &["a", "bc"]);
    let entry = Entry {
        digest: Some(Digest::of(b"x")),
        value: Some("5e0f".to_owned()),
        etag: Some("W/\"x\"".to_owned()),
        fetched: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
    };
    cache.record(&key, &entry).unwrap();
    assert_eq!(cache.entry(&key), Some(entry));
    assert_eq!(cache.entry(&Key::new("git", "", &["ab", "c"])), None);
    cache.forget(&key);
    assert_eq!(cache.entry(&key), None);
}

/// Lets a file look as if it had last been used so many days ago.
fn age(path: &Path, days: u64) {
    let time = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn pruning_leaves_what_was_used() {
    let (dir, server) = (TempDir::new().unwrap(), Server::start(|asked, _| Reply::ok(asked.target.clone())));
    for path in ["/old", "/used", "/new"] {
        fetch(&dir, &server.url(path), Freshness::Forever).unwrap();
    }
    let cache = Cache::open(dir.path(), SystemTime::now).unwrap();
    let key = Key::new("git", "https://host/old", &["x"]);
    let tree = cache.tree_or(&key, |path| fs::write(path.join("file"), "12345").map_err(|_| unreachable!())).unwrap();
    cache.put(b"content without an index").unwrap();
    fs::write(dir.path().join("sha256/unfinished-0123"), "half").unwrap();
    drop(cache);
    let aged = files(dir.path());
    aged.iter().filter(|path| !path.starts_with(&tree)).for_each(|path| age(path, 40));
    fetch(&dir, &server.url("/new2"), Freshness::Forever).unwrap();
    fetch_offline(&dir, &server.url("/used"), Freshness::Forever).unwrap();

    let month = Keep::Within(Duration::from_secs(30 * 24 * 60 * 60));
    let would = prune(dir.path(), SystemTime::now, month, Run::Dry).unwrap();
    let before = files(dir.path()).len();
    let gone = prune(dir.path(), SystemTime::now, month, Run::Real).unwrap();
    assert_eq!(gone, would);
    let unindexed = Digest::of(b"content without an index").to_string();
    let names: Vec<&str> = gone.iter().map(|item| item.name.as_str()).collect();
    let (old, new) = (server.url("/old"), server.url("/new"));
    assert_eq!(names, [unindexed.as_str(), "https://host/old", new.as_str(), old.as_str()]);
    assert!(!tree.exists() && files(dir.path()).len() < before);

    let kept = |path: &str| fetch_offline(&dir, &server.url(path), Freshness::Forever).is_ok();
    assert_eq!(["/old", "/used", "/new", "/new2"].map(kept), [false, true, false, true]);
    assert_eq!(prune(dir.path(), SystemTime::now, Keep::Nothing, Run::Real).unwrap().len(), 2);
    let left = files(dir.path());
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(prune(&dir.path().join("none"), SystemTime::now, Keep::Nothing, Run::Real).unwrap().is_empty());
}

/// Somebody may name a folder of theirs.
#[test]
fn pruning_leaves_what_is_not_of_the_cache() {
    let dir = TempDir::new().unwrap();
    let own =
        ["index/ab/notes", "sha256/ab/sums", "trees/src/lib/main", "locks/door"].map(|path| dir.path().join(path));
    for path in &own {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    let cache = Cache::open(dir.path(), SystemTime::now).unwrap();
    cache.put(b"content").unwrap();
    drop(cache);
    assert_eq!(prune(dir.path(), SystemTime::now, Keep::Nothing, Run::Real).unwrap().len(), 1);
    assert!(own.iter().all(|path| path.exists()), "{:?}", files(dir.path()));
}

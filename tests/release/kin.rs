//! Small servers that speak roughly as Google's and Azure's stores do: write what is not there, read, list.

use std::collections::{BTreeMap, BTreeSet};

use super::relay::{Answer, answer, header};

const MADE: &str = "ETag: \"x\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

/// What a request for a key or a list comes down to.
struct Asked<'a> {
    method: &'a str,
    /// Behind the bucket.
    key: String,
    query: BTreeMap<String, String>,
}

impl Asked<'_> {
    /// `root` is the path of the bucket: `/releases`.
    fn of<'a>(head: &'a str, root: &str) -> Asked<'a> {
        let mut words = head.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let url = url::Url::parse(&format!("http://host{target}")).unwrap();
        let key = url.path().strip_prefix(root).unwrap().trim_start_matches('/').replace("%2F", "/");
        let query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        Asked { method, key, query }
    }

    fn get(&self, name: &str) -> &str {
        self.query.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// Keys and folders below a prefix.
fn below(kept: &BTreeMap<String, Vec<u8>>, prefix: &str) -> (Vec<String>, BTreeSet<String>) {
    let (mut keys, mut folders) = (Vec::new(), BTreeSet::new());
    for key in kept.keys().filter(|key| key.starts_with(prefix)) {
        match key[prefix.len()..].split_once('/') {
            Some((folder, _)) => drop(folders.insert(format!("{prefix}{folder}/"))),
            None => keys.push(key.clone()),
        }
    }
    (keys, folders)
}

/// The bucket `releases` of Google's.
pub fn google() -> Answer {
    let mut kept: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    Box::new(move |head, body| {
        let asked = Asked::of(head, "/releases");
        match (asked.method, asked.key.is_empty()) {
            ("GET", true) => {
                assert_eq!(asked.get("list-type"), "2");
                let (keys, folders) = below(&kept, asked.get("prefix"));
                let after = |key: &&String| key.as_str() > asked.get("start-after");
                let made = "<LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>1</Size>";
                let keys = keys.iter().filter(after).map(|key| format!("<Contents><Key>{key}</Key>{made}</Contents>"));
                let folders =
                    folders.iter().map(|name| format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>"));
                let all: String = keys.chain(folders).collect();
                answer(200, "", format!("<ListBucketResult>{all}</ListBucketResult>"))
            }
            ("GET" | "HEAD", false) => match kept.get(&asked.key) {
                Some(content) => answer(200, MADE, content),
                None => answer(404, "", "<Error><Code>NoSuchKey</Code></Error>"),
            },
            ("PUT", false) => {
                let is_new_only = header(head, "x-goog-if-generation-match") == Some("0");
                if is_new_only && kept.contains_key(&asked.key) {
                    return answer(412, "", "<Error><Code>PreconditionFailed</Code></Error>");
                }
                kept.insert(asked.key, body.to_vec());
                answer(200, MADE, "")
            }
            ("DELETE", false) if kept.remove(&asked.key).is_some() => answer(204, "", ""),
            _ => answer(404, "", "<Error><Code>NoSuchKey</Code></Error>"),
        }
    })
}

/// The container `releases` of the account `me` of Azure's.
pub fn azure() -> Answer {
    let mut kept: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let refused = |status: u16, code: &str| answer(status, &format!("x-ms-error-code: {code}\r\n"), "");
    Box::new(move |head, body| {
        assert!(header(head, "authorization").is_some_and(|text| text.starts_with("SharedKey me:")));
        let asked = Asked::of(head, "/me/releases");
        match (asked.method, asked.key.is_empty()) {
            ("GET", true) => {
                assert_eq!((asked.get("restype"), asked.get("comp")), ("container", "list"));
                let (keys, folders) = below(&kept, asked.get("prefix"));
                let made = "<Properties><Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified>\
                            <Content-Length>1</Content-Length><Content-Type>a/b</Content-Type><Etag>x</Etag></Properties>";
                let keys = keys.iter().map(|key| format!("<Blob><Name>{key}</Name>{made}</Blob>"));
                let folders = folders.iter().map(|name| format!("<BlobPrefix><Name>{name}</Name></BlobPrefix>"));
                let all: String = keys.chain(folders).collect();
                answer(200, "", format!("<EnumerationResults><Blobs>{all}</Blobs><NextMarker/></EnumerationResults>"))
            }
            ("GET" | "HEAD", false) => match kept.get(&asked.key) {
                Some(content) => answer(200, MADE, content),
                None => refused(404, "BlobNotFound"),
            },
            ("PUT", false) => {
                if header(head, "if-none-match") == Some("*") && kept.contains_key(&asked.key) {
                    return refused(409, "BlobAlreadyExists");
                }
                kept.insert(asked.key, body.to_vec());
                answer(201, MADE, "")
            }
            ("DELETE", false) if kept.remove(&asked.key).is_some() => answer(202, "", ""),
            _ => refused(404, "BlobNotFound"),
        }
    })
}

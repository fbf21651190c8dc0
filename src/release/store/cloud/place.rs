//! Where in a cloud a store is.

use crate::base::{Diagnostic, Result};

/// Whose cloud it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    S3,
    Google,
    Azure,
}

impl Kind {
    pub fn of_scheme(scheme: &str) -> Option<Kind> {
        [Kind::S3, Kind::Google, Kind::Azure].into_iter().find(|kind| kind.scheme() == scheme)
    }

    pub fn scheme(self) -> &'static str {
        match self {
            Kind::S3 => "s3",
            Kind::Google => "gs",
            Kind::Azure => "az",
        }
    }
}

/// A bucket, or container, and a folder in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub kind: Kind,
    pub bucket: String,
    /// Ends with `/`, or is empty.
    pub prefix: String,
}

impl Place {
    /// Errors: it is of no known kind, has no bucket, or has characters that such names do not have.
    pub fn parse(address: &str) -> Result<Place> {
        let wrong = |what: &str| {
            Diagnostic::new("store-address", format!("`{}` names no store: {what}", shown(address)))
                .help("write `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX` or `az://CONTAINER/PREFIX`")
        };
        let (scheme, rest) = address.split_once("://").ok_or_else(|| wrong("it is no URL"))?;
        let kind = Kind::of_scheme(scheme).ok_or_else(|| wrong("there is no such kind of store"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() || !bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
            return Err(wrong("a bucket's name is made of letters, digits, `.`, `_` and `-`"));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let is_part = |part: &str| {
            let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"._-=+@".contains(&byte);
            !matches!(part, "" | "." | "..") && part.bytes().all(is_fit)
        };
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err(wrong(
                "the parts of the prefix are made of letters, digits and `._-=+@`, with one `/` between",
            ));
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Place { kind, bucket: bucket.to_owned(), prefix })
    }

    /// For messages.
    pub fn name(&self) -> String {
        format!("`{}://{}/{}`", self.kind.scheme(), self.bucket, self.prefix.trim_end_matches('/'))
    }
}

/// What stands before an `@` or behind a `?` may be a secret.
fn shown(address: &str) -> String {
    crate::fetch::without_secrets(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_buckets_with_prefixes() {
        let of = |address| Place::parse(address).map(|place| (place.kind, place.bucket, place.prefix)).ok();
        let is = |kind, bucket: &str, prefix: &str| Some((kind, bucket.to_owned(), prefix.to_owned()));
        assert_eq!(of("s3://a.b-c"), is(Kind::S3, "a.b-c", ""));
        assert_eq!(of("s3://b/"), is(Kind::S3, "b", ""));
        assert_eq!(of("gs://b/x/y=1/"), is(Kind::Google, "b", "x/y=1/"));
        assert_eq!(of("az://c/x"), is(Kind::Azure, "c", "x/"));
        for wrong in ["s3://", "s3:///x", "ftp://b/x", "b/x", "s3://b//x", "s3://b/../x", "s3://b/x?y", "s3://b/ä"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        let error = Place::parse("s3://KEY:secret@bucket/x").expect_err("has a password");
        assert!(!error.message.contains("secret"), "{error}");
    }
}

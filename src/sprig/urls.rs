//! URLs: `urlParse` takes one apart, `urlJoin` puts one together, as Go's package net/url does.
//!
//! **Not here:** the URLs of browsers, which are read otherwise.

mod escape;
mod parse;

use std::rc::Rc;

use super::func;
use crate::gotmpl::{Call, Fault, Func, Map, Str, Type, Value};
use parse::{UserInfo, parse};

pub use parse::{Url, escaped_path, parse as parse_url};

pub const FUNCS: &[Func] = &[func("urlJoin", &[Type::Map], url_join), func("urlParse", &[Type::String], url_parse)];

fn url_parse(call: &mut Call) -> Result<Value, Fault> {
    let url = parse(call.str(0)).map_err(|error| Fault::new(format!("unable to parse url: {error}")))?;
    let hostname = url.hostname().to_vec();
    let userinfo = url.user.map_or_else(Vec::new, |user| user.to_text());
    let parts = [
        ("fragment", url.fragment),
        ("host", url.host),
        ("hostname", hostname),
        ("opaque", url.opaque),
        ("path", url.path),
        ("query", url.query),
        ("scheme", url.scheme),
        ("userinfo", userinfo),
    ];
    Ok(Value::map(parts.map(|(name, part)| (name, Value::str(part)))))
}

fn url_join(call: &mut Call) -> Result<Value, Fault> {
    let parts = call.args[0].as_map().cloned().unwrap_or_else(|| Rc::new(Map::nil(Type::Map)));
    let url = Url {
        scheme: part(&parts, "scheme")?,
        host: part(&parts, "host")?,
        path: part(&parts, "path")?,
        query: part(&parts, "query")?,
        opaque: part(&parts, "opaque")?,
        fragment: part(&parts, "fragment")?,
        user: user_info(part(&parts, "userinfo")?)?,
    };
    Ok(Value::str(url.to_text()))
}

/// sprig: dictGetOrEmpty.
fn part(parts: &Map, key: &str) -> Result<Vec<u8>, Fault> {
    match parts.get(key.as_bytes()) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => Ok(text.to_vec()),
        Some(Value::Nil) => Err(Fault::new("runtime error: invalid memory address or nil pointer dereference")),
        Some(other) => {
            let kind = other.kind().name();
            Err(Fault::new(format!("unable to parse {key} key, must be of type string, but {kind} found")))
        }
    }
}

fn user_info(text: Vec<u8>) -> Result<Option<UserInfo>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let url = Str::from([b"proto://", &*text, b"@host"].concat());
    let refusal = |error| Fault::new(format!("unable to parse userinfo in dict: {error}"));
    parse(&url).map(|url| url.user).map_err(refusal)
}

#[cfg(test)]
mod tests;

//! Formats in which Helm's validator and `boon` differ: addresses in their words, URLs in what Go takes for one,
//! versions in being known at all.
//!
//! Source: format.go of github.com/santhosh-tekuri/jsonschema, version 6.

use std::error::Error;

use boon::Format;
use serde_json::Value as Json;

use crate::gotmpl::strconv::{atoi, quote_rune};
use crate::sprig::{Url, parse_url};

type Checked = Result<(), String>;

pub const FORMATS: [Format; 9] = [
    Format { name: "ipv4", func: |value| check(value, ipv4) },
    Format { name: "uri", func: |value| check(value, uri) },
    Format { name: "iri", func: |value| check(value, uri) },
    Format { name: "uri-reference", func: |value| check(value, uri_reference) },
    Format { name: "iri-reference", func: |value| check(value, uri_reference) },
    Format { name: "uri-template", func: |value| check(value, uri_template) },
    Format { name: "semver", func: |value| check(value, semver) },
    // Helm's validator does not know these, so that every text is right.
    Format { name: "idn-hostname", func: |_| Ok(()) },
    Format { name: "idn-email", func: |_| Ok(()) },
];

fn check(value: &Json, format: fn(&str) -> Checked) -> Result<(), Box<dyn Error>> {
    match value.as_str() {
        Some(text) => Ok(format(text)?),
        None => Ok(()),
    }
}

fn ipv4(text: &str) -> Checked {
    let numbers: Vec<&str> = text.split('.').collect();
    if numbers.len() != 4 {
        return Err("expected four decimals".into());
    }
    for number in numbers {
        if number.len() > 1 && number.starts_with('0') {
            return Err("leading zeros".into());
        }
        match atoi(number.as_bytes()) {
            Ok(0..=255) => {}
            Ok(_) => return Err("decimal must be between 0 and 255".into()),
            Err((_, error)) => return Err(error.message("Atoi", number.as_bytes())),
        }
    }
    Ok(())
}

fn url(text: &str) -> Result<Url, String> {
    let url = parse_url(&text.into())?;
    let name = String::from_utf8_lossy(url.hostname()).into_owned();
    if name.contains(':') {
        if !url.host.contains(&b'[') || !url.host.contains(&b']') {
            return Err("ipv6 address not enclosed in brackets".into());
        }
        name.parse::<std::net::Ipv6Addr>().map_err(|error| format!("invalid ipv6 address: {error}"))?;
    }
    Ok(url)
}

fn uri(text: &str) -> Checked {
    match url(text)?.scheme.is_empty() {
        true => Err("relative url".into()),
        false => Ok(()),
    }
}

fn uri_reference(text: &str) -> Checked {
    match text.contains('\\') {
        true => Err("contains \\".into()),
        false => url(text).map(drop),
    }
}

fn uri_template(text: &str) -> Checked {
    let url = url(text)?;
    for part in url.path.split(|byte| *byte == b'/') {
        let mut is_open = false;
        for byte in part.iter().filter(|byte| matches!(byte, b'{' | b'}')) {
            if (*byte == b'{') == is_open {
                return Err("nested curly braces".into());
            }
            is_open = !is_open;
        }
        if is_open {
            return Err("no matching closing brace".into());
        }
    }
    Ok(())
}

/// The version of semver.org, to the letter.
fn semver(text: &str) -> Checked {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    if build == Some("") {
        return Err("build is empty".into());
    }
    identifiers(build, "build")?;
    let (core, pre_release) = text.split_once('-').map_or((text, None), |(core, rest)| (core, Some(rest)));
    identifiers(pre_release, "pre-release")?;
    if let Some(pre_release) = pre_release {
        let is_padded = |id: &str| id.len() > 1 && id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
        if pre_release.split('.').any(is_padded) {
            return Err("pre-release numeric identifier starts with zero".into());
        }
    }
    let numbers: Vec<&str> = core.split('.').collect();
    let [major, minor, patch] = numbers[..] else {
        return Err("versionCore must have 3 numbers separated by dot".into());
    };
    for (number, name) in [(major, "major"), (minor, "minor"), (patch, "patch")] {
        let problem = match number {
            "" => "is empty",
            _ if number.len() > 1 && number.starts_with('0') => "starts with zero",
            _ if !number.bytes().all(|byte| byte.is_ascii_digit()) => "contains non-digit",
            _ => continue,
        };
        return Err(format!("{name} {problem}"));
    }
    Ok(())
}

fn identifiers(list: Option<&str>, what: &str) -> Checked {
    for id in list.into_iter().flat_map(|list| list.split('.')) {
        if id.is_empty() {
            return Err(format!("{what} identifier is empty"));
        }
        if let Some(odd) = id.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(format!("invalid character {} in {what} identifier", quote_rune(odd)));
        }
    }
    Ok(())
}

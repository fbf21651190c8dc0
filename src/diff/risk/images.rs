//! Images that go backwards, or that say nothing of their version.

use std::cmp::Ordering;

use super::super::path::{FieldPath, Step};
use super::super::value::Value;
use super::Risk;

/// Judges the images of the containers of a new object against those of the old one.
pub fn judge(before: Option<&Value>, after: &Value, found: &mut Vec<Risk>) {
    let old = before.map(images).unwrap_or_default();
    for Image { path, text } in images(after) {
        let was = old.iter().find(|image| image.path == path).map(|image| image.text);
        if was == Some(text) {
            continue;
        }
        let image = Parts::of(text);
        if image.digest.is_none() && matches!(image.tag, None | Some("latest")) {
            let message = match image.tag {
                None => format!("`{text}` has no tag: what runs is whatever is newest"),
                Some(_) => format!("`{text}`: what runs is whatever is newest"),
            };
            found.push(Risk::of_field("floating-image", message, &path));
        }
        let Some(was) = was.map(Parts::of).filter(|was| was.name == image.name) else { continue };
        if let (Some(old), Some(new)) = (was.tag, image.tag)
            && order(new, old) == Some(Ordering::Less)
        {
            let message = format!("the image goes back from {old} to {new}");
            found.push(Risk::of_field("image-downgrade", message, &path));
        }
    }
}

struct Image<'v> {
    path: FieldPath,
    text: &'v str,
}

/// The images of all containers below a pod's specification, wherever that is.
fn images(object: &Value) -> Vec<Image<'_>> {
    const PODS: [&[&str]; 3] =
        [&["spec", "template", "spec"], &["spec", "jobTemplate", "spec", "template", "spec"], &["spec"]];
    let mut found = Vec::new();
    for keys in PODS {
        let Some(pod) = object.lookup(keys) else { continue };
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            for (at, container) in pod.get(list).map(Value::as_list).unwrap_or_default().iter().enumerate() {
                let Some(text) = container.get("image").and_then(Value::as_text) else { continue };
                let mut path = FieldPath::of_keys(keys);
                path.0.push(Step::Key(list.into()));
                path.0.push(match container.get("name").and_then(Value::as_text) {
                    Some(name) => Step::Item(vec![("name".into(), name.into())]),
                    None => Step::Index(at),
                });
                path.0.push(Step::Key("image".into()));
                found.push(Image { path, text });
            }
        }
    }
    found
}

struct Parts<'t> {
    name: &'t str,
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

impl<'t> Parts<'t> {
    fn of(image: &'t str) -> Parts<'t> {
        let (rest, digest) = match image.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (image, None),
        };
        // A colon before the last slash is that of a port.
        match rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
            Some((name, tag)) => Parts { name, tag: Some(tag), digest },
            None => Parts { name: rest, tag: None, digest },
        }
    }
}

/// The order of two tags that are versions: numbers with dots between, and something behind them that is the same
/// in both (`1.27.1-alpine`) or makes a pre-release (`-rc.1`).
fn order(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (version(a)?, version(b)?);
    let length = a.numbers.len().max(b.numbers.len());
    let padded = |numbers: &[u64]| numbers.iter().copied().chain(std::iter::repeat(0)).take(length).collect::<Vec<_>>();
    match padded(&a.numbers).cmp(&padded(&b.numbers)) {
        Ordering::Equal if a.rest == b.rest => Some(Ordering::Equal),
        Ordering::Equal if is_prerelease(a.rest) && b.rest.is_empty() => Some(Ordering::Less),
        Ordering::Equal => None,
        order => Some(order),
    }
}

struct Version<'t> {
    numbers: Vec<u64>,
    rest: &'t str,
}

fn version(tag: &str) -> Option<Version<'_>> {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let end = tag.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tag.len());
    let numbers: Option<Vec<u64>> = tag[..end].split('.').map(|number| number.parse().ok()).collect();
    // One number alone may be that of a build, a date, or the start of a commit.
    numbers.filter(|numbers| numbers.len() > 1).map(|numbers| Version { numbers, rest: &tag[end..] })
}

fn is_prerelease(rest: &str) -> bool {
    let word = rest.trim_start_matches('-').to_ascii_lowercase();
    ["rc", "alpha.", "alpha-", "beta", "pre", "dev", "snapshot"].iter().any(|start| word.starts_with(start))
        || word == "alpha"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_put_in_order() {
        let less = [
            ("1.26", "1.27"),
            ("v1.9.0", "v1.10.0"),
            ("1.2.3", "1.2.3.1"),
            ("1.27.0-alpine", "1.27.1-alpine"),
            ("2.0.0-rc.1", "2.0.0"),
            ("1.9", "1.10-slim"),
        ];
        for (a, b) in less {
            assert_eq!(order(a, b), Some(Ordering::Less), "{a} {b}");
            assert_eq!(order(b, a).filter(|order| *order == Ordering::Less), None, "{b} {a}");
        }
        for (a, b) in [("latest", "1.0"), ("20240101", "20230101"), ("1.0-alpine", "1.0-slim"), ("3f2a", "4b1c")] {
            assert_eq!(order(a, b), None, "{a} {b}");
        }
    }

    #[test]
    fn an_image_has_a_name_a_tag_and_a_digest() {
        let parts = |image: &'static str| {
            let Parts { name, tag, digest } = Parts::of(image);
            (name, tag, digest)
        };
        assert_eq!(parts("localhost:5000/web"), ("localhost:5000/web", None, None));
        assert_eq!(parts("localhost:5000/web:1"), ("localhost:5000/web", Some("1"), None));
        assert_eq!(parts("web:1@sha256:ab"), ("web", Some("1"), Some("sha256:ab")));
    }
}

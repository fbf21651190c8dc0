//! The name of an image in its parts, and how an entry of `images` changes it.
//!
//! kustomize: api/internal/image, api/filters/imagetag/updater.go.

use std::borrow::Cow;

use crate::base::regexp::Pattern;
use crate::base::{Result, Span};
use crate::kustomize::kustomization::Image;

/// An entry of `images`, ready to be applied many times.
pub struct Rule<'i> {
    image: &'i Image,
    name: Name<'i>,
    /// The text that asks for the change: what a person edits to get another image.
    pub asked: Span,
}

/// kustomize: the name is a regular expression, although nobody means it so.
enum Name<'i> {
    /// Plain letters.
    Literal(&'i str),
    /// Letters and `.`, which stands for any one.
    Dotted(&'i str),
    /// With all that may follow it.
    Pattern(Pattern),
}

const OPERATORS: [char; 13] = ['\\', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'];

impl<'i> Rule<'i> {
    /// Errors: the name is not a regular expression.
    pub fn new(image: &'i Image) -> Result<Rule<'i>> {
        let name = match image.name.value.as_str() {
            name if name.contains(OPERATORS) => {
                let pattern = format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$");
                Name::Pattern(Pattern::new(&pattern).map_err(|e| e.at(image.name.span))?)
            }
            name if name.contains('.') => Name::Dotted(name),
            name => Name::Literal(name),
        };
        let spans = [&image.new_tag, &image.digest, &image.new_name, &image.tag_suffix];
        let asked = spans.into_iter().find(|text| !text.is_empty()).unwrap_or(&image.name).span;
        Ok(Rule { image, name, asked })
    }

    /// Whether the name of an image is the one that is meant, with any tag and digest.
    pub fn matches(&self, image: &str) -> bool {
        let rest = match &self.name {
            Name::Literal(name) => image.strip_prefix(name),
            Name::Dotted(name) => strip_dotted(image, name),
            Name::Pattern(pattern) => return pattern.is_match(image),
        };
        rest.is_some_and(is_tag_and_digest)
    }

    /// The new name of an image; `None` for images that are not meant.
    pub fn change(&self, image: &str) -> Option<String> {
        if !self.matches(image) {
            return None;
        }
        let (name, tag, digest) = split(image);
        let Image { new_name, new_tag, digest: new_digest, tag_suffix, .. } = self.image;
        let name = if new_name.is_empty() { name } else { new_name };
        // A new tag or digest replaces both the old tag and the old digest.
        let (tag, digest): (Cow<str>, &str) = match (new_tag.is_empty(), new_digest.is_empty()) {
            (false, _) => (new_tag.value.as_str().into(), new_digest),
            (true, false) => ("".into(), new_digest),
            (true, true) if !tag_suffix.is_empty() => ([tag, &tag_suffix.value].concat().into(), ""),
            (true, true) => (tag.into(), digest),
        };
        let mut new = String::with_capacity(name.len() + tag.len() + digest.len() + 2);
        new.push_str(name);
        for (mark, part) in [(':', &*tag), ('@', digest)] {
            if !part.is_empty() {
                new.push(mark);
                new.push_str(part);
            }
        }
        Some(new)
    }
}

fn strip_dotted<'t>(image: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = image.chars();
    for wanted in name.chars() {
        match (wanted, rest.next()?) {
            ('.', '\n') => return None,
            ('.', _) => {}
            (wanted, found) if wanted == found => {}
            _ => return None,
        }
    }
    Some(rest.as_str())
}

/// `(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?`
fn is_tag_and_digest(rest: &str) -> bool {
    let rest = rest.strip_prefix(':').map_or(rest, after_word);
    let rest = rest.strip_prefix("@sha256:").map_or(rest, after_word);
    rest.is_empty()
}

fn after_word(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '{' | '}' | '-'))
}

/// Name, tag and digest. What stands before the first slash may be a host with a port.
/// kustomize: image.Split.
pub fn split(image: &str) -> (&str, &str, &str) {
    let from = image.find('/').unwrap_or(0);
    let find = |c: char| image[from..].find(c).map(|at| at + from);
    match (find(':'), find('@')) {
        (None, None) => (image, "", ""),
        (Some(colon), Some(at)) if colon < at => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (_, Some(at)) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::kustomization::Text;

    fn image(entry: &str) -> Image {
        let mut image = Image::default();
        for pair in entry.split_whitespace() {
            let (field, value) = pair.split_once('=').expect("field=value");
            let text = Text::new(value, Span::NOWHERE);
            match field {
                "name" => image.name = text,
                "newName" => image.new_name = text,
                "newTag" => image.new_tag = text,
                "digest" => image.digest = text,
                _ => image.tag_suffix = text,
            }
        }
        image
    }

    /// Each line as an ImageTagTransformer of kustomize 5.8.1 changes it.
    #[test]
    fn images_change_as_kustomize_changes_them() {
        let cases = [
            ("nginx", "name=nginx newTag=1.2", "nginx:1.2"),
            ("nginx:1", "name=nginx newTag=1.2", "nginx:1.2"),
            ("nginx@sha256:abc", "name=nginx newTag=1.2", "nginx:1.2"),
            ("nginx:1@sha256:abc", "name=nginx newTag=1.2", "nginx:1.2"),
            ("nginx:1@sha256:abc", "name=nginx digest=sha256:def", "nginx@sha256:def"),
            ("nginx:1@sha256:abc", "name=nginx digest=sha256:def newTag=v2", "nginx:v2@sha256:def"),
            ("nginx:1@sha256:abc", "name=nginx newName=other", "other:1@sha256:abc"),
            ("nginx:1", "name=nginx newName=reg:5000/other newTag=x", "reg:5000/other:x"),
            ("reg:5000/nginx:1", "name=reg:5000/nginx newTag=2", "reg:5000/nginx:2"),
            ("reg:5000/nginx", "name=reg:5000/nginx newTag=2", "reg:5000/nginx:2"),
            ("docker.io/nginx", "name=docker.io/nginx newTag=2", "docker.io/nginx:2"),
            ("dockerXio/nginx", "name=docker.io/nginx newTag=2", "dockerXio/nginx:2"),
            ("nginx2", "name=nginx newTag=2", "nginx2"),
            ("nginx:{tag}", "name=nginx newTag=2", "nginx:2"),
            ("nginx:a b", "name=nginx newTag=2", "nginx:a b"),
            ("nginx@sha512:abc", "name=nginx newTag=2", "nginx@sha512:abc"),
            ("nginx:1", "name=nginx tagSuffix=-a", "nginx:1-a"),
            ("nginx", "name=nginx tagSuffix=-a", "nginx:-a"),
            ("nginx:1@sha256:abc", "name=nginx tagSuffix=-a", "nginx:1-a"),
            ("nginx:", "name=nginx newName=o", "o"),
            ("nginx@sha256:", "name=nginx newName=o", "o@sha256:"),
            ("/nginx:1", "name=/nginx newTag=2", "/nginx:2"),
            ("nginx:1", "newTag=2", "nginx:1"),
            (":1", "newTag=2", ":2"),
            ("nginx:1", "name=ngin. newTag=2", "nginx:2"),
            ("nginx:1", "name=ngin[xy] newTag=2", "nginx:2"),
            ("nginx:1", "name=ngin*x newTag=2", "nginx:2"),
            ("nginx:1", "name=(foo|nginx) newTag=2", "nginx:2"),
            ("foo:1", "name=foo|nginx newTag=2", "foo:2"),
            ("nginx/foo:1", "name=foo|nginx newTag=2", "nginx/foo:1"),
        ];
        for (old, entry, new) in cases {
            let image = image(entry);
            let rule = Rule::new(&image).expect("a fine name");
            assert_eq!(rule.change(old).as_deref().unwrap_or(old), new, "{old} by {entry}");
        }
    }
}

//! The shape that versions and the versions in constraints have in common.
//!
//! Masterminds/semver has regular expressions for it. The next character alone decides what they do, so they
//! are read here as they would match.

/// The pieces of `1.2.3-pre+metadata`, without the characters that announce them.
pub(super) struct Parts<'t> {
    pub major: &'t str,
    pub minor: Option<&'t str>,
    pub patch: Option<&'t str>,
    pub pre: Option<&'t str>,
    pub metadata: Option<&'t str>,
}

/// The longest version that a text starts with, and the rest. Numbers are made of the characters that
/// `is_number` takes.
pub(super) fn version(text: &str, is_number: fn(u8) -> bool) -> Option<(Parts<'_>, &str)> {
    let (major, mut rest) = run(text.strip_prefix('v').unwrap_or(text), is_number)?;
    let minor = marked('.', &mut rest, |text| run(text, is_number));
    let patch = marked('.', &mut rest, |text| run(text, is_number));
    let pre = marked('-', &mut rest, identifiers);
    let metadata = marked('+', &mut rest, identifiers);
    Some((Parts { major, minor, patch, pre, metadata }, rest))
}

pub(super) fn is_identifier(c: u8) -> bool {
    c == b'-' || c.is_ascii_alphanumeric()
}

/// What `read` finds behind a mark; without it nothing is taken.
fn marked<'t>(mark: char, rest: &mut &'t str, read: impl Fn(&'t str) -> Option<(&'t str, &'t str)>) -> Option<&'t str> {
    let (part, behind) = read(rest.strip_prefix(mark)?)?;
    *rest = behind;
    Some(part)
}

/// One or more identifiers, with dots between them.
fn identifiers(text: &str) -> Option<(&str, &str)> {
    let (_, mut rest) = run(text, is_identifier)?;
    while marked('.', &mut rest, |text| run(text, is_identifier)).is_some() {}
    Some(text.split_at(text.len() - rest.len()))
}

/// One or more characters of a kind, all of which are ASCII.
fn run(text: &str, is_one: fn(u8) -> bool) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(|c| is_one(*c)).count();
    (length > 0).then(|| text.split_at(length))
}

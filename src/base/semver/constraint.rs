//! Constraints: which versions are let through, and why others are not.

use std::cmp::Ordering;
use std::fmt;

use super::{Version, compare_prerelease, text};

/// The longest text that is read as a constraint.
const MOST_CONSTRAINT: usize = 512;
/// The most alternatives of one.
const MOST_GROUPS: usize = 32;

/// semver: Constraints. Groups of which one has to hold.
#[derive(Clone, Debug)]
pub struct Constraints {
    groups: Vec<Group>,
}

/// Constraints that have to hold together.
#[derive(Clone, Debug)]
struct Group {
    all: Vec<Constraint>,
    /// Whether one of them names a prerelease; otherwise none passes.
    takes_prereleases: bool,
}

#[derive(Clone, Debug)]
struct Constraint {
    operator: &'static str,
    check: Check,
    version: Version,
    /// The text of the version.
    original: String,
    /// The first part that is `x` or missing.
    open: Option<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Major,
    Minor,
    Patch,
}

type Check = fn(&Version, &Constraint) -> Result<(), Unmet>;

/// Why a version does not pass; `{c}` and `{v}` of the text are the constraint and the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unmet {
    Prerelease,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    OtherMajor,
    OtherMajorOrMinor,
    OtherMinor,
    OtherMinorOfZero,
    OtherPatchOfZero,
}

/// What may stand before a version, in the order of their length.
const OPERATORS: [(&str, Check); 12] = [
    ("", tilde_or_equal),
    ("=", tilde_or_equal),
    (">", greater),
    ("<", less),
    ("~", tilde),
    ("^", caret),
    ("!=", not_equal),
    (">=", greater_or_equal),
    ("=>", greater_or_equal),
    ("<=", less_or_equal),
    ("=<", less_or_equal),
    ("~>", tilde),
];

impl Constraints {
    /// semver: NewConstraint. Errors: Go's text.
    pub fn new(text: &str) -> Result<Constraints, String> {
        if text.len() > MOST_CONSTRAINT {
            return Err(format!("constraint string is too long (max {MOST_CONSTRAINT} bytes)"));
        }
        let text = rewrite_ranges(text);
        if text.split("||").count() > MOST_GROUPS {
            return Err(format!("too many constraint groups (max {MOST_GROUPS})"));
        }
        Ok(Constraints { groups: text.split("||").map(group).collect::<Result<_, _>>()? })
    }

    /// semver: Constraints.Check.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| group.all.iter().all(|one| group.check(one, version).is_ok()))
    }

    /// semver: Constraints.Validate. Errors: all that is in the way, Go's texts.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        let mut saw_prerelease = false;
        for group in &self.groups {
            let mut holds = true;
            for one in &group.all {
                let Err(unmet) = group.check(one, version) else { continue };
                holds = false;
                // Go: that it is a prerelease is said once.
                if unmet != Unmet::Prerelease || !std::mem::replace(&mut saw_prerelease, true) {
                    reasons.push(unmet.text(version, &one.original));
                }
            }
            if holds {
                return Ok(());
            }
        }
        Err(reasons)
    }
}

/// semver: Constraints.String.
impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, group) in self.groups.iter().enumerate() {
            f.write_str(if at > 0 { " || " } else { "" })?;
            for (at, one) in group.all.iter().enumerate() {
                let space = if at > 0 { " " } else { "" };
                write!(f, "{space}{}{}", one.operator, one.original)?;
            }
        }
        Ok(())
    }
}

impl Group {
    fn check(&self, constraint: &Constraint, version: &Version) -> Result<(), Unmet> {
        match version.prerelease().is_empty() || self.takes_prereleases {
            true => (constraint.check)(version, constraint),
            false => Err(Unmet::Prerelease),
        }
    }
}

impl Unmet {
    fn text(self, version: &Version, constraint: &str) -> String {
        let reason = match self {
            Unmet::Prerelease => {
                return format!(
                    "\"{version}\" is a prerelease version and the constraint is only looking for release versions"
                );
            }
            Unmet::Equal => "is equal to",
            Unmet::NotEqual => "is not equal to",
            Unmet::Less => "is less than",
            Unmet::LessOrEqual => "is less than or equal to",
            Unmet::Greater => "is greater than",
            Unmet::GreaterOrEqual => "is greater than or equal to",
            Unmet::OtherMajor => "does not have same major version as",
            Unmet::OtherMajorOrMinor => "does not have same major and minor version as",
            Unmet::OtherMinor | Unmet::OtherMinorOfZero => "does not have same minor version as",
            Unmet::OtherPatchOfZero => "does not equal",
        };
        let end = match self {
            Unmet::OtherMinorOfZero => ". Expected minor versions to match when constraint major version is 0",
            Unmet::OtherPatchOfZero => ". Expect version and constraint to equal when major and minor versions are 0",
            _ => "",
        };
        format!("\"{version}\" {reason} \"{constraint}\"{end}")
    }
}

/// Go: `1.2 - 1.4` becomes `>= 1.2, <= 1.4 ` wherever it stands, before anything else is read.
fn rewrite_ranges(text: &str) -> String {
    let mut out = text.to_string();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        match range(rest) {
            Some((low, high, behind)) => {
                let whole = &rest[..rest.len() - behind.len()];
                // Go: the first place of the same text is replaced, wherever the range was found.
                out = out.replacen(whole, &format!(">= {low}, <= {high} "), 1);
                rest = behind;
            }
            None => rest = &rest[next.len_utf8()..],
        }
    }
    out
}

/// Two versions with a hyphen between them at the start of a text, and what is behind them.
fn range(text: &str) -> Option<(&str, &str, &str)> {
    let (low, rest) = version_text(skip_space(text))?;
    let hyphen = skip_space(rest).strip_prefix('-')?;
    let (high, behind) = version_text(skip_space(hyphen))?;
    let spaced = rest.starts_with(is_space) && hyphen.starts_with(is_space);
    spaced.then(|| (low, high, skip_space(behind)))
}

/// One of the alternatives.
fn group(text: &str) -> Result<Group, String> {
    let improper = || format!("improper constraint: {text:?}");
    let mut found = Vec::new();
    let mut rest = skip_space(text);
    loop {
        let operator;
        (operator, rest) = rest.split_at(rest.len() - rest.trim_start_matches(['=', '!', '<', '>', '~', '^']).len());
        let (operator, check) = *OPERATORS.iter().find(|(name, _)| *name == operator).ok_or_else(improper)?;
        let (version, behind) = version_text(skip_space(rest)).ok_or_else(improper)?;
        found.push((operator, check, version));

        let next = skip_space(behind);
        if next.is_empty() {
            break;
        }
        rest = match next.strip_prefix(',') {
            Some(behind) => skip_space(behind),
            None if next.len() < behind.len() => next,
            None => return Err(improper()),
        };
    }
    // Go: only once all of it has the right shape, each is read.
    let all = found.into_iter().map(|(operator, check, version)| constraint(operator, check, version));
    let all = all.collect::<Result<Vec<_>, _>>()?;
    let takes_prereleases = all.iter().any(|one| !one.version.prerelease().is_empty());
    Ok(Group { all, takes_prereleases })
}

fn constraint(operator: &'static str, check: Check, original: &str) -> Result<Constraint, String> {
    let broken = || "constraint parser error".to_string();
    let (parts, _) = text::version(original, is_number_or_x).ok_or_else(broken)?;
    let is_x = |part: Option<&str>| matches!(part, None | Some("x" | "X" | "*"));
    let pre = parts.pre.map(|pre| format!("-{pre}")).unwrap_or_default();
    let minor = parts.minor.unwrap_or_default();
    let (open, version) = if is_x(Some(parts.major)) {
        (Some(Part::Major), format!("0.0.0{pre}"))
    } else if is_x(parts.minor) {
        (Some(Part::Minor), format!("{}.0.0{pre}", parts.major))
    } else if is_x(parts.patch) {
        (Some(Part::Patch), format!("{}.{minor}.0{pre}", parts.major))
    } else {
        (None, original.to_string())
    };
    let version = Version::new(&version).map_err(|_| broken())?;
    Ok(Constraint { operator, check, version, original: original.to_string(), open })
}

fn version_text(text: &str) -> Option<(&str, &str)> {
    let (_, behind) = text::version(text, is_number_or_x)?;
    Some(text.split_at(text.len() - behind.len()))
}

/// Go: the bar is part of the library's character class too; no such number is one in the end.
fn is_number_or_x(c: u8) -> bool {
    matches!(c, b'0'..=b'9' | b'x' | b'X' | b'*' | b'|')
}

/// Go: `\s` is ASCII, without the vertical tab.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

fn unless(unmet: Unmet, holds: bool) -> Result<(), Unmet> {
    if holds { Ok(()) } else { Err(unmet) }
}

fn not_equal(v: &Version, c: &Constraint) -> Result<(), Unmet> {
    let con = &c.version;
    match c.open {
        None => unless(Unmet::Equal, v.compare(con).is_ne()),
        Some(_) if con.major != v.major => Ok(()),
        Some(Part::Minor) => Err(Unmet::Equal),
        Some(_) if con.minor != v.minor => Ok(()),
        // Go: with `1.2.x` only the prereleases can still differ.
        Some(Part::Patch) => unless(Unmet::Equal, compare_prerelease(v.prerelease(), con.prerelease()).is_ne()),
        Some(Part::Major) => unless(Unmet::Equal, v.compare(con).is_ne()),
    }
}

/// Go: nothing of 11 is greater than `>11`, and nothing of 11.1 than `>11.1`.
fn greater(v: &Version, c: &Constraint) -> Result<(), Unmet> {
    let con = &c.version;
    let is_greater = match c.open {
        Some(_) if v.major != con.major => v.major > con.major,
        Some(Part::Minor) => false,
        Some(Part::Patch) => v.minor > con.minor,
        Some(Part::Major) | None => v.compare(con).is_gt(),
    };
    unless(Unmet::LessOrEqual, is_greater)
}

fn less(v: &Version, c: &Constraint) -> Result<(), Unmet> {
    unless(Unmet::GreaterOrEqual, v.compare(&c.version).is_lt())
}

fn greater_or_equal(v: &Version, c: &Constraint) -> Result<(), Unmet> {
    unless(Unmet::Less, v.compare(&c.version).is_ge())
}

/// Go: all of 11 is at most `<=11`, and all of 11.1 at most `<=11.1`.
fn less_or_equal(v: &Version, c: &Constraint) -> Result<(), Unmet> {
    let con = &c.version;
    let order = match c.open {
        None => v.compare(con),
        Some(_) if v.major != con.major => v.major.cmp(&con.major),
        Some(Part::Minor) => Ordering::Equal,
        Some(Part::Major | Part::Patch) => v.minor.cmp(&con.minor),
    };
    unless(Unmet::Greater, order.is_le())
}

/// `~1` is 1.x, `~1.2` and `~1.2.3` are 1.2.x from there on.
fn tilde(v: &Version, c: &Constraint) -> Result<(), Unmet> {
    let con = &c.version;
    unless(Unmet::Less, v.compare(con).is_ge())?;
    // Go: `~0.0.0` and `~*` take everything.
    let is_zero = con.major == 0 && con.minor == 0 && con.patch == 0;
    if is_zero && matches!(c.open, None | Some(Part::Major)) {
        return Ok(());
    }
    unless(Unmet::OtherMajor, v.major == con.major)?;
    unless(Unmet::OtherMajorOrMinor, v.minor == con.minor || c.open == Some(Part::Minor))
}

fn tilde_or_equal(v: &Version, c: &Constraint) -> Result<(), Unmet> {
    match c.open {
        Some(_) => tilde(v, c),
        None => unless(Unmet::NotEqual, v.compare(&c.version).is_eq()),
    }
}

/// The first part that is not 0 has to stay: `^1.2` is 1.x from there on, `^0.2` is 0.2.x, `^0.0.3` itself.
fn caret(v: &Version, c: &Constraint) -> Result<(), Unmet> {
    let con = &c.version;
    unless(Unmet::Less, v.compare(con).is_ge())?;
    unless(Unmet::OtherMajor, v.major == con.major)?;
    if con.major > 0 || c.open == Some(Part::Minor) {
        return Ok(());
    }
    if con.minor > 0 || c.open == Some(Part::Patch) {
        return unless(Unmet::OtherMinorOfZero, v.minor == con.minor);
    }
    unless(Unmet::OtherMinor, v.minor == 0)?;
    unless(Unmet::OtherPatchOfZero, v.patch == con.patch)
}

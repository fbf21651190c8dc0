//! Which lines of a YAML text may hold secret data, judged by the text alone.
//!
//! Errors end up in logs that many people read. A text with a syntax error has no nodes that would
//! tell what a line is, so this looks at words and indentation, and where it cannot be sure it
//! says yes:
//!
//! - only documents that speak of a Secret at all are looked at: a `kind` of Secret, `stringData`,
//!   `secretGenerator`, JSON patches of `/data` (case of letters aside where YAML puts it aside);
//! - of a Secret itself only lines such as `kind: …` or `metadata.name` are shown;
//! - of other documents everything is shown but the items of a `secretGenerator`, what stands
//!   under `data` or `value`, and lines with or within `{…}` and `[…]`;
//! - of no document a line is shown in which an address has a user, who may be a token, or a password.
//!
//! **Invariant:** an error costs a reader a source line too many rather than a secret.
//!
//! **Not here:** what the typed code knows. It masks its labels itself.

/// Keys whose values are secret in a document that speaks of Secrets.
const SECRET_KEYS: [&str; 4] = ["data", "stringdata", "binarydata", "value"];
/// Keys of a `secretGenerator` that hold secrets or the names of files with secrets.
const GENERATOR_KEYS: [&str; 6] = ["secretgenerator", "literals", "files", "envs", "env", "kvsources"];
/// What of a secretGenerator's item may be shown.
const GENERATOR_SHOWN: [&str; 7] =
    ["name", "namespace", "behavior", "type", "options", "disablenamesuffixhash", "immutable"];
/// What of a Secret may be shown, as paths.
const SECRET_SHOWN: [&str; 10] = [
    "apiversion",
    "kind",
    "type",
    "immutable",
    "metadata",
    "metadata.name",
    "metadata.namespace",
    "metadata.generatename",
    "metadata.labels",
    "metadata.annotations",
];

/// May the line (counted from 1) hold secret data?
pub fn may_hold_secrets(text: &str, line: usize) -> bool {
    // Not UTF-8 without NUL: words cannot be found in it.
    if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
        return true;
    }
    let lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let at = line.saturating_sub(1).min(lines.len() - 1);
    // Not `-----BEGIN PRIVATE KEY-----`, which a wrong indentation leaves at the margin.
    let is_start =
        |line: &&str| line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    let from = lines[..=at].iter().rposition(is_start).unwrap_or(0);
    let to = lines[at + 1..].iter().position(is_start).map_or(lines.len(), |n| at + 1 + n);
    let document = &lines[from..to];
    let at = at - from;
    if has_credentials(document[at]) {
        return true;
    }
    if !document.iter().any(|line| speaks_of_secrets(line)) {
        return false;
    }
    let here = document[at];
    let other_breaks = ['\r', '\u{85}', '\u{2028}', '\u{2029}'];
    if here.contains(['{', '}', '[', ']']) || here.contains(other_breaks) || is_within_brackets(&document[..at]) {
        return true;
    }
    if document.iter().any(|line| is_secret_at_top(line)) {
        !is_shown_of_a_secret(document, at)
    } else {
        is_hidden_elsewhere(document, at)
    }
}

/// `https://token@host`, `ssh://user:password@host`; not the `git@` of ssh.
fn has_credentials(line: &str) -> bool {
    line.match_indices("://").any(|(at, separator)| {
        let authority = line[at + separator.len()..].split(|c: char| c == '/' || c.is_whitespace()).next();
        let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
        let is_ssh = line[..at].to_ascii_lowercase().ends_with("ssh");
        user.is_some_and(|user| !is_ssh || user.contains(':'))
    })
}

fn speaks_of_secrets(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    lower.contains("secretgenerator")
        || lower.contains("stringdata")
        || lower.contains("/data")
        || kinds(line).any(is_secret_kind)
        || last_word(line).is_some_and(is_secret_kind)
}

/// Does the document itself, or the List it is, hold a Secret?
fn is_secret_at_top(line: &str) -> bool {
    let Some(entry) = Entry::new(line).filter(|entry| entry.column == 0) else {
        return false;
    };
    match entry.key.to_ascii_lowercase().as_str() {
        "stringdata" => true,
        "kind" => kinds(line).any(|kind| is_secret_kind(kind) || kind == "List"),
        _ => entry.has_value && last_word(line).is_some_and(is_secret_kind),
    }
}

fn is_secret_kind(word: &str) -> bool {
    matches!(word, "Secret" | "SecretList" | "SecretGenerator")
}

/// What follows each `kind`, as a bare word.
fn kinds(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("kind").map(move |(at, _)| {
        let rest = line[at + 4..].trim_start_matches(['"', '\'', ' ', '\t', ':']);
        rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
    })
}

/// The last word of a line, its comment left out.
fn last_word(line: &str) -> Option<&str> {
    let line = line.split(" #").next().unwrap_or_default();
    line.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty())
}

fn is_within_brackets(before: &[&str]) -> bool {
    let count = |set: [char; 2]| before.iter().map(|line| line.matches(set).count()).sum::<usize>();
    count(['{', '[']) > count(['}', ']'])
}

fn is_shown_of_a_secret(document: &[&str], at: usize) -> bool {
    let Some(path) = path(document, at) else {
        return false;
    };
    let path = path.join(".");
    let path = path.strip_prefix("items.").unwrap_or(&path);
    let has_value = Entry::new(document[at]).is_some_and(|entry| entry.has_value);
    SECRET_SHOWN.contains(&path) || (!has_value && SECRET_KEYS.contains(&path))
}

/// In a kustomization, a patch, or an object that only refers to Secrets.
fn is_hidden_elsewhere(document: &[&str], at: usize) -> bool {
    // The nearest field at the left margin decides, however wrongly the lines below it are indented.
    let owner = document[..=at].iter().enumerate().rev().find_map(|(n, line)| {
        let entry = Entry::new(line).filter(|entry| entry.column == 0 && !entry.is_item)?;
        entry.key.bytes().all(|b| b.is_ascii_alphanumeric()).then_some((n, entry))
    });
    let path = path(document, at).unwrap_or_default();
    if let Some((n, owner)) =
        owner.filter(|(_, owner)| GENERATOR_KEYS.contains(&owner.key.to_ascii_lowercase().as_str()))
    {
        let is_field = matches!(&path[..], [_, field] if GENERATOR_SHOWN.contains(&field.as_str()));
        return !(is_field || (n == at && !owner.has_value));
    }
    path.iter().any(|key| SECRET_KEYS.contains(&key.as_str()))
}

/// `- key: value`, with the column of the key.
struct Entry {
    key: String,
    /// Where the line's text begins, a dash included.
    start: usize,
    column: usize,
    is_item: bool,
    has_value: bool,
}

impl Entry {
    fn new(line: &str) -> Option<Entry> {
        let trimmed = line.trim_start();
        let start = line.len() - trimmed.len();
        let text = trimmed.trim_start_matches(['-', ' ']);
        let (key, value) = text.split_once(':')?;
        let key = key.trim().trim_matches(['"', '\'']);
        if key.starts_with('#') || !(value.is_empty() || value.starts_with([' ', '\t', '"', '\''])) {
            return None;
        }
        let value = value.split(" #").next().unwrap_or_default().trim();
        Some(Entry {
            key: key.to_owned(),
            start,
            column: line.len() - text.len(),
            is_item: trimmed.starts_with("- "),
            has_value: !value.is_empty(),
        })
    }
}

/// The keys above a line by indentation, outermost first and in lower case, its own last. `None`
/// for a line that is no entry of a mapping and stands under none.
fn path(document: &[&str], at: usize) -> Option<Vec<String>> {
    let here = document[at];
    let mut path: Vec<String> = Vec::new();
    let mut limit = here.len() - here.trim_start().len();
    let mut is_item = here.trim_start().starts_with('-');
    match Entry::new(here) {
        Some(entry) => path.push(entry.key.to_ascii_lowercase()),
        None => path.push("?".to_owned()),
    }
    for entry in document[..at].iter().rev().filter_map(|line| Entry::new(line)) {
        if entry.column < limit || (is_item && entry.column == limit && !entry.is_item) {
            path.push(entry.key.to_ascii_lowercase());
        } else if !(entry.is_item && entry.start < limit) {
            continue;
        }
        limit = entry.start;
        is_item = entry.is_item;
    }
    path.reverse();
    (path != ["?"]).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that would be drawn, by their numbers.
    fn shown(text: &str) -> Vec<usize> {
        (1..=text.lines().count()).filter(|line| !may_hold_secrets(text, *line)).collect()
    }

    #[test]
    fn objects_that_are_no_secrets_are_shown() {
        let text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\nspec:\n  secretName: {x: y}\n";
        assert_eq!(shown(text), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn addresses_with_credentials_are_hidden() {
        let text = "- https://host/a@b\n- https://t0ken@host/a\n- git::http://u:p@host\n- ssh://git@host/a\n\
                    - ssh://git:p@host/a\n- git@host:a/b\n- https://host/ https://me@host/\n";
        assert_eq!(shown(text), [1, 4, 6]);
    }

    #[test]
    fn of_a_secret_only_what_names_it_is_shown() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  labels:\n    a: b\ntype: Opaque\nstringData:\n  \
                    name: hunter2\ndata: aHVudGVyMg==\n";
        assert_eq!(shown(text), [1, 2, 3, 4, 5, 7, 8]);
    }

    #[test]
    fn a_secret_is_known_however_broken_its_text_is() {
        for kind in [
            "kind:Secret",
            "kind : 'Secret'",
            "\"kind\":  \"Secret",
            "kind Secret",
            "knd: Secret # x",
            "- kind: Secret",
        ] {
            for data in
                ["data:\n  password: hunter2", "stringData:\npassword: hunter2: x", "stringData:\n\tpassword: hunter2"]
            {
                let text = format!("apiVersion: v1\n{kind}\nmetadata:\n  name: x\n{data}\n");
                let secret = text.lines().position(|line| line.contains("hunter2")).unwrap() + 1;
                assert!(may_hold_secrets(&text, secret), "{text}");
            }
        }
    }

    #[test]
    fn flow_style_and_other_line_breaks_are_hidden() {
        assert!(shown("{\"kind\": \"Secret\",\n \"data\":\n{\"a\":\n\"b\"}}\n").is_empty());
        assert!(shown("kind: Secret\rdata:\r  a: b\n").is_empty());
        assert_eq!(shown("kind: Secret\r\ndata:\r\n  a: b\r\n"), [1, 2]);
        assert!(shown("k\0i\0n\0d\0:\0\n").is_empty());
    }

    #[test]
    fn only_the_document_with_the_secret_counts() {
        let text = "kind: A\ndata:\n  a: b\n---\nkind: Secret\ndata:\n  a: b\n---\nkind: B\nvalue: x\n";
        assert_eq!(shown(text), [1, 2, 3, 5, 6, 8, 9, 10]);
    }

    #[test]
    fn a_key_at_the_margin_is_no_new_document() {
        let text = "kind: Secret\nstringData:\n  key: |\n-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n---\nkind: A\n";
        assert_eq!(shown(text), [1, 2, 7, 8]);
    }

    #[test]
    fn of_a_list_the_secrets_are_hidden() {
        let text = "kind: List\nitems:\n- kind: Secret\n  metadata:\n    name: x\n  data:\n    a: b\n";
        assert_eq!(shown(text), [1, 3, 4, 5, 6]);
    }

    #[test]
    fn of_a_kustomization_the_generator_is_hidden() {
        let text = "namePrefux: a-\nsecretGenerator:\n- name: db\n  literals:\n  - password=hunter2\n  - a\n  behaviour: x\n  type: \
                    Opaque\n- name: two\n  envs: [a.env]\nconfigMapGenerator:\n- name: x\n  literals:\n  - a=b\nimages: 5\n";
        assert_eq!(shown(text), [1, 2, 3, 8, 9, 11, 12, 13, 14, 15]);
        // Indented wrongly, or spelt in the other cases that YAML's reader takes.
        let text =
            "SecretGenerator:\n- name: db\nliterals:\n- password=hunter2: x\npassword=hunter2: x\nnamespace: x\n";
        assert_eq!(shown(text), [1, 2, 3, 6]);
    }

    #[test]
    fn inline_patches_of_secrets_are_hidden() {
        let text = "patches:\n- patch: |-\n    kind: Secret\n    metadata:\n      name: x\n    stringData:\n      a: hunter2\n  \
                    target:\n    kind: Deployment\n- path: x.yaml\n";
        assert_eq!(shown(text), [1, 2, 3, 4, 5, 8, 9, 10]);
        let text = "- op: replace\n  path: /data/password\n  value: hunter2\n- op: add\n  path: /metadata\n  value:\n    a: b\n";
        assert_eq!(shown(text), [1, 2, 4, 5]);
    }
}

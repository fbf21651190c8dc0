//! A lock as it stands in its file, which is made to be read in reviews: TOML, sorted, the same for the same entries.

use super::{Entries, Pin, Thing};
use crate::fetch::Digest;
use crate::gotmpl::{Key, Value};
use crate::helm::toml;

/// Of the format.
pub const VERSION: i64 = 1;

const HEAD: &str = "\
# What this kustomization uses from elsewhere: `kz build` uses exactly that. `kz lock --check` tells whether it is still
# what is there, `kz lock --update` renews it.
";

const CHART: &str = "chart";
const FILE: &str = "file";
const FOLDER: &str = "folder";
const GIT: &str = "git";

/// The text of a lock.
pub fn write(entries: &Entries) -> String {
    let mut out = format!("{HEAD}version = {VERSION}\n");
    for (thing, pin) in entries {
        let (kind, fields) = fields(thing, pin);
        out += &format!("\n[[{kind}]]\n");
        // Of what may be empty nothing is said then.
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            out += &format!("{name} = {}\n", toml::quoted(value));
        }
    }
    out
}

fn fields(thing: &Thing, pin: &Pin) -> (&'static str, Vec<(&'static str, String)>) {
    let (kind, mut fields) = match thing {
        Thing::Chart { name, repo, asked } => {
            (CHART, vec![("name", name.clone()), ("repo", repo.clone()), ("asked", asked.clone())])
        }
        Thing::File { url } => (FILE, vec![("url", url.clone())]),
        Thing::Folder { path } => (FOLDER, vec![("path", path.clone())]),
        Thing::Git { url, reference } => (GIT, vec![("url", url.clone()), ("ref", reference.clone())]),
    };
    match pin {
        Pin::Commit(id) => fields.push(("commit", id.clone())),
        Pin::Content(digest) => fields.push(("digest", digest.to_string())),
        Pin::Chart { version, manifest, archive } => fields.extend([
            ("version", version.clone()),
            ("manifest", manifest.map(|digest| digest.to_string()).unwrap_or_default()),
            ("digest", archive.to_string()),
        ]),
    }
    (kind, fields)
}

/// The version of the format of a text.
///
/// Errors: why the text is no lock.
pub fn version(text: &[u8]) -> Result<i64, String> {
    match toml::read(text)?.as_map().and_then(|root| root.get(b"version")) {
        Some(Value::Int(version, _)) if version > 0 => Ok(version),
        _ => Err("it has no `version`".to_owned()),
    }
}

/// What a text says, whatever its version.
///
/// Errors: why it cannot be read.
pub fn read(text: &[u8]) -> Result<Entries, String> {
    let mut entries = Entries::new();
    let root = toml::read(text)?;
    let Some(root) = root.as_map() else { return Ok(entries) };
    for (kind, list) in root.entries().iter() {
        let kind = name_of(kind);
        if kind == "version" {
            continue;
        }
        let list = list.value.as_list().ok_or_else(|| format!("`{kind}` is no list of tables"))?;
        for table in list.items().iter() {
            let (thing, pin) = entry(&kind, table).map_err(|why| format!("in `[[{kind}]]`: {why}"))?;
            let again = format!("{thing} is there twice");
            if entries.insert(thing, pin).is_some() {
                return Err(again);
            }
        }
    }
    Ok(entries)
}

fn entry(kind: &str, table: &Value) -> Result<(Thing, Pin), String> {
    let mut fields = Fields::of(table)?;
    let thing = match kind {
        CHART => {
            Thing::Chart { name: fields.take("name")?, repo: fields.take("repo")?, asked: fields.take_any("asked") }
        }
        FILE => Thing::File { url: fields.take("url")? },
        FOLDER => Thing::Folder { path: fields.take("path")? },
        GIT => Thing::Git { url: fields.take("url")?, reference: fields.take_any("ref") },
        _ => return Err("there is no such kind of entry".to_owned()),
    };
    let pin = match &thing {
        Thing::Git { .. } => Pin::Commit(commit(fields.take("commit")?)?),
        Thing::File { .. } | Thing::Folder { .. } => Pin::Content(digest(&fields.take("digest")?)?),
        Thing::Chart { .. } => Pin::Chart {
            version: fields.take("version")?,
            manifest: Some(fields.take_any("manifest"))
                .filter(|text| !text.is_empty())
                .map(|t| digest(&t))
                .transpose()?,
            archive: digest(&fields.take("digest")?)?,
        },
    };
    fields.end()?;
    Ok((thing, pin))
}

fn digest(text: &str) -> Result<Digest, String> {
    let digest = Digest::parse(text).filter(|_| text.starts_with("sha256:"));
    digest.ok_or_else(|| format!("`{text}` is no digest, which is `sha256:` and 64 digits"))
}

fn commit(text: String) -> Result<String, String> {
    let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if is_id { Ok(text) } else { Err(format!("`{text}` is no full id of a commit")) }
}

/// The fields of an entry that were not looked at yet.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(table: &Value) -> Result<Fields, String> {
        let table = table.as_map().ok_or("it is no table")?;
        let text = |(key, value): (&Key, &crate::gotmpl::Entry)| {
            let name = name_of(key);
            let text = value.value.as_str().ok_or_else(|| format!("`{name}` is no text"))?.to_text().into_owned();
            Ok((name, text))
        };
        table.entries().iter().map(text).collect::<Result<_, String>>().map(Fields)
    }

    fn take_any(&mut self, name: &str) -> String {
        let at = self.0.iter().position(|(key, _)| key == name);
        at.map(|at| self.0.swap_remove(at).1).unwrap_or_default()
    }

    fn take(&mut self, name: &str) -> Result<String, String> {
        match self.take_any(name) {
            text if text.is_empty() => Err(format!("`{name}` is missing")),
            text => Ok(text),
        }
    }

    fn end(&self) -> Result<(), String> {
        self.0.first().map_or(Ok(()), |(name, _)| Err(format!("there is no field `{name}`")))
    }
}

fn name_of(key: &Key) -> String {
    String::from_utf8_lossy(key.as_ref()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Entries {
        let digest = Digest::of;
        let chart = |manifest| Pin::Chart { version: "1.2.0".into(), manifest, archive: digest(b"c") };
        Entries::from([
            (Thing::chart("https://host/charts", "web", "^1.0"), chart(None)),
            (Thing::chart("oci://host/charts", "web", ""), chart(Some(digest(b"m")))),
            (Thing::File { url: "https://host/\"x\\.yaml?…12".into() }, Pin::Content(digest(b"f"))),
            (Thing::Folder { path: "charts/db".into() }, Pin::Content(digest(b"d"))),
            (Thing::Git { url: "https://host/o/r".into(), reference: String::new() }, Pin::Commit("a1".repeat(20))),
        ])
    }

    #[test]
    fn what_is_written_is_read() {
        let text = write(&entries());
        assert_eq!(version(text.as_bytes()), Ok(VERSION));
        assert_eq!(read(text.as_bytes()), Ok(entries()));
        let web =
            "\n[[chart]]\nname = \"web\"\nrepo = \"https://host/charts\"\nasked = \"^1.0\"\nversion = \"1.2.0\"\n";
        assert!(text.starts_with(&format!("{HEAD}version = 1\n{web}digest = \"sha256:")), "{text}");
        assert!(text.contains("\nurl = \"https://host/\\\"x\\\\.yaml?…12\"\n"), "{text}");
        assert!(text.ends_with(&format!("\n[[git]]\nurl = \"https://host/o/r\"\ncommit = \"{}\"\n", "a1".repeat(20))));
    }

    #[test]
    fn what_is_no_lock_is_refused() {
        for (text, why) in [
            ("version = ", "toml: line 1"),
            ("<<<<<<< ours\nversion = 1\n", "toml: line 1"),
            ("", "it has no `version`"),
            ("version = \"1\"", "it has no `version`"),
            ("version = 1\n[git]\nurl = \"x\"", "`git` is no list of tables"),
            ("version = 1\n[[image]]\nurl = \"x\"", "in `[[image]]`: there is no such kind of entry"),
            ("version = 1\n[[git]]\nurl = \"x\"", "in `[[git]]`: `commit` is missing"),
            ("version = 1\n[[git]]\nurl = 1", "in `[[git]]`: `url` is no text"),
            ("version = 1\n[[git]]\nurl = \"x\"\ncommit = \"main\"", "in `[[git]]`: `main` is no full id"),
            ("version = 1\n[[file]]\nurl = \"x\"\ndigest = \"1\"", "in `[[file]]`: `1` is no digest"),
        ] {
            let found = version(text.as_bytes()).map(drop).and_then(|()| read(text.as_bytes()).map(drop));
            assert!(found.as_ref().is_err_and(|found| found.starts_with(why)), "{text}: {found:?}");
        }
        let twice = write(&entries());
        let git = twice.split("\n\n").last().unwrap();
        assert!(read(format!("{twice}\n{git}").as_bytes()).unwrap_err().ends_with("is there twice"));
        assert!(read(format!("{twice}branch = \"x\"\n").as_bytes()).unwrap_err().ends_with("no field `branch`"));
    }
}

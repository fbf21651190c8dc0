//! `.kz.toml`: what a repository wants of every `kz diff` in it, and where its releases are kept.
//!
//! **Invariant:** it hides nothing that a flag asks for, and never shows values of Secrets.

use std::path::{Path, PathBuf};

use kz::base::fs::slashed;
use kz::base::suggest::nearest;
use kz::base::{Diagnostic, FileSystem, Result, SourceId, Sources, Span};
use kz::gotmpl::Value;
use kz::helm::toml;
use kz::release::store::Address;

use super::diff::FORMATS;

pub const FILE_NAME: &str = ".kz.toml";

/// What the tables `[diff]` and `[release]` say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The store of releases, as `--store` names it; a folder that is not absolute counts from the file's.
    pub store: Option<String>,
    /// They count beside those of the command line.
    pub ignore: Vec<String>,
    /// They count where the command line has none.
    pub only: Vec<String>,
    pub format: Option<String>,
}

/// The tables and what they may hold.
const TABLES: [(&str, &[&str]); 2] = [("diff", &["ignore", "only", "format"]), ("release", &["store"])];

/// Reads the nearest one, from the working directory up to the top of its repository. None is as good as an empty one.
///
/// Errors: `settings`: it cannot be read, or says what it cannot say.
pub fn find(fs: &dyn FileSystem, working_dir: &Path, sources: &Sources) -> Result<Settings> {
    let Some(path) = place(fs, working_dir) else { return Ok(Settings::default()) };
    let shown = slashed(path.strip_prefix(working_dir).unwrap_or(&path));
    let text = fs.read(&path).map_err(|error| {
        Diagnostic::new("settings", format!("cannot read `{shown}`: {error}")).help("see whether this user may read it")
    })?;
    let source = sources.add(shown, text.clone());
    let mut settings = File { source, text: &text }.settings()?;
    if let (Some(Address::Folder(store)), Some(folder)) =
        (settings.store.as_deref().map(Address::parse).transpose()?, path.parent())
    {
        settings.store = Some(folder.join(store).to_string_lossy().into_owned());
    }
    Ok(settings)
}

/// Outside of a repository only the working directory counts: what lies above may be anybody's.
fn place(fs: &dyn FileSystem, working_dir: &Path) -> Option<PathBuf> {
    let is_top = |folder: &Path| fs.is_dir(&folder.join(".git")) || fs.is_file(&folder.join(".git"));
    let top = working_dir.ancestors().find(|folder| is_top(folder)).unwrap_or(working_dir);
    let folders = working_dir.ancestors().take_while(|folder| folder.starts_with(top));
    folders.map(|folder| folder.join(FILE_NAME)).find(|path| fs.is_file(path))
}

struct File<'f> {
    source: SourceId,
    text: &'f [u8],
}

impl File<'_> {
    fn settings(&self) -> Result<Settings> {
        let root = toml::read(self.text).map_err(|message| {
            let words = message.split_once("line ").map_or("", |(_, rest)| rest);
            let line = words.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().parse().unwrap_or(1);
            Diagnostic::new("settings", message).at(self.line(line)).help("see https://toml.io")
        })?;
        let mut settings = Settings::default();
        self.each(&root, &TABLES.map(|(table, _)| table), "", |table, content| {
            if content.as_map().is_none() {
                return Err(self.wrong(table, &format!("`{table}` is a table: `[{table}]`")));
            }
            let keys = TABLES.iter().find(|(known, _)| *known == table).map_or(&[][..], |(_, keys)| keys);
            self.each(content, keys, &format!("{table}."), |key, value| {
                match key {
                    "ignore" => settings.ignore = self.texts(key, value)?,
                    "only" => settings.only = self.texts(key, value)?,
                    "format" => settings.format = Some(self.format(key, value)?),
                    _ => settings.store = Some(self.store(key, value)?),
                }
                Ok(())
            })
        })?;
        Ok(settings)
    }

    /// Does something with each entry of a table whose keys are known.
    fn each(
        &self,
        table: &Value,
        known: &[&str],
        prefix: &str,
        mut with: impl FnMut(&str, &Value) -> Result<()>,
    ) -> Result<()> {
        let Some(table) = table.as_map() else { return Ok(()) };
        for (key, entry) in table.entries().iter() {
            let key = String::from_utf8_lossy(key).into_owned();
            if !known.contains(&key.as_str()) {
                let message = format!("there is no setting `{prefix}{key}`");
                let help = match nearest(&key, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if key == "show-secrets" => "who wants to see secrets says so on the command line".to_owned(),
                    None => format!("there is {}", told(known)),
                };
                return Err(Diagnostic::new("settings", message).at(self.place(&key)).help(help));
            }
            with(&key, &entry.value)?;
        }
        Ok(())
    }

    fn texts(&self, key: &str, value: &Value) -> Result<Vec<String>> {
        let text = |item: &Value| item.as_str().map(|text| text.to_text().into_owned());
        let texts = value.as_list().and_then(|list| list.items().iter().map(text).collect::<Option<Vec<_>>>());
        texts.ok_or_else(|| self.wrong(key, &format!("`diff.{key}` is a list of texts")))
    }

    fn format(&self, key: &str, value: &Value) -> Result<String> {
        let text = value.as_str().map(|text| text.to_text().into_owned());
        text.filter(|text| FORMATS.contains(&text.as_str()))
            .ok_or_else(|| self.wrong(key, &format!("`diff.format` is one of {}", told(&FORMATS))))
    }

    fn store(&self, key: &str, value: &Value) -> Result<String> {
        let text = value.as_str().map(|text| text.to_text().into_owned()).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| self.wrong(key, "`release.store` is a text, as of `--store`"))?;
        Address::parse(&text).map_err(|error| error.at(self.place(key)))?;
        Ok(text)
    }

    fn wrong(&self, key: &str, message: &str) -> Box<Diagnostic> {
        Diagnostic::new("settings", message)
            .at(self.place(key))
            .help("see the reference of `kz diff` and of `kz release`")
    }

    /// Where a key stands, as far as the text shows it.
    fn place(&self, key: &str) -> Span {
        let mut start = 0;
        for line in self.text.split_inclusive(|byte| *byte == b'\n') {
            let trimmed = line.trim_ascii_start();
            let bare = trimmed.strip_prefix(b"[").or(trimmed.strip_prefix(b"\"")).unwrap_or(trimmed);
            let prefix = [&b"diff."[..], b"release."].into_iter().find_map(|prefix| bare.strip_prefix(prefix));
            let bare = prefix.unwrap_or(bare);
            if bare
                .strip_prefix(key.as_bytes())
                .is_some_and(|rest| !rest.first().is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'-'))
            {
                let at = start + line.len() - bare.len();
                return Span::new(self.source, at, at + key.len());
            }
            start += line.len();
        }
        Span::new(self.source, 0, 0)
    }

    /// All of a line, from 1.
    fn line(&self, number: usize) -> Span {
        let start: usize =
            self.text.split_inclusive(|byte| *byte == b'\n').take(number.saturating_sub(1)).map(<[u8]>::len).sum();
        let length =
            self.text.get(start..).unwrap_or_default().split(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len);
        Span::new(self.source, start, start + length)
    }
}

/// Names as they are told: `a`, `b`.
fn told(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

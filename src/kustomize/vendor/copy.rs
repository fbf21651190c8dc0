//! The files of a copy, made of the steps of a build.
//!
//! **Invariant:** of a file only the scalars that name something are rewritten; comments and styles stay.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::places::Places;
use crate::base::fs::{clean, is_absolute, relative, slashed};
use crate::base::{Diagnostic, Result, SourceId, Sources};
use crate::kustomize::kustomization::Text;
use crate::kustomize::loader::{File, RepoSpec, is_remote_file, shown};
use crate::kustomize::trail::{Named, Step};

/// By their places.
pub type Files = BTreeMap<PathBuf, Arc<[u8]>>;

/// The files of a copy of the directory `root`.
///
/// Errors: `vendor-clash`, `vendor-edit`, `bad-url`.
pub fn of_steps(sources: &Sources, root: &Path, steps: Vec<Step>) -> Result<Files> {
    let mut places = Places::new(root);
    for step in &steps {
        if let Step::Repository { spec, commit, tree } = step {
            places.add_repository(spec, commit, tree);
        }
    }
    let mut copy = Copy { sources, places, files: Files::new(), of_source: HashMap::new(), edits: BTreeMap::new() };
    // What is rewritten has to be there first.
    steps.iter().try_for_each(|step| copy.put(step))?;
    steps.iter().try_for_each(|step| copy.lead(step))?;
    Ok(copy.written())
}

struct Copy<'c> {
    sources: &'c Sources,
    places: Places,
    files: Files,
    of_source: HashMap<SourceId, PathBuf>,
    /// By file, and in it by the bytes that are replaced.
    edits: BTreeMap<PathBuf, BTreeMap<(u32, u32), String>>,
}

impl Copy<'_> {
    fn put(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::Repository { .. } | Step::Folder { .. } => Ok(()),
            Step::Kustomization { path, file } => self.put_file(self.places.of(path), file, &Text::default()),
            Step::File { by, file } => self.put_file(self.place_of_file(by)?, file, &by.text),
            Step::Chart { by, folder, files, .. } => {
                let place = self.places.of(folder);
                files.iter().try_for_each(|(name, text)| self.insert(clean(&place.join(name)), text.clone(), &by.text))
            }
        }
    }

    fn put_file(&mut self, place: PathBuf, file: &File, named: &Text) -> Result<()> {
        self.of_source.insert(file.source, place.clone());
        self.insert(place, file.text.clone(), named)
    }

    fn insert(&mut self, place: PathBuf, content: Arc<[u8]>, named: &Text) -> Result<()> {
        if self.files.get(&place).is_some_and(|there| *there != content) {
            let place = slashed(super::below(&place));
            return Err(Diagnostic::new(
                "vendor-clash",
                format!("two things would have the place `{place}` in the copy"),
            )
            .at(named.span)
            .help("rename the directory `vendored`, or give the charts of one name their versions"));
        }
        self.files.insert(place, content);
        Ok(())
    }

    fn place_of_file(&self, by: &Named) -> Result<PathBuf> {
        match is_remote_file(&by.text) {
            true => self.places.of_url(&by.root, &by.text).map_err(|error| error.at(by.text.span)),
            false => Ok(self.places.of(&clean(&by.root.join(&*by.text)))),
        }
    }

    /// Lets what a kustomization names lead to the copy of it.
    fn lead(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::Repository { .. } | Step::Kustomization { .. } => Ok(()),
            Step::File { by, .. } => {
                let place = self.place_of_file(by)?;
                self.lead_to(by, &by.text, &place)
            }
            Step::Folder { by, root } => self.lead_to(by, &by.text, &self.places.of(root)),
            // Without a chart home it is a folder below the kustomization.
            Step::Chart { by, .. } if by.text.is_empty() => Ok(()),
            Step::Chart { by, home, .. } => self.lead_to(by, &by.text, &self.places.of(home)),
        }
    }

    fn lead_to(&mut self, by: &Named, text: &Text, place: &Path) -> Result<()> {
        let here = self.places.of(&by.root);
        let is_address = is_remote_file(text) || RepoSpec::parse(text).is_some();
        // That of a file of values that nobody named, for example.
        let is_absolute = is_absolute(text);
        if is_absolute || !is_address && clean(&here.join(&**text)) == *place {
            return Ok(());
        }
        let unclear = |why: &str| {
            Diagnostic::new(
                "vendor-edit",
                format!("the path of a copy cannot take the place of `{}`: {why}", shown(text)),
            )
            .at(text.span)
            .help("write it by itself on one line, without anchors and tags")
        };
        let (_, span) = self.sources.outermost(text.span).ok_or_else(|| unclear("it stands nowhere"))?;
        let file = self.of_source.get(&span.source).ok_or_else(|| unclear("nobody knows the file that it is in"))?;
        let content = self.files.get(file).ok_or_else(|| unclear("nobody knows the file that it is in"))?;
        let old = content.get(span.start as usize..span.end as usize).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let new = old.and_then(|old| rewritten(old, text, &slashed(&relative(&here, place))));
        let new = new.ok_or_else(|| unclear("it is not written plainly"))?;
        let edits = self.edits.entry(file.clone()).or_default();
        match edits.insert((span.start, span.end), new.clone()) {
            Some(other) if other != new => Err(unclear("it means several things")),
            _ => Ok(()),
        }
    }

    fn written(mut self) -> Files {
        for (place, edits) in self.edits {
            let Some(content) = self.files.get_mut(&place) else { continue };
            let mut text = content.to_vec();
            // From behind, so that the bytes before stay where they are.
            for ((start, end), new) in edits.into_iter().rev() {
                text.splice(start as usize..end as usize, new.into_bytes());
            }
            *content = text.into();
        }
        self.files
    }
}

/// A scalar of YAML that is, or ends with, what is named (`key=path`), with something else in its place.
fn rewritten(scalar: &str, named: &str, new: &str) -> Option<String> {
    let quote = scalar.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inner = match quote {
        Some(quote) => scalar.strip_prefix(quote)?.strip_suffix(quote)?,
        None => scalar,
    };
    let key = inner.strip_suffix(named)?;
    if !key.is_empty() && !key.ends_with('=') || new.contains(['"', '\'', '\\']) || new.chars().any(char::is_control) {
        return None;
    }
    let text = format!("{key}{new}");
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphanumeric() || "./".contains(c))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "./_-=@%+~".contains(c));
    Some(match quote {
        Some(quote) => format!("{quote}{text}{quote}"),
        None if is_plain => text,
        None => format!("\"{text}\""),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_keep_their_style() {
        let url = "https://h/x.yaml";
        for (scalar, expected) in [
            ("https://h/x.yaml", Some("vendored/h/x.yaml")),
            ("\"https://h/x.yaml\"", Some("\"vendored/h/x.yaml\"")),
            ("'https://h/x.yaml'", Some("'vendored/h/x.yaml'")),
            ("x.yaml=https://h/x.yaml", Some("x.yaml=vendored/h/x.yaml")),
            ("\"k=https://h/x.yaml\"", Some("\"k=vendored/h/x.yaml\"")),
            (">-\n  https://h/x.yaml\n", None),
            ("!!str https://h/x.yaml", None),
            ("\"https:\\/\\/h/x.yaml\"", None),
        ] {
            assert_eq!(rewritten(scalar, url, "vendored/h/x.yaml").as_deref(), expected, "{scalar}");
        }
        assert_eq!(rewritten("a", "a", "b c"), Some("\"b c\"".to_owned()));
        assert_eq!(rewritten("a", "a", "b\"c"), None);
    }
}

//! A kustomization file that is being changed.

use std::path::{Path, PathBuf};

use super::layout::Layout;
use super::write::{self, Change};
use super::{already_there, fields, fix};
use crate::base::{Diagnostic, Result, Span};
use crate::kustomize::context::Context;
use crate::kustomize::decode;
use crate::kustomize::kustomization::Kustomization;
use crate::kustomize::loader::KUSTOMIZATION_FILE_NAMES;
use crate::kustomize::shape;
use crate::yaml::{Mapping, Node};

/// A kustomization file, and what it is to say.
#[derive(Debug)]
pub struct Draft {
    /// The file itself, not a link to it.
    path: PathBuf,
    /// As a person calls it.
    name: &'static str,
    layout: Layout,
    /// The fields, each of the type that kustomize has for it, the older ones brought up to date.
    pub(super) fields: Node,
    /// Other files that are to change with it.
    pub(super) others: Vec<Change>,
}

/// Reads the kustomization file of the working directory.
///
/// Errors: there is none, or more than one; YAML syntax; unknown fields and wrong types. kustomize: neither `kind` nor
/// `apiVersion` is checked, and a file may be empty.
pub fn open(ctx: &Context) -> Result<Draft> {
    let Some((name, path)) = find(ctx)? else {
        return Err(Diagnostic::new("no-kustomization", "there is no kustomization file in the working directory")
            .help("go to the directory that holds it, or make one with `kz create`"));
    };
    let failed = |e: std::io::Error| {
        Diagnostic::new("unreadable-file", format!("`{name}` cannot be read: {e}"))
            .help("see whether it is a file, and whether this user may read it")
    };
    let text = ctx.fs.read(&path).map_err(failed)?;
    let source = ctx.sources.add(name, text.clone());
    let root = decode::read_root(ctx.sources, source)?.unwrap_or_else(|| Node::null(Span::new(source, 0, 0)));
    decode::strict::<Kustomization>(&root)?;
    let layout = Layout::of(&String::from_utf8_lossy(&text), &root);
    let mut fields = shape::conform(&root, shape::KUSTOMIZATION)?;
    fix::bring_up_to_date(&mut fields);
    Ok(Draft { path: ctx.fs.canonical(&path).unwrap_or(path), name, layout, fields, others: Vec::new() })
}

/// A kustomization file that is to be made in the working directory.
///
/// Errors: there is one already.
pub fn fresh(ctx: &Context) -> Result<Draft> {
    if let Some((name, _)) = find(ctx)? {
        return Err(already_there(format!("there is a kustomization file already: `{name}`"))
            .help("change it with `kz edit`, or remove it first"));
    }
    let name = KUSTOMIZATION_FILE_NAMES[0];
    let path = ctx.options.working_dir.join(name);
    let mut fields = Node::mapping(Span::NOWHERE);
    fix::bring_up_to_date(&mut fields);
    Ok(Draft { path, name, layout: Layout::default(), fields, others: Vec::new() })
}

/// The kustomization file of the working directory.
fn find(ctx: &Context) -> Result<Option<(&'static str, PathBuf)>> {
    let paths = KUSTOMIZATION_FILE_NAMES.into_iter().map(|name| (name, ctx.options.working_dir.join(name)));
    let found: Vec<_> = paths.filter(|(_, path)| ctx.fs.canonical(path).is_ok()).collect();
    match found.as_slice() {
        [] | [_] => Ok(found.into_iter().next()),
        _ => {
            let names = found.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            Err(Diagnostic::new("many-kustomizations", format!("there is more than one kustomization file: {names}"))
                .help("keep one of them"))
        }
    }
}

impl Draft {
    /// The file's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where the file is, free of links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts texts in the place of a field that is a list.
    pub fn set_list(&mut self, field: &str, texts: &[String]) {
        fields::set_items(&mut self.fields, field, texts.iter().map(|text| fields::text(text)).collect());
    }

    /// Puts a text in the place of a field; an empty one takes it away.
    pub fn set_text(&mut self, field: &str, text: &str) {
        fields::set_text(&mut self.fields, field, text);
    }

    /// Puts names and texts in the place of a field.
    pub fn set_pairs(&mut self, field: &str, pairs: Vec<(String, String)>) {
        let mut entries = Mapping::default();
        pairs.iter().for_each(|(key, value)| entries.set(key, fields::text(value)));
        fields::set_entries(&mut self.fields, field, entries);
    }

    /// What the file is to hold.
    ///
    /// Errors: what YAML cannot say.
    pub fn text(&self) -> Result<String> {
        self.layout.write(&shape::conform(&self.fields, shape::KUSTOMIZATION)?)
    }

    /// A word on comments that the new text does not have, at their places; nothing where there are none.
    pub fn lost_comments(&self) -> Option<Box<Diagnostic>> {
        let lost = self.layout.lost();
        let what = match lost.len() {
            0 => return None,
            1 => "a comment that was not kept".to_owned(),
            count => format!("{count} comments that were not kept"),
        };
        let warning = Diagnostic::new("lost-comment", format!("`{}` had {what}", self.name))
            .help("comments on lines of their own before or in a field are kept");
        Some(lost.iter().take(MOST_SHOWN).fold(warning, |warning, span| warning.at(*span)))
    }

    /// Writes all that is to change, as a whole.
    ///
    /// Errors: `write`; the files are then as they were.
    pub fn save(&self) -> Result<()> {
        let own = Change { path: self.path.clone(), name: self.name.to_owned(), text: self.text()?.into_bytes() };
        write::save(self.others.iter().chain([&own]))
    }
}

/// So many lost comments are shown.
const MOST_SHOWN: usize = 5;

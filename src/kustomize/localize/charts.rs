//! The folders that charts are in.
//!
//! Source: kustomize 5.8.1, copyChartHomeEntry and copyChartHome in api/internal/localizer/localizer.go.

use std::path::Path;

use super::tree::unreadable;
use super::{Localizer, Root};
use crate::base::fs::{Entry, FileSystem, clean, is_absolute, relative, slashed};
use crate::base::{Diagnostic, Result};
use crate::kustomize::kustomization::Text;

/// Where charts are if nothing else is said.
const DEFAULT: &str = "charts";

impl Localizer<'_> {
    /// Copies a folder of charts, the default one where nothing is named; gives the path to write for it.
    ///
    /// One that is not there is no error: charts may be fetched into it.
    pub fn chart_home(&mut self, root: &Root, field: &str, entry: &Text) -> Result<String> {
        let named = if entry.is_empty() { DEFAULT } else { entry.value.as_str() };
        if is_absolute(named) {
            return Err(Diagnostic::new("absolute-base", format!("`chartHome` is the absolute path `{named}`"))
                .at(entry.span)
                .help("write the directory relative to this kustomization"));
        }
        let here = root.loader.root();
        let absolute = clean(&here.join(named));
        let way = relative(here, &absolute);
        let path = Text::new(slashed(&way), entry.span);
        let way = match self.has(root, &absolute)? {
            false => way,
            true => {
                let home = root.loader.base(self.ctx, field, &path)?;
                self.check_scope(root, &path, &home)?;
                // kustomize: the default is found by its name, so its copy has it, whatever it was a link to.
                let is_default = absolute == here.join(DEFAULT);
                let way = if is_default { way } else { relative(here, home.root()) };
                let place = clean(&root.place.join(&way));
                match self.tree.has(&place) {
                    // kustomize: then only what was named by itself is there.
                    true => self.note_half_copied(root, home.root(), &place)?,
                    false => self.copy(home.root(), &place)?,
                }
                way
            }
        };
        Ok(if entry.is_empty() { String::new() } else { slashed(&way) })
    }

    fn has(&self, root: &Root, path: &Path) -> Result<bool> {
        // Of a repository only folders that were asked for are there.
        if root.loader.repository().is_some_and(|tree| path.starts_with(tree)) {
            root.loader.reach(self.ctx, path)?;
        }
        Ok(root.loader.files(self.ctx).canonical(path).is_ok())
    }

    /// Copies a folder without the links in it.
    fn copy(&mut self, from: &Path, place: &Path) -> Result<()> {
        self.tree.folder(place);
        for (name, entry) in self.ctx.fs.entries(from).map_err(|e| unreadable(from, &e))? {
            let (from, place) = (from.join(&name), place.join(&name));
            match entry {
                Entry::Folder => self.copy(&from, &place)?,
                Entry::File => self.tree.copy_of(&place, from),
                Entry::Unknown => {}
            }
        }
        Ok(())
    }

    fn note_half_copied(&self, root: &Root, from: &Path, place: &Path) -> Result<()> {
        if self.lacks(from, place)? {
            self.ctx.note_once(format!(
                "`{}` is copied in parts only, because the kustomization also names files in it: copy the rest by hand",
                root.loader.display(self.ctx, from)
            ));
        }
        Ok(())
    }

    /// Whether a folder has files that its place in the copy has not.
    fn lacks(&self, from: &Path, place: &Path) -> Result<bool> {
        for (name, entry) in self.ctx.fs.entries(from).map_err(|e| unreadable(from, &e))? {
            let place = place.join(&name);
            if entry != Entry::Unknown && !self.tree.has(&place)
                || entry == Entry::Folder && self.lacks(&from.join(&name), &place)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

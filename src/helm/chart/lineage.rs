//! The way from a chart to the root, which is the path of its templates.
//!
//! Go: charts point to their parents. A chart that is listed as a dependency is copied, to give the copy its
//! alias, and so are the charts in it, but not those in these: they go on pointing to what was copied, and have
//! its name in their path, until they are listed themselves. (getAliasDependency in pkg/chart/v2/util.)
//!
//! **Invariant:** who shares a lineage is the same chart in Go; a copy has one of its own.

use std::cell::RefCell;
use std::rc::Rc;

/// A chart's name and its parent.
pub struct Lineage {
    name: String,
    parent: RefCell<Option<Rc<Lineage>>>,
}

impl Lineage {
    /// A chart without a parent.
    pub fn root(name: &str) -> Rc<Lineage> {
        Rc::new(Lineage { name: name.to_owned(), parent: RefCell::new(None) })
    }

    /// A copy that has another name.
    pub(in crate::helm) fn copy(&self, name: &str) -> Rc<Lineage> {
        Rc::new(Lineage { name: name.to_owned(), parent: self.parent.clone() })
    }

    pub(in crate::helm) fn set_parent(&self, parent: &Rc<Lineage>) {
        *self.parent.borrow_mut() = Some(parent.clone());
    }

    pub fn is_root(&self) -> bool {
        self.parent.borrow().is_none()
    }

    /// `parent/charts/child`.
    pub fn full_path(&self) -> String {
        match &*self.parent.borrow() {
            Some(parent) => format!("{}/charts/{}", parent.full_path(), self.name),
            None => self.name.clone(),
        }
    }
}

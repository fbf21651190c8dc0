//! The fields of Chart.yaml and Chart.lock, and how they are read.

use super::{Dependency, Lock, Maintainer, Metadata};
use crate::base::Result;
use crate::helm::fields::{Fields, Nested, Rules, Slot, items, read_struct};
use crate::yaml::Node;

impl Fields for Metadata {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("name", Slot::Text(&mut self.name)),
            ("home", Slot::Text(&mut self.home)),
            ("sources", Slot::Texts(&mut self.sources)),
            ("version", Slot::Text(&mut self.version)),
            ("description", Slot::Text(&mut self.description)),
            ("keywords", Slot::Texts(&mut self.keywords)),
            ("maintainers", Slot::Nested(&mut self.maintainers)),
            ("icon", Slot::Text(&mut self.icon)),
            ("apiVersion", Slot::Text(&mut self.api_version)),
            ("condition", Slot::Text(&mut self.condition)),
            ("tags", Slot::Text(&mut self.tags)),
            ("appVersion", Slot::Text(&mut self.app_version)),
            ("deprecated", Slot::Flag(&mut self.deprecated)),
            ("annotations", Slot::Pairs(&mut self.annotations)),
            ("kubeVersion", Slot::Text(&mut self.kube_version)),
            ("dependencies", Slot::Nested(&mut self.dependencies)),
            ("type", Slot::Text(&mut self.kind)),
        ]
    }
}

impl Fields for Maintainer {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("name", Slot::Text(&mut self.name)),
            ("email", Slot::Text(&mut self.email)),
            ("url", Slot::Text(&mut self.url)),
        ]
    }
}

impl Fields for Dependency {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("name", Slot::Text(&mut self.name)),
            ("version", Slot::Text(&mut self.version)),
            ("repository", Slot::Text(&mut self.repository)),
            ("condition", Slot::Text(&mut self.condition)),
            ("tags", Slot::Texts(&mut self.tags)),
            ("enabled", Slot::Flag(&mut self.enabled)),
            ("import-values", Slot::Values(&mut self.import_values)),
            ("alias", Slot::Text(&mut self.alias)),
        ]
    }
}

impl Fields for Lock {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("generated", Slot::Time(&mut self.generated)),
            ("digest", Slot::Text(&mut self.digest)),
            ("dependencies", Slot::Nested(&mut self.dependencies)),
        ]
    }
}

impl Nested for Vec<Option<Maintainer>> {
    fn read(&mut self, field: &'static str, node: &Node, rules: Rules) -> Result<()> {
        let mut earlier = std::mem::take(self).into_iter();
        for item in items(field, node)? {
            let mut one = earlier.next().flatten().unwrap_or_default();
            self.push(if item.is_null() { None } else { read_struct(&mut one, item, rules).map(|_| Some(one))? });
        }
        Ok(())
    }
}

/// Go: encoding/json decodes into the items that a list has already.
impl Nested for Vec<Dependency> {
    fn read(&mut self, field: &'static str, node: &Node, rules: Rules) -> Result<()> {
        let mut earlier = std::mem::take(self).into_iter();
        for item in items(field, node)? {
            let mut one = Dependency { span: item.span, ..earlier.next().unwrap_or_default() };
            if item.is_null() {
                one = Dependency { span: item.span, is_null: true, ..Dependency::default() };
            } else {
                read_struct(&mut one, item, rules)?;
            }
            self.push(one);
        }
        Ok(())
    }
}

impl Nested for Option<Vec<Dependency>> {
    fn read(&mut self, field: &'static str, node: &Node, rules: Rules) -> Result<()> {
        if node.is_null() {
            *self = None;
            return Ok(());
        }
        self.get_or_insert_default().read(field, node, rules)
    }
}

impl Metadata {
    /// Reads a file over what is known already; one that is empty or null changes nothing.
    pub fn read(&mut self, root: Option<&Node>) -> Result<()> {
        let Some(root) = root else { return Ok(()) };
        for (field, node) in read_struct(self, root, Rules::Lenient)? {
            self.places.insert(field, node.span);
        }
        Ok(())
    }
}

impl Lock {
    pub fn read(root: Option<&Node>) -> Result<Lock> {
        let mut lock = Lock::default();
        if let Some(root) = root {
            read_struct(&mut lock, root, Rules::Lenient)?;
        }
        Ok(lock)
    }
}

/// `apiVersion`, and nothing else. Go: chartBase of pkg/chart/loader.
pub fn read_api_version(root: Option<&Node>) -> Result<String> {
    struct Base(String);
    impl Fields for Base {
        fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
            vec![("apiVersion", Slot::Text(&mut self.0))]
        }
    }
    let mut base = Base(String::new());
    if let Some(root) = root {
        read_struct(&mut base, root, Rules::Lenient)?;
    }
    Ok(base.0)
}

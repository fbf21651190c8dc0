//! What may be meant by a directory that holds no kustomization.
//!
//! **Not here:** that this is an error.

use std::path::Path;

use super::KUSTOMIZATION_FILE_NAMES;
use crate::base::FileSystem;

/// So many directories are named.
const MOST: usize = 8;

/// What to do about it. `name` is what it is called; `is_typed`: it is a directory that the command line names, and no
/// other kustomization.
pub fn help(fs: &dyn FileSystem, root: &Path, name: &str, is_typed: bool) -> String {
    if fs.is_file(&root.join("Chart.yaml")) {
        return if is_typed {
            format!("it holds a chart: `kz template NAME {name}` renders it")
        } else {
            "it holds a chart: name it in `helmCharts`".to_owned()
        };
    }
    let below = if is_typed { below(fs, root) } else { Vec::new() };
    if below.is_empty() {
        return "the directory must hold a `kustomization.yaml`, `kustomization.yml` or `Kustomization`; to use plain \
                manifests, name the files"
            .to_owned();
    }
    let path = |below: &String| if name == "." { format!("`{below}`") } else { format!("`{name}/{below}`") };
    let named: Vec<String> = below.iter().take(MOST).map(path).collect();
    let more = match below.len().saturating_sub(MOST) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    format!("there are kustomizations below it: {}{more}", named.join(", "))
}

/// The directories with a kustomization that lie one or two levels below.
fn below(fs: &dyn FileSystem, root: &Path) -> Vec<String> {
    let is_kustomization =
        |path: &str| KUSTOMIZATION_FILE_NAMES.iter().any(|name| fs.is_file(&root.join(path).join(name)));
    let mut found = Vec::new();
    for outer in folders(fs, root) {
        let inner = folders(fs, &root.join(&outer)).into_iter().map(|inner| format!("{outer}/{inner}"));
        found.extend([outer.clone()].into_iter().chain(inner).filter(|path| is_kustomization(path)));
    }
    found
}

fn folders(fs: &dyn FileSystem, dir: &Path) -> Vec<String> {
    let names = fs.list(dir).unwrap_or_default();
    names.into_iter().filter(|name| !name.starts_with('.') && fs.is_dir(&dir.join(name))).collect()
}

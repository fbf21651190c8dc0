//! Where the manifests go: stdout, a file, or a file for each object.
//!
//! **Invariant:** everything is text in memory before the first byte is written.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use kz::base::{Diagnostic, Result};
use kz::k8s::resid::CLUSTER;
use kz::k8s::{ResMap, Resource, Schema};
use kz::kustomize::build::Built;
use kz::render;
use kz::yaml;

use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Errors: an object that cannot be written as YAML, a file that cannot be written.
pub fn write(built: &Built, output: Option<&Path>, ui: &Ui) -> Result<Exit> {
    let Built { resources, schema } = built;
    match output {
        Some(dir) if dir.is_dir() => write_files(resources, schema, dir),
        Some(file) => write_file(file, &render::manifests(resources)?),
        None => Ok(ui.print_all(&render::manifests(resources)?)),
    }
}

/// kustomize: Writer.WriteIndividualFiles.
fn write_files(resources: &ResMap, schema: &Schema, dir: &Path) -> Result<Exit> {
    let namespaces: BTreeSet<&str> = resources.iter().map(|r| r.id(schema).effective_namespace()).collect();
    let has_many = namespaces.iter().filter(|namespace| **namespace != CLUSTER).count() > 1;
    let mut files = Vec::with_capacity(resources.len());
    for resource in resources.iter() {
        let name = file_name(resource, schema, has_many);
        if name.contains('/') {
            return Err(Diagnostic::new("write", format!("`{name}` cannot be the name of a file"))
                .at(resource.name_span())
                .help("write to one file instead: `-o FILE`"));
        }
        files.push((name, manifest(resource)?));
    }
    for (name, text) in &files {
        write_file(&dir.join(name), std::slice::from_ref(text))?;
    }
    Ok(Exit::Done)
}

fn manifest(resource: &Resource) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    yaml::emit(&resource.node, &mut out)?;
    Ok(out)
}

/// `apps_v1_deployment_web.yaml`, with the namespace in front where there is more than one.
fn file_name(resource: &Resource, schema: &Schema, has_many_namespaces: bool) -> String {
    let id = resource.id(schema);
    let namespace = if has_many_namespaces { id.effective_namespace() } else { CLUSTER };
    let namespace = if namespace == CLUSTER { "" } else { namespace };
    let parts = [namespace, id.group(), id.version(), resource.kind()];
    let mut name: String = parts.iter().filter(|part| !part.is_empty()).flat_map(|part| [part, "_"]).collect();
    name.push_str(resource.name());
    name.to_lowercase() + ".yaml"
}

fn write_file(path: &Path, pieces: &[Vec<u8>]) -> Result<Exit> {
    let write = || -> io::Result<()> {
        let mut file = std::fs::File::create(path)?;
        pieces.iter().try_for_each(|piece| file.write_all(piece))
    };
    write().map(|()| Exit::Done).map_err(|e| {
        Diagnostic::new("write", format!("cannot write `{}`: {e}", path.display()))
            .help("name a file in a directory that exists, or a directory")
    })
}

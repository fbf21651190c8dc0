//! Where a rendered chart goes: stdout, or files.
//!
//! **Invariant:** everything is text in memory before the first byte is written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path};

use kz::base::fs::slashed;
use kz::base::{Diagnostic, Result};
use kz::helm::inflate::Inflated;
use kz::helm::print::{self, Append, Hooks, OutputFile};

use super::flags::Flags;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Errors: a template of `--show-only` that is not there; a file that cannot be written.
pub fn write(inflated: &Inflated, flags: &Flags, ui: &Ui) -> Result<Exit> {
    let hooks = hooks(flags);
    let Inflated { crds, sorted, .. } = inflated;
    let mut out = match &flags.output_dir {
        // Helm: an empty manifest is printed as well.
        Some(_) => b"\n".to_vec(),
        None => print::stream(crds, sorted, hooks).text,
    };
    if !flags.show_only.is_empty() {
        out = print::show_only(&out, &flags.show_only)?;
    }
    if let Some(dir) = &flags.output_dir {
        let files = print::files(crds, sorted, hooks);
        files.iter().try_for_each(|file| check_path(&file.path))?;
        let mut said = Vec::new();
        for file in &files {
            let release = if flags.use_release_name { inflated.release.as_str() } else { "" };
            let folder = if file.in_release { dir.join(release) } else { dir.clone() };
            let path = format!("{}/{}", slashed(&folder).trim_end_matches('/'), file.path);
            write_file(Path::new(&path), file).map_err(|e| {
                Diagnostic::new("write", format!("cannot write `{path}`: {e}"))
                    .help("name a directory that you may write to")
            })?;
            said.extend_from_slice(format!("wrote {path}\n").as_bytes());
        }
        said.append(&mut out);
        out = said;
    }
    Ok(ui.print(&out))
}

/// All that is rendered, as one text.
pub fn whole(inflated: &Inflated, flags: &Flags) -> Vec<u8> {
    print::stream(&inflated.crds, &inflated.sorted, hooks(flags)).text
}

fn hooks(flags: &Flags) -> Hooks {
    match (flags.no_hooks, flags.skip_tests) {
        (true, _) => Hooks::None,
        (false, true) => Hooks::WithoutTests,
        (false, false) => Hooks::All,
    }
}

/// What `--debug` shows of a chart that failed. Helm: of templates of `--show-only` one that is not there is none of
/// the trouble then, but nothing is printed.
pub fn write_broken(printed: Vec<u8>, flags: &Flags, ui: &Ui) {
    let shown = match flags.show_only.is_empty() {
        true => Ok(printed),
        false => print::show_only(&printed, &flags.show_only),
    };
    if let Ok(shown) = shown {
        ui.print(&shown);
    }
}

/// A chart chooses the paths of its files: none may lead out of the directory.
fn check_path(path: &str) -> Result<()> {
    let is_inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if is_inside {
        return Ok(());
    }
    Err(Diagnostic::new("write", format!("the chart wants to write `{path}`, which is outside of the directory"))
        .help("do not trust this chart"))
}

fn write_file(path: &Path, file: &OutputFile) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let append = match file.append {
        Append::Never => false,
        Append::Always => true,
        Append::WhereItExists => path.exists(),
    };
    let mut open = if append { OpenOptions::new().append(true).open(path)? } else { File::create(path)? };
    open.write_all(&file.content)
}

//! `kz edit fix`

use std::sync::Mutex;

use clap::{ArgMatches, Command};
use kz::base::{Diagnostic, Result, Sources};
use kz::kustomize::edit::{self, convert_vars};
use kz::kustomize::lock::Lock;
use kz::kustomize::{self, Context};
use kz::render;

use super::{save, tell, with_context, words, words_command};
use crate::cli::args::{Purpose, is_on, switch};
use crate::cli::exit::Exit;
use crate::cli::fetching;
use crate::cli::ui::Ui;

const EXAMPLES: &str = "\
Examples:
  kz edit fix           older fields become their successors
  kz edit fix --vars    vars too; files of the kustomization and its bases change";

pub fn command(purpose: Purpose) -> Command {
    let command = words_command(
        "fix",
        "Replace older fields of the kustomization file by their successors",
        "kz edit fix [--vars] [FLAGS]",
        "",
    )
    .mut_arg("words", |arg| arg.hide(true))
    .arg(switch("vars", "Make replacements of vars too; `$(VAR)` in files becomes `VAR_PLACEHOLDER`", purpose));
    fetching::flags(command, purpose).after_help(EXAMPLES)
}

/// kustomize: RunFix. What is said on stdout is part of what the command gives.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    for word in words(matches) {
        ui.note(&format!("`{word}` has no effect: the kustomization of the working directory is fixed"));
    }
    let fetch = fetching::context(matches);
    let vars = is_on(matches, "vars");
    with_context(&fetch, Lock::default(), ui, |context| {
        // Of a kustomization that could not be built before, nothing can be compared.
        let before = build(context).unwrap_or_default();
        let fixed = edit::fix(context).and_then(|draft| {
            let Some(mut draft) = draft else { return Ok(()) };
            if vars {
                convert_vars(context, &mut draft)?;
            }
            save(&draft, context, ui)
        });
        tell(context, ui);
        match fixed {
            Ok(()) => ui.print((said(vars) + &difference(&before, build(context))).as_bytes()),
            Err(error) => ui.fail(&error, context.sources),
        }
    })
}

fn said(vars: bool) -> String {
    const FIELDS: &str =
        "\nFixed fields:\n  patchesJson6902 -> patches\n  patchesStrategicMerge -> patches\n  commonLabels -> labels\n";
    const ABOUT_VARS: &str = "
To convert vars -> replacements, run the command `kustomize edit fix --vars`

WARNING: Converting vars to replacements will potentially overwrite many resource files \n\
and the resulting files may not produce the same output when `kustomize build` is run. \n\
We recommend doing this in a clean git repository where the change is easy to undo.\n";
    match vars {
        true => format!("{FIELDS}  vars -> replacements\n"),
        false => format!("{FIELDS}{ABOUT_VARS}"),
    }
}

/// A word on what the kustomization builds to now, if that is not what it was.
fn difference(before: &[u8], now: Result<Vec<u8>>) -> String {
    const START: &str = "Warning: 'Fixed' kustomization now produces";
    match now {
        Ok(now) if now == before => String::new(),
        Ok(now) => format!(
            "{START} different output when running `kustomize build`:\n...{}...\n",
            String::from_utf8_lossy(&now)
        ),
        Err(error) => format!("{START} the error when running `kustomize build`: {}\n", words_of(&error)),
    }
}

/// An error in the reference's words, where kz knows them.
fn words_of(error: &Diagnostic) -> &str {
    error.reference.as_deref().unwrap_or(&error.message)
}

/// What `kz build` prints for the working directory.
fn build(context: &Context) -> Result<Vec<u8>> {
    let sources = Sources::new();
    let lock = Lock::of_target(context.fs, &context.options.working_dir, ".")?;
    let context = Context { sources: &sources, lock: &lock, notes: Mutex::default(), ..*context };
    let built = kustomize::build(&context, ".")?;
    Ok(render::manifests(&built.resources)?.concat())
}

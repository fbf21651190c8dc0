//! `kz edit`: the kustomization file of the working directory is changed.

mod add;
mod fix;
mod remove;
mod set;

use std::sync::Mutex;

use clap::{Arg, ArgMatches, Command};
use kz::base::Sources;
use kz::base::fs::Disk;
use kz::fetch;
use kz::kustomize::Context;
use kz::kustomize::edit::{Draft, Edited, GeneratorFlags, PatchFlags};
use kz::kustomize::lock::Lock;
use kz::kustomize::plugins::BUILTIN_KINDS;

use super::args::{Purpose, Verb, is_on, switch, text, texts, value, values};
use super::build::plain_options;
use super::exit::Exit;
use super::ui::Ui;
use super::{fetching, world};

pub const VERBS: &[Verb] = &[
    Verb::group("add", add::command, add::VERBS),
    Verb::group("set", set::command, set::VERBS),
    Verb::group("remove", remove::command, remove::VERBS),
    Verb::new("fix", fix::command, fix::run),
    Verb::new("alpha-list-builtin-plugin", list_command, list),
];

const EXAMPLES: &str = "\
Examples:
  kz edit add resource deployment.yaml 'services/*.yaml'
  kz edit set image nginx=registry.example.com/nginx:1.27
  kz edit set namespace staging
  kz edit add label team:shop tier:web
  kz edit remove label tier
  kz edit fix                            older fields become their successors";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("edit")
        .about("Change the kustomization file of the working directory")
        .override_usage("kz edit add|set|remove|fix … [FLAGS]")
        .after_help(EXAMPLES)
}

/// A command that takes words.
fn words_command(name: &'static str, about: &'static str, usage: &'static str, what: &'static str) -> Command {
    Command::new(name)
        .about(about)
        .override_usage(usage)
        .arg(Arg::new("words").value_name("WORD").num_args(0..).help(what))
}

fn words(matches: &ArgMatches) -> Vec<String> {
    texts(matches, "words")
}

/// Changes the file, and says what is to be said.
fn change(fetch: &fetch::Context, ui: &Ui, edit: impl FnOnce(&Context) -> Edited) -> Exit {
    with_context(fetch, Lock::default(), ui, |context| {
        let edited = edit(context);
        tell(context, ui);
        match edited.and_then(|draft| draft.map_or(Ok(()), |draft| save(&draft, context, ui))) {
            Ok(()) => Exit::Done,
            Err(error) => ui.fail(&error, context.sources),
        }
    })
}

/// As [`change`], for what fetches nothing.
fn change_here(ui: &Ui, edit: impl FnOnce(&Context) -> Edited) -> Exit {
    change(&fetching::context_without_cache(), ui, edit)
}

/// Does something in the working directory. What is added need not be what a lock knows.
pub fn with_context(fetch: &fetch::Context, lock: Lock, ui: &Ui, run: impl FnOnce(&Context) -> Exit) -> Exit {
    let sources = Sources::new();
    let options = match plain_options() {
        Ok(options) => options,
        Err(error) => return ui.fail(&error, &sources),
    };
    run(&Context {
        fs: &Disk,
        sources: &sources,
        options: &options,
        fetch,
        lock: &lock,
        trail: None,
        world: world::of_machine,
        notes: Mutex::default(),
    })
}

/// Says what was noted.
pub fn tell(context: &Context, ui: &Ui) {
    let notes = std::mem::take(&mut *context.notes.lock().unwrap_or_else(|e| e.into_inner()));
    notes.iter().for_each(|text| ui.note(text));
}

/// Writes a draft; says which comments were lost by that.
pub fn save(draft: &Draft, context: &Context, ui: &Ui) -> kz::base::Result<()> {
    draft.save()?;
    if let Some(warning) = draft.lost_comments() {
        ui.warn(&warning, context.sources);
    }
    Ok(())
}

/// What describes a patch.
fn patch_flags(command: Command) -> Command {
    command
        .arg(value("path", "FILE", "The file of the patch"))
        .arg(value("patch", "TEXT", "The patch itself"))
        .arg(value("group", "GROUP", "The API group of what is patched"))
        .arg(value("version", "VERSION", "The API version of what is patched"))
        .arg(value("kind", "KIND", "The kind of what is patched"))
        .arg(value("name", "NAME", "The name of what is patched"))
        .arg(value("namespace", "NAMESPACE", "The namespace of what is patched"))
        .arg(value("annotation-selector", "SELECTOR", "What is patched has these annotations"))
        .arg(value("label-selector", "SELECTOR", "What is patched has these labels"))
}

/// kustomize: words beside the flags have no effect.
fn patch(matches: &ArgMatches, ui: &Ui) -> PatchFlags {
    for word in words(matches) {
        ui.note(&format!("`{word}` has no effect: a patch is named by `--path`"));
    }
    let text = |flag| text(matches, flag);
    PatchFlags {
        path: text("path"),
        patch: text("patch"),
        group: text("group"),
        version: text("version"),
        kind: text("kind"),
        name: text("name"),
        namespace: text("namespace"),
        annotation_selector: text("annotation-selector"),
        label_selector: text("label-selector"),
    }
}

fn literal_flag(help: &'static str) -> Arg {
    values("from-literal", "KEY=VALUE", help)
}

fn namespace_flag(help: &'static str) -> Arg {
    value("namespace", "NAMESPACE", help)
}

/// Of the flags that a command has.
fn generator_flags(matches: &ArgMatches) -> kz::base::Result<GeneratorFlags> {
    let has = |flag: &str| matches.try_contains_id(flag).is_ok();
    let text = |flag| if has(flag) { text(matches, flag) } else { String::new() };
    let mut files = Vec::new();
    for list in if has("from-file") { texts(matches, "from-file") } else { Vec::new() } {
        files.extend(add::comma_list(&list)?);
    }
    Ok(GeneratorFlags {
        files,
        literals: texts(matches, "from-literal"),
        env_file: text("from-env-file"),
        secret_type: text("type"),
        behavior: text("behavior"),
        namespace: text("namespace"),
        new_namespace: text("new-namespace"),
        no_hash: has("disableNameSuffixHash") && is_on(matches, "disableNameSuffixHash"),
    })
}

fn list_command(_purpose: Purpose) -> Command {
    Command::new("alpha-list-builtin-plugin")
        .about("List the generators and transformers that can be named as plugins")
        .after_help("Examples:\n  kz edit alpha-list-builtin-plugin")
}

/// kustomize: in no order.
fn list(_matches: &ArgMatches, ui: &Ui) -> Exit {
    let lines: String = BUILTIN_KINDS.iter().map(|name| format!(" * {name}\n")).collect();
    ui.print(format!("Builtin plugins:\n\n{lines}").as_bytes())
}

fn force_flag(purpose: Purpose) -> Arg {
    switch("force", "Overwrite what is there already", purpose).short('f')
}

fn ignore_flag(purpose: Purpose) -> Arg {
    switch("ignore-non-existence", "Pass over what is not there", purpose).short('i')
}

//! `kz edit remove`

use clap::{ArgMatches, Command};
use kz::kustomize::edit::{
    BuildMetadata, GeneratorKind, Listed, Metadata, change_build_metadata, remove_files, remove_generators,
    remove_metadata, remove_patch,
};

use super::{change_here, ignore_flag, namespace_flag, patch, patch_flags, words, words_command};
use crate::cli::args::{Purpose, Verb, is_on, text};
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

pub const VERBS: &[Verb] = &[
    Verb::new("annotation", annotation_command, |m, ui| metadata(m, ui, Metadata::Annotations)),
    Verb::new("buildmetadata", build_metadata_command, |m, ui| {
        change_here(ui, |ctx| change_build_metadata(ctx, &words(m), BuildMetadata::Remove))
    }),
    Verb::new("configmap", config_map_command, |m, ui| generators(m, ui, GeneratorKind::ConfigMap)),
    Verb::new("label", label_command, |m, ui| metadata(m, ui, Metadata::Labels)),
    Verb::new("patch", patch_command, |m, ui| {
        let flags = patch(m, ui);
        change_here(ui, |ctx| remove_patch(ctx, &flags))
    }),
    Verb::new("resource", resource_command, |m, ui| files(m, ui, Listed::RESOURCE)),
    Verb::new("secret", secret_command, |m, ui| generators(m, ui, GeneratorKind::Secret)),
    Verb::new("transformer", transformer_command, |m, ui| files(m, ui, Listed::TRANSFORMER)),
];

const EXAMPLES: &str = "\
Examples:
  kz edit remove resource deployment.yaml 'services/*.yaml'
  kz edit remove configmap settings,limits --namespace shop
  kz edit remove patch --path patch.yaml --kind Deployment --name web
  kz edit remove label team,tier";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("remove")
        .about("Remove something from the kustomization file")
        .override_usage("kz edit remove WHAT … [FLAGS]")
        .after_help(EXAMPLES)
}

fn annotation_command(purpose: Purpose) -> Command {
    words_command(
        "annotation",
        "Remove annotations for all objects (`commonAnnotations`)",
        "kz edit remove annotation KEY[,KEY…] [FLAGS]",
        "The keys, with commas between them",
    )
    .after_help("Examples:\n  kz edit remove annotation owner,note")
    .arg(ignore_flag(purpose))
}

fn label_command(purpose: Purpose) -> Command {
    words_command(
        "label",
        "Remove labels for all objects (`commonLabels`)",
        "kz edit remove label KEY[,KEY…] [FLAGS]",
        "The keys, with commas between them",
    )
    .after_help("Examples:\n  kz edit remove label team,tier")
    .arg(ignore_flag(purpose))
}

fn build_metadata_command(_purpose: Purpose) -> Command {
    words_command(
        "buildmetadata",
        "Remove options of `buildMetadata`",
        "kz edit remove buildmetadata OPTION[,OPTION…] [FLAGS]",
        "`originAnnotations`, `transformerAnnotations`, `managedByLabel`, with commas between them",
    )
    .after_help("Examples:\n  kz edit remove buildmetadata originAnnotations")
}

fn config_map_command(_purpose: Purpose) -> Command {
    words_command(
        "configmap",
        "Remove generators of ConfigMaps",
        "kz edit remove configmap NAME[,NAME…] [FLAGS]",
        "The names, with commas between them",
    )
    .after_help("Examples:\n  kz edit remove configmap settings,limits --namespace shop")
    .arg(namespace_flag("Their namespace, where they have one"))
}

fn secret_command(_purpose: Purpose) -> Command {
    words_command(
        "secret",
        "Remove generators of Secrets",
        "kz edit remove secret NAME[,NAME…] [FLAGS]",
        "The names, with commas between them",
    )
    .after_help("Examples:\n  kz edit remove secret login")
    .arg(namespace_flag("Their namespace, where they have one"))
}

fn patch_command(_purpose: Purpose) -> Command {
    let command = words_command(
        "patch",
        "Remove the patches that say the same as the flags, and no more",
        "kz edit remove patch --path FILE|--patch TEXT [FLAGS]",
        "",
    );
    patch_flags(command.mut_arg("words", |arg| arg.hide(true)))
        .after_help("Examples:\n  kz edit remove patch --path patch.yaml --kind Deployment --name web")
}

fn resource_command(_purpose: Purpose) -> Command {
    words_command(
        "resource",
        "Remove resources",
        "kz edit remove resource PATH… [FLAGS]",
        "Entries, or patterns of them; the files need not be there",
    )
    .after_help("Examples:\n  kz edit remove resource deployment.yaml 'services/*.yaml'")
}

fn transformer_command(_purpose: Purpose) -> Command {
    words_command(
        "transformer",
        "Remove files that configure transformers",
        "kz edit remove transformer FILE… [FLAGS]",
        "Entries, or patterns of them; the files need not be there",
    )
    .after_help("Examples:\n  kz edit remove transformer 'transformers/*.yaml'")
}

fn metadata(matches: &ArgMatches, ui: &Ui, kind: Metadata) -> Exit {
    change_here(ui, |ctx| remove_metadata(ctx, &words(matches), kind, is_on(matches, "ignore-non-existence")))
}

fn generators(matches: &ArgMatches, ui: &Ui, kind: GeneratorKind) -> Exit {
    change_here(ui, |ctx| remove_generators(ctx, kind, &words(matches), &text(matches, "namespace")))
}

fn files(matches: &ArgMatches, ui: &Ui, list: Listed) -> Exit {
    change_here(ui, |ctx| remove_files(ctx, list, &words(matches)))
}

//! `kz edit set`

use clap::{ArgMatches, Command};
use kz::kustomize::edit::{
    BuildMetadata, Edited, GeneratorKind, Metadata, Value, change_build_metadata, set_generator, set_images,
    set_metadata, set_replicas, set_value,
};

use super::{change_here, generator_flags, literal_flag, namespace_flag, words, words_command};
use crate::cli::args::{Purpose, Verb, value};
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

pub const VERBS: &[Verb] = &[
    Verb::new("annotation", annotation_command, |m, ui| metadata(m, ui, Metadata::Annotations)),
    Verb::new("buildmetadata", build_metadata_command, |m, ui| {
        change_here(ui, |ctx| change_build_metadata(ctx, &words(m), BuildMetadata::Set))
    }),
    Verb::new("configmap", config_map_command, |m, ui| generator(m, ui, GeneratorKind::ConfigMap)),
    Verb::new("image", image_command, |m, ui| change_here(ui, |ctx| set_images(ctx, &words(m)))),
    Verb::new("label", label_command, |m, ui| metadata(m, ui, Metadata::Labels)),
    Verb::new("nameprefix", name_prefix_command, |m, ui| one(m, ui, Value::NamePrefix)),
    Verb::new("namespace", namespace_command, |m, ui| one(m, ui, Value::Namespace)),
    Verb::new("namesuffix", name_suffix_command, |m, ui| one(m, ui, Value::NameSuffix)),
    Verb::new("replicas", replicas_command, |m, ui| change_here(ui, |ctx| set_replicas(ctx, &words(m)))),
    Verb::new("secret", secret_command, |m, ui| generator(m, ui, GeneratorKind::Secret)),
];

const EXAMPLES: &str = "\
Examples:
  kz edit set image nginx=registry.example.com/nginx:1.27 redis:7
  kz edit set namespace staging
  kz edit set namesuffix -- -v2
  kz edit set replicas web=3";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("set")
        .about("Set fields of the kustomization file")
        .override_usage("kz edit set WHAT … [FLAGS]")
        .after_help(EXAMPLES)
}

fn annotation_command(_purpose: Purpose) -> Command {
    words_command(
        "annotation",
        "Set annotations for all objects (`commonAnnotations`)",
        "kz edit set annotation KEY:VALUE… [FLAGS]",
        "`KEY:VALUE` for each",
    )
    .after_help("Examples:\n  kz edit set annotation owner:shop")
}

fn label_command(_purpose: Purpose) -> Command {
    words_command(
        "label",
        "Set labels for all objects (`commonLabels`)",
        "kz edit set label KEY:VALUE… [FLAGS]",
        "`KEY:VALUE` for each",
    )
    .after_help("Examples:\n  kz edit set label team:shop")
}

fn build_metadata_command(_purpose: Purpose) -> Command {
    words_command(
        "buildmetadata",
        "Set `buildMetadata`, in place of the options that are there",
        "kz edit set buildmetadata OPTION[,OPTION…] [FLAGS]",
        "`originAnnotations`, `transformerAnnotations`, `managedByLabel`, with commas between them",
    )
    .after_help("Examples:\n  kz edit set buildmetadata originAnnotations")
}

fn image_command(_purpose: Purpose) -> Command {
    words_command(
        "image",
        "Set names, tags and digests of images (`images`)",
        "kz edit set image IMAGE=[NEW][:TAG][@DIGEST]… [FLAGS]",
        "`NAME:TAG`, `NAME@DIGEST`, `NAME=NEW`, `NAME=NEW:TAG@DIGEST`; `*` for what the file says already",
    )
    .after_help(
        "Examples:\n  kz edit set image nginx:1.27\n  kz edit set image nginx=registry.example.com/nginx:1.27\n  \
         kz edit set image 'nginx=*:1.27'",
    )
}

fn name_prefix_command(_purpose: Purpose) -> Command {
    words_command(
        "nameprefix",
        "Set `namePrefix`",
        "kz edit set nameprefix PREFIX [FLAGS]",
        "The prefix; an empty one takes the field away",
    )
    .after_help("Examples:\n  kz edit set nameprefix staging-")
}

fn name_suffix_command(_purpose: Purpose) -> Command {
    words_command(
        "namesuffix",
        "Set `nameSuffix`",
        "kz edit set namesuffix [--] SUFFIX [FLAGS]",
        "The suffix, behind `--` where it begins with `-`; an empty one takes the field away",
    )
    .after_help("Examples:\n  kz edit set namesuffix -- -v2")
}

fn namespace_command(_purpose: Purpose) -> Command {
    words_command(
        "namespace",
        "Set `namespace`",
        "kz edit set namespace NAMESPACE [FLAGS]",
        "The namespace; an empty one takes the field away",
    )
    .after_help("Examples:\n  kz edit set namespace staging")
}

fn replicas_command(_purpose: Purpose) -> Command {
    words_command(
        "replicas",
        "Set how many replicas there are (`replicas`)",
        "kz edit set replicas NAME=COUNT… [FLAGS]",
        "`NAME=COUNT` for each",
    )
    .after_help("Examples:\n  kz edit set replicas web=3 worker=2")
}

fn config_map_command(_purpose: Purpose) -> Command {
    changes(words_command(
        "configmap",
        "Change values of a generator of a ConfigMap, or its namespace",
        "kz edit set configmap NAME [--from-literal KEY=VALUE] [--new-namespace NAMESPACE] [FLAGS]",
        "The name",
    ))
    .after_help("Examples:\n  kz edit set configmap settings --from-literal=level=debug")
}

fn secret_command(_purpose: Purpose) -> Command {
    changes(words_command(
        "secret",
        "Change values of a generator of a Secret, or its namespace",
        "kz edit set secret NAME [--from-literal KEY=VALUE] [--new-namespace NAMESPACE] [FLAGS]",
        "The name",
    ))
    .after_help("Examples:\n  kz edit set secret login --namespace=shop --new-namespace=staging")
}

fn changes(command: Command) -> Command {
    command
        .arg(literal_flag("A key that a literal has, and its new value"))
        .arg(namespace_flag("Its namespace, where it has one"))
        .arg(value("new-namespace", "NAMESPACE", "The namespace that it is to have"))
}

fn metadata(matches: &ArgMatches, ui: &Ui, kind: Metadata) -> Exit {
    change_here(ui, |ctx| set_metadata(ctx, &words(matches), kind))
}

fn one(matches: &ArgMatches, ui: &Ui, value: Value) -> Exit {
    change_here(ui, |ctx| set_value(ctx, &words(matches), value))
}

fn generator(matches: &ArgMatches, ui: &Ui, kind: GeneratorKind) -> Exit {
    change_here(ui, |ctx| -> Edited { set_generator(ctx, kind, &words(matches), &generator_flags(matches)?) })
}

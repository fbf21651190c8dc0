//! `kz edit add`

use clap::{ArgMatches, Command};
use kz::base::{Diagnostic, Result};
use kz::kustomize::edit::{
    BuildMetadata, Edited, GeneratorKind, LabelFlags, Listed, Mode, add_annotations, add_bases, add_files,
    add_generator, add_labels, add_patch, add_plugins, change_build_metadata,
};

use super::{
    change, change_here, force_flag, generator_flags, literal_flag, namespace_flag, patch, patch_flags, words,
    words_command,
};
use crate::cli::args::{Purpose, Verb, is_on, switch, value, values};
use crate::cli::exit::Exit;
use crate::cli::fetching;
use crate::cli::ui::Ui;

pub const VERBS: &[Verb] = &[
    Verb::new("annotation", annotation_command, annotation),
    Verb::new("base", base_command, |m, ui| change_here(ui, |ctx| add_bases(ctx, &words(m)))),
    Verb::new("buildmetadata", build_metadata_command, |m, ui| {
        change_here(ui, |ctx| change_build_metadata(ctx, &words(m), BuildMetadata::Add))
    }),
    Verb::new("component", component_command, |m, ui| files(m, ui, Listed::COMPONENT, true)),
    Verb::new("configmap", config_map_command, |m, ui| generator(m, ui, GeneratorKind::ConfigMap)),
    Verb::new("generator", generator_command, |m, ui| plugins(m, ui, Listed::GENERATOR)),
    Verb::new("label", label_command, label),
    Verb::new("patch", patch_command, |m, ui| {
        let flags = patch(m, ui);
        change_here(ui, |ctx| add_patch(ctx, &flags))
    }),
    Verb::new("resource", resource_command, |m, ui| files(m, ui, Listed::RESOURCE, !is_on(m, "no-verify"))),
    Verb::new("secret", secret_command, |m, ui| generator(m, ui, GeneratorKind::Secret)),
    Verb::new("transformer", transformer_command, |m, ui| plugins(m, ui, Listed::TRANSFORMER)),
];

const EXAMPLES: &str = "\
Examples:
  kz edit add resource deployment.yaml 'services/*.yaml' ../base
  kz edit add component ../components/tls
  kz edit add configmap settings --from-literal=level=info --from-file=app.conf
  kz edit add patch --path patch.yaml --kind Deployment --name web
  kz edit add label team:shop --without-selector";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("add")
        .about("Add something to the kustomization file")
        .override_usage("kz edit add WHAT … [FLAGS]")
        .after_help(EXAMPLES)
}

fn annotation_command(purpose: Purpose) -> Command {
    words_command(
        "annotation",
        "Add annotations for all objects (`commonAnnotations`)",
        "kz edit add annotation KEY:VALUE… [FLAGS]",
        "`KEY:VALUE` for each",
    )
    .after_help("Examples:\n  kz edit add annotation owner:shop 'note:\"some words\"'")
    .arg(force_flag(purpose))
}

fn base_command(_purpose: Purpose) -> Command {
    words_command(
        "base",
        "Add bases (`resources`)",
        "kz edit add base DIR[,DIR…] [FLAGS]",
        "The directories, with commas between them",
    )
    .after_help("Examples:\n  kz edit add base ../base,../monitoring")
}

fn build_metadata_command(_purpose: Purpose) -> Command {
    words_command(
        "buildmetadata",
        "Add options of `buildMetadata`",
        "kz edit add buildmetadata OPTION[,OPTION…] [FLAGS]",
        "`originAnnotations`, `transformerAnnotations`, `managedByLabel`, with commas between them",
    )
    .after_help("Examples:\n  kz edit add buildmetadata originAnnotations,managedByLabel")
}

fn component_command(purpose: Purpose) -> Command {
    let command = words_command(
        "component",
        "Add components",
        "kz edit add component PATH… [FLAGS]",
        "Directories, patterns of them, or URLs",
    );
    fetching::flags(command, purpose).after_help("Examples:\n  kz edit add component ../components/tls")
}

fn resource_command(purpose: Purpose) -> Command {
    let command = words_command(
        "resource",
        "Add resources: files, directories with a kustomization, URLs",
        "kz edit add resource PATH… [FLAGS]",
        "Files, directories, patterns of them, or URLs",
    )
    .arg(switch("no-verify", "Take the words as they are, and see to nothing", purpose));
    fetching::flags(command, purpose).after_help(
        "Examples:\n  kz edit add resource deployment.yaml 'services/*.yaml'\n  \
         kz edit add resource --no-verify 'https://github.com/org/repo//deploy?ref=v1.0.0'",
    )
}

fn generator_command(_purpose: Purpose) -> Command {
    words_command(
        "generator",
        "Add files that configure generators",
        "kz edit add generator FILE… [FLAGS]",
        "The files, or patterns of them",
    )
    .after_help("Examples:\n  kz edit add generator generators/secrets.yaml")
}

fn transformer_command(_purpose: Purpose) -> Command {
    words_command(
        "transformer",
        "Add files that configure transformers",
        "kz edit add transformer FILE… [FLAGS]",
        "The files, or patterns of them",
    )
    .after_help("Examples:\n  kz edit add transformer 'transformers/*.yaml'")
}

fn label_command(purpose: Purpose) -> Command {
    words_command(
        "label",
        "Add labels for all objects (`commonLabels`, or `labels`)",
        "kz edit add label KEY:VALUE… [FLAGS]",
        "`KEY:VALUE` for each",
    )
    .after_help("Examples:\n  kz edit add label team:shop tier:web\n  kz edit add label team:shop --without-selector")
    .arg(force_flag(purpose))
    .arg(switch("without-selector", "Not for selectors: they go to `labels`", purpose))
    .arg(switch("include-templates", "For templates too; with `--without-selector` only", purpose))
}

fn patch_command(_purpose: Purpose) -> Command {
    let command = words_command("patch", "Add a patch", "kz edit add patch --path FILE|--patch TEXT [FLAGS]", "");
    patch_flags(command.mut_arg("words", |arg| arg.hide(true)))
        .after_help("Examples:\n  kz edit add patch --path patch.yaml --kind Deployment --name web")
}

fn config_map_command(purpose: Purpose) -> Command {
    let command = words_command(
        "configmap",
        "Add a generator of a ConfigMap, or data to one",
        "kz edit add configmap NAME --from-literal KEY=VALUE|--from-file [KEY=]FILE|--from-env-file FILE [FLAGS]",
        "The name",
    );
    sources(command, purpose)
        .arg(value("behavior", "BEHAVIOR", "`create`, or over what a base has `merge` or `replace`"))
        .after_help("Examples:\n  kz edit add configmap settings --from-literal=level=info --from-file=app.conf")
}

fn secret_command(purpose: Purpose) -> Command {
    let command = words_command(
        "secret",
        "Add a generator of a Secret, or data to one",
        "kz edit add secret NAME --from-literal KEY=VALUE|--from-file [KEY=]FILE|--from-env-file FILE [FLAGS]",
        "The name",
    );
    sources(command, purpose)
        .arg(value("type", "TYPE", "Its type").default_value("Opaque"))
        .after_help("Examples:\n  kz edit add secret login --from-env-file=login.env")
}

fn sources(command: Command, purpose: Purpose) -> Command {
    command
        .arg(values("from-file", "[KEY=]FILE", "A file, or a pattern of files; several with commas between them"))
        .arg(literal_flag("A key and its value"))
        .arg(value("from-env-file", "FILE", "A file with lines `KEY=VALUE`"))
        .arg(switch("disableNameSuffixHash", "Without the hash at the end of its name", purpose))
        .arg(namespace_flag("Its namespace"))
}

fn annotation(matches: &ArgMatches, ui: &Ui) -> Exit {
    change_here(ui, |ctx| add_annotations(ctx, &words(matches), mode(matches)))
}

fn label(matches: &ArgMatches, ui: &Ui) -> Exit {
    let flags = LabelFlags {
        without_selector: is_on(matches, "without-selector"),
        include_templates: is_on(matches, "include-templates"),
    };
    change_here(ui, |ctx| add_labels(ctx, &words(matches), mode(matches), flags))
}

fn mode(matches: &ArgMatches) -> Mode {
    if is_on(matches, "force") { Mode::Overwrite } else { Mode::Refuse }
}

fn files(matches: &ArgMatches, ui: &Ui, list: Listed, verify: bool) -> Exit {
    change(&fetching::context(matches), ui, |ctx| add_files(ctx, list, &words(matches), verify))
}

fn plugins(matches: &ArgMatches, ui: &Ui, list: Listed) -> Exit {
    change_here(ui, |ctx| add_plugins(ctx, list, &words(matches)))
}

fn generator(matches: &ArgMatches, ui: &Ui, kind: GeneratorKind) -> Exit {
    change_here(ui, |ctx| -> Edited { add_generator(ctx, kind, &words(matches), &generator_flags(matches)?) })
}

/// Go: pflag reads the value of such a flag as a line of CSV.
pub fn comma_list(text: &str) -> Result<Vec<String>> {
    let broken = || {
        Diagnostic::new("usage", format!("`{text}` is no list"))
            .help("a part in quotes ends with a quote, then comes a comma")
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() || !parts.is_empty() {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (part, more) = rest.split_once(',').map_or((rest, None), |(part, more)| (part, Some(more)));
            parts.push(part.to_owned());
            match more {
                Some(more) => rest = more,
                None => break,
            }
            continue;
        };
        let marked = quoted.replace("\"\"", "\0\0");
        let end = marked.find('"').ok_or_else(broken)?;
        parts.push(marked[..end].replace("\0\0", "\""));
        match quoted[end + 1..].strip_prefix(',') {
            Some(more) => rest = more,
            None if quoted[end + 1..].is_empty() => break,
            None => return Err(broken()),
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::comma_list;

    #[test]
    fn a_list_is_a_line_of_csv() {
        let read = |text| comma_list(text).ok().map(|parts| parts.join("|"));
        assert_eq!(read("").as_deref(), Some(""));
        assert_eq!(read("a").as_deref(), Some("a"));
        assert_eq!(read("a,b=c").as_deref(), Some("a|b=c"));
        assert_eq!(read("a,").as_deref(), Some("a|"));
        assert_eq!(read("\"a,b\",c").as_deref(), Some("a,b|c"));
        assert_eq!(read("\"a\"\"b\"").as_deref(), Some("a\"b"));
        assert_eq!(read("\"a").as_deref(), None);
        assert_eq!(read("\"a\"b").as_deref(), None);
    }
}

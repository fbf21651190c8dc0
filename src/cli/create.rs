//! `kz create`

use clap::{Arg, ArgMatches, Command};
use kz::base::{Diagnostic, Sources};
use kz::kustomize::create::{Detect, Request, create};
use kz::kustomize::lock::Lock;

use super::args::{Purpose, is_on, switch, text, texts, value};
use super::called_as;
use super::edit::{save, tell, with_context};
use super::exit::Exit;
use super::fetching;
use super::ui::Ui;

const EXAMPLES: &str = "\
Examples:
  kz create --resources ../base                      an overlay of a base
  kz create --autodetect                             of the manifests in the working directory
  kz create --autodetect --recursive                 and below it
  kz create --resources deployment.yaml,service.yaml --namespace staging --nameprefix acme-";

pub fn command(purpose: Purpose) -> Command {
    let command = Command::new("create")
        .about("Make a kustomization file in the working directory")
        .override_usage("kz create [FLAGS]")
        .after_help(EXAMPLES)
        .arg(Arg::new("words").value_name("WORD").num_args(0..).hide(true))
        .arg(value("resources", "PATH[,PATH…]", "Files, directories, patterns of them, or URLs"))
        .arg(value("namespace", "NAMESPACE", "The namespace of all objects"))
        .arg(value("nameprefix", "PREFIX", "What comes before all names"))
        .arg(value("namesuffix", "SUFFIX", "What comes behind all names"))
        .arg(value("labels", "KEY:VALUE[,…]", "Labels for all objects and their selectors"))
        .arg(value("annotations", "KEY:VALUE[,…]", "Annotations for all objects"))
        .arg(switch("autodetect", "Take the files of the working directory that hold objects", purpose))
        .arg(switch(
            "recursive",
            "With `--autodetect`: and those below it, and directories with kustomizations",
            purpose,
        ));
    fetching::flags(command, purpose)
}

pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    for word in texts(matches, "words") {
        if !called_as::is_kustomize() {
            let message = format!("`{word}` is one word too many: the kustomization is made in the working directory");
            let help = format!("name what it is made of by `--resources {word}`; a chart is made by `helm create`");
            return ui.fail(&Diagnostic::new("usage", message).help(help), &Sources::new());
        }
        // kustomize: words beside the flags have no effect.
        ui.note(&format!("`{word}` has no effect: resources are named by `--resources`"));
    }
    let text = |flag| text(matches, flag);
    let list = |flag| {
        let text = text(flag);
        if text.is_empty() { Vec::new() } else { text.split(',').map(str::to_owned).collect() }
    };
    let request = Request {
        resources: list("resources"),
        namespace: text("namespace"),
        name_prefix: text("nameprefix"),
        name_suffix: text("namesuffix"),
        labels: list("labels"),
        annotations: list("annotations"),
        // kustomize: `--recursive` alone has no effect.
        detect: match (is_on(matches, "autodetect"), is_on(matches, "recursive")) {
            (false, _) => Detect::Nothing,
            (true, false) => Detect::Here,
            (true, true) => Detect::Below,
        },
    };
    with_context(&fetching::context(matches), Lock::default(), ui, |context| {
        let created = create(context, &request).and_then(|draft| save(&draft, context, ui));
        tell(context, ui);
        match created {
            Ok(()) => Exit::Done,
            Err(error) => ui.fail(&error, context.sources),
        }
    })
}

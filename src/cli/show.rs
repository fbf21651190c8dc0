//! `kz show`

use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Result, Sources};
use kz::helm::pull::archive::locate;
use kz::helm::show::{self, Part};

use super::args::{Purpose, Verb, value};
use super::charts;
use super::exit::Exit;
use super::ui::Ui;

pub const VERBS: &[Verb] = &[
    Verb::new("all", |p| part(p, "all", "Show all that is known of a chart", ALL), |m, ui| run(m, ui, Part::All)),
    Verb::new("chart", |p| part(p, "chart", "Show a chart's Chart.yaml", CHART), |m, ui| run(m, ui, Part::Chart)),
    Verb::new(
        "crds",
        |p| part(p, "crds", "Show a chart's custom resource definitions", CRDS),
        |m, ui| run(m, ui, Part::Crds),
    ),
    Verb::new("readme", |p| part(p, "readme", "Show a chart's README", README), |m, ui| run(m, ui, Part::Readme)),
    Verb::new("values", |p| part(p, "values", "Show a chart's values.yaml", VALUES), |m, ui| run(m, ui, Part::Values)),
];

const ALL: &str = "\
Examples:
  kz show all ./chart
  kz show all web --repo https://charts.example.com --version 1.2.0";

const CHART: &str = "\
Examples:
  kz show chart ./web-1.2.0.tgz
  kz show chart stable/web --version ^1.2    the newest of a range";

const CRDS: &str = "\
Examples:
  kz show crds ./chart | kubectl apply --server-side -f -";

const README: &str = "\
Examples:
  kz show readme ./chart
  kz show readme oci://registry.example.com/charts/web";

const VALUES: &str = "\
Examples:
  kz show values ./chart > my-values.yaml
  kz show values ./chart --jsonpath '{.image.tag}'
  kz show values stable/web";

const EXAMPLES: &str = "\
Examples:
  kz show values ./chart                    the values that a chart brings along
  kz show values ./chart --jsonpath '{.image.tag}'
  kz show chart stable/web --version ^1.2   name, version and dependencies of one that a repository has
  kz show readme web --repo https://charts.example.com
  kz show all ./web-1.2.0.tgz               Chart.yaml, values, README and CRDs";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("show")
        .about("Show what a Helm chart holds, as `helm show` does")
        .override_usage("kz show all|chart|crds|readme|values CHART [FLAGS]")
        .after_help(EXAMPLES)
}

fn part(purpose: Purpose, name: &'static str, about: &'static str, examples: &'static str) -> Command {
    let chart = Arg::new("chart").value_name("CHART").required(true);
    let command = Command::new(name)
        .about(about)
        .after_help(examples)
        .arg(chart.help("A chart: a folder, a `.tgz`, `REPOSITORY/CHART`, a URL, `oci://…`, `git+https://…`"));
    let command = match name {
        "values" => command.arg(value("jsonpath", "PATH", "Only what this path finds: `{.image.tag}`")),
        _ => command,
    };
    charts::chart_flags(command, purpose)
}

fn run(matches: &ArgMatches, ui: &Ui, part: Part) -> Exit {
    let sources = Sources::new();
    let printed = charts::Flags::new(matches).and_then(|flags| show(&flags, matches, &sources, ui, part));
    match printed {
        Ok(text) => ui.print(&text),
        Err(error) => ui.fail(&error, &sources),
    }
}

fn show(flags: &charts::Flags, matches: &ArgMatches, sources: &Sources, ui: &Ui, part: Part) -> Result<Vec<u8>> {
    let reference = matches.get_one::<String>("chart").map(String::as_str).unwrap_or_default();
    let note = |text: String| ui.note(&text);
    let pulling = flags.pulling(sources, &note);
    let chart = locate(&pulling, &flags.wanted(reference))?.load_any(&Disk, sources)?;
    chart.all_notes().iter().for_each(|text| ui.note(text));
    match matches.try_get_one::<String>("jsonpath").ok().flatten().filter(|path| !path.is_empty()) {
        Some(path) => show::found(&chart, path, &note),
        None => show::text(&chart, part),
    }
}

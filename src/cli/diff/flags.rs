//! The flags of `kz diff`.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::report::Style;
use kz::base::{Diagnostic, Result, Sources};
use kz::diff::report::markdown;
use kz::diff::{Filter, Options};
use kz::fetch;
use kz::kustomize::BuildOptions;
use kz::render::target::ChartOptions;

use crate::cli::args::{Purpose, path, switch, value, values};
use crate::cli::release::stores;
use crate::cli::target::{self, Side, Targets};
use crate::cli::{build, fetching, settings};

const ABOUT: &str = "Compare what two targets render to, and tell what changes for the cluster";

const EXAMPLES: &str = "\
Examples:
  kz diff overlays/prod                      an overlay now and in the last commit
  kz diff main:overlays/prod overlays/prod   an overlay now and in a revision of git
  kz diff --since origin/main                all overlays that the changes since then touch
  kz diff overlays/staging overlays/prod     two overlays
  kz diff chart-1.2.tgz chart-1.3.tgz -f values.yaml
  kz diff ./chart ./chart --values-a old.yaml --values-b new.yaml
  kz diff web@2 web@latest                   two revisions of a release
  kz diff live: overlays/prod                what applying would change in the cluster
  kz build overlays/prod | kz diff applied.yaml -
  kz diff a.yaml b.yaml --format json | jq '.changes[].object.title'

It ends with 0 where nothing differs, 1 where something does, and 2 where that could not be found out.";

pub const FORMATS: [&str; 5] = ["terminal", "unified", "markdown", "html", "json"];
const TOLD: &str = "What is told";

/// How a report is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    Terminal,
    Unified,
    Markdown {
        most_bytes: usize,
    },
    Html,
    Json,
    /// A template of the user's own.
    Template(PathBuf),
    Stat,
    Names,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Two sides.
    Pair(String, String),
    /// A side, with what the last commit has there; or of another revision, with what is there now.
    Alone(String),
    /// All that the changes since a revision touch, or what they touch of the targets.
    Since { revision: String, targets: Vec<String> },
}

/// What a command line of `kz diff` says.
pub struct Flags {
    pub subject: Subject,
    pub format: Format,
    /// Colours, where `--color` speaks of them.
    pub style: Option<Style>,
    pub output: Option<PathBuf>,
    pub options: Options,
    /// For a chart on either side.
    pub charts: [ChartOptions; 2],
    /// Whether a flag says which release charts see.
    pub is_release_named: bool,
    /// Where releases are kept.
    pub store: stores::Named,
    /// The context of kubectl, for `live:`.
    pub context: Option<String>,
    pub build: BuildOptions,
    pub fetch: fetch::Context,
    pub notes: Vec<String>,
}

pub fn command(purpose: Purpose) -> Command {
    let on_or_off = |name, help| switch(name, help, purpose);
    let command = Command::new("diff")
        .about(ABOUT)
        .override_usage("kz diff A [B] [FLAGS]\n       kz diff --since REV [TARGET…] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("sides")
                .value_name("A B")
                .help("Each a kustomization, a chart, manifests, `-`, `REV:PATH` of git, `NAME@REVISION` of a release, or `live:`")
                .num_args(0..),
        )
        .arg(value("since", "REV", "Compare all kustomizations that the changes since a revision touch"))
        .next_help_heading(TOLD)
        .arg(
            value("format", "FORMAT", "`terminal`, `unified`, `markdown`, `html` or `json`")
                .value_parser(FORMATS)
                .hide_possible_values(true),
        )
        .arg(path("format-template", "FILE", "Write as a template of minijinja says, with the data of `json`"))
        .arg(value("max-bytes", "N", "How long Markdown may be; whole objects are left out before (default: 65000)"))
        .arg(on_or_off("stat", "Only how much changes in each object"))
        .arg(on_or_off("name-only", "Only the names of the objects that differ"))
        .arg(path("output", "PATH", "Write to a file").short('o'))
        .arg(
            value("color", "WHEN", "`auto`, `always` or `never`")
                .value_parser(["auto", "always", "never"])
                .hide_possible_values(true),
        )
        .arg(on_or_off("show-secrets", "Show the values of Secrets: only where nobody else sees them"))
        .arg(values("ignore", "[KIND:]PATH", "Pass over a field, such as `Deployment:spec.replicas`; `*`, `**`"))
        .arg(values("only", "KIND[/NAME]", "Compare only these objects; `*` stands for any text"))
        .arg(value("context", "NAME", "The context of kubectl that `live:` asks"));
    let command = stores::flags(command);
    fetching::flags(target::flags(command, purpose, Targets::Two), purpose)
}

impl Flags {
    /// Errors: not two sides; flags that exclude one another; patterns that are none.
    pub fn new(matches: &ArgMatches, sources: &Sources) -> Result<Flags> {
        let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
        let texts = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<_>>();
        let build = build::options(matches)?;
        let settings = settings::find(&Disk, &build.working_dir, sources)?;
        let ignore = [settings.ignore, texts("ignore")].concat();
        let only = if texts("only").is_empty() { settings.only } else { texts("only") };
        Ok(Flags {
            subject: subject(matches.get_one::<String>("since").cloned(), texts("sides"))?,
            format: format(matches, settings.format.as_deref())?,
            style: match matches.get_one::<String>("color").map(String::as_str) {
                Some("always") => Some(Style::Color),
                Some("never") => Some(Style::Plain),
                _ => None,
            },
            output: matches.get_one::<PathBuf>("output").filter(|path| !path.as_os_str().is_empty()).cloned(),
            options: Options { filter: Filter::new(&ignore, &only)?, show_secrets: is_on("show-secrets") },
            charts: [Side::A, Side::B].map(|side| target::chart_options(matches, Some(side))),
            is_release_named: target::is_release_named(matches),
            store: stores::Named::new(matches),
            context: matches.get_one::<String>("context").filter(|context| !context.is_empty()).cloned(),
            build,
            fetch: fetching::context(matches),
            notes: build::notes(matches),
        })
    }
}

/// Errors: no side, or more than two.
fn subject(since: Option<String>, mut named: Vec<String>) -> Result<Subject> {
    match (since, named.len()) {
        (Some(revision), _) => Ok(Subject::Since { revision, targets: named }),
        (None, 1) => Ok(Subject::Alone(named.remove(0))),
        (None, 2) => Ok(Subject::Pair(named.remove(0), named.remove(0))),
        (None, count) => Err(Diagnostic::new("usage", format!("two sides are compared, and {count} were named"))
            .help("`kz diff A B`, such as `kz diff main:overlays/prod overlays/prod`; `kz diff A`; or `--since REV`")),
    }
}

/// Errors: more than one flag says what is told; a bound of what has none. `usual` is what the repository wants.
fn format(matches: &ArgMatches, usual: Option<&str>) -> Result<Format> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let most_bytes = most_bytes(matches)?;
    let of_name = |name: &str| match name {
        "unified" => Format::Unified,
        "markdown" => Format::Markdown { most_bytes: most_bytes.unwrap_or(markdown::MOST_BYTES) },
        "html" => Format::Html,
        "json" => Format::Json,
        _ => Format::Terminal,
    };
    let named = matches.get_one::<String>("format").map(|name| of_name(name));
    let template = matches.get_one::<PathBuf>("format-template").cloned().map(Format::Template);
    let stat = is_on("stat").then_some(Format::Stat);
    let names = is_on("name-only").then_some(Format::Names);
    let mut wanted = [named, template, stat, names].into_iter().flatten();
    let format = wanted.next().or(usual.map(of_name)).unwrap_or(Format::Terminal);
    if wanted.next().is_some() {
        let message = "`--format`, `--format-template`, `--stat` and `--name-only` exclude one another";
        return Err(Diagnostic::new("usage", message).help("choose one of them"));
    }
    if most_bytes.is_some() && !matches!(format, Format::Markdown { .. }) {
        let message = "`--max-bytes` bounds Markdown only";
        return Err(Diagnostic::new("usage", message).help("add `--format markdown`"));
    }
    Ok(format)
}

/// Errors: no number, or one that leaves no room for anything.
fn most_bytes(matches: &ArgMatches) -> Result<Option<usize>> {
    let Some(text) = matches.get_one::<String>("max-bytes") else { return Ok(None) };
    match text.parse() {
        Ok(number) if number >= markdown::FEWEST_BYTES => Ok(Some(number)),
        _ => Err(Diagnostic::new("usage", format!("`--max-bytes {text}` is no number of bytes that are enough")).help(
            format!("it is at least {}; a comment on GitHub has at most 65536 characters", markdown::FEWEST_BYTES),
        )),
    }
}

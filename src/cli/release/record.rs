//! `kz release record`, `kz release mark`

use age::x25519::Identity;
use clap::{Arg, ArgMatches, Command};
use kz::base::fs::{Disk, Witness};
use kz::base::process::{self, Job};
use kz::base::{Result, Sources, hex};
use kz::fetch::without_secrets;
use kz::kustomize::lock::Entries;
use kz::release::append::{About, Recorded};
use kz::release::history;
use kz::release::inputs::Read;
use kz::release::marks::{self, Mark, State};
use kz::release::name::{Reference, Which};
use kz::release::piece::split;
use kz::release::record::{Order, record};
use kz::release::revision::{Git, Revision};
use kz::release::rollback::removed;
use kz::release::store::Store;
use kz::render::target::Printed;

use super::who::who;
use super::{name, print, stores};
use crate::cli::args::{Purpose, is_on, switch, text, value};
use crate::cli::exit::Exit;
use crate::cli::target::{self, Targets};
use crate::cli::ui::Ui;
use crate::cli::{build, fetching, world};

const RECORD_EXAMPLES: &str = "\
Examples:
  kz release record web overlays/prod -m 'two replicas more'   a kustomization
  kz build overlays/prod | kz release record web -             manifests
  kz release record web ./chart -f prod.yaml                   a chart
  kz release record web overlays/prod --removed > gone.yaml    what it has no longer, for
  kubectl delete --ignore-not-found -f gone.yaml               when the rest is applied";

const MARK_EXAMPLES: &str = "\
Examples:
  kz release mark web applied                    of the newest revision
  kz release mark web@2 failed --context prod";

pub fn command(purpose: Purpose) -> Command {
    let command = Command::new("record")
        .about("Render a target and keep what was rendered as a new revision")
        .override_usage("kz release record NAME TARGET [FLAGS]")
        .after_help(RECORD_EXAMPLES)
        .arg(name("The release"))
        .arg(
            Arg::new("target")
                .value_name("TARGET")
                .help("A kustomization, a chart, manifests, or `-` for stdin")
                .required(true),
        )
        .arg(value("message", "TEXT", "What this revision is about").short('m'))
        .arg(switch("no-secrets", "Do not keep values of Secrets, not even sealed", purpose))
        .arg(switch(
            "removed",
            "Print the objects that are in the newest revision and not in the target, for `kubectl delete -f -`; record \
             nothing",
            purpose,
        ));
    let command = stores::flags(command);
    fetching::flags(target::flags(command, purpose, Targets::One), purpose)
}

pub fn mark_command(_purpose: Purpose) -> Command {
    let command = Command::new("mark")
        .about("Say what became of a revision")
        .override_usage("kz release mark NAME[@REVISION] applied|failed [FLAGS]")
        .after_help(MARK_EXAMPLES)
        .arg(name("The release, and the revision if it is not the newest"))
        .arg(Arg::new("state").value_name("STATE").required(true).value_parser(["applied", "failed"]))
        .arg(value("context", "NAME", "The context of kubectl where it was applied"));
    stores::flags(command)
}

/// Records, and prints the revision: `web@3`.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, recorded(matches, &sources, ui))
}

fn recorded(matches: &ArgMatches, sources: &Sources, ui: &Ui) -> Result<String> {
    build::notes(matches).iter().for_each(|text| ui.note(text));
    let (options, fetch) = (build::options(matches)?, fetching::context(matches));
    let name = text(matches, "name");
    kz::release::name::check(&name)?;
    let named = stores::Named::new(matches);
    let (store, identities) = (stores::store(&named, sources)?, stores::identities(&named)?);
    let target = text(matches, "target");
    let files = Witness::new(&Disk);
    let renderer = target::renderer(&files, &options, &fetch, sources, world::of_machine);
    let printed = match target.as_str() {
        "-" => Printed { text: crate::cli::stdin()?, notes: Vec::new(), fetched: Entries::new() },
        _ => {
            let mut chart = target::chart_options(matches, None);
            if !target::is_release_named(matches) {
                chart.release.clone_from(&name);
            }
            renderer.print(&target, &chart)?
        }
    };
    printed.notes.iter().for_each(|text| ui.note(text));
    if is_on(matches, "removed") {
        return removed_objects(&Reference { name, which: Which::Latest }, &target, &printed.text, &named, sources);
    }
    let read =
        super::read(&files, &printed.fetched, &target, &options.working_dir, fetch.settings.cache_dir.as_deref());
    let about = about(text(matches, "message"), target, &options.environment);
    let work =
        Work { store, identities, environment: &options.environment, without_secrets: is_on(matches, "no-secrets") };
    let (revision, _) = work.keep(&name, &printed.text, &read, about, sources, ui)?;
    Ok(format!("{name}@{}\n", revision.number))
}

/// What the newest revision has and a text has not.
fn removed_objects(
    newest: &Reference,
    target: &str,
    text: &[u8],
    named: &stores::Named,
    sources: &Sources,
) -> Result<String> {
    let opened = stores::open(named, sources)?;
    let before = opened.contents().objects(&history::find(&*opened.store, newest)?, sources)?;
    let after: Vec<_> = split(sources, target, text)?.into_iter().flat_map(|piece| piece.objects).collect();
    super::rollback::heads(&removed(&before, &after))
}

/// Keeps what a command prints, before it prints it: `--record NAME`.
///
/// Errors: those of recording. Then nothing is to be printed.
pub fn keep_printed(name: &str, printed: &[u8], target: &str, read: &Read, sources: &Sources, ui: &Ui) -> Result<()> {
    kz::release::name::check(name)?;
    let named = stores::Named::default();
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let work = Work {
        store: stores::store(&named, sources)?,
        identities: stores::identities(&named)?,
        environment: &environment,
        without_secrets: false,
    };
    let about = about(String::new(), target.to_owned(), &environment);
    if let (revision, true) = work.keep(name, printed, read, about, sources, ui)? {
        ui.note(&format!("recorded as revision {} of `{name}`", revision.number));
    }
    Ok(())
}

/// What revisions are recorded with.
struct Work<'w> {
    store: Box<dyn Store>,
    identities: Vec<Identity>,
    environment: &'w [(String, String)],
    without_secrets: bool,
}

impl Work<'_> {
    /// The revision that has this text, and whether it is a new one.
    fn keep(
        &self,
        name: &str,
        printed: &[u8],
        read: &Read,
        about: About,
        sources: &Sources,
        ui: &Ui,
    ) -> Result<(Box<Revision>, bool)> {
        let order = Order {
            store: &*self.store,
            name,
            text: printed,
            read,
            git: &|| git(self.environment),
            about,
            identities: &self.identities,
            first_recipients: &|| stores::first_recipients(&self.identities, ui),
            without_secrets: self.without_secrets,
        };
        match record(order, sources, &mut world::random)? {
            Recorded::New(revision) => Ok((revision, true)),
            Recorded::Same(revision) => {
                ui.note(&format!("nothing changed since revision {} of `{name}`: no new one", revision.number));
                Ok((revision, false))
            }
        }
    }
}

/// What is known of a revision that is recorded now and here, but the commit, which takes a moment to ask for.
pub fn about(message: String, target: String, environment: &[(String, String)]) -> About {
    let mut id = [0; 8];
    world::random(&mut id);
    About {
        id: hex(&id),
        time: now(),
        who: who(environment),
        message,
        git: None,
        target: shown(&target),
        flags: flags(std::env::args().skip(1)),
        kz: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// Flags whose values tell how something was rendered, and are no secrets.
const TOLD: [&str; 14] = [
    "--api-versions",
    "--helm-api-versions",
    "--helm-kube-version",
    "--helm-namespace-on",
    "--kube-version",
    "--load-restrictor",
    "--namespace",
    "--release-name",
    "--reorder",
    "--values",
    "--version",
    "-a",
    "-f",
    "-n",
];

/// The flags of a command line. Values may be secret, so only those are told that are known to be none.
fn flags(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut told = Vec::new();
    let mut words = words.skip_while(|word| !word.starts_with('-')).peekable();
    while let Some(word) = words.next().filter(|word| word != "--") {
        let (flag, value) = word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
        if !flag.starts_with('-') || flag == "-" || flag == "-m" || flag == "--message" {
            continue;
        }
        let value = value.map(str::to_owned).or_else(|| words.next_if(|next| !next.starts_with('-')));
        match value {
            Some(value) if TOLD.contains(&flag) => told.push(format!("{flag}={}", shown(&value))),
            Some(_) if flag.starts_with("--set") => told.push(format!("{flag}=***")),
            _ => told.push(flag.to_owned()),
        }
    }
    told
}

/// A path as it is, a URL without a password.
pub fn shown(text: &str) -> String {
    if text.contains("://") { without_secrets(text) } else { text.to_owned() }
}

/// The commit of the working directory; nothing outside of repositories.
pub fn git(environment: &[(String, String)]) -> Option<Git> {
    let path = environment.iter().rfind(|(name, _)| name == "PATH").map(|(_, value)| value.as_str())?;
    let program = process::find_in_path("git", path)?;
    let ask = |words: &[&str]| {
        let args: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let job = Job { name: "git", program: &program, args: &args, environment, directory: None, input: Vec::new() };
        let outcome = process::run(job).ok().filter(|outcome| outcome.failure.is_none())?;
        String::from_utf8(outcome.stdout).ok()
    };
    let commit = ask(&["--no-optional-locks", "rev-parse", "--verify", "HEAD"])?.trim().to_owned();
    let dirty = ask(&["--no-optional-locks", "status", "--porcelain"]).is_none_or(|changed| !changed.trim().is_empty());
    Some(Git { commit, dirty })
}

/// Marks a revision.
pub fn mark(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    print(ui, &sources, marked(matches, &sources))
}

fn marked(matches: &ArgMatches, sources: &Sources) -> Result<String> {
    let store = stores::open(&stores::Named::new(matches), sources)?.store;
    let revision = history::find(&*store, &Reference::parse(&text(matches, "name"))?)?;
    let state = if text(matches, "state") == "applied" { State::Applied } else { State::Failed };
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let context = Some(text(matches, "context")).filter(|context| !context.is_empty());
    marks::add(
        &*store,
        &revision.name,
        revision.number,
        &Mark { state, time: now(), who: who(&environment), context },
    )?;
    Ok(format!("{}@{} {}\n", revision.name, revision.number, state.word()))
}

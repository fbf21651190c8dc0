//! `kz lock`

use std::sync::Mutex;

use clap::builder::ValueParser;
use clap::{Arg, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Diagnostic, Result, Sources};
use kz::fetch;
use kz::kustomize::loader::RepoSpec;
use kz::kustomize::lock::changes::{Change, Kind, between};
use kz::kustomize::lock::{self, Entries, Lock, Renewed};
use kz::kustomize::{self, BuildOptions, Context};

use super::args::{Purpose, switch, value};
use super::build::{options, rendering};
use super::exit::Exit;
use super::ui::Ui;
use super::{fetching, world};

const EXAMPLES: &str = "\
Examples:
  kz lock overlays/prod                  write kz.lock: builds use from then on exactly what it says
  kz lock overlays/prod --check          is it still what is there? Exit code 1 where it is not
  kz lock overlays/prod --update         take what is there now
  kz lock overlays/prod --update web     the same, for one chart, file or repository";

/// What `--update` without a name stands for.
const ALL: &str = "";

pub fn command(purpose: Purpose) -> Command {
    let command = Command::new("lock")
        .about("Write down what a kustomization uses from elsewhere, so that builds use exactly that")
        .override_usage("kz lock [DIR] [--check | --update [NAME]] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(Arg::new("dir").value_name("DIR").help("The directory with the kustomization").default_value("."))
        .arg(switch("check", "Only say what is different from the lock, with exit code 1; 2 after an error", purpose))
        .arg(
            value("update", "NAME", "Take what is there now, for all or for those of a name")
                .num_args(0..=1)
                .allow_hyphen_values(false)
                .value_parser(ValueParser::string())
                .default_missing_value(ALL),
        );
    fetching::flags(rendering(command, purpose), purpose)
}

/// What is to be done with the lock.
enum Work {
    Check,
    /// What it lacks is added, and what is not used any more taken out.
    Complete,
    Renew(Option<String>),
}

pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    let sources = Sources::new();
    let is_check = matches.get_one::<bool>("check").copied().unwrap_or_default();
    let work = match matches.get_one::<String>("update").map(String::as_str) {
        Some(_) if is_check => {
            let error = Diagnostic::new("usage", "`--check` changes nothing, and `--update` does");
            return fail(ui, &error.help("leave one of them out"), &sources, is_check);
        }
        Some(ALL) => Work::Renew(None),
        Some(name) => Work::Renew(Some(name.to_owned())),
        None if is_check => Work::Check,
        None => Work::Complete,
    };
    let done = options(matches).and_then(|options| {
        let mut fetch = fetching::context(matches);
        fetch.settings.asks_again = true;
        let dir = matches.get_one::<String>("dir").map_or(".", String::as_str);
        Task { dir, options: &options, fetch: &fetch, sources: &sources, ui }.run(&work)
    });
    done.unwrap_or_else(|error| fail(ui, &error, &sources, is_check))
}

fn fail(ui: &Ui, error: &Diagnostic, sources: &Sources, is_check: bool) -> Exit {
    let failed = ui.fail(error, sources);
    if is_check { Exit::Trouble } else { failed }
}

struct Task<'t> {
    dir: &'t str,
    options: &'t BuildOptions,
    fetch: &'t fetch::Context,
    sources: &'t Sources,
    ui: &'t Ui,
}

impl Task<'_> {
    fn run(&self, work: &Work) -> Result<Exit> {
        if RepoSpec::parse(self.dir).is_some() {
            let message = "only a directory of this machine can have a lock, and this is an address";
            return Err(Diagnostic::new("usage", message).help("name the address in a kustomization, and lock that"));
        }
        let working_dir = &self.options.working_dir;
        // One that is made anew may be broken, or of another version.
        let read = || lock::read(&Disk, working_dir, self.dir);
        let (held, renewed, before) = match work {
            Work::Check => (None, Renewed::Nothing, read()?.ok_or_else(|| self.no_lock())?),
            Work::Complete => {
                let held = read()?;
                (held.clone(), Renewed::Nothing, held.unwrap_or_default())
            }
            Work::Renew(None) => (None, Renewed::Nothing, read().ok().flatten().unwrap_or_default()),
            Work::Renew(Some(name)) => {
                let held = read()?.ok_or_else(|| self.no_lock())?;
                if !held.keys().any(|thing| thing.is_named(name)) {
                    return Err(self.no_such_name(name, &held));
                }
                (Some(held.clone()), Renewed::Named(name.clone()), held)
            }
        };
        let now = self.build(Lock::recording(self.dir, held, renewed))?;
        let changes = between(&before, &now);
        let is_check = matches!(work, Work::Check);
        let printed = self.ui.print(lines(&changes, is_check).as_bytes());
        if printed != Exit::Done {
            return Ok(printed);
        }
        match (is_check, changes.is_empty()) {
            (false, _) => {
                lock::write(&Disk, working_dir, self.dir, &now)?;
                let things = if now.len() == 1 { "entry" } else { "entries" };
                self.ui.note(&format!("`{}` has {} {things}", self.file(), now.len()));
                Ok(Exit::Done)
            }
            (true, true) => {
                self.ui.note(&format!("`{}` is what is there", self.file()));
                Ok(Exit::Done)
            }
            (true, false) => Ok(Exit::Failed),
        }
    }

    /// What a build uses.
    fn build(&self, lock: Lock) -> Result<Entries> {
        let context = Context {
            fs: &Disk,
            sources: self.sources,
            options: self.options,
            fetch: self.fetch,
            lock: &lock,
            trail: None,
            world: world::of_machine,
            notes: Mutex::default(),
        };
        let built = kustomize::build(&context, self.dir).map(drop);
        context.notes.into_inner().unwrap_or_else(|e| e.into_inner()).iter().for_each(|text| self.ui.note(text));
        built.map(|()| lock.uses())
    }

    fn file(&self) -> String {
        lock::file_name(self.dir)
    }

    fn no_lock(&self) -> Box<Diagnostic> {
        Diagnostic::new("lock-file", format!("there is no `{}`", self.file()))
            .help(format!("make one: `kz lock {}`", self.dir))
    }

    fn no_such_name(&self, name: &str, held: &Entries) -> Box<Diagnostic> {
        let mut names: Vec<String> = held.keys().map(|thing| format!("`{}`", thing.short_name())).collect();
        names.sort_unstable();
        names.dedup();
        let has = if names.is_empty() { "it has nothing".to_owned() } else { format!("it has {}", names.join(", ")) };
        Diagnostic::new("usage", format!("`{}` has nothing of the name `{name}`", self.file()))
            .help(format!("{has}; all of a directory is renewed by `kz lock DIR --update`"))
    }
}

/// A line for each change.
fn lines(changes: &[Change], is_check: bool) -> String {
    let line = |change: &Change| {
        let word = |of_check, of_lock| if is_check { of_check } else { of_lock };
        let thing = change.thing;
        match &change.kind {
            Kind::Added(pin) => format!("{}: {thing}: {pin}\n", word("missing", "added")),
            Kind::Moved { from, to } => format!("{}: {thing}: from {from} to {to}\n", word("moved", "changed")),
            Kind::Removed => format!("{}: {thing}\n", word("superfluous", "removed")),
        }
    };
    changes.iter().map(line).collect()
}

//! One call of the program `git`.
//!
//! **Invariant:** it ends in time; it asks somebody only where there is a terminal and nothing else will do; it runs no
//! hooks, and no transport that is a program.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::failure::{Failure, Kind};
use super::{NamedBy, Source, address};
use crate::base::process::{self, Job, Limit, Outcome};
use crate::base::{Diagnostic, Result};
use crate::fetch::{Context, Programs};

/// The environment of a call: that of this process, without what would lead git to another repository. Messages are
/// looked into, so they are not translated.
pub fn environment(programs: &Programs) -> Vec<(String, String)> {
    let mut environment = programs.environment.clone();
    environment.retain(|(name, _)| !LOCAL.contains(&name.as_str()));
    environment.push(("LC_ALL".to_owned(), "C".to_owned()));
    environment
}

/// What git would take for the repository to work on, as it does in a hook. git: `rev-parse --local-env-vars`.
const LOCAL: [&str; 13] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// What the user's own configuration is not to decide here.
const CONFIG: [&str; 8] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "protocol.fd.allow=never",
    "submodule.recurse=false",
];

const USER: &str = "KZ_GIT_USER";
const PASSWORD: &str = "KZ_GIT_PASSWORD";

/// What git asks for user and password. git: a helper that begins with `!` is run by the shell, and `get` asks it.
const HELPER: &str =
    r#"!f() { test "$1" != get || printf 'username=%s\npassword=%s\n' "$KZ_GIT_USER" "$KZ_GIT_PASSWORD"; }; f"#;

/// Whether a call may ask for passwords on the terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    Quiet,
    Asking,
}

/// Does something quietly, and where the server wants to know more, again so that somebody can be asked, one at a time.
/// ssh cannot be told to be quiet, whoever runs it.
pub fn politely<T>(
    context: &Context,
    source: &Source,
    mut once: impl FnMut(Manner) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if !context.settings.programs.has_terminal || address::is_local(&source.url) {
        return once(Manner::Quiet);
    }
    if address::is_ssh(&source.url) {
        return once(Manner::Asking);
    }
    match once(Manner::Quiet) {
        Err(failure) if failure.kind == Kind::Denied => {
            let _one_at_a_time = context.git.asking.lock().unwrap_or_else(|e| e.into_inner());
            once(Manner::Asking)
        }
        done => done,
    }
}

/// A call in the making.
#[derive(Clone)]
pub struct Call<'c> {
    context: &'c Context,
    source: &'c Source,
    manner: Manner,
    args: Vec<String>,
    environment: Vec<(String, String)>,
    /// Where it is run, if it matters.
    folder: Option<PathBuf>,
}

impl<'c> Call<'c> {
    /// A call that works on the bare repository in `repository`, whose remote `origin` is the source's address. It is
    /// not written down, for it may hold a password.
    pub fn new(context: &'c Context, source: &'c Source, repository: &Path) -> Call<'c> {
        Call::bare(context, source).origin(&source.url).arg(format!("--git-dir={}", repository.display()))
    }

    /// A call that works on the repository around a folder, with the remotes that it has.
    pub fn around(context: &'c Context, source: &'c Source, folder: &Path) -> Call<'c> {
        Call { folder: Some(folder.to_owned()), ..Call::bare(context, source) }
    }

    fn bare(context: &'c Context, source: &'c Source) -> Call<'c> {
        let (manner, args, environment) = (Manner::Quiet, Vec::new(), Vec::new());
        let call = Call { context, source, manner, args, environment, folder: None };
        CONFIG.into_iter().fold(call, |call, config| call.config(config.to_owned()))
    }

    /// Others see the arguments of programs: a password goes by way of the environment, for its server alone.
    fn origin(self, url: &str) -> Call<'c> {
        let Some((url, credentials)) = address::split_credentials(url) else {
            return self.config(format!("remote.origin.url={url}"));
        };
        let helper = format!("credential.{}.helper", credentials.server);
        self.config(format!("remote.origin.url={url}"))
            // Nobody else is asked.
            .config(format!("{helper}="))
            .config(format!("{helper}={HELPER}"))
            .variable(USER, credentials.user)
            .variable(PASSWORD, credentials.password)
    }

    pub fn manner(self, manner: Manner) -> Call<'c> {
        Call { manner, ..self }
    }

    pub fn config(self, setting: String) -> Call<'c> {
        self.arg("-c".to_owned()).arg(setting)
    }

    pub fn arg(mut self, arg: String) -> Call<'c> {
        self.args.push(arg);
        self
    }

    /// Arguments, a word each.
    pub fn args(mut self, words: &[&str]) -> Call<'c> {
        self.args.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    pub fn variable(mut self, name: &str, value: String) -> Call<'c> {
        self.environment.push((name.to_owned(), value));
        self
    }

    /// Runs git, and gives what it prints.
    pub fn run(self) -> Result<Vec<u8>, Failure> {
        let source = self.source;
        let outcome = self.outcome()?;
        match outcome.failure {
            None => Ok(outcome.stdout),
            Some(ended) => Err(Failure::of_message(source, "fetch", &outcome.stderr, &ended)),
        }
    }

    /// Runs git, and gives what it leaves, however it ends; messages are fit to be shown.
    pub fn outcome(self) -> Result<Outcome, Failure> {
        let Call { context, source, manner, args, environment: own, folder } = self;
        let programs = &context.settings.programs;
        let program = program(context, "something must be fetched from a git repository")?;
        let mut environment = environment(programs);
        if !programs.may_ask(&source.url) {
            environment.retain(|(name, _)| name != "GIT_ASKPASS");
        }
        if manner == Manner::Quiet {
            environment.push(("GIT_TERMINAL_PROMPT".to_owned(), "0".to_owned()));
        }
        if source.named_by == NamedBy::Repository {
            environment.push(("GIT_PROTOCOL_FROM_USER".to_owned(), "0".to_owned()));
        }
        environment.extend(own);
        let job = Job {
            name: "`git`",
            program: &program,
            args: &args,
            environment: &environment,
            // Not in a repository that is about something else.
            directory: Some(match &folder {
                Some(folder) => folder,
                None => context.cache()?.root(),
            }),
            input: Vec::new(),
        };
        match process::run_within(job, Limit { time: source.timeout, family: programs.family }) {
            Ok(outcome) => {
                let stderr = address::clean_message(&outcome.stderr, &source.url);
                Ok(Outcome { stderr, ..outcome })
            }
            Err(error) if error.code == "program-timeout" => Err(Failure::of_timeout(source)),
            Err(error) => Err(Failure { kind: Kind::Other, diagnostic: error }),
        }
    }
}

/// Where git is; `what` is to be done with it.
///
/// Errors: `git-missing`.
pub fn program(context: &Context, what: &str) -> Result<PathBuf> {
    context.settings.programs.find("git").ok_or_else(|| {
        Diagnostic::new("git-missing", format!("{what}, and there is no program `git`"))
            .help("install git, or add its directory to `PATH`")
    })
}

/// As a person would write it: `27 s`.
pub fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

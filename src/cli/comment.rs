//! `kz comment`

use std::io::Read;

use clap::{Arg, ArgGroup, ArgMatches, Command};
use kz::base::{Diagnostic, Result, Sources};
use kz::forge::{self, Api, Kept, Thread};

use super::args::{Purpose, switch, value};
use super::exit::Exit;
use super::fetching;
use super::ui::Ui;

const EXAMPLES: &str = "\
Examples:
  kz diff --since origin/main --format markdown -o report.md
  kz comment --github report.md                    in a workflow of GitHub, with GITHUB_TOKEN set
  kz comment --gitlab report.md                    in a pipeline of GitLab, with GITLAB_TOKEN set
  kz comment --github --repo org/app --number 7 -  of stdin, from anywhere";

/// A comment of GitHub has so many characters at most.
const GITHUB_LIMIT: usize = 65_536;

/// A note of GitLab has so many characters at most.
const GITLAB_LIMIT: usize = 1_000_000;

pub fn command(purpose: Purpose) -> Command {
    Command::new("comment")
        .about("Keep a report as one comment of a pull request or merge request")
        .override_usage("kz comment --github|--gitlab [FILE] [FLAGS]")
        .after_help(EXAMPLES)
        .arg(Arg::new("file").value_name("FILE").help("The text, in Markdown; `-` is stdin").default_value("-"))
        .arg(switch("github", "Comment on a pull request of GitHub", purpose))
        .arg(switch("gitlab", "Comment on a merge request of GitLab", purpose))
        .arg(value("repo", "OWNER/NAME", "The repository; that of the workflow or pipeline if nothing else is said"))
        .arg(value("number", "N", "The pull request or merge request; that of the workflow or pipeline"))
        .arg(value("api-url", "URL", "The address of the API, of servers of your own"))
        .arg(value("marker", "NAME", "Tells this comment from others that kz keeps").default_value("kz-diff"))
        .group(ArgGroup::new("api").args(["github", "gitlab"]).multiple(true))
}

/// Posts the comment, or brings the one that is there up to date.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    match comment(matches) {
        Ok(Kept::Posted) => ui.note("commented"),
        Ok(Kept::Updated) => ui.note("the comment is up to date now"),
        Ok(Kept::Unchanged) => ui.note("the comment says this already"),
        Err(error) => return ui.fail(&error, &Sources::new()),
    }
    Exit::Done
}

fn comment(matches: &ArgMatches) -> Result<Kept> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let text = |name: &str| matches.get_one::<String>(name).filter(|text| !text.is_empty()).cloned();
    let api = match (is_on("github"), is_on("gitlab")) {
        (true, false) => Api::GitHub,
        (false, true) => Api::GitLab,
        _ => {
            return Err(Diagnostic::new("usage", "where the comment goes has to be said")
                .help("one of `--github` and `--gitlab`"));
        }
    };
    let of = Surroundings { api };
    let repository = text("repo").or_else(|| of.repository()).ok_or_else(|| of.unsaid("repository", "--repo"))?;
    check_repository(api, &repository)?;
    let number = match text("number") {
        Some(number) => number.parse().ok(),
        None => of.number(),
    };
    let number = number.ok_or_else(|| of.unsaid("number of the pull request or merge request", "--number"))?;
    let base = text("api-url").or_else(|| of.base()).unwrap_or_else(|| of.public_base().to_owned());
    let token = of.token()?;
    let body = read(&text("file").unwrap_or_default())?;
    let limit = if api == Api::GitHub { GITHUB_LIMIT } else { GITLAB_LIMIT };
    let marker = text("marker").unwrap_or_default();
    if body.chars().count() + marker.len() + "\n\n<!-- kz: -->\n".len() > limit {
        return Err(Diagnostic::new("comment-length", format!("a comment has at most {limit} characters"))
            .help("`kz diff --format markdown` stays below that; `--max-bytes` sets another bound"));
    }
    let thread = Thread { api, base: &base, repository: &repository, number, token: &token };
    forge::keep(&fetching::context_without_cache(), &thread, &marker, &body)
}

/// What stands in the path of a URL as it is.
fn check_repository(api: Api, repository: &str) -> Result<()> {
    let is_name = |name: &str| {
        let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._".contains(&b) || b == b'-');
        !name.is_empty() && !matches!(name, "." | "..") && is_plain
    };
    let parts: Vec<&str> = repository.split('/').collect();
    let is_right = match api {
        Api::GitHub => parts.len() == 2 && parts.iter().all(|part| is_name(part)),
        Api::GitLab => parts.iter().all(|part| is_name(part)),
    };
    if is_right {
        return Ok(());
    }
    Err(Diagnostic::new("usage", format!("`{repository}` is no repository")).help("`--repo OWNER/NAME`"))
}

fn read(file: &str) -> Result<String> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().lock().read_to_string(&mut text).map(|_| ()),
        _ => std::fs::read_to_string(file).map(|content| text = content),
    };
    read.map_err(|error| {
        let name = if file == "-" { "standard input" } else { file };
        Diagnostic::new("read", format!("cannot read {name}: {error}")).help("name a file with the text of the comment")
    })?;
    Ok(text)
}

/// What a workflow or pipeline says of itself, in the environment.
struct Surroundings {
    api: Api,
}

impl Surroundings {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn repository(&self) -> Option<String> {
        match self.api {
            Api::GitHub => self.variable("GITHUB_REPOSITORY"),
            Api::GitLab => self.variable("CI_PROJECT_ID").or_else(|| self.variable("CI_PROJECT_PATH")),
        }
    }

    /// On GitHub from the event, or from the reference `refs/pull/7/merge`.
    fn number(&self) -> Option<u64> {
        if self.api == Api::GitLab {
            return self.variable("CI_MERGE_REQUEST_IID")?.parse().ok();
        }
        let of_event = || {
            let event = std::fs::read(self.variable("GITHUB_EVENT_PATH")?).ok()?;
            let event: serde_json::Value = serde_json::from_slice(&event).ok()?;
            event["pull_request"]["number"].as_u64()
        };
        let of_reference = || self.variable("GITHUB_REF")?.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok();
        of_event().or_else(of_reference)
    }

    fn base(&self) -> Option<String> {
        match self.api {
            Api::GitHub => self.variable("GITHUB_API_URL"),
            Api::GitLab => self.variable("CI_API_V4_URL"),
        }
    }

    fn public_base(&self) -> &'static str {
        match self.api {
            Api::GitHub => "https://api.github.com",
            Api::GitLab => "https://gitlab.com/api/v4",
        }
    }

    /// Errors: there is none. A token is never an argument: others see those.
    fn token(&self) -> Result<String> {
        let names: &[&str] = match self.api {
            Api::GitHub => &["GITHUB_TOKEN", "GH_TOKEN"],
            Api::GitLab => &["GITLAB_TOKEN"],
        };
        names.iter().find_map(|name| self.variable(name)).ok_or_else(|| {
            Diagnostic::new("comment-token", "there is no token to comment with")
                .help(format!("set `{}` in the environment", names.join("` or `")))
        })
    }

    fn unsaid(&self, what: &str, flag: &str) -> Box<Diagnostic> {
        Diagnostic::new("usage", format!("the {what} is not known")).help(format!("name it: `{flag}`"))
    }
}

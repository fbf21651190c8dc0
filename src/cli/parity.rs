//! `kz parity`: builds the targets of a repository with kz and with the kustomize and helm that are installed, and
//! compares what they print and how long they take.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, Command};
use kz::base::fs::{Disk, Entry, slashed};
use kz::base::process::{self, Family, Job, Limit, Outcome};
use kz::base::{Diagnostic, FileSystem, Result, SourceId, Sources};
use kz::yaml::{Node, ReadOptions, read};

use super::args::{Purpose, texts};
use super::exit::Exit;
use super::target::{is_chart, kustomization};
use super::ui::Ui;

const EXAMPLES: &str = "\
Examples:
  kz parity                               all kustomizations and charts below the working directory
  kz parity overlays/prod charts/web      these
  kz parity -- --enable-helm              with flags for both `kz build` and `kustomize build`";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("parity")
        .about("Compare with the kustomize and helm that are installed: bytes and times of all targets")
        .override_usage("kz parity [TARGET…] [-- FLAGS…]")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("targets")
                .value_name("TARGET")
                .num_args(0..)
                .help("Kustomizations and charts; all below the working directory if none is named"),
        )
        .arg(
            Arg::new("flags")
                .value_name("FLAGS")
                .num_args(0..)
                .last(true)
                .help("Flags that kustomizations are built with"),
        )
}

/// 0: all targets are the same; 1: some are not; 2: that could not be found out.
pub fn run(matches: &ArgMatches, ui: &Ui) -> Exit {
    match compared(matches, ui) {
        Err(error) => {
            ui.fail(&error, &Sources::new());
            Exit::Trouble
        }
        Ok(Sums { differ: 0, same: 0, .. }) => Exit::Trouble,
        Ok(Sums { differ: 0, .. }) => Exit::Done,
        Ok(_) => Exit::Failed,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tool {
    Kustomize,
    Helm,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Tool::Kustomize => "kustomize",
            Tool::Helm => "helm",
        }
    }

    /// What both tools are asked.
    fn words(self, target: &str, flags: &[String]) -> Vec<String> {
        match self {
            Tool::Kustomize => ["build", target].map(str::to_owned).into_iter().chain(flags.iter().cloned()).collect(),
            Tool::Helm => ["template", "parity", target].map(str::to_owned).to_vec(),
        }
    }
}

/// What came of all targets.
#[derive(Default)]
struct Sums {
    same: usize,
    differ: usize,
    own: Duration,
    theirs: Duration,
}

fn compared(matches: &ArgMatches, ui: &Ui) -> Result<Sums> {
    let (named, flags) = (texts(matches, "targets"), texts(matches, "flags"));
    let targets = match named.is_empty() {
        true => all_targets()?,
        false => named.into_iter().map(|target| Ok((tool_of(&target)?, target))).collect::<Result<_>>()?,
    };
    if targets.is_empty() {
        return Err(Diagnostic::new("parity", "there are no kustomizations and charts below the working directory")
            .help("change to a folder with some, or name them: `kz parity TARGET…`"));
    }
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let path = environment.iter().rfind(|(name, _)| name == "PATH").map_or("", |(_, value)| value.as_str());
    let own = std::env::current_exe()
        .map_err(|error| Diagnostic::new("parity", format!("kz does not find itself: {error}")))?;
    let programs = [Tool::Kustomize, Tool::Helm].map(|tool| process::find_in_path(tool.name(), path));
    let width = targets.iter().map(|(_, target)| target.chars().count()).max().unwrap_or_default().max(6);
    let mut sums = Sums::default();
    let row = |target: &str, own: &str, theirs: &str, times: &str, result: &str| {
        let line = format!("{target:width$}  {own:>9}  {theirs:>9}  {times:>6}  {result}");
        ui.print(format!("{}\n", line.trim_end()).as_bytes())
    };
    row("TARGET", "KZ", "TOOL", "TIMES", "RESULT");
    for (tool, target) in &targets {
        let Some(program) = &programs[*tool as usize] else {
            row(target, "", "", "", &format!("{} is not installed", tool.name()));
            continue;
        };
        let words = tool.words(target, &flags);
        let (ours, time) = timed(&own, &words, &environment)?;
        let (theirs, their_time) = timed(program, &words, &environment)?;
        let result = result(&ours, &theirs, *tool);
        match result.starts_with(SAME) {
            true => (sums.same, sums.own, sums.theirs) = (sums.same + 1, sums.own + time, sums.theirs + their_time),
            false => sums.differ += 1,
        }
        row(target, &milliseconds(time), &milliseconds(their_time), &times(time, their_time), &result);
    }
    if sums.same > 0 {
        ui.note(&format!(
            "{} the same, {} not; what is the same took kz {} and the others {}: {} as long",
            sums.same,
            sums.differ,
            milliseconds(sums.own),
            milliseconds(sums.theirs),
            times(sums.own, sums.theirs)
        ));
    }
    Ok(sums)
}

const SAME: &str = "same";

/// How what both print compares. Where both refuse a target they agree.
fn result(ours: &Outcome, theirs: &Outcome, tool: Tool) -> String {
    match (&ours.failure, &theirs.failure) {
        (None, None) if ours.stdout == theirs.stdout => SAME.to_owned(),
        (None, None) => {
            let lines =
                |outcome: &Outcome| outcome.stdout.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
            let (ours, theirs) = (lines(ours), lines(theirs));
            let line = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count() + 1;
            format!("differs from line {line} on")
        }
        (Some(_), Some(_)) => format!("{SAME}: both refuse it"),
        (Some(_), None) => format!("only kz refuses it: {}", first_line(&ours.stderr)),
        (None, Some(_)) => format!("only {} refuses it: {}", tool.name(), first_line(&theirs.stderr)),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

fn timed(program: &Path, words: &[String], environment: &[(String, String)]) -> Result<(Outcome, Duration)> {
    let start = Instant::now();
    let job = Job { name: "parity", program, args: words, environment, directory: None, input: Vec::new() };
    let outcome = process::run_within(job, Limit { time: LONGEST, family: Family::Shared })?;
    Ok((outcome, start.elapsed()))
}

/// Who takes longer hangs.
const LONGEST: Duration = Duration::from_secs(600);

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn times(own: Duration, theirs: Duration) -> String {
    format!("{:.1}x", theirs.as_secs_f64() / own.as_secs_f64().max(1e-6))
}

/// What builds a target.
fn tool_of(target: &str) -> Result<Tool> {
    let path = Path::new(target);
    if is_chart(path) && kustomization(path).is_none() || Disk.is_file(path) {
        return Ok(Tool::Helm);
    }
    match kustomization(path) {
        Some(_) => Ok(Tool::Kustomize),
        None => Err(Diagnostic::new("parity", format!("there is no kustomization and no chart in `{target}`"))
            .help("name folders with a `kustomization.yaml` or a `Chart.yaml`")),
    }
}

/// All that can be built by itself: kustomizations that are no components, and charts that are no part of others and no
/// libraries.
fn all_targets() -> Result<Vec<(Tool, String)>> {
    let mut found = Vec::new();
    walk(Path::new("."), &mut found)?;
    found.sort_by(|(_, a), (_, b)| a.cmp(b));
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<(Tool, String)>) -> Result<()> {
    let shown = slashed(folder.strip_prefix(".").unwrap_or(folder));
    let shown = if shown.is_empty() { ".".to_owned() } else { shown };
    if kustomization(folder).is_some_and(|file| text_of(&file, "kind") != "Component") {
        found.push((Tool::Kustomize, shown.clone()));
    }
    let is_chart = is_chart(folder);
    if is_chart && text_of(&folder.join("Chart.yaml"), "type") != "library" {
        found.push((Tool::Helm, shown));
    }
    let unreadable = |error: std::io::Error| {
        Diagnostic::new("unreadable-file", format!("cannot read `{}`: {error}", folder.display()))
            .help("see whether this user may read it")
    };
    for (name, kind) in Disk.entries(folder).map_err(unreadable)? {
        // What a chart needs is rendered with it.
        if kind == Entry::Folder && !name.starts_with('.') && !(is_chart && (name == "charts" || name == "templates")) {
            walk(&folder.join(&name), found)?;
        }
    }
    Ok(())
}

/// A field of a file at its top; empty where it is not there.
fn text_of(file: &Path, field: &str) -> String {
    let documents = Disk.read(file).ok().and_then(|text| read(SourceId::NONE, &text, ReadOptions::values()).ok());
    let root = documents.and_then(|documents| documents.into_iter().next()?.root);
    root.as_ref().and_then(|root| root.get(field)).and_then(Node::text).unwrap_or_default().to_owned()
}

//! Runs every command that the book and the README show, and compares what is shown below with what is printed.
//!
//! A page is run from top to bottom in one [`Scene`]: a fresh folder with a copy of `examples/`, where `kz` is the first program.
//!
//! | On the page | What it is |
//! |---|---|
//! | ```` ```console ```` | a line `$ …` is a command; below it stands what it prints, stdout before stderr. `…` stands for any lines, or within a line for any text, and a time for any time |
//! | ```` ```sh ```` | commands that have to succeed; what they print is not looked at |
//! | ```` ```sh,notest ```` | commands of [`NOT_RUN`] |
//! | `<!-- setup` … `-->` | a script that sets the scene |
//!
//! A command that fails has to show an error, unless it wants something of a host of examples: that cannot be reached.
//!
//! What the text between the blocks names, and YAML for pipelines, is not run: its commands and flags have to be there.
#![cfg(unix)]

#[path = "support/scene.rs"]
mod scene;
#[path = "support/temp_dir.rs"]
mod temp_dir;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scene::{Done, Scene, side_by_side};

/// The programs of commands that are not run: they install something, take minutes, or talk to servers of their own.
const NOT_RUN: [&str; 8] = ["cargo", "rustup", "curl", "mdbook", "tests/record", "docker", "podman", "argocd"];

/// Languages of blocks in which there are no commands.
const NO_COMMANDS: [&str; 9] = ["text", "yaml", "toml", "json", "jinja", "diff", "dockerfile", "html", "xml"];

#[derive(PartialEq, Eq, Debug)]
enum Kind {
    /// With what is shown below.
    Console(Vec<String>),
    Sh,
    Setup,
}

#[derive(PartialEq, Eq, Debug)]
struct Step {
    line: usize,
    command: String,
    kind: Kind,
}

/// What a page has the reader do.
#[derive(Default)]
struct Page {
    steps: Vec<Step>,
    /// Commands that are named and not run.
    named: Vec<(usize, String)>,
    not_run: usize,
    problems: Vec<String>,
}

#[test]
fn all_commands_of_the_book_and_the_readme_are_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // What is on the page of all commands is run by `tests/help.rs`.
    let mut pages = markdown(&root.join("book/src"));
    pages.retain(|page| !page.ends_with("reference/commands.md"));
    pages.push(root.join("README.md"));
    pages.sort();
    let only = std::env::var("KZ_PAGE").unwrap_or_default();
    pages.retain(|page| page.to_string_lossy().contains(&only));
    let pages: Vec<(&Path, Page)> = pages
        .iter()
        .map(|file| (file.strip_prefix(root).unwrap(), Page::read(&fs::read_to_string(file).unwrap())))
        .collect();
    let problems = side_by_side(&pages, |(name, page)| {
        let found = page.problems.iter().cloned().chain(page.run()).chain(page.unknown());
        found.map(|problem| format!("{}:{problem}", name.display())).collect()
    });
    let run: usize = pages.iter().map(|(_, page)| page.steps.len()).sum();
    println!("{run} commands are run, {} are not", pages.iter().map(|(_, page)| page.not_run).sum::<usize>());
    assert!(run > 0);
    assert!(problems.is_empty(), "{} problems\n\n{}", problems.len(), problems.join("\n\n"));
}

/// The pages below a folder.
fn markdown(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten().map(|entry| entry.path()) {
        if entry.is_dir() {
            found.extend(markdown(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "md") {
            found.push(entry);
        }
    }
    found
}

impl Page {
    fn read(text: &str) -> Page {
        let mut page = Page::default();
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        while let Some((number, line)) = lines.next() {
            let indent = line.len() - line.trim_start().len();
            let text_of = |(number, line): (usize, &str)| (number, line.get(indent..).unwrap_or_default().to_owned());
            if line == "<!-- setup" {
                let script: Vec<_> = lines.by_ref().map_while(|(_, line)| (line != "-->").then_some(line)).collect();
                page.steps.push(Step { line: number, command: script.join("\n"), kind: Kind::Setup });
            } else if let Some(language) = line.trim_start().strip_prefix("```") {
                let block = lines.by_ref().map_while(|line| (line.1.trim() != "```").then(|| text_of(line)));
                page.block(number, language, block.collect());
            } else {
                let spans = line.split('`').skip(1).step_by(2).filter(|span| is_call(span));
                // In a table a pipe is written so.
                page.named.extend(spans.map(|span| (number, span.replace("\\|", "|"))));
            }
        }
        page
    }

    fn block(&mut self, number: usize, language: &str, lines: Vec<(usize, String)>) {
        match language {
            "console" => self.console(lines),
            "sh" => self.steps.extend(commands(lines).map(|(line, command)| Step { line, command, kind: Kind::Sh })),
            "sh,notest" => {
                for (line, command) in commands(lines) {
                    self.not_run += 1;
                    let mut words = command.split_whitespace().filter(|word| !is_assignment(word));
                    if !words.next().is_some_and(|word| NOT_RUN.contains(&word)) {
                        self.problems.push(format!("{line}: `{command}` can be run: not by a program of NOT_RUN"));
                    }
                }
            }
            _ if NO_COMMANDS.contains(&language) => {
                if let Some((line, text)) = lines.iter().find(|(_, text)| text.starts_with("$ ")) {
                    self.problems.push(format!("{line}: `{text}` is not run: its block is to be `console`"));
                }
                let calls =
                    lines.into_iter().map(|(line, text)| (line, text.trim_start_matches([' ', '-']).to_owned()));
                self.named.extend(calls.filter(|(_, text)| language == "yaml" && is_call(text)));
            }
            _ => self.problems.push(format!("{number}: blocks of the language `{language}` are not known")),
        }
    }

    fn console(&mut self, lines: Vec<(usize, String)>) {
        let mut lines = lines.into_iter().peekable();
        while let Some((line, text)) = lines.next() {
            let Some(first) = text.strip_prefix("$ ") else {
                self.problems.push(format!("{line}: a block of the language `console` begins with `$ `"));
                return;
            };
            let mut command = first.to_owned();
            while !is_complete(&command) {
                let Some((_, more)) = lines.next() else { break };
                command = format!("{command}\n{}", more.strip_prefix("> ").unwrap_or(&more));
            }
            let mut shown = Vec::new();
            while let Some((_, text)) = lines.next_if(|(_, text)| !text.starts_with("$ ")) {
                shown.push(text);
            }
            self.steps.push(Step { line, command, kind: Kind::Console(shown) });
        }
    }

    /// Runs it all, and tells what is not as the page has it.
    fn run(&self) -> Vec<String> {
        if self.steps.is_empty() {
            return Vec::new();
        }
        let scene = Scene::new();
        self.steps.iter().filter_map(|step| step.run(&scene)).collect()
    }

    /// Tells which commands and flags are named and are not there.
    fn unknown(&self) -> Vec<String> {
        let told =
            |(line, command): &(usize, String)| unknown(command).map(|word| format!("{line}: `{command}`: {word}?"));
        self.named.iter().filter_map(told).collect()
    }
}

/// `kz build`, but not `kz NAME`.
fn is_call(text: &str) -> bool {
    text.strip_prefix("kz ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '-'))
}

/// The word of a command line that kz does not know.
fn unknown(line: &str) -> Option<&str> {
    line.split(" | ").filter(|call| is_call(call)).find_map(unknown_of_call)
}

fn unknown_of_call(call: &str) -> Option<&str> {
    let (mut command, mut help) = (Vec::new(), help(&[])?);
    for word in call.split_whitespace().skip(1) {
        if word == "--" {
            break;
        } else if word.starts_with("--") {
            let flag = word.split('=').next().unwrap_or_default();
            if !help.split_whitespace().any(|known| known.trim_end_matches(',') == flag) {
                return Some(word);
            }
        } else if command.is_empty() || help.contains("\nCommands:\n") {
            command.push(word);
            help = match self::help(&command) {
                Some(below) => below,
                None => return Some(word),
            };
        }
    }
    None
}

fn help(command: &[&str]) -> Option<String> {
    let done = Command::new(env!("CARGO_BIN_EXE_kz")).arg("help").args(command).output().unwrap();
    done.status.success().then(|| String::from_utf8(done.stdout).unwrap())
}

impl Step {
    fn run(&self, scene: &Scene) -> Option<String> {
        let done = scene.run(&self.command);
        let is_success = done.is_success(&self.command);
        let complaint = match &self.kind {
            Kind::Console(shown) if !is_shown(shown, &done) => "prints something else",
            Kind::Console(shown) if !is_success && !shows_an_error(shown) => "fails and shows no error",
            Kind::Sh if !is_success && !done.is_unreachable() => "fails",
            Kind::Setup if done.code != 0 => "fails",
            _ => return None,
        };
        let Step { line, command, .. } = self;
        Some(format!("{line}: `{command}` {complaint}. It ends with {} and prints\n{}", done.code, done.printed()))
    }
}

/// The commands of a script and where they begin.
fn commands(lines: Vec<(usize, String)>) -> impl Iterator<Item = (usize, String)> {
    let mut lines = lines.into_iter();
    std::iter::from_fn(move || {
        let (number, mut command) = lines.find(|(_, text)| !text.trim().is_empty() && !text.starts_with('#'))?;
        while !is_complete(&command) {
            let Some((_, more)) = lines.next() else { break };
            command = format!("{command}\n{more}");
        }
        Some((number, command))
    })
}

/// Whether a shell would not wait for more lines.
fn is_complete(command: &str) -> bool {
    let done = Command::new("bash").args(["--norc", "-n", "-c", command]).env("LC_ALL", "C").output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    !command.ends_with('\\')
        && !["unexpected end of file", "unexpected EOF", "delimited by end-of-file"]
            .iter()
            .any(|why| said.contains(why))
}

/// `NAME=value` in front of a command.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// For people or for machines.
fn shows_an_error(shown: &[String]) -> bool {
    shown.iter().any(|line| line.starts_with("error") || line.starts_with(r#"{"level":"error","#))
}

fn is_shown(shown: &[String], done: &Done) -> bool {
    let trimmed = |text: &str| text.trim_end().lines().map(timeless).collect::<Vec<_>>();
    fits(&trimmed(&shown.join("\n")), &trimmed(&done.printed()))
}

/// A line without what nobody sees at its end, in which all times are the same.
fn timeless(line: &str) -> String {
    const ANY: &str = "0000-00-00T00:00:00Z";
    let mut text = line.trim_end().to_owned();
    let is_time = |part: &str| part.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b }).eq(ANY.bytes());
    for at in 0..text.len().saturating_sub(ANY.len() - 1) {
        if text.get(at..at + ANY.len()).is_some_and(is_time) {
            text.replace_range(at..at + ANY.len(), ANY);
        }
    }
    text
}

/// Do the lines fit the pattern, in which a line `…` stands for any lines?
fn fits(pattern: &[String], lines: &[String]) -> bool {
    match pattern.split_first() {
        None => lines.is_empty(),
        Some((any, rest)) if any == "…" => (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..])),
        Some((first, rest)) => lines.first().is_some_and(|line| fits_line(first, line)) && fits(rest, &lines[1..]),
    }
}

/// Does a line fit, where `…` stands for any text?
fn fits_line(pattern: &str, line: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('…') else { return pattern == line };
    let Some(left) = line.strip_prefix(start) else { return false };
    left.char_indices().map(|(at, _)| at).chain([left.len()]).any(|at| fits_line(rest, &left[at..]))
}

#[test]
fn a_page_is_read_as_its_reader_does() {
    let page = Page::read(
        "# Title\n\n<!-- setup\nmkdir x\ncd x\n-->\n```sh\n# a comment\n\na \\\n  b   # c\ncat > f <<'E'\n$ x\nE\n```\n1. one\n\n   \
         ```console\n   $ kz a 'b\n   > c'\n   printed\n   $ kz d\n   ```\n",
    );
    let console = |lines: &[&str]| Kind::Console(lines.iter().map(|line| (*line).to_owned()).collect());
    let steps = [
        (3, "mkdir x\ncd x", Kind::Setup),
        (10, "a \\\n  b   # c", Kind::Sh),
        (12, "cat > f <<'E'\n$ x\nE", Kind::Sh),
        (19, "kz a 'b\nc'", console(&["printed"])),
        (22, "kz d", console(&[])),
    ];
    let steps = steps.map(|(line, command, kind)| Step { line, command: command.to_owned(), kind });
    assert_eq!((page.steps.as_slice(), page.problems.len()), (&steps[..], 0));
}

#[test]
fn commands_cannot_hide() {
    for page in [
        "```bash\nkz build\n```",
        "```\nkz build\n```",
        "```sh,notest\nkz build\n```",
        "```text\n$ kz build\n```",
        "```console\nkz build\n```",
    ] {
        assert_eq!(Page::read(page).problems.len(), 1, "{page}");
    }
    let page = Page::read("```sh,notest\nX=1 cargo build   # kz\n```");
    assert_eq!((page.problems.len(), page.not_run), (0, 1));
}

#[test]
fn what_goes_wrong_is_told() {
    let told = |page: &str| Page::read(page).run().concat();
    assert_eq!(told("```sh\ncd examples\nname=hello\n```\n```console\n$ basename $PWD-$name\nexamples-hello\n```"), "");
    assert!(told("```sh\ntrue\nfalse | cat\n```").starts_with("3: `false | cat` fails. It ends with 1"));
    assert!(told("<!-- setup\ntrue\nfalse\ntrue\n-->").starts_with("1: "));
    assert!(told("```console\n$ echo a\nb\n```").contains("prints something else. It ends with 0 and prints\na\n"));
    assert!(told("```console\n$ echo why; false\n…\n```").contains("fails and shows no error"));
    // A host of examples cannot be reached; that is no reason for other mistakes.
    assert_eq!(told("```sh\nkz show chart web --repo https://charts.example.com\n```"), "");
    assert!(!told("```sh\nkz show chart web --repo https://charts.example.com --no-such-flag\n```").is_empty());
    assert!(!told("```sh\nkz show chart web --repo https://charts.elsewhere.invalid\n```").is_empty());
}

#[test]
fn commands_that_are_named_are_there() {
    let page = Page::read(
        "Run `kz edit set image` and `kz build … --record NAME`, or `kz rm` and `kz`, `kz build \\| grep --x \\| kz ha`.\n\
         ```yaml\nscript:\n- kz diff --sins x\n- kz release frob\n- kz build | grep --x\n```\n",
    );
    assert_eq!(
        page.unknown(),
        [
            "1: `kz rm`: rm?",
            "1: `kz build | grep --x | kz ha`: ha?",
            "4: `kz diff --sins x`: --sins?",
            "5: `kz release frob`: frob?"
        ]
    );
}

#[test]
fn dots_stand_for_anything() {
    let fits = |pattern: &str, text: &str| {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        fits(&lines(pattern), &lines(text))
    };
    assert!(fits("a\n…\nd", "a\nb\nc\nd") && fits("a\n…\nd", "a\nd") && fits("…", ""));
    assert!(!fits("a\n…\nd", "a\nb\nc") && !fits("a", "a\nb"));
    assert_eq!(timeless("1\t2026-11-29T08:46:13Z\tme  "), timeless("1\t2025-01-02T03:04:05Z\tme"));
    assert_ne!(timeless("2026-11-29"), timeless("2026-11-28"));
    assert!(fits("a … c", "a b c") && fits("…c", "bcc") && !fits("a … c", "a b d"));
}

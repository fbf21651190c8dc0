//! The name that kz is called by. As `kustomize` or `helm`, by a link or a copy, it answers as they do for what it has, so
//! that tools which call them need not know; as `kubectl-kz` it is `kubectl kz`.

use std::ffi::OsString;
use std::path::Path;

use clap::{Arg, ArgAction, Command};
use kz::base::{Diagnostic, Result, Sources};
use kz::gotmpl::Value;
use kz::helm::release::text_of_template;

use super::args::{VERBS, value, verb};
use super::exit::Exit;
use super::ui::Ui;
use super::version::{HELM, KUSTOMIZE};
use super::world;

/// A tool that kz stands in for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    Kustomize,
    Helm,
}

/// Whether kz was called as `kustomize`, and lets pass what that does.
pub fn is_kustomize() -> bool {
    std::env::args_os().next().as_ref().and_then(Tool::of_program) == Some(Tool::Kustomize)
}

impl Tool {
    /// By the name of the program that was started: `kustomize`, `helm.exe`, `kustomize-v5.8.1`.
    pub fn of_program(program: &OsString) -> Option<Tool> {
        let name = Path::new(program).file_stem()?.to_str()?;
        let is =
            |tool: &str| name.strip_prefix(tool).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic()));
        match () {
            () if is("kustomize") => Some(Tool::Kustomize),
            () if is("helm") => Some(Tool::Helm),
            () => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Tool::Kustomize => "kustomize",
            Tool::Helm => "helm",
        }
    }

    /// The commands of the tool that kz has.
    fn commands(self) -> &'static [&'static str] {
        match self {
            Tool::Kustomize => &["build", "create", "edit", "localize", "version"],
            Tool::Helm => &["dependency", "pull", "registry", "repo", "show", "template", "verify", "version"],
        }
    }

    /// Answers in the tool's stead, where kz itself would answer otherwise.
    pub fn answer(self, words: &[OsString], ui: &Ui) -> Option<Exit> {
        let command = words.iter().skip(1).filter_map(|word| word.to_str()).find(|word| !word.starts_with('-'))?;
        if command == "version" {
            return Some(self.version(words, ui));
        }
        let known = verb(VERBS, command).is_some_and(|verb| self.commands().contains(&verb.name));
        // Help is kz's own.
        (!known && command != "help").then(|| {
            let name = self.name();
            let error = Diagnostic::new("usage", format!("this `{name}` is kz, which has no `{name} {command}`"));
            let has: Vec<String> = self.commands().iter().map(|command| format!("`{command}`")).collect();
            ui.fail(&error.help(format!("it has {}; take {name} itself for the rest", has.join(", "))), &Sources::new())
        })
    }

    fn version(self, words: &[OsString], ui: &Ui) -> Exit {
        match self.version_text(words, ui) {
            Ok(text) => ui.print(text.as_bytes()),
            Err(error) => ui.fail(&error, &Sources::new()),
        }
    }

    fn version_text(self, words: &[OsString], ui: &Ui) -> Result<String> {
        let switch = |name| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let version = match self {
            Tool::Kustomize => Command::new("version")
                .arg(switch("short"))
                .arg(value("output", "FORMAT", "`json` or `yaml`").short('o').value_parser(["json", "yaml"])),
            Tool::Helm => Command::new("version").arg(switch("short")).arg(switch("client").short('c')).arg(value(
                "template",
                "TEMPLATE",
                "A template for what is printed",
            )),
        };
        let command = Command::new(self.name()).disable_version_flag(true).subcommand(version);
        let matches = command.try_get_matches_from(words).map_err(|error| {
            let message = error.to_string();
            let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Diagnostic::new("usage", first).help(format!("`{} version`", self.name()))
        })?;
        let Some(("version", matches)) = matches.subcommand() else { return Ok(String::new()) };
        let is_short = matches.get_flag("short");
        match self {
            Tool::Kustomize => {
                if is_short {
                    ui.say("Flag --short has been deprecated, and will be removed in the future.");
                    return Ok(format!("{{{KUSTOMIZE}  unknown   }}\n"));
                }
                Ok(kustomize_version(matches.get_one::<String>("output").map(String::as_str)))
            }
            Tool::Helm => match matches.get_one::<String>("template") {
                Some(template) => of_template(template),
                None if is_short => Ok(format!("{HELM}\n")),
                None => Ok(format!(
                    "version.BuildInfo{{{}}}\n",
                    FIELDS.map(|(name, value)| format!("{name}:\"{value}\"")).join(", ")
                )),
            },
        }
    }
}

/// What `kustomize version` prints.
fn kustomize_version(format: Option<&str>) -> String {
    let (os, arch) = (go_os(), go_arch());
    let fields = [
        ("version", KUSTOMIZE),
        ("gitCommit", "unknown"),
        ("buildDate", "unknown"),
        ("goOs", os),
        ("goArch", arch),
        ("goVersion", "none"),
    ];
    match format {
        None => format!("{KUSTOMIZE}\n"),
        Some("json") => {
            format!("{{\n{}\n}}\n", fields.map(|(key, value)| format!("  \"{key}\": \"{value}\"")).join(",\n"))
        }
        Some(_) => fields.map(|(key, value)| format!("{key}: {value}\n")).concat() + "\n",
    }
}

/// What helm tells of itself. There is no Go here.
const FIELDS: [(&str, &str); 5] = [
    ("Version", HELM),
    ("GitCommit", ""),
    ("GitTreeState", "clean"),
    ("GoVersion", "none"),
    ("KubeClientVersion", "v1.37"),
];

/// `helm version --template`
fn of_template(template: &str) -> Result<String> {
    let data = Value::map(FIELDS.map(|(name, value)| (name, Value::str(value.to_owned()))));
    text_of_template("version", template, &data, &mut world::of_machine())
        .map_err(|message| Diagnostic::new("usage", message).help("see `helm version --template`"))
}

fn go_os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    }
}

fn go_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        arch => arch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_their_names() {
        let tool = |program: &str| Tool::of_program(&OsString::from(program));
        for program in ["kustomize", "/usr/local/bin/kustomize", "kustomize.exe", "kustomize-v5", "kustomize_5"] {
            assert_eq!(tool(program), Some(Tool::Kustomize), "{program}");
        }
        assert_eq!((tool("helm"), tool("/x/helm4")), (Some(Tool::Helm), Some(Tool::Helm)));
        for program in ["kz", "helmfile", "kustomizer", "kubectl-kz", ""] {
            assert_eq!(tool(program), None, "{program}");
        }
    }
}

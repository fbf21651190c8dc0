//! A command line that kz does not understand, as a diagnostic.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use kz::base::Diagnostic;
use kz::base::suggest::nearest;

use super::args;
use super::exit::Exit;

/// What users of kustomize, helm and kubectl will try and kz does not have, and what to do instead.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &[
            "cfg",
            "fn",
            "docs-fn",
            "docs-fn-spec",
            "docs-io-annotations",
            "docs-merge",
            "docs-merge3",
            "tutorials-command-basics",
            "tutorials-function-basics",
        ],
        "use `kustomize {}`: it works on the same files",
    ),
    (&["install", "upgrade"], "use `kz template NAME CHART | kubectl apply -f -`, or `helm {}`"),
    (&["uninstall", "del", "un"], "use `kz template NAME CHART | kubectl delete -f -`, or `helm {}`"),
    (&["rollback"], "use `kz release rollback NAME | kubectl apply -f -`, or of what helm has installed `helm {}`"),
    (&["list", "ls"], "use `kz release list`, or of what helm has installed `helm {}`"),
    (&["history", "hist"], "use `kz release history NAME`, or of what helm has installed `helm {}`"),
    (&["get"], "use `kz release show NAME`, or of what helm has installed `helm {}`"),
    (&["status"], "use `kz release history NAME`, or `kz diff live: TARGET` to compare with the cluster"),
    (&["lint"], "use `kz template NAME CHART`, which says what is wrong with a chart, or `helm {}`"),
    (
        &["package", "push", "search", "plugin", "test", "env", "repo index"],
        "use `helm {}`: kz fetches and renders charts only",
    ),
    (&["apply", "delete", "replace"], "use `kz build DIR | kubectl {} -f -`"),
    (&["kustomize", "render"], "use `kz build DIR`"),
];

/// How a run ends whose command line is not understood. Where 1 says that something differs it is not that.
pub fn exit(words: &[OsString]) -> Exit {
    match args::named_by(words).as_slice() {
        ["diff"] | ["parity"] | ["release", "verify"] => Exit::Trouble,
        ["lock"] if words.iter().any(|word| word == "--check") => Exit::Trouble,
        _ => Exit::Failed,
    }
}

/// What to do instead of a command that kz does not have.
fn advice(word: &str) -> Option<String> {
    let (_, advice) = ELSEWHERE.iter().find(|(words, _)| words.contains(&word))?;
    Some(advice.replace("{}", word))
}

/// What clap has against the arguments.
pub fn explain(error: &clap::Error, words: &[OsString]) -> Box<Diagnostic> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let bare = |text: String| text.split(['=', ' ', '[']).next().unwrap_or_default().to_owned();
    let flag = bare(context(ContextKind::InvalidArg).unwrap_or_default());
    let value = context(ContextKind::InvalidValue).unwrap_or_default();
    let command = args::named_by(words).join(" ");
    let below = |word: &str| if command.is_empty() { word.to_owned() } else { format!("{command} {word}") };
    let help_of = format!("`kz {}` lists what there is", below("--help"));
    let usage = |message: String| Diagnostic::new("usage", message);

    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let asked = context(ContextKind::InvalidSubcommand).unwrap_or_default();
            let word = below(&asked);
            let error = usage(format!("there is no command `{word}`"));
            if let Some(advice) = advice(&word) {
                return error.help(advice);
            }
            // Of short words too many are near.
            let elsewhere = ELSEWHERE.iter().flat_map(|(words, _)| words.iter().copied());
            let elsewhere = elsewhere.filter(|word| command.is_empty() && word.len() > 3);
            match nearest(&asked, args::names_below(words).chain(elsewhere)).map(below) {
                Some(near) => error.help(match advice(&near) {
                    Some(advice) => format!("if `{near}` is meant: {advice}"),
                    None => format!("did you mean `kz {near}`?"),
                }),
                None => error.help(help_of),
            }
        }
        ErrorKind::UnknownArgument if flag.starts_with('-') => {
            let error = usage(format!("there is no flag `{flag}`"));
            match context(ContextKind::SuggestedArg) {
                Some(near) => error.help(format!("did you mean `{}`?", bare(near))),
                None if command.starts_with("edit ") => {
                    error.help(format!("{help_of}; a value that begins with `-` stands behind `--`"))
                }
                None => error.help(help_of),
            }
        }
        ErrorKind::UnknownArgument => match command.as_str() {
            "build" => usage(format!("one directory can be built at a time, `{flag}` is one too many"))
                .help("run `kz build` once for each directory"),
            _ => usage(format!("`{flag}` is one word too many")).help(help_of),
        },
        ErrorKind::InvalidValue if value.is_empty() => usage(format!("the flag `{flag}` needs a value")).help(help_of),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let what = if flag.starts_with('-') { "the flag " } else { "" };
            let error_of = usage(format!("{what}`{flag}` cannot be `{value}`"));
            match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(valid)) => {
                    let valid: Vec<String> = valid.iter().filter(|v| !v.is_empty()).map(|v| format!("`{v}`")).collect();
                    error_of.help(format!("it takes {}", valid.join(" or ")))
                }
                _ => match std::error::Error::source(error).map(ToString::to_string) {
                    Some(reason) if reason != args::NO_BOOL => error_of.help(reason),
                    _ => error_of.help("it takes `true` or `false`"),
                },
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(names)) => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(),
                _ => Vec::new(),
            };
            usage(format!("`kz {command}` needs {}", missing.join(" and "))).help(help_of)
        }
        ErrorKind::InvalidUtf8 => usage("an argument is not valid UTF-8".to_owned()).help(help_of),
        _ => usage(error.kind().to_string()).help(help_of),
    }
}

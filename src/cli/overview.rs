//! What `kz --help` shows: the commands by what people want to do.

use clap::Command;

/// Tasks, and the commands for them. Commands that are in none come last.
const TASKS: [(&str, &[&str]); 6] = [
    ("Render", &["build", "template"]),
    ("Compare", &["diff", "comment", "hash", "parity"]),
    ("Remember and go back", &["release"]),
    ("Change kustomizations", &["create", "edit", "localize"]),
    (
        "Fetch, and hold to what was fetched",
        &["lock", "vendor", "pull", "repo", "registry", "dependency", "show", "verify", "cache"],
    ),
    ("Fit in", &["argocd", "completion", "man", "version"]),
];

/// The command with its subcommands told by tasks.
pub fn by_tasks(command: Command) -> Command {
    let mut rest: Vec<&Command> = command.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let width = rest.iter().map(|command| command.get_name().len()).max().unwrap_or_default();
    let mut text = String::new();
    let mut tell = |heading: &str, commands: &[&Command]| {
        if commands.is_empty() {
            return;
        }
        text.push_str(&format!("{heading}:\n"));
        for command in commands {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!("  {:width$}  {about}\n", command.get_name()));
        }
        text.push('\n');
    };
    for (task, names) in TASKS {
        let of_task: Vec<&Command> = names.iter().filter_map(|name| command.find_subcommand(name)).collect();
        rest.retain(|command| !names.contains(&command.get_name()));
        tell(task, &of_task);
    }
    tell("More", &rest);
    let (before, after) = ("{about}\n\n{usage-heading} {usage}\n\n", "Options:\n{options}{after-help}");
    command.help_template(format!("{before}{text}{after}"))
}

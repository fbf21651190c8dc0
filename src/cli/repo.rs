//! `kz repo`

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use kz::base::fs::Disk;
use kz::base::{Diagnostic, Result, Sources};
use kz::fetch::{Context, without_secrets};
use kz::gotmpl::Value;
use kz::helm::pull::Pulling;
use kz::helm::pull::access::Access;
use kz::helm::pull::manage::{self, Added, Taken};
use kz::helm::pull::repositories::{Entry, Repositories};
use kz::helm::to_yaml;
use kz::sprig::Duration as GoDuration;
use kz::sprig::json::{Layout, marshal};

use super::args::{Purpose, Verb, switch, value};
use super::charts::{access, home_flags, homes, server_flags};
use super::exit::Exit;
use super::table::table;
use super::ui::Ui;
use super::{ask, fetching};

pub const VERBS: &[Verb] = &[
    Verb::new("add", add_command, |m, ui| run(m, ui, add)),
    Verb::new("list", list_command, |m, ui| run(m, ui, list)).or(&["ls"]),
    Verb::new("remove", remove_command, |m, ui| run(m, ui, remove)).or(&["rm"]),
    Verb::new("update", update_command, |m, ui| run(m, ui, update)).or(&["up"]),
];

const EXAMPLES: &str = "\
Examples:
  kz repo add stable https://charts.example.com       add a repository
  kz repo add own https://charts.example.com --username me --password-stdin < token
  kz repo update                                      fetch the newest indexes
  kz repo list -o json
  kz repo remove stable";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("repo")
        .about("Add, list, remove and update chart repositories, in the files that helm has them in")
        .override_usage("kz repo add|list|remove|update [FLAGS]")
        .after_help(EXAMPLES)
}

fn add_command(purpose: Purpose) -> Command {
    let on_or_off = |name, help| switch(name, help, purpose);
    let command = Command::new("add")
        .about("Add a chart repository")
        .after_help(
            "Examples:\n  kz repo add stable https://charts.example.com\n  \
             kz repo add own https://charts.example.com --username me --password-stdin < token\n  \
             kz repo add ours 'git+https://git.example.com/org/repo@charts?ref=v1.2'   charts in git",
        )
        .arg(Arg::new("name").value_name("NAME").required(true).help("What it is to be called"))
        .arg(Arg::new("url").value_name("URL").required(true).help("The URL of the folder that holds its index.yaml"))
        .arg(on_or_off("force-update", "Replace a repository of the same name"))
        .arg(on_or_off("no-update", "Accepted: the index is always fetched").hide(true))
        .arg(on_or_off("allow-deprecated-repos", "Also repositories that are known to be gone"))
        .arg(timeout());
    let command = server_flags(command, purpose)
        .arg(on_or_off("password-stdin", "Read the password from stdin"))
        .arg(on_or_off("pass-credentials", "Send user and password to other hosts too, to which the index leads"));
    home_flags(fetching::flags(command, purpose))
}

fn list_command(purpose: Purpose) -> Command {
    let command = Command::new("list")
        .about("List the chart repositories")
        .after_help("Examples:\n  kz repo list\n  kz repo list -o json")
        .arg(
            value("output", "FORMAT", "`table`, `json` or `yaml`")
                .short('o')
                .value_parser(["table", "json", "yaml"])
                .hide_possible_values(true),
        )
        .arg(switch("no-headers", "Without the names of the columns", purpose));
    home_flags(command)
}

fn remove_command(_purpose: Purpose) -> Command {
    let command = Command::new("remove")
        .about("Remove chart repositories, and their indexes")
        .after_help("Examples:\n  kz repo remove stable")
        .arg(names().required(true).help("The repositories"));
    home_flags(command)
}

fn update_command(purpose: Purpose) -> Command {
    let command = Command::new("update")
        .about("Fetch the newest indexes of chart repositories")
        .after_help("Examples:\n  kz repo update          all of them\n  kz repo update stable   one")
        .arg(names().help("The repositories; without them all"))
        .arg(timeout());
    home_flags(fetching::flags(command, purpose))
}

fn names() -> Arg {
    Arg::new("names").value_name("REPO").action(ArgAction::Append).num_args(0..)
}

fn timeout() -> Arg {
    value("timeout", "DURATION", "How long is waited for an index: `30s`, `2m` (the default)")
}

/// Does one of the commands, which gives back what is printed.
fn run(matches: &ArgMatches, ui: &Ui, verb: fn(&ArgMatches, &Ui, &Sources) -> Result<Vec<u8>>) -> Exit {
    let sources = Sources::new();
    match verb(matches, ui, &sources) {
        Ok(printed) => ui.print(&printed),
        Err(error) => ui.fail(&error, &sources),
    }
}

fn add(matches: &ArgMatches, ui: &Ui, sources: &Sources) -> Result<Vec<u8>> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let (name, url) = (text("name"), text("url"));
    if !is_on("allow-deprecated-repos") {
        manage::check_not_gone(&url)?;
    }
    let access = access(matches)?;
    let path = |path: Option<std::path::PathBuf>| path.map_or(String::new(), |path| path.display().to_string());
    let (cert_file, key_file) = access.tls.identity.unzip();
    let mut entry = Entry {
        name: name.clone(),
        url,
        username: access.username,
        password: access.password,
        cert_file: path(cert_file),
        key_file: path(key_file),
        ca_file: path(access.tls.ca_file),
        insecure_skip_tls_verify: access.tls.insecure,
        pass_credentials_all: is_on("pass-credentials"),
    };
    if !entry.username.is_empty() && entry.password.is_empty() {
        entry.password = match is_on("password-stdin") {
            true => ask::password_of_stdin()?,
            false => ask::secret("Password: ")?,
        };
    }
    let (homes, context) = (homes(matches), context(matches)?);
    let note = |text: String| ui.note(&text);
    let pulling = Pulling::new(&Disk, sources, &context, &homes, &note);
    let taken = if is_on("force-update") { Taken::Replace } else { Taken::Refuse };
    Ok(match manage::add(&pulling, entry, taken)? {
        Added::New => format!("\"{name}\" has been added to your repositories\n"),
        Added::Already => format!("\"{name}\" already exists with the same configuration, skipping\n"),
    }
    .into_bytes())
}

fn list(matches: &ArgMatches, ui: &Ui, _: &Sources) -> Result<Vec<u8>> {
    let entries = Repositories::read(&homes(matches).repositories)?.entries;
    let format = matches.get_one::<String>("output").map_or("table", String::as_str);
    let value = || {
        let entry = |entry: &Entry| {
            Value::map([("name", Value::str(entry.name.as_str())), ("url", Value::str(entry.url.as_str()))])
        };
        Value::list(entries.iter().map(entry).collect())
    };
    let unprintable = |fault: kz::gotmpl::Fault| Diagnostic::new("write", fault.to_string());
    match format {
        "json" => {
            let mut text = marshal(&value(), Layout::Compact).map_err(unprintable)?;
            text.push(b'\n');
            Ok(text)
        }
        "yaml" => to_yaml::marshal(&value()).map_err(unprintable),
        _ if entries.is_empty() => {
            ui.note("no repositories to show");
            Ok(Vec::new())
        }
        _ => {
            let has_headers = !matches.get_one::<bool>("no-headers").copied().unwrap_or_default();
            let headers = has_headers.then(|| vec!["NAME", "URL"]);
            let rows = entries.iter().map(|entry| vec![entry.name.as_str(), entry.url.as_str()]);
            Ok((table(&headers.into_iter().chain(rows).collect::<Vec<_>>(), 0) + "\n").into_bytes())
        }
    }
}

fn remove(matches: &ArgMatches, ui: &Ui, sources: &Sources) -> Result<Vec<u8>> {
    let (homes, context) = (homes(matches), Context::offline());
    let note = |text: String| ui.note(&text);
    let names = named(matches);
    manage::remove(&Pulling::new(&Disk, sources, &context, &homes, &note), &names)?;
    let line = |name: &String| format!("\"{name}\" has been removed from your repositories\n");
    Ok(names.iter().map(line).collect::<String>().into_bytes())
}

fn update(matches: &ArgMatches, ui: &Ui, sources: &Sources) -> Result<Vec<u8>> {
    let (homes, context) = (homes(matches), context(matches)?);
    let note = |text: String| ui.note(&text);
    let pulling = Pulling::new(&Disk, sources, &context, &homes, &note);
    let entries = manage::chosen(&pulling, &named(matches))?;
    let results = manage::update(&pulling, &Access::default(), &entries);
    let failed = entries.iter().zip(&results).filter(|(_, result)| result.is_err());
    let urls: Vec<String> = failed.map(|(entry, _)| without_secrets(&entry.url)).collect();
    if let Some(mut error) = Diagnostic::together(results.into_iter().filter_map(Result::err)) {
        error.message = format!("failed to update {}: {}", urls.join(", "), error.message);
        return Err(error);
    }
    let mut out = "Hang tight while we grab the latest from your chart repositories...\n".to_owned();
    for Entry { name, .. } in &entries {
        out += &format!("...Successfully got an update from the \"{name}\" chart repository\n");
    }
    Ok((out + "Update Complete. ⎈Happy Helming!⎈\n").into_bytes())
}

fn named(matches: &ArgMatches) -> Vec<String> {
    matches.get_many::<String>("names").unwrap_or_default().cloned().collect()
}

/// The context of fetching, with the patience that `--timeout` asks for.
fn context(matches: &ArgMatches) -> Result<Context> {
    const USUAL: Duration = Duration::from_secs(120);
    let text = matches.get_one::<String>("timeout").map_or("", String::as_str);
    let whole = match text {
        "" => USUAL,
        text => {
            let nanos = GoDuration::parse(text).ok().and_then(|duration| u64::try_from(duration.0).ok());
            nanos.filter(|nanos| *nanos > 0).map(Duration::from_nanos).ok_or_else(|| {
                Diagnostic::new("usage", format!("the flag `--timeout` cannot be `{text}`"))
                    .help("it takes a time such as `30s` or `2m`")
            })?
        }
    };
    let mut context = fetching::context(matches);
    context.settings.timeouts.whole = whole;
    Ok(context)
}

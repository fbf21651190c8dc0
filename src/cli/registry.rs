//! `kz registry`

use clap::{Arg, ArgMatches, Command};
use kz::base::{Diagnostic, Result, Sources};
use kz::fetch::without_secrets;
use kz::helm::pull::access::Access;
use kz::helm::pull::registry::login;

use super::args::{Purpose, Verb, path, switch, value};
use super::charts::{access, homes, plain_http, registry_config};
use super::exit::Exit;
use super::ui::Ui;
use super::{ask, fetching};

pub const VERBS: &[Verb] = &[
    Verb::new("login", login_command, |m, ui| run(m, ui, log_in)),
    Verb::new("logout", logout_command, |m, ui| run(m, ui, log_out)),
];

const EXAMPLES: &str = "\
Examples:
  kz registry login registry.example.com -u me --password-stdin < token
  kz registry logout registry.example.com";

pub fn command(_purpose: Purpose) -> Command {
    Command::new("registry")
        .about("Log in to registries and out of them, in the file that helm has for it")
        .override_usage("kz registry login|logout HOST [FLAGS]")
        .after_help(EXAMPLES)
}

fn login_command(purpose: Purpose) -> Command {
    Command::new("login")
        .about("Try user and password on a registry, and keep them for it")
        .after_help("Examples:\n  kz registry login registry.example.com -u me --password-stdin < token")
        .arg(host())
        .arg(value("username", "NAME", "The user").short('u'))
        .arg(value("password", "TEXT", "The password or token; others may see it in the list of processes").short('p'))
        .arg(switch("password-stdin", "Read the password or token from stdin", purpose))
        .arg(switch("insecure", "Trust any certificate", purpose))
        .arg(path("ca-file", "FILE", "Trust the authorities of this file instead of the machine's"))
        .arg(path("cert-file", "FILE", "Show this certificate"))
        .arg(path("key-file", "FILE", "The key of that certificate"))
        .arg(plain_http(purpose))
        .arg(registry_config())
}

fn logout_command(_purpose: Purpose) -> Command {
    Command::new("logout")
        .about("Forget user and password of a registry")
        .after_help("Examples:\n  kz registry logout registry.example.com")
        .arg(host())
        .arg(registry_config())
}

fn host() -> Arg {
    Arg::new("host").value_name("HOST").required(true).help("The registry, as `oci://HOST/PATH/CHART` names it")
}

/// Does one of the commands, which gives back what is printed.
fn run(matches: &ArgMatches, ui: &Ui, verb: fn(&ArgMatches, &Ui) -> Result<String>) -> Exit {
    match verb(matches, ui) {
        Ok(printed) => ui.print(printed.as_bytes()),
        Err(error) => ui.fail(&error, &Sources::new()),
    }
}

fn log_in(matches: &ArgMatches, ui: &Ui) -> Result<String> {
    let is_on = |name: &str| matches.get_one::<bool>(name).copied().unwrap_or_default();
    let host = host_of(matches)?;
    let mut access = Access { plain_http: is_on("plain-http"), ..access(matches)? };
    if is_on("password-stdin") {
        access.password = ask::password_of_stdin()?;
    } else if access.password.is_empty() {
        (access.username, access.password) = asked(access.username)?;
    } else {
        ui.note("others may see a password of the command line: `--password-stdin` reads it from stdin");
    }
    login::login(&fetching::context_without_cache(), &homes(matches), &access, host)?;
    Ok("Login Succeeded\n".to_owned())
}

/// Asks for what is missing: the user, then the password; without a user for a token.
fn asked(user: String) -> Result<(String, String)> {
    let user = if user.is_empty() { ask::line("Username: ")?.trim().to_owned() } else { user };
    let what = if user.is_empty() { "token" } else { "password" };
    let secret = ask::secret(if user.is_empty() { "Token: " } else { "Password: " })?;
    if secret.is_empty() {
        return Err(Diagnostic::new("usage", format!("{what} required")).help("`--password-stdin` reads it from stdin"));
    }
    Ok((user, secret))
}

fn log_out(matches: &ArgMatches, _: &Ui) -> Result<String> {
    let host = host_of(matches)?;
    login::logout(&fetching::context_without_cache(), &homes(matches), host)?;
    Ok(format!("Removing login credentials for {host}\n"))
}

/// Errors: `usage`: it is more than a host.
fn host_of(matches: &ArgMatches) -> Result<&str> {
    let host = matches.get_one::<String>("host").map_or("", String::as_str);
    match host.strip_prefix("oci://").unwrap_or(host).split_once('/') {
        None if host.starts_with("oci://") => Err(no_host(host, &host["oci://".len()..])),
        None => Ok(host),
        Some((name, _)) => Err(no_host(host, name)),
    }
}

fn no_host(text: &str, name: &str) -> Box<Diagnostic> {
    let name = without_secrets(name);
    Diagnostic::new("usage", format!("`{}` is more than the host of a registry", without_secrets(text)))
        .help(format!("one logs in to all of a registry: `kz registry login {name}`"))
}

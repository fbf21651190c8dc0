//! Programs that keep credentials, `docker-credential-NAME`: what they are told and what they answer.
//!
//! Source: credentials/native_store.go of ORAS.
//!
//! **Invariant:** what such a program prints is in no message: it may be a password.

use std::time::Duration;

use serde_json::{Value, json};

use super::Credential;
use crate::base::process::{self, Job, Limit};
use crate::base::{Diagnostic, Result};
use crate::fetch::Context;

/// A person may have to type a password first.
const PATIENCE: Duration = Duration::from_secs(60);

/// The user's name where the secret is a token.
const TOKEN: &str = "<token>";

const NOT_FOUND: &[u8] = b"credentials not found in native keychain";

/// The program that is used where no file names one, if it is there.
pub fn of_system(context: &Context) -> Option<&'static str> {
    let programs = &context.settings.programs;
    let name = match () {
        () if cfg!(target_os = "macos") => "osxkeychain",
        () if cfg!(windows) => "wincred",
        () if programs.find("pass").is_some() => "pass",
        () => "secretservice",
    };
    let program = format!("docker-credential-{name}");
    programs.find(&program).map(|_| name)
}

/// The credentials of a server; nothing where the program has none.
///
/// Errors: `registry-helper`, `program-failed`.
pub fn get(context: &Context, name: &str, server: &str) -> Result<Option<Credential>> {
    let output = match run(context, name, "get", server.to_owned())? {
        Ok(output) => output,
        Err(Ended { output, .. }) if output.trim_ascii() == NOT_FOUND => return Ok(None),
        Err(Ended { how, .. }) => return Err(failed(name, "get", server, &how)),
    };
    let answer: Value =
        serde_json::from_slice(&output).map_err(|_| failed(name, "get", server, "what it prints is no JSON"))?;
    let text = |field: &str| answer.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (user, secret) = (text("Username"), text("Secret"));
    let credential = match user.as_str() {
        TOKEN => Credential { identity_token: secret, ..Credential::default() },
        _ => Credential { username: user, password: secret, ..Credential::default() },
    };
    Ok(Some(credential).filter(|credential| !credential.is_empty()))
}

/// Gives credentials to the program to keep.
///
/// Errors: `registry-helper`, `program-failed`.
pub fn store(context: &Context, name: &str, server: &str, credential: &Credential) -> Result<()> {
    let (user, secret) = match credential.identity_token.is_empty() {
        true => (credential.username.as_str(), &credential.password),
        false => (TOKEN, &credential.identity_token),
    };
    let input = json!({"ServerURL": server, "Username": user, "Secret": secret}).to_string();
    run(context, name, "store", input)?.map(drop).map_err(|Ended { how, .. }| failed(name, "store", server, &how))
}

/// Makes the program forget the credentials of a server.
///
/// Errors: `registry-helper`, `program-failed`.
pub fn erase(context: &Context, name: &str, server: &str) -> Result<()> {
    let output = run(context, name, "erase", server.to_owned())?;
    output.map(drop).map_err(|Ended { how, .. }| failed(name, "erase", server, &how))
}

/// How a program ended that did not do what it should.
struct Ended {
    output: Vec<u8>,
    how: String,
}

fn run(context: &Context, name: &str, verb: &str, input: String) -> Result<Result<Vec<u8>, Ended>> {
    let programs = &context.settings.programs;
    let program_name = format!("docker-credential-{name}");
    let is_name = !name.contains(['/', '\\']);
    let program = programs.find(&program_name).filter(|_| is_name).ok_or_else(|| {
        Diagnostic::new("registry-helper", format!("there is no program `{program_name}`, which keeps credentials"))
            .help("install it, or change `credsStore` and `credHelpers` in the files with credentials")
    })?;
    let job = Job {
        name: &format!("`{program_name}`"),
        program: &program,
        args: &[verb.to_owned()],
        environment: &programs.environment,
        directory: None,
        input: input.into_bytes(),
    };
    let outcome = match process::run_within(job, Limit { time: PATIENCE, family: programs.family }) {
        Ok(outcome) => outcome,
        Err(error) if error.code == "program-timeout" => {
            let error = Diagnostic::new("registry-helper", error.message);
            return Err(error.help("see what it waits for: it may ask for a password where nobody sees it"));
        }
        Err(error) => return Err(error),
    };
    Ok(match outcome.failure {
        None => Ok(outcome.stdout),
        Some(how) => Err(Ended { output: outcome.stdout, how }),
    })
}

fn failed(name: &str, verb: &str, server: &str, how: &str) -> Box<Diagnostic> {
    let help = match verb {
        "get" => format!("see what it says: `echo {server} | docker-credential-{name} get`"),
        _ => format!("see whether `docker-credential-{name}` works: `docker-credential-{name} list`"),
    };
    Diagnostic::new("registry-helper", format!("`docker-credential-{name} {verb}` fails for `{server}`: {how}"))
        .help(help)
}

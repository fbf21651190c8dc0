//! The files that hold the credentials of registries: Helm's `registry/config.json` and docker's `config.json`, which
//! have one format.
//!
//! Source: credentials/internal/config of ORAS.
//!
//! **Invariant:** what kz does not know of a file stays in it; nobody else may read a file that was written here.
//! **Not here:** programs that keep credentials ([`super::helper`]).

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::Credential;
use crate::base::{Diagnostic, Result, base64};
use crate::helm::pull::files;

/// One of those files.
pub struct Config {
    path: PathBuf,
    content: Map<String, Value>,
}

impl Config {
    /// Reads a file; one that is not there is empty.
    ///
    /// Errors: `registry-config`.
    pub fn read(path: &Path) -> Result<Config> {
        let of = |content| Config { path: path.to_owned(), content };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(of(Map::new())),
            Err(e) => return Err(unusable(path, &e.to_string())),
        };
        if text.trim_ascii().is_empty() {
            return Ok(of(Map::new()));
        }
        // What the reader says may show a part of the file.
        let value =
            serde_json::from_slice(&text).map_err(|e| unusable(path, &format!("line {}: no JSON", e.line())))?;
        let Value::Object(content) = value else { return Err(unusable(path, "it is no object")) };
        let config = of(content);
        for (name, is_right) in [
            ("auths", Value::is_object as fn(&Value) -> bool),
            ("credHelpers", Value::is_object),
            ("credsStore", Value::is_string),
        ] {
            if config.content.get(name).is_some_and(|value| !value.is_null() && !is_right(value)) {
                return Err(unusable(path, &format!("`{name}` is not what it should be")));
            }
        }
        Ok(config)
    }

    /// The credentials that stand in the file. Older files name a server by a URL.
    ///
    /// Errors: `registry-config`.
    pub fn credential(&self, server: &str) -> Result<Option<Credential>> {
        let Some(auths) = self.object("auths") else { return Ok(None) };
        let entry = auths.get(server).or_else(|| {
            let (_, entry) = auths.iter().find(|(name, _)| host_of(name) == server)?;
            Some(entry)
        });
        let Some(entry) = entry else { return Ok(None) };
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut credential = Credential {
            username: text("username"),
            password: text("password"),
            identity_token: text("identitytoken"),
            registry_token: text("registrytoken"),
        };
        let auth = text("auth");
        if !auth.is_empty() {
            let decoded = base64::decode(auth.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let pair = decoded.as_deref().and_then(|decoded| decoded.split_once(':'));
            let (user, password) = pair.ok_or_else(|| {
                unusable(&self.path, &format!("`auth` of `{server}` is not `USER:PASSWORD` in base64"))
            })?;
            (credential.username, credential.password) = (user.to_owned(), password.to_owned());
        }
        Ok(Some(credential).filter(|credential| !credential.is_empty()))
    }

    /// The program that keeps the credentials of a server; the last part of its name.
    pub fn helper(&self, server: &str) -> Option<&str> {
        let own = self.object("credHelpers").and_then(|helpers| helpers.get(server)).and_then(Value::as_str);
        let all = || self.content.get("credsStore").and_then(Value::as_str);
        own.filter(|name| !name.is_empty()).or_else(all).filter(|name| !name.is_empty())
    }

    /// Whether anything at all is said of credentials.
    pub fn says_something(&self) -> bool {
        let has_any = |name: &str| self.object(name).is_some_and(|object| !object.is_empty());
        has_any("auths") || has_any("credHelpers") || self.helper("").is_some()
    }

    /// Takes credentials up, and writes the file.
    ///
    /// Errors: `registry-config`.
    pub fn put(&mut self, server: &str, credential: &Credential) -> Result<()> {
        let Credential { username, password, identity_token, registry_token } = credential;
        let is_none = username.is_empty() && password.is_empty();
        let auth = if is_none { String::new() } else { base64::encode(format!("{username}:{password}").as_bytes()) };
        let fields =
            [("auth", &auth), ("identitytoken", identity_token), ("registrytoken", registry_token)].into_iter();
        let fields = fields.filter(|(_, text)| !text.is_empty());
        let entry: Map<String, Value> = fields.map(|(name, text)| (name.to_owned(), text.as_str().into())).collect();
        let mut auths = self.object("auths").cloned().unwrap_or_default();
        auths.insert(server.to_owned(), entry.into());
        self.content.insert("auths".to_owned(), auths.into());
        self.write()
    }

    /// Forgets the credentials of a server. Where there are none the file stays as it is.
    ///
    /// Errors: `registry-config`.
    pub fn remove(&mut self, server: &str) -> Result<()> {
        let mut auths = self.object("auths").cloned().unwrap_or_default();
        if auths.remove(server).is_none() {
            return Ok(());
        }
        self.content.insert("auths".to_owned(), auths.into());
        self.write()
    }

    /// Says which program keeps credentials from now on, and writes the file.
    ///
    /// Errors: `registry-config`.
    pub fn set_store(&mut self, name: &str) -> Result<()> {
        self.content.insert("credsStore".to_owned(), name.into());
        let auths = self.object("auths").cloned().unwrap_or_default();
        self.content.insert("auths".to_owned(), auths.into());
        self.write()
    }

    fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.content.get(name).and_then(Value::as_object)
    }

    fn write(&self) -> Result<()> {
        if self.path.as_os_str().is_empty() {
            return Err(Diagnostic::new("registry-config", "there is no place for the credentials of registries")
                .help("set `HOME`, or name a file: `--registry-config FILE` or `HELM_REGISTRY_CONFIG`"));
        }
        let text = with_tabs(&format!("{:#}", Value::Object(self.content.clone())));
        files::replace_private(&self.path, text.as_bytes()).map_err(|e| {
            Diagnostic::new("registry-config", format!("cannot write `{}`: {e}", self.path.display()))
                .help("name another file: `--registry-config FILE` or `HELM_REGISTRY_CONFIG`")
        })
    }
}

/// The layout of Go: a tab where there are two spaces. No text in JSON goes over several lines.
fn with_tabs(json: &str) -> String {
    let lines = json.lines().map(|line| {
        let text = line.trim_start_matches(' ');
        format!("{}{text}", "\t".repeat((line.len() - text.len()) / 2))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// ORAS: ToHostname.
fn host_of(name: &str) -> &str {
    let name = name.strip_prefix("https://").or_else(|| name.strip_prefix("http://")).unwrap_or(name);
    name.split('/').next().unwrap_or_default()
}

fn unusable(path: &Path, why: &str) -> Box<Diagnostic> {
    Diagnostic::new("registry-config", format!("cannot read the credentials in `{}`: {why}", path.display()))
        .help("mend the file, or move it away and log in anew: `kz registry login HOST`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        let Ok(Value::Object(content)) = serde_json::from_str(text) else { panic!("{text}") };
        Config { path: "config.json".into(), content }
    }

    fn pair(config: &Config, server: &str) -> Option<(String, String)> {
        config.credential(server).unwrap().map(|found| (found.username, found.password))
    }

    #[test]
    fn credentials_are_found_by_host_and_by_url() {
        let both = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        let config = config(
            r#"{"auths": {"a": {"auth": "bWU6cGE6c3M="}, "https://b/v1/": {"username": "u", "password": "p"},
                "c:5000": {}, "d": {"auth": "?"}}}"#,
        );
        assert_eq!(pair(&config, "a"), both("me", "pa:ss"));
        assert_eq!(pair(&config, "b"), both("u", "p"));
        assert_eq!(pair(&config, "c:5000"), None);
        assert_eq!(pair(&config, "c"), None);
        assert_eq!(config.credential("d").err().map(|error| error.code), Some("registry-config"));
    }

    #[test]
    fn the_program_of_a_server_goes_before_that_of_all() {
        let config = config(r#"{"credHelpers": {"a": "own", "b": ""}, "credsStore": "all"}"#);
        assert_eq!(["a", "b", "c"].map(|server| config.helper(server).unwrap()), ["own", "all", "all"]);
        assert!(config.says_something());
        assert!(!super::tests::config(r#"{"auths": {}, "detachKeys": "x"}"#).says_something());
    }
}

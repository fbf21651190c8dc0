//! `repositories.yaml`: the repositories that somebody added.
//!
//! Source: pkg/repo/v1/repo.go and chartrepo.go, pkg/cmd/repo_add.go.
//!
//! **Invariant:** passwords are in no error and in nothing that is printed for people.
//! **Not here:** the indexes of the repositories.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::homes::Homes;
use crate::base::{Diagnostic, Result, Sources};
use crate::gotmpl::Value;
use crate::helm::fields::{Fields, Nested, Rules, Slot, items, read_struct};
use crate::helm::to_yaml;
use crate::yaml::{Node, ReadOptions, Timestamp, read};

/// A repository and how it is asked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub url: String,
    pub username: String,
    pub password: String,
    /// A certificate to show, and its key.
    pub cert_file: String,
    pub key_file: String,
    /// The authorities that vouch for the server.
    pub ca_file: String,
    pub insecure_skip_tls_verify: bool,
    /// The credentials are for other hosts, too, to which the index leads.
    pub pass_credentials_all: bool,
}

/// All of the file.
#[derive(Clone, Debug, Default)]
pub struct Repositories {
    api_version: String,
    /// When Helm made it; kept as it is.
    generated: String,
    pub entries: Vec<Entry>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Fields for Entry {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("name", Slot::Text(&mut self.name)),
            ("url", Slot::Text(&mut self.url)),
            ("username", Slot::Text(&mut self.username)),
            ("password", Slot::Text(&mut self.password)),
            ("certFile", Slot::Text(&mut self.cert_file)),
            ("keyFile", Slot::Text(&mut self.key_file)),
            ("caFile", Slot::Text(&mut self.ca_file)),
            ("insecure_skip_tls_verify", Slot::Flag(&mut self.insecure_skip_tls_verify)),
            ("pass_credentials_all", Slot::Flag(&mut self.pass_credentials_all)),
        ]
    }
}

impl Fields for Repositories {
    fn fields(&mut self) -> Vec<(&'static str, Slot<'_>)> {
        vec![
            ("apiVersion", Slot::Text(&mut self.api_version)),
            ("generated", Slot::Time(&mut self.generated)),
            ("repositories", Slot::Nested(&mut self.entries)),
        ]
    }
}

impl Nested for Vec<Entry> {
    fn read(&mut self, field: &'static str, node: &Node, rules: Rules) -> Result<()> {
        self.clear();
        for item in items(field, node)?.iter().filter(|item| !item.is_null()) {
            let mut entry = Entry::default();
            read_struct(&mut entry, item, rules)?;
            self.push(entry);
        }
        Ok(())
    }
}

impl Repositories {
    /// Reads the file; one that is not there holds no repositories.
    ///
    /// Errors: `repositories`: it cannot be read, or is no such file.
    pub fn read(path: &Path) -> Result<Repositories> {
        if Homes::is_nowhere(path) {
            return Ok(Repositories::default());
        }
        match fs::read(path) {
            Ok(text) => Repositories::parse(path, &text),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Repositories::default()),
            Err(e) => Err(failed(path, "read", &e)),
        }
    }

    fn parse(path: &Path, text: &[u8]) -> Result<Repositories> {
        // The lines hold passwords: they are never drawn.
        let sources = Sources::new();
        let source = sources.add("", text);
        let mut file = Repositories::default();
        let parsed = read(source, text, ReadOptions::config()).and_then(|documents| {
            match documents.into_iter().next().and_then(|document| document.root) {
                Some(root) => read_struct(&mut file, &root, Rules::Lenient).map(drop),
                None => Ok(()),
            }
        });
        parsed.map_err(|error| {
            let line = error.labels.first().and_then(|label| sources.locate(label.span)).map(|at| at.line);
            let place = line.map_or(String::new(), |line| format!(" line {line}:"));
            // What the reader of YAML says may quote the line.
            let why = if error.code == "chart-metadata" { &error.message } else { "it is not YAML" };
            Diagnostic::new("repositories", format!("cannot read `{}`:{place} {why}", path.display()))
                .help("mend the file, or remove it and add the repositories again: `kz repo add NAME URL`")
        })?;
        Ok(file)
    }

    /// The repository of a name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Adds a repository, or replaces the one of the same name.
    pub fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|own| own.name == entry.name) {
            Some(own) => *own = entry,
            None => self.entries.push(entry),
        }
    }

    /// Removes a repository. Whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.name != name);
        before != self.entries.len()
    }

    /// Writes the file, for the user's eyes only where it is new.
    ///
    /// Errors: `repositories`.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = self.to_yaml().map_err(|why| failed(path, "write", &io::Error::other(why)))?;
        super::files::replace(path, &text, 0o600).map_err(|e| failed(path, "write", &e))
    }

    /// Go: yaml.Marshal.
    fn to_yaml(&self) -> Result<Vec<u8>, String> {
        let text = |text: &str| Value::str(text);
        let entries = self.entries.iter().map(|entry| {
            Value::map([
                ("name", text(&entry.name)),
                ("url", text(&entry.url)),
                ("username", text(&entry.username)),
                ("password", text(&entry.password)),
                ("certFile", text(&entry.cert_file)),
                ("keyFile", text(&entry.key_file)),
                ("caFile", text(&entry.ca_file)),
                ("insecure_skip_tls_verify", entry.insecure_skip_tls_verify.into()),
                ("pass_credentials_all", entry.pass_credentials_all.into()),
            ])
        });
        let generated = Timestamp::parse(&self.generated).and_then(Timestamp::to_rfc3339);
        // Go: the zero of time.Time.
        let generated = generated.unwrap_or_else(|| "0001-01-01T00:00:00Z".to_owned());
        let file = Value::map([
            ("apiVersion", text(&self.api_version)),
            ("generated", text(&generated)),
            ("repositories", Value::list(entries.collect())),
        ]);
        to_yaml::marshal(&file).map_err(|fault| fault.to_string())
    }
}

/// Held by who changes the file, so that of many processes one does. It is Helm's lock too.
pub struct Lock {
    _file: File,
}

/// So long is waited for others. Go: 30 seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until nobody else changes the file at a path. The folder is made where it is not there.
///
/// Errors: `repositories`: nobody says where the file is; it cannot be written; another process does not let go.
pub fn lock(path: &Path) -> Result<Lock> {
    if Homes::is_nowhere(path) {
        return Err(Diagnostic::new("repositories", "there is no place for the list of repositories")
            .help("set `HOME`, or name the file: `--repository-config FILE` or `HELM_REPOSITORY_CONFIG`"));
    }
    let lock_path = lock_path(path);
    take(&lock_path, PATIENCE).map(|file| Lock { _file: file }).map_err(|e| failed(&lock_path, "lock", &e))
}

/// `repositories.lock`, or what else the name becomes with another ending.
fn lock_path(path: &Path) -> PathBuf {
    // Go: filepath.Ext. A name that is all ending keeps it.
    let text = path.to_string_lossy();
    let name = text.rsplit('/').next().unwrap_or_default();
    match name.rfind('.').map(|at| text.len() - name.len() + at).filter(|at| *at > 0) {
        Some(at) => PathBuf::from(format!("{}.lock", text.get(..at).unwrap_or_default())),
        None => PathBuf::from(format!("{text}.lock")),
    }
}

fn take(path: &Path, patience: Duration) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // A file system without locks: as good as it gets.
            Err(TryLockError::Error(e)) if e.kind() == ErrorKind::Unsupported => return Ok(file),
            Err(TryLockError::Error(e)) => return Err(e),
            Err(TryLockError::WouldBlock) if start.elapsed() > patience => {
                return Err(io::Error::new(ErrorKind::TimedOut, "another process has not let go of it"));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn failed(path: &Path, verb: &str, error: &io::Error) -> Box<Diagnostic> {
    Diagnostic::new("repositories", format!("cannot {verb} `{}`: {error}", path.display()))
        .help("name another file: `--repository-config FILE` or `HELM_REPOSITORY_CONFIG`")
}

#[cfg(test)]
mod tests {
    use super::*;

    // What `helm repo add` of Helm 4.3.1 wrote.
    const WRITTEN: &str = r#"apiVersion: ""
generated: "0001-01-01T00:00:00Z"
repositories:
- caFile: ""
  certFile: ""
  insecure_skip_tls_verify: false
  keyFile: ""
  name: r
  pass_credentials_all: false
  password: ""
  url: https://charts.example.com
  username: ""
- caFile: ""
  certFile: ""
  insecure_skip_tls_verify: false
  keyFile: ""
  name: q
  pass_credentials_all: true
  password: p:"w
  url: https://charts.example.com
  username: u
"#;

    #[test]
    fn the_file_is_written_as_helm_writes_it() {
        let file = Repositories::parse(Path::new("r.yaml"), WRITTEN.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(file.to_yaml().unwrap()).unwrap(), WRITTEN);
    }

    #[test]
    fn errors_show_no_passwords() {
        let text = "apiVersion: ''\nrepositories:\n- password: geheim: x\n";
        let error = Repositories::parse(Path::new("r.yaml"), text.as_bytes()).unwrap_err();
        assert!(error.labels.is_empty() && !error.message.contains("geheim"), "{}", error.message);
        assert!(error.message.starts_with("cannot read `r.yaml`: line 3: "), "{}", error.message);
        let text = "repositories:\n- password: [geheim]\n";
        let error = Repositories::parse(Path::new("r.yaml"), text.as_bytes()).unwrap_err();
        assert!(!error.message.contains("geheim"), "{}", error.message);
    }

    #[test]
    fn locks_lie_beside_the_file() {
        for (path, lock) in
            [("/c/repositories.yaml", "/c/repositories.lock"), ("/c.d/r", "/c.d/r.lock"), (".r", ".r.lock")]
        {
            assert_eq!(lock_path(Path::new(path)), Path::new(lock));
        }
    }
}

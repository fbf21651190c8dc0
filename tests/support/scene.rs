//! A place where commands are run that people read: those of the book, the README and the help.
//!
//! A scene has folders of its own (to work in, and a home), `kz` first among the programs, small stand-ins for programs that
//! talk to other machines, and a net in which nobody can be reached.
//!
//! **Invariant:** the commands of a scene follow each other as in one shell: its folder and its variables last.
//!
//! **Not here:** where the commands stand, and what they are to print.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::thread;

use crate::temp_dir::{TempDir, copy};

/// Stand-ins: name and script. `kustomize` and `helm` are kz, as for those who put it in their place.
const STANDINS: [(&str, &str); 3] = [
    // Wants something to apply, has nothing in its cluster, and answers a dry run with what it was given.
    (
        "kubectl",
        r#"[ "$1" != kz ] || { shift; exec kz "$@"; }
case " $* " in *' -f - '*) objects=$(cat); [ -n "$objects" ] || { echo 'error: no objects' >&2; exit 1; } ;; esac
case " $* " in *' apply '*' -o json '*) printf '%s\n' "$objects" ;; esac"#,
    ),
    ("man", r#"[ "$*" != '-l -' ] || grep -q '^\.TH'"#),
    ("ssh", "echo 'nobody can be reached' >&2; exit 255"),
];

/// Hosts that examples name. What comes from there cannot be fetched, and that is the only reason why a command may fail.
const HOSTS: [&str; 3] = [".example", "example.com", "github.com/org/"];

/// Commands that end with 1 where something is different, as `diff` does.
const COMPARING: [&str; 3] = ["kz diff", "kz lock", "kz parity"];

/// The codes of errors that say that nobody can be reached.
const UNREACHABLE: [&str; 3] = ["http-connection", "http-proxy", "git-failed"];

pub struct Scene {
    temp: TempDir,
}

/// How a command went.
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Scene {
    /// With a copy of the examples in `examples/`.
    pub fn new() -> Scene {
        let scene = Scene { temp: TempDir::new().unwrap() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &scene.work().join("examples")).unwrap();
        for folder in ["bin", "home/.config", "tmp"] {
            fs::create_dir_all(scene.temp.path().join(folder)).unwrap();
        }
        for name in ["kz", "kustomize", "helm"] {
            symlink(env!("CARGO_BIN_EXE_kz"), scene.temp.path().join("bin").join(name)).unwrap();
        }
        for (name, script) in STANDINS {
            let file = scene.temp.path().join("bin").join(name);
            fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let git = "[user]\n\tname = Me\n\temail = me@example.com\n[init]\n\tdefaultBranch = main\n";
        fs::write(scene.temp.path().join("home/.gitconfig"), git).unwrap();
        fs::write(scene.state(), format!("cd '{}'\n", scene.work().display())).unwrap();
        scene
    }

    /// Where the commands start.
    pub fn work(&self) -> PathBuf {
        self.temp.path().join("work")
    }

    /// What one command leaves to the next.
    fn state(&self) -> PathBuf {
        self.temp.path().join("state")
    }

    /// Runs a command in bash, where the one before has ended.
    pub fn run(&self, command: &str) -> Done {
        let state = self.state();
        let script = format!(
            ". '{0}'\nset -a\ntrap '{{ export -p; printf \"cd %q\\n\" \"$PWD\"; }} > \"{0}\"' EXIT\n{command}",
            state.display()
        );
        let (home, bin) = (self.temp.path().join("home"), self.temp.path().join("bin"));
        let path = std::env::var("PATH").unwrap_or_default();
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-e", "-o", "pipefail", "-c", &script]).stdin(Stdio::null()).env_clear();
        bash.env("PATH", format!("{}:{path}", bin.display())).env("HOME", &home).env("USER", "me").env("TERM", "dumb");
        bash.env("TMPDIR", self.temp.path().join("tmp")).env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
        bash.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_SSH_COMMAND", "ssh");
        for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
            bash.env(name, refusing_proxy());
        }
        let done = bash.output().expect("bash is there");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what commands print is text");
        Done { code: done.status.code().unwrap_or(-1), stdout: text(done.stdout), stderr: text(done.stderr) }
    }
}

impl Done {
    /// Whether the command did what it is for.
    pub fn is_success(&self, command: &str) -> bool {
        let compares = COMPARING.iter().any(|comparing| command.contains(comparing));
        let differs = self.code == 1 && compares && !self.stderr.contains("error[");
        (self.code == 0 || differs) && !self.stderr.contains("panicked at")
    }

    /// Whether it got as far as the net, and failed because a host of examples cannot be reached.
    pub fn is_unreachable(&self) -> bool {
        let codes: Vec<&str> = self.stderr.split("error[").skip(1).filter_map(|rest| rest.split(']').next()).collect();
        !codes.is_empty()
            && codes.iter().all(|code| UNREACHABLE.contains(code))
            && HOSTS.iter().any(|host| self.stderr.contains(host))
    }

    /// All that was printed, stdout before stderr.
    pub fn printed(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Does something with each of many things, and gives back what is wrong with them, sorted.
pub fn side_by_side<T: Sync>(things: &[T], work: impl Fn(&T) -> Vec<String> + Sync) -> Vec<String> {
    let (waiting, problems) = (Mutex::new(things.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let Some(thing) = waiting.lock().unwrap().next() else { return };
                    let found = work(thing);
                    problems.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mut problems = problems.into_inner().unwrap();
    problems.sort();
    problems
}

/// The address of a proxy that lets nobody through.
fn refusing_proxy() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                // The answer would be lost if the request was not read to its end.
                let mut request = BufReader::new(&stream).lines().map_while(Result::ok);
                if request.any(|line| line.is_empty()) {
                    let answer = b"HTTP/1.1 407 Nobody\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                    // Who goes away before it comes does not want it.
                    let _ = stream.write_all(answer);
                }
            }
        });
        address
    })
}

//! Runs one program: text in, text out, bounded, never through a shell.
//!
//! **Invariant:** the program has ended and has been waited for when [`run`] returns; what it wrote is bounded.
//! **Not here:** what the texts mean.

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::{Diagnostic, Result};

/// What a program may write to stdout.
pub const MAX_OUTPUT: u64 = 256 << 20;
/// How much of a program's stderr is kept; the rest is read and thrown away.
const MAX_MESSAGES: u64 = 1 << 20;

/// A program and all that it gets. The environment is exactly what is given; of equal names the last counts.
pub struct Job<'a> {
    /// As messages name it: plugin `x`.
    pub name: &'a str,
    pub program: &'a Path,
    pub args: &'a [String],
    pub environment: &'a [(String, String)],
    pub directory: Option<&'a Path>,
    pub input: Vec<u8>,
}

/// What a program that ran has left.
#[derive(Debug)]
pub struct Outcome {
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// `None` where it ended well, else how it ended: `exit code 3`.
    pub failure: Option<String>,
}

/// Runs a program to its end.
///
/// Errors: it cannot be started; it writes more than [`MAX_OUTPUT`] (it is ended then).
pub fn run(job: Job) -> Result<Outcome> {
    run_bounded(job, MAX_OUTPUT)
}

fn run_bounded(job: Job, limit: u64) -> Result<Outcome> {
    let Job { name, program, args, environment, directory, input } = job;
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(environment.iter().map(|(key, value)| (key, value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(directory) = directory {
        command.current_dir(directory);
    }
    let failed = |verb: &str, e: &std::io::Error| {
        Diagnostic::new("program-failed", format!("cannot {verb} {name}: {}", reason(e)))
    };
    let mut child = spawn(&mut command).map_err(|e| failed_to_start(failed("start", &e), program, &e))?;
    // The program may end without reading all of its input; that is its business, and not waited for.
    if let Some(mut stdin) = child.stdin.take() {
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let messages = child.stderr.take().map(|stderr| std::thread::spawn(move || read_messages(stderr)));
    let mut stdout = Vec::new();
    let read = child.stdout.take().map_or(Ok(0), |out| out.take(limit + 1).read_to_end(&mut stdout));
    let too_much = stdout.len() as u64 > limit;
    if too_much || read.is_err() {
        end(&mut child);
    }
    let status = child.wait().map_err(|e| failed("wait for", &e))?;
    read.map_err(|e| failed("read the output of", &e))?;
    if too_much {
        let message = format!("{name} writes more than {} MiB", limit >> 20);
        return Err(Diagnostic::new("program-failed", message).help("make it write less, or split its work up"));
    }
    let stderr = messages.and_then(|thread| thread.join().ok()).unwrap_or_default();
    let failure = (!status.success()).then(|| describe(status));
    Ok(Outcome { stdout, stderr, failure })
}

/// A program that was written a moment ago can be busy while another thread starts a process.
fn spawn(command: &mut Command) -> std::io::Result<Child> {
    for _ in 0..20 {
        match command.spawn() {
            Err(e) if e.kind() == ErrorKind::ExecutableFileBusy => std::thread::sleep(Duration::from_millis(5)),
            done => return done,
        }
    }
    command.spawn()
}

/// What the system says, without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// Linux: what is no program and has no `#!` line.
const NO_FORMAT: i32 = 8;

fn failed_to_start(failed: Box<Diagnostic>, program: &Path, error: &std::io::Error) -> Box<Diagnostic> {
    match error.kind() {
        ErrorKind::NotFound if program.exists() => failed.help("see whether the program in its `#!` line is there"),
        ErrorKind::NotFound => failed.help("paths are relative to the directory of the kustomization"),
        ErrorKind::PermissionDenied => failed.help(format!("make it executable: `chmod +x {}`", program.display())),
        _ if error.raw_os_error() == Some(NO_FORMAT) => {
            failed.help("a script begins with a line that names its interpreter: `#!/bin/sh`")
        }
        _ => failed,
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
}

fn read_messages(mut stderr: impl Read) -> String {
    let mut kept = Vec::new();
    // What cannot be read is not shown; the program's end says how it went.
    let _ = (&mut stderr).take(MAX_MESSAGES).read_to_end(&mut kept);
    let _ = std::io::copy(&mut stderr, &mut std::io::sink());
    String::from_utf8_lossy(&kept).into_owned()
}

fn describe(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

/// Where the program of a name without a slash is, by the `PATH` given. Go: exec.LookPath; like it, what
/// is found by way of a relative entry of `PATH` does not count.
pub fn find_in_path(name: &str, path: &str) -> Option<PathBuf> {
    let candidates = std::env::split_paths(path).filter(|dir| dir.is_absolute()).map(|dir| dir.join(name));
    candidates.into_iter().find(|candidate| is_executable(candidate))
}

/// Whether there is a file that somebody may run.
pub fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && may_run(&meta))
}

#[cfg(unix)]
pub fn may_run(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
pub fn may_run(_meta: &std::fs::Metadata) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, input: &[u8], limit: u64) -> Result<Outcome> {
        let environment = [("A".to_string(), "1".to_string()), ("A".to_string(), "2".to_string())];
        let args = ["-c".to_string(), script.to_string()];
        let job = Job {
            name: "plugin `test`",
            program: Path::new("/bin/sh"),
            args: &args,
            environment: &environment,
            directory: Some(Path::new("/")),
            input: input.to_vec(),
        };
        run_bounded(job, limit)
    }

    #[test]
    fn text_goes_in_and_out_and_the_environment_is_what_was_given() {
        let out = sh("cat; echo \"$A$HOME\"; pwd; echo oh >&2", b"in\n", 100).unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stdout), "in\n2\n/\n");
        assert_eq!((out.stderr.as_str(), out.failure), ("oh\n", None));
    }

    #[test]
    fn how_it_ended_is_told() {
        assert_eq!(sh("exit 3", b"", 100).unwrap().failure.as_deref(), Some("exit code 3"));
        let killed = sh("kill -9 $$", b"", 100).unwrap().failure.unwrap();
        assert!(killed.starts_with("signal: 9"), "{killed}");
    }

    #[test]
    fn endless_output_is_cut_off_and_input_need_not_be_read() {
        let error = sh("while :; do echo yyyyyyyyyyyyyyyy; done", b"", 5 << 20).unwrap_err();
        assert_eq!(error.message, "plugin `test` writes more than 5 MiB");
        assert_eq!(sh("exec 0<&-; echo ok", &vec![b'x'; 1 << 20], 100).unwrap().stdout, b"ok\n");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let job = Job {
            name: "plugin `no such`",
            program: Path::new("/no/such"),
            args: &[],
            environment: &[],
            directory: None,
            input: Vec::new(),
        };
        assert_eq!(run(job).unwrap_err().message, "cannot start plugin `no such`: no such file or directory");
    }

    #[test]
    fn programs_are_looked_up_in_absolute_entries_of_path() {
        assert_eq!(find_in_path("sh", "relative:/no/such:/bin"), Some(PathBuf::from("/bin/sh")));
        assert_eq!(find_in_path("sh", "bin"), None);
    }
}

//! Runs one program: text in, text out, bounded, never through a shell.
//!
//! **Invariant:** the program has ended and has been waited for when [`run`] or [`run_within`] returns; what it wrote
//! is bounded.
//! **Not here:** what the texts mean.

mod talk;

use std::env::consts::EXE_SUFFIX;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub use talk::Talk;

use super::{Diagnostic, Result};

/// What a program may write to stdout.
pub const MAX_OUTPUT: u64 = 256 << 20;
/// How much of a program's stderr is kept; the rest is read and thrown away.
const MAX_MESSAGES: usize = 1 << 20;

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

/// How long a program may run, and what ends with it.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub time: Duration,
    pub family: Family,
}

/// What becomes of the programs that a program has started when its time is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// They are ended with it. None of them can ask on the terminal, and `^C` does not reach them.
    #[default]
    Own,
    /// They are left to themselves. They can ask on the terminal, and `^C` there ends them.
    Shared,
}

/// Runs a program to its end.
///
/// Errors: `program-failed`: it cannot be started; it writes more than [`MAX_OUTPUT`] (it is ended then).
pub fn run(job: Job) -> Result<Outcome> {
    run_bounded(job, MAX_OUTPUT, None)
}

/// Runs a program that is ended when its time is over.
///
/// Errors: as [`run`]; `program-timeout`.
pub fn run_within(job: Job, limit: Limit) -> Result<Outcome> {
    run_bounded(job, MAX_OUTPUT, Some(limit))
}

fn run_bounded(job: Job, max_output: u64, limit: Option<Limit>) -> Result<Outcome> {
    let Job { name, program, args, environment, directory, input } = job;
    let start = Instant::now();
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(environment.iter().map(|(key, value)| (key, value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(directory) = directory {
        command.current_dir(directory);
    }
    let family = limit.map_or(Family::Shared, |limit| limit.family);
    family::prepare(&mut command, family);
    let failed = |verb: &str, e: &std::io::Error| {
        Diagnostic::new("program-failed", format!("cannot {verb} {name}: {}", reason(e)))
    };
    let mut child = spawn(&mut command).map_err(|e| failed_to_start(failed("start", &e), program, &e))?;
    // The program may end without reading all of its input; that is its business, and not waited for.
    if let Some(mut stdin) = child.stdin.take() {
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let messages = child.stderr.take().map(Messages::read_from);
    let deadline = limit.and_then(|limit| start.checked_add(limit.time));
    let read = child.stdout.take().map_or(Some(Ok(Vec::new())), |stdout| read_until(stdout, max_output + 1, deadline));
    let too_much = matches!(&read, Some(Ok(stdout)) if stdout.len() as u64 > max_output);
    if too_much || matches!(read, Some(Err(_))) {
        family::end(&mut child, family);
    }
    let Some(status) = wait_until(&mut child, deadline).map_err(|e| failed("wait for", &e))? else {
        family::end(&mut child, family);
        child.wait().map_err(|e| failed("wait for", &e))?;
        let time = limit.map_or(0.0, |limit| limit.time.as_secs_f64());
        return Err(Diagnostic::new("program-timeout", format!("{name} has not ended within {time} s")));
    };
    let stdout = read.transpose().map_err(|e| failed("read the output of", &e))?.unwrap_or_default();
    if too_much {
        let message = format!("{name} writes more than {} MiB", max_output >> 20);
        return Err(Diagnostic::new("program-failed", message).help("make it write less, or split its work up"));
    }
    let stderr = messages.map(|messages| messages.take(limit.map(|_| GRACE))).unwrap_or_default();
    let failure = (!status.success()).then(|| describe(status));
    Ok(Outcome { stdout, stderr, failure })
}

/// All that comes, up to so many bytes. `None` when the time is over.
fn read_until(
    stdout: impl Read + Send + 'static,
    max: u64,
    deadline: Option<Instant>,
) -> Option<std::io::Result<Vec<u8>>> {
    let read = move || {
        let mut text = Vec::new();
        stdout.take(max).read_to_end(&mut text).map(|_| text)
    };
    let Some(deadline) = deadline else { return Some(read()) };
    let (sender, receiver) = mpsc::channel();
    // Where nobody waits any more, nothing is to be said.
    std::thread::spawn(move || drop(sender.send(read())));
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(done) => Some(done),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Err(ErrorKind::BrokenPipe.into())),
    }
}

/// How the program ended; `None` when the time is over and it has not.
fn wait_until(child: &mut Child, deadline: Option<Instant>) -> std::io::Result<Option<ExitStatus>> {
    let Some(deadline) = deadline else { return child.wait().map(Some) };
    loop {
        // It has closed its output, so it is about to end.
        match child.try_wait()? {
            None if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(1)),
            status => return Ok(status),
        }
    }
}

#[cfg(unix)]
mod family {
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    use rustix::process::{Pid, Signal, kill_process_group};

    use super::Family;

    pub fn prepare(command: &mut Command, family: Family) {
        if family == Family::Own {
            command.process_group(0);
        }
    }

    /// Both may have ended by themselves.
    pub fn end(child: &mut Child, family: Family) {
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let (Family::Own, Some(group)) = (family, group) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = child.kill();
    }
}

#[cfg(not(unix))]
mod family {
    use std::process::{Child, Command};

    use super::Family;

    pub fn prepare(_: &mut Command, _: Family) {}

    /// It may have ended by itself.
    pub fn end(child: &mut Child, _: Family) {
        let _ = child.kill();
    }
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

/// So long is waited for messages after a program has ended: what it started may live on and keep the pipe open.
const GRACE: Duration = Duration::from_millis(200);

/// What a program says on stderr while it runs.
struct Messages {
    kept: Arc<Mutex<Vec<u8>>>,
    done: mpsc::Receiver<()>,
}

impl Messages {
    fn read_from(mut stderr: impl Read + Send + 'static) -> Messages {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (sender, done) = mpsc::channel();
        let into = kept.clone();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            // What cannot be read is not shown; the program's end says how it went.
            while let Ok(count @ 1..) = stderr.read(&mut piece) {
                let mut kept = into.lock().unwrap_or_else(|e| e.into_inner());
                let room = MAX_MESSAGES.saturating_sub(kept.len());
                kept.extend(piece.iter().take(count.min(room)));
            }
            drop(sender);
        });
        Messages { kept, done }
    }

    /// All of it, or what has come when the patience ends.
    fn take(self, patience: Option<Duration>) -> String {
        // Nothing is ever sent: the end of the channel is the message.
        match patience {
            Some(patience) => drop(self.done.recv_timeout(patience)),
            None => drop(self.done.recv()),
        }
        String::from_utf8_lossy(&self.kept.lock().unwrap_or_else(|e| e.into_inner())).into_owned()
    }
}

fn describe(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

/// Where the program of a name without a slash is, by the `PATH` given. Go: exec.LookPath; like it, what
/// is found by way of a relative entry of `PATH` does not count. On Windows programs end in `.exe`.
pub fn find_in_path(name: &str, path: &str) -> Option<PathBuf> {
    let folders = std::env::split_paths(path).filter(|dir| dir.is_absolute());
    let file = if name.ends_with(EXE_SUFFIX) { name.to_owned() } else { format!("{name}{EXE_SUFFIX}") };
    folders.map(|dir| dir.join(&file)).find(|candidate| is_executable(candidate))
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
        run_bounded(job, limit, None)
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

    /// What is started in the background would keep both pipes open.
    #[test]
    fn time_is_limited() {
        let run = |script: &str, time, family| {
            let args = ["-c".to_string(), script.to_string()];
            let (program, directory) = (Path::new("/bin/sh"), Some(Path::new("/")));
            let job = Job { name: "plugin `test`", program, args: &args, environment: &[], directory, input: vec![] };
            run_within(job, Limit { time, family })
        };
        for family in [Family::Own, Family::Shared] {
            let error = run("/bin/sleep 600 & wait", Duration::from_millis(300), family).unwrap_err();
            assert_eq!((error.code, &*error.message), ("program-timeout", "plugin `test` has not ended within 0.3 s"));
            let error = run("exec 1>&- 2>&-; exec /bin/sleep 600", Duration::from_millis(300), family).unwrap_err();
            assert_eq!(error.code, "program-timeout");
            let done = run("echo out; echo err >&2; exit 2", Duration::from_secs(600), family).unwrap();
            assert_eq!(
                (&*done.stdout, &*done.stderr, done.failure.as_deref()),
                (&b"out\n"[..], "err\n", Some("exit code 2"))
            );
            let done = run("/bin/sleep 600 >&- & echo oh >&2", Duration::from_secs(600), family).unwrap();
            assert_eq!((&*done.stderr, done.failure), ("oh\n", None));
        }
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

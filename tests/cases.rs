//! The harness of the cases below `testdata/`: runs the binary on each and compares what it prints, byte for byte.
//!
//! How a case is laid out and recorded is written down in `testdata/README.md`.
//!
//! `KZ_CASE=text` runs only the cases whose path holds the text. `KZ_UPDATE=err` writes what kz says on stderr
//! into the cases' `err` files, to be read before it is committed.
//!
//! **Invariant:** the harness never writes an `out` file: what a build prints is the reference tool's to say.

#[path = "support/temp_dir.rs"]
mod temp_dir;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use temp_dir::{TempDir, copy};

#[test]
fn all_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let wanted = std::env::var("KZ_CASE").unwrap_or_default();
    let update = match std::env::var("KZ_UPDATE").as_deref() {
        Err(_) => false,
        Ok("err") => true,
        Ok(other) => panic!("KZ_UPDATE={other}: only `err` can be written here; see testdata/README.md"),
    };
    let mut cases = Vec::new();
    find(&root, &mut cases);
    cases.sort();
    cases.retain(|case| name_of(&root, case).contains(&wanted));
    #[cfg(windows)]
    cases.retain(|case| !needs_unix(case));

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = check(case, update) {
                        failures.lock().unwrap().push((name_of(&root, case), why));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    for (name, why) in &failures {
        eprintln!("---- testdata/{name}\n{}\n", why.trim_end());
    }
    assert!(failures.is_empty(), "{} of {} cases failed: {}", failures.len(), cases.len(), {
        failures.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
    });
}

/// The folders that hold a file `cmd`.
fn find(dir: &Path, into: &mut Vec<PathBuf>) {
    if dir.join("cmd").is_file() {
        return into.push(dir.to_owned());
    }
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            find(&entry.path(), into);
        }
    }
}

fn name_of(root: &Path, case: &Path) -> String {
    case.strip_prefix(root).unwrap_or(case).display().to_string()
}

/// Whether it says so, or runs programs by the first lines of their files, which Windows does not look at.
#[cfg(windows)]
fn needs_unix(case: &Path) -> bool {
    let (folder, mut files) = (case.join("in"), BTreeSet::new());
    let is_script = |file: &PathBuf| fs::read(folder.join(file)).is_ok_and(|text| text.starts_with(b"#!"));
    let has_programs = fs::read_to_string(case.join("cmd")).is_ok_and(|cmd| cmd.contains("$PWD/bin"));
    let is_listed = list(&folder, &folder, &mut files).is_ok();
    case.join("unix").exists() || has_programs || is_listed && files.iter().any(is_script)
}

/// Without what the system says of its errors, where that is not what the case was recorded with.
fn without_reasons(text: &str) -> String {
    let line = |line: &str| match (cfg!(windows), line.find(" (os error ")) {
        (true, Some(_)) => line.rsplit_once(": ").map_or(line, |(what, _)| what).to_owned(),
        _ => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A page for browsers without its style and script, which are the same in all of them: `…` stands for each.
fn without_assets(stdout: Vec<u8>) -> Vec<u8> {
    let Ok(mut page) = String::from_utf8(stdout.clone()) else { return stdout };
    if !page.starts_with("<!doctype html>") {
        return stdout;
    }
    for (start, end) in
        [("<style>", "</style>"), ("<script>", "</script>"), ("style-src '", "'"), ("script-src '", "'")]
    {
        let Some(from) = page.find(start).map(|at| at + start.len()) else { continue };
        let Some(to) = page[from..].find(end).map(|at| at + from) else { continue };
        page.replace_range(from..to, "…");
    }
    page.into_bytes()
}

/// Runs one case in a copy of its `in/`.
fn check(case: &Path, update: bool) -> Result<(), String> {
    let temp = TempDir::new().map_err(|e| e.to_string())?;
    let work = temp.path().join("work");
    let home = temp.path().join("home");
    fs::create_dir(&home).map_err(|e| e.to_string())?;
    copy(&case.join("in"), &work).map_err(|e| format!("cannot copy `in`: {e}"))?;
    let pwd = work.to_string_lossy().into_owned();

    let text = fs::read_to_string(case.join("cmd")).map_err(|e| e.to_string())?;
    let call = Call::parse(&text.replace("$PWD", &pwd))?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
    command.args(&call.args).current_dir(&work).stdin(Stdio::null());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", &home);
    command.envs(call.env);
    let done = command.output().map_err(|e| format!("kz did not start: {e}"))?;
    let stderr = String::from_utf8_lossy(&done.stderr).replace(&pwd, "$PWD").replace(&pwd.replace('\\', "/"), "$PWD");

    // What is expected: with `out` success and these bytes, unless `code` says otherwise; without it exit code 1
    // and nothing on stdout.
    let out = fs::read(case.join("out")).ok();
    let code = match fs::read_to_string(case.join("code")) {
        Ok(code) => code.trim().parse().map_err(|e| format!("`code`: {e}"))?,
        Err(_) => i32::from(out.is_none()),
    };
    if done.status.code() != Some(code) {
        return Err(format!("{}, expected exit code {code}\n{stderr}", done.status));
    }
    let mut problems = String::new();
    compare("stdout", out.as_deref().unwrap_or_default(), &without_assets(done.stdout), &mut problems);
    compare_files(case, &work, &mut problems).map_err(|e| e.to_string())?;

    let err_file = case.join("err");
    if update && problems.is_empty() {
        let written = if stderr.is_empty() { fs::remove_file(&err_file) } else { fs::write(&err_file, &stderr) };
        return written.or_else(|e| if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e.to_string()) });
    }
    if code != 0 && out.is_none() && !err_file.exists() {
        problems.push_str("there is neither `out` nor `err`: see testdata/README.md\n");
    }
    let expected = fs::read(&err_file).unwrap_or_default();
    let expected = without_reasons(&String::from_utf8_lossy(&expected));
    compare("stderr", expected.as_bytes(), without_reasons(&stderr).as_bytes(), &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn compare(what: &str, expected: &[u8], actual: &[u8], problems: &mut String) {
    if expected == actual {
        return;
    }
    let (old, new) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(actual));
    let diff = similar::TextDiff::from_lines(old.as_ref(), new.as_ref());
    let mut diff = diff.unified_diff();
    diff.context_radius(2).header(&format!("expected {what}"), &format!("actual {what}"));
    problems.push_str(&diff.to_string());
}

/// What was written or changed must be below `files`, to the byte, and nothing else may be otherwise than in `in`.
fn compare_files(case: &Path, work: &Path, problems: &mut String) -> io::Result<()> {
    let (files, before) = (case.join("files"), case.join("in"));
    let mut names = BTreeSet::new();
    list(&files, &files, &mut names)?;
    list(work, work, &mut names)?;
    for name in names {
        let recorded = files.join(&name);
        let expected = if recorded.exists() { recorded } else { before.join(&name) };
        match (fs::read(expected), fs::read(work.join(&name))) {
            (Ok(expected), Ok(actual)) => compare(&name.display().to_string(), &expected, &actual, problems),
            (Ok(_), Err(e)) => problems.push_str(&format!("{}: {e}\n", name.display())),
            (Err(_), Ok(_)) => {
                problems.push_str(&format!("{} was written, and is not below `files`\n", name.display()))
            }
            (Err(_), Err(_)) => {}
        }
    }
    Ok(())
}

/// The files below a folder, relative to it; links are passed over.
fn list(root: &Path, dir: &Path, into: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => list(root, &entry.path(), into)?,
            kind if kind.is_file() => drop(into.insert(entry.path().strip_prefix(root).unwrap_or(dir).to_owned())),
            _ => {}
        }
    }
    Ok(())
}

/// What a `cmd` file says: lines `NAME=value` for the environment, and one line of arguments.
struct Call {
    env: Vec<(String, String)>,
    args: Vec<String>,
}

impl Call {
    fn parse(text: &str) -> Result<Call, String> {
        let mut call = Call { env: Vec::new(), args: Vec::new() };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once('=').filter(|(name, _)| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
            {
                Some((name, value)) => call.env.push((name.to_owned(), words(value)?.concat())),
                None if call.args.is_empty() => call.args = words(line)?,
                None => return Err("`cmd` holds more than one line of arguments".to_owned()),
            }
        }
        if call.args.is_empty() { Err("`cmd` holds no arguments".to_owned()) } else { Ok(call) }
    }
}

/// Splits at blanks as a shell does; quotes keep what they hold.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() { Err(format!("a quote is not closed: {line}")) } else { Ok(words) }
}

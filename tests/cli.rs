//! What the command line itself promises: streams, exit codes, help, mistyped words.

#[path = "support/temp_dir.rs"]
mod temp_dir;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use temp_dir::{TempDir, copy};

fn kz(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
    command.args(args).stdin(Stdio::null()).env_remove("NO_COLOR").env_remove("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hello"));
    command
}

fn run(args: &[&str]) -> Output {
    kz(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn succeeds(args: &[&str]) -> String {
    let done = run(args);
    assert_eq!((text(&done.stderr), done.status.code()), ("", Some(0)), "{args:?}");
    text(&done.stdout).to_owned()
}

/// The whole of stderr; stdout must be empty.
fn fails(args: &[&str]) -> String {
    let done = run(args);
    assert_eq!((text(&done.stdout), done.status.code()), ("", Some(1)), "{args:?}");
    text(&done.stderr).to_owned()
}

const PROD: &str = "overlays/prod";

fn expected() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/expected.yaml")).unwrap()
}

#[test]
fn without_a_command_help_is_printed() {
    assert_eq!(succeeds(&[]), succeeds(&["--help"]));
    assert_eq!(succeeds(&["help", "build"]), succeeds(&["build", "-h"]));
    assert!(succeeds(&["version", "--help"]).contains("Usage: kz version"));
}

#[test]
fn versions() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(succeeds(&["--version"]), format!("kz {version}\n"));
    assert_eq!(succeeds(&["version"]), format!("kz {version} (kustomize v5.8.1, helm v4.3.1)\n"));
    assert!(
        succeeds(&["version", "-o", "yaml"])
            .starts_with(&format!("version: {version}\nkustomize: v5.8.1\nhelm: v4.3.1\n"))
    );
    assert!(succeeds(&["version", "-o=json"]).starts_with(&format!("{{\n  \"version\": \"{version}\",\n")));
}

#[test]
fn mistyped_words_are_explained() {
    let cases: &[(&[&str], &str)] = &[
        (&["biuld"], "there is no command `biuld`\n  = help: did you mean `kz build`?"),
        (&["tempalte"], "there is no command `tempalte`\n  = help: did you mean `kz template`?"),
        (
            &["instal", "web"],
            "there is no command `instal`\n  = help: if `install` is meant: use `kz template NAME CHART | kubectl apply -f -`, \
             or `helm install`",
        ),
        (
            &["release", "rolback"],
            "there is no command `release rolback`\n  = help: did you mean `kz release rollback`?",
        ),
        (&["release", "frob"], "there is no command `release frob`\n  = help: `kz release --help` lists what there is"),
        (
            &["completion", "tcsh"],
            "`<SHELL>` cannot be `tcsh`\n  = help: it takes `bash` or `fish` or `powershell` or `zsh`",
        ),
        (
            &["edit", "set", "namesuffix", "-v2"],
            "there is no flag `-v`\n  = help: `kz edit set namesuffix --help` lists what there is; a value that begins with `-` \
             stands behind `--`",
        ),
        (&["frobnicate"], "there is no command `frobnicate`\n  = help: `kz --help` lists what there is"),
        (&["cfg", "tree"], "there is no command `cfg`\n  = help: use `kustomize cfg`: it works on the same files"),
        (&["apply", "-f", "-"], "there is no command `apply`\n  = help: use `kz build DIR | kubectl apply -f -`"),
        (&["build", "--outptu", "x"], "there is no flag `--outptu`\n  = help: did you mean `--output`?"),
        (&["build", "--frob"], "there is no flag `--frob`\n  = help: `kz build --help` lists what there is"),
        (
            &["build", "a", "b"],
            "one directory can be built at a time, `b` is one too many\n  = help: run `kz build` once for each directory",
        ),
        (&["build", "-o"], "the flag `--output` needs a value\n  = help: `kz build --help` lists what there is"),
        (
            &["build", "--load-restrictor", "none"],
            "the flag `--load-restrictor` cannot be `none`\n  = help: it takes `LoadRestrictionsRootOnly` or \
             `LoadRestrictionsNone`",
        ),
        (&["build", "--reorder=no"], "the flag `--reorder` cannot be `no`\n  = help: it takes `legacy` or `none`"),
        (&["build", "--network=yes"], "the flag `--network` cannot be `yes`\n  = help: it takes `true` or `false`"),
        (&["version", "x"], "`x` is one word too many\n  = help: `kz version --help` lists what there is"),
    ];
    for (args, expected) in cases {
        assert_eq!(fails(args), format!("error[usage]: {expected}\n"));
    }
}

/// Pipelines take 1 for a difference there.
#[test]
fn what_compares_does_not_take_a_mistyped_word_for_a_difference() {
    let code = |args: &[&str]| run(args).status.code();
    for args in
        [&["diff", "--since"][..], &["parity", "--frob"], &["release", "verify", "x"], &["lock", "--check", "-x"]]
    {
        assert_eq!(code(args), Some(2), "{args:?}");
    }
    assert_eq!((code(&["lock", "-x"]), code(&["release", "frob"])), (Some(1), Some(1)));
}

#[test]
fn errors_can_be_json() {
    for args in [["build", "--error-format", "json", "--frob"], ["build", "--frob", "--error-format=json", "x"]] {
        let line = fails(&args);
        assert!(line.starts_with(r#"{"level":"error","code":"usage","message":"there is no flag `--frob`""#), "{line}");
    }
    let lines = fails(&["build", "nowhere", "--stack-trace", "--error-format=json"]);
    assert!(lines.starts_with("{\"level\":\"note\",\"message\":"), "{lines}");
    assert_eq!(lines.lines().filter(|line| line.starts_with("{\"level\":\"error\",\"code\":")).count(), 1, "{lines}");
}

#[test]
fn pipes_get_no_colours() {
    assert!(!fails(&["build", "nowhere"]).contains('\x1b'));
    assert!(!succeeds(&["--help"]).contains('\x1b'));
}

#[test]
fn flags_are_read_as_go_reads_them() {
    for args in [
        vec!["build", PROD],
        vec!["build", "--enable-helm", "--enable-helm=false", PROD],
        vec!["build", "--enable-alpha-plugins=T", "--enable-exec=1", "--", PROD],
        vec!["build", PROD, "--load-restrictor=", "-e", "A=B", "--env", "-C", "--mount=x"],
        vec!["build", "--helm-kube-version=1.30", "--helm-api-versions", "a/v1", PROD],
    ] {
        assert_eq!(succeeds(&args), expected(), "{args:?}");
    }
}

#[test]
fn flags_that_change_nothing_are_noted() {
    let done = run(&["build", PROD, "--network-name", "host", "--helm-command", "helm3", "--stack-trace"]);
    assert_eq!(text(&done.stdout), expected());
    assert_eq!(
        text(&done.stderr),
        "note: `--network-name` changes nothing: functions that may use the network use this machine's\n\
         note: `--helm-command` changes nothing: kz runs no helm\n\
         note: `--stack-trace` changes nothing: errors of kz name their places\n"
    );
}

/// A kustomization whose output is larger than any pipe's buffer.
fn large() -> TempDir {
    let dir = TempDir::new().unwrap();
    let lines = "x".repeat(99) + "\n";
    fs::write(dir.path().join("data"), lines.repeat(5000)).unwrap();
    fs::write(dir.path().join("kustomization.yaml"), "configMapGenerator:\n- name: a\n  files: [data]\n").unwrap();
    dir
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = large();
    let mut command = kz(&["build"]);
    let mut child = command.current_dir(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((text(&done.stderr), done.status.code()), ("", Some(0)));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let done = kz(&["build", PROD]).stdout(full).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).starts_with("error[write]: cannot write to stdout: "), "{}", text(&done.stderr));
}

#[test]
fn output_goes_to_a_file() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("out.yaml");
    for flag in ["-o", "--output"] {
        fs::write(&file, "longer than what comes, and gone afterwards\n".repeat(1000)).unwrap();
        assert_eq!(succeeds(&["build", PROD, flag, file.to_str().unwrap()]), "");
        assert_eq!(fs::read_to_string(&file).unwrap(), expected());
    }
    let nowhere = dir.path().join("nowhere/out.yaml");
    let error = fails(&["build", PROD, "-o", nowhere.to_str().unwrap()]);
    assert!(error.starts_with("error[write]: cannot write `"), "{error}");
    // After an error the file is as it was.
    fails(&["build", "nowhere", "-o", file.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&file).unwrap(), expected());
}

#[test]
fn directories_are_found_by_any_path() {
    let hello = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hello");
    for dir in ["overlays/prod/", "./overlays/../overlays/prod", hello.join(PROD).to_str().unwrap()] {
        assert_eq!(succeeds(&["build", dir]), expected(), "{dir}");
    }
    let done = kz(&["build"]).current_dir(hello.join(PROD)).output().unwrap();
    assert_eq!(text(&done.stdout), expected());
}

/// The examples of the help texts do what they say, in a directory where they can.
#[test]
fn examples_of_the_help_texts_run() {
    let dir = TempDir::new().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hello"), dir.path()).unwrap();
    fs::write(dir.path().join("kustomization.yaml"), "resources: [overlays/prod]\n").unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/chart"), &dir.path().join("chart")).unwrap();
    fs::write(dir.path().join("prod.yaml"), "replicas: 3\n").unwrap();
    fs::create_dir(dir.path().join("out")).unwrap();
    let git = |args: &[&str]| {
        let identity = ["-c", "user.name=tester", "-c", "user.email=tester@example.com"];
        let done = Command::new("git").args(identity).args(args).current_dir(dir.path()).output();
        done.is_ok_and(|done| done.status.success())
    };
    let has_git = git(&["init", "-q", "-b", "main"]) && git(&["add", "."]) && git(&["commit", "-q", "-m", "all"]);
    let mut count = 0;
    for verb in ["", "build", "template", "version"] {
        let help = succeeds(&["help", verb][..if verb.is_empty() { 1 } else { 2 }]);
        for line in help.lines().skip_while(|line| *line != "Examples:").skip(1) {
            let (command, _what_it_does) = line.trim().split_once("   ").unwrap_or((line.trim(), ""));
            let words: Vec<&str> = command.split(" | ").next().unwrap().split_whitespace().skip(1).collect();
            if words.contains(&"main:overlays/prod") && !has_git {
                continue;
            }
            let done = kz(&words).current_dir(dir.path()).output().unwrap();
            assert_eq!((text(&done.stderr), done.status.code()), ("", Some(0)), "{line}");
            count += 1;
        }
    }
    assert!(count >= 17, "{count} examples");
    assert_eq!(fs::read_to_string(dir.path().join("prod.yaml")).unwrap(), expected());
    assert_eq!(fs::read_dir(dir.path().join("out")).unwrap().count(), 4);
}

//! What shells, the program `man` and people who come from other tools meet.
#![cfg(unix)]

#[path = "support/temp_dir.rs"]
mod temp_dir;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use temp_dir::{TempDir, copy};

const KZ: &str = env!("CARGO_BIN_EXE_kz");

/// A copy of the examples, with a home of its own.
struct Place {
    temp: TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place { temp: TempDir::new().unwrap() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &place.temp.path().join("work")).unwrap();
        place
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.temp.path().join("work")).stdin(Stdio::null()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.temp.path());
        command
    }

    fn kz(&self, args: &[&str]) -> Output {
        self.command(KZ, args).output().unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let output = self.kz(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The candidates for the last word, without what they are.
    fn offered(&self, words: &[&str]) -> Vec<String> {
        let text = self.ok(&[&["__complete", "--"], words].concat());
        text.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    }

    /// Puts a program into a folder of its own, which is given.
    fn program(&self, name: &str, script: &str) -> String {
        let folder = self.temp.path().join("bin");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        folder.to_str().unwrap().to_owned()
    }

    /// The `PATH` of a shell that finds kz; nothing where there is no such shell.
    fn path_of_shell(&self, shell: &str) -> Option<String> {
        if self.command(shell, &["-c", "true"]).output().is_err() {
            eprintln!("skipped: there is no {shell}");
            return None;
        }
        let folder = self.program("kz", &format!("exec {KZ} \"$@\""));
        Some(format!("{folder}:{}", std::env::var("PATH").unwrap_or_default()))
    }
}

#[test]
fn commands_flags_and_values_are_offered() {
    let place = Place::new();
    assert_eq!(place.offered(&["tem"]), ["template"]);
    assert_eq!(place.offered(&["release", "ro"]), ["rollback"]);
    assert_eq!(place.offered(&["build", "--reo"]), ["--reorder"]);
    assert_eq!(place.offered(&["build", "--reorder", ""]), ["legacy", "none"]);
    assert_eq!(place.offered(&["build", "-o", ""]), [":files"]);
    assert_eq!(place.offered(&["build", "--error-f"]), ["--error-format"]);
    assert_eq!(place.offered(&["no-such-command", ""]), Vec::<String>::new());
    assert_eq!(place.offered(&["release", "no-such-command", ""]), Vec::<String>::new());
    assert!(!place.offered(&[""]).iter().any(|word| word.starts_with("__")), "what is hidden is not offered");
}

#[test]
fn targets_releases_and_revisions_are_offered() {
    let place = Place::new();
    assert_eq!(place.offered(&["build", "hello/"]), ["hello/base/", ":folders"]);
    assert_eq!(place.offered(&["build", "hello/overlays/p"]), ["hello/overlays/prod/", ":folders"]);
    assert!(place.offered(&["template", "web", "ch"]).contains(&"chart/".to_owned()));
    place.ok(&["release", "record", "web", "hello/base"]);
    place.ok(&["release", "record", "web", "hello/overlays/prod", "-m", "more of it"]);
    assert_eq!(place.offered(&["release", "history", "w"]), ["web"]);
    assert_eq!(place.offered(&["build", "--record", "w"]), ["web"]);
    assert_eq!(place.offered(&["diff", "web@"]), ["web@2", "web@1", "web@latest", "web@applied", ":folders"]);
    assert!(place.ok(&["__complete", "--", "diff", "web@2"]).contains(" more of it\n"));
}

#[test]
fn bash_completes() {
    let place = Place::new();
    let Some(path) = place.path_of_shell("bash") else { return };
    let script = place.ok(&["completion", "bash"]);
    let complete = |line: &str| {
        let ask = format!(
            "{script}\nCOMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _kz; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = place.command("bash", &["-c", &ask]).env("PATH", &path).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete("kz release ro"), ["rollback"]);
    assert_eq!(complete("kz build hello/b"), ["hello/base"]);
}

/// What stands on the line after each of some lines was typed into zsh; `\t` asks for what could stand there.
const TYPED_INTO_ZSH: &str = r#"
zmodload zsh/zpty
zpty shell env TERM=dumb zsh -f -i
zpty -w shell "PROMPT=; autoload -Uz compinit; compinit -D -u; source ./_kz; setopt menu_complete; unsetopt list_beep
tell() { print -r -- \$BUFFER > told; BUFFER= }; zle -N tell; bindkey '^O' tell"
for line in "$@"; do
    rm -f told
    zpty -w -n shell "$line"$'\x0f'
    for try in {1..500}; do [[ -s told ]] && break; sleep 0.02; done
    cat told
done"#;

#[test]
fn zsh_completes() {
    let place = Place::new();
    let Some(path) = place.path_of_shell("zsh") else { return };
    place.ok(&["release", "record", "web", "hello/base"]);
    place.ok(&["release", "record", "web", "hello/overlays/prod", "-m", "more: of it"]);
    fs::write(place.temp.path().join("work/_kz"), place.ok(&["completion", "zsh"])).unwrap();
    let lines = [
        ("kz release ro\t", "kz release rollback "),
        // Once, and not once more as any folder.
        ("kz build hello/b\t", "kz build hello/base/"),
        ("kz build hello/b\t\t", "kz build hello/base/"),
        ("kz build hello/b\t -o x", "kz build hello/base -o x"),
        ("kz build hello/\t\t", "kz build hello/overlays/"),
        ("kz build --reorder \t\t", "kz build --reorder none"),
        // In their order, whatever is told of them.
        ("kz diff web@\t", "kz diff web@2"),
        ("kz diff web@\t\t", "kz diff web@1"),
        ("kz template web chart -f chart/v\t", "kz template web chart -f chart/values.yaml "),
        ("kz no-such-command \t", "kz no-such-command "),
    ];
    let typed = lines.map(|(typed, _)| typed);
    let args = [&["-f", "-c", TYPED_INTO_ZSH, "zsh"], &typed[..]].concat();
    let output = place.command("zsh", &args).env("PATH", path).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.lines().collect::<Vec<_>>(), lines.map(|(_, told)| told));
}

#[test]
fn fish_completes() {
    let place = Place::new();
    let Some(path) = place.path_of_shell("fish") else { return };
    place.ok(&["release", "record", "web", "hello/overlays/prod", "-m", "more: of it"]);
    fs::write(place.temp.path().join("work/kz.fish"), place.ok(&["completion", "fish"])).unwrap();
    let complete = |line: &str| {
        let ask = format!("source kz.fish; complete -C '{line}'");
        let output = place.command("fish", &["--no-config", "-c", &ask]).env("PATH", &path).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        complete("kz release ro"),
        ["rollback\tMake the content of an old revision the newest, and print its manifests"]
    );
    assert_eq!(complete("kz build hello/b"), ["hello/base/\tkustomization"]);
    let folders = complete("kz build hello/");
    assert!(folders.len() == 2 && folders[1].starts_with("hello/overlays/\t"), "{folders:?}");
    assert_eq!(complete("kz build --reorder "), ["legacy", "none"]);
    assert!(complete("kz diff web@").iter().any(|line| line.starts_with("web@1\t") && line.ends_with("more: of it")));
    assert_eq!(complete("kz template web chart -f chart/v"), ["chart/values.yaml"]);
    assert_eq!(complete("kz no-such-command x"), Vec::<String>::new());
}

/// There is no PowerShell to try it with.
#[test]
fn powershell_gets_a_script() {
    assert!(Place::new().ok(&["completion", "powershell"]).contains("kz __complete"));
}

#[test]
fn all_commands_have_manual_pages() {
    let place = Place::new();
    let page = place.ok(&["man", "release", "record"]);
    assert!(page.contains(".TH KZ-RELEASE-RECORD 1") && page.contains("\\-\\-no\\-secrets"), "{page}");
    place.ok(&["man", "--output", "pages"]);
    let pages = place.temp.path().join("work/pages");
    for name in ["kz.1", "kz-build.1", "kz-edit-set-image.1", "kz-release-keys-add.1"] {
        assert!(pages.join(name).is_file(), "{name}");
    }
    assert!(!place.kz(&["man", "no-such"]).status.success());
    let mistyped = place.kz(&["man", "release", "hsitory"]);
    assert!(String::from_utf8_lossy(&mistyped.stderr).contains("did you mean `history`?"));
}

#[test]
fn the_page_of_all_commands_is_what_help_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/reference/commands.md");
    let text = Place::new().ok(&["man", "--markdown"]);
    assert!(
        fs::read_to_string(page).unwrap() == text,
        "write it anew: kz man --markdown > book/src/reference/commands.md"
    );
}

#[test]
fn parity_compares_with_what_is_installed() {
    let place = Place::new();
    let parity = |path: &str, args: &[&str]| {
        let output = place.command(KZ, &[&["parity"], args].concat()).env("PATH", path).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let results = |text: &str| {
        let result =
            |line: &str| (line[..line.find("  ").unwrap()].to_owned(), line.rsplit("x  ").next().unwrap().to_owned());
        text.lines().skip(1).map(result).collect::<Vec<_>>()
    };
    let bin = place.program("kustomize", &format!("exec {KZ} \"$@\""));
    place.program("helm", &format!("{KZ} \"$@\"; echo '# more'"));
    let (code, text) = parity(&bin, &["hello/base", "hello/overlays/prod"]);
    assert_eq!(code, Some(0), "{text}");
    let same = |target: &str| (target.to_owned(), "same".to_owned());
    assert_eq!(results(&text), [same("hello/base"), same("hello/overlays/prod")]);
    let (code, text) = parity(&bin, &["chart"]);
    assert!(code == Some(1) && results(&text)[0].1.starts_with("differs from line "), "{text}");
    // Of those that both refuse nothing is different.
    let (code, text) = parity(&bin, &["mistakes/misspelt"]);
    assert_eq!((code, results(&text)[0].1.as_str()), (Some(0), "same: both refuse it"), "{text}");
    place.program("kustomize", "echo no; exit 3");
    let (code, text) = parity(&bin, &["hello/base"]);
    assert!(code == Some(1) && text.contains("only kustomize refuses it"), "{text}");
    // All that lies here, with nothing to compare it with.
    let (code, text) = parity("/nowhere", &[]);
    assert_eq!(code, Some(2));
    assert!(
        text.contains("chart") && text.contains("hello/overlays/prod") && text.contains("is not installed"),
        "{text}"
    );
    assert_eq!(parity(&bin, &["nowhere"]).0, Some(2));
}

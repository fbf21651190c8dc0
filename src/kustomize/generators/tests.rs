//! What comes out was recorded from `kustomize build` 5.8.1 on the same files (hashes are elsewhere).

use super::*;
use crate::base::Sources;
use crate::base::fs::Memory;
use crate::fetch;
use crate::gotmpl::World;
use crate::kustomize::BuildOptions;
use crate::yaml;

/// Runs a test with files in memory in `/repo`, which is the kustomization's directory.
fn with_files(files: &[(&str, &[u8])], test: impl FnOnce(&Context, &Loader)) {
    let mut fs = Memory::new();
    fs.write("/repo/kustomization.yaml", "");
    files.iter().for_each(|(path, content)| fs.write(format!("/repo/{path}"), *content));
    let options = BuildOptions { working_dir: "/repo".into(), ..BuildOptions::default() };
    let sources = Sources::new();
    let ctx = Context {
        fs: &fs,
        sources: &sources,
        options: &options,
        fetch: &fetch::Context::offline(),
        lock: &Default::default(),
        trail: None,
        world: || World::fixed(0),
        notes: Default::default(),
    };
    test(&ctx, &Loader::open(&ctx, ".").unwrap());
}

fn texts(list: &[&str]) -> Vec<Text> {
    list.iter().map(|text| Text::new(*text, Span::NOWHERE)).collect()
}

fn args(literals: &[&str], files: &[&str], envs: &[&str]) -> GeneratorArgs {
    let name = Text::new("a", Span::NOWHERE);
    let (literals, files, envs) = (texts(literals), texts(files), texts(envs));
    GeneratorArgs { name, literals, files, envs, ..GeneratorArgs::default() }
}

fn pairs(list: &[(&str, &str)]) -> Pairs {
    list.iter().map(|(k, v)| (Text::new(*k, Span::NOWHERE), Text::new(*v, Span::NOWHERE))).collect()
}

fn written(resource: &Resource) -> String {
    let mut out = Vec::new();
    yaml::emit(&resource.node, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// All messages of an error.
fn said(result: Result<Resource>) -> Vec<String> {
    let error = result.unwrap_err();
    let others = error.others.iter().map(|e| e.message.clone());
    std::iter::once(error.message.clone()).chain(others).collect()
}

#[test]
fn literals_files_and_env_files_become_data() {
    let env = b"\xef\xbb\xbfA=1\r\n  # no\n\n  B = x # y \nNAME_ONLY\n=novalue\nC=\"q\"\nD=a=b";
    let long = [255u8; 60];
    let files: [(&str, &[u8]); 5] = [
        ("plain.txt", b"one\ntwo\n"),
        ("bin", b"\xff\0\x01"),
        ("long.bin", &long),
        ("exact.bin", &long[..51]),
        ("a.env", env),
    ];
    let literals = ["x=\"q\"", "y='", "z=''", "w=\"a'", "é=\"é\"", "b=", "c=a=b", "d= s ", "no=yes", "e=l1\nl2"];
    with_files(&files, |ctx, loader| {
        let args = args(&literals, &["plain.txt", "k=bin", "long.bin", "exact.bin"], &["a.env"]);
        let resource = config_map(ctx, loader, &args, None).unwrap();
        assert!(resource.needs_hash);
        assert_eq!(written(&resource), CONFIG_MAP);
        let args = GeneratorArgs {
            secret_type: Text::new("my/type", Span::NOWHERE),
            ..self::args(&["x=1"], &["long.bin"], &[])
        };
        assert_eq!(written(&secret(ctx, loader, &args, None).unwrap()), SECRET);
        let empty = self::args(&[], &[], &[]);
        let empty_secret = "apiVersion: v1\ndata: {}\nkind: Secret\nmetadata:\n  name: a\ntype: Opaque\n";
        assert_eq!(written(&secret(ctx, loader, &empty, None).unwrap()), empty_secret);
    });
}

const CONFIG_MAP: &str = r#"apiVersion: v1
binaryData:
  exact.bin: ////////////////////////////////////////////////////////////////////
  k: /wAB
  long.bin: |
    //////////////////////////////////////////////////////////////////////
    //////////
data:
  A: "1"
  'B ': ' x # y '
  C: '"q"'
  D: a=b
  NAME_ONLY: ""
  b: ""
  c: a=b
  d: ' s '
  e: |-
    l1
    l2
  "no": "yes"
  plain.txt: |
    one
    two
  w: '"a'''
  x: q
  "y": ''''
  z: ""
  é: é
kind: ConfigMap
metadata:
  name: a
"#;

const SECRET: &str = "apiVersion: v1
data:
  long.bin: |
    //////////////////////////////////////////////////////////////////////
    //////////
  x: MQ==
kind: Secret
metadata:
  name: a
type: my/type
";

#[test]
fn a_line_that_is_too_long_ends_an_env_file() {
    let fits = format!("A=1\nB={}\nC=3\n", "x".repeat(65533));
    let too_long = format!("A=1\nB={}\nC=3\n", "x".repeat(65534));
    with_files(&[("fits.env", fits.as_bytes()), ("too-long.env", too_long.as_bytes())], |ctx, loader| {
        let keys = |path| {
            let resource = config_map(ctx, loader, &args(&[], &[], &[path]), None).unwrap();
            resource.node.get("data").and_then(Node::as_mapping).unwrap().len()
        };
        assert_eq!((keys("fits.env"), keys("too-long.env")), (3, 1));
    });
}

#[test]
fn own_options_come_before_those_of_all_generators() {
    with_files(&[], |ctx, loader| {
        let own = GeneratorOptions {
            labels: pairs(&[("b", "1"), ("a", "yes")]),
            annotations: pairs(&[("z", "n")]),
            immutable: true,
            ..GeneratorOptions::default()
        };
        let globals = GeneratorOptions {
            labels: pairs(&[("a", "x"), ("c", "d")]),
            disable_name_suffix_hash: true,
            ..GeneratorOptions::default()
        };
        let args = GeneratorArgs {
            options: Some(own),
            behavior: Text::new("merge", Span::NOWHERE),
            ..args(&["x=1"], &[], &[])
        };
        let resource = config_map(ctx, loader, &args, Some(&globals)).unwrap();
        assert_eq!((resource.needs_hash, resource.behavior), (false, Behavior::Merge));
        let metadata = "  annotations:\n    z: \"n\"\n  labels:\n    a: \"yes\"\n    b: \"1\"\n    c: d\n  name: a\n";
        let wanted =
            format!("apiVersion: v1\ndata:\n  x: \"1\"\nimmutable: true\nkind: ConfigMap\nmetadata:\n{metadata}");
        assert_eq!(written(&resource), wanted);
    });
}

/// kustomize: an error with a ConfigMap, and a Secret that lacks what comes after.
#[test]
fn an_empty_label_key_stops_the_metadata() {
    with_files(&[], |ctx, loader| {
        let options = GeneratorOptions {
            labels: pairs(&[("a", "yes"), ("", "1")]),
            annotations: pairs(&[("a", "b")]),
            ..GeneratorOptions::default()
        };
        let args = GeneratorArgs { options: Some(options), ..args(&["x=1"], &[], &[]) };
        assert_eq!(said(config_map(ctx, loader, &args, None)), ["a key of `labels` is empty"]);
        let wanted =
            "apiVersion: v1\ndata:\n  x: MQ==\nkind: Secret\nmetadata:\n  labels: {}\n  name: a\ntype: Opaque\n";
        assert_eq!(written(&secret(ctx, loader, &args, None).unwrap()), wanted);
    });
}

#[test]
fn all_mistakes_of_a_generator_are_told_and_no_data() {
    with_files(&[("bad.env", b"A=1\nB=\xff\n")], |ctx, loader| {
        let args =
            args(&["geheim", "=geheim", "A=geheim"], &["gone.txt", "a=b=geheim", "=geheim", "geheim="], &["bad.env"]);
        let messages = said(secret(ctx, loader, &args, None));
        assert_eq!(
            messages,
            [
                "an env file of `secretGenerator` is not valid UTF-8",
                "a literal of `secretGenerator` has no `=`",
                "a literal of `secretGenerator` has no key",
                "`secretGenerator` has the key `A` twice",
                "`secretGenerator` names `gone.txt`, and there is no such file or directory",
                "an entry of `files` of `secretGenerator` has more than one `=`: keys and paths cannot hold any",
                "an entry of `files` of `secretGenerator` has no key before the `=`",
                "an entry of `files` of `secretGenerator` has no path behind the `=`",
            ]
        );
        let unnamed = GeneratorArgs { name: Text::default(), ..self::args(&[], &[], &[]) };
        assert_eq!(said(config_map(ctx, loader, &unnamed, None)), ["this generator of a ConfigMap has no `name`"]);
    });
}

#[test]
fn data_has_the_place_of_its_literal_line_or_file() {
    with_files(&[("x.txt", b"text"), ("a.env", b"A=1\nB=2\n")], |ctx, loader| {
        let holder = ctx.sources.add("kustomization.yaml", b"- c=3".to_vec());
        let literal = Span::new(holder, 2, 5);
        let mut args = args(&[], &["x.txt"], &["a.env"]);
        args.literals.push(Text::new("c=3", literal));
        let resource = config_map(ctx, loader, &args, None).unwrap();
        let place = |key: &str| {
            let span = resource.node.lookup(&["data", key]).unwrap().span;
            ctx.sources.locate(span).map(|at| (at.file, at.line, at.width))
        };
        assert_eq!(place("B"), Some(("a.env".to_string(), 2, 3)));
        assert_eq!(place("x.txt"), Some(("x.txt".to_string(), 1, 4)));
        assert_eq!(place("c"), Some(("kustomization.yaml".to_string(), 1, 3)));
    });
}

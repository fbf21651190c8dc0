//! Expectations: what `helm template` 4.3.1 said of the same charts.

use std::io::Write;
use std::path::Path;

use super::*;
use crate::base::fs::Memory;

const HEAD: &str = "apiVersion: v2\nname: top\nversion: 1.0.0\n";

fn folder(files: &[(&str, &str)]) -> Result<Chart> {
    let mut fs = Memory::new();
    files.iter().for_each(|(name, text)| fs.write(Path::new("/c").join(name), text.as_bytes()));
    load(&fs, &Sources::new(), Path::new("/c"), &mut |_| {})
}

fn refusal(files: &[(&str, &str)]) -> String {
    folder(files).err().map(|error| error.message).unwrap_or_else(|| "it was loaded".into())
}

fn with_head(line: &str) -> String {
    refusal(&[("Chart.yaml", &format!("{HEAD}{line}"))])
}

fn tgz(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, data) in files {
        let mut header = tar::Header::new_old();
        // Names that the library would refuse to write.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *data).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn archive(data: &[u8]) -> Result<Chart> {
    let mut fs = Memory::new();
    fs.write("/c.tgz", data);
    load(&fs, &Sources::new(), Path::new("/c.tgz"), &mut |_| {})
}

fn names(files: &[crate::helm::chart::File]) -> Vec<&str> {
    files.iter().map(|file| file.name.as_str()).collect()
}

#[test]
fn a_folder_becomes_a_chart() {
    let chart = folder(&[
        ("Chart.yaml", HEAD),
        ("values.yaml", "a: 1\nb: {c: 1}\n---\nb: {d: 2}\n---\n---\n# x\n--- # y\na:\n"),
        ("templates/a.yaml", "x"),
        ("templates/.hidden", "x"),
        ("crds/b.yaml", "x"),
        ("crds/z.txt", "x"),
        ("values.schema.json", "{}"),
        ("charts/sub/Chart.yaml", "name: sub\nversion: 1"),
        ("charts/sub/crds/a.JSON", "x"),
        ("charts/sub/charts/deep/Chart.yaml", "name: deep\nversion: 1"),
        ("charts/_off/x", ""),
        ("charts/sub.tgz.prov", ""),
    ])
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(names(&chart.templates), ["templates/a.yaml"]);
    assert_eq!(names(&chart.files), ["charts/sub.tgz.prov", "crds/b.yaml", "crds/z.txt"]);
    let crds = chart.crds();
    assert_eq!(
        crds.iter().map(|crd| crd.path.as_str()).collect::<Vec<_>>(),
        ["top/crds/b.yaml", "top/charts/sub/crds/a.JSON"]
    );
    assert!(chart.schema.is_some() && chart.is_root() && chart.values.get(b"a").is_some_and(|a| a.is_nil()));
    let b = chart.values.get(b"b").and_then(|b| b.as_map().cloned());
    assert_eq!(b.map(|b| b.len()), Some(2));
    let deep = &chart.dependencies[0].dependencies[0];
    assert_eq!((deep.full_path().as_str(), deep.is_root()), ("top/charts/sub/charts/deep", false));
}

#[test]
fn what_is_no_chart_is_refused_with_helms_words() {
    let chart = ("Chart.yaml", HEAD);
    let cases = [
        (
            refusal(&[chart, ("charts/README.md", "hi")]),
            "error unpacking subchart README.md in top: Chart.yaml file is missing",
        ),
        (refusal(&[chart, ("charts/x.tgz", "hi")]), "error unpacking subchart x.tgz in top: gzip: invalid header"),
        (refusal(&[chart, ("charts/x.tgz/a", "")]), "error unpacking subchart tar in top: expected x.tgz, got x.tgz/a"),
        (refusal(&[chart, (".helmignore", "*.txt\n!a.txt\n")]), "Chart.yaml file is missing"),
        (refusal(&[("Chart.yaml", "apiVersion: v2\nversion: 1")]), "validation: chart.metadata.name is required"),
        (refusal(&[("Chart.yaml", "name: a")]), "validation: chart.metadata.version is required"),
        (refusal(&[("Chart.yaml", "apiVersion: v3")]), "invalid chart apiVersion"),
        (refusal(&[("Chart.yaml", "apiVersion: 2")]), "unsupported chart version"),
        (with_head("version: x.0.0"), "validation: chart.metadata.version \"x.0.0\" is invalid"),
        (with_head("name: a/b"), "validation: chart.metadata.name \"a/b\" is invalid"),
        (with_head("type: x"), "validation: chart.metadata.type must be application or library"),
        (with_head("maintainers: [~]"), "validation: maintainers must not contain empty or null nodes"),
        (with_head("dependencies: [~]"), "validation: dependencies must not contain empty or null nodes"),
        (
            with_head("dependencies: [{name: x}, {name: y, alias: x}]"),
            "validation: more than one dependency with name or alias \"x\"",
        ),
        (
            with_head("dependencies: [{name: x, alias: a.b}]"),
            "validation: dependency \"x\" has disallowed characters in the alias",
        ),
        (with_head("keywords: a"), "cannot load Chart.yaml: `keywords` must be a list, not a string"),
        (
            refusal(&[chart, ("Chart.lock", "generated: 2020")]),
            "cannot load Chart.lock: `generated` must be a time such as `2006-01-02T15:04:05Z`, not a number",
        ),
        (
            refusal(&[chart, ("values.yaml", "- a")]),
            "cannot load values.yaml: cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: \
             json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
        (
            refusal(&[chart, ("values.yaml", "---x\na: 1")]),
            "cannot load values.yaml: only a comment may follow `---` on its line",
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(message, expected);
    }
}

#[test]
fn requirements_are_read_over_the_metadata() {
    let chart = folder(&[
        ("Chart.yaml", "name: old\nversion: 1.0.0"),
        ("requirements.yaml", "name: new\ndependencies:\n- {name: a}"),
        ("requirements.lock", "generated: 2020-01-01T00:00:00.5+02:00"),
    ])
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((chart.name(), chart.full_path().as_str()), ("new", "new"));
    assert_eq!(chart.metadata.dependencies.as_ref().map(Vec::len), Some(1));
    assert_eq!(names(&chart.files), ["requirements.lock", "requirements.yaml"]);
    let chart = folder(&[("Chart.yaml", HEAD), ("requirements.yaml", "")]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((chart.files.len(), chart.notes.len()), (0, 1));
}

#[test]
fn archives_hold_charts_and_nothing_that_leads_out() {
    let inner = tgz(&[("sub/Chart.yaml", b"name: sub\nversion: 1")]);
    let good = tgz(&[("top\\Chart.yaml", HEAD.as_bytes()), ("top/charts/sub-1.tgz", &inner), ("top/a/../b", b"x")]);
    let chart = archive(&good).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((chart.dependencies[0].name(), names(&chart.files)), ("sub", vec!["b"]));

    let refused = |files: &[(&str, &[u8])]| archive(&tgz(files)).err().map(|error| error.message).unwrap_or_default();
    let cases: [(&str, &str); 7] = [
        ("a//etc/passwd", "chart illegally contains absolute paths"),
        ("a/../../b", "chart illegally references parent directory"),
        ("a", "chart illegally contains content outside the base directory: \"a\""),
        ("a\\c:\\b", "chart contains illegally named files"),
        ("Chart.yaml/x", "chart yaml not in base directory"),
        ("a/..x", "chart illegally references parent directory"),
        ("a/b/..", "chart illegally contains content outside the base directory: \"a/b/..\""),
    ];
    for (name, expected) in cases {
        assert_eq!(refused(&[(name, b"x")]), format!("unable to load chart archive: {expected}"), "{name}");
    }
    assert_eq!(refused(&[]), "unable to load chart archive: no files in chart archive");
    assert_eq!(refused(&[("a/b", b"")]), "unable to detect chart version, no Chart.yaml found");
}

#[test]
fn broken_and_huge_archives_are_errors() {
    let good = tgz(&[("top/Chart.yaml", HEAD.as_bytes())]);
    // Go: what follows the first blocks of zeros is not read.
    for end in 0..good.len() - 24 {
        assert!(archive(&good[..end]).is_err(), "cut off at {end}");
    }
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut header = tar::Header::new_gnu();
    header.set_path("a/b").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    bomb.write_all(header.as_bytes()).unwrap();
    let message = archive(&bomb.finish().unwrap()).err().map(|error| error.message);
    let expected = "unable to load chart archive: decompressed chart is larger than the maximum size 104857600";
    assert_eq!(message.as_deref(), Some(expected));
}

#[test]
fn an_archive_in_itself_ends() {
    let mut data = tgz(&[("top/Chart.yaml", HEAD.as_bytes())]);
    for _ in 0..70 {
        data = tgz(&[("top/Chart.yaml", HEAD.as_bytes()), ("top/charts/top.tgz", &data)]);
    }
    let message = archive(&data).err().map(|error| error.message).unwrap_or_default();
    assert!(message.ends_with("there are more than 64 archives in one another"), "{message}");
}

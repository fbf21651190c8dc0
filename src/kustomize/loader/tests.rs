//! The loader's limits: what it refuses to open, and the cycles that it finds.

use super::*;
use crate::base::Sources;
use crate::base::fs::Memory;
use crate::fetch;
use crate::gotmpl::World;
use crate::kustomize::BuildOptions;

/// Runs a test on files in memory below `/repo`, which is the working directory.
fn with_files(files: &[&str], restrictor: LoadRestrictor, test: impl FnOnce(&Context)) {
    let mut fs = Memory::new();
    files.iter().for_each(|path| fs.write(format!("/repo/{path}"), "text"));
    let options = BuildOptions { load_restrictor: restrictor, working_dir: "/repo".into(), ..BuildOptions::default() };
    let sources = Sources::new();
    test(&Context {
        fs: &fs,
        sources: &sources,
        options: &options,
        fetch: &fetch::Context::offline(),
        lock: &Default::default(),
        trail: None,
        world: || World::fixed(0),
        notes: Default::default(),
    });
}

fn text(path: &str) -> Text {
    Text::new(path, Span::NOWHERE)
}

/// Code and message of an error.
fn said<T>(result: Result<T>) -> String {
    result.err().map_or("no error".to_string(), |e| format!("{}: {}", e.code, e.message))
}

#[test]
fn files_have_names_that_a_person_would_type() {
    with_files(&["app/kustomization.yaml", "app/sub/x.yaml"], LoadRestrictor::RootOnly, |ctx| {
        let loader = Loader::open(ctx, "app").unwrap();
        assert_eq!(loader.name(), "app");
        let (_, name) = loader.kustomization_file(ctx).unwrap();
        assert_eq!(name, "kustomization.yaml");
        let file = loader.load(ctx, "resources", &text("./gone/../sub/x.yaml")).unwrap();
        assert_eq!(ctx.sources.get(file.source).unwrap().name, "app/sub/x.yaml");
    });
}

#[test]
fn files_outside_of_the_root_are_refused_unless_allowed() {
    let files = ["app/kustomization.yaml", "app2/r.yaml"];
    with_files(&files, LoadRestrictor::RootOnly, |ctx| {
        let loader = Loader::open(ctx, "app").unwrap();
        let refused = said(loader.resource(ctx, "resources", &text("../app2/r.yaml")));
        let message = "`resources` names `../app2/r.yaml`, which is outside of the kustomization's directory `app`";
        assert_eq!(refused, format!("outside-root: {message}"));
        assert!(loader.try_load(ctx, "/repo/app2/r.yaml").is_none());
        assert!(loader.try_load(ctx, "/repo/app/kustomization.yaml").is_some());
        assert!(matches!(loader.resource(ctx, "resources", &text("../app2")), Ok(Target::Directory(_))));
    });
    with_files(&files, LoadRestrictor::None, |ctx| {
        let loader = Loader::open(ctx, "app").unwrap();
        assert!(matches!(loader.resource(ctx, "resources", &text("../app2/r.yaml")), Ok(Target::File(_))));
    });
}

#[test]
fn what_is_not_there_is_named_and_its_neighbour_suggested() {
    with_files(&["app/kustomization.yaml", "app/sub/deployment.yaml"], LoadRestrictor::RootOnly, |ctx| {
        let loader = Loader::open(ctx, "app").unwrap();
        let error = loader.resource(ctx, "resources", &text("sub/deplyment.yaml")).unwrap_err();
        assert_eq!(error.message, "`resources` names `sub/deplyment.yaml`, and there is no such file or directory");
        assert_eq!(error.help.as_deref(), Some("did you mean `sub/deployment.yaml`?"));
        let error = loader.load(ctx, "patches", &text("sub")).unwrap_err();
        assert_eq!(
            (error.code, error.message.as_str()),
            ("is-a-directory", "`patches` names `sub`, which is a directory")
        );
        assert_eq!(
            said(loader.load(ctx, "crds", &text("https://x.invalid/crd.yaml"))).split(':').next(),
            Some("no-cache")
        );
        assert_eq!(said(loader.base(ctx, "components", &text("/repo/app"))).split(':').next(), Some("absolute-base"));
        assert_eq!(
            said(Loader::open(ctx, "nowhere")),
            "not-a-directory: cannot open `nowhere`: no such file or directory"
        );
    });
}

#[test]
fn a_directory_has_one_kustomization_file() {
    let files = ["two/kustomization.yaml", "two/Kustomization", "none/x", "one/kustomization.yml"];
    with_files(&files, LoadRestrictor::RootOnly, |ctx| {
        let file = |dir| Loader::open(ctx, dir).unwrap().kustomization_file(ctx);
        assert_eq!(file("one").unwrap().1, "kustomization.yml");
        assert_eq!(
            said(file("two")),
            "many-kustomizations: `two` has more than one kustomization file: `kustomization.yaml`, `Kustomization`"
        );
        assert_eq!(said(file("none")), "no-kustomization: there is no kustomization file in `none`");
    });
}

#[test]
fn a_cycle_is_told_the_whole_way_round() {
    let files = ["a/kustomization.yaml", "b/kustomization.yaml", "b/c/kustomization.yaml"];
    with_files(&files, LoadRestrictor::RootOnly, |ctx| {
        let a = Loader::open(ctx, "a").unwrap();
        let b = a.base(ctx, "resources", &text("../b")).unwrap();
        let c = b.base(ctx, "resources", &text("c")).unwrap();
        let cycle = "cycle: these kustomizations form a cycle: ";
        assert_eq!(said(c.base(ctx, "resources", &text("../../a"))), format!("{cycle}`a` -> `b` -> `b/c` -> `a`"));
        assert_eq!(said(c.base(ctx, "resources", &text(".."))), format!("{cycle}`b` -> `b/c` -> `b`"));
        assert_eq!(said(c.base(ctx, "resources", &text("."))), format!("{cycle}`b/c` -> `b/c`"));
        assert_eq!(
            said(a.base(ctx, "resources", &text(".."))),
            "cycle: `.` holds the kustomization `a` that leads to it: `a` -> `.`"
        );
    });
}

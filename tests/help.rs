//! Runs the examples that the help of every command shows, and tries the words of the tools that people come from.
#![cfg(unix)]

#[path = "support/scene.rs"]
mod scene;
#[path = "support/temp_dir.rs"]
mod temp_dir;

use std::process::{Command, Output, Stdio};

use scene::{Scene, side_by_side};

/// What the examples of commands, and of those below them, need to be there: those of `kz edit set image` what is for `edit`,
/// then what is for `edit set`. `*` is for all, `""` for `kz` itself. All of it begins in the same folder.
const SCENES: &[(&[&str], &str)] = &[
    (
        &["*"],
        r#"cp -r examples/hello/* .; rm expected.yaml
         cp -r overlays/prod overlays/staging
         cp -r examples/chart .; mkdir charts out; cp -r chart charts/web
         echo 'replicas: 2' | tee prod.yaml values.yaml old.yaml new.yaml
         echo secret > token
         mkdir -p ~/.config/helm
         printf 'repositories:\n- {name: stable, url: https://charts.example.com}\n' > ~/.config/helm/repositories.yaml
         mkdir -p ~/.cache/helm/repository
         printf 'apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.2.0, urls: [web-1.2.0.tgz]}\n' \
           > ~/.cache/helm/repository/stable-index.yaml
         AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_ENDPOINT_URL=https://s3.example"#,
    ),
    (
        &["", "diff", "release", "comment"],
        "git init -q; git add .; git commit -qm start
         git update-ref refs/remotes/origin/main HEAD",
    ),
    (
        &["diff"],
        "tar czf chart-1.2.tgz chart; sed -i s/8080/8081/ chart/templates/deployment.yaml; tar czf chart-1.3.tgz chart
         kz build overlays/prod | tee a.yaml > applied.yaml
         kz build overlays/staging > b.yaml
         for count in 1 2 3; do kz template web ./chart --set replicas=$count --record web; done",
    ),
    (
        &["release"],
        "sed -i 's/^version:.*/version: 1.1.0/' chart/Chart.yaml
         git init -q --bare ../origin.git; git remote add origin ../origin.git; git push -q origin main
         for target in base overlays/staging chart; do kz release record web $target; kz release record api $target; done
         kz release mark web@2 applied",
    ),
    (
        &["release keys"],
        r#"printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {a: b}\n' | kz release record login -"#,
    ),
    (&["release keys remove"], "kz release keys add age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"),
    (&["release init"], "rm -rf .kz"),
    (&["release list", "release verify"], "kz release copy .kz git:origin"),
    (&["release copy"], "kz release copy .kz git:; git push -q origin kz"),
    (&["release import"], "kz release export web > web.kz.tar.zst; kz release init --store git:"),
    (&["argocd"], "cd overlays/prod; ARGOCD_APP_SOURCE_PATH=overlays/prod"),
    (&["build"], "kz create --resources base"),
    (
        &["comment"],
        "GITHUB_TOKEN=none GITHUB_REPOSITORY=org/app GITHUB_REF=refs/pull/7/merge GITHUB_API_URL=https://api.github.example
         GITLAB_TOKEN=none CI_PROJECT_ID=7 CI_MERGE_REQUEST_IID=7 CI_API_V4_URL=https://gitlab.example/api/v4",
    ),
    (&["create"], "mkdir new; cp base/[ds]*.yaml new; cd new"),
    (
        &["edit"],
        r#"mkdir -p shop/services shop/generators shop/transformers components/tls monitoring
         cp base/deployment.yaml shop; cp base/service.yaml shop/services
         echo '{kind: Component}' > components/tls/kustomization.yaml
         echo '{namePrefix: x-}' > monitoring/kustomization.yaml
         cd shop
         printf 'apiVersion: v1\nkind: Plain\nmetadata: {name: plain}\n' | tee generators/secrets.yaml > transformers/plain.yaml
         printf 'kind: Deployment\nmetadata: {name: web}\n' > patch.yaml
         echo level=info > app.conf; echo password=none > login.env
         kz create"#,
    ),
    (
        &["edit set"],
        "kz edit add configmap settings --from-literal=level=info
         kz edit add secret login --namespace=shop --from-literal=password=none
         kz edit set image redis:6",
    ),
    (
        &["edit remove"],
        "kz edit add resource deployment.yaml 'services/*.yaml'
         kz edit add transformer 'transformers/*.yaml'
         kz edit add annotation owner:shop note:x; kz edit add label team:shop tier:web
         kz edit add buildmetadata originAnnotations
         kz edit add patch --path patch.yaml --kind Deployment --name web
         for name in settings limits; do kz edit add configmap $name --namespace shop --from-literal=a=b; done
         kz edit add secret login --from-literal=password=none",
    ),
    (&["edit fix"], "kz edit add resource deployment.yaml"),
    (&["vendor"], "rm -r out"),
    (
        &["lock"],
        r#"git init -q ../web; echo 'configMapGenerator: [{name: web, literals: [a=b]}]' > ../web/kustomization.yaml
         git -C ../web add .; git -C ../web commit -qm start
         cd overlays/prod; kz edit add resource --no-verify "file://$PWD/../../../web?ref=main"; cd ../.."#,
    ),
    (&["localize"], "rm -r out; cp base/[ds]*.yaml .; kz create --autodetect"),
    (
        &["show"],
        "mkdir chart/crds; echo 'kind: CustomResourceDefinition' > chart/crds/crd.yaml; tar czf web-1.2.0.tgz chart",
    ),
    (&["verify"], "cp $testdata/pull/signed/* .; cp ring.gpg team.gpg
         mkdir ~/.gnupg; cp ring.gpg ~/.gnupg/pubring.gpg"),
    (
        &["dependency"],
        r#"cp $testdata/pull/signed/ring.gpg team.gpg
         printf 'dependencies:\n- {name: web, version: ^1, repository: https://charts.example.com}\n' >> chart/Chart.yaml"#,
    ),
    (
        &["completion"],
        "mkdir -p ~/.local/share/bash-completion/completions ~/.zfunc ~/.config/fish/completions
         PROFILE=~/profile.ps1",
    ),
];

/// What has to go again after each example of a command, because they are meant for one or the other.
const AFTER_EACH: (&str, &str) = ("create", "rm kustomization.yaml");

/// A command and the examples of its help.
struct Told {
    /// Without `kz`.
    name: String,
    examples: Vec<String>,
}

#[test]
fn the_help_of_every_command_has_examples_and_they_work() {
    let told = told();
    assert!(told.len() > 60, "{}", told.len());
    let problems = side_by_side(&told, Told::run);
    assert!(problems.is_empty(), "{} problems\n\n{}", problems.len(), problems.join("\n\n"));
}

impl Told {
    fn run(&self) -> Vec<String> {
        let Told { name, examples } = self;
        let words = if name.is_empty() { "kz".to_owned() } else { format!("kz {name}") };
        let is_of = |example: &String| {
            let mut calls = example.split(" | ");
            calls.any(|call| call == words || call.starts_with(&format!("{words} ")))
        };
        if !examples.iter().any(is_of) {
            return vec![format!("`{words} --help` has no example of it")];
        }
        let scene = Scene::new();
        let testdata = format!("{}/testdata", env!("CARGO_MANIFEST_DIR"));
        let is_for = |prefix: &&str| {
            matches!(*prefix, "*") || *name == **prefix || !prefix.is_empty() && name.starts_with(&format!("{prefix} "))
        };
        for (prefixes, script) in SCENES.iter().filter(|(prefixes, _)| prefixes.iter().any(is_for)) {
            let done = scene.run(&format!("testdata='{testdata}'\n{script}"));
            assert!(done.code == 0, "the scene of {prefixes:?}: {}", done.printed());
        }
        let went_wrong = |example: &String| {
            let done = scene.run(example);
            if *name == AFTER_EACH.0 {
                scene.run(AFTER_EACH.1);
            }
            let is_fine = done.is_success(example) || done.is_unreachable();
            (!is_fine).then(|| format!("`{words} --help`: `{example}` ends with {}: {}", done.code, done.printed()))
        };
        examples.iter().filter_map(went_wrong).collect()
    }
}

/// All commands, as the page of them tells.
fn told() -> Vec<Told> {
    let page = kz(&["man", "--markdown"]);
    let page = String::from_utf8(page.stdout).unwrap();
    let section = |section: &str| {
        let (name, text) = section.split_once('\n').unwrap();
        let examples = text.split("\nExamples:\n").nth(1).unwrap_or_default();
        let examples = examples.lines().map_while(|line| line.strip_prefix("  "));
        Told { name: name.trim().to_owned(), examples: examples.map(command_of).collect() }
    };
    page.split("\n## kz").skip(1).map(section).collect()
}

/// Behind two blanks stands what the example is about.
fn command_of(line: &str) -> String {
    line.split("  ").next().unwrap_or_default().to_owned()
}

fn kz(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kz"));
    command.args(words).stdin(Stdio::null()).env_clear().output().unwrap()
}

/// The words that `helm --help` 4.3.1 and `kustomize --help` 5.8.1 list (also as aliases, and topics of help), and those of
/// the groups below them, by the words before.
const WORDS: &[(&str, &str)] = &[
    (
        "",
        "completion create dependency dep dependencies env get help history hist install lint list ls package plugin pull \
         fetch push registry repo rollback search show inspect status template test uninstall del delete un upgrade verify \
         version",
    ),
    ("dependency", "build list ls update up"),
    ("registry", "login logout"),
    ("repo", "add index list ls remove rm update up"),
    ("show", "all chart crds readme values"),
    (
        "",
        "build cfg completion create init edit fn help localize version docs-fn docs-fn-spec docs-io-annotations docs-merge \
         docs-merge3 tutorials-command-basics tutorials-function-basics",
    ),
    ("edit", "add alpha-list-builtin-plugin fix remove set"),
    ("edit add", "annotation base buildmetadata component configmap generator label patch resource secret transformer"),
    ("edit set", "annotation buildmetadata configmap image label nameprefix namespace namesuffix replicas secret"),
    ("edit remove", "annotation buildmetadata configmap label patch resource secret transformer"),
];

#[test]
fn each_word_of_helm_and_kustomize_is_a_command_or_answered() {
    let mut problems = Vec::new();
    for (group, words) in WORDS {
        for word in words.split_whitespace() {
            let line: Vec<&str> = group.split_whitespace().chain([word]).collect();
            // `kz help` tells of a command that is there.
            if kz(&[&["help"], &line[..]].concat()).status.success() || line == ["help"] {
                continue;
            }
            let done = kz(&line);
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            let is_answered = done.status.code() == Some(1)
                && said.starts_with(&format!("error[usage]: there is no command `{}`\n", line.join(" ")))
                && said.contains("  = help: use `");
            // What it is told to use has to be there.
            let named = said.split("`kz ").skip(1).filter_map(|rest| rest.split_whitespace().next());
            if !is_answered || named.into_iter().any(|verb| !kz(&["help", verb]).status.success()) {
                problems.push(format!("kz {}: {said}", line.join(" ")));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

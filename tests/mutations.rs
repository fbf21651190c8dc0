//! Broken input must end in an error or in a result, never in a panic or a hang: kustomizations and charts that are
//! cut off, mixed up and filled with noise, made from the project's own cases. And what is built can be read again.
//!
//! The mutations are the same in every run. `KZ_MUTATIONS=100000` makes more of them.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use kz::base::fs::Memory;
use kz::base::report::{self, Style};
use kz::base::{Diagnostic, Sources, stack};
use kz::fetch;
use kz::gotmpl::{ExecOptions, Limits, World};
use kz::helm::capabilities::Capabilities;
use kz::helm::hands::{self, Hands};
use kz::helm::inflate::{Order, inflate};
use kz::helm::load;
use kz::helm::places;
use kz::helm::print::{Hooks, stream};
use kz::helm::release::Release;
use kz::helm::values::{Files, ValueOptions, merge_options};
use kz::kustomize::{BuildOptions, Context, build};
use kz::render;
use kz::yaml::{self, ReadOptions};

/// Names and contents of one case's files, and what is built or rendered.
struct Seed {
    name: String,
    files: Vec<(PathBuf, Vec<u8>)>,
    target: String,
}

/// The cases of a verb, of whose words the one at `target` names what it is about.
fn seeds(verb: &str, target: usize) -> Vec<Seed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(verb);
    let mut seeds = Vec::new();
    for case in fs::read_dir(root).unwrap().flatten() {
        let cmd = fs::read_to_string(case.path().join("cmd")).unwrap();
        let words = cmd.lines().next_back().unwrap_or_default().split_whitespace().skip(1);
        let dir = words.take_while(|word| !word.starts_with('-')).nth(target).unwrap_or(".").to_owned();
        let mut files = Vec::new();
        collect(&case.path().join("in"), Path::new("/work"), &mut files);
        files.sort();
        if !files.is_empty() {
            seeds.push(Seed {
                name: case.file_name().to_string_lossy().into_owned(),
                files,
                target: format!("/work/{dir}"),
            });
        }
    }
    seeds.sort_by(|a, b| a.name.cmp(&b.name));
    seeds
}

fn collect(from: &Path, to: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            collect(&entry.path(), &to, into);
        } else if let Ok(content) = fs::read(entry.path()) {
            into.push((to, content));
        }
    }
}

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

const SNIPPETS: [&str; 56] = [
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "? ",
    "|",
    ">-\n",
    "|9\n",
    "&a ",
    "*a",
    "<<: ",
    "!!int ",
    "!!binary ",
    "!x ",
    "# ",
    "\t",
    "\r",
    "\n---\n",
    "\n...\n",
    "\"",
    "'",
    "\\x",
    "\0",
    "\u{feff}",
    "\u{2028}",
    "日本",
    "null",
    "~",
    "9999999999999999999999",
    "-.inf",
    "0x",
    "$patch: delete\n",
    "kind: List\n",
    "../",
    "/",
    "\n  ",
    "name: ",
    "%YAML 1.2\n",
    "{{",
    "}}",
    "{{- end }}",
    "{{ range . }}",
    "{{ define \"x\" }}",
    "{{ include \"x\" . }}",
    "{{ tpl . . }}",
    " | nindent 99999999 ",
    " | toYaml ",
    " (index . 1) ",
    "{{ $x := . }}",
    " printf \"%*d\" 999999 1 ",
    "/*",
    "`",
    " . ",
    "$x",
];

fn mutate(text: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(text.len() + 1);
    let lines: Vec<Vec<u8>> = text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let line = random.below(lines.len());
    match random.below(9) {
        0 => text.truncate(at),
        1 if at < text.len() => text[at] = random.next() as u8,
        2 => drop(text.splice(at..at, SNIPPETS[random.below(SNIPPETS.len())].bytes())),
        3 => {
            let end = (at + random.below(20)).min(text.len());
            text.drain(at..end);
        }
        4 if !lines.is_empty() => *text = [&lines[..line], &lines[line..line + 1], &lines[line..]].concat().concat(),
        5 if !lines.is_empty() => *text = [&lines[..line], &lines[line + 1..]].concat().concat(),
        6 if !lines.is_empty() => {
            let indent = " ".repeat(random.below(4)).into_bytes();
            *text = [lines[..line].concat(), indent, lines[line..].concat()].concat();
        }
        7 => drop(text.splice(at..at, other.iter().copied().skip(random.below(other.len())).take(40))),
        _ => text.extend((0..random.below(30)).map(|_| random.next() as u8)),
    }
}

type CheckFn = fn(&Memory, &Sources, &str) -> Result<(), Box<Diagnostic>>;

/// Does what is to be done, and draws the error if there is one. Panics where something does not hold.
fn check(files: &[(PathBuf, Vec<u8>)], target: &str, run: CheckFn) {
    let mut memory = Memory::new();
    files.iter().for_each(|(path, content)| memory.write(path, content.clone()));
    let sources = Sources::new();
    if let Err(error) = run(&memory, &sources, target) {
        let drawn = report::text(&error, &sources, Style::Plain);
        assert!(drawn.starts_with("error[") && drawn.ends_with('\n'), "{drawn}");
        assert!(!drawn.contains('\0'), "{drawn}");
        report::json(&error, &sources);
    }
}

fn build_again(memory: &Memory, sources: &Sources, dir: &str) -> Result<(), Box<Diagnostic>> {
    let options = BuildOptions { working_dir: "/work".into(), ..BuildOptions::default() };
    let context = Context {
        fs: memory,
        sources,
        options: &options,
        fetch: &fetch::Context::offline(),
        lock: &Default::default(),
        trail: None,
        world: || World::fixed(0),
        notes: Mutex::default(),
    };
    let built = build(&context, dir)?;
    is_read_again(&render::manifests(&built.resources)?.concat());
    Ok(())
}

/// With bounds that a broken loop reaches soon.
fn render_chart(memory: &Memory, sources: &Sources, chart: &str) -> Result<(), Box<Diagnostic>> {
    hands::with(sources, |hands| render_chart_by(hands, memory, sources, chart))
}

fn render_chart_by(hands: &mut Hands, memory: &Memory, sources: &Sources, chart: &str) -> Result<(), Box<Diagnostic>> {
    let flags = ValueOptions { set: vec!["a.b=1,c={x,y}".to_owned()], ..ValueOptions::default() };
    let mut files = Files { fs: memory, sources, fetch: &fetch::Context::offline(), stdin: &mut || Ok(Vec::new()) };
    let values = merge_options(&flags, &mut files)?;
    let chart = load::load(memory, sources, Path::new(chart), &mut |early| hands.ahead(early))?;
    let release = Release { name: "r".to_owned(), namespace: "default".to_owned(), is_upgrade: false };
    let order = Order {
        sources,
        release: &release,
        values,
        value_files: &[],
        capabilities: &Capabilities::default(),
        skip_schema_validation: false,
        include_crds: true,
        exec: ExecOptions {
            limits: Limits::new(1_000_000, 16 << 20).into(),
            trace: true,
            reads: Some(Default::default()),
            ..ExecOptions::default()
        },
        post_renderer: None,
    };
    let inflated = inflate(chart, &order, &mut World::fixed(0), hands).map_err(|failure| failure.error)?;
    let stream = stream(&inflated.crds, &inflated.sorted, Hooks::All);
    let places = places::of_stream(&stream, &inflated, sources);
    assert!(places.is_sorted_by_key(|(at, _)| *at), "{places:?}");
    Ok(())
}

/// What was printed reads as what it was: written again it has the same bytes.
fn is_read_again(printed: &[u8]) {
    let source = Sources::new().add("printed", printed);
    let documents = yaml::read(source, printed, ReadOptions::resource())
        .unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(printed)));
    let mut again = Vec::new();
    for root in documents.into_iter().filter_map(|document| document.root) {
        if !again.is_empty() {
            again.extend_from_slice(b"---\n");
        }
        yaml::emit(&root, &mut again).unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(printed)));
    }
    assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(printed));
}

#[test]
fn broken_kustomizations_never_panic_or_hang() {
    run(seeds("build", 0), build_again);
}

#[test]
fn broken_charts_never_panic_or_hang() {
    run(seeds("template", 1), render_chart);
}

fn run(seeds: Vec<Seed>, check_fn: CheckFn) {
    let count = std::env::var("KZ_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(3000);
    assert!(!seeds.is_empty());
    let (report, progress) = mpsc::channel::<String>();
    let work = std::thread::spawn(move || {
        stack::with_deep_stack(|| {
            for number in 0..count {
                let mut random = Random(number as u64);
                let seed = &seeds[random.below(seeds.len())];
                let mut files = seed.files.clone();
                for _ in 0..=random.below(3) {
                    let other = files[random.below(files.len())].1.clone();
                    let at = random.below(files.len());
                    mutate(&mut files[at].1, &other, &mut random);
                }
                report.send(format!("mutation {number} of {}", seed.name)).ok();
                if catch_unwind(AssertUnwindSafe(|| check(&files, &seed.target, check_fn))).is_err() {
                    let texts =
                        files.iter().map(|(path, text)| format!("== {}\n{}", path.display(), text.escape_ascii()));
                    panic!("mutation {number} of {}:\n{}", seed.name, texts.collect::<Vec<_>>().join("\n"));
                }
            }
        });
    });
    let mut last = String::new();
    loop {
        match progress.recv_timeout(Duration::from_secs(120)) {
            Ok(name) => last = name,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("{last} does not come to an end"),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    if let Err(panic) = work.join() {
        std::panic::resume_unwind(panic);
    }
}

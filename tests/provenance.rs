//! From a field of what a chart renders back to the line of the template that wrote it, through its includes, and to
//! the value that it shows.

use std::path::Path;

use kz::base::fs::Memory;
use kz::base::{Sources, Span};
use kz::fetch;
use kz::gotmpl::{ExecOptions, World};
use kz::helm::capabilities::Capabilities;
use kz::helm::hands;
use kz::helm::inflate::{Inflated, Order, inflate};
use kz::helm::print::{Hooks, stream};
use kz::helm::release::Release;
use kz::helm::values::{Files, ValueOptions, merge_options};
use kz::helm::{load, places};

const HELPERS: &str = "{{- define \"web.image\" -}}
{{ .Values.image.name }}:{{ .Values.image.tag }}
{{- end -}}
{{- define \"web.labels\" -}}
app: web
team: {{ .Values.team }}
{{- end -}}
";

const DEPLOYMENT: &str = "kind: Deployment
metadata:
  labels:
    {{- include \"web.labels\" . | nindent 4 }}
spec:
  image: {{ include \"web.image\" . | quote }}
  replicas: {{ .Values.replicas }}
  fixed: true
";

const VALUES: &str = "image:
  name: acme/web
  tag: '1'
team: blue
replicas: 2
";

fn with_rendered(check: impl FnOnce(&Inflated, &Sources)) {
    let mut memory = Memory::new();
    memory.write("/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
    memory.write("/web/values.yaml", VALUES);
    memory.write("/web/templates/_helpers.tpl", HELPERS);
    memory.write("/web/templates/deployment.yaml", DEPLOYMENT);
    let sources = Sources::new();
    let flags = ValueOptions { set: vec!["replicas=5".to_owned()], ..ValueOptions::default() };
    let mut files =
        Files { fs: &memory, sources: &sources, fetch: &fetch::Context::offline(), stdin: &mut || Ok(Vec::new()) };
    let values = merge_options(&flags, &mut files).unwrap();
    let chart = load::load(&memory, &sources, Path::new("/web"), &mut |_| {}).unwrap();
    let release = Release { name: "r".to_owned(), namespace: "default".to_owned(), is_upgrade: false };
    let order = Order {
        sources: &sources,
        release: &release,
        values,
        value_files: &[],
        capabilities: &Capabilities::default(),
        skip_schema_validation: false,
        include_crds: false,
        exec: ExecOptions { trace: true, ..ExecOptions::default() },
        post_renderer: None,
    };
    let inflated = hands::with(&sources, |hands| inflate(chart, &order, &mut World::fixed(0), hands))
        .unwrap_or_else(|f| panic!("{}", f.error));
    check(&inflated, &sources);
}

/// `file:line` of a place.
fn shown(span: Span, sources: &Sources) -> String {
    sources.locate(span).map_or("nowhere".to_owned(), |place| format!("{}:{}", place.file, place.line))
}

#[test]
fn a_field_leads_to_its_template_line() {
    with_rendered(|inflated, sources| {
        let stream = stream(&inflated.crds, &inflated.sorted, Hooks::All);
        let text = String::from_utf8(stream.text.clone()).unwrap();
        let source =
            sources.add_written("web (rendered)", text.as_bytes(), places::of_stream(&stream, inflated, sources));
        let place_of = |field: &str| {
            let at = text.find(field).unwrap_or_else(|| panic!("{field} is not in {text}"));
            shown(Span::new(source, at, at + field.len()), sources)
        };
        assert_eq!(place_of("kind: Deployment"), "/web/templates/deployment.yaml:1");
        assert_eq!(place_of("app: web"), "/web/templates/_helpers.tpl:5");
        assert_eq!(place_of("team:"), "/web/templates/_helpers.tpl:6");
        assert_eq!(place_of("\"acme/web:1\""), "/web/templates/deployment.yaml:6");
        assert_eq!(place_of("replicas:"), "/web/templates/deployment.yaml:7");
        assert_eq!(place_of("fixed:"), "/web/templates/deployment.yaml:8");
    });
}

#[test]
fn a_field_leads_to_its_value_and_through_its_includes() {
    with_rendered(|inflated, sources| {
        let output = &inflated.outputs["web/templates/deployment.yaml"];
        let text = String::from_utf8_lossy(&output.text);
        let place_of = |field: &str| {
            let at = text.find(field).unwrap_or_else(|| panic!("{field} is not in {text}"));
            let place = output.trace.as_ref().and_then(|trace| trace.place_of(at)).expect("it is recorded");
            &output.places[place as usize]
        };
        let team = place_of("blue");
        assert_eq!(shown(team.value, sources), "/web/values.yaml:4");
        assert_eq!(&*team.template, b"web.labels");
        let outer = &output.places[team.within.expect("it was included") as usize];
        assert_eq!(shown(outer.span, sources), "/web/templates/deployment.yaml:4");
        // What the command line sets stands there.
        assert_eq!(shown(place_of("5").value, sources), "--set:1");
    });
}

//! Traces say of each piece of text which action wrote it, where that action stands, and where its value was set.

use std::rc::Rc;

use super::super::super::{Entry, ExecOptions, FuncMap, Map, Output, Reads, Templates, Type, Value, World};
use super::FUNCS;
use crate::base::{SourceId, Sources, Span};

struct Traced {
    output: Output,
    texts: Vec<(SourceId, &'static str)>,
}

fn values() -> SourceId {
    Sources::new().add("values.yaml", *b"name: web")
}

fn data() -> Value {
    let map = Map::new(Type::Map);
    map.set_entry(*b"name", Entry { value: Value::str("web"), span: Span::new(values(), 6, 9) });
    map.set_entry(*b"other", Entry { value: Value::str("x"), span: Span::new(values(), 2, 3) });
    Value::Map(Rc::new(map))
}

fn trace(main: &'static str, helpers: &'static str) -> Traced {
    let sources = Sources::new();
    sources.add("values.yaml", *b"name: web");
    let mut templates = Templates::new(FuncMap::new([FUNCS]));
    let texts = [("main", main), ("helpers", helpers)].map(|(name, text)| {
        let source = sources.add(name, text.as_bytes());
        templates.parse(name, text.as_bytes(), source).expect("it is a template");
        (source, text)
    });
    let options = ExecOptions { trace: true, ..ExecOptions::default() };
    let output = templates.execute("main", &data(), &mut World::fixed(0), &options).expect("it runs");
    Traced { output, texts: texts.to_vec() }
}

impl Traced {
    /// The text of a span.
    fn text(&self, span: Span) -> &'static str {
        let found = self.texts.iter().find(|(source, _)| *source == span.source);
        found.map_or("", |(_, text)| &text[span.start as usize..span.end as usize])
    }

    /// For each piece of the output: it, what wrote it, and the actions around that.
    fn pieces(&self) -> Vec<(String, Vec<&'static str>)> {
        let marks = &self.output.trace.as_ref().expect("it was asked for").marks;
        let ends = marks.iter().skip(1).map(|mark| mark.at as usize).chain([self.output.text.len()]);
        let piece = |(mark, end): (&super::super::super::Mark, usize)| {
            let text = String::from_utf8_lossy(&self.output.text[mark.at as usize..end]).into_owned();
            let mut place = Some(mark.place);
            let way = std::iter::from_fn(|| {
                let here = &self.output.places[place? as usize];
                place = here.within;
                Some(self.text(here.span))
            });
            (text, way.collect())
        };
        marks.iter().zip(ends).map(piece).collect()
    }
}

#[test]
fn each_piece_has_its_action_and_those_around_it() {
    let traced = trace(
        "a: {{ .name }}\n{{ include \"h\" . | print }}!",
        "{{ define \"h\" }}<{{ template \"i\" . }}>{{ end }}{{ define \"i\" }}in{{ end }}",
    );
    let include = "{{ include \"h\" . | print }}";
    let expected = [
        ("a: ", vec!["a: "]),
        ("web", vec!["{{ .name }}"]),
        ("\n", vec!["\n"]),
        ("<", vec!["<", include]),
        ("in", vec!["in", "{{ template \"i\" . }}", include]),
        (">", vec![">", include]),
        ("!", vec!["!"]),
    ];
    let pieces = traced.pieces();
    let pieces: Vec<(&str, Vec<&str>)> = pieces.iter().map(|(text, way)| (text.as_str(), way.clone())).collect();
    assert_eq!(pieces, expected);
}

#[test]
fn values_are_told_to_come_from_where_they_were_set() {
    let traced = trace("{{ .name }}{{ $x := .name }}{{ print \"a\" $x }}{{ with .name }}{{ . }}{{ end }}", "");
    let spans: Vec<Span> = traced.output.places.iter().map(|place| place.value).collect();
    assert_eq!(spans, [Span::new(values(), 6, 9); 3]);
}

#[test]
fn what_is_erased_moves_what_is_behind() {
    let traced =
        trace("{{ include \"h\" . }}|", "{{ define \"h\" }}{{ tpl \"{{ .zz }}x{{ .zz }}{{ .name }}\" . }}{{ end }}");
    let pieces = traced.pieces();
    let texts: Vec<&str> = pieces.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["x", "web", "|"]);
}

#[test]
fn without_being_asked_nothing_is_recorded() {
    let mut templates = Templates::new(FuncMap::new([FUNCS]));
    templates.parse("main", *b"{{ .name }}", SourceId::NONE).expect("it is a template");
    let run = |options: &ExecOptions| templates.execute("main", &data(), &mut World::fixed(0), options);
    let output = run(&ExecOptions::default()).expect("it runs");
    assert_eq!((output.trace, output.places), (None, vec![]));
}

#[test]
fn values_that_are_used_count_as_read() {
    let read = |text: &str| {
        let inner = Map::new(Type::Map);
        inner.set_entry(*b"a", Entry { value: Value::str("x"), span: Span::new(values(), 1, 2) });
        inner.set_entry(*b"b", Entry { value: Value::str("y"), span: Span::new(values(), 2, 3) });
        let map = Map::new(Type::Map);
        map.set_entry(*b"m", Entry { value: Value::Map(Rc::new(inner)), span: Span::new(values(), 0, 4) });
        map.set_entry(*b"n", Entry { value: Value::str("z"), span: Span::new(values(), 5, 6) });
        let data = Value::map([("Values", Value::Map(Rc::new(map)))]);
        let mut templates = Templates::new(FuncMap::new([FUNCS]));
        templates.parse("main", text.as_bytes(), SourceId::NONE).expect("it is a template");
        let options = ExecOptions { reads: Some(Reads::default()), ..ExecOptions::default() };
        templates.execute("main", &data, &mut World::fixed(0), &options).expect("it runs");
        let reads = options.reads.expect("it was given").take();
        let mut starts: Vec<u32> = reads.iter().filter(|span| !span.is_nowhere()).map(|span| span.start).collect();
        starts.sort_unstable();
        starts
    };
    assert_eq!(read("{{ .Values.m.a }}"), [1]);
    assert_eq!(read("{{ with .Values.m }}{{ $x := .b }}{{ if $x }}{{ end }}{{ end }}"), [2]);
    assert_eq!(read("{{ with .Values.m }}{{ print . }}{{ end }}"), [0]);
    assert_eq!(read("{{ range $k, $v := .Values.m }}{{ $k }}{{ end }}"), [1, 2]);
    assert_eq!(read("{{ index .Values \"m\" \"b\" }}"), [2]);
    assert_eq!(read("{{ .Values | print }}"), [0, 5]);
    assert_eq!(read("{{ define \"h\" }}{{ .Values.n }}{{ end }}{{ include \"h\" . }}"), [5]);
}

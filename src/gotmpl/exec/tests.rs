//! Expectations are those of Go's exec_test.go and of runs of Go 1.26.

mod limits;
mod trace;

use super::super::{ExecOptions, Func, FuncMap, Templates, Type, Value, World};
use crate::base::SourceId;

const FUNCS: &[Func] = &[
    Func {
        name: "include",
        params: &[Type::String, Type::Any],
        variadic: None,
        run: |call| {
            let (name, data) = (call.str(0).clone(), &call.args[1]);
            let engine = call.engine.as_mut().expect("there is an engine");
            engine.include(&name, data, call.world).map(Value::Str)
        },
    },
    Func {
        name: "tpl",
        params: &[Type::String, Type::Any],
        variadic: None,
        run: |call| {
            let (text, data) = (call.str(0).clone(), &call.args[1]);
            let engine = call.engine.as_mut().expect("there is an engine");
            engine.tpl(&text, data, call.world).map(Value::Str)
        },
    },
    Func { name: "list", params: &[], variadic: Some(Type::Any), run: |call| Ok(Value::list(call.args.to_vec())) },
    Func { name: "string", params: &[Type::String], variadic: None, run: |call| Ok(call.args[0].clone()) },
];

fn data() -> Value {
    Value::map([
        ("true", Value::Bool(true)),
        ("s", Value::str("text")),
        ("n", Value::int(17)),
        ("list", Value::list(vec![Value::int(3), Value::int(4), Value::int(5)])),
        ("empty", Value::list(vec![])),
        ("map", Value::map([("one", Value::int(1)), ("two", Value::int(2))])),
        ("nil", Value::Nil),
    ])
}

/// What a text gives, or the text of the error.
fn run(text: &str) -> String {
    let mut templates = Templates::new(FuncMap::new([FUNCS]));
    if let Err(error) = templates.parse("t", text.as_bytes(), SourceId::NONE) {
        return error.to_string();
    }
    match templates.execute("t", &data(), &mut World::fixed(0), &ExecOptions::default()) {
        Ok(output) => String::from_utf8(output.text.to_vec()).expect("tests write UTF-8"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn actions_write_what_go_writes() {
    let cases = [
        ("a{{.s}}b", "atextb"),
        ("{{- .n -}} x {{/* c */}}\n{{- 1}}", "17x 1"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{$y := 3}}{{$y}}{{end}}{{$x}}", "32"),
        ("{{range $i, $e := .list}}{{$i}}={{$e}},{{else}}none{{end}}", "0=3,1=4,2=5,"),
        ("{{range .empty}}x{{else}}none{{end}}", "none"),
        ("{{range .list}}{{if eq . 4}}{{continue}}{{end}}{{.}}{{if eq . 5}}{{break}}{{end}}-{{end}}", "3-5"),
        ("{{range 3}}{{.}}{{end}}", "012"),
        ("{{range $k, $v := .map}}{{$k}}{{$v}}{{end}}", "one1two2"),
        ("{{with .map}}{{.two}}{{else}}no{{end}}{{with .nil}}{{else with .s}}{{.}}{{end}}", "2text"),
        ("{{define \"d\"}}[{{.}}]{{end}}{{template \"d\" .s}}{{block \"b\" 5}}({{.}}){{end}}", "[text](5)"),
        ("{{.zz}} {{.nil}} {{(.zz).y}}", "<no value> <no value> <no value>"),
        ("{{and 1 0 .x.y}} {{or 0 \"a\" .x.y}} {{not nil}}", "0 a true"),
        (
            "{{define \"d\"}}<{{.}}>{{end}}{{include \"d\" 1}}{{tpl \"{{define `d`}}!{{end}}{{include `d` .}}{{.zz}}\" .}}{{include \"d\" 2}}",
            "<1>!<2>",
        ),
        ("{{if false}}1{{else if .s}}2{{else}}3{{end}}", "2"),
        ("{{eq 1 2 1}} {{lt \"a\" \"b\"}} {{index .list 1}} {{index .map \"two\"}} {{len .s}}", "true true 4 2 4"),
        ("{{\"a\\tb\"}}{{`c\\`}} {{'a'}} {{0x1F}}", "a\tbc\\ 97 31"),
        ("{{range .list}}{{range $.empty}}{{else}}{{break}}{{end}}X{{end}}", "XXX"),
    ];
    for (text, expected) in cases {
        assert_eq!(run(text), expected, "{text}");
    }
}
#[test]
fn errors_are_told_as_go_tells_them() {
    let cases = [
        ("{{.s.x}}", "template: t:1:4: executing \"t\" at <.s.x>: can't evaluate field x in type interface {}"),
        ("{{.zz.x}}", "template: t:1:5: executing \"t\" at <.zz.x>: nil pointer evaluating interface {}.x"),
        (
            "\n {{$x := .s}}{{$x.y}}",
            "template: t:2:17: executing \"t\" at <$x.y>: can't evaluate field y in type string",
        ),
        ("{{range .s}}{{end}}", "template: t:1:8: executing \"t\" at <.s>: range can't iterate over text"),
        (
            "{{template \"x\" .}}",
            "template: t:1:11: executing \"t\" at <{{template \"x\" .}}>: template \"x\" not defined",
        ),
        ("{{string 1}}", "template: t:1:9: executing \"t\" at <1>: expected string; found 1"),
        (
            "{{.n | string}}",
            "template: t:1:7: executing \"t\" at <string>: wrong type for value; expected string; got int",
        ),
        (
            "{{eq 1 1.0}}",
            "template: t:1:2: executing \"t\" at <eq 1 1.0>: error calling eq: incompatible types for comparison: int and float64",
        ),
        ("{{nil}}", "template: t:1:2: executing \"t\" at <nil>: nil is not a command"),
        ("{{if}}{{end}}", "template: t:1: missing value for if"),
        ("{{x}}", "template: t:1: function \"x\" not defined"),
        ("\n{{.a", "template: t:2: unclosed action"),
        ("{{if .a}}", "template: t:1: unexpected EOF"),
    ];
    for (text, expected) in cases {
        assert_eq!(run(text), expected, "{text}");
    }
}

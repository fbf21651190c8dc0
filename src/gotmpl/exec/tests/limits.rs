//! Whatever a template does, it comes to an end, and within the stack.

use std::rc::Rc;

use super::super::super::{ExecOptions, FuncMap, Limits, Templates, Value, World};
use super::FUNCS;
use crate::base::SourceId;
use crate::base::stack::with_deep_stack;

/// Ok, or the last words of the error.
fn outcome(text: &str) -> String {
    with_deep_stack(|| {
        let mut templates = Templates::new(FuncMap::new([FUNCS]));
        if let Err(error) = templates.parse("t", text.as_bytes(), SourceId::NONE) {
            return error.message;
        }
        let data = Value::map([("t", Value::str("{{ tpl .t . }}"))]);
        let options = ExecOptions { limits: Rc::new(Limits::new(5_000_000, 1 << 20)), ..ExecOptions::default() };
        match templates.execute("t", &data, &mut World::fixed(0), &options) {
            Ok(output) => format!("{} bytes", output.text.len()),
            Err(error) => {
                let text = error.to_string();
                text.rsplit(": ").next().unwrap_or_default().to_owned()
            }
        }
    })
}

#[test]
fn nesting_is_bounded_where_it_is_read() {
    let parens = |depth: usize| format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(outcome(&parens(10_000)), "1 bytes");
    assert_eq!(outcome(&parens(10_001)), "max expression depth exceeded");
    let ifs = |depth: usize| "{{if true}}".repeat(depth) + "x" + &"{{end}}".repeat(depth);
    assert_eq!(outcome(&ifs(10_000)), "1 bytes");
    assert_eq!(outcome(&ifs(10_001)), "control structures are nested too deeply");
    let chain = "{{if false}}".to_owned() + &"{{else if false}}".repeat(9_000) + "{{else}}x{{end}}";
    assert_eq!(outcome(&chain), "1 bytes");
    let blocks = |depth: usize| (0..depth).map(|at| format!("{{{{block \"{at}\" .}}}}")).collect::<String>();
    assert_eq!(outcome(&(blocks(9_000) + "x" + &"{{end}}".repeat(9_000))), "1 bytes");
}

#[test]
fn recursion_comes_to_an_end() {
    assert_eq!(outcome("{{template \"t\" .}}"), "exceeded maximum template depth (100000)");
    assert_eq!(outcome("{{include \"t\" .}}"), "unable to execute template");
    assert_eq!(outcome("{{tpl .t .}}"), "templates are nested too deeply");
}

#[test]
fn loops_and_texts_come_to_an_end() {
    assert_eq!(outcome("{{range 1000000000000}}{{end}}"), "the templates run for too long");
    assert_eq!(
        outcome("{{range 1000000}}{{template \"w\"}}{{end}}{{define \"w\"}}abc{{end}}"),
        "the templates write too much text"
    );
}

/// Helm: 1001 are fine.
#[test]
fn includes_are_counted_by_name() {
    let text = "{{define \"a\"}}{{if .}}{{include \"a\" (slice . 1)}}{{end}}{{end}}{{include \"a\" \"LONG\"}}";
    assert_eq!(outcome(&text.replace("LONG", &"x".repeat(1000))), "0 bytes");
    assert_eq!(outcome(&text.replace("LONG", &"x".repeat(1001))), "unable to execute template");
}

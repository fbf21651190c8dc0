//! Draws a [`Diagnostic`] for people and for machines.
//!
//! For people it looks as the Rust compiler's errors do: what is wrong, the line with a caret under
//! the place, what to do, and how the build came there. For machines each error is one line of JSON.
//!
//! **Invariant:** a source line that may hold secret data is never part of a report
//! ([`secrets`] decides by the text, on top of the labels that are masked already), and no control
//! character of an input reaches the terminal.
//!
//! **Not here:** printing, and whether a terminal wants colours.

mod json;
mod secrets;
mod snippet;
mod style;

use super::diagnostic::{Diagnostic, Label};
use super::source::Sources;
pub use json::{json, json_note, json_warning};
use snippet::Snippet;
pub use snippet::printable;
pub use style::Style;

/// A diagnostic and those that came together with it, with a blank line between them; ends with a
/// line break.
pub fn text(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let mut out = String::new();
    draw(diagnostic, sources, style, &mut out);
    for other in &diagnostic.others {
        out.push('\n');
        draw(other, sources, style, &mut out);
    }
    out
}

/// Something to say that is no error; ends with a line break.
pub fn note(text: &str, style: Style) -> String {
    format!("{}note{}: {}\n", style.note(), style.reset(), printable(text))
}

/// A diagnostic that is no error but worth a look; ends with a line break.
pub fn warning(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let mut out = String::new();
    let head = format!("{}warning[{}]{}", style.warning(), diagnostic.code, style.reset());
    draw_under(&head, diagnostic, sources, style, &mut out);
    out
}

fn draw(diagnostic: &Diagnostic, sources: &Sources, style: Style, out: &mut String) {
    let head = format!("{}error[{}]{}", style.error(), diagnostic.code, style.reset());
    draw_under(&head, diagnostic, sources, style, out);
}

fn draw_under(head: &str, diagnostic: &Diagnostic, sources: &Sources, style: Style, out: &mut String) {
    let (bold, line, reset) = (style.bold(), style.frame(), style.reset());
    let message = printable(&diagnostic.message);
    out.push_str(&format!("{head}{bold}: {message}{reset}\n"));

    let snippets: Vec<Snippet> = diagnostic.labels.iter().filter_map(|label| Snippet::new(label, sources)).collect();
    let gutter = snippets.iter().map(Snippet::gutter).max().unwrap_or(1);
    for (at, snippet) in snippets.iter().enumerate() {
        snippet.draw(at == 0, gutter, style, out);
    }
    let edge = " ".repeat(gutter);
    if let Some(help) = &diagnostic.help {
        let help = printable(help).replace('\n', &format!("\n{edge}         "));
        out.push_str(&format!("{edge} {line}={reset} {bold}help{reset}: {help}\n"));
    }
    for step in &diagnostic.trace {
        out.push_str(&format!("{edge} {line}={reset} {}\n", printable(step)));
    }
}

/// Is the line of this label to be left out?
fn is_hidden(label: &Label, sources: &Sources) -> bool {
    label.masked
        || sources.is_secret(label.span)
        || sources.outermost(label.span).is_none_or(|(source, span)| {
            let line = source.locate(span).line;
            secrets::may_hold_secrets(&String::from_utf8_lossy(&source.text), line)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    /// The span of the first `needle`.
    fn span(sources: &Sources, name: &str, text: &str, needle: &str) -> Span {
        let id = sources.add(name, text.as_bytes().to_vec());
        let start = text.find(needle).unwrap();
        Span::new(id, start, start + needle.len())
    }

    #[test]
    fn places_help_and_trace_are_drawn() {
        let sources = Sources::new();
        let one = span(&sources, "a.yaml", "kind: A\nmetadata:\n  name: web\n", "web");
        let two = span(&sources, "base/b.yaml", &format!("{}name: web\n", "#\n".repeat(11)), "web");
        let error = Diagnostic::new("duplicate-id", "two objects are `web`")
            .label(one, "again here")
            .label(two, "first here")
            .help("rename one of them")
            .within("in base `../base`");
        assert_eq!(
            text(&error, &sources, Style::Plain),
            "\
error[duplicate-id]: two objects are `web`
  --> a.yaml:3:9
   |
 3 |   name: web
   |         ^^^ again here
  ::: base/b.yaml:12:7
   |
12 | name: web
   |       --- first here
   = help: rename one of them
   = in base `../base`
"
        );
    }

    #[test]
    fn errors_without_a_place_and_errors_together() {
        let sources = Sources::new();
        let errors = [Diagnostic::new("one", "first").help("a\nb"), Diagnostic::new("two", "second")];
        let error = Diagnostic::together(errors).unwrap();
        assert_eq!(
            text(&error, &sources, Style::Plain),
            "error[one]: first\n  = help: a\n          b\n\nerror[two]: second\n"
        );
    }

    #[test]
    fn masked_lines_are_named_but_not_drawn() {
        let sources = Sources::new();
        let place = span(&sources, "x.env", "password=hunter2\n", "hunter2");
        let error = Diagnostic::new("env", "bad line").label(place, "this").masked();
        assert_eq!(
            text(&error, &sources, Style::Plain),
            "\
error[env]: bad line
 --> x.env:1:10
  |
1 | (not shown: it may hold secret data)
  | this
"
        );
        let place = span(&sources, "y.env", "true=hunter2\n", "true");
        sources.mark_secret(place);
        let drawn = text(&Diagnostic::new("yaml-key", "bad").at(place), &sources, Style::Color);
        assert!(drawn.contains("y.env:1:1") && !drawn.contains("hunter2"), "{drawn}");
        let secret = "kind: Secret\nstringData:\n  password: hunter2: x\n";
        let place = span(&sources, "secret.yaml", secret, ": x");
        let drawn = text(&Diagnostic::new("yaml-syntax", "bad").at(place), &sources, Style::Color);
        assert!(drawn.contains("secret.yaml:3:20") && !drawn.contains("hunter2"), "{drawn}");
    }

    #[test]
    fn an_inline_patch_is_drawn_in_the_file_that_holds_it() {
        let sources = Sources::new();
        let file = "patches:\n- patch: |-\n    kind: A\n    spec: 1\n";
        let holder = span(&sources, "kustomization.yaml", file, "|-\n    kind: A\n    spec: 1");
        let id = sources.add_embedded("kind: A\nspec: 1".as_bytes().to_vec(), holder);
        let error = Diagnostic::new("x", "y").at(Span::new(id, 14, 15));
        assert_eq!(
            text(&error, &sources, Style::Plain),
            "error[x]: y\n --> kustomization.yaml:4:11\n  |\n4 |     spec: 1\n  |           ^\n"
        );
    }

    #[test]
    fn colours_are_only_there_when_asked_for() {
        let error = Diagnostic::new("x", "y").help("z");
        let sources = Sources::new();
        assert!(text(&error, &sources, Style::Color).contains("\x1b["));
        assert!(!text(&error, &sources, Style::Plain).contains('\x1b'));
        assert_eq!(note("a \x1b[31mb", Style::Plain), "note: a \u{241b}[31mb\n");
    }

    #[test]
    fn json_is_one_line_an_error() {
        let sources = Sources::new();
        let place = span(&sources, "a\"b.yaml", "é: web\n", "web");
        let errors = [
            Diagnostic::new("one", "a `\u{1}` \\ \n").label(place, "here").help("do").within("in base `b`"),
            Diagnostic::new("two", "second"),
        ];
        assert_eq!(
            json(&Diagnostic::together(errors).unwrap(), &sources),
            concat!(
                r#"{"level":"error","code":"one","message":"a `\u0001` \\ \n","file":"a\"b.yaml","line":1,"column":4,"#,
                r#""labels":[{"file":"a\"b.yaml","line":1,"column":4,"width":3,"text":"here"}],"help":"do","trace":["in base `b`"]}"#,
                "\n",
                r#"{"level":"error","code":"two","message":"second","file":null,"line":null,"column":null,"labels":[],"help":null,"trace":[]}"#,
                "\n"
            )
        );
        assert_eq!(json_note("x"), "{\"level\":\"note\",\"message\":\"x\"}\n");
    }
}

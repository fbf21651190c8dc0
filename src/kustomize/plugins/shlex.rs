//! Splits a line into arguments as a shell does. kustomize: api/internal/plugins/execplugin/shlex.go.

/// The arguments of a line: blanks separate, quotes and backslashes keep, `#` begins a comment wherever it is
/// not quoted. Empty arguments are dropped, quoted or not. The error is a quote that is not closed.
pub fn split(line: &str) -> Result<Vec<String>, &'static str> {
    let mut args = Vec::new();
    let mut current = String::new();
    let mut quote = None;
    let mut escaped = false;
    for c in line.chars() {
        match (c, quote) {
            _ if escaped => {
                current.push(c);
                escaped = false;
            }
            // kustomize: a backslash escapes in double quotes too, whatever follows.
            ('\\', None | Some('"')) => escaped = true,
            ('\'' | '"', None) => quote = Some(c),
            (_, Some(open)) if open == c => quote = None,
            // kustomize: also in the middle of a word.
            ('#', None) => break,
            (_, None) if is_go_space(c) => args.push(std::mem::take(&mut current)),
            _ => current.push(c),
        }
    }
    if quote.is_some() {
        return Err("unclosed quote");
    }
    args.push(current);
    args.retain(|arg| !arg.is_empty());
    Ok(args)
}

/// Go: unicode.IsSpace.
fn is_go_space(c: char) -> bool {
    c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::split;

    /// The expectations are those of kustomize 5.8.1 (an exec plugin that prints its arguments).
    #[test]
    fn lines_split_as_kustomize_splits_them() {
        let ok = |line: &str, want: &[&str]| assert_eq!(split(line).unwrap(), want, "{line}");
        ok("one two 'foo bar'", &["one", "two", "foo bar"]);
        ok(r#"a"b c"d 'e\f' "g\"h" i\ j"#, &["ab cd", r"e\f", "g\"h", "i j"]);
        ok("a '' \"\" b", &["a", "b"]);
        ok("a b#c d", &["a", "b"]);
        ok("a '#b' \\#c # d", &["a", "#b", "#c"]);
        ok("  \t", &[]);
        ok("a\\", &["a"]);
        assert!(split("a 'b").is_err());
    }
}

//! Go's path.Match: shell patterns in which `*` and `?` do not reach over a `/`.

/// Whether a pattern fits all of a name; one that is malformed fits nothing.
///
/// The cost is at most the product of both lengths.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // Where to go on when what follows the last `*` did not fit.
    let mut retry: Option<(&str, &str)> = None;
    loop {
        match pattern.as_bytes().first() {
            None if name.is_empty() => return true,
            Some(b'*') => {
                pattern = &pattern[1..];
                retry = Some((pattern, name));
                continue;
            }
            None => {}
            Some(_) => {
                let c = name.chars().next();
                match match_one(pattern, c) {
                    Step::Fits(length) => {
                        pattern = &pattern[length..];
                        name = &name[c.map_or(0, char::len_utf8)..];
                        continue;
                    }
                    Step::Differs => {}
                    Step::Malformed => return false,
                }
            }
        }
        // The star takes one character more.
        let Some((after_star, from)) = retry else { return false };
        let Some(c) = from.chars().next().filter(|c| *c != '/') else { return false };
        let from = &from[c.len_utf8()..];
        retry = Some((after_star, from));
        (pattern, name) = (after_star, from);
    }
}

enum Step {
    /// With so many bytes of the pattern.
    Fits(usize),
    Differs,
    Malformed,
}

/// One element of the pattern, which is no star, against one character.
fn match_one(pattern: &str, c: Option<char>) -> Step {
    let fits = |length, fits: bool| if fits { Step::Fits(length) } else { Step::Differs };
    let mut chars = pattern.chars();
    match chars.next() {
        Some('?') => fits(1, c.is_some_and(|c| c != '/')),
        Some('[') => match class(pattern, c) {
            Some((length, is_in)) => fits(length, is_in && c.is_some()),
            None => Step::Malformed,
        },
        Some('\\') => match chars.next() {
            Some(escaped) => fits(1 + escaped.len_utf8(), c == Some(escaped)),
            None => Step::Malformed,
        },
        Some(literal) => fits(literal.len_utf8(), c == Some(literal)),
        None => Step::Differs,
    }
}

/// Whether a pattern is well formed. Go: Match gives no ErrBadPattern.
pub fn is_valid(mut pattern: &str) -> bool {
    while let Some(first) = pattern.chars().next() {
        let length = match first {
            '[' => match class(pattern, None) {
                Some((length, _)) => length,
                None => return false,
            },
            '\\' => match pattern[1..].chars().next() {
                Some(escaped) => 1 + escaped.len_utf8(),
                None => return false,
            },
            literal => literal.len_utf8(),
        };
        pattern = &pattern[length..];
    }
    true
}

/// `[a-z]`, `[^x]`: its length in bytes and whether the character is in it.
fn class(pattern: &str, c: Option<char>) -> Option<(usize, bool)> {
    let mut rest = &pattern[1..];
    let negated = rest.starts_with('^');
    rest = &rest[usize::from(negated)..];
    let mut is_in = false;
    let mut ranges = 0;
    loop {
        if rest.starts_with(']') && ranges > 0 {
            return Some((pattern.len() - rest.len() + 1, is_in != negated));
        }
        let low = class_char(&mut rest)?;
        let mut high = low;
        if let Some(behind) = rest.strip_prefix('-') {
            rest = behind;
            high = class_char(&mut rest)?;
        }
        is_in |= c.is_some_and(|c| low <= c && c <= high);
        ranges += 1;
    }
}

/// Go: getEsc.
fn class_char(rest: &mut &str) -> Option<char> {
    let mut chars = rest.chars();
    let mut c = chars.next().filter(|c| !matches!(c, '-' | ']'))?;
    if c == '\\' {
        c = chars.next()?;
    }
    *rest = chars.as_str();
    (!rest.is_empty()).then_some(c)
}

#[cfg(test)]
mod tests {
    use super::matches;

    /// Go: matchTests of path/match_test.go.
    #[test]
    fn patterns_fit_what_they_fit_in_go() {
        let fitting = [
            ("abc", "abc"),
            ("*", "abc"),
            ("*c", "abc"),
            ("a*", "abc"),
            ("a*/b", "abc/b"),
            ("a*b*c*d*e*/f", "axbxcxdxe/f"),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f"),
            ("a*b?c*x", "abxbbxdbxebxczzx"),
            ("ab[c]", "abc"),
            ("ab[b-d]", "abc"),
            ("ab[^e-g]", "abc"),
            ("a\\*b", "a*b"),
            ("a?b", "a☺b"),
            ("a[^a]b", "a☺b"),
            ("[a-ζ]*", "α"),
            ("[\\]a]", "]"),
            ("[\\-]", "-"),
            ("[x\\-]", "x"),
            ("[\\-x]", "x"),
            ("*x", "xxx"),
        ];
        let not = [
            ("a*", "ab/c"),
            ("a*/b", "a/c/b"),
            ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f"),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff"),
            ("a*b?c*x", "abxbbxdbxebxczzy"),
            ("ab[e-g]", "abc"),
            ("ab[^c]", "abc"),
            ("a???b", "a☺b"),
            ("*[a-ζ]", "A"),
            ("a?b", "a/b"),
            ("a*b", "a/b"),
            ("[]a]", "]"),
            ("[-]", "-"),
            ("[x-]", "x"),
            ("[-x]", "x"),
            ("\\", "a"),
            ("[a-b-c]", "a"),
            ("[", "a"),
            ("[^bc", "a"),
            ("a[", "ab"),
        ];
        fitting.iter().for_each(|(pattern, name)| assert!(matches(pattern, name), "{pattern} {name}"));
        not.iter().for_each(|(pattern, name)| assert!(!matches(pattern, name), "{pattern} {name}"));
    }
}

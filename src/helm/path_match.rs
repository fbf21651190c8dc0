//! Go's path.Match: shell patterns in which `*` and `?` do not reach over a `/`.

/// Whether a pattern fits all of a name; one that is malformed fits nothing.
///
/// The cost is at most the product of both lengths.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where to go on when what follows the last `*` did not fit.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match pattern.get(p) {
            None if n == name.len() => return true,
            Some('*') => {
                p += 1;
                retry = Some((p, n));
                continue;
            }
            None => {}
            Some(_) => match match_one(&pattern[p..], name.get(n).copied()) {
                Step::Fits(length) => {
                    p += length;
                    n += 1;
                    continue;
                }
                Step::Differs => {}
                Step::Malformed => return false,
            },
        }
        match retry {
            // The star takes one character more.
            Some((after_star, from)) if name.get(from).is_some_and(|c| *c != '/') => {
                retry = Some((after_star, from + 1));
                (p, n) = (after_star, from + 1);
            }
            _ => return false,
        }
    }
}

enum Step {
    /// With so many characters of the pattern.
    Fits(usize),
    Differs,
    Malformed,
}

/// One element of the pattern, which is no star, against one character.
fn match_one(pattern: &[char], c: Option<char>) -> Step {
    let fits = |length, fits: bool| if fits { Step::Fits(length) } else { Step::Differs };
    match pattern {
        ['?', ..] => fits(1, c.is_some_and(|c| c != '/')),
        ['[', ..] => match class(pattern, c) {
            Some((length, is_in)) => fits(length, is_in && c.is_some()),
            None => Step::Malformed,
        },
        ['\\', escaped, ..] => fits(2, c == Some(*escaped)),
        ['\\'] => Step::Malformed,
        [literal, ..] => fits(1, c == Some(*literal)),
        [] => Step::Differs,
    }
}

/// Whether a pattern is well formed. Go: Match gives no ErrBadPattern.
pub fn is_valid(pattern: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    while at < pattern.len() {
        at += match match_one(&pattern[at..], None) {
            Step::Fits(length) => length,
            Step::Malformed => return false,
            Step::Differs => match pattern[at] {
                '[' => class(&pattern[at..], None).map_or(1, |(length, _)| length),
                '\\' => 2,
                _ => 1,
            },
        };
    }
    true
}

/// `[a-z]`, `[^x]`: its length and whether the character is in it.
fn class(pattern: &[char], c: Option<char>) -> Option<(usize, bool)> {
    let mut at = 1;
    let negated = pattern.get(at) == Some(&'^');
    at += usize::from(negated);
    let mut is_in = false;
    let mut ranges = 0;
    loop {
        if pattern.get(at) == Some(&']') && ranges > 0 {
            return Some((at + 1, is_in != negated));
        }
        let low = class_char(pattern, &mut at)?;
        let mut high = low;
        if pattern.get(at) == Some(&'-') {
            at += 1;
            high = class_char(pattern, &mut at)?;
        }
        is_in |= c.is_some_and(|c| low <= c && c <= high);
        ranges += 1;
    }
}

/// Go: getEsc.
fn class_char(pattern: &[char], at: &mut usize) -> Option<char> {
    let mut c = *pattern.get(*at).filter(|c| !matches!(c, '-' | ']'))?;
    *at += 1;
    if c == '\\' {
        c = *pattern.get(*at)?;
        *at += 1;
    }
    pattern.get(*at)?;
    Some(c)
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

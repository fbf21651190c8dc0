//! Go's grammar of regular expressions, written anew in the syntax of the `regex` crate.

use std::str::Chars;

use super::bad;
use crate::base::Result;

/// What may be repeated at most, counters in counters multiplied.
const MOST_REPEATS: u64 = 1000;
/// How deep groups may be nested.
const MOST_NESTING: usize = 1000;

pub(super) fn translate(pattern: &str) -> Result<String> {
    let mut parser = Parser {
        whole: pattern,
        rest: pattern,
        out: String::with_capacity(pattern.len() + 8),
        groups: Vec::new(),
        last: None,
        most: 1,
    };
    parser.run()?;
    Ok(parser.out)
}

struct Parser<'p> {
    whole: &'p str,
    rest: &'p str,
    out: String,
    groups: Vec<Group>,
    /// The last thing, if it can be repeated: the product of the counters within.
    last: Option<u64>,
    /// The largest such product in the group so far.
    most: u64,
}

/// The state outside of a group.
struct Group {
    most: u64,
}

impl<'p> Parser<'p> {
    fn run(&mut self) -> Result<()> {
        let mut after_repeat = None;
        while let Some(c) = self.rest.chars().next() {
            let before = self.rest;
            let mut repeated = None;
            match c {
                '(' => self.open()?,
                '|' => {
                    self.take("|");
                    self.last = None;
                }
                ')' => self.close()?,
                '^' | '$' | '.' => {
                    self.skip(1);
                    self.atom(c.encode_utf8(&mut [0; 4]));
                }
                '[' => self.class()?,
                '*' | '+' | '?' => {
                    self.skip(1);
                    self.repeat(before, after_repeat, 1, c.encode_utf8(&mut [0; 4]))?;
                    repeated = Some(before);
                }
                '{' => match counter(before) {
                    Some((min, max, rest)) => {
                        self.rest = rest;
                        let text = &before[..before.len() - rest.len()];
                        let times = max.unwrap_or(min);
                        if min > MOST_REPEATS || times > MOST_REPEATS || times < min {
                            return Err(bad("invalid repeat count", text));
                        }
                        self.repeat(before, after_repeat, times.max(1), text)?;
                        repeated = Some(before);
                    }
                    None => {
                        self.skip(1);
                        self.literal('{');
                    }
                },
                '\\' => self.escape()?,
                _ => {
                    self.skip(c.len_utf8());
                    self.literal(c);
                }
            }
            after_repeat = repeated;
        }
        if self.groups.is_empty() { Ok(()) } else { Err(bad("missing closing `)`", self.whole)) }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Copies a text that both sides read alike.
    fn take(&mut self, text: &str) {
        self.skip(text.len());
        self.out.push_str(text);
    }

    fn atom(&mut self, text: &str) {
        self.out.push_str(text);
        self.last = Some(1);
    }

    fn literal(&mut self, c: char) {
        push_literal(c, &mut self.out);
        self.last = Some(1);
    }

    /// `*`, `+`, `?` or a counter, behind which an own `?` makes it lazy.
    fn repeat(&mut self, before: &'p str, after_repeat: Option<&'p str>, times: u64, operator: &str) -> Result<()> {
        let lazy = self.rest.starts_with('?');
        self.skip(usize::from(lazy));
        let consumed = |from: &'p str| &from[..from.len() - self.rest.len()];
        if let Some(first) = after_repeat {
            return Err(bad("invalid nested repetition operator", consumed(first)));
        }
        let Some(within) = self.last else {
            return Err(bad("missing argument to repetition operator", consumed(before)));
        };
        let product = within * times;
        if times > 1 && product > MOST_REPEATS {
            return Err(bad("invalid repeat count", consumed(before)));
        }
        self.out.push_str(operator);
        if lazy {
            self.out.push('?');
        }
        self.last = Some(product);
        self.most = self.most.max(product);
        Ok(())
    }

    fn open(&mut self) -> Result<()> {
        let start = self.rest;
        let mut is_group = true;
        if let Some(behind) = start.strip_prefix("(?") {
            if behind.starts_with('<') || (behind.starts_with("P<") && start.len() > 4) {
                self.named_group(start)?;
            } else {
                is_group = self.flags(start)?;
            }
        } else {
            self.take("(");
        }
        if is_group {
            if self.groups.len() >= MOST_NESTING {
                return Err(bad("groups are nested too deeply", "("));
            }
            self.groups.push(Group { most: self.most });
            self.most = 1;
            self.last = None;
        }
        Ok(())
    }

    fn named_group(&mut self, start: &'p str) -> Result<()> {
        let end = start.find('>').ok_or_else(|| bad("invalid named capture", start))?;
        let name = start[..end].trim_start_matches("(?").trim_start_matches("P<").trim_start_matches('<');
        if name.is_empty() || !name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
            return Err(bad("invalid named capture", &start[..=end]));
        }
        self.skip(end + 1);
        // The crate wants a letter first and each name once; nobody asks for captures by name.
        self.out.push('(');
        Ok(())
    }

    /// `(?i)`, `(?i-s:`; true where a group is opened.
    fn flags(&mut self, start: &'p str) -> Result<bool> {
        let mut chars = start[2..].chars();
        let (mut negated, mut saw_flag) = (false, false);
        let fault =
            |chars: &Chars| bad("invalid or unsupported Perl syntax", &start[..start.len() - chars.as_str().len()]);
        while let Some(c) = chars.next() {
            match c {
                'i' | 'm' | 's' | 'U' => saw_flag = true,
                '-' if !negated => (negated, saw_flag) = (true, false),
                ':' | ')' if !negated || saw_flag => {
                    let text = &start[..start.len() - chars.as_str().len()];
                    // Go: `(?)` changes nothing, which the crate does not know how to say.
                    if text == "(?)" {
                        self.skip(3)
                    } else {
                        self.take(text)
                    }
                    return Ok(c == ':');
                }
                _ => break,
            }
        }
        Err(fault(&chars))
    }

    fn close(&mut self) -> Result<()> {
        let Some(group) = self.groups.pop() else { return Err(bad("unexpected `)`", self.whole)) };
        self.take(")");
        self.last = Some(self.most);
        self.most = self.most.max(group.most);
        Ok(())
    }

    fn escape(&mut self) -> Result<()> {
        match self.rest[1..].chars().next() {
            Some('A') => self.assertion(r"\A"),
            Some('z') => self.assertion(r"\z"),
            Some('b') => self.assertion(r"(?-u:\b)"),
            Some('B') => self.assertion(r"(?-u:\B)"),
            Some('Q') => {
                let (text, rest) = self.rest[2..].split_once(r"\E").unwrap_or((&self.rest[2..], ""));
                self.rest = rest;
                text.chars().for_each(|c| self.literal(c));
            }
            _ => match class_escape(&mut self.rest)? {
                Some(class) => self.atom(&format!("[{class}]")),
                None => {
                    let c = char_escape(&mut self.rest)?;
                    self.literal(c);
                }
            },
        }
        Ok(())
    }

    fn assertion(&mut self, text: &str) {
        self.skip(2);
        self.atom(text);
    }

    fn class(&mut self) -> Result<()> {
        let start = self.rest;
        let mut rest = &start[1..];
        let mut out = String::from("[");
        if let Some(behind) = rest.strip_prefix('^') {
            out.push('^');
            rest = behind;
        }
        let mut first = true;
        while first || !rest.starts_with(']') {
            first = false;
            if let Some(end) = rest.strip_prefix("[:").and_then(|behind| behind.find(":]")) {
                let name = &rest[..end + 4];
                if !is_posix_class(&rest[2..end + 2]) {
                    return Err(bad("invalid character class range", name));
                }
                out.push_str(name);
                rest = &rest[name.len()..];
                continue;
            }
            if let Some(class) = class_escape(&mut rest)? {
                out.push_str(&format!("[{class}]"));
                continue;
            }
            let range = rest;
            let low = class_char(&mut rest, start)?;
            let mut high = low;
            if rest.starts_with('-') && rest.len() >= 2 && !rest[1..].starts_with(']') {
                rest = &rest[1..];
                high = class_char(&mut rest, start)?;
                if high < low {
                    return Err(bad("invalid character class range", &range[..range.len() - rest.len()]));
                }
            }
            out.push_str(&format!(r"\x{{{:X}}}-\x{{{:X}}}", low as u32, high as u32));
        }
        out.push(']');
        self.rest = &rest[1..];
        self.atom(&out);
        Ok(())
    }
}

/// `{n}`, `{n,}`, `{n,m}` and what is behind it; anything else is no counter. Numbers too large
/// to count are past every limit.
fn counter(text: &str) -> Option<(u64, Option<u64>, &str)> {
    let number = |text: &str| -> Option<u64> {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        (plain && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().unwrap_or(u64::MAX))
    };
    let (inner, rest) = text.strip_prefix('{')?.split_once('}')?;
    match inner.split_once(',') {
        None => Some((number(inner)?, Some(number(inner)?), rest)),
        Some((min, "")) => Some((number(min)?, None, rest)),
        Some((min, max)) => Some((number(min)?, Some(number(max)?), rest)),
    }
}

fn is_posix_class(name: &str) -> bool {
    matches!(
        name.strip_prefix('^').unwrap_or(name),
        "alnum"
            | "alpha"
            | "ascii"
            | "blank"
            | "cntrl"
            | "digit"
            | "graph"
            | "lower"
            | "print"
            | "punct"
            | "space"
            | "upper"
            | "word"
            | "xdigit"
    )
}

/// `\d`, `\pL` and so on, as what stands in brackets. Go: `\d`, `\w`, `\s` know ASCII only, and a
/// vertical tab is no space.
fn class_escape(rest: &mut &str) -> Result<Option<String>> {
    let Some(behind) = rest.strip_prefix('\\') else { return Ok(None) };
    let class = match behind.chars().next() {
        Some('d') => "0-9",
        Some('D') => "^0-9",
        Some('s') => r"\t\n\x0C\r ",
        Some('S') => r"^\t\n\x0C\r ",
        Some('w') => "0-9A-Za-z_",
        Some('W') => "^0-9A-Za-z_",
        Some('p' | 'P') => return unicode_class(rest).map(Some),
        _ => return Ok(None),
    };
    *rest = &rest[2..];
    Ok(Some(class.to_string()))
}

fn unicode_class(rest: &mut &str) -> Result<String> {
    let whole = *rest;
    let mut negated = whole.starts_with(r"\P");
    let behind = &whole[2..];
    let (name, length) = match behind.chars().next() {
        Some('{') => {
            let end = behind.find('}').ok_or_else(|| bad("invalid character class range", whole))?;
            (&behind[1..end], 2 + end + 1)
        }
        Some(c) => (&behind[..c.len_utf8()], 2 + c.len_utf8()),
        None => return Err(bad("invalid character class range", whole)),
    };
    let bare = name.strip_prefix('^').unwrap_or(name);
    negated ^= bare.len() != name.len();
    let class = format!(r"\{}{{{bare}}}", if negated { 'P' } else { 'p' });
    let is_name = !bare.is_empty() && bare.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
    if !is_name || regex::Regex::new(&class).is_err() {
        return Err(bad("invalid character class range", &whole[..length]));
    }
    *rest = &whole[length..];
    Ok(class)
}

fn class_char(rest: &mut &str, class: &str) -> Result<char> {
    match rest.chars().next() {
        None => Err(bad("missing closing `]`", class)),
        Some('\\') => char_escape(rest),
        Some(c) => {
            *rest = &rest[c.len_utf8()..];
            Ok(c)
        }
    }
}

/// The character that an escape stands for.
fn char_escape(rest: &mut &str) -> Result<char> {
    let whole = *rest;
    let mut chars = whole[1..].chars();
    let Some(c) = chars.next() else { return Err(bad("trailing backslash at end of expression", whole)) };
    let found = match c {
        'a' => Some('\u{7}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        'x' => hexadecimal(&mut chars),
        '0'..='7' => octal(c, &mut chars),
        _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c),
        _ => None,
    };
    let taken = whole.len() - chars.as_str().len();
    *rest = &whole[taken..];
    found.ok_or_else(|| bad("invalid escape sequence", &whole[..taken]))
}

/// Up to three digits. One alone would be a reference back, which Go does not have, unless it is 0.
fn octal(first: char, chars: &mut Chars) -> Option<char> {
    let mut value = first.to_digit(8)?;
    let mut digits = 1;
    while let (true, Some(digit)) = (digits < 3, chars.clone().next().and_then(|c| c.to_digit(8))) {
        value = value * 8 + digit;
        digits += 1;
        chars.next();
    }
    if digits == 1 && first != '0' { None } else { char::from_u32(value) }
}

fn hexadecimal(chars: &mut Chars) -> Option<char> {
    let first = chars.next()?;
    if first != '{' {
        let high = first.to_digit(16);
        let low = chars.next()?.to_digit(16);
        return char::from_u32(high? * 16 + low?);
    }
    let mut value: Option<u32> = None;
    loop {
        match chars.next()? {
            '}' => return char::from_u32(value?),
            c => value = Some((value.unwrap_or(0) * 16 + c.to_digit(16)?).min(0x11_0000)),
        }
    }
}

fn push_literal(c: char, out: &mut String) {
    if c.is_ascii() && !c.is_ascii_alphanumeric() && !c.is_ascii_control() && c != ' ' && c != '<' && c != '>' {
        out.push('\\');
    }
    out.push(c);
}

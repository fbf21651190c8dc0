//! Characters and classes of characters: `a`, `\x41`, `[a-z]`, `\d`, `[[:alpha:]]`, `\p{Greek}`.

use std::str::Chars;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::Fault;

const BAD_RANGE: &str = "invalid character class range";

/// Go: `\d`, `\w`, `\s` know ASCII only, and a vertical tab is no space.
const PERL: [(char, &[(char, char)]); 3] =
    [('d', &[('0', '9')]), ('s', &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')]), ('w', WORD)];

const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

const POSIX: [(&str, &[(char, char)]); 14] = [
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7f')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("digit", &[('0', '9')]),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

/// The names that `\p{}` takes, as Go's unicode package has them (categories, their long names, scripts).
/// White space, `_` and `-` in a name do not count, nor does the case of its letters. Go: names of scripts
/// that have such characters themselves (`Old_Italic`) are therefore never found.
const UNICODE: &str = "any assigned ascii c cc cf cn co cs l lc ll lm lo lt lu m mc me mn n nd nl no p pc pd pe pf pi po ps s sc sk \
    sm so z zl zp zs casedletter closepunctuation combiningmark connectorpunctuation control currencysymbol \
    dashpunctuation decimalnumber enclosingmark finalpunctuation format initialpunctuation letter letternumber \
    lineseparator lowercaseletter mark mathsymbol modifierletter modifiersymbol nonspacingmark number \
    openpunctuation other otherletter othernumber otherpunctuation othersymbol paragraphseparator privateuse \
    punctuation separator spaceseparator spacingmark surrogate symbol titlecaseletter unassigned uppercaseletter \
    cntrl digit punct adlam ahom arabic armenian avestan balinese bamum batak bengali bhaiksuki bopomofo brahmi \
    braille buginese buhid carian chakma cham cherokee chorasmian common coptic cuneiform cypriot cyrillic deseret \
    devanagari dogra duployan elbasan elymaic ethiopic georgian glagolitic gothic grantha greek gujarati gurmukhi \
    han hangul hanunoo hatran hebrew hiragana inherited javanese kaithi kannada katakana kawi kharoshthi khmer \
    khojki khudawadi lao latin lepcha limbu lisu lycian lydian mahajani makasar malayalam mandaic manichaean \
    marchen medefaidrin miao modi mongolian mro multani myanmar nabataean nandinagari newa nko nushu ogham oriya \
    osage osmanya palmyrene phoenician rejang runic samaritan saurashtra sharada shavian siddham sinhala sogdian \
    soyombo sundanese syriac tagalog tagbanwa takri tamil tangsa tangut telugu thaana thai tibetan tifinagh \
    tirhuta toto ugaritic vai vithkuqi wancho yezidi yi";

/// A character by its number, which may be half of a surrogate pair: that matches nothing.
pub(super) fn literal(c: u32, fold: bool) -> Hir {
    let Some(c) = char::from_u32(c) else { return Hir::fail() };
    if fold {
        return Hir::class(Class::Unicode(of(&[(c, c)], true)));
    }
    Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes())
}

/// A class in brackets at the start of a text.
pub(super) fn bracketed(text: &mut &str, fold: bool) -> Result<ClassUnicode, Fault> {
    let start = *text;
    let mut rest = &start[1..];
    let negated = rest.starts_with('^');
    rest = &rest[usize::from(negated)..];
    let mut class = ClassUnicode::empty();
    let mut first = true;
    while first || !rest.starts_with(']') {
        first = false;
        if let Some(end) = rest.strip_prefix("[:").and_then(|behind| behind.find(":]")) {
            let name = &rest[2..end + 2];
            class.union(&posix(name, fold).ok_or_else(|| Fault::new(BAD_RANGE, &rest[..end + 4]))?);
            rest = &rest[end + 4..];
            continue;
        }
        if let Some(escaped) = escape(&mut rest, fold)? {
            class.union(&escaped);
            continue;
        }
        let range = rest;
        let low = in_brackets(&mut rest, start)?;
        let mut high = low;
        if rest.starts_with('-') && rest.len() >= 2 && !rest[1..].starts_with(']') {
            rest = &rest[1..];
            high = in_brackets(&mut rest, start)?;
            if high < low {
                return Err(Fault::new(BAD_RANGE, &range[..range.len() - rest.len()]));
            }
        }
        // Surrogates are in no text.
        let low = char::from_u32(low).unwrap_or('\u{e000}');
        let high = char::from_u32(high).unwrap_or('\u{d7ff}');
        if low <= high {
            class.union(&of(&[(low, high)], fold));
        }
    }
    if negated {
        class.negate();
    }
    *text = &rest[1..];
    Ok(class)
}

/// `\d`, `\pL` and so on, if a text starts with one.
pub(super) fn escape(text: &mut &str, fold: bool) -> Result<Option<ClassUnicode>, Fault> {
    let Some(name) = text.strip_prefix('\\').and_then(|behind| behind.chars().next()) else { return Ok(None) };
    if matches!(name, 'p' | 'P') {
        return unicode(text, fold).map(Some);
    }
    let Some((own, ranges)) = PERL.iter().find(|(own, _)| own.eq_ignore_ascii_case(&name)) else { return Ok(None) };
    let mut class = of(ranges, fold);
    if name != *own {
        class.negate();
    }
    *text = &text[2..];
    Ok(Some(class))
}

/// The number of the character that an escape at the start of a text stands for.
pub(super) fn character(text: &mut &str) -> Result<u32, Fault> {
    let whole = *text;
    let mut chars = whole[1..].chars();
    let Some(c) = chars.next() else { return Err(Fault::new("trailing backslash at end of expression", "")) };
    let found = match c {
        'a' => Some(0x07),
        'f' => Some(0x0c),
        'n' => Some(0x0a),
        'r' => Some(0x0d),
        't' => Some(0x09),
        'v' => Some(0x0b),
        'x' => hexadecimal(&mut chars),
        '0'..='7' => octal(c, &mut chars),
        _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c as u32),
        _ => None,
    };
    let taken = whole.len() - chars.as_str().len();
    *text = &whole[taken..];
    found.ok_or_else(|| Fault::new("invalid escape sequence", &whole[..taken]))
}

fn of(ranges: &[(char, char)], fold: bool) -> ClassUnicode {
    let mut class = ClassUnicode::new(ranges.iter().map(|(low, high)| ClassUnicodeRange::new(*low, *high)));
    if fold {
        class.case_fold_simple();
    }
    class
}

/// What stands in `[: :]`.
fn posix(name: &str, fold: bool) -> Option<ClassUnicode> {
    let bare = name.strip_prefix('^');
    let (_, ranges) = POSIX.iter().find(|(own, _)| *own == bare.unwrap_or(name))?;
    let mut class = of(ranges, fold);
    if bare.is_some() {
        class.negate();
    }
    Some(class)
}

/// `\pL`, `\p{Greek}`, `\P{^Greek}`.
fn unicode(text: &mut &str, fold: bool) -> Result<ClassUnicode, Fault> {
    let whole = *text;
    let behind = &whole[2..];
    let (name, length) = match behind.chars().next() {
        Some('{') => {
            let end = behind.find('}').ok_or_else(|| Fault::new(BAD_RANGE, whole))?;
            (&behind[1..end], 2 + end + 1)
        }
        Some(c) => (&behind[..c.len_utf8()], 2 + c.len_utf8()),
        None => ("", 2),
    };
    let bare = name.strip_prefix('^').unwrap_or(name);
    let mut class = table(bare).ok_or_else(|| Fault::new(BAD_RANGE, &whole[..length]))?;
    if fold {
        class.case_fold_simple();
    }
    if whole.starts_with(r"\P") != (bare.len() != name.len()) {
        class.negate();
    }
    *text = &whole[length..];
    Ok(class)
}

/// Go: unicodeTable.
fn table(name: &str) -> Option<ClassUnicode> {
    let name: String = name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect::<String>().to_ascii_lowercase();
    if !UNICODE.split_ascii_whitespace().any(|own| own == name) {
        return None;
    }
    match regex_syntax::parse(&format!(r"\p{{{name}}}")).map(Hir::into_kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => Some(class),
        // The only one of its kind: a separator of lines or paragraphs.
        Ok(HirKind::Literal(one)) => std::str::from_utf8(&one.0).ok()?.chars().next().map(|c| of(&[(c, c)], false)),
        // Surrogates, which are in no text.
        _ => Some(ClassUnicode::empty()),
    }
}

/// A character within brackets.
fn in_brackets(rest: &mut &str, class: &str) -> Result<u32, Fault> {
    match rest.chars().next() {
        None => Err(Fault::new("missing closing `]`", class)),
        Some('\\') => character(rest),
        Some(c) => {
            *rest = &rest[c.len_utf8()..];
            Ok(c as u32)
        }
    }
}

/// Up to three digits. One alone would be a reference back, which Go does not have, unless it is 0.
fn octal(first: char, chars: &mut Chars) -> Option<u32> {
    let mut value = first.to_digit(8)?;
    let mut digits = 1;
    while let (true, Some(digit)) = (digits < 3, chars.clone().next().and_then(|c| c.to_digit(8))) {
        value = value * 8 + digit;
        digits += 1;
        chars.next();
    }
    if digits == 1 && first != '0' { None } else { Some(value) }
}

fn hexadecimal(chars: &mut Chars) -> Option<u32> {
    let first = chars.next()?;
    if first != '{' {
        let high = first.to_digit(16);
        let low = chars.next()?.to_digit(16);
        return Some(high? * 16 + low?);
    }
    let mut value: Option<u32> = None;
    loop {
        match chars.next()? {
            '}' => return value,
            c => value = Some(value.unwrap_or(0) * 16 + c.to_digit(16)?).filter(|value| *value <= 0x10_ffff),
        }
        value?;
    }
}

//! Words within names: `httpServer`, `http_server`, `http-server`, as huandu/xstrings finds them.

use super::runes::{is_letter, is_number, is_punct, is_space, is_upper, runes, to_lower, to_upper};

/// xstrings: ToPascalCase.
pub fn pascal(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = runes(text).map(|(rune, _)| rune).peekable();
    // Connectors in front stay.
    while let Some(connector) = rest.next_if(|rune| is_connector(*rune)) {
        out.push(connector);
    }
    let Some(first) = rest.next() else {
        // xstrings: of a text of nothing but connectors, the last is written twice.
        out.extend(out.chars().last());
        return out;
    };
    let (mut after_upper, mut last) = (is_upper(first), to_upper(first));
    for rune in rest {
        let mut mapped = rune;
        match (is_connector(last), is_connector(rune)) {
            (true, true) => out.push(last),
            (true, false) => {
                after_upper = is_upper(rune);
                mapped = to_upper(rune);
            }
            (false, _) => {
                if after_upper && is_upper(rune) {
                    mapped = to_lower(rune);
                } else {
                    after_upper = false;
                }
                out.push(last);
            }
        }
        last = mapped;
    }
    out.push(last);
    out
}

/// xstrings: ToSnakeCase and ToKebabCase.
pub fn separated(text: &[u8], connector: char) -> Vec<u8> {
    let mut out = Out { text: Vec::with_capacity(text.len() + text.len() / 4), connector };
    let mut word = next_word(text);
    while !word.rest.is_empty() {
        if word.kind != Kind::Connector {
            out.lower(&word);
        }
        let previous = word;
        word = next_word(previous.rest);
        match previous.kind {
            Kind::Number => word = out.tail(word),
            Kind::Connector => out.lower(&previous),
            Kind::Punct => {}
            _ if word.kind != Kind::Number => out.connect(&word, &[Kind::Connector, Kind::Punct]),
            _ if word.rest.is_empty() => {}
            _ => {
                let number = word;
                word = next_word(number.rest);
                if word.kind == Kind::Letters {
                    // Letters behind a number take it for their own: `HTTP20xOK` is `http_20x_ok`.
                    out.push(connector);
                    out.lower(&number);
                    word = out.tail(word);
                } else {
                    // Else it is of the word before: `Bld4Floor` is `bld4_floor`.
                    out.lower(&number);
                    out.connect(&word, &[Kind::Connector, Kind::Punct]);
                }
            }
        }
    }
    out.lower(&word);
    out.text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invalid,
    Number,
    Upper,
    Letters,
    Connector,
    Punct,
    Other,
}

#[derive(Clone, Copy)]
struct Word<'t> {
    kind: Kind,
    text: &'t [u8],
    rest: &'t [u8],
}

struct Out {
    text: Vec<u8>,
    connector: char,
}

impl Out {
    fn push(&mut self, rune: char) {
        self.text.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// A connector, unless what follows is of these kinds.
    fn connect(&mut self, next: &Word, unless: &[Kind]) {
        if !unless.contains(&next.kind) {
            self.push(self.connector);
        }
    }

    /// What belongs to a number that was written: letters and numbers behind it. Gives the word that follows.
    fn tail<'t>(&mut self, mut word: Word<'t>) -> Word<'t> {
        while matches!(word.kind, Kind::Letters | Kind::Number) {
            self.lower(&word);
            word = next_word(word.rest);
        }
        self.connect(&word, &[Kind::Invalid, Kind::Connector, Kind::Punct]);
        word
    }

    fn lower(&mut self, word: &Word) {
        if !matches!(word.kind, Kind::Upper | Kind::Connector) {
            return self.text.extend_from_slice(word.text);
        }
        for (rune, _) in runes(word.text) {
            match rune {
                _ if is_connector(rune) => self.push(self.connector),
                _ if is_upper(rune) => self.push(to_lower(rune)),
                _ => self.push(rune),
            }
        }
    }
}

/// The next word of a text; what is no UTF-8 belongs to the character before it.
fn next_word(text: &[u8]) -> Word<'_> {
    let (first, mut end) = next_valid(text, char::REPLACEMENT_CHARACTER);
    // The last character seen, and the width of the last one taken.
    let (mut seen, mut width) = (first, end);
    let mut take_while = |end: &mut usize, belongs: fn(char) -> bool| {
        while *end < text.len() {
            let (rune, size) = next_valid(&text[*end..], seen);
            seen = rune;
            if !belongs(rune) {
                break;
            }
            width = size;
            *end += size;
        }
        (seen, width)
    };
    let kind = match first {
        char::REPLACEMENT_CHARACTER => Kind::Invalid,
        _ if is_connector(first) => {
            take_while(&mut end, is_connector);
            Kind::Connector
        }
        _ if is_punct(first) => {
            take_while(&mut end, is_punct);
            Kind::Punct
        }
        _ if is_upper(first) => {
            let only_first = end;
            let (next, last_width) = take_while(&mut end, is_upper);
            if end == only_first {
                take_while(&mut end, |rune| is_alphabet(rune) && !is_upper(rune));
            } else if end < text.len() && is_alphabet(next) {
                // `HTTPStatus` is `HTTP` and `Status`.
                end -= last_width;
            }
            Kind::Upper
        }
        _ if is_alphabet(first) => {
            take_while(&mut end, |rune| is_alphabet(rune) && !is_upper(rune));
            Kind::Letters
        }
        _ if is_number(first) => {
            take_while(&mut end, is_number);
            Kind::Number
        }
        _ => {
            take_while(&mut end, |r| !is_connector(r) && !is_alphabet(r) && !is_number(r) && !is_punct(r));
            Kind::Other
        }
    };
    Word { kind, text: &text[..end], rest: &text[end..] }
}

/// The next character that is no U+FFFD, or the one before where there is none, and the bytes up to its end.
fn next_valid(text: &[u8], before: char) -> (char, usize) {
    let mut end = 0;
    while let Some((rune, size)) = runes(&text[end..text.len().min(end + 4)]).next() {
        end += size;
        if rune != char::REPLACEMENT_CHARACTER {
            return (rune, end);
        }
    }
    (before, end)
}

fn is_connector(rune: char) -> bool {
    rune == '-' || rune == '_' || is_space(rune)
}

/// xstrings: isAlphabet. Letters, but the common ideographs.
fn is_alphabet(rune: char) -> bool {
    is_letter(rune) && !matches!(rune, '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}')
}

//! A text that is read character by character.

pub struct Chars<'c> {
    text: &'c str,
    at: usize,
}

impl<'c> Chars<'c> {
    pub fn new(text: &'c str) -> Chars<'c> {
        Chars { text, at: 0 }
    }

    /// The offset of the next character.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn jump(&mut self, at: usize) {
        self.at = at;
    }

    pub fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    pub fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'c str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at = self.text.len();
        rest
    }

    /// What stands in front of one of these characters, which is passed too; at the end of the text there is
    /// none. Behind a `\` a character has no meaning, if `escapes` says so. Go: runesUntil.
    pub fn until(&mut self, stops: &[char], escapes: bool) -> (String, Option<char>) {
        let mut out = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (out, Some(c));
            }
            if escapes && c == '\\' {
                out.extend(self.next());
            } else {
                out.push(c);
            }
        }
        (out, None)
    }

    /// Passes white space and then a comma. Whether a comma or the end was there. Go: emptyVal.
    pub fn skip_blanks_and_comma(&mut self) -> bool {
        loop {
            match self.peek() {
                None => return true,
                Some(',') => {
                    self.next();
                    return true;
                }
                Some(c) if c.is_whitespace() => {
                    self.next();
                }
                Some(_) => return false,
            }
        }
    }
}

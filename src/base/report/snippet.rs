//! One source line with a caret under the place.
//!
//! Tabs become four blanks, control characters become pictures of themselves, wide characters keep
//! the caret in place, and long lines are clipped around it.

use unicode_width::UnicodeWidthChar;

use super::super::diagnostic::Label;
use super::super::source::{Location, Sources};
use super::is_hidden;
use super::style::Style;

/// How many columns of a source line are drawn, and how many of them left of the caret.
const WIDTH: usize = 110;
const LEFT: usize = 60;

pub(super) struct Snippet<'a> {
    place: Location,
    text: &'a str,
    is_hidden: bool,
}

impl<'a> Snippet<'a> {
    pub fn new(label: &'a Label, sources: &Sources) -> Option<Snippet<'a>> {
        let place = sources.locate(label.span)?;
        Some(Snippet { place, text: &label.text, is_hidden: is_hidden(label, sources) })
    }

    /// How wide the column of line numbers has to be.
    pub fn gutter(&self) -> usize {
        self.place.line.to_string().len()
    }

    pub fn draw(&self, is_first: bool, gutter: usize, style: Style, out: &mut String) {
        let Location { file, line, column, .. } = &self.place;
        let (frame, reset) = (style.frame(), style.reset());
        let (edge, arrow) = (" ".repeat(gutter), if is_first { "-->" } else { ":::" });
        out.push_str(&format!("{edge}{frame}{arrow}{reset} {}:{line}:{column}\n", printable(file)));
        out.push_str(&format!("{edge} {frame}|{reset}\n"));
        let color = if is_first { style.error() } else { style.frame() };
        let text = printable(self.text).replace('\n', " ");
        let (source, marks) = if self.is_hidden {
            ("(not shown: it may hold secret data)".to_owned(), String::new())
        } else {
            clip(&self.place.text, column - 1, self.place.width, if is_first { '^' } else { '-' })
        };
        out.push_str(format!("{frame}{line:>gutter$} |{reset} {source}").trim_end());
        out.push('\n');
        let below = if marks.is_empty() || text.is_empty() { marks + &text } else { format!("{marks} {text}") };
        if !below.is_empty() {
            out.push_str(&format!("{edge} {frame}|{reset} {color}{below}{reset}\n"));
        }
    }
}

/// The part of a line around the characters `from..from + width`, and the marks that go under them.
fn clip(line: &str, from: usize, width: usize, mark: char) -> (String, String) {
    let cells: Vec<(String, usize)> = line.chars().map(cell).collect();
    let columns = |range: &[(String, usize)]| range.iter().map(|(_, width)| width).sum::<usize>();
    let from = from.min(cells.len());
    let mut first = 0;
    let mut left = columns(&cells[..from]);
    let is_long = columns(&cells) > WIDTH;
    while left > LEFT && is_long {
        left -= cells[first].1;
        first += 1;
    }
    let mut last = from;
    let mut total = left;
    while last < cells.len() && total + cells[last].1 <= WIDTH {
        total += cells[last].1;
        last += 1;
    }
    let marked = columns(&cells[from..(from + width).clamp(from, last)]).max(1);
    let mut text = String::new();
    let mut marks = " ".repeat(left);
    if first > 0 {
        text.push('…');
        marks.push(' ');
    }
    text.extend(cells[first..last].iter().map(|(text, _)| text.as_str()));
    if last < cells.len() {
        text.push('…');
    }
    marks.extend(std::iter::repeat_n(mark, marked));
    (text, marks)
}

/// How a character of a source line is drawn, and how many columns that takes.
fn cell(c: char) -> (String, usize) {
    if c == '\t' {
        return ("    ".to_owned(), 4);
    }
    let shown = picture(c);
    (shown.to_string(), shown.width().unwrap_or(1))
}

/// Text for a terminal: line breaks and tabs stay, other control characters are shown as pictures.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { picture(c) }).collect()
}

/// A visible stand-in for what would change the terminal or the order of the text.
fn picture(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_wide_and_control_characters_keep_the_caret_in_place() {
        assert_eq!(clip("\tkey: x", 6, 1, '^'), ("    key: x".to_owned(), "         ^".to_owned()));
        assert_eq!(clip("日本: x", 4, 1, '^'), ("日本: x".to_owned(), "      ^".to_owned()));
        assert_eq!(clip("日本: x", 0, 2, '^').1, "^^^^");
        assert_eq!(clip("a\x1b[31m\u{202e}b", 1, 1, '^'), ("a␛[31m\u{fffd}b".to_owned(), " ^".to_owned()));
    }

    #[test]
    fn the_end_of_a_line_can_be_marked() {
        assert_eq!(clip("ab", 2, 1, '^'), ("ab".to_owned(), "  ^".to_owned()));
        assert_eq!(clip("", 0, 1, '-'), (String::new(), "-".to_owned()));
    }

    #[test]
    fn long_lines_are_clipped_around_the_caret() {
        let line = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let (text, marks) = clip(&line, 500, 1, '^');
        assert_eq!(text, format!("…{}X{}…", "a".repeat(LEFT), "b".repeat(WIDTH - LEFT - 1)));
        assert_eq!(marks, format!("{}^", " ".repeat(LEFT + 1)));
        let (text, marks) = clip(&line, 3, 900, '^');
        assert_eq!(text, format!("{}…", "a".repeat(WIDTH)));
        assert_eq!(marks, format!("   {}", "^".repeat(WIDTH - 3)));
    }
}

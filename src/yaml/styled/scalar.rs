//! Scalars as go-yaml v3 writes them: which style they may have, and their characters.
//!
//! Source: yaml_emitter_analyze_scalar, _select_scalar_style and _write_*_scalar in emitterc.go. Lines are
//! never folded, because the encoder sets no width.

use super::emitter::Emitter;
use crate::yaml::Style;
use crate::yaml::emit::analysis::{is_break, is_printable};

/// In which styles a text may stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Analysis {
    pub is_multiline: bool,
    flow_plain: bool,
    block_plain: bool,
    single_quoted: bool,
    block: bool,
}

/// Where a scalar stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub in_flow: bool,
    pub is_simple_key: bool,
}

impl Analysis {
    pub fn of(text: &str) -> Analysis {
        let Some(first) = text.chars().next() else {
            return Analysis {
                is_multiline: false,
                flow_plain: false,
                block_plain: true,
                single_quoted: true,
                block: false,
            };
        };
        let is_blank = |c: char| matches!(c, ' ' | '\t');
        let starts_document = text.starts_with("---") || text.starts_with("...");
        let (mut block_indicator, mut flow_indicator) = (starts_document, starts_document);
        let (mut breaks, mut special, mut tab) = (false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
        let mut chars = text.chars().peekable();
        let mut at_start = true;
        while let Some(c) = chars.next() {
            let before_blank = chars.peek().is_none_or(|next| is_blank(*next));
            match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
                    if at_start =>
                {
                    (flow_indicator, block_indicator) = (true, true);
                }
                '?' | ':' if at_start => {
                    flow_indicator = true;
                    block_indicator |= before_blank;
                }
                '-' if at_start && before_blank => (flow_indicator, block_indicator) = (true, true),
                ',' | '?' | '[' | ']' | '{' | '}' => flow_indicator = true,
                ':' => {
                    flow_indicator = true;
                    block_indicator |= before_blank;
                }
                '#' if after_blank => (flow_indicator, block_indicator) = (true, true),
                _ => {}
            }
            tab |= c == '\t';
            special |= c != '\t' && !is_printable(c);
            breaks |= is_break(c);
            break_space |= c == ' ' && after_break;
            space_break |= is_break(c) && after_space;
            (after_space, after_break) = (c == ' ', is_break(c));
            after_blank = is_blank(c) || is_break(c) || c == '\0';
            at_start = false;
        }
        let last = text.chars().next_back().unwrap_or(first);
        let is_padded = [first, last].into_iter().any(|c| c == ' ' || is_break(c));
        let plain = !(is_padded || break_space || space_break || tab || special || breaks);
        Analysis {
            is_multiline: breaks,
            flow_plain: plain && !flow_indicator,
            block_plain: plain && !block_indicator,
            single_quoted: !(break_space || space_break || tab || special),
            block: !(last == ' ' || space_break || special),
        }
    }

    /// The style that a text gets where another is wanted.
    pub fn select(&self, text: &str, wanted: Style, place: Place) -> Style {
        let mut style = wanted;
        if place.is_simple_key && self.is_multiline {
            style = Style::DoubleQuoted;
        }
        if style == Style::Plain {
            let is_allowed = if place.in_flow { self.flow_plain } else { self.block_plain };
            let is_unseen = text.is_empty() && (place.in_flow || place.is_simple_key);
            if !is_allowed || is_unseen {
                style = Style::SingleQuoted;
            }
        }
        if style == Style::SingleQuoted && !self.single_quoted {
            style = Style::DoubleQuoted;
        }
        let is_block = matches!(style, Style::Literal | Style::Folded);
        if is_block && (!self.block || place.in_flow || place.is_simple_key) {
            style = Style::DoubleQuoted;
        }
        style
    }
}

impl Emitter {
    pub(super) fn write_scalar(&mut self, text: &str, style: Style) {
        match style {
            Style::Plain => self.write_plain(text),
            Style::SingleQuoted => self.write_single_quoted(text),
            Style::DoubleQuoted => self.write_double_quoted(text),
            Style::Literal => self.write_literal(text),
            Style::Folded => self.write_folded(text),
        }
    }

    /// A text that may stand plain has no line breaks.
    fn write_plain(&mut self, text: &str) {
        if !text.is_empty() && !self.whitespace {
            self.put(' ');
        }
        text.chars().for_each(|c| self.put(c));
        if !text.is_empty() {
            self.whitespace = false;
        }
        self.indention = false;
    }

    fn write_single_quoted(&mut self, text: &str) {
        self.indicator("'", true, false, false);
        let mut after_break = false;
        for c in text.chars() {
            if is_break(c) {
                if !after_break && c == '\n' {
                    self.put_break();
                }
                self.write_break(c);
                after_break = true;
                continue;
            }
            if after_break && c != ' ' {
                self.write_indent();
            }
            if c == '\'' {
                self.put('\'');
            }
            self.put(c);
            if c != ' ' {
                self.indention = false;
                after_break = false;
            }
        }
        self.indicator("'", false, false, false);
        (self.whitespace, self.indention) = (false, false);
    }

    fn write_double_quoted(&mut self, text: &str) {
        self.indicator("\"", true, false, false);
        // Go: is_bom looks at the start of the text whatever character is asked about.
        let escape_all = text.starts_with('\u{feff}');
        for c in text.chars() {
            if is_printable(c) && !is_break(c) && !matches!(c, '"' | '\\') && !escape_all {
                self.put(c);
                continue;
            }
            self.put('\\');
            match c {
                '\0' => self.put('0'),
                '\u{7}' => self.put('a'),
                '\u{8}' => self.put('b'),
                '\t' => self.put('t'),
                '\n' => self.put('n'),
                '\u{b}' => self.put('v'),
                '\u{c}' => self.put('f'),
                '\r' => self.put('r'),
                '\u{1b}' => self.put('e'),
                '"' | '\\' => self.put(c),
                '\u{85}' => self.put('N'),
                '\u{a0}' => self.put('_'),
                '\u{2028}' => self.put('L'),
                '\u{2029}' => self.put('P'),
                _ => {
                    let escaped = match c as u32 {
                        code @ 0..=0xff => format!("x{code:02X}"),
                        code @ 0..=0xffff => format!("u{code:04X}"),
                        code => format!("U{code:08X}"),
                    };
                    escaped.chars().for_each(|c| self.put(c));
                }
            }
        }
        self.indicator("\"", false, false, false);
        (self.whitespace, self.indention) = (false, false);
    }

    /// What stands behind `|` or `>`, to the end of its line.
    fn write_block_hints(&mut self, text: &str) {
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator("2", false, false, false);
        }
        let mut ends = text.chars().rev();
        let chomping = match (ends.next(), ends.next()) {
            (Some(last), _) if !is_break(last) => "-",
            (None, _) => "-",
            (Some(_), None) => "+",
            (Some(_), Some(before)) if is_break(before) => "+",
            _ => "",
        };
        if !chomping.is_empty() {
            self.indicator(chomping, false, false, false);
        }
        if self.line.is_empty() {
            self.put_break();
        } else {
            self.line_comment();
        }
        self.whitespace = true;
    }

    fn write_literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        self.write_block_hints(text);
        let mut after_break = true;
        for c in text.chars() {
            if is_break(c) {
                self.write_break(c);
                after_break = true;
                continue;
            }
            if after_break {
                self.write_indent();
            }
            self.put(c);
            self.indention = false;
            after_break = false;
        }
    }

    fn write_folded(&mut self, text: &str) {
        self.indicator(">", true, false, false);
        self.write_block_hints(text);
        let is_blank_or_end = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '\t' | '\0') || is_break(c));
        // Go: looks at the start of the text, not at what follows the break.
        let starts_with_text = !is_blank_or_end(text.chars().find(|c| !is_break(*c)));
        let (mut after_break, mut leading_spaces) = (true, true);
        for c in text.chars() {
            if is_break(c) {
                if !after_break && !leading_spaces && c == '\n' && starts_with_text {
                    self.put_break();
                }
                self.write_break(c);
                after_break = true;
                continue;
            }
            if after_break {
                self.write_indent();
                leading_spaces = matches!(c, ' ' | '\t');
            }
            self.put(c);
            self.indention = false;
            after_break = false;
        }
    }
}

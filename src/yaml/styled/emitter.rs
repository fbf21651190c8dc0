//! The text that is being written, and what go-yaml's emitter remembers of it.
//!
//! Source: write_indent, write_indicator, put_break and the functions on comments in emitterc.go.
//!
//! **Not here:** what is written (`super::emit`).

use crate::yaml::emit::analysis::is_break;

/// Go: DefaultIndent of kyaml.
const INDENT: isize = 2;

/// How far the items of a list stand in from the key that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// Not at all. Go: CompactSeqIndent, which kyaml sets.
    AsDeepAsTheirKey,
    Indented,
}

/// The text so far, and what the next character depends on.
pub(super) struct Emitter {
    pub out: String,
    pub lists: Lists,
    pub column: isize,
    /// The last character was a space, or starts a line.
    pub whitespace: bool,
    /// Nothing but indentation stands on this line.
    pub indention: bool,
    pub indent: isize,
    pub flow_level: usize,
    /// A foot comment was written at this indentation, so an empty line follows.
    pub foot_indent: isize,
    pub head: String,
    pub line: String,
    pub foot: String,
    pub tail: String,
    /// Of a key, to be written behind it or behind its value.
    pub key_line: String,
}

impl Emitter {
    pub fn new(lists: Lists) -> Emitter {
        Emitter {
            out: String::new(),
            lists,
            column: 0,
            whitespace: true,
            indention: true,
            indent: -1,
            flow_level: 0,
            foot_indent: -1,
            head: String::new(),
            line: String::new(),
            foot: String::new(),
            tail: String::new(),
            key_line: String::new(),
        }
    }

    pub fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    pub fn put_break(&mut self) {
        self.write_break('\n');
    }

    pub fn write_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
        self.indention = true;
    }

    pub fn write_indent(&mut self) {
        let indent = self.indent.max(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        if self.foot_indent == indent {
            self.put_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.foot_indent = -1;
    }

    pub fn indicator(&mut self, text: &str, needs_space: bool, is_space: bool, is_indention: bool) {
        if needs_space && !self.whitespace {
            self.put(' ');
        }
        text.chars().for_each(|c| self.put(c));
        self.whitespace = is_space;
        self.indention &= is_indention;
    }

    /// Go: increase_indent; gives the indentation to go back to.
    pub fn increase_indent(&mut self, in_flow: bool, in_block_list: bool, is_compact: bool) -> isize {
        let before = self.indent;
        self.indent = match before {
            ..0 if in_flow => INDENT,
            ..0 => 0,
            _ if in_block_list => before + 2,
            _ => INDENT * ((before + INDENT) / INDENT) - if is_compact { 2 } else { 0 },
        };
        before
    }

    pub fn head_comment(&mut self) {
        let tail = std::mem::take(&mut self.tail);
        if !tail.is_empty() {
            self.write_indent();
            self.write_comment(&tail);
            self.foot_indent = self.indent.max(0);
        }
        let head = std::mem::take(&mut self.head);
        if !head.is_empty() {
            self.write_indent();
            self.write_comment(&head);
        }
    }

    pub fn line_comment(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            if !self.whitespace {
                self.put(' ');
            }
            self.write_comment(&line);
        }
    }

    pub fn foot_comment(&mut self) {
        let foot = std::mem::take(&mut self.foot);
        if !foot.is_empty() {
            self.write_indent();
            self.write_comment(&foot);
            self.foot_indent = self.indent.max(0);
        }
    }

    pub fn has_trailing_comment(&self) -> bool {
        !(self.line.is_empty() && self.foot.is_empty() && self.tail.is_empty())
    }

    fn write_comment(&mut self, comment: &str) {
        let (mut after_break, mut has_sign) = (false, false);
        for c in comment.chars() {
            if is_break(c) {
                self.write_break(c);
                (after_break, has_sign) = (true, false);
                continue;
            }
            if after_break {
                self.write_indent();
            }
            if !has_sign {
                if c != '#' {
                    self.put('#');
                    self.put(' ');
                }
                has_sign = true;
            }
            self.put(c);
            self.indention = false;
            after_break = false;
        }
        if !after_break {
            self.put_break();
        }
        self.whitespace = true;
    }

    /// What an event brings along. Go: analyze_event.
    pub fn meet(&mut self, head: &str, line: &str, foot: &str, tail: &str) {
        for (current, new) in
            [(&mut self.head, head), (&mut self.line, line), (&mut self.foot, foot), (&mut self.tail, tail)]
        {
            if !new.is_empty() {
                new.clone_into(current);
            }
        }
    }

    /// Gives the indentation to go back to.
    pub fn open_flow(&mut self, bracket: &str, in_block_list: bool) -> isize {
        self.indicator(bracket, true, true, false);
        let before = self.increase_indent(true, in_block_list, false);
        self.flow_level += 1;
        before
    }
}

//! Lays out collections and scalars as go-yaml v2 does when sigs.k8s.io/yaml drives it: block style,
//! two spaces, sequences as deep as the key that holds them.
//!
//! The caller calls one method an event; a value that stands in a mapping follows its
//! [`Writer::key`], one that stands in a sequence its [`Writer::item`]:
//!
//! ```
//! # use kz::yaml::emit::Writer;
//! let mut out = Vec::new();
//! let mut writer = Writer::new(&mut out);
//! writer.mapping_start().unwrap();
//! writer.key("on").unwrap();
//! writer.plain("1");
//! writer.end();
//! writer.finish();
//! assert_eq!(out, b"\"on\": 1\n");
//! ```
//!
//! **Not here:** the order of keys, and what a node's text means.

use super::detour::{self, Refusal};
use super::scalar;
use crate::yaml::MAX_DEPTH;

/// In bytes. Longer keys get a `?`.
pub const LONGEST_SIMPLE_KEY: usize = 128;

/// Writes one document. See the module.
pub struct Writer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    /// Where the line starts, moved so that `out.len() - line_start` is the column in characters.
    pub(super) line_start: usize,
    /// Of the innermost collection; `None` at the root.
    indent: Option<usize>,
    place: Place,
    /// The next entry goes on in the line of the indicator that holds its collection.
    goes_on: bool,
    outer: Vec<Option<usize>>,
}

/// What stands before the value that is written next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    /// A simple key and its colon.
    Key,
    /// `-`, or the `?` and `:` of a key that is not simple.
    Indicator,
}

impl<'o> Writer<'o> {
    pub fn new(out: &'o mut Vec<u8>) -> Writer<'o> {
        let line_start = out.len();
        Writer { out, line_start, indent: None, place: Place::Root, goes_on: false, outer: Vec::new() }
    }

    /// Starts a mapping that is not empty.
    pub fn mapping_start(&mut self) -> Result<(), Refusal> {
        self.start(2)
    }

    /// Starts a sequence that is not empty.
    pub fn sequence_start(&mut self) -> Result<(), Refusal> {
        self.start(0)
    }

    fn start(&mut self, under_key: usize) -> Result<(), Refusal> {
        self.check_depth()?;
        self.outer.push(self.indent);
        let outer = self.indent.unwrap_or(0);
        self.goes_on = self.place != Place::Key;
        self.indent = Some(match self.place {
            Place::Root => 0,
            Place::Key => outer + under_key,
            Place::Indicator => {
                self.out.push(b' ');
                outer + 2
            }
        });
        Ok(())
    }

    /// The innermost collection has no more entries.
    pub fn end(&mut self) {
        self.indent = self.outer.pop().flatten();
    }

    pub fn empty_mapping(&mut self) -> Result<(), Refusal> {
        self.check_depth()?;
        self.plain("{}");
        Ok(())
    }

    pub fn empty_sequence(&mut self) -> Result<(), Refusal> {
        self.check_depth()?;
        self.plain("[]");
        Ok(())
    }

    /// The key of the value that comes next.
    pub fn key(&mut self, key: &str) -> Result<(), Refusal> {
        self.start_entry();
        if key.len() <= LONGEST_SIMPLE_KEY {
            if scalar::write_simple_key(self, key)? {
                self.out.push(b':');
                self.place = Place::Key;
                return Ok(());
            }
        } else if detour::json_length(key) > 1024 {
            return Err(Refusal::LongKey);
        } else if key.contains('\u{85}') {
            return Err(Refusal::BrokenKey);
        }
        self.out.push(b'?');
        self.place = Place::Indicator;
        self.string(key)?;
        self.start_line(self.indent.unwrap_or(0));
        self.out.push(b':');
        self.place = Place::Indicator;
        Ok(())
    }

    /// The next value is an item of the innermost sequence.
    pub fn item(&mut self) {
        self.start_entry();
        self.out.push(b'-');
        self.place = Place::Indicator;
    }

    /// A text that is written as it is: null, a boolean, a number.
    pub fn plain(&mut self, text: &str) {
        self.separate();
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A string, in the style that go-yaml chooses for it.
    pub fn string(&mut self, text: &str) -> Result<(), Refusal> {
        self.separate();
        let indent = self.indent.map_or(2, |indent| indent + 2);
        scalar::write_value(self, text, indent)
    }

    /// Ends the document's last line.
    pub fn finish(self) {
        if self.column() > 0 {
            self.out.push(b'\n');
        }
    }

    fn check_depth(&self) -> Result<(), Refusal> {
        if self.outer.len() < MAX_DEPTH { Ok(()) } else { Err(Refusal::TooDeep) }
    }

    fn separate(&mut self) {
        if self.place != Place::Root {
            self.out.push(b' ');
        }
    }

    fn start_entry(&mut self) {
        if self.goes_on {
            self.goes_on = false;
        } else {
            self.start_line(self.indent.unwrap_or(0));
        }
    }

    pub(super) fn column(&self) -> usize {
        self.out.len() - self.line_start
    }

    /// Ends the line if something stands in it, and indents the next.
    pub(super) fn start_line(&mut self, indent: usize) {
        if self.column() > 0 {
            self.new_line();
        }
        self.pad(indent);
    }

    pub(super) fn new_line(&mut self) {
        self.out.push(b'\n');
        self.line_start = self.out.len();
    }

    /// Spaces for the start of a line.
    pub(super) fn pad(&mut self, indent: usize) {
        const SPACES: [u8; 64] = [b' '; 64];
        match SPACES.get(..indent) {
            Some(spaces) => self.out.extend_from_slice(spaces),
            None => self.out.resize(self.out.len() + indent, b' '),
        }
    }
}

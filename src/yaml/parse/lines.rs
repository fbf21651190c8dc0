//! The short way through block collections: lines that are told at a glance (`scan/line.rs`) become events without
//! tokens in between. They are nearly all of nearly all texts.
//!
//! **Invariant:** wherever this way ends, scanner and parser are as if their tokens had been taken one by one, so that
//! the long way can go on; it ends at the first thing that is not simple.

use super::super::scan::{LineScalar, Opening};
use super::{BLOCK_MAPPING, BLOCK_SEQUENCE, FLOW_MAPPING, FLOW_SEQUENCE, Parser, Sink, State, Text};
use crate::base::Result;

impl<'a> Parser<'a> {
    /// Reads lines as long as they are simple.
    pub(super) fn lines(&mut self, sink: &mut impl Sink<'a>) -> Result<()> {
        if !self.scanner.is_between_tokens() {
            return Ok(());
        }
        loop {
            let goes_on = match self.state {
                State::BlockMappingContent => self.line_content(sink)?,
                State::BlockMappingKey | State::BlockSequenceEntry | State::IndentlessSequenceEntry => {
                    self.line_start(sink)?
                }
                _ => false,
            };
            if !goes_on || sink.has_given_up() {
                return Ok(());
            }
        }
    }

    /// The first token of a line, in a block collection.
    fn line_start(&mut self, sink: &mut impl Sink<'a>) -> Result<bool> {
        let Some(column) = self.scanner.go_to_line() else { return Ok(false) };
        let column = column as isize;
        let opening = self.scanner.opening(self.scanner.here());
        let indent = self.scanner.indent();
        match (self.state, opening) {
            (_, Opening::Other) => Ok(false),
            (State::BlockMappingKey, Opening::Word) if column == indent => {
                match self.scanner.line_key(self.scanner.here()) {
                    Some(key) => self.line_key(key, sink).map(|()| true),
                    None => Ok(false),
                }
            }
            (State::BlockSequenceEntry | State::IndentlessSequenceEntry, Opening::Dash) if column == indent => {
                self.line_entry(sink)
            }
            (State::IndentlessSequenceEntry, _) if column <= indent => {
                self.pop_state();
                self.end(sink).map(|()| true)
            }
            (State::BlockMappingKey | State::BlockSequenceEntry, _) if column < indent => {
                self.scanner.close_block();
                self.pop_state();
                self.starts.pop();
                self.end(sink).map(|()| true)
            }
            _ => Ok(false),
        }
    }

    /// `- value` or `- key: …`.
    fn line_entry(&mut self, sink: &mut impl Sink<'a>) -> Result<bool> {
        let dash = self.scanner.here();
        let Some(at) = self.scanner.value_from(dash + 1) else { return Ok(false) };
        if let Some(key) = self.scanner.line_key(at) {
            let column = self.scanner.column_of(at);
            return self.line_mapping(key, column, self.state, sink);
        }
        self.line_value(at, self.state, sink)
    }

    /// What stands behind a key's colon.
    fn line_content(&mut self, sink: &mut impl Sink<'a>) -> Result<bool> {
        if let Some(at) = self.scanner.value_from(self.scanner.here()) {
            return self.line_value(at, State::BlockMappingKey, sink);
        }
        let Some(column) = self.scanner.go_to_line() else { return Ok(false) };
        let here = self.scanner.here();
        let is_deeper = column as isize > self.scanner.indent();
        match self.scanner.opening(here) {
            Opening::Word if is_deeper => match self.scanner.line_key(here) {
                Some(key) => self.line_mapping(key, column, State::BlockMappingKey, sink),
                None => Ok(false),
            },
            Opening::Dash if is_deeper => {
                if !self.scanner.open_block(column) {
                    return Ok(false);
                }
                self.states.push(State::BlockMappingKey);
                self.starts.push(here);
                self.state = State::BlockSequenceEntry;
                sink.start(BLOCK_SEQUENCE, None, self.scanner.span(here, here))?;
                Ok(true)
            }
            Opening::Dash if column as isize == self.scanner.indent() => {
                self.states.push(State::BlockMappingKey);
                self.state = State::IndentlessSequenceEntry;
                sink.start(BLOCK_SEQUENCE, None, self.scanner.span(here, here))?;
                Ok(true)
            }
            Opening::Word | Opening::Dash => self.empty(State::BlockMappingKey, sink).map(|()| true),
            Opening::Other => Ok(false),
        }
    }

    /// A mapping that starts with a key, and the state to go on with behind it.
    fn line_mapping(
        &mut self,
        key: LineScalar<'a>,
        column: usize,
        next: State,
        sink: &mut impl Sink<'a>,
    ) -> Result<bool> {
        if !self.scanner.open_block(column) {
            return Ok(false);
        }
        self.states.push(next);
        self.starts.push(key.start);
        sink.start(BLOCK_MAPPING, None, self.scanner.span(key.start, key.start))?;
        self.line_key(key, sink)?;
        Ok(true)
    }

    fn line_key(&mut self, key: LineScalar<'a>, sink: &mut impl Sink<'a>) -> Result<()> {
        self.state = State::BlockMappingContent;
        self.scanner.pass(key.stop);
        self.last_end = key.end + 1;
        self.line_scalar(&key, sink)
    }

    /// A value that ends with its line, and the state to go on with behind it.
    fn line_value(&mut self, at: usize, next: State, sink: &mut impl Sink<'a>) -> Result<bool> {
        if let Some(value) = self.scanner.line_value(at) {
            self.state = next;
            self.scanner.pass(value.stop);
            self.last_end = value.end;
            self.line_scalar(&value, sink)?;
            return Ok(true);
        }
        let mut words = std::mem::take(&mut self.words);
        let end = self.scanner.line_flow(at, &mut words);
        let done = end.map_or(Ok(false), |end| {
            self.state = next;
            self.scanner.pass(end);
            self.last_end = end;
            let shape = if self.scanner.starts_mapping(at) { FLOW_MAPPING } else { FLOW_SEQUENCE };
            sink.start(shape, None, self.scanner.span(at, at))?;
            words.iter().try_for_each(|word| self.line_scalar(word, sink))?;
            self.end(sink).map(|()| true)
        });
        self.words = words;
        done
    }

    #[inline]
    fn line_scalar(&self, scalar: &LineScalar<'a>, sink: &mut impl Sink<'a>) -> Result<()> {
        sink.scalar(Text::Slice(scalar.text), scalar.style, None, self.scanner.span(scalar.start, scalar.end))
    }
}

//! A tree with looks -> the text that go-yaml v3 makes of it.
//!
//! A port of the emitter; its machine of states became functions that call each other. A collection
//! is begun, then its parent goes on with what it has to do behind a value, and only then come the
//! items: comments come out where they do for that reason. Source: `node` in encode.go, emitterc.go.
//!
//! **Not here:** the characters of scalars (`super::scalar`).

use compact_str::CompactString;

use super::emitter::{Emitter, Lists};
use super::scalar::{Analysis, Place};
use super::{Look, Styled};
use crate::base::{Diagnostic, Result};
use crate::yaml::node::{Entry, Node, Scalar, Style, Tag, Value};
use crate::yaml::{Schema, resolve};

/// How long a key may be that stands before its colon.
const LONGEST_SIMPLE_KEY: usize = 128;

pub(super) fn document(styled: &Styled, lists: Lists) -> Result<String> {
    let mut emitter = Emitter::new(lists);
    if !styled.head.is_empty() {
        emitter.head = styled.head.clone();
        emitter.head_comment();
        emitter.put_break();
    }
    let mut writer = TreeWriter { styled, emitter };
    writer.root()?;
    let mut emitter = writer.emitter;
    if !styled.foot.is_empty() {
        emitter.foot = styled.foot.clone();
    }
    emitter.foot_indent = 0;
    emitter.foot_comment();
    emitter.foot_indent = -1;
    emitter.write_indent();
    Ok(emitter.out)
}

struct TreeWriter<'s> {
    styled: &'s Styled,
    emitter: Emitter,
}

/// Where a node stands.
#[derive(Clone, Copy, Default)]
struct Context {
    in_block_list: bool,
    in_mapping: bool,
    is_simple_key: bool,
    /// Its foot comment is written behind the value.
    is_key: bool,
}

impl Context {
    fn foot(self, look: &Look) -> &str {
        if self.is_key { "" } else { &look.foot }
    }
}

static NO_LOOK: Look = Look {
    is_flow: false,
    is_alias: false,
    anchor: None,
    tag: None,
    head: String::new(),
    line: String::new(),
    foot: String::new(),
};

impl<'s> TreeWriter<'s> {
    fn look(&self, node: &Node) -> &'s Look {
        self.styled.look(node).unwrap_or(&NO_LOOK)
    }

    fn root(&mut self) -> Result<()> {
        let root = &self.styled.root;
        self.meet(root, "", true);
        self.emitter.head_comment();
        self.begin(root, Context::default())?;
        self.emitter.line_comment();
        self.emitter.foot_comment();
        self.items(root, Context::default())
    }

    /// The comments of a node's first event. The foot of a key is written behind its value.
    fn meet(&mut self, node: &Node, tail: &str, with_foot: bool) {
        let look = self.look(node);
        let foot = if with_foot { look.foot.as_str() } else { "" };
        match &node.value {
            Value::Scalar(_) if look.is_alias => self.emitter.meet(&look.head, &look.line, foot, ""),
            Value::Scalar(_) => self.emitter.meet(&look.head, &look.line, foot, tail),
            Value::Sequence(_) => self.emitter.meet(&look.head, "", "", ""),
            Value::Mapping(_) => self.emitter.meet(&look.head, "", "", tail),
        }
    }

    /// A scalar, or what stands before the items of a collection.
    fn begin(&mut self, node: &Node, context: Context) -> Result<()> {
        let look = self.look(node);
        if let (true, Some(name)) = (look.is_alias, node.text()) {
            self.emitter.indicator("*", true, false, false);
            return self.anchor(name);
        }
        if let Some(name) = &look.anchor {
            self.emitter.indicator("&", true, false, false);
            self.anchor(name)?;
        }
        match &node.value {
            Value::Scalar(scalar) => {
                let (tag, wanted) = presentation(scalar, look);
                if let Some(tag) = &tag {
                    self.tag(tag)?;
                }
                let place = Place { in_flow: self.emitter.flow_level > 0, is_simple_key: context.is_simple_key };
                let style = Analysis::of(&scalar.text).select(&scalar.text, wanted, place);
                let before = self.emitter.increase_indent(true, context.in_block_list, false);
                self.emitter.write_scalar(&scalar.text, style);
                self.emitter.indent = before;
            }
            Value::Sequence(_) | Value::Mapping(_) => {
                if let Some(tag) = &look.tag {
                    self.tag(tag)?;
                }
            }
        }
        Ok(())
    }

    /// What stands behind the beginning of a collection; nothing for a scalar.
    fn items(&mut self, node: &Node, context: Context) -> Result<()> {
        let look = self.look(node);
        let in_flow = self.emitter.flow_level > 0 || look.is_flow;
        match &node.value {
            Value::Scalar(_) => Ok(()),
            Value::Sequence(items) if in_flow || items.is_empty() => self.flow_list(items, look, context),
            Value::Sequence(items) => self.block_list(items, look, context),
            Value::Mapping(mapping) if in_flow || mapping.is_empty() => {
                self.flow_mapping(mapping.iter(), look, context)
            }
            Value::Mapping(mapping) => self.block_mapping(mapping.iter(), look, context),
        }
    }

    fn flow_list(&mut self, items: &[Node], look: &Look, context: Context) -> Result<()> {
        let mut before = None;
        let mut comma_is_written = true;
        for item in items {
            self.meet(item, "", true);
            let emitter = &mut self.emitter;
            before = before.or_else(|| Some(emitter.open_flow("[", context.in_block_list)));
            if !comma_is_written {
                emitter.indicator(",", false, false, false);
            }
            emitter.head_comment();
            if emitter.column == 0 {
                emitter.write_indent();
            }
            comma_is_written = emitter.has_trailing_comment();
            self.begin(item, Context::default())?;
            if self.emitter.has_trailing_comment() {
                self.emitter.indicator(",", false, false, false);
            }
            self.emitter.line_comment();
            self.emitter.foot_comment();
            self.items(item, Context::default())?;
        }
        let emitter = &mut self.emitter;
        emitter.meet("", &look.line, context.foot(look), "");
        let before = before.unwrap_or_else(|| emitter.open_flow("[", context.in_block_list));
        emitter.flow_level -= 1;
        emitter.indent = before;
        if emitter.column == 0 {
            emitter.write_indent();
        }
        emitter.indicator("]", false, false, false);
        emitter.line_comment();
        emitter.foot_comment();
        Ok(())
    }

    fn flow_mapping<'e>(
        &mut self,
        entries: impl Iterator<Item = &'e Entry>,
        look: &Look,
        context: Context,
    ) -> Result<()> {
        let mut before = None;
        let mut comma_is_written = true;
        let mut tail = "";
        let mut is_empty = true;
        for entry in entries {
            is_empty = false;
            self.meet(&entry.key, tail, false);
            tail = &self.look(&entry.key).foot;
            let emitter = &mut self.emitter;
            before = before.or_else(|| Some(emitter.open_flow("{", context.in_block_list)));
            if !comma_is_written {
                emitter.indicator(",", false, false, false);
            }
            emitter.head_comment();
            if emitter.column == 0 {
                emitter.write_indent();
            }
            let in_mapping = Context { in_mapping: true, ..Context::default() };
            if self.is_simple_key(&entry.key) {
                self.begin(&entry.key, Context { is_simple_key: true, ..in_mapping })?;
                self.items(&entry.key, Context { is_key: true, ..in_mapping })?;
                self.meet(&entry.value, "", true);
                self.emitter.indicator(":", false, false, false);
            } else {
                self.emitter.indicator("?", true, false, false);
                self.begin(&entry.key, in_mapping)?;
                self.items(&entry.key, Context { is_key: true, ..in_mapping })?;
                self.meet(&entry.value, "", true);
                self.emitter.indicator(":", true, false, false);
            }
            comma_is_written = self.emitter.has_trailing_comment();
            self.begin(&entry.value, in_mapping)?;
            if self.emitter.has_trailing_comment() {
                self.emitter.indicator(",", false, false, false);
            }
            self.emitter.line_comment();
            self.emitter.foot_comment();
            self.items(&entry.value, in_mapping)?;
        }
        let emitter = &mut self.emitter;
        emitter.meet("", &look.line, context.foot(look), tail);
        let before = before.unwrap_or_else(|| emitter.open_flow("{", context.in_block_list));
        let has_comment = !(emitter.head.is_empty() && emitter.foot.is_empty() && emitter.tail.is_empty());
        if has_comment && !is_empty && !comma_is_written {
            emitter.indicator(",", false, false, false);
        }
        emitter.head_comment();
        emitter.flow_level -= 1;
        emitter.indent = before;
        emitter.indicator("}", false, false, false);
        emitter.line_comment();
        emitter.foot_comment();
        Ok(())
    }

    fn block_list(&mut self, items: &[Node], look: &Look, context: Context) -> Result<()> {
        let mut before = None;
        for item in items {
            self.meet(item, "", true);
            let emitter = &mut self.emitter;
            before = before.or_else(|| {
                let is_compact = emitter.lists == Lists::AsDeepAsTheirKey
                    && context.in_mapping
                    && (emitter.column == 0 || !emitter.indention);
                Some(emitter.increase_indent(false, context.in_block_list, is_compact))
            });
            emitter.head_comment();
            emitter.write_indent();
            emitter.indicator("-", true, false, true);
            let in_list = Context { in_block_list: true, ..Context::default() };
            self.begin(item, in_list)?;
            self.emitter.line_comment();
            self.emitter.foot_comment();
            self.items(item, in_list)?;
        }
        self.emitter.meet("", &look.line, context.foot(look), "");
        self.emitter.indent = before.unwrap_or(self.emitter.indent);
        Ok(())
    }

    fn block_mapping<'e>(
        &mut self,
        entries: impl Iterator<Item = &'e Entry>,
        look: &Look,
        context: Context,
    ) -> Result<()> {
        let mut before = None;
        let mut tail = "";
        let in_mapping = Context { in_mapping: true, ..Context::default() };
        for entry in entries {
            self.meet(&entry.key, tail, false);
            tail = &self.look(&entry.key).foot;
            let emitter = &mut self.emitter;
            before = before.or_else(|| Some(emitter.increase_indent(false, context.in_block_list, false)));
            emitter.head_comment();
            emitter.write_indent();
            if !emitter.line.is_empty() {
                emitter.key_line = std::mem::take(&mut emitter.line);
            }
            if self.is_simple_key(&entry.key) {
                self.begin(&entry.key, Context { is_simple_key: true, ..in_mapping })?;
                self.items(&entry.key, Context { is_key: true, ..in_mapping })?;
                self.meet(&entry.value, "", true);
                self.emitter.indicator(":", false, false, false);
            } else {
                self.emitter.indicator("?", true, false, true);
                self.begin(&entry.key, in_mapping)?;
                self.items(&entry.key, Context { is_key: true, ..in_mapping })?;
                self.meet(&entry.value, "", true);
                self.emitter.write_indent();
                self.emitter.indicator(":", true, false, true);
            }
            self.place_key_comment(&entry.value);
            self.begin(&entry.value, in_mapping)?;
            self.emitter.line_comment();
            self.emitter.foot_comment();
            self.items(&entry.value, in_mapping)?;
        }
        let emitter = &mut self.emitter;
        emitter.meet("", &look.line, context.foot(look), tail);
        emitter.head_comment();
        emitter.indent = before.unwrap_or(emitter.indent);
        Ok(())
    }

    /// A comment behind a key goes behind a plain value, or stays where a block follows.
    fn place_key_comment(&mut self, value: &Node) {
        let look = self.look(value);
        let emitter = &mut self.emitter;
        if emitter.key_line.is_empty() || look.is_alias {
            return;
        }
        if let Value::Scalar(_) = value.value {
            if emitter.line.is_empty() {
                emitter.line = std::mem::take(&mut emitter.key_line);
            }
        } else if !look.is_flow {
            let line = std::mem::replace(&mut emitter.line, std::mem::take(&mut emitter.key_line));
            emitter.line_comment();
            emitter.line = line;
        }
    }

    /// Go: yaml_emitter_check_simple_key.
    fn is_simple_key(&self, key: &Node) -> bool {
        let look = self.look(key);
        let anchor = look.anchor.as_ref().map_or(0, |anchor| anchor.len());
        let tag = |tag: Option<&str>| tag.map_or(0, |tag| tag.len());
        let length = match &key.value {
            Value::Scalar(scalar) if look.is_alias => scalar.text.len(),
            Value::Scalar(scalar) => {
                if Analysis::of(&scalar.text).is_multiline {
                    return false;
                }
                anchor + tag(presentation(scalar, look).0.as_deref()) + scalar.text.len()
            }
            Value::Sequence(items) if items.is_empty() => anchor + tag(look.tag.as_deref()),
            Value::Mapping(mapping) if mapping.is_empty() => anchor + tag(look.tag.as_deref()),
            _ => return false,
        };
        length <= LONGEST_SIMPLE_KEY
    }

    fn anchor(&mut self, name: &str) -> Result<()> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(Diagnostic::new("yaml-anchor", format!("the anchor `{name}` cannot be written")));
        }
        name.chars().for_each(|c| self.emitter.put(c));
        (self.emitter.whitespace, self.emitter.indention) = (false, false);
        Ok(())
    }

    /// Go: process_tag, with the two handles that there always are.
    fn tag(&mut self, tag: &str) -> Result<()> {
        let (handle, suffix) = match (tag.strip_prefix("!!"), tag.strip_prefix('!')) {
            (Some(suffix), _) => ("!!", suffix),
            (None, Some(suffix)) => ("!", suffix),
            (None, None) => ("", tag),
        };
        if handle.is_empty() {
            self.emitter.indicator("!<", true, false, false);
        } else {
            self.emitter.indicator(handle, true, false, false);
        }
        for byte in suffix.bytes() {
            match byte {
                b'-' | b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b',' | b'_' | b'.' | b'~'
                | b'*' | b'\'' | b'(' | b')' | b'[' | b']' => self.emitter.put(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => self.emitter.put(char::from(byte)),
                _ => format!("%{byte:02X}").chars().for_each(|c| self.emitter.put(c)),
            }
        }
        if handle.is_empty() {
            self.emitter.indicator(">", false, false, false);
        }
        (self.emitter.whitespace, self.emitter.indention) = (false, false);
        Ok(())
    }
}

/// The tag that has to be written, and the style that is wanted. Go: `node` in encode.go.
fn presentation(scalar: &Scalar, look: &Look) -> (Option<CompactString>, Style) {
    let mut style = scalar.style;
    let mut force_quotes = false;
    let mut tag = look.tag.clone();
    if tag.is_none() {
        // Go: `<<` is never found in the table of words, so a merge key is written with its tag.
        let is_by_itself = resolve(Schema::V3, &scalar.text) == scalar.tag;
        match scalar.tag {
            Tag::Open | Tag::Other => {}
            Tag::Str => force_quotes = style == Style::Plain && !is_by_itself,
            _ if is_by_itself => {}
            other => tag = Some(name_of(other).into()),
        }
    }
    if style == Style::Plain {
        if scalar.text.contains('\n') {
            style = Style::Literal;
        } else if force_quotes {
            style = Style::DoubleQuoted;
        }
    }
    (tag, style)
}

fn name_of(tag: Tag) -> &'static str {
    match tag {
        Tag::Null => "!!null",
        Tag::Bool => "!!bool",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Timestamp => "!!timestamp",
        Tag::Binary => "!!binary",
        Tag::Merge => "!!merge",
        Tag::Open | Tag::Str | Tag::Other => "!!str",
    }
}

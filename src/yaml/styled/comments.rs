//! Which comments a text has, and by which token each is met.
//!
//! A port of what go-yaml v3's scanner does between tokens, with its variables: its results follow
//! from their values in odd places, not from a rule that could be stated. Source: scannerc.go,
//! yaml_parser_scan_pass_to_next_token, _scan_comments, _scan_line_comment and _unroll_indent.
//!
//! **Not here:** which node a comment goes to (`super::parse`).

use super::Token;
use crate::yaml::Style;
use crate::yaml::scan::TokenKind;

/// A comment; exactly one of the three texts is set.
#[derive(Debug, Default)]
pub(super) struct Comment {
    /// The offset of the token by which it is met.
    pub token: usize,
    pub head: String,
    pub line: String,
    pub foot: String,
    scan: usize,
    start: Mark,
    end: usize,
}

/// Columns of comments count from 1, of everything else from 0. Go: yaml_mark_t.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    index: usize,
    line: isize,
    column: isize,
}

/// How far go-yaml looks ahead for a comment.
const PEEK: usize = 512;

/// The comments of a text in their order. Moves the ends of blocks before comments that belong
/// behind them.
pub(super) fn collect(text: &str, tokens: &mut [Token]) -> Vec<Comment> {
    let mut collector = Collector {
        bytes: text.as_bytes(),
        mark: Mark::default(),
        newlines: 0,
        indent: -1,
        indents: Vec::new(),
        flow_level: 0,
        comments: Vec::new(),
    };
    let mut before = Before::default();
    let mut at = 0;
    while at < tokens.len() {
        let Some(length) = tokens[at..].iter().position(is_fetched) else { break };
        let scan = collector.mark;
        collector.pass_to_next_token(&before);
        let closed = collector.close_blocks(&mut tokens[at..=at + length], scan);
        collector.open_blocks(&tokens[at..at + length], text);
        let token = &tokens[at + length];
        let last_start = closed.unwrap_or(before.start);
        collector.pass(token, last_start);
        before = before.then(token);
        at += length + 1;
    }
    collector.comments
}

/// What was fetched last, and before that. Nothing at the start of the text.
#[derive(Default)]
struct Before {
    kind: Option<TokenKind>,
    start: usize,
    earlier_kind: Option<TokenKind>,
    earlier_start: usize,
}

impl Before {
    fn then(&self, token: &Token) -> Before {
        Before { kind: Some(token.kind), start: token.start, earlier_kind: self.kind, earlier_start: self.start }
    }
}

/// Whether a token stands in the text. The others are put in by the scanner.
fn is_fetched(token: &Token) -> bool {
    match token.kind {
        TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart | TokenKind::BlockEnd => false,
        TokenKind::Key => token.end > token.start,
        _ => true,
    }
}

struct Collector<'t> {
    bytes: &'t [u8],
    mark: Mark,
    /// Line breaks since the last character that is no blank.
    newlines: usize,
    indent: isize,
    indents: Vec<isize>,
    flow_level: usize,
    comments: Vec<Comment>,
}

impl Collector<'_> {
    /// The byte at an offset from here; zero behind the end.
    fn byte(&self, peek: usize) -> u8 {
        self.bytes.get(self.mark.index + peek).copied().unwrap_or(0)
    }

    fn is_blank(&self, peek: usize) -> bool {
        matches!(self.byte(peek), b' ' | b'\t')
    }

    /// How long the line break at an offset is; a carriage return and its newline are one.
    fn break_length(&self, peek: usize) -> usize {
        match (self.byte(peek), self.byte(peek + 1), self.byte(peek + 2)) {
            (b'\r', b'\n', _) | (0xc2, 0x85, _) => 2,
            (b'\r' | b'\n', ..) => 1,
            (0xe2, 0x80, 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    fn is_break_or_end(&self, peek: usize) -> bool {
        self.break_length(peek) > 0 || self.mark.index + peek >= self.bytes.len()
    }

    /// Go: skip, and read where the bytes are wanted.
    fn skip(&mut self) -> &[u8] {
        if !self.is_blank(0) {
            self.newlines = 0;
        }
        let start = self.mark.index;
        let rest = self.bytes.get(start + 1..).unwrap_or_default();
        let width = 1 + rest.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
        self.mark.index += width;
        self.mark.column += 1;
        &self.bytes[start..(start + width).min(self.bytes.len())]
    }

    fn skip_line(&mut self) {
        let length = self.break_length(0);
        if length > 0 {
            self.mark = Mark { index: self.mark.index + length, line: self.mark.line + 1, column: 0 };
            self.newlines += 1;
        }
    }

    fn pass_to_next_token(&mut self, before: &Before) {
        let scan = self.mark;
        loop {
            while self.is_blank(0) {
                self.skip();
            }
            if self.byte(0) == b'#' {
                self.scan_comments(scan, before);
            }
            if self.break_length(0) == 0 {
                return;
            }
            self.skip_line();
        }
    }

    fn scan_comments(&mut self, mut scan: Mark, before: &Before) {
        let is_flow_entry = before.kind == Some(TokenKind::FlowEntry);
        let (kind, mut token) =
            if is_flow_entry { (before.earlier_kind, before.earlier_start) } else { (before.kind, before.start) };
        let mut next_indent = self.indent.max(0);
        let mut recent_empty = false;
        let mut first_empty = self.newlines <= 1;
        let (mut line, mut column) = (self.mark.line, self.mark.column);
        let mut start = Mark::default();
        let mut text = String::new();
        let mut foot_line = -1;
        if scan.line > 0 {
            foot_line = self.mark.line - self.newlines as isize + 1;
            if self.newlines == 0 && self.mark.column > 1 {
                foot_line += 1;
            }
        }
        let mut peek = 0;
        while peek < PEEK {
            column += 1;
            if self.is_blank(peek) {
                peek += 1;
                continue;
            }
            let byte = self.byte(peek);
            let closes_flow = self.flow_level > 0 && matches!(byte, b']' | b'}');
            if closes_flow || self.is_break_or_end(peek) {
                if closes_flow || !recent_empty {
                    let is_near = start.line == foot_line && kind != Some(TokenKind::Value);
                    if closes_flow || first_empty && (is_near || start.column - 1 < next_indent) {
                        if !text.is_empty() {
                            if start.column - 1 < next_indent {
                                token = start.index;
                            }
                            let end = self.mark.index + peek;
                            let foot = std::mem::take(&mut text);
                            self.push(Comment { scan: scan.index, token, start, end, foot, ..Comment::default() });
                            scan = Mark { index: end, line, column };
                            token = end;
                        }
                    } else if !text.is_empty() && byte != 0 {
                        text.push('\n');
                    }
                }
                if self.break_length(peek) == 0 {
                    break;
                }
                first_empty = false;
                recent_empty = true;
                column = 0;
                line += 1;
                peek += 1;
                continue;
            }
            if !text.is_empty() && column - 1 < next_indent && column != start.column {
                let end = self.mark.index + peek;
                let foot = std::mem::take(&mut text);
                self.push(Comment { scan: scan.index, token, start, end, foot, ..Comment::default() });
                scan = Mark { index: end, line, column };
                token = end;
            }
            if byte != b'#' {
                break;
            }
            if text.is_empty() {
                start = Mark { index: self.mark.index + peek, line, column };
            } else {
                text.push('\n');
            }
            recent_empty = false;
            self.read_comment(self.mark.index + peek, &mut text);
            // Go: the loop goes on one byte further, behind the line break.
            peek = 1;
            column = 0;
            line = self.mark.line;
            next_indent = self.indent.max(0);
        }
        if !text.is_empty() {
            let end = (self.mark.index + peek).saturating_sub(1);
            let (scan, token) = (scan.index, start.index);
            self.push(Comment { scan, token, start, end, head: text, ..Comment::default() });
        }
    }

    /// Reads from `seen` to the end of its line.
    fn read_comment(&mut self, seen: usize, text: &mut String) {
        loop {
            if self.is_break_or_end(0) {
                if self.mark.index >= seen {
                    return;
                }
                self.skip_line();
            } else if self.mark.index >= seen {
                let bytes = self.skip();
                text.push_str(std::str::from_utf8(bytes).unwrap_or_default());
            } else {
                self.skip();
            }
        }
    }

    fn scan_line_comment(&mut self, token: usize) {
        if self.newlines > 0 {
            return;
        }
        let Some(peek) = (0..PEEK).find(|peek| !self.is_blank(*peek)) else { return };
        if self.byte(peek) != b'#' {
            return;
        }
        let column = self.mark.column + peek as isize;
        let start = Mark { index: self.mark.index + peek, column, ..self.mark };
        let mut line = String::new();
        self.read_comment(start.index, &mut line);
        self.push(Comment { token, start, line, ..Comment::default() });
    }

    fn push(&mut self, comment: Comment) {
        self.comments.push(comment);
    }

    /// Says where the blocks end that the last of the tokens closes; gives the end of the last one.
    fn close_blocks(&mut self, tokens: &mut [Token], scan: Mark) -> Option<usize> {
        let (next, inserted) = tokens.split_last_mut()?;
        let mut closed = None;
        let ends_all = matches!(next.kind, TokenKind::StreamEnd | TokenKind::DocumentStart | TokenKind::DocumentEnd);
        let mut block = scan.index as isize - 1;
        let mut is_all = false;
        for token in inserted.iter_mut().filter(|token| token.kind == TokenKind::BlockEnd) {
            if ends_all && !is_all && self.indent <= self.mark.column {
                block = self.mark.index as isize - 1;
                is_all = true;
            }
            let mut stop = block;
            for comment in self.comments.iter().rev() {
                if (comment.end as isize) < stop {
                    break;
                }
                if comment.start.column == self.indent + 1 {
                    block = comment.start.index as isize;
                }
                stop = comment.scan as isize;
            }
            token.start = block.max(0) as usize;
            token.end = token.start;
            closed = Some(token.start);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
        closed
    }

    fn open_blocks(&mut self, inserted: &[Token], text: &str) {
        for token in inserted {
            if matches!(token.kind, TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart) {
                let line_start = text[..token.start].rfind('\n').map_or(0, |at| at + 1);
                self.indents.push(self.indent);
                self.indent = text[line_start..token.start].chars().count() as isize;
            }
        }
    }

    /// Goes behind a token, and takes the comment on its line. Behind a colon or a comma that is a comment
    /// of the token before.
    fn pass(&mut self, token: &Token, last_start: usize) {
        let first = self.byte(0);
        let is_joint = if self.flow_level == 0 { first == b':' } else { first == b',' };
        let comment_token = if is_joint { last_start } else { self.mark.index };
        let style = if let TokenKind::Scalar(style) = token.kind { Some(style) } else { None };
        if matches!(style, Some(Style::Literal | Style::Folded)) {
            self.pass_block_header();
        }
        while self.mark.index < token.end {
            if self.break_length(0) > 0 {
                self.skip_line();
            } else {
                self.skip();
            }
        }
        match token.kind {
            TokenKind::FlowSequenceStart | TokenKind::FlowMappingStart => self.flow_level += 1,
            TokenKind::FlowSequenceEnd | TokenKind::FlowMappingEnd => {
                self.flow_level = self.flow_level.saturating_sub(1);
            }
            _ => {}
        }
        if matches!(style, Some(Style::Plain | Style::Literal | Style::Folded)) {
            while self.is_blank(0) || self.break_length(0) > 0 {
                if self.is_blank(0) {
                    self.skip();
                } else {
                    self.skip_line();
                }
            }
        }
        let has_line_comment = !matches!(
            token.kind,
            TokenKind::BlockEntry
                | TokenKind::StreamEnd
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::VersionDirective
                | TokenKind::TagDirective
        );
        if has_line_comment {
            self.scan_line_comment(comment_token);
        }
    }

    /// `|-  # comment`
    fn pass_block_header(&mut self) {
        let token = self.mark.index;
        while matches!(self.byte(0), b'|' | b'>' | b'+' | b'-' | b'0'..=b'9' | b' ' | b'\t') {
            self.skip();
        }
        if self.byte(0) == b'#' {
            self.scan_line_comment(token);
        }
    }
}

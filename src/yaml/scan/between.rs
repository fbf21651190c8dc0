//! What stands between tokens: blanks, line breaks, comments.

use super::Scanner;
use crate::yaml::Schema;

/// Go: how far the comment scanner looks ahead.
const COMMENT_PEEK: usize = 512;

impl Scanner<'_> {
    pub(super) fn skip_to_token(&mut self) {
        loop {
            let takes_tabs = self.flow_level > 0 || !self.may_start_key;
            while self.at(self.pos) == b' ' || (takes_tabs && self.at(self.pos) == b'\t') {
                self.pos += 1;
            }
            if self.at(self.pos) == b'#' {
                self.skip_comments();
            }
            match self.break_len(self.pos) {
                0 => return,
                length => self.pass_break(length),
            }
            if self.flow_level == 0 {
                self.may_start_key = true;
            }
        }
    }

    /// A comment, and in v3 those that follow it. Go: yaml_parser_scan_comments looks for the
    /// next comment past blanks and line breaks, so after a comment line a further one may be
    /// indented with tabs, which is an error otherwise.
    fn skip_comments(&mut self) {
        loop {
            self.pos = self.line_end(self.pos);
            if self.schema == Schema::V2 {
                return;
            }
            let mut next_line = self.line_start;
            if self.at(self.pos) == b'\n' {
                next_line = self.pos + 1;
            }
            let window = self.pos + 1..self.pos + COMMENT_PEEK;
            let next = window.into_iter().find(|at| match self.at(*at) {
                b' ' | b'\t' => false,
                b'\n' | b'\r' => {
                    next_line = at + 1;
                    false
                }
                _ => true,
            });
            match next {
                Some(at) if self.at(at) == b'#' => {
                    self.pos = at;
                    self.line_start = next_line;
                }
                _ => return,
            }
        }
    }

    /// The comment behind a token on its line. Go: yaml_parser_scan_line_comment (v3 only) lets
    /// tabs stand before it where they may not stand before a token.
    #[inline]
    pub(super) fn skip_line_comment(&mut self) {
        let mut at = self.pos;
        while self.is_blank(at) {
            at += 1;
        }
        if self.at(at) == b'#' && self.schema == Schema::V3 && at - self.pos < COMMENT_PEEK {
            self.pos = self.line_end(at);
        }
    }
}

//! Pipelines, commands and operands.

use super::super::ast::{Field, NodeId, NodeKind, Pipe};
use super::super::lex::{Token, TokenKind};
use super::super::literal::{self, Number};
use super::super::value::Str;
use super::{Parse, Parser};

/// Go: maxStackDepth, of expressions in parentheses.
const MAX_PARENS: usize = 10_000;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parse<NodeId> {
        let start = self.peek_non_space().start;
        let mut pipe = Pipe { variables: Vec::new(), is_assignment: false, commands: Vec::new() };
        self.declarations(&mut pipe, context)?;
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                return self.finish_pipeline(start, pipe, context);
            }
            match token.kind {
                TokenKind::Bool
                | TokenKind::CharConstant
                | TokenKind::Complex
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::Nil
                | TokenKind::RawString
                | TokenKind::String
                | TokenKind::Variable
                | TokenKind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return self.unexpected(token, context),
            }
        }
    }

    /// `$x :=`, `$x =`, and in `range` also two variables.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Parse<()> {
        loop {
            let variable = self.peek_non_space();
            if variable.kind != TokenKind::Variable {
                return Ok(());
            }
            self.next();
            // Whether white space follows decides how the token is put back if it is an argument.
            let behind = self.peek();
            let next = self.peek_non_space();
            let is_comma = next.kind == TokenKind::Char && self.slice(next) == b",";
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    pipe.is_assignment = next.kind == TokenKind::Assign;
                    self.next_non_space();
                    self.declare(pipe, variable);
                    return Ok(());
                }
                _ if is_comma => {
                    self.next_non_space();
                    self.declare(pipe, variable);
                    if context != "range" || pipe.variables.len() >= 2 {
                        return self.error(format!("too many declarations in {context}"));
                    }
                    match self.peek_non_space().kind {
                        TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => {}
                        _ => return self.error("range can only initialize variables"),
                    }
                }
                _ if behind.kind == TokenKind::Space => {
                    self.backup3(variable, behind);
                    return Ok(());
                }
                _ => {
                    self.backup2(variable);
                    return Ok(());
                }
            }
        }
    }

    fn declare(&mut self, pipe: &mut Pipe, token: Token) {
        let variable = self.draft.variable(self.slice(token));
        pipe.variables.push(variable);
        self.draft.scope.push(variable);
    }

    /// Go: checkPipeline.
    fn finish_pipeline(&mut self, start: u32, pipe: Pipe, context: &str) -> Parse<NodeId> {
        if pipe.commands.is_empty() {
            return self.error(format!("missing value for {context}"));
        }
        for (at, command) in pipe.commands.iter().enumerate().skip(1) {
            let NodeKind::Command(words) = &self.draft.get(*command).kind else { continue };
            let first = words.first().map(|word| &self.draft.get(*word).kind);
            let is_value = matches!(
                first,
                Some(NodeKind::Bool(_) | NodeKind::Dot | NodeKind::Nil | NodeKind::Number(_) | NodeKind::String(_))
            );
            if is_value {
                return self.error(format!("non executable command in pipeline stage {}", at + 1));
            }
        }
        let end = pipe.commands.last().map_or(start, |last| self.draft.get(*last).end);
        Ok(self.draft.node(start, start, end, NodeKind::Pipe(Box::new(pipe))))
    }

    /// Words up to a pipe symbol, which is consumed, or the end of the pipeline, which is not.
    fn command(&mut self) -> Parse<NodeId> {
        let start = self.peek_non_space().start;
        let mut words = Vec::new();
        loop {
            self.peek_non_space();
            if let Some(word) = self.operand()? {
                words.push(word);
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelim | TokenKind::RightParen => self.backup(),
                TokenKind::Pipe => {}
                _ => return self.unexpected(token, "operand"),
            }
            break;
        }
        let Some(last) = words.last() else { return self.error("empty command") };
        let end = self.draft.get(*last).end;
        Ok(self.draft.node(start, start, end, NodeKind::Command(words.into())))
    }

    /// A term with fields.
    fn operand(&mut self) -> Parse<Option<NodeId>> {
        let Some(id) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != TokenKind::Field {
            return Ok(Some(id));
        }
        let mut more = Vec::new();
        let mut last = first;
        while self.peek().kind == TokenKind::Field {
            last = self.next();
            more.push(field_of(last));
        }
        let node = self.draft.get_mut(id);
        match &mut node.kind {
            NodeKind::Field(fields) | NodeKind::Variable(_, fields) => {
                *fields = fields.iter().copied().chain(more).collect();
                // Go: the node is made anew where the chain is, behind the first field.
                (node.pos, node.end) = (first.start, last.end);
                Ok(Some(id))
            }
            NodeKind::Bool(_) | NodeKind::String(_) | NodeKind::Number(_) | NodeKind::Nil | NodeKind::Dot => {
                let term = &self.text[node.start as usize..node.end as usize];
                let message = format!("unexpected . after term {}", super::super::fmt::quote(term));
                self.error(message)
            }
            _ => {
                let start = node.start;
                let kind = NodeKind::Chain(id, more.into());
                Ok(Some(self.draft.node(first.start, start, last.end, kind)))
            }
        }
    }

    fn term(&mut self) -> Parse<Option<NodeId>> {
        let token = self.next_non_space();
        let text = self.slice(token);
        let kind = match token.kind {
            TokenKind::Identifier => match self.funcs.find(text) {
                Some(callee) => NodeKind::Function(callee),
                None => return self.error(format!("function {} not defined", super::super::fmt::quote(text))),
            },
            TokenKind::Dot => NodeKind::Dot,
            TokenKind::Nil => NodeKind::Nil,
            TokenKind::Variable => {
                let variable = self.draft.variable(text);
                if !self.draft.scope.contains(&variable) {
                    return self.error(format!("undefined variable {}", super::super::fmt::quote(text)));
                }
                NodeKind::Variable(variable, Box::default())
            }
            TokenKind::Field => NodeKind::Field(Box::new([field_of(token)])),
            TokenKind::Bool => NodeKind::Bool(text == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => self.number(token)?,
            TokenKind::LeftParen => return self.parenthesized(token).map(Some),
            TokenKind::String | TokenKind::RawString => match literal::unquote(text) {
                Some(text) => NodeKind::String(Str::new(text)),
                None => return self.error("invalid syntax"),
            },
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(self.draft.node_of(token, kind)))
    }

    fn number(&self, token: Token) -> Parse<NodeKind> {
        let text = String::from_utf8_lossy(self.slice(token));
        let number = match token.kind {
            TokenKind::CharConstant => Number::from_char(&text),
            TokenKind::Complex => Number::from_complex(&text),
            _ => Number::from_text(&text),
        };
        number.map(|number| NodeKind::Number(Box::new(number))).or_else(|message| self.error(message))
    }

    fn parenthesized(&mut self, open: Token) -> Parse<NodeId> {
        if self.draft.paren_depth >= MAX_PARENS {
            return self.error("max expression depth exceeded");
        }
        self.draft.paren_depth += 1;
        let pipe = self.pipeline("parenthesized pipeline", TokenKind::RightParen)?;
        self.draft.paren_depth -= 1;
        let end = self.tokens[0].end;
        let node = self.draft.get_mut(pipe);
        (node.start, node.end) = (open.start, end);
        Ok(pipe)
    }
}

/// Without its dot.
fn field_of(token: Token) -> Field {
    Field { start: token.start + 1, end: token.end }
}

//! Pipelines, commands and operands.

use std::borrow::Cow;

use super::super::ast::{Literal, Node, NodeId, NodeKind, Part, Pipe};
use super::super::lex::{Token, TokenKind};
use super::super::literal::{self, Number};
use super::{Parse, Parser};

/// Go: maxStackDepth, of expressions in parentheses.
const MAX_PARENS: usize = 10_000;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parse<NodeId> {
        let start = self.peek().start;
        let mut pipe = Pipe::default();
        self.declarations(&mut pipe, context)?;
        let open = self.open.len();
        loop {
            let token = self.next();
            if token.kind == end {
                return self.finish_pipeline(start, pipe, open, context);
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
                    self.open.push(command);
                }
                _ => return self.unexpected(token, context),
            }
        }
    }

    /// `$x :=`, `$x =`, and in `range` also two variables.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Parse<()> {
        loop {
            let variable = self.peek();
            if variable.kind != TokenKind::Variable {
                return Ok(());
            }
            self.next();
            let next = self.peek();
            let is_comma = next.kind == TokenKind::Char && self.slice(next) == b",";
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    pipe.is_assignment = next.kind == TokenKind::Assign;
                    self.next();
                    self.declare(pipe, variable);
                    return Ok(());
                }
                _ if is_comma => {
                    self.next();
                    self.declare(pipe, variable);
                    if context != "range" || pipe.variables.len() >= 2 {
                        return self.error(format!("too many declarations in {context}"));
                    }
                    match self.peek().kind {
                        TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => {}
                        _ => return self.error("range can only initialize variables"),
                    }
                }
                _ => {
                    self.backup2(variable);
                    return Ok(());
                }
            }
        }
    }

    fn declare(&mut self, pipe: &mut Pipe, token: Token) {
        let variable = self.variable(token);
        if pipe.variables.is_empty() {
            let start = self.forest.ids.len() as u32;
            pipe.variables = Part { start, end: start };
        }
        // Nothing but variables is read between them, so they stand side by side.
        self.forest.ids.push(variable);
        pipe.variables.end += 1;
        self.draft.scope.push(variable);
    }

    /// Go: checkPipeline. The commands are open from a number on.
    fn finish_pipeline(&mut self, start: u32, mut pipe: Pipe, open: usize, context: &str) -> Parse<NodeId> {
        let commands = &self.open[open..];
        if commands.is_empty() {
            return self.error(format!("missing value for {context}"));
        }
        for (at, command) in commands.iter().enumerate().skip(1) {
            let NodeKind::Command(words) = self.forest.node(*command).kind else { continue };
            let first = self.forest.ids(words).first().map(|word| self.forest.node(*word).kind);
            let is_value = matches!(
                first,
                Some(NodeKind::Bool(_) | NodeKind::Dot | NodeKind::Nil | NodeKind::Number(_) | NodeKind::String(_))
            );
            if is_value {
                return self.error(format!("non executable command in pipeline stage {}", at + 1));
            }
        }
        let end = self.end_of(commands, start);
        pipe.commands = self.close(open);
        Ok(self.node(start, start, end, NodeKind::Pipe(pipe)))
    }

    /// Words up to a pipe symbol, which is consumed, or the end of the pipeline, which is not.
    fn command(&mut self) -> Parse<NodeId> {
        let start = self.peek().start;
        let open = self.open.len();
        loop {
            let word = self.operand()?;
            self.open.extend(word);
            let token = self.next();
            match token.kind {
                TokenKind::RightDelim | TokenKind::RightParen => self.backup(),
                TokenKind::Pipe => {}
                _ if word.is_some() && token.is_apart => {
                    self.backup();
                    continue;
                }
                _ => return self.unexpected(token, "operand"),
            }
            break;
        }
        if self.open.len() == open {
            return self.error("empty command");
        }
        let end = self.end_of(&self.open[open..], start);
        let words = self.close(open);
        Ok(self.node(start, start, end, NodeKind::Command(words)))
    }

    /// A term with fields.
    fn operand(&mut self) -> Parse<Option<NodeId>> {
        let Some(id) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if !is_glued_field(first) {
            return Ok(Some(id));
        }
        let node = *self.forest.node(id);
        let fields = match node.kind {
            // The node is the last, and its fields are.
            NodeKind::Field(fields) | NodeKind::Variable(_, fields) if !fields.is_empty() => fields.start,
            _ => self.forest.fields.len() as u32,
        };
        let mut last = first;
        while is_glued_field(self.peek()) {
            last = self.next();
            self.forest.fields.push(field_of(last));
        }
        let fields = Part { start: fields, end: self.forest.fields.len() as u32 };
        let kind = match node.kind {
            NodeKind::Field(_) => NodeKind::Field(fields),
            NodeKind::Variable(name, _) => NodeKind::Variable(name, fields),
            NodeKind::Bool(_) | NodeKind::String(_) | NodeKind::Number(_) | NodeKind::Nil | NodeKind::Dot => {
                let term = &self.text[node.start as usize..node.end as usize];
                let message = format!("unexpected . after term {}", super::super::fmt::quote(term));
                return self.error(message);
            }
            _ => return Ok(Some(self.node(first.start, node.start, last.end, NodeKind::Chain(id, fields)))),
        };
        // Go: the node is made anew where the chain is, behind the first field.
        self.forest.nodes[id as usize] = Node { pos: first.start, start: node.start, end: last.end, kind };
        Ok(Some(id))
    }

    fn term(&mut self) -> Parse<Option<NodeId>> {
        let token = self.next();
        let text = self.slice(token);
        let kind = match token.kind {
            TokenKind::Identifier => match self.funcs.get(text) {
                Some(callee) => NodeKind::Function(callee),
                None => return self.error(format!("function {} not defined", super::super::fmt::quote(text))),
            },
            TokenKind::Dot => NodeKind::Dot,
            TokenKind::Nil => NodeKind::Nil,
            TokenKind::Variable => {
                let variable = self.variable(token);
                if !self.draft.scope.contains(&variable) {
                    return self.error(format!("undefined variable {}", super::super::fmt::quote(text)));
                }
                NodeKind::Variable(variable, Part::default())
            }
            TokenKind::Field => {
                let start = self.forest.fields.len() as u32;
                self.forest.fields.push(field_of(token));
                NodeKind::Field(Part { start, end: start + 1 })
            }
            TokenKind::Bool => NodeKind::Bool(text == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => self.number(token)?,
            TokenKind::LeftParen => return self.parenthesized(token).map(Some),
            TokenKind::String | TokenKind::RawString => self.string(token)?,
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(self.node_of(token, kind)))
    }

    fn string(&mut self, token: Token) -> Parse<NodeKind> {
        let literal = match literal::unquote(self.slice(token)) {
            Some(Cow::Borrowed(_)) => Literal::Plain(Part { start: token.start + 1, end: token.end - 1 }),
            Some(Cow::Owned(text)) => Literal::Unquoted(text.into()),
            None => return self.error("invalid syntax"),
        };
        self.forest.strings.push(literal);
        Ok(NodeKind::String((self.forest.strings.len() - 1) as u32))
    }

    fn number(&mut self, token: Token) -> Parse<NodeKind> {
        let text = String::from_utf8_lossy(self.slice(token));
        let number = match token.kind {
            TokenKind::CharConstant => Number::from_char(&text),
            TokenKind::Complex => Number::from_complex(&text),
            _ => Number::from_text(&text),
        };
        self.forest.numbers.push(number.or_else(|message| self.error(message))?);
        Ok(NodeKind::Number((self.forest.numbers.len() - 1) as u32))
    }

    fn parenthesized(&mut self, open: Token) -> Parse<NodeId> {
        if self.draft.paren_depth >= MAX_PARENS {
            return self.error("max expression depth exceeded");
        }
        self.draft.paren_depth += 1;
        let pipe = self.pipeline("parenthesized pipeline", TokenKind::RightParen)?;
        self.draft.paren_depth -= 1;
        let end = self.tokens[0].end;
        let node = &mut self.forest.nodes[pipe as usize];
        (node.start, node.end) = (open.start, end);
        Ok(pipe)
    }
}

/// A field of what stands before it: behind white space it is an argument.
fn is_glued_field(token: Token) -> bool {
    token.kind == TokenKind::Field && !token.is_apart
}

/// Without its dot.
fn field_of(token: Token) -> Part {
    Part { start: token.start + 1, end: token.end }
}

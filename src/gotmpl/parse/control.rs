//! Actions: what stands between two delimiters, and the lists that belong to it.

use std::num::NonZeroU32;

use super::super::ast::{Branch, Name, NodeId, NodeKind};
use super::super::lex::{Keyword, Token, TokenKind};
use super::draft::Draft;
use super::{Element, Ending, MAX_NESTING, Parse, Parser};

/// What a list can belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    If,
    Range,
    With,
}

impl Parser<'_> {
    /// Behind the left delimiter.
    pub(super) fn action(&mut self, delim: Token) -> Parse<Element> {
        let token = self.next();
        let TokenKind::Keyword(keyword) = token.kind else {
            self.backup();
            let token = self.peek();
            let pipe = self.pipeline("command", TokenKind::RightDelim)?;
            return self.action_node(delim, token.start, NodeKind::Action(pipe));
        };
        match keyword {
            Keyword::Block => self.block(delim),
            Keyword::Break => self.jump(delim, token, "{{break}}", NodeKind::Break),
            Keyword::Continue => self.jump(delim, token, "{{continue}}", NodeKind::Continue),
            Keyword::Else => {
                // With `else if` and `else with`, that keyword is left for whoever reads the branch.
                let next = self.peek().kind;
                if !matches!(next, TokenKind::Keyword(Keyword::If | Keyword::With)) {
                    self.expect(TokenKind::RightDelim, "else")?;
                }
                Ok(Element::Ending(Ending::Else))
            }
            Keyword::End => {
                self.expect(TokenKind::RightDelim, "end")?;
                Ok(Element::Ending(Ending::End))
            }
            Keyword::If => self.control(Control::If, delim).map(Element::Node),
            Keyword::Range => self.control(Control::Range, delim).map(Element::Node),
            Keyword::With => self.control(Control::With, delim).map(Element::Node),
            Keyword::Template => self.template(delim),
            Keyword::Define => {
                // Definitions stand at the top only; elsewhere the word is no command.
                self.backup();
                let token = self.peek();
                self.unexpected(token, "command")
            }
        }
    }

    /// A node for an action that ends with the token that was read last.
    fn action_node(&mut self, delim: Token, pos: u32, kind: NodeKind) -> Parse<Element> {
        let end = self.tokens[self.peeked.min(1)].end.max(delim.end);
        Ok(Element::Node(self.node(pos, delim.start, end, kind)))
    }

    fn jump(&mut self, delim: Token, word: Token, text: &str, kind: NodeKind) -> Parse<Element> {
        let token = self.next();
        if token.kind != TokenKind::RightDelim {
            return self.unexpected(token, text);
        }
        if self.draft.range_depth == 0 {
            return self.error(format!("{text} outside {{{{range}}}}"));
        }
        self.action_node(delim, word.start, kind)
    }

    /// Behind the keyword.
    fn control(&mut self, control: Control, delim: Token) -> Parse<NodeId> {
        if self.nesting == MAX_NESTING {
            return self.error("control structures are nested too deeply");
        }
        self.nesting += 1;
        let known = self.draft.scope.len();
        let pipe = self.pipeline(control.name(), TokenKind::RightDelim)?;
        let head_end = self.tokens[0].end;
        let in_range = usize::from(control == Control::Range);
        self.draft.range_depth += in_range;
        let (list, ending) = self.item_list()?;
        self.draft.range_depth -= in_range;
        let otherwise = if ending == Ending::Else { Some(self.otherwise(control)?) } else { None };
        self.draft.scope.truncate(known);
        self.nesting -= 1;
        let branch = Branch { pipe, list, otherwise: otherwise.and_then(NonZeroU32::new) };
        let kind = match control {
            Control::If => NodeKind::If(branch),
            Control::Range => NodeKind::Range(branch),
            Control::With => NodeKind::With(branch),
        };
        let pos = self.forest.node(pipe).pos;
        Ok(self.node(pos, delim.start, head_end, kind))
    }

    /// Behind `else`. `{{else if}}` is an `if` in the list, whose `end` is that of the whole.
    fn otherwise(&mut self, control: Control) -> Parse<NodeId> {
        let token = self.peek();
        let chained = match control {
            Control::If => token.kind == TokenKind::Keyword(Keyword::If),
            Control::With => token.kind == TokenKind::Keyword(Keyword::With),
            Control::Range => false,
        };
        if chained {
            self.next();
            let open = self.open.len();
            let node = self.control(control, token)?;
            self.open.push(node);
            return Ok(self.list(token.start, open));
        }
        let (list, ending) = self.item_list()?;
        if ending != Ending::End {
            return self.error(format!("expected end; found {}", ending.name()));
        }
        Ok(list)
    }

    fn block(&mut self, delim: Token) -> Parse<Element> {
        const CONTEXT: &str = "block clause";
        if self.nesting == MAX_NESTING {
            return self.error("control structures are nested too deeply");
        }
        self.nesting += 1;
        let token = self.next();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, TokenKind::RightDelim)?;
        let end = self.tokens[0].end;
        let outer = std::mem::replace(&mut self.draft, Draft::new(name.clone()));
        self.rest_of_definition(outer, CONTEXT)?;
        self.nesting -= 1;
        let kind = self.call(name, Some(pipe));
        Ok(Element::Node(self.node(token.start, delim.start, end, kind)))
    }

    fn template(&mut self, delim: Token) -> Parse<Element> {
        const CONTEXT: &str = "template clause";
        let token = self.next();
        let name = self.template_name(token, CONTEXT)?;
        let mut pipe = None;
        if self.next().kind != TokenKind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?);
        }
        let kind = self.call(name, pipe);
        self.action_node(delim, token.start, kind)
    }

    /// The call of a template.
    fn call(&mut self, name: Name, pipe: Option<NodeId>) -> NodeKind {
        self.forest.names.push(name);
        NodeKind::Template((self.forest.names.len() - 1) as u32, pipe.and_then(NonZeroU32::new))
    }
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Control::If => "if",
            Control::Range => "range",
            Control::With => "with",
        }
    }
}

//! Makes trees of a template's text.
//!
//! **Invariant:** functions are looked up here, so what is in a tree can be called; `$` is the first variable of
//! every tree; nesting is bounded.
//! **Not here:** which trees replace which of other files ([`super::set`]).

mod control;
mod draft;
mod pipeline;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use hashbrown::HashMap;

use self::draft::Draft;
use super::ast::{Forest, Name, NodeId, NodeKind, VarId};
use super::error::ParseError;
use super::lex::{Keyword, Lexer, Token, TokenKind};
use super::literal;
use super::set::FuncMap;
use crate::base::{SourceId, Span, bytes};

/// How deep control structures may stand in each other. Go has no such bound but its memory.
const MAX_NESTING: usize = 10_000;

type Parse<T> = Result<T, Box<ParseError>>;

/// The templates of one text.
pub(super) struct Parsed {
    pub forest: Forest,
    /// What was defined, and the text itself as the last unless a definition took its name.
    pub roots: Vec<Root>,
    /// Where in it the one that has the name of the text is.
    pub main: usize,
    /// A definition has the name of the text.
    pub is_redefined: bool,
}

/// A template of a forest.
pub(super) struct Root {
    pub name: Name,
    /// A list.
    pub root: NodeId,
    /// There is nothing in it but white space.
    pub is_empty: bool,
}

/// Go: parse.Parse.
pub(super) fn parse(name: &[u8], text: Arc<[u8]>, source: SourceId, funcs: &FuncMap) -> Parse<Parsed> {
    let file = String::from_utf8_lossy(name);
    if u32::try_from(text.len()).is_err() {
        let message = "the text is larger than 4 GiB".to_owned();
        return Err(Box::new(ParseError { name: file.into_owned(), line: 1, message, span: Span::NOWHERE }));
    }
    let lexer = Lexer::new(&text, funcs.get(b"break").is_none(), funcs.get(b"continue").is_none());
    let start = Token { kind: TokenKind::Eof, is_apart: false, start: 0, end: 0 };
    let mut parser = Parser {
        text: &text,
        file: &file,
        funcs,
        lexer,
        tokens: [start; 2],
        peeked: 0,
        forest: draft::forest(source, text.clone()),
        open: Vec::new(),
        variables: HashMap::new(),
        draft: Draft::new(name.into()),
        nesting: 0,
        roots: Vec::new(),
        by_name: HashMap::new(),
    };
    let root = parser.whole_text()?;
    let is_redefined = parser.by_name.contains_key(name);
    parser.add(root, None)?;
    let main = parser.by_name.get(name).copied().unwrap_or_default();
    Ok(Parsed { forest: parser.forest, roots: parser.roots, main, is_redefined })
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    End,
    Else,
}

/// An element of a list, or what ends it.
enum Element {
    Node(NodeId),
    Ending(Ending),
}

struct Parser<'t> {
    text: &'t [u8],
    /// The name of the text, for errors.
    file: &'t str,
    funcs: &'t FuncMap,
    lexer: Lexer<'t>,
    /// Go's look-ahead: the last token read, and those that were put back.
    tokens: [Token; 2],
    peeked: usize,
    forest: Forest,
    /// Elements of lists, pipelines and commands whose end has not come yet.
    open: Vec<NodeId>,
    /// The numbers of the names of variables.
    variables: HashMap<&'t [u8], VarId>,
    /// The template that is being read.
    draft: Draft,
    nesting: usize,
    roots: Vec<Root>,
    by_name: HashMap<Name, usize>,
}

impl<'t> Parser<'t> {
    #[inline]
    fn next(&mut self) -> Token {
        match self.peeked {
            0 => {
                self.tokens[0] = self.lexer.next();
                self.tokens[0]
            }
            peeked => {
                self.peeked = peeked - 1;
                self.tokens[peeked - 1]
            }
        }
    }

    #[inline]
    fn backup(&mut self) {
        self.peeked += 1;
    }

    /// Puts a token back before the last one.
    fn backup2(&mut self, token: Token) {
        self.tokens[1] = token;
        self.peeked = 2;
    }

    #[inline]
    fn peek(&mut self) -> Token {
        let token = self.next();
        self.backup();
        token
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Parse<Token> {
        let token = self.next();
        if token.kind == kind { Ok(token) } else { self.unexpected(token, context) }
    }

    fn slice(&self, token: Token) -> &'t [u8] {
        &self.text[token.start as usize..token.end as usize]
    }

    fn line_of(&self, at: u32) -> usize {
        bytes::count(b'\n', &self.text[..at as usize]) + 1
    }

    /// Go: Tree.errorf. The line is that of the token that was read last.
    fn error<T>(&self, message: impl Into<String>) -> Parse<T> {
        let token = self.tokens[0];
        let mut span = Span::new(self.forest.source, token.start as usize, token.end as usize);
        if self.forest.source == SourceId::NONE {
            span = Span::NOWHERE;
        }
        let (name, line) = (self.file.to_owned(), self.line_of(token.start));
        Err(Box::new(ParseError { name, line, message: message.into(), span }))
    }

    fn unexpected<T>(&self, token: Token, context: &str) -> Parse<T> {
        if token.kind != TokenKind::Error {
            return self.error(format!("unexpected {} in {context}", self.describe(token)));
        }
        let mistake = self.lexer.mistake();
        let started = self.draft.action_at.map(|at| self.line_of(at)).filter(|line| *line != self.line_of(token.start));
        let Some(line) = started else { return self.error(mistake) };
        // Not "action in action".
        let joint = if mistake.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{mistake}{joint} started at {}:{line}", self.file))
    }

    /// Go: item.String.
    fn describe(&self, token: Token) -> String {
        let text = self.slice(token);
        match token.kind {
            TokenKind::Eof => "EOF".to_owned(),
            TokenKind::Error => self.lexer.mistake().to_owned(),
            TokenKind::Keyword(_) | TokenKind::Dot | TokenKind::Nil => format!("<{}>", String::from_utf8_lossy(text)),
            _ if text.len() > 10 => format!("{}...", super::fmt::quote(first_runes(text, 10))),
            _ => super::fmt::quote(text),
        }
    }

    /// The list of all that is in no definition. Go: Tree.parse. Definitions are possible here only.
    fn whole_text(&mut self) -> Parse<NodeId> {
        let start = self.peek().start;
        let open = self.open.len();
        loop {
            let token = self.peek();
            if token.kind == TokenKind::Eof {
                break;
            }
            if token.kind == TokenKind::LeftDelim {
                self.next();
                if self.next().kind == TokenKind::Keyword(Keyword::Define) {
                    self.definition()?;
                    continue;
                }
                self.backup2(token);
            }
            match self.text_or_action()? {
                Element::Node(node) => self.open.push(node),
                Element::Ending(ending) => return self.error(format!("unexpected {}", ending.name())),
            }
        }
        Ok(self.list(start, open))
    }

    /// `{{define "name"}} ... {{end}}` behind its keyword.
    fn definition(&mut self) -> Parse<()> {
        const CONTEXT: &str = "define clause";
        let outer = std::mem::replace(&mut self.draft, Draft::new(Name::from([])));
        let token = self.next();
        self.draft.name = self.template_name(token, CONTEXT)?;
        self.expect(TokenKind::RightDelim, CONTEXT)?;
        self.rest_of_definition(outer, CONTEXT)
    }

    /// The body of the template that is being read, after which `outer` goes on.
    fn rest_of_definition(&mut self, outer: Draft, context: &str) -> Parse<()> {
        let (root, ending) = self.item_list()?;
        if ending != Ending::End {
            return self.error(format!("unexpected {} in {context}", ending.name()));
        }
        self.add(root, Some(outer))
    }

    /// Go: Tree.add. Within one text an empty definition gives way, two others are a mistake.
    fn add(&mut self, root: NodeId, next: Option<Draft>) -> Parse<()> {
        let done = std::mem::replace(&mut self.draft, next.unwrap_or_else(|| Draft::new(Name::from([]))));
        let tree = Root { name: done.name, root, is_empty: self.is_empty(root) };
        match self.by_name.get(&tree.name) {
            None => {
                self.by_name.insert(tree.name.clone(), self.roots.len());
                self.roots.push(tree);
            }
            Some(&at) if self.roots[at].is_empty => self.roots[at] = tree,
            Some(_) if tree.is_empty => {}
            Some(_) => {
                let name = super::fmt::quote(&tree.name);
                return self.error(format!("template: multiple definition of template {name}"));
            }
        }
        Ok(())
    }

    /// Elements up to an `end` or `else` that belongs to none of them.
    fn item_list(&mut self) -> Parse<(NodeId, Ending)> {
        let start = self.peek().start;
        let open = self.open.len();
        while self.peek().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Element::Node(node) => self.open.push(node),
                Element::Ending(ending) => return Ok((self.list(start, open), ending)),
            }
        }
        self.error("unexpected EOF")
    }

    fn text_or_action(&mut self) -> Parse<Element> {
        let token = self.next();
        match token.kind {
            TokenKind::Text => Ok(Element::Node(self.node_of(token, NodeKind::Text))),
            TokenKind::LeftDelim => {
                self.draft.action_at = Some(token.start);
                let element = self.action(token)?;
                self.draft.action_at = None;
                Ok(element)
            }
            _ => self.unexpected(token, "input"),
        }
    }

    fn template_name(&mut self, token: Token, context: &str) -> Parse<Name> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => match literal::unquote(self.slice(token)) {
                Some(Cow::Borrowed(name)) => Ok(name.into()),
                Some(Cow::Owned(name)) => Ok(name.into()),
                None => self.error("invalid syntax"),
            },
            _ => self.unexpected(token, context),
        }
    }
}

impl Ending {
    fn name(self) -> &'static str {
        match self {
            Ending::End => "{{end}}",
            Ending::Else => "{{else}}",
        }
    }
}

fn first_runes(text: &[u8], count: usize) -> &[u8] {
    let mut end = 0;
    for _ in 0..count {
        end += super::unicode::decode_rune(&text[end..]).map_or(0, |(_, width)| width);
    }
    &text[..end]
}

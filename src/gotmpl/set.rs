//! Functions by name, and templates that know each other.
//!
//! **Invariant:** a template that is empty does not replace another of its name.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;

use super::ast::{Callee, Name, Tree, Trees};
use super::builtins;
use super::error::{ExecError, ParseError};
use super::exec::{self, ExecOptions, Output};
use super::func::Func;
use super::parse::{self, Parsed};
use super::value::{Type, Value};
use super::world::World;
use crate::base::SourceId;

/// The name of a set as a whole, which Helm gives it. Errors tell it, and texts that are parsed while a template
/// is executed have it.
pub(super) const SET_NAME: &str = "gotpl";

/// How much of parsed texts is kept for when they are met again.
const CACHED_BYTES: usize = 64 << 20;

/// The methods of types that are no objects.
pub type Methods = fn(Type, &[u8]) -> Option<&'static Func>;

/// Names to functions; built once, shared.
#[derive(Clone)]
pub struct FuncMap {
    callees: Arc<HashMap<&'static [u8], Callee>>,
    methods: Methods,
}

/// Templates that know each other.
pub struct Templates {
    funcs: FuncMap,
    trees: HashMap<Name, Rc<Tree>>,
    cache: RefCell<Cache>,
}

/// The text of a template, which may be parsed on any thread before its name matters.
pub struct TemplateText {
    text: Arc<[u8]>,
    source: SourceId,
    /// Nothing where it has to be parsed with its name: names are told in errors, and definitions may have the same.
    parsed: OnceLock<Option<Arc<Parsed>>>,
}

/// Texts that were parsed while a template was executed.
#[derive(Default)]
struct Cache {
    parsed: HashMap<Rc<[u8]>, Rc<Trees>>,
    bytes: usize,
}

/// The templates that a template sees: those of the set, and those that a text defined which is executed.
pub(super) struct Scope<'e> {
    pub base: &'e Templates,
    over: HashMap<Name, Rc<Tree>>,
}

impl FuncMap {
    /// Of tables, of which later ones win over earlier ones. Go's own functions are there as well.
    pub fn new(tables: impl IntoIterator<Item = &'static [Func]>) -> FuncMap {
        let tables: Vec<_> = [builtins::FUNCS].into_iter().chain(tables).collect();
        let mut callees: HashMap<&[u8], _> = HashMap::with_capacity(tables.iter().map(|table| table.len() + 1).sum());
        callees.extend([(&b"and"[..], Callee::And), (b"or", Callee::Or), (b"call", Callee::Call)]);
        callees.extend(tables.into_iter().flatten().map(|func| (func.name.as_bytes(), Callee::Func(func))));
        FuncMap { callees: Arc::new(callees), methods: |_, _| None }
    }

    /// With methods of values that are no objects: of the map types that have a name.
    pub fn with_methods(self, methods: Methods) -> FuncMap {
        FuncMap { methods, ..self }
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<Callee> {
        self.callees.get(name).copied()
    }

    pub(super) fn method(&self, ty: Type, name: &[u8]) -> Option<&'static Func> {
        (self.methods)(ty, name)
    }
}

impl std::fmt::Debug for TemplateText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TemplateText").field("source", &self.source).finish_non_exhaustive()
    }
}

impl TemplateText {
    pub fn new(text: impl Into<Arc<[u8]>>, source: SourceId) -> TemplateText {
        TemplateText { text: text.into(), source, parsed: OnceLock::new() }
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Parses it, unless somebody has done so.
    pub fn parse(&self, funcs: &FuncMap) {
        self.parsed.get_or_init(|| self.parse_unnamed(funcs));
    }

    fn parse_unnamed(&self, funcs: &FuncMap) -> Option<Arc<Parsed>> {
        let parsed = parse::parse(b"", self.text.clone(), self.source, funcs).ok()?;
        (!parsed.is_redefined).then(|| Arc::new(parsed))
    }
}

impl Templates {
    pub fn new(funcs: FuncMap) -> Templates {
        Templates { funcs, trees: HashMap::new(), cache: RefCell::default() }
    }

    /// Parses a file's text: what it defines, and itself under `name`. Places of errors point into `source`.
    pub fn parse(&mut self, name: &str, text: impl Into<Arc<[u8]>>, source: SourceId) -> Result<(), ParseError> {
        self.add(name, &TemplateText::new(text, source))
    }

    /// As [`Templates::parse`], of a text that may have been parsed already.
    pub fn add(&mut self, name: &str, text: &TemplateText) -> Result<(), ParseError> {
        let trees = match text.parsed.get_or_init(|| text.parse_unnamed(&self.funcs)) {
            Some(parsed) if parsed.roots.iter().all(|root| *root.name != *name.as_bytes()) => Trees::new(name, parsed),
            _ => {
                let parsed = parse::parse(name.as_bytes(), text.text.clone(), text.source, &self.funcs);
                Trees::new(name, &Arc::new(parsed.map_err(|error| *error)?))
            }
        };
        trees.all.into_iter().for_each(|tree| associate(&mut self.trees, None, tree));
        Ok(())
    }

    /// Whether there is a template of a name.
    pub fn contains(&self, name: &str) -> bool {
        self.trees.contains_key(name.as_bytes())
    }

    /// Executes a template. To be called on a deep stack.
    pub fn execute(
        &self,
        name: &str,
        data: &Value,
        world: &mut World,
        options: &ExecOptions,
    ) -> Result<Output, Box<ExecError>> {
        let scope = Scope { base: self, over: HashMap::new() };
        exec::execute(&scope, name.as_bytes(), data, world, options)
    }

    pub(super) fn funcs(&self) -> &FuncMap {
        &self.funcs
    }

    /// Parses a text that a template has made. Texts are met again and again in loops.
    pub(super) fn parse_cached(&self, text: &Rc<[u8]>) -> Result<Rc<Trees>, Box<ParseError>> {
        if let Some(parsed) = self.cache.borrow().parsed.get(text) {
            return Ok(parsed.clone());
        }
        let parsed = parse::parse(SET_NAME.as_bytes(), (&**text).into(), SourceId::NONE, &self.funcs)?;
        let parsed = Rc::new(Trees::new(SET_NAME, &Arc::new(parsed)));
        let mut cache = self.cache.borrow_mut();
        if cache.bytes > CACHED_BYTES {
            *cache = Cache::default();
        }
        cache.bytes += text.len();
        cache.parsed.insert(text.clone(), parsed.clone());
        Ok(parsed)
    }
}

impl Scope<'_> {
    pub fn find(&self, name: &[u8]) -> Option<&Rc<Tree>> {
        let over = if self.over.is_empty() { None } else { self.over.get(name) };
        over.or_else(|| self.base.trees.get(name))
    }

    /// The scope of a text that is executed within this one: its definitions are seen in there only.
    pub fn with(&self, parsed: &Trees) -> Self {
        let mut over = self.over.clone();
        parsed.all.iter().for_each(|tree| associate(&mut over, Some(&self.base.trees), tree.clone()));
        Scope { base: self.base, over }
    }
}

/// Go: Template.associate.
fn associate(trees: &mut HashMap<Name, Rc<Tree>>, below: Option<&HashMap<Name, Rc<Tree>>>, tree: Rc<Tree>) {
    let is_known = trees.contains_key(&tree.name) || below.is_some_and(|below| below.contains_key(&tree.name));
    if !(tree.is_empty && is_known) {
        trees.insert(tree.name.clone(), tree);
    }
}

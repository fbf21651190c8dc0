//! Functions by name, and templates that know each other.
//!
//! **Invariant:** a template that is empty does not replace another of its name.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use hashbrown::HashMap;

use super::ast::{Callee, Name, Tree, Trees};
use super::builtins;
use super::error::{ExecError, ParseError};
use super::exec::{self, ExecOptions, Output};
use super::func::Func;
use super::parse;
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
    callees: Rc<HashMap<&'static str, Callee>>,
    methods: Methods,
}

/// Templates that know each other.
pub struct Templates {
    funcs: FuncMap,
    trees: HashMap<Name, Rc<Tree>>,
    cache: RefCell<Cache>,
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
        let mut callees = HashMap::new();
        callees.extend([("and", Callee::And), ("or", Callee::Or), ("call", Callee::Call)]);
        let tables = [builtins::FUNCS].into_iter().chain(tables);
        callees.extend(tables.flatten().map(|func| (func.name, Callee::Func(func))));
        FuncMap { callees: Rc::new(callees), methods: |_, _| None }
    }

    /// With methods of values that are no objects: of the map types that have a name.
    pub fn with_methods(self, methods: Methods) -> FuncMap {
        FuncMap { methods, ..self }
    }

    pub(super) fn get(&self, name: &str) -> Option<Callee> {
        self.callees.get(name).copied()
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<Callee> {
        self.get(std::str::from_utf8(name).ok()?)
    }

    pub(super) fn method(&self, ty: Type, name: &[u8]) -> Option<&'static Func> {
        (self.methods)(ty, name)
    }
}

impl Templates {
    pub fn new(funcs: FuncMap) -> Templates {
        Templates { funcs, trees: HashMap::new(), cache: RefCell::default() }
    }

    /// Parses a file's text: what it defines, and itself under `name`. Places of errors point into `source`.
    pub fn parse(&mut self, name: &str, text: impl Into<Arc<[u8]>>, source: SourceId) -> Result<(), ParseError> {
        let parsed = parse::parse(name.as_bytes(), text.into(), source, &self.funcs).map_err(|error| *error)?;
        Trees::from(parsed).all.into_iter().for_each(|tree| associate(&mut self.trees, None, tree));
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
        let parsed = Rc::new(Trees::from(parsed));
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

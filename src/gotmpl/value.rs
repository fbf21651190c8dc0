//! What templates compute with: Go's values, as far as a template can meet them.
//!
//! Go's reflection sees types, so they are kept: an `int` is no `int64`, a list of strings no list of
//! anything, and values of a chart are a type of their own. Maps and lists are shared by reference, as in Go:
//! what `set` writes is seen by all that hold the map.
//!
//! **Invariant:** keys of maps are strings; iteration is in the order of their bytes, as Go prints and ranges.
//! **Not here:** how values are printed ([`super::fmt`]), compared or called.

mod entries;
mod list;
mod release;

pub use entries::Entries;
pub use list::List;

use std::any::Any;
use std::cell::{LazyCell, Ref, RefCell, RefMut};
use std::rc::Rc;

use super::func::Func;
use super::trace::Trace;
use crate::base::Span;

/// The tag is as wide as a pointer, so that values are moved in whole words.
#[derive(Clone)]
#[repr(u64)]
pub enum Value {
    /// Go's nil, and what a key that is missing gives.
    Nil,
    Bool(bool),
    Int(i64, IntType),
    Uint(u64, UintType),
    /// A float64.
    Float(f64),
    /// A complex128.
    Complex(f64, f64),
    Str(Str),
    List(Rc<List>),
    Map(Rc<Map>),
    /// A value of a Go type with fields or methods of its own: a time, a version, `.Files`.
    Object(Rc<dyn Object>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntType {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UintType {
    Uint,
    /// Also called byte.
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

/// A type as a parameter or a value has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`: takes everything, nil too.
    Any,
    Bool,
    Int(IntType),
    Uint(UintType),
    Float64,
    Complex128,
    String,
    /// `[]interface {}`
    List,
    /// `[]string`
    Strings,
    /// `[]int`
    Ints,
    /// `[]uint8`
    Bytes,
    /// `[][]interface {}`
    Lists,
    /// `map[string]interface {}`
    Map,
    /// `map[string]string`
    StringMap,
    /// `common.Values`: a map with methods.
    Values,
    /// Any other, by the name that `%T` prints.
    Named(&'static str),
}

/// Go's reflect.Kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Invalid,
    Bool,
    Int(IntType),
    Uint(UintType),
    Float64,
    Complex128,
    String,
    Slice,
    Map,
    Struct,
    Ptr,
    Func,
}

/// A string of Go: bytes, mostly UTF-8 but not surely so. Cheap to copy.
#[derive(Clone)]
pub struct Str(Text);

/// Two words wide: what is seldom there stands apart.
#[derive(Clone)]
enum Text {
    Plain(Rc<[u8]>),
    Apart(Rc<Apart>),
}

enum Apart {
    /// With where its pieces were written, while that is recorded.
    Traced(Rc<[u8]>, Rc<Trace>),
    /// Made when it is first looked at.
    Late(LazyCell<Rc<[u8]>, Make>),
}

type Make = Box<dyn FnOnce() -> Rc<[u8]>>;

/// The key of a map.
pub type Key = Rc<[u8]>;

/// A map with string keys.
pub struct Map {
    ty: Type,
    is_nil: bool,
    entries: RefCell<Entries>,
    /// The map whose entries these are, if it has another type.
    view_of: Option<Rc<Map>>,
}

/// A value in a map, and the place of the file that set it.
#[derive(Clone)]
pub struct Entry {
    pub value: Value,
    pub span: Span,
}

/// A Go type that is neither basic nor a list nor a map.
pub trait Object {
    /// As `%T` prints it: `time.Time`, `*semver.Version`.
    fn type_name(&self) -> &'static str;

    fn kind(&self) -> Kind;

    /// An exported field of a struct (or of what a pointer points to).
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// The fields in the order of their declaration, for `%v`, which shows also those that are not exported.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// A method; it is called with the object as its first argument, which its parameters do not name.
    fn method(&self, _name: &str) -> Option<&'static Func> {
        None
    }

    /// What its String or Error method gives, if it has one.
    fn text(&self) -> Option<String> {
        None
    }

    /// What its GoString method gives, if it has one: the value in Go's syntax, for `%#v`.
    fn syntax(&self) -> Option<String> {
        None
    }

    /// What the String method of a pointer to it gives. An action finds it for a field of what a pointer points to, until
    /// that has been in an interface; functions such as `print` do not.
    fn address_text(&self) -> Option<String> {
        None
    }

    /// For kinds Map and Slice: the map or list that the type is made of, for range, index, len and keys.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// What encoding/json makes of it, as a value of basic types, lists and maps.
    fn json(&self) -> Option<Value> {
        self.underlying()
    }

    /// Go's truth.
    fn is_true(&self) -> bool {
        true
    }

    /// Whether `other` is an equal value of the same type.
    fn equals(&self, other: &dyn Object) -> bool;

    fn as_any(&self) -> &dyn Any;
}

impl Str {
    pub fn new(bytes: impl Into<Rc<[u8]>>) -> Str {
        Str(Text::Plain(bytes.into()))
    }

    pub fn with_trace(bytes: impl Into<Rc<[u8]>>, trace: Option<Rc<Trace>>) -> Str {
        match trace {
            None => Str::new(bytes),
            Some(trace) => Str(Text::Apart(Rc::new(Apart::Traced(bytes.into(), trace)))),
        }
    }

    /// A string that takes long to make, and may be thrown away before anybody looks at it.
    pub fn late(make: impl FnOnce() -> Rc<[u8]> + 'static) -> Str {
        Str(Text::Apart(Rc::new(Apart::Late(LazyCell::new(Box::new(make))))))
    }

    pub fn trace(&self) -> Option<&Rc<Trace>> {
        if let Text::Apart(apart) = &self.0
            && let Apart::Traced(_, trace) = &**apart
        {
            return Some(trace);
        }
        None
    }

    pub fn key(&self) -> Key {
        self.bytes().clone()
    }

    #[inline]
    fn bytes(&self) -> &Rc<[u8]> {
        match &self.0 {
            Text::Plain(bytes) => bytes,
            Text::Apart(apart) => match &**apart {
                Apart::Traced(bytes, _) => bytes,
                Apart::Late(bytes) => bytes,
            },
        }
    }

    /// As text; what is no UTF-8 is replaced.
    pub fn to_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self)
    }
}

impl std::ops::Deref for Str {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        self.bytes()
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Str {
        Str::new(text.as_bytes())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Str {
        Str::new(text.into_bytes())
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Str {
        Str::new(bytes)
    }
}

impl Entry {
    /// Of a value that no file set.
    pub fn new(value: Value) -> Entry {
        Entry { value, span: Span::NOWHERE }
    }
}

impl Map {
    pub fn new(ty: Type) -> Map {
        Map { ty, is_nil: false, entries: RefCell::default(), view_of: None }
    }

    /// The nil map of a type: empty, but null as JSON.
    pub fn nil(ty: Type) -> Map {
        Map { ty, is_nil: true, entries: RefCell::default(), view_of: None }
    }

    pub fn from_entries(ty: Type, entries: Entries) -> Map {
        Map { ty, is_nil: false, entries: RefCell::new(entries), view_of: None }
    }

    /// The same map under another type: what is set in one is set in both. Go: a conversion.
    pub fn converted(map: &Rc<Map>, ty: Type) -> Map {
        let of = map.view_of.as_ref().unwrap_or(map).clone();
        Map { ty, is_nil: of.is_nil, entries: RefCell::default(), view_of: Some(of) }
    }

    fn cell(&self) -> &RefCell<Entries> {
        self.view_of.as_ref().map_or(&self.entries, |map| &map.entries)
    }

    pub fn ty(&self) -> Type {
        self.ty
    }

    pub fn is_nil(&self) -> bool {
        self.is_nil
    }

    pub fn len(&self) -> usize {
        self.cell().borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.cell().borrow().get(key).map(|entry| entry.value.clone())
    }

    /// With the place that set it.
    pub fn entry(&self, key: &[u8]) -> Option<Entry> {
        self.cell().borrow().get(key).cloned()
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.cell().borrow().contains_key(key)
    }

    pub fn set(&self, key: impl Into<Key>, value: Value) {
        self.cell().borrow_mut().insert(key.into(), Entry::new(value));
    }

    pub fn set_entry(&self, key: impl Into<Key>, entry: Entry) {
        self.cell().borrow_mut().insert(key.into(), entry);
    }

    pub fn remove(&self, key: &[u8]) -> Option<Entry> {
        self.cell().borrow_mut().remove(key)
    }

    /// The entries by key. Nothing else may use the map while the result is held for writing.
    pub fn entries(&self) -> Ref<'_, Entries> {
        self.cell().borrow()
    }

    pub fn entries_mut(&self) -> RefMut<'_, Entries> {
        self.cell().borrow_mut()
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        let entries = std::mem::take(self.entries.get_mut());
        if !entries.is_empty() {
            release::release(entries);
        }
    }
}

impl Value {
    /// A Go `int`.
    pub fn int(n: i64) -> Value {
        Value::Int(n, IntType::Int)
    }

    pub fn int64(n: i64) -> Value {
        Value::Int(n, IntType::Int64)
    }

    pub fn str(text: impl Into<Str>) -> Value {
        Value::Str(text.into())
    }

    /// A `[]interface {}`.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(List::new(Type::List, items)))
    }

    /// A `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Value {
        let items = items.into_iter().map(Value::str).collect();
        Value::List(Rc::new(List::new(Type::Strings, items)))
    }

    /// An empty `map[string]interface {}`, or one with these entries.
    pub fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
        let map = Map::new(Type::Map);
        entries.into_iter().for_each(|(key, value)| map.set(key.as_bytes(), value));
        Value::Map(Rc::new(map))
    }

    pub fn object(object: impl Object + 'static) -> Value {
        Value::Object(Rc::new(object))
    }

    pub fn as_str(&self) -> Option<&Str> {
        if let Value::Str(text) = self { Some(text) } else { None }
    }

    pub fn as_list(&self) -> Option<&Rc<List>> {
        if let Value::List(list) = self { Some(list) } else { None }
    }

    pub fn as_map(&self) -> Option<&Rc<Map>> {
        if let Value::Map(map) = self { Some(map) } else { None }
    }

    /// The object, if it is of this Rust type.
    pub fn downcast<T: 'static>(&self) -> Option<&T> {
        if let Value::Object(object) = self { object.as_any().downcast_ref() } else { None }
    }

    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// `None` for nil.
    pub fn ty(&self) -> Option<Type> {
        Some(match self {
            Value::Nil => return None,
            Value::Bool(_) => Type::Bool,
            Value::Int(_, ty) => Type::Int(*ty),
            Value::Uint(_, ty) => Type::Uint(*ty),
            Value::Float(_) => Type::Float64,
            Value::Complex(..) => Type::Complex128,
            Value::Str(_) => Type::String,
            Value::List(list) => list.ty(),
            Value::Map(map) => map.ty(),
            Value::Object(object) => Type::Named(object.type_name()),
        })
    }

    pub fn kind(&self) -> Kind {
        match self {
            Value::Nil => Kind::Invalid,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_, ty) => Kind::Int(*ty),
            Value::Uint(_, ty) => Kind::Uint(*ty),
            Value::Float(_) => Kind::Float64,
            Value::Complex(..) => Kind::Complex128,
            Value::Str(_) => Kind::String,
            Value::List(_) => Kind::Slice,
            Value::Map(_) => Kind::Map,
            Value::Object(object) => object.kind(),
        }
    }

    /// Go: template.IsTrue. Not zero and not empty.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(b) => *b,
            Value::Int(n, _) => *n != 0,
            Value::Uint(n, _) => *n != 0,
            Value::Float(f) => *f != 0.0,
            Value::Complex(re, im) => *re != 0.0 || *im != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Map(map) => !map.is_empty(),
            Value::Object(object) => object.is_true(),
        }
    }
}

impl IntType {
    pub fn name(self) -> &'static str {
        match self {
            IntType::Int => "int",
            IntType::Int8 => "int8",
            IntType::Int16 => "int16",
            IntType::Int32 => "int32",
            IntType::Int64 => "int64",
        }
    }
}

impl UintType {
    pub fn name(self) -> &'static str {
        match self {
            UintType::Uint => "uint",
            UintType::Uint8 => "uint8",
            UintType::Uint16 => "uint16",
            UintType::Uint32 => "uint32",
            UintType::Uint64 => "uint64",
        }
    }
}

impl Type {
    /// As `%T` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Any => "interface {}",
            Type::Bool => "bool",
            Type::Int(ty) => ty.name(),
            Type::Uint(ty) => ty.name(),
            Type::Float64 => "float64",
            Type::Complex128 => "complex128",
            Type::String => "string",
            Type::List => "[]interface {}",
            Type::Strings => "[]string",
            Type::Ints => "[]int",
            Type::Bytes => "[]uint8",
            Type::Lists => "[][]interface {}",
            Type::Map => "map[string]interface {}",
            Type::StringMap => "map[string]string",
            Type::Values => "common.Values",
            Type::Named(name) => name,
        }
    }

    /// The type of the items or entries of a list or map type.
    pub fn element(self) -> Type {
        match self {
            Type::Strings | Type::StringMap => Type::String,
            Type::Ints => Type::Int(IntType::Int),
            Type::Bytes => Type::Uint(UintType::Uint8),
            Type::Lists => Type::List,
            Type::Named("map[string][]uint8") => Type::Bytes,
            Type::Named("[]map[string]interface {}") => Type::Map,
            _ => Type::Any,
        }
    }
}

impl Kind {
    /// Go: reflect.Kind.String.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int(ty) => ty.name(),
            Kind::Uint(ty) => ty.name(),
            Kind::Float64 => "float64",
            Kind::Complex128 => "complex128",
            Kind::String => "string",
            Kind::Slice => "slice",
            Kind::Map => "map",
            Kind::Struct => "struct",
            Kind::Ptr => "ptr",
            Kind::Func => "func",
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Bool(b)
    }
}

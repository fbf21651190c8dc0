//! What templates see of a version: `*semver.Version`, which `semver` gives, and `semver.Version`, which the
//! methods give that make another one.
//!
//! Go: methods that are declared on the pointer are not there on the value, and a value is no pointer where
//! one is asked for.

use std::any::Any;

use crate::base::semver::Version;
use crate::gotmpl::{Call, Fault, Func, Kind, List, Object, Type, UintType, Value};

/// A `*semver.Version`.
pub struct Pointer(pub Version);

/// A `semver.Version`.
struct Plain(Version);

const POINTER: &str = "*semver.Version";
const OTHER: &[Type] = &[Type::Named(POINTER)];

/// The methods of both types.
static METHODS: &[Func] = &[
    method("Major", &[], |call| Ok(uint(own(call)?.major))),
    method("Minor", &[], |call| Ok(uint(own(call)?.minor))),
    method("Patch", &[], |call| Ok(uint(own(call)?.patch))),
    method("Prerelease", &[], |call| Ok(Value::str(own(call)?.prerelease()))),
    method("Metadata", &[], |call| Ok(Value::str(own(call)?.metadata()))),
    method("String", &[], |call| Ok(Value::str(own(call)?.to_string()))),
    method("Value", &[], |call| Ok(Value::str(own(call)?.to_string()))),
    method("MarshalText", &[], |call| Ok(bytes(&own(call)?.to_string()))),
    method("MarshalJSON", &[], |call| Ok(bytes(&format!("\"{}\"", own(call)?)))),
    method("IncMajor", &[], |call| next(own(call)?.next_major(), "major")),
    method("IncMinor", &[], |call| next(own(call)?.next_minor(), "minor")),
    method("IncPatch", &[], |call| next(own(call)?.next_patch(), "patch")),
    method("SetPrerelease", &[Type::String], |call| plain(own(call)?.with_prerelease(&call.str(1).to_text()))),
    method("SetMetadata", &[Type::String], |call| plain(own(call)?.with_metadata(&call.str(1).to_text()))),
];

/// Those of the pointer alone.
static POINTER_METHODS: &[Func] = &[
    method("Original", &[], |call| Ok(Value::str(own(call)?.original()))),
    method("Compare", OTHER, |call| Ok(Value::int(own(call)?.compare(other(call)?) as i64))),
    method("Equal", OTHER, |call| Ok(own(call)?.compare(other(call)?).is_eq().into())),
    method("LessThan", OTHER, |call| Ok(own(call)?.compare(other(call)?).is_lt().into())),
    method("LessThanEqual", OTHER, |call| Ok(own(call)?.compare(other(call)?).is_le().into())),
    method("GreaterThan", OTHER, |call| Ok(own(call)?.compare(other(call)?).is_gt().into())),
    method("GreaterThanEqual", OTHER, |call| Ok(own(call)?.compare(other(call)?).is_ge().into())),
];

const fn method(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}

fn own<'c>(call: &'c Call) -> Result<&'c Version, Fault> {
    version(call.args.first())
}

fn other<'c>(call: &'c Call) -> Result<&'c Version, Fault> {
    version(call.args.get(1))
}

/// Errors: Go's panic, where there is no version.
fn version(value: Option<&Value>) -> Result<&Version, Fault> {
    let pointer = value.and_then(|value| value.downcast::<Pointer>()).map(|pointer| &pointer.0);
    let plain = value.and_then(|value| value.downcast::<Plain>()).map(|plain| &plain.0);
    pointer.or(plain).ok_or_else(|| Fault::new("runtime error: invalid memory address or nil pointer dereference"))
}

fn uint(n: u64) -> Value {
    Value::Uint(n, UintType::Uint64)
}

fn bytes(text: &str) -> Value {
    let items = text.bytes().map(|byte| Value::Uint(byte.into(), UintType::Uint8)).collect();
    Value::List(std::rc::Rc::new(List::new(Type::Bytes, items)))
}

fn next(version: Option<Version>, part: &str) -> Result<Value, Fault> {
    plain(version.ok_or_else(|| format!("{part} version increment would overflow uint64")))
}

fn plain(version: Result<Version, String>) -> Result<Value, Fault> {
    version.map(|version| Value::object(Plain(version))).map_err(Fault::new)
}

fn find(methods: &'static [Func], name: &str) -> Option<&'static Func> {
    methods.iter().find(|method| method.name == name)
}

/// The fields of Go's struct, none of which is exported.
fn fields(version: &Version) -> Vec<(&'static str, Value)> {
    vec![
        ("major", uint(version.major)),
        ("minor", uint(version.minor)),
        ("patch", uint(version.patch)),
        ("pre", Value::str(version.prerelease())),
        ("metadata", Value::str(version.metadata())),
        ("original", Value::str(version.original())),
    ]
}

impl Object for Pointer {
    fn type_name(&self) -> &'static str {
        POINTER
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        fields(&self.0)
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        find(METHODS, name).or_else(|| find(POINTER_METHODS, name))
    }

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    fn json(&self) -> Option<Value> {
        self.text().map(Value::str)
    }

    /// Go: pointers are equal if they point to the same.
    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Pointer>().is_some_and(|other| std::ptr::eq(self, other))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Plain {
    fn type_name(&self) -> &'static str {
        "semver.Version"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        fields(&self.0)
    }

    fn method(&self, name: &str) -> Option<&'static Func> {
        find(METHODS, name)
    }

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    fn json(&self) -> Option<Value> {
        self.text().map(Value::str)
    }

    fn equals(&self, other: &dyn Object) -> bool {
        let parts = |v: &Version| (v.to_string(), v.original().to_string());
        other.as_any().downcast_ref::<Plain>().is_some_and(|other| parts(&self.0) == parts(&other.0))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

//! The functions of sprig 3.3, a family a file. The tables are the list of what there is.
//!
//! **Not here:** what Helm adds or replaces.

mod convert;
mod crypto;
pub mod dates;
mod defaults;
mod dicts;
mod encoding;
pub mod json;
mod lists;
mod math;
mod paths;
mod random;
mod reflect;
mod regex;
mod semver;
mod strings;
pub mod urls;

pub use convert::{strval, to_float64, to_int64};
pub use dates::Duration;
pub use lists::deep_equal;
pub use strings::strslice;
pub use urls::{Url, parse_url};

use crate::gotmpl::{Call, Fault, Func, Type, Value};

/// The most bytes that one function may make of small arguments.
const MOST_BYTES: usize = 128 << 20;

/// The most items that one function may make of small arguments.
const MOST_ITEMS: usize = 10_000_000;

/// All families.
pub const FAMILIES: &[&[Func]] = &[
    convert::FUNCS,
    crypto::FUNCS,
    dates::FUNCS,
    defaults::FUNCS,
    dicts::FUNCS,
    encoding::FUNCS,
    json::FUNCS,
    lists::FUNCS,
    math::FUNCS,
    paths::FUNCS,
    random::FUNCS,
    reflect::FUNCS,
    regex::FUNCS,
    semver::FUNCS,
    strings::FUNCS,
    urls::FUNCS,
];

/// A function without a variadic parameter.
const fn func(name: &'static str, params: &'static [Type], run: fn(&mut Call) -> Result<Value, Fault>) -> Func {
    Func { name, params, variadic: None, run }
}

/// A function that takes any number of a type behind its parameters.
const fn variadic(
    name: &'static str,
    params: &'static [Type],
    more: Type,
    run: fn(&mut Call) -> Result<Value, Fault>,
) -> Func {
    Func { name, params, variadic: Some(more), run }
}

/// A text of so many bytes is too long to be made.
fn check_bytes(bytes: Option<usize>) -> Result<usize, Fault> {
    bytes.filter(|bytes| *bytes <= MOST_BYTES).ok_or_else(|| Fault::new("the text would be longer than 128 MiB"))
}

/// A list of so many items is too long to be made.
fn check_items(items: usize) -> Result<usize, Fault> {
    if items <= MOST_ITEMS { Ok(items) } else { Err(Fault::new(format!("more than {MOST_ITEMS} items"))) }
}

#[cfg(test)]
mod tests {
    use super::FAMILIES;
    use crate::base::SourceId;
    use crate::gotmpl::{ExecOptions, FuncMap, Templates, Value, World};

    /// What a text gives, or the text of the error.
    pub fn run(text: &str) -> String {
        let mut templates = Templates::new(FuncMap::new(FAMILIES.iter().copied()));
        if let Err(error) = templates.parse("t", text.as_bytes(), SourceId::NONE) {
            return error.to_string();
        }
        match templates.execute("t", &Value::Nil, &mut World::fixed(0), &ExecOptions::default()) {
            Ok(output) => String::from_utf8_lossy(&output.text).into_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// What functions give, each a pipeline.
    pub fn check(cases: &[(&str, &str)]) {
        for (pipeline, output) in cases {
            assert_eq!(run(&format!("{{{{ {pipeline} }}}}")), *output, "{pipeline}");
        }
    }

    /// Why functions fail.
    pub fn check_faults(cases: &[(&str, &str)]) {
        for (pipeline, message) in cases {
            let error = run(&format!("{{{{ {pipeline} }}}}"));
            let (_, fault) = error.split_once(">: error calling ").unwrap_or_else(|| panic!("{pipeline}: {error}"));
            assert_eq!(fault.split_once(": ").map(|(_, fault)| fault), Some(*message), "{pipeline}");
        }
    }
}

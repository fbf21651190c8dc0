//! Versions: `semver` and `semverCompare`.

mod version;

use crate::base::semver::{Constraints, Version};
use crate::gotmpl::{Fault, Func, Type, Value};
use version::Pointer;

pub const FUNCS: &[Func] = &[
    Func {
        name: "semver",
        params: &[Type::String],
        variadic: None,
        run: |call| Ok(Value::object(Pointer(Version::new(&call.str(0).to_text()).map_err(Fault::new)?))),
    },
    Func {
        name: "semverCompare",
        params: &[Type::String, Type::String],
        variadic: None,
        run: |call| {
            let constraints = Constraints::new(&call.str(0).to_text()).map_err(Fault::new)?;
            let version = Version::new(&call.str(1).to_text()).map_err(Fault::new)?;
            Ok(constraints.check(&version).into())
        },
    },
];

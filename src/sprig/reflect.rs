//! What values are: `typeOf`, `kindOf` and their relatives, `deepEqual`.

use super::{deep_equal, func};
use crate::gotmpl::{Func, Type, Value};

const ANY: &[Type] = &[Type::Any];
const NAME: &[Type] = &[Type::String, Type::Any];

pub const FUNCS: &[Func] = &[
    func("deepEqual", &[Type::Any, Type::Any], |call| deep_equal(&call.args[0], &call.args[1]).map(Value::Bool)),
    func("kindIs", NAME, |call| Ok(Value::Bool(**call.str(0) == *call.args[1].kind().name().as_bytes()))),
    func("kindOf", ANY, |call| Ok(Value::str(call.args[0].kind().name()))),
    func("typeIs", NAME, |call| Ok(Value::Bool(**call.str(0) == *type_of(&call.args[1]).as_bytes()))),
    func("typeIsLike", NAME, |call| {
        let ty = type_of(&call.args[1]);
        let name: &[u8] = call.str(0);
        Ok(Value::Bool(name == ty.as_bytes() || ty.strip_prefix('*').is_some_and(|ty| name == ty.as_bytes())))
    }),
    func("typeOf", ANY, |call| Ok(Value::str(type_of(&call.args[0])))),
];

/// sprig: typeOf, as `%T` prints it.
fn type_of(value: &Value) -> &'static str {
    value.ty().map_or("<nil>", Type::name)
}

#[cfg(test)]
mod tests {
    use crate::sprig::tests::run;

    /// What Helm prints.
    #[test]
    fn types_and_kinds_are_named() {
        let cases = [
            ("{{typeOf nil}} {{kindOf nil}} {{typeIs \"<nil>\" nil}}", "<nil> invalid true"),
            ("{{typeOf 1}} {{kindOf 1.5}} {{typeOf \"a\"}} {{kindOf true}}", "int float64 string bool"),
            (
                "{{typeOf (list)}} {{kindOf (list)}} {{typeOf (dict)}} {{kindOf (dict)}}",
                "[]interface {} slice map[string]interface {} map",
            ),
            (
                "{{typeOf (until 1)}} {{typeOf (splitList \",\" \"\")}} {{typeOf 1i}} {{typeOf (add 1)}}",
                "[]int []string complex128 int64",
            ),
            (
                "{{typeOf (semver \"1.2.3\")}} {{kindOf (semver \"1.2.3\")}} {{typeIsLike \"semver.Version\" (semver \"1.2.3\")}}",
                "*semver.Version ptr true",
            ),
            (
                "{{deepEqual (semver \"1.2.3\") (semver \"1.2.3\")}} {{deepEqual (semver \"1.2\") (semver \"1.2.0\")}}",
                "true false",
            ),
            (
                "{{deepEqual (list 1) (list 1)}} {{deepEqual 1 1.0}} {{deepEqual (list) (until 0)}} {{deepEqual nil nil}}",
                "true false false true",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(run(text), expected, "{text}");
        }
    }
}

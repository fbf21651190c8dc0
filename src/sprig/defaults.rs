//! What stands in for empty values: `default`, `coalesce`, `ternary` and so on; and `deepCopy`.
//!
//! **Invariant:** empty is what is false to Go's `if`.
//! **Not here:** JSON, and `compact`, which belongs to the lists.

mod copy;

use super::{func, variadic};
use crate::gotmpl::{Call, Fault, Func, Type, Value};
use copy::deep_copy;

const ANY: &[Type] = &[Type::Any];

pub const FUNCS: &[Func] = &[
    variadic("all", &[], Type::Any, |call| Ok(Value::Bool(call.args.iter().all(Value::is_true)))),
    variadic("any", &[], Type::Any, |call| Ok(Value::Bool(call.args.iter().any(Value::is_true)))),
    variadic("coalesce", &[], Type::Any, |call| {
        Ok(call.args.iter().find(|value| value.is_true()).cloned().unwrap_or(Value::Nil))
    }),
    func("deepCopy", ANY, |call| deep_copy(&call.args[0])),
    variadic("default", ANY, Type::Any, default),
    func("empty", ANY, |call| Ok(Value::Bool(!call.args[0].is_true()))),
    func("mustDeepCopy", ANY, |call| deep_copy(&call.args[0])),
    func("ternary", &[Type::Any, Type::Any, Type::Bool], |call| {
        Ok(call.args[if call.args[2].is_true() { 0 } else { 1 }].clone())
    }),
];

/// sprig: dfault. Of the values only the first one is looked at.
fn default(call: &mut Call) -> Result<Value, Fault> {
    let given = call.args.get(1).filter(|value| value.is_true());
    Ok(given.unwrap_or(&call.args[0]).clone())
}

#[cfg(test)]
mod tests {
    use crate::sprig::tests::run;

    /// What Helm prints.
    #[test]
    fn empty_values_are_replaced() {
        let cases = [
            (
                "{{default 1}} {{default 1 \"\"}} {{default 1 2}} {{default 1 0 2}} {{default 1 (list)}} {{default 1 false}}",
                "1 1 2 1 1 1",
            ),
            (
                "{{empty nil}} {{empty 0.0}} {{empty \" \"}} {{empty (dict)}} {{empty (dict \"a\" 1)}}",
                "true true false true false",
            ),
            (
                "{{coalesce 0 \"\" 3 4}}|{{coalesce}}|{{all}} {{any}} {{all 1 0}} {{any 1 0}}",
                "3||true false false true",
            ),
            ("{{ternary 1 2 true}} {{false | ternary 1 2}}", "1 2"),
        ];
        for (text, expected) in cases {
            assert_eq!(run(text).replace("<no value>", ""), expected, "{text}");
        }
    }
}

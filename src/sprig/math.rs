//! Arithmetic: on int64 (`add`), on decimals (`addf`), and lists of numbers (`until`, `seq`).
//!
//! **Invariant:** arguments are converted as [`super::convert`] does it; integers wrap around as in Go.
//! **Not here:** chance (`randInt`).

mod decimal;

use std::rc::Rc;

use super::{check_items, func, to_float64, to_int64, variadic};
use crate::gotmpl::{Call, Fault, Func, IntType, List, Type, Value};
use decimal::Decimal;

const ANY: &[Type] = &[Type::Any];
const TWO: &[Type] = &[Type::Any, Type::Any];
const INT: Type = Type::Int(IntType::Int);

pub const FUNCS: &[Func] = &[
    variadic("add", &[], Type::Any, |call| Ok(Value::int64(ints(call).fold(0, i64::wrapping_add)))),
    func("add1", ANY, |call| Ok(Value::int64(to_int64(&call.args[0]).wrapping_add(1)))),
    func("add1f", ANY, |call| decimals(&call.args[0], &[Value::int(1)], |a, b| Ok(a.add(b)))),
    variadic("addf", &[], Type::Any, |call| decimals(&Value::Float(0.0), call.args, |a, b| Ok(a.add(b)))),
    variadic("biggest", ANY, Type::Any, |call| Ok(Value::int64(ints(call).fold(i64::MIN, i64::max)))),
    func("ceil", ANY, |call| Ok(Value::Float(to_float64(&call.args[0]).ceil()))),
    func("div", TWO, |call| divide(call, i64::wrapping_div)),
    variadic("divf", ANY, Type::Any, |call| decimals(&call.args[0], &call.args[1..], Decimal::divide)),
    func("floor", ANY, |call| Ok(Value::Float(to_float64(&call.args[0]).floor()))),
    variadic("max", ANY, Type::Any, |call| Ok(Value::int64(ints(call).fold(i64::MIN, i64::max)))),
    variadic("maxf", ANY, Type::Any, |call| Ok(best_float(call, greater))),
    variadic("min", ANY, Type::Any, |call| Ok(Value::int64(ints(call).fold(i64::MAX, i64::min)))),
    variadic("minf", ANY, Type::Any, |call| Ok(best_float(call, |a, b| -greater(-a, -b)))),
    func("mod", TWO, |call| divide(call, i64::wrapping_rem)),
    variadic("mul", ANY, Type::Any, |call| Ok(Value::int64(ints(call).fold(1, i64::wrapping_mul)))),
    variadic("mulf", ANY, Type::Any, |call| decimals(&call.args[0], &call.args[1..], Decimal::multiply)),
    variadic("round", &[Type::Any, INT], Type::Float64, |call| Ok(Value::Float(round(call)))),
    variadic("seq", &[], INT, seq),
    func("sub", TWO, |call| Ok(Value::int64(to_int64(&call.args[0]).wrapping_sub(to_int64(&call.args[1]))))),
    variadic("subf", ANY, Type::Any, |call| decimals(&call.args[0], &call.args[1..], |a, b| Ok(a.add(b.negated())))),
    func("until", &[INT], |call| {
        let count = call.int(0);
        int_list(until_step(0, count, if count < 0 { -1 } else { 1 })?)
    }),
    func("untilStep", &[INT, INT, INT], |call| int_list(until_step(call.int(0), call.int(1), call.int(2))?)),
];

fn ints(call: &Call) -> impl Iterator<Item = i64> {
    call.args.iter().map(to_int64)
}

fn divide(call: &Call, divide: fn(i64, i64) -> i64) -> Result<Value, Fault> {
    match (to_int64(&call.args[0]), to_int64(&call.args[1])) {
        (_, 0) => Err(Fault::new("runtime error: integer divide by zero")),
        (a, b) => Ok(Value::int64(divide(a, b))),
    }
}

/// sprig: execDecimalOp. One operation on all arguments in turn.
fn decimals(
    first: &Value,
    others: &[Value],
    operation: fn(Decimal, Decimal) -> Result<Decimal, Fault>,
) -> Result<Value, Fault> {
    let mut result = Decimal::of(to_float64(first))?;
    for other in others {
        result = operation(result, Decimal::of(to_float64(other))?)?;
    }
    Ok(Value::Float(result.to_float()))
}

fn best_float(call: &Call, better: fn(f64, f64) -> f64) -> Value {
    Value::Float(call.args.iter().map(to_float64).reduce(better).unwrap_or_default())
}

/// Go: math.Max. NaN wins against all but infinity, and zero against minus zero.
fn greater(a: f64, b: f64) -> f64 {
    match () {
        () if a == f64::INFINITY || b == f64::INFINITY => f64::INFINITY,
        () if a.is_nan() || b.is_nan() => f64::NAN,
        () if a == 0.0 && b == 0.0 => {
            if a.is_sign_negative() {
                b
            } else {
                a
            }
        }
        () => a.max(b),
    }
}

/// sprig: round. A negative number is never rounded up, as its fraction is negative too.
fn round(call: &Call) -> f64 {
    let limit = if let Some(Value::Float(limit)) = call.args.get(2) { *limit } else { 0.5 };
    let power = power_of_ten(call.int(1));
    let digit = power * to_float64(&call.args[0]);
    let rounded = if digit.fract() >= limit { digit.ceil() } else { digit.floor() };
    rounded / power
}

/// Go: math.Pow of 10, step by step: past 10^22 the results are those of its roundings.
fn power_of_ten(exponent: i64) -> f64 {
    if exponent == 0 {
        return 1.0;
    }
    let (mut fraction, mut binary) = (1.0, 0i64);
    let (mut square, mut square_binary) = (0.625, 4i64);
    let mut bits = exponent.unsigned_abs();
    while bits != 0 {
        if square_binary > 1 << 12 {
            binary += square_binary;
            break;
        }
        if bits & 1 == 1 {
            fraction *= square;
            binary += square_binary;
        }
        square *= square;
        square_binary *= 2;
        if square < 0.5 {
            square += square;
            square_binary -= 1;
        }
        bits >>= 1;
    }
    if exponent < 0 {
        (fraction, binary) = (1.0 / fraction, -binary);
    }
    // In two steps, so that neither power is out of range where the result is not.
    let binary = binary.clamp(-2200, 2200) as i32;
    fraction * 2f64.powi(binary / 2) * 2f64.powi(binary - binary / 2)
}

/// sprig: untilStep.
fn until_step(start: i64, stop: i64, step: i64) -> Result<impl Iterator<Item = i64>, Fault> {
    let (step, distance) = (i128::from(step), i128::from(stop) - i128::from(start));
    let is_empty = step == 0 || distance == 0 || (distance < 0) != (step < 0);
    let count = if is_empty { 0 } else { (distance + step - step.signum()) / step };
    let count = check_items(usize::try_from(count).unwrap_or(usize::MAX))?;
    // No item is past the end, so that all of them fit.
    Ok((0..count as i128).map(move |n| (i128::from(start) + n * step) as i64))
}

fn int_list(items: impl Iterator<Item = i64>) -> Result<Value, Fault> {
    Ok(Value::List(Rc::new(List::new(Type::Ints, items.map(Value::int).collect()))))
}

/// sprig: seq, as the shell's command of that name.
fn seq(call: &mut Call) -> Result<Value, Fault> {
    let params: Vec<i64> = (0..call.args.len()).map(|at| call.int(at)).collect();
    let (start, step, end) = match params[..] {
        [end] => (1, if end < 1 { -1 } else { 1 }, end),
        [start, end] => (start, if end < start { -1 } else { 1 }, end),
        [start, step, end] if end >= start || step <= 0 => (start, step, end),
        _ => return Ok(Value::str("")),
    };
    // The end is part of it.
    let stop = end.wrapping_add(if end < start { -1 } else { 1 });
    let mut text = String::new();
    for item in until_step(start, stop, step)? {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&item.to_string());
    }
    Ok(Value::str(text))
}

#[cfg(test)]
mod tests {
    use crate::sprig::tests::run;

    /// What Helm prints.
    #[test]
    fn numbers_are_computed() {
        let cases = [
            ("{{add}} {{add 1 2.9 \"3\"}} {{add1 9223372036854775807}}", "0 6 -9223372036854775808"),
            ("{{sub 3 5}} {{mul 2 3 4}} {{div 7 -2}} {{mod -7 2}}", "-2 24 -3 -1"),
            ("{{max 1 3 2}} {{min 3 1 2}} {{biggest -1}} {{maxf 1.5 2}} {{minf 1.5 2}}", "3 1 -1 2 1.5"),
            (
                "{{addf 0.1 0.2}} {{add1f 1.5}} {{subf 0.3 0.1}} {{mulf 1.1 1.1}} {{divf 1 3}}",
                "0.3 2.5 0.2 1.21 0.3333333333333333",
            ),
            (
                "{{divf 2 3}} {{divf -2 3}} {{mulf 1e200 1e200}} {{divf 1 1e300}}",
                "0.6666666666666667 -0.6666666666666667 +Inf 0",
            ),
            (
                "{{ceil 1.1}} {{floor -1.1}} {{round 1.55 1}} {{round -1.5 0}} {{round 1234.5 -2}} {{round 1.3 0 0.2}}",
                "2 -2 1.6 -2 1200 2",
            ),
            (
                "{{until 3}} {{until -2}} {{untilStep 5 0 -2}} {{untilStep 0 5 -1}} {{untilStep 0 5 2}}",
                "[0 1 2] [0 -1] [5 3 1] [] [0 2 4]",
            ),
            (
                "{{seq 3}}|{{seq -1}}|{{seq 2 4}}|{{seq 1 2 5}}|{{seq 5 -2 0}}|{{seq 0 1 -1}}|{{seq}}|{{seq 1 2 3 4}}",
                "1 2 3|1 0 -1|2 3 4|1 3 5|5 3 1|||",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(run(text), expected, "{text}");
        }
    }

    #[test]
    fn what_go_cannot_compute_is_an_error() {
        for text in [
            "{{div 1 0}}",
            "{{mod 1 0}}",
            "{{divf 1 0}}",
            "{{addf \"inf\" 1}}",
            "{{until 10000001}}",
            "{{until 1.0}}x{{until \"1\"}}",
        ] {
            assert!(run(text).contains("error calling") || run(text).contains("expected integer"), "{text}");
        }
    }
}

//! Decimal numbers, until the YAML layer reads all of them.

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Int(i64),
    Uint(u64),
    Float(f64),
}

pub fn parse(text: &str, _octal: bool) -> Option<Number> {
    let int = text.parse().map(Number::Int).or_else(|_| text.parse().map(Number::Uint)).ok();
    int.or_else(|| text.parse().ok().filter(|f: &f64| f.is_finite()).map(Number::Float))
}

pub fn json_float(f: f64) -> String {
    format!("{f}")
}

//! Go's fmt package.
//!
//! What is printed is what Go prints for the same values, its complaints about a bad format included; only
//! addresses, which differ from run to run in Go, are always the same one here.
//!
//! **Invariant:** no text is longer than [`MAX_TEXT`] by more than one item, and what is nested too deep (a map
//! that holds itself, say, with which Go dies) is an error.
//! **Not here:** numbers and quoted strings as such ([`super::strconv`]).

mod basic;
mod printer;
mod printf;
mod spec;
#[cfg(test)]
mod tests;

use super::func::Fault;
use super::value::{Kind, Value};
use printer::Printer;

/// The most bytes that one call prints.
pub const MAX_TEXT: usize = 128 << 20;

/// Go: fmt.Sprintf.
pub fn sprintf(format: &[u8], args: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(format.len());
    printf::print(&mut Printer::new(&mut out), format, args)?;
    Ok(out)
}

/// Go: fmt.Sprint. A space stands between two operands that are both no strings.
pub fn sprint(args: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out);
    let mut after_string = true;
    for arg in args {
        let is_string = arg.kind() == Kind::String;
        if !is_string && !after_string {
            printer.write(" ");
        }
        printer.arg(arg, 'v')?;
        after_string = is_string;
    }
    Ok(out)
}

/// Go: fmt.Sprintln.
pub fn sprintln(args: &[Value]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out);
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            printer.write(" ");
        }
        printer.arg(arg, 'v')?;
    }
    printer.write("\n");
    Ok(out)
}

/// Appends a value as `%v` prints it.
pub fn append_value(out: &mut Vec<u8>, value: &Value) -> Result<(), Fault> {
    Printer::new(out).arg(value, 'v')
}

/// As [`append_value`], of what a pointer points to. Go: what an action prints (printableValue).
pub fn append_pointed_to(out: &mut Vec<u8>, value: &Value) -> Result<(), Fault> {
    Printer::new(out).pointed_to(value)
}

/// A value as `%v` prints it, for the texts of errors: of what cannot be printed, as much as can.
pub fn shown(value: &Value) -> String {
    let mut out = Vec::new();
    // The error that is being told of is the one that matters.
    let _ = append_value(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

/// Go: strconv.Quote.
pub fn quote(text: &[u8]) -> String {
    super::strconv::quote(text)
}

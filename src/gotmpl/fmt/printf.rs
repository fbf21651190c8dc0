//! Format strings.

use super::super::func::Fault;
use super::super::unicode::decode_rune;
use super::super::value::Value;
use super::printer::{Printer, type_name};
use super::spec::Spec;
use crate::base::bytes;

/// Go: the largest width, precision and number of an operand.
const TOO_LARGE: i64 = 1_000_000;

/// Where in the format, and at which operand.
struct Cursor<'f> {
    format: &'f [u8],
    at: usize,
    args: &'f [Value],
    arg: usize,
    /// Some directive said which operand it takes.
    reordered: bool,
    /// The directive's numbers of operands are good so far.
    good: bool,
    /// The last thing read was the number of an operand.
    after_index: bool,
}

/// Go: pp.doPrintf.
pub(super) fn print(printer: &mut Printer, format: &[u8], args: &[Value]) -> Result<(), Fault> {
    let mut cursor = Cursor { format, at: 0, args, arg: 0, reordered: false, good: true, after_index: false };
    while cursor.at < format.len() {
        let rest = &format[cursor.at..];
        let text = bytes::find(b'%', rest).unwrap_or(rest.len());
        printer.write(&rest[..text]);
        cursor.at += text;
        if text < rest.len() {
            cursor.at += 1;
            directive(printer, &mut cursor)?;
        }
    }
    if cursor.reordered || cursor.arg >= args.len() {
        return Ok(());
    }
    printer.spec = Spec::default();
    printer.write("%!(EXTRA ");
    for (at, arg) in args[cursor.arg..].iter().enumerate() {
        if at > 0 {
            printer.write(", ");
        }
        if !arg.is_nil() {
            printer.write(format!("{}=", type_name(arg)));
        }
        printer.arg(arg, 'v')?;
    }
    printer.write(")");
    Ok(())
}

/// One directive, from behind its `%`.
fn directive(printer: &mut Printer, cursor: &mut Cursor) -> Result<(), Fault> {
    cursor.good = true;
    cursor.after_index = false;
    let mut spec = cursor.flags();
    cursor.index();
    cursor.width(&mut spec, printer);
    cursor.precision(&mut spec, printer);
    if !cursor.after_index {
        cursor.index();
    }
    let Some((verb, width)) = decode_rune(&cursor.format[cursor.at..]) else {
        printer.write("%!(NOVERB)");
        return Ok(());
    };
    cursor.at += width;
    match cursor.args.get(cursor.arg) {
        _ if verb == '%' => printer.write("%"),
        _ if !cursor.good => printer.write(format!("%!{verb}(BADINDEX)")),
        None => printer.write(format!("%!{verb}(MISSING)")),
        Some(arg) => {
            cursor.arg += 1;
            printer.spec = spec.for_verb(verb);
            printer.arg(arg, verb)?;
        }
    }
    Ok(())
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn flags(&mut self) -> Spec {
        let mut spec = Spec::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => spec.sharp = true,
                b'0' => spec.zero = true,
                b'+' => spec.plus = true,
                b'-' => spec.minus = true,
                b' ' => spec.space = true,
                _ => break,
            }
            self.at += 1;
        }
        spec
    }

    fn width(&mut self, spec: &mut Spec, printer: &mut Printer) {
        if self.peek() == Some(b'*') {
            self.at += 1;
            self.after_index = false;
            match self.int_arg() {
                Some(width) => {
                    spec.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        spec.minus = true;
                        spec.zero = false;
                    }
                }
                None => printer.write("%!(BADWIDTH)"),
            }
            return;
        }
        spec.width = self.number(self.format.len());
        if self.after_index && spec.width.is_some() {
            self.good = false;
        }
    }

    fn precision(&mut self, spec: &mut Spec, printer: &mut Printer) {
        // Go: a point at the very end is taken for a verb.
        if self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good = false;
        }
        self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            self.after_index = false;
            spec.precision = self.int_arg().and_then(|precision| usize::try_from(precision).ok());
            if spec.precision.is_none() {
                printer.write("%!(BADPREC)");
            }
            return;
        }
        spec.precision = Some(self.number(self.format.len()).unwrap_or(0));
    }

    /// Go: parsenum. A number that is too large ends the format.
    fn number(&mut self, end: usize) -> Option<usize> {
        let mut number = None;
        while self.at < end
            && let Some(digit @ b'0'..=b'9') = self.peek()
        {
            let sum = number.unwrap_or(0);
            if sum > TOO_LARGE {
                self.at = end;
                return None;
            }
            number = Some(sum * 10 + i64::from(digit - b'0'));
            self.at += 1;
        }
        number.map(|number| number as usize)
    }

    /// Go: intFromArg.
    fn int_arg(&mut self) -> Option<i64> {
        let arg = self.args.get(self.arg)?;
        self.arg += 1;
        let int = match arg {
            Value::Int(n, _) => *n,
            Value::Uint(n, _) => i64::try_from(*n).ok()?,
            _ => return None,
        };
        (-TOO_LARGE..=TOO_LARGE).contains(&int).then_some(int)
    }

    /// Go: pp.argNumber. The `[n]` that stands here, if there is one.
    fn index(&mut self) {
        self.after_index = false;
        if self.peek() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let start = self.at;
        let close = bytes::find(b']', &self.format[start..]).filter(|_| self.format.len() - start >= 3);
        let Some(close) = close.map(|close| start + close) else {
            self.at = start + 1;
            self.good = false;
            return;
        };
        self.at = start + 1;
        let number = self.number(close).filter(|_| self.at == close);
        self.at = close + 1;
        self.after_index = number.is_some();
        match number.and_then(|number| number.checked_sub(1)) {
            Some(index) if index < self.args.len() => self.arg = index,
            _ => self.good = false,
        }
    }
}

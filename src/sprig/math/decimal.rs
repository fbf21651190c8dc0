//! Decimal numbers of any length, as shopspring/decimal has them.
//!
//! **Invariant:** sums and products are exact; a quotient has 16 digits behind the point.

use num_bigint::BigInt;

use crate::base::float;
use crate::gotmpl::Fault;

/// shopspring: DivisionPrecision.
const DIVISION_PRECISION: i64 = 16;

/// The most bits that a number may have: far more than all that fit into a float.
const MOST_BITS: u64 = 1 << 20;

/// A whole number times ten to the power of the exponent.
pub struct Decimal {
    value: BigInt,
    exponent: i64,
}

impl Decimal {
    /// shopspring: NewFromFloat, which takes the shortest digits and panics with what is no number.
    pub fn of(f: f64) -> Result<Decimal, Fault> {
        if !f.is_finite() {
            return Err(Fault::new(format!("Cannot create a Decimal from {f}")));
        }
        let shortest = float::Decimal::shortest(f);
        let digits: BigInt = shortest.digits.parse().unwrap_or_default();
        let value = if shortest.negative { -digits } else { digits };
        Ok(Decimal { value, exponent: i64::from(shortest.exponent) + 1 - shortest.digits.len() as i64 })
    }

    /// shopspring: Float64, the nearest one.
    pub fn to_float(&self) -> f64 {
        format!("{}e{}", self.value, self.exponent).parse().unwrap_or_default()
    }

    pub fn negated(self) -> Decimal {
        Decimal { value: -self.value, ..self }
    }

    pub fn add(self, other: Decimal) -> Decimal {
        let exponent = self.exponent.min(other.exponent);
        let value = scaled(self.value, self.exponent - exponent) + scaled(other.value, other.exponent - exponent);
        Decimal { value, exponent }
    }

    pub fn multiply(self, other: Decimal) -> Result<Decimal, Fault> {
        Decimal { value: self.value * other.value, exponent: self.exponent + other.exponent }.checked()
    }

    /// shopspring: DivRound. A half is rounded away from zero.
    pub fn divide(self, other: Decimal) -> Result<Decimal, Fault> {
        let zero = BigInt::default();
        if other.value == zero {
            return Err(Fault::new("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let dividend = scaled(self.value, shift.max(0));
        let divisor = scaled(other.value, (-shift).max(0));
        let mut quotient = &dividend / &divisor;
        let rest = &dividend % &divisor;
        if rest.magnitude() * 2u32 >= *divisor.magnitude() {
            quotient += if (dividend < zero) == (divisor < zero) { 1 } else { -1 };
        }
        Decimal { value: quotient, exponent: -DIVISION_PRECISION }.checked()
    }

    fn checked(self) -> Result<Decimal, Fault> {
        if self.value.bits() > MOST_BITS {
            return Err(Fault::new("the number has too many digits"));
        }
        Ok(self)
    }
}

fn scaled(value: BigInt, exponent: i64) -> BigInt {
    if exponent == 0 {
        return value;
    }
    value * BigInt::from(10).pow(exponent.unsigned_abs().min(u32::MAX.into()) as u32)
}

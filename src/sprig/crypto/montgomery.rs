//! Multiplying and raising to powers modulo one number of a fixed size, after Montgomery.
//!
//! Numbers are limbs of 64 bits, the lowest first. A residue is held as its product with R = 2^(64 N), so that
//! multiplying two of them needs no division: multiples of the modulus are added until the lower half is zero, and the
//! upper half is the product. A residue may be anything below R; only [`Modulus::reduced`] brings it below the modulus.
//!
//! **Invariant:** the modulus is odd, and its highest bit is set: what overflows N limbs fits after one subtraction.
//! **Not here:** constant time. The time tells of the exponent, as it does in Go where numbers are tested for primes.

use std::array::from_fn;

pub struct Modulus<const N: usize> {
    n: [u64; N],
    /// -1/n modulo 2^64: what the lowest limb of a number is multiplied with for the multiple of n that clears it.
    clears: u64,
}

impl<const N: usize> Modulus<N> {
    /// Nothing where the number is even, or its highest bit is not set. The limbs are taken in pairs, so that N is even.
    pub fn new(n: [u64; N]) -> Option<Modulus<N>> {
        const { assert!(N >= 2 && N.is_multiple_of(2)) };
        if n[0] & 1 == 0 || n[N - 1] >> 63 == 0 {
            return None;
        }
        // Newton's method: each step doubles the number of bits that are right, of which an odd number has three.
        let inverse = (0..5).fold(n[0], |x, _| x.wrapping_mul(2u64.wrapping_sub(n[0].wrapping_mul(x))));
        Some(Modulus { n, clears: inverse.wrapping_neg() })
    }

    pub fn n(&self) -> &[u64; N] {
        &self.n
    }

    /// The residue of one: R - n, as n is more than half of R.
    pub fn one(&self) -> [u64; N] {
        let mut one = [0; N];
        subtract(&mut one, &self.n);
        one
    }

    /// The residue of -1: n - (R - n).
    pub fn minus_one(&self) -> [u64; N] {
        let mut minus_one = self.n;
        subtract(&mut minus_one, &self.one());
        minus_one
    }

    /// The residue below n: two residues of the same number are equal only then.
    pub fn reduced(&self, a: &[u64; N]) -> [u64; N] {
        let mut less = *a;
        if subtract(&mut less, &self.n) { *a } else { less }
    }

    /// The number that a residue stands for, below n.
    pub fn number(&self, a: &[u64; N]) -> [u64; N] {
        self.reduced(&self.product(a, &from_fn(|at| u64::from(at == 0))))
    }

    pub fn doubled(&self, a: &[u64; N]) -> [u64; N] {
        let mut twice: [u64; N] = from_fn(|at| a[at] << 1 | if at == 0 { 0 } else { a[at - 1] >> 63 });
        let mut overflows = a[N - 1] >> 63 == 1;
        while overflows {
            overflows = !subtract(&mut twice, &self.n);
        }
        twice
    }

    pub fn product(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let mut wide = [[0; N]; 2];
        let all = wide.as_flattened_mut();
        // Two rows at once: the processor adds in one while it waits for the carries of the other.
        for i in (0..N).step_by(2) {
            let t = &mut all[i..i + N + 2];
            let (mut carry, mut carry_above) = (0, 0);
            t[0] = add_product(t[0], a[i], b[0], &mut carry);
            for j in 1..N {
                let sum = add_product(t[j], a[i], b[j], &mut carry);
                t[j] = add_product(sum, a[i + 1], b[j - 1], &mut carry_above);
            }
            t[N] = add_product(carry, a[i + 1], b[N - 1], &mut carry_above);
            t[N + 1] = carry_above;
        }
        self.shifted(wide)
    }

    /// The product of a residue with itself, for which almost half of the multiplications are enough.
    pub fn square(&self, a: &[u64; N]) -> [u64; N] {
        let mut wide = [[0; N]; 2];
        let all = wide.as_flattened_mut();
        // The products of different limbs, two rows at once; those of the two rows' own limbs stand in front.
        for i in (0..N).step_by(2) {
            let behind = &a[i + 2..];
            let t = &mut all[2 * i + 1..];
            let (mut carry, mut carry_above, mut before) = (0, 0, 0);
            t[0] = add_product(t[0], a[i], a[i + 1], &mut carry);
            for j in 0..behind.len() {
                let sum = add_product(t[j + 1], a[i], behind[j], &mut carry);
                t[j + 1] = add_product(sum, a[i + 1], before, &mut carry_above);
                before = behind[j];
            }
            t[behind.len() + 1] = add_product(carry, a[i + 1], before, &mut carry_above);
            if let Some(last) = t.get_mut(behind.len() + 2) {
                *last = carry_above;
            }
        }
        // Twice these, and the squares of the limbs.
        let (mut shifted_out, mut carry) = (0, false);
        for i in 0..N {
            let (low, high) = (all[2 * i], all[2 * i + 1]);
            let twice = u128::from(low << 1 | shifted_out) | u128::from(high << 1 | low >> 63) << 64;
            shifted_out = high >> 63;
            let (sum, overflows) = twice.overflowing_add(u128::from(a[i]) * u128::from(a[i]));
            let (sum, overflows_too) = sum.overflowing_add(u128::from(carry));
            carry = overflows | overflows_too;
            (all[2 * i], all[2 * i + 1]) = (sum as u64, (sum >> 64) as u64);
        }
        self.shifted(wide)
    }

    /// A number of 2N limbs divided by R.
    fn shifted(&self, mut wide: [[u64; N]; 2]) -> [u64; N] {
        let n = &self.n;
        let all = wide.as_flattened_mut();
        let mut top = false;
        for i in (0..N).step_by(2) {
            let t = &mut all[i..i + N + 2];
            let (mut carry, mut carry_above) = (0, 0);
            // The multiples that clear the two lowest limbs; of the second one, which the first changes, only then.
            let first = t[0].wrapping_mul(self.clears);
            add_product(t[0], first, n[0], &mut carry);
            let sum = add_product(t[1], first, n[1], &mut carry);
            let second = sum.wrapping_mul(self.clears);
            add_product(sum, second, n[0], &mut carry_above);
            for j in 2..N {
                let sum = add_product(t[j], first, n[j], &mut carry);
                t[j] = add_product(sum, second, n[j - 1], &mut carry_above);
            }
            let sum = u128::from(t[N]) + u128::from(carry) + u128::from(top);
            t[N] = add_product(sum as u64, second, n[N - 1], &mut carry_above);
            let sum = u128::from(t[N + 1]) + u128::from(carry_above) + (sum >> 64);
            t[N + 1] = sum as u64;
            top = sum >> 64 != 0;
        }
        let [_, mut upper] = wide;
        if top {
            subtract(&mut upper, n);
        }
        upper
    }

    /// The base to the power of an exponent, whose limbs may be any number.
    pub fn power(&self, base: &[u64; N], exponent: &[u64]) -> [u64; N] {
        // The powers of the base that four bits can ask for.
        let mut powers = [self.one(); 16];
        for at in 1..16 {
            powers[at] = self.product(&powers[at - 1], base);
        }
        let mut result = self.one();
        for limb in exponent.iter().rev() {
            for shift in (0..64).step_by(4).rev() {
                for _ in 0..4 {
                    result = self.square(&result);
                }
                let digit = (limb >> shift) as usize & 15;
                if digit != 0 {
                    result = self.product(&result, &powers[digit]);
                }
            }
        }
        result
    }

    /// Two to the power of an exponent: doubling is next to nothing beside squaring.
    pub fn power_of_two(&self, exponent: &[u64]) -> [u64; N] {
        let mut result = self.one();
        for limb in exponent.iter().rev() {
            for shift in (0..64).rev() {
                result = self.square(&result);
                if limb >> shift & 1 == 1 {
                    result = self.doubled(&result);
                }
            }
        }
        result
    }
}

/// a + b c + carry, which fits two limbs: the lower one, and the upper one as the new carry.
#[inline(always)]
fn add_product(a: u64, b: u64, c: u64, carry: &mut u64) -> u64 {
    let sum = u128::from(a) + u128::from(b) * u128::from(c) + u128::from(*carry);
    *carry = (sum >> 64) as u64;
    sum as u64
}

/// Whether b is more than a: then R is added to the difference.
fn subtract<const N: usize>(a: &mut [u64; N], b: &[u64; N]) -> bool {
    let mut borrow = false;
    for (a, b) in a.iter_mut().zip(b) {
        let (difference, is_below) = a.overflowing_sub(*b);
        let (difference, is_below_too) = difference.overflowing_sub(u64::from(borrow));
        *a = difference;
        borrow = is_below | is_below_too;
    }
    borrow
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::BigUint;

    fn big(limbs: &[u64]) -> BigUint {
        BigUint::from_bytes_le(&limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect::<Vec<_>>())
    }

    /// Limbs without a pattern, and now and then those at which carries are born.
    fn limb(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (*state ^ (*state >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        match mixed >> 61 {
            0 => 0,
            1 => u64::MAX,
            _ => mixed ^ (mixed >> 29),
        }
    }

    fn agrees_with_long_arithmetic<const N: usize>() {
        let mut state = N as u64;
        let r = BigUint::from(1u8) << (64 * N);
        for round in 0..40 {
            let mut draw = || from_fn::<u64, N, _>(|_| limb(&mut state));
            let (mut n, a, b, exponent) = (draw(), draw(), draw(), draw());
            n[0] |= 1;
            n[N - 1] |= 1 << 63;
            if round == 0 {
                n = [u64::MAX; N];
            }
            if round == 1 {
                n = from_fn(|at| if at == 0 { 1 } else { u64::from(at == N - 1) << 63 });
            }
            let modulus = Modulus::new(n).unwrap();
            let n = big(&n);
            // A residue times R is the number.
            let holds = |residue: &[u64; N], number: BigUint| {
                assert_eq!(big(residue) % &n, number * &r % &n);
            };
            for (a, b) in [(a, b), ([u64::MAX; N], [u64::MAX; N]), ([0; N], a), (modulus.minus_one(), b)] {
                let (x, y) = (big(&modulus.number(&a)), big(&modulus.number(&b)));
                assert!(x < n);
                holds(&a, x.clone());
                holds(&modulus.product(&a, &b), &x * &y);
                assert_eq!(modulus.reduced(&modulus.square(&a)), modulus.reduced(&modulus.product(&a, &a)));
                holds(&modulus.doubled(&a), &x + &x);
                assert!(big(&modulus.reduced(&a)) < n);
                if N <= 4 || round < 4 {
                    let exponent = &exponent[..N.min(3)];
                    holds(&modulus.power(&a, exponent), x.modpow(&big(exponent), &n));
                    holds(&modulus.power_of_two(exponent), BigUint::from(2u8).modpow(&big(exponent), &n));
                }
            }
            holds(&modulus.one(), BigUint::from(1u8));
            holds(&modulus.minus_one(), &n - 1u8);
        }
    }

    #[test]
    fn residues_multiply_as_numbers_do() {
        agrees_with_long_arithmetic::<2>();
        agrees_with_long_arithmetic::<4>();
        agrees_with_long_arithmetic::<16>();
        agrees_with_long_arithmetic::<32>();
    }

    #[test]
    fn even_and_small_numbers_are_no_moduli() {
        assert!(Modulus::new([2, 1 << 63]).is_none());
        assert!(Modulus::new([1, 1 << 62]).is_none());
        assert!(Modulus::new([1, 1 << 63]).is_some());
    }
}

//! Finding large primes.
//!
//! From a random start numbers are taken at equal steps, those with a small factor are sieved out, and the others are
//! tested side by side until the first that is a prime.
//!
//! **Invariant:** the same stream of chance gives the same prime, whatever the number of threads.
//! **Not here:** what the primes are for. The numbers must be random: a number that somebody chose to pass for a prime
//! would need more rounds.

use std::sync::LazyLock;

use super::generate::Stream;
use super::montgomery::Modulus;
use crate::base::parallel;

/// A number is sieved by the primes below this: the next ones would take longer than the tests that they save.
const SIEVED_BELOW: usize = 1 << 16;

/// How many numbers of a progression are looked at, for each limb: one in e^11 has no prime among them.
const NUMBERS_PER_LIMB: usize = 256;

/// A random prime with the two highest bits set, so that the product of two has as many bits as both together.
pub fn random<const N: usize>(chance: &mut Stream) -> [u64; N] {
    loop {
        let mut start = chance.limbs::<N>();
        start[N - 1] |= 3 << 62;
        start[0] |= 1;
        if let Some(prime) = first(&start, &[2], chance) {
            return prime;
        }
    }
}

/// The first prime among start, start + step, start + 2 step ...; nothing where it is not soon to be found. The start
/// is odd and has its highest bit set, the step is even and has no factor in common with it.
pub fn first<const N: usize>(start: &[u64; N], step: &[u64], chance: &mut Stream) -> Option<[u64; N]> {
    let places = without_small_factors(start, step, NUMBERS_PER_LIMB * N);
    let candidates: Vec<Modulus<N>> =
        places.into_iter().map_while(|at| nth(start, step, at)).filter_map(Modulus::new).collect();
    // Numbers of a few limbs are tested sooner than a thread starts.
    let threads = if N < 8 { 1 } else { usize::MAX };
    let mut rest = &candidates[..];
    loop {
        let at = parallel::first(rest, threads, passes_for_two)?;
        let candidate = &rest[at];
        let bases: Vec<[u64; N]> = (0..rounds(64 * N)).map(|_| base(candidate, chance)).collect();
        if parallel::map(&bases, threads, |base| passes(candidate, base)).into_iter().all(|passes| passes) {
            return Some(*candidate.n());
        }
        rest = &rest[at + 1..];
    }
}

/// The test with a base of two, which is the quickest, and rules out all but very few.
fn passes_for_two<const N: usize>(candidate: &Modulus<N>) -> bool {
    is_probable(candidate, |exponent| candidate.power_of_two(exponent))
}

fn passes<const N: usize>(candidate: &Modulus<N>, base: &[u64; N]) -> bool {
    is_probable(candidate, |exponent| candidate.power(base, exponent))
}

/// How many random bases a random number of so many bits is tested with.
///
/// Go: rsa.isPrime, whose figures are those of BoringSSL: a composite number passes with a chance of at most 2^-112 for
/// primes of a key of 2048 bits, 2^-128 for those of a key of 3072 bits or more.
fn rounds(bits: usize) -> usize {
    match bits {
        3747.. => 3,
        1345.. => 4,
        476.. => 5,
        400.. => 6,
        347.. => 7,
        308.. => 8,
        _ => 27,
    }
}

/// The residue of a random base, neither 0 nor 1 nor -1. Residues of all numbers are all numbers: one is as good as
/// another.
fn base<const N: usize>(modulus: &Modulus<N>, chance: &mut Stream) -> [u64; N] {
    loop {
        let base = chance.limbs();
        let is_reduced = modulus.reduced(&base) == base;
        if is_reduced && base != [0; N] && base != modulus.one() && base != modulus.minus_one() {
            return base;
        }
    }
}

/// The test of Miller and Rabin. With n - 1 = 2^s d, d odd, the power d of a base modulo a prime is 1, or squaring it
/// less than s times gives -1.
fn is_probable<const N: usize>(modulus: &Modulus<N>, power: impl Fn(&[u64]) -> [u64; N]) -> bool {
    // Nothing is borrowed: n is odd.
    let mut less_one = *modulus.n();
    less_one[0] &= !1;
    let zeros = trailing_zeros(&less_one);
    let mut power = modulus.reduced(&power(&shifted_right(&less_one, zeros)));
    if power == modulus.one() {
        return true;
    }
    for _ in 1..zeros {
        if power == modulus.minus_one() {
            return true;
        }
        power = modulus.reduced(&modulus.square(&power));
    }
    power == modulus.minus_one()
}

fn trailing_zeros(number: &[u64]) -> usize {
    let limbs = number.iter().take_while(|limb| **limb == 0).count();
    64 * limbs + number.get(limbs).map_or(0, |limb| limb.trailing_zeros() as usize)
}

fn shifted_right(number: &[u64], bits: usize) -> Vec<u64> {
    let (limbs, bits) = (bits / 64, bits % 64);
    let at = |at: usize| number.get(at).copied().unwrap_or(0);
    let limb = |i: usize| ((u128::from(at(i + 1)) << 64 | u128::from(at(i))) >> bits) as u64;
    (limbs..number.len()).map(limb).collect()
}

/// start + at · step, where it has as many limbs.
fn nth<const N: usize>(start: &[u64; N], step: &[u64], at: usize) -> Option<[u64; N]> {
    let (mut sum, mut carry) = (*start, 0);
    for (i, limb) in sum.iter_mut().enumerate() {
        let step = step.get(i).copied().unwrap_or(0);
        let wide = u128::from(*limb) + u128::from(step) * at as u128 + carry;
        (*limb, carry) = (wide as u64, wide >> 64);
    }
    (carry == 0).then_some(sum)
}

/// The odd primes to sieve by, by the sieve of Eratosthenes.
static SMALL_PRIMES: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut is_composite = vec![false; SIEVED_BELOW];
    let mut primes = Vec::new();
    for number in (3..SIEVED_BELOW).step_by(2) {
        if !is_composite[number] {
            primes.push(number as u64);
            (number * number..SIEVED_BELOW).step_by(2 * number).for_each(|multiple| is_composite[multiple] = true);
        }
    }
    primes
});

/// The places of the numbers start + at · step, for so many places, that no small prime divides.
fn without_small_factors(start: &[u64], step: &[u64], count: usize) -> Vec<usize> {
    let mut has_factor = vec![false; count];
    // The long division, by as many primes at once as make a divisor of one limb.
    for primes in SMALL_PRIMES.chunks(4) {
        let product = primes.iter().product();
        let (start, step) = (remainder(start, product), remainder(step, product));
        for prime in primes {
            let Some(inverse) = inverse(step % prime, *prime) else { continue };
            let first = (prime - start % prime) * inverse % prime;
            (first as usize..count).step_by(*prime as usize).for_each(|multiple| has_factor[multiple] = true);
        }
    }
    (0..count).filter(|at| !has_factor[*at]).collect()
}

fn remainder(number: &[u64], divisor: u64) -> u64 {
    let step = |rest: u64, limb: &u64| ((u128::from(rest) << 64 | u128::from(*limb)) % u128::from(divisor)) as u64;
    number.iter().rev().fold(0, step)
}

/// The number below a prime whose product with a number below it leaves one, by Euclid's algorithm.
fn inverse(number: u64, prime: u64) -> Option<u64> {
    let (mut rest, mut next) = (prime, number);
    let (mut factor, mut next_factor) = (0i64, 1i64);
    while next != 0 {
        let quotient = rest / next;
        (rest, next) = (next, rest % next);
        (factor, next_factor) = (next_factor, factor - quotient as i64 * next_factor);
    }
    (rest == 1).then(|| factor.rem_euclid(prime as i64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(seed: u8) -> Stream {
        Stream::new(&mut |bytes| bytes.fill(seed))
    }

    fn limbs<const N: usize>(hex: &str) -> [u64; N] {
        assert_eq!(hex.len(), 16 * N);
        std::array::from_fn(|at| u64::from_str_radix(&hex[16 * (N - 1 - at)..16 * (N - at)], 16).unwrap())
    }

    fn below_power_of_two<const N: usize>(difference: u64) -> [u64; N] {
        std::array::from_fn(|at| if at == 0 { 0u64.wrapping_sub(difference) } else { u64::MAX })
    }

    /// Whether the base of two, and whether all random bases accept a number.
    fn verdicts<const N: usize>(number: [u64; N]) -> (bool, bool) {
        let candidate = Modulus::new(number).unwrap();
        let mut chance = stream(7);
        let all = (0..rounds(64 * N)).all(|_| passes(&candidate, &base(&candidate, &mut chance)));
        (passes_for_two(&candidate), all)
    }

    #[test]
    fn the_largest_primes_below_powers_of_two_are_found() {
        fn check<const N: usize>(difference: u64) {
            let prime = below_power_of_two::<N>(difference);
            assert_eq!(verdicts(prime), (true, true));
            // From far below it.
            let start = nth(&below_power_of_two::<N>(difference + 200), &[2], 1).unwrap();
            let found = first(&start, &[2], &mut stream(1)).unwrap();
            assert!(found == prime || found[0] < prime[0]);
            assert_eq!(first(&below_power_of_two::<N>(difference - 2), &[2], &mut stream(1)), None);
        }
        check::<2>(159);
        check::<4>(189);
        check::<8>(569);
        check::<16>(105);
    }

    #[test]
    fn composites_are_ruled_out() {
        // Of two primes close to each other, and squares of a prime.
        assert_eq!(verdicts(limbs::<2>("b8b68d77319dd8b6c755a01dac2aaa5f")), (false, false));
        assert_eq!(verdicts(limbs::<2>("b8b68d77319dd855f17f413b9c587339")), (false, false));
        let close = "dedfe9c71e0c54076103b5e82a3e78ed4bfdd11ef7135d8b50bb6fc3f9dfbbfd";
        assert_eq!(verdicts(limbs::<4>(close)), (false, false));
        // Numbers of Carmichael, (6k+1)(12k+1)(18k+1), which Fermat's test takes for primes.
        assert_eq!(verdicts(limbs::<2>("e554b3ea9559c8f05458ceb2b4220bf9")), (false, false));
        let carmichael = "ff38eca0c639b6aaeb0641f25e474cf8311afbc99cb97cb3580b75f5a776f4a9";
        assert_eq!(verdicts(limbs::<4>(carmichael)), (false, false));
        // Strong pseudoprimes for the bases 2, 3, 5 and more, of primes p and 2p-1.
        assert_eq!(verdicts(limbs::<2>("924380d540bd52bdb5cb152f4466ad5d")), (true, false));
        let strong = "97b7445b749474d914abf7a540a00c62453c17ef453c68ffe8a880d4d44f2f9d";
        assert_eq!(verdicts(limbs::<4>(strong)), (true, false));
    }

    #[test]
    fn what_passes_for_two_only_is_passed_over() {
        let start = limbs::<2>("924380d540bd52bdb5cb152f4466ad5d");
        let found = first(&start, &[2], &mut stream(1)).unwrap();
        assert_ne!(found, start);
        assert_eq!(verdicts(found), (true, true));
    }

    #[test]
    fn the_sieve_leaves_what_no_small_prime_divides() {
        for (start, step) in [(1_000_000_000_001, 2), (70_001, 2), (1_000_000_000_001, 30), (99_999_999_977, 46_410)] {
            let has_factor = |number: u64| SMALL_PRIMES.iter().any(|prime| number.is_multiple_of(*prime));
            let expected: Vec<usize> = (0..500).filter(|at| !has_factor(start + step * *at as u64)).collect();
            // Primes that divide the step divide all numbers or none.
            assert_eq!(without_small_factors(&[start, 0], &[step], 500), expected, "{start} {step}");
        }
        assert_eq!(SMALL_PRIMES.len(), 6541);
        assert_eq!(SMALL_PRIMES.iter().take(8).collect::<Vec<_>>(), [&3, &5, &7, &11, &13, &17, &19, &23]);
    }

    #[test]
    fn a_seed_decides_the_prime() {
        let prime = random::<4>(&mut stream(1));
        assert_eq!(prime, random::<4>(&mut stream(1)));
        assert_ne!(prime, random::<4>(&mut stream(2)));
        assert_eq!(prime[3] >> 62, 3);
        assert_eq!(verdicts(prime), (true, true));
    }
}

//! New keys that take a search for primes: RSA and DSA.
//!
//! **Invariant:** the seed of the stream decides the key, whatever the number of threads.
//! **Not here:** keys that are random bytes, which are made where they are wanted.

use std::array::from_fn;

use rsa::{BigUint, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::keys::{Dsa, PrivateKey};
use super::montgomery::Modulus;
use super::prime;

/// Random bytes that a seed decides: SHA-256 of seed and number, block by block. It takes the chance of the world to
/// where the world is not at hand.
pub struct Stream {
    seed: [u8; 32],
    block: u64,
}

impl Stream {
    /// With a seed from the world.
    pub fn new(random: &mut dyn FnMut(&mut [u8])) -> Stream {
        let mut seed = [0; 32];
        random(&mut seed);
        Stream { seed, block: 0 }
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let block = Sha256::new().chain_update(self.seed).chain_update(self.block.to_le_bytes()).finalize();
            self.block += 1;
            piece.iter_mut().zip(block).for_each(|(place, byte)| *place = byte);
        }
    }

    pub fn limbs<const N: usize>(&mut self) -> [u64; N] {
        from_fn(|_| {
            let mut limb = [0; 8];
            self.fill(&mut limb);
            u64::from_le_bytes(limb)
        })
    }
}

/// How many limbs each prime of an RSA key has.
pub const RSA_2048: usize = 2048 / 2 / 64;
pub const RSA_4096: usize = 4096 / 2 / 64;

/// An RSA key of two primes of so many limbs, with the public exponent 65537. Go: rsa.GenerateKey
pub fn rsa<const N: usize>(chance: &mut Stream) -> PrivateKey {
    loop {
        let [p, q] = [(); 2].map(|()| number(&prime::random::<N>(chance)));
        // FIPS 186-5, A.1.3: whoever knows that the primes are close to each other finds them. It does not happen by
        // chance.
        let distance = if p > q { &p - &q } else { &q - &p };
        if distance.bits() + 100 <= 64 * N {
            continue;
        }
        // Where the exponent has a factor in common with p - 1 or q - 1, there is no key.
        if let Ok(key) = RsaPrivateKey::from_p_q(p, q, BigUint::from(65537u32)) {
            return PrivateKey::Rsa(Box::new(key));
        }
    }
}

/// A DSA key with parameters of its own, of 2048 and 256 bits. Go: dsa.GenerateParameters and dsa.GenerateKey
pub fn dsa(chance: &mut Stream) -> PrivateKey {
    loop {
        let q = prime::random::<4>(chance);
        let mut start = chance.limbs::<32>();
        start[31] |= 3 << 62;
        // The multiples of 2q, and one: q divides p - 1.
        let (step, start) = (number(&q) << 1, number(&start));
        let start = &start - &start % &step + 1u32;
        let Some(modulus) = prime::first(&limbs::<32>(&start), &limbs::<5>(&step), chance).and_then(Modulus::new)
        else {
            continue;
        };
        let p = number(modulus.n());
        let g = modulus.power_of_two(&limbs::<32>(&((&p - 1u32) / number(&q))));
        if modulus.reduced(&g) == modulus.one() {
            continue;
        }
        let x = loop {
            let x = chance.limbs::<4>();
            if x != [0; 4] && number(&x) < number(&q) {
                break x;
            }
        };
        let y = modulus.power(&g, &x);
        let [g, y] = [g, y].map(|residue| number(&modulus.number(&residue)));
        let [p, q, g, y, x] = [p, number(&q), g, y, number(&x)].map(|number| number.to_bytes_be());
        return PrivateKey::Dsa(Dsa { p, q, g, y, x });
    }
}

fn number(limbs: &[u64]) -> BigUint {
    BigUint::from_bytes_le(&limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect::<Vec<_>>())
}

/// The lowest limbs of a number, all of them where it is not longer.
fn limbs<const N: usize>(number: &BigUint) -> [u64; N] {
    let bytes = number.to_bytes_le();
    from_fn(|at| {
        let mut limb = [0; 8];
        limb.iter_mut().zip(bytes.iter().skip(8 * at)).for_each(|(place, byte)| *place = *byte);
        u64::from_le_bytes(limb)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::traits::{PrivateKeyParts, PublicKeyParts};

    fn stream(seed: u8) -> Stream {
        Stream::new(&mut |bytes| bytes.fill(seed))
    }

    /// By Fermat's test, with the arithmetic of another library.
    fn is_prime(number: &BigUint) -> bool {
        let one = BigUint::from(1u8);
        [2u8, 3, 5, 7].iter().all(|base| BigUint::from(*base).modpow(&(number - &one), number) == one)
    }

    fn check_rsa<const N: usize>() {
        for seed in 0..4 {
            let PrivateKey::Rsa(key) = rsa::<N>(&mut stream(seed)) else { panic!("not an RSA key") };
            let [p, q] = key.primes() else { panic!("not two primes") };
            assert_eq!((key.n().bits(), p.bits(), q.bits()), (128 * N, 64 * N, 64 * N));
            assert_eq!((key.n(), key.e()), (&(p * q), &BigUint::from(65537u32)));
            let one = BigUint::from(1u8);
            for prime in [p, q] {
                assert!(is_prime(prime));
                assert_eq!(key.e() * key.d() % (prime - &one), one);
            }
            let PrivateKey::Rsa(again) = rsa::<N>(&mut stream(seed)) else { panic!("not an RSA key") };
            assert_eq!(again.primes(), key.primes());
        }
    }

    #[test]
    fn rsa_keys_are_valid_and_the_seed_decides_them() {
        check_rsa::<4>();
        check_rsa::<8>();
    }

    #[test]
    fn dsa_keys_are_valid() {
        let PrivateKey::Dsa(key) = dsa(&mut stream(1)) else { panic!("not a DSA key") };
        let [p, q, g, y, x] = [&key.p, &key.q, &key.g, &key.y, &key.x].map(|bytes| BigUint::from_bytes_be(bytes));
        let one = BigUint::from(1u8);
        assert_eq!((p.bits(), q.bits()), (2048, 256));
        assert!(is_prime(&p) && is_prime(&q) && x < q);
        assert_eq!((&p - &one) % &q, BigUint::from(0u8));
        assert!(g != one && g.modpow(&q, &p) == one);
        assert_eq!(g.modpow(&x, &p), y);
    }
}

//! The checksum Adler-32 of RFC 1950.

const MODULUS: u32 = 65521;

/// So many bytes can be summed up before the sums outgrow 32 bits.
const BLOCK: usize = 5552;

pub fn checksum(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1, 0);
    for block in bytes.chunks(BLOCK) {
        for byte in block {
            low += u32::from(*byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

//! What templates see of the machine: the clock, `TZ`, chance.

use std::net::ToSocketAddrs;
use std::time::{SystemTime, UNIX_EPOCH};

use kz::gotmpl::World;
use sha2::{Digest, Sha256};

/// With `--seed` it is always the start of 2020, so that nothing depends on when a chart is rendered.
const SEEDED_NOW: i64 = 1_577_836_800;

/// The world of this machine, in which no host can be looked up.
pub fn of_machine() -> World {
    world(None, false)
}

/// The world of this machine, or with a seed one that is the same everywhere.
pub fn world(seed: Option<&str>, enable_dns: bool) -> World {
    let mut world = match seed {
        Some(seed) => {
            World { now: Box::new(|| (SEEDED_NOW, 0)), random: Box::new(seeded(seed)), ..World::fixed(SEEDED_NOW) }
        }
        None => World {
            now: Box::new(now),
            time_zone: std::env::var("TZ").unwrap_or_default(),
            random: Box::new(random),
            resolve_host: None,
        },
    };
    if enable_dns {
        world.resolve_host = Some(Box::new(resolve));
    }
    world
}

fn now() -> (i64, u32) {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos()),
        Err(before) => (-i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX), 0),
    }
}

/// A stream of bytes that only the seed decides: SHA-256 of seed and block number, block by block.
fn seeded(seed: &str) -> impl FnMut(&mut [u8]) + use<> {
    let start = Sha256::new_with_prefix(seed.as_bytes());
    let (mut block, mut number, mut used) = ([0u8; 32], 0u64, 32);
    move |bytes| {
        for byte in bytes {
            if used == block.len() {
                block = start.clone().chain_update(number.to_le_bytes()).finalize().into();
                number += 1;
                used = 0;
            }
            *byte = block[used];
            used += 1;
        }
    }
}

/// Chance as the system has it. A key made without it would be no secret: there is nothing to go on with then.
pub fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).unwrap_or_else(|_| panic!("the system gives no random bytes"));
}

/// sprig: getHostByName gives the first address.
fn resolve(host: &str) -> Option<String> {
    let address = (host, 0).to_socket_addrs().ok()?.next()?;
    Some(address.ip().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_chance_and_time() {
        let bytes = |seed: &str, pieces: &[usize]| {
            let mut world = world(Some(seed), false);
            let mut all = Vec::new();
            for length in pieces {
                let mut piece = vec![0; *length];
                (world.random)(&mut piece);
                all.extend(piece);
            }
            ((world.now)(), all)
        };
        assert_eq!(bytes("a", &[70]), bytes("a", &[1, 32, 37]));
        assert_ne!(bytes("a", &[70]), bytes("b", &[70]));
    }
}

//! What a template may see of the machine, handed in by the caller.
//!
//! **Invariant:** with the same world a template gives the same text.

pub type Random = Box<dyn FnMut(&mut [u8])>;

pub type ResolveHost = Box<dyn FnMut(&str) -> Option<String>>;

/// The clock, the time zone and randomness.
pub struct World {
    /// Seconds and nanoseconds since 1970, UTC.
    pub now: Box<dyn FnMut() -> (i64, u32)>,
    /// What `TZ` says: a name of the time zone database; empty means UTC.
    pub time_zone: String,
    /// Fills a buffer with random bytes.
    pub random: Random,
    /// The address of a host, where templates may ask for one (`--enable-dns`).
    pub resolve_host: Option<ResolveHost>,
}

impl World {
    /// One in which it is always the same second and chance is a counter: for tests.
    pub fn fixed(seconds: i64) -> World {
        let mut counter = 0u8;
        World {
            now: Box::new(move || (seconds, 0)),
            time_zone: String::new(),
            random: Box::new(move |bytes| {
                bytes.iter_mut().for_each(|byte| {
                    *byte = counter;
                    counter = counter.wrapping_add(37);
                })
            }),
            resolve_host: None,
        }
    }
}

//! How much a template may use up.

use std::cell::Cell;

/// How much of the stack templates in templates may take: half of what a deep one has, so that what is deep in
/// the last of them fits.
pub(super) const MAX_STACK: usize = 256 << 20;

/// What is left. Shared by all that holds it.
#[derive(Debug)]
pub struct Limits {
    steps: Cell<u64>,
    output: Cell<u64>,
}

impl Default for Limits {
    /// Far more than a chart needs.
    fn default() -> Limits {
        Limits::new(200_000_000, 1 << 30)
    }
}

impl Limits {
    /// So many nodes may be executed and so many bytes written, also those that `include` gives.
    pub fn new(steps: u64, output: u64) -> Limits {
        Limits { steps: Cell::new(steps), output: Cell::new(output) }
    }

    pub(super) fn take_step(&self) -> bool {
        take(&self.steps, 1)
    }

    pub(super) fn take_output(&self, bytes: usize) -> bool {
        take(&self.output, bytes as u64)
    }
}

fn take(left: &Cell<u64>, amount: u64) -> bool {
    match left.get().checked_sub(amount) {
        Some(rest) => {
            left.set(rest);
            true
        }
        None => false,
    }
}

/// Where the stack is now.
#[inline(never)]
pub(super) fn stack_address() -> usize {
    let here = 0u8;
    std::hint::black_box(&raw const here).addr()
}

/// How far the stack is from where it was.
pub(super) fn stack_used(top: usize) -> usize {
    top.abs_diff(stack_address())
}

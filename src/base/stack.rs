//! A stack deep enough for trees of any legal depth.
//!
//! Nodes may be nested ten thousand deep, and code that walks them is plainest when it recurses.
//! The binary and the library's entry points therefore do their work in here.
//!
//! **Invariant:** work that is already on a deep stack stays on it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Address space, not memory: the system commits what is touched.
const STACK_SIZE: usize = 512 << 20;

thread_local! {
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` on a deep stack and gives back what it returns; at once where the current stack is one. A panic of `f` goes
/// on in the caller.
///
/// The thread stays the same: starting one takes longer than many a build. Where the system refuses the address space,
/// `f` runs on the current stack.
pub fn with_deep_stack<R>(f: impl FnOnce() -> R) -> R {
    if IS_DEEP.get() {
        return f();
    }
    let mut work = Some(f);
    let run = || {
        IS_DEEP.set(true);
        work.take().map(|f| f())
    };
    let result = catch_unwind(AssertUnwindSafe(|| stacker::grow(STACK_SIZE, run)));
    IS_DEEP.set(false);
    match (result, work) {
        (Ok(Some(result)), _) => result,
        // The stack was refused before the work began.
        (_, Some(f)) => f(),
        (Err(panic), None) => resume_unwind(panic),
        (Ok(None), None) => unreachable!("the work is taken only where it gives a result or panics"),
    }
}

/// Marks the current thread as one with a deep stack, so that [`with_deep_stack`] stays on it:
/// for the threads of a pool that was built with [`deep_stack_size`].
pub fn mark_deep() {
    IS_DEEP.set(true);
}

/// The stack size that the threads of a pool need.
pub const fn deep_stack_size() -> usize {
    STACK_SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(n: usize) -> usize {
        if n == 0 { 0 } else { std::hint::black_box(depth(n - 1)) + 1 }
    }

    #[test]
    fn deep_recursion_fits_again_and_again() {
        for _ in 0..2 {
            assert_eq!(with_deep_stack(|| depth(1_000_000)), 1_000_000);
        }
    }

    #[test]
    fn nested_calls_stay_on_the_stack() {
        let on_it = with_deep_stack(|| {
            let before = stacker::remaining_stack();
            with_deep_stack(|| before.zip(stacker::remaining_stack()).map(|(before, now)| before.abs_diff(now)))
        });
        assert!(on_it.is_some_and(|bytes| bytes < 1 << 20), "{on_it:?}");
    }

    #[test]
    fn a_panic_goes_on_in_the_caller() {
        let caught = std::panic::catch_unwind(|| with_deep_stack(|| panic!("once")));
        assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"once"));
    }
}

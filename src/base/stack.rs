//! A stack deep enough for trees of any legal depth.
//!
//! Nodes may be nested ten thousand deep, and code that walks them is plainest when it recurses.
//! The binary and the library's entry points therefore do their work in here.
//!
//! **Invariant:** work that is already on a deep stack is not moved to another thread.

use std::cell::Cell;

/// Address space, not memory: the system commits what is touched.
const STACK_SIZE: usize = 512 << 20;

thread_local! {
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` on a thread with a deep stack and gives back what it returns; at once where the
/// current thread is one. A panic of `f` goes on in the caller.
///
/// Where the system refuses a new thread, `f` runs on the current stack.
pub fn with_deep_stack<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    if IS_DEEP.get() {
        return f();
    }
    let mut work = Some(f);
    let moved = std::thread::scope(|scope| {
        let work = &mut work;
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, move || {
            IS_DEEP.set(true);
            work.take().map(|f| f())
        });
        match thread.map(|thread| thread.join()) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_refused) => None,
        }
    });
    match (moved, work) {
        (Some(result), _) => result,
        (None, Some(f)) => f(),
        (None, None) => unreachable!("the work is taken only by the thread that gives a result"),
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
    fn deep_recursion_fits_and_nested_calls_stay_on_the_thread() {
        assert_eq!(with_deep_stack(|| depth(1_000_000)), 1_000_000);
        let (outer, inner) = with_deep_stack(|| {
            let here = std::thread::current().id();
            (here, with_deep_stack(|| std::thread::current().id()))
        });
        assert_eq!(outer, inner);
        assert_ne!(outer, std::thread::current().id());
    }

    #[test]
    fn a_panic_goes_on_in_the_caller() {
        let caught = std::panic::catch_unwind(|| with_deep_stack(|| panic!("once")));
        assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"once"));
    }
}

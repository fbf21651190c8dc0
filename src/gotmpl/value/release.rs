//! Lets go of maps and lists without deep recursion: templates can nest them as deep as they run.

use std::cell::{Cell, RefCell};

/// So many levels are dropped by plain recursion.
const MAX_DEPTH: usize = 256;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// What was met too deep, to be dropped from the top.
    static DEFERRED: RefCell<Vec<Box<dyn Content>>> = const { RefCell::new(Vec::new()) };
}

/// Anything that can be dropped later.
pub(super) trait Content {}

impl<T> Content for T {}

/// Drops what a map or list held, now or when the outermost one has been dropped.
pub(super) fn release<T: 'static>(content: T) {
    let depth = DEPTH.get();
    if depth >= MAX_DEPTH {
        // Where the thread is coming to its end the list may be gone; then it is dropped here after all.
        let mut content = Some(content);
        let _ = DEFERRED.try_with(|list| list.borrow_mut().extend(content.take().map(|c| Box::new(c) as _)));
        return;
    }
    DEPTH.set(depth + 1);
    drop(content);
    if depth == 0 {
        while let Ok(Some(next)) = DEFERRED.try_with(|list| list.borrow_mut().pop()) {
            drop(next);
        }
    }
    DEPTH.set(depth);
}

#[cfg(test)]
mod tests {
    use super::super::Value;

    #[test]
    fn maps_and_lists_of_any_depth_are_dropped_on_a_small_stack() {
        let run = || {
            let mut value = Value::int(1);
            for at in 0..1_000_000 {
                value = if at % 2 == 0 { Value::map([("a", value)]) } else { Value::list(vec![value]) };
            }
        };
        let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("there are threads");
        assert!(thread.join().is_ok());
    }
}

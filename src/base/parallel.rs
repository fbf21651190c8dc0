//! Work side by side, results in order.
//!
//! **Invariant:** what comes out does not depend on timing; threads have the stack that deep trees need.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::stack::{deep_stack_size, mark_deep};

/// `f` of each item, in the items' order. A thread is started only for every `worth` items: what is done
/// sooner than a thread starts is done here.
pub fn map<T: Sync, R: Send>(items: &[T], worth: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = cores.min(items.len() / worth.max(1));
    if workers <= 1 {
        return items.iter().map(f).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match items.get(at) {
                Some(item) => done.push((at, f(item))),
                None => return done,
            }
        }
    };
    let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
        let start = |_| {
            let deep = || {
                mark_deep();
                work()
            };
            // Where the system refuses a thread, the others do its work.
            std::thread::Builder::new().stack_size(deep_stack_size()).spawn_scoped(scope, deep).ok()
        };
        let others: Vec<_> = (1..workers).filter_map(start).collect();
        let mut results = work();
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    });
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(super::map(&items, 1, |n| n * 2), items.iter().map(|n| n * 2).collect::<Vec<_>>());
        assert!(super::map(&[] as &[u8], 1, |n| *n).is_empty());
    }
}

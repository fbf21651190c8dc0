//! Work side by side, results in order.
//!
//! **Invariant:** what comes out does not depend on timing; threads have the stack that deep trees need.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use super::threads;

/// `f` of each item, in the items' order. `threads` is how many threads the work is worth: what is done
/// sooner than a thread starts is done here.
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if threads <= 1 || items.len() <= 1 {
        return items.iter().map(f).collect();
    }
    map_waiting(items, cores().min(threads), f)
}

/// As [`map`], for work that waits more than it computes: there may be more threads than cores.
pub fn map_waiting<T: Sync, R: Send>(items: &[T], threads: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = threads.min(items.len());
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
        // Where the system refuses a thread, the others do its work.
        let others: Vec<_> = (1..workers).filter_map(|_| threads::spawn(scope, work)).collect();
        threads::let_start();
        let mut results = work();
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    });
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Where the first item stands that is what is looked for. Once one is found no item behind it is looked at.
pub fn first<T: Sync>(items: &[T], threads: usize, is_it: impl Fn(&T) -> bool + Sync) -> Option<usize> {
    let found = AtomicUsize::new(items.len());
    let look = |(at, item): &(usize, &T)| {
        if *at < found.load(Ordering::Relaxed) && is_it(item) {
            found.fetch_min(*at, Ordering::Relaxed);
        }
    };
    map(&items.iter().enumerate().collect::<Vec<_>>(), threads, look);
    Some(found.into_inner()).filter(|at| *at < items.len())
}

/// How many threads the machine runs at once. The system looks into several files to say it, so it is asked once.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// `f` on each item. Where several fail, the error is that of the first of them.
///
/// Threads are started only where each gets `worth` items.
pub fn for_each<T: Send, E: Send>(
    items: &mut [T],
    worth: usize,
    f: impl Fn(&mut T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let threads = items.len() / worth.max(1);
    if threads <= 1 {
        return items.iter_mut().try_for_each(f);
    }
    let part = items.len().div_ceil(threads);
    let parts: Vec<Mutex<&mut [T]>> = items.chunks_mut(part).map(Mutex::new).collect();
    let run = |part: &Mutex<&mut [T]>| part.lock().unwrap_or_else(|e| e.into_inner()).iter_mut().try_for_each(&f);
    map(&parts, parts.len(), run).into_iter().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_error_is_that_of_the_first_item_that_fails() {
        let mut items: Vec<usize> = (0..1000).collect();
        let double_or_fail = |n: &mut usize| {
            *n *= 2;
            if *n == 600 || *n == 1800 { Err(*n) } else { Ok(()) }
        };
        assert_eq!(super::for_each(&mut items, 100, double_or_fail), Err(600));
        let mut items: Vec<usize> = (0..250).collect();
        assert_eq!(super::for_each(&mut items, 100, double_or_fail), Ok(()));
        assert_eq!(items, (0..250).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(super::map(&items, 4, |n| n * 2), items.iter().map(|n| n * 2).collect::<Vec<_>>());
        assert!(super::map(&[] as &[u8], 4, |n| *n).is_empty());
    }

    #[test]
    fn of_all_that_are_looked_for_the_first_is_found() {
        let items: Vec<usize> = (1..1000).collect();
        for threads in [1, 4] {
            assert_eq!(super::first(&items, threads, |n| n % 97 == 0), Some(96));
            assert_eq!(super::first(&items, threads, |n| *n == 0), None);
        }
    }
}

//! Threads that work beside the one that starts them.
//!
//! A system may put a new thread behind the one that made it, on the same processor, though another is idle: Linux does,
//! on machines of few processors. It looks again after some milliseconds, and most runs of kz are over by then. So a
//! thread that finds itself there asks for another processor, once; where it runs after that is for the system to say.
//!
//! **Not here:** what work is worth a thread ([`super::parallel`] and its users know).

use std::thread::{Builder, Scope, ScopedJoinHandle};

use self::processor::Processor;
use super::stack::{deep_stack_size, mark_deep};

/// Does the work on a thread of its own, with a stack for deep trees. Nothing where the system refuses a thread.
/// Once all are made, [`let_start`] is due.
pub fn spawn<'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> R + Send + 'scope,
) -> Option<ScopedJoinHandle<'scope, R>> {
    let spawners = Processor::current();
    let run = move || {
        mark_deep();
        spawners.leave();
        work()
    };
    Builder::new().stack_size(deep_stack_size()).spawn_scoped(scope, run).ok()
}

/// Lets new threads run that have to run here before they can leave.
pub fn let_start() {
    std::thread::yield_now();
}

#[cfg(target_os = "linux")]
mod processor {
    use rustix::thread::{
        CpuSet, SecureComputingMode, sched_getaffinity, sched_getcpu, sched_setaffinity, secure_computing_mode,
    };

    /// The number of a processor.
    #[derive(Clone, Copy)]
    pub struct Processor(usize);

    impl Processor {
        /// On which this thread runs.
        pub fn current() -> Processor {
            Processor(sched_getcpu())
        }

        /// Lets this thread go on elsewhere, if it runs on this one and may run on others.
        ///
        /// Where system calls are filtered nothing is asked: some filters end the process that asks for a processor
        /// (`@resources` of systemd). Nor on machines of more than 1024 processors, whose sets are longer.
        pub fn leave(self) {
            let Processor(taken) = self;
            let may_ask = || secure_computing_mode() == Ok(SecureComputingMode::Disabled);
            if sched_getcpu() != taken || taken >= CpuSet::MAX_CPU || !may_ask() {
                return;
            }
            let Ok(allowed) = sched_getaffinity(None) else { return };
            let mut others = allowed;
            others.unset(taken);
            if others.count() > 0 && sched_setaffinity(None, &others).is_ok() {
                // It may come back as soon as the system sees fit.
                let _ = sched_setaffinity(None, &allowed);
            }
        }
    }
}

/// Elsewhere the system is not known to need help.
#[cfg(not(target_os = "linux"))]
mod processor {
    #[derive(Clone, Copy)]
    pub struct Processor;

    impl Processor {
        pub fn current() -> Processor {
            Processor
        }

        pub fn leave(self) {}
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::thread::scope;

    use rustix::thread::{CpuSet, sched_getaffinity};

    #[test]
    fn a_thread_may_run_wherever_its_maker_may() {
        let found = scope(|scope| {
            let thread = super::spawn(scope, allowed).expect("there are threads");
            super::let_start();
            thread.join().expect("it does not panic")
        });
        assert_eq!(found, allowed());
    }

    fn allowed() -> Vec<usize> {
        let set = sched_getaffinity(None).expect("it is known");
        (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect()
    }
}

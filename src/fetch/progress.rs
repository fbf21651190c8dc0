//! What is going on, told to whoever wants to show it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Context;

/// Gets all events, from many threads.
pub type Sink = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// How far one activity is.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The activity's own number.
    pub id: u64,
    /// `fetching https://…`; no secrets.
    pub what: &'a str,
    /// Bytes so far, and in all where that is known.
    pub done: u64,
    pub total: Option<u64>,
    pub has_ended: bool,
}

/// Something that takes time. It ends when it is dropped.
pub struct Activity<'c> {
    context: &'c Context,
    id: u64,
    what: String,
    done: u64,
    total: Option<u64>,
}

impl<'c> Activity<'c> {
    /// Begins; `what` holds no secrets.
    pub fn new(context: &'c Context, what: impl Into<String>) -> Activity<'c> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let activity = Activity { context, id, what: what.into(), done: 0, total: None };
        activity.tell(false);
        activity
    }

    /// So many bytes of so many are there.
    pub fn advance(&mut self, done: u64, total: Option<u64>) {
        (self.done, self.total) = (done, total);
        self.tell(false);
    }

    fn tell(&self, has_ended: bool) {
        let Activity { id, ref what, done, total, .. } = *self;
        (self.context.progress)(&Event { id, what, done, total, has_ended });
    }
}

impl Drop for Activity<'_> {
    fn drop(&mut self) {
        self.tell(true);
    }
}

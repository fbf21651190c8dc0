//! What is found out once in a process, by whoever asks first; all others wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use crate::base::Result;

/// Answers, by name.
pub struct Onces<T>(Mutex<HashMap<String, Arc<OnceLock<Result<T>>>>>);

impl<T: Clone> Onces<T> {
    /// The answer of that name, which is found if it was not yet.
    pub fn get(&self, name: &str, find: impl FnOnce() -> Result<T>) -> Result<T> {
        let once = {
            let mut all = self.0.lock().unwrap_or_else(|e| e.into_inner());
            Arc::clone(all.entry(name.to_owned()).or_default())
        };
        once.get_or_init(find).clone()
    }

    /// Takes in an answer that was found elsewhere.
    pub fn know(&self, name: String, answer: T) {
        let mut all = self.0.lock().unwrap_or_else(|e| e.into_inner());
        all.insert(name, Arc::new(OnceLock::from(Ok(answer))));
    }
}

impl<T> Default for Onces<T> {
    fn default() -> Onces<T> {
        Onces(Mutex::default())
    }
}

//! How a run ends.

use std::process::ExitCode;

/// The exit codes, as kustomize has them; and those of comparing, as diff has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Done = 0,
    /// Of comparing: the sides differ.
    Failed = 1,
    /// Of comparing: they could not be compared.
    Trouble = 2,
}

impl Exit {
    /// Ends the process here and now. Large trees need not be taken apart first: their memory goes
    /// back to the system as a whole.
    pub fn now(self) -> ! {
        std::process::exit(self as i32)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

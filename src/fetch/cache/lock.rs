//! Locks between processes, which are locks between threads too.
//!
//! **Invariant:** a lock goes when its holder does, however that ends.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, Instant};

/// So long is waited for others: longer than a fetch may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A thing that nobody else works on while this lives.
pub struct Lock {
    _file: Option<File>,
}

/// The lock of a file, alone.
pub(super) fn alone(path: &Path) -> io::Result<Lock> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let file = open(path)?;
    Ok(Lock { _file: wait(file, PATIENCE, File::try_lock)? })
}

/// The lock of a file, together with others. `None` where nothing can be written, and so nobody can prune.
pub(super) fn share(path: &Path) -> io::Result<Option<File>> {
    match open(path) {
        Ok(file) => wait(file, PATIENCE, File::try_lock_shared),
        Err(e) if matches!(e.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The lock of a file, alone, if nobody has it within some time.
pub(super) fn alone_within(path: &Path, patience: Duration) -> io::Result<Option<File>> {
    wait(open(path)?, patience, File::try_lock)
}

fn open(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).read(true).write(true).open(path)
}

/// `None` where the file system has no locks to give: then things may be fetched twice, and nothing else is lost.
fn wait(file: File, patience: Duration, take: fn(&File) -> Result<(), TryLockError>) -> io::Result<Option<File>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match take(&file) {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if start.elapsed() > patience => {
                return Err(io::Error::new(ErrorKind::TimedOut, "another process has not let go of it"));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

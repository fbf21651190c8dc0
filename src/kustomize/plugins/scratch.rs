//! A temporary file that nobody else may read and that is gone when its owner is.

use std::io::{ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Debug)]
pub struct File {
    path: PathBuf,
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

impl File {
    /// A new file with this content in the system's temporary directory.
    pub fn create(content: &str) -> Result<File> {
        for _ in 0..1000 {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            // kustomize: the plugin sees this name as its first argument.
            let name = format!("kust-plugin-config-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match open_new(&path) {
                Ok(mut file) => {
                    let made = File { path };
                    file.write_all(content.as_bytes())?;
                    return Ok(made);
                }
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // The plugin may have removed it.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Never opens what is there already, a link included.
fn open_new(path: &Path) -> Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_private_and_goes_with_its_owner() {
        let file = File::create("text").unwrap();
        let path = file.path().to_path_buf();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "text");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        drop(file);
        assert!(!path.exists());
    }
}

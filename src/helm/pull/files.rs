//! Files that are written where somebody asked for them.
//!
//! **Invariant:** a file is there as it was or as it is to be, never by halves.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file in the place of the one that is there, whose mode it keeps; a new one gets `mode`. A link is
/// followed. Folders are made.
pub fn replace(path: &Path, text: &[u8], mode: u32) -> io::Result<()> {
    let target = dunce::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&target);
    fs::create_dir_all(folder)?;
    let existing = fs::metadata(&target).ok().map(|data| data.permissions());
    put(folder, &target, text, mode, existing)
}

/// Writes a file in the place of what is there, which may be a link: folders of charts may come from anybody, and no
/// link of theirs makes somebody write into a file elsewhere. Go: fileutil.AtomicWriteFile.
pub fn replace_link(path: &Path, text: &[u8], mode: u32) -> io::Result<()> {
    put(folder_of(path), path, text, mode, None)
}

/// Writes a file that its owner alone may read, whoever may read the one that is there. A link is followed. Folders
/// are made, for the owner alone.
pub fn replace_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = dunce::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&target);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    put(folder, &target, text, 0o600, None)
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn put(folder: &Path, target: &Path, text: &[u8], mode: u32, permissions: Option<Permissions>) -> io::Result<()> {
    let unfinished = unfinished(folder)?;
    let write = || {
        let mut file = create_new(&unfinished, mode)?;
        file.write_all(text)?;
        match permissions {
            Some(permissions) => file.set_permissions(permissions)?,
            None => set_mode(&file, mode)?,
        }
        drop(file);
        fs::rename(&unfinished, target)
    };
    write().inspect_err(|_| drop(fs::remove_file(&unfinished)))
}

/// A name in a folder that nobody else has.
pub fn unfinished(folder: &Path) -> io::Result<PathBuf> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(folder.join(format!(".kz-{:016x}", u64::from_le_bytes(random))))
}

fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

/// Whatever the process' mask says. Go: os.Chmod.
fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    return file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    {
        let _ = (file, mode);
        Ok(())
    }
}

//! Files that are there complete or not at all, and never replace another.

use std::fs::{self, File, Metadata};
use std::path::Path;

use crate::error::{Code, Error, Result};

/// A regular file and what is known of it. Asked by name first: opening a pipe would wait for its writer.
pub fn open_regular(path: &Path) -> Result<(File, Metadata)> {
    if !fs::metadata(path)?.is_file() {
        return Err(Code::NotAFile.into());
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_file() { Ok((file, about)) } else { Err(Code::NotAFile.into()) }
}

/// Writes a file, only its owner's where the system knows permissions, under a temporary name beside its own, syncs
/// it, names it, syncs the folder.
pub fn write_new<T>(to: &Path, write: impl FnOnce(&mut File) -> Result<T>) -> Result<T> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(Code::Exists.into());
    }
    let folder = folder_of(to);
    let builder = tempfile::Builder::new().prefix(".privity-").suffix(".part").tempfile_in(folder);
    // Its error names the path, which ours must not.
    let mut temporary = builder.map_err(|error| std::io::Error::from(error.kind()))?;
    let result = write(temporary.as_file_mut())?;
    temporary.as_file().sync_all()?;
    temporary.persist_noclobber(to).map_err(|failed| match failed.error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::from(Code::Exists),
        _ => failed.error.into(),
    })?;
    if let Err(error) = sync_folder(folder) {
        // The name may not survive a crash, so it must not survive this call.
        let _best_effort = fs::remove_file(to);
        return Err(error);
    }
    Ok(result)
}

/// Fills a folder, only its owner's where the system knows permissions, under a temporary name beside its own, syncs
/// what `write` put there, names it, syncs the folder it lies in. On any error nothing is left.
pub fn write_new_folder<T>(to: &Path, write: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(Code::Exists.into());
    }
    let folder = folder_of(to);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".privity-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let builder = builder.tempdir_in(folder);
    let temporary = builder.map_err(|error| std::io::Error::from(error.kind()))?;
    let result = write(temporary.path())?;
    sync_all(temporary.path())?;
    // Renaming a folder onto an empty one would replace it; onto anything else it fails.
    if fs::symlink_metadata(to).is_ok() {
        return Err(Code::Exists.into());
    }
    fs::rename(temporary.path(), to)?;
    let _renamed = temporary.keep();
    if let Err(error) = sync_folder(folder) {
        let _best_effort = fs::remove_dir_all(to);
        return Err(error);
    }
    Ok(result)
}

/// Where a path lies.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Syncs a folder and the folders in it, as deep as they go; its files were synced when they were written.
fn sync_all(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        }
    }
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}

/// Elsewhere a folder cannot be opened as a file; the rename is as durable as the system makes it.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

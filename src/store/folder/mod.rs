//! Files in folders: sealed files, and the state of a device. Only their owner may read them, where
//! the system knows permissions.

use std::fs::{DirBuilder, File, OpenOptions};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::Result;

mod blobs;
mod device;

pub use blobs::FolderBlobs;
pub use device::FolderDevice;

/// Makes a folder with all above it, durably; leaves one that is there as it is.
pub(super) fn create(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = parent(folder);
    create(above)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => sync(above),
    }
}

/// The folder something lies in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the names in a folder durable.
#[cfg(unix)]
pub(super) fn sync(folder: &Path) -> Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}

/// Elsewhere a folder cannot be opened as a file; its names are as durable as the system makes them.
#[cfg(not(unix))]
pub(super) fn sync(_folder: &Path) -> Result<()> {
    Ok(())
}

/// A file that vanishes unless it is given a name. An error does not say where: tempfile's would.
pub(super) fn temporary(folder: &Path) -> Result<NamedTempFile> {
    let made = tempfile::Builder::new().prefix(".privity-").suffix(".part").tempfile_in(folder);
    Ok(made.map_err(|error| std::io::Error::from(error.kind()))?)
}

/// A file to read and write, made if it is missing.
fn open_or_create(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

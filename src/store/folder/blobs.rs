//! Sealed files: written under a temporary name, renamed when finished, made durable as a group.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

use super::{create, parent, sync, temporary};
use crate::error::{Code, Error, Result};
use crate::io::ReadAt;
use crate::store::{BlobId, BlobWrite, Blobs};

/// Sealed files in a folder: `x/…x`, by the last character of the id, and `tmp/` for what is being
/// written.
#[derive(Debug)]
pub struct FolderBlobs {
    folder: PathBuf,
}

impl FolderBlobs {
    /// Opens the folder, and makes it if there is none. Removes what was left unfinished for more
    /// than a day.
    ///
    /// # Errors
    /// `io`.
    pub fn open(folder: &Path) -> Result<Self> {
        let blobs = Self { folder: folder.to_owned() };
        create(&blobs.temporary())?;
        blobs.sweep()?;
        Ok(blobs)
    }

    fn temporary(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    fn path(&self, id: &BlobId) -> PathBuf {
        let mut shard = [0; 4];
        // Never empty; the fallback is a name like any other.
        let shard = id.as_str().chars().next_back().unwrap_or('_').encode_utf8(&mut shard);
        self.folder.join(shard).join(id.as_str())
    }

    /// Younger ones may belong to another process.
    fn sweep(&self) -> Result<()> {
        let now = SystemTime::now();
        for entry in fs::read_dir(self.temporary())? {
            let entry = entry?;
            let age =
                entry.metadata().and_then(|about| about.modified()).map(|then| now.duration_since(then));
            if matches!(age, Ok(Ok(age)) if age > STALE) {
                ignore_missing(fs::remove_file(entry.path()))?;
            }
        }
        Ok(())
    }
}

impl Blobs for FolderBlobs {
    fn create(&self, id: &BlobId) -> Result<Box<dyn BlobWrite>> {
        let path = self.path(id);
        if path.try_exists()? {
            return Err(Code::Exists.into());
        }
        let file = temporary(&self.temporary())?;
        Ok(Box::new(FolderBlob { file, path }))
    }

    fn open(&self, id: &BlobId) -> Result<Box<dyn ReadAt>> {
        Ok(Box::new(File::open(self.path(id)).map_err(missing)?))
    }

    /// One fsync for each file and each folder. Two threads were measured to be no faster than one.
    fn sync(&self, ids: &[BlobId]) -> Result<()> {
        let mut folders = BTreeSet::new();
        for path in ids.iter().map(|id| self.path(id)) {
            // Windows syncs only what is open for writing.
            OpenOptions::new().write(true).open(&path).map_err(missing)?.sync_all()?;
            folders.insert(parent(&path).to_owned());
        }
        folders.iter().try_for_each(|folder| sync(folder))
    }

    fn remove(&self, id: &BlobId) -> Result<()> {
        ignore_missing(fs::remove_file(self.path(id)))
    }

    fn list(&self, after: Option<&BlobId>, limit: usize) -> Result<Vec<BlobId>> {
        let mut smallest = BTreeSet::new();
        for shard in fs::read_dir(&self.folder)? {
            let shard = shard?;
            if shard.file_name().len() != 1 {
                continue;
            }
            for entry in fs::read_dir(shard.path())? {
                // What has no name of ours is no blob.
                let Some(Ok(id)) = entry?.file_name().to_str().map(BlobId::new) else { continue };
                if after.is_some_and(|after| id <= *after) {
                    continue;
                }
                smallest.insert(id);
                if smallest.len() > limit {
                    smallest.pop_last();
                }
            }
        }
        Ok(smallest.into_iter().collect())
    }
}

struct FolderBlob {
    file: NamedTempFile,
    path: PathBuf,
}

impl Write for FolderBlob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

impl BlobWrite for FolderBlob {
    fn finish(self: Box<Self>) -> Result<()> {
        create(parent(&self.path))?;
        self.file.persist_noclobber(&self.path).map_err(|failed| match failed.error.kind() {
            ErrorKind::AlreadyExists => Error::from(Code::Exists),
            _ => failed.error.into(),
        })?;
        Ok(())
    }
}

fn missing(error: io::Error) -> Error {
    if error.kind() == ErrorKind::NotFound { Code::BlobMissing.into() } else { error.into() }
}

fn ignore_missing(result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// After a day nobody is still writing.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

//! From file to file. An error leaves no file behind, and no file is ever replaced.

use std::fs::{self, File, Metadata};
use std::path::Path;

use crate::envelope::sealer::seal_stream_of;
use crate::envelope::{Expected, Header, Opener, Options, Summary};
use crate::error::{Code, Error, Result};
use crate::keys::{DocumentKey, OpeningKey};

/// Seals the file `from` into the new file `to` under a new key. When this returns, `to` is durable
/// and complete under its name; on any error there is no `to` and nothing else is left.
///
/// # Errors
/// `not-a-file` if `from` is a folder, a pipe or a device; `exists` if `to` does; `source-changed`
/// if somebody wrote to `from` meanwhile; `io`, `entropy`, `document-too-large`, `cancelled`.
pub fn seal_file(
    header: &Header,
    from: &Path,
    to: &Path,
    options: Options<'_>,
) -> Result<(DocumentKey, Summary)> {
    let (source, before) = open_regular(from)?;
    let length = before.len();
    write_new(to, |target| {
        let (key, summary) = seal_stream_of(header, &source, target, options, Some(length))?;
        let after = source.metadata()?;
        // Not every file system knows when a file was written; its length is always compared.
        let rewritten = matches!((before.modified(), after.modified()), (Ok(a), Ok(b)) if a != b);
        if summary.digests.length != length || after.len() != length || rewritten {
            return Err(Code::SourceChanged.into());
        }
        Ok((key, summary))
    })
}

/// Opens the sealed file `from` into the new file `to`, which only its owner may read where the
/// system knows permissions. When this returns, the content was verified as a whole and `to` is
/// durable; on any error there is no `to`.
///
/// # Errors
/// As [`Opener::new`] and [`Opener::copy_to`]; `not-a-file`; `exists` if `to` does.
pub fn open_file(
    key: &OpeningKey,
    expected: &Expected,
    from: &Path,
    to: &Path,
    options: Options<'_>,
) -> Result<u64> {
    let (source, _) = open_regular(from)?;
    let opener = Opener::new(key, expected, source)?;
    write_new(to, |target| opener.copy_to(target, options))
}

/// A regular file and what is known of it. Asked by name first: opening a pipe would wait for its writer.
pub(crate) fn open_regular(path: &Path) -> Result<(File, Metadata)> {
    if !fs::metadata(path)?.is_file() {
        return Err(Code::NotAFile.into());
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_file() { Ok((file, about)) } else { Err(Code::NotAFile.into()) }
}

/// Writes a file under a temporary name beside its own, syncs it, names it, syncs the folder.
pub(crate) fn write_new<T>(to: &Path, write: impl FnOnce(&mut File) -> Result<T>) -> Result<T> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(Code::Exists.into());
    }
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
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

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}

/// Elsewhere a folder cannot be opened as a file; the rename is as durable as the system makes it.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

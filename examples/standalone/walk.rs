//! Which entries of a folder are documents, and why the others are left where they are.

use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// An entry of a folder, with its place in the walk, from 1: a name stays out of reports.
pub struct Entry {
    pub ordinal: usize,
    pub path: PathBuf,
    pub found: Result<Stamp, Left>,
}

/// How a regular file looks from outside. Another stamp: somebody wrote to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub length: u64,
    modified: Option<SystemTime>,
    /// Device, inode and change time, which a writer cannot set back.
    #[cfg(unix)]
    identity: (u64, u64, i64, i64),
}

/// Why an entry was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Link,
    Pipe,
    Socket,
    Device,
    NotAFile,
    Vanished,
    Changed,
    Unreadable(io::ErrorKind),
    UnreadableFolder(io::ErrorKind),
}

/// Every entry below the roots but the folders that could be listed, in the order of their names.
/// Links are never followed, so there are no loops; nothing is opened, so nothing blocks.
pub fn walk(roots: &[PathBuf]) -> io::Result<Vec<Entry>> {
    // A root itself may be named by a link.
    let mut ahead = roots.iter().rev().map(fs::canonicalize).collect::<io::Result<Vec<_>>>()?;
    let mut entries = Vec::new();
    while let Some(path) = ahead.pop() {
        let found = match look(&path) {
            Ok(Look::File(stamp)) => Ok(stamp),
            Ok(Look::Folder) => match list(&path) {
                Ok(inside) => {
                    ahead.extend(inside.into_iter().rev());
                    continue;
                }
                Err(error) => Err(Left::UnreadableFolder(error.kind())),
            },
            Err(left) => Err(left),
        };
        entries.push(Entry { ordinal: entries.len() + 1, path, found });
    }
    Ok(entries)
}

impl Stamp {
    /// The stamp of what is there now, if that is still a regular file.
    pub fn of(path: &Path) -> Result<Self, Left> {
        match look(path)? {
            Look::File(stamp) => Ok(stamp),
            Look::Folder => Err(Left::NotAFile),
        }
    }

    fn from(about: &Metadata) -> Self {
        Self {
            length: about.len(),
            modified: about.modified().ok(),
            #[cfg(unix)]
            identity: {
                use std::os::unix::fs::MetadataExt as _;
                (about.dev(), about.ino(), about.ctime(), about.ctime_nsec())
            },
        }
    }
}

impl Left {
    /// A failed read of a source.
    pub fn unreadable(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Left::Vanished,
            kind => Left::Unreadable(kind),
        }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Left::Link => f.write_str("symbolic link"),
            Left::Pipe => f.write_str("pipe"),
            Left::Socket => f.write_str("socket"),
            Left::Device => f.write_str("device"),
            Left::NotAFile => f.write_str("no regular file"),
            Left::Vanished => f.write_str("vanished"),
            Left::Changed => f.write_str("changed meanwhile"),
            Left::Unreadable(kind) => write!(f, "cannot be read: {kind}"),
            Left::UnreadableFolder(kind) => write!(f, "folder cannot be listed: {kind}"),
        }
    }
}

enum Look {
    File(Stamp),
    Folder,
}

fn look(path: &Path) -> Result<Look, Left> {
    let about = fs::symlink_metadata(path).map_err(|error| Left::unreadable(&error))?;
    match about.file_type() {
        kind if kind.is_file() => Ok(Look::File(Stamp::from(&about))),
        kind if kind.is_dir() => Ok(Look::Folder),
        kind if kind.is_symlink() => Err(Left::Link),
        kind => Err(special(kind)),
    }
}

#[cfg(unix)]
fn special(kind: fs::FileType) -> Left {
    use std::os::unix::fs::FileTypeExt as _;
    match kind {
        kind if kind.is_fifo() => Left::Pipe,
        kind if kind.is_socket() => Left::Socket,
        kind if kind.is_block_device() || kind.is_char_device() => Left::Device,
        _ => Left::NotAFile,
    }
}

#[cfg(not(unix))]
fn special(_kind: fs::FileType) -> Left {
    Left::NotAFile
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut inside = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    inside.sort_unstable();
    Ok(inside)
}

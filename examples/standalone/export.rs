//! The chain as files, in the layout that any static server serves (c2sp.org/tlog-tiles):
//!
//! - `checkpoint`, the newest, and `checkpoints/SIZE`, those before;
//! - `tile/entries/…`, the records in bundles of 256, and `tile/LEVEL/…`, the hashes over them;
//! - `details/INDEX`, the sealed names beside a record: they prove nothing and can be erased;
//! - `trust.txt`, what to publish elsewhere: whoever made the export can write this file, too.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::iter;
use std::path::{Path, PathBuf};

use privity::audit::checkpoint::Log;
use privity::audit::tiles::{self, Row, Tile};
use privity::audit::tree::{MemoryTree, leaf_hash};
use privity::{Code, Result};

use crate::audit::Trust;
use crate::chain::{Chain, Shown};

/// A folder with an export, of whom is not known before it was verified.
pub struct Export(PathBuf);

impl Export {
    /// A folder that is new or empty, so that no two chains are mixed.
    pub fn create(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        match fs::read_dir(folder)?.next() {
            None => Ok(Self::at(folder)),
            Some(_) => Err(Code::Exists.into()),
        }
    }

    /// An export that somebody else made.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Writes everything that may be shown. Says how many files.
    pub fn write(&self, chain: &Chain) -> Result<usize> {
        let Shown { records, .. } = &chain.shown;
        let mut tree = MemoryTree::new();
        tree.extend(records.iter().map(|record| leaf_hash(record)));
        let record = |index| {
            let at = usize::try_from(index).ok().and_then(|index| records.get(index));
            Ok(at.ok_or(Code::TreeIncomplete)?.clone())
        };
        let mut files = 0;
        for file in tiles::export(&tree, record, 0, tree.size()) {
            let (tile, bytes) = file?;
            self.put(&tile.path(), &bytes)?;
            files += 1;
        }
        for (index, blob) in &chain.details {
            self.put(&details_path(*index), blob)?;
        }
        let trust: String =
            chain.trust.options().iter().map(|[name, value]| format!("{name} {value}\n")).collect();
        self.put("trust.txt", trust.as_bytes())?;
        Ok(files + chain.details.len() + 1 + self.put_checkpoints(&chain.trust, &chain.shown)?)
    }

    /// Writes what a liar shows, under the names that a reader asks for.
    pub fn forge(&self, trust: &Trust, shown: &Shown) -> Result<()> {
        self.put_checkpoints(trust, shown)?;
        let mut records = shown.records.as_slice();
        let mut tiles = bundles(newest_size(trust, shown)?).peekable();
        while let Some(tile) = tiles.next() {
            // Whatever is too many stands in the last one.
            let width = tiles.peek().map_or(records.len(), |_| usize::from(tile.width()));
            let (here, rest) = records.split_at(width.min(records.len()));
            self.put(&tile.path(), &bundle(here)?)?;
            records = rest;
        }
        Ok(())
    }

    /// All checkpoints, oldest first.
    pub fn checkpoints(&self) -> Result<Vec<Vec<u8>>> {
        let older = fs::read_dir(self.0.join("checkpoints"));
        let mut older = match older {
            Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        older.sort_unstable();
        older.push(self.0.join("checkpoint"));
        let read = |path: &PathBuf| Ok(read(path)?.ok_or(Code::CheckpointMissing)?);
        older.iter().map(read).collect()
    }

    /// The records of a chain of this size as far as they are there, one bundle at a time. Whether
    /// they are enough, and the right ones, is for the verifier.
    pub fn records(&self, size: u64, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        for tile in bundles(size) {
            let Some(bundle) = self.fetch(&tile)? else { break };
            entries(&bundle).try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// A file of the layout.
    pub fn fetch(&self, tile: &Tile) -> Result<Option<Vec<u8>>> {
        read(&self.0.join(tile.path()))
    }

    /// The sealed names beside a record.
    pub fn details(&self, index: u64) -> Result<Option<Vec<u8>>> {
        read(&self.0.join(details_path(index)))
    }

    /// Erases them.
    pub fn erase_details(&self, index: u64) -> Result<()> {
        Ok(fs::remove_file(self.0.join(details_path(index)))?)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    fn put_checkpoints(&self, trust: &Trust, shown: &Shown) -> Result<usize> {
        let log = Log::standalone(trust.origin.as_str(), &[])?;
        let (newest, older) = shown.checkpoints.split_last().ok_or(Code::CheckpointMissing)?;
        for note in older {
            let size = log.claimed(note.as_bytes())?.size;
            // As many digits as sort like numbers.
            self.put(&format!("checkpoints/{size:020}"), note.as_bytes())?;
        }
        self.put("checkpoint", newest.as_bytes())?;
        Ok(shown.checkpoints.len())
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let path = self.0.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        Ok(fs::write(path, bytes)?)
    }
}

/// How many records the newest checkpoint counts.
pub fn newest_size(trust: &Trust, shown: &Shown) -> Result<u64> {
    let newest = shown.checkpoints.last().ok_or(Code::CheckpointMissing)?;
    Ok(Log::standalone(trust.origin.as_str(), &[])?.claimed(newest.as_bytes())?.size)
}

fn bundles(size: u64) -> impl Iterator<Item = Tile> {
    (0..).map_while(move |index| Tile::at(Row::Entries, index, size))
}

/// Records, each after its length in two bytes.
fn bundle(records: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for record in records {
        let length = u16::try_from(record.len()).map_err(|_| Code::TooLarge)?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(record);
    }
    Ok(bytes)
}

/// The records of a bundle; one that is cut off is none.
fn entries(mut bundle: &[u8]) -> impl Iterator<Item = &[u8]> {
    iter::from_fn(move || {
        let (length, rest) = bundle.split_first_chunk()?;
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        bundle = rest;
        Some(entry)
    })
}

/// A whole file, of a size that any file of an export can have. A checkpoint that is larger is
/// refused by the library.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(LARGEST).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(Some(bytes))
}

fn details_path(index: u64) -> String {
    format!("details/{index}")
}

/// A bundle of 256 records of the largest size; no tile and no blob of details is larger.
const LARGEST: u64 = 256 * (2 + 65_535);

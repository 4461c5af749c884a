//! Reading the layout from whoever serves it: nothing is believed.

use std::fmt;

use super::{ROWS, Row, Tile, WIDTH};
use crate::audit::tree::{Frontier, Nodes, leaf_hash, root_of};
use crate::error::{Code, Error, Result};
use crate::id::Hash;

/// Reads the whole layout of a tree of this size and computes the root from the records. Every tile
/// must be the one that the records give. The caller compares the root with that of a checkpoint it
/// believes; until then the records it was shown are nobody's.
///
/// `fetch` gives the bytes of a file, or `None`. In place of a missing partial file the full one is
/// asked for: a log that has grown may have deleted the other. `record` sees every record with its
/// index. Memory is one bundle and a tile a row.
///
/// # Errors
/// `tree-range` for size 0 or of 2^63 and more; `tree-incomplete` for a missing file; `tile` for one
/// that is cut, too long or not what the records give; errors of the caller's.
pub fn check(
    size: u64,
    mut fetch: impl FnMut(&Tile) -> Result<Option<Vec<u8>>>,
    mut record: impl FnMut(u64, &[u8]) -> Result<()>,
) -> Result<Hash> {
    if size == 0 || size > u64::MAX >> 1 {
        return Err(Code::TreeRange.into());
    }
    let mut rows = Rows { size, rows: Vec::new() };
    for bundle in (0..).map_while(|index| Tile::at(Row::Entries, index, size)) {
        let (bytes, items) = read(&mut fetch, bundle)?;
        let entries = entries(&bytes, items)?;
        for (index, entry) in (bundle.start()..).zip(entries).take(usize::from(bundle.width)) {
            record(index, entry)?;
            rows.put(leaf_hash(entry), &mut fetch)?;
        }
    }
    rows.finish(&mut fetch)
}

/// The tiles of a log as [`Nodes`]: proofs of any size up to its own by reading a few tiles. What
/// they hold is not checked; the proof is, by whoever gets it.
pub struct TileNodes<F> {
    size: u64,
    fetch: F,
}

impl<F: Fn(&Tile) -> Result<Option<Vec<u8>>>> TileNodes<F> {
    /// The tiles of a log of this size. `fetch` as for [`check`].
    pub fn new(size: u64, fetch: F) -> Self {
        Self { size, fetch }
    }
}

impl<F: Fn(&Tile) -> Result<Option<Vec<u8>>>> Nodes for TileNodes<F> {
    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        if index >= self.size.checked_shr(level).unwrap_or(0) {
            return Err(Code::TreeIncomplete.into());
        }
        let row = Row::Hashes(u8::try_from(level / 8).map_err(|_| Code::TreeIncomplete)?);
        // The node lies inside one tile, over so many of its hashes, of which all are there.
        let (first, count) = (index << (level % 8), 1 << (level % 8));
        let tile = Tile::at(row, first / u64::from(WIDTH), self.size).ok_or(Code::TreeIncomplete)?;
        let hashes = hashes(&mut &self.fetch, tile)?;
        let skipped = usize::try_from(first - tile.start()).unwrap_or(usize::MAX);
        let node = root_of(hashes.into_iter().skip(skipped).take(count));
        node.ok_or_else(|| Error::from(Code::Tile))
    }
}

impl<F> fmt::Debug for TileNodes<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TileNodes").field("size", &self.size).finish_non_exhaustive()
    }
}

/// The rightmost tile of every row, as the records give it.
struct Rows {
    size: u64,
    rows: Vec<(u64, Vec<Hash>)>,
}

impl Rows {
    fn put(&mut self, leaf: Hash, fetch: &mut impl FnMut(&Tile) -> Result<Option<Vec<u8>>>) -> Result<()> {
        let mut hash = leaf;
        for (level, (index, row)) in (0..).zip(&mut self.rows) {
            row.push(hash);
            if row.len() < usize::from(WIDTH) {
                return Ok(());
            }
            compare(fetch, Tile::at(Row::Hashes(level), *index, self.size), row)?;
            hash = root_of(row.drain(..)).ok_or(Code::Tile)?;
            *index += 1;
        }
        self.rows.push((0, vec![hash]));
        Ok(())
    }

    /// The root from the partial tiles: the peaks of the tree are theirs, from the top row down.
    fn finish(self, fetch: &mut impl FnMut(&Tile) -> Result<Option<Vec<u8>>>) -> Result<Hash> {
        let mut peaks = Vec::new();
        for (level, (index, row)) in (0..ROWS).zip(&self.rows).rev() {
            if row.is_empty() {
                continue;
            }
            compare(fetch, Tile::at(Row::Hashes(level), *index, self.size), row)?;
            let mut frontier = Frontier::new();
            row.iter().for_each(|&hash| frontier.push(hash));
            peaks.extend_from_slice(frontier.parts().1);
        }
        let root = Frontier::from_parts(self.size, peaks)?.root();
        root.ok_or_else(|| Error::from(Code::TreeRange))
    }
}

fn compare(
    fetch: &mut impl FnMut(&Tile) -> Result<Option<Vec<u8>>>,
    tile: Option<Tile>,
    expected: &[Hash],
) -> Result<()> {
    let found = hashes(fetch, tile.ok_or(Code::Tile)?)?;
    if found == expected { Ok(()) } else { Err(Code::Tile.into()) }
}

/// The hashes of a tile, as many as it is wide.
fn hashes(fetch: &mut impl FnMut(&Tile) -> Result<Option<Vec<u8>>>, tile: Tile) -> Result<Vec<Hash>> {
    let (bytes, items) = read(fetch, tile)?;
    let (hashes, rest) = bytes.as_chunks();
    if hashes.len() != items || !rest.is_empty() {
        return Err(Code::Tile.into());
    }
    Ok(hashes.iter().take(usize::from(tile.width)).copied().map(Hash).collect())
}

/// The records of a bundle, which holds so many and nothing else.
fn entries(bundle: &[u8], items: usize) -> Result<Vec<&[u8]>> {
    let mut entries = Vec::with_capacity(items);
    let mut rest = bundle;
    for _ in 0..items {
        let (length, after) = rest.split_first_chunk().ok_or(Code::Tile)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(Code::Tile)?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() { Ok(entries) } else { Err(Code::Tile.into()) }
}

/// The bytes of a file and how many items they must hold.
fn read(fetch: &mut impl FnMut(&Tile) -> Result<Option<Vec<u8>>>, tile: Tile) -> Result<(Vec<u8>, usize)> {
    if let Some(bytes) = fetch(&tile)? {
        return Ok((bytes, usize::from(tile.width)));
    }
    let full = if tile.is_full() { None } else { fetch(&tile.full())? };
    Ok((full.ok_or(Code::TreeIncomplete)?, usize::from(WIDTH)))
}

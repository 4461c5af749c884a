//! Writing the layout.

use super::{ROWS, Row, Tile};
use crate::audit::tree::{Nodes, leaf_hash};
use crate::error::{Code, Result};

/// Every file that a tree of the new size has and a tree of the old size has not: bundles first,
/// then the rows of tiles from the leaves up. From size 0 that is the whole layout.
///
/// A partial file of the old size stays as it is; it may be deleted once the full one is there.
pub fn files(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    let rows = std::iter::once(Row::Entries).chain((0..ROWS).map(Row::Hashes));
    rows.filter(move |row| row.items(old) < row.items(new)).flat_map(move |row| {
        (row.items(old) / u64::from(super::WIDTH)..).map_while(move |index| Tile::at(row, index, new))
    })
}

/// Makes those [`files`], one at a time: a path below the log's prefix and the bytes to write there.
/// Hashes come from the tree, records from the caller by their index.
///
/// Publish the checkpoint of the new size when all are written. Memory is one file: at most 16 MiB,
/// where every record has the largest size.
///
/// # Errors
/// Each item by itself: `tree-incomplete` where the tree is smaller than the new size; `tile` if a
/// record is not the one whose hash is in the tree; `too-large` above 65,535 bytes; errors of the
/// caller's.
pub fn export<'e>(
    nodes: &'e dyn Nodes,
    mut record: impl FnMut(u64) -> Result<Vec<u8>> + 'e,
    old: u64,
    new: u64,
) -> impl Iterator<Item = Result<(Tile, Vec<u8>)>> + 'e {
    files(old, new).map(move |tile| {
        let items = (tile.start()..).take(usize::from(tile.width));
        let bytes = match tile.row {
            Row::Entries => bundle(nodes, &mut record, items)?,
            Row::Hashes(level) => hashes(nodes, u32::from(level) * 8, items)?,
        };
        Ok((tile, bytes))
    })
}

fn hashes(nodes: &dyn Nodes, level: u32, items: impl Iterator<Item = u64>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for index in items {
        bytes.extend_from_slice(&nodes.node(level, index)?.0);
    }
    Ok(bytes)
}

fn bundle(
    nodes: &dyn Nodes,
    record: &mut impl FnMut(u64) -> Result<Vec<u8>>,
    items: impl Iterator<Item = u64>,
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for index in items {
        let record = record(index)?;
        let length = u16::try_from(record.len()).map_err(|_| Code::TooLarge)?;
        // A layout that contradicts itself would be taken for a forged log.
        if leaf_hash(&record) != nodes.node(0, index)? {
            return Err(Code::Tile.into());
        }
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&record);
    }
    Ok(bytes)
}

//! The C2SP tlog-tiles layout (`c2sp.org/tlog-tiles`): a log as files that any static server serves
//! and that any reader of such logs checks.
//!
//! Two kinds of file: *tiles* of 256 hashes each, one row for every eighth level of the tree, and
//! *bundles* of 256 records each. The last of a row may be partial and has its width in its name.
//! Beside them stands the file `checkpoint`, which is not of this module. No file is touched here:
//! the caller writes and reads them.

mod export;
mod import;

pub use export::{export, files};
pub use import::{TileNodes, check};

use std::fmt;

/// The name of a file of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    row: Row,
    index: u64,
    // 1 to 256.
    width: u16,
}

/// What the files of a row hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// Records.
    Entries,
    /// Hashes of complete subtrees of 256^n leaves; row 0 holds the hashes of the leaves.
    Hashes(u8),
}

impl Row {
    /// How many items the row has in a tree of this size.
    fn items(self, size: u64) -> u64 {
        match self {
            Row::Entries => size,
            Row::Hashes(level) => size.checked_shr(u32::from(level) * 8).unwrap_or(0),
        }
    }
}

impl Tile {
    /// The file at an index of its row in a tree of this size; `None` if the row ends before.
    #[must_use]
    pub fn at(row: Row, index: u64, size: u64) -> Option<Self> {
        let start = index.checked_mul(u64::from(WIDTH))?;
        let items = row.items(size).checked_sub(start)?.min(u64::from(WIDTH));
        let width = u16::try_from(items).ok().filter(|&width| width > 0)?;
        Some(Self { row, index, width })
    }

    /// What it holds.
    #[must_use]
    pub fn row(&self) -> Row {
        self.row
    }

    /// Its place in its row.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or records it holds, 1 to 256.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it holds all 256 and will never change.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.width == WIDTH
    }

    /// The path below the log's prefix, as `tile/0/x001/x234/067.p/12` or `tile/entries/000`.
    #[must_use]
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// The file that replaces it once its row has grown.
    fn full(self) -> Self {
        Self { width: WIDTH, ..self }
    }

    /// The index, in the whole row, of its first item.
    fn start(&self) -> u64 {
        self.index.saturating_mul(u64::from(WIDTH))
    }
}

/// The path.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Row::Entries => write!(f, "tile/entries/")?,
            Row::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        let groups = self.index.checked_ilog(1000).unwrap_or(0);
        for group in (1..=groups).rev() {
            write!(f, "x{:03}/", self.index / 1000u64.pow(group) % 1000)?;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

const WIDTH: u16 = 256;
/// A 64-bit size has so many rows of tiles.
const ROWS: u8 = 8;

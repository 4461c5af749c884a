//! What the examples seal where no folder is given: documents of our own.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::chance::Chance;

/// The sample documents of this repository, and an exhibit that is made in `folder`.
pub fn documents(folder: &Path, seed: u64) -> privity::Result<Vec<PathBuf>> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join("documents");
    Ok(vec![samples, exhibit(folder, seed)?])
}

/// A big exhibit: lines of text, and data that does not compress.
fn exhibit(folder: &Path, seed: u64) -> privity::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut file = BufWriter::new(File::create(folder.join("exhibit-k2.log"))?);
    let mut chance = Chance::new(seed, u64::MAX);
    for page in 1..=EXHIBIT / PAGE {
        let title = format!("Exhibit K 2, page {page}: log of the acceptance test, with the stored image\n");
        file.write_all(title.as_bytes())?;
        let image = (title.len()..PAGE).step_by(8).flat_map(|_| chance.draw().to_le_bytes());
        file.write_all(&image.take(PAGE - title.len()).collect::<Vec<_>>())?;
    }
    file.flush()?;
    Ok(folder.to_path_buf())
}

/// Bytes of the exhibit, and of each page.
const EXHIBIT: usize = 24 << 20;
const PAGE: usize = 64 << 10;

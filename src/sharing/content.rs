//! Reading the contents of a share: for their digests, or once for all, to be hashed and sealed.

use std::io::{self, Read, Seek, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::crypto::hash::{Digests, Hasher};
use crate::crypto::pump;
use crate::crypto::stream::CHUNK;
use crate::error::{Code, Error, Result};
use crate::io::ReadAt;
use crate::progress::{Progress, Watcher};
use crate::sharing::age::{Options, PlacedSealer};
use crate::sharing::draft::Item;
use crate::wire::zip::Layout;

/// From this size on a content is sealed while it is hashed, where that can be.
pub const BIG: u64 = 64 << 20;
const PIECE: usize = 256 << 10;
const SPAN: u64 = CHUNK as u64;
// What is sealed on its own has a chunk to itself, wherever it lies.
const _: () = assert!(BIG >= 2 * SPAN);

/// A content whose inner chunks, those that hold nothing else, were sealed; the rest of it.
pub struct Sealed {
    /// Its entry in the archive.
    pub entry: usize,
    pub chunks: Range<u64>,
    /// What of it stands before them: less than a chunk.
    pub before: Vec<u8>,
    /// And behind.
    pub behind: Vec<u8>,
}

impl Sealed {
    /// Bytes of the inner chunks.
    pub fn len(&self) -> u64 {
        (self.chunks.end - self.chunks.start) * SPAN
    }
}

/// The digests of the contents of these sizes: those that are known, and those that are read here, several side by
/// side. None of those that are `big`, which are read later.
pub fn digests(
    items: &[Item<'_>],
    sizes: impl Iterator<Item = u64>,
    big: Option<u64>,
    options: Options<'_>,
) -> Result<Vec<Option<Digests>>> {
    let items: Vec<_> = items.iter().zip(sizes).collect();
    let failed = AtomicBool::new(false);
    let digests = pump::map(options.threads, 1, &items, |(item, size)| match item.digests {
        Some(known) => Ok(Some(known)),
        None if big.is_some_and(|big| *size >= big) => Ok(None),
        // After an error nothing is read for nothing: the error is found below.
        None if failed.load(Ordering::Relaxed) => Ok(None),
        None => digest(item.content, *size, options.watcher)
            .map(Some)
            .inspect_err(|_| failed.store(true, Ordering::Relaxed)),
    });
    digests.into_iter().collect()
}

fn digest(content: &dyn ReadAt, size: u64, watcher: Option<&dyn Watcher>) -> Result<Digests> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; PIECE];
    let mut at = 0;
    while at < size {
        let count = usize::try_from(size - at).unwrap_or(PIECE).min(PIECE);
        let piece = buffer.get_mut(..count).unwrap_or_default();
        content.read_exact_at(at, piece).map_err(changed)?;
        hasher.update(piece);
        at += count as u64;
        // Nothing of the share is done yet, but the work can be stopped.
        Progress::new(0, None).tell(watcher)?;
    }
    Ok(hasher.finish())
}

/// Hashes a big content and seals its inner chunks, as it is read. What is sealed is what was hashed, whatever happens to
/// the content meanwhile.
pub fn seal(
    sealer: &mut PlacedSealer<'_, impl Write + Seek + Send>,
    layout: &Layout,
    entry: usize,
    content: &dyn ReadAt,
    told: impl FnMut(u64) -> Result<()> + Send,
) -> Result<(Digests, Sealed)> {
    let at = layout.content(entry)?;
    let chunks = at.start.div_ceil(SPAN)..at.end / SPAN;
    let inner = chunks.start * SPAN - at.start..chunks.end * SPAN - at.start;
    let size = at.end - at.start;
    let mut hasher = Hasher::default();
    let before = edge(content, 0..inner.start, &mut hasher)?;
    let from = Span { content, left: inner.clone() };
    let seen = |piece: &[u8]| {
        hasher.update(piece);
        Ok(())
    };
    sealer.seal(chunks.start, Some(chunks.end), from, seen, told)?;
    let behind = edge(content, inner.end..size, &mut hasher)?;
    if content.size()? != size {
        return Err(Code::SourceChanged.into());
    }
    Ok((hasher.finish(), Sealed { entry, chunks, before, behind }))
}

fn edge(content: &dyn ReadAt, at: Range<u64>, hasher: &mut Hasher) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Span { content, left: at }.read_to_end(&mut bytes)?;
    hasher.update(&bytes);
    Ok(bytes)
}

/// What is left of a span of a content.
struct Span<'a> {
    content: &'a dyn ReadAt,
    left: Range<u64>,
}

impl Read for Span<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left.end - self.left.start).unwrap_or(usize::MAX).min(out.len());
        let out = out.get_mut(..most).unwrap_or_default();
        if !out.is_empty() {
            self.content.read_exact_at(self.left.start, out).map_err(changed)?;
            self.left.start += out.len() as u64;
        }
        Ok(out.len())
    }
}

/// A content that ends early is one that somebody cut meanwhile.
pub fn changed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Code::SourceChanged.into(),
        _ => error.into(),
    }
}

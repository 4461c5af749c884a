//! Random access to a seal.

use zeroize::Zeroize as _;

use crate::crypto::seal::{CHUNK, Cipher, Layout, PREFIX, SEALED_CHUNK, SealContext, TAG, committed};
use crate::error::{Code, Result};
use crate::io::ReadAt;
use crate::secret::Secret;

/// A seal whose commitment and last chunk were verified, so that its length is certain; reads
/// verify the chunks they touch and no others.
pub struct SealedReader {
    cipher: Cipher,
    layout: Layout,
    base: u64,
    tail: Vec<u8>,
}

impl SealedReader {
    /// Opens the seal of `length` bytes at `base` in `source`, whose first 56 bytes were read.
    ///
    /// # Errors
    /// `sealed-length`, `content-refused`, `io`.
    pub fn new(
        key: &Secret<32>,
        context: &SealContext,
        source: &impl ReadAt,
        base: u64,
        prefix: &[u8; PREFIX],
        length: u64,
    ) -> Result<Self> {
        let layout = Layout::of_sealed(length)?;
        let cipher = committed(key, context, prefix)?;
        let mut sealed = vec![0; layout.last + TAG];
        source.read_exact_at(base + Layout::offset(layout.whole), &mut sealed)?;
        let mut tail = vec![0; layout.last];
        cipher.open_chunk(layout.whole, &sealed, &mut tail)?;
        Ok(Self { cipher, layout, base, tail })
    }

    /// Bytes of plaintext.
    pub fn plaintext(&self) -> u64 {
        self.layout.plaintext()
    }

    /// The plaintext of the last chunk.
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// The cipher, for a pass over all chunks.
    pub fn cipher(&self) -> &Cipher {
        &self.cipher
    }

    /// Where a chunk begins in the source.
    pub fn offset(&self, chunk: u64) -> u64 {
        self.base + Layout::offset(chunk)
    }

    /// How many chunks there are and how long the last is.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Fills `out` with the plaintext at `at`. On an error `out` is wiped.
    ///
    /// # Errors
    /// `out-of-range`, `content-refused`, `io`.
    pub fn read_exact_at(&self, source: &impl ReadAt, at: u64, out: &mut [u8]) -> Result<()> {
        let end = at.checked_add(out.len() as u64).ok_or(Code::OutOfRange)?;
        if end > self.plaintext() {
            return Err(Code::OutOfRange.into());
        }
        let result = self.read(source, at, out);
        if result.is_err() {
            out.zeroize();
        }
        result
    }

    fn read(&self, source: &impl ReadAt, at: u64, mut out: &mut [u8]) -> Result<()> {
        // Bounded batches, each one positional read however many chunks it touches.
        const BATCH: usize = 16;
        let mut chunk = at / CHUNK as u64;
        let mut skip = usize::try_from(at % CHUNK as u64).map_err(|_| Code::OutOfRange)?;
        let mut sealed = Vec::new();
        while !out.is_empty() && chunk < self.layout.whole {
            let wanted = (skip + out.len()).div_ceil(CHUNK).min(BATCH);
            let there = usize::try_from(self.layout.whole - chunk).unwrap_or(usize::MAX);
            let count = wanted.min(there);
            sealed.resize(count * SEALED_CHUNK, 0);
            source.read_exact_at(self.offset(chunk), &mut sealed)?;
            for one in sealed.chunks_exact_mut(SEALED_CHUNK) {
                let take = (CHUNK - skip).min(out.len());
                let (now, later) = std::mem::take(&mut out).split_at_mut(take);
                if take == CHUNK {
                    self.cipher.open_chunk(chunk, one, now)?;
                } else {
                    self.cipher.open_chunk_within(chunk, one, |plain| {
                        plain.get(skip..skip + take).map(|part| now.copy_from_slice(part))
                    })?;
                }
                (out, skip, chunk) = (later, 0, chunk + 1);
            }
        }
        // The last chunk was verified when the seal was opened.
        if !out.is_empty() {
            let part = self.tail.get(skip..skip + out.len()).ok_or(Code::OutOfRange)?;
            out.copy_from_slice(part);
        }
        Ok(())
    }
}

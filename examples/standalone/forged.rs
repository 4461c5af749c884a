//! A store that lies: the sealed file with something altered on the way, nothing copied.

use std::fs::File;
use std::io;

use privity::envelope::ReadAt;

/// A sealed file as a hostile store hands it out.
pub struct Forged<'f> {
    file: &'f File,
    real: u64,
    size: u64,
    flip: Option<(u64, u8)>,
    swap: Option<(u64, u64)>,
}

impl<'f> Forged<'f> {
    /// Nothing altered yet.
    pub fn new(file: &'f File) -> io::Result<Self> {
        let real = file.size()?;
        Ok(Self { file, real, size: real, flip: None, swap: None })
    }

    /// The byte at `at` with the bits of `mask` turned.
    pub fn flip(self, at: u64, mask: u8) -> Self {
        Self { flip: Some((at, mask)), ..self }
    }

    /// Cut or extended to `size` bytes.
    pub fn resize(self, size: u64) -> Self {
        Self { size, ..self }
    }

    /// The whole chunks at these two places exchanged.
    pub fn swap(self, one: u64, other: u64) -> Self {
        Self { swap: Some((one, other)), ..self }
    }

    /// The file's own bytes, and something after its end.
    fn honest(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        let there = usize::try_from(self.real.saturating_sub(at)).unwrap_or(usize::MAX).min(buf.len());
        let (real, beyond) = buf.split_at_mut(there);
        beyond.fill(0xA5);
        ReadAt::read_exact_at(self.file, at, real)
    }

    /// Lays the chunk that stands at `from` over `buf`, which begins at `at`, where `to` would be.
    fn lay(&self, at: u64, buf: &mut [u8], to: u64, from: u64) -> io::Result<()> {
        let (begin, end) = (to.max(at), (to + SEALED_CHUNK).min(at + buf.len() as u64));
        if begin < end {
            let place = usize::try_from(begin - at).unwrap_or(0)..usize::try_from(end - at).unwrap_or(0);
            self.honest(from + (begin - to), &mut buf[place])?;
        }
        Ok(())
    }
}

impl ReadAt for Forged<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.size)
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        if at.checked_add(buf.len() as u64).is_none_or(|end| end > self.size) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.honest(at, buf)?;
        if let Some((one, other)) = self.swap {
            self.lay(at, buf, one, other)?;
            self.lay(at, buf, other, one)?;
        }
        if let Some((place, mask)) = self.flip {
            let place = place.checked_sub(at).and_then(|place| usize::try_from(place).ok());
            if let Some(byte) = place.and_then(|place| buf.get_mut(place)) {
                *byte ^= mask;
            }
        }
        Ok(())
    }
}

// Where things stand in a sealed document of version 1 (docs/format/envelope-v1.md).

/// The profile's number.
pub const PROFILE: u64 = 14;
/// The firm's 16 bytes.
pub const FIRM: u64 = 17;
/// The document's 16 bytes.
pub const DOCUMENT: u64 = 35;
/// The version.
pub const VERSION: u64 = 52;
/// The padding.
pub const PADDING: u64 = 54;
/// Salt and commitment, 56 bytes.
pub const PREFIX: u64 = 55;
/// The first chunk.
pub const CHUNKS: u64 = PREFIX + 56;
/// Bytes of content in a whole chunk.
pub const CHUNK: u64 = 16 << 10;
/// Bytes of a whole chunk when sealed.
pub const SEALED_CHUNK: u64 = CHUNK + 16;

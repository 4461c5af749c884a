//! Positional reads: what random access needs of a file, a buffer or a blob store; and a stream over
//! them.

pub(crate) mod file;

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes that can be read at any place, from several threads at once.
pub trait ReadAt: Send + Sync {
    /// How many bytes there are.
    ///
    /// # Errors
    /// The error of the operating system or the store.
    fn size(&self) -> io::Result<u64>;

    /// Fills `buf` from the bytes at `at`.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if they end before; the error of the operating system or
    /// the store.
    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()>;
}

impl ReadAt for [u8] {
    fn size(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.len()).unwrap_or(u64::MAX))
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(at).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let to = from.checked_add(buf.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buf.copy_from_slice(self.get(from..to).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> io::Result<u64> {
        self.as_slice().size()
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.as_slice().read_exact_at(at, buf)
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn size(&self) -> io::Result<u64> {
        (**self).size()
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        (**self).read_exact_at(at, buf)
    }
}

impl<T: ReadAt + ?Sized> ReadAt for std::sync::Arc<T> {
    fn size(&self) -> io::Result<u64> {
        (**self).size()
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        (**self).read_exact_at(at, buf)
    }
}

#[cfg(unix)]
impl ReadAt for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, buf, at)
    }
}

#[cfg(windows)]
impl ReadAt for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_exact_at(&self, mut at: u64, mut buf: &mut [u8]) -> io::Result<()> {
        while !buf.is_empty() {
            let count = match std::os::windows::fs::FileExt::seek_read(self, buf, at) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            buf = buf.get_mut(count..).unwrap_or_default();
            at = at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        }
        Ok(())
    }
}

/// What can be read at any place, as [`Read`] and [`Seek`]: from its beginning, with one piece in a
/// cache for small reads.
pub struct Reader<S> {
    source: S,
    size: u64,
    at: u64,
    piece: usize,
    cache: Vec<u8>,
    cached_at: Option<u64>,
}

impl<S: ReadAt> Reader<S> {
    /// Over a source of this size. Reads below `piece` bytes, which is not 0, fetch a whole one: what is
    /// cheapest to read at once.
    pub(crate) fn new(source: S, size: u64, piece: usize) -> Self {
        Self { source, size, at: 0, piece, cache: Vec::new(), cached_at: None }
    }

    fn load(&mut self, at: u64) -> io::Result<()> {
        if self.cached_at != Some(at) {
            self.cached_at = None;
            let left = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
            self.cache.resize(left.min(self.piece), 0);
            self.source.read_exact_at(at, &mut self.cache)?;
            self.cached_at = Some(at);
        }
        Ok(())
    }
}

impl<S: ReadAt> Read for Reader<S> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let mut count = left.min(out.len());
        let out = out.get_mut(..count).unwrap_or_default();
        if count >= self.piece {
            self.source.read_exact_at(self.at, out)?;
        } else if count > 0 {
            let within = self.at % self.piece as u64;
            self.load(self.at - within)?;
            let from = usize::try_from(within).unwrap_or(usize::MAX);
            count = self.cache.get(from..).unwrap_or_default().read(out)?;
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl<S: ReadAt> Seek for Reader<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl<S> fmt::Debug for Reader<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("at", &self.at).finish_non_exhaustive()
    }
}

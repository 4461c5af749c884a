//! Opening at any place: whole, by ranges, as a stream that seeks.

use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use crate::crypto::pump::{self, Segment, Stages, Threads};
use crate::crypto::stream::{CHUNK, Layout, SEALED_CHUNK, Stream, TAG};
use crate::error::{Code, Error, Result};
use crate::progress::Progress;
use crate::sharing::age::input::{begin, open_stream};
use crate::sharing::age::sealer::{SEGMENT, SEGMENT_CHUNKS};
use crate::sharing::age::{Opens, Options, ReadAt};

/// Opens an age file, binary or armor, that lies in memory. Nothing is handed out unless all of it
/// is right.
///
/// # Errors
/// As [`open_stream`].
pub fn open(keys: &[&dyn Opens], file: &[u8]) -> Result<Vec<u8>> {
    let threads = if file.len() > 4 * SEGMENT { Threads::default() } else { Threads::ONE };
    let mut content = Vec::new();
    open_stream(keys, file, &mut content, Options { threads, watcher: None })?;
    Ok(content)
}

/// A binary age file that can be read anywhere. Armor has to be decoded first.
///
/// Making one reads the header and the last chunk, whose mark settles the length; a range then
/// reads, verifies and decrypts the chunks of 64 KiB it touches and no others. Nothing of a chunk is
/// handed out before its tag verified.
///
/// ```
/// use privity::sharing::age::{self, Identity, Opener, Recipients};
///
/// # fn main() -> privity::Result<()> {
/// let counsel = Identity::generate()?;
/// let to = Recipients::new(&[counsel.recipient().clone()])?;
/// let file = age::seal(&to, &[7; 200_000])?;
/// let opener = Opener::new(&[&counsel], file)?;
/// let mut page = [0; 4096];
/// opener.read_exact_at(150_000, &mut page)?;
/// assert_eq!(page, [7; 4096]);
/// # Ok(())
/// # }
/// ```
pub struct Opener<R> {
    source: R,
    stream: Stream,
    layout: Layout,
    /// Where the first chunk begins.
    base: u64,
    tail: Vec<u8>,
}

impl<R: ReadAt> Opener<R> {
    /// Opens a file, verifies its header and its last chunk.
    ///
    /// # Errors
    /// As [`open_stream`], but for the chunks before the last; `sealed-length` if no payload has
    /// this length.
    pub fn new(keys: &[&dyn Opens], source: R) -> Result<Self> {
        let size = source.size()?;
        let mut from = BufReader::new(Forward { source: &source, at: 0, size });
        let (stream, base) = begin(keys, &mut from)?;
        let layout = Layout::of_sealed(size.checked_sub(base).ok_or(Code::SealedLength)?)?;
        let mut sealed = vec![0; layout.last + TAG];
        source.read_exact_at(base + layout.whole * SEALED_CHUNK as u64, &mut sealed)?;
        let mut tail = vec![0; layout.last];
        stream.open_chunk(layout.whole, true, &sealed, &mut tail)?;
        Ok(Self { source, stream, layout, base, tail })
    }

    /// Bytes of content.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.layout.plaintext()
    }

    /// Whether there is no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `out` with the content at `at`. On an error nothing is left in it.
    ///
    /// # Errors
    /// `out-of-range` unless all of it lies in the content; `content-refused`; `io`.
    pub fn read_exact_at(&self, at: u64, out: &mut [u8]) -> Result<()> {
        let end = at.checked_add(out.len() as u64).ok_or(Code::OutOfRange)?;
        if end > self.len() {
            return Err(Code::OutOfRange.into());
        }
        let result = self.read(at, out);
        if result.is_err() {
            out.fill(0);
        }
        result
    }

    fn read(&self, at: u64, mut out: &mut [u8]) -> Result<()> {
        let mut chunk = at / CHUNK as u64;
        let mut skip = usize::try_from(at % CHUNK as u64).map_err(|_| Code::OutOfRange)?;
        let mut sealed = vec![0; if out.is_empty() { 0 } else { SEALED_CHUNK }];
        let mut plain = Vec::new();
        while !out.is_empty() && chunk < self.layout.whole {
            self.source.read_exact_at(self.offset(chunk), &mut sealed)?;
            let take = (CHUNK - skip).min(out.len());
            let (now, later) = std::mem::take(&mut out).split_at_mut(take);
            if take == CHUNK {
                self.stream.open_chunk(chunk, false, &sealed, now)?;
            } else {
                plain.resize(CHUNK, 0);
                self.stream.open_chunk(chunk, false, &sealed, &mut plain)?;
                now.copy_from_slice(plain.get(skip..skip + take).ok_or(Code::OutOfRange)?);
            }
            (out, skip, chunk) = (later, 0, chunk + 1);
        }
        // The last chunk was verified when the file was opened.
        if !out.is_empty() {
            out.copy_from_slice(self.tail.get(skip..skip + out.len()).ok_or(Code::OutOfRange)?);
        }
        Ok(())
    }

    /// Writes the whole content to `to`, in order, several chunks side by side. Returns its length.
    ///
    /// What reaches `to` is authentic and in order, but only the return says that it is all.
    ///
    /// # Errors
    /// `content-refused`, `io`, `cancelled`.
    pub fn copy_to(&self, mut to: impl Write + Send, options: Options<'_>) -> Result<u64> {
        let total = self.len();
        // The last chunk lies in the last segment, which is never empty unless all is.
        let last = self.layout.whole / SEGMENT_CHUNKS;
        let mut done = 0;
        let stages = Stages {
            read: |segment: &mut Segment| {
                segment.last = segment.index == last;
                let chunk = segment.index * SEGMENT_CHUNKS;
                let plain = (total - chunk * CHUNK as u64).min(SEGMENT as u64);
                let plain = usize::try_from(plain).map_err(|_| Code::SealedLength)?;
                segment.output.resize(plain, 0);
                segment.input.resize(Layout::run(plain, segment.last), 0);
                self.source.read_exact_at(self.offset(chunk), &mut segment.input).map_err(Error::from)
            },
            before: |_: &Segment| Ok(()),
            work: |segment: &mut Segment| {
                let chunk = segment.index * SEGMENT_CHUNKS;
                self.stream.open_run(chunk, &segment.input, segment.last, &mut segment.output)
            },
            after: |_: &Segment| Ok(()),
            write: |segment: &Segment| {
                to.write_all(&segment.output)?;
                done += segment.output.len() as u64;
                Progress::new(done, Some(total)).tell(options.watcher)
            },
        };
        let threads = if last == 0 { Threads::ONE } else { options.threads };
        pump::run(threads, stages)?;
        Ok(total)
    }

    /// Reads the content as a stream that seeks, from its beginning.
    pub fn reader(&self) -> Reader<'_, R> {
        Reader { opener: self, at: 0, chunk: Vec::new(), chunk_at: None }
    }

    fn offset(&self, chunk: u64) -> u64 {
        self.base + chunk * SEALED_CHUNK as u64
    }
}

/// The content of an [`Opener`] as [`Read`] and [`Seek`], with one chunk in a cache for small reads.
pub struct Reader<'o, R> {
    opener: &'o Opener<R>,
    at: u64,
    chunk: Vec<u8>,
    chunk_at: Option<u64>,
}

impl<R: ReadAt> Read for Reader<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.opener.len().saturating_sub(self.at);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let out = out.get_mut(..count).unwrap_or_default();
        if count >= CHUNK {
            self.opener.read_exact_at(self.at, out)?;
        } else if count > 0 {
            let within = self.at % CHUNK as u64;
            self.load(self.at - within)?;
            let from = usize::try_from(within).unwrap_or(usize::MAX);
            let count = self.chunk.get(from..).unwrap_or_default().read(out)?;
            self.at += count as u64;
            return Ok(count);
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl<R: ReadAt> Reader<'_, R> {
    fn load(&mut self, chunk_at: u64) -> Result<()> {
        if self.chunk_at != Some(chunk_at) {
            self.chunk_at = None;
            let length = (self.opener.len() - chunk_at).min(CHUNK as u64);
            self.chunk.resize(usize::try_from(length).map_err(|_| Code::OutOfRange)?, 0);
            self.opener.read_exact_at(chunk_at, &mut self.chunk)?;
            self.chunk_at = Some(chunk_at);
        }
        Ok(())
    }
}

impl<R: ReadAt> Seek for Reader<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.opener.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl<R: ReadAt> fmt::Debug for Opener<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for Reader<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("at", &self.at).finish_non_exhaustive()
    }
}

/// Reads a source forward, for its header.
struct Forward<'s, R> {
    source: &'s R,
    at: u64,
    size: u64,
}

impl<R: ReadAt> Read for Forward<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let count = left.min(out.len());
        let out = out.get_mut(..count).unwrap_or_default();
        self.source.read_exact_at(self.at, out)?;
        self.at += count as u64;
        Ok(count)
    }
}

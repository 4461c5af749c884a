//! Opening at any place: whole, by ranges, as a stream that seeks.

use std::fmt;
use std::io::{self, BufReader, Write};

use crate::crypto::pump::{self, Segment, Stages, Threads};
use crate::crypto::stream::{CHUNK, Layout, NONCE, SEALED_CHUNK, Stream, TAG};
use crate::error::{Code, Error, Result};
use crate::io::Reader;
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
        let mut from = BufReader::new(Reader::new(&source, size, HEADER_PIECE));
        let (header, stream) = begin(keys, &mut from)?;
        let base = (header.as_bytes().len() + NONCE) as u64;
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
    pub fn reader(&self) -> Reader<&Self> {
        Reader::new(self, self.len(), CHUNK)
    }

    fn offset(&self, chunk: u64) -> u64 {
        self.base + chunk * SEALED_CHUNK as u64
    }
}

/// What it hands out is authentic.
impl<R: ReadAt> ReadAt for Opener<R> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.len())
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        Ok(Self::read_exact_at(self, at, buf)?)
    }
}

impl<R: ReadAt> fmt::Debug for Opener<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// As much as [`BufReader`] asks for at once: what it asks for is read past the cache.
const HEADER_PIECE: usize = 8 * 1024;

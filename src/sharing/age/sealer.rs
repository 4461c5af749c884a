//! Sealing: bytes, a stream that is read, a stream that is written.

use std::fmt;
use std::io::{self, Read, Write};

use crate::crypto::entropy;
use crate::crypto::label::RandomPurpose;
use crate::crypto::pump::{self, Segment, Stages};
use crate::crypto::stream::{CHUNK, Layout, NONCE, Stream};
use crate::error::{Code, Error, Result};
use crate::progress::Progress;
use crate::secret::Secret;
use crate::sharing::age::header::Header;
use crate::sharing::age::{Options, Recipients, Threads};

/// Chunks a thread works on at once.
pub const SEGMENT_CHUNKS: u64 = 4;
/// The same in bytes of plaintext.
pub const SEGMENT: usize = 4 * CHUNK;

/// Seals bytes in memory into a binary age file under a fresh file key.
///
/// # Errors
/// `entropy`; `age-work-factor` if a password's memory cannot be had.
pub fn seal(to: &Recipients, content: &[u8]) -> Result<Vec<u8>> {
    let threads = if content.len() > 4 * SEGMENT { Threads::default() } else { Threads::ONE };
    let mut file = Vec::new();
    seal_stream(to, content, &mut file, Options { threads, watcher: None })?;
    Ok(file)
}

/// Seals everything `from` gives into `out`, several chunks side by side; returns how many bytes of
/// content there were. Memory stays at about 1 MiB a thread. For text, give an
/// [`ArmorWriter`](crate::sharing::age::armor::ArmorWriter) and finish it.
///
/// What breaks off is worthless and stays in `out`: throw it away.
///
/// # Errors
/// `io` from either side, `entropy`, `cancelled`; `age-work-factor` as [`seal`].
pub fn seal_stream(
    to: &Recipients,
    from: impl Read + Send,
    mut out: impl Write + Send,
    options: Options<'_>,
) -> Result<u64> {
    let stream = begin(to, &mut out)?;
    let run = Run { stream: &stream, first: 0, ends: true, threads: options.threads };
    run.seal(from, out, |_: &[u8]| Ok(()), |done| Progress::new(done, None).tell(options.watcher))
}

/// A run of chunks, from `first` on; the payload ends with it, or it is of whole chunks.
pub(super) struct Run<'s> {
    pub(super) stream: &'s Stream,
    pub(super) first: u64,
    pub(super) ends: bool,
    pub(super) threads: Threads,
}

impl Run<'_> {
    /// Seals everything `from` gives; returns how many bytes that was. `seen` gets the plaintext in order, `told` how
    /// much was written.
    pub(super) fn seal(
        self,
        from: impl Read + Send,
        mut out: impl Write + Send,
        mut seen: impl FnMut(&[u8]) -> Result<()> + Send,
        mut told: impl FnMut(u64) -> Result<()> + Send,
    ) -> Result<u64> {
        let mut source = Ahead::new(from, SEGMENT);
        let mut done = 0;
        // What fits one segment needs no thread and no buffer beyond its size.
        let mut first = Vec::new();
        let ended = source.first(&mut first)?;
        let threads = if ended { Threads::ONE } else { self.threads };
        let mut first = Some((first, ended));
        let stages = Stages {
            read: |segment: &mut Segment| {
                match first.take() {
                    Some((bytes, ended)) => (segment.input, segment.last) = (bytes, ended),
                    None => segment.last = source.fill(&mut segment.input)?,
                }
                segment.end = segment.last && self.ends;
                Ok(())
            },
            before: |segment: &Segment| seen(&segment.input),
            work: |segment: &mut Segment| {
                segment.output.resize(Layout::run(segment.input.len(), segment.end), 0);
                let chunk = self.first + segment.index * SEGMENT_CHUNKS;
                self.stream.seal_run(chunk, &segment.input, segment.end, &mut segment.output)
            },
            after: |_: &Segment| Ok(()),
            write: |segment: &Segment| {
                out.write_all(&segment.output)?;
                done += segment.input.len() as u64;
                told(done)
            },
        };
        pump::run(threads, stages)?;
        Ok(done)
    }
}

/// Seals what is written to it, on the calling thread; [`seal_stream`] uses several.
///
/// ```
/// use std::io::Write;
/// use privity::sharing::age::armor::ArmorWriter;
/// use privity::sharing::age::{self, Identity, Recipients, Sealer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counsel = Identity::generate()?;
/// let to = Recipients::new(&[counsel.recipient().clone()])?;
/// let mut sealer = Sealer::new(&to, ArmorWriter::new(Vec::new()))?;
/// sealer.write_all(b"page 1, ")?;
/// sealer.write_all(b"page 2")?;
/// let text: Vec<u8> = sealer.finish()?.finish()?;
/// assert_eq!(age::open(&[&counsel], &text)?, b"page 1, page 2");
/// # Ok(())
/// # }
/// ```
///
/// Dropped without [`finish`](Self::finish), what was written is no age file. After an error the
/// sealing is given up.
pub struct Sealer<W: Write> {
    stream: Stream,
    /// Absent after an error.
    to: Option<W>,
    chunk: u64,
    buffer: Vec<u8>,
    output: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    /// Begins a file in `to`.
    ///
    /// # Errors
    /// `io`, `entropy`; `age-work-factor` as [`seal`].
    pub fn new(recipients: &Recipients, mut to: W) -> Result<Self> {
        let stream = begin(recipients, &mut to)?;
        Ok(Self { stream, to: Some(to), chunk: 0, buffer: Vec::new(), output: Vec::new() })
    }

    /// Writes the last chunk; gives back the writer, not flushed.
    ///
    /// # Errors
    /// `io`; `sealer-broken` after an earlier error.
    pub fn finish(mut self) -> Result<W> {
        self.drain(true)?;
        self.to.ok_or_else(|| Code::SealerBroken.into())
    }

    fn drain(&mut self, last: bool) -> Result<()> {
        let mut to = self.to.take().ok_or(Code::SealerBroken)?;
        self.output.resize(Layout::run(self.buffer.len(), last), 0);
        self.stream.seal_run(self.chunk, &self.buffer, last, &mut self.output)?;
        to.write_all(&self.output)?;
        self.chunk += SEGMENT_CHUNKS;
        self.buffer.clear();
        // Put back only after success.
        self.to = Some(to);
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.to.is_none() {
            return Err(Error::from(Code::SealerBroken).into());
        }
        // A full buffer waits for the next byte: until then it may hold the last chunk.
        if self.buffer.len() == SEGMENT && !bytes.is_empty() {
            self.drain(false)?;
        }
        let take = bytes.len().min(SEGMENT - self.buffer.len());
        self.buffer.extend_from_slice(bytes.get(..take).unwrap_or_default());
        Ok(take)
    }

    /// Does nothing: a chunk is sealed when it is full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> fmt::Debug for Sealer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("chunk", &self.chunk).finish_non_exhaustive()
    }
}

/// Writes everything before the first chunk, under a fresh file key and nonce.
pub(super) fn begin(to: &Recipients, out: &mut impl Write) -> Result<Stream> {
    let file_key: Secret<16> = entropy::secret(RandomPurpose::AgeFileKey)?;
    let header = header(to, &file_key)?;
    let mut nonce = [0; NONCE];
    entropy::fill(RandomPurpose::AgePayloadNonce, &mut nonce)?;
    out.write_all(header.as_bytes())?;
    out.write_all(&nonce)?;
    Ok(Stream::new(&file_key, &nonce))
}

/// The header that gives a file key to the recipients.
pub(crate) fn header(to: &Recipients, file_key: &Secret<16>) -> Result<Header> {
    Ok(Header::write(to.wrap(file_key)?, file_key))
}

/// A reader that knows, after each segment, whether it ended: the last chunk is marked. So it reads a segment
/// ahead; never less than a whole one, which would leave every later read askew.
pub struct Ahead<R> {
    from: R,
    size: usize,
    ahead: Vec<u8>,
}

impl<R: Read> Ahead<R> {
    /// Segments of `size` bytes.
    pub fn new(from: R, size: usize) -> Self {
        Self { from, size, ahead: Vec::new() }
    }

    /// The first segment, in a buffer that grows with what there is; whether it is the last.
    pub fn first(&mut self, buffer: &mut Vec<u8>) -> Result<bool> {
        let count = self.from.by_ref().take(self.size as u64).read_to_end(buffer)?;
        if count < self.size { Ok(true) } else { self.read_ahead() }
    }

    /// The next segment; whether it is the last.
    pub fn fill(&mut self, buffer: &mut Vec<u8>) -> Result<bool> {
        std::mem::swap(buffer, &mut self.ahead);
        if buffer.len() < self.size { Ok(true) } else { self.read_ahead() }
    }

    fn read_ahead(&mut self) -> Result<bool> {
        self.ahead.resize(self.size, 0);
        let filled = read_full(&mut self.from, &mut self.ahead)?;
        self.ahead.truncate(filled);
        Ok(filled == 0)
    }
}

/// Fills `buffer` unless the reader ends before; says how far.
pub fn read_full(from: &mut impl Read, mut buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while !buffer.is_empty() {
        match from.read(buffer) {
            Ok(0) => break,
            Ok(count) => {
                filled += count;
                buffer = buffer.get_mut(count..).unwrap_or_default();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}

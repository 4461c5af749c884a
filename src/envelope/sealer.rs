//! Sealing: bytes, a stream that is read, a stream that is written.

use std::fmt;
use std::io::{self, Read, Write};

use crate::crypto::entropy;
use crate::crypto::hash::Hasher;
use crate::crypto::label::{RandomPurpose, SealKind};
use crate::crypto::pump::{self, Segment, Stages, Threads};
use crate::crypto::seal::{CHUNK, Cipher, Layout, SALT, SealContext, schedule};
use crate::envelope::padding::{MAX_CONTENT, Tail};
use crate::envelope::{ContentCommitment, Header, Options, Padding, SealId, Summary};
use crate::error::{Code, Error, Result};
use crate::keys::DocumentKey;
use crate::progress::Progress;

/// Bytes of plaintext a thread works on at once: whole chunks, small enough for its cache.
pub(crate) const SEGMENT: usize = 16 * CHUNK;
/// The same, counted in chunks.
const SEGMENT_CHUNKS: u64 = 16;

/// Seals bytes in memory under a new key.
///
/// # Errors
/// `entropy`; `document-too-large`.
pub fn seal(header: &Header, content: &[u8]) -> Result<(Vec<u8>, DocumentKey, Summary)> {
    seal_in_memory(Start::new(header)?, content)
}

/// The same with key and salt given.
#[cfg(feature = "testing")]
pub(crate) fn seal_with(
    header: &Header,
    key: DocumentKey,
    salt: [u8; SALT],
    content: &[u8],
) -> Result<(Vec<u8>, DocumentKey, Summary)> {
    seal_in_memory(Start::with(header, key, salt), content)
}

fn seal_in_memory(mut start: Start, content: &[u8]) -> Result<(Vec<u8>, DocumentKey, Summary)> {
    let header = start.header;
    let total = header.padding().total(content.len() as u64)?;
    let sealed = Layout::of_plaintext(total)?.sealed();
    let frame = header.frame().len();
    let mut out = Vec::with_capacity(frame + usize::try_from(sealed).map_err(|_| Code::DocumentTooLarge)?);
    let threads = if content.len() > 4 * SEGMENT { Threads::default() } else { Threads::ONE };
    let end = start.begin(&mut out, Some(Hasher::default()))?.run_slice(content, threads)?;
    let (key, summary) = start.summary(&end);
    Ok((out, key, summary))
}

/// Seals everything `from` gives into `to` under a new key. Reads, hashes, seals and writes side by
/// side; memory stays at about 1 MiB a thread.
///
/// What breaks off is worthless and stays in `to`: throw it away. Nothing is resumed.
///
/// # Errors
/// `io` from either side, `entropy`, `document-too-large`, `cancelled`.
pub fn seal_stream(
    header: &Header,
    from: impl Read + Send,
    to: impl Write + Send,
    options: Options<'_>,
) -> Result<(DocumentKey, Summary)> {
    seal_stream_of(header, from, to, options, None)
}

/// The same where the length is known beforehand, for the progress.
pub(crate) fn seal_stream_of(
    header: &Header,
    from: impl Read + Send,
    to: impl Write + Send,
    options: Options<'_>,
    length: Option<u64>,
) -> Result<(DocumentKey, Summary)> {
    let mut start = Start::new(header)?;
    let end = start.begin(to, Some(Hasher::default()))?.run_stream(from, options, length)?;
    Ok(start.summary(&end))
}

/// Seals without any hash: for measuring what the hash costs.
#[cfg(feature = "testing")]
pub(crate) fn seal_stream_unhashed(
    header: &Header,
    from: impl Read + Send,
    to: impl Write + Send,
    options: Options<'_>,
) -> Result<DocumentKey> {
    let mut start = Start::new(header)?;
    start.begin(to, None)?.run_stream(from, options, None)?;
    Ok(start.key)
}

/// Seals what is written to it under a new key, which [`finish`](Self::finish) hands out.
///
/// ```
/// use std::io::Write;
/// use privity::envelope::{Header, Options, Sealer};
/// # use privity::{DocumentId, FirmId};
/// # fn main() -> privity::Result<()> {
/// # let header = Header::new(FirmId::generate()?, DocumentId::generate()?, 1)?;
/// let mut sealer = Sealer::new(&header, Vec::new(), Options::default())?;
/// sealer.write_all(b"page 1")?;
/// sealer.write_all(b"page 2")?;
/// let (sealed, key, summary) = sealer.finish()?;
/// assert_eq!(summary.digests.length, 12);
/// # let _ = (sealed, key);
/// # Ok(())
/// # }
/// ```
///
/// It works on the calling thread whatever [`Options`] say; [`seal_stream`] uses several. Dropped
/// without `finish`, the key is gone and what was written is worthless. After an error the sealing is
/// given up: it cannot be resumed.
pub struct Sealer<'w, W: Write + Send> {
    start: Start,
    engine: Option<Engine<W>>,
    buffer: Vec<u8>,
    options: Options<'w>,
}

impl<'w, W: Write + Send> Sealer<'w, W> {
    /// Begins a sealed document in `to`.
    ///
    /// # Errors
    /// `entropy`, `io`.
    pub fn new(header: &Header, to: W, options: Options<'w>) -> Result<Self> {
        Self::started(Start::new(header)?, to, options)
    }

    pub(super) fn started(mut start: Start, to: W, options: Options<'w>) -> Result<Self> {
        let engine = start.begin(to, Some(Hasher::default()))?;
        // What is written comes in pieces: threads would start and wait more than they work.
        let options = Options { threads: Threads::ONE, ..options };
        Ok(Self { start, engine: Some(engine), buffer: Vec::new(), options })
    }

    /// Writes padding and the last chunk; gives back the writer (not flushed to a disk), the key
    /// and what to keep on record.
    ///
    /// # Errors
    /// `io`, `cancelled`, `document-too-large`; `sealer-broken` after an earlier error.
    pub fn finish(mut self) -> Result<(W, DocumentKey, Summary)> {
        let engine = self.engine.take().ok_or(Code::SealerBroken)?;
        let end = engine.run_stream(self.buffer.as_slice(), self.options, None)?;
        let (key, summary) = self.start.summary(&end);
        Ok((end.writer, key, summary))
    }

    /// Seals a full buffer.
    fn drain(&mut self) -> Result<()> {
        let engine = self.engine.take().ok_or(Code::SealerBroken)?;
        let mut buffer = std::mem::replace(&mut self.buffer, Vec::with_capacity(SEGMENT));
        let read = |segment: &mut Segment| {
            std::mem::swap(&mut segment.input, &mut buffer);
            segment.content = segment.input.len();
            (segment.last, segment.end) = (true, false);
            Ok(())
        };
        // Put back only after success: an error has given the sealing up.
        self.engine = Some(engine.run(read, self.options, None)?);
        Ok(())
    }
}

impl<W: Write + Send> Write for Sealer<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.engine.is_none() {
            return Err(Error::from(Code::SealerBroken).into());
        }
        let take = bytes.len().min(SEGMENT - self.buffer.len());
        self.buffer.extend_from_slice(bytes.get(..take).unwrap_or_default());
        if self.buffer.len() == SEGMENT {
            self.drain()?;
        }
        Ok(take)
    }

    /// Does nothing: a chunk is sealed when it is full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write + Send> fmt::Debug for Sealer<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("header", &self.start.header).finish_non_exhaustive()
    }
}

/// A document about to be sealed: its key, its salt.
pub(crate) struct Start {
    header: Header,
    key: DocumentKey,
    pub(super) salt: [u8; SALT],
    seal_id: SealId,
    frame: u64,
}

impl Start {
    pub(super) fn new(header: &Header) -> Result<Self> {
        let mut salt = [0; SALT];
        entropy::fill(RandomPurpose::Salt, &mut salt)?;
        Ok(Self::with(header, DocumentKey::generate()?, salt))
    }

    pub(crate) fn with(header: &Header, key: DocumentKey, salt: [u8; SALT]) -> Self {
        Self { header: *header, key, salt, seal_id: SealId([0; 56]), frame: 0 }
    }

    /// Writes everything before the first chunk.
    pub(crate) fn begin<W: Write>(&mut self, mut to: W, hasher: Option<Hasher>) -> Result<Engine<W>> {
        let mut start = self.header.frame();
        let context = SealContext::new(SealKind::Document, self.header.profile(), &start);
        let secret = self.key.opening_key().secret();
        let (cipher, commitment) = schedule(secret, self.header.profile(), &self.salt, &context.bytes);
        let (salt, committed) = self.seal_id.0.split_at_mut(SALT);
        salt.copy_from_slice(&self.salt);
        committed.copy_from_slice(&commitment);
        self.frame = start.len() as u64;
        start.extend_from_slice(&self.seal_id.0);
        to.write_all(&start)?;
        let padding = self.header.padding();
        Ok(Engine { cipher, padding, hasher, writer: to, chunks: 0, content: 0, total: 0 })
    }

    pub(crate) fn summary<W>(self, end: &Engine<W>) -> (DocumentKey, Summary) {
        let digests = end.hasher.clone().unwrap_or_default().finish();
        let commitment_key = ContentCommitment::key(self.key.opening_key(), self.header.profile());
        let content_commitment = ContentCommitment::of(&commitment_key, &digests.sha256);
        let sealed_len = self.frame + Layout::of_plaintext(end.total).map_or(0, Layout::sealed);
        let summary =
            Summary { header: self.header, seal_id: self.seal_id, content_commitment, digests, sealed_len };
        (self.key, summary)
    }
}

/// The sealing itself, from the first chunk to the last.
pub(crate) struct Engine<W> {
    cipher: Cipher,
    padding: Padding,
    hasher: Option<Hasher>,
    writer: W,
    chunks: u64,
    content: u64,
    total: u64,
}

impl<W: Write + Send> Engine<W> {
    /// Seals all that is left of the stream, the padding and the last chunk.
    pub(crate) fn run_stream(
        self,
        from: impl Read + Send,
        options: Options<'_>,
        length: Option<u64>,
    ) -> Result<Self> {
        let mut source = Source { reader: from, padding: self.padding, length: self.content, tail: None };
        // What fits one segment is sealed on this thread, with a buffer of its own size.
        let mut first = Vec::new();
        let (content, ended) = source.first(&mut first)?;
        if ended {
            let read = |segment: &mut Segment| {
                std::mem::swap(&mut segment.input, &mut first);
                (segment.content, segment.last, segment.end) = (content, true, true);
                Ok(())
            };
            return self.run(read, Options { threads: Threads::ONE, ..options }, length);
        }
        let mut first = Some(first);
        let read = |segment: &mut Segment| {
            if let Some(first) = first.take() {
                (segment.input, segment.content) = (first, content);
                (segment.last, segment.end) = (false, false);
                return Ok(());
            }
            segment.input.resize(SEGMENT, 0);
            let (filled, content) = source.fill(&mut segment.input)?;
            segment.input.truncate(filled);
            segment.content = content;
            segment.last = filled < SEGMENT;
            segment.end = segment.last;
            Ok(())
        };
        self.run(read, options, length)
    }

    /// Runs segments through the threads.
    fn run(
        mut self,
        read: impl FnMut(&mut Segment) -> Result<()> + Send,
        options: Options<'_>,
        length: Option<u64>,
    ) -> Result<Self> {
        let (cipher, first) = (&self.cipher, self.chunks);
        let (hasher, writer) = (&mut self.hasher, &mut self.writer);
        let (chunks, total, done) = (&mut self.chunks, &mut self.total, &mut self.content);
        let stages = Stages {
            read,
            before: |segment: &Segment| {
                if let (Some(hasher), Some(content)) = (&mut *hasher, segment.input.get(..segment.content)) {
                    hasher.update(content);
                }
                Ok(())
            },
            work: |segment: &mut Segment| {
                let (from, last) = (first + segment.index * SEGMENT_CHUNKS, segment.end);
                segment.output.resize(Layout::run(segment.input.len(), last), 0);
                cipher.seal_run(from, &segment.input, last, &mut segment.output)
            },
            after: |_: &Segment| Ok(()),
            write: |segment: &Segment| {
                writer.write_all(&segment.output)?;
                *chunks += (segment.input.len() / CHUNK) as u64;
                *total += segment.input.len() as u64;
                *done += segment.content as u64;
                Progress::new(*done, length).tell(options.watcher)
            },
        };
        pump::run(options.threads, stages)?;
        Ok(self)
    }
}

impl Engine<&mut Vec<u8>> {
    /// Seals bytes that lie in memory straight into the output.
    pub(crate) fn run_slice(mut self, content: &[u8], threads: Threads) -> Result<Self> {
        if threads != Threads::ONE {
            return self.run_stream(content, Options { threads, watcher: None }, None);
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(content);
        }
        self.content = content.len() as u64;
        self.total = self.padding.total(self.content)?;
        let whole = content.len() / CHUNK;
        let (direct, rest) = content.split_at(whole * CHUNK);
        let mut padded = rest.to_vec();
        let left = usize::try_from(self.total - self.content).map_err(|_| Code::DocumentTooLarge)?;
        padded.resize(rest.len() + left, 0);
        self.padding.tail(self.content)?.fill(padded.get_mut(rest.len()..).unwrap_or_default());
        let from = self.writer.len();
        let middle = from + Layout::run(direct.len(), false);
        self.writer.resize(middle + Layout::run(padded.len(), true), 0);
        let (before, after) = self.writer.split_at_mut(middle);
        self.cipher.seal_run(0, direct, false, before.get_mut(from..).unwrap_or_default())?;
        self.cipher.seal_run(whole as u64, &padded, true, after)?;
        Ok(self)
    }
}

/// A reader followed by its padding.
struct Source<R> {
    reader: R,
    padding: Padding,
    length: u64,
    tail: Option<Tail>,
}

impl<R: Read> Source<R> {
    /// The first segment, in a buffer that grows with what there is; whether all is in it.
    fn first(&mut self, buffer: &mut Vec<u8>) -> Result<(usize, bool)> {
        let content = self.reader.by_ref().take(SEGMENT as u64).read_to_end(buffer)?;
        self.count(content)?;
        if content == SEGMENT {
            return Ok((content, false));
        }
        let mut tail = self.padding.tail(self.length)?;
        let padding = usize::try_from(tail.left()).unwrap_or(usize::MAX).min(SEGMENT - content);
        buffer.resize(content + padding, 0);
        tail.fill(buffer.get_mut(content..).unwrap_or_default());
        let ended = tail.left() == 0 && buffer.len() < SEGMENT;
        self.tail = Some(tail);
        Ok((content, ended))
    }

    /// Fills a segment; says how many bytes, and how many of them are content.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(usize, usize)> {
        let mut filled = 0;
        while self.tail.is_none() && filled < buffer.len() {
            match self.reader.read(buffer.get_mut(filled..).unwrap_or_default()) {
                Ok(0) => self.tail = Some(self.padding.tail(self.length)?),
                Ok(count) => {
                    filled += count;
                    self.count(count)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        let content = filled;
        if let Some(tail) = &mut self.tail {
            filled += tail.fill(buffer.get_mut(filled..).unwrap_or_default());
        }
        Ok((filled, content))
    }

    fn count(&mut self, count: usize) -> Result<()> {
        self.length = self.length.saturating_add(count as u64);
        if self.length > MAX_CONTENT { Err(Code::DocumentTooLarge.into()) } else { Ok(()) }
    }
}

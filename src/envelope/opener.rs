//! Opening: whole, by ranges, as a stream.

use std::fmt;
use std::io::{self, Write};

use crate::crypto::hash::{Digests, Hasher};
use crate::crypto::label::SealKind;
use crate::crypto::pump::{self, Segment, Stages, Threads};
use crate::crypto::seal::{CHUNK, Layout, PREFIX, SealContext, SealedReader};
use crate::envelope::header::FRAME_START;
use crate::envelope::padding::TRAILER;
use crate::envelope::sealer::SEGMENT;
use crate::envelope::{ContentCommitment, Expected, Header, Options, Padding, ReadAt, SealId};
use crate::error::{Code, Error, Result};
use crate::io::Reader;
use crate::keys::OpeningKey;
use crate::progress::Progress;
use crate::secret::{Secret, ct_eq};

/// Opens a sealed document that lies in memory.
///
/// # Errors
/// As [`Opener::new`] and [`Opener::copy_to`].
pub fn open(key: &OpeningKey, expected: &Expected, sealed: &[u8]) -> Result<Vec<u8>> {
    let opener = Opener::new(key, expected, sealed)?;
    let length = usize::try_from(opener.len()).map_err(|_| Code::TooLarge)?;
    let mut content = Vec::with_capacity(length);
    let threads = if length > 4 * SEGMENT { Threads::default() } else { Threads::ONE };
    opener.copy_to(&mut content, Options { threads, watcher: None })?;
    Ok(content)
}

/// A sealed document that was found to be the expected one and can be read anywhere.
///
/// Making one reads the header and the last chunk, whose tag settles the length; a range then
/// reads, verifies and decrypts the chunks of 16 KiB it touches and no others. Nothing of a chunk
/// is handed out before its tag verified.
///
/// Ranges show that an outsider changed nothing. They do not show that a holder of the key did not
/// replace the content: only a whole read compares the content commitment.
pub struct Opener<R> {
    source: R,
    header: Header,
    seal_id: SealId,
    sealed: SealedReader,
    length: u64,
    content: Option<(ContentCommitment, Secret<32>)>,
}

impl<R: ReadAt> Opener<R> {
    /// Opens a document and settles that it is the expected one.
    ///
    /// # Errors
    /// `not-a-sealed-document`, `too-large`, `cbor`, `field`, `profile`, `sealed-length` if the
    /// bytes are none; `header-mismatch` or `seal-mismatch` if they are another than expected;
    /// `content-refused` if key or bytes are not right; `padding`; `io`.
    pub fn new(key: &OpeningKey, expected: &Expected, source: R) -> Result<Self> {
        let size = source.size()?;
        let (header, frame) = read_header(&source, size)?;
        if header != expected.header {
            return Err(Code::HeaderMismatch.into());
        }
        let base = frame.len() as u64;
        let length = size.checked_sub(base).ok_or(Code::SealedLength)?;
        Layout::of_sealed(length)?;
        let mut prefix = [0; PREFIX];
        source.read_exact_at(base, &mut prefix)?;
        if expected.seal_id.is_some_and(|id| !ct_eq(&id.0, &prefix)) {
            return Err(Code::SealMismatch.into());
        }
        let context = SealContext::new(SealKind::Document, header.profile(), &frame);
        let sealed = SealedReader::new(key.secret(), &context, &source, base, &prefix, length)?;
        let length = header.padding().content(sealed.plaintext(), sealed.tail())?;
        let content = expected.content.map(|known| (known, ContentCommitment::key(key, header.profile())));
        Ok(Self { source, header, seal_id: SealId(prefix), sealed, length, content })
    }

    /// Bytes of content.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether there is no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Names this sealing.
    #[must_use]
    pub fn seal_id(&self) -> SealId {
        self.seal_id
    }

    /// Fills `out` with the content at `at`. On an error nothing is left in it.
    ///
    /// # Errors
    /// `out-of-range` unless all of it lies in the content; `content-refused`; `io`.
    pub fn read_exact_at(&self, at: u64, out: &mut [u8]) -> Result<()> {
        let end = at.checked_add(out.len() as u64).ok_or(Code::OutOfRange)?;
        if end > self.length {
            return Err(Code::OutOfRange.into());
        }
        self.sealed.read_exact_at(&self.source, at, out)
    }

    /// Writes the whole content to `to`, in order, and verifies all of it: every tag, the padding
    /// and, where one is expected, the content commitment. Returns its length.
    ///
    /// Only the return says that everything was right: what reaches `to` before is authentic chunk
    /// by chunk, but the content commitment is compared at the end. [`open`] and
    /// [`open_file`](crate::envelope::open_file) give out nothing until then.
    ///
    /// # Errors
    /// `content-refused`, `padding`, `content-mismatch`, `io`, `cancelled`.
    pub fn copy_to(&self, to: impl Write + Send, options: Options<'_>) -> Result<u64> {
        self.copy(to, options).map(|_| self.length)
    }

    /// The same; says what was read, if a content commitment is expected.
    pub(crate) fn copy(&self, mut to: impl Write + Send, options: Options<'_>) -> Result<Option<Digests>> {
        let layout = self.sealed.layout();
        let cipher = self.sealed.cipher();
        let segments = layout.plaintext() / SEGMENT as u64;
        let mut hasher = self.content.as_ref().map(|_| Hasher::default());
        let mut done = 0;
        let stages = Stages {
            read: |segment: &mut Segment| {
                segment.last = segment.index == segments;
                segment.end = segment.last;
                let at = segment.index * SEGMENT as u64;
                let plain = (layout.plaintext() - at).min(SEGMENT as u64);
                let plain = usize::try_from(plain).map_err(|_| Code::SealedLength)?;
                segment.content =
                    usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX).min(plain);
                segment.input.resize(Layout::run(plain, segment.end), 0);
                segment.output.resize(plain, 0);
                let from = self.sealed.offset(at / CHUNK as u64);
                self.source.read_exact_at(from, &mut segment.input).map_err(Error::from)
            },
            before: |_: &Segment| Ok(()),
            work: |segment: &mut Segment| {
                let chunk = segment.index * (SEGMENT / CHUNK) as u64;
                cipher.open_run(chunk, &segment.input, segment.end, &mut segment.output)
            },
            after: |segment: &Segment| {
                let (content, padding) = segment.output.split_at(segment.content);
                if let Some(hasher) = &mut hasher {
                    hasher.update(content);
                }
                self.check_zeros(padding, segment.end)
            },
            write: |segment: &Segment| {
                to.write_all(segment.output.get(..segment.content).unwrap_or_default())?;
                done += segment.content as u64;
                Progress::new(done, Some(self.length)).tell(options.watcher)
            },
        };
        let threads = if segments == 0 { Threads::ONE } else { options.threads };
        pump::run(threads, stages)?;
        let digests = hasher.map(Hasher::finish);
        if let (Some(digests), Some((known, key))) = (&digests, &self.content) {
            known.check(key, &digests.sha256)?;
        }
        Ok(digests)
    }

    /// Reads the content as a stream, from its beginning.
    pub fn reader(&self) -> Reader<&Self> {
        Reader::new(self, self.len(), CHUNK)
    }

    /// What follows the content is zeros and, at the very end, the trailer.
    fn check_zeros(&self, padding: &[u8], end: bool) -> Result<()> {
        let trailer = if end && self.header.padding() == Padding::Padme { TRAILER } else { 0 };
        // The trailer lies in the last chunk, so it never reaches into an earlier segment.
        let zeros = padding.get(..padding.len().saturating_sub(trailer)).unwrap_or_default();
        if zeros.iter().all(|&byte| byte == 0) { Ok(()) } else { Err(Code::Padding.into()) }
    }
}

/// The header, and the frame that is associated data: in the one encoding, as it was read.
fn read_header(source: &impl ReadAt, size: u64) -> Result<(Header, Vec<u8>)> {
    let mut frame = vec![0; FRAME_START];
    let start = usize::try_from(size).unwrap_or(usize::MAX).min(FRAME_START);
    source.read_exact_at(0, frame.get_mut(..start).unwrap_or_default())?;
    let length = Header::length(frame.first_chunk().ok_or(Code::NotASealedDocument)?)?;
    if size < (FRAME_START + length) as u64 {
        return Err(Code::SealedLength.into());
    }
    frame.resize(FRAME_START + length, 0);
    let (_, encoded) = frame.split_at_mut(FRAME_START);
    source.read_exact_at(FRAME_START as u64, encoded)?;
    Ok((Header::parse(encoded)?, frame))
}

/// What it hands out is authentic; the content commitment is not compared.
impl<R: ReadAt> ReadAt for Opener<R> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.len())
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        Ok(Self::read_exact_at(self, at, buf)?)
    }
}

impl<R> fmt::Debug for Opener<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener")
            .field("header", &self.header)
            .field("len", &self.length)
            .finish_non_exhaustive()
    }
}

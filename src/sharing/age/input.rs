//! Opening a stream: from a pipe, from text, from anything that only reads forward.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};

use crate::crypto::pipe::{PipeReader, Side, pipe};
use crate::crypto::pump::{self, Segment, Stages};
use crate::crypto::stream::{CHUNK, NONCE, SEALED_CHUNK, Stream, TAG};
use crate::error::{Code, Result};
use crate::progress::Progress;
use crate::sharing::age::armor::ArmorReader;
use crate::sharing::age::header::Header;
use crate::sharing::age::sealer::{Ahead, SEGMENT_CHUNKS, read_full};
use crate::sharing::age::{Opens, Options};

/// Opens an age file, binary or armor, as it is read: several chunks side by side. Returns how many
/// bytes of content there were.
///
/// What reaches `to` is authentic and in order, but only the return says that it is all.
///
/// # Errors
/// `not-an-age-file`, `age-version`, `age-header`, `age-stanza`, `armor` if the bytes are none;
/// `age-no-match`, `age-work-factor`, `age-header-refused` if the keys do not open it;
/// `content-refused` if the payload was altered, cut or extended; `io`, `cancelled`.
pub fn open_stream(
    keys: &[&dyn Opens],
    from: impl Read + Send,
    to: impl Write + Send,
    options: Options<'_>,
) -> Result<u64> {
    open_checked(keys, from, |_| Ok(()), to, options)
}

/// The same, where what is opened is read on the calling thread, after a look at the header.
pub fn open_piped<T>(
    keys: &[&dyn Opens],
    from: impl Read + Send,
    check: impl FnOnce(&Header) -> Result<()> + Send,
    options: Options<'_>,
    read: impl FnOnce(&mut PipeReader) -> Result<T>,
) -> std::result::Result<T, Side> {
    let opened = pipe(|to| open_checked(keys, from, check, to, options), read);
    opened.map(|(_, read)| read)
}

fn open_checked(
    keys: &[&dyn Opens],
    from: impl Read + Send,
    check: impl FnOnce(&Header) -> Result<()>,
    mut to: impl Write + Send,
    options: Options<'_>,
) -> Result<u64> {
    let mut input = Input::detect(BufReader::new(from))?;
    let (header, stream) = begin(keys, &mut input)?;
    check(&header)?;
    let mut source = Ahead::new(input, SEALED_SEGMENT);
    let mut done = 0;
    let mut first = true;
    let stages = Stages {
        read: |segment: &mut Segment| {
            segment.last = match std::mem::take(&mut first) {
                true => source.first(&mut segment.input)?,
                false => source.fill(&mut segment.input)?,
            };
            Ok(())
        },
        before: |_: &Segment| Ok(()),
        work: |segment: &mut Segment| {
            let chunks = segment.input.len().div_ceil(SEALED_CHUNK).max(1);
            let plain = segment.input.len().checked_sub(chunks * TAG).ok_or(Code::ContentRefused)?;
            segment.output.resize(plain, 0);
            let chunk = segment.index * SEGMENT_CHUNKS;
            let opened = stream.open_run(chunk, &segment.input, segment.last, &mut segment.output);
            Ok(opened.map_err(|_| Code::ContentRefused)?)
        },
        after: |_: &Segment| Ok(()),
        write: |segment: &Segment| {
            to.write_all(&segment.output)?;
            done += segment.output.len() as u64;
            Progress::new(done, None).tell(options.watcher)
        },
    };
    pump::run(options.threads, stages)?;
    Ok(done)
}

/// The content of an age file that is read forward, chunk by chunk on the calling thread.
///
/// What it hands out is authentic and in order. Only its end, without an error, says that this was
/// all: an error after some content means that the file was altered or cut.
pub struct StreamOpener<R: Read> {
    input: Input<R>,
    stream: Stream,
    chunk: u64,
    sealed: Vec<u8>,
    plain: Vec<u8>,
    at: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The last chunk is still to come.
    Open,
    /// It was handed out: nothing may follow.
    Last,
    /// Nothing followed.
    Ended,
    Failed,
}

impl<R: Read> StreamOpener<R> {
    /// Opens a binary file or its armor.
    ///
    /// # Errors
    /// As [`open_stream`], but for the payload.
    pub fn new(keys: &[&dyn Opens], from: R) -> Result<Self> {
        Self::of(keys, Input::detect(BufReader::new(from))?)
    }

    /// Opens a binary file alone.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn binary(keys: &[&dyn Opens], from: R) -> Result<Self> {
        Self::of(keys, Input::Binary(BufReader::new(from)))
    }

    fn of(keys: &[&dyn Opens], mut input: Input<R>) -> Result<Self> {
        let (_, stream) = begin(keys, &mut input)?;
        Ok(Self {
            input,
            stream,
            chunk: 0,
            sealed: vec![0; SEALED_CHUNK],
            plain: Vec::with_capacity(CHUNK),
            at: 0,
            state: State::Open,
        })
    }

    fn advance(&mut self) -> Result<()> {
        (self.at, self.state) = (self.plain.len(), State::Failed);
        let filled = read_full(&mut self.input, &mut self.sealed)?;
        let sealed = self.sealed.get(..filled).unwrap_or_default();
        self.plain.resize(filled.saturating_sub(TAG), 0);
        self.at = 0;
        // A full chunk may be the last one too: only its nonce tells.
        let more = filled == SEALED_CHUNK;
        let mut opened = self.stream.open_chunk(self.chunk, !more, sealed, &mut self.plain);
        let mut next = if more { State::Open } else { State::Last };
        if more && opened.is_err() {
            opened = self.stream.open_chunk(self.chunk, true, sealed, &mut self.plain);
            next = State::Last;
        }
        if opened.is_err() {
            self.plain.clear();
            return Err(Code::ContentRefused.into());
        }
        (self.state, self.chunk) = (next, self.chunk + 1);
        Ok(())
    }

    /// Nothing may follow the last chunk. Armor is read to its end by this.
    fn end(&mut self) -> Result<()> {
        self.state = State::Failed;
        if read_full(&mut self.input, &mut [0])? > 0 {
            return Err(Code::ContentRefused.into());
        }
        self.state = State::Ended;
        Ok(())
    }
}

impl<R: Read> Read for StreamOpener<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut there = self.plain.get(self.at..).unwrap_or_default();
            if !there.is_empty() || out.is_empty() {
                let count = there.read(out)?;
                self.at += count;
                return Ok(count);
            }
            match self.state {
                State::Open => self.advance()?,
                State::Last => self.end()?,
                State::Ended => return Ok(0),
                State::Failed => return Err(crate::error::Error::from(Code::ContentRefused).into()),
            }
        }
    }
}

impl<R: Read> fmt::Debug for StreamOpener<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamOpener").field("chunk", &self.chunk).finish_non_exhaustive()
    }
}

/// A binary file or its armor, told apart by the first byte.
enum Input<R: Read> {
    Binary(BufReader<R>),
    Armor(BufReader<ArmorReader<R>>),
}

impl<R: Read> Input<R> {
    fn detect(mut from: BufReader<R>) -> Result<Self> {
        let first = loop {
            match from.fill_buf() {
                Ok(there) => break there.first().copied(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        };
        Ok(match first {
            Some(b'-' | b' ' | b'\t' | b'\r' | b'\n') => {
                Self::Armor(BufReader::new(ArmorReader::buffered(from)))
            }
            _ => Self::Binary(from),
        })
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Binary(from) => from.read(out),
            Self::Armor(from) => from.read(out),
        }
    }
}

impl<R: Read> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Binary(from) => from.fill_buf(),
            Self::Armor(from) => from.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Self::Binary(from) => from.consume(count),
            Self::Armor(from) => from.consume(count),
        }
    }
}

/// Reads everything before the first chunk.
pub fn begin(keys: &[&dyn Opens], from: &mut impl BufRead) -> Result<(Header, Stream)> {
    let header = Header::read_exactly(from)?;
    let file_key = header.file_key(keys)?;
    let mut nonce = [0; NONCE];
    if read_full(from, &mut nonce)? < NONCE {
        return Err(Code::AgeHeader.into());
    }
    Ok((header, Stream::new(&file_key, &nonce)))
}

const SEALED_SEGMENT: usize = 4 * SEALED_CHUNK;

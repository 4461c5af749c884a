//! ASCII armor: an age file as text, for mail and chat. Strict PEM (RFC 7468) with lines of 64
//! characters, read with either kind of line end, though not with both in one text.

use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read, Write};

use crate::codec::base64;
use crate::error::{Code, Error, Result};

/// The text of an age file that lies in memory.
///
/// # Errors
/// None in practice.
pub fn encode(file: &[u8]) -> Result<String> {
    let mut writer = ArmorWriter::new(Vec::new());
    writer.write_all(file)?;
    String::from_utf8(writer.finish()?).map_err(|_| Code::Armor.into())
}

/// The age file in a text.
///
/// # Errors
/// `armor`.
pub fn decode(text: &[u8]) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    ArmorReader::new(text).read_to_end(&mut file)?;
    Ok(file)
}

/// Writes what is written to it as text. [`finish`](Self::finish) ends the text.
pub struct ArmorWriter<W> {
    to: W,
    pending: Vec<u8>,
    text: Vec<u8>,
}

impl<W: Write> ArmorWriter<W> {
    /// Begins a text in `to`.
    pub fn new(to: W) -> Self {
        Self { to, pending: Vec::new(), text: [BEGIN, b"\n"].concat() }
    }

    /// Writes the last lines; gives back the writer, not flushed.
    ///
    /// # Errors
    /// `io`.
    pub fn finish(mut self) -> Result<W> {
        let rest = std::mem::take(&mut self.pending);
        self.lines(&rest)?;
        self.text.extend_from_slice(END);
        self.text.push(b'\n');
        self.to.write_all(&self.text)?;
        Ok(self.to)
    }

    /// Encodes lines, all of them full but the last of the text.
    fn lines(&mut self, bytes: &[u8]) -> io::Result<()> {
        for line in bytes.chunks(LINE_BYTES) {
            let from = self.text.len();
            self.text.resize(from + line.len().div_ceil(3) * 4, 0);
            let encoded = base64::encode_into(line, self.text.get_mut(from..).unwrap_or_default());
            encoded.ok_or(io::ErrorKind::InvalidData)?;
            self.text.push(b'\n');
        }
        Ok(())
    }
}

impl<W: Write> Write for ArmorWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let take = bytes.len().min(BATCH - self.pending.len());
        self.pending.extend_from_slice(bytes.get(..take).unwrap_or_default());
        if self.pending.len() == BATCH {
            let mut full = std::mem::take(&mut self.pending);
            self.lines(&full)?;
            full.clear();
            self.pending = full;
            self.to.write_all(&self.text)?;
            self.text.clear();
        }
        Ok(take)
    }

    /// Does nothing: lines are written in batches.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W> fmt::Debug for ArmorWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArmorWriter").finish_non_exhaustive()
    }
}

/// Reads the age file in a text. White space may stand before and after it, up to 1 KiB; nothing
/// else may.
pub struct ArmorReader<R> {
    from: BufReader<R>,
    state: State,
    line: Vec<u8>,
    /// Whether lines end in CR LF, once the first was read.
    crlf: bool,
    plain: [u8; LINE_BYTES],
    at: usize,
    filled: usize,
    failed: Option<Error>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    /// A line that was not full: only the end may follow.
    Short,
    After,
}

impl<R: Read> ArmorReader<R> {
    /// Begins before the first line.
    pub fn new(from: R) -> Self {
        Self::buffered(BufReader::new(from))
    }

    pub(crate) fn buffered(from: BufReader<R>) -> Self {
        let line = Vec::with_capacity(MAX_LINE);
        Self {
            from,
            state: State::Before,
            line,
            crlf: false,
            plain: [0; LINE_BYTES],
            at: 0,
            filled: 0,
            failed: None,
        }
    }

    /// Fills `plain` from the next line, or comes to the end.
    fn advance(&mut self) -> Result<()> {
        match self.state {
            State::After => return Ok(()),
            State::Before => self.begin()?,
            State::Inside | State::Short => {}
        }
        self.next_line()?;
        let line = self.line.as_slice();
        if line == END {
            self.only_white_space_is_left()?;
            self.state = State::After;
            return Ok(());
        }
        // base64 wants whole groups of four, so an empty line is the one thing left to refuse.
        if self.state == State::Short || line.is_empty() || line.len() > COLUMNS {
            return Err(Code::Armor.into());
        }
        self.filled = base64::decode_into(line, &mut self.plain).ok_or(Code::Armor)?;
        self.at = 0;
        self.state = if self.filled == LINE_BYTES { State::Inside } else { State::Short };
        Ok(())
    }

    fn begin(&mut self) -> Result<()> {
        let mut passed = 0;
        loop {
            self.read_line()?;
            if !self.line.iter().all(is_white_space) {
                break;
            }
            passed += self.line.len();
            if passed > MAX_WHITE_SPACE || self.line.is_empty() {
                return Err(Code::Armor.into());
            }
        }
        let line = self.line.strip_suffix(b"\n").ok_or(Code::Armor)?;
        self.crlf = line.ends_with(b"\r");
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line == BEGIN { Ok(()) } else { Err(Code::Armor.into()) }
    }

    /// Reads a line inside of the text and takes its end off.
    fn next_line(&mut self) -> Result<()> {
        self.read_line()?;
        // The last line may lack its end.
        if self.line.pop_if(|last| *last == b'\n').is_some()
            && self.crlf
            && self.line.pop_if(|last| *last == b'\r').is_none()
        {
            return Err(Code::Armor.into());
        }
        Ok(())
    }

    /// A line with its end, or what is left.
    fn read_line(&mut self) -> Result<()> {
        self.line.clear();
        let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
        self.from.by_ref().take(most).read_until(b'\n', &mut self.line)?;
        if self.line.len() == MAX_LINE { Err(Code::Armor.into()) } else { Ok(()) }
    }

    fn only_white_space_is_left(&mut self) -> Result<()> {
        let mut rest = Vec::new();
        let most = u64::try_from(MAX_WHITE_SPACE + 1).unwrap_or(u64::MAX);
        self.from.by_ref().take(most).read_to_end(&mut rest)?;
        let fine = rest.len() <= MAX_WHITE_SPACE && rest.iter().all(is_white_space);
        if fine { Ok(()) } else { Err(Code::Armor.into()) }
    }
}

impl<R: Read> Read for ArmorReader<R> {
    fn read(&mut self, mut out: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while !out.is_empty() {
            if self.at == self.filled {
                // What came before goes out first.
                if let Some(error) = self.failed.take() {
                    self.failed = Some(Code::Armor.into());
                    return Err(error.into());
                }
                if let Err(error) = self.advance() {
                    self.failed = Some(error);
                    if count > 0 {
                        return Ok(count);
                    }
                    continue;
                }
                if self.state == State::After {
                    break;
                }
            }
            let mut there = self.plain.get(self.at..self.filled).unwrap_or_default();
            let taken = there.read(out)?;
            (self.at, count) = (self.at + taken, count + taken);
            out = out.get_mut(taken..).unwrap_or_default();
        }
        Ok(count)
    }
}

impl<R> fmt::Debug for ArmorReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArmorReader").finish_non_exhaustive()
    }
}

fn is_white_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

const BEGIN: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const END: &[u8] = b"-----END AGE ENCRYPTED FILE-----";
const COLUMNS: usize = 64;
const LINE_BYTES: usize = 48;
const BATCH: usize = 512 * LINE_BYTES;
/// Bytes of white space before, and after, at most.
const MAX_WHITE_SPACE: usize = 1024;
/// A line of white space may have as many, and its end.
const MAX_LINE: usize = MAX_WHITE_SPACE + 2;

//! Reads an archive forwards, once, and refuses every other layout than ours.

use std::fmt;
use std::io::{self, Read};

use crate::crypto::hash::Crc32;
use crate::error::{Code, Result};

use super::super::entry_name::{self, MAX_NAME, Names};
use super::layout::{Entry, LOCAL, Layout, MAX_ENTRIES};

/// An archive that is being read. [`next_entry`](Self::next_entry) gives the entries one by one, and
/// until the next one [`Read`] gives the content of the last.
///
/// Nothing of it is known to be right before `next_entry` gave `None`: only then was the end seen.
pub struct Reader<R> {
    from: R,
    state: State,
    entries: Vec<Entry>,
    names: Names,
}

enum State {
    /// Bytes that are left of the last entry, and the CRC-32 of those before.
    Content(u64, Crc32),
    End,
    Failed,
}

impl<R: Read> Reader<R> {
    /// Begins with an archive's first byte.
    pub fn new(from: R) -> Self {
        let state = State::Content(0, Crc32::default());
        Self { from, state, entries: Vec::new(), names: Names::default() }
    }

    /// The next entry, after what is left of the last one was read and compared. `None` once the
    /// archive was read to its end, its directory was compared, and nothing follows.
    ///
    /// # Errors
    /// `zip`, `entry-name`; what reading fails with. After an error there is nothing but `zip`.
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        io::copy(self, &mut io::sink())?;
        if matches!(self.state, State::End) {
            return Ok(None);
        }
        let next = self.header();
        self.state = match &next {
            Ok(Some(entry)) => State::Content(entry.size, Crc32::default()),
            Ok(None) => State::End,
            Err(_) => State::Failed,
        };
        if let Ok(Some(entry)) = &next
            && entry.size == 0
            && entry.crc32 != 0
        {
            self.state = State::Failed;
            return Err(Code::Zip.into());
        }
        next
    }

    /// A local header, or all that stands behind the last content.
    fn header(&mut self) -> Result<Option<Entry>> {
        let mut signature = [0; 4];
        fill(&mut self.from, &mut signature)?;
        if signature != LOCAL {
            return self.tail(signature).map(|()| None);
        }
        let mut fixed = [0; FIXED];
        fill(&mut self.from, &mut fixed)?;
        let entry = Local(&fixed);
        let (name_len, extra_len) = (usize::from(entry.short(22)), usize::from(entry.short(24)));
        if self.entries.len() == MAX_ENTRIES || !matches!(extra_len, 0 | EXTRA) {
            return Err(Code::Zip.into());
        }
        if name_len > MAX_NAME {
            return Err(Code::EntryName.into());
        }
        let mut rest = vec![0; name_len + extra_len];
        fill(&mut self.from, &mut rest)?;
        let (name, extra) = rest.split_at(name_len);
        let size = match extra.get(4..).and_then(|numbers| numbers.first_chunk()) {
            Some(size) => u64::from_le_bytes(*size),
            None => u64::from(entry.long(14)),
        };
        let name = String::from_utf8(name.to_vec()).map_err(|_| Code::EntryName)?;
        let entry = Entry { name, size, crc32: entry.long(10) };
        // Everything else in a header follows from these three.
        if entry.local_header() != [signature.as_slice(), &fixed, &rest].concat() {
            return Err(Code::Zip.into());
        }
        entry_name::check(&entry.name)?;
        if !self.names.insert(&entry.name) {
            return Err(Code::Zip.into());
        }
        self.entries.push(entry.clone());
        Ok(Some(entry))
    }

    /// Compares all that stands behind the last content, and that it ends there.
    fn tail(&mut self, signature: [u8; 4]) -> Result<()> {
        let wanted = Layout::of_checked(self.entries.clone())?.tail();
        let mut wanted = wanted.strip_prefix(&signature).ok_or(Code::Zip)?;
        let mut piece = [0; 4096];
        while !wanted.is_empty() {
            let (next, rest) = wanted.split_at(wanted.len().min(piece.len()));
            let got = piece.get_mut(..next.len()).unwrap_or_default();
            fill(&mut self.from, got)?;
            if got != next {
                return Err(Code::Zip.into());
            }
            wanted = rest;
        }
        if io::copy(&mut self.from.by_ref().take(1), &mut io::sink())? == 0 {
            Ok(())
        } else {
            Err(Code::Zip.into())
        }
    }
}

/// The content of the last entry. Its last bytes are given only if its CRC-32 is right.
impl<R: Read> Read for Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let (left, crc32) = match &mut self.state {
            State::Content(left, crc32) => (left, crc32),
            State::End => return Ok(0),
            State::Failed => return Err(failed()),
        };
        let most = out.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
        let out = out.get_mut(..most).unwrap_or_default();
        if out.is_empty() {
            return Ok(0);
        }
        let count = match self.from.read(out) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                self.state = State::Failed;
                return Err(error);
            }
        };
        crc32.update(out.get(..count).unwrap_or_default());
        *left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        let wrong = *left == 0 && self.entries.last().is_none_or(|entry| entry.crc32 != crc32.value());
        if count == 0 || wrong {
            self.state = State::Failed;
            return Err(failed());
        }
        Ok(count)
    }
}

impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

/// The fixed part of a local header, behind its signature.
struct Local<'b>(&'b [u8; FIXED]);

impl Local<'_> {
    fn short(&self, at: usize) -> u16 {
        self.0.get(at..).and_then(|bytes| bytes.first_chunk()).copied().map_or(0, u16::from_le_bytes)
    }

    fn long(&self, at: usize) -> u32 {
        self.0.get(at..).and_then(|bytes| bytes.first_chunk()).copied().map_or(0, u32::from_le_bytes)
    }
}

/// An archive that ends early is none; other errors are the source's.
fn fill(from: &mut impl Read, out: &mut [u8]) -> Result<()> {
    from.read_exact(out).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Code::Zip.into(),
        _ => error.into(),
    })
}

fn failed() -> io::Error {
    crate::error::Error::from(Code::Zip).into()
}

/// A local header without its signature, name and extra field.
const FIXED: usize = 26;
/// A ZIP64 extra field of two sizes.
const EXTRA: usize = 20;

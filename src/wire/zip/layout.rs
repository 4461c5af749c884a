//! The bytes of an archive around the contents of its entries (PKWARE APPNOTE 6.3.9, sections given).

use std::fmt;
use std::ops::Range;

use crate::error::{Code, Result};

use super::super::entry_name::{self, Names};

/// One file of an archive.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is unpacked.
    pub name: String,
    /// Bytes of content.
    pub size: u64,
    /// CRC-32 of the content.
    pub crc32: u32,
}

/// Where everything stands in an archive of given entries.
#[derive(Debug)]
pub struct Layout {
    /// Each with the offset of its local header.
    entries: Vec<(Entry, u64)>,
    /// Offset of the central directory.
    directory: u64,
}

impl Layout {
    /// The layout of these entries, in this order.
    ///
    /// # Errors
    /// `entry-name`; `zip` if there are more than [`MAX_ENTRIES`], two that cannot be written side by
    /// side, or more bytes than can be counted.
    pub fn new(entries: Vec<Entry>) -> Result<Self> {
        if entries.len() > MAX_ENTRIES {
            return Err(Code::Zip.into());
        }
        let mut names = Names::default();
        for entry in &entries {
            entry_name::check(&entry.name)?;
            if !names.insert(&entry.name) {
                return Err(Code::Zip.into());
            }
        }
        Self::of_checked(entries)
    }

    /// The same of entries whose names and number were checked.
    pub(super) fn of_checked(entries: Vec<Entry>) -> Result<Self> {
        let mut at = 0_u64;
        let mut placed = Vec::with_capacity(entries.len());
        for entry in entries {
            let begin = at;
            at = entry.end(at).ok_or(Code::Zip)?;
            placed.push((entry, begin));
        }
        let layout = Self { entries: placed, directory: at };
        // With the directory too it can be counted: that is all `len` needs.
        layout.directory.checked_add(layout.tail_len()).ok_or(Code::Zip)?;
        Ok(layout)
    }

    /// Every entry, in order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter().map(|(entry, _)| entry)
    }

    /// What stands before the content of entry `index`; what stands before it are the entries before.
    ///
    /// # Errors
    /// `zip` if there is no such entry.
    pub fn local_header(&self, index: usize) -> Result<Vec<u8>> {
        Ok(self.entries.get(index).ok_or(Code::Zip)?.0.local_header())
    }

    /// Where the content of entry `index` lies. Its checksum has no part in it.
    ///
    /// # Errors
    /// `zip` if there is no such entry.
    pub fn content(&self, index: usize) -> Result<Range<u64>> {
        let (entry, at) = self.entries.get(index).ok_or(Code::Zip)?;
        let end = entry.end(*at).ok_or(Code::Zip)?;
        Ok(end - entry.size..end)
    }

    /// What stands behind the last content: the central directory and its end.
    #[must_use]
    pub fn tail(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (entry, at) in &self.entries {
            entry.write_central(*at, &mut out);
        }
        let size = length(&out);
        let end = self.directory.saturating_add(size);
        let large = self.directory >= ZIP64;
        if large {
            // 4.3.14, 4.3.15
            put(
                &mut out,
                &[&END64, &44_u64.to_le_bytes(), &VERSION64, &HOST_UNIX, &VERSION64, &[0], &[0; 8]],
            );
            let count = (self.entries.len() as u64).to_le_bytes();
            put(&mut out, &[&count, &count, &size.to_le_bytes(), &self.directory.to_le_bytes()]);
            put(&mut out, &[&LOCATOR64, &[0; 4], &end.to_le_bytes(), &1_u32.to_le_bytes()]);
        }
        // 4.3.16
        let count = u16::try_from(self.entries.len()).unwrap_or(u16::MAX).to_le_bytes();
        put(&mut out, &[&END, &[0; 4], &count, &count, &small(size), &small(self.directory), &[0; 2]]);
        out
    }

    /// Bytes of the whole archive; there are always some.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> u64 {
        self.directory.saturating_add(self.tail_len())
    }

    fn tail_len(&self) -> u64 {
        let entries = self.entries.iter().map(|(entry, at)| entry.central_len(*at)).sum::<u64>();
        entries + END_LEN + if self.directory >= ZIP64 { END64_LEN } else { 0 }
    }
}

impl Entry {
    /// What stands before its content (4.3.7).
    pub(super) fn local_header(&self) -> Vec<u8> {
        let extra = self.local_extra();
        let version = if extra.is_empty() { VERSION } else { VERSION64 };
        let mut out = Vec::new();
        put(
            &mut out,
            &[&LOCAL, &version, &[0], &self.common(), &short(self.name.len()), &short(extra.len())],
        );
        put(&mut out, &[self.name.as_bytes(), &extra]);
        out
    }

    /// Its header in the central directory (4.3.12).
    fn write_central(&self, at: u64, out: &mut Vec<u8>) {
        let extra = self.central_extra(at);
        let version = if extra.is_empty() { VERSION } else { VERSION64 };
        put(out, &[&CENTRAL, &version, &HOST_UNIX, &version, &[0], &self.common()]);
        // No comment, disk 0, internal attributes 0.
        put(out, &[&short(self.name.len()), &short(extra.len()), &[0; 6], &ATTRIBUTES, &small(at)]);
        put(out, &[self.name.as_bytes(), &extra]);
    }

    /// From the flags to the sizes, which both headers share.
    fn common(&self) -> Vec<u8> {
        let size = small(self.size);
        [&FLAGS as &[u8], &STORE, &TIME, &DATE, &self.crc32.to_le_bytes(), &size, &size].concat()
    }

    /// Both sizes, if they do not fit (4.5.3).
    fn local_extra(&self) -> Vec<u8> {
        let size = self.size.to_le_bytes();
        if self.size < ZIP64 { Vec::new() } else { extra(&[size, size]) }
    }

    /// Of sizes and offset what does not fit.
    fn central_extra(&self, at: u64) -> Vec<u8> {
        let (size, at_bytes) = (self.size.to_le_bytes(), at.to_le_bytes());
        match (self.size < ZIP64, at < ZIP64) {
            (true, true) => Vec::new(),
            (true, false) => extra(&[at_bytes]),
            (false, true) => extra(&[size, size]),
            (false, false) => extra(&[size, size, at_bytes]),
        }
    }

    /// Where the next entry begins, if this one begins at `at`.
    fn end(&self, at: u64) -> Option<u64> {
        at.checked_add(length(&self.local_header()))?.checked_add(self.size)
    }

    fn central_len(&self, at: u64) -> u64 {
        CENTRAL_LEN + length(self.name.as_bytes()) + length(&self.central_extra(at))
    }
}

/// Names of documents are confidential.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("size", &self.size).finish_non_exhaustive()
    }
}

fn put(out: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// A ZIP64 extra field of these numbers.
fn extra(numbers: &[[u8; 8]]) -> Vec<u8> {
    let numbers = numbers.concat();
    [&1_u16.to_le_bytes() as &[u8], &short(numbers.len()), &numbers].concat()
}

/// A number of four bytes, or the mark that ZIP64 has it.
fn small(number: u64) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

/// A length of two bytes: of a name that was checked, of an extra field.
fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes()
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// One below the number that marks ZIP64.
pub const MAX_ENTRIES: usize = 65_534;

pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR64: [u8; 4] = *b"PK\x06\x07";
const END: [u8; 4] = *b"PK\x05\x06";

/// The first number that four bytes do not hold beside the mark.
const ZIP64: u64 = u32::MAX as u64;
/// Version 2.0.
const VERSION: [u8; 1] = [20];
/// Version 4.5: ZIP64.
const VERSION64: [u8; 1] = [45];
/// The upper byte of "version made by": attributes are those of Unix.
const HOST_UNIX: [u8; 1] = [3];
/// Names are UTF-8; nothing else.
const FLAGS: [u8; 2] = 0x0800_u16.to_le_bytes();
const STORE: [u8; 2] = [0; 2];
/// Midnight of 1980-01-01.
const TIME: [u8; 2] = [0; 2];
const DATE: [u8; 2] = 0x0021_u16.to_le_bytes();
/// A plain file, mode 0644.
const ATTRIBUTES: [u8; 4] = (0o100_644_u32 << 16).to_le_bytes();
const CENTRAL_LEN: u64 = 46;
const END_LEN: u64 = 22;
/// The end of ZIP64 and its locator.
const END64_LEN: u64 = 56 + 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, size: u64) -> Entry {
        Entry { name: name.into(), size, crc32: 0x1234_5678 }
    }

    #[test]
    fn every_number_has_zip64_exactly_where_it_does_not_fit() {
        const HEADER: u64 = 30 + 1;
        for (sizes, local, central, end64) in [
            // The directory begins at the mark less one, then at the mark.
            (vec![u64::from(u32::MAX) - HEADER - 1], vec![0], vec![0], false),
            (vec![u64::from(u32::MAX) - HEADER], vec![0], vec![0], true),
            (vec![u64::from(u32::MAX) - 1], vec![0], vec![0], true),
            (vec![u64::from(u32::MAX)], vec![20], vec![20], true),
            (vec![u64::from(u32::MAX), 1], vec![20, 0], vec![20, 12], true),
            (vec![u64::from(u32::MAX) - HEADER - 1, 0], vec![0, 0], vec![0, 0], true),
            (vec![u64::from(u32::MAX) - HEADER, 0], vec![0, 0], vec![0, 12], true),
            (vec![1 << 33, 1 << 33], vec![20, 20], vec![20, 28], true),
        ] {
            let entries: Vec<_> =
                ["a", "b"].iter().zip(&sizes).map(|(name, size)| entry(name, *size)).collect();
            let layout = Layout::new(entries).unwrap();
            let headers = (0..sizes.len()).map(|at| layout.local_header(at).unwrap().len());
            assert_eq!(headers.collect::<Vec<_>>(), local.iter().map(|extra| 31 + extra).collect::<Vec<_>>());
            let wanted =
                central.iter().map(|extra| 47 + extra).sum::<usize>() + 22 + if end64 { 76 } else { 0 };
            assert_eq!(layout.tail().len(), wanted, "{sizes:?}");
            let content = sizes.iter().sum::<u64>() + (local.iter().sum::<usize>() + 31 * local.len()) as u64;
            assert_eq!(layout.len(), content + wanted as u64);
        }
    }

    #[test]
    fn what_cannot_be_laid_out_is_refused() {
        let many = |count: usize| (0..count).map(|at| entry(&at.to_string(), 0)).collect::<Vec<_>>();
        let layout = Layout::new(many(MAX_ENTRIES)).unwrap();
        assert_eq!((layout.entries().len(), layout.tail().len() as u64), (MAX_ENTRIES, layout.tail_len()));
        assert_eq!(layout.local_header(MAX_ENTRIES).unwrap_err().code(), "zip");
        for (entries, code) in [
            (many(MAX_ENTRIES + 1), "zip"),
            (vec![entry("a", 0), entry("A", 0)], "zip"),
            (vec![entry("a/b", 0), entry("A", 0)], "zip"),
            (vec![entry("a", u64::MAX)], "zip"),
            (vec![entry("a", u64::MAX - 100)], "zip"),
            (vec![entry("a", 1 << 63), entry("b", 1 << 63)], "zip"),
            (vec![entry("../a", 0)], "entry-name"),
        ] {
            assert_eq!(Layout::new(entries).unwrap_err().code(), code);
        }
    }
}

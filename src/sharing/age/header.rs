//! The header of a file: version line, stanzas, MAC. Read in one pass, within fixed limits.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use crate::codec::base64;
use crate::crypto::kdf::{hkdf_sha256, hmac_sha256};
use crate::crypto::label::AGE_HEADER;
use crate::error::{Code, Result};
use crate::secret::{Secret, ct_eq};
use crate::sharing::age::stanza::{Known, Stanza};
use crate::sharing::age::{Kind, Opens};

/// Bytes of a header at most.
pub const MAX_HEADER: usize = 2 * 1024 * 1024;
/// Stanzas of a header at most.
pub const MAX_STANZAS: usize = 1024;

/// The header of an age file, well formed. Nothing in it is authentic before a file key verified it,
/// which opening does.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    bytes: Vec<u8>,
    stanzas: Vec<Stanza>,
    mac: [u8; 32],
}

impl Header {
    /// Reads the header at the beginning of a binary file; reads beyond it.
    ///
    /// # Errors
    /// `not-an-age-file`, `age-version`, `age-header`, `io`.
    pub fn read(from: impl Read) -> Result<Self> {
        Self::read_exactly(&mut BufReader::new(from))
    }

    /// The same; leaves the reader at the first byte after the header.
    pub(crate) fn read_exactly(from: &mut impl BufRead) -> Result<Self> {
        let mut bytes = Vec::new();
        read_version(from, &mut bytes)?;
        let mut lines = Lines { from, bytes: &mut bytes };
        let mut stanzas = Vec::new();
        loop {
            let first = lines.next()?.to_vec();
            if let Some(mac) = first.strip_prefix(b"---") {
                let mac = mac.strip_prefix(b" ").and_then(|mac| std::str::from_utf8(mac).ok());
                let mac = mac.and_then(base64::fixed_unpadded).ok_or(Code::AgeHeader)?;
                if stanzas.is_empty() {
                    return Err(Code::AgeHeader.into());
                }
                return Ok(Self { bytes, stanzas, mac });
            }
            if stanzas.len() == MAX_STANZAS {
                return Err(Code::AgeHeader.into());
            }
            stanzas.push(Stanza::read(&first, &mut lines)?);
        }
    }

    /// Writes the header for a file key.
    pub(crate) fn write(stanzas: Vec<Stanza>, file_key: &Secret<16>) -> Self {
        let mut header = Self { bytes: Vec::new(), stanzas, mac: [0; 32] };
        header.bytes = header.to_bytes();
        header.mac = header.expected_mac(file_key);
        header.bytes = header.to_bytes();
        header
    }

    /// The bytes, as they were read.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What each stanza is, in order.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.stanzas.iter().map(Stanza::kind)
    }

    /// The bytes, written anew from what was read: the same, since a header has one encoding.
    #[must_use]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = VERSION.to_vec();
        self.stanzas.iter().for_each(|stanza| stanza.write(&mut out));
        out.extend_from_slice(b"--- ");
        out.extend_from_slice(base64::encode_unpadded(&self.mac).as_bytes());
        out.push(b'\n');
        out
    }

    /// The file key, by the first of `keys` that opens a stanza, once it verified the header.
    ///
    /// # Errors
    /// `age-stanza`, `age-work-factor`, `age-no-match`, `age-header-refused`.
    pub(crate) fn file_key(&self, keys: &[&dyn Opens]) -> Result<Secret<16>> {
        let stanzas = self.known(keys)?;
        for key in keys {
            for stanza in &stanzas {
                let Some(file_key) = key.unwrap(stanza)? else { continue };
                return if ct_eq(&self.expected_mac(&file_key), &self.mac) {
                    Ok(file_key)
                } else {
                    Err(Code::AgeHeaderRefused.into())
                };
            }
        }
        Err(Code::AgeNoMatch.into())
    }

    /// Every stanza of a kind that one of the keys knows, checked before the first is tried.
    fn known(&self, keys: &[&dyn Opens]) -> Result<Vec<Known>> {
        // Whoever knows a password believes that only another who knows it made the file. With a
        // second stanza that would be false.
        if self.stanzas.len() > 1 && self.kinds().any(|kind| kind == Kind::Password) {
            return Err(Code::AgeStanza.into());
        }
        let ours = self.stanzas.iter().filter(|stanza| keys.iter().any(|key| key.kind() == stanza.kind()));
        ours.filter_map(|stanza| stanza.known().transpose()).collect()
    }

    fn expected_mac(&self, file_key: &Secret<16>) -> [u8; 32] {
        let covered = self.bytes.len().saturating_sub(MAC_BYTES);
        let key = hkdf_sha256(file_key.expose_secret(), &[], AGE_HEADER);
        hmac_sha256(&key, &[self.bytes.get(..covered).unwrap_or_default()])
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").field("stanzas", &self.stanzas.len()).finish_non_exhaustive()
    }
}

/// The lines of a header, kept together for the MAC and within its limit.
pub struct Lines<'l, R> {
    from: &'l mut R,
    bytes: &'l mut Vec<u8>,
}

impl<R: BufRead> Lines<'_, R> {
    /// The next line, without its newline.
    pub fn next(&mut self) -> Result<&[u8]> {
        let start = self.bytes.len();
        if !read_line(self.from, self.bytes, MAX_HEADER)? {
            return Err(Code::AgeHeader.into());
        }
        let line = self.bytes.get(start..).unwrap_or_default();
        Ok(line.strip_suffix(b"\n").unwrap_or(line))
    }
}

/// Appends a line with its newline; whether there was one before the end and before `most` bytes.
fn read_line(from: &mut impl BufRead, bytes: &mut Vec<u8>, most: usize) -> Result<bool> {
    loop {
        let there = match from.fill_buf() {
            Ok(there) => there,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let there = there.get(..there.len().min(most - bytes.len())).unwrap_or_default();
        let end = there.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
        let count = end.unwrap_or(there.len());
        bytes.extend_from_slice(there.get(..count).unwrap_or_default());
        from.consume(count);
        if end.is_some() || count == 0 {
            return Ok(end.is_some());
        }
    }
}

fn read_version(from: &mut impl BufRead, bytes: &mut Vec<u8>) -> Result<()> {
    // A file that is something else altogether may have no newline for long.
    let complete = read_line(from, bytes, MAX_VERSION)?;
    if bytes == VERSION {
        return Ok(());
    }
    let Some(version) = bytes.strip_prefix(VERSION_START) else { return Err(Code::NotAnAgeFile.into()) };
    let version = version.strip_suffix(b"\n").unwrap_or(version);
    let plain = complete && !version.is_empty() && version.iter().all(u8::is_ascii_graphic);
    Err(if plain { Code::AgeVersion } else { Code::AgeHeader }.into())
}

const VERSION: &[u8] = b"age-encryption.org/v1\n";
const VERSION_START: &[u8] = b"age-encryption.org/";
/// Bytes of a version line at most.
const MAX_VERSION: usize = 128;
/// Bytes of the last line that its MAC does not cover: a space, 43 characters, a newline.
const MAC_BYTES: usize = 45;

//! A recipient stanza: one line of arguments, one wrapped file key.

use crate::codec::base64;
use crate::crypto::{hpke, x25519};
use crate::error::{Code, Result};
use crate::sharing::age::header::Lines;
use crate::wire::lines::decimal;

pub const HYBRID: &str = "mlkem768x25519";
pub const X25519: &str = "X25519";
pub const SCRYPT: &str = "scrypt";

/// What a stanza, a recipient or an identity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// ML-KEM-768 and X25519: `mlkem768x25519`, `age1pq1…`.
    Hybrid,
    /// X25519 alone: `X25519`, `age1…`.
    X25519,
    /// A password: `scrypt`.
    Password,
    /// One that this library does not know. It is passed over.
    Other,
}

/// A stanza as it stands in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// The arguments with one space between; the first is the type.
    line: String,
    body: Vec<u8>,
}

/// The content of a stanza whose kind is known, checked before any key is tried on it.
#[derive(Debug)]
pub enum Known {
    Hybrid { enc: Box<[u8; hpke::ENC_LEN]>, body: [u8; 32] },
    X25519 { share: x25519::PublicKey, body: [u8; 32] },
    Password { salt: [u8; 16], work_factor: u64, body: [u8; 32] },
}

impl Stanza {
    pub fn new(arguments: &[&str], body: Vec<u8>) -> Self {
        Self { line: arguments.join(" "), body }
    }

    /// Reads a stanza whose first line was read already.
    pub fn read(first: &[u8], lines: &mut Lines<'_, impl std::io::BufRead>) -> Result<Self> {
        let line = first.strip_prefix(b"-> ").ok_or(Code::AgeHeader)?;
        let argument = |argument: &[u8]| !argument.is_empty() && argument.iter().all(u8::is_ascii_graphic);
        if !line.split(|&byte| byte == b' ').all(argument) {
            return Err(Code::AgeHeader.into());
        }
        let line = std::str::from_utf8(line).map_err(|_| Code::AgeHeader)?.to_owned();
        let mut body = Vec::new();
        loop {
            let columns = std::str::from_utf8(lines.next()?).map_err(|_| Code::AgeHeader)?;
            if columns.len() > COLUMNS {
                return Err(Code::AgeHeader.into());
            }
            body.extend_from_slice(&base64::decode_unpadded(columns).ok_or(Code::AgeHeader)?);
            // The body ends with a line that is not full, maybe an empty one.
            if columns.len() < COLUMNS {
                return Ok(Self { line, body });
            }
        }
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"-> ");
        out.extend_from_slice(self.line.as_bytes());
        out.push(b'\n');
        for line in self.body.chunks(LINE_BYTES) {
            out.extend_from_slice(base64::encode_unpadded(line).as_bytes());
            out.push(b'\n');
        }
        if self.body.len().is_multiple_of(LINE_BYTES) {
            out.push(b'\n');
        }
    }

    pub fn kind(&self) -> Kind {
        match self.line.split(' ').next() {
            Some(HYBRID) => Kind::Hybrid,
            Some(X25519) => Kind::X25519,
            Some(SCRYPT) => Kind::Password,
            _ => Kind::Other,
        }
    }

    /// Checks everything that does not take a key.
    ///
    /// # Errors
    /// `age-stanza`.
    pub fn known(&self) -> Result<Option<Known>> {
        let kind = self.kind();
        if kind == Kind::Other {
            return Ok(None);
        }
        // Its length first: a longer one could be made to open under many keys.
        let body: [u8; 32] = self.body.as_slice().try_into().map_err(|_| Code::AgeStanza)?;
        let mut arguments = self.line.split(' ').skip(1);
        let first = arguments.next().ok_or(Code::AgeStanza)?;
        let known = match kind {
            Kind::Hybrid => {
                let enc = base64::fixed_unpadded(first).map(Box::new).ok_or(Code::AgeStanza)?;
                if !hpke::encapsulation_contributes(&enc) {
                    return Err(Code::AgeStanza.into());
                }
                Known::Hybrid { enc, body }
            }
            Kind::X25519 => {
                let share = base64::fixed_unpadded(first).ok_or(Code::AgeStanza)?;
                let share = x25519::PublicKey::from_bytes(&share).map_err(|_| Code::AgeStanza)?;
                Known::X25519 { share, body }
            }
            _ => {
                let salt = base64::fixed_unpadded(first).ok_or(Code::AgeStanza)?;
                let work_factor = arguments.next().and_then(decimal).filter(|&factor| factor > 0);
                Known::Password { salt, work_factor: work_factor.ok_or(Code::AgeStanza)?, body }
            }
        };
        if arguments.next().is_some() { Err(Code::AgeStanza.into()) } else { Ok(Some(known)) }
    }
}

/// Characters in a full line.
const COLUMNS: usize = 64;
/// Bytes in a full line.
const LINE_BYTES: usize = 48;

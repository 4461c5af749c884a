//! What a process does before it is killed, as a line that says so.

use std::fmt;
use std::str::FromStr;

use privity::{DocumentId, MatterId, UserId};

use crate::Outcome;

/// One act. Each is one commit, but for a batch of more documents than go into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Opens a matter.
    Matter(MatterId),
    Admit(MatterId, UserId),
    Remove(MatterId, UserId),
    Rotate(MatterId),
    Seal(MatterId, DocumentId),
    /// Seals the documents 0 to the last but this number of a batch, from files.
    SealAll(MatterId, u64, u64),
    Rename(MatterId, DocumentId, u64),
    Open(MatterId, DocumentId),
    /// Certifies the device of this number, of a new person.
    Enrol(UserId, u64),
    /// Has that device accept.
    Accept(UserId, u64),
}

/// A document of a batch.
pub fn of_batch(batch: u64, number: u64) -> DocumentId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&batch.to_be_bytes());
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    DocumentId::from_bytes(bytes)
}

/// What a document holds; of a batch, what its file holds.
pub fn content(id: DocumentId) -> Vec<u8> {
    let number = u64::from_be_bytes(std::array::from_fn(|at| id.as_bytes()[at + 8]));
    let length = usize::try_from(number % 3_000).unwrap_or_default();
    number.to_be_bytes().into_iter().cycle().take(length).collect()
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matter(matter) => write!(f, "matter {matter}"),
            Self::Admit(matter, user) => write!(f, "admit {matter} {user}"),
            Self::Remove(matter, user) => write!(f, "remove {matter} {user}"),
            Self::Rotate(matter) => write!(f, "rotate {matter}"),
            Self::Seal(matter, document) => write!(f, "seal {matter} {document}"),
            Self::SealAll(matter, batch, count) => write!(f, "seal-all {matter} {batch} {count}"),
            Self::Rename(matter, document, to) => write!(f, "rename {matter} {document} {to}"),
            Self::Open(matter, document) => write!(f, "open {matter} {document}"),
            Self::Enrol(user, device) => write!(f, "enrol {user} {device}"),
            Self::Accept(user, device) => write!(f, "accept {user} {device}"),
        }
    }
}

impl Act {
    pub fn parse(line: &str) -> Outcome<Self> {
        fn next<'w, T>(words: &mut impl Iterator<Item = &'w str>) -> Outcome<T>
        where
            T: FromStr<Err: std::error::Error + 'static>,
        {
            Ok(words.next().ok_or("a word is missing")?.parse()?)
        }
        let mut words = line.split(' ');
        let kind = words.next().unwrap_or_default();
        let words = &mut words;
        Ok(match kind {
            "matter" => Self::Matter(next(words)?),
            "admit" => Self::Admit(next(words)?, next(words)?),
            "remove" => Self::Remove(next(words)?, next(words)?),
            "rotate" => Self::Rotate(next(words)?),
            "seal" => Self::Seal(next(words)?, next(words)?),
            "seal-all" => Self::SealAll(next(words)?, next(words)?, next(words)?),
            "rename" => Self::Rename(next(words)?, next(words)?, next(words)?),
            "open" => Self::Open(next(words)?, next(words)?),
            "enrol" => Self::Enrol(next(words)?, next(words)?),
            "accept" => Self::Accept(next(words)?, next(words)?),
            _ => return Err(format!("no act: {line}").into()),
        })
    }
}

//! Where the chunks of a seal lie: lengths alone, no keys.

use crate::error::{Code, Result};

/// Bytes of plaintext in a chunk; the last chunk is always shorter, maybe empty.
pub const CHUNK: usize = 16 * 1024;
/// Bytes of a tag.
pub const TAG: usize = 16;
/// Bytes of a whole chunk when sealed.
pub const SEALED_CHUNK: usize = CHUNK + TAG;
/// Bytes of the salt.
pub const SALT: usize = 24;
/// Bytes of salt and commitment, before the first chunk.
pub const PREFIX: usize = 56;
/// How many chunks a seal may have.
const MAX_CHUNKS: u64 = 1 << 38;

/// The layout of one seal, from its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Whole chunks before the last.
    pub whole: u64,
    /// Plaintext bytes of the last chunk, below [`CHUNK`].
    pub last: usize,
}

impl Layout {
    /// The layout of a seal of this many bytes.
    ///
    /// # Errors
    /// `sealed-length` if no seal has this length: decided before any key is used.
    pub fn of_sealed(length: u64) -> Result<Self> {
        let chunks = length.checked_sub(PREFIX as u64).ok_or(Code::SealedLength)?;
        let (whole, rest) = (chunks / SEALED_CHUNK as u64, chunks % SEALED_CHUNK as u64);
        let last = rest.checked_sub(TAG as u64).ok_or(Code::SealedLength)?;
        if whole >= MAX_CHUNKS {
            return Err(Code::SealedLength.into());
        }
        Ok(Self { whole, last: usize::try_from(last).map_err(|_| Code::SealedLength)? })
    }

    /// The layout of a seal of this many bytes of plaintext.
    ///
    /// # Errors
    /// `document-too-large`.
    pub fn of_plaintext(length: u64) -> Result<Self> {
        let (whole, last) = (length / CHUNK as u64, length % CHUNK as u64);
        if whole >= MAX_CHUNKS {
            return Err(Code::DocumentTooLarge.into());
        }
        Ok(Self { whole, last: usize::try_from(last).map_err(|_| Code::DocumentTooLarge)? })
    }

    /// Bytes of plaintext.
    pub fn plaintext(self) -> u64 {
        self.whole * CHUNK as u64 + self.last as u64
    }

    /// Bytes of the seal.
    pub fn sealed(self) -> u64 {
        PREFIX as u64 + self.whole * SEALED_CHUNK as u64 + (self.last + TAG) as u64
    }

    /// Where a chunk begins in the seal.
    pub fn offset(chunk: u64) -> u64 {
        PREFIX as u64 + chunk * SEALED_CHUNK as u64
    }

    /// Sealed bytes of `plaintext` bytes that begin at a chunk, the last chunk among them or not.
    pub fn run(plaintext: usize, last: bool) -> usize {
        plaintext / CHUNK * SEALED_CHUNK + if last { plaintext % CHUNK + TAG } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_possible_exactly_by_the_rule() {
        for n in 0..3 * SEALED_CHUNK as u64 + 200 {
            let rule = n >= 72 && (n - 56) % 16400 >= 16;
            let layout = Layout::of_sealed(n);
            assert_eq!(layout.is_ok(), rule, "{n}");
            if let Ok(layout) = layout {
                assert_eq!(layout.sealed(), n);
                assert_eq!(Layout::of_plaintext(layout.plaintext()).unwrap(), layout);
            }
        }
        assert!(Layout::of_sealed(u64::MAX).is_err());
        assert!(Layout::of_plaintext(u64::MAX).is_err());
    }
}

//! Hashes of content: SHA-256 and CRC-32 in one pass.

use std::fmt;

use sha2::{Digest as _, Sha256, Sha512};

use crate::id::Hash;

/// Length, SHA-256 and CRC-32 of a document's content, without padding. `Debug` shows the length
/// alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digests {
    /// Bytes of content.
    pub length: u64,
    /// SHA-256 of the content. It identifies the content to whoever can guess it: keep it sealed.
    pub sha256: Hash,
    /// CRC-32 (ISO-HDLC, as in ZIP) of the content.
    pub crc32: u32,
}

impl fmt::Debug for Digests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digests").field("length", &self.length).finish_non_exhaustive()
    }
}

/// SHA-256 alone, as bytes come by.
#[derive(Clone, Default)]
pub struct HashOnly(Sha256);

impl HashOnly {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

/// Computes [`Digests`] as bytes come by.
#[derive(Clone, Default)]
pub struct Hasher {
    length: u64,
    sha256: Sha256,
    crc32: crc32fast::Hasher,
}

impl Hasher {
    pub fn update(&mut self, bytes: &[u8]) {
        // In pieces that stay in the first-level cache for the second hash.
        for piece in bytes.chunks(16 * 1024) {
            self.sha256.update(piece);
            self.crc32.update(piece);
        }
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    pub fn finish(self) -> Digests {
        let sha256 = Hash(self.sha256.finalize().into());
        Digests { length: self.length, sha256, crc32: self.crc32.finalize() }
    }
}

/// Computes a CRC-32 alone. It shows accidents, never forgery.
#[derive(Clone, Default)]
pub struct Crc32(crc32fast::Hasher);

impl Crc32 {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn value(&self) -> u32 {
        self.0.clone().finalize()
    }
}

/// SHA-512 of one byte string, as SSHSIG signs it.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    Sha512::digest(bytes).into()
}

/// SHA-256 of one byte string.
pub fn sha256(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// SHA-256 of byte strings, one after the other.
pub fn sha256_of<const N: usize>(pieces: [&[u8]; N]) -> Hash {
    let mut sha256 = Sha256::new();
    for piece in pieces {
        sha256.update(piece);
    }
    Hash(sha256.finalize().into())
}

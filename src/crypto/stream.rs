//! STREAM as age v1 uses it: chunks of 64 KiB under ChaCha20-Poly1305, the nonce an 11-byte counter
//! and a byte that says whether the chunk is the last. The last chunk is not empty unless the whole
//! payload is.

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
use inout::InOutBuf;
use zeroize::Zeroize as _;

use crate::crypto::kdf::hkdf_sha256;
use crate::crypto::label::AGE_PAYLOAD;
use crate::error::{Code, Result};
use crate::secret::Secret;

/// Bytes of plaintext in every chunk but the last.
pub const CHUNK: usize = 64 * 1024;
/// Bytes of a tag.
pub const TAG: usize = 16;
/// Bytes of a sealed chunk.
pub const SEALED_CHUNK: usize = CHUNK + TAG;
/// Bytes of the nonce before the first chunk.
pub const NONCE: usize = 16;

/// Seals and opens the chunks of one payload.
pub struct Stream(Box<ChaCha20Poly1305>);

/// Where the chunks of a payload lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Whole chunks before the last one.
    pub whole: u64,
    /// Bytes of plaintext in the last chunk.
    pub last: usize,
}

impl Layout {
    /// The one layout of so many sealed bytes.
    ///
    /// # Errors
    /// `sealed-length` if no payload is so long.
    pub fn of_sealed(length: u64) -> Result<Self> {
        let chunks = length.div_ceil(SEALED_CHUNK as u64);
        let whole = chunks.checked_sub(1).ok_or(Code::SealedLength)?;
        let last = usize::try_from(length - whole * SEALED_CHUNK as u64).map_err(|_| Code::SealedLength)?;
        let last = last.checked_sub(TAG).filter(|&last| last > 0 || whole == 0).ok_or(Code::SealedLength)?;
        Ok(Self { whole, last })
    }

    /// Bytes of plaintext.
    pub fn plaintext(self) -> u64 {
        self.whole * CHUNK as u64 + self.last as u64
    }

    /// Sealed bytes of a run of plaintext, the last of the payload or not.
    pub fn run(plaintext: usize, last: bool) -> usize {
        let chunks = plaintext.div_ceil(CHUNK);
        plaintext + TAG * if last { chunks.max(1) } else { chunks }
    }
}

impl Stream {
    /// The payload key is derived from the file key and the nonce before the chunks.
    pub fn new(file_key: &Secret<16>, nonce: &[u8; NONCE]) -> Self {
        let key = hkdf_sha256(file_key.expose_secret(), nonce, AGE_PAYLOAD);
        Self(Box::new(ChaCha20Poly1305::new(key.expose_secret().into())))
    }

    /// Seals plaintext that begins at chunk `first`: whole chunks, and the end of the payload if
    /// `last`. `out` has exactly the length of [`Layout::run`].
    pub fn seal_run(&self, first: u64, plaintext: &[u8], last: bool, out: &mut [u8]) -> Result<()> {
        let whole = plaintext.len().is_multiple_of(CHUNK);
        let empty_end = last && plaintext.is_empty() && first > 0;
        if out.len() != Layout::run(plaintext.len(), last) || (!last && !whole) || empty_end {
            return Err(Code::SealedLength.into());
        }
        if plaintext.is_empty() && last {
            return self.seal_chunk(first, true, plaintext, out);
        }
        let mut left = plaintext.len().div_ceil(CHUNK);
        let pairs = plaintext.chunks(CHUNK).zip(out.chunks_mut(SEALED_CHUNK));
        for (index, (plain, sealed)) in (first..).zip(pairs) {
            left -= 1;
            self.seal_chunk(index, last && left == 0, plain, sealed)?;
        }
        Ok(())
    }

    /// Opens sealed chunks that begin at chunk `first`. On an error `out` holds nothing of the chunk
    /// that failed.
    pub fn open_run(&self, first: u64, sealed: &[u8], last: bool, out: &mut [u8]) -> Result<()> {
        if sealed.len() != Layout::run(out.len(), last) || (!last && !out.len().is_multiple_of(CHUNK)) {
            return Err(Code::SealedLength.into());
        }
        let mut left = sealed.len().div_ceil(SEALED_CHUNK);
        let mut plain = out.chunks_mut(CHUNK);
        for (index, sealed) in (first..).zip(sealed.chunks(SEALED_CHUNK)) {
            left -= 1;
            self.open_chunk(index, last && left == 0, sealed, plain.next().unwrap_or_default())?;
        }
        Ok(())
    }

    fn seal_chunk(&self, index: u64, last: bool, plaintext: &[u8], sealed: &mut [u8]) -> Result<()> {
        let (body, tag) = sealed.split_last_chunk_mut::<TAG>().ok_or(Code::SealedLength)?;
        let buffer = InOutBuf::new(plaintext, body).map_err(|_| Code::SealedLength)?;
        let made = self.0.encrypt_inout_detached(&nonce(index, last).into(), &[], buffer);
        *tag = made.map_err(|_| Code::DocumentTooLarge)?.into();
        Ok(())
    }

    /// Opens one chunk; nothing of it is in `plaintext` unless its tag verified.
    pub fn open_chunk(&self, index: u64, last: bool, sealed: &[u8], plaintext: &mut [u8]) -> Result<()> {
        let (body, tag) = sealed.split_last_chunk::<TAG>().ok_or(Code::ContentRefused)?;
        if last && body.is_empty() && index > 0 {
            return Err(Code::ContentRefused.into());
        }
        let buffer = InOutBuf::new(body, plaintext).map_err(|_| Code::SealedLength)?;
        let opened = self.0.decrypt_inout_detached(&nonce(index, last).into(), &[], buffer, &(*tag).into());
        if opened.is_err() {
            plaintext.zeroize();
            return Err(Code::ContentRefused.into());
        }
        Ok(())
    }
}

/// 11 bytes of counter, most significant first, and the mark of the last chunk.
fn nonce(index: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    let (_, counter) = nonce.split_at_mut(3);
    counter.iter_mut().zip(index.to_be_bytes()).for_each(|(to, from)| *to = from);
    if let Some(mark) = nonce.last_mut() {
        *mark = u8::from(last);
    }
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_possible_exactly_by_the_rule() {
        let sealed = SEALED_CHUNK as u64;
        let around = |at: u64| at.saturating_sub(20)..at + 20;
        for n in around(0).chain(around(sealed)).chain(around(2 * sealed)).chain(around(1 << 40)) {
            let over = n % sealed;
            let rule = n == 16 || (n > 16 && (over == 0 || over > 16));
            let layout = Layout::of_sealed(n);
            assert_eq!(layout.is_ok(), rule, "{n}");
            if let Ok(layout) = layout {
                assert_eq!(layout.plaintext() + (layout.whole + 1) * TAG as u64, n);
            }
        }
        assert!(Layout::of_sealed(0).is_err());
    }

    #[test]
    fn the_nonce_is_a_counter_and_the_mark_of_the_end() {
        assert_eq!(nonce(0x0102, false), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0]);
        assert_eq!(nonce(u64::MAX, true), [0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    }
}

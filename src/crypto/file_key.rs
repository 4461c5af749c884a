//! How age v1 wraps its 16-byte file key under a key that is used once: ChaCha20-Poly1305 with a
//! nonce of zeros.

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
use inout::InOutBuf;

use crate::error::{Code, Result};
use crate::secret::Secret;

/// Bytes of a wrapped file key.
pub const WRAPPED: usize = 32;

/// Wraps under a key that wraps nothing else.
pub fn wrap(under: &Secret<32>, file_key: &Secret<16>) -> Result<[u8; WRAPPED]> {
    let mut wrapped = [0; WRAPPED];
    let (body, tag) = wrapped.split_at_mut(16);
    let aead = ChaCha20Poly1305::new(under.expose_secret().into());
    let buffer = InOutBuf::new(file_key.expose_secret(), body).map_err(|_| Code::SealedLength)?;
    let made = aead.encrypt_inout_detached(&[0; 12].into(), &[], buffer).map_err(|_| Code::SealedLength)?;
    tag.copy_from_slice(&made);
    Ok(wrapped)
}

/// Unwraps; `None` if it was wrapped under another key.
pub fn unwrap(under: &Secret<32>, wrapped: &[u8; WRAPPED]) -> Option<Secret<16>> {
    let (body, tag) = wrapped.split_first_chunk::<16>()?;
    let tag: [u8; 16] = tag.try_into().ok()?;
    let aead = ChaCha20Poly1305::new(under.expose_secret().into());
    Secret::try_fill(|out| {
        let buffer = InOutBuf::new(body, out).map_err(|_| Code::ContentRefused)?;
        let opened = aead.decrypt_inout_detached(&[0; 12].into(), &[], buffer, &tag.into());
        opened.map_err(|_| Code::ContentRefused)
    })
    .ok()
}

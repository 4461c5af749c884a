//! What the tests over vectors share: reading them, and bare primitives as a second opinion.
#![allow(dead_code)] // Each test program uses its part.

use std::convert::Infallible;
use std::fmt::Write as _;

use aes_gcm::Aes256Gcm;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use inout::InOutBuf;
use privity::envelope::Profile;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;

/// A file of vectors, below the shared folder; `None` if there is no such folder.
pub fn json(path: &str) -> Option<Value> {
    let path = crate::common::shared()?.join("vectors").join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.is_ascii() && text.len().is_multiple_of(2), "not hex: {text:.40}");
    let byte =
        |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap_or_else(|_| panic!("not hex: {text:.40}"));
    (0..text.len()).step_by(2).map(byte).collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of a hex field, which must be there.
pub fn bytes(of: &Value, field: &str) -> Vec<u8> {
    unhex(text(of, field))
}

pub fn text<'v>(of: &'v Value, field: &str) -> &'v str {
    of[field].as_str().unwrap_or_else(|| panic!("no text in {field}"))
}

pub fn number(of: &Value, field: &str) -> u64 {
    of[field].as_u64().unwrap_or_else(|| panic!("no number in {field}"))
}

pub fn items<'v>(of: &'v Value, field: &str) -> &'v [Value] {
    of[field].as_array().unwrap_or_else(|| panic!("no list in {field}"))
}

pub fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap_or_else(|_| panic!("{} bytes, not {N}", bytes.len()))
}

pub fn array<const N: usize>(of: &Value, field: &str) -> [u8; N] {
    fixed(&bytes(of, field))
}

/// The bare AEAD of a profile: ciphertext and tag, or nothing.
pub fn aead_open(
    profile: Profile,
    key: &[u8; 32],
    nonce: [u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let (body, tag) = sealed.split_last_chunk::<16>()?;
    let mut out = vec![0; body.len()];
    let buffer = InOutBuf::new(body, &mut out).ok()?;
    let opened = match profile {
        Profile::ChaCha => {
            let aead = ChaCha20Poly1305::new(key.into());
            aead.decrypt_inout_detached(&nonce.into(), aad, buffer, &(*tag).into())
        }
        Profile::Aes => {
            let aead = Aes256Gcm::new(key.into());
            aead.decrypt_inout_detached(&nonce.into(), aad, buffer, &(*tag).into())
        }
        other => panic!("unknown profile {other:?}"),
    };
    opened.is_ok().then_some(out)
}

/// The bare AEAD of a profile.
pub fn aead_seal(profile: Profile, key: &[u8; 32], nonce: [u8; 12], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut out = vec![0; plain.len()];
    let buffer = InOutBuf::new(plain, &mut out).expect("equal lengths");
    let tag: [u8; 16] = match profile {
        Profile::ChaCha => {
            let aead = ChaCha20Poly1305::new(key.into());
            aead.encrypt_inout_detached(&nonce.into(), aad, buffer).expect("a short message").into()
        }
        Profile::Aes => {
            let aead = Aes256Gcm::new(key.into());
            aead.encrypt_inout_detached(&nonce.into(), aad, buffer).expect("a short message").into()
        }
        other => panic!("unknown profile {other:?}"),
    };
    out.extend_from_slice(&tag);
    out
}

/// Randomness that a vector prescribes; [`is_used_up`](Replay::is_used_up) after exactly its bytes.
pub struct Replay(Vec<u8>);

impl Replay {
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub fn is_used_up(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryRng for Replay {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(&self.0[..out.len()]);
        self.0.drain(..out.len());
        Ok(())
    }
}

impl TryCryptoRng for Replay {}

//! The peer of the seal: the AEAD of the same crate, buffer to buffer, without anything around it.

use aes_gcm::Aes256Gcm;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
use inout::InOutBuf;
use privity::envelope::Profile;

use super::aim::Unmeasured;

/// Bytes of plaintext in a chunk.
pub const CHUNK: usize = 16 * 1024;
/// Bytes of a tag.
pub const TAG: usize = 16;

pub enum Bare {
    ChaCha(ChaCha20Poly1305),
    Aes(Box<Aes256Gcm>),
}

impl Bare {
    pub fn new(profile: Profile) -> Self {
        let key = [7; 32];
        match profile {
            Profile::ChaCha => Bare::ChaCha(ChaCha20Poly1305::new(&key.into())),
            Profile::Aes => Bare::Aes(Box::new(Aes256Gcm::new(&key.into()))),
            other => panic!("no bare AEAD for {other:?}"),
        }
    }

    /// Seals pieces of `piece` bytes, each with its tag behind it, into a fresh vector.
    pub fn seal(&self, plain: &[u8], piece: usize) -> Result<Vec<u8>, Unmeasured> {
        let mut out = vec![0; plain.len() + plain.len().div_ceil(piece) * TAG];
        for (index, (plain, sealed)) in plain.chunks(piece).zip(out.chunks_mut(piece + TAG)).enumerate() {
            let (body, tag) = sealed.split_at_mut(plain.len());
            let buffer = InOutBuf::new(plain, body).map_err(broken)?;
            let made: [u8; TAG] = match self {
                Bare::ChaCha(aead) => aead.encrypt_inout_detached(&nonce(index).into(), &[], buffer)?.into(),
                Bare::Aes(aead) => aead.encrypt_inout_detached(&nonce(index).into(), &[], buffer)?.into(),
            };
            tag.copy_from_slice(&made);
        }
        Ok(out)
    }

    /// Opens chunks that were sealed by [`seal`](Self::seal).
    pub fn open(&self, sealed: &[u8], out: &mut [u8]) -> Result<(), Unmeasured> {
        for (index, (sealed, plain)) in sealed.chunks(CHUNK + TAG).zip(out.chunks_mut(CHUNK)).enumerate() {
            let (body, tag) = sealed.split_last_chunk::<TAG>().ok_or_else(|| broken("short chunk"))?;
            let buffer = InOutBuf::new(body, plain).map_err(broken)?;
            match self {
                Bare::ChaCha(aead) => {
                    aead.decrypt_inout_detached(&nonce(index).into(), &[], buffer, &(*tag).into())?;
                }
                Bare::Aes(aead) => {
                    aead.decrypt_inout_detached(&nonce(index).into(), &[], buffer, &(*tag).into())?;
                }
            }
        }
        Ok(())
    }
}

fn nonce(index: usize) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&(index as u64).to_be_bytes());
    nonce
}

fn broken(why: impl std::fmt::Debug) -> Unmeasured {
    Unmeasured::Broken(format!("bare AEAD: {why:?}"))
}

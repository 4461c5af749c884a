//! Key schedule and chunks of the C2SP chunked encryption.

use aes_gcm::Aes256Gcm;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit as _, Nonce, Tag};
use inout::InOutBuf;
use zeroize::{Zeroize as _, Zeroizing};

use crate::crypto::kdf::expand;
use crate::crypto::label::C2SP_CHUNKED_ENCRYPTION;
use crate::crypto::profile::Profile;
use crate::crypto::seal::layout::{CHUNK, Layout, SALT, SEALED_CHUNK, TAG};
use crate::error::{Code, Result};
use crate::secret::Secret;

/// Seals and opens the chunks of one seal.
pub struct Cipher {
    aead: Aead,
    base_nonce: Zeroizing<[u8; 12]>,
}

enum Aead {
    ChaCha(Box<ChaCha20Poly1305>),
    Aes(Box<Aes256Gcm>),
}

/// Derives the cipher and the 32-byte commitment of a seal.
pub fn schedule(key: &Secret<32>, profile: Profile, salt: &[u8; SALT], context: &[u8]) -> (Cipher, [u8; 32]) {
    let mut out = Zeroizing::new([0_u8; 76]);
    let parts: [&[u8]; 5] = [C2SP_CHUNKED_ENCRYPTION, profile.aead_name().as_bytes(), &[0], salt, context];
    expand(key.expose_secret(), &parts, out.as_mut_slice());
    let mut chunk_key = Zeroizing::new([0_u8; 32]);
    let mut base_nonce = Zeroizing::new([0_u8; 12]);
    let mut commitment = [0_u8; 32];
    let parts = out.iter().copied();
    let to = chunk_key.iter_mut().chain(base_nonce.iter_mut()).chain(commitment.iter_mut());
    to.zip(parts).for_each(|(to, from)| *to = from);
    let aead = match profile {
        Profile::ChaCha => Aead::ChaCha(Box::new(ChaCha20Poly1305::new((&*chunk_key).into()))),
        Profile::Aes => Aead::Aes(Box::new(Aes256Gcm::new((&*chunk_key).into()))),
    };
    (Cipher { aead, base_nonce }, commitment)
}

impl Cipher {
    /// Seals plaintext that begins at chunk `first`: whole chunks, and the short one that ends the
    /// stream if `last`. `out` has exactly the length of [`Layout::run`].
    pub fn seal_run(&self, first: u64, plaintext: &[u8], last: bool, out: &mut [u8]) -> Result<()> {
        if out.len() != Layout::run(plaintext.len(), last)
            || (!last && !plaintext.len().is_multiple_of(CHUNK))
        {
            return Err(Code::SealedLength.into());
        }
        let mut plain = plaintext.chunks_exact(CHUNK);
        let mut sealed = out.chunks_exact_mut(SEALED_CHUNK);
        let mut index = first;
        for (plain, sealed) in plain.by_ref().zip(sealed.by_ref()) {
            self.seal_chunk(index, plain, sealed)?;
            index += 1;
        }
        if last { self.seal_chunk(index, plain.remainder(), sealed.into_remainder()) } else { Ok(()) }
    }

    /// Opens sealed chunks that begin at chunk `first`. On an error `out` holds nothing of the
    /// chunk that failed.
    pub fn open_run(&self, first: u64, sealed: &[u8], last: bool, out: &mut [u8]) -> Result<()> {
        if sealed.len() != Layout::run(out.len(), last) || (!last && !out.len().is_multiple_of(CHUNK)) {
            return Err(Code::SealedLength.into());
        }
        let mut chunks = sealed.chunks_exact(SEALED_CHUNK);
        let mut plain = out.chunks_exact_mut(CHUNK);
        let mut index = first;
        for (sealed, plain) in chunks.by_ref().zip(plain.by_ref()) {
            self.open_chunk(index, sealed, plain)?;
            index += 1;
        }
        if last { self.open_chunk(index, chunks.remainder(), plain.into_remainder()) } else { Ok(()) }
    }

    fn seal_chunk(&self, index: u64, plaintext: &[u8], sealed: &mut [u8]) -> Result<()> {
        let nonce = self.nonce(index);
        let (body, tag) = sealed.split_last_chunk_mut::<TAG>().ok_or(Code::SealedLength)?;
        let buffer = InOutBuf::new(plaintext, body).map_err(|_| Code::SealedLength)?;
        let made = match &self.aead {
            Aead::ChaCha(aead) => aead.encrypt_inout_detached(&nonce.into(), &[], buffer),
            Aead::Aes(aead) => aead.encrypt_inout_detached(&nonce.into(), &[], buffer),
        };
        *tag = made.map_err(|_| Code::DocumentTooLarge)?.into();
        Ok(())
    }

    /// Opens one chunk; nothing of it is in `plaintext` unless its tag verified.
    pub fn open_chunk(&self, index: u64, sealed: &[u8], plaintext: &mut [u8]) -> Result<()> {
        let nonce = self.nonce(index);
        let (body, tag) = sealed.split_last_chunk::<TAG>().ok_or(Code::SealedLength)?;
        let buffer = InOutBuf::new(body, plaintext).map_err(|_| Code::SealedLength)?;
        let opened = match &self.aead {
            Aead::ChaCha(aead) => decrypt(aead.as_ref(), nonce, buffer, *tag),
            Aead::Aes(aead) => decrypt(aead.as_ref(), nonce, buffer, *tag),
        };
        if opened.is_err() {
            plaintext.zeroize();
            return Err(Code::ContentRefused.into());
        }
        Ok(())
    }

    /// Opens one chunk in its own buffer, which is lost, and shows the plaintext to `look`.
    pub fn open_chunk_within(
        &self,
        index: u64,
        sealed: &mut [u8],
        look: impl FnOnce(&[u8]) -> Option<()>,
    ) -> Result<()> {
        let nonce = self.nonce(index);
        let (body, tag) = sealed.split_last_chunk_mut::<TAG>().ok_or(Code::SealedLength)?;
        let opened = match &self.aead {
            Aead::ChaCha(aead) => decrypt(aead.as_ref(), nonce, InOutBuf::from(&mut *body), *tag),
            Aead::Aes(aead) => decrypt(aead.as_ref(), nonce, InOutBuf::from(&mut *body), *tag),
        };
        opened.map_err(|()| Code::ContentRefused)?;
        Ok(look(body).ok_or(Code::OutOfRange)?)
    }

    /// `base_nonce XOR i`, 96 bits, big-endian.
    pub fn nonce(&self, index: u64) -> [u8; 12] {
        let mut nonce = *self.base_nonce;
        for (byte, counter) in nonce.iter_mut().skip(4).zip(index.to_be_bytes()) {
            *byte ^= counter;
        }
        nonce
    }
}

fn decrypt<A>(
    aead: &A,
    nonce: [u8; 12],
    buffer: InOutBuf<'_, '_, u8>,
    tag: [u8; TAG],
) -> std::result::Result<(), ()>
where
    A: AeadInOut,
    Nonce<A>: From<[u8; 12]>,
    Tag<A>: From<[u8; TAG]>,
{
    aead.decrypt_inout_detached(&nonce.into(), &[], buffer, &tag.into()).map_err(drop)
}

//! Seal: the one symmetric primitive, C2SP chunked encryption
//! (<https://c2sp.org/chunked-encryption>) under a context of ours.
//!
//! `salt(24) || commitment(32) || chunk_0 || chunk_1 …`: chunks of 16 KiB, the last always shorter
//! (maybe empty), each with a 16-byte tag. The commitment commits to key and context and is
//! checked first, in constant time. Chunks are independent: work goes side by side and reads go
//! anywhere. Nothing leaves a chunk before its tag verified.

mod cipher;
mod layout;
mod reader;

pub use cipher::{Cipher, schedule};
pub use layout::{CHUNK, Layout, PREFIX, SALT, SEALED_CHUNK, TAG};
pub use reader::SealedReader;

use crate::crypto::entropy;
use crate::crypto::hash::sha256;
use crate::crypto::kdf::{Context, derive, hmac_sha512};
use crate::crypto::label::{KdfPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::error::{Code, Result};
use crate::secret::{Secret, ct_eq};

/// What a seal is bound to beside its key.
#[derive(Clone)]
pub struct SealContext {
    pub profile: Profile,
    pub bytes: Vec<u8>,
}

impl SealContext {
    /// `label || u16(profile) || H(aad)`.
    pub fn new(kind: SealKind, profile: Profile, aad: &[u8]) -> Self {
        let mut bytes = kind.label().to_vec();
        bytes.extend_from_slice(&profile.number().to_be_bytes());
        bytes.extend_from_slice(&sha256(aad).0);
        Self { profile, bytes }
    }
}

/// Seals in memory, with a salt that is hedged with the key and the plaintext, so that randomness
/// that repeats gives away at most that two seals are equal.
///
/// # Errors
/// `entropy`.
pub fn seal(key: &Secret<32>, context: &SealContext, plaintext: &[u8]) -> Result<Vec<u8>> {
    seal_hedged(key, context, plaintext, &entropy::rand32()?)
}

/// The same with what the operating system gave.
pub fn seal_hedged(
    key: &Secret<32>,
    context: &SealContext,
    plaintext: &[u8],
    rand32: &Secret<32>,
) -> Result<Vec<u8>> {
    let hedge = derive(key, KdfPurpose::Hedge, context.profile, &Context::empty());
    let salt = hmac_sha512(&hedge, &[rand32.expose_secret(), &context.bytes, plaintext]);
    let salt = salt.expose_secret().first_chunk::<SALT>().ok_or(Code::Entropy)?;
    seal_with_salt(key, context, plaintext, salt)
}

/// The construction itself.
pub fn seal_with_salt(
    key: &Secret<32>,
    context: &SealContext,
    plaintext: &[u8],
    salt: &[u8; SALT],
) -> Result<Vec<u8>> {
    let (cipher, commitment) = schedule(key, context.profile, salt, &context.bytes);
    let mut out = vec![0; PREFIX + Layout::run(plaintext.len(), true)];
    let (prefix, chunks) = out.split_at_mut(PREFIX);
    let (to_salt, to_commitment) = prefix.split_at_mut(SALT);
    to_salt.copy_from_slice(salt);
    to_commitment.copy_from_slice(&commitment);
    cipher.seal_run(0, plaintext, true, chunks)?;
    Ok(out)
}

/// Opens in memory; the caller caps the length.
///
/// # Errors
/// `sealed-length`; `content-refused` whatever else is wrong.
pub fn open(key: &Secret<32>, context: &SealContext, sealed: &[u8]) -> Result<Vec<u8>> {
    let layout = Layout::of_sealed(u64::try_from(sealed.len()).map_err(|_| Code::SealedLength)?)?;
    let (prefix, chunks) = sealed.split_at_checked(PREFIX).ok_or(Code::SealedLength)?;
    let cipher = committed(key, context, prefix)?;
    let mut out = vec![0; usize::try_from(layout.plaintext()).map_err(|_| Code::SealedLength)?];
    cipher.open_run(0, chunks, true, &mut out)?;
    Ok(out)
}

/// Opens a seal that holds `N` secret bytes, below a chunk: nothing of it outside the secret's box.
///
/// # Errors
/// As [`open`].
pub fn open_secret<const N: usize>(
    key: &Secret<32>,
    context: &SealContext,
    sealed: &[u8],
) -> Result<Secret<N>> {
    let (prefix, chunk) = sealed.split_at_checked(PREFIX).ok_or(Code::SealedLength)?;
    if N >= CHUNK || chunk.len() != N + TAG {
        return Err(Code::SealedLength.into());
    }
    let cipher = committed(key, context, prefix)?;
    Secret::try_fill(|out| cipher.open_chunk(0, chunk, out))
}

/// The cipher of a seal, once its commitment was found right in constant time.
fn committed(key: &Secret<32>, context: &SealContext, prefix: &[u8]) -> Result<Cipher> {
    let (salt, stored) = prefix.split_first_chunk::<SALT>().ok_or(Code::SealedLength)?;
    let (cipher, commitment) = schedule(key, context.profile, salt, &context.bytes);
    if ct_eq(&commitment, stored) { Ok(cipher) } else { Err(Code::ContentRefused.into()) }
}

//! Wrap: the one asymmetric primitive. Single-shot HPKE Base (RFC 9180) with X-Wing
//! (draft-connolly-cfrg-xwing-kem, KEM 0x647a), 1,168 bytes for a 32-byte secret.
//!
//! The randomness is derived from the secret itself (Encrypt-with-Hash, Bellare–Boldyreva–O'Neill
//! 2007), so whoever knows the secret can recompute every wrap of it and see whether somebody
//! stored junk. HPKE Base says nothing about who wrapped.

use std::convert::Infallible;
use std::fmt;

use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::traits::IsIdentity as _;
use hpke::aead::{AesGcm256, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use rand_core::{TryCryptoRng, TryRng};
use zeroize::{Zeroize as _, Zeroizing};

use crate::crypto::entropy;
use crate::crypto::hash::sha256;
use crate::crypto::kdf::{Context, derive, hmac_sha512};
use crate::crypto::label::{HpkePurpose, KdfPurpose, RandomPurpose};
use crate::crypto::profile::Profile;
use crate::error::{Code, Result};
use crate::secret::{Secret, ct_eq};

/// Bytes of a public key: ML-KEM-768 (1,184), X25519 (32).
pub const PUBLIC_KEY_LEN: usize = 1216;
/// Bytes of a wrapped key: ML-KEM-768 (1,088), X25519 (32), secret (32), tag (16).
pub const WRAP_LEN: usize = 1168;
/// Bytes of an encapsulated key: ML-KEM-768 (1,088), X25519 (32).
pub const ENC_LEN: usize = 1120;

/// An X-Wing public key that was checked: ML-KEM coefficients below the modulus (FIPS 203 §7.2),
/// an X25519 half that contributes.
#[derive(Clone)]
pub struct PublicKey {
    key: <XWing as hpke::Kem>::PublicKey,
    bytes: Box<[u8; PUBLIC_KEY_LEN]>,
}

/// The private half: a 32-byte X-Wing seed.
pub struct PrivateKey {
    seed: Secret<32>,
    public: PublicKey,
}

/// A 32-byte secret wrapped to one public key: `enc(1120) || ciphertext(48)`.
#[derive(Clone, PartialEq, Eq)]
pub struct Wrap(Box<[u8; WRAP_LEN]>);

impl PublicKey {
    /// Checks a public key.
    ///
    /// # Errors
    /// `public-key` if it has not 1,216 bytes or may not be used.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bytes: Box<[u8; PUBLIC_KEY_LEN]> = Box::new(bytes.try_into().map_err(|_| Code::PublicKey)?);
        let key = <XWing as hpke::Kem>::PublicKey::from_bytes(&*bytes).map_err(|_| Code::PublicKey)?;
        let x25519 = bytes.last_chunk().ok_or(Code::PublicKey)?;
        if contributes(x25519) { Ok(Self { key, bytes }) } else { Err(Code::PublicKey.into()) }
    }

    /// Its 1,216 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; PUBLIC_KEY_LEN] {
        &self.bytes
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey(sha256 {})", sha256(&*self.bytes))
    }
}

impl PrivateKey {
    pub fn generate() -> Result<Self> {
        Self::from_seed(entropy::secret(RandomPurpose::UserKey)?)
    }

    /// The public half is derived here and nowhere read, so a stored pair cannot be mixed.
    pub fn from_seed(seed: Secret<32>) -> Result<Self> {
        let key = <XWing as hpke::Kem>::PrivateKey::from_bytes(seed.expose_secret())
            .map_err(|_| Code::PublicKey)?;
        let public = PublicKey::from_bytes(&XWing::sk_to_pk(&key).to_bytes())?;
        Ok(Self { seed, public })
    }

    pub fn seed(&self) -> &Secret<32> {
        &self.seed
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl Wrap {
    /// Takes the bytes of a wrap as they are; nothing is decided before it is unwrapped.
    ///
    /// # Errors
    /// `wrap-length` if there are not 1,168.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Self(Box::new(bytes.try_into().map_err(|_| Code::WrapLength)?)))
    }

    /// Its 1,168 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; WRAP_LEN] {
        &self.0
    }
}

impl fmt::Debug for Wrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wrap({WRAP_LEN} bytes)")
    }
}

/// Wraps 32 uniform bytes to a public key; the same input gives the same wrap.
pub fn wrap(
    to: &PublicKey,
    purpose: HpkePurpose,
    profile: Profile,
    context: &Context,
    secret: &Secret<32>,
) -> Result<Wrap> {
    let info = info(purpose, profile, context);
    let wrap_seed = derive(secret, KdfPurpose::WrapSeed, profile, &Context::empty());
    let randomness = hmac_sha512(&wrap_seed, &[&info, &*to.bytes]);
    wrap_with(to, profile, &info, secret, &randomness)
}

/// Recomputes the wrap of a secret and compares: names junk without the private key.
///
/// # Errors
/// `wrap-mismatch`.
pub fn audit(
    to: &PublicKey,
    purpose: HpkePurpose,
    profile: Profile,
    context: &Context,
    secret: &Secret<32>,
    stored: &Wrap,
) -> Result<()> {
    let honest = wrap(to, purpose, profile, context, secret)?;
    if ct_eq(&*honest.0, &*stored.0) { Ok(()) } else { Err(Code::WrapMismatch.into()) }
}

/// Opens a wrap with the private key it was made for.
///
/// # Errors
/// `unwrap-refused`, whatever the reason.
pub fn unwrap(
    key: &PrivateKey,
    purpose: HpkePurpose,
    profile: Profile,
    context: &Context,
    wrap: &Wrap,
) -> Result<Secret<32>> {
    let info = info(purpose, profile, context);
    let (enc, ciphertext) = wrap.0.split_first_chunk::<ENC_LEN>().ok_or(Code::UnwrapRefused)?;
    if !encapsulation_contributes(enc) {
        return Err(Code::UnwrapRefused.into());
    }
    let opened = open_base(key, profile, &info, enc, ciphertext)?;
    let bytes: &[u8; 32] = opened.as_slice().try_into().map_err(|_| Code::UnwrapRefused)?;
    Ok(Secret::copy_of(bytes))
}

/// HPKE OpenBase with empty associated data. The caller has asked [`encapsulation_contributes`].
///
/// # Errors
/// `unwrap-refused`, whatever the reason.
pub fn open_base(
    key: &PrivateKey,
    profile: Profile,
    info: &[u8],
    enc: &[u8; ENC_LEN],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    let private = <XWing as hpke::Kem>::PrivateKey::from_bytes(key.seed.expose_secret());
    let private = private.map_err(|_| Code::UnwrapRefused)?;
    let enc = <XWing as hpke::Kem>::EncappedKey::from_bytes(enc).map_err(|_| Code::UnwrapRefused)?;
    let mode = OpModeR::Base;
    let opened = match profile {
        Profile::ChaCha => hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &mode,
            &private,
            &enc,
            info,
            ciphertext,
            &[],
        ),
        Profile::Aes => hpke::single_shot_open::<AesGcm256, HkdfSha256, XWing>(
            &mode,
            &private,
            &enc,
            info,
            ciphertext,
            &[],
        ),
    };
    Ok(Zeroizing::new(opened.map_err(|_| Code::UnwrapRefused)?))
}

/// `label || u16(profile) || H(cbor(context))`.
pub fn info(purpose: HpkePurpose, profile: Profile, context: &Context) -> Vec<u8> {
    let mut info = purpose.label().to_vec();
    info.extend_from_slice(&profile.number().to_be_bytes());
    info.extend_from_slice(&sha256(&context.to_cbor()).0);
    info
}

/// HPKE with the 64 random bytes given: ML-KEM `m`, then the X25519 scalar.
pub fn wrap_with(
    to: &PublicKey,
    profile: Profile,
    info: &[u8],
    secret: &Secret<32>,
    randomness: &Secret<64>,
) -> Result<Wrap> {
    let (enc, ciphertext) = seal_base(to, profile, info, secret.expose_secret(), randomness)?;
    Wrap::from_bytes(&[enc.as_slice(), &ciphertext].concat())
}

/// HPKE SealBase with empty associated data: the encapsulated key and the ciphertext.
pub fn seal_base(
    to: &PublicKey,
    profile: Profile,
    info: &[u8],
    plaintext: &[u8],
    randomness: &Secret<64>,
) -> Result<([u8; ENC_LEN], Vec<u8>)> {
    let mut replay = Replay { bytes: randomness.duplicate(), at: 0 };
    let mode = OpModeS::Base;
    let sealed = match profile {
        Profile::ChaCha => hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &mode,
            &to.key,
            info,
            plaintext,
            &[],
            &mut replay,
        ),
        Profile::Aes => hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, XWing>(
            &mode,
            &to.key,
            info,
            plaintext,
            &[],
            &mut replay,
        ),
    };
    let (enc, ciphertext) = sealed.map_err(|_| Code::PublicKey)?;
    // All 64 bytes and no more: else this is not the construction we think it is.
    if replay.at != 64 {
        return Err(Code::PublicKey.into());
    }
    let enc = enc.to_bytes().as_slice().try_into().map_err(|_| Code::PublicKey)?;
    Ok((enc, ciphertext))
}

/// Whether the X25519 half of an encapsulated key has an order beyond the cofactor.
pub fn encapsulation_contributes(enc: &[u8; ENC_LEN]) -> bool {
    enc.last_chunk().is_some_and(contributes)
}

/// Whether an X25519 share has an order beyond the cofactor (RFC 7748 §6.1): a clamped scalar is a
/// multiple of 8, so a point of small order, and only such, becomes the identity.
pub fn contributes(share: &[u8; 32]) -> bool {
    !MontgomeryPoint(*share).mul_clamped([0; 32]).is_identity()
}

/// Hands out prepared randomness once; afterwards zeros, which [`wrap_with`] notices.
struct Replay {
    bytes: Secret<64>,
    at: usize,
}

impl TryRng for Replay {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> std::result::Result<(), Infallible> {
        let end = self.at.saturating_add(out.len());
        match self.bytes.expose_secret().get(self.at..end) {
            Some(bytes) => out.copy_from_slice(bytes),
            None => out.zeroize(),
        }
        self.at = end;
        Ok(())
    }
}

impl TryCryptoRng for Replay {}

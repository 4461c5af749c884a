//! Every key derivation there is: HKDF-SHA512 (RFC 5869) and HMAC, under labels of the registry.

use std::collections::BTreeMap;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::codec::cbor::Writer;
use crate::crypto::label::KdfPurpose;
use crate::crypto::profile::Profile;
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, DocumentId, FirmId, Hash, MatterId, PrincipalId, UserId};
use crate::secret::{Secret, ct_eq};

/// The numbered fields that bind a derivation, a wrap or a seal to where it belongs, written as a
/// CBOR map. One number table for every context and every associated data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<u64, Value>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Id([u8; 16]),
    Hash([u8; 32]),
    Number(u64),
}

macro_rules! fields {
    ($($(#[$about:meta])* $name:ident($type:ty) = $number:literal, $value:expr;)+) => {
        impl Context {
            $($(#[$about])*
            #[must_use]
            pub fn $name(mut self, value: $type) -> Self {
                let make: fn($type) -> Value = $value;
                self.0.insert($number, make(value));
                self
            })+
        }
    };
}

fields! {
    /// 1: the firm.
    firm(FirmId) = 1, |id| Value::Id(*id.as_bytes());
    /// 2: the document.
    document(DocumentId) = 2, |id| Value::Id(*id.as_bytes());
    /// 3: the version of the document.
    version(u64) = 3, Value::Number;
    /// 4: the matter.
    matter(MatterId) = 4, |id| Value::Id(*id.as_bytes());
    /// 5: the epoch.
    epoch(u64) = 5, Value::Number;
    /// 6: the generation of the shred key.
    generation(u64) = 6, Value::Number;
    /// 7: the content profile.
    content_profile(u64) = 7, Value::Number;
    /// 8: the designation.
    designation(u64) = 8, Value::Number;
    /// 9: the principal a key is wrapped to.
    principal(PrincipalId) = 9, |id| Value::Id(*id.as_bytes());
    /// 10: the generation of a principal's key.
    key_generation(u64) = 10, Value::Number;
    /// 11: the hash of a previous record.
    previous(Hash) = 11, |hash| Value::Hash(hash.0);
    /// 12: the user.
    user(UserId) = 12, |id| Value::Id(*id.as_bytes());
    /// 13: the chain.
    chain(ChainId) = 13, |id| Value::Id(*id.as_bytes());
    /// 14: the device.
    device(DeviceId) = 14, |id| Value::Id(*id.as_bytes());
    /// 15: the author's sequence.
    sequence(u64) = 15, Value::Number;
}

impl Context {
    /// The context without fields, `a0`.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The CBOR map.
    #[must_use]
    pub fn to_cbor(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(self.0.len());
        for (&number, value) in &self.0 {
            writer.unsigned(number);
            match value {
                Value::Id(id) => writer.bytes(id),
                Value::Hash(hash) => writer.bytes(hash),
                Value::Number(value) => writer.unsigned(*value),
            };
        }
        writer.finish()
    }
}

/// What a key may be derived from: 32 secret bytes, or the 64 of [`extract`].
pub trait KeyMaterial {
    /// The pseudorandom key of HKDF-Expand.
    #[doc(hidden)]
    fn prk(&self) -> &[u8];
}

impl KeyMaterial for Secret<32> {
    fn prk(&self) -> &[u8] {
        self.expose_secret()
    }
}

impl KeyMaterial for Secret<64> {
    fn prk(&self) -> &[u8] {
        self.expose_secret()
    }
}

/// `HKDF-Expand-SHA512(key, label || u16(profile) || cbor(context), 32)`.
pub fn derive(
    key: &impl KeyMaterial,
    purpose: KdfPurpose,
    profile: Profile,
    context: &Context,
) -> Secret<32> {
    Secret::fill(|out| {
        let profile = profile.number().to_be_bytes();
        expand(key.prk(), &[purpose.label(), &profile, &context.to_cbor()], out);
    })
}

/// HKDF-Extract-SHA512, where two secrets of exactly 32 bytes meet.
pub fn extract(salt: &Secret<32>, ikm: &Secret<32>) -> Secret<64> {
    Secret::fill(|out| {
        let (prk, _) = Hkdf::<Sha512>::extract(Some(salt.expose_secret()), ikm.expose_secret());
        out.copy_from_slice(&Zeroizing::new(prk));
    })
}

/// What a record says of a secret: commits to it, tells nothing of it.
pub fn confirmation(secret: &Secret<32>, profile: Profile, context: &Context) -> [u8; 32] {
    *derive(secret, KdfPurpose::Confirm, profile, context).expose_secret()
}

/// Checks a secret that came by HPKE or from a store against the commitment in a verified record:
/// `derive(secret, "confirm", context)`. Nothing is used or sealed under a secret before this.
///
/// # Errors
/// `secret-mismatch`.
pub fn confirm(secret: &Secret<32>, profile: Profile, context: &Context, recorded: &[u8; 32]) -> Result<()> {
    if ct_eq(&confirmation(secret, profile, context), recorded) {
        Ok(())
    } else {
        Err(Code::SecretMismatch.into())
    }
}

/// HKDF-Expand-SHA512 of 32 or 64 key bytes. HMAC pads a key with zeros to its block, so 32 bytes
/// and the same followed by zeros give one result; the crate asks for at least 64.
#[allow(clippy::expect_used)] // The key has 64 bytes; no output here is longer than 255 blocks.
pub fn expand(key: &[u8], info: &[&[u8]], out: &mut [u8]) {
    let mut padded = Zeroizing::new([0_u8; 64]);
    padded.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let hkdf = Hkdf::<Sha512>::from_prk(padded.as_slice()).expect("64 bytes");
    hkdf.expand_multi_info(info, out).expect("short output");
}

/// HKDF-SHA256, extract and expand: what age v1 derives its keys with.
#[allow(clippy::expect_used)] // 32 bytes are one block.
pub fn hkdf_sha256(secret: &[u8], salt: &[u8], info: &[u8]) -> Secret<32> {
    let hkdf = Hkdf::<Sha256>::new(Some(salt), secret);
    Secret::fill(|out| hkdf.expand(info, out).expect("short output"))
}

/// HMAC-SHA512 over the parts, one after the other.
#[allow(clippy::expect_used)] // HMAC takes a key of any length.
pub fn hmac_sha512(key: &Secret<32>, parts: &[&[u8]]) -> Secret<64> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key.expose_secret()).expect("any length");
    parts.iter().for_each(|part| mac.update(part));
    let tag = Zeroizing::new(mac.finalize().into_bytes());
    Secret::fill(|out| out.copy_from_slice(&tag))
}

/// HMAC-SHA256 over the parts, one after the other.
#[allow(clippy::expect_used)] // HMAC takes a key of any length.
pub fn hmac_sha256(key: &Secret<32>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret()).expect("any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

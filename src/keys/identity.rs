//! An identity: the X-Wing key pair that document keys are wrapped to.

use std::fmt;

use crate::codec::cbor::{Reader, Writer};
use crate::crypto::entropy;
use crate::crypto::hpke::{PrivateKey, PublicKey};
use crate::crypto::kdf::{Context, derive};
use crate::crypto::label::{KdfPurpose, RandomPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::error::{Code, Error, Result};
use crate::keys::{Protector, ProtectorId};
use crate::secret::{Secret, SecretBytes};

/// What a person or a service opens wrapped keys with: a 32-byte X-Wing seed and the public key
/// derived from it.
///
/// ```
/// use privity::SecretBytes;
/// use privity::keys::{Identity, Passphrase};
///
/// # fn main() -> privity::Result<()> {
/// let protector = Passphrase::new(SecretBytes::new(b"six words that nobody else knows".to_vec()))?;
/// let identity = Identity::generate()?;
/// let file: Vec<u8> = identity.protect(&protector)?; // keep these bytes
/// let again = Identity::unlock(&file, &protector)?;
/// assert_eq!(identity.public(), again.public());
/// # Ok(())
/// # }
/// ```
pub struct Identity(PrivateKey);

impl Identity {
    /// A new random identity.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        PrivateKey::generate().map(Self)
    }

    /// Seals the identity under a fresh unlocking secret that `protector` wraps; below 5 KiB. Keep
    /// the bytes; [`unlock`](Self::unlock) takes them back. Format: `docs/format/identity-v1.md`.
    ///
    /// # Errors
    /// `entropy`; `protector-failed` if the protector gave more than 4,096 bytes; its own.
    pub fn protect(&self, protector: &dyn Protector) -> Result<Vec<u8>> {
        let profile = Profile::default();
        let unlocking: Secret<32> = entropy::secret(RandomPurpose::UnlockingSecret)?;
        let id = protector.id();
        let wrapped = protector
            .wrap(SecretBytes::new(unlocking.expose_secret().to_vec()), protector_context(profile, &id))?;
        if wrapped.len() > MAX_WRAPPED {
            return Err(Code::ProtectorFailed.into());
        }
        let key = derive(&unlocking, KdfPurpose::Identity, profile, &Context::empty());
        let context = SealContext::new(SealKind::Identity, profile, &associated_data(profile, &id, &wrapped));
        let sealed = seal::seal(&key, &context, self.0.seed().expose_secret())?;
        let mut writer = Writer::new();
        writer.map(4);
        write_shared(&mut writer, profile, &id, &wrapped);
        writer.unsigned(4).bytes(&sealed);
        Ok([MAGIC.as_slice(), &writer.finish()].concat())
    }

    /// Opens what [`protect`](Self::protect) gave. The public key is derived, never read, so the
    /// file cannot mix two pairs.
    ///
    /// # Errors
    /// `protected-identity` if the bytes are none; `protector-mismatch` if another protector is
    /// named; `unlock-refused` for a wrong passphrase or altered bytes; `passphrase-cost` for a cost
    /// outside the allowed range, before any work; the protector's own.
    pub fn unlock(protected: &[u8], protector: &dyn Protector) -> Result<Self> {
        let body = protected.strip_prefix(MAGIC.as_slice()).ok_or(Code::ProtectedIdentity)?;
        let mut reader = Reader::new(body, MAX_BODY)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let profile = Profile::from_number(reader.unsigned()?)?;
        reader.field(&mut fields, 2)?;
        let id = ProtectorId::new(reader.text()?)?;
        reader.field(&mut fields, 3)?;
        let wrapped = reader.bytes()?;
        reader.field(&mut fields, 4)?;
        let sealed = reader.bytes()?;
        reader.end(fields)?;
        if wrapped.len() > MAX_WRAPPED {
            return Err(Code::TooLarge.into());
        }
        if id != protector.id() {
            return Err(Code::ProtectorMismatch.into());
        }
        let unlocking = protector.unwrap(wrapped.to_vec(), protector_context(profile, &id))?;
        let unlocking: &[u8; 32] = unlocking.expose_secret().try_into().map_err(|_| Code::ProtectorFailed)?;
        let unlocking = Secret::copy_of(unlocking);
        let key = derive(&unlocking, KdfPurpose::Identity, profile, &Context::empty());
        let context = SealContext::new(SealKind::Identity, profile, &associated_data(profile, &id, wrapped));
        let seed = seal::open_secret(&key, &context, sealed).map_err(|_| Error::from(Code::UnlockRefused))?;
        PrivateKey::from_seed(seed).map(Self)
    }

    /// The public key, to give to whoever wraps keys for this identity. How it reaches them
    /// unaltered is the caller's to settle.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        self.0.public()
    }

    pub(crate) fn private_key(&self) -> &PrivateKey {
        &self.0
    }

    #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
    pub(crate) fn from_seed(seed: Secret<32>) -> Result<Self> {
        PrivateKey::from_seed(seed).map(Self)
    }
}

/// What the protector is told to bind its wrap to: magic, profile, its own id.
fn protector_context(profile: Profile, id: &ProtectorId) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(2).unsigned(1).unsigned(u64::from(profile.number())).unsigned(2).text(id.as_str());
    [MAGIC.as_slice(), &writer.finish()].concat()
}

/// Magic and fields 1 to 3.
fn associated_data(profile: Profile, id: &ProtectorId, wrapped: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(3);
    write_shared(&mut writer, profile, id, wrapped);
    [MAGIC.as_slice(), &writer.finish()].concat()
}

fn write_shared(writer: &mut Writer, profile: Profile, id: &ProtectorId, wrapped: &[u8]) {
    writer.unsigned(1).unsigned(u64::from(profile.number()));
    writer.unsigned(2).text(id.as_str());
    writer.unsigned(3).bytes(wrapped);
}

const MAGIC: &[u8; 8] = b"PRVYIDN1";
/// The most a protector's wrap may take.
const MAX_WRAPPED: usize = 4096;
const MAX_BODY: usize = MAX_WRAPPED + 512;

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("public", self.public()).finish_non_exhaustive()
    }
}

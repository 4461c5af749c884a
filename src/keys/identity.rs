//! An identity: the X-Wing key pair that document keys are wrapped to.

use std::fmt;

use crate::crypto::hpke::{PrivateKey, PublicKey};
use crate::crypto::label::{KdfPurpose, SealKind};
use crate::error::Result;
use crate::keys::Protector;
use crate::keys::protected::{self, Kind};
use crate::secret::Secret;

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
        protected::protect(KIND, self.0.seed().expose_secret(), protector)
    }

    /// Opens what [`protect`](Self::protect) gave. The public key is derived, never read, so the
    /// file cannot mix two pairs.
    ///
    /// # Errors
    /// `protected-identity` if the bytes are none; `protector-mismatch` if another protector is
    /// named; `unlock-refused` for a wrong passphrase or altered bytes; `passphrase-cost` for a cost
    /// outside the allowed range, before any work; the protector's own.
    pub fn unlock(protected: &[u8], protector: &dyn Protector) -> Result<Self> {
        PrivateKey::from_seed(protected::unlock(KIND, protected, protector)?).map(Self)
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

    pub(crate) fn from_seed(seed: Secret<32>) -> Result<Self> {
        PrivateKey::from_seed(seed).map(Self)
    }
}

pub(super) const KIND: Kind =
    Kind { magic: b"PRVYIDN1", purpose: KdfPurpose::Identity, seal: SealKind::Identity };

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("public", self.public()).finish_non_exhaustive()
    }
}

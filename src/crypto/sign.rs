//! Signatures: Ed25519 (RFC 8032), `verify_strict` alone. A key is enrolled only if it is in its
//! one encoding and free of torsion, so that no two verifiers disagree about it.

use ed25519_dalek::{Signature, Signer as _};

use crate::crypto::entropy;
use crate::crypto::label::RandomPurpose;
use crate::error::{Code, Result};
use crate::secret::Secret;

/// A key that signs. Wiped on drop.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A public key that was enrolled: canonical, of full order, without torsion.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
impl SigningKey {
    /// A new random key.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        Ok(Self::from_seed(&entropy::secret(RandomPurpose::DeviceKey)?))
    }

    /// The key of a 32-byte seed (RFC 8032 §5.1.5).
    pub(crate) fn from_seed(seed: &Secret<32>) -> Self {
        Self::from_seed_bytes(seed.expose_secret())
    }

    /// The same from bytes that stay where they are.
    pub(crate) fn from_seed_bytes(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Its public key.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs; 64 bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey")
    }
}

#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
impl VerifyingKey {
    /// Takes a key into use.
    ///
    /// # Errors
    /// `public-key` if it is no point, not in its one encoding, of small order, or has a torsion
    /// component.
    pub fn enrol(bytes: &[u8; 32]) -> Result<Self> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| Code::PublicKey)?;
        let point = key.to_edwards();
        let canonical = point.compress().to_bytes() == *bytes;
        if canonical && !point.is_small_order() && point.is_torsion_free() {
            Ok(Self(key))
        } else {
            Err(Code::PublicKey.into())
        }
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Verifies strictly.
    ///
    /// # Errors
    /// `signature-refused`.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<()> {
        let signature = Signature::from_bytes(signature);
        Ok(self.0.verify_strict(message, &signature).map_err(|_| Code::SignatureRefused)?)
    }
}

/// Whether `verify_strict` accepts, for a key that was not enrolled: what the vectors ask.
#[cfg(any(test, feature = "testing"))]
pub fn verify_unenrolled(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let signature = Signature::from_bytes(signature);
    ed25519_dalek::VerifyingKey::from_bytes(key)
        .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

//! X25519 (RFC 7748) as age v1 uses it. A share of small order is refused, ours and theirs.

use std::fmt;

use curve25519_dalek::montgomery::MontgomeryPoint;
use zeroize::Zeroize as _;

use crate::crypto::entropy;
use crate::crypto::hpke::contributes;
use crate::crypto::label::RandomPurpose;
use crate::error::{Code, Result};
use crate::secret::Secret;

/// A public key of large order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// A private key and its public half.
pub struct PrivateKey {
    scalar: Secret<32>,
    public: PublicKey,
}

impl PublicKey {
    /// Checks a public key.
    ///
    /// # Errors
    /// `public-key` if it has a small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self> {
        if contributes(bytes) { Ok(Self(*bytes)) } else { Err(Code::PublicKey.into()) }
    }

    /// Its 32 bytes, as they were read.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(X25519)")
    }
}

impl PrivateKey {
    pub fn generate(purpose: RandomPurpose) -> Result<Self> {
        Ok(Self::from_scalar(entropy::secret(purpose)?))
    }

    /// The public half is derived here and nowhere read.
    pub fn from_scalar(scalar: Secret<32>) -> Self {
        let public = PublicKey(MontgomeryPoint::mul_base_clamped(*scalar.expose_secret()).to_bytes());
        Self { scalar, public }
    }

    pub fn scalar(&self) -> &Secret<32> {
        &self.scalar
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The shared secret, never all zeros: the other half was checked.
    pub fn agree(&self, with: &PublicKey) -> Secret<32> {
        let mut shared = MontgomeryPoint(with.0).mul_clamped(*self.scalar.expose_secret());
        let secret = Secret::copy_of(shared.as_bytes());
        shared.zeroize();
        secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_and_points_of_small_order_are_refused() {
        let ours = PrivateKey::from_scalar(Secret::copy_of(&[7; 32]));
        let theirs = PrivateKey::from_scalar(Secret::copy_of(&[9; 32]));
        let shared = ours.agree(theirs.public());
        assert_eq!(shared.expose_secret(), theirs.agree(ours.public()).expose_secret());
        assert_ne!(shared.expose_secret(), &[0; 32]);
        let mut one = [0; 32];
        one[0] = 1;
        for small in [[0; 32], one] {
            assert_eq!(PublicKey::from_bytes(&small).unwrap_err().code(), "public-key");
        }
    }
}

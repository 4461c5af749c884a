//! The root of a firm and its recovery key: unlocked rarely, kept apart from every device.

use std::fmt;

use crate::crypto::entropy;
use crate::crypto::label::{KdfPurpose, RandomPurpose, SealKind};
use crate::crypto::sign::SigningKey;
use crate::error::{Code, Result};
use crate::keys::protected::{self, Kind};
use crate::keys::{Identity, Protector};
use crate::secret::Secret;

/// The key a firm's trust hangs on, and beside the first one the recovery key.
///
/// Keep them under a protector of their own, offline. The ledger's genesis commits to the *next*
/// root's public key: that is made at once, [without a recovery key](Self::generate_without_recovery),
/// and kept in another place.
pub struct RootKeys {
    secret: Secret<LENGTH>,
    root: SigningKey,
    recovery: Option<Identity>,
}

impl RootKeys {
    /// A new random root and a new random recovery key.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        Self::random(true)
    }

    /// A new random root alone, as the next one.
    ///
    /// # Errors
    /// As [`generate`](Self::generate).
    pub fn generate_without_recovery() -> Result<Self> {
        Self::random(false)
    }

    /// Seals the keys under a fresh unlocking secret that `protector` wraps; below 5 KiB. Format:
    /// `docs/format/identity-v1.md`.
    ///
    /// # Errors
    /// As [`Identity::protect`].
    pub fn protect(&self, protector: &dyn Protector) -> Result<Vec<u8>> {
        protected::protect(KIND, self.secret.expose_secret(), protector)
    }

    /// Opens what [`protect`](Self::protect) gave.
    ///
    /// # Errors
    /// As [`Identity::unlock`].
    pub fn unlock(protected: &[u8], protector: &dyn Protector) -> Result<Self> {
        Self::from_secret(protected::unlock(KIND, protected, protector)?)
    }

    /// Signs as the firm.
    #[must_use]
    pub fn root(&self) -> &SigningKey {
        &self.root
    }

    /// Opens what is wrapped to the recovery key, where these keys have it.
    #[must_use]
    pub fn recovery(&self) -> Option<&Identity> {
        self.recovery.as_ref()
    }

    fn random(recovery: bool) -> Result<Self> {
        Self::from_secret(Secret::try_fill(|secret: &mut [u8; LENGTH]| {
            let (flag, seeds) = secret.split_first_mut().ok_or(Code::Field)?;
            *flag = u8::from(recovery);
            let count = if recovery { 2 } else { 1 };
            let mut seeds = seeds.chunks_exact_mut(32).take(count);
            seeds.try_for_each(|seed| entropy::fill(RandomPurpose::DeviceKey, seed))
        })?)
    }

    /// Whether there is a recovery key (0 or 1), the root's seed, the recovery key's or zeros.
    pub(crate) fn from_secret(secret: Secret<LENGTH>) -> Result<Self> {
        let (flag, seeds) = secret.expose_secret().split_first().ok_or(Code::ProtectedIdentity)?;
        let (root, rest) = seeds.split_first_chunk().ok_or(Code::ProtectedIdentity)?;
        let seed = rest.first_chunk().ok_or(Code::ProtectedIdentity)?;
        let recovery = match (flag, seed.iter().all(|byte| *byte == 0)) {
            (0, true) => None,
            (1, _) => Some(Identity::from_seed(Secret::copy_of(seed))?),
            _ => return Err(Code::ProtectedIdentity.into()),
        };
        let root = SigningKey::from_seed_bytes(root);
        Ok(Self { secret, root, recovery })
    }
}

/// One byte and two seeds.
const LENGTH: usize = 65;
pub(super) const KIND: Kind =
    Kind { magic: b"PRVYROT1", purpose: KdfPurpose::RootKeys, seal: SealKind::RootKeys };

impl fmt::Debug for RootKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootKeys")
            .field("root", &self.root.verifying_key())
            .field("recovery", &self.recovery)
            .finish_non_exhaustive()
    }
}

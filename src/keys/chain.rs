//! The keys of one author of a chain: one signs records, the other checkpoints.

use std::fmt;

use crate::crypto::entropy;
use crate::crypto::label::{KdfPurpose, RandomPurpose, SealKind};
use crate::crypto::sign::SigningKey;
use crate::error::{Code, Result};
use crate::keys::Protector;
use crate::keys::protected::{self, Kind};
use crate::secret::Secret;

/// Two Ed25519 keys that do nothing else: one for records, one for checkpoints.
///
/// ```
/// use privity::SecretBytes;
/// use privity::keys::{ChainKeys, Passphrase};
///
/// # fn main() -> privity::Result<()> {
/// let protector = Passphrase::new(SecretBytes::new(b"six words that nobody else knows".to_vec()))?;
/// let keys = ChainKeys::generate()?;
/// let file = keys.protect(&protector)?; // keep these bytes
/// let again = ChainKeys::unlock(&file, &protector)?;
/// assert_eq!(keys.record().verifying_key(), again.record().verifying_key());
/// # Ok(())
/// # }
/// ```
pub struct ChainKeys {
    seeds: Secret<64>,
    record: SigningKey,
    log: SigningKey,
}

impl ChainKeys {
    /// New random keys.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        let seeds = Secret::try_fill(|seeds: &mut [u8; 64]| {
            seeds.chunks_exact_mut(32).try_for_each(|seed| entropy::fill(RandomPurpose::DeviceKey, seed))
        })?;
        Self::from_seeds(seeds)
    }

    /// Seals the keys under a fresh unlocking secret that `protector` wraps; below 5 KiB. Format:
    /// `docs/format/identity-v1.md`.
    ///
    /// # Errors
    /// As [`Identity::protect`](crate::keys::Identity::protect).
    pub fn protect(&self, protector: &dyn Protector) -> Result<Vec<u8>> {
        protected::protect(KIND, self.seeds.expose_secret(), protector)
    }

    /// Opens what [`protect`](Self::protect) gave.
    ///
    /// # Errors
    /// As [`Identity::unlock`](crate::keys::Identity::unlock).
    pub fn unlock(protected: &[u8], protector: &dyn Protector) -> Result<Self> {
        Self::from_seeds(protected::unlock(KIND, protected, protector)?)
    }

    /// Signs records.
    #[must_use]
    pub fn record(&self) -> &SigningKey {
        &self.record
    }

    /// Signs checkpoints.
    #[must_use]
    pub fn log(&self) -> &SigningKey {
        &self.log
    }

    /// The record key's seed, then the log key's.
    pub(crate) fn from_seeds(seeds: Secret<64>) -> Result<Self> {
        let key = |at: usize| {
            let seed = seeds.expose_secret().get(at..at + 32).and_then(<[u8]>::first_chunk);
            seed.map(SigningKey::from_seed_bytes).ok_or(Code::Field)
        };
        let (record, log) = (key(0)?, key(32)?);
        Ok(Self { seeds, record, log })
    }
}

pub(super) const KIND: Kind =
    Kind { magic: b"PRVYCHK1", purpose: KdfPurpose::ChainKeys, seal: SealKind::ChainKeys };

impl fmt::Debug for ChainKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainKeys").field("record", &self.record.verifying_key()).finish_non_exhaustive()
    }
}

//! The keys of one device of a person, or of a service.

use std::fmt;

use crate::crypto::entropy;
use crate::crypto::kdf::{Context, derive, hmac_sha256};
use crate::crypto::label::{KdfPurpose, RandomPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::crypto::sign::SigningKey;
use crate::error::{Code, Result};
use crate::id::{FirmId, PrincipalId};
use crate::keys::protected::{self, Kind};
use crate::keys::{Identity, PartyKeys, Protector};
use crate::secret::{Secret, ct_eq};

/// Separate keys for records, checkpoints, SSH signatures and unwrapping, and a secret under which
/// the device keeps its state.
///
/// ```
/// use privity::SecretBytes;
/// use privity::keys::{DeviceKeys, Passphrase};
///
/// # fn main() -> privity::Result<()> {
/// let protector = Passphrase::new(SecretBytes::new(b"six words that nobody else knows".to_vec()))?;
/// let keys = DeviceKeys::generate()?;
/// let file = keys.protect(&protector)?; // keep these bytes
/// let again = DeviceKeys::unlock(&file, &protector)?;
/// assert_eq!(keys.identity().public(), again.identity().public());
/// # Ok(())
/// # }
/// ```
pub struct DeviceKeys {
    seeds: Secret<SEEDS>,
    record: SigningKey,
    log: SigningKey,
    ssh: SigningKey,
    identity: Identity,
    state: Secret<32>,
    cache: Secret<32>,
}

impl DeviceKeys {
    /// New random keys.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        Self::from_seeds(Secret::try_fill(|seeds: &mut [u8; SEEDS]| {
            seeds.chunks_exact_mut(32).try_for_each(|seed| entropy::fill(RandomPurpose::DeviceKey, seed))
        })?)
    }

    /// Seals the keys under a fresh unlocking secret that `protector` wraps; below 5 KiB. Format:
    /// `docs/format/identity-v1.md`.
    ///
    /// # Errors
    /// As [`Identity::protect`].
    pub fn protect(&self, protector: &dyn Protector) -> Result<Vec<u8>> {
        protected::protect(KIND, self.seeds.expose_secret(), protector)
    }

    /// Opens what [`protect`](Self::protect) gave.
    ///
    /// # Errors
    /// As [`Identity::unlock`].
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

    /// Signs as SSH does.
    #[must_use]
    pub fn ssh(&self) -> &SigningKey {
        &self.ssh
    }

    /// Opens what is wrapped to the device.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Seals the state that the device keeps, bound to `aad`.
    ///
    /// # Errors
    /// `entropy`, `document-too-large`.
    pub fn seal_state(&self, state: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        seal::seal(&self.state, &state_context(aad), state)
    }

    /// Opens what [`seal_state`](Self::seal_state) gave, with the same `aad`; the caller caps its
    /// length.
    ///
    /// # Errors
    /// `device-state-damaged`, whatever is wrong.
    pub fn open_state(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        Ok(seal::open(&self.state, &state_context(aad), sealed).map_err(|_| Code::DeviceStateDamaged)?)
    }

    /// What the device signs and receives shares of its firm with: its ssh key, and keys derived from
    /// its device secret.
    pub(crate) fn party(&self, firm: FirmId) -> Result<PartyKeys> {
        PartyKeys::of_device(
            PrincipalId::from_bytes(*firm.as_bytes()),
            &seed(&self.seeds, 2)?,
            &seed(&self.seeds, 4)?,
        )
    }

    /// A tag over what the device caches outside its sealed state, so that it believes its own
    /// cache alone.
    #[must_use]
    pub fn cache_tag(&self, cached: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.cache, &[cached])
    }

    /// Whether the tag is this device's over these bytes, in constant time.
    #[must_use]
    pub fn check_cache(&self, cached: &[u8], tag: &[u8; 32]) -> bool {
        ct_eq(&self.cache_tag(cached), tag)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn seeds(&self) -> &Secret<SEEDS> {
        &self.seeds
    }

    /// The seeds of the record, log, ssh and X-Wing key, then the device secret.
    pub(crate) fn from_seeds(seeds: Secret<SEEDS>) -> Result<Self> {
        let at = |index| seed(&seeds, index);
        let key = |index| at(index).map(|seed| SigningKey::from_seed(&seed));
        let secret = at(4)?;
        let under = |purpose| derive(&secret, purpose, Profile::ChaCha, &Context::empty());
        let (record, log, ssh, identity) = (key(0)?, key(1)?, key(2)?, Identity::from_seed(at(3)?)?);
        let (state, cache) = (under(KdfPurpose::DeviceState), under(KdfPurpose::StateCache));
        Ok(Self { record, log, ssh, identity, state, cache, seeds })
    }
}

/// The seed at this place.
fn seed(seeds: &Secret<SEEDS>, index: usize) -> Result<Secret<32>> {
    let from = seeds.expose_secret().get(index * 32..).and_then(<[u8]>::first_chunk);
    Ok(from.map(Secret::copy_of).ok_or(Code::Field)?)
}

/// State is kept by one device for itself: in one profile, by version of the format.
fn state_context(aad: &[u8]) -> SealContext {
    SealContext::new(SealKind::DeviceState, Profile::ChaCha, aad)
}

/// Four seeds and the device secret.
const SEEDS: usize = 160;
pub(super) const KIND: Kind =
    Kind { magic: b"PRVYDEV1", purpose: KdfPurpose::DeviceKeys, seal: SealKind::DeviceKeys };

impl fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceKeys")
            .field("record", &self.record.verifying_key())
            .field("identity", self.identity.public())
            .finish_non_exhaustive()
    }
}

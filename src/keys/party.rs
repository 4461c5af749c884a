//! The keys of a party: whoever signs and receives shares.

use std::fmt;

use crate::crypto::entropy;
use crate::crypto::kdf::{Context, derive};
use crate::crypto::label::{KdfPurpose, RandomPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::crypto::sign::SigningKey;
use crate::crypto::x25519;
use crate::error::{Code, Result};
use crate::id::PrincipalId;
use crate::keys::protected::{self, Kind};
use crate::keys::{Identity, Protector};
use crate::secret::Secret;

/// An SSH signing key, a hybrid and a classic age identity, and a secret under which the party
/// keeps its contacts.
///
/// ```
/// use privity::SecretBytes;
/// use privity::keys::{PartyKeys, Passphrase};
///
/// # fn main() -> privity::Result<()> {
/// let protector = Passphrase::new(SecretBytes::new(b"six words that nobody else knows".to_vec()))?;
/// let keys = PartyKeys::generate()?;
/// let file = keys.protect(&protector)?; // keep these bytes
/// let again = PartyKeys::unlock(&file, &protector)?;
/// assert_eq!(keys.hybrid().public(), again.hybrid().public());
/// # Ok(())
/// # }
/// ```
pub struct PartyKeys {
    seeds: Secret<SEEDS>,
    id: PrincipalId,
    ssh: SigningKey,
    hybrid: Identity,
    classic: x25519::PrivateKey,
    contacts: Secret<32>,
}

impl PartyKeys {
    /// New random keys of a new party.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        Self::generate_for(PrincipalId::generate()?)
    }

    /// New random keys of a party that there is.
    ///
    /// # Errors
    /// `entropy`.
    pub fn generate_for(id: PrincipalId) -> Result<Self> {
        Self::from_seeds(Secret::try_fill(|out: &mut [u8; SEEDS]| {
            let (to_id, seeds) = out.split_at_mut(ID);
            to_id.copy_from_slice(id.as_bytes());
            seeds.chunks_exact_mut(32).try_for_each(|seed| entropy::fill(RandomPurpose::PartyKey, seed))
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

    /// The party; for a device of a firm the firm.
    #[must_use]
    pub fn id(&self) -> PrincipalId {
        self.id
    }

    /// Signs cards, shares and receipts.
    #[must_use]
    pub fn ssh(&self) -> &SigningKey {
        &self.ssh
    }

    /// Opens what is sealed to the hybrid recipient.
    #[must_use]
    pub fn hybrid(&self) -> &Identity {
        &self.hybrid
    }

    /// Opens what is sealed to the classic recipient.
    pub(crate) fn classic(&self) -> x25519::PrivateKey {
        x25519::PrivateKey::from_scalar(self.classic.scalar().duplicate())
    }

    /// Seals a contact that the party keeps, bound to `aad`.
    pub(crate) fn seal_contact(&self, contact: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        seal::seal(&self.contacts, &contact_context(aad), contact)
    }

    /// Opens what [`seal_contact`](Self::seal_contact) gave, with the same `aad`; the caller caps its
    /// length.
    pub(crate) fn open_contact(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        Ok(seal::open(&self.contacts, &contact_context(aad), sealed).map_err(|_| Code::DeviceStateDamaged)?)
    }

    /// The party's id, then the seeds of the ssh key, of the X-Wing key, the X25519 scalar and the
    /// contacts' secret.
    pub(crate) fn from_seeds(seeds: Secret<SEEDS>) -> Result<Self> {
        let all = seeds.expose_secret();
        let id = PrincipalId::from_bytes(*all.first_chunk().ok_or(Code::Field)?);
        let at = |index: usize| -> Result<Secret<32>> {
            let from = all.get(ID + index * 32..).and_then(<[u8]>::first_chunk);
            Ok(from.map(Secret::copy_of).ok_or(Code::Field)?)
        };
        let (ssh, hybrid) = (SigningKey::from_seed(&at(0)?), Identity::from_seed(at(1)?)?);
        let (classic, contacts) = (x25519::PrivateKey::from_scalar(at(2)?), at(3)?);
        Ok(Self { id, ssh, hybrid, classic, contacts, seeds })
    }

    /// Those of a device of a firm: its ssh key, and what follows from its device secret, so that
    /// nothing more has to be kept.
    pub(super) fn of_device(id: PrincipalId, ssh: &Secret<32>, device: &Secret<32>) -> Result<Self> {
        let derived = |purpose| derive(device, purpose, Profile::ChaCha, &Context::empty());
        let parts = [
            ssh,
            &derived(KdfPurpose::PartyHybrid),
            &derived(KdfPurpose::PartyClassic),
            &derived(KdfPurpose::Contacts),
        ];
        Self::from_seeds(Secret::fill(|out: &mut [u8; SEEDS]| {
            let (to_id, seeds) = out.split_at_mut(ID);
            to_id.copy_from_slice(id.as_bytes());
            let seeds = seeds.chunks_exact_mut(32).zip(parts);
            seeds.for_each(|(seed, part)| seed.copy_from_slice(part.expose_secret()));
        }))
    }
}

/// Contacts are kept by one party for itself: in one profile, by version of the format.
fn contact_context(aad: &[u8]) -> SealContext {
    SealContext::new(SealKind::Contact, Profile::ChaCha, aad)
}

const ID: usize = 16;
/// The id, and four times 32 bytes.
const SEEDS: usize = ID + 128;
pub(super) const KIND: Kind =
    Kind { magic: b"PRVYPTY1", purpose: KdfPurpose::PartyKeys, seal: SealKind::PartyKeys };

impl fmt::Debug for PartyKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartyKeys")
            .field("id", &self.id)
            .field("ssh", &self.ssh.verifying_key())
            .field("hybrid", self.hybrid.public())
            .finish_non_exhaustive()
    }
}

//! The key of a person: one generation of it, wrapped to each of the person's devices.

use std::fmt;
use std::num::NonZeroU64;

use crate::crypto::entropy;
use crate::crypto::hash::sha256;
use crate::crypto::hpke::{self, PublicKey, Wrap};
use crate::crypto::kdf::{Context, derive};
use crate::crypto::label::{HpkePurpose, KdfPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::error::{Code, Result};
use crate::id::{DeviceId, FirmId, Hash, PrincipalId, UserId};
use crate::keys::{Identity, Unconfirmed};
use crate::secret::{Secret, ct_eq};

/// A person's X-Wing key pair of one generation. Epochs are wrapped to it; its seed is wrapped to
/// each active device of the person, and the seed of an older generation lies under a newer one.
///
/// It is new, or the hash of its public key was compared with the user-key record.
pub struct UserKey {
    identity: Identity,
    generation: NonZeroU64,
}

impl UserKey {
    /// A new random key.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate(generation: NonZeroU64) -> Result<Self> {
        Ok(Self { identity: Identity::generate()?, generation })
    }

    /// The public key, for the user-key record.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        self.identity.public()
    }

    /// SHA-256 of the public key: what confirms the key.
    #[must_use]
    pub fn public_hash(&self) -> Hash {
        sha256(self.public().as_bytes())
    }

    /// What opens the wraps made for the person.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Its generation, from 1.
    #[must_use]
    pub fn generation(&self) -> NonZeroU64 {
        self.generation
    }

    /// Wraps the seed to a device of the user, in the profile of the user-key record.
    ///
    /// # Errors
    /// `public-key` if the key could not be used, which parsing it excludes.
    pub fn wrap_to_device(
        &self,
        to: &PublicKey,
        firm: FirmId,
        device: DeviceId,
        user: UserId,
        profile: Profile,
    ) -> Result<Wrap> {
        let context = device_context(firm, device, user, self.generation);
        hpke::wrap(to, HpkePurpose::DeviceUserKey, profile, &context, self.seed())
    }

    /// Recomputes the wrap to a device and compares: finds junk without the device's private key.
    ///
    /// # Errors
    /// `wrap-mismatch`.
    pub fn verify_device_wrap(
        &self,
        to: &PublicKey,
        firm: FirmId,
        device: DeviceId,
        user: UserId,
        profile: Profile,
        stored: &Wrap,
    ) -> Result<()> {
        let context = device_context(firm, device, user, self.generation);
        hpke::audit(to, HpkePurpose::DeviceUserKey, profile, &context, self.seed(), stored)
    }

    /// Opens the wrap with the identity of the device it was made for.
    ///
    /// # Errors
    /// `unwrap-refused` if the wrap, the device or the context is another one.
    pub fn unwrap_by_device(
        identity: &Identity,
        wrap: &Wrap,
        firm: FirmId,
        device: DeviceId,
        user: UserId,
        generation: NonZeroU64,
        profile: Profile,
    ) -> Result<Unconfirmed<Self>> {
        let context = device_context(firm, device, user, generation);
        let seed = hpke::unwrap(identity.private_key(), HpkePurpose::DeviceUserKey, profile, &context, wrap)?;
        Self::from_seed(seed, generation).map(Unconfirmed)
    }

    /// Seals the seed of the generation before under this one, in the profile of this one's
    /// record. 104 bytes.
    ///
    /// # Errors
    /// `field` unless `older` is the generation before; `entropy`.
    pub fn link(&self, older: &Self, firm: FirmId, user: UserId, profile: Profile) -> Result<Vec<u8>> {
        if Some(self.generation) != older.generation.checked_add(1) {
            return Err(Code::Field.into());
        }
        self.link_hedged(older, firm, user, profile, &entropy::rand32()?)
    }

    /// The same with what the operating system gave.
    pub(crate) fn link_hedged(
        &self,
        older: &Self,
        firm: FirmId,
        user: UserId,
        profile: Profile,
        rand32: &Secret<32>,
    ) -> Result<Vec<u8>> {
        let (key, context) = self.link_context(firm, user, profile);
        seal::seal_hedged(&key, &context, older.seed().expose_secret(), rand32)
    }

    /// Opens the key of the generation before. Confirm it with the record of that generation.
    ///
    /// # Errors
    /// `field` in the first generation, `sealed-length`, `content-refused`.
    pub fn older(
        &self,
        link: &[u8],
        firm: FirmId,
        user: UserId,
        profile: Profile,
    ) -> Result<Unconfirmed<Self>> {
        let before = NonZeroU64::new(self.generation.get() - 1).ok_or(Code::Field)?;
        let (key, context) = self.link_context(firm, user, profile);
        Self::from_seed(seal::open_secret(&key, &context, link)?, before).map(Unconfirmed)
    }

    fn link_context(&self, firm: FirmId, user: UserId, profile: Profile) -> (Secret<32>, SealContext) {
        let key = derive(self.seed(), KdfPurpose::UserPrevious, profile, &Context::empty());
        let aad = Context::empty().firm(firm).key_generation(self.generation.get()).user(user);
        (key, SealContext::new(SealKind::PreviousUserKey, profile, &aad.to_cbor()))
    }

    fn seed(&self) -> &Secret<32> {
        self.identity.private_key().seed()
    }

    pub(crate) fn from_seed(seed: Secret<32>, generation: NonZeroU64) -> Result<Self> {
        Ok(Self { identity: Identity::from_seed(seed)?, generation })
    }
}

impl Unconfirmed<UserKey> {
    /// Compares the key with the user-key record of its generation: SHA-256 of the public key.
    ///
    /// # Errors
    /// `secret-mismatch`.
    pub fn confirm(self, public_key_hash: &Hash) -> Result<UserKey> {
        if ct_eq(&self.0.public_hash().0, &public_key_hash.0) {
            Ok(self.0)
        } else {
            Err(Code::SecretMismatch.into())
        }
    }
}

/// The principal is the device.
fn device_context(firm: FirmId, device: DeviceId, user: UserId, generation: NonZeroU64) -> Context {
    let principal = PrincipalId::from_bytes(*device.as_bytes());
    Context::empty().firm(firm).principal(principal).key_generation(generation.get()).user(user)
}

impl fmt::Debug for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserKey")
            .field("public", self.public())
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

//! The secret of one epoch of a matter: what its principals hold and everything else is derived
//! from.

use std::fmt;
use std::num::NonZeroU64;

use crate::crypto::entropy;
use crate::crypto::hpke::{self, PublicKey, Wrap};
use crate::crypto::kdf::{self, Context, derive, extract};
use crate::crypto::label::{HpkePurpose, KdfPurpose, RandomPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::error::Result;
use crate::id::{FirmId, Hash, MatterId, PrincipalId};
use crate::keys::{AuditorSecret, DocumentKek, Identity, ShredKey, Unconfirmed};
use crate::secret::Secret;

/// Which epoch of which matter, in the profile that the epoch's record names. Everything that is
/// derived or wrapped is bound to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochPlace {
    /// The profile.
    pub profile: Profile,
    /// The firm.
    pub firm: FirmId,
    /// The matter; for the firm's own matter, the directory's.
    pub matter: MatterId,
    /// The epoch, from 1.
    pub epoch: NonZeroU64,
}

/// The secret of an epoch (MES): 32 random bytes, wrapped to each principal and to the recovery
/// key. The secret of an older epoch opens with a newer one, never the reverse.
///
/// It is new, or it was confirmed against the record that began the epoch: see [`Unconfirmed`].
pub struct EpochSecret(Secret<32>);

impl EpochSecret {
    /// A new random secret, for an epoch that begins.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        entropy::secret(RandomPurpose::EpochSecret).map(Self)
    }

    /// What the record that begins the epoch says of the secret; `previous` is the hash of the
    /// record that began the epoch before. It tells nothing of the secret.
    #[must_use]
    pub fn confirmation(&self, place: &EpochPlace, previous: Option<Hash>) -> [u8; 32] {
        place.confirmation(&self.0, previous)
    }

    /// Wraps the secret to a principal's user key of a generation.
    ///
    /// # Errors
    /// `public-key` if the key could not be used, which parsing it excludes.
    pub fn wrap(
        &self,
        to: &PublicKey,
        place: &EpochPlace,
        principal: PrincipalId,
        key_generation: NonZeroU64,
    ) -> Result<Wrap> {
        place.wrap(&self.0, HpkePurpose::Epoch, to, principal, key_generation)
    }

    /// Wraps the secret to the recovery key, whose id the principal is.
    ///
    /// # Errors
    /// As [`wrap`](Self::wrap).
    pub fn wrap_to_recovery(
        &self,
        to: &PublicKey,
        place: &EpochPlace,
        principal: PrincipalId,
        key_generation: NonZeroU64,
    ) -> Result<Wrap> {
        place.wrap(&self.0, HpkePurpose::Recovery, to, principal, key_generation)
    }

    /// Recomputes the wrap to a principal and compares: finds junk without the private key.
    ///
    /// # Errors
    /// `wrap-mismatch`.
    pub fn verify_wrap(
        &self,
        to: &PublicKey,
        place: &EpochPlace,
        principal: PrincipalId,
        key_generation: NonZeroU64,
        stored: &Wrap,
    ) -> Result<()> {
        let context = place.wrap_context(principal, key_generation);
        hpke::audit(to, HpkePurpose::Epoch, place.profile, &context, &self.0, stored)
    }

    /// The same for the wrap to the recovery key.
    ///
    /// # Errors
    /// `wrap-mismatch`.
    pub fn verify_recovery_wrap(
        &self,
        to: &PublicKey,
        place: &EpochPlace,
        principal: PrincipalId,
        key_generation: NonZeroU64,
        stored: &Wrap,
    ) -> Result<()> {
        let context = place.wrap_context(principal, key_generation);
        hpke::audit(to, HpkePurpose::Recovery, place.profile, &context, &self.0, stored)
    }

    /// Opens a principal's wrap with the user key it was made for.
    ///
    /// # Errors
    /// `unwrap-refused` if the wrap, the key or the place is another one.
    pub fn unwrap(
        identity: &Identity,
        wrap: &Wrap,
        place: &EpochPlace,
        principal: PrincipalId,
        key_generation: NonZeroU64,
    ) -> Result<Unconfirmed<Self>> {
        let secret = place.unwrap(HpkePurpose::Epoch, identity, wrap, principal, key_generation)?;
        Ok(Unconfirmed(Self(secret)))
    }

    /// Opens the wrap to the recovery key.
    ///
    /// # Errors
    /// As [`unwrap`](Self::unwrap).
    pub fn unwrap_recovery(
        identity: &Identity,
        wrap: &Wrap,
        place: &EpochPlace,
        principal: PrincipalId,
        key_generation: NonZeroU64,
    ) -> Result<Unconfirmed<Self>> {
        let secret = place.unwrap(HpkePurpose::Recovery, identity, wrap, principal, key_generation)?;
        Ok(Unconfirmed(Self(secret)))
    }

    /// Seals the secret of the epoch before under this one; `place` is this one's. 104 bytes.
    ///
    /// # Errors
    /// `entropy`.
    pub fn link(&self, place: &EpochPlace, older: &Self) -> Result<Vec<u8>> {
        place.link(SealKind::PreviousEpoch, &self.0, &older.0)
    }

    /// Opens the secret of the epoch before; `place` is this one's. Confirm it with the place of
    /// the older epoch.
    ///
    /// # Errors
    /// `sealed-length`, `content-refused`.
    pub fn older(&self, place: &EpochPlace, link: &[u8]) -> Result<Unconfirmed<Self>> {
        Ok(Unconfirmed(Self(place.older(SealKind::PreviousEpoch, &self.0, link)?)))
    }

    /// What auditors are given: opens the details of records, never a document.
    #[must_use]
    pub fn auditor_secret(&self, place: &EpochPlace) -> AuditorSecret {
        AuditorSecret::adopt(derive(&self.0, KdfPurpose::DetailSecret, place.profile, &place.context()))
    }

    /// The key that document keys are wrapped under, of this epoch and this generation of the shred
    /// key. The place's profile is the *row's*: give `EpochPlace { profile, ..place }` where a row
    /// has another than its epoch.
    #[must_use]
    pub fn document_kek(&self, shred: &ShredKey, place: &EpochPlace, generation: NonZeroU64) -> DocumentKek {
        let key = self.with_shred(shred, KdfPurpose::DocumentKeyWrap, place, generation);
        DocumentKek::adopt(key, *place, generation)
    }

    /// The key pair that deposits from outside are wrapped to.
    ///
    /// # Errors
    /// None in practice: every seed is one.
    pub fn intake_identity(
        &self,
        shred: &ShredKey,
        place: &EpochPlace,
        generation: NonZeroU64,
    ) -> Result<Identity> {
        Identity::from_seed(self.with_shred(shred, KdfPurpose::Intake, place, generation))
    }

    /// Neither secret alone gives the key: without the shred key no old backup opens, without the
    /// epoch's no thief of the erasable store does.
    fn with_shred(
        &self,
        shred: &ShredKey,
        purpose: KdfPurpose,
        place: &EpochPlace,
        generation: NonZeroU64,
    ) -> Secret<32> {
        let both = extract(shred.secret(), &self.0);
        derive(&both, purpose, place.profile, &place.shred_context(generation))
    }

    #[cfg(feature = "testing")]
    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }

    #[cfg(feature = "testing")]
    pub(crate) fn from_secret(secret: Secret<32>) -> Self {
        Self(secret)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn secret(&self) -> &Secret<32> {
        &self.0
    }
}

impl Unconfirmed<EpochSecret> {
    /// Compares the secret with the record that began the epoch at `place`.
    ///
    /// # Errors
    /// `secret-mismatch`.
    pub fn confirm(
        self,
        place: &EpochPlace,
        previous: Option<Hash>,
        recorded: &[u8; 32],
    ) -> Result<EpochSecret> {
        place.confirm(&self.0.0, previous, recorded)?;
        Ok(self.0)
    }
}

/// What the epoch's secret and the auditors' do alike.
impl EpochPlace {
    /// Firm, matter, epoch.
    pub(super) fn context(&self) -> Context {
        Context::empty().firm(self.firm).matter(self.matter).epoch(self.epoch.get())
    }

    /// And the generation of the shred key.
    pub(super) fn shred_context(&self, generation: NonZeroU64) -> Context {
        self.context().generation(generation.get())
    }

    pub(super) fn wrap_context(&self, principal: PrincipalId, key_generation: NonZeroU64) -> Context {
        self.context().principal(principal).key_generation(key_generation.get())
    }

    pub(super) fn confirmation(&self, secret: &Secret<32>, previous: Option<Hash>) -> [u8; 32] {
        kdf::confirmation(secret, self.profile, &self.confirm_context(previous))
    }

    pub(super) fn confirm(
        &self,
        secret: &Secret<32>,
        previous: Option<Hash>,
        recorded: &[u8; 32],
    ) -> Result<()> {
        kdf::confirm(secret, self.profile, &self.confirm_context(previous), recorded)
    }

    fn confirm_context(&self, previous: Option<Hash>) -> Context {
        previous.iter().fold(self.context(), |context, hash| context.previous(*hash))
    }

    pub(super) fn wrap(
        &self,
        secret: &Secret<32>,
        purpose: HpkePurpose,
        to: &PublicKey,
        principal: PrincipalId,
        key_generation: NonZeroU64,
    ) -> Result<Wrap> {
        hpke::wrap(to, purpose, self.profile, &self.wrap_context(principal, key_generation), secret)
    }

    pub(super) fn unwrap(
        &self,
        purpose: HpkePurpose,
        identity: &Identity,
        wrap: &Wrap,
        principal: PrincipalId,
        key_generation: NonZeroU64,
    ) -> Result<Secret<32>> {
        let context = self.wrap_context(principal, key_generation);
        hpke::unwrap(identity.private_key(), purpose, self.profile, &context, wrap)
    }

    pub(super) fn link(&self, kind: SealKind, newer: &Secret<32>, older: &Secret<32>) -> Result<Vec<u8>> {
        self.link_hedged(kind, newer, older, &entropy::rand32()?)
    }

    /// The same with what the operating system gave.
    pub(super) fn link_hedged(
        &self,
        kind: SealKind,
        newer: &Secret<32>,
        older: &Secret<32>,
        rand32: &Secret<32>,
    ) -> Result<Vec<u8>> {
        let (key, context) = self.link_context(kind, newer);
        seal::seal_hedged(&key, &context, older.expose_secret(), rand32)
    }

    pub(super) fn older(&self, kind: SealKind, newer: &Secret<32>, link: &[u8]) -> Result<Secret<32>> {
        let (key, context) = self.link_context(kind, newer);
        seal::open_secret(&key, &context, link)
    }

    fn link_context(&self, kind: SealKind, newer: &Secret<32>) -> (Secret<32>, SealContext) {
        let key = derive(newer, KdfPurpose::Previous, self.profile, &Context::empty());
        (key, SealContext::new(kind, self.profile, &self.context().to_cbor()))
    }
}

impl fmt::Debug for EpochSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochSecret")
    }
}

//! What auditors hold: the secret under which the detail keys of an epoch lie.

use std::fmt;
use std::num::NonZeroU64;

use crate::crypto::entropy;
use crate::crypto::hpke::{self, PublicKey, Wrap};
use crate::crypto::kdf::{derive, extract};
use crate::crypto::label::{HpkePurpose, KdfPurpose, SealKind};
use crate::crypto::seal::{self, SealContext};
use crate::error::{Code, Result};
use crate::id::{Hash, PrincipalId};
use crate::keys::{EpochPlace, Identity, ShredKey, Unconfirmed};
use crate::secret::{Secret, SecretBytes};

/// The secret of an epoch's details (AS), derived from the epoch's secret and wrapped to auditors:
/// it opens free text and personal data beside records, never a document.
///
/// It was derived, or it was confirmed against the record that began the epoch.
pub struct AuditorSecret(Secret<32>);

/// The key that the detail key of an epoch is sealed under; dies with the shred key.
pub struct DetailKek {
    key: Secret<32>,
    place: EpochPlace,
    generation: NonZeroU64,
}

impl AuditorSecret {
    /// What the record that begins the epoch says of the secret.
    #[must_use]
    pub fn confirmation(&self, place: &EpochPlace, previous: Option<Hash>) -> [u8; 32] {
        place.confirmation(&self.0, previous)
    }

    /// Wraps the secret to an auditor's user key of a generation.
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
        place.wrap(&self.0, HpkePurpose::Detail, to, principal, key_generation)
    }

    /// Recomputes the wrap to an auditor and compares: finds junk without the private key.
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
        hpke::audit(to, HpkePurpose::Detail, place.profile, &context, &self.0, stored)
    }

    /// Opens an auditor's wrap with the user key it was made for.
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
        let secret = place.unwrap(HpkePurpose::Detail, identity, wrap, principal, key_generation)?;
        Ok(Unconfirmed(Self(secret)))
    }

    /// Seals the secret of the epoch before under this one; `place` is this one's. 104 bytes.
    ///
    /// # Errors
    /// `entropy`.
    pub fn link(&self, place: &EpochPlace, older: &Self) -> Result<Vec<u8>> {
        place.link(SealKind::PreviousDetail, &self.0, &older.0)
    }

    /// Opens the secret of the epoch before; `place` is this one's. Confirm it with the place of
    /// the older epoch.
    ///
    /// # Errors
    /// `sealed-length`, `content-refused`.
    pub fn older(&self, place: &EpochPlace, link: &[u8]) -> Result<Unconfirmed<Self>> {
        Ok(Unconfirmed(Self(place.older(SealKind::PreviousDetail, &self.0, link)?)))
    }

    /// The key that the detail key is sealed under, of this epoch and this generation of the shred
    /// key.
    #[must_use]
    pub fn detail_kek(&self, shred: &ShredKey, place: &EpochPlace, generation: NonZeroU64) -> DetailKek {
        let both = extract(shred.secret(), &self.0);
        let context = place.shred_context(generation);
        let key = derive(&both, KdfPurpose::DetailKeyWrap, place.profile, &context);
        DetailKek { key, place: *place, generation }
    }

    pub(crate) fn adopt(secret: Secret<32>) -> Self {
        Self(secret)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn secret(&self) -> &Secret<32> {
        &self.0
    }
}

impl Unconfirmed<AuditorSecret> {
    /// Compares the secret with the record that began the epoch at `place`.
    ///
    /// # Errors
    /// `secret-mismatch`.
    pub fn confirm(
        self,
        place: &EpochPlace,
        previous: Option<Hash>,
        recorded: &[u8; 32],
    ) -> Result<AuditorSecret> {
        place.confirm(&self.0.0, previous, recorded)?;
        Ok(self.0)
    }
}

impl DetailKek {
    /// Seals the 32 bytes of a detail key. 104 bytes.
    ///
    /// # Errors
    /// `field` if it has not 32 bytes, `entropy`.
    pub fn seal_key(&self, detail_key: &SecretBytes) -> Result<Vec<u8>> {
        self.seal_key_hedged(detail_key, &entropy::rand32()?)
    }

    /// The same with what the operating system gave.
    pub fn seal_key_hedged(&self, detail_key: &SecretBytes, rand32: &Secret<32>) -> Result<Vec<u8>> {
        if detail_key.len() != 32 {
            return Err(Code::Field.into());
        }
        seal::seal_hedged(&self.key, &self.seal_context(), detail_key.expose_secret(), rand32)
    }

    /// Opens what [`seal_key`](Self::seal_key) gave: the 32 bytes of the detail key.
    ///
    /// # Errors
    /// `sealed-length`, `content-refused`.
    pub fn open_key(&self, sealed: &[u8]) -> Result<SecretBytes> {
        let key: Secret<32> = seal::open_secret(&self.key, &self.seal_context(), sealed)?;
        Ok(SecretBytes::new(key.expose_secret().to_vec()))
    }

    fn seal_context(&self) -> SealContext {
        let aad = self.place.shred_context(self.generation).to_cbor();
        SealContext::new(SealKind::DetailKey, self.place.profile, &aad)
    }
}

impl fmt::Debug for AuditorSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditorSecret")
    }
}

impl fmt::Debug for DetailKek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetailKek")
            .field("place", &self.place)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

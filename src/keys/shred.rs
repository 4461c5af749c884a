//! The shred key of a matter, and the key over document keys that dies with it.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};

use crate::crypto::entropy;
use crate::crypto::kdf::{self, Context};
use crate::crypto::label::{RandomPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::error::{Code, Result};
use crate::id::{DocumentId, FirmId, MatterId};
use crate::keys::{EpochPlace, OpeningKey, Unconfirmed};
use crate::secret::{Secret, SecretBytes};

/// The shred key of a matter, one generation of it: 32 random bytes that lie in the *erasable*
/// store alone. Destroying every copy erases all that was under it, in every backup.
///
/// It is new, or it was confirmed against the record that began the generation.
pub struct ShredKey(Secret<32>);

/// The key over the document keys of one epoch and one generation of the shred key, in the profile
/// of their rows.
pub struct DocumentKek {
    key: Secret<32>,
    place: EpochPlace,
    generation: NonZeroU64,
}

/// Where a document key lies in the store: bound to its wrap in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// The firm.
    pub firm: FirmId,
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: NonZeroU32,
    /// The matter it lies in.
    pub matter: MatterId,
    /// The epoch whose secret the wrap is under.
    pub epoch: NonZeroU64,
    /// The generation of the shred key the wrap is under.
    pub generation: NonZeroU64,
    /// The profile of the sealed document.
    pub content_profile: Profile,
    /// The number of its designation.
    pub designation: u64,
}

impl ShredKey {
    /// A new random key, for a generation that begins.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        entropy::secret(RandomPurpose::ShredKey).map(Self)
    }

    /// A key out of the erasable store.
    ///
    /// # Errors
    /// `field` if it has not 32 bytes.
    pub fn from_secret_bytes(bytes: &SecretBytes) -> Result<Unconfirmed<Self>> {
        let bytes: &[u8; 32] = bytes.expose_secret().try_into().map_err(|_| Code::Field)?;
        Ok(Unconfirmed(Self(Secret::copy_of(bytes))))
    }

    /// Its 32 bytes, for the erasable store and nowhere else.
    #[must_use]
    pub fn to_secret_bytes(&self) -> SecretBytes {
        SecretBytes::new(self.0.expose_secret().to_vec())
    }

    /// What the record that begins the generation says of the key.
    #[must_use]
    pub fn confirmation(
        &self,
        profile: Profile,
        firm: FirmId,
        matter: MatterId,
        generation: NonZeroU64,
    ) -> [u8; 32] {
        kdf::confirmation(&self.0, profile, &confirm_context(firm, matter, generation))
    }

    pub(super) fn secret(&self) -> &Secret<32> {
        &self.0
    }

    #[cfg(feature = "testing")]
    pub(crate) fn from_secret(secret: Secret<32>) -> Self {
        Self(secret)
    }
}

impl Unconfirmed<ShredKey> {
    /// Compares the key with the record that began its generation.
    ///
    /// # Errors
    /// `secret-mismatch`.
    pub fn confirm(
        self,
        profile: Profile,
        firm: FirmId,
        matter: MatterId,
        generation: NonZeroU64,
        recorded: &[u8; 32],
    ) -> Result<ShredKey> {
        kdf::confirm(&self.0.0, profile, &confirm_context(firm, matter, generation), recorded)?;
        Ok(self.0)
    }
}

impl DocumentKek {
    /// Bytes of a wrapped document key.
    pub const WRAP_LEN: usize = 104;

    /// Wraps a document key for its row: 104 bytes.
    ///
    /// # Errors
    /// `field` if the place is of another firm, matter, epoch or generation than this key, so that
    /// no wrap is written that nothing opens; `entropy`.
    pub fn wrap(&self, key: &OpeningKey, place: &RowPlace) -> Result<Vec<u8>> {
        self.wrap_hedged(key, place, &entropy::rand32()?)
    }

    /// The same with what the operating system gave.
    pub fn wrap_hedged(&self, key: &OpeningKey, place: &RowPlace, rand32: &Secret<32>) -> Result<Vec<u8>> {
        let epoch = EpochPlace { firm: place.firm, matter: place.matter, epoch: place.epoch, ..self.place };
        if epoch != self.place || place.generation != self.generation {
            return Err(Code::Field.into());
        }
        seal::seal_hedged(&self.key, &self.seal_context(place), key.secret().expose_secret(), rand32)
    }

    /// Opens what [`wrap`](Self::wrap) gave, at the same place alone.
    ///
    /// # Errors
    /// `sealed-length`, `content-refused`.
    pub fn unwrap(&self, wrapped: &[u8], place: &RowPlace) -> Result<OpeningKey> {
        seal::open_secret(&self.key, &self.seal_context(place), wrapped).map(OpeningKey::from_secret)
    }

    /// The profile of its epoch: of every wrap under it.
    pub(crate) fn profile(&self) -> Profile {
        self.place.profile
    }

    fn seal_context(&self, place: &RowPlace) -> SealContext {
        SealContext::new(SealKind::DocumentKey, self.place.profile, &place.context().to_cbor())
    }

    pub(crate) fn adopt(key: Secret<32>, place: EpochPlace, generation: NonZeroU64) -> Self {
        Self { key, place, generation }
    }
}

impl RowPlace {
    /// Fields 1 to 8.
    pub(crate) fn context(&self) -> Context {
        Context::empty()
            .firm(self.firm)
            .document(self.document)
            .version(u64::from(self.version.get()))
            .matter(self.matter)
            .epoch(self.epoch.get())
            .generation(self.generation.get())
            .content_profile(u64::from(self.content_profile.number()))
            .designation(self.designation)
    }
}

fn confirm_context(firm: FirmId, matter: MatterId, generation: NonZeroU64) -> Context {
    Context::empty().firm(firm).matter(matter).generation(generation.get())
}

impl fmt::Debug for ShredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShredKey")
    }
}

impl fmt::Debug for DocumentKek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentKek")
            .field("place", &self.place)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

//! Whoever sends and receives shares.

use std::sync::Arc;

use privity::{Code, DeviceId, Hash, PrincipalId, Timestamp, sharing};

use crate::blob::Blob;
use crate::ended::Held;
use crate::error::Result;
use crate::mirror::mirror;
use crate::protector::Guard;
use crate::sharing_age::Opening;
use crate::sharing_card::Card;
use crate::sharing_contact::Contact;

/// Somebody with keys of their own, or a device of a firm, which `Vault.party` gives. May be used on
/// any threads at once. Holds keys until it is released, also those of a vault that was locked.
#[derive(uniffi::Object)]
pub struct Party(Held<Arc<sharing::Party>>);

mirror! {
    /// How a party is known.
    PartyKind = sharing::PartyKind {
        /// By keys of its own.
        Standalone,
        /// By its firm's ledger: a device of a person of the firm.
        Firm,
    }
}

/// What a party says of itself in a card.
#[derive(Clone, uniffi::Record)]
pub struct CardDetails {
    /// The person: 1 to 256 bytes on one line.
    pub name: String,
    /// From when on the card is in force: microseconds since 1970 UTC.
    pub not_before: u64,
    /// From when on it no longer is.
    pub expires: u64,
    /// Where they work.
    #[uniffi(default = "")]
    pub organisation: String,
    /// Whether correspondents may seal to the classic (X25519) recipient too.
    #[uniffi(default = false)]
    pub with_classic: bool,
    /// The card before, which this one replaces.
    #[uniffi(default = None)]
    pub previous: Option<Arc<Card>>,
}

#[uniffi::export]
impl Party {
    /// A party of its own, with new random keys.
    ///
    /// Fails with `entropy`.
    #[uniffi::constructor]
    pub fn generate() -> Result<Arc<Self>> {
        Ok(Self::of(sharing::Party::generate()?))
    }

    /// Opens what `protect` gave.
    ///
    /// Fails with `protected-identity`, `protector-mismatch`, `unlock-refused`, `passphrase-cost`.
    #[uniffi::constructor]
    pub fn unlock(protected: Blob, guard: Arc<Guard>) -> Result<Arc<Self>> {
        Ok(Self::of(sharing::Party::unlock(protected.as_slice(), &*guard.inner())?))
    }

    /// Seals the keys under the guard; below 5 KiB. Keep the bytes.
    ///
    /// Fails with `protector-mismatch` for a device of a firm, whose keys the vault keeps; `entropy`,
    /// `protector-failed`; those of the guard.
    pub fn protect(&self, guard: Arc<Guard>) -> Result<Blob> {
        Blob::new(&self.inner()?.protect(&*guard.inner())?)
    }

    /// The same party with new keys. Whoever holds its card sees it changed until the new words are
    /// confirmed. Contacts are kept under the keys: recall them with the old party, keep them with the
    /// new one.
    ///
    /// Fails with `protector-mismatch` for a device of a firm; `entropy`.
    pub fn with_new_keys(&self) -> Result<Arc<Self>> {
        Ok(Self::of(self.inner()?.with_new_keys()?))
    }

    /// A card of this party, signed.
    ///
    /// Fails with `party` for a name or an organisation that is too long or misleads, `terms` if it
    /// would expire before it is in force, `card-order` if the card before is another's, `field` for a
    /// time that is none.
    pub fn card(&self, details: CardDetails) -> Result<Arc<Card>> {
        details.sign(&*self.inner()?)
    }

    /// Its id: its own choice, the same in all its cards; for a firm's device the firm's id.
    pub fn id(&self) -> Result<PrincipalId> {
        Ok(self.inner()?.id())
    }

    /// How it is known.
    pub fn kind(&self) -> Result<PartyKind> {
        Ok(self.inner()?.kind().try_into()?)
    }

    /// What trust in it begins with, as 32 bytes in hexadecimal: the ssh key, or the hash of the
    /// firm's first record.
    pub fn anchor(&self) -> Result<Hash> {
        Ok(Hash(self.inner()?.anchor()))
    }

    /// The device, of a firm's.
    pub fn device(&self) -> Result<Option<DeviceId>> {
        Ok(self.inner()?.device())
    }

    /// The key that signs, as a line of OpenSSH.
    pub fn ssh_key(&self) -> Result<String> {
        Ok(self.inner()?.ssh_key())
    }

    /// Whom to seal to: `age1pq1…`.
    pub fn recipient(&self) -> Result<String> {
        Ok(self.inner()?.recipient().to_string())
    }

    /// Whom to seal to with tools that know no hybrid recipients: `age1…`.
    pub fn classic_recipient(&self) -> Result<String> {
        Ok(self.inner()?.classic_recipient().to_string())
    }

    /// The fingerprint of a card without the classic recipient; of a firm, of every card.
    pub fn fingerprint(&self) -> Result<Hash> {
        Ok(Hash(*self.inner()?.fingerprint().as_bytes()))
    }

    /// The same as twelve words: what both sides read to each other.
    pub fn words(&self) -> Result<Vec<String>> {
        Ok(self.inner()?.fingerprint().words().map(str::to_owned).to_vec())
    }

    /// What shows an outsider that the device was active; of a firm's.
    pub fn standing(&self) -> Result<Option<Blob>> {
        self.inner()?.standing().map(Blob::new).transpose()
    }

    /// Seals a contact for this party alone. Keep the bytes anywhere; who puts an older version back
    /// undoes a revocation.
    ///
    /// Fails with `entropy`.
    pub fn keep(&self, contact: Arc<Contact>) -> Result<Blob> {
        Blob::new(&self.inner()?.keep(contact.inner())?)
    }

    /// Opens what `keep` gave.
    ///
    /// Fails with `device-state-damaged` if it was altered, or kept by another party or device.
    pub fn recall(&self, kept: Blob) -> Result<Arc<Contact>> {
        Ok(Contact::of(self.inner()?.recall(kept.as_slice())?))
    }

    /// Opens an age file that was sealed to either recipient of the party.
    ///
    /// Fails as `age_open`.
    pub fn age_open(&self, file: &[u8]) -> Result<Blob> {
        Opening::Party(self.inner()?).open(file)
    }

    /// The same for bytes of a language that cannot lend them.
    pub fn age_open_blob(&self, file: Blob) -> Result<Blob> {
        self.age_open(file.as_slice())
    }

    /// Gives the keys up, which are wiped once no call uses them any more. Later calls fail with
    /// `handle-ended`.
    pub fn release(&self) -> Result<()> {
        self.0.end();
        Ok(())
    }
}

impl Party {
    pub(crate) fn of(party: sharing::Party) -> Arc<Self> {
        Arc::new(Self(Held::new(Arc::new(party))))
    }

    pub(crate) fn inner(&self) -> Result<Arc<sharing::Party>> {
        self.0.shared()
    }
}

impl CardDetails {
    fn sign(&self, party: &sharing::Party) -> Result<Arc<Card>> {
        self.with(|details| party.card(details))
    }

    pub(crate) fn with(
        &self,
        sign: impl FnOnce(&sharing::CardDetails<'_>) -> privity::Result<sharing::Card>,
    ) -> Result<Arc<Card>> {
        let details = sharing::CardDetails {
            name: &self.name,
            organisation: &self.organisation,
            not_before: time(self.not_before)?,
            expires: time(self.expires)?,
            with_classic: self.with_classic,
            previous: self.previous.as_ref().map(|card| card.inner()),
        };
        Ok(Card::of(sign(&details)?))
    }
}

/// A time that came in.
pub(crate) fn time(micros: u64) -> Result<Timestamp> {
    Ok(Timestamp::from_micros(micros).ok_or(Code::Field)?)
}

/// The time that was given, or else the system's.
pub(crate) fn now_or(micros: Option<u64>) -> Result<Timestamp> {
    micros.map_or_else(|| Ok(privity::Clock::now(&privity::SystemClock)), time)
}

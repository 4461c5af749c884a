//! Parties as somebody else knows them.

use std::sync::Arc;

use privity::sharing::{UnverifiedContact, age};
use privity::{Code, DeviceId, Hash, PrincipalId, sharing};

use crate::error::Result;
use crate::sharing::{PartyKind, now_or};
use crate::sharing_card::Card;

/// A party as somebody else knows it; `state` says how far it is believed. It never changes: what changes
/// it gives a new one.
#[derive(uniffi::Object)]
pub struct Contact(sharing::Contact);

/// Whom a share may be made for: a verified contact, or an unverified one with the reason why that had
/// to do.
#[derive(uniffi::Object)]
pub struct Addressee(pub(crate) sharing::Addressee);

/// How far a contact is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ContactState {
    /// Its words were not compared.
    Unverified,
    /// Its words were compared.
    Verified,
    /// Its keys are others than those that were verified: nothing is sent to it or believed of it until
    /// the new words are confirmed.
    Changed,
    /// Given up for good.
    Revoked,
}

#[uniffi::export]
impl Contact {
    /// Whoever says this of themselves: unverified.
    #[uniffi::constructor]
    pub fn from_card(card: Arc<Card>) -> Result<Arc<Self>> {
        Ok(Self::unverified(UnverifiedContact::from_card(card.inner().clone())))
    }

    /// A person with an ssh key and an age recipient and no card: a line as a `.pub` file has it, and one
    /// hybrid recipient, one classic, or one of each. Unverified.
    ///
    /// Fails with `party` for a name that is empty, too long or misleads; `ssh-key`, `public-key`,
    /// `age-key-text`; `age-recipients` for none or two of a kind.
    #[uniffi::constructor]
    pub fn from_keys(
        name: String,
        organisation: String,
        ssh_key: String,
        recipients: Vec<String>,
    ) -> Result<Arc<Self>> {
        let recipients = parsed(&recipients)?;
        Ok(Self::unverified(UnverifiedContact::from_keys(&name, &organisation, &ssh_key, &recipients)?))
    }

    /// How far it is believed.
    pub fn state(&self) -> Result<ContactState> {
        Ok(match self.0 {
            sharing::Contact::Unverified(_) => ContactState::Unverified,
            sharing::Contact::Verified(_) => ContactState::Verified,
            sharing::Contact::Changed(_) => ContactState::Changed,
            sharing::Contact::Revoked(_) => ContactState::Revoked,
        })
    }

    /// Confirms the twelve words as they came over another channel: of a changed contact, those of the
    /// new card.
    ///
    /// Fails with `words` if they are others; `contact-revoked`.
    pub fn confirm(&self, words: Vec<String>) -> Result<Arc<Self>> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let verified = match &self.0 {
            sharing::Contact::Unverified(contact) => contact.confirm(&words)?,
            sharing::Contact::Changed(contact) => contact.confirm(&words)?,
            sharing::Contact::Verified(contact) => {
                contact.fingerprint().check(&words)?;
                contact.clone()
            }
            sharing::Contact::Revoked(_) => return Err(Code::ContactRevoked.into()),
        };
        Ok(Self::of(sharing::Contact::Verified(verified)))
    }

    /// Confirms keys by the same texts once more, as they came over another channel.
    ///
    /// Fails with `words` if they are others; as `from_keys`; with `contact-changed`, `contact-revoked`.
    pub fn confirm_keys(&self, ssh_key: String, recipients: Vec<String>) -> Result<Arc<Self>> {
        let recipients = parsed(&recipients)?;
        let verified = match &self.0 {
            sharing::Contact::Unverified(contact) => contact.confirm_keys(&ssh_key, &recipients)?,
            sharing::Contact::Verified(contact) => {
                let again = UnverifiedContact::from_keys(contact.name(), "", &ssh_key, &recipients)?;
                if again.fingerprint() != contact.fingerprint() {
                    return Err(Code::Words.into());
                }
                contact.clone()
            }
            sharing::Contact::Changed(_) => return Err(Code::ContactChanged.into()),
            sharing::Contact::Revoked(_) => return Err(Code::ContactRevoked.into()),
        };
        Ok(Self::of(sharing::Contact::Verified(verified)))
    }

    /// Takes a newer card of the same party. With the same fingerprint, name and organisation a verified contact
    /// stays verified; with others it is changed, whoever signed.
    ///
    /// Fails with `card-order` if it is not the next card of the same party; `contact-revoked`.
    pub fn update(&self, card: Arc<Card>) -> Result<Arc<Self>> {
        Ok(Self::of(self.0.update(card.inner().clone())?))
    }

    /// Gives the contact up for good.
    pub fn revoke(&self) -> Result<Arc<Self>> {
        let revoked = match self.0.clone() {
            sharing::Contact::Unverified(contact) => contact.revoke(),
            sharing::Contact::Verified(contact) => contact.revoke(),
            sharing::Contact::Changed(contact) => contact.revoke(),
            sharing::Contact::Revoked(contact) => contact,
        };
        Ok(Self::of(sharing::Contact::Revoked(revoked)))
    }

    /// Whom a share may be made for.
    ///
    /// Fails with `contact-unverified`, `contact-changed`, `contact-revoked`.
    pub fn addressee(&self) -> Result<Arc<Addressee>> {
        Ok(Arc::new(Addressee(self.0.verified()?.into())))
    }

    /// The same for an unverified contact, with the reason why that had to do; it is kept beside the
    /// share. A verified contact needs none, and none is kept.
    ///
    /// Fails with `contact-unverified` without a reason, `too-large` above 1,024 bytes;
    /// `contact-changed`, `contact-revoked`.
    pub fn overridden(&self, reason: String) -> Result<Arc<Addressee>> {
        match &self.0 {
            sharing::Contact::Unverified(contact) => Ok(Arc::new(Addressee(contact.overridden(&reason)?))),
            _ => self.addressee(),
        }
    }

    /// The person's name, as they say.
    pub fn name(&self) -> Result<String> {
        Ok(self.0.name().to_owned())
    }

    /// Their organisation, as they say; may be empty.
    pub fn organisation(&self) -> Result<String> {
        Ok(self.0.organisation().to_owned())
    }

    /// The party: the same in all its cards. None without a card.
    pub fn party(&self) -> Result<Option<PrincipalId>> {
        Ok(self.0.party())
    }

    /// How the party is known.
    pub fn kind(&self) -> Result<PartyKind> {
        Ok(self.0.kind().try_into()?)
    }

    /// The device whose series of cards this is, of a firm's.
    pub fn device(&self) -> Result<Option<DeviceId>> {
        Ok(self.0.device())
    }

    /// What trust begins with: the raw ssh key, or the hash of the firm's first record.
    pub fn anchor(&self) -> Result<Hash> {
        Ok(Hash(self.0.anchor()))
    }

    /// The key that signs its shares and receipts, as a line of OpenSSH.
    pub fn ssh_key(&self) -> Result<String> {
        Ok(self.0.ssh_key())
    }

    /// Whom to seal to: `age1pq1…`.
    pub fn recipient(&self) -> Result<Option<String>> {
        Ok(self.0.recipient().map(ToString::to_string))
    }

    /// Whom to seal to with tools that know no hybrid recipients: `age1…`.
    pub fn classic_recipient(&self) -> Result<Option<String>> {
        Ok(self.0.classic_recipient().map(ToString::to_string))
    }

    /// What people compare, as hexadecimal.
    pub fn fingerprint(&self) -> Result<Hash> {
        Ok(Hash(*self.0.fingerprint().as_bytes()))
    }

    /// The same as twelve words.
    pub fn words(&self) -> Result<Vec<String>> {
        Ok(self.0.fingerprint().words().map(str::to_owned).to_vec())
    }

    /// Of a changed contact: the fingerprint of the keys that were verified.
    pub fn verified_fingerprint(&self) -> Result<Option<Hash>> {
        Ok(match &self.0 {
            sharing::Contact::Changed(contact) => Some(Hash(*contact.verified_fingerprint().as_bytes())),
            _ => None,
        })
    }

    /// The card that is held; none of a person known by keys alone.
    pub fn card(&self) -> Result<Option<Arc<Card>>> {
        Ok(self.0.card().cloned().map(Card::of))
    }

    /// Whether the card is in force at this time, or else now; keys without a card always are.
    ///
    /// Fails with `card-not-yet-valid`, `card-expired`; `field` for a time that is none.
    #[uniffi::method(default(at = None))]
    pub fn in_force(&self, at: Option<u64>) -> Result<()> {
        Ok(self.0.in_force(now_or(at)?)?)
    }
}

#[uniffi::export]
impl Addressee {
    /// The person's name, as they say.
    pub fn name(&self) -> Result<String> {
        Ok(self.0.name().to_owned())
    }

    /// Why the share goes to a contact whose words were not compared.
    pub fn reason(&self) -> Result<Option<String>> {
        Ok(self.0.reason().map(str::to_owned))
    }
}

impl Contact {
    pub(crate) fn of(contact: sharing::Contact) -> Arc<Self> {
        Arc::new(Self(contact))
    }

    fn unverified(contact: UnverifiedContact) -> Arc<Self> {
        Self::of(sharing::Contact::Unverified(contact))
    }

    pub(crate) fn inner(&self) -> &sharing::Contact {
        &self.0
    }
}

/// Contacts as the library takes them.
pub(crate) fn contacts(of: &[Arc<Contact>]) -> Vec<sharing::Contact> {
    of.iter().map(|contact| contact.0.clone()).collect()
}

/// Recipients from their texts.
pub(crate) fn parsed(recipients: &[String]) -> Result<Vec<age::Recipient>> {
    Ok(recipients.iter().map(|text| text.parse()).collect::<privity::Result<_>>()?)
}

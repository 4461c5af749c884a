//! Contacts: parties as somebody else knows them. How far a contact is believed is its type.

mod kept;
mod known;

use std::fmt;

use crate::clock::Timestamp;
use crate::error::{Code, Result};
use crate::id::{DeviceId, PrincipalId};
use crate::sharing::age::Recipient;
use crate::sharing::contact::known::{Keys, Known};
use crate::sharing::{Card, Fingerprint, PartyKind, name};

/// A contact whose words nobody compared yet: a share to it needs an override, one from it is refused.
#[derive(Clone, Debug)]
pub struct UnverifiedContact(Known);

/// A contact whose words were compared.
#[derive(Clone, Debug)]
pub struct VerifiedContact(Known);

/// A contact that was verified and whose newest card has other keys, another name or organisation, whoever signed it.
/// Nothing is sent to it or believed of it until the new words are confirmed. Its getters are of the new card.
#[derive(Clone, Debug)]
pub struct ChangedContact {
    verified: Known,
    new: Known,
}

/// A contact that its owner gave up for good.
#[derive(Clone, Debug)]
pub struct RevokedContact {
    known: Known,
    /// What was verified before its keys changed: it is given up too.
    verified: Option<Known>,
}

/// A contact in any state.
#[derive(Clone, Debug)]
pub enum Contact {
    /// Its words were not compared.
    Unverified(UnverifiedContact),
    /// Its words were compared.
    Verified(VerifiedContact),
    /// Its keys, its name or its organisation are others than those that were verified.
    Changed(ChangedContact),
    /// Given up.
    Revoked(RevokedContact),
}

/// Whom a share may be made for: a verified contact, or an unverified one with the reason why that
/// had to do.
#[derive(Clone)]
pub struct Addressee {
    known: Known,
    reason: Option<String>,
}

impl UnverifiedContact {
    /// Whoever says this of themselves.
    #[must_use]
    pub fn from_card(card: Card) -> Self {
        Self(Known::Card(Box::new(card)))
    }

    /// A person with an ssh key and an age recipient and no card: a line as a `.pub` file has it, one
    /// hybrid recipient, one classic, or one of each.
    ///
    /// # Errors
    /// `party` for a name that is empty, too long or misleads; `ssh-key`, `public-key`;
    /// `age-recipients` for none or two of a kind.
    pub fn from_keys(
        name: &str,
        organisation: &str,
        ssh_line: &str,
        recipients: &[Recipient],
    ) -> Result<Self> {
        name::check(name)?;
        name::check_organisation(organisation)?;
        let keys = Keys::of(name, organisation, ssh_line, recipients)?;
        Ok(Self(Known::Keys(Box::new(keys))))
    }

    /// Confirms the twelve words as they came over another channel.
    ///
    /// # Errors
    /// `words` if they are others.
    pub fn confirm(&self, words: &[&str]) -> Result<VerifiedContact> {
        self.0.fingerprint().check(words)?;
        Ok(VerifiedContact(self.0.clone()))
    }

    /// Confirms keys without a card by the same texts once more, as they came over another channel.
    ///
    /// # Errors
    /// `words` if they are others; as [`from_keys`](Self::from_keys).
    pub fn confirm_keys(&self, ssh_line: &str, recipients: &[Recipient]) -> Result<VerifiedContact> {
        let again = Keys::of("", "", ssh_line, recipients)?;
        if again.fingerprint().is(&self.0.fingerprint()) {
            Ok(VerifiedContact(self.0.clone()))
        } else {
            Err(Code::Words.into())
        }
    }

    /// Takes a newer card of the same party; it stays unverified.
    ///
    /// # Errors
    /// `card-order` if it is not the next card of the same party.
    pub fn update(&self, card: Card) -> Result<Self> {
        Ok(Self(self.0.followed_by(card)?))
    }

    /// Allows a share without the words having been compared. The reason is kept beside it.
    ///
    /// # Errors
    /// `contact-unverified` without a reason, `too-large` above 1,024 bytes.
    pub fn overridden(&self, reason: &str) -> Result<Addressee> {
        if reason.trim().is_empty() {
            return Err(Code::ContactUnverified.into());
        }
        if reason.len() > MAX_REASON {
            return Err(Code::TooLarge.into());
        }
        Ok(Addressee { known: self.0.clone(), reason: Some(reason.to_owned()) })
    }

    /// Gives the contact up for good.
    #[must_use]
    pub fn revoke(self) -> RevokedContact {
        RevokedContact { known: self.0, verified: None }
    }
}

impl VerifiedContact {
    /// Takes a newer card of the same party. With the same fingerprint and names the contact stays verified;
    /// with others it is *changed*, whoever signed: a name decides to whom a person sends. Anybody can write a card with keys of their own that
    /// names this party, so take newer cards only from where the party would send them; until the
    /// result is kept, nothing has changed.
    ///
    /// # Errors
    /// `card-order` if it is not the next card of the same party, also for a contact without a card.
    pub fn update(&self, card: Card) -> Result<Contact> {
        let new = self.0.followed_by(card)?;
        let named = (new.name(), new.organisation()) == (self.0.name(), self.0.organisation());
        Ok(if named && new.fingerprint().is(&self.0.fingerprint()) {
            Contact::Verified(Self(new))
        } else {
            Contact::Changed(ChangedContact { verified: self.0.clone(), new })
        })
    }

    /// Gives the contact up for good.
    #[must_use]
    pub fn revoke(self) -> RevokedContact {
        RevokedContact { known: self.0, verified: None }
    }
}

impl ChangedContact {
    /// Confirms the words of the new card as they came over another channel.
    ///
    /// # Errors
    /// `words` if they are others.
    pub fn confirm(&self, words: &[&str]) -> Result<VerifiedContact> {
        self.new.fingerprint().check(words)?;
        Ok(VerifiedContact(self.new.clone()))
    }

    /// Takes a card that follows the new one; it stays changed, also back to the verified keys.
    ///
    /// # Errors
    /// `card-order` if it is not the next card of the same party.
    pub fn update(&self, card: Card) -> Result<Self> {
        Ok(Self { verified: self.verified.clone(), new: self.new.followed_by(card)? })
    }

    /// The anchor of the keys that were verified.
    #[must_use]
    pub fn verified_anchor(&self) -> [u8; 32] {
        self.verified.anchor()
    }

    /// The fingerprint of the keys that were verified.
    #[must_use]
    pub fn verified_fingerprint(&self) -> Fingerprint {
        self.verified.fingerprint()
    }

    /// Gives the contact up for good, with the new keys; the verified ones are not believed either.
    #[must_use]
    pub fn revoke(self) -> RevokedContact {
        RevokedContact { known: self.new, verified: Some(self.verified) }
    }
}

impl Contact {
    /// Takes a newer card of the same party.
    ///
    /// # Errors
    /// `card-order`; `contact-revoked`.
    pub fn update(&self, card: Card) -> Result<Self> {
        match self {
            Self::Unverified(contact) => contact.update(card).map(Self::Unverified),
            Self::Verified(contact) => contact.update(card),
            Self::Changed(contact) => contact.update(card).map(Self::Changed),
            Self::Revoked(_) => Err(Code::ContactRevoked.into()),
        }
    }

    /// The contact, if its words were compared and its keys are still those.
    ///
    /// # Errors
    /// `contact-unverified`, `contact-changed`, `contact-revoked`.
    pub fn verified(&self) -> Result<&VerifiedContact> {
        match self {
            Self::Verified(contact) => Ok(contact),
            Self::Unverified(_) => Err(Code::ContactUnverified.into()),
            Self::Changed(_) => Err(Code::ContactChanged.into()),
            Self::Revoked(_) => Err(Code::ContactRevoked.into()),
        }
    }

    /// Whether a party with this anchor is the contact, as it is or as it was verified.
    #[must_use]
    pub fn has_anchor(&self, anchor: &[u8; 32]) -> bool {
        let before = match self {
            Self::Changed(contact) => Some(contact.verified_anchor()),
            Self::Revoked(contact) => contact.verified.as_ref().map(Known::anchor),
            _ => None,
        };
        self.anchor() == *anchor || before == Some(*anchor)
    }

    fn known(&self) -> &Known {
        match self {
            Self::Unverified(contact) => contact.known(),
            Self::Verified(contact) => contact.known(),
            Self::Changed(contact) => contact.known(),
            Self::Revoked(contact) => contact.known(),
        }
    }
}

impl UnverifiedContact {
    fn known(&self) -> &Known {
        &self.0
    }
}

impl VerifiedContact {
    fn known(&self) -> &Known {
        &self.0
    }
}

impl ChangedContact {
    fn known(&self) -> &Known {
        &self.new
    }
}

impl RevokedContact {
    fn known(&self) -> &Known {
        &self.known
    }
}

impl Addressee {
    /// Why the share goes to a contact whose words were not compared.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn known(&self) -> &Known {
        &self.known
    }
}

/// What there is to know of a contact, in every state the same.
macro_rules! getters {
    ($($type:ident),+) => { $(
        impl $type {
            /// The person's name, as they say.
            #[must_use]
            pub fn name(&self) -> &str {
                self.known().name()
            }

            /// Their organisation, as they say; may be empty.
            #[must_use]
            pub fn organisation(&self) -> &str {
                self.known().organisation()
            }

            /// The party: the same in all its cards, of a firm's the firm. `None` without a card.
            #[must_use]
            pub fn party(&self) -> Option<PrincipalId> {
                self.known().card().map(Card::party)
            }

            /// How the party is known.
            #[must_use]
            pub fn kind(&self) -> PartyKind {
                self.known().card().map_or(PartyKind::Standalone, Card::kind)
            }

            /// The device whose series of cards this is, of a firm's.
            #[must_use]
            pub fn device(&self) -> Option<DeviceId> {
                self.known().card().and_then(Card::standing).map(|standing| standing.row().device)
            }

            /// What trust begins with: the raw ssh key, or the hash of the firm's first record.
            #[must_use]
            pub fn anchor(&self) -> [u8; 32] {
                self.known().anchor()
            }

            /// The key that signs its shares and receipts, as a line of OpenSSH; of a firm, that of the
            /// device whose card it is.
            #[must_use]
            pub fn ssh_key(&self) -> String {
                self.known().ssh_key()
            }

            /// Whom to seal to: hybrid.
            #[must_use]
            pub fn recipient(&self) -> Option<&Recipient> {
                self.known().recipient()
            }

            /// Whom to seal to with tools that know no hybrid recipients.
            #[must_use]
            pub fn classic_recipient(&self) -> Option<&Recipient> {
                self.known().classic_recipient()
            }

            /// What people compare.
            #[must_use]
            pub fn fingerprint(&self) -> Fingerprint {
                self.known().fingerprint()
            }

            /// The card that is held.
            #[must_use]
            pub fn card(&self) -> Option<&Card> {
                self.known().card()
            }

            /// Whether the card is in force at this time; keys without a card always are.
            ///
            /// # Errors
            /// `card-not-yet-valid`, `card-expired`.
            pub fn in_force(&self, at: Timestamp) -> Result<()> {
                self.known().card().map_or(Ok(()), |card| card.in_force(at))
            }
        }
    )+ };
}
getters!(UnverifiedContact, VerifiedContact, ChangedContact, RevokedContact, Contact, Addressee);

impl From<&VerifiedContact> for Addressee {
    fn from(contact: &VerifiedContact) -> Self {
        Self { known: contact.0.clone(), reason: None }
    }
}

impl fmt::Debug for Addressee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let overridden = self.reason.is_some();
        f.debug_struct("Addressee").field("known", &self.known).field("overridden", &overridden).finish()
    }
}

/// The most bytes of the reason of an override.
const MAX_REASON: usize = 1_024;

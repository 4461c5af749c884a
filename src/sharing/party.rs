//! Whoever sends and receives shares.

use std::fmt;

use crate::clock::Timestamp;
use crate::codec::cbor::Writer;
use crate::crypto::sign::SigningKey;
use crate::error::{Code, Result};
use crate::id::{DeviceId, FirmId, Hash, PrincipalId};
use crate::keys::{PartyKeys, Protector};
use crate::sharing::age;
use crate::sharing::card::{Card, Claims};
use crate::sharing::standing::Standing;
use crate::sharing::{Fingerprint, name};
use crate::wire::ssh_key;

/// Somebody with keys of their own, or a device of a firm, which a firm's vault gives
/// ([`Vault::party`](../vault/struct.Vault.html)).
///
/// ```
/// use privity::sharing::{CardDetails, Card, Party};
/// use privity::Timestamp;
///
/// # fn main() -> privity::Result<()> {
/// let counsel = Party::generate()?; // keep it: `protect`
/// let details = CardDetails {
///     name: "A. Counsel",
///     organisation: "",
///     not_before: Timestamp::from_micros(1_790_000_000_000_000).unwrap(),
///     expires: Timestamp::from_micros(1_820_000_000_000_000).unwrap(),
///     with_classic: false,
///     previous: None,
/// };
/// let card: Card = counsel.card(&details)?;
/// let text = card.to_text()?; // privity-card:…, to send; the words go over another channel
/// assert_eq!(Card::from_text(&text)?.fingerprint().words(), counsel.fingerprint().words());
/// # Ok(())
/// # }
/// ```
pub struct Party {
    keys: PartyKeys,
    identities: [age::Identity; 2],
    who: Who,
}

/// How a party is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyKind {
    /// By keys of its own.
    Standalone,
    /// By its firm's ledger: a device of a person of the firm.
    Firm,
}

/// What a party says of itself in a card.
#[derive(Clone, Copy, Debug)]
pub struct CardDetails<'c> {
    /// The person: 1 to 256 bytes on one line.
    pub name: &'c str,
    /// Where they work; may be empty.
    pub organisation: &'c str,
    /// From when on the card is in force.
    pub not_before: Timestamp,
    /// From when on it no longer is.
    pub expires: Timestamp,
    /// Whether correspondents may seal to the classic (X25519) recipient too.
    pub with_classic: bool,
    /// The card before, which this one replaces.
    pub previous: Option<&'c Card>,
}

enum Who {
    Standalone,
    Firm { genesis: Hash, device: DeviceId, standing: Vec<u8> },
}

impl Party {
    /// A party of its own, with new random keys.
    ///
    /// # Errors
    /// `entropy` if the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        Self::standalone(PartyKeys::generate()?)
    }

    /// The same party with new keys. Whoever holds its card sees it *changed* until the new words are
    /// confirmed. Contacts are kept under the keys: recall them with the old party and keep them with
    /// the new one.
    ///
    /// # Errors
    /// `protector-mismatch` for a device of a firm, whose keys the vault replaces; `entropy`.
    pub fn with_new_keys(&self) -> Result<Self> {
        self.own_keys()?;
        Self::standalone(PartyKeys::generate_for(self.keys.id())?)
    }

    /// A device of a firm, shown by its standing.
    pub(crate) fn of_device(genesis: Hash, keys: PartyKeys, standing: Vec<u8>) -> Result<Self> {
        let shown = Standing::verify(&standing, &genesis)?;
        let own = FirmId::from_bytes(*keys.id().as_bytes()) == shown.firm()
            && shown.ssh_key() == keys.ssh().verifying_key();
        if !own {
            return Err(Code::StandingRefused.into());
        }
        let who = Who::Firm { genesis, device: shown.row().device, standing };
        Self::new(keys, who)
    }

    pub(super) fn standalone(keys: PartyKeys) -> Result<Self> {
        Self::new(keys, Who::Standalone)
    }

    fn new(keys: PartyKeys, who: Who) -> Result<Self> {
        let identities = [age::Identity::try_from(keys.hybrid())?, age::Identity::of_x25519(keys.classic())?];
        Ok(Self { keys, identities, who })
    }

    /// Seals the keys under a fresh unlocking secret that `protector` wraps; below 5 KiB. Format:
    /// `docs/format/identity-v1.md`.
    ///
    /// # Errors
    /// `protector-mismatch` for a device of a firm, whose keys the vault keeps; else as
    /// [`PartyKeys::protect`].
    pub fn protect(&self, protector: &dyn Protector) -> Result<Vec<u8>> {
        self.own_keys()?.protect(protector)
    }

    /// Opens what [`protect`](Self::protect) gave.
    ///
    /// # Errors
    /// As [`PartyKeys::unlock`].
    pub fn unlock(protected: &[u8], protector: &dyn Protector) -> Result<Self> {
        Self::standalone(PartyKeys::unlock(protected, protector)?)
    }

    /// A card of this party, signed. It names what the details say, the keys, and the card before.
    ///
    /// # Errors
    /// `party` for a name or an organisation that is too long or misleads, `terms` if it would expire
    /// before it is in force, `card-order` if the card before is another's.
    pub fn card(&self, details: &CardDetails<'_>) -> Result<Card> {
        name::check(details.name)?;
        name::check_organisation(details.organisation)?;
        if details.not_before >= details.expires {
            return Err(Code::Terms.into());
        }
        let (sequence, previous) = match details.previous {
            None => (0, None),
            Some(card) if card.is_of(self) => {
                (card.sequence().checked_add(1).ok_or(Code::CardOrder)?, Some(card.hash()))
            }
            Some(_) => return Err(Code::CardOrder.into()),
        };
        let claims = Claims {
            kind: self.kind(),
            party: self.id(),
            name: details.name.to_owned(),
            organisation: details.organisation.to_owned(),
            anchor: self.anchor(),
            recipient: self.recipient().clone(),
            classic: details.with_classic.then(|| self.classic_recipient().clone()),
            sequence,
            previous,
            not_before: details.not_before,
            expires: details.expires,
        };
        Card::sign(self.ssh(), &claims, self.standing())
    }

    /// The party's id: its own choice, the same in all its cards; for a firm's device the firm's id.
    #[must_use]
    pub fn id(&self) -> PrincipalId {
        self.keys.id()
    }

    /// How it is known.
    #[must_use]
    pub fn kind(&self) -> PartyKind {
        match self.who {
            Who::Standalone => PartyKind::Standalone,
            Who::Firm { .. } => PartyKind::Firm,
        }
    }

    /// What trust in it begins with: the ssh key, or the hash of the firm's first record.
    #[must_use]
    pub fn anchor(&self) -> [u8; 32] {
        match &self.who {
            Who::Standalone => self.keys.ssh().verifying_key().to_bytes(),
            Who::Firm { genesis, .. } => genesis.0,
        }
    }

    /// The device, of a firm's.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        match &self.who {
            Who::Standalone => None,
            Who::Firm { device, .. } => Some(*device),
        }
    }

    /// The key that signs, as a line of OpenSSH.
    #[must_use]
    pub fn ssh_key(&self) -> String {
        ssh_key::to_line(&self.keys.ssh().verifying_key(), "")
    }

    /// Whom to seal to: hybrid.
    #[must_use]
    pub fn recipient(&self) -> &age::Recipient {
        let [hybrid, _] = &self.identities;
        hybrid.recipient()
    }

    /// Whom to seal to with tools that know no hybrid recipients.
    #[must_use]
    pub fn classic_recipient(&self) -> &age::Recipient {
        let [_, classic] = &self.identities;
        classic.recipient()
    }

    /// What opens files for this party: hybrid, classic.
    #[must_use]
    pub fn identities(&self) -> [&age::Identity; 2] {
        self.identities.each_ref()
    }

    /// The fingerprint of a card without the classic recipient; of a firm, of every card.
    /// [`Card::fingerprint`] is that of the card itself.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        match &self.who {
            Who::Standalone => Fingerprint::of_keys(&self.anchor(), Some(self.recipient().as_bytes()), None),
            Who::Firm { genesis, .. } => Fingerprint::of_firm(genesis),
        }
    }

    /// What shows an outsider that the device was active; of a firm's.
    #[must_use]
    pub fn standing(&self) -> Option<&[u8]> {
        match &self.who {
            Who::Standalone => None,
            Who::Firm { standing, .. } => Some(standing),
        }
    }

    /// Signs cards, shares and receipts.
    pub(crate) fn ssh(&self) -> &SigningKey {
        self.keys.ssh()
    }

    /// Seals what the party keeps of a contact.
    pub(super) fn seal_contact(&self, contact: &[u8]) -> Result<Vec<u8>> {
        self.keys.seal_contact(contact, &self.place())
    }

    /// Opens it.
    pub(super) fn open_contact(&self, sealed: &[u8]) -> Result<Vec<u8>> {
        self.keys.open_contact(sealed, &self.place())
    }

    /// What a kept contact is bound to.
    fn place(&self) -> Vec<u8> {
        let device = self.device();
        let mut writer = Writer::new();
        writer.map(2 + usize::from(device.is_some()));
        writer.unsigned(1).unsigned(self.kind().number()).unsigned(2).bytes(self.id().as_bytes());
        if let Some(device) = device {
            writer.unsigned(3).bytes(device.as_bytes());
        }
        writer.finish()
    }

    fn own_keys(&self) -> Result<&PartyKeys> {
        match self.who {
            Who::Standalone => Ok(&self.keys),
            Who::Firm { .. } => Err(Code::ProtectorMismatch.into()),
        }
    }
}

impl PartyKind {
    /// Its number in cards and fingerprints.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Standalone => 0,
            Self::Firm => 1,
        }
    }

    pub(super) fn from_number(number: u64) -> Result<Self> {
        match number {
            0 => Ok(Self::Standalone),
            1 => Ok(Self::Firm),
            _ => Err(Code::Field.into()),
        }
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party")
            .field("id", &self.id())
            .field("kind", &self.kind())
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}

//! Contact cards, and what shows that a device of a firm was active.

use std::sync::Arc;

use privity::{DeviceId, FirmId, Hash, PrincipalId, UserId, sharing};

use crate::blob::Blob;
use crate::error::Result;
use crate::sharing::{PartyKind, now_or};

/// A card whose signature is right, under the key it names. Who that key belongs to, nobody knows until
/// its words were compared: see `Contact`.
#[derive(uniffi::Object)]
pub struct Card(sharing::Card);

/// What a card says.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct CardFields {
    /// How the party is known.
    pub kind: PartyKind,
    /// The party: the same in all its cards; of a firm's the firm.
    pub party: PrincipalId,
    /// The person's name, as they say.
    pub name: String,
    /// Their organisation, as they say; may be empty.
    pub organisation: String,
    /// What trust in the party begins with: the raw ssh key, or the hash of the firm's first record.
    pub anchor: Hash,
    /// The key that signed it, as a line of OpenSSH.
    pub ssh_key: String,
    /// Whom to seal to: `age1pq1…`.
    pub recipient: String,
    /// Whom to seal to with tools that know no hybrid recipients: `age1…`.
    pub classic_recipient: Option<String>,
    /// 0 in the party's first card, then ascending.
    pub sequence: u64,
    /// The hash of the card before.
    pub previous: Option<Hash>,
    /// From when on it is in force: microseconds since 1970 UTC.
    pub not_before: u64,
    /// From when on it no longer is.
    pub expires: u64,
    /// SHA-256 of the signed card, without the standing.
    pub hash: Hash,
    /// What people compare, as hexadecimal; `words` has the words.
    pub fingerprint: Hash,
    /// What the standing shows; of a firm's.
    pub standing: Option<Standing>,
}

/// A device that administrators of a firm certified and that was active at a checkpoint of the firm's
/// ledger, as the device that committed had it. It does not show that the checkpoint is the newest:
/// compare its size with the greatest that was seen of this firm.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Standing {
    /// The firm.
    pub firm: FirmId,
    /// The hash of the firm's first record, from which it was verified.
    pub genesis: Hash,
    /// The origin of the firm's ledger.
    pub origin: String,
    /// The ledger's size at the checkpoint.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// When the checkpoint's anchor was signed, by the clock of who committed: microseconds since 1970 UTC.
    pub at: u64,
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// How many users of the firm, beside the device's own and the committer's, cosigned the checkpoint.
    pub others: u64,
}

#[uniffi::export]
impl Card {
    /// Reads a card and verifies its signature, of a firm's also its standing.
    ///
    /// Fails with `card` if the bytes are none, `too-large`; `party` for a name that misleads,
    /// `public-key` for a key that may not be used; `card-key` if another key signed than the one the
    /// card or the standing names, `signature-refused`; `standing`, `standing-refused`,
    /// `device-not-active`.
    #[uniffi::constructor]
    pub fn parse(bytes: Blob) -> Result<Arc<Self>> {
        Ok(Self::of(sharing::Card::parse(bytes.as_slice())?))
    }

    /// Reads a card out of its text; white space around it does not count.
    ///
    /// Fails as `parse`.
    #[uniffi::constructor]
    pub fn from_text(text: String) -> Result<Arc<Self>> {
        Ok(Self::of(sharing::Card::from_text(&text)?))
    }

    /// Its file.
    pub fn to_bytes(&self) -> Result<Blob> {
        Blob::new(&self.0.to_bytes())
    }

    /// Its text, for a message or a QR code: `privity-card:…`.
    ///
    /// Fails with `too-large` above 40,000 characters: send the file.
    pub fn to_text(&self) -> Result<String> {
        Ok(self.0.to_text()?)
    }

    /// What it says.
    pub fn fields(&self) -> Result<CardFields> {
        let card = &self.0;
        Ok(CardFields {
            kind: card.kind().try_into()?,
            party: card.party(),
            name: card.name().to_owned(),
            organisation: card.organisation().to_owned(),
            anchor: Hash(card.anchor()),
            ssh_key: card.ssh_key(),
            recipient: card.recipient().to_string(),
            classic_recipient: card.classic_recipient().map(ToString::to_string),
            sequence: card.sequence(),
            previous: card.previous(),
            not_before: card.not_before().micros(),
            expires: card.expires().micros(),
            hash: card.hash(),
            fingerprint: Hash(*card.fingerprint().as_bytes()),
            standing: card.standing().map(Into::into),
        })
    }

    /// The twelve words that people compare.
    pub fn words(&self) -> Result<Vec<String>> {
        Ok(self.0.fingerprint().words().map(str::to_owned).to_vec())
    }

    /// Whether it is in force at this time, or else now.
    ///
    /// Fails with `card-not-yet-valid`, `card-expired`; `field` for a time that is none.
    #[uniffi::method(default(at = None))]
    pub fn in_force(&self, at: Option<u64>) -> Result<()> {
        Ok(self.0.in_force(now_or(at)?)?)
    }
}

impl Card {
    pub(crate) fn of(card: sharing::Card) -> Arc<Self> {
        Arc::new(Self(card))
    }

    pub(crate) fn inner(&self) -> &sharing::Card {
        &self.0
    }
}

/// Verifies the bytes of a standing from the hash of the firm's first record, which the caller knows
/// from elsewhere.
///
/// Fails with `standing` if the bytes are none, `too-large`; `device-not-active`; `standing-refused`
/// for everything else.
#[uniffi::export]
pub fn verify_standing(bytes: Blob, genesis: Hash) -> Result<Standing> {
    Ok((&sharing::Standing::verify(bytes.as_slice(), &genesis)?).into())
}

impl From<&sharing::Standing> for Standing {
    fn from(shown: &sharing::Standing) -> Self {
        let (head, row) = (shown.head(), shown.row());
        Self {
            firm: shown.firm(),
            genesis: shown.genesis(),
            origin: shown.origin(),
            size: head.size,
            root: head.root,
            at: shown.at().micros(),
            device: row.device,
            user: row.user,
            others: shown.others() as u64,
        }
    }
}

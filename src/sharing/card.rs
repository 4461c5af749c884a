//! Contact cards: which keys a party says it has. Format: `docs/format/card-v1.md`.

use std::fmt;

use crate::clock::Timestamp;
use crate::codec::base64;
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::hash::sha256;
use crate::crypto::hpke::PublicKey;
use crate::crypto::label::ObjectClass;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::error::{Code, Error, Result};
use crate::id::{FirmId, Hash, PrincipalId};
use crate::sharing::age::Recipient;
use crate::sharing::standing::{MAX_STANDING, Standing};
use crate::sharing::{Fingerprint, Party, PartyKind, name};
use crate::wire::cose::{self, Kid, Sign1};
use crate::wire::ssh_key;

/// A card whose signature is right, under the key it names. Who that key belongs to, nobody knows
/// until its words were compared: see [`Contact`](crate::sharing::Contact).
#[derive(Clone)]
pub struct Card {
    object: Vec<u8>,
    claims: Claims,
    // Of a firm: its bytes, and what they show.
    standing: Option<(Vec<u8>, Box<Standing>)>,
}

/// What a card says.
#[derive(Clone)]
pub(crate) struct Claims {
    pub(crate) kind: PartyKind,
    pub(crate) party: PrincipalId,
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) anchor: [u8; 32],
    pub(crate) recipient: Recipient,
    pub(crate) classic: Option<Recipient>,
    pub(crate) sequence: u64,
    pub(crate) previous: Option<Hash>,
    pub(crate) not_before: Timestamp,
    pub(crate) expires: Timestamp,
}

impl Card {
    /// Reads a card and verifies its signature; of a firm's also its standing, from the firm's first
    /// record that the card itself names.
    ///
    /// # Errors
    /// `too-large`; `card` if the bytes are none; `party` for a name that misleads, `public-key` for
    /// a key that may not be used; `card-key` if another key signed than the one the card or the
    /// standing names, `signature-refused`; those of [`Standing::verify`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let body = bytes.strip_prefix(MAGIC.as_slice()).ok_or(Code::Card)?;
        let mut reader = Reader::new(body, MAX_FILE).map_err(as_card)?;
        let count = reader.array().map_err(as_card)?;
        let object = reader.bytes().map_err(as_card)?;
        let standing = match count {
            1 => None,
            2 => Some(reader.bytes().map_err(as_card)?),
            _ => return Err(Code::Card.into()),
        };
        Self::of(object, standing)
    }

    /// Its file: a magic, the signed card, and of a firm's the standing.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(1 + usize::from(self.standing.is_some())).bytes(&self.object);
        if let Some((standing, _)) = &self.standing {
            writer.bytes(standing);
        }
        [MAGIC.as_slice(), &writer.finish()].concat()
    }

    /// Reads a card out of its text; white space around it does not count.
    ///
    /// # Errors
    /// `card` if the text is none; those of [`Card::parse`].
    pub fn from_text(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.len() > MAX_TEXT {
            return Err(Code::TooLarge.into());
        }
        let bytes = text.strip_prefix(TEXT_PREFIX).and_then(base64::decode_url);
        Self::parse(&bytes.ok_or(Code::Card)?)
    }

    /// Its text, for a message or a QR code: `privity-card:…`.
    ///
    /// # Errors
    /// `too-large` above 40,000 characters: send the file.
    pub fn to_text(&self) -> Result<String> {
        let text = format!("{TEXT_PREFIX}{}", base64::encode_url(&self.to_bytes()));
        if text.len() > MAX_TEXT { Err(Code::TooLarge.into()) } else { Ok(text) }
    }

    /// Signs a card. Nothing that [`parse`](Self::parse) would refuse is given out.
    pub(crate) fn sign(key: &SigningKey, claims: &Claims, standing: Option<&[u8]>) -> Result<Self> {
        let object = cose::sign(key, ObjectClass::Card, &claims.to_cbor())?;
        Self::of(&object, standing)
    }

    fn of(object: &[u8], standing: Option<&[u8]>) -> Result<Self> {
        let (signed, claims) = read(object)?;
        let standing = match (claims.kind, standing) {
            (PartyKind::Standalone, None) => {
                verify(&signed, &VerifyingKey::enrol(&claims.anchor)?)?;
                None
            }
            (PartyKind::Firm, Some(bytes)) => {
                let shown = Standing::verify(bytes, &Hash(claims.anchor))?;
                verify(&signed, &shown.ssh_key())?;
                if FirmId::from_bytes(*claims.party.as_bytes()) != shown.firm() {
                    return Err(Code::CardKey.into());
                }
                Some((bytes.to_vec(), Box::new(shown)))
            }
            _ => return Err(Code::Card.into()),
        };
        Ok(Self { object: object.to_vec(), claims, standing })
    }

    /// Whether it is in force at this time.
    ///
    /// # Errors
    /// `card-not-yet-valid`, `card-expired`.
    pub fn in_force(&self, at: Timestamp) -> Result<()> {
        if at < self.claims.not_before {
            return Err(Code::CardNotYetValid.into());
        }
        if at >= self.claims.expires { Err(Code::CardExpired.into()) } else { Ok(()) }
    }

    /// How the party is known.
    #[must_use]
    pub fn kind(&self) -> PartyKind {
        self.claims.kind
    }

    /// The party: the same in all its cards; of a firm's the firm.
    #[must_use]
    pub fn party(&self) -> PrincipalId {
        self.claims.party
    }

    /// The person's name, as they say.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.claims.name
    }

    /// Their organisation, as they say; may be empty.
    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.claims.organisation
    }

    /// What trust in the party begins with: the raw ssh key, or the hash of the firm's first record.
    #[must_use]
    pub fn anchor(&self) -> [u8; 32] {
        self.claims.anchor
    }

    /// The key that signed it, as a line of OpenSSH.
    #[must_use]
    pub fn ssh_key(&self) -> String {
        // Of a standalone party the anchor was enrolled when the card was verified.
        let key = match &self.standing {
            Some((_, standing)) => Ok(standing.ssh_key()),
            None => VerifyingKey::enrol(&self.claims.anchor),
        };
        key.map(|key| ssh_key::to_line(&key, "")).unwrap_or_default()
    }

    /// Whom to seal to: hybrid.
    #[must_use]
    pub fn recipient(&self) -> &Recipient {
        &self.claims.recipient
    }

    /// Whom to seal to with tools that know no hybrid recipients.
    #[must_use]
    pub fn classic_recipient(&self) -> Option<&Recipient> {
        self.claims.classic.as_ref()
    }

    /// 0 in the party's first card, then ascending.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.claims.sequence
    }

    /// The [hash](Self::hash) of the card before.
    #[must_use]
    pub fn previous(&self) -> Option<Hash> {
        self.claims.previous
    }

    /// From when on it is in force.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.claims.not_before
    }

    /// From when on it no longer is.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.claims.expires
    }

    /// What the standing shows; of a firm's.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref().map(|(_, standing)| &**standing)
    }

    /// SHA-256 of the signed card, without the standing.
    #[must_use]
    pub fn hash(&self) -> Hash {
        sha256(&self.object)
    }

    /// What people compare.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let Claims { anchor, recipient, classic, .. } = &self.claims;
        match self.claims.kind {
            PartyKind::Standalone => {
                let classic = classic.as_ref().map(Recipient::as_bytes);
                Fingerprint::of_keys(anchor, Some(recipient.as_bytes()), classic)
            }
            PartyKind::Firm => Fingerprint::of_firm(&Hash(*anchor)),
        }
    }

    /// Whether it is one of this party's own cards: what its next one may follow.
    pub(super) fn is_of(&self, party: &Party) -> bool {
        let device = self.standing().map(|standing| standing.row().device);
        (self.party(), self.kind(), device) == (party.id(), party.kind(), party.device())
    }

    /// Whether it directly follows a card of the same series: of one party, or of one device of a firm.
    pub(super) fn follows(&self, held: &Self) -> bool {
        let device = |card: &Self| card.standing().map(|standing| standing.row().device);
        (self.party(), self.kind(), device(self)) == (held.party(), held.kind(), device(held))
            && held.sequence().checked_add(1) == Some(self.sequence())
            && self.previous() == Some(held.hash())
    }
}

impl Claims {
    pub(crate) fn to_cbor(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(9 + usize::from(self.classic.is_some()) + usize::from(self.previous.is_some()));
        writer.unsigned(1).unsigned(self.kind.number()).unsigned(2).bytes(self.party.as_bytes());
        writer.unsigned(3).text(&self.name).unsigned(4).text(&self.organisation);
        writer.unsigned(5).bytes(&self.anchor).unsigned(6).bytes(self.recipient.as_bytes());
        if let Some(classic) = &self.classic {
            writer.unsigned(7).bytes(classic.as_bytes());
        }
        writer.unsigned(8).unsigned(self.sequence);
        if let Some(previous) = &self.previous {
            writer.unsigned(9).bytes(&previous.0);
        }
        writer.unsigned(10).unsigned(self.not_before.micros()).unsigned(11).unsigned(self.expires.micros());
        writer.finish()
    }

    pub(super) fn parse(payload: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(payload, MAX_CARD)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let kind = PartyKind::from_number(reader.unsigned()?)?;
        reader.field(&mut fields, 2)?;
        let party = PrincipalId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 3)?;
        let person = reader.text()?.to_owned();
        reader.field(&mut fields, 4)?;
        let organisation = reader.text()?.to_owned();
        reader.field(&mut fields, 5)?;
        let anchor = reader.fixed()?;
        reader.field(&mut fields, 6)?;
        let recipient = Recipient::hybrid(PublicKey::from_bytes(reader.bytes()?)?);
        let classic = match reader.optional(&mut fields, 7)? {
            true => Some(Recipient::x25519(&reader.fixed()?)?),
            false => None,
        };
        reader.field(&mut fields, 8)?;
        let sequence = reader.unsigned()?;
        let previous = match reader.optional(&mut fields, 9)? {
            true => Some(Hash(reader.fixed()?)),
            false => None,
        };
        reader.field(&mut fields, 10)?;
        let not_before = time(&mut reader)?;
        reader.field(&mut fields, 11)?;
        let expires = time(&mut reader)?;
        reader.end(fields)?;
        name::check(&person)?;
        name::check_organisation(&organisation)?;
        if previous.is_some() != (sequence > 0) || not_before >= expires {
            return Err(Code::Field.into());
        }
        let name = person;
        Ok(Self {
            kind,
            party,
            name,
            organisation,
            anchor,
            recipient,
            classic,
            sequence,
            previous,
            not_before,
            expires,
        })
    }
}

/// The form of a signed card; nobody's signature was looked at.
fn read(object: &[u8]) -> Result<(Sign1<'_>, Claims)> {
    if object.len() > MAX_CARD {
        return Err(Code::TooLarge.into());
    }
    let signed = Sign1::parse(object).map_err(as_card)?;
    let claims = Claims::parse(signed.payload()).map_err(as_card)?;
    Ok((signed, claims))
}

fn verify(signed: &Sign1<'_>, key: &VerifyingKey) -> Result<()> {
    if signed.kid() != Kid::of(key) {
        return Err(Code::CardKey.into());
    }
    signed.verify(key, ObjectClass::Card)
}

/// A signed card by itself, under the ssh key of a firm's device where it is a firm's: what the
/// vectors ask.
#[cfg(feature = "testing")]
pub(crate) fn verify_signed(object: &[u8], device: Option<&VerifyingKey>) -> Result<Claims> {
    let (signed, claims) = read(object)?;
    match claims.kind {
        PartyKind::Standalone => verify(&signed, &VerifyingKey::enrol(&claims.anchor)?)?,
        PartyKind::Firm => verify(&signed, device.ok_or(Code::CardKey)?)?,
    }
    Ok(claims)
}

fn time(reader: &mut Reader<'_>) -> Result<Timestamp> {
    Ok(Timestamp::from_micros(reader.unsigned()?).ok_or(Code::Field)?)
}

/// What is wrong with the form of a card is one code.
fn as_card(error: Error) -> Error {
    match error.code_value() {
        Code::Cbor | Code::Field => Code::Card.into(),
        _ => error,
    }
}

/// Without names.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card")
            .field("party", &self.party())
            .field("kind", &self.kind())
            .field("sequence", &self.sequence())
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}

const MAGIC: &[u8; 8] = b"PRVYCRD1";
const TEXT_PREFIX: &str = "privity-card:";
/// The most bytes of a signed card.
const MAX_CARD: usize = 16_384;
/// The most characters of its text.
const MAX_TEXT: usize = 40_000;
/// A card, a standing and their framing.
pub(super) const MAX_FILE: usize = MAX_CARD + MAX_STANDING + 32;

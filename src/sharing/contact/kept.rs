//! Contacts at rest: sealed under the party's own secret, so that whoever writes to the disk cannot
//! make one verified. Form: `docs/format/card-v1.md`, "Kept contacts".

use super::known::{Keys, Known};
use super::{ChangedContact, Contact, RevokedContact, UnverifiedContact, VerifiedContact};
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::hpke::PublicKey;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::sharing::age::Recipient;
use crate::sharing::card::MAX_FILE;
use crate::sharing::{Card, Party, name};

impl Party {
    /// Seals a contact for this party alone. Name and state are in it; keep the bytes anywhere. Which
    /// of several kept versions is the newest, the seal does not say: who puts an older one back
    /// undoes a revocation.
    ///
    /// # Errors
    /// `entropy`.
    pub fn keep(&self, contact: &Contact) -> Result<Vec<u8>> {
        let mut writer = Writer::new();
        let (state, verified) = match contact {
            Contact::Unverified(_) => (UNVERIFIED, None),
            Contact::Verified(_) => (VERIFIED, None),
            Contact::Changed(changed) => (CHANGED, Some(&changed.verified)),
            Contact::Revoked(revoked) => (REVOKED, revoked.verified.as_ref()),
        };
        writer.map(2 + usize::from(verified.is_some())).unsigned(1).unsigned(state).unsigned(2);
        contact.known().write(&mut writer);
        if let Some(verified) = verified {
            writer.unsigned(3);
            verified.write(&mut writer);
        }
        Ok([MAGIC.as_slice(), &self.seal_contact(&writer.finish())?].concat())
    }

    /// Opens what [`keep`](Self::keep) gave.
    ///
    /// # Errors
    /// `device-state-damaged` if it was altered, or kept by another party or device.
    pub fn recall(&self, kept: &[u8]) -> Result<Contact> {
        let sealed = kept.strip_prefix(MAGIC.as_slice()).filter(|sealed| sealed.len() <= MAX_KEPT);
        let contact = self.open_contact(sealed.ok_or(Code::DeviceStateDamaged)?)?;
        // It was sealed by this party: what does not parse is of another version or a fault.
        read(&contact).map_err(|_| Code::DeviceStateDamaged.into())
    }
}

fn read(contact: &[u8]) -> Result<Contact> {
    let mut reader = Reader::new(contact, MAX_KEPT)?;
    let mut fields = reader.map()?;
    reader.field(&mut fields, 1)?;
    let state = reader.unsigned()?;
    reader.field(&mut fields, 2)?;
    let known = Known::read(&mut reader)?;
    let verified = match reader.optional(&mut fields, 3)? {
        true => Some(Known::read(&mut reader)?),
        false => None,
    };
    reader.end(fields)?;
    Ok(match (state, verified) {
        (UNVERIFIED, None) => Contact::Unverified(UnverifiedContact(known)),
        (VERIFIED, None) => Contact::Verified(VerifiedContact(known)),
        (CHANGED, Some(verified)) => Contact::Changed(ChangedContact { verified, new: known }),
        (REVOKED, verified) => Contact::Revoked(RevokedContact { known, verified }),
        _ => return Err(Code::Field.into()),
    })
}

impl Known {
    /// A card as its file, or a map of keys.
    fn write(&self, writer: &mut Writer) {
        let keys = match self {
            Self::Card(card) => {
                writer.bytes(&card.to_bytes());
                return;
            }
            Self::Keys(keys) => keys,
        };
        writer.map(3 + usize::from(keys.hybrid.is_some()) + usize::from(keys.classic.is_some()));
        writer.unsigned(1).text(&keys.name).unsigned(2).text(&keys.organisation);
        writer.unsigned(3).bytes(&keys.ssh.to_bytes());
        for (field, key) in [(4, &keys.hybrid), (5, &keys.classic)] {
            if let Some(key) = key {
                writer.unsigned(field).bytes(key.as_bytes());
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let item = reader.item()?;
        if let Ok(file) = Reader::of_checked(item).bytes() {
            return Ok(Self::Card(Box::new(Card::parse(file)?)));
        }
        let mut reader = Reader::of_checked(item);
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let person = reader.text()?.to_owned();
        reader.field(&mut fields, 2)?;
        let organisation = reader.text()?.to_owned();
        reader.field(&mut fields, 3)?;
        let ssh = VerifyingKey::enrol(&reader.fixed()?)?;
        let hybrid = match reader.optional(&mut fields, 4)? {
            true => Some(Recipient::hybrid(PublicKey::from_bytes(reader.bytes()?)?)),
            false => None,
        };
        let classic = match reader.optional(&mut fields, 5)? {
            true => Some(Recipient::x25519(&reader.fixed()?)?),
            false => None,
        };
        reader.end(fields)?;
        name::check(&person)?;
        name::check_organisation(&organisation)?;
        if hybrid.is_none() && classic.is_none() {
            return Err(Code::Field.into());
        }
        Ok(Self::Keys(Box::new(Keys { name: person, organisation, ssh, hybrid, classic })))
    }
}

const MAGIC: &[u8; 8] = b"PRVYCON1";
const UNVERIFIED: u64 = 0;
const VERIFIED: u64 = 1;
const CHANGED: u64 = 2;
const REVOKED: u64 = 3;
/// Two cards with their standings, and the seal.
const MAX_KEPT: usize = 2 * MAX_FILE + 4_096;

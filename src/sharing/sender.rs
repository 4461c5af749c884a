//! Whether the key that signed a share is that of a contact whom the receiver verified.

use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::Hash;
use crate::sharing::accept::Request;
use crate::sharing::manifest::{Ledger, Manifest};
use crate::sharing::{Contact, PartyKind, Standing, VerifiedContact};
use crate::wire::ssh_key;

/// Judges the sender: the contact, and for a firm what its standing shows.
pub fn judge(
    manifest: &Manifest,
    key: &VerifyingKey,
    chain: Option<&[u8]>,
    request: &Request<'_>,
) -> Result<(VerifiedContact, Option<Standing>)> {
    let sender = &manifest.sender;
    if ssh_key::parse_line(&sender.key).ok().as_ref() != Some(key) {
        return Err(Code::SenderKey.into());
    }
    if sender.kind == PartyKind::Standalone && key.to_bytes() != sender.anchor {
        return Err(Code::SenderKey.into());
    }
    let verified = contact_of(manifest, key, request.contacts).ok_or(Code::SenderUnknown)?.verified()?;
    verified.in_force(request.now)?;
    // What a host keeps by the party's id is that of the contact, where it has one.
    if verified.party().is_some_and(|party| party != sender.party) {
        return Err(Code::SenderKey.into());
    }
    match (sender.kind, chain) {
        (PartyKind::Standalone, None) => Ok((verified.clone(), None)),
        (PartyKind::Standalone, Some(_)) => Err(Code::SenderKey.into()),
        (PartyKind::Firm, None) => Err(Code::Standing.into()),
        (PartyKind::Firm, Some(chain)) => {
            let shown = Standing::verify(chain, &Hash(sender.anchor))?;
            let named = sender.device == Some(shown.row().device)
                && shown.firm().as_bytes() == sender.party.as_bytes()
                && shown.ssh_key() == *key
                && manifest.ledger.as_ref() == Some(&Ledger::of(&shown));
            if !named {
                return Err(Code::SenderKey.into());
            }
            given_up(&shown, request.contacts)?;
            Ok((verified.clone(), Some(shown)))
        }
    }
}

/// Whoever was given up at a firm is so on every device of theirs, whichever colleague is verified.
fn given_up(shown: &Standing, contacts: &[Contact]) -> Result<()> {
    for contact in contacts.iter().filter(|contact| contact.has_anchor(&shown.genesis().0)) {
        let of_card = contact.card().and_then(|card| card.standing());
        if of_card.is_some_and(|card| card.row().user == shown.row().user)
            && matches!(contact, Contact::Revoked(_) | Contact::Changed(_))
        {
            contact.verified()?;
        }
    }
    Ok(())
}

/// The contact whose key it is; for a firm, where no contact has the very key, whoever is known of it: it was verified
/// as a whole.
fn contact_of<'c>(manifest: &Manifest, key: &VerifyingKey, contacts: &'c [Contact]) -> Option<&'c Contact> {
    let sender = &manifest.sender;
    let of_party = |contact: &&Contact| contact.kind() == sender.kind && contact.has_anchor(&sender.anchor);
    let line = ssh_key::to_line(key, "");
    // Who is revoked or changed is so under every key they had.
    let worst = |contacts: &mut dyn Iterator<Item = &'c Contact>| {
        contacts.max_by_key(|contact| match contact {
            Contact::Verified(_) => 1,
            Contact::Unverified(_) => 0,
            Contact::Changed(_) => 2,
            Contact::Revoked(_) => 3,
        })
    };
    let mut with_key = contacts.iter().filter(of_party).filter(|contact| match sender.kind {
        PartyKind::Standalone => contact.has_anchor(&key.to_bytes()),
        PartyKind::Firm => contact.ssh_key() == line,
    });
    if let Some(contact) = worst(&mut with_key) {
        return Some(contact);
    }
    match sender.kind {
        PartyKind::Standalone => None,
        PartyKind::Firm => {
            let mut known = contacts.iter().filter(of_party);
            known
                .find(|contact| matches!(contact, Contact::Verified(_)))
                .or_else(|| worst(&mut contacts.iter().filter(of_party)))
        }
    }
}

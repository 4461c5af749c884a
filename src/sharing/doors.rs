//! Doors for tests and fuzz targets: parties of known keys, single cards, fingerprints of keys.

use crate::crypto::label::ObjectClass;
use crate::crypto::sign::VerifyingKey;
use crate::error::Result;
use crate::keys::{PartyKeys, SigningKey};
use crate::secret::Secret;
use crate::sharing::card::{Claims, verify_signed};
use crate::sharing::{Fingerprint, Party};
use crate::wire::cose;

/// A party of its own from its id, the seeds of its ssh and X-Wing key, its X25519 scalar and the
/// secret of its contacts.
///
/// # Errors
/// None in practice.
pub fn party(seeds: [u8; 144]) -> Result<Party> {
    Party::standalone(PartyKeys::from_seeds(Secret::copy_of(&seeds))?)
}

/// Reads the payload of a card and signs what was read.
///
/// # Errors
/// `cbor`, `field`, `party`, `public-key`.
pub fn sign_card(key: &SigningKey, payload: &[u8]) -> Result<Vec<u8>> {
    cose::sign(key, ObjectClass::Card, &Claims::parse(payload)?.to_cbor())
}

/// A signed card by itself, under the ssh key of a firm's device where it is a firm's.
///
/// # Errors
/// As [`Card::parse`](crate::sharing::Card::parse).
pub fn verify_card(object: &[u8], device: Option<&[u8; 32]>) -> Result<()> {
    verify_signed(object, device.map(VerifyingKey::enrol).transpose()?.as_ref()).map(drop)
}

/// The fingerprint of a standalone party's keys.
#[must_use]
pub fn fingerprint(ssh: &[u8; 32], hybrid: Option<&[u8]>, classic: Option<&[u8]>) -> Fingerprint {
    Fingerprint::of_keys(ssh, hybrid, classic)
}

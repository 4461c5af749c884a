//! The keys of parties.

use std::collections::BTreeSet;

use privity::keys::{Protector, ProtectorId};
use privity::sharing::age::{self, Opens, Recipients};
use privity::sharing::{Party, PartyKind};
use privity::{Result, SecretBytes};

use super::{card, party, refused};

/// A protector of the host's own: quick, for tests that are not about passphrases.
struct Pad(u8);

impl Protector for Pad {
    fn id(&self) -> ProtectorId {
        ProtectorId::new("com.example.test").unwrap()
    }

    fn wrap(&self, secret: SecretBytes, _context: Vec<u8>) -> Result<Vec<u8>> {
        Ok(secret.expose_secret().iter().map(|byte| byte ^ self.0).collect())
    }

    fn unwrap(&self, wrapped: Vec<u8>, _context: Vec<u8>) -> Result<SecretBytes> {
        Ok(SecretBytes::new(wrapped.iter().map(|byte| byte ^ self.0).collect()))
    }
}

#[test]
fn a_party_is_the_same_after_its_file_was_opened_and_its_file_is_no_other_kind() {
    let party = Party::generate().unwrap();
    let file = party.protect(&Pad(7)).unwrap();
    assert!(file.starts_with(b"PRVYPTY1") && file.len() < 5 * 1_024);
    let again = Party::unlock(&file, &Pad(7)).unwrap();
    assert_eq!(
        (party.id(), party.anchor(), party.kind()),
        (again.id(), again.anchor(), PartyKind::Standalone)
    );
    assert_eq!(party.recipient(), again.recipient());
    assert_eq!(party.classic_recipient(), again.classic_recipient());
    assert_eq!((party.device(), party.standing()), (None, None));
    let kept = party.keep(&crate::contacts::verified(&super::party(1))).unwrap();
    assert!(again.recall(&kept).is_ok());

    refused(Party::unlock(&file, &Pad(8)), "unlock-refused");
    let mut other = file.clone();
    other[..8].copy_from_slice(b"PRVYDEV1");
    refused(Party::unlock(&other, &Pad(7)), "protected-identity");
    refused(privity::keys::DeviceKeys::unlock(&file, &Pad(7)), "protected-identity");
    let mut other = file;
    *other.last_mut().unwrap() ^= 1;
    refused(Party::unlock(&other, &Pad(7)), "unlock-refused");
}

#[test]
fn the_party_opens_what_is_sealed_to_either_of_its_recipients() {
    let (party, other) = (party(1), party(2));
    for to in [party.recipient(), party.classic_recipient()] {
        let file = age::seal(&Recipients::new(std::slice::from_ref(to)).unwrap(), b"Exhibit 7").unwrap();
        let [hybrid, classic] = party.identities();
        let keys: [&dyn Opens; 2] = [hybrid, classic];
        assert_eq!(age::open(&keys, &file).unwrap(), b"Exhibit 7");
        let [hybrid, classic] = other.identities();
        refused(age::open(&[hybrid as &dyn Opens, classic], &file), "age-no-match");
    }
}

#[test]
fn no_two_parties_share_anything_and_new_keys_keep_the_party() {
    let parties: Vec<_> = (0..8).map(|_| Party::generate().unwrap()).collect();
    assert_eq!(parties.iter().map(Party::anchor).collect::<BTreeSet<_>>().len(), 8);
    assert_eq!(parties.iter().map(|party| party.fingerprint().words()).collect::<BTreeSet<_>>().len(), 8);
    let new = parties[0].with_new_keys().unwrap();
    assert_eq!(new.id(), parties[0].id());
    assert_ne!(new.anchor(), parties[0].anchor());
    assert_ne!(new.recipient(), parties[0].recipient());
    assert_ne!(new.classic_recipient(), parties[0].classic_recipient());
}

#[test]
fn debug_shows_no_secret_and_no_name() {
    let party = party(1);
    let card = card(&party, None);
    let shown = format!("{party:?} {card:?} {:?}", crate::contacts::verified(&party));
    for name in ["A. Counsel", "Example"] {
        assert!(!shown.contains(name), "{shown}");
    }
    assert!(shown.len() < 1_000, "{shown}");
}

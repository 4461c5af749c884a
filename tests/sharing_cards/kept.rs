//! Contacts on a disk that somebody else writes to.

use privity::sharing::age::Recipient;
use privity::sharing::{Contact, UnverifiedContact};

use super::contacts::{states, verified};
use super::{party, refused};

fn name(contact: &Contact) -> &'static str {
    match contact {
        Contact::Unverified(_) => "unverified",
        Contact::Verified(_) => "verified",
        Contact::Changed(_) => "changed",
        Contact::Revoked(_) => "revoked",
    }
}

#[test]
fn what_is_kept_comes_back_as_it_was() {
    let owner = party(7);
    for contact in states() {
        let again = owner.recall(&owner.keep(&contact).unwrap()).unwrap();
        assert_eq!(name(&again), name(&contact));
        assert_eq!((again.fingerprint(), again.name()), (contact.fingerprint(), contact.name()));
        assert_eq!(again.card().unwrap().to_bytes(), contact.card().unwrap().to_bytes());
        if let (Contact::Changed(again), Contact::Changed(contact)) = (&again, &contact) {
            assert_eq!(again.verified_fingerprint(), contact.verified_fingerprint());
            assert_ne!(again.verified_anchor(), again.anchor());
        }
    }
    let theirs = party(3);
    let both = [theirs.recipient().clone(), theirs.classic_recipient().clone()];
    for recipients in [&both[..1], &both[1..], &both] {
        let recipients: &[Recipient] = recipients;
        let keys = UnverifiedContact::from_keys("B. Client", "Org", &theirs.ssh_key(), recipients).unwrap();
        let kept = owner.keep(&Contact::Unverified(keys.clone())).unwrap();
        let again = owner.recall(&kept).unwrap();
        assert_eq!((again.name(), again.organisation(), name(&again)), ("B. Client", "Org", "unverified"));
        assert_eq!(again.fingerprint(), keys.fingerprint());
        assert_eq!(again.ssh_key(), keys.ssh_key());
    }
}

#[test]
fn whoever_writes_to_the_disk_makes_nothing_of_a_contact() {
    let owner = party(7);
    let kept = owner.keep(&states()[0]).unwrap();
    for bit in 0..kept.len() * 8 {
        let mut other = kept.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        refused(owner.recall(&other), "device-state-damaged");
    }
    for length in 0..kept.len() {
        refused(owner.recall(&kept[..length]), "device-state-damaged");
    }
    refused(owner.recall(&vec![0; 2_000_000]), "device-state-damaged");
    // What another party keeps, or the card itself, is none of this party's contacts.
    refused(owner.recall(&party(8).keep(&states()[1]).unwrap()), "device-state-damaged");
    let card = verified(&party(1)).card().unwrap().to_bytes();
    refused(owner.recall(&card), "device-state-damaged");
    println!("{} bits", kept.len() * 8);
}

#[test]
fn what_is_kept_shows_no_name_and_nothing_twice() {
    let (owner, contact) = (party(7), verified(&party(1)));
    let (one, two) = (owner.keep(&contact).unwrap(), owner.keep(&contact).unwrap());
    assert_ne!(one, two);
    let shows = |what: &[u8]| one.windows(what.len()).any(|window| window == what);
    assert!(!shows(b"Counsel") && !shows(&party(1).anchor()) && !shows(b"PRVYCRD1"));
}

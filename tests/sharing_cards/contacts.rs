//! What becomes of a contact.

use privity::sharing::age::Recipient;
use privity::sharing::{
    Addressee, Card, CardDetails, Contact, Fingerprint, Party, PartyKind, UnverifiedContact, VerifiedContact,
};

use super::{at, card, details, party, refused, rekeyed};

/// A contact whose words were compared.
pub fn verified(party: &Party) -> Contact {
    Contact::Verified(confirmed(card(party, None)))
}

pub fn confirmed(card: Card) -> VerifiedContact {
    let words = card.fingerprint().words();
    UnverifiedContact::from_card(card).confirm(&words).unwrap()
}

/// What the states are, for a test that goes through all.
pub fn states() -> [Contact; 4] {
    let (old, held) = (party(1), card(&party(1), None));
    let changed = confirmed(held.clone()).update(card(&rekeyed(1), Some(&held))).unwrap();
    assert!(matches!(changed, Contact::Changed(_)));
    [
        Contact::Unverified(UnverifiedContact::from_card(held.clone())),
        verified(&old),
        changed,
        Contact::Revoked(confirmed(held).revoke()),
    ]
}

#[test]
fn a_card_alone_makes_nobody_verified_and_other_words_do_not_either() {
    let card = card(&party(1), None);
    let contact = UnverifiedContact::from_card(card.clone());
    assert_eq!((contact.name(), contact.organisation()), ("A. Counsel", "Example LLP"));
    assert_eq!((contact.party(), contact.kind()), (Some(party(1).id()), PartyKind::Standalone));
    assert_eq!(contact.ssh_key(), party(1).ssh_key());
    assert_eq!((contact.recipient(), contact.classic_recipient()), (Some(party(1).recipient()), None));
    refused(contact.confirm(&party(2).fingerprint().words()), "words");
    refused(contact.confirm(&[]), "words");
    refused(Contact::Unverified(contact.clone()).verified(), "contact-unverified");
    let verified = contact.confirm(&card.fingerprint().words()).unwrap();
    assert!(Contact::Verified(verified.clone()).verified().is_ok());
    verified.in_force(at(1_500)).unwrap();
    refused(verified.in_force(at(2_500)), "card-expired");
    refused(verified.in_force(at(500)), "card-not-yet-valid");
}

#[test]
fn an_addressee_is_verified_or_overridden_for_a_reason() {
    let contact = UnverifiedContact::from_card(card(&party(1), None));
    let addressee = contact.overridden("the hearing is tomorrow").unwrap();
    assert_eq!(addressee.reason(), Some("the hearing is tomorrow"));
    assert_eq!(addressee.recipient(), contact.recipient());
    assert!(!format!("{addressee:?}").contains("hearing"));
    refused(contact.overridden(""), "contact-unverified");
    refused(contact.overridden(" \n"), "contact-unverified");
    refused(contact.overridden(&"a".repeat(1_025)), "too-large");
    contact.overridden(&"a".repeat(1_024)).unwrap();
    let verified = confirmed(card(&party(1), None));
    assert_eq!(Addressee::from(&verified).reason(), None);
    assert_eq!(Addressee::from(&verified).fingerprint(), verified.fingerprint());
}

#[test]
fn a_newer_card_with_the_same_keys_leaves_a_contact_verified() {
    let (party, first) = (party(1), card(&party(1), None));
    let contact = confirmed(first.clone());
    let second = party.card(&CardDetails { expires: at(9_000), ..details(Some(&first)) });
    let Contact::Verified(contact) = contact.update(second.unwrap()).unwrap() else { panic!("verified") };
    // Another name is another person to whoever picks a recipient by name: it has to be confirmed.
    for other in [
        CardDetails { name: "Somebody Else", ..details(contact.card()) },
        CardDetails { organisation: "Elsewhere LLP", ..details(contact.card()) },
    ] {
        let Contact::Changed(changed) = contact.update(party.card(&other).unwrap()).unwrap() else {
            panic!("changed")
        };
        assert_eq!(changed.verified_fingerprint(), contact.fingerprint());
        changed.confirm(&contact.fingerprint().words()).unwrap();
    }
    contact.in_force(at(8_000)).unwrap();
    // A classic recipient more is a key more: it has to be confirmed.
    let third = CardDetails { with_classic: true, ..details(contact.card()) };
    assert!(matches!(contact.update(party.card(&third).unwrap()).unwrap(), Contact::Changed(_)));
}

#[test]
fn other_keys_are_refused_until_their_words_are_confirmed() {
    let (old, new) = (party(1), rekeyed(1));
    let first = card(&old, None);
    let second = card(&new, Some(&first));
    let Contact::Changed(changed) = confirmed(first.clone()).update(second.clone()).unwrap() else {
        panic!("changed")
    };
    let contact = Contact::Changed(changed.clone());
    refused(contact.verified(), "contact-changed");
    assert_eq!((changed.anchor(), changed.verified_anchor()), (new.anchor(), old.anchor()));
    assert_eq!(changed.verified_fingerprint(), old.fingerprint());
    assert!(contact.has_anchor(&old.anchor()) && contact.has_anchor(&new.anchor()));
    assert!(!contact.has_anchor(&party(2).anchor()));
    refused(changed.confirm(&old.fingerprint().words()), "words");
    let verified = changed.confirm(&new.fingerprint().words()).unwrap();
    assert_eq!(verified.anchor(), new.anchor());
    // Further cards of the new keys do not confirm themselves, nor does the way back.
    let third = card(&new, Some(&second));
    let changed = changed.update(third.clone()).unwrap();
    refused(Contact::Changed(changed.clone()).verified(), "contact-changed");
    let back = Contact::Changed(changed).update(card(&old, Some(&third))).unwrap();
    refused(back.verified(), "contact-changed");
}

/// The thief has the old keys and signs with them a card of keys of their own.
#[test]
fn who_stole_the_old_keys_makes_no_new_ones_trusted() {
    let (owner, thief) = (party(1), party(2));
    let first = card(&owner, None);
    let contact = confirmed(first.clone());
    // With the old anchor and a recipient of the thief's: the signature of the old key is right.
    let mut seeds = [1; 144];
    for (at, seed) in seeds[16..].chunks_mut(32).enumerate() {
        seed[0] = u8::try_from(at).unwrap();
    }
    seeds[48..80].fill(0xEE);
    let half = privity::testing::party::party(seeds).unwrap();
    assert_eq!((half.anchor(), half.id()), (owner.anchor(), owner.id()));
    let forged = card(&half, Some(&first));
    assert!(matches!(contact.update(forged).unwrap(), Contact::Changed(_)));
    // The thief as another party cannot continue the series at all.
    refused(thief.card(&details(Some(&first))), "card-order");
    refused(contact.update(card(&thief, None)), "card-order");
}

#[test]
fn an_old_a_repeated_and_a_skipping_card_change_nothing() {
    let owner = party(1);
    let first = card(&owner, None);
    let second = card(&owner, Some(&first));
    let third = card(&owner, Some(&second));
    let other_second = owner.card(&CardDetails { name: "Another", ..details(Some(&first)) }).unwrap();
    let Contact::Verified(contact) = confirmed(first.clone()).update(second.clone()).unwrap() else {
        panic!("verified")
    };
    for card in [&first, &second, &other_second] {
        refused(contact.update(card.clone()), "card-order");
    }
    refused(confirmed(first.clone()).update(third.clone()), "card-order");
    // It follows another card of the same number.
    refused(contact.update(card(&owner, Some(&other_second))), "card-order");
    assert!(matches!(contact.update(third).unwrap(), Contact::Verified(_)));
    let unverified = UnverifiedContact::from_card(first.clone());
    assert_eq!(unverified.update(second).unwrap().card().unwrap().sequence(), 1);
    refused(unverified.update(first), "card-order");
}

#[test]
fn revoked_is_for_good() {
    let first = card(&party(1), None);
    let [unverified, verified, changed, _] = states();
    let revoked = [
        match unverified {
            Contact::Unverified(contact) => contact.revoke(),
            _ => panic!("unverified"),
        },
        match verified {
            Contact::Verified(contact) => contact.revoke(),
            _ => panic!("verified"),
        },
        match changed {
            Contact::Changed(contact) => contact.revoke(),
            _ => panic!("changed"),
        },
    ];
    for contact in revoked.map(Contact::Revoked) {
        refused(contact.verified(), "contact-revoked");
        refused(contact.update(card(&party(1), Some(&first))), "contact-revoked");
        assert_eq!(contact.name(), "A. Counsel");
    }
}

#[test]
fn a_person_with_stock_tools_is_confirmed_by_the_same_texts() {
    let theirs = party(3);
    let line = format!("{} someone@example.org\n", theirs.ssh_key());
    let (hybrid, classic) = (theirs.recipient().clone(), theirs.classic_recipient().clone());
    let both = [hybrid.clone(), classic.clone()];
    let of = |recipients: &[Recipient]| UnverifiedContact::from_keys("B. Client", "", &line, recipients);
    for recipients in [&both[..1], &both[1..], &both] {
        let contact = of(recipients).unwrap();
        assert_eq!((contact.party(), contact.kind()), (None, PartyKind::Standalone));
        assert_eq!(contact.ssh_key(), theirs.ssh_key());
        contact.in_force(at(0)).unwrap();
        let verified = contact.confirm_keys(&theirs.ssh_key(), recipients).unwrap();
        assert_eq!(verified.fingerprint(), contact.fingerprint());
        refused(contact.confirm_keys(&party(4).ssh_key(), recipients), "words");
        let other = party(4);
        refused(contact.confirm_keys(&line, &[other.recipient().clone()]), "words");
        refused(contact.confirm_keys(&line, &[other.classic_recipient().clone()]), "words");
        // It has no series of cards.
        refused(verified.update(card(&theirs, None)), "card-order");
    }
    let reversed = of(&[classic.clone(), hybrid.clone()]).unwrap();
    assert_eq!(reversed.fingerprint(), of(&both).unwrap().fingerprint());
    assert_eq!(of(&both[..1]).unwrap().fingerprint(), theirs.fingerprint(), "as of its card");
    let fingerprints: Vec<Fingerprint> =
        [&both[..1], &both[1..], &both].map(|some| of(some).unwrap().fingerprint()).to_vec();
    assert!(fingerprints[0] != fingerprints[1] && fingerprints[1] != fingerprints[2]);

    refused(of(&[]), "age-recipients");
    refused(of(&[hybrid.clone(), hybrid.clone()]), "age-recipients");
    refused(of(&[classic.clone(), classic, hybrid.clone()]), "age-recipients");
    let one = std::slice::from_ref(&hybrid);
    let named = |name: &str, line: &str| UnverifiedContact::from_keys(name, "", line, one);
    refused(named("", &line), "party");
    for line in [
        "",
        "ssh-ed25519",
        "ssh-rsa AAAA",
        &line.replace("ssh-ed25519 ", "ssh-ed25519  "),
        &line.replace("AAAAC3", "AAAAC4"),
        &format!("{line}{line}"),
        &line.replacen("ssh-ed25519", "ecdsa", 1),
        &format!("from=\"*\" {line}"),
    ] {
        refused(named("B", line), "ssh-key");
    }
}

//! The standing of a firm's device, as an outsider sees it who knows the firm's first record alone.

#[path = "vault/insider.rs"]
mod insider;
#[path = "vault/people.rs"]
mod people;
#[path = "sharing_standing/shown.rs"]
mod shown;

use std::sync::Arc;

use insider::Insider;
use people::{Firm, protector, refused};
use privity::audit::anchor::DeviceRow;
use privity::audit::body::{Body, Device, DeviceRevoked, FirmRole, List, User};
use privity::sharing::{
    Card, CardDetails, Contact, Fingerprint, Party, PartyKind, Standing, UnverifiedContact,
};
use privity::store::MemoryDevice;
use privity::testing::signing_key;
use privity::vault::{NewMatter, NewUser, Options, Vault};
use privity::{DeviceId, Hash, Timestamp, UserId};
use shown::{Shown, certificate};

fn details(previous: Option<&Card>) -> CardDetails<'_> {
    CardDetails {
        name: "B. Lawyer",
        organisation: "Example LLP",
        not_before: Timestamp::from_micros(1_000).unwrap(),
        expires: Timestamp::from_micros(2_000).unwrap(),
        with_classic: false,
        previous,
    }
}

fn verify(vault: &Vault, standing: &[u8]) -> privity::Result<Standing> {
    Standing::verify(standing, &vault.genesis())
}

fn standing_of(vault: &Vault) -> Vec<u8> {
    vault.party().unwrap().standing().unwrap().to_vec()
}

/// A firm of three, each certified by the one before: the second and third are administrators.
fn firm() -> (Firm, [Vault; 3]) {
    let firm = Firm::in_memory();
    let enrol = |by: &Vault, number: u8, roles: &[FirmRole]| {
        let storage = firm.shared.with_device(Arc::new(MemoryDevice::new()));
        let request = Vault::request(storage.clone(), NewUser::new("N."), protector(number)).unwrap();
        let approval = by.enrol(&request, &request.words(), roles).unwrap();
        Vault::accept(storage, &approval, protector(number), Options::default()).unwrap()
    };
    let second = enrol(&firm.partner, 1, &[FirmRole::Administrator]);
    let third = enrol(&second, 2, &[FirmRole::Administrator]);
    let fourth = enrol(&third, 3, &[]);
    (firm, [second, third, fourth])
}

#[test]
fn an_outsider_accepts_whoever_the_firm_certified() {
    let (firm, [second, third, fourth]) = firm();
    for vault in [&firm.partner, &second, &third, &fourth] {
        let shown = verify(vault, &standing_of(vault)).unwrap();
        assert_eq!((shown.firm(), shown.genesis()), (vault.firm(), vault.genesis()));
        assert_eq!((shown.row().device, shown.row().user), (vault.device(), vault.user()));
        assert_eq!(shown.committer().device, fourth.device());
        assert!(shown.origin().starts_with("privity.") && shown.head().size > 4);
        assert!(shown.at().micros() > 1_700_000_000_000_000);
        println!("{} bytes", standing_of(vault).len());
    }
    // A further device of one's own, certified by oneself, without any role.
    let storage = firm.shared.with_device(Arc::new(MemoryDevice::new()));
    let new = NewUser::further_device(fourth.user(), "D.");
    let request = Vault::request(storage.clone(), new, protector(9)).unwrap();
    let approval = fourth.enrol(&request, &request.words(), &[]).unwrap();
    let tablet = Vault::accept(storage, &approval, protector(9), Options::default()).unwrap();
    let shown = verify(&tablet, &standing_of(&tablet)).unwrap();
    assert_eq!((shown.row().device, shown.row().user), (tablet.device(), fourth.user()));
    assert_ne!(tablet.party().unwrap().recipient(), fourth.party().unwrap().recipient());
}

#[test]
fn a_card_of_a_firm_is_believed_by_the_words_of_the_firm() {
    let (firm, [second, ..]) = firm();
    let first = second.card(&details(None)).unwrap();
    assert_eq!((first.kind(), first.party().as_bytes()), (PartyKind::Firm, second.firm().as_bytes()));
    let again = Card::parse(&first.to_bytes()).unwrap();
    assert_eq!(again.standing().unwrap().row().device, second.device());
    assert_eq!(again.ssh_key(), second.party().unwrap().ssh_key());
    let words = Fingerprint::of_firm(&firm.partner.genesis()).words();
    let contact = UnverifiedContact::from_card(again).confirm(&words).unwrap();
    let key = second.party().unwrap().ssh_key();
    assert_eq!((contact.anchor(), contact.ssh_key()), (firm.partner.genesis().0, key));
    assert_eq!(contact.device(), Some(second.device()));
    // The series of the device goes on over later checkpoints; a colleague's is another one.
    firm.partner.open_matter(NewMatter::new("Doe v. Roe")).unwrap();
    let next = second.card(&details(Some(&first))).unwrap();
    assert!(next.standing().unwrap().head().size > first.standing().unwrap().head().size);
    let Contact::Verified(contact) = contact.update(next.clone()).unwrap() else { panic!("verified") };
    refused(firm.partner.card(&details(Some(&next))), "card-order");
    let colleague = firm.partner.card(&details(None)).unwrap();
    refused(contact.update(colleague.clone()), "card-order");
    assert_eq!(colleague.fingerprint(), next.fingerprint());

    // Neither firm nor device can be another's.
    let other = Firm::in_memory();
    let theirs = other.partner.card(&details(None)).unwrap();
    assert_ne!(theirs.fingerprint(), next.fingerprint());
    let mixed = |card: &Card, standing: &[u8]| shown::card_with(card, Some(standing));
    refused(Card::parse(&mixed(&next, &standing_of(&firm.partner))), "card-key");
    refused(Card::parse(&mixed(&next, &standing_of(&other.partner))), "standing-refused");
    refused(Card::parse(&mixed(&next, b"PRVYSTN1\xa0")), "standing");
    refused(Card::parse(&shown::card_with(&next, None)), "card");
    let standalone = Party::generate().unwrap().card(&details(None)).unwrap();
    refused(Card::parse(&mixed(&standalone, &standing_of(&second))), "card");
}

#[test]
fn a_device_is_one_party_whenever_it_is_asked_and_keeps_nothing_new() {
    let firm = Firm::in_memory();
    let party = firm.partner.party().unwrap();
    let keys = |party: &Party| {
        (
            party.anchor(),
            party.ssh_key(),
            party.recipient().to_string(),
            party.classic_recipient().to_string(),
        )
    };
    let kept = party.keep(&Contact::Unverified(UnverifiedContact::from_card(
        Party::generate().unwrap().card(&details(None)).unwrap(),
    )));
    let kept = kept.unwrap();
    firm.partner.lock();
    refused(firm.partner.party(), "locked");
    let vault = Vault::unlock(firm.shared.clone(), protector(0), Options::default()).unwrap();
    let again = vault.party().unwrap();
    assert_eq!(keys(&again), keys(&party));
    assert!(again.recall(&kept).is_ok());
    refused(firm_other().party().unwrap().recall(&kept), "device-state-damaged");
    refused(again.protect(&*protector(0)), "protector-mismatch");
    refused(again.with_new_keys(), "protector-mismatch");
    assert_eq!((again.id().as_bytes(), again.device()), (vault.firm().as_bytes(), Some(vault.device())));
}

fn firm_other() -> Vault {
    Firm::in_memory().partner
}

#[test]
fn colleagues_who_cosigned_are_counted_and_nobody_else() {
    let firm = Firm::in_memory();
    let lawyer = firm.join("B. Lawyer", 1);
    assert_eq!(verify(&lawyer, &standing_of(&lawyer)).unwrap().others(), 0, "nobody cosigned yet");
    firm.partner.lock();
    let partner = Vault::unlock(firm.shared.clone(), protector(0), Options::default()).unwrap();
    let standing = standing_of(&lawyer);
    assert_eq!(verify(&lawyer, &standing).unwrap().others(), 1, "the partner did");
    assert_eq!(verify(&lawyer, &standing_of(&partner)).unwrap().others(), 0, "not for oneself");
    // Without the cosigner's certificate the line is a stranger's.
    let mut shown = Shown::of(&firm.shared, &lawyer);
    assert_eq!(verify(&lawyer, &shown.to_bytes()).unwrap().others(), 0, "the bare checkpoint");
    shown.note = shown::note_of(&standing);
    assert_eq!(verify(&lawyer, &shown.to_bytes()).unwrap().others(), 1);
}

#[test]
fn another_beginning_another_checkpoint_and_a_missing_record_are_refused() {
    let (firm, [_, third, fourth]) = firm();
    let standing = standing_of(&fourth);
    refused(Standing::verify(&standing, &Hash([7; 32])), "standing-refused");
    refused(Standing::verify(&standing, &firm_other().genesis()), "standing-refused");
    let good = Shown::of(&firm.shared, &fourth);
    verify(&fourth, &good.to_bytes()).unwrap();

    // Certificates of four and what made two of them administrators: none can be left out.
    let needed = shown::records_of(&standing);
    assert_eq!(needed.len(), 6, "four certificates, two administrators: {needed:?}");
    for leave_out in 0..needed.len() {
        let mut shown = good.clone();
        shown.records = needed.clone();
        verify(&fourth, &shown.to_bytes()).unwrap();
        shown.records.remove(leave_out);
        refused(verify(&fourth, &shown.to_bytes()), "standing-refused");
    }
    // An older checkpoint, another firm's, one that nobody shown signed.
    let mut shown = good.clone();
    firm.partner.open_matter(NewMatter::new("Doe v. Roe")).unwrap();
    let newer = Shown::of(&firm.shared, &fourth);
    verify(&fourth, &newer.to_bytes()).unwrap();
    shown.note = newer.note.clone();
    refused(verify(&fourth, &shown.to_bytes()), "standing-refused");
    let other = Firm::in_memory();
    shown.note = Shown::of(&other.shared, &other.partner).note;
    refused(verify(&fourth, &shown.to_bytes()), "standing-refused");
    for key in [signing_key([9; 32]), shown::log_key(&third)] {
        let mut shown = good.clone();
        shown.sign(&key);
        refused(verify(&fourth, &shown.to_bytes()), "standing-refused");
    }
    // Heads and directory of another time than the anchor's.
    let mut shown = newer.clone();
    shown.heads = good.heads.clone();
    refused(verify(&fourth, &shown.to_bytes()), "standing-refused");
    let mut shown = newer;
    shown.heads.swap(0, 1);
    refused(verify(&fourth, &shown.to_bytes()), "standing-refused");
}

/// The insider's device commits what it likes; what it certifies counts for its own user alone.
#[test]
fn who_is_no_administrator_certifies_nobody_else() {
    for (insider_is, made_up_user, accepted) in
        [("lawyer", true, false), ("lawyer", false, true), ("partner", true, true)]
    {
        let firm = Firm::in_memory();
        let lawyer = firm.join("B. Lawyer", 1);
        let vault = if insider_is == "partner" { &firm.partner } else { &lawyer };
        let insider = Insider::of(vault, &firm.shared);
        let user = if made_up_user { UserId::from_bytes([0xEE; 16]) } else { vault.user() };
        let made_up = certificate(DeviceId::from_bytes([0xEE; 16]), user);
        let mut shown = Shown::of(&firm.shared, &lawyer);
        let leaf = insider.sign(shown.directory, &Body::DeviceCertified(made_up.clone()));
        shown.grow(&insider, &[leaf], |rows| rows.push(shown::row(&made_up)));
        shown.device = made_up.device;
        let verdict = verify(&lawyer, &shown.to_bytes());
        match accepted {
            true => assert_eq!(verdict.unwrap().row().device, made_up.device),
            false => refused(verdict, "standing-refused"),
        }
    }
}

#[test]
fn who_is_no_administrator_makes_nobody_one() {
    let firm = Firm::in_memory();
    let lawyer = firm.join("B. Lawyer", 1);
    let insider = Insider::of(&lawyer, &firm.shared);
    let roles = List::new(vec![FirmRole::Administrator]).unwrap();
    let made_up = certificate(DeviceId::from_bytes([0xEE; 16]), UserId::from_bytes([0xEE; 16]));
    let mut shown = Shown::of(&firm.shared, &lawyer);
    let directory = shown.directory;
    let leaves = [
        insider.sign(directory, &Body::User(User { user: lawyer.user(), roles })),
        insider.sign(directory, &Body::DeviceCertified(made_up.clone())),
    ];
    shown.grow(&insider, &leaves, |rows| rows.push(shown::row(&made_up)));
    shown.device = made_up.device;
    refused(verify(&lawyer, &shown.to_bytes()), "standing-refused");
    // A record of another kind shows nothing, and one under the name of an administrator is not theirs.
    for leaf in [
        insider.sign(directory, &Body::DeviceSuspended(Device { device: firm.partner.device() })),
        insider.sign_as(directory, &Body::DeviceCertified(made_up.clone()), firm.partner.device()),
        insider.sign_with_log_key(directory, &Body::DeviceCertified(made_up.clone())),
        b"no record".to_vec(),
    ] {
        let firm = &firm.shared;
        let mut shown = Shown::of(firm, &lawyer);
        shown.pretend(&insider, &[leaf], |rows| rows.push(shown::row(&made_up)));
        shown.device = made_up.device;
        refused(verify(&lawyer, &shown.to_bytes()), "standing-refused");
    }
}

#[test]
fn a_revoked_and_a_suspended_device_are_shown_no_more() {
    let firm = Firm::in_memory();
    let lawyer = firm.join("B. Lawyer", 1);
    let before = Shown::of(&firm.shared, &lawyer);
    let insider = Insider::of(&firm.partner, &firm.shared);
    let mut suspended = before.clone();
    let leaf = insider.sign(before.directory, &Body::DeviceSuspended(Device { device: lawyer.device() }));
    suspended.pretend(&insider, &[leaf], |rows| rows.retain(|row| row.device != lawyer.device()));
    suspended.records.pop();
    suspended.path_among = Some(before.rows.clone());
    refused(verify(&lawyer, &suspended.to_bytes()), "device-not-active");
    suspended.path_among = None;
    suspended.device = firm.partner.device();
    verify(&lawyer, &suspended.to_bytes()).unwrap();

    let revoked = DeviceRevoked { device: lawyer.device(), compromised_from: None };
    let leaf = insider.sign(before.directory, &Body::DeviceRevoked(revoked));
    let gone = |rows: &mut Vec<DeviceRow>| rows.retain(|row| row.device != lawyer.device());
    before.clone().grow(&insider, &[leaf], gone);
    refused(lawyer.party(), "not-active");
    let mut after = Shown::of(&firm.shared, &firm.partner);
    verify(&lawyer, &after.to_bytes()).unwrap();
    // The certificate is still there; the path of before leads nowhere now.
    after.device = lawyer.device();
    after.path_among = Some(before.rows.clone());
    refused(verify(&lawyer, &after.to_bytes()), "device-not-active");
    // What was shown before still shows what was true then: the size tells it from the newest.
    let old = verify(&lawyer, &before.to_bytes()).unwrap();
    (after.device, after.path_among) = (firm.partner.device(), None);
    assert!(old.head().size < verify(&lawyer, &after.to_bytes()).unwrap().head().size);
}

#[test]
fn a_flipped_bit_is_refused_or_changes_nothing_that_is_claimed() {
    let firm = Firm::in_memory();
    let lawyer = firm.join("B. Lawyer", 1);
    firm.partner.lock();
    drop(Vault::unlock(firm.shared.clone(), protector(0), Options::default()).unwrap());
    let standing = standing_of(&lawyer);
    let honest = verify(&lawyer, &standing).unwrap();
    let mut counts = std::collections::BTreeMap::<_, usize>::new();
    for bit in 0..standing.len() * 8 {
        let mut other = standing.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        let verdict = match verify(&lawyer, &other) {
            Err(error) => error.code(),
            Ok(shown) => {
                let claims =
                    |one: &Standing| (one.firm(), *one.head(), *one.row(), one.at(), *one.committer());
                assert_eq!(claims(&shown), claims(&honest), "bit {bit}");
                assert!(shown.others() <= honest.others());
                "the same"
            }
        };
        *counts.entry(verdict).or_default() += 1;
    }
    println!("{} bits: {counts:?}", standing.len() * 8);
    // Names and key ids of cosignatures alone: whose they are is not signed by the log.
    assert!(counts["the same"] < 1_000, "{counts:?}");
    for length in 0..standing.len() {
        refused(verify(&lawyer, &standing[..length]), "standing");
    }
    refused(verify(&lawyer, &[standing.as_slice(), &[0]].concat()), "standing");
    refused(verify(&lawyer, &vec![0; 256 * 1_024 + 1]), "too-large");
}

#[test]
fn a_certificate_shown_twice_or_out_of_order_is_refused() {
    let firm = Firm::in_memory();
    let lawyer = firm.join("B. Lawyer", 1);
    let good = Shown::of(&firm.shared, &lawyer);
    for change in [
        |records: &mut Vec<u64>| records.reverse(),
        |records: &mut Vec<u64>| records.push(records[records.len() - 1]),
        |records: &mut Vec<u64>| records.clear(),
        |records: &mut Vec<u64>| *records = records.repeat(40),
    ] {
        let mut shown = good.clone();
        change(&mut shown.records);
        refused(verify(&lawyer, &shown.to_bytes()), "standing");
    }
    // The directory's first record is the root's, and certifies nobody.
    let mut shown = good;
    shown.records.insert(0, 0);
    refused(verify(&lawyer, &shown.to_bytes()), "standing-refused");
}

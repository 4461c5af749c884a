//! Steps 6 and 8: who sent it, whether they are believed, and when.

use privity::sharing::{Contact, Keys, Party, Request, Step, UnverifiedContact};
use privity::testing::json::Value;

use super::forge::{
    CHAIN, DAY, Members, NOW, Verdict, World, at, details, inner, judge, party, refused, ssh_of, text,
    unverified, verified,
};
use super::{Case, run};

fn refusal(code: &'static str) -> Verdict {
    (Step::Sender, code)
}

const KEY: Verdict = (Step::Sender, "sender-key");
const UNKNOWN: Verdict = (Step::Sender, "sender-unknown");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sender(members: &mut Members) -> &mut Members {
    inner(members, "sender")
}

/// The outsider signs what names counsel, in part or wholly.
#[rustfmt::skip]
const CASES: &[Case] = &[
    ("another key under an honest manifest", KEY, |it| { it.key = ssh_of(4); it.sign_sums(); }),
    ("another key that the manifest names too", KEY, |it| {
        it.key = ssh_of(4);
        it.manifest(|members| drop(sender(members).insert("key".into(), Value::Text(party(4).ssh_key()))));
    }),
    ("another key with its anchor, under counsel's name and id", UNKNOWN, |it| {
        it.key = ssh_of(4);
        it.manifest(|members| sender(members).extend([
            ("key".into(), Value::Text(party(4).ssh_key())),
            ("anchor".into(), Value::Text(hex(&party(4).anchor()))),
        ]));
    }),
    ("a manifest that names another key", KEY, |it| it.manifest(|members| {
        sender(members).insert("key".into(), Value::Text(party(4).ssh_key()));
    })),
    ("a manifest that names another anchor", KEY, |it| it.manifest(|members| {
        sender(members).insert("anchor".into(), Value::Text(hex(&party(4).anchor())));
    })),
    ("a manifest that names another party", KEY, |it| it.manifest(|members| {
        sender(members).insert("party".into(), text(&"0".repeat(32)));
    })),
    ("a key that is none", KEY, |it| it.manifest(|members| {
        sender(members).insert("key".into(), text("ssh-rsa AAAA"));
    })),
    ("a standing of a party by its own keys", KEY, |it| { it.files.insert(4, (CHAIN.into(), vec![0xA0])); it.sign(); }),
];

#[test]
fn a_share_by_another_key_than_the_contacts_is_refused() {
    run(CASES);
}

/// Who sent it, as the receiver knows them, in every state.
#[test]
fn only_a_verified_contact_is_believed() {
    let world = World::new();
    let file = world.share().seal();
    let with = |contacts: &[Contact]| {
        judge(&file, &Request { keys: Keys::Party(&world.expert), contacts, now: at(NOW) }).map(drop)
    };
    let counsel = || verified(&world.counsel, "C. Counsel");
    let other = Contact::Verified(verified(&party(5), "C. Counsel"));
    assert_eq!(with(&[Contact::Verified(counsel())]), Ok(()));
    assert_eq!(with(&[other.clone(), Contact::Verified(counsel())]), Ok(()));
    assert_eq!(with(&[]), Err(UNKNOWN));
    assert_eq!(with(&[other]), Err(UNKNOWN), "another of the same name");

    let unverified = Contact::Unverified(unverified(&world.counsel, "C. Counsel"));
    assert_eq!(with(std::slice::from_ref(&unverified)), Err(refusal("contact-unverified")));
    let revoked = Contact::Revoked(counsel().revoke());
    assert_eq!(with(std::slice::from_ref(&revoked)), Err(refusal("contact-revoked")));
    // Two cards of one key: revoked stays revoked, in either order.
    for both in [[Contact::Verified(counsel()), revoked.clone()], [revoked, Contact::Verified(counsel())]] {
        assert_eq!(with(&both), Err(refusal("contact-revoked")));
    }
    assert_eq!(with(&[unverified, Contact::Verified(counsel())]), Ok(()));
}

/// A person with stock tools, known by their keys alone.
#[test]
fn a_contact_without_a_card_is_believed_by_its_key() {
    let world = World::new();
    let keys = [world.counsel.classic_recipient().clone()];
    let contact = UnverifiedContact::from_keys("C. Counsel", "", &world.counsel.ssh_key(), &keys).unwrap();
    let contact = contact.confirm_keys(&world.counsel.ssh_key(), &keys).unwrap();
    let contacts = [Contact::Verified(contact)];
    let request = Request { keys: Keys::Party(&world.expert), contacts: &contacts, now: at(NOW) };
    judge(&world.share().seal(), &request).unwrap();
}

/// New keys: whoever has the old ones, or the new ones, is not believed before the new words were compared.
#[test]
fn a_changed_contact_is_believed_under_no_key() {
    let world = World::new();
    let old = world.counsel.card(&details("C. Counsel")).unwrap();
    let renewed = world.counsel.with_new_keys().unwrap();
    let next = renewed.card(&privity::sharing::CardDetails { previous: Some(&old), ..details("C. Counsel") });
    let next = next.unwrap();
    let words = next.fingerprint().words();
    let changed = verified(&world.counsel, "C. Counsel").update(next).unwrap();
    let Contact::Changed(contact) = &changed else { panic!("{changed:?}") };
    let confirmed = Contact::Verified(contact.confirm(&words).unwrap());
    let revoked = Contact::Revoked(contact.clone().revoke());

    let under_old = world.share().seal();
    let draft = privity::sharing::Draft::new(
        vec![(&verified(&world.expert, "E. Expert")).into()],
        "C. Counsel",
        "",
        super::forge::terms(),
    );
    let (under_new, _) = super::forge::make_share(&renewed, &draft, &super::forge::DOCUMENTS);
    let verdict = |file: &[u8], contact: &Contact| {
        let contacts = std::slice::from_ref(contact);
        judge(file, &Request { keys: Keys::Party(&world.expert), contacts, now: at(NOW) }).map(drop)
    };
    judge(&under_old, &world.request()).unwrap();
    assert_eq!(verdict(&under_old, &changed), Err(refusal("contact-changed")));
    assert_eq!(verdict(&under_new, &changed), Err(refusal("contact-changed")));
    assert_eq!(verdict(&under_new, &confirmed), Ok(()));
    assert_eq!(verdict(&under_old, &confirmed), Err(UNKNOWN), "the old keys are nobody's");
    assert_eq!(verdict(&under_new, &revoked), Err(refusal("contact-revoked")));
    assert_eq!(verdict(&under_old, &revoked), Err(refusal("contact-revoked")), "under whatever key");
    // The old contact was kept as it was beside the changed one.
    let both = [Contact::Verified(verified(&world.counsel, "C. Counsel")), changed.clone()];
    let request = Request { keys: Keys::Party(&world.expert), contacts: &both, now: at(NOW) };
    refused("both", &under_old, &request, refusal("contact-changed"));
}

#[test]
fn the_card_of_the_sender_must_be_in_force() {
    let world = World::new();
    // Neither created nor expired by its own terms, so that the card alone decides.
    let file = |party: &Party, now: u64| {
        let mut parts = world.share();
        parts.manifest(|members| {
            members.insert("created".into(), Value::Text(super::forge::time(now)));
            members.remove("expires");
        });
        assert_eq!(party.id(), world.counsel.id());
        parts.seal()
    };
    let begins = NOW - 30 * DAY;
    let ends = NOW + 365 * DAY;
    let verdict = |now: u64| {
        let request = Request { now: at(now), ..world.request() };
        judge(&file(&world.counsel, now), &request).map(drop)
    };
    assert_eq!(verdict(begins), Ok(()));
    assert_eq!(verdict(begins - 1), Err(refusal("card-not-yet-valid")));
    assert_eq!(verdict(ends - 1), Ok(()));
    assert_eq!(verdict(ends), Err(refusal("card-expired")));
}

/// Step 8: created at most ten minutes ahead of the local clock, and not expired.
#[test]
fn a_share_of_the_future_and_an_expired_one_are_refused() {
    const GRACE: u64 = 600_000_000;
    let world = World::new();
    let file = world.share().seal();
    let verdict = |now: u64| judge(&file, &Request { now: at(now), ..world.request() }).map(drop);
    assert_eq!(verdict(NOW - GRACE), Ok(()));
    assert_eq!(verdict(NOW - GRACE - 1), Err((Step::Terms, "share-not-yet-valid")));
    assert_eq!(verdict(NOW + 30 * DAY - 1), Ok(()));
    assert_eq!(verdict(NOW + 30 * DAY), Err((Step::Terms, "share-expired")));
    assert_eq!(verdict(NOW + 300 * DAY), Err((Step::Terms, "share-expired")));
    // Without an expiry it stays.
    let mut parts = world.share();
    parts.manifest(|members| drop(members.remove("expires")));
    let request = Request { now: at(NOW + 300 * DAY), ..world.request() };
    judge(&parts.seal(), &request).unwrap();
}

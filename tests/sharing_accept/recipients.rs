//! Step 7: whom the sender signed it for.

use privity::sharing::age::{self, Kind, Recipients};
use privity::sharing::{Addressee, Draft, Keys, Request, Step};
use privity::testing;
use privity::testing::json::Value;

use super::forge::{
    DOCUMENTS, NOW, PASSWORD, Parts, Verdict, World, at, inner, judge, list, map, password, refused, ssh_of,
    terms, text, verified,
};

const NOT_NAMED: Verdict = (Step::Recipient, "not-a-recipient");
const OTHERS: Verdict = (Step::Recipient, "share-recipients");

/// [15] A recipient seals the archive again, for somebody whom the sender did not name.
#[test]
fn a_share_that_a_recipient_forwards_is_refused() {
    let world = World::new();
    let share = world.share().seal();
    judge(&share, &world.request()).unwrap();
    let keys = world.expert.identities().map(|one| one as &dyn age::Opens);
    let archive = age::open(&keys, &share).unwrap();
    for to in [world.outsider.classic_recipient(), world.outsider.recipient()] {
        let forwarded = age::seal(&Recipients::new(std::slice::from_ref(to)).unwrap(), &archive).unwrap();
        refused("forwarded", &forwarded, &world.request_of(&world.outsider), NOT_NAMED);
    }
    // To somebody else beside who was named, who sees it too.
    let both = [&world.expert, &world.outsider].map(|party| party.classic_recipient().clone());
    let forwarded = age::seal(&Recipients::new(&both).unwrap(), &archive).unwrap();
    refused("forwarded", &forwarded, &world.request_of(&world.outsider), NOT_NAMED);
    refused("a reader more", &forwarded, &world.request(), OTHERS);
    // As a share for whoever has a password.
    let forwarded = age::seal(&Recipients::password(password(PASSWORD)), &archive).unwrap();
    let secret = password(PASSWORD);
    let request = Request { keys: Keys::Password(&secret), ..world.request() };
    refused("by password", &forwarded, &request, OTHERS);
}

#[test]
fn as_many_stanzas_as_recipients_and_of_one_kind() {
    let world = World::new();
    let two = || world.share_to(&[&world.expert, &world.second]);
    let request = world.request();
    judge(&two().seal(), &request).unwrap();
    judge(&two().seal(), &world.request_of(&world.second)).unwrap();
    let keys = |parties: &[&privity::sharing::Party]| -> Vec<age::Recipient> {
        parties.iter().map(|party| party.classic_recipient().clone()).collect()
    };
    let sealed_to = |to: Vec<age::Recipient>| Parts { to, ..two() }.seal();
    refused("a stanza less", &sealed_to(keys(&[&world.expert])), &request, OTHERS);
    let three = keys(&[&world.expert, &world.second, &world.outsider]);
    refused("a stanza more", &sealed_to(three), &request, OTHERS);
    let hybrid = [&world.expert, &world.second].map(|party| party.recipient().clone());
    refused("keys of another kind than is signed", &sealed_to(hybrid.to_vec()), &request, OTHERS);
    // The outsider got a stanza in the place of the second: they are not named, whoever opens it.
    let swapped = sealed_to(keys(&[&world.expert, &world.outsider]));
    refused("in another's place", &swapped, &world.request_of(&world.outsider), NOT_NAMED);

    // Stanzas of two kinds, and one that nobody knows: files that age itself opens.
    let file_key = [3; 16];
    let archive = two().archive();
    let stanza = |party: &privity::sharing::Party| {
        let to: &[u8; 32] = party.classic_recipient().as_bytes().try_into().unwrap();
        let (share, body) = testing::age::x25519_stanza(to, [5; 32], file_key).unwrap();
        (format!("X25519 {}", testing::base64::encode_unpadded(&share)), body.to_vec())
    };
    let header = testing::age::header(&[world.second.recipient().clone()], file_key).unwrap();
    let header = std::str::from_utf8(&header).unwrap().to_owned();
    let hybrid = {
        let mut lines = header.lines().skip(1);
        let line = lines.next().unwrap().strip_prefix("-> ").unwrap().to_owned();
        let body: String = lines.take_while(|line| !line.starts_with("---")).collect();
        (line, unpadded(&body))
    };
    let file = |stanzas: &[(String, Vec<u8>)]| {
        let header = testing::age::header_of(stanzas, file_key);
        [header, testing::age::payload(file_key, [7; 16], &archive).unwrap()].concat()
    };
    judge(&file(&[stanza(&world.expert), stanza(&world.second)]), &request).unwrap();
    let mixed = file(&[stanza(&world.expert), hybrid]);
    assert_eq!(age::open(&[world.second.identities()[0]], &mixed).unwrap(), archive, "its stanzas are good");
    refused("two kinds", &mixed, &request, OTHERS);
    let grease = ("nobody-knows".to_owned(), vec![0; 32]);
    refused("a stanza nobody knows", &file(&[stanza(&world.expert), grease.clone()]), &request, OTHERS);
    let third = file(&[stanza(&world.expert), stanza(&world.second), grease]);
    refused("a third stanza nobody knows", &third, &request, OTHERS);
}

/// Without padding, as age writes bodies.
fn unpadded(text: &str) -> Vec<u8> {
    testing::base64::decode(&(text.to_owned() + &"=".repeat((4 - text.len() % 4) % 4))).unwrap()
}

/// The sender's own list may not be one that no age file has.
#[test]
fn a_list_of_recipients_that_no_share_has_is_refused() {
    let world = World::new();
    let request = world.request();
    let change = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut parts = world.share_to(&[&world.expert, &world.second]);
        judge(&parts.seal(), &request).unwrap();
        parts.manifest(|members| change(list(members, "recipients")));
        parts.seal()
    };
    let key = |of: &mut Value, text: &str| {
        map(of).insert("recipient".into(), text.into());
    };
    let hybrid = world.second.recipient().to_string();
    refused("two kinds", &change(&|all| key(&mut all[1], &hybrid)), &request, OTHERS);
    let expert = world.expert.classic_recipient().to_string();
    refused("one twice", &change(&|all| key(&mut all[1], &expert)), &request, OTHERS);
    refused("a key that is none", &change(&|all| key(&mut all[1], "age1")), &request, OTHERS);
    let own = world.expert.recipient().to_string();
    refused("own key of another kind", &change(&|all| key(&mut all[0], &own)), &request, OTHERS);
    let outsider = world.outsider.classic_recipient().to_string();
    refused("others in their place", &change(&|all| key(&mut all[0], &outsider)), &request, NOT_NAMED);
    refused("nobody", &change(&Vec::clear), &request, NOT_NAMED);
    refused("one less", &change(&|all| drop(all.pop())), &request, OTHERS);
}

#[test]
fn a_hybrid_share_is_for_who_is_named_alone() {
    let world = World::new();
    let to = [&world.expert, &world.second];
    let addressees = to.map(|party| Addressee::from(&verified(party, "E. Expert"))).to_vec();
    let draft = Draft::new(addressees, "C. Counsel", "", terms());
    let keys = to.map(|party| party.recipient().clone()).to_vec();
    let opens = world.expert.identities().map(|one| one as &dyn age::Opens);
    let mut parts = Parts::of(&world.counsel, &draft, keys, &opens, ssh_of(1));
    let accepted = judge(&parts.seal(), &world.request()).unwrap();
    assert!(accepted.manifest.recipients.iter().all(|one| one.recipient.starts_with("age1pq1")));
    assert!(!accepted.manifest.forwardable());
    judge(&parts.seal(), &world.request_of(&world.second)).unwrap();
    parts.to = vec![world.outsider.recipient().clone(), world.second.recipient().clone()];
    refused("forwarded", &parts.seal(), &world.request_of(&world.outsider), NOT_NAMED);
    parts.to = to.map(|party| party.classic_recipient().clone()).to_vec();
    refused("sealed for today alone", &parts.seal(), &world.request(), OTHERS);
}

#[test]
fn a_password_share_is_for_nobody_by_name_and_says_that_anybody_passes_it_on() {
    let world = World::new();
    let (draft, words) = Draft::with_password("C. Counsel", "", terms()).unwrap();
    assert_eq!(words.expose_secret().iter().filter(|byte| **byte == b'-').count(), 9);
    let (file, made) = super::forge::make_share(&world.counsel, &draft, &DOCUMENTS);
    assert!(made.manifest.forwardable());
    let written = age::Password::new(words).unwrap();
    let archive = age::open(&[&written], &file).unwrap();
    let request = Request { keys: Keys::Password(&written), contacts: &world.contacts, now: at(NOW) };
    let accepted = judge(&file, &request).unwrap();
    assert!(accepted.manifest.forwardable());
    assert_eq!(
        privity::sharing::Receipt::sign(
            &world.expert,
            &accepted,
            privity::sharing::ReceiptAction::Received,
            at(NOW)
        )
        .unwrap_err()
        .code(),
        "not-a-recipient",
        "nobody in particular acknowledges it"
    );

    // Less work, for what follows.
    let seal = |parts: &Parts| parts.seal_to(&Recipients::password(password(PASSWORD)));
    let parts = || Parts::of_archive(&archive, vec![], ssh_of(1));
    let secret = password(PASSWORD);
    let request = Request { keys: Keys::Password(&secret), ..request };
    judge(&seal(&parts()), &request).unwrap();
    let wrong = password(b"ten other words");
    let with_wrong = Request { keys: Keys::Password(&wrong), ..request };
    refused("another password", &seal(&parts()), &with_wrong, (Step::Decrypt, "age-no-match"));
    refused("a party", &seal(&parts()), &world.request(), (Step::Decrypt, "age-no-match"));
    let mut named = parts();
    let mut honest = world.share();
    let mut recipients = None;
    honest.manifest(|members| recipients = members.get("recipients").cloned());
    named.manifest(|members| drop(members.insert("recipients".into(), recipients.unwrap())));
    refused("recipients are named", &seal(&named), &request, OTHERS);
    // Sealed to keys, though it is for nobody by name.
    let mut keyed = parts();
    keyed.to = vec![world.expert.classic_recipient().clone()];
    refused("sealed to a key", &keyed.seal(), &world.request(), NOT_NAMED);
    // Its terms are signed like any.
    let mut altered = parts();
    altered.manifest_alone(|members| drop(inner(members, "sender").insert("name".into(), text("X"))));
    refused("altered", &seal(&altered), &request, (Step::Manifest, "entry-altered"));
    assert_eq!(Recipients::password(secret).kind(), Kind::Password);
}

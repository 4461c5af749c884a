//! What is refused, with which exit code, and that nothing is left of it.

use std::fs;
use std::path::Path;

use privity::sharing::{CardDetails, age};

use crate::person::{Person, acquainted, meet};

const DAY: u64 = 86_400_000_000;

fn shared(counsel: &Person, folder: &Path, more: &[&str]) -> Vec<u8> {
    fs::write(folder.join("a.pdf"), vec![9; 100_000]).unwrap();
    counsel.ok(&[&["share", "a.pdf", "--to", "Erin Expert", "--purpose", "x", "-o", "s.age"], more].concat());
    fs::read(folder.join("s.age")).unwrap()
}

#[test]
fn wrong_words_verify_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = (Person::new(folder.path(), "counsel"), Person::new(folder.path(), "expert"));
    counsel.ok(&["keygen", "--name", "Carl Counsel"]);
    expert.ok(&["keygen", "--name", "Erin Expert"]);
    expert.ok(&["card", "show", "-o", "expert.card"]);
    counsel.ok(&["card", "add", "expert.card"]);
    let words = expert.words();
    let words: Vec<&str> = words.split(' ').collect();
    let mut wrong = words.clone();
    wrong[7] = if wrong[7] == "zoo" { "abandon" } else { "zoo" };
    for wrong in [&wrong[..], &words[..11], &[&words[..], &["zoo"]].concat()] {
        let ended = counsel.run(&[&["card", "verify", "Erin Expert"], wrong].concat());
        assert_eq!((ended.code, ended.at()), (3, "refused at verify: words".into()));
    }
    assert_eq!(counsel.run_with(&["card", "verify", "Erin Expert"], &[], &wrong.join(" ")).code, 3);
    assert_eq!(counsel.json(&["card", "list"])["contacts"][0]["state"], "unverified");
    // An unverified contact gets nothing without a reason, which is kept.
    fs::write(folder.path().join("a.pdf"), b"one").unwrap();
    let share = ["share", "a.pdf", "--to", "Erin Expert", "--purpose", "x", "-o", "s.age"];
    let refused = counsel.run(&share);
    assert_eq!((refused.code, refused.at()), (3, "refused at contact: contact-unverified".into()));
    assert!(!folder.path().join("s.age").exists());
    counsel.ok(&[&share[..], &["--unverified-because", "The hearing is in an hour"]].concat());
    let sent = fs::read_dir(counsel.home.join("sent")).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<String> = sent.filter_map(|path| fs::read_to_string(path).ok()).collect();
    assert!(kept.iter().any(|text| text == "Erin Expert: The hearing is in an hour\n"), "{kept:?}");
}

#[test]
fn a_share_that_was_passed_on_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    let eve = Person::new(folder.path(), "eve");
    eve.ok(&["keygen", "--name", "Eve Else"]);
    meet(&eve, &counsel, "Carl Counsel");
    let sealed = shared(&counsel, folder.path(), &[]);
    let not_for_her = eve.run(&["open", "s.age", "--into", "eve"]);
    assert_eq!((not_for_her.code, not_for_her.at()), (3, "refused at decrypt: age-no-match".into()));
    // The expert seals what she opened to somebody else: Carl's signature is still right.
    let archive = age::open(&[expert.party().identities()[0]], &sealed).unwrap();
    let to = age::Recipients::new(&[eve.party().recipient().clone()]).unwrap();
    fs::write(folder.path().join("forwarded.age"), age::seal(&to, &archive).unwrap()).unwrap();
    let forwarded = eve.run(&["open", "forwarded.age", "--into", "eve"]);
    assert_eq!((forwarded.code, forwarded.at()), (3, "refused at recipient: not-a-recipient".into()));
    assert_eq!(forwarded.err.lines().filter(|line| line.starts_with("passed: ")).count(), 6);
    assert!(!folder.path().join("eve").exists());
    // And nobody takes it from a sender whom they never verified.
    let stranger = Person::new(folder.path(), "stranger");
    stranger.ok(&["keygen", "--name", "Stan Stranger"]);
    let to = age::Recipients::new(&[stranger.party().recipient().clone()]).unwrap();
    fs::write(folder.path().join("forwarded.age"), age::seal(&to, &archive).unwrap()).unwrap();
    assert_eq!(stranger.run(&["open", "forwarded.age"]).at(), "refused at sender: sender-unknown");
}

#[test]
fn time_is_up_by_the_clock_of_who_opens() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    fs::write(folder.path().join("a.pdf"), b"one").unwrap();
    let past = ["share", "a.pdf", "--to", "Erin Expert", "--purpose", "x", "--expires", "2020-01-31"];
    assert_eq!(counsel.run(&past).code, 2);
    shared(&counsel, folder.path(), &["--expires", "2"]);
    let now = privity::Clock::now(&privity::SystemClock).micros();
    let at = |micros: u64| privity::Timestamp::from_micros(micros).unwrap().to_string();
    let cases = [
        (now + 3 * DAY, "refused at terms: share-expired"),
        (now - DAY / 48, "refused at terms: share-not-yet-valid"),
        (now - DAY, "refused at sender: card-not-yet-valid"),
        (now + 400 * DAY, "refused at sender: card-expired"),
    ];
    for (time, refused) in cases {
        let ended = expert.run_at(&at(time), &["open", "s.age"]);
        assert_eq!((ended.code, ended.at().as_str()), (3, refused));
        assert!(!folder.path().join("s").exists());
    }
    let late = ["share", "a.pdf", "--to", "Erin Expert", "--purpose", "x", "-o", "late.age"];
    assert_eq!(counsel.run_at(&at(now + 400 * DAY), &late).code, 3, "a card that is over was used");
    assert_eq!(expert.run_at(&at(now + DAY), &["open", "s.age"]).code, 0);
}

#[test]
fn a_file_that_was_tampered_with_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    let sealed = shared(&counsel, folder.path(), &[]);
    let before = fs::read_dir(folder.path()).unwrap().count();
    for at in [30, 100, 1_000, sealed.len() / 2, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        fs::write(folder.path().join("s.age"), changed).unwrap();
        let ended = expert.run(&["open", "s.age", "--receipt", "received"]);
        assert_eq!(ended.code, 3, "{at}: {}", ended.err);
        assert!(ended.err.lines().last().unwrap().starts_with("refused at "), "{}", ended.err);
    }
    for cut in [500, sealed.len() / 2, sealed.len() - 1] {
        fs::write(folder.path().join("s.age"), &sealed[..cut]).unwrap();
        assert_eq!(expert.run(&["open", "s.age"]).code, 3, "{cut}");
    }
    fs::write(folder.path().join("s.age"), b"something else").unwrap();
    assert_eq!(expert.run(&["open", "s.age"]).code, 4);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "something was left behind");
}

#[test]
fn a_receipt_counts_for_the_share_and_the_person_it_is_of() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    shared(&counsel, folder.path(), &[]);
    expert.ok(&["open", "s.age", "--receipt", "reviewed"]);
    let path = folder.path().join("s/receipt.json");
    let receipt = fs::read_to_string(&path).unwrap();
    fs::write(&path, receipt.replace("reviewed", "received")).unwrap();
    assert_eq!(counsel.run(&["receipt", "s/receipt.json"]).at(), "refused at receipt: signature-refused");
    fs::write(&path, &receipt).unwrap();
    // Who did not send the share knows nothing of it.
    assert_eq!(expert.run(&["receipt", "s/receipt.json"]).at(), "refused at receipt: receipt-refused");
    let sent = counsel.json(&["sent"]);
    assert_eq!(sent["sent"][0]["to"][0], "Erin Expert (not acknowledged)");
    counsel.ok(&["receipt", "s/receipt.json"]);
    assert_eq!(counsel.json(&["sent"])["sent"][0]["to"][0], "Erin Expert (reviewed)");
    fs::write(&path, b"{}").unwrap();
    assert_eq!(counsel.run(&["receipt", "s/receipt.json"]).code, 4);
}

#[test]
fn new_keys_need_new_words_and_a_renewed_card_needs_none() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    let old = expert.words();
    expert.ok(&["card", "renew"]);
    expert.ok(&["card", "show", "-o", "renewed.card"]);
    let renewed = counsel.json(&["card", "add", "renewed.card"]);
    assert_eq!(renewed["state"], "verified");
    assert_eq!(expert.words(), old);
    // Whoever has the old keys writes the next card with keys of their own.
    let card = privity::sharing::Card::parse(&fs::read(folder.path().join("renewed.card")).unwrap()).unwrap();
    let other = expert.party().with_new_keys().unwrap();
    let details = CardDetails {
        name: "Erin Expert",
        organisation: "",
        not_before: card.not_before(),
        expires: card.expires(),
        with_classic: true,
        previous: Some(&card),
    };
    let next = other.card(&details).unwrap();
    fs::write(folder.path().join("next.card"), next.to_bytes()).unwrap();
    assert_eq!(counsel.json(&["card", "add", "next.card"])["state"], "changed");
    fs::write(folder.path().join("a.pdf"), b"one").unwrap();
    let share = ["share", "a.pdf", "--to", "Erin Expert", "--purpose", "x", "-o", "s.age"];
    assert_eq!(counsel.run(&share).at(), "refused at contact: contact-changed");
    let verify = |words: &str| counsel.run_with(&["card", "verify", "Erin Expert"], &[], words).code;
    assert_eq!(verify(&old), 3);
    assert_eq!(verify(&next.fingerprint().words().join(" ")), 0);
    counsel.ok(&share);
    // An older card changes nothing.
    assert_eq!(counsel.run(&["card", "add", "renewed.card"]).at(), "refused at card: card-order");
    counsel.ok(&["card", "revoke", "Erin Expert"]);
    let again = ["share", "a.pdf", "--to", "Erin Expert", "--purpose", "x", "-o", "again.age"];
    assert_eq!(counsel.run(&again).at(), "refused at contact: contact-revoked");
    assert!(!folder.path().join("again.age").exists());
}

#[test]
fn who_writes_to_the_disk_verifies_no_contact() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = acquainted(folder.path());
    let contact = |person: &Person| {
        let mut entries = fs::read_dir(person.home.join("contacts")).unwrap();
        entries.next().unwrap().unwrap().path()
    };
    let (kept, theirs) = (contact(&counsel), contact(&expert));
    let whole = fs::read(&kept).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    // Altered; kept by somebody else; under another name.
    for (path, bytes) in [
        (kept.clone(), flipped),
        (kept.clone(), fs::read(theirs).unwrap()),
        (kept.with_file_name("prn_00000000000000000000000000.contact"), whole.clone()),
    ] {
        fs::write(&path, bytes).unwrap();
        let ended = counsel.run(&["card", "list"]);
        assert_eq!((ended.code, ended.at()), (3, "refused at contacts: device-state-damaged".into()));
        if path != kept {
            fs::remove_file(path).unwrap();
        }
        fs::write(&kept, &whole).unwrap();
    }
    counsel.ok(&["card", "list"]);
    // Another's card in the place of one's own would be read out on the telephone.
    fs::copy(expert.home.join("card"), counsel.home.join("card")).unwrap();
    assert_eq!(counsel.run(&["card", "show"]).at(), "refused at card: card-key");
    fs::write(counsel.home.with_extension("passphrase"), "another passphrase\n").unwrap();
    assert_eq!(counsel.run(&["card", "list"]).at(), "refused at unlock: unlock-refused");
}

#[test]
fn two_of_one_name_have_to_be_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, _) = acquainted(folder.path());
    let twin = Person::new(folder.path(), "twin");
    twin.ok(&["keygen", "--name", "Erin Expert"]);
    let card = twin.ok(&["card", "show", "--text"]).out;
    let added = counsel.run_with(&["card", "add", "-"], &[], &card);
    assert_eq!(added.code, 0);
    assert!(added.out.contains("Another contact has this name"), "{}", added.out);
    fs::write(folder.path().join("a.pdf"), b"one").unwrap();
    let to = |name: &str| counsel.run(&["share", "a.pdf", "--to", name, "--purpose", "x", "-o", "s.age"]);
    assert_eq!(to("Erin Expert").code, 2);
    let list = counsel.json(&["card", "list"]);
    let verified =
        list["contacts"].as_array().unwrap().iter().find(|one| one["state"] == "verified").unwrap();
    assert_eq!(to(verified["id"].as_str().unwrap()).code, 0);
    assert_eq!(to("Nobody").code, 2);
}

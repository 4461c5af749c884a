//! Shares out of a matter and into another firm's, with what the records say of them.

#[path = "vault/people.rs"]
mod people;

use std::fs;
use std::path::Path;

use people::{Firm, admit, refused, seen_by};
use privity::audit::body::{Designation, MatterRole};
use privity::sharing::{
    Addressee, CardDetails, Contact, Draft, Keys, Party, Receipt, ReceiptAction, Request, Step, Terms,
    UnverifiedContact, VerifiedContact, accept_folder,
};
use privity::vault::{AccessReason, NewDocument, Scope, Vault};
use privity::{Clock, SystemClock, Timestamp};

fn details(name: &str) -> CardDetails<'_> {
    let expires = Timestamp::from_micros(SystemClock.now().micros() + 86_400_000_000).unwrap();
    let not_before = Timestamp::from_micros(0).unwrap();
    CardDetails { name, organisation: "", not_before, expires, with_classic: false, previous: None }
}

fn of_party(party: &Party, name: &str) -> VerifiedContact {
    let card = party.card(&details(name)).unwrap();
    let words = card.fingerprint().words();
    UnverifiedContact::from_card(card).confirm(&words).unwrap()
}

fn of_device(vault: &Vault, name: &str) -> VerifiedContact {
    let card = vault.card(&details(name)).unwrap();
    let words = card.fingerprint().words();
    UnverifiedContact::from_card(card).confirm(&words).unwrap()
}

fn draft(to: &[&VerifiedContact]) -> Draft {
    let to = to.iter().map(|&contact| Addressee::from(contact)).collect();
    Draft::new(to, "A. Partner", "Partner & Co", Terms::new("Exhibits for the hearing"))
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn exhibits_go_from_one_firm_to_another_and_to_counsel_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Firm::in_memory(), Firm::in_memory());
    let counsel = Party::generate().unwrap();
    let matter = ours.matter("Doe v. Roe");
    let contents: Vec<Vec<u8>> = [10, 0, 200_000].iter().map(|&length| vec![7; length]).collect();
    let ids: Vec<_> = (1..)
        .zip(&contents)
        .map(|(number, content)| {
            let new = NewDocument::new(format!("Exhibit {number}.pdf")).unwrap();
            matter.seal_bytes(new.media_type("application/pdf"), content).unwrap().id
        })
        .collect();

    let to = [of_party(&counsel, "C. Counsel"), of_device(&theirs.partner, "T. Partner")];
    let share = folder.path().join("share.age");
    let made = matter.share(&draft(&[&to[0], &to[1]]), &ids, &share, None).unwrap();
    refused(matter.share(&draft(&[&to[0]]), &ids, &share, None), "exists");
    let listed = matter.shares().unwrap();
    assert_eq!(listed.len(), 1, "what was refused is not on record");
    assert_eq!((listed[0].share, listed[0].manifest), (made.manifest.share, made.hash));
    assert_eq!(listed[0].documents.len(), 3);
    assert_eq!(listed[0].recipients.len(), 2);
    assert!(listed[0].recipients.iter().all(|one| one.acknowledged.is_none()));

    // Counsel, who knows the firm by its words.
    let contacts = [Contact::Verified(of_device(&ours.partner, "A. Partner"))];
    let request = Request { keys: Keys::Party(&counsel), contacts: &contacts, now: SystemClock.now() };
    let into = folder.path().join("counsel");
    let accepted = accept_folder(&share, &request, &into, Default::default()).unwrap();
    for (document, content) in accepted.manifest.documents.iter().zip(&contents) {
        assert_eq!(&fs::read(into.join(&document.path)).unwrap(), content);
    }
    let shown = accepted.shown.as_ref().unwrap();
    assert_eq!((shown.firm(), shown.row().device), (ours.partner.firm(), ours.partner.device()));

    // The other firm, into a matter of its own.
    let received = theirs.matter("Roe, defence");
    let imported = received.accept(&share, &contacts, None).unwrap();
    assert_eq!(imported.documents.len(), 3);
    for (info, content) in imported.documents.iter().zip(&contents) {
        assert_eq!(&received.open_bytes(info.id, AccessReason::none()).unwrap(), content);
        assert_eq!(info.media_type, "application/pdf");
    }
    // Without the contact nothing is sealed and nothing recorded.
    let before = theirs.partner.verify(Scope::Firm, None).unwrap().records;
    let unknown = received.accept(&share, &[], None).unwrap_err();
    assert_eq!((unknown.step, unknown.error.code()), (Step::Sender, "sender-unknown"));
    assert_eq!(theirs.partner.verify(Scope::Firm, None).unwrap().records, before);

    // Receipts of both come back and are filed.
    let receipt = Receipt::sign(&counsel, &accepted, ReceiptAction::Received, SystemClock.now()).unwrap();
    matter.file_receipt(&receipt).unwrap();
    let party = theirs.partner.party().unwrap();
    let reviewed =
        Receipt::sign(&party, &imported.accepted, ReceiptAction::Reviewed, SystemClock.now()).unwrap();
    matter.file_receipt(&reviewed).unwrap();
    let listed = matter.shares().unwrap();
    let actions: Vec<_> = listed[0].recipients.iter().map(|one| one.acknowledged.unwrap().0).collect();
    assert_eq!(actions, [ReceiptAction::Received, ReceiptAction::Reviewed]);
    // A colleague at the other firm has its fingerprint and was not sent the share.
    let colleague = theirs.join("U. Colleague", 1);
    let by_colleague =
        Receipt::sign(&party, &imported.accepted, ReceiptAction::Refused, SystemClock.now()).unwrap();
    let other = Receipt::verify(&by_colleague, &made.manifest, &of_device(&colleague, "U. Colleague"));
    refused(other, "receipt-refused");
    Receipt::verify(&by_colleague, &made.manifest, &to[1]).unwrap();
    // Given up, she is so on every device of hers, whoever else of the firm is verified.
    let revoked = Contact::Revoked(of_device(&ours.partner, "A. Partner").revoke());
    let both = [Contact::Verified(of_device(&ours.join("V. Associate", 2), "V. Associate")), revoked];
    let given_up = received.accept(&share, &both, None).unwrap_err();
    assert_eq!((given_up.step, given_up.error.code()), (Step::Sender, "contact-revoked"));
    // A receipt that somebody else signed in counsel's name is none.
    let mut forged = receipt.clone();
    forged.signature.clone_from(&reviewed.signature);
    refused(matter.file_receipt(&forged), "signature-refused");
    refused(received.file_receipt(&receipt), "receipt-refused");
    for firm in [&ours, &theirs] {
        let report = firm.partner.verify(Scope::Firm, None).unwrap();
        assert!(report.findings.is_empty(), "{report}");
    }
    drop(fs::remove_dir_all(&into));
}

#[test]
fn who_may_not_share_shares_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let firm = Firm::in_memory();
    let (reader, outsider) = (firm.join("B. Reader", 1), firm.join("C. Outsider", 2));
    let matter = firm.matter("Doe v. Roe");
    admit(&matter, &reader, MatterRole::Reader);
    let id = matter.seal_bytes(NewDocument::new("a").unwrap(), b"a").unwrap().id;
    let counsel = of_party(&Party::generate().unwrap(), "C. Counsel");
    let target = folder.path().join("share.age");
    let share = |vault: &Vault| seen_by(vault, &matter).share(&draft(&[&counsel]), &[id], &target, None);
    refused(share(&reader), "role-missing");
    refused(share(&outsider), "no-access");
    refused(matter.share(&draft(&[&counsel]), &[id, id], &target, None), "field");
    refused(matter.share(&draft(&[&counsel]), &[], &target, None), "terms");
    refused(matter.share(&draft(&[]), &[id], &target, None), "share-recipients");
    assert!(is_empty(folder.path()));
    // Nothing goes out under a laxer designation than its own.
    let sealed = |designation| {
        let new = NewDocument::new("b").unwrap().designation(designation);
        matter.seal_bytes(new, b"b").unwrap().id
    };
    let of_firm = sealed(Designation::from_number(64).unwrap());
    refused(matter.share(&draft(&[&counsel]), &[id, of_firm], &target, None), "terms");
    let secret = sealed(Designation::ATTORNEYS_EYES_ONLY);
    let elsewhere = folder.path().join("raised.age");
    let made = matter.share(&draft(&[&counsel]), &[id, secret], &elsewhere, None).unwrap();
    assert_eq!(made.manifest.designation, Designation::ATTORNEYS_EYES_ONLY);
    fs::remove_file(elsewhere).unwrap();
    // Nor to a card that is no longer in force.
    let late = Party::generate().unwrap();
    let ended = CardDetails { expires: Timestamp::from_micros(1).unwrap(), ..details("Late") };
    let ended = late.card(&ended).unwrap();
    let words = ended.fingerprint().words();
    let ended = UnverifiedContact::from_card(ended).confirm(&words).unwrap();
    refused(matter.share(&draft(&[&ended]), &[id], &target, None), "card-expired");
    assert!(is_empty(folder.path()));
    // A reader knows what is out.
    assert_eq!(seen_by(&reader, &matter).shares().unwrap().len(), 1);
    refused(seen_by(&outsider, &matter).shares(), "no-access");
}

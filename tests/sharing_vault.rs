//! Shares out of a matter and into another firm's, with what the records say of them.

#[path = "vault/insider.rs"]
mod insider;
#[path = "sharing_vault/meanwhile.rs"]
mod meanwhile;
#[path = "vault/people.rs"]
mod people;

use std::fs;
use std::path::Path;

use insider::{Insider, chain_of};
use people::{Firm, admit, refused, seen_by};
use privity::audit::body::{Body, Designation, MatterRole, RecipientCount, Shared};
use privity::sharing::{
    Addressee, CardDetails, Contact, Draft, Keys, Party, Receipt, ReceiptAction, Request, SignedReceipt,
    Step, Terms, UnverifiedContact, VerifiedContact, accept_folder,
};
use privity::testing::label::Namespace;
use privity::testing::{device_seeds, signing_key, sshsig};
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

/// A matter with one document, shared with somebody by their contact; the share.
fn shared_with(firm: &Firm, contact: &VerifiedContact, share: &Path) -> privity::vault::Matter {
    let matter = firm.matter("Doe v. Roe");
    let id = matter.seal_bytes(NewDocument::new("a.pdf").unwrap(), b"a").unwrap().id;
    matter.share(&draft(&[contact]), &[id], share, None).unwrap();
    matter
}

/// The people of a firm have one fingerprint. That it was a colleague who signed tells the key that the share was
/// sealed to, and nothing else.
#[test]
fn a_receipt_is_by_who_was_sent_the_share() {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share.age");
    let (ours, theirs) = (Firm::in_memory(), Firm::in_memory());
    let (recipient, colleague) = (theirs.join("T. Recipient", 1), theirs.join("U. Colleague", 2));
    let [to, other] = [(&recipient, "T. Recipient"), (&colleague, "U. Colleague")];
    let (to, other) = (of_device(to.0, to.1), of_device(other.0, other.1));
    assert_eq!(to.fingerprint(), other.fingerprint());
    let matter = shared_with(&ours, &to, &share);
    let info = matter.shares().unwrap().remove(0);
    let receipt = |at| Receipt {
        action: ReceiptAction::Received,
        at,
        share: info.share,
        fingerprint: info.recipients[0].fingerprint,
        manifest: info.manifest,
    };
    let signed_by = |vault: &Vault, receipt: Receipt| {
        let key = signing_key(device_seeds(vault).unwrap()[64..96].try_into().unwrap());
        let json = receipt.to_bytes().unwrap();
        let signature = sshsig::sign(&key, Namespace::Receipt, &json);
        SignedReceipt { json, signature }
    };
    // The manifest, as the recipient has it.
    let contacts = [Contact::Verified(of_device(&ours.partner, "A. Partner"))];
    let party = recipient.party().unwrap();
    let request = Request { keys: Keys::Party(&party), contacts: &contacts, now: SystemClock.now() };
    let sent =
        accept_folder(&share, &request, &folder.path().join("in"), Default::default()).unwrap().manifest;

    let genuine = signed_by(&recipient, receipt(SystemClock.now()));
    Receipt::verify(&genuine, &sent, &to).unwrap();
    // Well signed, with the right fingerprint, by a verified contact: and not by whom it was sent to.
    let by_colleague = signed_by(&colleague, receipt(SystemClock.now()));
    refused(Receipt::verify(&by_colleague, &sent, &other), "receipt-refused");
    refused(Receipt::verify(&by_colleague, &sent, &to), "receipt-refused");
    refused(matter.file_receipt(&by_colleague), "receipt-refused");
    assert_eq!(matter.shares().unwrap()[0].recipients[0].acknowledged, None);

    // Of several on file the newest counts, in whatever order they came.
    let at = |micros| Timestamp::from_micros(micros).unwrap();
    let later = Receipt { action: ReceiptAction::Refused, ..receipt(at(2_000)) };
    for one in [later, receipt(at(1_000))] {
        matter.file_receipt(&signed_by(&recipient, one)).unwrap();
        let newest = matter.shares().unwrap()[0].recipients[0].acknowledged;
        assert_eq!(newest, Some((ReceiptAction::Refused, at(2_000))));
    }
}

/// A colleague of hers is verified, and that vouches for the firm; not for who was given up.
#[test]
fn who_is_given_up_is_so_on_every_device_of_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share.age");
    let (ours, theirs) = (Firm::in_memory(), Firm::in_memory());
    let associate = ours.join("V. Associate", 1);
    let first = of_device(&ours.partner, "A. Partner");
    // The partner's second device, whose card nobody has.
    let second = ours.second_device(2);
    let matter = ours.matter("Doe v. Roe");
    let id = matter.seal_bytes(NewDocument::new("a.pdf").unwrap(), b"a").unwrap().id;
    let to = of_device(&theirs.partner, "T. Partner");
    seen_by(&second, &matter).share(&draft(&[&to]), &[id], &share, None).unwrap();

    let received = theirs.matter("Roe, defence");
    let colleague = Contact::Verified(of_device(&associate, "V. Associate"));
    let verdict = |contacts: &[Contact]| {
        let refused = received.accept(&share, contacts, None).map(drop);
        refused.map_err(|refusal| (refusal.step, refusal.error.code()))
    };
    assert_eq!(verdict(std::slice::from_ref(&colleague)), Ok(()));
    assert_eq!(verdict(&[colleague.clone(), Contact::Verified(first.clone())]), Ok(()));
    let revoked = Contact::Revoked(first.revoke());
    assert_eq!(verdict(&[colleague.clone(), revoked]), Err((Step::Sender, "contact-revoked")));
    let other = Contact::Revoked(of_device(&ours.join("W. Other", 3), "W. Other").revoke());
    assert_eq!(verdict(&[colleague, other]), Ok(()), "somebody else was given up");
}

/// What an import keeps lets a stranger verify what the sender signed, without the share.
#[test]
fn an_import_keeps_where_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share.age");
    let (ours, theirs) = (Firm::in_memory(), Firm::in_memory());
    let (reader, outsider) = (theirs.join("B. Reader", 1), theirs.join("C. Outsider", 2));
    let matter = ours.matter("Doe v. Roe");
    let named = Designation::from_number(64).unwrap();
    let new = NewDocument::new("a.pdf").unwrap().designation(named);
    let id = matter.seal_bytes(new, b"a").unwrap().id;
    let to = of_device(&theirs.partner, "T. Partner");
    let terms = Terms { designation: named, ..Terms::new("Exhibits for the hearing") };
    let draft = Draft::new(vec![Addressee::from(&to)], "A. Partner", "Partner & Co", terms);
    let made = matter.share(&draft, &[id], &share, None).unwrap();

    let received = theirs.matter("Roe, defence");
    assert_eq!(received.received().unwrap(), []);
    let contacts = [Contact::Verified(of_device(&ours.partner, "Our opponent's partner"))];
    let imported = received.accept(&share, &contacts, None).unwrap();
    // What their firm calls its designation means nothing here.
    assert_eq!(imported.documents[0].designation, Designation::CONFIDENTIAL);
    admit(&received, &reader, MatterRole::Reader);
    refused(seen_by(&outsider, &received).received(), "no-access");
    let listed = seen_by(&reader, &received).received().unwrap().remove(0);
    assert_eq!(
        (listed.share, listed.manifest, listed.by),
        (made.manifest.share, made.hash, theirs.partner.device())
    );
    assert_eq!(listed.documents[0].document, imported.documents[0].id);
    let provenance = listed.provenance.unwrap();
    assert_eq!(
        (provenance.contact.as_str(), provenance.name.as_str(), provenance.purpose.as_str()),
        ("Our opponent's partner", "A. Partner", "Exhibits for the hearing")
    );
    assert_eq!(provenance.anchor, ours.partner.genesis().0);
    let part = |path: &str| &provenance.parts.iter().find(|(name, _)| name == path).unwrap().1;
    assert_eq!(part("privity/manifest.json"), &made.manifest.to_bytes().unwrap());
    let key = sshsig::verify(part("SHA256SUMS.sig"), Namespace::Disclosure, part("SHA256SUMS")).unwrap();
    assert_eq!(privity::testing::ssh_key::to_line(&key, ""), provenance.key);
    privity::sharing::Standing::verify(part("privity/chain.cbor"), &ours.partner.genesis()).unwrap();
    assert_eq!(provenance.parts.len(), 5);
}

/// What went out is listed, whatever its sender says of it or leaves out.
#[test]
fn a_share_that_does_not_say_whom_it_is_for_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let firm = Firm::in_memory();
    let colleague = firm.join("B. Colleague", 1);
    let counsel = of_party(&Party::generate().unwrap(), "C. Counsel");
    let unverified = Party::generate().unwrap().card(&details("D. Expert")).unwrap();
    let unverified = UnverifiedContact::from_card(unverified).overridden("the hearing is tomorrow").unwrap();
    let matter = shared_with(&firm, &counsel, &folder.path().join("share.age"));
    admit(&matter, &colleague, MatterRole::Member);
    let id = matter.documents(None, 9).unwrap()[0].id;
    let to = vec![Addressee::from(&counsel), unverified];
    let draft = Draft::new(to, "A. Partner", "", Terms::new("Second"));
    matter.share(&draft, &[id], &folder.path().join("second.age"), None).unwrap();
    let (password, _words) = Draft::with_password("A. Partner", "", Terms::new("Third")).unwrap();
    matter.share(&password, &[id], &folder.path().join("third.age"), None).unwrap();
    let honest = matter.shares().unwrap();
    let told = |at: usize| (honest[at].purpose.as_deref().unwrap(), honest[at].recipients.len());
    assert_eq!([told(0), told(1), told(2)], [("Exhibits for the hearing", 1), ("Second", 2), ("Third", 0)]);
    assert_eq!(honest[1].overridden.as_deref(), Some("2: the hearing is tomorrow"));
    let forwardable: Vec<bool> = honest.iter().map(|one| one.forwardable).collect();
    assert_eq!(forwardable, [false, false, true]);

    // A colleague's own program: more of somebody else's share, and a share of nobody knows what to whom.
    let insider = Insider::of(&colleague, &firm.shared);
    let chain = chain_of(matter.id());
    let body = |share, manifest| {
        Body::Shared(Shared {
            share,
            manifest,
            documents: None,
            expires: None,
            receipt: false,
            recipients: RecipientCount::new(1).unwrap(),
        })
    };
    for share in [honest[0].share, privity::ShareId::from_bytes([9; 16])] {
        let record = insider.sign(chain, &body(share, honest[0].manifest));
        insider.commit(&[(chain, vec![record])]);
    }
    let listed = matter.shares().unwrap();
    assert_eq!(listed[..3], honest[..]);
    let [_, _, _, odd] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((odd.by, odd.purpose.as_deref(), odd.recipients.len()), (colleague.device(), None, 0));
    assert!(!odd.forwardable, "it names one, whoever that is");
}

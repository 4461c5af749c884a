//! A firm, four people, a matter, documents, a person who leaves: in memory and in folders.

#[path = "vault/people.rs"]
mod people;

use std::io::Write;

use people::{Firm, admit, protector, refused, seen_by};
use privity::audit::body::MatterRole;
use privity::store::Storage;
use privity::vault::{
    AccessReason, Anchored, Approval, Change, EnrolmentRequest, Export, NewDocument, NewFirm, NewMatter,
    NewUser, Options, Scope, Vault, verify_export,
};

fn story(firm: &Firm) {
    let [lawyer, paralegal, auditor] = [("B. Lawyer", 1), ("C. Paralegal", 2), ("D. Auditor", 3)]
        .map(|(name, number)| firm.join(name, number));
    let matter = firm.matter("Doe v. Roe");
    admit(&matter, &lawyer, MatterRole::Member);
    admit(&matter, &paralegal, MatterRole::Member);
    admit(&matter, &auditor, MatterRole::Auditor);

    let by_lawyer = seen_by(&lawyer, &matter);
    let by_paralegal = seen_by(&paralegal, &matter);
    assert_eq!(by_lawyer.name().unwrap().as_deref(), Some("Doe v. Roe"));
    assert_eq!(seen_by(&auditor, &matter).name().unwrap().as_deref(), Some("Doe v. Roe"));

    let letter = matter.seal_bytes(NewDocument::new("letter.txt").unwrap(), b"Dear Sirs").unwrap();
    let mut writer = by_paralegal.writer(NewDocument::new("long.bin").unwrap()).unwrap();
    let long: Vec<u8> = (0..100_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
    writer.write_all(&long).unwrap();
    let long_info = writer.finish().unwrap();

    assert_eq!(by_paralegal.open_bytes(letter.id, AccessReason::none()).unwrap(), b"Dear Sirs");
    let reader = by_lawyer.reader(long_info.id, AccessReason::because("cite check")).unwrap();
    assert_eq!(reader.read_at(50_000, 10).unwrap(), long[50_000..50_010]);
    assert_eq!(reader.read().unwrap(), long);
    refused(seen_by(&auditor, &matter).open_bytes(letter.id, AccessReason::none()), "role-missing");
    refused(seen_by(&auditor, &matter).seal_bytes(NewDocument::new("no").unwrap(), b"no"), "role-missing");

    let renamed = Change { name: Some("letter to court.txt".into()), ..Change::default() };
    by_lawyer.describe(letter.id, &renamed).unwrap();
    let listed = by_paralegal.documents(None, 10).unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|info| info.name == "letter to court.txt" && info.length == 9));

    // She leaves.
    let report = matter.remove(paralegal.user(), "left the firm").unwrap();
    assert!(report.is_complete());
    assert_eq!((report.rotated[0].epoch, report.rotated[0].could_copy), (2, 2));
    let after = by_lawyer.seal_bytes(NewDocument::new("after.txt").unwrap(), b"privileged").unwrap();
    refused(by_paralegal.open_bytes(after.id, AccessReason::none()), "no-access");
    refused(by_paralegal.open_bytes(letter.id, AccessReason::none()), "no-access");
    refused(by_paralegal.seal_bytes(NewDocument::new("no").unwrap(), b"no"), "no-access");
    refused(by_paralegal.documents(None, 10), "no-access");
    assert_eq!(matter.open_bytes(after.id, AccessReason::none()).unwrap(), b"privileged");
    assert_eq!(by_lawyer.open_bytes(letter.id, AccessReason::none()).unwrap(), b"Dear Sirs");

    // Everybody verifies; a stranger verifies the export with the trust root alone.
    let report = lawyer.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.documents, report.documents_checked), (3, 3));
    assert!(matches!(report.anchored, Anchored::UpTo { .. }), "{report}");
    for scope in [Scope::Firm, Scope::Matter(matter.id())] {
        let export = lawyer.export(scope).unwrap().to_bytes();
        let checked = verify_export(&export, firm.partner.trust()).unwrap();
        assert!(checked.is_clean() && checked.documents == 3, "{checked}");
        let reread = Export::from_bytes(&export).unwrap();
        assert_eq!(reread.to_bytes(), export);
    }
    let names: Vec<_> = lawyer.users().unwrap().into_iter().filter_map(|person| person.name).collect();
    assert!(
        names.contains(&"A. Partner".to_owned()) && names.contains(&"C. Paralegal".to_owned()),
        "{names:?}"
    );
}

#[test]
fn a_firm_in_memory_seals_opens_and_shuts_out_who_leaves() {
    story(&Firm::in_memory());
}

#[test]
fn a_firm_in_a_folder_does_the_same_and_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let firm = Firm::in_folder(folder.path());
    story(&firm);
    let user = firm.partner.user();
    drop(firm);
    let (_, storage) = Firm::device(folder.path(), 0);
    refused(Vault::unlock(storage.clone(), protector(7), Options::default()), "unlock-refused");
    let again = Vault::unlock(storage, protector(0), Options::default()).unwrap();
    assert_eq!(again.user(), user);
    let matter = again.matters().unwrap().remove(0);
    assert_eq!(matter.documents_count().unwrap(), 3);
    again.lock();
    refused(matter.documents(None, 1), "locked");
}

#[test]
fn words_that_differ_stop_an_enrolment() {
    let firm = Firm::in_memory();
    let storage = firm.shared.with_device(std::sync::Arc::new(privity::store::MemoryDevice::new()));
    let request = Vault::request(storage.clone(), NewUser::new("E."), protector(5)).unwrap();
    let mut words = request.words();
    words[11] = if words[11] == "zoo" { "zone" } else { "zoo" };
    refused(firm.partner.enrol(&request, &words, &[]), "words");
    refused(firm.partner.enrol(&request, &words[..11], &[]), "words");

    // A server that puts in a key of its own shows in the words.
    let other = firm.shared.with_device(std::sync::Arc::new(privity::store::MemoryDevice::new()));
    let swapped = Vault::request(other, NewUser::new("E."), protector(5)).unwrap();
    assert_ne!(swapped.words(), request.words());
    refused(firm.partner.enrol(&swapped, &request.words(), &[]), "words");
    for cut in [0, 8, 100, request.to_bytes().len() - 1] {
        refused(EnrolmentRequest::from_bytes(&request.to_bytes()[..cut]), "enrolment");
    }
    let approval = firm.partner.enrol(&request, &request.words(), &[]).unwrap();
    assert_eq!(Approval::from_bytes(&approval.to_bytes()).unwrap(), approval);
    // Another device cannot take it.
    // What was lost on its way is had again, with the same keys and words; nothing is recorded twice.
    assert_eq!(Vault::request(storage.clone(), NewUser::new("E."), protector(5)).unwrap(), request);
    refused(Vault::request(storage.clone(), NewUser::new("E."), protector(6)), "unlock-refused");
    let of_another = NewUser::further_device(firm.partner.user(), "E.");
    refused(Vault::request(storage.clone(), of_another, protector(5)), "already-there");
    let head = firm.partner.verify(Scope::Firm, None).unwrap().records;
    let again = firm.partner.enrol(&request, &request.words(), &[]).unwrap();
    assert_eq!((again, firm.partner.verify(Scope::Firm, None).unwrap().records), (approval, head));
    let thief = firm.shared.with_device(std::sync::Arc::new(privity::store::MemoryDevice::new()));
    Vault::request(thief.clone(), NewUser::new("E."), protector(6)).unwrap();
    refused(Vault::accept(thief, &approval, protector(6), Options::default()), "enrolment-mismatch");
    let other = firm.join("O.", 8);
    refused(other.enrol(&request, &request.words(), &[]), "role-missing");
    Vault::accept(storage.clone(), &again, protector(5), Options::default()).unwrap();
    refused(Vault::request(storage, NewUser::new("E."), protector(5)), "already-there");
    refused(firm.partner.enrol(&request, &request.words(), &[]), "key-used");
}

#[test]
fn the_fold_decides_who_may_do_what() {
    let firm = Firm::in_memory();
    let (reader, outsider) = (firm.join("R.", 1), firm.join("O.", 2));
    let matter = firm.matter("One");
    admit(&matter, &reader, MatterRole::Reader);
    let by_reader = seen_by(&reader, &matter);
    refused(by_reader.admit(outsider.user(), MatterRole::Member), "role-missing");
    refused(by_reader.remove(firm.partner.user(), "coup"), "role-missing");
    refused(by_reader.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "role-missing");
    refused(by_reader.rotate(), "role-missing");
    refused(reader.open_matter(NewMatter::new("Two")), "role-missing");
    refused(seen_by(&outsider, &matter).name(), "no-access");
    refused(seen_by(&outsider, &matter).documents(None, 1), "no-access");
    refused(matter.admit(reader.user(), MatterRole::Reader), "already-admitted");
    assert_eq!(matter.documents_count().unwrap(), 0, "nothing was written");
    // A wall overrides every later grant.
    let screened = matter.screen(reader.user(), "conflict of interest").unwrap();
    assert_eq!(screened.rotated[0].epoch, 2);
    refused(matter.admit(reader.user(), MatterRole::Member), "screened");
    refused(by_reader.documents(None, 1), "screened");
    let report = firm.partner.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_firm_is_not_made_over_another_and_not_found_where_there_is_none() {
    let firm = Firm::in_memory();
    let again = |storage: Storage| {
        let new = NewFirm::new("Other", "X");
        Vault::create(storage, new, protector(1), protector(2), Options::default())
    };
    refused(again(firm.shared.clone()), "already-there");
    refused(
        again(firm.shared.with_device(std::sync::Arc::new(privity::store::MemoryDevice::new()))),
        "already-there",
    );
    refused(Vault::unlock(Storage::memory(), protector(1), Options::default()), "device-state-missing");
    // One's own device before somebody else's store.
    let other = Firm::in_memory();
    let mixed = other.shared.with_device(firm.shared.device.clone());
    firm.partner.lock();
    refused(Vault::unlock(mixed, protector(0), Options::default()), "other-firm");
    let empty = Storage::memory().with_device(firm.shared.device.clone());
    refused(Vault::unlock(empty, protector(0), Options::default()), "not-a-vault");
}

#[test]
fn a_removed_person_is_removed_from_every_matter_of_the_directory() {
    let firm = Firm::in_memory();
    let leaver = firm.join("L.", 1);
    let matters: Vec<_> = (0..5).map(|n| firm.matter(&format!("Matter {n}"))).collect();
    matters.iter().step_by(2).for_each(|matter| admit(matter, &leaver, MatterRole::Member));
    let report = firm.partner.remove_person(leaver.user(), "retired").unwrap();
    assert_eq!((report.rotated.len(), report.is_complete()), (3, true), "{report}");
    for matter in &matters {
        refused(seen_by(&leaver, matter).documents(None, 1), "no-access");
    }
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
}

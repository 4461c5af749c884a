//! The story of a firm through the exported calls, over folders.

mod common;

use common::{Desk, code, file};
use privity_ffi::{
    Anchored, Approval, Blob, Change, Designation, EnrolmentRequest, MatterRole, NewDocument, NewFile,
    NewUser, Options, Scope, Stale, TrustRoot, Vault, request_enrolment, verify_export,
};

#[test]
fn a_firm_lives_through_its_first_week() {
    let desk = Desk::new();
    let partner = desk.firm();
    let matter = partner.open_matter("Doe v. Roe".to_owned(), None).unwrap();
    assert_eq!(matter.name().unwrap().as_deref(), Some("Doe v. Roe"));
    assert_eq!(code(partner.open_matter("Again".to_owned(), Some(matter.id().unwrap()))), "already-there");

    // A folder, one file of it missing.
    let sources = desk.path("sources");
    std::fs::create_dir(&sources).unwrap();
    let mut files = Vec::new();
    for n in 0..3 {
        let path = format!("{sources}/{n}.txt");
        if n != 1 {
            std::fs::write(&path, vec![b'a'; 100_000 * (n + 1)]).unwrap();
        }
        files.push(NewFile { document: file(&format!("{n}.txt")), path });
    }
    let sealed = matter.seal_all(files, None).unwrap();
    assert_eq!((sealed.sealed.len(), sealed.commits), (2, 1));
    assert_eq!((sealed.failed[0].place, sealed.failed[0].code.as_str()), (1, "source-unreadable"));

    // Random reads.
    let big = &sealed.sealed[1];
    let reader = matter.reader(big.id, Some("preparing".to_owned())).unwrap();
    assert_eq!(reader.len().unwrap(), 300_000);
    assert_eq!(reader.read_at(299_990, 65_536).unwrap().as_slice(), vec![b'a'; 10]);
    assert_eq!(code(reader.read_at(300_001, 1)), "out-of-range");
    assert_eq!(reader.read().unwrap().as_slice().len(), 300_000);

    // Piece by piece.
    let writer = matter
        .writer(NewDocument { designation: Some(Designation::Privileged), ..file("memo.txt") })
        .unwrap();
    writer.write(b"page 1, ").unwrap();
    writer.write_blob(Blob::new(b"page 2").unwrap()).unwrap();
    let memo = writer.finish().unwrap();
    assert_eq!(matter.open_bytes(memo.id, None).unwrap().as_slice(), b"page 1, page 2");
    assert_eq!(memo.designation, Designation::Privileged);
    let renamed = Change { name: Some("advice.txt".to_owned()), media_type: None };
    assert_eq!(matter.describe(memo.id, renamed).unwrap().name, "advice.txt");
    assert_eq!(matter.documents(None, 10).unwrap().len(), 3);
    assert_eq!(matter.documents_count().unwrap(), 3);
    let refused = NewDocument { designation: Some(Designation::Custom { number: 5 }), ..file("x") };
    assert_eq!(code(matter.seal_bytes(refused, b"")), "field");

    // A colleague joins.
    let storage = desk.storage("paralegal");
    let guard = desk.guard("paralegal");
    let new = NewUser { name: "P. Legal".to_owned(), user: None };
    let request = request_enrolment(storage.clone(), new, guard.clone()).unwrap();
    let handed = EnrolmentRequest::from_bytes(request.to_bytes().unwrap()).unwrap();
    assert_eq!(handed.words().unwrap(), request.words().unwrap());
    let mut misheard = handed.words().unwrap();
    misheard.reverse();
    assert_eq!(code(partner.enrol(handed.clone(), misheard, vec![])), "words");
    let approval = partner.enrol(handed, request.words().unwrap(), vec![]).unwrap();
    let approval = Approval::from_bytes(approval.to_bytes().unwrap()).unwrap();
    let paralegal = Vault::accept(storage.clone(), approval, guard.clone(), None).unwrap();
    let id = paralegal.user().unwrap();
    let theirs = paralegal.matter(matter.id().unwrap()).unwrap();
    assert_eq!(code(theirs.open_bytes(memo.id, None)), "no-access");
    matter.admit(id, MatterRole::Member).unwrap();
    assert_eq!(code(matter.admit(id, MatterRole::Member)), "already-admitted");
    assert_eq!(theirs.open_bytes(memo.id, None).unwrap().as_slice(), b"page 1, page 2");
    assert_eq!(theirs.members().unwrap().len(), 2);
    assert_eq!(theirs.name().unwrap().as_deref(), Some("Doe v. Roe"));

    // They leave and are refused.
    let report = matter.remove(id, "left the firm".to_owned()).unwrap();
    assert!(report.is_complete && report.text.contains("not undone"));
    assert_eq!((report.rotated[0].epoch, report.rotated[0].could_copy), (2, 3));
    assert_eq!(code(theirs.open_bytes(memo.id, None)), "no-access");
    let wall = matter.screen(id, "conflict".to_owned()).unwrap();
    assert_eq!(wall.rotated[0].epoch, 3);
    assert_eq!(code(matter.admit(id, MatterRole::Reader)), "screened");
    let people = partner.users().unwrap();
    assert!(people.iter().any(|one| one.id == id && one.name.as_deref() == Some("P. Legal")));

    // Their device vouches for the newest state as it unlocks.
    Vault::unlock(storage, guard, None).unwrap();

    // Everything is verified, here and from an export with the trust root alone.
    let report = partner.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean && report.documents_checked == 3, "{}", report.text);
    assert!(matches!(report.anchored, Anchored::UpTo { ref users, .. } if users.contains(&id)));
    let trust = partner.trust().unwrap();
    for scope in [Scope::Firm, Scope::Matter { id: matter.id().unwrap() }] {
        let export = partner.export(scope).unwrap();
        let verified = verify_export(export.as_slice(), trust.clone()).unwrap();
        assert_eq!(verified.head, report.head);
        let mut altered = export.as_slice().to_vec();
        let last = altered.len() / 2;
        altered[last] ^= 1;
        let codes = ["firm-tampered", "store-incomplete", "export", "log-unsigned", "signature-refused"];
        assert!(codes.contains(&code(verify_export(&altered, trust.clone())).as_str()));
    }
    let other = TrustRoot { genesis: privity::Hash([7; 32]), ..trust };
    let export = partner.export(Scope::Firm).unwrap();
    assert_eq!(code(verify_export(export.as_slice(), other)), "other-firm");

    // Nobody else vouched within no time at all: policy refuses to act.
    partner.lock().unwrap();
    assert_eq!(code(matter.name()), "locked");
    let strict = Options { fresh_for: Some(0), stale: Some(Stale::Refuse), ..Options::default() };
    let strict = Vault::unlock(desk.storage("partner"), desk.guard("partner"), Some(strict)).unwrap();
    assert_eq!(code(strict.open_matter("Frozen".to_owned(), None)), "frozen");
}

#[test]
fn files_go_by_path_and_options_are_checked() {
    let desk = Desk::new();
    let vault = desk.firm();
    let matter = vault.open_matter("M".to_owned(), None).unwrap();
    let (from, to) = (desk.path("in"), desk.path("out"));
    std::fs::write(&from, vec![3; 1_000_000]).unwrap();
    let sealed = matter.seal_file(file("in"), from.clone(), None).unwrap();
    assert_eq!(matter.open_file(sealed.id, to.clone(), None, None).unwrap(), 1_000_000);
    assert_eq!(std::fs::read(&to).unwrap(), std::fs::read(&from).unwrap());
    assert_eq!(code(matter.open_file(sealed.id, to, None, None)), "exists");
    assert_eq!(code(matter.seal_file(file("no"), desk.path("missing"), None)), "source-unreadable");
    assert_eq!(code(matter.seal_file(file("no"), desk.path(""), None)), "not-a-file");

    let guard = || desk.guard("partner");
    let unlock = |options| Vault::unlock(desk.storage("partner"), guard(), Some(options));
    assert_eq!(code(unlock(Options { threads: Some(0), ..Options::default() })), "threads");
    assert_eq!(code(unlock(Options { cosigners: Some(0), ..Options::default() })), "field");
    assert_eq!(code(Vault::unlock(desk.storage("partner"), desk.guard("other"), None)), "unlock-refused");
    assert_eq!(code(Vault::unlock(desk.storage("nobody"), guard(), None)), "device-state-missing");
}

//! [5, 9, 14, 22, 37, 56, 62] Genuine objects in a place, a form or a use that is not theirs.

use std::collections::BTreeSet;

use privity::audit::Fault;
use privity::audit::body::{Body, Grant, MatterRole};
use privity::envelope::{KeyRow, Profile};
use privity::state::Flaw;
use privity::store::{RowKey, Storage};
use privity::vault::{AccessReason, Finding, NewDocument, NewMatter, Options, Scope, Vault};
use privity::{DocumentId, SecretBytes};

use crate::liars::{LyingErasable, ShredLie};
use crate::people::{Firm, admit, protector, refused, seen_by};
use crate::store::{Copy, put, row_of, rows};
use crate::{Scene, open, seal};

#[test]
fn rows_and_wraps_of_one_matter_are_none_of_another() {
    // [5]
    let scene = Scene::set_up();
    let two = scene.firm.matter("Two");
    admit(&two, &scene.member, MatterRole::Member);
    let theirs = seal(&two, "theirs", b"Of the other");
    assert_eq!(open(&seen_by(&scene.member, &two), &theirs), b"Of the other");
    let storage = &scene.firm.shared;
    let honest = Copy::of(storage, &scene.chains());
    let (one_key, one_row) = row_of(storage, &scene.matter, scene.letter.id);
    let (two_key, two_row) = row_of(storage, &two, theirs.id);
    // A row of another matter's document in the place of this one's, and under its own name here.
    put(storage, &one_key, Some(&two_row));
    let moved = RowKey::new([&[0x30][..], scene.matter.id().as_bytes(), &two_key.as_bytes()[17..]].concat());
    put(storage, &moved.unwrap(), Some(&two_row));
    let lied = Copy::of(storage, &scene.chains());
    refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "row-mismatch");
    refused(scene.matter.document(scene.letter.id), "row-mismatch");
    refused(scene.matter.open_bytes(theirs.id, AccessReason::none()), "document-unknown");
    assert!(lied.is_still(storage), "nothing was recorded");
    // The row tells the truth about itself but for its matter.
    let mut row = KeyRow::decode(&one_row).unwrap();
    row.matter = two.id();
    put(storage, &one_key, Some(&row.encode()));
    refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "row-mismatch");
    honest.restore(storage);

    // Wraps of the one matter's epoch in the places of the other's.
    let wraps = rows(storage, 0x20);
    let of = |matter: &privity::vault::Matter| {
        let matter = matter.id();
        wraps.iter().filter(move |(key, _)| key.as_bytes()[1..17] == matter.as_bytes()[..])
    };
    for (key, _) in of(&scene.matter) {
        let to = &key.as_bytes()[17..];
        if let Some((_, value)) = of(&two).find(|(key, _)| &key.as_bytes()[17..] == to) {
            put(storage, key, Some(value));
        }
    }
    // Who holds the secret already goes on; who has to unwrap it refuses.
    scene.member.lock();
    let member = Vault::unlock(scene.members.clone(), protector(1), Options::default()).unwrap();
    let lied = Copy::of(storage, &scene.chains());
    let matter = seen_by(&member, &scene.matter);
    refused(matter.open_bytes(scene.letter.id, AccessReason::none()), "unwrap-refused");
    refused(matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "unwrap-refused");
    assert!(lied.is_still(storage), "nothing was written");
    let found = scene.firm.partner.verify(Scope::Firm, None).unwrap().findings;
    assert!(!found.is_empty() && found.iter().all(|one| matches!(one, Finding::Wrap { .. })), "{found:?}");
    honest.restore(storage);
    assert_eq!(open(&matter, &scene.letter), b"Dear Sirs", "nothing was lost");
}

#[test]
fn a_key_wrapped_for_one_purpose_is_none_for_another() {
    // [14] Wrap of an epoch, of the auditors, of the recovery key, links, detail keys: each put where
    // each other stands.
    let scene = Scene::set_up();
    let auditor = scene.firm.join("A.", 5);
    admit(&scene.matter, &auditor, MatterRole::Auditor);
    let _report = scene.matter.rotate().unwrap();
    assert_eq!(seen_by(&auditor, &scene.matter).name().unwrap().as_deref(), Some("One"));
    assert!(scene.firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    let storage = &scene.firm.shared;
    let of = |tag: u8| {
        let all = rows(storage, tag).into_iter();
        all.filter(|(key, _)| key.as_bytes()[1..17] == scene.matter.id().as_bytes()[..]).collect::<Vec<_>>()
    };
    let (mut tried, mut found, mut codes) = (0, 0, BTreeSet::new());
    scene.member.lock();
    for (one, other) in [(0x20, 0x21), (0x22, 0x23), (0x24, 0x23), (0x21, 0x20), (0x23, 0x22)] {
        for (key, own) in of(one) {
            for (_, value) in of(other) {
                put(storage, &key, Some(&value));
                tried += 1;
                let report = scene.firm.partner.verify(Scope::Firm, None).unwrap();
                found += usize::from(!report.findings.is_empty());
                // Somebody who remembers nothing has to take the key from there.
                let again = Vault::unlock(scene.members.clone(), protector(1), Options::default()).unwrap();
                let opened = seen_by(&again, &scene.matter).open_bytes(scene.letter.id, AccessReason::none());
                match opened {
                    Ok(content) => assert_eq!(content, b"Dear Sirs"),
                    Err(error) => _ = codes.insert(error.code()),
                }
                put(storage, &key, Some(&own));
            }
        }
    }
    assert!(tried > 10 && found > 5, "{tried} tried, {found} found by verify");
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["content-refused", "unwrap-refused"]);
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs", "nothing was lost");
}

#[test]
fn a_record_under_the_key_of_checkpoints_counts_for_nothing() {
    // [14]
    let scene = Scene::set_up();
    let grant = Body::Grant(Grant { user: scene.insiders.user(), role: MatterRole::Lead });
    let (insider, chain) = (&scene.insider, scene.chain());
    insider.commit(&[(chain, vec![insider.sign_with_log_key(chain, &grant)])]);
    let report = scene.member.verify(Scope::Firm, None).unwrap();
    let why: Vec<_> = report.reported.iter().map(|one| (one.why, one.committed_by)).collect();
    assert_eq!((why, &report.void[..]), (vec![(Fault::Signature, insider.device)], &[][..]), "{report}");
    let roles = scene.matter.members().unwrap();
    let insiders = roles.iter().find(|member| member.user == scene.insiders.user()).unwrap();
    assert_eq!(insiders.role, MatterRole::Member);
    scene.goes_on();
}

#[test]
fn another_encoding_of_the_same_row_or_record_is_refused() {
    // [9]
    let scene = Scene::set_up();
    let storage = &scene.firm.shared;
    let (key, row) = row_of(storage, &scene.matter, scene.letter.id);
    // map(10), 1: 16 bytes, 2: version 1 — and the 1 in two bytes, the map in two, a byte behind.
    assert_eq!((row[0], &row[19..21]), (0xAA, &[2, 1][..]));
    let longer_number = [&row[..20], &[0x18, 1], &row[21..]].concat();
    let longer_map = [&[0xB8, 10], &row[1..]].concat();
    let trailing = [&row[..], &[0]].concat();
    let before = Copy::of(storage, &scene.chains());
    for other in [longer_number, longer_map, trailing] {
        put(storage, &key, Some(&other));
        refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "cbor");
        let found = scene.firm.partner.verify(Scope::Firm, None).unwrap().findings;
        assert!(matches!(found[..], [Finding::Document { why, .. }] if why.name() == "cbor"), "{found:?}");
    }
    put(storage, &key, Some(&row));
    assert!(before.is_still(storage), "nothing was recorded");
    // A genuine record of the insider's in another form, anchored as it is.
    let grant = Body::Grant(Grant { user: scene.member.user(), role: MatterRole::Member });
    let record = scene.insider.sign(scene.chain(), &grant);
    scene.insider.commit(&[(scene.chain(), vec![[&record[..], &[0]].concat()])]);
    let report = scene.member.verify(Scope::Firm, None).unwrap();
    assert_eq!(report.void.iter().map(|void| void.why).collect::<Vec<_>>(), [Flaw::NotARecord]);
    scene.goes_on();
}

#[test]
fn rows_blobs_and_keys_that_no_record_names_mean_nothing() {
    // [56, of rows]
    let scene = Scene::set_up();
    let storage = &scene.firm.shared;
    let (honest, documents) = (Copy::of(storage, &scene.chains()), scene.matter.documents_count().unwrap());
    let (_, row) = row_of(storage, &scene.matter, scene.letter.id);
    let extra = DocumentId::from_bytes([0xEE; 16]);
    let mut spliced = KeyRow::decode(&row).unwrap();
    spliced.document = extra;
    let place = |document: DocumentId, version: u32| {
        let ids = [&[0x30][..], scene.matter.id().as_bytes(), document.as_bytes()].concat();
        RowKey::new([ids, version.to_be_bytes().to_vec()].concat()).unwrap()
    };
    put(storage, &place(extra, 1), Some(&spliced.encode()));
    // A second version of the letter, with the first one's row.
    put(storage, &place(scene.letter.id, 2), Some(&row));
    let mut blob = storage.blobs.create(&privity::store::BlobId::new(&"e".repeat(48)).unwrap()).unwrap();
    std::io::Write::write_all(&mut blob, b"PRVYDOC1").unwrap();
    blob.finish().unwrap();
    storage.erasable.put(&RowKey::new(vec![0xEE; 24]).unwrap(), &SecretBytes::new(vec![7; 32])).unwrap();
    let lied = Copy::of(storage, &scene.chains());
    assert_eq!(scene.matter.documents_count().unwrap(), documents);
    assert_eq!(scene.matter.documents(None, 99).unwrap().len() as u64, documents);
    refused(scene.matter.document(extra), "document-unknown");
    refused(scene.matter.open_bytes(extra, AccessReason::none()), "document-unknown");
    assert!(lied.is_still(storage), "nothing was recorded");
    let report = scene.firm.partner.verify(Scope::Firm, None).unwrap();
    assert_eq!((report.documents, report.documents_checked), (documents, documents));
    // The very row of a document, and another one with it: the first alone counts.
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs");
    // A document of that id that is sealed later is not the one that was prepared for it.
    let new = NewDocument::with_id(extra, "extra");
    scene.matter.seal_bytes(new, b"our own").unwrap();
    assert_eq!(scene.matter.open_bytes(extra, AccessReason::none()).unwrap(), b"our own");
    drop(honest);
    scene.goes_on();
}

#[test]
fn a_row_of_another_profile_or_version_is_refused() {
    // [37]
    let scene = Scene::set_up();
    let storage = &scene.firm.shared;
    let (key, row) = row_of(storage, &scene.matter, scene.letter.id);
    let before = Copy::of(storage, &scene.chains());
    let own = KeyRow::decode(&row).unwrap();
    let other = if own.content_profile == Profile::ChaCha { Profile::Aes } else { Profile::ChaCha };
    type Change = fn(&mut KeyRow, Profile);
    let cases: [(Change, &str); 5] = [
        (|row, other| row.content_profile = other, "row-mismatch"),
        (|row, other| row.row_profile = other, "row-mismatch"),
        (|row, _| row.version = row.version.checked_add(1).unwrap(), "row-mismatch"),
        (|row, _| row.designation = 0, "row-mismatch"),
        (|row, _| row.generation = row.generation.checked_add(1).unwrap(), "shred-key-missing"),
    ];
    for (at, (change, code)) in cases.into_iter().enumerate() {
        let mut changed = own.clone();
        change(&mut changed, other);
        put(storage, &key, Some(&changed.encode()));
        let opened = scene.matter.open_bytes(scene.letter.id, AccessReason::none());
        assert_eq!(opened.expect_err(&format!("case {at}")).code(), code, "case {at}");
    }
    // A profile that nobody knows: its number is the byte behind the key 7.
    let at = row.windows(4).position(|bytes| bytes[0] == 6 && bytes[2] == 7).unwrap();
    for place in [at + 1, at + 3] {
        let mut unknown = row.clone();
        unknown[place] = 0;
        put(storage, &key, Some(&unknown));
        refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "profile");
    }
    put(storage, &key, Some(&row));
    assert!(before.is_still(storage), "nothing was recorded");
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs", "nothing was lost");
}

#[test]
fn a_store_of_shred_keys_that_lies_makes_nobody_seal_and_loses_nothing() {
    // [62, 66]
    let storage = Storage::memory();
    let lying = LyingErasable::over(storage.erasable.clone());
    let firm = Firm::create(Storage { erasable: lying.clone(), ..storage });
    let matter = firm.matter("One");
    let letter = seal(&matter, "letter", b"Dear Sirs");
    assert_eq!(open(&matter, &letter), b"Dear Sirs");
    firm.partner.lock();
    let state = |vault: &Vault| {
        let state = crate::state_of(&firm.shared, vault);
        let ledger = privity::ChainId::from_bytes(*vault.firm().as_bytes());
        [ledger].into_iter().chain(state.heads().map(|head| head.chain)).collect::<Vec<_>>()
    };
    let unlock = || Vault::unlock(firm.shared.clone(), protector(0), Options::default()).unwrap();
    let blobs = firm.shared.blobs.list(None, 99).unwrap();
    for (lie, code) in [
        (ShredLie::Another, "secret-mismatch"),
        (ShredLie::Short, "field"),
        (ShredLie::Missing, "shred-key-missing"),
    ] {
        let before = Copy::of(&firm.shared, &state(&firm.partner));
        lying.tell(Some(lie));
        let vault = unlock();
        let seen = seen_by(&vault, &matter);
        refused(seen.seal_bytes(NewDocument::new("x").unwrap(), b"x"), code);
        refused(seen.open_bytes(letter.id, AccessReason::none()), code);
        refused(seen.document(letter.id), code);
        assert!(before.is_still(&firm.shared), "{lie:?}: nothing was written");
        assert_eq!(firm.shared.blobs.list(None, 99).unwrap(), blobs, "{lie:?}: no blob is left");
        lying.tell(None);
        assert_eq!(open(&seen_by(&unlock(), &matter), &letter), b"Dear Sirs", "nothing was lost");
    }
    // It takes no key: no matter is opened.
    let vault = unlock();
    let count = vault.matters().unwrap().len();
    lying.tell(Some(ShredLie::Refuses));
    refused(vault.open_matter(NewMatter::new("Two")), "io");
    assert_eq!(vault.matters().unwrap().len(), count, "nothing was written");
    lying.tell(None);
    let two = vault.open_matter(NewMatter::new("Two")).unwrap();
    let document = seal(&two, "x", b"x");
    assert_eq!(open(&two, &document), b"x");
}

//! [32] Lengths, counts and depths of the store's choosing.

use privity::store::{RowKey, Storage};
use privity::vault::{AccessReason, Finding, NewDocument, Scope};

use crate::Scene;
use crate::liars::LyingReads;
use crate::people::{Firm, refused, seen_by};
use crate::store::{Copy, put, row_of, rows};
use crate::{open, seal};

#[test]
fn rows_of_any_size_are_refused_by_their_size() {
    let scene = Scene::set_up();
    let storage = &scene.firm.shared;
    let honest = Copy::of(storage, &scene.chains());
    let (key, row) = row_of(storage, &scene.matter, scene.letter.id);
    let of_matter = |tag: u8| {
        let mut all = rows(storage, tag).into_iter();
        all.find(|(key, _)| key.as_bytes()[1..17] == scene.matter.id().as_bytes()[..]).unwrap().0
    };
    let huge = vec![0xAA; 32 << 20];
    // A map of 2^63 entries, a string of 2^60 bytes, a million arrays in one another.
    let count = [&[0xBB, 0x7F][..], &[0xFF; 7]].concat();
    let string = [&row[..2], &[0x5B, 0x10][..], &[0; 7]].concat();
    let depth = vec![0x81; 32_000];
    for (what, bytes, code) in [
        ("huge", &huge, "too-large"),
        ("count", &count, "cbor"),
        ("string", &string, "cbor"),
        ("depth", &depth, "cbor"),
    ] {
        put(storage, &key, Some(bytes));
        let opened = scene.matter.open_bytes(scene.letter.id, AccessReason::none());
        assert_eq!(opened.unwrap_err().code(), code, "{what}");
        let found = scene.firm.partner.verify(Scope::Firm, None).unwrap().findings;
        assert!(matches!(found[..], [Finding::Document { .. }]), "{what}: {found:?}");
        put(storage, &key, Some(&row));
    }
    for tag in [0x20, 0x24] {
        put(storage, &of_matter(tag), Some(&huge));
        let report = scene.firm.partner.verify(Scope::Firm, None).unwrap();
        assert_eq!(report.findings.is_empty(), tag != 0x20, "{tag:x}: {report}");
        honest.restore(storage);
    }
    // The newest checkpoint.
    let (place, note) = rows(storage, 1).pop().unwrap();
    for (bytes, code) in [(&huge[..], "too-large"), (&note[..note.len() - 1], "note"), (&[], "note")] {
        put(storage, &place, Some(bytes));
        refused(scene.matter.documents_count(), code);
        refused(scene.matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), code);
    }
    put(storage, &place, Some(&note));
    // A checkpoint of the largest size there is.
    let last = RowKey::new([&[1][..], &u64::MAX.to_be_bytes()].concat()).unwrap();
    put(storage, &last, Some(&note));
    let lied = Copy::of(storage, &scene.chains());
    refused(scene.matter.documents_count(), "checkpoint");
    assert!(lied.is_still(storage), "nothing was written");
    put(storage, &last, None);
    assert!(honest.is_still(storage));
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs", "nothing was lost");
}

#[test]
fn a_store_that_hands_out_more_leaves_than_there_are_or_never_ends_is_refused() {
    let storage = Storage::memory();
    let lying = LyingReads::over(storage.rows.clone());
    let scene = Scene::of(Firm::create(Storage { rows: lying.clone(), ..storage }));
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    type Lie = fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>;
    let cases: [(Lie, &str); 4] = [
        // A million leaves for what was asked.
        (|leaves| leaves.iter().cycle().take(1_000_000).cloned().collect(), "ledger-forked"),
        (|leaves| leaves.into_iter().flat_map(|leaf| [leaf.clone(), leaf]).collect(), "firm-tampered"),
        (|leaves| leaves.into_iter().map(|leaf| leaf.repeat(2_000)).collect(), "other-firm"),
        (|leaves| leaves.into_iter().map(|_| Vec::new()).collect(), "other-firm"),
    ];
    for (at, (lie, code)) in cases.into_iter().enumerate() {
        lying.leaves(move |_, _, truth| lie(truth));
        let verified = scene.firm.partner.verify(Scope::Firm, None);
        assert_eq!(verified.unwrap_err().code(), code, "case {at}");
        lying.honest();
    }
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    assert!(scene.firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs", "nothing was lost");
}

#[test]
fn rows_without_number_that_no_record_names_cost_no_more_than_reading_them() {
    let scene = Scene::set_up();
    let storage = &scene.firm.shared;
    let many = 100_000_u32;
    let mut transaction = storage.rows.write(&[]).unwrap();
    let (_, row) = row_of(storage, &scene.matter, scene.letter.id);
    for number in 0..many {
        let mut id = [0xEE; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        let documents = [&[0x30][..], scene.matter.id().as_bytes(), &id, &[0, 0, 0, 1]].concat();
        transaction.put(&RowKey::new(documents).unwrap(), &row).unwrap();
        let epoch = 1_u64.to_be_bytes();
        let wraps = [&[0x20][..], scene.matter.id().as_bytes(), &epoch, &id].concat();
        transaction.put(&RowKey::new(wraps).unwrap(), &[7; 1_176]).unwrap();
        let cosignatures = [&[2][..], &u64::from(number).to_be_bytes(), &id].concat();
        transaction.put(&RowKey::new(cosignatures).unwrap(), b"junk").unwrap();
    }
    transaction.commit().unwrap();
    let began = std::time::Instant::now();
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs");
    let after = seal(&seen_by(&scene.member, &scene.matter), "after", b"after");
    let acts = began.elapsed();
    assert_eq!(scene.matter.documents_count().unwrap(), 4);
    let report = scene.firm.partner.verify(Scope::Firm, None).unwrap();
    println!("{many} rows of each kind: two acts in {acts:?}, verified in {:?}", began.elapsed() - acts);
    assert_eq!(report.documents, 4);
    assert!(report.is_clean(), "{} findings", report.findings.len());
    assert_eq!(open(&scene.matter, &after), b"after");
}

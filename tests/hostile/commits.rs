//! [46, 69] What becomes of a commit that fails, that only seems to fail, or that comes too late.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use privity::ChainId;
use privity::audit::kind::ChainType;
use privity::audit::record::Record;
use privity::store::Storage;
use privity::vault::{AccessReason, NewDocument, Scope, Vault};

use crate::people::{Firm, refused, seen_by};
use crate::store::{Copy, Lie, LyingStore};
use crate::{Scene, open, seal};

fn scene() -> (Scene, Arc<LyingStore>) {
    let storage = Storage::memory();
    let lying = LyingStore::over(storage.rows.clone());
    (Scene::of(Firm::create(Storage { rows: lying.clone(), ..storage })), lying)
}

/// No device ever signed two byte strings under one sequence, whatever the store was given.
fn nothing_is_signed_twice(lying: &LyingStore, scene: &Scene) -> usize {
    let mut signed: BTreeMap<_, Vec<u8>> = BTreeMap::new();
    for (chain, bytes) in lying.given() {
        let chain_type = match chain {
            chain if chain == scene.ledger() => ChainType::Ledger,
            chain if chain == scene.directory() => ChainType::Directory,
            _ => ChainType::Matter,
        };
        let record = Record::parse(&bytes, chain_type).unwrap();
        let key = (record.payload().author, chain, record.payload().sequence);
        let before = signed.insert(key, bytes.clone());
        assert!(before.is_none_or(|before| before == bytes), "two records under {key:?}");
    }
    signed.len()
}

fn is_clean(vault: &Vault) {
    let report = vault.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_commit_that_was_not_written_leaves_nothing_and_its_sequences_are_passed_over() {
    let (scene, lying) = scene();
    let chains = scene.chains();
    let before = nothing_is_signed_twice(&lying, &scene);
    let (store, blobs) =
        (Copy::of(&scene.firm.shared, &chains), scene.firm.shared.blobs.list(None, 99).unwrap());
    let new = NewDocument::new("lost").unwrap();
    lying.next(Lie::NotWritten);
    refused(scene.matter.seal_bytes(new.clone(), b"lost"), "io");
    assert!(lying.has_lied() && store.is_still(&scene.firm.shared));
    assert_eq!(scene.firm.shared.blobs.list(None, 99).unwrap(), blobs, "no blob that no record names");
    for act in 0..3 {
        lying.next(Lie::NotWritten);
        let failed = match act {
            0 => scene.matter.open_bytes(scene.letter.id, AccessReason::none()).map(drop),
            1 => scene.matter.remove(scene.member.user(), "why").map(drop),
            _ => scene.matter.rotate().map(drop),
        };
        refused(failed, "io");
        assert!(lying.has_lied() && store.is_still(&scene.firm.shared), "{act}");
    }
    let sealed = scene.matter.seal_bytes(new, b"lost").unwrap();
    assert_eq!(open(&scene.matter, &sealed), b"lost");
    scene.goes_on();
    is_clean(&scene.member);
    assert!(nothing_is_signed_twice(&lying, &scene) > before + 10);
}

#[test]
fn a_commit_that_was_written_though_the_store_denies_it_counts_and_nothing_is_lost() {
    let (scene, lying) = scene();
    let new = NewDocument::new("denied").unwrap();
    lying.next(Lie::Written);
    let denied = scene.matter.seal_bytes(new.clone(), b"content");
    assert!(lying.has_lied());
    refused(denied, "io");
    // It is on record, and so is its blob. A host that tries again is told that it is there.
    refused(scene.matter.seal_bytes(new.clone(), b"content"), "document-exists");
    assert_eq!(scene.matter.open_bytes(new.id(), AccessReason::none()).unwrap(), b"content");
    let member = seen_by(&scene.member, &scene.matter);
    assert_eq!(member.open_bytes(new.id(), AccessReason::none()).unwrap(), b"content");
    // The removal that was denied happened: said again, it says that she has no role any more.
    lying.next(Lie::Written);
    refused(scene.matter.remove(scene.member.user(), "why"), "io");
    refused(scene.matter.remove(scene.member.user(), "why"), "user-unknown");
    refused(member.documents(None, 1), "no-access");
    assert_eq!(scene.matter.epoch().unwrap(), 2);
    let after = seal(&scene.matter, "after", b"after");
    assert_eq!(open(&scene.matter, &after), b"after");
    is_clean(&scene.firm.partner);
    nothing_is_signed_twice(&lying, &scene);
}

#[test]
fn bytes_of_a_denied_commit_that_come_back_later_are_another_history() {
    let (scene, lying) = scene();
    let chains = scene.chains();
    let before = Copy::of(&scene.firm.shared, &chains);
    lying.next(Lie::Written);
    refused(scene.matter.rotate(), "io");
    let denied = Copy::of(&scene.firm.shared, &chains);
    // The store hides it, and the device, which never saw it confirmed, goes on without it.
    before.restore(&scene.firm.shared);
    let document = seal(&scene.matter, "instead", b"instead");
    let honest = Copy::of(&scene.firm.shared, &chains);
    denied.restore(&scene.firm.shared);
    refused(scene.matter.documents_count(), "ledger-forked");
    refused(scene.matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "ledger-forked");
    assert!(denied.is_still(&scene.firm.shared));
    honest.restore(&scene.firm.shared);
    assert_eq!(open(&scene.matter, &document), b"instead");
    scene.goes_on();
    is_clean(&scene.member);
    nothing_is_signed_twice(&lying, &scene);
}

#[test]
fn the_loser_of_a_race_abandons_its_sequence_and_nobody_is_blamed() {
    let (scene, lying) = scene();
    let winner: Arc<Mutex<Vec<_>>> = Arc::default();
    let first = {
        let (matter, winner) = (seen_by(&scene.member, &scene.matter), winner.clone());
        move || winner.lock().unwrap().push(seal(&matter, "winner", b"first"))
    };
    let new = NewDocument::new("loser").unwrap();
    lying.next(Lie::Overtaken(Box::new(first)));
    refused(scene.matter.seal_bytes(new.clone(), b"second"), "io");
    assert_eq!(scene.matter.documents_count().unwrap(), 4, "the winner's alone is there");
    let loser = scene.matter.seal_bytes(new, b"second").unwrap();
    let won = winner.lock().unwrap().remove(0);
    for vault in [&scene.firm.partner, &scene.member] {
        let matter = seen_by(vault, &scene.matter);
        assert_eq!((open(&matter, &won), open(&matter, &loser)), (b"first".to_vec(), b"second".to_vec()));
        is_clean(vault);
    }
    nothing_is_signed_twice(&lying, &scene);

    // What the loser had signed, put where it would stand, is a leaf that no anchor covers.
    let chain: ChainId = scene.chain();
    let written = crate::store::leaves(&scene.firm.shared, chain);
    let lost: Vec<_> =
        lying.given().into_iter().filter(|(of, leaf)| *of == chain && !written.contains(leaf)).collect();
    assert_eq!(lost.len(), 1);
    let mut with = written.clone();
    with.push(lost[0].1.clone());
    crate::store::replace(&scene.firm.shared, chain, &with);
    is_clean(&scene.member);
    scene.goes_on();
    // In the winner's place it is tampering with the store, and no device is accused of two records.
    let at = written.iter().position(|leaf| leaf == &written[written.len() - 3]).unwrap();
    let mut instead = crate::store::leaves(&scene.firm.shared, chain);
    let honest = Copy::of(&scene.firm.shared, &scene.chains());
    instead[at] = lost[0].1.clone();
    crate::store::replace(&scene.firm.shared, chain, &instead);
    refused(scene.member.verify(Scope::Firm, None), "firm-tampered");
    honest.restore(&scene.firm.shared);
    is_clean(&scene.member);
}

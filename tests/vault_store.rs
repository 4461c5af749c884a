//! A store that lies: each test is honest first and succeeds, then lies, and asserts the exact code.
//! Numbers in brackets are those of docs/threat-model.md.

#[path = "vault/people.rs"]
mod people;
#[path = "vault/store.rs"]
mod store;

use std::sync::Arc;

use people::{Firm, admit, protector, refused, seen_by};
use privity::ChainId;
use privity::audit::body::MatterRole;
use privity::store::{BlobId, DeviceSlot, MemoryDevice, MemoryStore, Storage, Store as _};
use privity::vault::{AccessReason, Change, Finding, NewDocument, NewMatter, Options, Scope, Vault};
use store::{put, row_of, rows};

/// Another store with everything this one has.
fn copy(storage: &Storage, chains: &[ChainId]) -> Storage {
    let to = MemoryStore::new();
    let from = storage.rows.read().unwrap();
    let mut transaction = to.write(&[]).unwrap();
    for tag in 0..=u8::MAX {
        for (key, value) in from.scan(&[tag], None, usize::MAX).unwrap() {
            transaction.put(&key, &value).unwrap();
        }
    }
    for chain in chains {
        let size = from.size(*chain).unwrap();
        transaction.append(*chain, 0, &from.records(*chain, 0, size).unwrap()).unwrap();
    }
    transaction.commit().unwrap();
    drop(from);
    Storage { rows: Arc::new(to), ..storage.clone() }
}

fn device_copy(storage: &Storage) -> Arc<MemoryDevice> {
    use privity::store::DeviceState as _;
    let copy = MemoryDevice::new();
    let (_, bytes) = storage.device.load(DeviceSlot::State).unwrap();
    copy.save(DeviceSlot::State, 0, &bytes.unwrap()).unwrap();
    Arc::new(copy)
}

fn chains(vault: &Vault) -> Vec<ChainId> {
    // The ledger, the directory as the ledger's neighbour in the export, every matter.
    let ledger = ChainId::from_bytes(*vault.firm().as_bytes());
    let matters = vault.matters().unwrap();
    let matters = matters.iter().map(|matter| ChainId::from_bytes(*matter.id().as_bytes()));
    let directory = directory(vault);
    [ledger, directory].into_iter().chain(matters).collect()
}

/// The chain of the directory, from an export: its second.
fn directory(vault: &Vault) -> ChainId {
    let export = vault.export(Scope::Firm).unwrap().to_bytes();
    // magic, map(4), key 2, array, [chain, [...]]: found by the ids that are not known otherwise.
    let known: Vec<[u8; 16]> = vault
        .matters()
        .unwrap()
        .iter()
        .map(|matter| *matter.id().as_bytes())
        .chain([*vault.firm().as_bytes()])
        .collect();
    let heads = export.windows(18).filter(|bytes| bytes[0] == 0x82 && bytes[1] == 0x50);
    let mut ids = heads.map(|bytes| <[u8; 16]>::try_from(&bytes[2..]).unwrap());
    ChainId::from_bytes(ids.find(|id| !known.contains(id)).expect("the directory"))
}

#[test]
fn an_old_row_or_old_metadata_put_back_is_refused() {
    // [50, 68]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let letter = matter.seal_bytes(NewDocument::new("old name").unwrap(), b"content").unwrap();
    let (key, old) = row_of(&firm.shared, &matter, letter.id);
    let renamed = Change { name: Some("new name".into()), ..Change::default() };
    matter.describe(letter.id, &renamed).unwrap();
    assert_eq!(matter.document(letter.id).unwrap().name, "new name");
    let (_, new) = row_of(&firm.shared, &matter, letter.id);
    put(&firm.shared, &key, Some(&old));
    refused(matter.document(letter.id), "row-mismatch");
    refused(matter.open_bytes(letter.id, AccessReason::none()), "row-mismatch");
    let found = firm.partner.verify(Scope::Firm, None).unwrap().findings;
    assert!(matches!(found[..], [Finding::Document { document, .. }] if document == letter.id), "{found:?}");
    put(&firm.shared, &key, Some(&new));
    assert_eq!(matter.open_bytes(letter.id, AccessReason::none()).unwrap(), b"content", "nothing was lost");
}

#[test]
fn rows_moved_between_documents_and_every_flipped_bit_of_a_wrap_are_refused() {
    // [1, 5]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let [a, b] =
        [b"aaa", b"bbb"].map(|content| matter.seal_bytes(NewDocument::new("x").unwrap(), content).unwrap());
    let (key_a, row_a) = row_of(&firm.shared, &matter, a.id);
    let (_, row_b) = row_of(&firm.shared, &matter, b.id);
    put(&firm.shared, &key_a, Some(&row_b));
    refused(matter.open_bytes(a.id, AccessReason::none()), "row-mismatch");
    for at in (0..row_a.len()).step_by(7) {
        let mut flipped = row_a.clone();
        flipped[at] ^= 1;
        put(&firm.shared, &key_a, Some(&flipped));
        assert!(matter.open_bytes(a.id, AccessReason::none()).is_err(), "byte {at}");
    }
    put(&firm.shared, &key_a, None);
    refused(matter.open_bytes(a.id, AccessReason::none()), "row-missing");
    put(&firm.shared, &key_a, Some(&row_a));
    assert_eq!(matter.open_bytes(a.id, AccessReason::none()).unwrap(), b"aaa");
}

#[test]
fn a_blob_that_is_missing_or_anothers_is_refused_before_anything_is_recorded() {
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let letter = matter.seal_bytes(NewDocument::new("x").unwrap(), b"content").unwrap();
    matter.open_bytes(letter.id, AccessReason::none()).unwrap();
    let before = firm.partner.verify(Scope::Firm, None).unwrap().records;
    let blob: BlobId = firm.shared.blobs.list(None, 1).unwrap().remove(0);
    firm.shared.blobs.remove(&blob).unwrap();
    refused(matter.open_bytes(letter.id, AccessReason::none()), "blob-missing");
    let mut other = firm.shared.blobs.create(&blob).unwrap();
    std::io::Write::write_all(&mut other, b"PRVYDOC1 and junk that is no document").unwrap();
    other.finish().unwrap();
    assert!(matter.open_bytes(letter.id, AccessReason::none()).is_err());
    assert_eq!(firm.partner.verify(Scope::Firm, None).unwrap().records, before);
}

#[test]
fn a_wrap_that_holds_junk_is_named_and_one_for_somebody_else_opens_nothing() {
    // [1, 61, 62]
    let firm = Firm::in_memory();
    let lawyer = firm.join("L.", 1);
    let matter = firm.matter("One");
    admit(&matter, &lawyer, MatterRole::Member);
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    let of_matter = rows(&firm.shared, 0x20)
        .into_iter()
        .filter(|(key, _)| key.as_bytes()[1..17] == matter.id().as_bytes()[..]);
    for (key, value) in of_matter {
        let mut junk = value.clone();
        junk[600] ^= 1;
        put(&firm.shared, &key, Some(&junk));
        let found = firm.partner.verify(Scope::Firm, None).unwrap().findings;
        assert!(
            matches!(found[..], [Finding::Wrap { why, .. }] if why.name() == "wrap-mismatch"),
            "{found:?}"
        );
        if key.as_bytes()[25..] == lawyer.user().as_bytes()[..] {
            refused(seen_by(&lawyer, &matter).name(), "unwrap-refused");
        }
        put(&firm.shared, &key, Some(&value));
    }
    assert_eq!(seen_by(&lawyer, &matter).name().unwrap().as_deref(), Some("One"));
}

#[test]
fn a_shred_key_of_the_stores_choosing_seals_nothing() {
    // [62, 66]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let keys = firm.shared.erasable.list(matter.id().as_bytes()).unwrap();
    let value = firm.shared.erasable.get(&keys[0]).unwrap().unwrap();
    let device = firm.shared.device.clone();
    firm.partner.lock();
    let unlock =
        || Vault::unlock(firm.shared.with_device(device.clone()), protector(0), Options::default()).unwrap();
    firm.shared.erasable.put(&keys[0], &privity::SecretBytes::new(vec![7; 32])).unwrap();
    let seal = |vault: &Vault| seen_by(vault, &matter).seal_bytes(NewDocument::new("x").unwrap(), b"x");
    refused(seal(&unlock()), "secret-mismatch");
    firm.shared.erasable.destroy(&keys[0]).unwrap();
    refused(seal(&unlock()), "shred-key-missing");
    assert!(firm.shared.blobs.list(None, 1).unwrap().is_empty(), "nothing is left behind");
    firm.shared.erasable.put(&keys[0], &value).unwrap();
    seal(&unlock()).unwrap();
}

#[test]
fn an_older_store_is_a_rollback_and_another_history_a_fork() {
    // [16, 17, 19]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let all = chains(&firm.partner);
    let old = copy(&firm.shared, &all);
    let old_device = device_copy(&firm.shared);
    matter.seal_bytes(NewDocument::new("x").unwrap(), b"x").unwrap();
    let device = firm.shared.device.clone();
    firm.partner.lock();
    let unlock = |storage: &Storage, device: &Arc<dyn privity::store::DeviceState>| {
        Vault::unlock(storage.with_device(device.clone()), protector(0), Options::default())
    };
    drop(unlock(&firm.shared, &device).unwrap());
    refused(unlock(&old, &device), "ledger-rollback");
    // A second copy of the device goes on from the old store: two histories.
    let other = Vault::unlock(old.with_device(old_device), protector(0), Options::default()).unwrap();
    for n in 0..3 {
        other.open_matter(NewMatter::new(format!("Fork {n}"))).unwrap();
    }
    refused(unlock(&old, &device), "ledger-forked");
    drop(unlock(&firm.shared, &device).unwrap());
}

#[test]
fn leaves_edited_removed_or_past_the_last_anchor() {
    // [20, 21, 65]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let letter = matter.seal_bytes(NewDocument::new("x").unwrap(), b"x").unwrap();
    let chain = ChainId::from_bytes(*matter.id().as_bytes());
    let leaves = firm.shared.rows.read().unwrap().records(chain, 0, 100).unwrap();
    let write = |from: u64, leaves: &[Vec<u8>]| {
        let mut transaction = firm.shared.rows.write(&[chain]).unwrap();
        transaction.append(chain, from, leaves).unwrap();
        transaction.commit().unwrap();
    };
    // Junk past the last anchor belongs to no chain, and the next writer replaces it.
    write(leaves.len() as u64, &[b"junk".to_vec(), leaves[1].clone()]);
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    assert_eq!(matter.open_bytes(letter.id, AccessReason::none()).unwrap(), b"x");
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    let honest = firm.shared.rows.read().unwrap().records(chain, 0, 100).unwrap();
    assert_eq!(honest.len(), leaves.len() + 1);

    for at in 0..honest.len() {
        let mut edited = honest.clone();
        let middle = edited[at].len() / 2;
        edited[at][middle] ^= 1;
        write(0, &edited);
        refused(firm.partner.verify(Scope::Firm, None), "firm-tampered");
    }
    let mut swapped = honest.clone();
    swapped.swap(1, 2);
    write(0, &swapped);
    refused(firm.partner.verify(Scope::Firm, None), "firm-tampered");
    write(0, &honest[..honest.len() - 1]);
    refused(firm.partner.verify(Scope::Firm, None), "store-incomplete");
    write(0, &honest);
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
}

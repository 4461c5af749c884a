//! Rows and records.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use privity::store::{MemoryStore, SqliteStore, Store};

use crate::{Place, chain, code, contract, key};

contract! {
    rows_are_ordered_bytewise
    a_scan_pages_through_a_prefix_and_no_further
    prefixes_of_all_ones_have_an_end
    the_last_row_and_the_count_are_of_the_prefix
    a_put_replaces_and_a_delete_removes
    a_transaction_sees_its_own_writes
    a_dropped_transaction_leaves_nothing
    an_append_continues_a_chain_or_replaces_its_tail
    an_append_that_leaves_a_gap_is_refused_and_changes_nothing
    records_come_in_order_limited_and_at_most_four_mebibytes_at_once
    chains_do_not_touch_each_other
    a_snapshot_does_not_move_while_others_commit
    values_of_all_sizes_come_back
    two_threads_writing_lose_nothing
}

fn put(place: &Place, rows: &[(&[u8], &[u8])]) {
    let mut transaction = place.storage.rows.write(&[]).unwrap();
    for (name, value) in rows {
        transaction.put(&key(name), value).unwrap();
    }
    transaction.commit().unwrap();
}

fn scan(place: &Place, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Vec<Vec<u8>> {
    let snapshot = place.storage.rows.read().unwrap();
    let rows = snapshot.scan(prefix, after.map(key).as_ref(), limit).unwrap();
    rows.into_iter().map(|(key, _)| key.as_bytes().to_vec()).collect()
}

fn append(place: &Place, from: u64, records: &[&[u8]]) -> &'static str {
    let mut transaction = place.storage.rows.write(&[chain(1)]).unwrap();
    let records: Vec<_> = records.iter().map(|record| record.to_vec()).collect();
    let appended = code(transaction.append(chain(1), from, &records));
    transaction.commit().unwrap();
    appended
}

fn records(place: &Place, from: u64, limit: u64) -> Vec<Vec<u8>> {
    place.storage.rows.read().unwrap().records(chain(1), from, limit).unwrap()
}

fn rows_are_ordered_bytewise(place: &Place) {
    let long = [0xFF; 128];
    let keys: [&[u8]; 8] = [&[0], &[0, 0], &[0, 1], &[1], &[0x7F], &[0x80], &[0xFF], &long];
    for name in [5, 2, 7, 0, 3, 6, 1, 4] {
        put(place, &[(keys[name], b"v")]);
    }
    assert_eq!(scan(place, &[], None, 99), keys);
}

fn a_scan_pages_through_a_prefix_and_no_further(place: &Place) {
    put(place, &[(b"a", b""), (b"b", b""), (b"b\x00", b""), (b"b1", b""), (b"b\xFF", b""), (b"c", b"")]);
    assert_eq!(scan(place, b"b", None, 2), [b"b".to_vec(), b"b\x00".to_vec()]);
    assert_eq!(scan(place, b"b", Some(b"b\x00"), 2), [b"b1".to_vec(), b"b\xFF".to_vec()]);
    assert_eq!(scan(place, b"b", Some(b"b\xFF"), 2), [[]; 0] as [[u8; 0]; 0]);
    // From before the prefix, and from behind it.
    assert_eq!(scan(place, b"b", Some(b"a"), 1), [b"b"]);
    assert_eq!(scan(place, b"b", Some(b"c"), 9), [[]; 0] as [[u8; 0]; 0]);
    assert_eq!(scan(place, b"b", Some(b"zz"), 9), [[]; 0] as [[u8; 0]; 0]);
    assert_eq!(scan(place, b"b", None, 0), [[]; 0] as [[u8; 0]; 0]);
    assert_eq!(scan(place, b"", None, 99).len(), 6);
}

fn prefixes_of_all_ones_have_an_end(place: &Place) {
    let long = [0xFF; 128];
    put(place, &[(&[0xFE], b""), (&[0xFF], b""), (&[0xFF, 0xFF], b""), (&long, b"end")]);
    assert_eq!(scan(place, &[0xFF], None, 9).len(), 3);
    let snapshot = place.storage.rows.read().unwrap();
    assert_eq!(snapshot.last(&[0xFF]).unwrap().unwrap(), (key(&long), b"end".to_vec()));
    assert_eq!((snapshot.count(&[0xFF]).unwrap(), snapshot.count(&[0xFF; 3]).unwrap()), (3, 1));
}

fn the_last_row_and_the_count_are_of_the_prefix(place: &Place) {
    put(place, &[(b"p1", b"one"), (b"p2", b"two"), (b"p3", b"three"), (b"q", b"other")]);
    let mut transaction = place.storage.rows.write(&[]).unwrap();
    assert_eq!(transaction.last(b"p").unwrap().unwrap(), (key(b"p3"), b"three".to_vec()));
    assert_eq!((transaction.count(b"p").unwrap(), transaction.count(b"").unwrap()), (3, 4));
    assert!(transaction.last(b"o").unwrap().is_none() && transaction.count(b"o").unwrap() == 0);
    transaction.delete(&key(b"p3")).unwrap();
    assert_eq!(transaction.last(b"p").unwrap().unwrap().0, key(b"p2"));
    transaction.put(&key(b"p4"), b"four").unwrap();
    assert_eq!(transaction.last(b"p").unwrap().unwrap(), (key(b"p4"), b"four".to_vec()));
    assert_eq!(transaction.count(b"p").unwrap(), 3);
}

fn a_put_replaces_and_a_delete_removes(place: &Place) {
    put(place, &[(b"k", b"one")]);
    put(place, &[(b"k", b"two")]);
    let get = || place.storage.rows.read().unwrap().get(&key(b"k")).unwrap();
    assert_eq!(get().unwrap(), b"two");
    let mut transaction = place.storage.rows.write(&[]).unwrap();
    transaction.delete(&key(b"k")).unwrap();
    transaction.delete(&key(b"never there")).unwrap();
    transaction.commit().unwrap();
    assert_eq!(get(), None);
}

fn a_transaction_sees_its_own_writes(place: &Place) {
    put(place, &[(b"a", b"old"), (b"b", b"old"), (b"d", b"old")]);
    append(place, 0, &[b"r0", b"r1"]);
    let mut transaction = place.storage.rows.write(&[chain(1)]).unwrap();
    transaction.put(&key(b"a"), b"new").unwrap();
    transaction.delete(&key(b"b")).unwrap();
    transaction.put(&key(b"c"), b"new").unwrap();
    transaction.append(chain(1), 1, &[b"s1".to_vec(), b"s2".to_vec()]).unwrap();
    transaction.append(chain(1), 3, &[b"s3".to_vec()]).unwrap();
    let rows = transaction.scan(b"", None, 9).unwrap();
    let row = |name: &[u8], value: &[u8]| (key(name), value.to_vec());
    assert_eq!(rows, [row(b"a", b"new"), row(b"c", b"new"), row(b"d", b"old")]);
    assert_eq!(transaction.get(&key(b"b")).unwrap(), None);
    assert_eq!(transaction.get(&key(b"a")).unwrap().unwrap(), b"new");
    assert_eq!(transaction.size(chain(1)).unwrap(), 4);
    assert_eq!(transaction.records(chain(1), 0, 9).unwrap(), [b"r0", b"s1", b"s2", b"s3"]);
    // Back behind where this transaction began.
    transaction.append(chain(1), 0, &[b"t0".to_vec()]).unwrap();
    assert_eq!(transaction.records(chain(1), 0, 9).unwrap(), [b"t0"]);
    transaction.commit().unwrap();
    assert_eq!(records(place, 0, 9), [b"t0"]);
}

fn a_dropped_transaction_leaves_nothing(place: &Place) {
    put(place, &[(b"kept", b"1"), (b"deleted", b"2")]);
    append(place, 0, &[b"r0"]);
    let mut transaction = place.storage.rows.write(&[chain(1)]).unwrap();
    transaction.put(&key(b"kept"), b"changed").unwrap();
    transaction.put(&key(b"new"), b"3").unwrap();
    transaction.delete(&key(b"deleted")).unwrap();
    transaction.append(chain(1), 0, &[b"x0".to_vec(), b"x1".to_vec()]).unwrap();
    drop(transaction);
    let snapshot = place.storage.rows.read().unwrap();
    let rows = snapshot.scan(b"", None, 9).unwrap();
    assert_eq!(rows, [(key(b"deleted"), b"2".to_vec()), (key(b"kept"), b"1".to_vec())]);
    assert_eq!(snapshot.records(chain(1), 0, 9).unwrap(), [b"r0"]);
    // And the next one is not kept waiting.
    drop(snapshot);
    put(place, &[(b"after", b"")]);
}

fn an_append_continues_a_chain_or_replaces_its_tail(place: &Place) {
    assert_eq!(append(place, 0, &[b"a", b"b", b"c"]), "ok");
    assert_eq!(append(place, 3, &[b"d"]), "ok");
    assert_eq!(records(place, 0, 9), [b"a", b"b", b"c", b"d"]);
    assert_eq!(append(place, 1, &[b"x"]), "ok");
    assert_eq!(records(place, 0, 9), [b"a", b"x"]);
    assert_eq!(append(place, 1, &[]), "ok");
    assert_eq!(records(place, 0, 9), [b"a"]);
}

fn an_append_that_leaves_a_gap_is_refused_and_changes_nothing(place: &Place) {
    assert_eq!(append(place, 1, &[b"b"]), "tree-range");
    assert_eq!(append(place, 0, &[b"a"]), "ok");
    assert_eq!(append(place, 2, &[b"c"]), "tree-range");
    assert_eq!(append(place, u64::MAX, &[b"z"]), "tree-range");
    assert_eq!(records(place, 0, 9), [b"a"]);
}

fn records_come_in_order_limited_and_at_most_four_mebibytes_at_once(place: &Place) {
    let large = vec![7u8; 3 << 20];
    let larger = vec![8u8; 5 << 20];
    append(place, 0, &[b"a", b"b", &large, &large, &larger, b"f"]);
    assert_eq!(records(place, 0, 2), [b"a", b"b"]);
    assert_eq!(records(place, 1, 0).len(), 0);
    assert_eq!(records(place, 6, 9).len(), 0);
    assert_eq!(records(place, u64::MAX, u64::MAX).len(), 0);
    let lengths = |from| -> Vec<usize> { records(place, from, u64::MAX).iter().map(Vec::len).collect() };
    assert_eq!(lengths(0), [1, 1, 3 << 20]);
    assert_eq!(lengths(3), [3 << 20]);
    assert_eq!(lengths(4), [5 << 20]);
    assert_eq!(lengths(5), [1]);
}

fn chains_do_not_touch_each_other(place: &Place) {
    let mut transaction = place.storage.rows.write(&[chain(1), chain(2)]).unwrap();
    transaction.append(chain(1), 0, &[b"one".to_vec()]).unwrap();
    transaction.append(chain(2), 0, &[b"two".to_vec(), b"three".to_vec()]).unwrap();
    transaction.append(chain(1), 0, &[]).unwrap();
    transaction.commit().unwrap();
    let snapshot = place.storage.rows.read().unwrap();
    let sizes = [1, 2, 3].map(|byte| snapshot.size(chain(byte)).unwrap());
    assert_eq!(sizes, [0, 2, 0]);
    assert_eq!(snapshot.records(chain(2), 1, 9).unwrap(), [b"three"]);
}

fn a_snapshot_does_not_move_while_others_commit(place: &Place) {
    put(place, &[(b"a", b"1")]);
    append(place, 0, &[b"r0"]);
    // Nothing is read before the commit: the snapshot is of when it was asked for.
    let before = place.storage.rows.read().unwrap();
    let other = place.again();
    let mut transaction = other.rows.write(&[chain(1)]).unwrap();
    transaction.put(&key(b"a"), b"2").unwrap();
    transaction.put(&key(b"b"), b"2").unwrap();
    transaction.append(chain(1), 0, &[b"s0".to_vec(), b"s1".to_vec()]).unwrap();
    let during = place.storage.rows.read().unwrap();
    transaction.commit().unwrap();
    for snapshot in [before, during] {
        assert_eq!(snapshot.scan(b"", None, 9).unwrap(), [(key(b"a"), b"1".to_vec())]);
        assert_eq!(snapshot.records(chain(1), 0, 9).unwrap(), [b"r0"]);
    }
    assert_eq!(scan(place, b"", None, 9).len(), 2);
    assert_eq!(records(place, 0, 9), [b"s0", b"s1"]);
}

fn values_of_all_sizes_come_back(place: &Place) {
    let sizes = [0, 1, 100, 1_168, 2_030, 2_031, 4_096, 8_192, 65_536, 1 << 20];
    for (at, size) in (0u8..).zip(sizes) {
        put(place, &[(&[at], &vec![at; size])]);
        append(place, u64::from(at), &[&vec![at; size]]);
    }
    let snapshot = place.storage.rows.read().unwrap();
    for (at, size) in (0u8..).zip(sizes) {
        assert_eq!(snapshot.get(&key(&[at])).unwrap().unwrap(), vec![at; size]);
        assert_eq!(snapshot.records(chain(1), u64::from(at), 1).unwrap(), [vec![at; size]]);
    }
}

fn two_threads_writing_lose_nothing(place: &Place) {
    const EACH: usize = 40;
    let inside = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let own = place.again();
                for _ in 0..EACH {
                    let mut transaction = own.rows.write(&[chain(1)]).unwrap();
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two writers at once");
                    let size = transaction.size(chain(1)).unwrap();
                    let count = transaction.get(&key(b"count")).unwrap().map_or(0, |bytes| bytes[0]);
                    transaction.put(&key(b"count"), &[count + 1]).unwrap();
                    transaction.append(chain(1), size, &[size.to_be_bytes().to_vec()]).unwrap();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    transaction.commit().unwrap();
                }
            });
        }
    });
    let snapshot = place.storage.rows.read().unwrap();
    assert_eq!(usize::from(snapshot.get(&key(b"count")).unwrap().unwrap()[0]), 2 * EACH);
    let indices: Vec<_> = (0..2 * EACH as u64).map(|index| index.to_be_bytes().to_vec()).collect();
    assert_eq!(snapshot.records(chain(1), 0, 999).unwrap(), indices);
}

/// Not only among threads: also where another handle holds the file.
#[test]
fn a_writer_that_waits_in_vain_is_told_that_the_store_is_busy() {
    let wait = Duration::from_millis(50);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.sqlite");
    let sqlite = || Box::new(SqliteStore::open(&path).unwrap().with_wait(wait)) as Box<dyn Store>;
    let (first, second) = (sqlite(), sqlite());
    let memory = MemoryStore::new().with_wait(wait);
    for (holder, waiter) in [(&*first, &*first), (&*first, &*second), (&memory, &memory)] {
        let held = holder.write(&[]).unwrap();
        assert_eq!(code(waiter.write(&[])), "store-busy");
        assert_eq!(code(waiter.read().and_then(|snapshot| snapshot.count(b""))), "ok", "reading goes on");
        drop(held);
        assert_eq!(code(waiter.write(&[])), "ok");
    }
}

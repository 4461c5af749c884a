//! Damaged files: the two databases and the state of the device.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::people::protector;
use crate::{Place, open, refused, seal, storage, unlock};
use privity::Result;
use privity::vault::{Options, Scope, Vault};

/// What can be said of damage. Where a byte of a *key* changed, its row is not there any more: a wrap
/// that is not found is *no-access*, the newest checkpoint a *rollback*.
const NAMED: &[&str] = &[
    "store-damaged",
    "store-version",
    "store-incomplete",
    "firm-tampered",
    "ledger-forked",
    "ledger-rollback",
    "other-firm",
    "log-unsigned",
    "checkpoint",
    "note",
    "signature-refused",
    "row-mismatch",
    "row-missing",
    "no-access",
    "unwrap-refused",
    "secret-mismatch",
    "content-refused",
    "shred-key-missing",
    "cbor",
    "field",
    "io",
];

/// Everything a vault does with what it reads; the codes of what was found, none if nothing was.
fn look(folder: &Path, place: &Place) -> Vec<&'static str> {
    let looked = || -> Result<Vec<&'static str>> {
        let (vault, matter) = unlock(folder)?;
        let mut found = Vec::new();
        for (document, content) in &place.documents {
            match open(&matter, document) {
                Ok(read) => assert_eq!(&read, content, "another content"),
                Err(error) => found.push(error.code()),
            }
        }
        match vault.verify(Scope::Firm, None) {
            Ok(report) => found.extend((!report.is_clean()).then_some("store-damaged")),
            Err(error) => found.push(error.code()),
        }
        found.extend(seal(&matter, b"more").err().map(|error| error.code()));
        Ok(found)
    };
    looked().unwrap_or_else(|error| {
        assert!(!error.advice().is_empty());
        vec![error.code()]
    })
}

/// Bytes flipped all over a file: each is named or of no consequence, and none is a panic.
fn flips(file: &str, step: usize) -> (usize, usize) {
    let place = Place::set_up();
    let whole = fs::read(place.file(file)).unwrap();
    let (mut named, mut ran) = (0, 0);
    for at in (0..whole.len()).step_by(step).chain(16..28).chain(60..72) {
        let broken = place.copy();
        let mut bytes = whole.clone();
        bytes[at] ^= 0x41;
        fs::write(broken.path().join(file), &bytes).unwrap();
        let found = look(broken.path(), &place);
        assert!(found.iter().all(|code| NAMED.contains(code)), "byte {at} of {file}: {found:?}");
        named += usize::from(!found.is_empty());
        ran += 1;
    }
    place.works();
    println!("{file}: {ran} flips, {named} noticed");
    (ran, named)
}

#[test]
fn flipped_bytes_of_the_rows_are_named_or_of_no_consequence() {
    let (ran, named) = flips("shared/rows.sqlite", 997);
    assert!(named * 4 > ran, "{named} of {ran}");
}

#[test]
fn flipped_bytes_of_the_shred_keys_are_named_or_of_no_consequence() {
    let (ran, named) = flips("shared/erasable.sqlite", 61);
    assert!(named > 10, "{named} of {ran}");
}

#[test]
fn a_database_cut_off_is_damaged_and_is_whole_again_when_it_is_put_back() {
    let place = Place::set_up();
    for file in ["shared/rows.sqlite", "shared/erasable.sqlite"] {
        let whole = fs::read(place.file(file)).unwrap();
        for length in [0, 1, 99, 4_096, whole.len() / 2] {
            let broken = place.copy();
            fs::write(broken.path().join(file), &whole[..length]).unwrap();
            let found = look(broken.path(), &place);
            assert!(!found.is_empty(), "{length} bytes of {file}");
            assert!(found.iter().all(|code| NAMED.contains(code)), "{length} bytes of {file}: {found:?}");
            if length < 4_096 {
                refused(unlock(broken.path()), "store-damaged", broken.path());
                assert_eq!(fs::read(broken.path().join(file)).unwrap(), &whole[..length], "left as it is");
            }
            fs::write(broken.path().join(file), &whole).unwrap();
            fs::remove_file(broken.path().join(format!("{file}-wal"))).unwrap_or_default();
            fs::remove_file(broken.path().join(format!("{file}-shm"))).unwrap_or_default();
            assert_eq!(look(broken.path(), &place), [""; 0], "{length} bytes of {file}");
        }
    }
    place.works();
}

#[test]
fn a_log_that_is_garbage_is_passed_over_and_one_that_lost_commits_is_a_rollback() {
    let place = Place::set_up();
    let broken = place.copy();
    for garbage in [vec![0x5A; 50_000], vec![0; 100], b"x".to_vec()] {
        fs::write(broken.path().join("shared/rows.sqlite-wal"), garbage).unwrap();
        crate::works(broken.path(), &place.documents);
    }
    // As a machine leaves it that stopped: the last commits are in the log alone.
    let (vault, matter) = unlock(place.path()).unwrap();
    for n in 0..5 {
        seal(&matter, &[n; 100]).unwrap();
    }
    let stopped = place.copy();
    // The device pinned what it has seen, at the latest with its next commit.
    drop((vault, matter));
    let log = stopped.path().join("shared/rows.sqlite-wal");
    let whole = fs::read(&log).unwrap();
    let shm = stopped.path().join("shared/rows.sqlite-shm");
    for (length, flip) in
        [(whole.len() / 2, None), (40, None), (0, None), (whole.len(), Some(whole.len() / 3))]
    {
        let again = tempfile::tempdir().unwrap();
        crate::copy(stopped.path(), again.path());
        let log = again.path().join("shared/rows.sqlite-wal");
        let mut bytes = whole[..length].to_vec();
        if let Some(at) = flip {
            bytes[at] ^= 1;
        }
        fs::write(&log, &bytes).unwrap();
        fs::remove_file(again.path().join("shared/rows.sqlite-shm")).unwrap();
        refused(unlock(again.path()), "ledger-rollback", again.path());
        // With the whole log put back everything is there.
        fs::write(&log, &whole).unwrap();
        for name in ["shared/rows.sqlite", "shared/rows.sqlite-shm"] {
            fs::copy(stopped.path().join(name), again.path().join(name)).unwrap();
        }
        crate::works(again.path(), &place.documents);
    }
    fs::remove_file(shm).unwrap();
    crate::works(stopped.path(), &place.documents);
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_as_it_is() {
    let place = Place::set_up();
    for file in ["shared/rows.sqlite", "shared/erasable.sqlite"] {
        let newer = |version: i64| {
            let other = Connection::open(place.file(file)).unwrap();
            other.pragma_update(None, "user_version", version).unwrap();
        };
        newer(2);
        let before = fs::read(place.file(file)).unwrap();
        refused(unlock(place.path()), "store-version", place.path());
        assert!(fs::read(place.file(file)).unwrap() == before, "it was changed");
        newer(1);
        // It becomes newer while a vault has it open: refused from then on, nothing is written.
        let (vault, matter) = unlock(place.path()).unwrap();
        newer(2);
        let sealed = seal(&matter, b"x");
        if file.contains("rows") {
            refused(sealed, "store-version", place.path());
            refused(vault.users(), "store-version", place.path());
            refused(vault.verify(Scope::Firm, None), "store-version", place.path());
        } else {
            refused(sealed, "store-version", place.path());
        }
        newer(1);
        drop(seal(&matter, b"x").unwrap());
        drop((vault, matter));
        place.works();
    }
}

#[test]
fn a_torn_state_of_the_device_costs_the_newest_save_and_a_damaged_one_says_so() {
    let place = Place::set_up();
    let states = ["device/state-0", "device/state-1"];
    let whole = states.map(|name| fs::read(place.file(name)).unwrap());
    let put = |at: usize, bytes: &[u8]| fs::write(place.file(states[at]), bytes).unwrap();
    let mut flipped = whole.clone();
    flipped.iter_mut().for_each(|bytes| bytes[200] ^= 1);
    for at in [0, 1] {
        let broken = place.copy();
        fs::write(broken.path().join(states[at]), &flipped[at]).unwrap();
        crate::works(broken.path(), &place.documents);
    }
    for broken in [flipped.clone(), [Vec::new(), Vec::new()], [whole[0][..100].to_vec(), b"x".to_vec()]] {
        (0..2).for_each(|at| put(at, &broken[at]));
        refused(unlock(place.path()), "device-state-damaged", place.path());
        assert_eq!(fs::read(place.file(states[0])).unwrap(), broken[0], "left as it is");
        // It is no place for another firm either.
        let new = privity::vault::NewFirm::new("Other", "X.");
        let storage = storage(place.path()).unwrap();
        let made = Vault::create(storage, new, protector(1), protector(2), Options::default());
        refused(made.map(drop), "device-state-damaged", place.path());
    }
    (0..2).for_each(|at| put(at, &whole[at]));
    // What can be computed again may be garbage.
    fs::write(place.file("device/cache"), b"garbage").unwrap();
    place.works();
}

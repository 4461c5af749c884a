//! Making a firm breaks off at any of its durable steps, before or after it took effect: calling it
//! again makes the firm, whole, and leaves nothing of the first attempt.

#[path = "vault/people.rs"]
mod people;
#[path = "vault/power.rs"]
mod power;
#[path = "vault/tear.rs"]
mod tear;

use std::sync::Arc;

use people::{HostProtector, protector, refused};
use power::{Power, Then, When};
use privity::Result;
use privity::store::{MemoryDevice, Storage};
use privity::vault::{NewFirm, NewUser, Options, RootFiles, Scope, Vault};

fn create(storage: Storage) -> Result<(Vault, RootFiles)> {
    let new = NewFirm::new("Example LLP", "A. Partner");
    Vault::create(storage, new, protector(1), protector(99), Options::default())
}

/// With power up to the durable step of this number, from 1 on.
fn create_until(storage: &Storage, last: u64, takes_effect: bool) -> Result<(Vault, RootFiles)> {
    let when = if takes_effect { When::After } else { When::Before };
    create(Power::fails(last, when, Then::Dead, None).over(storage))
}

/// How much is in the stores.
fn amount(storage: &Storage) -> (u64, usize) {
    (storage.rows.read().unwrap().count(&[]).unwrap(), storage.erasable.list(&[]).unwrap().len())
}

/// The firm that stands now is whole, is the one that was returned, and stands alone.
///
/// A key of the directory may be left that no record names: an orphan, as after any broken commit.
fn is_whole(storage: &Storage, orphans: usize, made: &Vault) {
    let unlocked = Vault::unlock(storage.clone(), protector(1), Options::default()).unwrap();
    assert_eq!(unlocked.trust(), made.trust());
    assert_eq!(unlocked.users().unwrap()[0].name.as_deref(), Some("A. Partner"));
    let report = unlocked.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean() && report.active == (1, 1), "{report}");
    assert_eq!(report.head.size, 3);
    let fresh = Storage::memory();
    let _files = create(fresh.clone()).unwrap();
    let ((rows, keys), (fresh_rows, fresh_keys)) = (amount(storage), amount(&fresh));
    assert_eq!(rows, fresh_rows, "rows are left of an earlier attempt");
    assert!(keys <= fresh_keys + orphans, "{keys} keys of directories");
    refused(create(storage.clone()), "already-there");
}

#[test]
fn a_firm_whose_making_broke_off_at_any_step_is_made_by_calling_again() {
    let (mut broke_off, mut unnoticed) = (0, 0);
    for last_takes_effect in [false, true] {
        for left in 1.. {
            let storage = Storage::memory();
            match create_until(&storage, left, last_takes_effect) {
                // The cache of the device is the last thing that is saved, at its end.
                Ok((made, _)) => {
                    is_whole(&storage, 0, &made);
                    break;
                }
                Err(error) => assert_eq!(error.code(), "io"),
            }
            broke_off += 1;
            match create(storage.clone()) {
                Ok((made, _)) => is_whole(&storage, 0, &made),
                // Everything was done, and nobody was told.
                Err(error) if last_takes_effect && error.code() == "already-there" => {
                    unnoticed += 1;
                    is_whole(
                        &storage,
                        0,
                        &Vault::unlock(storage.clone(), protector(1), Options::default()).unwrap(),
                    );
                }
                Err(error) => panic!("step {left}, {last_takes_effect}: {error}"),
            }
        }
    }
    assert_eq!(unnoticed, 1, "the last step alone");
    // Device, commit, pin, key of the directory, commit, pin, each before and after.
    assert!(broke_off >= 12, "{broke_off} steps");
}

#[test]
fn calling_again_may_break_off_as_well() {
    let mut seen = std::collections::BTreeSet::new();
    // The last step of all, the seventh, is the business of the test above.
    for (first, second) in (1..7).flat_map(|first| (1..10).map(move |second| (first, second))) {
        let storage = Storage::memory();
        let attempts = [first, second].map(|left| create_until(&storage, left, true).is_ok());
        if let [false, false] = attempts {
            match create(storage.clone()) {
                Ok((made, _)) => {
                    seen.insert((first, second));
                    is_whole(&storage, 1, &made);
                }
                Err(error) if error.code() == "already-there" => {
                    Vault::unlock(storage, protector(1), Options::default()).unwrap();
                }
                Err(error) => panic!("steps {first}, then {second}: {error}"),
            }
        }
    }
    assert!(seen.len() > 30, "{seen:?}");
}

#[test]
fn an_unfinished_firm_is_not_unlocked() {
    let mut codes = std::collections::BTreeSet::new();
    for left in 1..6 {
        let storage = Storage::memory();
        assert!(create_until(&storage, left, true).is_err());
        match Vault::unlock(storage, protector(1), Options::default()) {
            Err(error) => _ = codes.insert(error.code()),
            Ok(vault) => vault.users().map(|users| assert!(users[0].name.is_some())).unwrap(),
        }
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["not-a-vault"]);
}

/// What is made is never replaced: not by a store that shows its beginnings only, not with nothing in
/// it, not under another protector, and not while somebody joins.
#[test]
fn a_firm_that_was_made_is_never_made_anew() {
    let before = Storage::memory();
    assert!(create_until(&before, 4, true).is_err());
    let storage = Storage::memory();
    let (vault, _) = create(storage.clone()).unwrap();
    let rolled_back = before.with_device(storage.device.clone());
    refused(create(rolled_back), "already-there");
    let emptied = Storage::memory().with_device(storage.device.clone());
    refused(create(emptied), "already-there");

    let other = || Arc::new(HostProtector([2; 32]));
    let new = || NewFirm::new("Other", "X");
    let half = Storage::memory();
    assert!(create_until(&half, 1, true).is_err());
    refused(Vault::create(half, new(), other(), other(), Options::default()), "unlock-refused");
    refused(Vault::create(before, new(), other(), other(), Options::default()), "already-there");

    let joining = storage.with_device(Arc::new(MemoryDevice::new()));
    Vault::request(joining.clone(), NewUser::new("B."), protector(1)).unwrap();
    refused(create(joining.clone()), "already-there");
    let empty = Storage::memory().with_device(joining.device);
    refused(create(empty), "already-there");
    drop(vault);
    is_whole(&storage, 0, &Vault::unlock(storage.clone(), protector(1), Options::default()).unwrap());
}

/// Two that make a firm at once in one place: one of them at most has it, the other is told, and where
/// each was in the other's way, nothing is left that would be in anybody's.
#[test]
fn of_two_that_make_a_firm_at_once_one_at_most_has_it() {
    for _ in 0..40 {
        let storage = Storage::memory();
        let both = std::thread::scope(|scope| {
            let threads = [0; 2].map(|_| scope.spawn(|| create(storage.clone())));
            threads.map(|thread| thread.join().unwrap())
        });
        let made: Vec<_> = both.iter().flatten().collect();
        assert!(made.len() < 2, "{both:?}");
        for error in both.iter().filter_map(|one| one.as_ref().err()) {
            let told = ["already-there", "device-state-conflict", "other-firm", "not-a-vault"];
            assert!(told.contains(&error.code()), "{error}");
        }
        match made.first() {
            Some((vault, _)) => is_whole(&storage, 1, vault),
            None => is_whole(&storage, 2, &create(storage.clone()).unwrap().0),
        }
    }
}

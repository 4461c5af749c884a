//! Keys that can be destroyed.

use privity::SecretBytes;
use privity::store::{Erasable, SqliteErasable};

use crate::{Place, contract, key};

contract! {
    a_kept_key_comes_back_until_it_is_destroyed
    a_kept_key_is_replaced
    keys_are_listed_by_prefix_in_order
}

fn secret(bytes: &[u8]) -> SecretBytes {
    SecretBytes::new(bytes.to_vec())
}

fn get(erasable: &dyn Erasable, name: &[u8]) -> Option<Vec<u8>> {
    erasable.get(&key(name)).unwrap().map(|value| value.expose_secret().to_vec())
}

fn a_kept_key_comes_back_until_it_is_destroyed(place: &Place) {
    let (one, two) = (&*place.storage.erasable, &*place.again().erasable);
    one.put(&key(b"a"), &secret(b"first")).unwrap();
    one.put(&key(b"b"), &secret(b"second")).unwrap();
    assert_eq!(get(two, b"a").unwrap(), b"first");
    two.destroy(&key(b"a")).unwrap();
    one.destroy(&key(b"a")).unwrap();
    assert_eq!((get(one, b"a"), get(one, b"b").unwrap()), (None, b"second".to_vec()));
}

fn a_kept_key_is_replaced(place: &Place) {
    let erasable = &*place.storage.erasable;
    erasable.put(&key(b"a"), &secret(b"first")).unwrap();
    erasable.put(&key(b"a"), &secret(b"second")).unwrap();
    assert_eq!(get(erasable, b"a").unwrap(), b"second");
}

fn keys_are_listed_by_prefix_in_order(place: &Place) {
    let erasable = &*place.storage.erasable;
    for name in [&b"m2"[..], b"n", b"m\xFF", b"m", b"l", b"m1"] {
        erasable.put(&key(name), &secret(b"x")).unwrap();
    }
    let list = |prefix: &[u8]| -> Vec<Vec<u8>> {
        erasable.list(prefix).unwrap().iter().map(|key| key.as_bytes().to_vec()).collect()
    };
    assert_eq!(list(b"m"), [&b"m"[..], b"m1", b"m2", b"m\xFF"]);
    assert_eq!((list(b"").len(), list(b"o").len()), (6, 0));
}

/// Looks at every byte of every file that lies there, while the store is open and after. The values
/// are large and many, so that pages are freed and reused; each is 32 bytes over and over.
#[test]
fn nothing_of_a_destroyed_key_is_left_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let erasable = SqliteErasable::open(&folder.path().join("erasable.sqlite")).unwrap();
    let value = |n: u8, length: usize| -> Vec<u8> {
        (0u8..32).map(|at| at.wrapping_mul(37).wrapping_add(n) ^ 0xA5).cycle().take(length).collect()
    };
    let found = |n: u8| {
        let needle = value(n, 32);
        std::fs::read_dir(folder.path()).unwrap().any(|entry| {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            bytes.windows(32).any(|window| window == needle)
        })
    };
    for n in 0..40 {
        erasable.put(&key(&[n]), &secret(&value(n, if n % 2 == 0 { 32 } else { 9_000 }))).unwrap();
    }
    assert!((0..40).all(found), "the search finds what is there");
    for n in 0..20 {
        erasable.destroy(&key(&[n])).unwrap();
        assert!(!found(n), "{n} was destroyed");
    }
    // Replacing destroys too.
    erasable.put(&key(&[20]), &secret(&value(99, 32))).unwrap();
    assert!(!found(20) && found(99));
    drop(erasable);
    assert!((0..=20).all(|n| !found(n)) && (21..40).all(found));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no journal is left");
}

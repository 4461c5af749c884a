//! HKDF: with SHA-512 through our Expand, with SHA-256 as HPKE uses it.

use ::hkdf::Hkdf;
use privity::testing::kdf;
use privity::testing::{expose, secret};
use sha2::{Sha256, Sha512};

use crate::vectors::number;
use crate::wycheproof::{self, Test};

#[test]
fn hkdf_sha512_agrees_with_wycheproof() {
    check("hkdf_sha512_test.json", |test, size| {
        let (salt, ikm) = (test.bytes("salt"), test.bytes("ikm"));
        let (prk, hkdf) = Hkdf::<Sha512>::extract(Some(&salt), &ikm);
        let mut okm = vec![0; size];
        // Ours has no call for more than 255 blocks; the crate under it refuses them.
        hkdf.expand(&test.bytes("info"), &mut okm).ok()?;
        let mut own = vec![0; size];
        let info = test.bytes("info");
        let (first, second) = info.split_at(info.len() / 2);
        kdf::expand(&prk, &[first, second], &mut own);
        assert_eq!(own, okm, "test {}", test.id());
        Some(own)
    });
}

#[test]
fn hkdf_sha256_agrees_with_wycheproof() {
    check("hkdf_sha256_test.json", |test, size| {
        let hkdf = Hkdf::<Sha256>::new(Some(&test.bytes("salt")), &test.bytes("ikm"));
        let mut okm = vec![0; size];
        hkdf.expand(&test.bytes("info"), &mut okm).ok()?;
        Some(okm)
    });
}

/// Extract takes two secrets of 32 bytes, which no vector has: held against the crate instead.
#[test]
fn extract_is_that_of_the_crate() {
    for byte in 0..=255 {
        let (salt, ikm) = ([byte; 32], [!byte; 32]);
        let (prk, _) = Hkdf::<Sha512>::extract(Some(&salt), &ikm);
        assert_eq!(expose(&kdf::extract(&secret(salt), &secret(ikm))), prk.as_slice());
    }
}

fn check(file: &str, derive: impl Fn(&Test, usize) -> Option<Vec<u8>>) {
    let Some(tests) = wycheproof::read(file) else { return };
    let (mut accepted, mut refused) = (0, 0);
    for test in &tests {
        let size = usize::try_from(number(&test.fields, "size")).expect("a length");
        let okm = derive(test, size);
        if test.is_valid() {
            accepted += 1;
            assert_eq!(okm, Some(test.bytes("okm")), "test {}", test.id());
        } else {
            refused += 1;
            assert!(test.has("SizeTooLarge") && okm.is_none(), "test {}", test.id());
        }
    }
    println!("{file}: {accepted} accepted, {refused} refused");
    assert!(accepted > 0 && refused > 0);
}

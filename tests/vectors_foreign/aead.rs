//! The content AEADs, in the crates under the seal.

use privity::envelope::Profile;

use crate::vectors::{aead_open, aead_seal, array, fixed, number};
use crate::wycheproof;

#[test]
fn aes_256_gcm_agrees_with_wycheproof() {
    check("aes_gcm_test.json", Profile::Aes);
}

#[test]
fn chacha20_poly1305_agrees_with_wycheproof() {
    check("chacha20_poly1305_test.json", Profile::ChaCha);
}

fn check(file: &str, profile: Profile) {
    let Some(tests) = wycheproof::read(file) else { return };
    let (mut accepted, mut refused, mut other) = (0, 0, 0);
    for test in &tests {
        let size = |field| number(&test.group, field);
        // Ours are 256-bit keys, 96-bit nonces, 128-bit tags; the types allow no other.
        if (size("keySize"), size("ivSize"), size("tagSize")) != (256, 96, 128) {
            other += 1;
            continue;
        }
        let (key, nonce) = (array(&test.fields, "key"), fixed(&test.bytes("iv")));
        let (aad, plain) = (test.bytes("aad"), test.bytes("msg"));
        let sealed = [test.bytes("ct"), test.bytes("tag")].concat();
        let opened = aead_open(profile, &key, nonce, &aad, &sealed);
        let made = aead_seal(profile, &key, nonce, &aad, &plain);
        if test.is_valid() {
            accepted += 1;
            assert_eq!(opened.as_ref(), Some(&plain), "test {}", test.id());
            assert_eq!(made, sealed, "test {}", test.id());
        } else {
            refused += 1;
            assert_eq!(opened, None, "test {}", test.id());
            assert_ne!(made, sealed, "test {}", test.id());
        }
    }
    println!("{file}: {accepted} accepted, {refused} refused, {other} of sizes that are not ours");
    assert!(accepted > 0 && refused > 0);
}

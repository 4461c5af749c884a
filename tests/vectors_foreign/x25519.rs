//! X25519: the multiplication, and which shares a public key may not have.

use curve25519_dalek::montgomery::MontgomeryPoint;
use privity::testing::hpke::PublicKey;
use privity::testing::identity;

use crate::vectors::array;
use crate::wycheproof;

#[test]
fn exactly_the_shares_that_give_a_zero_secret_are_refused_in_a_public_key() {
    let Some(tests) = wycheproof::read("x25519_test.json") else { return };
    let honest = *identity([7; 32]).expect("an identity").public().as_bytes();
    assert!(PublicKey::from_bytes(&honest).is_ok());
    let (mut accepted, mut refused) = (0, 0);
    for test in &tests {
        let (public, shared) = (array(&test.fields, "public"), array::<32>(&test.fields, "shared"));
        let own = MontgomeryPoint(public).mul_clamped(array(&test.fields, "private"));
        assert_eq!(own.to_bytes(), shared, "test {}", test.id());
        let mut key = honest;
        key[1184..].copy_from_slice(&public);
        let parsed = PublicKey::from_bytes(&key);
        let zero = test.has("ZeroSharedSecret");
        assert_eq!(zero, shared == [0; 32], "test {}", test.id());
        match parsed {
            Ok(_) => assert!(!zero, "test {}", test.id()),
            Err(error) => assert!(zero && error.code() == "public-key", "test {}", test.id()),
        }
        *(if zero { &mut refused } else { &mut accepted }) += 1;
    }
    println!("x25519_test.json: {accepted} shares accepted, {refused} refused");
    assert!(accepted > 0 && refused > 0);
}

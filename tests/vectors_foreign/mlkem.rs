//! ML-KEM-768 in the crate under X-Wing: Wycheproof, and libcrux as a second implementation.

use libcrux_ml_kem::mlkem768 as other;
use ml_kem::kem::{Decapsulate as _, KeyExport as _};
use ml_kem::ml_kem_768::{DecapsulationKey, EncapsulationKey};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::vectors::array;
use crate::wycheproof;

#[test]
fn ml_kem_768_agrees_with_wycheproof() {
    let Some(tests) = wycheproof::read("mlkem_768_test.json") else { return };
    let (mut accepted, mut refused) = (0, 0);
    for test in &tests {
        // Lengths are types in both implementations.
        let seed = <[u8; 64]>::try_from(test.bytes("seed")).ok();
        let sealed = <[u8; 1088]>::try_from(test.bytes("c")).ok();
        if let (Some(seed), Some(sealed)) = (seed, sealed) {
            accepted += 1;
            assert!(test.is_valid(), "test {}", test.id());
            let key = DecapsulationKey::from_seed(seed.into());
            assert_eq!(key.encapsulation_key().to_bytes().as_slice(), test.bytes("ek"), "test {}", test.id());
            let shared = array::<32>(&test.fields, "K");
            assert_eq!(key.decapsulate(&sealed.into()).as_slice(), shared, "test {}", test.id());
            let pair = other::generate_key_pair(seed);
            assert_eq!(other::decapsulate(pair.private_key(), &sealed.into()), shared, "test {}", test.id());
        } else {
            refused += 1;
            assert!(!test.is_valid(), "test {}", test.id());
        }
    }
    println!("mlkem_768_test.json: {accepted} accepted, {refused} refused by their lengths");
    assert!(accepted > 0 && refused > 0);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        // A failing seed is printed and kept beside this file.
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn two_implementations_agree(
        seed in prop::array::uniform(any::<u8>()),
        message in prop::array::uniform32(any::<u8>()),
        flip in 0_usize..1088 * 8,
    ) {
        let seed: [u8; 64] = seed;
        let (ours, theirs) = (DecapsulationKey::from_seed(seed.into()), other::generate_key_pair(seed));
        let public = ours.encapsulation_key();
        let open = |sealed: [u8; 1088]| <[u8; 32]>::from(ours.decapsulate(&sealed.into()));
        let their_open = |sealed: [u8; 1088]| other::decapsulate(theirs.private_key(), &sealed.into());
        prop_assert_eq!(&<[u8; 1184]>::from(public.to_bytes()), theirs.pk());

        let (sealed, shared) = public.encapsulate_deterministic(&message.into());
        let (sealed, shared) = (<[u8; 1088]>::from(sealed), <[u8; 32]>::from(shared));
        let (their_sealed, their_shared) = other::encapsulate(theirs.public_key(), message);
        prop_assert_eq!(&sealed, their_sealed.as_slice());
        prop_assert_eq!(shared, their_shared);
        prop_assert_eq!((open(sealed), their_open(sealed)), (shared, shared));

        // Implicit rejection: another secret, the same in both.
        let mut bent = sealed;
        bent[flip / 8] ^= 1 << (flip % 8);
        prop_assert_ne!(open(bent), shared);
        prop_assert_eq!(open(bent), their_open(bent));
    }

    /// A public key with a coefficient of the modulus or above is refused by both (FIPS 203 §7.2).
    #[test]
    fn two_implementations_refuse_the_same_public_keys(
        seed in prop::array::uniform(any::<u8>()),
        at in 0_usize..768,
        value in 0_u16..4096,
    ) {
        let seed: [u8; 64] = seed;
        let honest = *other::generate_key_pair(seed).pk();
        prop_assert!(EncapsulationKey::new(&honest.into()).is_ok());
        prop_assert!(other::validate_public_key(&honest.into()));
        let mut bent = honest;
        let pair = &mut bent[at / 2 * 3..at / 2 * 3 + 3];
        let [low, high] = value.to_le_bytes();
        if at % 2 == 0 {
            (pair[0], pair[1]) = (low, pair[1] & 0xf0 | high);
        } else {
            (pair[1], pair[2]) = (pair[1] & 0x0f | low << 4, high << 4 | low >> 4);
        }
        let ok = value < 3329;
        prop_assert_eq!(EncapsulationKey::new(&bent.into()).is_ok(), ok);
        prop_assert_eq!(other::validate_public_key(&bent.into()), ok);
    }
}

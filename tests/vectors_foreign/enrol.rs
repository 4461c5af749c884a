//! Which Ed25519 keys are enrolled: made here, read nowhere.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::traits::IsIdentity as _;
use privity::testing::sign::VerifyingKey;
use privity::testing::signing_key;

#[test]
fn an_honest_key_is_enrolled_and_its_torsioned_twins_are_not() {
    let mut twins = 0;
    for seed in 0..=255 {
        let honest = signing_key([seed; 32]).verifying_key().to_bytes();
        assert_eq!(VerifyingKey::enrol(&honest).expect("an honest key").to_bytes(), honest);
        let point = decompress(honest).expect("a point");
        for torsion in EIGHT_TORSION.iter().filter(|torsion| !torsion.is_identity()) {
            let twin = (point + torsion).compress().to_bytes();
            // Eight times either is the same point: one signer, eight keys.
            assert_eq!(decompress(twin).expect("a point").mul_by_cofactor(), point.mul_by_cofactor());
            refuses(twin);
            twins += 1;
        }
    }
    println!("{twins} torsioned keys refused");
}

#[test]
fn no_point_of_small_order_is_enrolled_in_any_encoding() {
    let mut refused = 0;
    for torsion in EIGHT_TORSION {
        refuses(torsion.compress().to_bytes());
        refused += 1;
    }
    // y = p − 1, p, p + 1, 0, 1 with either sign: every encoding of those points that some decoder
    // accepts, "minus zero" among them.
    for low in [0xec_u8, 0xed, 0xee] {
        for high in [0x7f_u8, 0xff] {
            let mut key = [0xff; 32];
            (key[0], key[31]) = (low, high);
            refuses(key);
            refused += 1;
        }
    }
    for low in [0_u8, 1] {
        for high in [0_u8, 0x80] {
            let mut key = [0; 32];
            (key[0], key[31]) = (low, high);
            refuses(key);
            refused += 1;
        }
    }
    println!("{refused} encodings of points of small order refused");
}

#[test]
fn no_key_is_enrolled_in_a_second_encoding() {
    let honest = signing_key([1; 32]).verifying_key().to_bytes();
    assert!(VerifyingKey::enrol(&honest).is_ok());
    // y + p for the y that leave room for it, with either sign.
    let mut decoded = 0;
    for y in 0..19_u8 {
        for sign in [0_u8, 0x80] {
            let mut canonical = [0; 32];
            (canonical[0], canonical[31]) = (y, sign);
            let mut second = [0xff; 32];
            (second[0], second[31]) = (0xed + y, 0x7f | sign);
            refuses(second);
            if let Some(point) = decompress(second) {
                assert_eq!(decompress(canonical), Some(point));
                // None of the points with a second encoding is of full order without torsion, so
                // two checks refuse it and no honest key is concerned.
                assert!(point.is_small_order() || !point.is_torsion_free());
                refuses(canonical);
                decoded += 1;
            }
        }
    }
    println!("38 second encodings refused, {decoded} of them of points");
    assert!(decoded > 0);
}

#[test]
fn bytes_that_are_no_point_are_not_enrolled() {
    let mut refused = 0;
    for byte in 0..=255_u8 {
        let key = [byte; 32];
        match decompress(key) {
            None => {
                refuses(key);
                refused += 1;
            }
            Some(point) => {
                let fit =
                    !point.is_small_order() && point.is_torsion_free() && point.compress().to_bytes() == key;
                assert_eq!(VerifyingKey::enrol(&key).is_ok(), fit, "{byte}");
            }
        }
    }
    println!("{refused} of 256 byte patterns are no points and refused");
    assert!(refused > 64);
}

fn refuses(key: [u8; 32]) {
    let error = VerifyingKey::enrol(&key).expect_err("a key that may not be enrolled");
    assert_eq!(error.code(), "public-key", "{key:?}");
}

fn decompress(key: [u8; 32]) -> Option<EdwardsPoint> {
    CompressedEdwardsY(key).decompress()
}

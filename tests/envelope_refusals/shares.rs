//! X25519 shares of small order: whoever sends one decides the X25519 half of the secret.

use aes_gcm::Aes256Gcm;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::traits::IsIdentity;
use hkdf::Hkdf;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem};
use privity::envelope::Profile;
use privity::keys::{OpeningKey, PublicKey, Wrap, WrapContext};
use privity::testing::kdf::Context;
use privity::testing::label::HpkePurpose;
use privity::{DocumentId, FirmId, PrincipalId, testing};
use sha2::Sha256;

use super::refused;

/// The seven encodings below 2^255 of points whose order divides 8, on the curve or its twist.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];
const SEED: [u8; 32] = [0x1D; 32];

#[test]
fn a_public_key_with_a_half_of_small_order_is_refused() {
    let honest = *testing::identity(SEED).unwrap().public().as_bytes();
    assert_eq!(PublicKey::from_bytes(&honest).unwrap().as_bytes(), &honest);
    let shares = small_order_shares();
    for share in &shares {
        let weak = [&honest[..1184], share].concat();
        // The crate below takes it, so the refusal is ours.
        assert!(<XWing as Kem>::PublicKey::from_bytes(&weak).is_ok());
        assert_eq!(refused(PublicKey::from_bytes(&weak), share), "public-key");
    }
    println!("public keys: {} shares of small order refused", shares.len());
}

/// The sender seals to the secret that the KEM gives out of such a share, so that nothing else is
/// wrong with the wrap.
#[test]
fn a_wrap_with_a_share_of_small_order_is_refused() {
    let identity = testing::identity(SEED).unwrap();
    let (firm, document) = (FirmId::from_bytes([0xF1; 16]), DocumentId::from_bytes([0xD0; 16]));
    let shares = small_order_shares();
    for profile in Profile::ALL {
        let principal = PrincipalId::from_bytes([0xA1; 16]);
        let context = WrapContext::new(profile, firm, document, 1, principal, 1).unwrap();
        let fields = Context::empty().firm(firm).document(document).version(1);
        let fields = fields.principal(principal).key_generation(1);
        let info = testing::hpke::info(HpkePurpose::Document, profile, &fields);
        let honest = testing::opening_key([0x5C; 32]).wrap(identity.public(), &context).unwrap();
        let honest_enc = &honest.as_bytes()[..1120];
        // Made this way, a wrap with an honest share is the wrap that the library makes.
        assert_eq!(sender(profile, &info, honest_enc), honest.as_bytes());
        assert!(OpeningKey::unwrap(&identity, &honest, &context).is_ok());
        for share in &shares {
            let forged = sender(profile, &info, &[&honest_enc[..1088], share].concat());
            // The crate below opens it, so the refusal is ours.
            assert_eq!(receiver(profile, &info, &forged), Some(vec![0x5C; 32]));
            let forged = Wrap::from_bytes(&forged).unwrap();
            assert_eq!(refused(OpeningKey::unwrap(&identity, &forged, &context), share), "unwrap-refused");
        }
    }
    println!("wraps: 2 × {} shares of small order refused", shares.len());
}

/// HPKE Base (RFC 9180 §5.1) from the shared secret on: wraps `[0x5C; 32]` to the encapsulation.
fn sender(profile: Profile, info: &[u8], enc: &[u8]) -> Vec<u8> {
    let encapped = <XWing as Kem>::EncappedKey::from_bytes(enc).unwrap();
    let shared = XWing::decap(&private(), None, &encapped).unwrap();
    let aead = if profile == Profile::ChaCha { 3 } else { 2 };
    let suite = [b"HPKE".as_slice(), &[0x64, 0x7A, 0, 1, 0, aead]].concat();
    let extract = |salt: &[u8], label: &[u8], input: &[u8]| {
        let input = [b"HPKE-v1", suite.as_slice(), label, input].concat();
        Hkdf::<Sha256>::extract(Some(salt), &input)
    };
    let schedule =
        [[0].as_slice(), &extract(&[], b"psk_id_hash", &[]).0, &extract(&[], b"info_hash", info).0].concat();
    let (_, secret) = extract(&shared.0, b"secret", &[]);
    let expand = |label: &[u8], out: &mut [u8]| {
        let length = u16::try_from(out.len()).unwrap().to_be_bytes();
        let parts = [length.as_slice(), b"HPKE-v1", &suite, label, &schedule];
        secret.expand_multi_info(&parts, out).unwrap();
    };
    let (mut key, mut nonce) = ([0; 32], [0; 12]);
    expand(b"key", &mut key);
    expand(b"base_nonce", &mut nonce);
    let mut body = [0x5C; 32];
    let buffer = body.as_mut_slice().into();
    let tag: [u8; 16] = match profile {
        Profile::ChaCha => {
            let aead = ChaCha20Poly1305::new(&key.into());
            aead.encrypt_inout_detached(&nonce.into(), &[], buffer).unwrap().into()
        }
        _ => Aes256Gcm::new(&key.into()).encrypt_inout_detached(&nonce.into(), &[], buffer).unwrap().into(),
    };
    [enc, &body, &tag].concat()
}

/// The bare crate.
fn receiver(profile: Profile, info: &[u8], wrap: &[u8]) -> Option<Vec<u8>> {
    let (enc, sealed) = wrap.split_at(1120);
    let enc = <XWing as Kem>::EncappedKey::from_bytes(enc).ok()?;
    let mode = hpke::OpModeR::Base;
    let opened = match profile {
        Profile::ChaCha => hpke::single_shot_open::<hpke::aead::ChaCha20Poly1305, HkdfSha256, XWing>(
            &mode,
            &private(),
            &enc,
            info,
            sealed,
            &[],
        ),
        _ => hpke::single_shot_open::<hpke::aead::AesGcm256, HkdfSha256, XWing>(
            &mode,
            &private(),
            &enc,
            info,
            sealed,
            &[],
        ),
    };
    opened.ok()
}

fn private() -> <XWing as Kem>::PrivateKey {
    <XWing as Kem>::PrivateKey::from_bytes(&SEED).unwrap()
}

#[test]
fn a_public_key_is_whole_and_below_the_modulus() {
    let honest = *testing::identity(SEED).unwrap().public().as_bytes();
    let mut cases = 0;
    // 768 coefficients of 12 bits, two in three bytes: 3329 is the first that is too large.
    for coefficient in 0..768 {
        for value in [3329_u16, 4095] {
            let mut weak = honest;
            let at = coefficient / 2 * 3;
            if coefficient % 2 == 0 {
                weak[at] = value as u8;
                weak[at + 1] = (weak[at + 1] & 0xF0) | (value >> 8) as u8;
            } else {
                weak[at + 1] = (weak[at + 1] & 0x0F) | ((value & 0x0F) << 4) as u8;
                weak[at + 2] = (value >> 4) as u8;
            }
            assert_eq!(refused(PublicKey::from_bytes(&weak), coefficient), "public-key");
            cases += 1;
        }
    }
    for length in (0..1216).chain([1217, 2432]) {
        let bytes = honest.iter().cycle().take(length).copied().collect::<Vec<_>>();
        assert_eq!(refused(PublicKey::from_bytes(&bytes), length), "public-key");
        cases += 1;
    }
    for length in (0..1168).chain([1169, 2336]) {
        assert_eq!(refused(Wrap::from_bytes(&vec![0; length]), length), "wrap-length");
        cases += 1;
    }
    assert!(PublicKey::from_bytes(&honest).is_ok() && Wrap::from_bytes(&[0; 1168]).is_ok());
    println!("coefficients and lengths: {cases} refused");
}

/// All seven, with and without the top bit, which X25519 ignores.
fn small_order_shares() -> Vec<[u8; 32]> {
    let mut shares = Vec::new();
    for hex in SMALL_ORDER {
        let mut share = [0; 32];
        share.iter_mut().enumerate().for_each(|(i, byte)| {
            *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap();
        });
        for top in [0, 0x80] {
            share[31] = (share[31] & 0x7F) | top;
            assert!(MontgomeryPoint(share).mul_clamped([0x77; 32]).is_identity(), "of small order");
            shares.push(share);
        }
    }
    shares
}

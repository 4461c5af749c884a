//! HPKE with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305: the hpke-pq vector of our suite.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use privity::envelope::Profile;
use privity::testing::hpke::{PrivateKey, PublicKey, wrap_with};
use privity::testing::{expose, secret};
use serde_json::Value;

use crate::vectors::{self, Replay, aead_open, array, bytes, items, number};

#[test]
fn the_wrap_agrees_with_hpke_pq() {
    let Some(cases) = vectors::json("hpke-pq/test-vectors.json") else { return };
    let cases = cases.as_array().expect("a list");
    let suite = |case: &Value| ["mode", "kem_id", "kdf_id", "aead_id"].map(|field| number(case, field));
    let ours: Vec<&Value> = cases.iter().filter(|case| suite(case) == [0, 0x647a, 1, 3]).collect();
    ours.iter().for_each(|case| check(case));
    println!(
        "hpke-pq/test-vectors.json: {} of our suite, {} of others",
        ours.len(),
        cases.len() - ours.len()
    );
    assert!(!ours.is_empty());
}

fn check(case: &Value) {
    let (info, enc) = (bytes(case, "info"), bytes(case, "enc"));
    let (randomness, public) = (array::<64>(case, "ikmE"), PublicKey::from_bytes(&bytes(case, "pkRm")));
    let (public, seed) = (public.expect("a public key"), array(case, "skRm"));
    assert_eq!(PrivateKey::from_seed(secret(seed)).expect("a key").public(), &public);

    // Our wrap: the vector's share, and a ciphertext under the vector's key and first nonce.
    let wrapped = secret([0x5a; 32]);
    let wrap = wrap_with(&public, Profile::ChaCha, &info, &wrapped, &secret(randomness)).expect("a wrap");
    let (share, ciphertext) = wrap.as_bytes().split_at(1120);
    assert_eq!(share, enc);
    let opened = aead_open(Profile::ChaCha, &array(case, "key"), array(case, "base_nonce"), &[], ciphertext);
    assert_eq!(opened.as_deref(), Some(expose(&wrapped).as_slice()));

    // The crate under it: every message and export of the vector, by sender and receiver.
    let mut replay = Replay::new(&randomness);
    let to = <XWing as hpke::Kem>::PublicKey::from_bytes(public.as_bytes()).expect("a public key");
    let (own, mut sender) = hpke::setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &to,
        &info,
        &mut replay,
    )
    .expect("a sender");
    assert!(replay.is_used_up() && own.to_bytes().as_slice() == enc);
    let private = <XWing as hpke::Kem>::PrivateKey::from_bytes(&seed).expect("a private key");
    assert_eq!(
        XWing::decap(&private, None, &own).expect("a decapsulation").0.as_slice(),
        bytes(case, "shared_secret")
    );
    let mut receiver =
        hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeR::Base, &private, &own, &info)
            .expect("a receiver");
    let (messages, exports) = (items(case, "encryptions"), items(case, "exports"));
    for message in messages {
        let (plain, aad, sealed) = (bytes(message, "pt"), bytes(message, "aad"), bytes(message, "ct"));
        assert_eq!(sender.seal(&plain, &aad).expect("a message"), sealed);
        assert_eq!(receiver.open(&sealed, &aad).expect("a message"), plain);
    }
    for export in exports {
        let mut own = vec![0; usize::try_from(number(export, "L")).expect("a length")];
        receiver.export(&bytes(export, "exporter_context"), &mut own).expect("an export");
        assert_eq!(own, bytes(export, "exported_value"));
    }
    println!("  {} messages, {} exports", messages.len(), exports.len());
    assert!(!messages.is_empty() && !exports.is_empty());
}

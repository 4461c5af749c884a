//! `wrap.json`: every purpose in both profiles, low-order shares, audits.

use hpke::aead::{AesGcm256, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem as _, Serializable as _};
use privity::envelope::{Header, Profile};
use privity::keys::OpeningKey;
use privity::testing::hpke::{PrivateKey, PublicKey, Wrap, audit, info, unwrap, wrap};
use privity::testing::kdf::{self, Context};
use privity::testing::label::{HpkePurpose, KdfPurpose};
use privity::testing::{Secret, expose, expose_key, identity, opening_key, secret};
use privity::{DocumentId, FirmId, PrincipalId};
use serde_json::{Value, json};

use crate::case::{self, Case, Outcome, Refused, Vectors, delta, named};
use crate::vectors::{self, Replay, aead_open, fixed, hex};

#[test]
fn every_case_of_wrap_json() {
    let Some(vectors) = Vectors::read("wrap.json") else { return };
    vectors.run(
        |case| match case.op.as_str() {
            "wrap.wrap" => make(case),
            "wrap.unwrap" => open(case),
            "wrap.audit" => recompute(case),
            "wrap.parse_public" => {
                let bytes = case.bytes("public_key");
                assert_eq!(PublicKey::from_bytes(&bytes)?.as_bytes().as_slice(), bytes);
                Ok(Value::Null)
            }
            other => panic!("unknown operation {other}"),
        },
        reason,
    );
}

fn reason(case: &Case, why: &str) -> &'static str {
    match (case.op.as_str(), why) {
        ("wrap.parse_public", "refused when parsed" | "FIPS 203 modulus check" | "length") => "public-key",
        ("wrap.unwrap", "length") => "wrap-length",
        // A context with other fields is another context.
        (
            "wrap.unwrap",
            "info"
            | "suite id and info"
            | "KEM"
            | "implicit rejection"
            | "combiner"
            | "another encoding of the same point: the combiner hashes the bytes"
            | "tag"
            | "each purpose has exactly its fields"
            | "refused on decapsulation",
        ) => "unwrap-refused",
        (
            "wrap.audit",
            "threat 61" | "it opens, but nobody else could check it: refused by verify" | "threat 2 and 61",
        ) => "wrap-mismatch",
        (op, why) => panic!("{op}: unknown reason {why:?}"),
    }
}

fn make(case: &Case) -> Outcome {
    let (purpose, profile, context) = binding(&case.input)?;
    let (to, wrapped) = (PublicKey::from_bytes(&case.bytes("public_key"))?, case.secret("secret"));
    let made = wrap(&to, purpose, profile, &context, &wrapped)?;
    audit(&to, purpose, profile, &context, &wrapped, &made)?;
    if purpose == HpkePurpose::Document {
        let public = opening_key(case.array("secret")).wrap(&to, &document_context(case))?;
        assert_eq!(public, made, "{}", case.name);
    }
    let info = info(purpose, profile, &context);
    let wrap_seed = kdf::derive(&wrapped, KdfPurpose::WrapSeed, profile, &Context::empty());
    let randomness = kdf::hmac_sha512(&wrap_seed, &[&info, to.as_bytes()]);

    // The encapsulation alone gives the same share and the wanted shared secret.
    let mut replay = Replay::new(expose(&randomness));
    let key = <XWing as hpke::Kem>::PublicKey::from_bytes(to.as_bytes()).expect("a good key");
    let (shared, share) = XWing::encap_with_rng(&key, None, &mut replay).expect("an encapsulation");
    let (enc, ciphertext) = made.as_bytes().split_at(1120);
    assert!(replay.is_used_up() && share.to_bytes().as_slice() == enc, "{}", case.name);
    // Key and nonce never leave the primitive: the wanted ones must open what it made.
    let (hpke_key, hpke_nonce) =
        (vectors::array(&case.out, "hpke_key"), vectors::array(&case.out, "hpke_nonce"));
    let opened = aead_open(profile, &hpke_key, hpke_nonce, &[], ciphertext);
    assert_eq!(opened.as_deref(), Some(expose(&wrapped).as_slice()), "{}", case.name);
    Ok(json!({
        "context_cbor": hex(&context.to_cbor()),
        "info": hex(&info),
        "wrap_seed": hex(expose(&wrap_seed)),
        "randomness": hex(expose(&randomness)),
        "shared_secret": hex(&shared.0),
        "hpke_key": hex(&hpke_key),
        "hpke_nonce": hex(&hpke_nonce),
        "wrap": hex(made.as_bytes()),
    }))
}

fn open(case: &Case) -> Outcome {
    let (purpose, profile, context) = binding(&case.input)?;
    let stored = Wrap::from_bytes(&stored(case)?)?;
    let opened = unwrap(&PrivateKey::from_seed(case.secret("seed"))?, purpose, profile, &context, &stored);
    if purpose == HpkePurpose::Document {
        let public = OpeningKey::unwrap(&identity(case.array("seed"))?, &stored, &document_context(case));
        match (&opened, public) {
            (Ok(opened), Ok(public)) => assert_eq!(expose(opened), expose_key(&public), "{}", case.name),
            (Err(opened), Err(public)) => assert_eq!(opened.code(), public.code(), "{}", case.name),
            (opened, public) => panic!("{}: {opened:?} but {public:?}", case.name),
        }
    }
    if case.why() == Some("refused on decapsulation") {
        // The bare primitive opens it, so nothing but our check of the share refuses.
        let bare = bare_open(profile, &case.array("seed"), &info(purpose, profile, &context), &stored);
        assert!(bare.is_some(), "{}", case.name);
    }
    Ok(json!(hex(expose(&opened?))))
}

fn bare_open(profile: Profile, seed: &[u8; 32], info: &[u8], stored: &Wrap) -> Option<Vec<u8>> {
    let (enc, ciphertext) = stored.as_bytes().split_at(1120);
    let private = <XWing as hpke::Kem>::PrivateKey::from_bytes(seed).ok()?;
    let enc = <XWing as hpke::Kem>::EncappedKey::from_bytes(enc).ok()?;
    let mode = hpke::OpModeR::Base;
    let open = match profile {
        Profile::ChaCha => hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>,
        Profile::Aes => hpke::single_shot_open::<AesGcm256, HkdfSha256, XWing>,
        other => panic!("unknown profile {other:?}"),
    };
    open(&mode, &private, &enc, info, ciphertext, &[]).ok()
}

fn recompute(case: &Case) -> Outcome {
    let (purpose, profile, context) = binding(&case.input)?;
    let stored = Wrap::from_bytes(&stored(case)?)?;
    audit(&public_key_of(&case.input)?, purpose, profile, &context, &case.secret("secret"), &stored)?;
    Ok(Value::Null)
}

/// As given, or the base wrapped again and then changed.
fn stored(case: &Case) -> Result<Vec<u8>, Refused> {
    if case.has("wrap") {
        return Ok(case.bytes("wrap"));
    }
    let base = &case.input["base"];
    let (purpose, profile, context) = binding(base)?;
    let wrapped: Secret<32> = secret(vectors::array(base, "secret"));
    let made = wrap(&public_key_of(base)?, purpose, profile, &context, &wrapped)?;
    Ok(delta(made.as_bytes(), &case.input, "wrap_delta"))
}

fn binding(of: &Value) -> Result<(HpkePurpose, Profile, Context), Refused> {
    let purpose = named(HpkePurpose::ALL, HpkePurpose::name, vectors::text(of, "purpose"))?;
    Ok((purpose, case::profile(of), case::context(&of["context"])))
}

fn public_key_of(of: &Value) -> Result<PublicKey, Refused> {
    Ok(identity(vectors::array(of, "public_key_of"))?.public().clone())
}

/// The same context through the public API, which has one for documents alone.
fn document_context(case: &Case) -> privity::keys::WrapContext {
    let fields = &case.input["context"];
    assert_eq!(fields.as_object().map(serde_json::Map::len), Some(5), "{}", case.name);
    let id = |field| fixed::<16>(&vectors::bytes(fields, field));
    let version = u32::try_from(vectors::number(fields, "3")).expect("a version");
    let header = Header::new(FirmId::from_bytes(id("1")), DocumentId::from_bytes(id("2")), version);
    let header = header.expect("a header").with_profile(case.profile());
    header.wrap_context(PrincipalId::from_bytes(id("9")), vectors::number(fields, "10"))
}

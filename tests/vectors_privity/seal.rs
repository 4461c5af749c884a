//! `seal.json`: derivations, randomness, seals; and the registry of labels.

use std::collections::BTreeSet;

use privity::testing::kdf::{self, Context};
use privity::testing::label::{HashPurpose, HpkePurpose, KdfPurpose, ObjectClass, RandomPurpose, SealKind};
use privity::testing::seal::{self, PREFIX, SALT, SEALED_CHUNK, SealedReader, TAG};
use privity::testing::{Draw, SealContext, Secret, expose, secret, sha256};
use serde_json::{Value, json};

use crate::case::{self, BY_TYPE, Case, Outcome, Refused, UNREGISTERED, Vectors, delta, named, pattern};
use crate::vectors::{self, aead_open, fixed, hex};

#[test]
fn every_case_of_seal_json() {
    let Some(vectors) = Vectors::read("seal.json") else { return };
    vectors.run(
        |case| match case.op.as_str() {
            "derive" => derive(case),
            "extract" => extract(case),
            "random" => random(case),
            "seal.raw" => raw(case),
            "seal.seal" => seal_hedged(case),
            "seal.open" => open(case),
            "seal.read_at" => read_at(case),
            other => panic!("unknown operation {other}"),
        },
        reason,
    );
}

fn reason(case: &Case, why: &str) -> &'static str {
    match (case.op.as_str(), why) {
        (_, "one registry") => UNREGISTERED,
        ("extract", "both are exactly 32: HMAC would pad") => BY_TYPE,
        ("random", "one HMAC gives 64") => "entropy",
        ("seal.open", "length" | "length: the last chunk must be short") => "sealed-length",
        // One code for both; `open` checks which of them it was.
        ("seal.open", "commitment" | "tag") => "content-refused",
        ("seal.read_at", "range") => "out-of-range",
        ("seal.read_at", "the last chunk is verified first") => "content-refused",
        (op, why) => panic!("{op}: unknown reason {why:?}"),
    }
}

#[test]
fn every_label_of_the_vectors_is_in_the_registry() {
    let Some(vectors) = Vectors::read("seal.json") else { return };
    let theirs = vectors::items(&vectors.top, "labels")
        .iter()
        .map(|label| label.as_str().expect("a label").to_owned());
    let theirs: BTreeSet<String> = theirs.collect();
    let mut own = BTreeSet::new();
    own.extend(KdfPurpose::ALL.iter().map(|label| format!("{}{}", KdfPurpose::PREFIX, label.name())));
    own.extend(SealKind::ALL.iter().map(|label| format!("{}{}", SealKind::PREFIX, label.name())));
    own.extend(HpkePurpose::ALL.iter().map(|label| format!("{}{}", HpkePurpose::PREFIX, label.name())));
    own.extend(ObjectClass::ALL.iter().map(|label| format!("{}{}", ObjectClass::PREFIX, label.name())));
    own.extend(HashPurpose::ALL.iter().map(|label| format!("{}{}", HashPurpose::PREFIX, label.name())));
    let missing: Vec<_> = theirs.difference(&own).collect();
    let beyond: Vec<_> = own.difference(&theirs).collect();
    println!("seal.json: {} labels, all registered; ours beyond them: {beyond:?}", theirs.len());
    assert!(!theirs.is_empty() && missing.is_empty(), "not registered: {missing:?}");
}

/// Also of `keyrow.json`.
pub fn derive(case: &Case) -> Outcome {
    let purpose = named(KdfPurpose::ALL, KdfPurpose::name, case.text("purpose"))?;
    let context = case.context("context");
    let info = [purpose.label(), &case.profile().number().to_be_bytes(), &context.to_cbor()].concat();
    let (key, out) = match case.input.get("extract") {
        None => {
            let key = case.secret("key");
            (expose(&key).to_vec(), kdf::derive(&key, purpose, case.profile(), &context))
        }
        Some(of) => {
            let key = kdf::extract(&secret(vectors::array(of, "salt")), &secret(vectors::array(of, "ikm")));
            (expose(&key).to_vec(), kdf::derive(&key, purpose, case.profile(), &context))
        }
    };
    // The same by the construction's text: Expand over exactly this info.
    let mut expanded = [0; 32];
    kdf::expand(&key, &[&info], &mut expanded);
    assert_eq!(expose(&out), &expanded, "{}", case.name);
    Ok(json!({ "key": hex(&key), "info": hex(&info), "out": hex(expose(&out)) }))
}

fn extract(case: &Case) -> Outcome {
    let exact = |field| <[u8; 32]>::try_from(case.bytes(field)).map_err(|_| Refused(BY_TYPE));
    let key = kdf::extract(&secret(exact("salt")?), &secret(exact("ikm")?));
    Ok(json!(hex(expose(&key))))
}

fn random(case: &Case) -> Outcome {
    let purpose = named(RandomPurpose::ALL, RandomPurpose::name, case.text("purpose"))?;
    let draw = Draw {
        rand32: case.secret("rand32"),
        pid: u32::try_from(case.number("pid")).expect("a process id"),
        wall_ns: case.number("wall_ns"),
        monotonic_ns: case.number("monotonic_ns"),
        counter: case.number("counter"),
    };
    let mut out = vec![0; usize::try_from(case.number("n")).expect("a length")];
    draw.fill(&case.secret("hedge_key"), purpose, &mut out)?;
    Ok(json!(hex(&out)))
}

fn raw(case: &Case) -> Outcome {
    let context = SealContext { profile: case.profile(), bytes: case.bytes("raw_context") };
    let plaintext = case.bytes("plaintext");
    let sealed = seal::seal_with_salt(&case.secret("key"), &context, &plaintext, &case.array("salt"))?;
    assert_eq!(seal::open(&case.secret("key"), &context, &sealed)?, plaintext);
    Ok(json!(hex(&sealed)))
}

fn seal_hedged(case: &Case) -> Outcome {
    let (key, context, plaintext) = (case.secret("key"), seal_context(&case.input)?, pattern(&case.input));
    let sealed = seal::seal_hedged(&key, &context, &plaintext, &case.secret("rand32"))?;
    assert_eq!(seal::open(&key, &context, &sealed)?, plaintext, "{}", case.name);

    let salt: [u8; SALT] = fixed(&sealed[..SALT]);
    let hedge = kdf::derive(&key, KdfPurpose::Hedge, context.profile, &Context::empty());
    let (cipher, commitment) = seal::schedule(&key, context.profile, &salt, &context.bytes);
    // The chunk key never leaves the cipher: the one wanted must open what the cipher sealed.
    let chunk_key = vectors::array(&case.out, "chunk_key");
    let first = &sealed[PREFIX..sealed.len().min(PREFIX + SEALED_CHUNK)];
    let opened = aead_open(context.profile, &chunk_key, cipher.nonce(0), &[], first);
    assert_eq!(opened.as_deref(), Some(&plaintext[..first.len() - TAG]), "{}", case.name);
    Ok(json!({
        "context": hex(&context.bytes),
        "hedge_key": hex(expose(&hedge)),
        "salt": hex(&salt),
        "chunk_key": hex(&chunk_key),
        "base_nonce": hex(&cipher.nonce(0)),
        "nonce_1": hex(&cipher.nonce(1)),
        "commitment": hex(&commitment),
        "sealed": hex(&sealed),
    }))
}

fn open(case: &Case) -> Outcome {
    let (key, context, sealed) = (case.secret("key"), seal_context(&case.input)?, sealed(case)?);
    let opened = seal::open(&key, &context, &sealed);
    if opened.as_ref().is_err_and(|error| error.code() == "content-refused") {
        let (_, commitment) = seal::schedule(&key, context.profile, &fixed(&sealed[..SALT]), &context.bytes);
        let why = if commitment == sealed[SALT..PREFIX] { "tag" } else { "commitment" };
        assert_eq!(case.why().unwrap_or(why), why, "{}", case.name);
    }
    let opened = opened?;
    Ok(json!({ "len": opened.len(), "sha256": sha256(&opened).to_string() }))
}

fn read_at(case: &Case) -> Outcome {
    let (key, context, sealed) = (case.secret("key"), seal_context(&case.input)?, sealed(case)?);
    let prefix = fixed(&sealed[..PREFIX]);
    let reader = SealedReader::new(&key, &context, &sealed, 0, &prefix, sealed.len() as u64)?;
    let mut out = vec![0; usize::try_from(case.number("n")).expect("a length")];
    reader.read_exact_at(&sealed, case.number("at"), &mut out)?;
    Ok(json!(hex(&out)))
}

/// The base sealed again, then changed as the case says.
fn sealed(case: &Case) -> Result<Vec<u8>, Refused> {
    let base = &case.input["base"];
    let key: Secret<32> = secret(vectors::array(base, "key"));
    let sealed =
        seal::seal_with_salt(&key, &seal_context(base)?, &pattern(base), &vectors::array(base, "salt"))?;
    assert_eq!(sha256(&sealed).to_string(), vectors::text(base, "sealed_sha256"), "{}", case.name);
    Ok(delta(&sealed, &case.input, "sealed_delta"))
}

fn seal_context(of: &Value) -> Result<SealContext, Refused> {
    let kind = named(SealKind::ALL, SealKind::name, vectors::text(of, "kind"))?;
    Ok(SealContext::new(kind, case::profile(of), &vectors::bytes(of, "aad")))
}

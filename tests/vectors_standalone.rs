//! The independent vectors of standalone chains.

mod common;

use privity::audit::checkpoint::{Head, Log};
use privity::audit::kind::ChainType;
use privity::audit::proof::TlogProof;
use privity::audit::record::{self, Payload};
use privity::audit::{Findings, Origin, Other, Record, Reported, TrustRoots, VerifiedChain, Verifier};
use privity::keys::VerifyingKey;
use privity::testing::label;
use privity::{Error, Hash};
use serde_json::{Value, json};

#[test]
fn standalone_chains_give_the_verdicts_of_the_vectors() {
    let Some(shared) = common::shared() else { return };
    let file = std::fs::read(shared.join("vectors/privity/standalone.json")).unwrap();
    let vectors: Value = serde_json::from_slice(&file).unwrap();
    let pool = vectors["pool"].as_array().unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for case in vectors["cases"].as_array().unwrap() {
        let (name, valid) = (case["name"].as_str().unwrap(), case["valid"].as_bool().unwrap());
        let input = resolve(&case["in"], pool);
        let result = match case["op"].as_str().unwrap() {
            "standalone.verify" => verify(&input).map(|chain| describe(chain.findings())),
            "record.verify" => verify_record(&input).map(|()| Value::Null),
            "record.sign" => sign(&input, &case["out"]),
            "proof.ledger" => proof(&input),
            other => panic!("{name}: unknown operation {other}"),
        };
        match result {
            Ok(out) if valid => {
                accepted += 1;
                for (field, want) in case["out"].as_object().into_iter().flatten() {
                    assert_eq!(&out[field], want, "{name}: {field}");
                }
            }
            Err(why) if !valid => {
                refused += 1;
                assert!(expected(case["why"].as_str().unwrap()).contains(&why.as_str()), "{name}: {why}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    println!("standalone.json: {} cases, {accepted} accepted, {refused} refused", accepted + refused);
    assert!(accepted > 0 && refused > 0);
}

/// Which words of ours a reason of the vectors may be.
fn expected(why: &str) -> &'static [&'static str] {
    match why {
        "pinned" => &["chain-mismatch"],
        "body field 1" => &["genesis", "origin-mismatch", "chain-mismatch"],
        "`privity.` is the firms'" => &["field"],
        "never" | "no earlier record" | "author" | "{1 origin, 2 record key, 3 log key}" | "body" => {
            &["genesis"]
        }
        "separate keys" => &["genesis", "log-unsigned"],
        "log key" | "certified below it" => &["log-unsigned"],
        "origin" => &["origin-mismatch"],
        "none" => &["checkpoint-missing"],
        "a size never shrinks" => &["checkpoint"],
        "root" => &["chain-tampered"],
        "size" => &["chain-incomplete"],
        "rollback" => &["chain-rollback"],
        "fork" => &["chain-forked"],
        "inclusion" => &["proof"],
        "field 7 is absent only in the ledger's genesis" => &["field"],
        other => panic!("unknown reason {other}"),
    }
}

fn verify(input: &Value) -> Result<VerifiedChain, String> {
    let code = |error: Error| error.code().to_owned();
    let mut roots =
        TrustRoots::new(Origin::new(text(&input["origin"])).map_err(code)?, hash(&input["genesis"]));
    if let Some(pin) = input.get("pin") {
        roots = roots.with_pin(Head { size: pin[0].as_u64().unwrap(), root: hash(&pin[1]) });
    }
    let notes: Vec<String> =
        input["checkpoints"].as_array().unwrap().iter().map(|n| text(n).to_owned()).collect();
    let mut verifier = Verifier::new(roots, &notes).map_err(code)?;
    for record in input["records"].as_array().unwrap() {
        verifier.push(&bytes(record)).map_err(code)?;
    }
    verifier.finish().map_err(|failure| Error::from(failure).code().to_owned())
}

fn describe(findings: &Findings) -> Value {
    let other = |o: &Other| json!({"index": o.index, "kind": o.kind.number()});
    let reported = |r: &Reported| json!({"index": r.index, "kind": r.kind.unwrap().number(), "author": hex(r.author.unwrap().as_bytes()), "why": r.why.name()});
    json!({
        "size": findings.head.size,
        "root": findings.head.root.to_string(),
        "authors": findings.authors.iter().map(|a| hex(a.as_bytes())).collect::<Vec<_>>(),
        "log_keys": findings.log_keys.iter().map(|k| hex(&k.to_bytes())).collect::<Vec<_>>(),
        "reported": findings.reported.iter().map(reported).collect::<Vec<_>>(),
        "unverifiable": findings.unverifiable.iter().map(other).collect::<Vec<_>>(),
        "host": findings.host.iter().map(other).collect::<Vec<_>>(),
        "documents": findings.documents,
        "ignored": findings.ignored,
    })
}

fn verify_record(input: &Value) -> Result<(), String> {
    let bytes = bytes(&input["record"]);
    let kind = if input["standalone"] == true { ChainType::Standalone } else { ChainType::Matter };
    let record = Record::parse(&bytes, kind).map_err(|e| e.code().to_owned())?;
    let key = self::bytes(&input["keys"][0]);
    let key = VerifyingKey::enrol(key.as_slice().try_into().unwrap()).unwrap();
    record.verify(&key).map_err(|e| e.code().to_owned())
}

/// The payload is read from its CBOR and must be written back so; the seed signs the record.
fn sign(input: &Value, out: &Value) -> Result<Value, String> {
    let code = |error: Error| error.code().to_owned();
    let encoded = bytes(&out["payload_cbor"]);
    let payload = Payload::parse(&encoded, ChainType::Standalone).map_err(code)?;
    assert_eq!(payload.kind.number(), input["payload"]["2"].as_u64().unwrap());
    assert_eq!(payload.to_cbor(), encoded);
    let key = privity::testing::signing_key(bytes(&input["seed"]).try_into().unwrap());
    let record = record::sign(&key, ChainType::Standalone, &payload).map_err(code)?;
    let read = Record::parse(&record, ChainType::Standalone).map_err(code)?;
    Ok(json!({
        "kid": read.kid().to_string(),
        "protected": hex(&record[2..23]),
        "payload_cbor": hex(&payload.to_cbor()),
        "record": hex(&record),
        "record_hash": read.hash().to_string(),
        "sig_structure": hex(&read.object().signed_bytes(label::ObjectClass::Record)),
    }))
}

fn proof(input: &Value) -> Result<Value, String> {
    let code = |error: Error| error.code().to_owned();
    let keys: Vec<_> = input["log_keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|k| VerifyingKey::enrol(bytes(k).as_slice().try_into().unwrap()).unwrap())
        .collect();
    let log = Log::standalone(text(&input["origin"]), &keys).map_err(code)?;
    let proof = TlogProof::parse(text(&input["proof"]).as_bytes()).map_err(code)?;
    let verified = proof.verify(&log, &bytes(&input["record"])).map_err(code)?;
    Ok(json!({"index": proof.index, "size": verified.head().size}))
}

fn resolve(value: &Value, pool: &[Value]) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('#').and_then(|n| n.parse::<usize>().ok()) {
            Some(index) => pool[index].clone(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| resolve(item, pool)).collect(),
        Value::Object(map) => {
            map.iter().map(|(k, v)| (k.clone(), resolve(v, pool))).collect::<serde_json::Map<_, _>>().into()
        }
        _ => value.clone(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn hash(value: &Value) -> Hash {
    Hash(bytes(value).try_into().unwrap())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = text(value);
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

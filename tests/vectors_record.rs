//! Records against the vectors of an independent implementation: every case of `record.json`, and
//! what `standalone.json` and `firm.json` say of records and keys.

mod common;
#[path = "vectors_record/json.rs"]
mod json;

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use privity::testing::approval;
use privity::testing::body::{Body, Principal, Principals};
use privity::testing::cbor::Writer;
use privity::testing::cose::{self, Kid};
use privity::testing::detail::disclosure::Disclosure;
use privity::testing::detail::{DetailKey, DetailPlace, DetailRoot, Details, commitment};
use privity::testing::keyring::{KeyRing, NewKeys};
use privity::testing::kind::{ChainType, Kind};
use privity::testing::label::ObjectClass;
use privity::testing::record::{self, LedgerHead, Payload, Record};
use privity::testing::sign::{VerifyingKey, verify_unenrolled};
use privity::testing::{secret, sha256, signing_key};
use privity::{ChainId, DeviceId, FirmId, Hash, PrincipalId, Result, SecretBytes, Timestamp, UserId};
use serde_json::Value as Json;

use json::{bytes, cbor, fixed, join, list, number, resolve, strings, text, unhex};

#[test]
fn records_are_those_of_the_independent_implementation() {
    let Some(file) = vectors("record.json") else { return };
    let mut counts: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for case in list(&file["cases"]) {
        run(case, &file);
        *counts.entry((text(&case["op"]).to_owned(), case["valid"] == true)).or_default() += 1;
    }
    for ((op, valid), count) in &counts {
        println!("{op} {}: {count}", if *valid { "accepted" } else { "refused" });
    }
    let all: usize = counts.values().sum();
    println!("{all} cases");
    assert_eq!(all, 204);
}

#[test]
fn a_standalone_chain_has_its_own_form_of_record() {
    let Some(file) = vectors("standalone.json") else { return };
    let mut count = 0;
    for case in list(&file["cases"]).iter().filter(|case| text(&case["op"]).starts_with("record.")) {
        run(case, &file);
        count += 1;
    }
    println!("{count} cases");
    assert_eq!(count, 4);
}

#[test]
fn two_log_keys_of_one_short_id_are_never_both_certified() {
    let Some(firm) = vectors("firm.json") else { return };
    let twins: Vec<[u8; 32]> = list(&firm["twins"]["public_keys"]).iter().map(fixed).collect();
    let genesis = list(&firm["cases"]).iter().find(|case| case["name"] == "history").unwrap();
    let firm_id = text(&genesis["in"]["firm"]);
    let mut ring = KeyRing::new(format!("privity.{firm_id}"));
    let record = |seed: u8| signing_key([seed; 32]).verifying_key().to_bytes();
    let keys = [(record(1), twins[0]), (record(2), twins[1])];
    let certify = |ring: &mut KeyRing, (record, log): &([u8; 32], [u8; 32])| {
        ring.certify(&NewKeys { record, log: Some(log), ssh: None })
    };
    certify(&mut ring.clone(), &keys[1]).expect("alone it is a good key");
    certify(&mut ring, &keys[0]).expect("the first");
    assert_eq!(certify(&mut ring, &keys[1]).unwrap_err().code(), "key-used");
    assert_eq!(ring.len(), 2, "nothing of a refused certificate is taken");
}

#[test]
fn every_record_of_the_vectors_is_written_again_as_it_was_read() {
    let (mut records, mut bodies, mut refused) = (0, 0, 0);
    for name in ["firm", "reported", "roles", "standalone", "devices", "chain", "record"] {
        let Some(file) = vectors(&format!("{name}.json")) else { return };
        let mut found = Vec::new();
        strings(&file, &mut |hex| {
            if hex.starts_with("8455a20132") {
                found.push(unhex(hex));
            }
        });
        found.sort();
        found.dedup();
        for bytes in found {
            let types = [ChainType::Ledger, ChainType::Directory, ChainType::Matter, ChainType::Standalone];
            for chain_type in types {
                let Ok(record) = Record::parse(&bytes, chain_type) else { continue };
                assert_eq!(record.payload().to_cbor(), record.object().payload());
                records += 1;
                match record.body() {
                    Ok(body) => {
                        assert_eq!(body.encode(), record.payload().body);
                        bodies += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    println!("{records} readings of records, {bodies} of bodies, {refused} bodies of other chains or wrong");
    assert!(records > 200 && bodies > 200 && refused > 0);
}

#[test]
fn a_record_of_the_largest_size_is_accepted_and_one_byte_more_is_not() {
    let signed = |length: usize| {
        let mut writer = Writer::new();
        writer.bytes(&vec![7; length]);
        let body = writer.finish();
        let payload = Payload {
            chain: ChainId::from_bytes([1; 16]),
            kind: Kind::from_number(1_024),
            at: Timestamp::from_micros(1).unwrap(),
            author: DeviceId::from_bytes([2; 16]),
            sequence: 0,
            previous: None,
            ledger_head: None,
            acting_for: None,
            subjects: Vec::new(),
            body: &body,
            details: None,
        };
        record::sign(&signing_key([3; 32]), ChainType::Standalone, &payload)
    };
    let overhead = signed(60_000).unwrap().len() - 60_000;
    let largest = signed(cose::MAX_OBJECT - overhead).unwrap();
    assert_eq!(largest.len(), 65_535);
    Record::parse(&largest, ChainType::Standalone).unwrap();
    assert_eq!(signed(cose::MAX_OBJECT - overhead + 1).unwrap_err().code(), "too-large");
}

/// Runs one case and holds it against what it says must come out.
fn run(case: &Json, file: &Json) {
    let (name, op) = (text(&case["name"]), text(&case["op"]));
    let result = perform(op, &resolve(&case["in"], file), &case["out"]);
    if case["valid"] == true {
        if let Err(error) = result {
            panic!("{name}: {error:?}");
        }
    } else {
        let why = text(&case["why"]);
        let error = result.err().unwrap_or_else(|| panic!("{name}: accepted"));
        assert_eq!(error.code(), expected(op, name, why), "{name}: {why}");
    }
}

/// Which code answers which `why`. A reason that is not here fails.
fn expected(op: &str, name: &str, why: &str) -> &'static str {
    match (op, why) {
        ("record.body", "reserved") => "profile",
        ("record.body", "unknown") if name.contains("profile") => "profile",
        (
            "record.body",
            "1 to 256"
            | "by document"
            | "56"
            | "threat 68"
            | "refused"
            | "by (document, version)"
            | "counted from 1"
            | ">= 1"
            | "0 to 4, or from 64"
            | "kind 20 omits epoch and generation"
            | "missing"
            | "text"
            | "cap"
            | "absent in the first"
            | "unknown"
            | "0 is the first's",
        ) => "field",
        ("record.sign" | "record.verify", "absent only in the ledger's genesis") => "field",
        ("record.verify", "field 7 is absent only in the ledger's genesis") => "field",
        ("record.verify", "signature" | "malleated signature" | "external_aad") => "signature-refused",
        (
            "record.verify",
            "tag 18 in front"
            | "not the shortest form"
            | "indefinite"
            | "trailing"
            | "ends early"
            | "null"
            | "longer form, signed so"
            | "the signature is right, the encoding is not"
            | "float",
        ) => "cbor",
        // RFC 9052 would allow a header of no bytes; here it is a map, always.
        ("record.verify", "protected header") if name == "empty protected" => "cbor",
        (
            "record.verify",
            "alg must be -19"
            | "protected header"
            | "unprotected must be empty"
            | "unknown field"
            | "field missing"
            | "field 7"
            | "size 0 refused"
            | "field 11 is [count, root]"
            | "absent instead"
            | "id length"
            | "hash"
            | "uint"
            | "times < 2^53"
            | "strictly ascending",
        ) => "field",
        ("record.verify", "cap") => "too-large",
        (
            "record.verify",
            "unverifiable, not tampered" | "an unknown kid too: so the tree is compared first (tampered)",
        ) => "key-unknown",
        ("record.verify", "chain") => "chain-mismatch",
        ("record.open_detail", "field 11") => "details-mismatch",
        (
            "record.open_detail",
            "aad"
            | "aad: field 5 names the epoch whose detail key it is under"
            | "aad: a standalone chain omits firm and epoch",
        ) => "content-refused",
        ("record.disclosed", "commitment" | "lengths are hashed" | "the record carries the count") => {
            "details-mismatch"
        }
        // The types have no such place: `place` below is the test's own.
        ("record.details", "neither or both") => "field",
        (
            "record.enrol",
            "its signature passes verify_strict, so enrolment must refuse" | "small order" | "y >= p",
        ) => "public-key",
        _ => panic!("{name}: no code for {op}: {why}"),
    }
}

fn perform(op: &str, input: &Json, out: &Json) -> Result<()> {
    match op {
        "record.sign" => sign(input, out),
        "record.verify" => verify(input),
        "record.body" => body(input),
        "record.principals" => {
            let principals: Vec<Principal> = list(&input["principals"]).iter().map(principal).collect();
            let got = Principals::of(&principals);
            assert_eq!((got.count, got.hash.0), (number(&out[0]), fixed(&out[1])));
            Ok(())
        }
        "record.approval" => {
            let body = cbor(&input["body"]);
            let chain = ChainId::from_bytes(fixed(&input["chain"]));
            let target = approval::target(&chain, Kind::from_number(number(&input["kind"])), &body);
            assert_eq!(target.0, fixed(out));
            Ok(())
        }
        "record.details" => details(input, out),
        "record.open_detail" => {
            let key = DetailKey::from_secret_bytes(&SecretBytes::new(bytes(&input["detail_key"])))?;
            let opened = Details::open(
                &key,
                &place(input)?,
                &bytes(&input["blob"]),
                &detail_root(&input["field_11"]),
            )?;
            let want = out.as_object().unwrap();
            assert_eq!(opened.iter().count(), want.len());
            for (name, value) in opened.iter() {
                assert_eq!(value, bytes(&want[name][0]));
                assert_eq!(opened.disclose(name)?.salt, fixed(&want[name][1]));
            }
            Ok(())
        }
        "record.disclosed" => {
            let it = &input["disclosed"];
            let disclosure = Disclosure {
                name: text(&it["name"]).to_owned(),
                value: bytes(&it["value"]),
                salt: fixed(&it["salt"]),
                index: number(&it["index"]),
                proof: list(&it["proof"]).iter().map(|hash| Hash(fixed(hash))).collect(),
            };
            assert_eq!(Disclosure::from_cbor(&disclosure.to_cbor())?, disclosure);
            disclosure.verify(&detail_root(&input["field_11"]))
        }
        "record.enrol" => VerifyingKey::enrol(&fixed(&input["public_key"])).map(drop),
        "ed25519.verify_strict" => {
            let key = fixed(&input["public_key"]);
            assert!(verify_unenrolled(&key, &bytes(&input["message"]), &fixed(&input["signature"])));
            Ok(())
        }
        "cbor.encode" => {
            assert_eq!(cbor(&input["value"]), bytes(out));
            Ok(())
        }
        _ => panic!("unknown operation {op}"),
    }
}

fn sign(input: &Json, out: &Json) -> Result<()> {
    let key = signing_key(fixed(&input["seed"]));
    let fields = &input["payload"];
    let has = |field: &str| fields.get(field).is_some();
    let head = |field: &Json| LedgerHead { size: number(&field[0]), root: Hash(fixed(&field[1])) };
    let body = cbor(&fields["10"]);
    let payload = Payload {
        chain: ChainId::from_bytes(fixed(&fields["1"])),
        kind: Kind::from_number(number(&fields["2"])),
        at: Timestamp::from_micros(number(&fields["3"])).unwrap(),
        author: DeviceId::from_bytes(fixed(&fields["4"])),
        sequence: number(&fields["5"]),
        previous: has("6").then(|| Hash(fixed(&fields["6"]))),
        ledger_head: has("7").then(|| head(&fields["7"])),
        acting_for: has("8").then(|| UserId::from_bytes(fixed(&fields["8"]))),
        subjects: if has("9") { list(&fields["9"]).iter().map(fixed).collect() } else { Vec::new() },
        body: &body,
        details: has("11").then(|| detail_root(&fields["11"])),
    };
    let chain_type = chain_type(input, payload.kind, payload.chain, payload.author);
    let signed = record::sign(&key, chain_type, &payload)?;
    let record = Record::parse(&signed, chain_type)?;
    assert_eq!(record.payload(), &payload);
    assert_eq!(payload.to_cbor(), bytes(&out["payload_cbor"]));
    let signed_bytes = record.object().signed_bytes(ObjectClass::Record);
    if let Some(want) = out.get("sig_structure") {
        assert_eq!(signed_bytes, bytes(want));
        assert_eq!(record.kid().0, fixed::<16>(&out["kid"]));
    }
    assert_eq!(signed, bytes(&out["record"]));
    assert_eq!(record.hash().0, fixed::<32>(&out["record_hash"]));
    record.body().map(drop)
}

/// Form and signature, in the order a reader has them.
fn verify(input: &Json) -> Result<()> {
    let bytes = match input.get("record_parts") {
        Some(parts) => join(parts),
        None => bytes(&input["record"]),
    };
    let keys = list(&input["keys"]).iter().map(|key| VerifyingKey::enrol(&fixed(key)));
    let keys: BTreeMap<Kid, VerifyingKey> =
        keys.map(|key| key.map(|key| (Kid::of(&key), key))).collect::<Result<_>>()?;
    let chain_type = if input["standalone"] == true { ChainType::Standalone } else { ChainType::Matter };
    let record = Record::parse(&bytes, chain_type)?;
    record.check_chain(&ChainId::from_bytes(fixed(&input["chain"])))?;
    let stranger = signing_key([0; 32]).verifying_key();
    record.verify(keys.get(&record.kid()).unwrap_or(&stranger))
}

fn body(input: &Json) -> Result<()> {
    let bytes = match input.get("documents") {
        Some(count) => {
            let mut rest = input["rest"].clone();
            rest["3"] = (1..=number(count))
                .map(|id| {
                    let mut entry = input["entry"].clone();
                    entry["1"] = Json::String(format!("{id:032x}"));
                    entry
                })
                .collect();
            cbor(&rest)
        }
        None => bytes(&input["body"]),
    };
    let (kind, chain_type) = match text(&input["kind"]) {
        "sealed" => (Kind::SEALED, ChainType::Matter),
        "sealed, standalone" => (Kind::SEALED, ChainType::Standalone),
        "epoch" => (Kind::EPOCH, ChainType::Matter),
        "genesis, ledger" => (Kind::GENESIS, ChainType::Ledger),
        "genesis, chain" => (Kind::GENESIS, ChainType::Matter),
        "genesis, standalone" => (Kind::GENESIS, ChainType::Standalone),
        number => (Kind::from_number(number.parse().unwrap()), ChainType::Directory),
    };
    let body = Body::decode(kind, chain_type, ChainId::from_bytes([0; 16]), &bytes)?;
    assert!(!matches!(body, Body::Unverifiable(..) | Body::Host(..)), "{kind:?} is defined");
    assert_eq!((body.kind(), body.encode()), (kind, bytes));
    Ok(())
}

fn details(input: &Json, out: &Json) -> Result<()> {
    let mut fields: Vec<(String, Vec<u8>, [u8; 32])> = list(&input["fields"])
        .iter()
        .map(|field| (text(&field[0]).to_owned(), bytes(&field[1]), fixed(&field[2])))
        .collect();
    fields.sort();
    let commitments: Vec<_> =
        fields.iter().map(|(name, value, salt)| commitment(name, value, salt).0.to_vec()).collect();
    let details = Details::with_salts(fields)?;
    let place = place(input)?;
    assert_eq!(list(&out["order"]).len(), details.iter().count());
    assert!(details.iter().zip(list(&out["order"])).all(|((name, _), want)| name == text(want)));
    assert!(commitments.iter().zip(list(&out["commitments"])).all(|(got, want)| *got == bytes(want)));
    assert_eq!(details.root()?, detail_root(&out["field_11"]));
    let key = DetailKey::from_secret_bytes(&SecretBytes::new(bytes(&input["detail_key"])))?;
    let blob = details.seal_hedged(&key, &place, &secret(fixed(&input["rand32"])))?;
    assert_eq!(blob, bytes(&out["blob"]));
    Ok(())
}

fn place(input: &Json) -> Result<DetailPlace> {
    assert!(input.get("profile").is_none_or(|profile| profile == 1), "profile 1 in all cases");
    let profile = privity::envelope::Profile::ChaCha;
    let chain = ChainId::from_bytes(fixed(&input["chain"]));
    let author = DeviceId::from_bytes(fixed(&input["author"]));
    let sequence = number(&input["sequence"]);
    match (input.get("firm"), input.get("epoch")) {
        (None, None) => Ok(DetailPlace::standalone(profile, chain, author, sequence)),
        (Some(firm), Some(epoch)) => {
            let firm = FirmId::from_bytes(fixed(firm));
            let epoch = NonZeroU64::new(number(epoch)).unwrap();
            Ok(DetailPlace::in_epoch(profile, firm, epoch, chain, author, sequence))
        }
        _ => Err(privity::Code::Field.into()),
    }
}

/// A ledger's genesis is its own author; the vectors say no more of the type of a firm's chain.
fn chain_type(input: &Json, kind: Kind, chain: ChainId, author: DeviceId) -> ChainType {
    if input["standalone"] == true {
        ChainType::Standalone
    } else if kind == Kind::GENESIS && chain.as_bytes() == author.as_bytes() {
        ChainType::Ledger
    } else {
        ChainType::Matter
    }
}

fn principal(json: &Json) -> Principal {
    Principal {
        id: PrincipalId::from_bytes(fixed(&json[0])),
        generation: NonZeroU64::new(number(&json[1])).unwrap(),
        public_key: sha256(&bytes(&json[2])),
    }
}

fn detail_root(json: &Json) -> DetailRoot {
    DetailRoot { count: NonZeroU64::new(number(&json[0])).unwrap(), root: Hash(fixed(&json[1])) }
}

fn vectors(name: &str) -> Option<Json> {
    let path = common::shared()?.join("vectors/privity").join(name);
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    Some(serde_json::from_slice(&file).unwrap())
}

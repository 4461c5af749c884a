//! Cards and fingerprints of an independent implementation: every case of `card.json`.

use std::collections::BTreeMap;

use privity::sharing::Fingerprint;
use privity::testing::{self, sha256};
use privity::{Hash, testing::party as doors};
use serde_json::Value as Json;

#[path = "../vectors_record/json.rs"]
mod json;

use json::{bytes, cbor, fixed, list, resolve, text};

#[test]
fn cards_are_those_of_the_independent_implementation() {
    let Some(folder) = crate::common::shared() else { return };
    let file = std::fs::read(folder.join("vectors/privity/card.json")).expect("card.json");
    let file: Json = serde_json::from_slice(&file).expect("JSON");
    let mut counts: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for case in list(&file["cases"]) {
        let (name, op, valid) = (text(&case["name"]), text(&case["op"]), case["valid"] == true);
        let (input, out) = (resolve(&case["in"], &file), resolve(&case["out"], &file));
        match op {
            "card.fingerprint" => fingerprint(&input, &out),
            "card.sign" => {
                let key = testing::signing_key(fixed(&input["ssh_seed"]));
                let card = doors::sign_card(&key, &cbor(&input["payload"])).expect(name);
                assert_eq!(card, bytes(&out["card"]), "{name}");
                assert_eq!(sha256(&card), Hash(fixed(&out["hash"])), "{name}");
            }
            "card.verify" => {
                let key = input["ssh_key"].as_str().map(|_| fixed::<32>(&input["ssh_key"]));
                let verdict = doors::verify_card(&bytes(&input["card"]), key.as_ref());
                match (valid, verdict) {
                    (true, verdict) => verdict.expect(name),
                    (false, Err(error)) => assert_eq!(error.code(), code(name), "{name}"),
                    (false, Ok(())) => panic!("accepted: {name}"),
                }
            }
            other => panic!("unknown operation {other}"),
        }
        *counts.entry((op.to_owned(), valid)).or_default() += 1;
    }
    println!("{counts:?}");
    let count = |op: &str, valid| counts[&(op.to_owned(), valid)];
    assert_eq!((count("card.fingerprint", true), count("card.sign", true)), (5, 3));
    assert_eq!((count("card.verify", true), count("card.verify", false)), (3, 18));
    assert_eq!(counts.values().sum::<usize>(), 29);
}

fn fingerprint(input: &Json, out: &Json) {
    let anchor: [u8; 32] = fixed(&input["anchor"]);
    let key = |field: &str| input[field].as_str().map(|_| bytes(&input[field]));
    let fingerprint = if input["kind"] == 1 {
        Fingerprint::of_firm(&Hash(anchor))
    } else {
        doors::fingerprint(&anchor, key("age_pq").as_deref(), key("age_x25519").as_deref())
    };
    assert_eq!(sha256(&bytes(&out["hashed_input"])).0, *fingerprint.as_bytes());
    assert_eq!(fingerprint.to_string(), text(&out["hash"]));
    assert_eq!(fingerprint.words().join(" "), text(&out["words"]));
}

/// Why each is refused.
fn code(name: &str) -> &'static str {
    match name {
        "card: signed by another key"
        | "card: firm card without a certified key"
        | "card: firm card by another key" => "card-key",
        "card: signed as a record" | "card: flipped bit" => "signature-refused",
        "card: age_pq of 1,215 bytes" | "card: age_pq with a coefficient >= q" => "public-key",
        _ => "card",
    }
}

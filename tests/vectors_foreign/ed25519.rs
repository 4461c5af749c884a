//! Ed25519: the verdicts of `verify_strict`, pinned. An upgrade that changes one is seen here.

use std::collections::BTreeMap;

use privity::testing::sha256;
use privity::testing::sign::{VerifyingKey, verify_unenrolled};
use serde_json::Value;

use crate::vectors::{self, array, bytes, number, text};
use crate::wycheproof;

#[test]
fn strict_verification_agrees_with_wycheproof() {
    let Some(tests) = wycheproof::read("ed25519_test.json") else { return };
    let (mut accepted, mut refused, mut by_type) = (0, 0, 0);
    for test in &tests {
        let key = array(&test.group["publicKey"], "pk");
        assert!(VerifyingKey::enrol(&key).is_ok(), "test {}", test.id());
        // A signature of another length is another type.
        match <[u8; 64]>::try_from(test.bytes("sig")) {
            Err(_) => {
                assert!(!test.is_valid(), "test {}", test.id());
                by_type += 1;
            }
            Ok(signature) => {
                let own = verify_unenrolled(&key, &test.bytes("msg"), &signature);
                assert_eq!(own, test.is_valid(), "test {}", test.id());
                *(if own { &mut accepted } else { &mut refused }) += 1;
            }
        }
    }
    println!("ed25519_test.json: {accepted} accepted, {refused} refused, {by_type} refused by length");
    assert_eq!((accepted, refused, by_type), (88, 51, 12));
}

#[test]
fn the_verdicts_over_cctv_are_pinned() {
    let Some(cases) = vectors::json("ed25519/cctv.json") else { return };
    let cases = cases.as_array().expect("a list");
    let mut verdicts = String::new();
    let mut by_flag = BTreeMap::<String, (usize, usize)>::new();
    for (at, case) in (0..).zip(cases) {
        assert_eq!(number(case, "number"), at);
        let own = verify_unenrolled(&array(case, "key"), text(case, "msg").as_bytes(), &array(case, "sig"));
        verdicts.push(if own { '1' } else { '0' });
        let flags = flags(case);
        // Torsion alone is not seen by verification: keys that have it are not enrolled.
        let harmless = ["low_order_component_A", "low_order_component_R"];
        assert_eq!(own, flags.iter().all(|flag| harmless.contains(flag)), "case {at}: {flags:?}");
        for flag in flags {
            let counts = by_flag.entry(flag.to_owned()).or_default();
            *(if own { &mut counts.0 } else { &mut counts.1 }) += 1;
        }
    }
    let accepted = verdicts.matches('1').count();
    println!("cctv.json: {accepted} of {} accepted; (accepted, refused) by flag: {by_flag:?}", cases.len());
    let by_flag: Vec<_> = by_flag.iter().map(|(flag, counts)| (flag.as_str(), *counts)).collect();
    assert_eq!((accepted, cases.len(), by_flag.as_slice()), (43, 914, CCTV_BY_FLAG.as_slice()));
    assert_eq!(sha256(verdicts.as_bytes()).to_string(), CCTV_VERDICTS);
}

/// SHA-256 of a digit a case, 1 where it is accepted.
const CCTV_VERDICTS: &str = "9111cd3acbe211e15031707588bc9d68cb7b0c2d8f500fad1ebfedfc4362ffab";
/// Accepted and refused cases that bear a flag.
const CCTV_BY_FLAG: [(&str, (usize, usize)); 8] = [
    ("low_order_A", (0, 526)),
    ("low_order_R", (0, 586)),
    ("low_order_component_A", (42, 732)),
    ("low_order_component_R", (35, 630)),
    ("low_order_residue", (0, 583)),
    ("non_canonical_A", (0, 226)),
    ("non_canonical_R", (0, 316)),
    ("reencoded_k", (0, 146)),
];

#[test]
fn exactly_the_keys_of_cctv_without_a_fault_are_enrolled() {
    let Some(cases) = vectors::json("ed25519/cctv.json") else { return };
    let cases = cases.as_array().expect("a list");
    let mut keys = BTreeMap::<[u8; 32], bool>::new();
    for case in cases {
        let faults = ["low_order_A", "low_order_component_A", "non_canonical_A"];
        let faulty = flags(case).iter().any(|flag| faults.contains(flag));
        let known = *keys.entry(array(case, "key")).or_insert(faulty);
        assert_eq!(known, faulty, "case {}", case["number"]);
    }
    for (key, faulty) in &keys {
        let enrolled = VerifyingKey::enrol(key);
        assert_eq!(enrolled.is_err(), *faulty, "{key:?}");
        assert!(enrolled.err().is_none_or(|error| error.code() == "public-key"));
    }
    let refused = keys.values().filter(|faulty| **faulty).count();
    println!("cctv.json: {} keys, {refused} not enrolled", keys.len());
    assert!(refused > 0 && refused < keys.len());
}

#[test]
fn the_verdicts_over_speccheck_are_pinned() {
    let Some(cases) = vectors::json("ed25519/speccheck.json") else { return };
    let cases = cases.as_array().expect("a list");
    let verdict = |case: &Value| {
        verify_unenrolled(&array(case, "pub_key"), &bytes(case, "message"), &array(case, "signature"))
    };
    let accepted: Vec<usize> = (0..cases.len()).filter(|at| verdict(&cases[*at])).collect();
    let enrolled: Vec<usize> =
        (0..cases.len()).filter(|at| VerifyingKey::enrol(&array(&cases[*at], "pub_key")).is_ok()).collect();
    println!("speccheck.json: {accepted:?} of {} accepted; the keys of {enrolled:?} enrolled", cases.len());
    // 3 mixes torsion into key and commitment, which the equation without cofactor lets pass.
    assert_eq!((cases.len(), accepted), (12, vec![3]));
    assert_eq!(enrolled, ENROLLED);
}

/// Cases of speccheck whose key may be enrolled: their fault lies in the signature.
const ENROLLED: [usize; 2] = [6, 7];

fn flags(case: &Value) -> Vec<&str> {
    case["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

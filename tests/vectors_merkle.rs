//! Trees and proofs against vectors that others made: those of the format, and the third-party
//! proof probes of the transparency community.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use privity::audit::tree::{leaf_hash, root_of, verify_consistency, verify_inclusion};
use privity::{Hash, Result};
use serde_json::Value;

/// A case on which a hash is no hash is refused by the type.
fn verdict(run: impl FnOnce() -> Option<Result<()>>) -> std::result::Result<(), &'static str> {
    match run() {
        None => Err("proof"),
        Some(Ok(())) => Ok(()),
        Some(Err(error)) => Err(error.code()),
    }
}

fn hash(bytes: Vec<u8>) -> Option<Hash> {
    bytes.try_into().ok().map(Hash)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no size"))
}

#[test]
fn every_case_of_the_format_has_its_verdict() {
    let Some(shared) = common::shared() else { return };
    let file = std::fs::read_to_string(shared.join("vectors/privity/tree.json")).unwrap();
    let file: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(file["format_version"], 1);
    let mut counts = BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let (name, input) = (case["name"].as_str().unwrap(), &case["in"]);
        let op = case["op"].as_str().unwrap();
        let bytes = |value: &Value| from_hex(value.as_str().unwrap());
        let one = |field: &str| hash(bytes(&input[field]));
        let proof =
            || input["proof"].as_array().unwrap().iter().map(|h| hash(bytes(h))).collect::<Option<Vec<_>>>();
        let result = match op {
            "tree.root" => {
                let leaves = input["leaf_data"].as_array().unwrap();
                let root = root_of(leaves.iter().map(|leaf| leaf_hash(&bytes(leaf)))).unwrap();
                assert_eq!(root.to_string(), case["out"].as_str().unwrap(), "{name}");
                Ok(())
            }
            "tree.inclusion" => verdict(|| {
                let (index, size) = (number(&input["index"]), number(&input["size"]));
                Some(verify_inclusion(index, size, &one("leaf_hash")?, &proof()?, &one("root")?))
            }),
            "tree.consistency" => verdict(|| {
                let (old, new) = (number(&input["old"]), number(&input["new"]));
                Some(verify_consistency(old, &one("old_root")?, new, &one("new_root")?, &proof()?))
            }),
            unknown => panic!("unknown operation {unknown}"),
        };
        let expected = match (case["valid"].as_bool().unwrap(), case.get("why").and_then(Value::as_str)) {
            (true, None) => Ok(()),
            (false, Some("proof")) => Err("proof"),
            other => panic!("{name}: unknown verdict {other:?}"),
        };
        assert_eq!(result, expected, "{name}");
        *counts.entry((op.to_owned(), result.is_ok())).or_insert(0) += 1;
    }
    for ((op, valid), count) in &counts {
        println!("{op}: {count} {}", if *valid { "accepted" } else { "refused" });
    }
    assert_eq!(counts.values().sum::<usize>(), 31);
}

/// Counts of one folder: accepted, refused, not applicable.
#[derive(Default, Debug, PartialEq, Eq)]
struct Counts(usize, usize, usize);

#[test]
fn every_third_party_proof_has_its_verdict() {
    let Some(shared) = common::shared() else { return };
    let root = shared.join("vectors/merkle");
    let mut all = BTreeMap::new();
    let mut stood_in = 0;
    for path in json_files(&root) {
        let kind = path.strip_prefix(&root).unwrap().iter().next().unwrap().to_str().unwrap().to_owned();
        let mut case: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let expected = !case["wantErr"].as_bool().unwrap();
        let counts: &mut Counts = all.entry(kind.clone()).or_default();
        if stand_in(&mut case) {
            stood_in += 1;
        }
        let Some(result) = third_party(&kind, &case) else {
            counts.2 += 1;
            continue;
        };
        assert_eq!(result.is_ok(), expected, "{}: {result:?}", path.display());
        assert!(matches!(result, Ok(()) | Err("proof")), "{}: {result:?}", path.display());
        *if expected { &mut counts.0 } else { &mut counts.1 } += 1;
    }
    for (kind, Counts(accepted, refused, other)) in &all {
        println!("{kind}: {accepted} accepted, {refused} refused, {other} not applicable");
    }
    println!("{stood_in} of them on roots that are a text: their hashes stand in");
    assert_eq!(all["inclusion"], Counts(6, 92, 0));
    assert_eq!(all["consistency"], Counts(6, 92, 0));
    assert_eq!(all["subtreeinclusion"], Counts(12, 180, 12));
    assert_eq!(all["subtreeconsistency"], Counts(6, 85, 27));
    assert_eq!(all.len(), 4);
}

/// Some consistency cases are about sizes alone and have a text where a root would be. The text is
/// no hash and would be refused for that; its hash in its place shows the rule the case is about.
fn stand_in(case: &mut Value) -> bool {
    let mut any = false;
    for field in ["root1", "root2"] {
        let Some(text) = case.get(field).and_then(Value::as_str).map(from_base64) else { continue };
        if text.starts_with(b"don't care") {
            case[field] = Value::String(format!("hex:{}", leaf_hash(&text)));
            any = true;
        }
    }
    any
}

/// The verdict of a case, or `None` where the proof is of a kind that RFC 6962 does not have.
fn third_party(kind: &str, case: &Value) -> Option<std::result::Result<(), &'static str>> {
    let bytes = |value: &Value| {
        let text = value.as_str().unwrap();
        text.strip_prefix("hex:").map_or_else(|| from_base64(text), from_hex)
    };
    let one = |field: &str| hash(bytes(&case[field]));
    let proof = || {
        let hashes = case["proof"].as_array().map_or(&[][..], Vec::as_slice);
        hashes.iter().map(|h| hash(bytes(h))).collect::<Option<Vec<_>>>()
    };
    let inclusion = |index, size| {
        Some(verdict(|| Some(verify_inclusion(index, size, &one("leafHash")?, &proof()?, &one("root")?))))
    };
    let consistency = |old, new| {
        Some(verdict(|| Some(verify_consistency(old, &one("root1")?, new, &one("root2")?, &proof()?))))
    };
    match kind {
        "inclusion" => inclusion(number(&case["leafIdx"]), number(&case["treeSize"])),
        "consistency" => consistency(number(&case["size1"]), number(&case["size2"])),
        // The leaves of an aligned range are a tree of their own.
        "subtreeinclusion" => {
            let (start, end) = (number(&case["start"]), number(&case["end"]));
            let size = end.checked_sub(start).filter(|&size| start == 0 || aligned(start, size))?;
            inclusion(number(&case["leafIdx"]).checked_sub(start)?, size)
        }
        // A range from 0 is an earlier state of the log; an empty range proves nothing here.
        "subtreeconsistency" => {
            let (start, end) = (number(&case["start"]), number(&case["end"]));
            if start == 0 && end > 0 { consistency(end, number(&case["size"])) } else { None }
        }
        unknown => panic!("unknown kind {unknown}"),
    }
}

fn aligned(start: u64, size: u64) -> bool {
    size > 0 && size.checked_next_power_of_two().is_some_and(|width| start.is_multiple_of(width))
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else {
            assert_eq!(path.extension().unwrap(), "json", "{}", path.display());
            files.push(path);
        }
    }
    files.sort();
    files
}

fn from_hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn from_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::new());
    for digit in text.trim_end_matches('=').bytes() {
        let value = ALPHABET.iter().position(|&letter| letter == digit).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xFF) as u8);
        }
    }
    bytes
}

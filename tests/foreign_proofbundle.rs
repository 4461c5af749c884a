//! PyPI `proofbundle` accepts our tlog-proofs with their checkpoints and cosignatures, writes them
//! the same, computes the same paths over the same leaves, and refuses every tampered twin.
//!
//! `PRIVITY_PYTHON` is the path of a Python that has `proofbundle` 6.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use privity::audit::tree::{MemoryTree, consistency_proof, inclusion_proof, leaf_hash};
use privity::testing::checkpoint::{self, Head, Log};
use privity::testing::note::{KeyKind, NoteKey};
use privity::testing::proof::{HeadPath, TlogProof};
use privity::testing::{base64, signing_key};
use privity::{ChainId, DeviceId, FirmId, Hash};
use serde_json::{Value, json};

const FIRM: FirmId = FirmId::from_bytes([7; 16]);
const LEAVES: u64 = 12;

#[test]
fn proofbundle_accepts_our_proofs_and_refuses_their_twins() {
    let Some(mut python) = Python::start() else { return };
    let leaves: Vec<Vec<u8>> = (0..LEAVES).map(|n| format!("record {n}").into_bytes()).collect();
    let mut tree = MemoryTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
    tlog_proofs(&mut python, &tree, &leaves);
    paths(&mut python, &tree, &leaves);
    python.finish();
}

fn tlog_proofs(python: &mut Python, tree: &MemoryTree, leaves: &[Vec<u8>]) {
    let origin = checkpoint::firm_origin(FIRM);
    let device = checkpoint::device_name(FIRM, DeviceId::from_bytes([9; 16]));
    let key = |seed: u8| signing_key([seed; 32]);
    let named = |name: &str, kind, seed| NoteKey::new(name, kind, key(seed).verifying_key()).unwrap();
    let log_key = named(&origin, KeyKind::Ed25519, 1);
    let cosigners =
        vec![named(&device, KeyKind::CosignatureV1, 2), named("witness", KeyKind::CosignatureV1, 3)];
    let witnesses: Vec<_> = cosigners.iter().map(NoteKey::vkey).collect();
    let log = Log::firm(FIRM, &[key(1).verifying_key()]).unwrap().with_cosigners(cosigners.clone()).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for size in 1..=LEAVES {
        let head = Head { size, root: tree.root_at(size).unwrap() };
        let plain = checkpoint::sign_firm(FIRM, &key(1), &head).unwrap();
        let verified = log.verify(plain.as_bytes()).unwrap();
        let by_device = verified.cosign(&device, &key(2), 1_790_000_060).unwrap();
        let by_witness = verified.cosign("witness", &key(3), 1_790_000_065).unwrap();
        let note = [by_device, by_witness].iter().fold(plain, |note, other| {
            checkpoint::merge(note.as_bytes(), other.as_bytes(), &cosigners).unwrap()
        });
        for index in 0..size {
            let hashes = inclusion_proof(tree, index, size).unwrap();
            let path = HeadPath {
                chain: ChainId::from_bytes([1; 16]),
                index: 0,
                size: 1,
                hashes: vec![],
                heads_index: 0,
                heads_count: 1,
                heads_hashes: vec![],
            };
            for extra in [None, Some(path.encode())] {
                let proof =
                    TlogProof { extra: extra.clone(), index, hashes: hashes.clone(), checkpoint: &note };
                let text = proof.to_text().unwrap();
                let leaf = &leaves[usize::try_from(index).unwrap()];
                let mut ask = |text: &str, leaf: &[u8], vkey: &str, origin: &str, threshold: u8| {
                    python.ask(&json!({
                        "op": "proof", "proof": text, "leaf": base64::encode(leaf), "vkey": vkey,
                        "witnesses": witnesses, "threshold": threshold, "origin": origin,
                    }))
                };
                let answer = ask(&text, leaf, &log_key.vkey(), &origin, 2);
                assert_eq!(answer, json!({"ok": true, "index": index, "size": size}), "{text}");
                accepted += 1;

                let stranger = named(&origin, KeyKind::Ed25519, 4).vkey();
                assert_eq!(ask(&text, b"another", &log_key.vkey(), &origin, 2)["ok"], false);
                assert_eq!(ask(&text, leaf, &stranger, &origin, 2)["ok"], false);
                assert_eq!(ask(&text, leaf, &log_key.vkey(), "privity.other", 2)["ok"], false);
                assert_eq!(ask(&text, leaf, &log_key.vkey(), &origin, 3)["ok"], false, "two cosigned");
                refused += 4;
                for twin in twins(&text, &proof, &head) {
                    assert_ne!(twin, text);
                    assert_eq!(ask(&twin, leaf, &log_key.vkey(), &origin, 2)["ok"], false, "{twin}");
                    refused += 1;
                }
                let again = python.ask(&json!({"op": "rewrite", "proof": text}));
                assert_eq!(again["proof"], json!(text), "{again}");
                assert_eq!(again["extra"], json!(extra.map(|extra| base64::encode(&extra))));
            }
        }
    }
    println!("tlog-proof: {accepted} accepted with two cosignatures each, {refused} twins refused");
}

/// What somebody could change in a proof; `extra` is not among it: it is not authenticated.
fn twins(text: &str, proof: &TlogProof<'_>, head: &Head) -> Vec<String> {
    let mut twins = vec![
        text.replacen("tlog-proof@v1", "tlog-proof@v2", 1),
        text.replacen(&format!("\nindex {}\n", proof.index), &format!("\nindex {}\n", proof.index + 1), 1),
        text.replacen(&format!("\nindex {}\n", proof.index), &format!("\nindex 0{}\n", proof.index), 1),
        text.replacen(&format!("\n{}\n", head.size), &format!("\n{}\n", head.size + 1), 1),
        text.replacen(&base64::encode(&head.root.0), &base64::encode(&[0; 32]), 1),
        text.replacen("\u{2014} witness ", "\u{2014} another ", 1),
        text.trim_end().to_owned(),
    ];
    for at in 0..proof.hashes.len() {
        let mut changed = proof.clone();
        changed.hashes[at].0[0] ^= 1;
        twins.push(changed.to_text().unwrap());
        changed.hashes.remove(at);
        twins.push(changed.to_text().unwrap());
    }
    let mut longer = proof.clone();
    longer.hashes.push(Hash([0; 32]));
    twins.push(longer.to_text().unwrap());
    // Each signature of the note.
    for line in text.lines().filter(|line| line.starts_with('\u{2014}')) {
        let at = line.len() - 8;
        let letter = if &line[at..=at] == "A" { "B" } else { "A" };
        let mut changed = line.to_owned();
        changed.replace_range(at..=at, letter);
        twins.push(text.replacen(line, &changed, 1));
    }
    twins
}

fn paths(python: &mut Python, tree: &MemoryTree, leaves: &[Vec<u8>]) {
    let (mut hashes, mut accepted, mut refused) = (0, 0, 0);
    for size in 1..=LEAVES {
        let count = usize::try_from(size).unwrap();
        let encoded: Vec<_> = leaves[..count].iter().map(|leaf| base64::encode(leaf)).collect();
        let root = tree.root_at(size).unwrap();
        let mut same = |old: u64, index: u64, ours: &[Hash]| {
            let theirs = python.ask(&json!({"op": "prove", "leaves": encoded, "old": old, "index": index}));
            assert_eq!(theirs["root"], json!(base64::encode(&root.0)), "{theirs}");
            assert_eq!(theirs["hashes"], json!(encode(ours)), "{size} {old} {index}");
            hashes += ours.len();
        };
        for index in 0..size {
            same(0, index, &inclusion_proof(tree, index, size).unwrap());
        }
        for old in 1..=size {
            same(old, 0, &consistency_proof(tree, old, size).unwrap());
        }
        for old in 1..=size {
            let proof = consistency_proof(tree, old, size).unwrap();
            let old_root = tree.root_at(old).unwrap();
            let mut ask = |old_root: &Hash, root: &Hash, proof: &[Hash]| {
                python.ask(&json!({
                    "op": "consistency", "old": old, "new": size, "proof": encode(proof),
                    "old_root": base64::encode(&old_root.0), "new_root": base64::encode(&root.0),
                }))["ok"]
                    == true
            };
            assert!(ask(&old_root, &root, &proof));
            assert!(!ask(&Hash([0; 32]), &root, &proof));
            assert!(!ask(&old_root, &Hash([0; 32]), &proof));
            (accepted, refused) = (accepted + 1, refused + 2);
            for at in 0..proof.len() {
                let mut twin = proof.clone();
                twin[at].0[0] ^= 1;
                assert!(!ask(&old_root, &root, &twin));
                refused += 1;
            }
        }
    }
    println!("paths: {hashes} hashes the same; consistency: {accepted} accepted, {refused} twins refused");
}

fn encode(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| base64::encode(&hash.0)).collect()
}

/// The program of `tests/foreign/proofbundle.py`.
struct Python {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u64,
}

impl Python {
    fn start() -> Option<Self> {
        let Some(python) = std::env::var_os("PRIVITY_PYTHON") else {
            println!("skipped: PRIVITY_PYTHON is not set");
            return None;
        };
        let mut child = Command::new(python)
            // Isolated: the program's own name would else hide the package.
            .arg("-I")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/proofbundle.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("PRIVITY_PYTHON runs");
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self { child, to, from, asked: 0 })
    }

    fn ask(&mut self, question: &Value) -> Value {
        self.asked += 1;
        writeln!(self.to, "{question}").unwrap();
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer:?} to {question}"))
    }

    fn finish(mut self) {
        drop(self.to);
        assert!(self.child.wait().unwrap().success());
        println!("{} questions", self.asked);
    }
}

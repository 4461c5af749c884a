//! Go's `golang.org/x/mod/sumdb` (`note` and `tlog`) accepts our checkpoints, inclusion and
//! consistency proofs, computes the same proofs over the same leaves, hash by hash, and refuses
//! every tampered twin.
//!
//! `PRIVITY_GO` is the path of a `go` program. With `PRIVITY_GOPATH`, a folder that holds
//! `src/golang.org/x/mod` (a distribution's package), it builds offline; without it, `go` fetches
//! the version pinned in `go.mod`.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use privity::Hash;
use privity::audit::tree::{MemoryTree, consistency_proof, inclusion_proof, leaf_hash};
use privity::testing::checkpoint::{self, Head};
use privity::testing::note::{self, KeyKind, NoteKey};
use privity::testing::{base64, signing_key};
use serde_json::{Value, json};

const ORIGIN: &str = "log.example/court-file-7";
const LEAVES: u64 = 33;

#[test]
fn go_accepts_our_log_and_refuses_its_twins() {
    let Some(mut go) = Go::start() else { return };
    let leaves: Vec<Vec<u8>> = (0..LEAVES).map(|n| format!("record {n}").into_bytes()).collect();
    let mut tree = MemoryTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
    checkpoints(&mut go, &tree);
    inclusions(&mut go, &tree, &leaves);
    consistencies(&mut go, &tree, &leaves);
    go.finish();
}

fn checkpoints(go: &mut Go, tree: &MemoryTree) {
    let key = signing_key([1; 32]);
    let vkey = NoteKey::new(ORIGIN, KeyKind::Ed25519, key.verifying_key()).unwrap().vkey();
    let (mut accepted, mut refused) = (0, 0);
    for size in 1..=LEAVES {
        let head = Head { size, root: tree.root_at(size).unwrap() };
        let plain = checkpoint::sign_standalone(ORIGIN, &key, &head).unwrap();
        let text = note::Note::parse(plain.as_bytes()).unwrap().text().to_owned();
        let line = note::cosign("witness", &signing_key([2; 32]), &text, 1_790_000_000).unwrap();
        // It knows no cosignatures: to it they are lines of an unknown key.
        for note in [plain.clone(), format!("{plain}{line}")] {
            let ask =
                |note: &str| json!({"op": "checkpoint", "note": note, "vkeys": [vkey], "origin": ORIGIN});
            let answer = go.ask(&ask(&note));
            assert_eq!(answer["ok"], true, "{answer}");
            assert_eq!(
                (&answer["size"], &answer["root"]),
                (&json!(size), &json!(base64::encode(&head.root.0)))
            );
            accepted += 1;
            let other = base64::encode(&[0; 32]);
            let twins = [
                note.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size + 1), 1),
                note.replacen(&base64::encode(&head.root.0), &other, 1),
                note.replacen(ORIGIN, "log.example/court-file-8", 1),
                note.replacen(&format!("\u{2014} {ORIGIN}"), "\u{2014} another", 1),
                note.replacen("\n\n", "\nextension\n\n", 1),
                note.replacen('\u{2014}', "-", 1),
                note.trim_end().to_owned(),
            ];
            for twin in twins {
                assert_ne!(twin, note);
                assert_eq!(go.ask(&ask(&twin))["ok"], false, "{twin}");
                refused += 1;
            }
            let stranger =
                NoteKey::new(ORIGIN, KeyKind::Ed25519, signing_key([3; 32]).verifying_key()).unwrap();
            let known =
                json!({"op": "checkpoint", "note": note, "vkeys": [stranger.vkey()], "origin": ORIGIN});
            assert_eq!(go.ask(&known)["ok"], false);
            // Twice the same key is ambiguous to it too.
            let twice = json!({"op": "checkpoint", "note": note, "vkeys": [vkey, vkey], "origin": ORIGIN});
            assert_eq!(go.ask(&twice)["ok"], false);
            refused += 2;
        }
    }
    println!("checkpoints: {accepted} accepted, {refused} twins refused");
}

fn inclusions(go: &mut Go, tree: &MemoryTree, leaves: &[Vec<u8>]) {
    let (mut accepted, mut refused, mut hashes) = (0, 0, 0);
    let encoded = encode_all(leaves);
    for size in 1..=LEAVES {
        let root = tree.root_at(size).unwrap();
        for index in 0..size {
            let proof = inclusion_proof(tree, index, size).unwrap();
            let theirs =
                go.ask(&json!({"op": "prove-inclusion", "leaves": encoded, "size": size, "index": index}));
            assert_eq!(theirs["root"], json!(base64::encode(&root.0)), "{theirs}");
            assert_eq!(of_go(&theirs), proof, "{size} {index}");
            hashes += proof.len();
            let leaf = &leaves[usize::try_from(index).unwrap()];
            let mut ask = |index: u64, leaf: &[u8], proof: &[Hash], root: &Hash| {
                let question = json!({
                    "op": "inclusion", "size": size, "index": index, "leaf": base64::encode(leaf),
                    "proof": encode(proof), "root": base64::encode(&root.0),
                });
                go.ask(&question)["ok"].as_bool().unwrap()
            };
            assert!(ask(index, leaf, &proof, &root));
            accepted += 1;
            assert!(!ask(index, b"another", &proof, &root));
            assert!(!ask((index + 1) % (size + 1), leaf, &proof, &root));
            assert!(!ask(index, leaf, &proof, &flipped(&root)));
            refused += 3;
            refused += refused_twins(&proof, |twin| ask(index, leaf, twin, &root));
        }
    }
    println!("inclusion: {accepted} accepted, {refused} twins refused, {hashes} hashes the same");
}

fn consistencies(go: &mut Go, tree: &MemoryTree, leaves: &[Vec<u8>]) {
    let (mut accepted, mut refused, mut hashes) = (0, 0, 0);
    let encoded = encode_all(leaves);
    for size in 1..=LEAVES {
        let root = tree.root_at(size).unwrap();
        for old in 1..=size {
            let old_root = tree.root_at(old).unwrap();
            let proof = consistency_proof(tree, old, size).unwrap();
            let theirs =
                go.ask(&json!({"op": "prove-consistency", "leaves": encoded, "size": size, "old": old}));
            assert_eq!(of_go(&theirs), proof, "{old} {size}");
            hashes += proof.len();
            let mut ask = |old_root: &Hash, root: &Hash, proof: &[Hash]| {
                let question = json!({
                    "op": "consistency", "size": size, "old": old, "proof": encode(proof),
                    "root": base64::encode(&root.0), "old_root": base64::encode(&old_root.0),
                });
                go.ask(&question)["ok"].as_bool().unwrap()
            };
            assert!(ask(&old_root, &root, &proof));
            accepted += 1;
            assert!(!ask(&flipped(&old_root), &root, &proof));
            assert!(!ask(&old_root, &flipped(&root), &proof));
            refused += 2;
            refused += refused_twins(&proof, |twin| ask(&old_root, &root, twin));
        }
    }
    println!("consistency: {accepted} accepted, {refused} twins refused, {hashes} hashes the same");
}

/// A proof with a hash flipped, dropped or added is refused.
fn refused_twins(proof: &[Hash], mut accepts: impl FnMut(&[Hash]) -> bool) -> u32 {
    let mut refused = 0;
    for at in 0..proof.len() {
        let mut twin = proof.to_vec();
        twin[at] = flipped(&twin[at]);
        assert!(!accepts(&twin));
        twin.remove(at);
        assert!(!accepts(&twin));
        refused += 2;
    }
    let mut twin = proof.to_vec();
    twin.push(Hash([0; 32]));
    assert!(!accepts(&twin));
    refused + 1
}

fn flipped(hash: &Hash) -> Hash {
    let mut bytes = hash.0;
    bytes[31] ^= 1;
    Hash(bytes)
}

fn encode(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| base64::encode(&hash.0)).collect()
}

fn encode_all(leaves: &[Vec<u8>]) -> Vec<String> {
    leaves.iter().map(|leaf| base64::encode(leaf)).collect()
}

fn of_go(answer: &Value) -> Vec<Hash> {
    assert_eq!(answer["ok"], true, "{answer}");
    let hashes = answer["hashes"].as_array().cloned().unwrap_or_default();
    hashes.iter().map(|hash| Hash(base64::fixed(hash.as_str().unwrap()).unwrap())).collect()
}

/// The program of `tests/foreign/gotlog`, built in a folder of its own.
struct Go {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u64,
    _folder: tempfile::TempDir,
}

impl Go {
    fn start() -> Option<Self> {
        let Some(go) = std::env::var_os("PRIVITY_GO") else {
            println!("skipped: PRIVITY_GO is not set");
            return None;
        };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/gotlog");
        let folder = tempfile::tempdir().unwrap();
        let build = folder.path().join("src/gotlog");
        std::fs::create_dir_all(&build).unwrap();
        let mut command = Command::new(go);
        command.current_dir(&build).args(["build", "-o", "gotlog", "."]);
        let offline = std::env::var_os("PRIVITY_GOPATH").map(PathBuf::from);
        let files: &[&str] = match &offline {
            Some(gopath) => {
                assert!(gopath.join("src/golang.org/x/mod").is_dir(), "PRIVITY_GOPATH holds no x/mod");
                let gopath = std::env::join_paths([folder.path(), gopath]).unwrap();
                command.env("GO111MODULE", "off").env("GOPATH", gopath);
                &["main.go"]
            }
            None => &["main.go", "go.mod", "go.sum"],
        };
        for file in files {
            std::fs::copy(source.join(file), build.join(file)).unwrap();
        }
        assert!(command.status().expect("PRIVITY_GO runs").success(), "the Go program does not build");
        let mut child =
            Command::new(build.join("gotlog")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        println!("x/mod {}", if offline.is_some() { "of PRIVITY_GOPATH" } else { "as pinned in go.mod" });
        Some(Self { child, to, from, asked: 0, _folder: folder })
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

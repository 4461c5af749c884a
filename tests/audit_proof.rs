//! Proofs for outsiders: each leads from exactly one leaf to exactly one root, and a signer is who the
//! certificate under the same checkpoint says.

#[path = "audit_proof/firm.rs"]
mod firm;
#[path = "audit_proof/signer.rs"]
mod signer;

use firm::{DIRECTORY, Firm, LEDGER, MATTER, anchor_record, code, firm, key, keys, public};
use privity::audit::tree::{MemoryTree, consistency_proof, inclusion_proof, leaf_hash};
use privity::testing::anchor::{AnchorBody, ChainHead, CountedRoot};
use privity::testing::checkpoint::{self, Head, Log};
use privity::testing::note::{KeyKind, NoteKey};
use privity::testing::proof::{AnchorLeaf, Before, Consistency, DevicePath, HeadPath, TlogProof};
use privity::{ChainId, Hash};

fn tree(size: u64) -> (MemoryTree, Vec<Vec<u8>>) {
    let leaves: Vec<_> = (0..size).map(|n| format!("leaf {n}").into_bytes()).collect();
    let mut tree = MemoryTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
    (tree, leaves)
}

#[test]
fn every_leaf_of_every_small_log_has_one_proof() {
    let log = Log::standalone("log", &[public(1)]).unwrap();
    let (tree, leaves) = tree(40);
    let (mut accepted, mut refused) = (0, 0);
    for size in 1..=40 {
        let head = Head { size, root: tree.root_at(size).unwrap() };
        let checkpoint = checkpoint::sign_standalone("log", &key(1), &head).unwrap();
        for index in 0..size {
            let hashes = inclusion_proof(&tree, index, size).unwrap();
            let proof = TlogProof { extra: None, index, hashes, checkpoint: &checkpoint };
            let text = proof.to_text().unwrap();
            assert_eq!(TlogProof::parse(text.as_bytes()).unwrap(), proof);
            for other in 0..size {
                let leaf = &leaves[usize::try_from(other).unwrap()];
                let verdict = code(proof.verify(&log, leaf));
                assert_eq!(verdict, if other == index { "accepted" } else { "proof" });
                let moved = TlogProof { index: other, ..proof.clone() };
                let leaf = &leaves[usize::try_from(index).unwrap()];
                assert_eq!(code(moved.verify(&log, leaf)), if other == index { "accepted" } else { "proof" });
                if other == index { accepted += 1 } else { refused += 2 }
            }
        }
    }
    println!("proofs: {accepted} accepted, {refused} refused");
}

#[test]
fn extra_belongs_to_a_matters_record_or_a_stranger() {
    let (tree, leaves) = tree(5);
    let checkpoint =
        checkpoint::sign_standalone("log", &key(1), &Head { size: 5, root: tree.root().unwrap() });
    let checkpoint = checkpoint.unwrap();
    let hashes = inclusion_proof(&tree, 2, 5).unwrap();
    let plain = TlogProof { extra: None, index: 2, hashes, checkpoint: &checkpoint };
    let laden = TlogProof { extra: Some(b"opaque".to_vec()), ..plain.clone() };
    let ours = Log::standalone("log", &[public(1)]).unwrap();
    let name = NoteKey::new("log", KeyKind::Ed25519, public(1)).unwrap();
    let foreign = Log::foreign("log", vec![name]).unwrap();
    for log in [&ours, &foreign] {
        assert!(plain.verify(log, &leaves[2]).is_ok());
    }
    assert!(laden.verify(&foreign, &leaves[2]).is_ok());
    assert_eq!(code(laden.verify(&ours, &leaves[2])), "proof-extra");
}

#[test]
fn a_log_that_only_grew_is_told_from_a_fork_and_a_rollback() {
    let log = Log::standalone("log", &[public(1)]).unwrap();
    let (tree, _) = tree(24);
    let mut counts = (0, 0);
    for new in 1..=24 {
        let root = tree.root_at(new).unwrap();
        let checkpoint = checkpoint::sign_standalone("log", &key(1), &Head { size: new, root }).unwrap();
        for old in 1..=new {
            let hashes = consistency_proof(&tree, old, new).unwrap();
            let proof = Consistency { old, hashes, checkpoint: &checkpoint };
            let text = proof.to_text().unwrap();
            assert_eq!(Consistency::parse(text.as_bytes()).unwrap(), proof);
            let pin = Head { size: old, root: tree.root_at(old).unwrap() };
            assert!(proof.verify(&log, &pin).is_ok(), "{old} {new}");
            let fork = Head { root: Hash([9; 32]), ..pin };
            let later = Head { size: old + 1, ..pin };
            let mut short = proof.clone();
            short.hashes.pop();
            let mut long = proof.clone();
            long.hashes.push(Hash([1; 32]));
            assert_eq!(code(proof.verify(&log, &fork)), "proof");
            assert_eq!(code(proof.verify(&log, &later)), "proof");
            assert_eq!(code(long.verify(&log, &pin)), "proof");
            if short != proof {
                assert_eq!(code(short.verify(&log, &pin)), "proof");
                counts.1 += 1;
            }
            counts = (counts.0 + 1, counts.1 + 3);
        }
    }
    println!("consistency: {} accepted, {} refused", counts.0, counts.1);
}

#[test]
fn a_matters_record_has_one_path_to_the_checkpoint() {
    let firm = firm(|_| {});
    let path = firm.path(1, 1);
    assert_eq!(HeadPath::parse(&path.encode()).unwrap(), path);
    assert_eq!(verdict(&firm, &path), "accepted");
    let twins: [fn(&mut HeadPath); 9] = [
        |path| path.index = 0,
        |path| path.size += 1,
        |path| path.size = u64::MAX,
        |path| path.hashes.clear(),
        |path| path.hashes[0].0[0] ^= 1,
        |path| path.heads_index = 0,
        |path| path.heads_count = 3,
        |path| path.heads_hashes.push(Hash([0; 32])),
        |path| path.heads_hashes[0].0[0] ^= 1,
    ];
    for (n, change) in twins.iter().enumerate() {
        let mut twin = path.clone();
        change(&mut twin);
        assert_eq!(verdict(&firm, &twin), "head-mismatch", "{n}");
    }
    let other = HeadPath { chain: DIRECTORY, ..path.clone() };
    assert_eq!(verdict(&firm, &other), "chain-mismatch");
    let without = TlogProof { extra: None, ..firm.proof(&path) };
    assert_eq!(code(without.verify_record(&firm.log, MATTER, firm.sealed(), &firm.anchor(1))), "proof-extra");
    let older =
        TlogProof { index: 1, hashes: inclusion_proof(&firm.ledger, 1, 3).unwrap(), ..firm.proof(&path) };
    let anchor = firm.anchor(0);
    assert_eq!(code(older.verify_record(&firm.log, MATTER, firm.sealed(), &anchor)), "not-newest");
}

#[test]
fn an_anchor_that_contradicts_itself_proves_nothing() {
    assert_eq!(verdict(&firm(|_| {}), &firm(|_| {}).path(1, 1)), "accepted");
    let falsified: [fn(&mut ChainHead); 2] = [|head| head.size += 1, |head| head.root.0[0] ^= 1];
    for falsify in falsified {
        let firm = firm(falsify);
        assert_eq!(verdict(&firm, &firm.path(1, 1)), "head-mismatch");
    }
}

fn verdict(firm: &Firm, path: &HeadPath) -> &'static str {
    code(firm.proof(path).verify_record(&firm.log, MATTER, firm.sealed(), &firm.anchor(1)))
}

#[test]
fn an_anchor_says_what_its_signed_bytes_say() {
    let firm = firm(|_| {});
    let honest = firm.anchors[1].as_slice();
    let verdict = |bytes: &[u8]| code(AnchorLeaf::verify(bytes, LEDGER, &keys()));
    assert_eq!(verdict(honest), "accepted");
    assert_eq!(AnchorLeaf::verify(honest, LEDGER, &keys()).unwrap().body(), &firm.bodies[1]);
    // Another ledger's, or nobody's whom the reader knows.
    assert_eq!(code(AnchorLeaf::verify(honest, ChainId::from_bytes([8; 16]), &keys())), "chain-mismatch");
    assert_eq!(code(AnchorLeaf::verify(honest, LEDGER, &[public(3), public(4)])), "key-unknown");
    assert_eq!(code(AnchorLeaf::verify(honest, LEDGER, &[])), "key-unknown");
    let strangers = anchor_record(&key(9), &firm.bodies[1]);
    assert_eq!(verdict(&strangers), "key-unknown");
    // Another body under the honest signature: the last hash in the body is the devices root.
    let root = firm.bodies[1].devices().root.0;
    let at = honest.windows(32).position(|part| part == root).unwrap();
    let mut edited = honest.to_vec();
    edited[at] ^= 1;
    assert_eq!(verdict(&edited), "signature-refused");
    // Records, but no anchors of this ledger.
    assert_eq!(verdict(firm.sealed()), "chain-mismatch");
    assert_eq!(verdict(&firm::no_anchor()), "chain-mismatch");
    assert_eq!(verdict(&firm.bodies[1].encode()), "field");
}

/// A body can be shown only with the bytes that hold it, and those must be the leaf: whoever may
/// sign anchors cannot show another than the ledger has.
#[test]
fn no_anchor_but_the_leaf_proves_a_record() {
    let firm = firm(|_| {});
    let path = firm.path(1, 1);
    let proof = firm.proof(&path);
    let verdict = |anchor: &[u8]| {
        let anchor = AnchorLeaf::verify(anchor, LEDGER, &keys()).unwrap();
        code(proof.verify_record(&firm.log, MATTER, firm.sealed(), &anchor))
    };
    assert_eq!(verdict(&firm.anchors[1]), "accepted");
    assert_eq!(verdict(&anchor_record(&key(5), &firm.bodies[1])), "accepted", "the same bytes again");
    assert_eq!(verdict(&firm.anchors[0]), "proof");
    assert_eq!(verdict(&anchor_record(&key(5), &firm.bodies[0])), "proof");
    assert_eq!(verdict(&anchor_record(&key(3), &firm.bodies[1])), "proof");
}

#[test]
fn no_count_in_a_path_makes_work() {
    // Each announces far more than there is; sizes and counts are refused before anything is read.
    let root = CountedRoot { count: u64::MAX, root: Hash([0; 32]) };
    let huge = AnchorBody::new(
        LEDGER,
        vec![ChainHead { chain: MATTER, size: u64::MAX, root: root.root }],
        root,
        root,
    );
    let firm = firm(|_| {});
    let path = firm.path(1, 1);
    let huge = anchor_record(&key(5), &huge.unwrap());
    let anchor = AnchorLeaf::verify(&huge, LEDGER, &keys()).unwrap();
    let row = firm.rows[0];
    assert_eq!(
        code(DevicePath { index: u64::MAX - 1, hashes: vec![] }.verify(&row, &anchor)),
        "device-not-active"
    );
    let wide = HeadPath { hashes: vec![Hash([0; 32]); 65], ..path.clone() };
    assert_eq!(code(HeadPath::parse(&wide.encode())), "field");
    let extra = HeadPath { hashes: vec![Hash([0; 32]); 300], ..path };
    assert_eq!(code(HeadPath::parse(&extra.encode())), "too-large");
    assert_eq!(code(DevicePath::parse(&vec![0; 5_000])), "too-large");
    assert_eq!(code(Before::parse(&vec![0; 80_000])), "too-large");
    assert_eq!(code(Consistency::parse(&vec![b'\n'; 80_000])), "too-large");
    assert_eq!(code(TlogProof::parse(&vec![b'\n'; 90_000])), "too-large");
}

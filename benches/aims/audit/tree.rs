//! The Merkle tree: hashing, and proofs in a tree of a million records against other libraries.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use privity::audit::tree::{Frontier, MemoryTree, inclusion_proof, leaf_hash, verify_inclusion};

use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, check, pairs, timed};
use crate::aims::env::{Env, Random};

/// Records of the tree.
const MANY: u64 = 1_000_000;
/// Proofs made and checked in a run.
const PROOFS: usize = 20_000;
/// Bytes of a record.
const RECORD: usize = 300;

pub fn aims() -> Vec<Aim> {
    vec![
        Aim::new("audit/tree/hash-and-root", Goal::AtLeast(500_000.0), hashing),
        Aim::new("audit/tree/prove-and-check/ct-merkle", Goal::AtLeast(1.0), against_ct_merkle),
        Aim::new("audit/tree/prove-and-check/go-tlog", Goal::AtLeast(1.0), against_go),
    ]
}

/// Records a second into a tree whose root is compared, without signatures.
fn hashing(env: &Env) -> Result<Measured, Unmeasured> {
    let records: Vec<_> = (0..MANY / 4).map(record).collect();
    let root = |records: &[Vec<u8>]| {
        let mut frontier = Frontier::new();
        records.iter().for_each(|record| frontier.push(leaf_hash(record)));
        Ok(frontier.root())
    };
    let bare = |_| {
        let all = || Ok(records.iter().fold(0_u8, |sum, record| sum ^ privity::testing::sha256(record).0[0]));
        Ok(timed(all)?.0)
    };
    let pairs = pairs(env.runs, 1, bare, |_| Ok(timed(|| root(&records))?.0))?;
    let mut measured = Measured::rate(records.len(), "SHA-256 of each", &pairs);
    (measured.figure, measured.of) = (measured.ours, "rate");
    Ok(measured)
}

fn against_ct_merkle(env: &Env) -> Result<Measured, Unmeasured> {
    let records: Vec<_> = (0..MANY).map(record).collect();
    let ours = tree(&records);
    let root = ours.root().ok_or_else(|| Unmeasured::Broken("no root".to_owned()))?;
    let mut peer = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    records.iter().for_each(|record| peer.push(record.clone()));
    let peer_root = peer.root();
    check(peer_root.as_bytes().as_slice() == root.0, "ct-merkle has another root")?;
    let theirs = |_| {
        let all = || {
            for index in indices() {
                let proof = peer.prove_inclusion(index as usize);
                peer_root
                    .verify_inclusion(&records[index as usize], index, &proof)
                    .map_err(|refused| Unmeasured::Broken(format!("{refused:?}")))?;
            }
            Ok(())
        };
        Ok(timed(all)?.0)
    };
    let pairs = pairs(env.runs, 1, theirs, |_| prove_and_check(&records, &ours))?;
    Ok(Measured::rate(PROOFS, "ct-merkle", &pairs))
}

/// Go's `tlog` over as many records, hashes in memory, timed by itself.
fn against_go(env: &Env) -> Result<Measured, Unmeasured> {
    let go = std::env::var("PRIVITY_GO").unwrap_or_else(|_| "go".to_owned());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/aims/audit/gotlog");
    let program = env.tools().join("gotlog");
    let built = Command::new(&go).current_dir(&folder).arg("build").arg("-o").arg(&program).arg(".").output();
    match built {
        Ok(built) if built.status.success() => {}
        Ok(built) => {
            return Err(Unmeasured::Skipped(String::from_utf8_lossy(&built.stderr).trim().to_owned()));
        }
        Err(_) => return Err(Unmeasured::Skipped("Go is not installed".to_owned())),
    }
    let records: Vec<_> = (0..MANY).map(record).collect();
    let ours = tree(&records);
    let root = ours.root().ok_or_else(|| Unmeasured::Broken("no root".to_owned()))?;
    let theirs = |_| {
        let done = Command::new(&program).args([MANY, PROOFS as u64].map(|n| n.to_string())).output()?;
        check(done.status.success(), &String::from_utf8_lossy(&done.stderr))?;
        let said = String::from_utf8_lossy(&done.stdout);
        let (nanoseconds, their_root) = said.trim().split_once(' ').unwrap_or_default();
        check(their_root == root.to_string(), "Go has another root")?;
        Ok(Duration::from_nanos(nanoseconds.parse()?))
    };
    let pairs = pairs(env.runs, 1, theirs, |_| prove_and_check(&records, &ours))?;
    Ok(Measured::rate(PROOFS, "Go tlog", &pairs))
}

fn prove_and_check(records: &[Vec<u8>], tree: &MemoryTree) -> Result<Duration, Unmeasured> {
    let root = tree.root().ok_or_else(|| Unmeasured::Broken("no root".to_owned()))?;
    let all = || {
        for index in indices() {
            let proof = inclusion_proof(tree, index, MANY)?;
            verify_inclusion(index, MANY, &leaf_hash(&records[index as usize]), &proof, &root)?;
        }
        Ok(())
    };
    Ok(timed(all)?.0)
}

fn tree(records: &[Vec<u8>]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.extend(records.iter().map(|record| leaf_hash(record)));
    tree
}

fn indices() -> impl Iterator<Item = u64> {
    let mut random = Random(17);
    (0..PROOFS).map(move |_| random.next() % MANY)
}

/// The same bytes as in `gotlog/main.go`.
fn record(index: u64) -> Vec<u8> {
    let mut record = vec![0xA5; RECORD];
    record[..8].copy_from_slice(&index.to_be_bytes());
    record
}

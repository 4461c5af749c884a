//! Proofs: their forms, and what they show, against the algorithms of RFC 9162.

use std::sync::OnceLock;

use privity::audit::Kind;
use privity::audit::kind::ChainType;
use privity::audit::record::{self, LedgerHead, Payload};
use privity::testing::anchor::{AnchorBody, ChainHead, DeviceRow, devices_root, heads_root};
use privity::testing::checkpoint::{self, Head, Log};
use privity::testing::cose::Kid;
use privity::testing::proof::{AnchorLeaf, Before, Consistency, DevicePath, HeadPath, TlogProof};
use privity::testing::tree::{
    MemoryTree, consistency_proof, inclusion_proof, leaf_hash, node_hash, verify_consistency,
    verify_inclusion,
};
use privity::{ChainId, DeviceId, FirmId, Hash, Timestamp, UserId};

use super::super::input::{Input, damage};
use super::{code, key};

/// The three forms, arbitrary; inclusion and consistency; damaged proofs of a leaf, of growth and
/// of a matter's record; a damaged anchor: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn proof(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 9 {
        0 => tlog_text(input.0).map(drop),
        1 => consistency_text(input.0).map(drop),
        2 => paths(&mut input),
        3 => inclusion(&mut input),
        4 => consistency(&mut input),
        5 => damaged_proof(&mut input),
        6 => damaged_consistency(&mut input),
        7 => damaged_path(&mut input),
        _ => damaged_anchor(&mut input),
    }
}

fn tlog_text(bytes: &[u8]) -> Result<TlogProof<'_>, &'static str> {
    let proof = TlogProof::parse(bytes).map_err(code)?;
    assert_eq!(proof.to_text().expect("it was read").as_bytes(), bytes, "one text");
    Ok(proof)
}

fn consistency_text(bytes: &[u8]) -> Result<Consistency<'_>, &'static str> {
    let proof = Consistency::parse(bytes).map_err(code)?;
    assert_eq!(proof.to_text().expect("it was read").as_bytes(), bytes, "one text");
    Ok(proof)
}

fn paths(input: &mut Input<'_>) -> Result<(), &'static str> {
    let form = input.byte() % 3;
    let again = match form {
        0 => HeadPath::parse(input.0).map(|path| path.encode()),
        1 => DevicePath::parse(input.0).map(|path| path.encode()),
        _ => Before::parse(input.0).map(|before| before.encode()),
    };
    assert_eq!(again.map_err(code)?, input.0, "one encoding");
    Ok(())
}

/// What verifies is what RFC 9162 §2.1.3.2 accepts; under the tree's own root, the one proof there is.
fn inclusion(input: &mut Input<'_>) -> Result<(), &'static str> {
    let size = 1 + u64::from(input.byte()) % LEAVES;
    let index = u64::from(input.byte()) % size;
    let (claimed_index, claimed_size) = (near(index, input), near(size, input));
    let (leaf, root) = (at(near(index, input)), root(near(size, input)));
    let proof = hashes(&inclusion_proof(tree(), index, size).expect("in the tree"), input);
    let verdict = verify_inclusion(claimed_index, claimed_size, &leaf, &proof, &root);
    assert_eq!(verdict.is_ok(), rfc_inclusion(claimed_index, claimed_size, leaf, &proof, root), "RFC 9162");
    if tree().root_at(claimed_size).is_ok_and(|right| right == root) {
        let right = inclusion_proof(tree(), claimed_index, claimed_size);
        let honest = right.is_ok_and(|right| right == proof) && leaf == at(claimed_index);
        assert_eq!(verdict.is_ok(), honest, "one proof");
    }
    verdict.map_err(code)
}

/// The same with RFC 9162 §2.1.4.2.
fn consistency(input: &mut Input<'_>) -> Result<(), &'static str> {
    let new = 1 + u64::from(input.byte()) % LEAVES;
    let old = 1 + u64::from(input.byte()) % new;
    let (claimed_old, claimed_new) = (near(old, input), near(new, input));
    let (old_root, new_root) = (root(near(old, input)), root(near(new, input)));
    let proof = hashes(&consistency_proof(tree(), old, new).expect("in the tree"), input);
    let verdict = verify_consistency(claimed_old, &old_root, claimed_new, &new_root, &proof);
    let rfc = rfc_consistency(claimed_old, old_root, claimed_new, new_root, &proof);
    assert_eq!(verdict.is_ok(), rfc, "RFC 9162");
    let right = |size, root| tree().root_at(size).is_ok_and(|right| right == root);
    if right(claimed_old, old_root) && right(claimed_new, new_root) {
        let honest = consistency_proof(tree(), claimed_old, claimed_new);
        assert_eq!(verdict.is_ok(), honest.is_ok_and(|honest| honest == proof), "one proof");
    }
    verdict.map_err(code)
}

/// A damaged proof of a leaf shows no other leaf, and this one only with the one path there is.
fn damaged_proof(input: &mut Input<'_>) -> Result<(), &'static str> {
    let size = 1 + u64::from(input.byte()) % LEAVES;
    let index = u64::from(input.byte()) % size;
    let leaf = near(index, input);
    let mut text = proof_text(index, size).into_bytes();
    damage(&mut text, input);
    let proof = tlog_text(&text)?;
    let verdict = proof.verify(log(), &data(leaf)).map_err(code);
    let signed = log().verify(proof.checkpoint.as_bytes()).is_ok();
    let right = inclusion_proof(tree(), proof.index, size).is_ok_and(|right| right == proof.hashes);
    let honest = signed && right && proof.index == leaf && proof.extra.is_none();
    assert_eq!(verdict.is_ok(), honest, "one proof");
    verdict.map(drop)
}

/// A damaged proof of growth continues no other head.
fn damaged_consistency(input: &mut Input<'_>) -> Result<(), &'static str> {
    let new = 1 + u64::from(input.byte()) % LEAVES;
    let old = 1 + u64::from(input.byte()) % new;
    let pinned = near(old, input);
    let pin = Head { size: pinned, root: root(pinned) };
    let mut text = consistency_body(old, new).into_bytes();
    damage(&mut text, input);
    let proof = consistency_text(&text)?;
    let verdict = proof.verify(log(), &pin).map_err(code);
    let signed = log().verify(proof.checkpoint.as_bytes()).is_ok();
    let right = consistency_proof(tree(), pinned, new).is_ok_and(|right| right == proof.hashes);
    assert_eq!(verdict.is_ok(), signed && right && proof.old == pinned, "one proof");
    verdict.map(drop)
}

/// A damaged path leads no record to the ledger.
fn damaged_path(input: &mut Input<'_>) -> Result<(), &'static str> {
    let firm = firm();
    let index = usize::from(input.byte() % 2);
    let mut extra = firm.paths[index].encode();
    damage(&mut extra, input);
    let (hashes, checkpoint) = (firm.hashes.clone(), firm.checkpoint.as_str());
    let proof = TlogProof { extra: Some(extra.clone()), index: 1, hashes, checkpoint };
    let shown = proof.verify_record(&firm.log, MATTER, RECORDS[index], &firm.anchor);
    assert_eq!(shown.is_ok(), extra == firm.paths[index].encode(), "one path");
    shown.map(drop).map_err(code)
}

/// A damaged anchor is none.
fn damaged_anchor(input: &mut Input<'_>) -> Result<(), &'static str> {
    let honest = firm().anchor.bytes();
    let mut bytes = honest.to_vec();
    damage(&mut bytes, input);
    let anchor = AnchorLeaf::verify(&bytes, LEDGER, &[key(1).verifying_key()]);
    assert_eq!(anchor.is_ok(), bytes == honest, "one anchor");
    anchor.map(drop).map_err(code)
}

/// Mostly the honest number, sometimes one beside it, or any.
fn near(honest: u64, input: &mut Input<'_>) -> u64 {
    match input.byte() {
        0 => honest,
        0xFF => input.take(8).iter().fold(0, |value, &byte| (value << 8) | u64::from(byte)),
        step @ 1..0x80 => honest.wrapping_add(u64::from(step)),
        step => honest.wrapping_sub(u64::from(step - 0x7F)),
    }
}

fn hashes(honest: &[Hash], input: &mut Input<'_>) -> Vec<Hash> {
    let mut bytes: Vec<u8> = honest.iter().flat_map(|hash| hash.0).collect();
    damage(&mut bytes, input);
    bytes.chunks_exact(32).map(|chunk| Hash(chunk.try_into().expect("32 bytes"))).collect()
}

fn rfc_inclusion(index: u64, size: u64, leaf: Hash, path: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut f, mut s, mut r) = (index, size - 1, leaf);
    for p in path {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            r = node_hash(p, &r);
            while f & 1 == 0 && f != 0 {
                (f, s) = (f >> 1, s >> 1);
            }
        } else {
            r = node_hash(&r, p);
        }
        (f, s) = (f >> 1, s >> 1);
    }
    s == 0 && r == root
}

fn rfc_consistency(old: u64, old_root: Hash, new: u64, new_root: Hash, path: &[Hash]) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    let whole = old.is_power_of_two().then_some(&old_root);
    let mut path = whole.into_iter().chain(path);
    let (mut f, mut s) = (old - 1, new - 1);
    while f & 1 == 1 {
        (f, s) = (f >> 1, s >> 1);
    }
    let Some(&first) = path.next() else { return false };
    let (mut fr, mut sr) = (first, first);
    for c in path {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            (fr, sr) = (node_hash(c, &fr), node_hash(c, &sr));
            while f & 1 == 0 && f != 0 {
                (f, s) = (f >> 1, s >> 1);
            }
        } else {
            sr = node_hash(&sr, c);
        }
        (f, s) = (f >> 1, s >> 1);
    }
    fr == old_root && sr == new_root && s == 0
}

/// The text of an honest proof.
pub fn proof_text(index: u64, size: u64) -> String {
    let hashes = inclusion_proof(tree(), index, size).expect("in the tree");
    let checkpoint = checkpoint_of(size);
    TlogProof { extra: None, index, hashes, checkpoint: &checkpoint }.to_text().expect("a text")
}

/// The text of an honest proof of growth.
pub fn consistency_body(old: u64, new: u64) -> String {
    let hashes = consistency_proof(tree(), old, new).expect("in the tree");
    let checkpoint = checkpoint_of(new);
    Consistency { old, hashes, checkpoint: &checkpoint }.to_text().expect("a text")
}

fn checkpoint_of(size: u64) -> String {
    checkpoint::sign_standalone(ORIGIN, &key(1), &Head { size, root: root(size) }).expect("a checkpoint")
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| Log::standalone(ORIGIN, &[key(1).verifying_key()]).expect("a log"))
}

fn tree() -> &'static MemoryTree {
    static TREE: OnceLock<MemoryTree> = OnceLock::new();
    TREE.get_or_init(|| tree_of((0..LEAVES).map(at)))
}

fn tree_of(leaves: impl Iterator<Item = Hash>) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.extend(leaves);
    tree
}

fn at(index: u64) -> Hash {
    leaf_hash(&data(index))
}

fn data(index: u64) -> Vec<u8> {
    format!("record {index}").into_bytes()
}

/// The root at a size; beyond the tree, some hash.
fn root(size: u64) -> Hash {
    tree().root_at(size).unwrap_or(Hash([0xEE; 32]))
}

/// A ledger of a genesis and an anchor over a directory and a matter.
pub struct Firm {
    log: Log,
    checkpoint: String,
    anchor: AnchorLeaf<'static>,
    hashes: Vec<Hash>,
    /// Of the matter's two records.
    pub paths: [HeadPath; 2],
}

/// The one firm.
pub fn firm() -> &'static Firm {
    static FIRM: OnceLock<Firm> = OnceLock::new();
    FIRM.get_or_init(|| {
        let firm = FirmId::from_bytes([7; 16]);
        let matter = tree_of(RECORDS.into_iter().map(leaf_hash));
        let head = |chain, size, root| ChainHead { chain, size, root };
        let heads = [
            head(ChainId::from_bytes([1; 16]), 1, leaf_hash(b"directory")),
            head(MATTER, 2, matter.root().expect("two")),
        ];
        let (user, kid) = (UserId::from_bytes([1; 16]), Kid([1; 16]));
        let device = DeviceId::from_bytes([1; 16]);
        let row = DeviceRow { device, user, record_kid: kid, log_kid: kid, ssh_kid: kid };
        let (roots, devices) = (heads_root(&heads).expect("two"), devices_root(&[row]).expect("one"));
        let body = AnchorBody::new(LEDGER, heads.to_vec(), roots, devices).expect("well-formed");
        let anchor = Payload {
            chain: LEDGER,
            kind: Kind::ANCHOR,
            at: Timestamp::from_micros(1).expect("a time"),
            author: device,
            sequence: 0,
            previous: None,
            ledger_head: Some(LedgerHead { size: 1, root: Hash([6; 32]) }),
            acting_for: None,
            subjects: Vec::new(),
            body: &body.encode(),
            details: None,
        };
        // Once in a process: the anchor borrows its bytes for good.
        let anchor = record::sign(&key(1), ChainType::Ledger, &anchor).expect("an anchor").leak();
        let leaves = tree_of([leaf_hash(b"genesis"), leaf_hash(anchor)].into_iter());
        let under = Head { size: 2, root: leaves.root().expect("two") };
        let of_heads = tree_of(heads.iter().map(ChainHead::leaf));
        let path = |index| HeadPath {
            chain: MATTER,
            index,
            size: 2,
            hashes: inclusion_proof(&matter, index, 2).expect("in the tree"),
            heads_index: 1,
            heads_count: 2,
            heads_hashes: inclusion_proof(&of_heads, 1, 2).expect("in the tree"),
        };
        Firm {
            log: Log::firm(firm, &[key(1).verifying_key()]).expect("a log"),
            checkpoint: checkpoint::sign_firm(firm, &key(1), &under).expect("a checkpoint"),
            hashes: inclusion_proof(&leaves, 1, 2).expect("in the tree"),
            paths: [path(0), path(1)],
            anchor: AnchorLeaf::verify(anchor, LEDGER, &[key(1).verifying_key()]).expect("an anchor"),
        }
    })
}

const LEAVES: u64 = 200;
const ORIGIN: &str = "log.example";
const LEDGER: ChainId = ChainId::from_bytes([7; 16]);
const MATTER: ChainId = ChainId::from_bytes([2; 16]);
const RECORDS: [&[u8]; 2] = [b"opened", b"sealed"];

//! Proofs for outsiders: each leads from exactly one leaf to exactly one root, and a signer is who the
//! certificate under the same checkpoint says.

use privity::audit::body::{Body, DeviceCertified};
use privity::audit::kind::ChainType;
use privity::audit::record::{self, LedgerHead, Payload};
use privity::audit::tree::{MemoryTree, consistency_proof, inclusion_proof, leaf_hash};
use privity::testing::anchor::{AnchorBody, ChainHead, CountedRoot, DeviceRow, devices_root, heads_root};
use privity::testing::checkpoint::{self, Head, Log};
use privity::testing::cose::Kid;
use privity::testing::note::{KeyKind, NoteKey};
use privity::testing::proof::{
    AnchorLeaf, Before, Consistency, DevicePath, HeadPath, Signer, SignerProof, Standing, TlogProof,
};
use privity::testing::sign::{SigningKey, VerifyingKey};
use privity::testing::signing_key;
use privity::{ChainId, DeviceId, FirmId, Hash, Timestamp, UserId};

const FIRM: FirmId = FirmId::from_bytes([7; 16]);
const LEDGER: ChainId = ChainId::from_bytes([7; 16]);
const DIRECTORY: ChainId = ChainId::from_bytes([1; 16]);
const MATTER: ChainId = ChainId::from_bytes([2; 16]);

fn key(seed: u8) -> SigningKey {
    signing_key([seed; 32])
}

fn public(seed: u8) -> VerifyingKey {
    key(seed).verifying_key()
}

fn code<T>(result: privity::Result<T>) -> &'static str {
    result.err().map_or("accepted", |error| error.code())
}

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

/// A ledger of a genesis and two anchors; the second is the first that covers the matter's leaf 1.
struct Firm {
    log: Log,
    checkpoint: String,
    bodies: [AnchorBody; 2],
    anchors: [Vec<u8>; 2],
    ledger: MemoryTree,
    chains: [MemoryTree; 2],
    heads: [Vec<ChainHead>; 2],
    rows: Vec<DeviceRow>,
    certificates: [Vec<u8>; 2],
}

fn chain(leaves: &[&[u8]]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
    tree
}

fn head_of(chain: ChainId, tree: &MemoryTree, size: u64) -> ChainHead {
    ChainHead { chain, size, root: tree.root_at(size).unwrap() }
}

/// The firm; what its second anchor lists as grown may be falsified.
fn firm(falsify: impl Fn(&mut ChainHead)) -> Firm {
    let certificates = [certificate(3), certificate(4)];
    let directory = chain(&[b"genesis", &certificates[0], &certificates[1]]);
    let matter = chain(&[b"opened", b"sealed"]);
    let row = |n: u8| DeviceRow {
        device: DeviceId::from_bytes([n; 16]),
        user: UserId::from_bytes([n; 16]),
        record_kid: Kid::of(&public(n)),
        log_kid: Kid::of(&public(n + 10)),
        ssh_kid: Kid::of(&public(n + 20)),
    };
    let rows = vec![row(3), row(4)];
    let devices = devices_root(&rows).unwrap();
    let before = vec![head_of(DIRECTORY, &directory, 3), head_of(MATTER, &matter, 1)];
    let after = vec![head_of(DIRECTORY, &directory, 3), head_of(MATTER, &matter, 2)];
    let mut grown = vec![after[1]];
    falsify(&mut grown[0]);
    let body = |grown, heads: &[ChainHead]| {
        AnchorBody::new(LEDGER, grown, heads_root(heads).unwrap(), devices).unwrap()
    };
    let bodies = [body(before.clone(), &before), body(grown, &after)];
    let anchors =
        bodies.each_ref().map(|body| signed(LEDGER, ChainType::Ledger, &Body::Anchor(body.clone())));
    let ledger = chain(&[b"ledger genesis", &anchors[0], &anchors[1]]);
    let head = Head { size: 3, root: ledger.root().unwrap() };
    let checkpoint = checkpoint::sign_firm(FIRM, &key(1), &head).unwrap();
    let log = Log::firm(FIRM, &[public(1)]).unwrap();
    Firm {
        log,
        checkpoint,
        bodies,
        anchors,
        ledger,
        chains: [directory, matter],
        heads: [before, after],
        rows,
        certificates,
    }
}

/// A record of device 3, which the directory certifies.
fn signed(chain: ChainId, chain_type: ChainType, body: &Body) -> Vec<u8> {
    let payload = Payload {
        chain,
        kind: body.kind(),
        at: Timestamp::from_micros(1).unwrap(),
        author: DeviceId::from_bytes([3; 16]),
        sequence: 0,
        previous: None,
        ledger_head: Some(LedgerHead { size: 1, root: Hash([6; 32]) }),
        acting_for: None,
        subjects: Vec::new(),
        body: &body.encode(),
        details: None,
    };
    record::sign(&key(3), chain_type, &payload).unwrap()
}

fn certificate(n: u8) -> Vec<u8> {
    let key = |seed: u8| public(seed).to_bytes();
    let body = Body::DeviceCertified(DeviceCertified {
        device: DeviceId::from_bytes([n; 16]),
        user: UserId::from_bytes([n; 16]),
        record_key: key(n),
        log_key: key(n + 10),
        ssh_key: key(n + 20),
        wrapping_key: Box::new([n; 1216]),
        class: 0,
    });
    signed(DIRECTORY, ChainType::Directory, &body)
}

impl Firm {
    fn heads_path(&self, anchor: usize, index: u64) -> Vec<Hash> {
        let mut tree = MemoryTree::new();
        self.heads[anchor].iter().for_each(|head| tree.push(head.leaf()));
        inclusion_proof(&tree, index, 2).unwrap()
    }

    /// Of a leaf of the directory (0) or the matter (1) under the second anchor.
    fn path(&self, which: usize, index: u64) -> HeadPath {
        let head = self.heads[1][which];
        HeadPath {
            chain: head.chain,
            index,
            size: head.size,
            hashes: inclusion_proof(&self.chains[which], index, head.size).unwrap(),
            heads_index: u64::try_from(which).unwrap(),
            heads_count: 2,
            heads_hashes: self.heads_path(1, u64::try_from(which).unwrap()),
        }
    }

    fn proof(&self, path: &HeadPath) -> TlogProof<'_> {
        let hashes = inclusion_proof(&self.ledger, 2, 3).unwrap();
        TlogProof { extra: Some(path.encode()), index: 2, hashes, checkpoint: &self.checkpoint }
    }

    fn anchor(&self) -> AnchorLeaf<'_> {
        AnchorLeaf { bytes: &self.anchors[1], body: &self.bodies[1] }
    }

    fn verdict(&self, path: &HeadPath) -> &'static str {
        code(self.proof(path).verify_record(&self.log, MATTER, b"sealed", &self.anchor()))
    }
}

#[test]
fn a_matters_record_has_one_path_to_the_checkpoint() {
    let firm = firm(|_| {});
    let path = firm.path(1, 1);
    assert_eq!(HeadPath::parse(&path.encode()).unwrap(), path);
    assert_eq!(firm.verdict(&path), "accepted");
    let twins: [fn(&mut HeadPath); 9] = [
        |path| path.index = 0,
        |path| path.size = 3,
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
        assert_eq!(firm.verdict(&twin), "head-mismatch", "{n}");
    }
    let other = HeadPath { chain: DIRECTORY, ..path.clone() };
    assert_eq!(firm.verdict(&other), "chain-mismatch");
    let without = TlogProof { extra: None, ..firm.proof(&path) };
    assert_eq!(code(without.verify_record(&firm.log, MATTER, b"sealed", &firm.anchor())), "proof-extra");
    let older =
        TlogProof { index: 1, hashes: inclusion_proof(&firm.ledger, 1, 3).unwrap(), ..firm.proof(&path) };
    let anchor = AnchorLeaf { bytes: &firm.anchors[0], body: &firm.bodies[0] };
    assert_eq!(code(older.verify_record(&firm.log, MATTER, b"sealed", &anchor)), "not-newest");
}

#[test]
fn an_anchor_that_contradicts_itself_proves_nothing() {
    assert_eq!(firm(|_| {}).verdict(&firm(|_| {}).path(1, 1)), "accepted");
    let falsified: [fn(&mut ChainHead); 2] = [|head| head.size += 1, |head| head.root.0[0] ^= 1];
    for falsify in falsified {
        let firm = firm(falsify);
        assert_eq!(firm.verdict(&firm.path(1, 1)), "head-mismatch");
    }
}

#[test]
fn a_signer_is_who_the_certificate_says_and_was_active() {
    let firm = firm(|_| {});
    let (record_path, certificate_path) = (firm.path(1, 1), firm.path(0, 1));
    let (proof, certificate_proof) = (firm.proof(&record_path), firm.proof(&certificate_path));
    let mut rows = MemoryTree::new();
    firm.rows.iter().for_each(|row| rows.push(row.leaf()));
    let device_path = DevicePath { index: 0, hashes: inclusion_proof(&rows, 0, 2).unwrap() };
    let before = Before {
        anchor: firm.anchors[0].clone(),
        hashes: inclusion_proof(&firm.ledger, 1, 3).unwrap(),
        size: 1,
        root: firm.heads[0][1].root,
        heads_index: 1,
        heads_hashes: firm.heads_path(0, 1),
    };
    assert_eq!(DevicePath::parse(&device_path.encode()).unwrap(), device_path);
    assert_eq!(Before::parse(&before.encode()).unwrap(), before);
    let shown = SignerProof {
        proof: &proof,
        anchor: firm.anchor(),
        certificate: &firm.certificates[0],
        row: firm.rows[0],
        certificate_proof: &certificate_proof,
        device_path: Some(&device_path),
        before: Some((&before, &firm.bodies[0])),
    };
    let signer = Signer {
        record: b"sealed",
        chain: MATTER,
        author: firm.rows[0].device,
        kid: firm.rows[0].record_kid,
    };
    let verdict = |shown: &SignerProof<'_>, signer: &Signer<'_>| shown.verify(&firm.log, DIRECTORY, signer);
    assert_eq!(verdict(&shown, &signer).unwrap(), Standing::Recorded { anchor_index: 2 });
    for less in [SignerProof { device_path: None, ..shown }, SignerProof { before: None, ..shown }] {
        assert_eq!(verdict(&less, &signer).unwrap(), Standing::CertifiedOnly);
    }
    // Another author, or the author by another key than the certified one.
    let author = Signer { author: firm.rows[1].device, ..signer };
    assert_eq!(code(verdict(&shown, &author)), "certificate-mismatch");
    let kid = Signer { kid: firm.rows[1].record_kid, ..signer };
    assert_eq!(code(verdict(&shown, &kid)), "certificate-mismatch");
    // A row that the certificate does not give, and bodies that are not in the anchors' records.
    let forged = SignerProof { row: DeviceRow { log_kid: Kid([9; 16]), ..firm.rows[0] }, ..shown };
    assert_eq!(code(verdict(&forged, &signer)), "certificate-mismatch");
    let forged = AnchorLeaf { body: &firm.bodies[0], ..firm.anchor() };
    assert_eq!(code(verdict(&SignerProof { anchor: forged, ..shown }, &signer)), "head-mismatch");
    let forged = SignerProof { before: Some((&before, &firm.bodies[1])), ..shown };
    assert_eq!(code(verdict(&forged, &signer)), "head-mismatch");
    // What is given is verified, also where it does not suffice.
    let wrong = DevicePath { index: 1, ..device_path.clone() };
    let inactive = SignerProof { device_path: Some(&wrong), before: None, ..shown };
    assert_eq!(code(verdict(&inactive, &signer)), "device-not-active");
    let moved = Before { heads_index: 0, ..before.clone() };
    let moved = SignerProof { before: Some((&moved, &firm.bodies[0])), device_path: None, ..shown };
    assert_eq!(code(verdict(&moved, &signer)), "head-mismatch");
    // The anchor itself is not the anchor before it.
    let itself = Before { anchor: firm.anchors[1].clone(), ..before.clone() };
    let itself = SignerProof { before: Some((&itself, &firm.bodies[1])), ..shown };
    assert_eq!(code(verdict(&itself, &signer)), "proof");
    // A record that the anchor before covers already.
    let opened_path = firm.path(1, 0);
    let opened = firm.proof(&opened_path);
    let covered = SignerProof { proof: &opened, ..shown };
    let earlier = Signer { record: b"opened", ..signer };
    assert_eq!(code(verdict(&covered, &earlier)), "covered-before");
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
    let anchor = huge.unwrap();
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

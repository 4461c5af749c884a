//! A firm with a directory, a matter and two anchors, made of real records.

use privity::audit::body::{Body, DeviceCertified};
use privity::audit::kind::{ChainType, Kind};
use privity::audit::record::{self, LedgerHead, Payload};
use privity::audit::tree::{MemoryTree, inclusion_proof, leaf_hash};
use privity::testing::anchor::{AnchorBody, ChainHead, DeviceRow, devices_root, heads_root};
use privity::testing::checkpoint::{self, Head, Log};
use privity::testing::cose::{self, Kid};
use privity::testing::label::ObjectClass;
use privity::testing::proof::{AnchorLeaf, HeadPath, TlogProof};
use privity::testing::sign::{SigningKey, VerifyingKey};
use privity::testing::signing_key;
use privity::{ChainId, DeviceId, FirmId, Hash, Timestamp, UserId};

pub const FIRM: FirmId = FirmId::from_bytes([7; 16]);
pub const LEDGER: ChainId = ChainId::from_bytes([7; 16]);
pub const DIRECTORY: ChainId = ChainId::from_bytes([1; 16]);
pub const MATTER: ChainId = ChainId::from_bytes([2; 16]);

/// A ledger of a genesis and two anchors; the second is the first that covers the matter's leaf 1.
pub struct Firm {
    pub log: Log,
    pub checkpoint: String,
    pub bodies: [AnchorBody; 2],
    pub anchors: [Vec<u8>; 2],
    pub ledger: MemoryTree,
    /// Of the directory (0) and the matter (1).
    pub leaves: [Vec<Vec<u8>>; 2],
    pub heads: [Vec<ChainHead>; 2],
    pub rows: Vec<DeviceRow>,
}

/// What the directory holds besides its genesis; all but the first two certify nobody.
pub mod leaf {
    /// Of device 3, which signs in the matter.
    pub const CERTIFICATE: u64 = 1;
    /// Of device 4.
    pub const OF_ANOTHER: u64 = 2;
    /// A record of another kind.
    pub const NO_CERTIFICATE: u64 = 3;
    /// Device 3's, signed by a stranger.
    pub const OF_A_STRANGER: u64 = 4;
    /// Device 3's, said in another chain.
    pub const ELSEWHERE: u64 = 5;
    /// Device 3's, its signature altered.
    pub const ALTERED: u64 = 6;
    /// Device 3's, with an ssh key that its row in the anchor does not have.
    pub const OTHER_ROW: u64 = 7;
}

/// The firm; what its second anchor lists as grown may be falsified.
pub fn firm(falsify: impl Fn(&mut ChainHead)) -> Firm {
    let leaves = [directory(), matter()];
    let [directory, matter] = leaves.each_ref().map(|leaves| chain(leaves));
    let rows = vec![row(3), row(4)];
    let devices = devices_root(&rows).unwrap();
    let whole = head_of(DIRECTORY, &directory, 8);
    let before = vec![whole, head_of(MATTER, &matter, 1)];
    let after = vec![whole, head_of(MATTER, &matter, 3)];
    let mut grown = vec![after[1]];
    falsify(&mut grown[0]);
    let body = |grown, heads: &[ChainHead]| {
        AnchorBody::new(LEDGER, grown, heads_root(heads).unwrap(), devices).unwrap()
    };
    let bodies = [body(before.clone(), &before), body(grown, &after)];
    let anchors = bodies.each_ref().map(|body| anchor_record(&key(5), body));
    let ledger = chain(&[b"ledger genesis".to_vec(), anchors[0].clone(), anchors[1].clone()]);
    let head = Head { size: 3, root: ledger.root().unwrap() };
    let checkpoint = checkpoint::sign_firm(FIRM, &key(1), &head).unwrap();
    let log = Log::firm(FIRM, &[public(1)]).unwrap();
    Firm { log, checkpoint, bodies, anchors, ledger, leaves, heads: [before, after], rows }
}

impl Firm {
    /// The matter's leaf 1.
    pub fn sealed(&self) -> &[u8] {
        &self.leaves[1][1]
    }

    pub fn anchor(&self, which: usize) -> AnchorLeaf<'_> {
        AnchorLeaf::verify(&self.anchors[which], LEDGER, &keys()).unwrap()
    }

    pub fn heads_path(&self, anchor: usize, index: u64) -> Vec<Hash> {
        let mut tree = MemoryTree::new();
        self.heads[anchor].iter().for_each(|head| tree.push(head.leaf()));
        inclusion_proof(&tree, index, 2).unwrap()
    }

    /// Of a leaf of the directory (0) or the matter (1) under the second anchor.
    pub fn path(&self, which: usize, index: u64) -> HeadPath {
        let head = self.heads[1][which];
        HeadPath {
            chain: head.chain,
            index,
            size: head.size,
            hashes: inclusion_proof(&chain(&self.leaves[which]), index, head.size).unwrap(),
            heads_index: u64::try_from(which).unwrap(),
            heads_count: 2,
            heads_hashes: self.heads_path(1, u64::try_from(which).unwrap()),
        }
    }

    pub fn proof(&self, path: &HeadPath) -> TlogProof<'_> {
        let hashes = inclusion_proof(&self.ledger, 2, 3).unwrap();
        TlogProof { extra: Some(path.encode()), index: 2, hashes, checkpoint: &self.checkpoint }
    }
}

/// The record keys that an outsider knows: of two devices and of the administrator's.
pub fn keys() -> [VerifyingKey; 3] {
    [3, 4, 5].map(public)
}

pub fn key(seed: u8) -> SigningKey {
    signing_key([seed; 32])
}

pub fn public(seed: u8) -> VerifyingKey {
    key(seed).verifying_key()
}

pub fn code<T>(result: privity::Result<T>) -> &'static str {
    result.err().map_or("accepted", |error| error.code())
}

/// An anchor's record.
pub fn anchor_record(key: &SigningKey, body: &AnchorBody) -> Vec<u8> {
    let body = Body::Anchor(body.clone()).encode();
    record::sign(key, ChainType::Ledger, &payload(LEDGER, Kind::ANCHOR, 5, &body)).unwrap()
}

/// A record that says it is the ledger's, of a kind that the ledger does not hold.
pub fn no_anchor() -> Vec<u8> {
    let payload = payload(LEDGER, Kind::host(2_000).unwrap(), 5, HOST_BODY);
    cose::sign(&key(5), ObjectClass::Record, &payload.to_cbor()).unwrap()
}

fn directory() -> Vec<Vec<u8>> {
    let certificate = |key: u8, chain: ChainId, device: u8, ssh: u8| {
        let body = certificate(device, ssh);
        let payload = payload(chain, Kind::DEVICE_CERTIFIED, 5, &body);
        record::sign(&signing_key([key; 32]), ChainType::Directory, &payload).unwrap()
    };
    let mut altered = certificate(5, DIRECTORY, 3, 23);
    *altered.last_mut().unwrap() ^= 1;
    vec![
        b"genesis".to_vec(),
        certificate(5, DIRECTORY, 3, 23),
        certificate(5, DIRECTORY, 4, 24),
        host(DIRECTORY, ChainType::Directory, 5, 5),
        certificate(9, DIRECTORY, 3, 23),
        certificate(5, MATTER, 3, 23),
        altered,
        certificate(5, DIRECTORY, 3, 99),
    ]
}

/// Opened and sealed by device 3; then a record that names device 3 and is signed with device 4's key.
fn matter() -> Vec<Vec<u8>> {
    let opened = host(MATTER, ChainType::Matter, 3, 3);
    let payload = Payload { sequence: 1, ..payload(MATTER, Kind::host(2_000).unwrap(), 3, HOST_BODY) };
    let sealed = record::sign(&key(3), ChainType::Matter, &payload).unwrap();
    vec![opened, sealed, host(MATTER, ChainType::Matter, 3, 4)]
}

fn host(chain: ChainId, chain_type: ChainType, author: u8, signer: u8) -> Vec<u8> {
    let payload = payload(chain, Kind::host(2_000).unwrap(), author, HOST_BODY);
    record::sign(&key(signer), chain_type, &payload).unwrap()
}

fn payload(chain: ChainId, kind: Kind, author: u8, body: &[u8]) -> Payload<'_> {
    Payload {
        chain,
        kind,
        at: Timestamp::from_micros(1).unwrap(),
        author: DeviceId::from_bytes([author; 16]),
        sequence: 0,
        previous: None,
        ledger_head: Some(LedgerHead { size: 1, root: Hash([6; 32]) }),
        acting_for: None,
        subjects: Vec::new(),
        body,
        details: None,
    }
}

fn certificate(device: u8, ssh: u8) -> Vec<u8> {
    let key = |seed: u8| public(seed).to_bytes();
    let body = DeviceCertified {
        device: DeviceId::from_bytes([device; 16]),
        user: UserId::from_bytes([device; 16]),
        record_key: key(device),
        log_key: key(device + 10),
        ssh_key: key(ssh),
        wrapping_key: Box::new([device; 1_216]),
        class: 0,
    };
    Body::DeviceCertified(body).encode()
}

fn row(device: u8) -> DeviceRow {
    DeviceRow {
        device: DeviceId::from_bytes([device; 16]),
        user: UserId::from_bytes([device; 16]),
        record_kid: Kid::of(&public(device)),
        log_kid: Kid::of(&public(device + 10)),
        ssh_kid: Kid::of(&public(device + 20)),
    }
}

fn chain(leaves: &[Vec<u8>]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
    tree
}

fn head_of(chain: ChainId, tree: &MemoryTree, size: u64) -> ChainHead {
    ChainHead { chain, size, root: tree.root_at(size).unwrap() }
}

/// `{1: 7}`.
const HOST_BODY: &[u8] = &[0xA1, 0x01, 0x07];

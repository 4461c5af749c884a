//! Whole chains: whatever is done to the leaves shows, unless nothing was done.

use std::sync::OnceLock;

use privity::audit::body::{Body, DeviceCertified, Genesis, Opened, Origin, StandaloneGenesis};
use privity::audit::checkpoint::{self, Head};
use privity::audit::kind::{ChainType, Kind};
use privity::audit::record::{self, Payload, Record};
use privity::audit::tree::{leaf_hash, root_of};
use privity::audit::{Failure, Findings, Kid, TrustRoots, Verifier};
use privity::envelope::Threads;
use privity::{ChainId, DeviceId, DocumentId, Hash, Timestamp, UserId};

use super::super::input::Input;
use super::{key, record as samples};

type Leaves = Vec<Vec<u8>>;

/// Does what the input says to the leaves of an honest chain and verifies: valid iff they are the
/// honest ones up to the newest checkpoint, and otherwise the verdict that the format says. The first byte asks for
/// a pin (1), two threads (2), and without a pin two steps (4).
///
/// # Errors
/// The word of the verdict.
pub fn chain(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let (flags, honest) = (input.byte(), honest());
    let mut leaves = honest.leaves.clone();
    for _ in 0..6 {
        if !input.is_empty() {
            change(&mut leaves, &mut input);
        }
    }
    let pinned = flags & 1 != 0;
    let threads = Threads::new(1 + usize::from(flags >> 1 & 1)).expect("1 or 2");
    let found = verify(&leaves, pinned, threads);
    assert_eq!(word(&found), model(&leaves, pinned), "{found:?}");
    let first_change =
        leaves.iter().zip(&honest.leaves).take_while(|(leaf, right)| leaf == right).count() as u64;
    match &found {
        Ok(findings) => {
            assert_eq!(findings.ignored, leaves.len() as u64 - CHECKPOINTS[1]);
            assert!(findings.reported.is_empty(), "{findings:?}");
        }
        Err(
            Failure::Tampered { first_bad: Some(index) } | Failure::Incomplete { first_gap: Some(index), .. },
        ) => {
            assert!(
                (first_change..CHECKPOINTS[1]).contains(index),
                "{index}: the first change is {first_change}"
            );
        }
        Err(_) => {}
    }
    if flags & 4 != 0 && !pinned {
        let again = verify_in_two_steps(&leaves, threads);
        assert_eq!(word(&again), word(&found), "in two steps");
        assert_eq!(again.ok(), found.as_ref().ok().cloned(), "in two steps");
    }
    found.map(drop).map_err(|failure| failure.verdict())
}

/// Edits, drops, exchanges, doubles, puts in, splices, signs anew, cuts off.
fn change(leaves: &mut Leaves, input: &mut Input<'_>) {
    let (kind, from, to) = (input.byte() % 9, usize::from(input.byte()), usize::from(input.byte()));
    let (from, to) = (from % (leaves.len() + 1), to % (leaves.len() + 1));
    let there = from < leaves.len();
    match kind {
        0 if there => {
            let place = input.number();
            if let Some(byte) = leaves[from].get_mut(place) {
                *byte ^= input.byte();
            }
        }
        1 if there => drop(leaves.remove(from)),
        2 if there && to < leaves.len() => leaves.swap(from, to),
        3 if there => leaves.insert(to, leaves[from].clone()),
        4 => leaves.insert(to, honest().twin[from % honest().twin.len()].clone()),
        5 => {
            let range = from.min(to)..from.max(to);
            let part = honest().twin.get(range.clone()).unwrap_or_default().to_vec();
            leaves.splice(range, part);
        }
        6 => {
            let size = usize::from(input.byte() % 64);
            leaves.insert(to, input.take(size).to_vec());
        }
        7 if there => {
            let body = [0xA1, 1, input.byte() % 24];
            if let Ok(old) = Record::parse(&leaves[from], ChainType::Standalone) {
                let payload =
                    Payload { kind: Kind::from_number(2_000), body: &body, ..old.payload().clone() };
                leaves[from] = record::sign(&key(1), ChainType::Standalone, &payload).expect("well-formed");
            }
        }
        8 => leaves.truncate(from),
        _ => {}
    }
}

/// The verdict by the text of the format.
fn model(leaves: &[Vec<u8>], pinned: bool) -> &'static str {
    let honest = &honest().leaves;
    if leaves.first().is_some_and(|genesis| *genesis != honest[0]) {
        return "other chain";
    }
    for size in 1..=usize::try_from(CHECKPOINTS[1]).expect("small") {
        let Some(before) = leaves.get(..size) else { return "incomplete" };
        let (same, at) = (before == &honest[..size], size as u64);
        if !same && pinned && at == PIN {
            return "forked";
        }
        if !same && CHECKPOINTS.contains(&at) {
            return "tampered";
        }
    }
    "valid"
}

fn word(found: &Result<Findings, Failure>) -> &'static str {
    found.as_ref().map_or_else(|failure| failure.verdict(), |_| "valid")
}

fn verify(leaves: &[Vec<u8>], pinned: bool, threads: Threads) -> Result<Findings, Failure> {
    let honest = honest();
    let pin = Head { size: PIN, root: root(&honest.leaves, PIN) };
    let roots = if pinned { honest.roots.clone().with_pin(pin) } else { honest.roots.clone() };
    let verifier = Verifier::new(roots, &honest.checkpoints).expect("checkpoints").with_threads(threads);
    finish(verifier, leaves).map(|chain| chain.findings().clone())
}

/// Up to the first checkpoint, and on from there.
fn verify_in_two_steps(leaves: &[Vec<u8>], threads: Threads) -> Result<Findings, Failure> {
    let honest = honest();
    let (first, rest) = leaves.split_at(leaves.len().min(usize::try_from(CHECKPOINTS[0]).expect("small")));
    let verifier = Verifier::new(honest.roots.clone(), &honest.checkpoints[..1]).expect("a checkpoint");
    let chain = finish(verifier.with_threads(threads), first)?;
    let verifier = chain.resume(&honest.checkpoints[1..]).expect("a checkpoint");
    finish(verifier, rest).map(|chain| chain.findings().clone())
}

fn finish(mut verifier: Verifier, leaves: &[Vec<u8>]) -> Result<privity::audit::VerifiedChain, Failure> {
    leaves.iter().for_each(|leaf| verifier.push(leaf).expect("no leaf is that large"));
    verifier.finish()
}

/// A chain, and another that the same keys signed.
struct Honest {
    roots: TrustRoots,
    leaves: Leaves,
    twin: Leaves,
    checkpoints: [String; 2],
}

fn honest() -> &'static Honest {
    static HONEST: OnceLock<Honest> = OnceLock::new();
    HONEST.get_or_init(|| {
        let leaves = signed(ChainId::from_bytes([1; 16]));
        let checkpoint = |size| {
            let head = Head { size, root: root(&leaves, size) };
            checkpoint::sign_standalone(ORIGIN, &key(2), &head).expect("a checkpoint")
        };
        Honest {
            roots: TrustRoots::new(origin(), leaf_hash(&leaves[0])),
            checkpoints: CHECKPOINTS.map(checkpoint),
            twin: signed(ChainId::from_bytes([2; 16])),
            leaves,
        }
    })
}

/// A chain of every sort of leaf there is in one: its genesis, further keys and records by them,
/// documents, events of the host, a kind that is not defined.
fn signed(chain: ChainId) -> Leaves {
    let mut leaves = Vec::new();
    let mut newest: [Option<Hash>; 2] = [None; 2];
    let (record_key, log_key) = (public(1), public(2));
    let genesis = Genesis::Standalone(StandaloneGenesis { origin: origin(), record_key, log_key });
    let further = DeviceCertified {
        device: author(3),
        user: UserId::from_bytes([1; 16]),
        record_key: public(3),
        log_key: public(4),
        ssh_key: public(5),
        wrapping_key: Box::new([4; 1_216]),
        class: 0,
    };
    let documents = privity::audit::body::List::new(vec![DocumentId::from_bytes([3; 16])]).expect("one");
    for index in 0..LEAVES {
        let (kind, body) = match index {
            0 => encoded(&Body::Genesis(genesis.clone())),
            3 => encoded(&Body::DeviceCertified(further.clone())),
            6 => encoded(&Body::Sealed(samples::sealed(None))),
            8 => encoded(&Body::Opened(Opened { documents: documents.clone() })),
            9 => (Kind::from_number(27), vec![0xA0]),
            _ => (Kind::from_number(2_000), vec![0xA1, 1, index]),
        };
        // The second author signs every third record once it is certified.
        let (seed, which) = if index > 3 && index % 3 == 1 { (3, 1) } else { (1, 0) };
        let payload = Payload {
            chain,
            kind,
            at: Timestamp::from_micros(1_790_000_000_000_000 + u64::from(index)).expect("below 2^53"),
            author: author(seed),
            sequence: index.into(),
            previous: newest[which],
            ledger_head: None,
            acting_for: None,
            subjects: Vec::new(),
            body: &body,
            details: None,
        };
        let leaf = record::sign(&key(seed), ChainType::Standalone, &payload).expect("well-formed");
        newest[which] = Some(leaf_hash(&leaf));
        leaves.push(leaf);
    }
    leaves
}

fn encoded(body: &Body) -> (Kind, Vec<u8>) {
    (body.kind(), body.encode())
}

fn root(leaves: &[Vec<u8>], size: u64) -> Hash {
    let size = usize::try_from(size).expect("small");
    root_of(leaves[..size].iter().map(|leaf| leaf_hash(leaf))).expect("not empty")
}

fn public(seed: u8) -> [u8; 32] {
    key(seed).verifying_key().to_bytes()
}

fn author(seed: u8) -> DeviceId {
    DeviceId::from_bytes(Kid::of(&key(seed).verifying_key()).0)
}

fn origin() -> Origin {
    Origin::new(ORIGIN).expect("a name")
}

const ORIGIN: &str = "log.example";
const LEAVES: u8 = 15;
/// The sizes that are signed; the leaves beyond belong to no chain yet.
const CHECKPOINTS: [u64; 2] = [5, 12];
const PIN: u64 = 7;

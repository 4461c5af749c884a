//! A chain of 200 records under attack: every change at every index gives its exact verdict.

use std::sync::Arc;

use privity::audit::body::{Body, List, Opened};
use privity::audit::checkpoint::{self, Head};
use privity::audit::kind::ChainType;
use privity::audit::record::{self, Payload};
use privity::audit::tree::{Frontier, leaf_hash};
use privity::audit::{
    Anchoring, Appender, Draft, Failure, Fault, Findings, KeyKind, NoteKey, Origin, Record, TrustRoots,
    VerifiedChain, Verifier,
};
use privity::{SystemClock, testing};

const RECORDS: usize = 200;

/// A chain as somebody would export it, and the keys it was signed with.
struct Exported {
    roots: TrustRoots,
    records: Vec<Vec<u8>>,
    checkpoint: String,
    seeds: [u8; 64],
}

#[test]
fn an_honest_chain_is_valid_whatever_the_number_of_threads() {
    let chain = chain(1, RECORDS);
    for threads in [1, 2, 5] {
        let mut verifier = Verifier::new(chain.roots.clone(), &[&chain.checkpoint])
            .unwrap()
            .with_threads(privity::envelope::Threads::new(threads).unwrap());
        chain.records.iter().for_each(|record| verifier.push(record).unwrap());
        let findings = verifier.finish().unwrap().findings().clone();
        assert_eq!((findings.head.size, findings.reported.len()), (RECORDS as u64, 0));
    }
}

#[test]
fn an_edited_record_is_named_by_its_index() {
    let chain = chain(2, RECORDS);
    let mut tried = 0;
    for index in 1..RECORDS {
        // The last byte lies in the signature, the tenth in the key id, one in the middle in the payload.
        for at in [10, chain.records[index].len() / 2, chain.records[index].len() - 1] {
            let mut records = chain.records.clone();
            records[index][at] ^= 0x20;
            let failure = verify(&chain, &records).unwrap_err();
            assert_eq!(failure, Failure::Tampered { first_bad: Some(index as u64) }, "byte {at} of {index}");
            tried += 1;
        }
    }
    let mut records = chain.records.clone();
    records[0][10] ^= 1;
    assert_eq!(verify(&chain, &records).unwrap_err(), Failure::OtherChain);
    println!("{tried} edits named");
}

#[test]
fn a_record_put_in_is_named_by_its_index() {
    let chain = chain(3, RECORDS);
    let other = self::chain(4, RECORDS);
    for index in 1..RECORDS {
        for foreign in [&other.records[index], &chain.records[index - 1], &b"no record".to_vec()] {
            let mut records = chain.records.clone();
            records.insert(index, foreign.clone());
            assert_eq!(
                verify(&chain, &records).unwrap_err(),
                Failure::Tampered { first_bad: Some(index as u64) },
                "{index}"
            );
        }
    }
}

#[test]
fn a_missing_record_is_named_by_its_place() {
    let chain = chain(5, RECORDS);
    for index in 1..RECORDS {
        let mut records = chain.records.clone();
        records.remove(index);
        let first_gap = (index < RECORDS - 1).then_some(index as u64);
        let (have, want) = (RECORDS as u64 - 1, RECORDS as u64);
        assert_eq!(verify(&chain, &records).unwrap_err(), Failure::Incomplete { have, want, first_gap });
    }
}

#[test]
fn a_chain_cut_off_is_incomplete_at_every_length() {
    let chain = chain(6, RECORDS);
    for have in 1..RECORDS {
        let failure = verify(&chain, &chain.records[..have]).unwrap_err();
        let (have, want) = (have as u64, RECORDS as u64);
        assert_eq!(failure, Failure::Incomplete { have, want, first_gap: None });
    }
}

#[test]
fn exchanged_records_are_named_by_the_first() {
    let chain = chain(7, RECORDS);
    for index in 1..RECORDS - 1 {
        let mut records = chain.records.clone();
        records.swap(index, index + 1);
        let failure = verify(&chain, &records).unwrap_err();
        assert_eq!(failure, Failure::Tampered { first_bad: Some(index as u64) });
    }
}

#[test]
fn a_record_of_another_chain_is_named_by_its_index() {
    let chain = chain(8, RECORDS);
    // The same keys: only the chain's id tells them apart.
    let twin = signed_chain(chain.seeds, "log.example/twin", RECORDS);
    for index in 1..RECORDS {
        let mut records = chain.records.clone();
        records[index] = twin.records[index].clone();
        let failure = verify(&chain, &records).unwrap_err();
        assert_eq!(failure, Failure::Tampered { first_bad: Some(index as u64) });
    }
}

#[test]
fn a_record_signed_anew_by_its_own_author_shows_at_the_next() {
    let chain = chain(9, RECORDS);
    let key = testing::signing_key(*chain.seeds.first_chunk().unwrap());
    for index in 1..RECORDS {
        let old = Record::parse(&chain.records[index], ChainType::Standalone).unwrap();
        let body = [0xA1, 0x01, 0x18, 0xFF];
        let payload = Payload { body: &body, ..old.payload().clone() };
        let mut records = chain.records.clone();
        records[index] = record::sign(&key, ChainType::Standalone, &payload).unwrap();
        let first_bad = (index < RECORDS - 1).then_some(index as u64 + 1);
        assert_eq!(verify(&chain, &records).unwrap_err(), Failure::Tampered { first_bad }, "{index}");
    }
}

#[test]
fn another_encoding_of_a_record_is_named_by_its_index() {
    let chain = chain(10, RECORDS);
    for index in 1..RECORDS {
        let honest = &chain.records[index];
        // A tag in front, and an array head in a longer form: the same object to a lenient reader.
        for recoded in [[&[0xD2], honest.as_slice()].concat(), [&[0x98, 0x04], &honest[1..]].concat()] {
            let mut records = chain.records.clone();
            records[index] = recoded;
            let failure = verify(&chain, &records).unwrap_err();
            assert_eq!(failure, Failure::Tampered { first_bad: Some(index as u64) });
        }
    }
}

#[test]
fn an_edited_key_id_is_tampering_and_an_unknown_author_under_a_good_root_is_not() {
    let chain = chain(11, 20);
    let stranger = self::chain(12, 20);
    let mut records = chain.records.clone();
    records[7] = stranger.records[7].clone();
    assert_eq!(verify(&chain, &records).unwrap_err(), Failure::Tampered { first_bad: Some(7) });
    // The chain's own log key signs for it: then it is a leaf like any other, and reported.
    let (checkpoint, findings) = resigned(&chain, &records);
    assert_eq!(findings.reported.len(), 2, "{:?}", findings.reported);
    assert_eq!((findings.reported[0].index, findings.reported[0].why), (7, Fault::Chain));
    // Leaf 8 follows a leaf 7 that its author did not sign.
    assert_eq!((findings.reported[1].index, findings.reported[1].why), (8, Fault::Previous));
    assert!(checkpoint.starts_with("log.example/11\n20\n"));
}

#[test]
fn two_records_of_one_sequence_are_conflicting_and_blame_nobody() {
    let chain = chain(13, 20);
    let key = testing::signing_key(*chain.seeds.first_chunk().unwrap());
    let old = Record::parse(&chain.records[19], ChainType::Standalone).unwrap();
    let payload = Payload { body: &[0xA0], ..old.payload().clone() };
    let mut records = chain.records.clone();
    records.push(record::sign(&key, ChainType::Standalone, &payload).unwrap());
    let (_, findings) = resigned(&chain, &records);
    assert_eq!((findings.reported[0].index, findings.reported[0].why), (20, Fault::Conflicting));
    let other = Record::parse(&records[20], ChainType::Standalone).unwrap();
    assert!(old.conflicts_with(&other) && !old.conflicts_with(&old));
}

#[test]
fn a_pin_refuses_an_older_state_and_another_history() {
    let chain = chain(14, 50);
    let honest = verify(&chain, &chain.records).unwrap();
    let pinned = Exported { roots: chain.roots.clone().with_pin(honest.head), ..chain };
    assert!(verify(&pinned, &pinned.records).is_ok());
    let older = checkpoint_over(&pinned, &pinned.records[..40]);
    let rolled_back = Exported { checkpoint: older, ..pinned };
    assert_eq!(
        verify(&rolled_back, &rolled_back.records[..40]).unwrap_err(),
        Failure::Rollback { pinned: 50, newest: 40 }
    );
    let mut records = rolled_back.records.clone();
    records.truncate(45);
    let (mut appender, _) = resume(&rolled_back, &records);
    records.extend((0..5).map(|_| appender.append(Draft::host(4000, vec![0xA0]).unwrap()).unwrap().record));
    let forked = Exported { checkpoint: appender.checkpoint().unwrap(), ..rolled_back };
    assert_eq!(verify(&forked, &records).unwrap_err(), Failure::Forked { pinned: 50 });
}

#[test]
fn a_verified_chain_is_continued_by_verifier_and_appender() {
    let chain = chain(15, 30);
    let (mut appender, verified) = resume(&chain, &chain.records);
    let documents = List::new(vec![privity::DocumentId::generate().unwrap()]).unwrap();
    let body = Body::Opened(Opened { documents });
    let next = appender.append(Draft::new(&body)).unwrap();
    assert_eq!((next.index, next.sequence), (30, 30));
    let mut verifier = verified.resume(&[appender.checkpoint().unwrap()]).unwrap();
    verifier.push(&next.record).unwrap();
    assert_eq!(verifier.finish().unwrap().findings().head.size, 31);
}

#[test]
fn a_chain_is_anchored_once_enough_known_cosigners_signed_its_newest_checkpoint() {
    let chain = chain(17, 10);
    let witnesses: Vec<_> = [0xA1, 0xA2].map(|seed| testing::signing_key([seed; 32])).into_iter().collect();
    let names = ["witness.example/one", "witness.example/two"];
    let known: Vec<_> = names
        .iter()
        .zip(&witnesses)
        .map(|(name, key)| NoteKey::new(name, KeyKind::CosignatureV1, key.verifying_key()).unwrap())
        .collect();
    let log_key = testing::signing_key(*chain.seeds.last_chunk().unwrap()).verifying_key();
    let log = checkpoint::Log::standalone(origin(&chain), &[log_key]).unwrap();
    let mut note = chain.checkpoint.clone();
    let mut verdicts = Vec::new();
    for signed in 0..=2 {
        for quorum in [0, 1, 2] {
            let roots = chain.roots.clone().with_cosigners(known.clone(), quorum);
            let (records, checkpoint, seeds) = (chain.records.clone(), note.clone(), chain.seeds);
            let cosigned = Exported { roots, records, checkpoint, seeds };
            let findings = verify(&cosigned, &cosigned.records).unwrap();
            verdicts.push(match findings.anchoring {
                Anchoring::Anchored { by } => by.len(),
                Anchoring::Unanchored => 0,
            });
        }
        if let (Some(name), Some(key)) = (names.get(signed), witnesses.get(signed)) {
            let verified = log.verify(note.as_bytes()).unwrap();
            let line = verified.cosign(name, key, 1_800_000_000).unwrap();
            note = checkpoint::merge(note.as_bytes(), line.as_bytes(), &known).unwrap();
        }
    }
    // A quorum of none is one: nobody anchors a chain by asking nobody.
    assert_eq!(verdicts, [0, 0, 0, 1, 1, 0, 2, 2, 2]);
}

#[test]
fn an_appender_under_strange_keys_does_not_resume() {
    let chain = chain(16, 5);
    let (_, verified) = resume(&chain, &chain.records);
    let strange = testing::chain_keys([0xEE; 64]).unwrap();
    let refused = Appender::resume(&verified, strange, Arc::new(SystemClock)).unwrap_err();
    assert_eq!(refused.code(), "key-unknown");
}

fn chain(seed: u8, count: usize) -> Exported {
    let mut seeds = [seed; 64];
    seeds[32..].fill(seed ^ 0x80);
    signed_chain(seeds, &format!("log.example/{seed}"), count)
}

fn signed_chain(seeds: [u8; 64], origin: &str, count: usize) -> Exported {
    let origin = Origin::new(origin).unwrap();
    let keys = testing::chain_keys(seeds).unwrap();
    let (mut appender, genesis) = Appender::new(origin.clone(), keys, Arc::new(SystemClock)).unwrap();
    let roots = TrustRoots::new(origin, genesis.hash);
    let mut records = vec![genesis.record];
    for number in 1..count {
        let number = u8::try_from(number % 24).unwrap();
        let draft = Draft::host(2000, vec![0xA1, 0x01, number]).unwrap();
        records.push(appender.append(draft).unwrap().record);
    }
    Exported { roots, records, checkpoint: appender.checkpoint().unwrap(), seeds }
}

fn verify(chain: &Exported, records: &[Vec<u8>]) -> Result<Findings, Failure> {
    let mut verifier = Verifier::new(chain.roots.clone(), &[&chain.checkpoint]).unwrap();
    records.iter().for_each(|record| verifier.push(record).unwrap());
    verifier.finish().map(|chain| chain.findings().clone())
}

/// Signs a checkpoint over other leaves with the chain's own log key, and verifies under it.
fn resigned(chain: &Exported, records: &[Vec<u8>]) -> (String, Findings) {
    let checkpoint = checkpoint_over(chain, records);
    let mut verifier = Verifier::new(chain.roots.clone(), &[&checkpoint]).unwrap();
    records.iter().for_each(|record| verifier.push(record).unwrap());
    let verified = verifier.finish().unwrap();
    (checkpoint, verified.findings().clone())
}

/// What the holder of the keys can do: go on from any state, without anybody's pin.
fn resume(chain: &Exported, records: &[Vec<u8>]) -> (Appender, VerifiedChain) {
    let origin = Origin::new(origin(chain)).unwrap();
    let roots = TrustRoots::new(origin, leaf_hash(&records[0]));
    let mut verifier = Verifier::new(roots, &[checkpoint_over(chain, records)]).unwrap();
    records.iter().for_each(|record| verifier.push(record).unwrap());
    let verified = verifier.finish().unwrap();
    let keys = testing::chain_keys(chain.seeds).unwrap();
    (Appender::resume(&verified, keys, Arc::new(SystemClock)).unwrap(), verified)
}

fn checkpoint_over(chain: &Exported, records: &[Vec<u8>]) -> String {
    let mut frontier = Frontier::new();
    records.iter().for_each(|record| frontier.push(leaf_hash(record)));
    let head = Head { size: frontier.size(), root: frontier.root().unwrap() };
    let key = testing::signing_key(*chain.seeds.last_chunk().unwrap());
    checkpoint::sign_standalone(origin(chain), &key, &head).unwrap()
}

fn origin(chain: &Exported) -> &str {
    chain.checkpoint.lines().next().unwrap()
}

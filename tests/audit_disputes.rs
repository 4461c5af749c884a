//! Who is accused of what: verdicts must not blame leaves, authors or readers for what others did.

use std::sync::Arc;

use privity::audit::body::{Body, DeviceCertified};
use privity::audit::checkpoint::{self, Head};
use privity::audit::tree::{leaf_hash, root_of};
use privity::audit::{
    Anchoring, Appended, Appender, Draft, Failure, Fault, KeyKind, NoteKey, Origin, TrustRoots,
    VerifiedChain, Verifier,
};
use privity::{Code, DeviceId, Hash, SystemClock, UserId, testing};

const SEEDS: [u8; 64] = {
    let mut seeds = [1; 64];
    let mut at = 32;
    while at < 64 {
        seeds[at] = 2;
        at += 1;
    }
    seeds
};

#[test]
fn a_root_that_nobody_known_signed_accuses_no_leaf() {
    let (mut appender, roots, mut leaves) = begin();
    leaves.extend((0..4).map(|number| appender.append(event(number)).unwrap().record));
    let honest = appender.checkpoint().unwrap();
    assert!(verify(&roots, &[&honest], &leaves).is_ok());
    let mut lines: Vec<_> = honest.split('\n').map(str::to_owned).collect();
    lines[2] = testing::base64::encode(&[9; 32]);
    let forged = lines.join("\n");
    let wrong = Head { size: 5, root: Hash([9; 32]) };
    let stranger = checkpoint::sign_standalone(ORIGIN, &testing::signing_key([3; 32]), &wrong).unwrap();
    for (note, why) in [(&forged, Code::SignatureRefused), (&stranger, Code::LogUnsigned)] {
        assert_eq!(verify(&roots, &[note], &leaves).unwrap_err(), Failure::Unverifiable { why });
        // A leaf that was changed accuses itself, whoever signed.
        let mut edited = leaves.clone();
        *edited[2].last_mut().unwrap() ^= 1;
        assert_eq!(verify(&roots, &[note], &edited).unwrap_err(), Failure::Tampered { first_bad: Some(2) });
    }
    // The chain's own key over another root does accuse the leaves.
    let own = checkpoint::sign_standalone(ORIGIN, &testing::signing_key([2; 32]), &wrong).unwrap();
    assert_eq!(verify(&roots, &[&own], &leaves).unwrap_err(), Failure::Tampered { first_bad: None });
}

#[test]
fn a_record_put_in_again_moves_its_author_nowhere() {
    let (mut appender, roots, mut leaves) = begin();
    leaves.extend((0..4).map(|number| appender.append(event(number)).unwrap().record));
    // Whoever holds the log key repeats old records, and the author goes on, unaware.
    leaves.push(leaves[3].clone());
    leaves.push(leaves[4].clone());
    leaves.push(appender.append(event(9)).unwrap().record);
    let findings = verify(&roots, &[&sign_over(&leaves)], &leaves).unwrap().findings().clone();
    let reported: Vec<_> = findings.reported.iter().map(|leaf| (leaf.index, leaf.why)).collect();
    assert_eq!(reported, [(5, Fault::Sequence), (6, Fault::Sequence)], "and not the author's next");
}

#[test]
fn an_edited_leaf_is_no_gap() {
    let (mut appender, roots, mut leaves) = begin();
    leaves.extend((0..14).map(|number| appender.append(event(number)).unwrap().record));
    let note = appender.checkpoint().unwrap();
    let missing = |leaves: &[Vec<u8>]| verify(&roots, &[&note], leaves).unwrap_err();
    let (have, want) = (14, 15);
    let mut gap = leaves.clone();
    gap.remove(5);
    assert_eq!(missing(&gap), Failure::Incomplete { have, want, first_gap: Some(5) });
    leaves.pop();
    *leaves[5].last_mut().unwrap() ^= 1;
    assert_eq!(missing(&leaves), Failure::Incomplete { have, want, first_gap: None });
}

#[test]
fn a_verifier_that_goes_on_calls_another_history_forked_and_passes_older_checkpoints_over() {
    let (mut appender, roots, mut leaves) = begin();
    let mut notes = vec![appender.checkpoint().unwrap()];
    for number in 0..2 {
        leaves.push(appender.append(event(number)).unwrap().record);
        notes.push(appender.checkpoint().unwrap());
    }
    let verified = || verify(&roots, &[&notes[1]], &leaves[..2]).unwrap();
    let mut verifier = verified().resume(&notes).unwrap();
    verifier.push(&leaves[2]).unwrap();
    assert_eq!(verifier.finish().unwrap().findings().head.size, 3);
    // The same keys, the same size, another history.
    let other = Head { size: 2, root: Hash([7; 32]) };
    let other = checkpoint::sign_standalone(ORIGIN, &testing::signing_key([2; 32]), &other).unwrap();
    let forked = verified().resume(&[other]).unwrap().finish().unwrap_err();
    assert_eq!(forked, Failure::Forked { pinned: 2 });
}

#[test]
fn a_crash_before_the_checkpoint_uses_no_sequence_twice() {
    let (mut appender, roots, mut leaves) = begin();
    let note = appender.checkpoint().unwrap();
    leaves.extend((0..3).map(|number| appender.append(event(number)).unwrap().record));
    let verified = verify(&roots, &[&note], &leaves).unwrap();
    assert_eq!(verified.findings().ignored, 3);
    let keys = || testing::chain_keys(SEEDS).unwrap();
    let clock = || Arc::new(SystemClock);
    let refused = |tail: &[Vec<u8>]| {
        Appender::resume_with(&verified, tail, keys(), clock()).map(|_| ()).unwrap_err().code()
    };
    assert_eq!(Appender::resume(&verified, keys(), clock()).unwrap_err().code(), "tail-left");
    assert_eq!(refused(&leaves[1..3]), "tail-left");
    let exchanged = [leaves[2].clone(), leaves[1].clone(), leaves[3].clone()];
    assert_eq!(refused(&exchanged), "record-order");
    let mut again = Appender::resume_with(&verified, &leaves[1..], keys(), clock()).unwrap();
    let next = again.append(event(8)).unwrap();
    assert_eq!((next.index, next.sequence), (4, 4));
    leaves.push(next.record);
    let whole = verify(&roots, &[&note, &again.checkpoint().unwrap()], &leaves).unwrap();
    assert!(whole.findings().reported.is_empty());
}

#[test]
fn sequences_end_and_are_not_used_again() {
    let (mut appender, ..) = begin();
    appender.skip_to(u64::MAX);
    assert_eq!(appender.append(event(1)).unwrap().sequence, u64::MAX);
    assert_eq!(appender.append(event(2)).unwrap_err().code(), "record-order");
}

#[test]
fn one_key_under_two_names_and_the_chains_own_key_are_no_quorum() {
    let (appender, roots, leaves) = begin();
    let witness = testing::signing_key([0xA1; 32]);
    let own = testing::signing_key([2; 32]);
    let log = checkpoint::Log::standalone(ORIGIN, &[own.verifying_key()]).unwrap();
    let note = appender.checkpoint().unwrap();
    let cosigned = |signers: &[(&str, &privity::keys::SigningKey)]| {
        let known: Vec<_> = signers
            .iter()
            .map(|(name, key)| NoteKey::new(name, KeyKind::CosignatureV1, key.verifying_key()).unwrap())
            .collect();
        let mut note = note.clone();
        for (name, key) in signers {
            let line = log.verify(note.as_bytes()).unwrap().cosign(name, key, 1_800_000_000).unwrap();
            note = checkpoint::merge(note.as_bytes(), line.as_bytes(), &known).unwrap();
        }
        let roots = roots.clone().with_cosigners(known, 2);
        verify(&roots, &[&note], &leaves).unwrap().findings().anchoring.clone()
    };
    let other = testing::signing_key([0xA2; 32]);
    assert!(matches!(
        cosigned(&[("w.example/1", &witness), ("w.example/2", &other)]),
        Anchoring::Anchored { .. }
    ));
    assert_eq!(cosigned(&[("w.example/1", &witness), ("w.example/2", &witness)]), Anchoring::Unanchored);
    assert_eq!(cosigned(&[("w.example/1", &witness), ("w.example/2", &own)]), Anchoring::Unanchored);
}

#[test]
fn a_certificate_with_a_key_that_may_not_be_used_certifies_nobody() {
    let certificate = |class: u64, wrapping_key: Box<[u8; 1216]>| {
        let key = |seed: u8| testing::signing_key([seed; 32]).verifying_key().to_bytes();
        let device = DeviceId::from_bytes(*testing::sha256(&key(0x31)).0.first_chunk().unwrap());
        let user = UserId::from_bytes([5; 16]);
        let (record_key, log_key, ssh_key) = (key(0x31), key(0x32), key(0x33));
        Body::DeviceCertified(DeviceCertified {
            device,
            user,
            record_key,
            log_key,
            ssh_key,
            wrapping_key,
            class,
        })
    };
    let good = Box::new(*testing::identity([6; 32]).unwrap().public().as_bytes());
    for (body, expected) in [
        (certificate(0, good.clone()), None),
        (certificate(1, good.clone()), None),
        (certificate(2, good), Some(Fault::Device)),
        (certificate(0, Box::new([0; 1216])), Some(Fault::Key)),
    ] {
        let (mut appender, roots, mut leaves) = begin();
        leaves.push(appender.append(Draft::new(&body)).unwrap().record);
        let verified = verify(&roots, &[&appender.checkpoint().unwrap()], &leaves).unwrap();
        assert_eq!(verified.findings().reported.first().map(|leaf| leaf.why), expected);
        assert_eq!(verified.findings().authors.len(), if expected.is_none() { 2 } else { 1 });
    }
}

#[test]
fn a_host_body_that_would_be_too_deep_in_its_record_is_refused_at_once() {
    let nested = |levels: usize| [vec![0x81; levels - 1], vec![0x80]].concat();
    let (mut appender, ..) = begin();
    assert!(appender.append(Draft::host(2000, nested(7)).unwrap()).is_ok());
    assert_eq!(Draft::host(2000, nested(8)).unwrap_err().code(), "cbor");
}

const ORIGIN: &str = "log.example/disputes";

fn begin() -> (Appender, TrustRoots, Vec<Vec<u8>>) {
    let origin = Origin::new(ORIGIN).unwrap();
    let keys = testing::chain_keys(SEEDS).unwrap();
    let (appender, genesis): (Appender, Appended) =
        Appender::new(origin.clone(), keys, Arc::new(SystemClock)).unwrap();
    (appender, TrustRoots::new(origin, genesis.hash), vec![genesis.record])
}

fn event(number: u8) -> Draft {
    Draft::host(2000, vec![0xA1, 0x01, number]).unwrap()
}

fn verify(roots: &TrustRoots, notes: &[&String], leaves: &[Vec<u8>]) -> Result<VerifiedChain, Failure> {
    let mut verifier = Verifier::new(roots.clone(), notes).unwrap();
    leaves.iter().for_each(|leaf| verifier.push(leaf).unwrap());
    verifier.finish()
}

/// A checkpoint of these leaves by the chain's own log key.
fn sign_over(leaves: &[Vec<u8>]) -> String {
    let root = root_of(leaves.iter().map(|leaf| leaf_hash(leaf))).unwrap();
    let head = Head { size: leaves.len() as u64, root };
    checkpoint::sign_standalone(ORIGIN, &testing::signing_key([2; 32]), &head).unwrap()
}

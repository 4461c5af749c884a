//! Codes of the chain alone.

use privity::Hash;
use privity_ffi::{
    Blob, ChainKeys, Draft, Head, Log, Tree, TrustRoots, Verifier, begin_chain, host_draft,
    merge_cosignatures, opened_draft, record_hash,
};

use super::Seen;

const ORIGIN: &str = "log.example/court-file-7";

fn origin() -> String {
    ORIGIN.to_owned()
}

fn event() -> Draft {
    host_draft(2_000, Blob::new(&[0xA1, 0x01, 0x07]).unwrap()).unwrap()
}

pub fn steps(seen: &mut Seen) {
    let keys = ChainKeys::generate().unwrap();
    let chain = begin_chain(origin(), keys.clone()).unwrap();
    let appender = chain.appender;
    let mut records = vec![chain.genesis.clone()];
    records.extend(appender.append_all(vec![event(), event()]).unwrap().appended);
    let first = appender.checkpoint().unwrap();
    let opened = opened_draft(vec![privity::DocumentId::generate().unwrap()]).unwrap();
    let mixed = appender.append_all(vec![opened, Draft { kind: 1, ..event() }, event()]).unwrap();
    assert_eq!((mixed.appended.len(), mixed.refused.as_ref().map(|one| one.place)), (1, Some(1)));
    records.extend(mixed.appended);
    let second = appender.checkpoint().unwrap();
    let roots = || TrustRoots {
        origin: origin(),
        genesis: chain.genesis.hash,
        pin: None,
        cosigners: Vec::new(),
        quorum: 1,
    };
    let verify = |roots, checkpoints: &[&String], records: &[Blob]| {
        let notes = checkpoints.iter().map(|&note| note.clone()).collect();
        let verifier = Verifier::new(roots, notes, None)?;
        verifier.push_all(records.to_vec())?;
        verifier.finish()
    };
    let leaves: Vec<_> = records.iter().map(|one| one.record.clone()).collect();

    // It works …
    let verified = verify(roots(), &[&first, &second], &leaves).unwrap();
    let findings = verified.findings().unwrap();
    assert_eq!((findings.head.size, findings.host.len()), (4, 2));
    assert_eq!(findings.head, appender.head().unwrap());
    let vkey = keys.log_vkey(origin()).unwrap();
    let log = |cosigners| Log::standalone(origin(), vec![vkey.clone()], cosigners).unwrap();
    let plain = log(vec![]);
    let pin = plain.verify(first.clone()).unwrap().head;
    let tree = Tree::new(records.iter().map(|one| one.hash).collect()).unwrap();
    assert_eq!(tree.root_at(4).unwrap(), findings.head.root);
    let proof = tree.prove_record(1, 4, second.clone()).unwrap();
    plain.verify_record(proof.clone(), leaves[1].clone()).unwrap();
    assert_eq!(record_hash(leaves[1].clone()).unwrap(), records[1].hash);
    let grown = tree.prove_consistency(3, 4, second.clone()).unwrap();
    plain.verify_consistency(grown.clone(), pin.clone()).unwrap();
    let witness = ChainKeys::generate().unwrap();
    let named = witness.cosigner_vkey("witness.example".to_owned()).unwrap();
    let at = 1_700_000_000;
    let line = plain.cosign(second.clone(), "witness.example".to_owned(), witness.clone(), at).unwrap();
    let cosigned = merge_cosignatures(second.clone(), line, vec![named.clone()]).unwrap();
    let known = TrustRoots { cosigners: vec![named.clone()], ..roots() };
    let anchored = verify(known, &[&first, &cosigned], &leaves).unwrap().findings().unwrap().anchored_by;
    assert_eq!((anchored[0].seconds, &anchored[0].by), (at, &named));

    // … and fails: drafts,
    seen.fails("host-kind", host_draft(1_023, Blob::new(&[0xA0]).unwrap()));
    seen.fails("cbor", host_draft(2_000, Blob::new(&[0xFF]).unwrap()));
    seen.fails("genesis", appender.append(Draft { kind: 1, ..event() }));
    seen.fails("kind-misplaced", appender.append(Draft { kind: 13, ..event() }));
    seen.fails("field", begin_chain("two words".to_owned(), keys.clone()));

    // verifying,
    seen.fails("checkpoint-missing", verify(roots(), &[], &leaves));
    let verifier = Verifier::new(roots(), vec![second.clone()], None).unwrap();
    seen.fails("too-large", verifier.push(Blob::new(&[0; 70_000]).unwrap()));
    let mut altered = leaves.clone();
    let mut bytes = altered[2].as_slice().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    altered[2] = Blob::new(&bytes).unwrap();
    seen.fails("chain-tampered", verify(roots(), &[&second], &altered));
    let verifier = Verifier::new(roots(), vec![second.clone()], None).unwrap();
    verifier.push_all(altered).unwrap();
    seen.fails("chain-tampered", verifier.finish());
    let failure = verifier.failure().unwrap().unwrap();
    assert_eq!((failure.verdict.as_str(), failure.first_bad), ("tampered", Some(2)));
    seen.fails("handle-ended", verifier.finish());
    seen.fails("chain-incomplete", verify(roots(), &[&second], &leaves[..3]));
    let pinned = |size, root| TrustRoots { pin: Some(Head { size, root }), ..roots() };
    seen.fails("chain-rollback", verify(pinned(4, findings.head.root), &[&first], &leaves));
    seen.fails("chain-forked", verify(pinned(3, Hash([1; 32])), &[&second], &leaves));
    let genesis = Hash([1; 32]);
    seen.fails("chain-mismatch", verify(TrustRoots { genesis, ..roots() }, &[&second], &leaves));

    // going on,
    let tail = privity_ffi::Appender::resume;
    let short = || verify(roots(), &[&first], &leaves).unwrap();
    seen.fails("key-unknown", tail(short(), witness.clone(), vec![]));
    seen.fails("tail-left", tail(short(), keys.clone(), vec![]));
    seen.fails("record-order", tail(short(), keys.clone(), vec![leaves[1].clone()]));
    let resumed = tail(short(), keys.clone(), vec![leaves[3].clone()]).unwrap();
    assert_eq!(resumed.head().unwrap(), findings.head);
    let chain = short();
    chain.resume(vec![second.clone()]).unwrap();
    seen.fails("handle-ended", chain.findings());

    // checkpoints and proofs.
    let standalone = |origin: &str, keys: &[&String]| {
        Log::standalone(origin.to_owned(), keys.iter().map(|&key| key.clone()).collect(), vec![])
    };
    seen.fails("checkpoint", standalone("two words", &[]));
    seen.fails("note-key", standalone(ORIGIN, &[&"no vkey".to_owned()]));
    seen.fails("ambiguous-key", standalone(ORIGIN, &[&vkey, &vkey]));
    let elsewhere = standalone("log.example/other", &[]).unwrap();
    seen.fails("origin-mismatch", elsewhere.verify(second.clone()));
    seen.fails("log-unsigned", standalone(ORIGIN, &[]).unwrap().verify(second.clone()));
    seen.fails("note", plain.verify("no note".to_owned()));
    let last = second.lines().last().unwrap();
    seen.fails("duplicate-signature", plain.verify(format!("{second}{last}\n")));
    seen.fails("signature-refused", plain.verify(second.replacen("\n4\n", "\n5\n", 1)));
    seen.fails("note-mismatch", merge_cosignatures(first.clone(), second.clone(), vec![]));
    seen.fails("proof", plain.verify_record(proof.clone(), leaves[2].clone()));
    seen.fails("proof-text", plain.verify_record("no proof".to_owned(), leaves[1].clone()));
    let extra = proof.replacen("\nindex", "\nextra AAAA\nindex", 1);
    seen.fails("proof-extra", plain.verify_record(extra, leaves[1].clone()));
    seen.fails("proof", plain.verify_consistency(grown, Head { size: 2, ..pin }));
    seen.fails("tree-range", tree.root_at(5));
    seen.fails("tree-incomplete", tree.prove_record(0, 1_000, second));
}

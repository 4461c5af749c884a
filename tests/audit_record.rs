//! What holds for every record: one encoding, one purpose a signature, nothing personal inside.

#[path = "audit_record/bodies.rs"]
mod bodies;

use privity::testing::body::{Body, DocumentVersion};
use privity::testing::cbor::Writer;
use privity::testing::cose::{self, Kid, Sign1};
use privity::testing::detail::{DetailKey, DetailPlace, DetailRoot, Details, commitment};
use privity::testing::keyring::{KeyRing, NewKeys};
use privity::testing::kind::{ChainType, Kind, Meaning};
use privity::testing::label::ObjectClass;
use privity::testing::order::{self, Newest, OrderFault};
use privity::testing::record::{self, Draft, LedgerHead, Payload, Record};
use privity::testing::sign::SigningKey;
use privity::testing::{approval, sha256, signing_key};
use privity::{ChainId, DeviceId, Hash, Timestamp, UserId};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

#[test]
fn every_body_is_read_as_it_was_written() {
    const CASES: u32 = 64;
    let mut runner = TestRunner::new(ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let defined: Vec<Kind> =
        Kind::ALL.iter().copied().filter(|kind| kind.meaning() == Meaning::Defined).collect();
    for &kind in &defined {
        runner
            .run(&bodies::of(kind), |(chain_type, body)| {
                prop_assert_eq!(body.kind(), kind);
                let encoded = body.encode();
                let payload = payload(chain_type, kind, &encoded);
                let signed = record::sign(&key(1), chain_type, &payload).unwrap();
                let record = Record::parse(&signed, chain_type).unwrap();
                record.verify(&key(1).verifying_key()).unwrap();
                prop_assert_eq!(record.payload(), &payload);
                prop_assert_eq!(record.body().unwrap(), body);
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
    println!("{} kinds with a body, {CASES} records of each", defined.len());
    assert_eq!(defined.len(), 34);
}

#[test]
fn what_is_read_has_one_encoding_whatever_was_changed() {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let strategy = (bodies::of(Kind::SEALED), any::<[(u16, u8); 2]>());
    let (accepted, refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    runner
        .run(&strategy, |((chain_type, body), changes)| {
            let encoded = body.encode();
            let mut bytes = payload(chain_type, body.kind(), &encoded).to_cbor();
            prop_assert!(Payload::parse(&bytes, chain_type).is_ok());
            for (at, value) in changes {
                let at = usize::from(at) % bytes.len();
                bytes[at] = value;
            }
            match Payload::parse(&bytes, chain_type) {
                Ok(read) => {
                    prop_assert_eq!(read.to_cbor(), bytes.clone());
                    if let Ok(body) = Body::decode(read.kind, chain_type, read.chain, read.body) {
                        prop_assert_eq!(body.encode(), read.body);
                    }
                    accepted.set(accepted.get() + 1);
                }
                Err(_) => refused.set(refused.get() + 1),
            }
            Ok(())
        })
        .unwrap();
    println!("{} changed payloads read, {} refused", accepted.get(), refused.get());
    assert!(accepted.get() > 0 && refused.get() > 0);
}

#[test]
fn any_changed_bit_of_a_record_is_refused() {
    let signed = sealed_record();
    let good = Record::parse(&signed, ChainType::Standalone).unwrap();
    good.verify(&key(1).verifying_key()).unwrap();
    let mut codes = std::collections::BTreeMap::<&str, usize>::new();
    for bit in 0..signed.len() * 8 {
        let mut changed = signed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let verdict = Record::parse(&changed, ChainType::Standalone)
            .and_then(|record| record.verify(&key(1).verifying_key()));
        *codes.entry(verdict.unwrap_err().code()).or_default() += 1;
    }
    for cut in 0..signed.len() {
        assert!(Record::parse(&signed[..cut], ChainType::Standalone).is_err());
    }
    println!("{} bits, {} cuts: {codes:?}", signed.len() * 8, signed.len());
}

#[test]
fn an_object_of_one_class_verifies_as_no_other() {
    let payload = [0xA0];
    let (mut accepted, mut refused) = (0, 0);
    for &made in ObjectClass::ALL {
        let object = cose::sign(&key(1), made, &payload).unwrap();
        let object = Sign1::parse(&object).unwrap();
        for &wanted in ObjectClass::ALL {
            let verdict = object.verify(&key(1).verifying_key(), wanted);
            if made == wanted {
                verdict.unwrap();
                accepted += 1;
            } else {
                assert_eq!(verdict.unwrap_err().code(), "signature-refused", "{made:?} as {wanted:?}");
                refused += 1;
            }
        }
    }
    // And through the door that records come in by.
    let signed = sealed_record();
    let record = Record::parse(&signed, ChainType::Standalone).unwrap();
    record.verify(&key(1).verifying_key()).unwrap();
    for &class in ObjectClass::ALL {
        let other = cose::sign(&key(1), class, record.object().payload()).unwrap();
        let verdict = Record::parse(&other, ChainType::Standalone).unwrap().verify(&key(1).verifying_key());
        assert_eq!(verdict.is_ok(), class == ObjectClass::Record, "{class:?}");
    }
    println!("{accepted} accepted, {refused} refused");
    assert_eq!((accepted, refused), (3, 6));
}

#[test]
fn a_record_names_the_key_it_is_verified_with() {
    let signed = sealed_record();
    let record = Record::parse(&signed, ChainType::Standalone).unwrap();
    assert_eq!(record.kid(), Kid::of(&key(1).verifying_key()));
    assert_eq!(record.verify(&key(2).verifying_key()).unwrap_err().code(), "key-unknown");
}

#[test]
fn nothing_is_signed_that_would_be_refused() {
    let body = empty_map();
    let good = payload(ChainType::Matter, Kind::from_number(1_024), &body);
    record::sign(&key(1), ChainType::Matter, &good).unwrap();
    let sign =
        |chain_type, payload: &Payload<'_>| record::sign(&key(1), chain_type, payload).unwrap_err().code();
    assert_eq!(sign(ChainType::Standalone, &good), "field", "a ledger head without a ledger");
    assert_eq!(sign(ChainType::Matter, &Payload { ledger_head: None, ..good.clone() }), "field");
    assert_eq!(sign(ChainType::Matter, &Payload { kind: Kind::USER, ..good.clone() }), "kind-misplaced");
    assert_eq!(sign(ChainType::Matter, &Payload { kind: Kind::GRANT, ..good.clone() }), "field");
    assert_eq!(sign(ChainType::Matter, &Payload { body: &[0xA0, 0xA0], ..good.clone() }), "cbor");
    assert_eq!(sign(ChainType::Matter, &Payload { body: &[0xF6], ..good.clone() }), "cbor");
    let twice = Payload { subjects: vec![[1; 16], [1; 16]], ..good.clone() };
    assert_eq!(sign(ChainType::Matter, &twice), "field");
    assert_eq!(Draft::host(1_023, body.clone()).unwrap_err().code(), "host-kind");
    assert_eq!(Draft::host(1_024, vec![0xF6]).unwrap_err().code(), "cbor");
    let mut draft = Draft::host(1_024, body).unwrap();
    draft.subjects = vec![[2; 16], [1; 16], [2; 16]];
    assert_eq!(draft.sorted_subjects(), [[1; 16], [2; 16]]);
}

#[test]
fn two_records_under_one_sequence_are_conflicting_and_only_they() {
    let body = empty_map();
    let base = payload(ChainType::Standalone, Kind::from_number(1_024), &body);
    let sign = |payload: &Payload<'_>| record::sign(&key(1), ChainType::Standalone, payload).unwrap();
    let later = Payload { at: Timestamp::from_micros(99).unwrap(), ..base.clone() };
    let conflicts = |one: &Payload<'_>, other: &Payload<'_>| {
        let (one, other) = (sign(one), sign(other));
        let parse = |bytes| Record::parse(bytes, ChainType::Standalone).unwrap();
        parse(&one).conflicts_with(&parse(&other))
    };
    assert!(conflicts(&base, &later));
    assert!(!conflicts(&base, &base), "the same bytes twice are one record");
    assert!(!conflicts(&base, &Payload { sequence: 1, ..later.clone() }));
    assert!(!conflicts(&base, &Payload { chain: ChainId::from_bytes([9; 16]), ..later.clone() }));
    assert!(!conflicts(&base, &Payload { author: DeviceId::from_bytes([9; 16]), ..later }));
}

#[test]
fn an_authors_records_follow_one_another() {
    let body = empty_map();
    let at = |micros| Timestamp::from_micros(micros).unwrap();
    let base = Payload {
        at: at(50),
        sequence: 5,
        ..payload(ChainType::Standalone, Kind::from_number(1_024), &body)
    };
    let sign = |payload: &Payload<'_>| record::sign(&key(1), ChainType::Standalone, payload).unwrap();
    let first = sign(&base);
    let first = Record::parse(&first, ChainType::Standalone).unwrap();
    let newest = Newest::of(&first, first.hash());
    let check = |newest: Option<&Newest>, payload: &Payload<'_>| {
        let record = sign(payload);
        let record = Record::parse(&record, ChainType::Standalone).unwrap();
        order::check(newest, &record, record.hash())
    };
    let next = Payload { sequence: 9, previous: Some(newest.hash), ..base.clone() };
    assert_eq!(check(None, &base), Ok(()));
    assert_eq!(check(Some(&newest), &next), Ok(()), "gaps and equal times are allowed");
    let wrong = [
        (Payload { sequence: 5, ..next.clone() }, OrderFault::Conflicting),
        (base.clone(), OrderFault::Sequence),
        (Payload { sequence: 4, ..next.clone() }, OrderFault::Sequence),
        (Payload { previous: None, ..next.clone() }, OrderFault::Previous),
        (Payload { previous: Some(Hash([0; 32])), ..next.clone() }, OrderFault::Previous),
        (Payload { at: at(49), ..next.clone() }, OrderFault::Time),
    ];
    for (payload, fault) in &wrong {
        assert_eq!(check(Some(&newest), payload), Err(*fault));
    }
    assert_eq!(check(None, &next), Err(OrderFault::Previous));
}

#[test]
fn no_key_is_certified_twice_for_whatever_purpose() {
    let public = |seed| key(seed).verifying_key().to_bytes();
    let (a, b, c, d) = (public(1), public(2), public(3), public(4));
    let mut ring = KeyRing::new("log.example");
    ring.certify(&NewKeys { record: &a, log: Some(&b), ssh: Some(&c) }).unwrap();
    for used in [&a, &b, &c] {
        for keys in [
            NewKeys { record: used, log: None, ssh: None },
            NewKeys { record: &d, log: Some(used), ssh: None },
            NewKeys { record: &d, log: None, ssh: Some(used) },
        ] {
            assert_eq!(ring.certify(&keys).unwrap_err().code(), "key-used");
        }
    }
    let both = NewKeys { record: &d, log: Some(&d), ssh: None };
    assert_eq!(ring.certify(&both).unwrap_err().code(), "key-used");
    assert_eq!(ring.len(), 3);
    ring.certify(&NewKeys { record: &d, log: None, ssh: None }).expect("a refused key is not used up");
}

#[test]
fn an_approval_is_of_one_act_in_one_chain() {
    let chain = ChainId::from_bytes([1; 16]);
    let target = approval::target(&chain, Kind::DISPOSED, &[0xA0]);
    assert_eq!(target, approval::target(&chain, Kind::DISPOSED, &[0xA0]));
    assert_ne!(target, approval::target(&ChainId::from_bytes([2; 16]), Kind::DISPOSED, &[0xA0]));
    assert_ne!(target, approval::target(&chain, Kind::DESTROYED, &[0xA0]));
    assert_ne!(target, approval::target(&chain, Kind::DISPOSED, &[0x80]));
}

#[test]
fn one_field_is_disclosed_without_the_others() {
    let details = Details::new([("client", "Ada"), ("matter", "estate"), ("reason", "request")]).unwrap();
    let root = details.root().unwrap();
    let disclosure = details.disclose("matter").unwrap();
    disclosure.verify(&root).unwrap();
    assert!(!holds(&disclosure.to_cbor(), b"Ada") && !holds(&disclosure.to_cbor(), b"request"));
    assert_eq!(details.disclose("nothing").unwrap_err().code(), "field");
    let shown = format!("{details:?} {disclosure:?}");
    assert!(!shown.contains("Ada") && !shown.contains("estate"), "{shown}");
    let again = Details::new([("client", "Ada"), ("client", "Bob")]);
    assert_eq!(again.unwrap_err().code(), "field");
    assert_eq!(Details::new(Vec::<(String, Vec<u8>)>::new()).unwrap_err().code(), "field");
}

#[test]
fn a_dictionary_finds_nothing_in_a_record_whose_details_are_erased() {
    const NAME: &str = "client";
    const TRUTH: &str = "Ada Lovelace";
    let dictionary: Vec<String> = (0..500).map(|n| format!("Client {n}")).chain([TRUTH.to_owned()]).collect();
    // One field alone: its commitment is the only leaf, which is the best case for the guesser.
    let details = Details::new([(NAME, TRUTH)]).unwrap();
    let signed = record_with(&details);
    let record = Record::parse(&signed, ChainType::Standalone).unwrap();
    let recorded = record.payload().details.unwrap();
    let matches = |salt: &[u8; 32], guess: &str| {
        let commitment = commitment(NAME, guess.as_bytes(), salt);
        recorded == DetailRoot { root: privity::testing::tree::leaf_hash(&commitment.0), ..recorded }
            || holds(&signed, &commitment.0)
    };
    let salt = details.disclose(NAME).unwrap().salt;
    let found: Vec<_> = dictionary.iter().filter(|guess| matches(&salt, guess)).collect();
    assert_eq!(found, [TRUTH], "with the salt the guess is right");

    // Without it: every 32 bytes that stand in the record, and those a careless author would take.
    let mut salts: Vec<[u8; 32]> = signed.windows(32).map(|window| window.try_into().unwrap()).collect();
    salts.extend([[0; 32], [0xFF; 32], record.hash().0, sha256(&signed).0, sha256(NAME.as_bytes()).0]);
    let mut tries = 0;
    for salt in &salts {
        for guess in &dictionary {
            assert!(!matches(salt, guess));
            tries += 1;
        }
    }
    println!("{tries} guesses, none right");
}

#[test]
fn a_record_holds_neither_personal_data_nor_a_hash_of_content() {
    let content = b"a letter";
    let secrets: [&[u8]; 5] = [b"Ada Lovelace", b"ada@law.example", b"letter.pdf", b"client", content];
    let details = Details::new([("client", secrets[0]), ("mail", secrets[1]), ("name", secrets[2])]).unwrap();
    let signed = record_with(&details);
    let mut forbidden: Vec<Vec<u8>> = secrets.iter().map(|it| it.to_vec()).collect();
    forbidden.extend(secrets.iter().map(|it| sha256(it).0.to_vec()));
    forbidden.extend(["client", "mail", "name"].map(|name| {
        let disclosed = details.disclose(name).unwrap();
        disclosed.salt.to_vec()
    }));
    // The scan finds what is there: in the blob's plaintext everything is.
    let mut control = Writer::new();
    forbidden.iter().for_each(|it| {
        control.bytes(it);
    });
    let control = control.finish();
    for it in &forbidden {
        assert!(holds(&control, it));
        assert!(!holds(&signed, it));
    }
    let key = DetailKey::generate().unwrap();
    let place = DetailPlace::standalone(
        privity::envelope::Profile::ChaCha,
        ChainId::from_bytes([7; 16]),
        DeviceId::from_bytes([8; 16]),
        3,
    );
    let blob = details.seal(&key, &place).unwrap();
    assert!(forbidden.iter().all(|it| !holds(&blob, it)), "nor does the sealed blob");
    let opened = Details::open(&key, &place, &blob, &details.root().unwrap()).unwrap();
    assert_eq!(opened.get("client"), Some(secrets[0]));
    println!("{} byte strings looked for in {} bytes", forbidden.len(), signed.len());
}

#[test]
fn versions_stand_in_the_order_of_documents_then_versions() {
    let version = |document: u8, version: u32| DocumentVersion {
        document: privity::DocumentId::from_bytes([document; 16]),
        version: version.try_into().unwrap(),
    };
    let list =
        privity::testing::body::List::<_, 1, 256>::new(vec![version(2, 1), version(1, 9), version(1, 2)]);
    assert_eq!(list.unwrap().items(), [version(1, 2), version(1, 9), version(2, 1)]);
}

fn key(seed: u8) -> SigningKey {
    signing_key([seed; 32])
}

/// A payload with every field that this type of chain allows.
fn payload<'b>(chain_type: ChainType, kind: Kind, body: &'b [u8]) -> Payload<'b> {
    let no_head =
        chain_type == ChainType::Standalone || (chain_type == ChainType::Ledger && kind == Kind::GENESIS);
    Payload {
        chain: bodies::LEDGER,
        kind,
        at: Timestamp::from_micros(1_790_000_000_000_000).unwrap(),
        author: DeviceId::from_bytes([2; 16]),
        sequence: 3,
        previous: None,
        ledger_head: (!no_head).then_some(LedgerHead { size: 1, root: Hash([5; 32]) }),
        acting_for: Some(UserId::from_bytes([6; 16])),
        subjects: vec![[1; 16], [2; 16]],
        body,
        details: None,
    }
}

fn sealed_record() -> Vec<u8> {
    record_with(&Details::new([("reason", "request")]).unwrap())
}

fn record_with(details: &Details) -> Vec<u8> {
    let body = empty_map();
    let payload = Payload {
        details: Some(details.root().unwrap()),
        ..payload(ChainType::Standalone, Kind::from_number(2_000), &body)
    };
    record::sign(&key(1), ChainType::Standalone, &payload).unwrap()
}

fn empty_map() -> Vec<u8> {
    vec![0xA0]
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

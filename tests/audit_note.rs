//! Signed notes, checkpoints and *anchored*: one encoding, sizes first, and nothing counts that was
//! not signed.

use std::num::NonZeroUsize;

use privity::testing::checkpoint::{self, Cosigners, Device, Head, Log, Other};
use privity::testing::note::{self, KeyKind, Note, NoteKey};
use privity::testing::proof::{Consistency, TlogProof};
use privity::testing::sign::{SigningKey, VerifyingKey};
use privity::testing::signing_key;
use privity::{DeviceId, FirmId, Hash, UserId};
use proptest::prelude::*;

const FIRM: FirmId = FirmId::from_bytes([7; 16]);

fn key(seed: u64) -> SigningKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    signing_key(bytes)
}

fn public(seed: u64) -> VerifyingKey {
    key(seed).verifying_key()
}

fn head() -> Head {
    Head { size: 9, root: Hash([3; 32]) }
}

fn code<T>(result: privity::Result<T>) -> &'static str {
    result.err().map_or("accepted", |error| error.code())
}

fn cosigner(name: &str, seed: u64) -> NoteKey {
    NoteKey::new(name, KeyKind::CosignatureV1, public(seed)).unwrap()
}

/// A checkpoint by key 1 with cosignatures of these names, keys and times.
fn cosigned(lines: &[(&str, u64, u64)]) -> String {
    let note = checkpoint::sign_firm(FIRM, &key(1), &head()).unwrap();
    let text = Note::parse(note.as_bytes()).unwrap().text();
    let lines: Vec<_> =
        lines.iter().map(|(name, seed, at)| note::cosign(name, &key(*seed), text, *at).unwrap()).collect();
    lines.iter().fold(note.clone(), |note, line| note + line)
}

#[test]
fn a_checkpoint_with_any_byte_changed_is_refused() {
    let note = checkpoint::sign_firm(FIRM, &key(1), &head()).unwrap();
    let log = Log::firm(FIRM, &[public(1)]).unwrap();
    assert_eq!(log.verify(note.as_bytes()).unwrap().head(), &head());
    let mut refused = 0;
    for at in 0..note.len() {
        for bit in 0..8 {
            let mut twin = note.clone().into_bytes();
            twin[at] ^= 1 << bit;
            assert_ne!(code(log.verify(&twin)), "accepted", "byte {at} bit {bit}");
            refused += 1;
        }
        let mut longer = note.clone().into_bytes();
        longer.insert(at, b'A');
        let mut shorter = note.clone().into_bytes();
        shorter.remove(at);
        assert_ne!(code(log.verify(&longer)), "accepted", "inserted at {at}");
        assert_ne!(code(log.verify(&shorter)), "accepted", "removed at {at}");
        assert_ne!(code(log.verify(&note.as_bytes()[..at])), "accepted", "cut at {at}");
        refused += 3;
    }
    println!("checkpoint: {refused} twins refused");
}

#[test]
fn a_changed_cosignature_is_refused_or_is_an_unknown_line() {
    let note = cosigned(&[("witness", 2, 1_790_000_000)]);
    let log = Log::firm(FIRM, &[public(1)]).unwrap().with_cosigners(vec![cosigner("witness", 2)]).unwrap();
    assert_eq!(log.verify(note.as_bytes()).unwrap().cosigned()[0].seconds, 1_790_000_000);
    let start = note.rfind('\u{2014}').unwrap();
    let (mut refused, mut unknown) = (0, 0);
    for at in start..note.len() {
        for bit in 0..8 {
            let mut twin = note.clone().into_bytes();
            twin[at] ^= 1 << bit;
            match log.verify(&twin) {
                Err(_) => refused += 1,
                Ok(verified) => {
                    assert!(verified.cosigned().is_empty(), "byte {at} bit {bit}");
                    unknown += 1;
                }
            }
        }
    }
    println!("cosignature: {refused} twins refused, {unknown} became unknown lines");
    assert!(refused > 500 && unknown > 20);
}

#[test]
fn no_signature_passes_for_one_of_another_kind_name_or_note() {
    let note = cosigned(&[("witness", 1, 5)]);
    let parsed = Note::parse(note.as_bytes()).unwrap();
    let origin = checkpoint::firm_origin(FIRM);
    let plain = NoteKey::new(&origin, KeyKind::Ed25519, public(1)).unwrap();
    let timed = NoteKey::new(&origin, KeyKind::CosignatureV1, public(1)).unwrap();
    assert!(parsed.verify(&plain).unwrap().is_some());
    assert_eq!(parsed.verify(&timed).unwrap(), None, "same key and name, another kind: another key id");
    // The same signatures under the other kind's key id.
    let bytes = parsed.signatures()[0].bytes();
    let relabelled = |key: &NoteKey, bytes: &[u8]| {
        let mut payload = key.key_id().to_be_bytes().to_vec();
        payload.extend_from_slice(bytes);
        format!("{}\n\u{2014} {} {}\n", parsed.text(), key.name(), privity::testing::base64::encode(&payload))
    };
    for (key, bytes) in [
        (&timed, bytes.to_vec()),
        (&timed, [&5_u64.to_be_bytes()[..], bytes].concat()),
        (&plain, parsed.signatures()[1].bytes().to_vec()),
        (&plain, parsed.signatures()[1].bytes()[8..].to_vec()),
    ] {
        let twin = relabelled(key, &bytes);
        assert_eq!(code(Note::parse(twin.as_bytes()).unwrap().verify(key)), "signature-refused");
    }
    // A record's signature key that signed an equal text as another class is not met here: texts of
    // notes begin with an origin, signed objects with CBOR.
    let honest = relabelled(&plain, bytes);
    assert!(Note::parse(honest.as_bytes()).unwrap().verify(&plain).unwrap().is_some());
}

#[test]
fn sizes_are_checked_before_anything_else() {
    let line = note::sign("log", &key(1), "text\n").unwrap();
    let fill = |length: usize| {
        let text = "x".repeat(length - line.len() - 2);
        format!("{text}\n\n{line}")
    };
    assert!(Note::parse(fill(note::MAX_NOTE).as_bytes()).is_ok());
    assert_eq!(code(Note::parse(fill(note::MAX_NOTE + 1).as_bytes())), "too-large");
    assert_eq!(code(Note::parse(&vec![0xff; note::MAX_NOTE + 1])), "too-large", "before the text is read");
    let signed = |count: u64| {
        let lines: String = (0..count).map(|n| note::sign("log", &key(n), "text\n").unwrap()).collect();
        format!("text\n\n{lines}")
    };
    assert_eq!(Note::parse(signed(64).as_bytes()).unwrap().signatures().len(), 64);
    assert_eq!(code(Note::parse(signed(65).as_bytes())), "too-large");
    let extra =
        |length: usize| TlogProof { extra: Some(vec![1; length]), index: 0, hashes: vec![], checkpoint: "" };
    assert!(extra(8_192).to_text().is_ok());
    assert_eq!(code(extra(8_193).to_text()), "too-large");
    assert_eq!(code(extra(0).to_text()), "proof-text", "an empty extra is left out");
    let path = |count: usize| TlogProof {
        extra: None,
        index: 0,
        hashes: vec![Hash([1; 32]); count],
        checkpoint: "",
    };
    assert!(path(64).to_text().is_ok());
    assert_eq!(code(path(65).to_text()), "proof-text");
    let steps = |count: usize| Consistency { old: 1, hashes: vec![Hash([1; 32]); count], checkpoint: "" };
    assert!(steps(63).to_text().is_ok());
    assert_eq!(code(steps(64).to_text()), "proof-text");
}

#[test]
fn a_note_that_is_not_one_is_refused() {
    let note = checkpoint::sign_firm(FIRM, &key(1), &head()).unwrap();
    assert!(Note::parse(note.as_bytes()).is_ok());
    let (text, line) = note.split_once("\n\n").unwrap();
    let (name, encoded) = line.trim_start_matches("\u{2014} ").trim_end().split_once(' ').unwrap();
    let twins = [
        String::new(),
        "\n".to_owned(),
        text.to_owned(),
        format!("{text}\n\n"),
        format!("{text}\n{line}"),
        note.replace('\n', "\r\n"),
        note.trim_end().to_owned(),
        format!("{note}\n"),
        format!("{note}tail"),
        format!("{note}tail\n"),
        format!("{text}\n\n- {name} {encoded}\n"),
        format!("{text}\n\n\u{2013} {name} {encoded}\n"),
        format!("{text}\n\n\u{2014}{name} {encoded}\n"),
        format!("{text}\n\n\u{2014}  {encoded}\n"),
        format!("{text}\n\n\u{2014} {name}  {encoded}\n"),
        format!("{text}\n\n\u{2014} {name} {encoded} \n"),
        format!("{text}\n\n\u{2014} {name}\n"),
        format!("{text}\n\n\u{2014} na+me {encoded}\n"),
        format!("{text}\n\n\u{2014} na\u{00a0}me {encoded}\n"),
        format!("{text}\n\n\u{2014} na\u{2003}me {encoded}\n"),
        format!("{text}\n\n\u{2014} na\tme {encoded}\n"),
        format!("{text}\n\n\u{2014} na\u{0}me {encoded}\n"),
        format!("{text}\n\n\u{2014} {name} {}\n", encoded.trim_end_matches('=')),
        format!("{text}\n\n\u{2014} {name} AAAA\n"),
        format!("{text}\n\n\u{2014} {name} AAAAAA==\n"),
        format!("{text}\n\n\u{2014} {name} AAAAAQB=\n"),
        format!("{text}\n\n\u{2014} {name} {}\n", encoded.replace('/', "_").replace('+', "-") + "-_"),
    ];
    for twin in &twins {
        assert_eq!(code(Note::parse(twin.as_bytes())), "note", "{twin:?}");
    }
    let mut bytes = note.into_bytes();
    bytes[0] = 0xff;
    assert_eq!(code(Note::parse(&bytes)), "note", "no UTF-8");
    println!("notes: {} twins refused", twins.len() + 1);
}

#[test]
fn a_vkey_has_one_text() {
    for kind in [KeyKind::Ed25519, KeyKind::CosignatureV1] {
        let key = NoteKey::new("log.example/1", kind, public(1)).unwrap();
        let vkey = key.vkey();
        assert_eq!(NoteKey::from_vkey(&vkey).unwrap(), key);
        let upper = format!("{:08X}", key.key_id());
        let lower = format!("{:08x}", key.key_id());
        assert_ne!(upper, lower);
        for twin in [
            vkey.replace(&lower, &upper),
            vkey.replace(&lower, "00000000"),
            vkey.replace("log.example", "log-example"),
            vkey.replace(&lower, &format!("+{lower}")),
            vkey.trim_end_matches('=').to_owned(),
            format!("{vkey}\n"),
            format!(" {vkey}"),
            vkey.replacen('+', " ", 1),
            vkey[..vkey.len() - 4].to_owned(),
            "x".repeat(100_000),
            String::new(),
        ] {
            if twin != vkey {
                assert_eq!(code(NoteKey::from_vkey(&twin)), "note-key", "{twin}");
            }
        }
    }
    for name in ["", "a b", "a+b", "a\u{2028}b", "a\nb", "a\u{1}b", &"n".repeat(256)] {
        assert_eq!(code(NoteKey::new(name, KeyKind::Ed25519, public(1))), "note-key", "{name:?}");
    }
    // Keys that verifiers would disagree about do not become log keys: the neutral element.
    let mut weak = [0; 33];
    (weak[0], weak[1]) = (1, 1);
    let weak = format!("log+00000000+{}", privity::testing::base64::encode(&weak));
    assert_eq!(code(NoteKey::from_vkey(&weak)), "public-key");
}

#[test]
fn two_log_keys_of_one_key_id_are_never_known_together() {
    // The attack itself: keys until two share the 32 bits under this origin.
    let mut seen = std::collections::HashMap::new();
    let origin = "standalone";
    let (first, second) = (0_u64..)
        .find_map(|seed| {
            let id = note::key_id(origin, KeyKind::Ed25519, &public(seed));
            seen.insert(id, seed).map(|earlier| (earlier, seed))
        })
        .unwrap();
    println!("two keys of one key id after {} tries", second + 1);
    let note = checkpoint::sign_standalone(origin, &key(first), &head()).unwrap();
    let alone = Log::standalone(origin, &[public(first), public(second + 1)]).unwrap();
    assert!(alone.verify(note.as_bytes()).is_ok());
    let both = [public(first), public(second)];
    assert_eq!(code(Log::standalone(origin, &both)), "ambiguous-key");
    assert_eq!(code(Log::standalone(origin, &[public(1), public(1)])), "ambiguous-key");
    // Under another name the ids differ: the check is over what a note says, name and id.
    assert!(Log::standalone("another-origin", &both).is_ok());
}

#[test]
fn an_origin_of_a_standalone_chain_is_never_a_firms() {
    let sign = |origin: &str| checkpoint::sign_standalone(origin, &key(1), &head());
    for good in ["log", "log.example/court-file-7", "Privity.x", "privity", "ö"] {
        let note = sign(good).unwrap();
        assert!(Log::standalone(good, &[public(1)]).unwrap().verify(note.as_bytes()).is_ok(), "{good}");
    }
    for wrong in
        ["", "a b", "a+b", "a\nb", "a\u{7f}b", "a\u{a0}b", "privity.", "privity.07", &"o".repeat(256)]
    {
        assert_eq!(code(sign(wrong)), "checkpoint", "{wrong:?}");
        assert_eq!(code(Log::standalone(wrong, &[public(1)])), "checkpoint", "{wrong:?}");
    }
    assert_eq!(code(checkpoint::sign_firm(FIRM, &key(1), &Head { size: 0, ..head() })), "checkpoint");
}

#[test]
fn a_strangers_log_is_verified_by_its_own_rules() {
    // Origin and name of the key differ, there is an extension line, the origin has spaces.
    let (origin, name) = ("a stranger's log", "log.example");
    let text = format!("{origin}\n0\n{}\nextension 1\n", privity::testing::base64::encode(&[0; 32]));
    let note = note::assemble(&text, [note::sign(name, &key(5), &text).unwrap().as_str()]).unwrap();
    let vkey = NoteKey::new(name, KeyKind::Ed25519, public(5)).unwrap().vkey();
    let log = Log::foreign(origin, vec![NoteKey::from_vkey(&vkey).unwrap()]).unwrap();
    assert_eq!(log.verify(note.as_bytes()).unwrap().head().size, 0);
    let other = Log::foreign("another log", vec![NoteKey::from_vkey(&vkey).unwrap()]).unwrap();
    assert_eq!(code(other.verify(note.as_bytes())), "origin-mismatch");
    let stranger =
        Log::foreign(origin, vec![NoteKey::new(name, KeyKind::Ed25519, public(6)).unwrap()]).unwrap();
    assert_eq!(code(stranger.verify(note.as_bytes())), "log-unsigned");
    assert_eq!(code(Log::foreign(origin, vec![cosigner(name, 5)])), "note-key");
    assert_eq!(code(Log::foreign("", vec![])), "checkpoint");
    // The same text is no checkpoint of ours.
    let text = format!("ours\n1\n{}\nextension 1\n", privity::testing::base64::encode(&[0; 32]));
    let note = note::assemble(&text, [note::sign("ours", &key(5), &text).unwrap().as_str()]).unwrap();
    assert_eq!(code(Log::standalone("ours", &[public(5)]).unwrap().verify(note.as_bytes())), "checkpoint");
    let foreign =
        Log::foreign("ours", vec![NoteKey::new("ours", KeyKind::Ed25519, public(5)).unwrap()]).unwrap();
    assert!(foreign.verify(note.as_bytes()).is_ok());
    // An empty extension line is no line.
    let text = format!("ours\n1\n{}\n\nextension\n", privity::testing::base64::encode(&[0; 32]));
    let note = note::assemble(&text, [note::sign("ours", &key(5), &text).unwrap().as_str()]).unwrap();
    assert_eq!(code(foreign.verify(note.as_bytes())), "checkpoint");
}

#[test]
fn a_user_counts_once_the_signers_user_never_a_witness_once() {
    let (ann, bob, eve) = ([1; 16], [2; 16], [3; 16]).into_users();
    let device = |n: u8, user: UserId, seed: u64| Device {
        device: DeviceId::from_bytes([n; 16]),
        user,
        log_key: public(seed),
    };
    // Ann signs with key 1 and has a second device; Bob has two.
    let devices =
        [device(1, ann, 1), device(2, ann, 2), device(3, bob, 3), device(4, bob, 4), device(5, eve, 5)];
    let witnesses = [cosigner("witness", 10), cosigner("witness", 11)];
    let cosigners = Cosigners::new(FIRM, &devices, &witnesses).unwrap();
    let log = Log::firm(FIRM, &[public(1)]).unwrap().with_cosigners(cosigners.keys()).unwrap();
    let names: Vec<_> = devices.iter().map(|d| checkpoint::device_name(FIRM, d.device)).collect();
    let others = |lines: &[(&str, u64, u64)], signer: UserId| {
        cosigners.others(&log.verify(cosigned(lines).as_bytes()).unwrap(), signer)
    };
    let all = [
        (names[0].as_str(), 1, 100),
        (names[1].as_str(), 2, 99),
        (names[2].as_str(), 3, 20),
        (names[3].as_str(), 4, 30),
        ("witness", 10, 40),
        ("witness", 11, 50),
        ("stranger", 12, 1_000),
    ];
    let found = others(&all, ann);
    let expected = [Other::User(bob), Other::Witness("witness".to_owned())];
    assert_eq!(found.who().iter().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(found.newest(), Some(50), "the own and the strangers' times do not count");
    let k = |k| NonZeroUsize::new(k).unwrap();
    assert!(found.at_least(k(2)).is_ok());
    assert_eq!(code(found.at_least(k(3))), "unanchored");
    // A caller who names the wrong signer does not make the signer's devices count.
    assert_eq!(others(&all, eve).who(), found.who());
    // The log's own key is no witness of it.
    let own = Cosigners::new(FIRM, &devices[2..], &[cosigner("self", 1)]).unwrap();
    let log = Log::firm(FIRM, &[public(1)]).unwrap().with_cosigners(own.keys()).unwrap();
    let verified = log.verify(cosigned(&[("self", 1, 60), all[2]]).as_bytes()).unwrap();
    assert_eq!(verified.cosigned().len(), 2);
    assert_eq!(own.others(&verified, ann).who().iter().cloned().collect::<Vec<_>>(), [Other::User(bob)]);
    assert_eq!(others(&all[..2], ann).newest(), None);
    assert_eq!(code(others(&all[..2], ann).at_least(k(1))), "unanchored");

    // A cosignature does not say under which name it was made: one key under two names would count
    // twice, so it is not known twice.
    let bob_as_witness = [cosigner("witness", 3)];
    assert_eq!(code(Cosigners::new(FIRM, &devices, &bob_as_witness)), "ambiguous-key");
    let twice = [cosigner("witness", 10), cosigner("second", 10)];
    assert_eq!(code(Cosigners::new(FIRM, &devices, &twice)), "ambiguous-key");
    assert_eq!(code(Cosigners::new(FIRM, &[device(1, ann, 1), device(2, bob, 1)], &[])), "ambiguous-key");
    let plain = NoteKey::new("witness", KeyKind::Ed25519, public(10)).unwrap();
    assert_eq!(code(Cosigners::new(FIRM, &devices, &[plain])), "note-key");
}

trait IntoUsers {
    fn into_users(self) -> (UserId, UserId, UserId);
}

impl IntoUsers for ([u8; 16], [u8; 16], [u8; 16]) {
    fn into_users(self) -> (UserId, UserId, UserId) {
        (UserId::from_bytes(self.0), UserId::from_bytes(self.1), UserId::from_bytes(self.2))
    }
}

#[test]
fn a_newer_cosignature_replaces_the_older_and_nothing_else_moves() {
    let known = [cosigner("witness", 2), cosigner("second", 3)];
    let merge = |note: &str, other: &str| checkpoint::merge(note.as_bytes(), other.as_bytes(), &known);
    let note = cosigned(&[("witness", 2, 100), ("stranger", 9, 1)]);
    let newer = cosigned(&[("witness", 2, 200), ("second", 3, 150), ("stranger", 9, 2), ("other", 8, 2)]);
    let expected = cosigned(&[("witness", 2, 200), ("stranger", 9, 1), ("second", 3, 150)]);
    assert_eq!(merge(&note, &newer).unwrap(), expected);
    assert_eq!(merge(&expected, &note).unwrap(), expected, "an older one changes nothing");
    assert_eq!(merge(&expected, &expected).unwrap(), expected);
    let wrong = cosigned(&[("witness", 2, 300)]).replace("\u{2014} witness ", "\u{2014} second ");
    assert_eq!(merge(&note, &wrong).unwrap(), note, "a line under another name has an unknown key id");
    let mut forged = cosigned(&[("witness", 2, 300)]);
    let at = forged.len() - 10;
    forged.replace_range(at..=at, if &forged[at..=at] == "A" { "B" } else { "A" });
    assert_eq!(code(merge(&note, &forged)), "signature-refused");
    let other = checkpoint::sign_firm(FIRM, &key(1), &Head { size: 10, ..head() }).unwrap();
    assert_eq!(code(merge(&note, &other)), "note-mismatch");
    // Two lines of one cosigner are refused wherever they come from.
    let twice = cosigned(&[("witness", 2, 100), ("witness", 2, 200)]);
    assert_eq!(code(merge(&note, &twice)), "duplicate-signature");
    let full: Vec<_> = (100..163).map(|seed| ("stranger", seed, 1)).collect();
    assert!(Note::parse(cosigned(&full).as_bytes()).is_ok());
    assert_eq!(code(merge(&cosigned(&full), &newer)), "too-large", "64 lines at most, also by merging");
    assert_eq!(code(note::cosign("witness", &key(2), "text\n", 1 << 63)), "note");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_written_the_same(text in "[ -~\n\u{2014}]{0,300}", edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3)) {
        // Near misses of a real note, a proof and a consistency body, and plain noise.
        let note = cosigned(&[("witness", 2, 100)]);
        let proof = TlogProof { extra: Some(vec![1, 2]), index: 7, hashes: vec![Hash([1; 32])], checkpoint: &note };
        let consistency = Consistency { old: 7, hashes: vec![Hash([1; 32])], checkpoint: &note };
        for base in [text, note.clone(), proof.to_text().unwrap(), consistency.to_text().unwrap()] {
            let mut bytes = base.into_bytes();
            for (at, byte) in &edits {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            if let Ok(note) = Note::parse(&bytes) {
                prop_assert_eq!(note.to_text().into_bytes(), bytes.clone());
            }
            if let Ok(proof) = TlogProof::parse(&bytes) {
                prop_assert_eq!(proof.to_text().unwrap().into_bytes(), bytes.clone());
            }
            if let Ok(consistency) = Consistency::parse(&bytes) {
                prop_assert_eq!(consistency.to_text().unwrap().into_bytes(), bytes.clone());
            }
        }
    }
}

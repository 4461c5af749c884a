//! The corpus of the audit targets.

use privity::testing::base64;
use privity::testing::cbor::Writer;
use privity::testing::cose;
use privity::testing::kind::Kind;
use privity::testing::label::ObjectClass;
use privity::testing::note::{self, Note};
use privity::testing::record::Payload;

use super::super::bodies::audit::note::known;
use super::super::bodies::audit::record::{Sample, honest, payload, samples};
use super::super::bodies::audit::{details, key, proof};

/// Target, name of the file, bytes.
pub fn all() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut all = Vec::new();
    chains(&mut |name, bytes| all.push(("audit_chain", name.to_owned(), bytes)));
    detail(&mut |name, bytes| all.push(("audit_details", name.to_owned(), bytes)));
    notes(&mut |name, bytes| all.push(("audit_note", name.to_owned(), bytes)));
    proofs(&mut |name, bytes| all.push(("audit_proof", name.to_owned(), bytes)));
    records(&mut |name, bytes| all.push(("audit_record", name.to_owned(), bytes)));
    all
}

/// A change is its kind and two places, and what else it takes.
fn chains(put: &mut dyn FnMut(&str, Vec<u8>)) {
    put("accept-whole", vec![]);
    put("accept-whole-in-two-steps", vec![4]);
    put("accept-whole-pinned", vec![1]);
    put("accept-whole-two-threads", vec![2]);
    put("accept-edit-past-the-checkpoint", vec![4, 0, 13, 0, 0, 0, 40, 1]);
    put("accept-drop-past-the-checkpoint", vec![4, 1, 12, 0]);
    put("accept-more-past-the-checkpoint", vec![4, 3, 2, 15]);
    put("accept-cut-at-the-checkpoint", vec![1, 8, 12, 0]);
    put("accept-swapped-twice", vec![4, 2, 3, 4, 2, 3, 4]);
    put("accept-doubled-and-dropped", vec![4, 3, 2, 2, 1, 2, 0]);
    put("accept-edited-twice", vec![4, 0, 5, 0, 0, 0, 40, 9, 0, 5, 0, 0, 0, 40, 9]);
    put("refuse-edit-genesis", vec![4, 0, 0, 0, 0, 0, 40, 1]);
    put("refuse-edit-kid", vec![4, 0, 2, 0, 0, 0, 8, 1]);
    put("refuse-edit-payload", vec![4, 0, 7, 0, 0, 0, 60, 1]);
    put("refuse-edit-signature", vec![2, 0, 11, 0, 0, 0, 180, 1]);
    put("refuse-edit-below-the-pin", vec![1, 0, 5, 0, 0, 0, 60, 1]);
    put("refuse-edit-above-the-pin", vec![1, 0, 8, 0, 0, 0, 60, 1]);
    put("refuse-edit-certificate", vec![4, 0, 3, 0, 0, 1, 0, 1]);
    put("refuse-drop", vec![4, 1, 6, 0]);
    put("refuse-drop-genesis", vec![4, 1, 0, 0]);
    put("refuse-drop-past-and-before", vec![4, 1, 14, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
    put("refuse-swap", vec![4, 2, 9, 10]);
    put("refuse-swap-across-the-checkpoint", vec![4, 2, 11, 12]);
    put("refuse-double", vec![4, 3, 4, 5]);
    put("refuse-insert-of-the-twin", vec![4, 4, 6, 6]);
    put("refuse-genesis-of-the-twin", vec![4, 5, 0, 1]);
    put("refuse-splice-of-the-twin", vec![4, 5, 6, 9]);
    put("refuse-splice-of-the-end", vec![2, 5, 5, 15]);
    put("refuse-insert-no-record", vec![4, 6, 0, 4, 3, 1, 2, 3]);
    put("refuse-insert-empty-leaf", vec![4, 6, 0, 11, 0]);
    put("refuse-signed-anew", vec![4, 7, 5, 0, 9]);
    put("refuse-signed-anew-at-the-end", vec![4, 7, 11, 0, 9]);
    put("refuse-signed-anew-below-the-pin", vec![1, 7, 6, 0, 9]);
    put("refuse-cut-before-the-checkpoint", vec![4, 8, 11, 0]);
    put("refuse-cut-at-the-older-checkpoint", vec![1, 8, 5, 0]);
    put("refuse-nothing", vec![4, 8, 0, 0]);
    put("refuse-one-leaf-short-and-doubled", vec![4, 1, 11, 0, 3, 10, 11]);
}

fn detail(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let fields = details::fields();
    let plain = details::plaintext(&fields);
    let under_seal = |plain: &[u8]| [&[1, 0], plain].concat();
    put("accept-blob", [&[0], details::blob(&plain).as_slice()].concat());
    put("accept-blob-undamaged", vec![2]);
    put("accept-plaintext", under_seal(&plain));
    put("accept-plaintext-one-field", under_seal(&details::plaintext(&fields[..1])));
    put("accept-plaintext-empty-name", under_seal(&details::plaintext(&[(String::new(), vec![], [0; 32])])));
    let names: Vec<_> =
        ["Z", "a", "é", "€"].into_iter().map(|name| (name.to_owned(), vec![0xFF], [7; 32])).collect();
    put("accept-plaintext-names-by-bytes", under_seal(&details::plaintext(&names)));
    for (at, shown) in details::honest_disclosures().into_iter().enumerate() {
        put(&format!("accept-disclosure-{at}"), [&[3], shown.to_cbor().as_slice()].concat());
        let mut other = shown.clone();
        other.salt[0] ^= 1;
        put(&format!("refuse-disclosure-salt-{at}"), [&[3], other.to_cbor().as_slice()].concat());
        let mut other = shown.clone();
        other.index ^= 1;
        put(&format!("refuse-disclosure-index-{at}"), [&[3], other.to_cbor().as_slice()].concat());
        let mut other = shown.clone();
        other.value.push(0);
        put(&format!("refuse-disclosure-value-{at}"), [&[3], other.to_cbor().as_slice()].concat());
        let mut other = shown;
        other.proof.pop();
        put(&format!("refuse-disclosure-path-{at}"), [&[3], other.to_cbor().as_slice()].concat());
    }
    // Bytes moved from the value into the name: the lengths tell them apart.
    let mut moved = details::honest_disclosures().swap_remove(1);
    (moved.name, moved.value) = ("nameA".to_owned(), b"da".to_vec());
    put("refuse-disclosure-moved-byte", [&[3], moved.to_cbor().as_slice()].concat());
    put("accept-disclosure-undamaged", vec![4, 1]);
    put("refuse-disclosure-flip", vec![4, 1, 0, 0, 0, 3, 0, 0, 1]);
    put("refuse-disclosure-long-path", vec![4, 0, 2, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4]);
    put("refuse-blob-flip-commitment", vec![2, 0, 0, 0, 30, 0, 0, 1]);
    put("refuse-blob-flip-text", vec![2, 0, 0, 0, 70, 0, 0, 1]);
    put("refuse-blob-cut", vec![2, 1, 0, 0, 90, 0, 0, 0]);
    put("refuse-blob-empty", vec![0]);
    put("refuse-plaintext-other-root", [&[1, 1], plain.as_slice()].concat());
    let reversed: Vec<_> = fields.iter().rev().cloned().collect();
    put("refuse-plaintext-descending", under_seal(&details::plaintext(&reversed)));
    let twice = [fields[0].clone(), fields[0].clone()];
    put("refuse-plaintext-name-twice", under_seal(&details::plaintext(&twice)));
    put("refuse-plaintext-none", under_seal(&details::plaintext(&[])));
    put("refuse-plaintext-trailing", under_seal(&[plain.as_slice(), &[0]].concat()));
    put("refuse-plaintext-salt-short", under_seal(b"\x81\x83\x61a\x41b\x41c"));
    put("refuse-plaintext-four", under_seal(b"\x81\x84\x61a\x41b\x41c\x00"));
    put("refuse-plaintext-count-bomb", under_seal(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"));
    put("refuse-plaintext-map", under_seal(b"\xa0"));
}

fn notes(put: &mut dyn FnMut(&str, Vec<u8>)) {
    for (at, log) in known().logs.iter().enumerate() {
        let name = ["standalone", "firm", "stranger"][at];
        let selector = u8::try_from(at).expect("three");
        let note = &known().notes[at][0];
        let text = Note::parse(note.as_bytes()).expect("honest").text().to_owned();
        put(&format!("accept-bytes-{name}"), [&[0], note.as_bytes()].concat());
        put(&format!("accept-text-{name}"), [&[1, selector], text.as_bytes()].concat());
        put(&format!("accept-undamaged-{name}"), vec![2, selector]);
        put(&format!("accept-merged-{name}"), vec![3, selector]);
        put(
            &format!("refuse-size-{name}"),
            [&[1, selector], text.replace("\n9\n", "\n09\n").as_bytes()].concat(),
        );
        let size_at = u8::try_from(log.origin().len() + 1).expect("short");
        put(&format!("refuse-flip-size-{name}"), vec![2, selector, 0, 0, 0, size_at, 0, 0, 1]);
        put(&format!("refuse-cut-{name}"), vec![2, selector, 1, 0, 0, 90, 0, 0, 0]);
        put(&format!("refuse-merge-other-text-{name}"), vec![3, selector, 0, 0, 0, 3, 0, 0, 1]);
    }
    let [ours, _, foreign] = &known().logs;
    let note = &known().notes[0][0];
    let size_0 = |log: &str| format!("{log}\n0\n{}\n", base64::encode(&[3; 32]));
    put("accept-stranger-size-0", [&[1, 2], size_0(foreign.origin()).as_bytes()].concat());
    put("accept-stranger-extension", [&[1, 2], size_0(foreign.origin()).as_bytes(), b"more\n"].concat());
    put("refuse-size-0", [&[1, 0], size_0(ours.origin()).as_bytes()].concat());
    put(
        "refuse-extension",
        [&[1, 0], size_0(ours.origin()).replace("\n0\n", "\n1\n").as_bytes(), b"more\n"].concat(),
    );
    put("refuse-origin", [&[1, 0], size_0("log.other").replace("\n0\n", "\n1\n").as_bytes()].concat());
    put("refuse-text-of-a-cosignature", b"\x01\x00cosignature/v1\ntime 5\nlog.example\n".to_vec());
    let (text, lines) = note.split_once("\n\n").expect("a note");
    let twice = format!("{note}{}\n", lines.lines().next().expect("a line"));
    put("refuse-line-twice", [&[0], twice.as_bytes()].concat());
    put("refuse-no-signature", [&[0], text.as_bytes(), b"\n\n"].concat());
    let stranger = note::sign("stranger", &key(3), &format!("{text}\n")).expect("a line");
    put("refuse-stranger-alone", [&[0], text.as_bytes(), b"\n\n", stranger.as_bytes()].concat());
    put("refuse-not-utf8", vec![0, 0xFF]);
    for key in &known().keys[2..] {
        let kind = key.kind().byte();
        put(&format!("accept-vkey-{kind}"), [&[4], key.vkey().as_bytes()].concat());
        put(&format!("refuse-vkey-{kind}-other-name"), [&[4, b'x'], key.vkey().as_bytes()].concat());
    }
    put(
        "refuse-vkey-type",
        [&[4], b"log+00000000+".as_slice(), base64::encode(&[9; 33]).as_bytes()].concat(),
    );
    put("refuse-empty", Vec::new());
}

fn proofs(put: &mut dyn FnMut(&str, Vec<u8>)) {
    put("accept-text", [&[0], proof::proof_text(5, 13).as_bytes()].concat());
    let laden = proof::proof_text(5, 13).replacen('\n', "\nextra AAEC\n", 1);
    put("accept-text-extra", [&[0], laden.as_bytes()].concat());
    put("accept-consistency-body", [&[1], proof::consistency_body(3, 13).as_bytes()].concat());
    put("accept-head-path", [&[2, 0], proof::firm().paths[0].encode().as_slice()].concat());
    put("accept-device-path", vec![2, 1, 0xA2, 1, 0, 2, 0x80]);
    let mut before = Writer::new();
    before.map(6).unsigned(1).bytes(b"anchor").unsigned(2).array(0).unsigned(3).unsigned(1);
    before.unsigned(4).bytes(&[1; 32]).unsigned(5).unsigned(0).unsigned(6).array(0);
    put("accept-before", [&[2, 2], before.finish().as_slice()].concat());
    // Size less one, index; old less one: then changes of index, size, leaf and root.
    for (size, index) in [(0, 0), (1, 1), (6, 3), (127, 127), (199, 198)] {
        put(&format!("accept-inclusion-{index}-of-{}", u16::from(size) + 1), vec![3, size, index]);
    }
    put("refuse-inclusion-index", vec![3, 12, 5, 1]);
    put("refuse-inclusion-size", vec![3, 12, 5, 0, 4]);
    put("refuse-inclusion-leaf", vec![3, 12, 5, 0, 0, 1]);
    put("refuse-inclusion-root", vec![3, 12, 5, 0, 0, 0, 1]);
    put("refuse-inclusion-size-0", vec![3, 0, 0, 0, 0x80]);
    put("refuse-inclusion-longer-than-its-claim", vec![3, 2, 2, 0x81, 0x81]);
    put("refuse-inclusion-huge", [[3, 12, 5, 0xFF].as_slice(), &[0xFF; 17]].concat());
    put("refuse-inclusion-hash", vec![3, 12, 5, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 1]);
    put("refuse-inclusion-short", vec![3, 12, 5, 0, 0, 0, 0, 1, 0, 0, 0x40, 0, 0, 0]);
    put(
        "refuse-inclusion-long",
        [[3, 12, 5, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 32].as_slice(), &[1; 32]].concat(),
    );
    // Under the root of 3 leaves, the last of them looks like one of 2: no root is given without its size.
    put("accept-inclusion-in-a-smaller-claim", vec![3, 2, 2, 0x80, 0x80]);
    for (new, old) in [(0, 0), (6, 2), (7, 3), (127, 63), (199, 150)] {
        put(&format!("accept-consistency-{}-to-{}", old + 1, u16::from(new) + 1), vec![4, new, old]);
    }
    put("refuse-consistency-old", vec![4, 12, 5, 1]);
    put("refuse-consistency-new", vec![4, 12, 5, 0, 0x84]);
    put("refuse-consistency-old-root", vec![4, 12, 5, 0, 0, 1]);
    put("refuse-consistency-new-root", vec![4, 12, 5, 0, 0, 0, 1]);
    put("refuse-consistency-backwards", vec![4, 5, 5, 3, 0, 3]);
    put("refuse-consistency-from-0", vec![4, 0, 0, 0x80]);
    put("refuse-consistency-hash", vec![4, 12, 5, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 1]);
    put(
        "refuse-consistency-needless",
        [[4, 5, 5, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 32].as_slice(), &[1; 32]].concat(),
    );
    put("accept-proof-undamaged", vec![5, 12, 5]);
    put("refuse-proof-of-another-leaf", vec![5, 12, 5, 1]);
    put("refuse-proof-flip-index", vec![5, 12, 5, 0, 0, 0, 0, 29, 0, 0, 1]);
    put("refuse-proof-flip-hash", vec![5, 12, 5, 0, 0, 0, 0, 40, 0, 0, 1]);
    put("accept-growth-undamaged", vec![6, 12, 5]);
    put("refuse-growth-from-another-pin", vec![6, 12, 5, 1]);
    put("refuse-growth-flip-old", vec![6, 12, 5, 0, 0, 0, 0, 4, 0, 0, 1]);
    put("accept-path-undamaged", vec![7, 1]);
    put("refuse-path-flip-index", vec![7, 1, 0, 0, 0, 20, 0, 0, 1]);
    let last = u8::try_from(proof::firm().paths[1].encode().len() - 1).expect("short");
    put("refuse-path-flip-heads-hash", vec![7, 1, 0, 0, 0, last, 0, 0, 1]);
    put("refuse-path-flip-hash", vec![7, 0, 0, 0, 0, 40, 0, 0, 1]);
    put("accept-anchor-undamaged", vec![8]);
    put("refuse-anchor-flip-kid", vec![8, 0, 0, 0, 10, 0, 0, 1]);
    put("refuse-anchor-flip-body", vec![8, 0, 0, 0, 140, 0, 0, 1]);
    put("refuse-anchor-cut", vec![8, 1, 0, 0, 200, 0, 0, 0]);
    put("refuse-empty", Vec::new());
}

fn records(put: &mut dyn FnMut(&str, Vec<u8>)) {
    for (at, sample) in samples().iter().enumerate() {
        let at = u8::try_from(at).expect("few");
        let flags = at % 16;
        put(&format!("accept-body-{}", name(at, sample)), vec![2, at, flags]);
    }
    let last = u8::try_from(samples().len()).expect("few") - 1;
    let host = &samples()[usize::from(last) - 1];
    let whole = honest(host);
    put("accept-bytes", [&[0, 3], whole.as_slice()].concat());
    let signed = payload(host.chain_type, host.kind, 0x0F, &host.body).to_cbor();
    put("accept-payload", [&[1, 3, 2], signed.as_slice()].concat());
    put("accept-undamaged", vec![3, last - 1]);
    put("refuse-card", [&[1, 3, 0], signed.as_slice()].concat());
    let with = |subjects: Vec<[u8; 16]>| {
        let payload = Payload { subjects, ..payload(host.chain_type, host.kind, 0, &host.body) };
        [&[1, 3, 2], payload.to_cbor().as_slice()].concat()
    };
    put("refuse-subjects-descending", with(vec![[2; 16], [1; 16]]));
    let card = cose::sign(&key(1), ObjectClass::Card, &signed).expect("it fits");
    put("refuse-bytes-card", [&[0, 3], card.as_slice()].concat());
    put("refuse-subjects-twice", with(vec![[1; 16], [1; 16]]));
    put("refuse-other-chain-type", [&[0, 2], whole.as_slice()].concat());
    put("refuse-ledger-head", vec![2, last, 16]);
    put("refuse-misplaced", vec![2, last, 0x20, 0, 0, 4]);
    put("refuse-body-of-another-kind", vec![2, last, 0x20, 0, 0, 20]);
    put("refuse-body-trailing", vec![2, last, 0, 2, 0, 0, 0, 0, 0, 1, 0xA0]);
    put("refuse-flip-signature", vec![3, last, 0, 0, 0, 200, 0, 0, 1]);
    put("refuse-empty", Vec::new());
}

fn name(at: u8, sample: &Sample) -> String {
    match sample.kind.name() {
        Some(name) if sample.kind == Kind::GENESIS => format!("{name}-{at}"),
        Some(name) => name.to_owned(),
        None => format!("kind-{}", sample.kind.number()),
    }
}

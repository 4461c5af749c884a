//! Signed notes and checkpoints.

use std::sync::OnceLock;

use privity::testing::base64;
use privity::testing::checkpoint::{self, Head, Log};
use privity::testing::note::{self, KeyKind, Note, NoteKey, Signed};
use privity::{FirmId, Hash};

use super::super::input::{Input, damage};
use super::{code, key};

/// Arbitrary bytes, an arbitrary text that is signed, a damaged note, a damaged note to be merged,
/// the text of a key: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn note(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 5 {
        0 => read(input.0),
        1 => signed_text(&mut input),
        2 => damaged(&mut input),
        3 => merged(&mut input),
        _ => vkey(input.0),
    }
}

/// What is read has one text, and a known key's signature is the one that it makes.
fn read(bytes: &[u8]) -> Result<(), &'static str> {
    let note = Note::parse(bytes).map_err(code)?;
    assert_eq!(note.to_text().as_bytes(), bytes, "one text");
    let lines: Vec<_> = note.signatures().iter().map(note::Signature::line).collect();
    for key in &known().keys {
        let signed = match note.verify(key) {
            Ok(Some(Signed::Plainly)) => note::sign(key.name(), &super::key(1), note.text()),
            Ok(Some(Signed::At(time))) => note::cosign(key.name(), &super::key(2), note.text(), time),
            Ok(None) | Err(_) => continue,
        };
        assert!(lines.contains(&signed.expect("a line")), "a signature that its key does not make");
    }
    // At most one log is meant: the origins differ.
    let verdicts = known().logs.each_ref().map(|log| verify(log, bytes));
    let meant = verdicts.into_iter().find(|verdict| *verdict != Err("origin-mismatch"));
    meant.unwrap_or(Err("origin-mismatch"))
}

/// A log may sign anything; a checkpoint is what is one by the text of the format.
fn signed_text(input: &mut Input<'_>) -> Result<(), &'static str> {
    let log = &known().logs[usize::from(input.byte()) % 3];
    let text = std::str::from_utf8(input.0).map_err(|_| "text")?;
    let name = if log.is_ours() { log.origin() } else { NAME };
    let line = note::sign(name, &key(1), text).map_err(code)?;
    let note = note::assemble(text, [line.as_str()]).map_err(code)?;
    let verdict = verify(log, note.as_bytes());
    assert_eq!(verdict.is_ok(), model(log, text).is_some(), "a checkpoint by the text of the format");
    verdict
}

/// A changed note verifies only with its text unchanged, and nobody cosigned who did not.
fn damaged(input: &mut Input<'_>) -> Result<(), &'static str> {
    let which = usize::from(input.byte()) % 3;
    let (log, honest) = (&known().logs[which], &known().notes[which][0]);
    let mut bytes = honest.clone().into_bytes();
    damage(&mut bytes, input);
    let verified = log.verify(&bytes).map_err(code)?;
    let right = log.verify(honest.as_bytes()).expect("honest");
    assert_eq!(verified.text(), right.text(), "another text");
    assert_eq!(verified.signers(), right.signers());
    assert!(verified.cosigned().iter().all(|by| right.cosigned().contains(by)), "a forged cosignature");
    if bytes == honest.as_bytes() {
        assert_eq!(verified.cosigned(), right.cosigned());
    }
    read(&bytes)
}

/// What is merged out of a damaged note still verifies, has the text it had, and brings no
/// cosignature that was not made.
fn merged(input: &mut Input<'_>) -> Result<(), &'static str> {
    let which = usize::from(input.byte()) % 3;
    let (log, [note, newer]) = (&known().logs[which], &known().notes[which]);
    let mut bytes = newer.clone().into_bytes();
    damage(&mut bytes, input);
    let cosigners = known().keys.iter().filter(|key| key.kind() == KeyKind::CosignatureV1);
    let cosigners: Vec<_> = cosigners.cloned().collect();
    let merged = checkpoint::merge(note.as_bytes(), &bytes, &cosigners).map_err(code)?;
    let verified = log.verify(merged.as_bytes()).expect("what is merged verifies");
    assert_eq!(verified.text(), Note::parse(note.as_bytes()).expect("honest").text());
    assert!(matches!(verified.cosigned(), [by] if by.seconds == 5 || by.seconds == 9), "a cosignature lost");
    let again = checkpoint::merge(merged.as_bytes(), &bytes, &cosigners);
    assert_eq!(again.ok().as_ref(), Some(&merged), "twice is once");
    Ok(())
}

/// A key has one text.
fn vkey(bytes: &[u8]) -> Result<(), &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "text")?;
    let key = NoteKey::from_vkey(text).map_err(code)?;
    assert_eq!(key.vkey(), text, "one text");
    Ok(())
}

fn verify(log: &Log, bytes: &[u8]) -> Result<(), &'static str> {
    let verified = log.verify(bytes).map_err(code)?;
    assert_eq!(Some(*verified.head()), model(log, verified.text()), "another head than the text says");
    assert_eq!(log.claimed(bytes).ok().as_ref(), Some(verified.head()));
    Ok(())
}

/// What a checkpoint says, by the text of the format, written apart from the library.
fn model(log: &Log, text: &str) -> Option<Head> {
    let text = text.strip_prefix(log.origin())?.strip_prefix('\n')?;
    let (size, text) = text.split_once('\n')?;
    let (root, extensions) = text.split_once('\n')?;
    let head = Head { size: size.parse().ok()?, root: Hash(base64::decode(root)?.try_into().ok()?) };
    let canonical = head.size.to_string() == size && base64::encode(&head.root.0) == root;
    let allowed = if log.is_ours() {
        head.size > 0 && extensions.is_empty()
    } else {
        extensions.split_terminator('\n').all(|line| !line.is_empty())
    };
    (canonical && allowed).then_some(head)
}

/// An honest checkpoint, cosigned at this time, with a line of somebody unknown.
fn cosigned(log: &Log, time: u64) -> String {
    let text = format!("{}\n9\n{}\n", log.origin(), base64::encode(&[3; 32]));
    let name = if log.is_ours() { log.origin() } else { NAME };
    let lines = [
        note::sign(name, &key(1), &text).expect("a line"),
        note::cosign(WITNESS, &key(2), &text, time).expect("a line"),
        note::sign("stranger", &key(3), &text).expect("a line"),
    ];
    note::assemble(&text, lines.iter().map(String::as_str)).expect("a note")
}

/// The logs of all targets: a standalone chain's, a firm's, a stranger's; and everybody's keys.
pub struct Known {
    pub logs: [Log; 3],
    /// Of each log a checkpoint, cosigned at 5 and at 9.
    pub notes: [[String; 2]; 3],
    pub keys: Vec<NoteKey>,
}

/// What is known beforehand.
pub fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let (ours, witness) = (key(1).verifying_key(), key(2).verifying_key());
        let named = |name: &str| NoteKey::new(name, KeyKind::Ed25519, ours).expect("a name");
        let witness = NoteKey::new(WITNESS, KeyKind::CosignatureV1, witness).expect("a name");
        let logs = [
            Log::standalone("log.example", &[ours]),
            Log::firm(FIRM, &[ours]),
            Log::foreign("a stranger's log", vec![named(NAME)]),
        ];
        let logs = logs.map(|log| log.and_then(|log| log.with_cosigners(vec![witness.clone()])));
        let keys = vec![named("log.example"), named(&checkpoint::firm_origin(FIRM)), named(NAME), witness];
        let logs = logs.map(|log| log.expect("a log"));
        let notes = logs.each_ref().map(|log| [5, 9].map(|time| cosigned(log, time)));
        Known { logs, notes, keys }
    })
}

const FIRM: FirmId = FirmId::from_bytes([7; 16]);
/// Of the stranger's key, which is not the log's origin.
const NAME: &str = "stranger.example/key";
const WITNESS: &str = "witness.example";

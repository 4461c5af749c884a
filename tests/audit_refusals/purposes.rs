//! One signature, one purpose: the key is the same everywhere, which certification forbids, and the
//! attacker chooses what is signed.

use privity::testing::base64;
use privity::testing::checkpoint::{self, Head, Log};
use privity::testing::cose::{self, Kid, Sign1};
use privity::testing::kind::{ChainType, Kind};
use privity::testing::label::{COSIGNATURE_V1, ObjectClass};
use privity::testing::note::{self, KeyKind, Note, NoteKey};
use privity::testing::record::{self, Payload, Record};
use privity::testing::sign::SigningKey;
use privity::testing::signing_key;
use privity::{ChainId, DeviceId, Hash, Timestamp};

const TIME: u64 = 1_790_000_000;
/// A log may be called so; then its checkpoints begin as what a cosigner signs does.
const ORIGIN: &str = "cosignature/v1";

/// What a key of a chain signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Object(ObjectClass),
    Note,
    Cosignature,
}

#[test]
fn no_signature_passes_for_one_of_another_purpose() {
    let contents = [
        checkpoint_text(),
        "log.example\n9\n".to_owned(),
        // A CBOR text of eleven bytes, and a line.
        "klog.exampl\n".to_owned(),
        String::from_utf8(Purpose::Cosignature.message(checkpoint_text().as_bytes())).unwrap(),
    ];
    let (mut accepted, mut refused) = (0, 0);
    for content in &contents {
        for made in all() {
            let signature = made.sign(content);
            assert_eq!(signature, key().sign(&made.message(content.as_bytes())), "what is signed");
            for wanted in all() {
                let verdict = wanted.verify(content.as_bytes(), &signature);
                if made == wanted {
                    verdict.unwrap();
                    accepted += 1;
                } else {
                    assert_eq!(verdict, Err("signature-refused"), "{made:?} as {wanted:?}: {content:?}");
                    refused += 1;
                }
            }
        }
    }
    println!("{accepted} signatures accepted for their purpose, {refused} refused for another");
    assert_eq!((accepted, refused), (20, 80));
}

/// The doors that come before signatures: a record's form, the text of a checkpoint.
#[test]
fn what_is_signed_for_one_purpose_is_no_content_of_another() {
    let payload = payload();
    let text = checkpoint_text();
    let honest = |purpose: Purpose| {
        if let Purpose::Object(_) = purpose { payload.as_slice() } else { text.as_bytes() }
    };
    let (mut accepted, mut refused) = (0, 0);
    for made in all() {
        let message = made.message(honest(made));
        let signature = key().sign(&message);
        made.enter(honest(made), &signature).unwrap();
        accepted += 1;
        for wanted in all().into_iter().filter(|wanted| *wanted != made) {
            // The very bytes that were signed, and the honest content of each of the two.
            for content in [message.as_slice(), honest(made), honest(wanted)] {
                wanted.enter(content, &signature).expect_err(&format!("{made:?} as {wanted:?}"));
                refused += 1;
            }
        }
    }
    println!("{accepted} honest objects enter, {refused} others do not");
    assert_eq!((accepted, refused), (5, 60));
}

/// The one overlap there is: a line of a note says neither how its text was made nor why.
#[test]
fn a_cosigned_message_is_a_notes_text_and_never_a_checkpoint() {
    let text = checkpoint_text();
    let message = String::from_utf8(Purpose::Cosignature.message(text.as_bytes())).unwrap();
    let as_note = Purpose::Note.container(message.as_bytes(), &Purpose::Cosignature.sign(&text));
    Note::parse(&as_note).unwrap().verify(&note_key(KeyKind::Ed25519)).unwrap().expect("as a bare note");
    let foreign = Log::foreign(ORIGIN, vec![note_key(KeyKind::Ed25519)]).unwrap();
    for log in [log(), foreign] {
        let honest = Purpose::Note.container(text.as_bytes(), &Purpose::Note.sign(&text));
        assert_eq!(log.verify(&honest).unwrap().head().size, 9);
        assert_eq!(log.verify(&as_note).unwrap_err().code(), "checkpoint");
    }
}

impl Purpose {
    /// Signs with the function of this purpose.
    fn sign(self, content: &str) -> [u8; 64] {
        let line = match self {
            Purpose::Object(class) => {
                let object = cose::sign(&key(), class, content.as_bytes()).unwrap();
                return *Sign1::parse(&object).unwrap().signature();
            }
            Purpose::Note => note::sign(ORIGIN, &key(), content).unwrap(),
            Purpose::Cosignature => note::cosign(ORIGIN, &key(), content, TIME).unwrap(),
        };
        let encoded = line.trim_end().rsplit(' ').next().unwrap();
        *base64::decode(encoded).unwrap().last_chunk().unwrap()
    }

    /// The bytes that are signed, by the texts of the formats.
    fn message(self, content: &[u8]) -> Vec<u8> {
        match self {
            Purpose::Object(class) => {
                let object = cose::sign(&key(), class, content).unwrap();
                Sign1::parse(&object).unwrap().signed_bytes(class)
            }
            Purpose::Note => content.to_vec(),
            Purpose::Cosignature => [COSIGNATURE_V1, format!("time {TIME}\n").as_bytes(), content].concat(),
        }
    }

    /// What carries such a signature over this content.
    fn container(self, content: &[u8], signature: &[u8; 64]) -> Vec<u8> {
        let (kind, signature) = match self {
            Purpose::Object(class) => {
                let mut object = cose::sign(&key(), class, content).unwrap();
                *object.last_chunk_mut().unwrap() = *signature;
                return object;
            }
            Purpose::Note => (KeyKind::Ed25519, signature.to_vec()),
            Purpose::Cosignature => {
                (KeyKind::CosignatureV1, [TIME.to_be_bytes().as_slice(), signature].concat())
            }
        };
        let line = [note_key(kind).key_id().to_be_bytes().as_slice(), &signature].concat();
        [content, format!("\n\u{2014} {ORIGIN} {}\n", base64::encode(&line)).as_bytes()].concat()
    }

    /// Only the signature, under a good form.
    fn verify(self, content: &[u8], signature: &[u8; 64]) -> Result<(), &'static str> {
        let container = self.container(content, signature);
        let verified = match self {
            Purpose::Object(class) => Sign1::parse(&container).unwrap().verify(&key().verifying_key(), class),
            Purpose::Note => verify_note(&container, KeyKind::Ed25519),
            Purpose::Cosignature => verify_note(&container, KeyKind::CosignatureV1),
        };
        verified.map_err(|error| error.code())
    }

    /// As it comes in from outside: by the whole door, form and all.
    fn enter(self, content: &[u8], signature: &[u8; 64]) -> Result<(), &'static str> {
        let container = self.container(content, signature);
        let entered = match self {
            Purpose::Object(ObjectClass::Record) => Record::parse(&container, ChainType::Standalone)
                .and_then(|record| record.verify(&key().verifying_key())),
            Purpose::Object(_) => return self.verify(content, signature),
            Purpose::Note => log().verify(&container).map(drop),
            Purpose::Cosignature => {
                // Under a checkpoint that the log did sign.
                let line = container.get(content.len() + 1..).unwrap();
                let text = checkpoint_text();
                let signed = Purpose::Note.container(text.as_bytes(), &Purpose::Note.sign(&text));
                let cosigner = NoteKey::new(ORIGIN, KeyKind::CosignatureV1, key().verifying_key()).unwrap();
                let log = log().with_cosigners(vec![cosigner]).unwrap();
                log.verify(&[&signed, line].concat()).map(|verified| assert_eq!(verified.cosigned().len(), 1))
            }
        };
        entered.map_err(|error| error.code())
    }
}

fn verify_note(note: &[u8], kind: KeyKind) -> privity::Result<()> {
    let signed = Note::parse(note)?.verify(&note_key(kind))?;
    assert!(signed.is_some(), "the line is of this key");
    Ok(())
}

fn all() -> Vec<Purpose> {
    let objects = ObjectClass::ALL.iter().copied().map(Purpose::Object);
    objects.chain([Purpose::Note, Purpose::Cosignature]).collect()
}

fn payload() -> Vec<u8> {
    let payload = Payload {
        chain: ChainId::from_bytes([1; 16]),
        kind: Kind::from_number(2_000),
        at: Timestamp::from_micros(1_790_000_000_000_000).unwrap(),
        author: DeviceId::from_bytes(Kid::of(&key().verifying_key()).0),
        sequence: 0,
        previous: None,
        ledger_head: None,
        acting_for: None,
        subjects: Vec::new(),
        body: &[0xA0],
        details: None,
    };
    record::sign(&key(), ChainType::Standalone, &payload).unwrap();
    payload.to_cbor()
}

fn checkpoint_text() -> String {
    let head = Head { size: 9, root: Hash([3; 32]) };
    let note = checkpoint::sign_standalone(ORIGIN, &key(), &head).unwrap();
    Note::parse(note.as_bytes()).unwrap().text().to_owned()
}

fn log() -> Log {
    Log::standalone(ORIGIN, &[key().verifying_key()]).unwrap()
}

fn note_key(kind: KeyKind) -> NoteKey {
    NoteKey::new(ORIGIN, kind, key().verifying_key()).unwrap()
}

fn key() -> SigningKey {
    signing_key([1; 32])
}

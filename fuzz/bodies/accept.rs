//! Shares: manifests, receipts, and the archive of a share, which is sealed here so that the input reaches the inside.

use std::sync::LazyLock;

use privity::Timestamp;
use privity::sharing::age::{Options, Threads};
use privity::sharing::{
    Accepted, CardDetails, Contact, Discard, Keys, Manifest, Party, Receipt, ReceiptAction, Request,
    SignedReceipt, Step, UnverifiedContact, VerifiedContact, accept,
};
use privity::testing::json::{self, Value};
use privity::testing::label::Namespace;
use privity::testing::{self, sha256, signing_key, sshsig, sums};

use super::input::{Input, damage};
use super::share::pack;

/// Counsel sends, an expert receives; without chance.
struct World {
    expert: Party,
    contacts: [Contact; 1],
    known: VerifiedContact,
    files: Vec<(String, Vec<u8>)>,
    archive: Vec<u8>,
    header: Vec<u8>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let (counsel, expert) = (party(1), party(2));
    let to: &[u8; 32] = expert.classic_recipient().as_bytes().try_into().expect("32 bytes");
    let (share, body) = testing::age::x25519_stanza(to, [6; 32], FILE_KEY).expect("wrapped");
    let stanza = format!("X25519 {}", testing::base64::encode_unpadded(&share));
    let known = verified(&expert);
    let files = files(manifest_bytes(&counsel, &expert, &known));
    World {
        contacts: [Contact::Verified(verified(&counsel))],
        archive: pack(&files).expect("safe names"),
        header: testing::age::header_of(&[(stanza, body.to_vec())], FILE_KEY),
        expert,
        known,
        files,
    }
});

fn party(of: u8) -> Party {
    testing::party::party([of; 144]).expect("a party")
}

fn ssh_seed(of: u8) -> [u8; 32] {
    [of; 32]
}

fn at(micros: u64) -> Timestamp {
    Timestamp::from_micros(micros).expect("a time")
}

fn verified(party: &Party) -> VerifiedContact {
    let details = CardDetails {
        name: "A. Person",
        organisation: "",
        not_before: at(0),
        expires: at(2 * NOW),
        with_classic: true,
        previous: None,
    };
    let contact = UnverifiedContact::from_card(party.card(&details).expect("a card"));
    let words = contact.fingerprint().words();
    contact.confirm(&words).expect("its words")
}

fn manifest_bytes(counsel: &Party, expert: &Party, known: &VerifiedContact) -> Vec<u8> {
    let text = |text: &str| Value::Text(text.to_owned());
    let document = |path: &str, name: &str, size: i64| {
        Value::map([
            ("path", text(path)),
            ("name", text(name)),
            ("media_type", text("application/pdf")),
            ("size", Value::Integer(size)),
        ])
    };
    let sender = Value::map([
        ("kind", text("standalone")),
        ("party", text(&hex(counsel.id().as_bytes()))),
        ("name", text("C. Counsel")),
        ("organisation", text("")),
        ("anchor", text(&hex(&counsel.anchor()))),
        ("key", text(&counsel.ssh_key())),
    ]);
    let recipient = Value::map([
        ("name", text("E. Expert")),
        ("recipient", text(&expert.classic_recipient().to_string())),
        ("fingerprint", text(&hex(known.fingerprint().as_bytes()))),
    ]);
    let manifest = Value::map([
        ("format", text("privity.share/1")),
        ("share", text(&"5a".repeat(16))),
        ("salt", text(&"a5".repeat(32))),
        ("created", text(&testing::time::write(at(NOW)))),
        ("expires", text(&testing::time::write(at(NOW + 1_000_000_000)))),
        ("sender", sender),
        ("recipients", Value::List(vec![recipient])),
        ("purpose", text("Expert report")),
        ("designation", text("confidential")),
        ("onward", text("no")),
        ("receipt", Value::Bool(true)),
        ("documents", Value::List(vec![document(PATHS[0], "a.pdf", 8), document(PATHS[1], "b", 0)])),
        ("approvals", Value::List(vec![])),
    ]);
    json::write(&manifest).expect("a manifest")
}

/// The entries of a share around a manifest, listed and signed.
fn files(manifest: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let file = |name: &str, content: &[u8]| (name.to_owned(), content.to_vec());
    let mut files = vec![
        file("README.txt", b"read me\n"),
        file("privity/manifest.json", &manifest),
        file(PATHS[0], b"%PDF-1.7"),
        file(PATHS[1], b""),
    ];
    let listed = files.iter().map(|(name, content)| (name.as_str(), sha256(content)));
    let list = sums::write(listed).expect("a list");
    let signature = sshsig::sign(&signing_key(ssh_seed(1)), Namespace::Disclosure, list.as_bytes());
    files.insert(1, file("SHA256SUMS", list.as_bytes()));
    files.insert(2, file("SHA256SUMS.sig", signature.as_bytes()));
    files
}

fn judge(archive: &[u8]) -> Result<Accepted, (Step, &'static str)> {
    let world = &*WORLD;
    let payload = testing::age::payload(FILE_KEY, [9; 16], archive).expect("sealed");
    let file = [world.header.as_slice(), &payload].concat();
    let request = Request { keys: Keys::Party(&world.expert), contacts: &world.contacts, now: at(NOW) };
    let options = Options { threads: Threads::new(1).expect("one"), watcher: None };
    accept(file.as_slice(), &request, &mut Discard, options)
        .map_err(|refusal| (refusal.step, refusal.error.code()))
}

/// The archive of a share, by the first byte: arbitrary, damaged, with one entry damaged under good checksums, with a
/// manifest that is damaged and signed again. Only what was made is accepted, and of what was signed again only what
/// is for this receiver, now.
///
/// # Errors
/// The code of the refusal.
pub fn archive(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let world = &*WORLD;
    let archive = match input.byte() % 4 {
        0 => input.0.to_vec(),
        1 => {
            let mut archive = world.archive.clone();
            damage(&mut archive, &mut input);
            archive
        }
        2 => {
            let mut files = world.files.clone();
            let entry = usize::from(input.byte()) % files.len();
            damage(&mut files[entry].1, &mut input);
            pack(&files).expect("safe names")
        }
        _ => {
            let mut manifest = world.files[3].1.clone();
            damage(&mut manifest, &mut input);
            return signed_again(manifest);
        }
    };
    match judge(&archive) {
        Ok(_) => {
            assert!(archive == world.archive, "another archive is accepted");
            Ok(())
        }
        Err((step, code)) => {
            assert!(archive != world.archive, "refused at {step:?}: {code}");
            assert!(step != Step::Decrypt, "it opens: {code}");
            Err(code)
        }
    }
}

fn signed_again(manifest: Vec<u8>) -> Result<(), &'static str> {
    let world = &*WORLD;
    let archive = pack(&files(manifest.clone())).expect("safe names");
    let accepted = judge(&archive).map_err(|(step, code)| {
        assert!(step >= Step::Manifest, "it is listed and signed: {code}");
        code
    })?;
    let read = &accepted.manifest;
    assert_eq!(accepted.hash, sha256(&manifest));
    assert_eq!(*read, Manifest::parse(&manifest).expect("what was accepted"));
    let own = [world.expert.recipient().to_string(), world.expert.classic_recipient().to_string()];
    assert!(read.recipients.len() == 1 && own.contains(&read.recipients[0].recipient));
    assert_eq!((read.sender.anchor, read.sender.party), (party(1).anchor(), party(1).id()));
    assert!(
        read.expires.is_none_or(|expires| expires > at(NOW)) && read.created.micros() <= NOW + 600_000_000
    );
    assert_eq!(read.documents.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), PATHS);
    Ok(())
}

/// Manifests, arbitrary and damaged: what is read is written to what reads the same.
///
/// # Errors
/// The code of the refusal.
pub fn manifest(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let bytes = match input.byte() % 2 {
        0 => input.0.to_vec(),
        _ => {
            let mut bytes = honest_manifest();
            damage(&mut bytes, &mut input);
            bytes
        }
    };
    let read = Manifest::parse(&bytes).map_err(|error| error.code())?;
    let written = read.to_bytes().expect("what was read");
    assert!(Manifest::parse(&written).expect("what was written") == read);
    assert!(written.len() <= bytes.len(), "only what is unknown is left out");
    assert!((1..=8).contains(&read.recipients.len()) || read.forwardable());
    assert!(!read.documents.is_empty() && !read.purpose.is_empty());
    Ok(())
}

/// Receipts, arbitrary, damaged, and damaged under a good signature or with a damaged one: one text of each, and none
/// is taken but the one that was signed.
///
/// # Errors
/// The code of the refusal.
pub fn receipt(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let honest = honest_receipt();
    let selector = input.byte() % 4;
    let mut signed = honest.clone();
    match selector {
        0 => signed.json = input.0.to_vec(),
        1 => damage(&mut signed.json, &mut input),
        2 => {
            damage(&mut signed.json, &mut input);
            signed.signature = sshsig::sign(&signing_key(ssh_seed(2)), Namespace::Receipt, &signed.json);
        }
        _ => {
            let mut signature = signed.signature.into_bytes();
            damage(&mut signature, &mut input);
            signed.signature = String::from_utf8(signature).map_err(|_| "sshsig")?;
        }
    }
    if let Ok(read) = Receipt::parse(&signed.json) {
        assert_eq!(read.to_bytes().expect("what was read"), signed.json, "one text");
    }
    let sent = Manifest::parse(&honest_manifest()).expect("a manifest");
    if selector == 0 {
        return Receipt::parse(&signed.json).map(drop).map_err(|error| error.code());
    }
    let read = Receipt::verify(&signed, &sent, &WORLD.known).map_err(|error| error.code())?;
    assert_eq!((read.share, read.manifest), (sent.share, sent.hash().expect("a hash")));
    assert!(selector == 2 || signed == honest, "a receipt that was not signed");
    Ok(())
}

pub fn honest_manifest() -> Vec<u8> {
    WORLD.files[3].1.clone()
}

pub fn honest_archive() -> Vec<u8> {
    WORLD.archive.clone()
}

pub fn honest_receipt() -> SignedReceipt {
    let accepted = Accepted {
        manifest: Manifest::parse(&honest_manifest()).expect("a manifest"),
        hash: sha256(&honest_manifest()),
        contact: WORLD.known.clone(),
        shown: None,
    };
    Receipt::sign(&WORLD.expert, &accepted, ReceiptAction::Received, at(NOW)).expect("a receipt")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const FILE_KEY: [u8; 16] = [5; 16];
const NOW: u64 = 1_790_000_000_000_000;
const PATHS: [&str; 2] = ["documents/0001-a.pdf", "documents/0002-b"];

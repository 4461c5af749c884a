//! Codes of cards, contacts, shares and receipts, and of age files.

use std::sync::Arc;

use privity::{DocumentId, FirmId, Hash};
use privity_ffi::{
    Accepted, Blob, Card, CardDetails, Contact, Header, Identity, Party, ReceiptAction, Result, ShareDraft,
    ShareKeys, SignedReceipt, Terms, age_armor, age_open, age_open_password, age_seal, check_share,
    envelope_seal, parse_manifest, parse_receipt, share_files, sign_receipt, verify_receipt, verify_standing,
};

use super::Seen;
use super::common::{Desk, secret};

pub fn steps(seen: &mut Seen) {
    let (counsel, expert, stranger) = (party(), party(), party());
    cards(seen, &counsel);
    contacts(seen, &expert);
    age_files(seen);

    // A share from counsel to the expert.
    let desk = Desk::new();
    let exhibit = desk.path("exhibit.txt");
    std::fs::write(&exhibit, b"Exhibit 7").unwrap();
    let make = |to: Vec<_>, files: Vec<String>, name: &str| {
        let terms = Terms { expires: Some(EXPIRES - 1), ..terms() };
        let draft = ShareDraft::new(to, "C. Counsel".to_owned(), String::new(), terms)?;
        share_files(counsel.clone(), draft, files, desk.path(name), None, None, None)
    };
    let to = || vec![verified(&expert).addressee().unwrap()];
    seen.fails("terms", make(to(), vec![], "none"));
    seen.fails("share-recipients", make(vec![], vec![exhibit.clone()], "nobody"));
    let made = make(to(), vec![exhibit], "share").unwrap();
    let share = blob(&std::fs::read(desk.path("share")).unwrap());

    let known = vec![verified(&counsel)];
    let check = |share: &Blob, receiver: &Arc<Party>, known: &[Arc<Contact>], now: Option<u64>| {
        let keys = ShareKeys::party(receiver.clone())?;
        check_share(share.clone(), keys, known.to_vec(), now, None, None)
    };
    seen.fails("age-no-match", check(&share, &stranger, &known, None));
    seen.fails("sender-unknown", check(&share, &expert, &[], None));
    seen.fails("share-expired", check(&share, &expert, &known, Some(EXPIRES - 1)));
    let before = made.manifest.created - 11 * 60 * 1_000_000;
    seen.fails("share-not-yet-valid", check(&share, &expert, &known, Some(before)));
    let accepted = check(&share, &expert, &known, None).unwrap();

    // Its archive, sealed again: to somebody else, and altered.
    let archive = expert.age_open(share.as_slice()).unwrap();
    let passed_on = age_seal(vec![stranger.recipient().unwrap()], archive.clone()).unwrap();
    seen.fails("not-a-recipient", check(&passed_on, &stranger, &known, None));
    let sealed = |archive: &[u8]| -> Result<Arc<Accepted>> {
        let altered = age_seal(vec![expert.recipient()?], blob(archive))?;
        check(&altered, &expert, &known, None)
    };
    seen.fails("zip", sealed(b"no archive"));
    // A local header: its name would have 65,535 bytes.
    seen.fails("entry-name", sealed(&[&b"PK\x03\x04"[..], &[0; 22], &[0xFF, 0xFF, 0, 0]].concat()));
    let archive = archive.as_slice();
    let mut renamed = archive.to_vec();
    renamed[HEADER + "README.txt".len() - 1] = b'u';
    seen.fails("share-layout", sealed(&renamed));
    // README.txt, then SHA256SUMS: a byte of the content, and the checksum after it.
    seen.fails("entry-altered", sealed(&altered(archive, 0)));
    let length = u32::from_le_bytes(archive[18..22].try_into().unwrap()) as usize;
    seen.fails("sums", sealed(&altered(archive, HEADER + "README.txt".len() + length)));

    // Its manifest.
    seen.fails("json", parse_manifest(blob(b"{")));
    seen.fails("manifest", parse_manifest(blob(b"{}\n")));
    let text = String::from_utf8(made.bytes.as_slice().to_vec()).unwrap();
    let critical = text.replacen("\"designation\":", "\"critical\":[\"quorum\"],\"designation\":", 1);
    seen.fails("manifest-critical", parse_manifest(blob(critical.as_bytes())));

    // Receipts.
    let signed = sign_receipt(expert.clone(), accepted, ReceiptAction::Received, None).unwrap();
    let verify = |signed: SignedReceipt, contact| verify_receipt(signed, made.bytes.clone(), contact);
    seen.fails("receipt", parse_receipt(blob(b"no receipt")));
    let unsigned = SignedReceipt { signature: "no signature".to_owned(), ..signed.clone() };
    seen.fails("sshsig", verify(unsigned, verified(&expert)));
    seen.fails("receipt-refused", verify(signed, verified(&counsel)));
}

fn cards(seen: &mut Seen, counsel: &Arc<Party>) {
    let card = card(counsel).unwrap();
    seen.fails("card", Card::parse(blob(b"no card")));
    // The id of the key that signed stands behind this.
    let mut other = card.to_bytes().unwrap().as_slice().to_vec();
    let before = [0xA2, 0x01, 0x32, 0x04, 0x50];
    let at = other.windows(before.len()).position(|bytes| bytes == before).unwrap();
    other[at + before.len()] ^= 1;
    seen.fails("card-key", Card::parse(blob(&other)));
    seen.fails("card-not-yet-valid", card.in_force(Some(NOT_BEFORE - 1)));
    seen.fails("card-expired", card.in_force(Some(EXPIRES)));
    seen.fails("party", counsel.card(CardDetails { name: String::new(), ..details() }));
}

fn contacts(seen: &mut Seen, expert: &Arc<Party>) {
    let from_keys = |ssh_key: String, recipients: &[&str]| {
        let recipients = recipients.iter().map(|&one| one.to_owned()).collect();
        Contact::from_keys("E. Expert".to_owned(), String::new(), ssh_key, recipients)
    };
    let (ssh_key, recipient) = (expert.ssh_key().unwrap(), expert.recipient().unwrap());
    seen.fails("ssh-key", from_keys("no key".to_owned(), &[&recipient]));
    seen.fails("age-key-text", from_keys(ssh_key.clone(), &["age1nobody"]));
    seen.fails("age-recipients", from_keys(ssh_key, &[]));

    let first = card(expert).unwrap();
    let unverified = Contact::from_card(first.clone()).unwrap();
    seen.fails("contact-unverified", unverified.addressee());
    seen.fails("card-order", unverified.update(first.clone()));
    let next = CardDetails { previous: Some(first), ..details() };
    let next = expert.with_new_keys().unwrap().card(next).unwrap();
    let changed = verified(expert).update(next).unwrap();
    seen.fails("contact-changed", changed.addressee());
    seen.fails("contact-revoked", changed.revoke().unwrap().addressee());
}

fn age_files(seen: &mut Seen) {
    let identity = Identity::generate().unwrap();
    let open = |file: &[u8]| age_open(identity.clone(), blob(file));
    seen.fails("not-an-age-file", open(b"no age file\n"));
    seen.fails("age-version", open(b"age-encryption.org/v2\n"));
    seen.fails("age-header", open(b"age-encryption.org/v1\nno stanza\n"));
    let mac = "A".repeat(43);
    let header = |stanza: &str| format!("age-encryption.org/v1\n{stanza}\n--- {mac}\n").into_bytes();
    seen.fails("age-stanza", open(&header("-> mlkem768x25519 short\n")));
    let costly = header(&format!("-> scrypt {} 30\n{mac}", "A".repeat(22)));
    seen.fails("age-work-factor", age_open_password(secret("password"), blob(&costly)));
    let sealed = age_seal(vec![identity.recipient().unwrap()], blob(b"content")).unwrap();
    let mut refused = sealed.as_slice().to_vec();
    let at = 5 + refused.windows(5).position(|bytes| bytes == b"\n--- ").unwrap();
    refused[at] = if refused[at] == b'A' { b'B' } else { b'A' };
    seen.fails("age-header-refused", open(&refused));
    let armor = age_armor(sealed).unwrap().replace("-----END", "-----AND");
    seen.fails("armor", open(armor.as_bytes()));
}

/// The archive with the first byte altered of the content of the entry whose local header is here, and
/// with the checksum that belongs to that.
fn altered(archive: &[u8], header: usize) -> Vec<u8> {
    let mut altered = archive.to_vec();
    let long = |at: usize| u32::from_le_bytes(archive[header + at..header + at + 4].try_into().unwrap());
    // "README.txt" and "SHA256SUMS" are of one length.
    let content = header + HEADER + "README.txt".len();
    altered[content] ^= 0x40;
    let end = content + long(18) as usize;
    let checksum = crc32(&altered[content..end]).to_le_bytes();
    altered[header + 14..header + 18].copy_from_slice(&checksum);
    altered
}

/// The checksum of ZIP, as sealing tells it.
fn crc32(content: &[u8]) -> u32 {
    let (firm, document) = (FirmId::generate().unwrap(), DocumentId::generate().unwrap());
    let header = Header { firm, document, version: 1, profile: None, padding: None };
    envelope_seal(header, content).unwrap().summary.digests.crc32
}

fn party() -> Arc<Party> {
    Party::generate().unwrap()
}

fn details() -> CardDetails {
    CardDetails {
        name: "N. N.".to_owned(),
        not_before: NOT_BEFORE,
        expires: EXPIRES,
        organisation: String::new(),
        with_classic: false,
        previous: None,
    }
}

fn card(party: &Arc<Party>) -> Result<Arc<Card>> {
    party.card(details())
}

fn verified(party: &Arc<Party>) -> Arc<Contact> {
    let card = card(party).unwrap();
    let words = card.words().unwrap();
    Contact::from_card(card).unwrap().confirm(words).unwrap()
}

fn terms() -> Terms {
    Terms {
        purpose: "Expert report".to_owned(),
        basis: None,
        designation: None,
        onward: None,
        expires: None,
        receipt: None,
        in_reply_to: None,
    }
}

fn blob(bytes: &[u8]) -> Blob {
    Blob::new(bytes).unwrap()
}

/// A standing of a firm with two devices, for outsiders.
pub fn standing(seen: &mut Seen, standing: &Blob, genesis: Hash) {
    assert_eq!(verify_standing(standing.clone(), genesis).unwrap().genesis, genesis);
    seen.fails("standing", verify_standing(blob(b"no standing"), genesis));
    seen.fails("standing-refused", verify_standing(standing.clone(), Hash([1; 32])));
    // The end is the path of the device among the active ones.
    let mut other = standing.as_slice().to_vec();
    *other.last_mut().unwrap() ^= 1;
    seen.fails("device-not-active", verify_standing(blob(&other), genesis));
}

/// 1 January of 2020 and of 2100, in microseconds.
const NOT_BEFORE: u64 = 1_577_836_800_000_000;
const EXPIRES: u64 = 4_102_444_800_000_000;
/// Bytes of a local header before the name.
const HEADER: usize = 30;

//! Cards.

use privity::sharing::{Card, CardDetails, PartyKind};
use privity::testing::cbor::Writer;
use privity::testing::cose;
use privity::testing::label::ObjectClass;
use privity::testing::{self, base64};

use super::{at, card, details, party, refused, rekeyed};

#[test]
fn a_card_says_what_its_party_said() {
    let party = party(1);
    let first = party.card(&CardDetails { with_classic: true, ..details(None) }).unwrap();
    assert_eq!((first.name(), first.organisation()), ("A. Counsel", "Example LLP"));
    assert_eq!(
        (first.kind(), first.party(), first.anchor()),
        (PartyKind::Standalone, party.id(), party.anchor())
    );
    assert_eq!(first.recipient(), party.recipient());
    assert_eq!(first.classic_recipient(), Some(party.classic_recipient()));
    assert_eq!((first.sequence(), first.previous()), (0, None));
    assert_eq!((first.not_before(), first.expires()), (at(1_000), at(2_000)));
    assert_eq!(first.ssh_key(), party.ssh_key());
    assert!(first.ssh_key().starts_with("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"));
    assert!(first.standing().is_none());
    let second = card(&party, Some(&first));
    assert_eq!((second.sequence(), second.previous()), (1, Some(first.hash())));
    assert_eq!(second.fingerprint(), party.fingerprint());
    assert_ne!(first.fingerprint(), second.fingerprint(), "the classic recipient is one of the keys");

    for card in [first, second] {
        let file = card.to_bytes();
        let again = Card::parse(&file).unwrap();
        assert_eq!((again.to_bytes(), again.hash()), (file.clone(), card.hash()));
        let text = card.to_text().unwrap();
        assert!(text.starts_with("privity-card:") && text.len() < 2_953, "fits a QR code: {}", text.len());
        assert_eq!(Card::from_text(&format!("\n {text}\r\n")).unwrap().to_bytes(), file);
    }
}

#[test]
fn a_card_is_in_force_from_its_first_moment_to_before_its_last() {
    let card = card(&party(1), None);
    refused(card.in_force(at(999)), "card-not-yet-valid");
    card.in_force(at(1_000)).unwrap();
    card.in_force(at(1_999)).unwrap();
    refused(card.in_force(at(2_000)), "card-expired");
}

#[test]
fn no_card_is_made_that_would_not_be_read() {
    let party = party(1);
    let first = card(&party, None);
    let made = |details: CardDetails<'_>| party.card(&details);
    refused(made(CardDetails { name: "", ..details(None) }), "party");
    refused(made(CardDetails { name: &"a".repeat(257), ..details(None) }), "party");
    refused(made(CardDetails { name: "two\nlines", ..details(None) }), "party");
    refused(made(CardDetails { organisation: "\u{202e}PLL", ..details(None) }), "party");
    refused(made(CardDetails { organisation: "a\u{2028}b", ..details(None) }), "party");
    refused(made(CardDetails { expires: at(1_000), ..details(None) }), "terms");
    refused(made(details(Some(&card(&super::party(2), None)))), "card-order");
    made(CardDetails { organisation: "", ..details(Some(&first)) }).unwrap();
    made(CardDetails { name: &"é".repeat(128), ..details(Some(&first)) }).unwrap();
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_card_is_refused() {
    let file = party(1).card(&CardDetails { with_classic: true, ..details(None) }).unwrap().to_bytes();
    let mut codes = std::collections::BTreeMap::<_, usize>::new();
    for bit in 0..file.len() * 8 {
        let mut other = file.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        let code = Card::parse(&other).map(drop).expect_err("a flipped bit").code();
        *codes.entry(code).or_default() += 1;
    }
    for length in 0..file.len() {
        refused(Card::parse(&file[..length]), "card");
    }
    refused(Card::parse(&[file.as_slice(), &[0]].concat()), "card");
    println!("{} bits: {codes:?}", file.len() * 8);
    let known = ["card", "card-key", "party", "public-key", "signature-refused"];
    assert!(codes.keys().all(|code| known.contains(code)), "{codes:?}");
}

#[test]
fn a_text_has_one_form() {
    let text = card(&party(1), None).to_text().unwrap();
    let body = &text["privity-card:".len()..];
    for bad in [
        "",
        "privity-card:",
        body,
        &format!("PRIVITY-CARD:{body}"),
        &format!("privity-card: {body}"),
        &format!("{text}="),
        &format!("{text}AAAA"),
        &text[..text.len() - 1],
        &format!("privity-card:{}", body.replacen(|c: char| c.is_ascii_digit(), "+", 1)),
    ] {
        refused(Card::from_text(bad), "card");
    }
    refused(Card::from_text(&format!("privity-card:{}", "A".repeat(40_000))), "too-large");
}

/// The fields of a card, to be signed with something wrong in them.
struct Payload(Vec<(u64, Vec<u8>)>);

impl Payload {
    fn good() -> Self {
        let party = party(1);
        let unsigned = |value| Writer::new().unsigned(value).clone_out();
        let bytes = |value: &[u8]| Writer::new().bytes(value).clone_out();
        let text = |value| Writer::new().text(value).clone_out();
        Self(vec![
            (1, unsigned(0)),
            (2, bytes(party.id().as_bytes())),
            (3, text("A. Counsel")),
            (4, text("")),
            (5, bytes(&party.anchor())),
            (6, bytes(party.recipient().as_bytes())),
            (8, unsigned(0)),
            (10, unsigned(1)),
            (11, unsigned(2)),
        ])
    }

    fn with(mut self, field: u64, value: Vec<u8>) -> Self {
        self.0.retain(|(number, _)| *number != field);
        self.0.push((field, value));
        self.0.sort();
        self
    }

    fn without(mut self, field: u64) -> Self {
        self.0.retain(|(number, _)| *number != field);
        self
    }

    fn to_cbor(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(self.0.len());
        for (field, value) in &self.0 {
            writer.unsigned(*field).item(value);
        }
        writer.finish()
    }
}

trait CloneOut {
    fn clone_out(&mut self) -> Vec<u8>;
}

impl CloneOut for Writer {
    fn clone_out(&mut self) -> Vec<u8> {
        std::mem::take(self).finish()
    }
}

/// The ssh key of `party(1)`.
fn key() -> privity::keys::SigningKey {
    let mut seed = [1; 32];
    seed[0] = 0;
    testing::signing_key(seed)
}

fn file(parts: &[&[u8]]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(parts.len());
    for part in parts {
        writer.bytes(part);
    }
    [b"PRVYCRD1".as_slice(), &writer.finish()].concat()
}

#[test]
fn what_is_signed_and_wrong_is_refused() {
    let signed =
        |payload: &Payload| file(&[&cose::sign(&key(), ObjectClass::Card, &payload.to_cbor()).unwrap()]);
    Card::parse(&signed(&Payload::good())).unwrap();
    let mut writer = Writer::new();
    let mut bytes = |value: &[u8]| writer.bytes(value).clone_out();
    let unsigned = |value| Writer::new().unsigned(value).clone_out();
    let text = |value: &str| Writer::new().text(value).clone_out();
    let cases = [
        (Payload::good().with(1, unsigned(2)), "card"),
        (Payload::good().with(1, unsigned(1)), "card"),
        (Payload::good().with(2, bytes(&[0; 15])), "card"),
        (Payload::good().with(3, text("")), "party"),
        (Payload::good().with(3, text("a\u{7}")), "party"),
        (Payload::good().with(3, bytes(b"A")), "card"),
        (Payload::good().with(4, text(&"a".repeat(257))), "party"),
        (Payload::good().with(4, text("\u{2066}x")), "party"),
        (Payload::good().with(5, bytes(&[0; 31])), "card"),
        // The neutral point, and a point with torsion: no keys that may be enrolled.
        (Payload::good().with(5, bytes(&[[1].as_slice(), &[0; 31]].concat())), "public-key"),
        (Payload::good().with(6, bytes(&[0; 1215])), "public-key"),
        (Payload::good().with(6, bytes(&[0xFF; 1216])), "public-key"),
        (Payload::good().with(7, bytes(&[0; 32])), "public-key"),
        (Payload::good().with(7, bytes(&[9; 31])), "card"),
        (Payload::good().with(8, unsigned(1)), "card"),
        (Payload::good().with(9, bytes(&[0; 32])), "card"),
        (Payload::good().with(10, unsigned(2)), "card"),
        (Payload::good().with(11, unsigned(1 << 53)), "card"),
        (Payload::good().with(12, unsigned(0)), "card"),
        (Payload::good().without(6), "card"),
        (Payload::good().without(4), "card"),
        (Payload::good().with(5, bytes(&party(2).anchor())), "card-key"),
    ];
    for (payload, code) in &cases {
        refused(Card::parse(&signed(payload)), code);
    }
    println!("{} payloads refused", cases.len());

    let payload = Payload::good().to_cbor();
    let good = cose::sign(&key(), ObjectClass::Card, &payload).unwrap();
    for class in [ObjectClass::Record, ObjectClass::Clawback] {
        refused(Card::parse(&file(&[&cose::sign(&key(), class, &payload).unwrap()])), "signature-refused");
    }
    let other = cose::sign(&testing::signing_key([9; 32]), ObjectClass::Card, &payload).unwrap();
    refused(Card::parse(&file(&[&other])), "card-key");
    refused(Card::parse(&file(&[])), "card");
    refused(Card::parse(&file(&[&good, b""])), "card");
    refused(Card::parse(&file(&[&good, &good, &good])), "card");
    refused(Card::parse(&file(&[&vec![0; 16_385]])), "too-large");
    refused(Card::parse(&[b"PRVYCRD1".as_slice(), &vec![0; 300_000]].concat()), "too-large");
    refused(Card::parse(b"PRVYCRD2"), "card");
    // An array of the card itself and not of its bytes.
    refused(Card::parse(&[b"PRVYCRD1\x81".as_slice(), &good].concat()), "card");
    let firm = Payload::good().with(1, unsigned(1)).to_cbor();
    let firm = cose::sign(&key(), ObjectClass::Card, &firm).unwrap();
    refused(Card::parse(&file(&[&firm, b"PRVYSTN1"])), "standing");
    assert_eq!(base64::encode_url(&[0xFF; 3]), "____");
}

#[test]
fn a_card_of_new_keys_is_signed_by_the_new_ones() {
    let old = card(&party(1), None);
    let new = card(&rekeyed(1), Some(&old));
    assert_eq!((new.party(), new.sequence(), new.previous()), (old.party(), 1, Some(old.hash())));
    assert_ne!(new.fingerprint(), old.fingerprint());
    assert_ne!(new.anchor(), old.anchor());
}

//! Contact cards, and the standing of a firm's device.

use privity::Timestamp;
use privity::sharing::{Card, CardDetails, Party, Standing};
use privity::testing::cbor::Writer;
use privity::testing::cose;
use privity::testing::label::ObjectClass;
use privity::testing::party as doors;
use privity::testing::signing_key;

use super::input::{Input, damage};
use super::vault::firm::small;

/// The seed of the party's ssh key.
const SSH: [u8; 32] = [0x51; 32];

/// A party without chance.
pub fn party() -> Party {
    let seeds = [[0x1D; 16].as_slice(), &SSH, &[0x52; 32], &[0x53; 32], &[0x54; 32]].concat();
    doors::party(seeds.try_into().expect("144 bytes")).expect("a party")
}

/// Its card.
pub fn honest() -> Card {
    let at = |micros| Timestamp::from_micros(micros).expect("a time");
    let details = CardDetails {
        name: "A. Counsel",
        organisation: "Example LLP",
        not_before: at(1_790_000_000_000_000),
        expires: at(1_800_000_000_000_000),
        with_classic: true,
        previous: None,
    };
    party().card(&details).expect("a card")
}

/// What its card signs.
pub fn payload() -> Vec<u8> {
    let card = honest();
    let mut writer = Writer::new();
    writer.map(10).unsigned(1).unsigned(0).unsigned(2).bytes(card.party().as_bytes());
    writer.unsigned(3).text(card.name()).unsigned(4).text(card.organisation());
    writer.unsigned(5).bytes(&card.anchor()).unsigned(6).bytes(card.recipient().as_bytes());
    writer.unsigned(7).bytes(card.classic_recipient().expect("one").as_bytes());
    writer.unsigned(8).unsigned(0).unsigned(10).unsigned(card.not_before().micros());
    writer.unsigned(11).unsigned(card.expires().micros());
    writer.finish()
}

/// Files, arbitrary and damaged, texts, and damaged payloads under a good signature: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn card(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 4 {
        0 => read(input.0).map(drop),
        1 => {
            let honest = honest().to_bytes();
            let mut bytes = honest.clone();
            damage(&mut bytes, &mut input);
            read(&bytes)?;
            assert_eq!(bytes, honest, "nobody signed another card");
            Ok(())
        }
        2 => {
            let mut payload = payload();
            damage(&mut payload, &mut input);
            signed(&payload)
        }
        _ => {
            let text = std::str::from_utf8(input.0).map_err(|_| "not-text")?;
            let card = Card::from_text(text).map_err(code)?;
            assert_eq!(card.to_text().expect("it was one"), text.trim(), "one text");
            Ok(())
        }
    }
}

/// One encoding, and what is read is in the file.
fn read(bytes: &[u8]) -> Result<Card, &'static str> {
    let card = Card::parse(bytes).map_err(code)?;
    assert_eq!(card.to_bytes(), bytes, "one encoding");
    assert!(card.not_before() < card.expires() && !card.name().is_empty());
    assert_eq!(card.previous().is_some(), card.sequence() > 0);
    card.fingerprint().check(&card.fingerprint().words()).expect("its own words");
    Ok(card)
}

/// Whatever is signed, what is read is what was signed, and the key is the anchor.
fn signed(payload: &[u8]) -> Result<(), &'static str> {
    let key = signing_key(SSH);
    let object = cose::sign(&key, ObjectClass::Card, payload).map_err(code)?;
    let again = doors::sign_card(&key, payload);
    let mut writer = Writer::new();
    writer.array(1).bytes(&object);
    let card = read(&[b"PRVYCRD1".as_slice(), &writer.finish()].concat())?;
    assert_eq!(again.expect("it was read"), object, "one encoding of what it says");
    assert_eq!(card.anchor(), key.verifying_key().to_bytes());
    Ok(())
}

/// A standing, arbitrary and damaged: by the first byte. Nothing is claimed that the firm did not sign.
///
/// # Errors
/// The code of the refusal.
pub fn standing(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let (honest, genesis) = (&small().standing, &small().trust.genesis);
    let bytes = match input.byte() % 2 {
        0 => input.0.to_vec(),
        _ => {
            let mut bytes = honest.clone();
            damage(&mut bytes, &mut input);
            bytes
        }
    };
    let claims = |one: &Standing| (one.firm(), *one.head(), *one.row(), *one.committer(), one.at());
    let shown = Standing::verify(&bytes, genesis).map_err(code)?;
    let known = Standing::verify(honest, genesis).expect("honest");
    assert_eq!(claims(&shown), claims(&known));
    assert_eq!((shown.ssh_key(), shown.others()), (known.ssh_key(), 0));
    Ok(())
}

fn code(error: privity::Error) -> &'static str {
    error.code()
}

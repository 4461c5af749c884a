//! Age files: headers, whole files and their armor, the text of keys.

use std::io::Read;
use std::str::FromStr;

use privity::sharing::age::{
    self, Header, Identity, Opener, Opens, Options, Recipient, StreamOpener, Threads,
};
use privity::testing::{self, base64};

use super::input::{Input, damage};

pub const FILE_KEY: [u8; 16] = [5; 16];
const NONCE: [u8; 16] = [9; 16];
/// Lengths of content around the edges of chunks.
pub const LENGTHS: [usize; 6] = [0, 1, 100, 65_535, 65_536, 65_537];

/// What every file here is for.
pub fn identity() -> Identity {
    testing::age::x25519_identity([7; 32]).expect("an identity")
}

/// The stanza that gives the file key to [`identity`].
pub fn stanza() -> (String, Vec<u8>) {
    let identity = identity();
    let to = identity.recipient().as_bytes().try_into().expect("32 bytes");
    let (share, body) = testing::age::x25519_stanza(to, [6; 32], FILE_KEY).expect("wrapped");
    (format!("X25519 {}", base64::encode_unpadded(&share)), body.to_vec())
}

/// A file without chance.
pub fn file(stanzas: &[(String, Vec<u8>)], length: usize) -> Vec<u8> {
    let header = testing::age::header_of(stanzas, FILE_KEY);
    [header, testing::age::payload(FILE_KEY, NONCE, &content(length)).expect("sealed")].concat()
}

fn content(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

/// Headers, arbitrary and damaged; arbitrary stanzas under a good MAC; texts of keys: by the first
/// byte.
///
/// # Errors
/// The code of the refusal.
pub fn header(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 4 {
        0 => read(input.0),
        1 => {
            let mut header = testing::age::header_of(&[stanza()], FILE_KEY);
            damage(&mut header, &mut input);
            read(&header)
        }
        2 => beside(&mut input),
        _ => text(std::str::from_utf8(input.0).map_err(|_| "not-text")?),
    }
}

/// One encoding: what is read is written again byte for byte.
fn read(bytes: &[u8]) -> Result<(), &'static str> {
    let header = Header::read(bytes).map_err(code)?;
    assert!(bytes.starts_with(header.as_bytes()));
    assert_eq!(testing::age::write_again(&header), header.as_bytes(), "one encoding");
    assert!(header.kinds().count() > 0);
    Ok(())
}

/// A stanza of arbitrary arguments and body beside the good one: the file opens to its content, or
/// the stanza is refused as malformed.
fn beside(input: &mut Input<'_>) -> Result<(), &'static str> {
    let line = input.take(80).iter().map(|byte| char::from(b'!' + byte % 94)).collect::<String>();
    let line = line.replace('~', " ");
    // A stanza of ours more often than chance would have it.
    let line = match input.byte() % 4 {
        0 => format!("X25519 {line}"),
        1 => format!("scrypt {line}"),
        _ => line,
    };
    let body = input.0.to_vec();
    let bytes = file(&[(line, body), stanza()], 100);
    let opened = open(&bytes)?;
    assert_eq!(opened, content(100));
    Ok(())
}

/// A key has one text.
fn text(text: &str) -> Result<(), &'static str> {
    let recipient = Recipient::from_str(text).map(|recipient| recipient.to_string());
    let identity = Identity::from_str(text);
    assert!(recipient.is_err() || identity.is_err(), "one text, two kinds");
    match (recipient, identity) {
        (Ok(again), _) => assert_eq!(again, text),
        (_, Ok(identity)) => {
            assert_eq!(identity.to_text().expect("text").expose_secret(), text.as_bytes());
        }
        (Err(error), Err(_)) => return Err(error.code()),
    }
    Ok(())
}

/// Files, arbitrary and damaged, and their armor: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn whole(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let kind = input.byte() % 4;
    let length = LENGTHS[usize::from(input.byte()) % LENGTHS.len()];
    let honest = file(&[stanza()], length);
    match kind {
        0 => open(input.0).map(drop),
        1 => {
            let mut bytes = honest.clone();
            damage(&mut bytes, &mut input);
            let opened = open(&bytes)?;
            assert_eq!(opened, content(length));
            assert_eq!(bytes, honest, "no other bytes open");
            Ok(())
        }
        2 => {
            let mut armor = age::armor::encode(&honest).expect("armor").into_bytes();
            damage(&mut armor, &mut input);
            let opened = open(&armor)?;
            assert_eq!(opened, content(length));
            Ok(())
        }
        // Armor of arbitrary bytes, and arbitrary text in its place.
        _ => {
            let file = age::armor::decode(input.0).map_err(code)?;
            let text = String::from_utf8(input.0.to_vec()).expect("armor is text").replace("\r\n", "\n");
            let again = age::armor::encode(&file).expect("armor");
            let white: &[char] = &[' ', '\t', '\r', '\n'];
            assert_eq!(again.trim_matches(white), text.trim_matches(white), "one encoding");
            Ok(())
        }
    }
}

/// Every way of opening gives the same, and nothing is handed out that was not sealed.
fn open(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let identity = identity();
    let keys: [&dyn Opens; 1] = [&identity];
    let whole = age::open(&keys, bytes);
    let mut forward = Vec::new();
    let read = StreamOpener::new(&keys, bytes).and_then(|mut opener| Ok(opener.read_to_end(&mut forward)?));
    assert_eq!(whole.is_ok(), read.is_ok(), "the ways agree");
    if bytes.starts_with(b"age") {
        let mut anywhere = Vec::new();
        let options = Options { threads: Threads::ONE, watcher: None };
        let copied = Opener::new(&keys, bytes).and_then(|opener| opener.copy_to(&mut anywhere, options));
        assert_eq!(whole.is_ok(), copied.is_ok(), "the ways agree");
        assert!(copied.is_err() || anywhere == forward);
    }
    if let Ok(whole) = &whole {
        assert_eq!(*whole, forward);
    }
    whole.map_err(code)
}

fn code(error: privity::Error) -> &'static str {
    error.code()
}

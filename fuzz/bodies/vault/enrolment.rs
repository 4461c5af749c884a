//! Requests to join and approvals.

use privity::testing::cbor::Writer;
use privity::testing::{identity, signing_key};
use privity::vault::{Approval, EnrolmentRequest};

use super::super::input::{Input, damage};
use super::code;

/// Arbitrary bytes as a request or an approval, an honest one damaged: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn enrolment(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let kind = input.byte() % 4;
    let read = if kind & 1 == 0 { read_request } else { read_approval };
    if kind < 2 {
        return read(input.0);
    }
    let mut bytes = if kind & 1 == 0 { request() } else { approval() };
    damage(&mut bytes, &mut input);
    read(&bytes)
}

/// A request has one text of bytes, and other bytes other words.
fn read_request(bytes: &[u8]) -> Result<(), &'static str> {
    let read = EnrolmentRequest::from_bytes(bytes).map_err(code)?;
    assert_eq!(read.to_bytes(), bytes, "one encoding");
    let honest = EnrolmentRequest::from_bytes(&request()).expect("honest");
    assert_eq!(read.words() == honest.words(), read == honest, "words say what was changed");
    Ok(())
}

fn read_approval(bytes: &[u8]) -> Result<(), &'static str> {
    let read = Approval::from_bytes(bytes).map_err(code)?;
    assert_eq!(read.to_bytes(), bytes, "one encoding");
    let honest = Approval::from_bytes(&approval()).expect("honest");
    assert_eq!(read.words() == honest.words(), read == honest, "words say what was changed");
    Ok(())
}

/// An honest request.
pub fn request() -> Vec<u8> {
    let key = |seed| signing_key([seed; 32]).verifying_key().to_bytes();
    let mut writer = Writer::new();
    writer.map(7).unsigned(1).text("B. Associate").unsigned(2).bytes(&[2; 16]).unsigned(3).bytes(&[3; 16]);
    writer.unsigned(4).bytes(&key(1)).unsigned(5).bytes(&key(2)).unsigned(6).bytes(&key(3));
    writer.unsigned(7).bytes(identity([4; 32]).expect("a seed").public().as_bytes());
    [b"PRVYENR1".as_slice(), &writer.finish()].concat()
}

/// An honest approval.
pub fn approval() -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(5).unsigned(1).bytes(&[1; 16]).unsigned(2).bytes(&[2; 32]).unsigned(3).bytes(&[3; 16]);
    writer.unsigned(4).bytes(&[4; 16]).unsigned(5).array(2).unsigned(9).bytes(&[5; 32]);
    [b"PRVYAPR1".as_slice(), &writer.finish()].concat()
}

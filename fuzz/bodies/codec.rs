//! Bytes and text to values and back.

use std::fmt::Display;
use std::str::FromStr;

use dcbor::CBOR;
use privity::testing::cbor::{Reader, Writer, check};
use privity::{ChainId, DeviceId, DocumentId, Error, FirmId, MatterId, PrincipalId, UserId};

use super::input::Input;

/// What the strict pass accepts, the reader reads, the writer writes back byte for byte, and dcbor
/// accepts.
///
/// # Errors
/// The code of the refusal.
pub fn cbor(data: &[u8]) -> Result<(), &'static str> {
    check(data).map_err(|error| error.code())?;
    let mut writer = Writer::new();
    copy_item(data, &mut writer);
    assert_eq!(writer.finish(), data, "one encoding");
    match CBOR::try_from_data(data) {
        // dcbor asks for NFC on top; we keep text as it is.
        Ok(_) | Err(dcbor::Error::NonCanonicalString) => Ok(()),
        Err(error) => panic!("dcbor refuses what we accept: {error}"),
    }
}

/// Copies one item through the reader and the writer.
fn copy_item(item: &[u8], writer: &mut Writer) {
    let mut reader = Reader::new(item, item.len()).expect("an item of what was accepted");
    match item[0] >> 5 {
        0 => writer.unsigned(reader.unsigned().expect("unsigned")),
        1 => writer.signed(reader.signed().expect("negative")),
        2 => writer.bytes(reader.bytes().expect("bytes")),
        3 => writer.text(reader.text().expect("text")),
        4 => {
            let count = reader.array().expect("array");
            writer.array(usize::try_from(count).expect("bounded by the input"));
            for _ in 0..count {
                copy_item(reader.item().expect("item"), writer);
            }
            writer
        }
        5 => {
            let _fields = reader.map().expect("map");
            let mut pairs = Vec::new();
            while let Ok(key) = reader.unsigned() {
                pairs.push((key, reader.item().expect("value")));
            }
            writer.map(pairs.len());
            for (key, value) in pairs {
                writer.unsigned(key);
                copy_item(value, writer);
            }
            writer
        }
        _ => writer.boolean(reader.boolean().expect("false or true")),
    };
}

/// A text is the text of one id of one type, or refused; every id is read back from its text.
///
/// # Errors
/// The code of the refusal.
pub fn ids(data: &[u8]) -> Result<(), &'static str> {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(Input(data).take(16)).for_each(|(to, from)| *to = *from);
    let text = std::str::from_utf8(data).map_err(|_| "text")?;
    let verdicts = [
        one_id(text, &FirmId::from_bytes(bytes)),
        one_id(text, &DocumentId::from_bytes(bytes)),
        one_id(text, &MatterId::from_bytes(bytes)),
        one_id(text, &PrincipalId::from_bytes(bytes)),
        one_id(text, &UserId::from_bytes(bytes)),
        one_id(text, &DeviceId::from_bytes(bytes)),
        one_id(text, &ChainId::from_bytes(bytes)),
    ];
    let refused = verdicts.iter().filter_map(|verdict| verdict.err()).collect::<Vec<_>>();
    assert!(refused.len() >= verdicts.len() - 1, "a text of two types");
    if refused.len() < verdicts.len() { Ok(()) } else { Err(refused[0]) }
}

fn one_id<T>(text: &str, id: &T) -> Result<(), &'static str>
where
    T: FromStr<Err = Error> + Display + PartialEq,
{
    let own = id.to_string();
    assert!(own.parse::<T>().is_ok_and(|again| again == *id), "{own}");
    let read = text.parse::<T>().map_err(|error| error.code())?;
    assert_eq!(read.to_string(), text, "one text");
    Ok(())
}

//! Key rows and sealed metadata.

use std::num::{NonZeroU32, NonZeroU64};

use privity::envelope::{KeyRow, Metadata, Profile};
use privity::testing::{opening_key, secret};
use privity::{DeviceId, DocumentId, Hash, MatterId, Timestamp};

use super::envelope::header;
use super::input::{Input, damage};

/// Arbitrary bytes, an honest row damaged, arbitrary sealed metadata, honest metadata damaged: by
/// the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn row(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 4 {
        0 => decode(input.0),
        1 => {
            let mut bytes = honest().encode();
            damage(&mut bytes, &mut input);
            decode(&bytes)
        }
        2 => open(input.0),
        _ => {
            let mut bytes = sealed();
            damage(&mut bytes, &mut input);
            open(&bytes)
        }
    }
}

/// A row has one encoding.
fn decode(bytes: &[u8]) -> Result<(), &'static str> {
    let row = KeyRow::decode(bytes).map_err(|error| error.code())?;
    assert_eq!(row.encode(), bytes, "one encoding");
    Ok(())
}

/// Nothing opens but what was sealed.
fn open(bytes: &[u8]) -> Result<(), &'static str> {
    let opened = Metadata::open(&opening_key(KEY), &header(0), bytes).map_err(|error| error.code())?;
    assert!(opened == metadata() && bytes == sealed(), "forged metadata");
    Ok(())
}

/// An honest row.
pub fn honest() -> KeyRow {
    KeyRow {
        document: DocumentId::from_bytes([1; 16]),
        version: NonZeroU32::MIN,
        matter: MatterId::from_bytes([2; 16]),
        epoch: NonZeroU64::MIN,
        generation: NonZeroU64::MIN,
        row_profile: Profile::ChaCha,
        content_profile: Profile::Aes,
        designation: 2,
        wrap: vec![7; 104],
        meta: vec![8; 40],
    }
}

/// Honest sealed metadata.
pub fn sealed() -> Vec<u8> {
    metadata().seal_hedged(&opening_key(KEY), &header(0), &secret([9; 32])).expect("small")
}

fn metadata() -> Metadata {
    Metadata {
        name: "letter.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        length: 3,
        sha256: Hash([4; 32]),
        crc32: 5,
        sealed_by: DeviceId::from_bytes([6; 16]),
        sealed_at: Timestamp::from_micros(1).expect("below 2^53"),
    }
}

const KEY: [u8; 32] = [3; 32];

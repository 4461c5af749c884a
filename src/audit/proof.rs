//! Proofs that an outsider can check alone: that a record is in a chain and the chain in the ledger
//! ([`TlogProof`]), that a log only grew ([`Consistency`]), that an active device recorded it
//! ([`SignerProof`]).
//!
//! A proof is text or bytes from anywhere; every `verify` takes what its caller knows beforehand
//! first.

mod consistency;
mod signer;
mod tlog;

pub use consistency::Consistency;
pub use signer::{Before, DevicePath, Signer, SignerProof, Standing};
pub use tlog::{AnchorLeaf, HeadPath, Recorded, TlogProof};

use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::Hash;

/// The longest path in a tree of fewer than 2^64 leaves.
const MAX_PATH: usize = 64;

fn write_hashes(writer: &mut Writer, hashes: &[Hash]) {
    writer.array(hashes.len());
    hashes.iter().for_each(|hash| {
        writer.bytes(&hash.0);
    });
}

fn read_hashes(reader: &mut Reader<'_>) -> Result<Vec<Hash>> {
    let count = usize::try_from(reader.array()?).map_err(|_| Code::Field)?;
    if count > MAX_PATH {
        return Err(Code::Field.into());
    }
    (0..count).map(|_| Ok(Hash(reader.fixed()?))).collect()
}

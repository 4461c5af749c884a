//! Proofs that an outsider can check alone: that a record is in a chain and the chain in the ledger
//! ([`TlogProof`]), that a log only grew ([`Consistency`]), that an active device recorded it
//! ([`SignerProof`]).
//!
//! A proof is text or bytes from anywhere; every `verify` takes what its caller knows beforehand
//! first. What is said of a record is read from its own verified bytes, never taken from whoever shows
//! it.

mod consistency;
mod signer;
mod tlog;

pub use consistency::Consistency;
pub use signer::{Before, DevicePath, Signer, SignerProof, Standing};
pub(crate) use tlog::verify_head;
pub use tlog::{AnchorLeaf, HeadPath, Recorded, TlogProof};

use crate::audit::kind::ChainType;
use crate::audit::record::Record;
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{ChainId, Hash};
use crate::wire::cose::Kid;

/// The longest path in a tree of fewer than 2^64 leaves.
const MAX_PATH: usize = 64;

/// The record of this chain that these bytes are, signed by that of `keys` which it names.
pub(crate) fn verify_signed<'b>(
    bytes: &'b [u8],
    chain: ChainId,
    chain_type: ChainType,
    keys: &[VerifyingKey],
) -> Result<Record<'b>> {
    let record = Record::parse(bytes, chain_type)?;
    record.check_chain(&chain)?;
    let key = keys.iter().find(|key| Kid::of(key) == record.kid()).ok_or(Code::KeyUnknown)?;
    record.verify(key)?;
    Ok(record)
}

pub(crate) fn write_hashes(writer: &mut Writer, hashes: &[Hash]) {
    writer.array(hashes.len());
    hashes.iter().for_each(|hash| {
        writer.bytes(&hash.0);
    });
}

pub(crate) fn read_hashes(reader: &mut Reader<'_>) -> Result<Vec<Hash>> {
    let count = usize::try_from(reader.array()?).map_err(|_| Code::Field)?;
    if count > MAX_PATH {
        return Err(Code::Field.into());
    }
    (0..count).map(|_| Ok(Hash(reader.fixed()?))).collect()
}

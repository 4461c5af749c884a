//! The audit chain: records, notes and checkpoints, proofs, details, whole chains.

pub mod chain;
pub mod details;
pub mod note;
pub mod proof;
pub mod record;

use privity::testing::sign::SigningKey;
use privity::testing::signing_key;

/// One of the keys of all targets.
pub fn key(seed: u8) -> SigningKey {
    signing_key([seed; 32])
}

fn code(error: privity::Error) -> &'static str {
    error.code()
}

//! The order of one author's records in one chain: fields 3, 5 and 6 of a payload.

use crate::audit::record::Record;
use crate::clock::Timestamp;
use crate::id::Hash;

/// An author's newest record in a chain. A record that its author's key verifies becomes the newest
/// whether or not it could be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Its field 5.
    pub sequence: u64,
    /// Its field 3.
    pub at: Timestamp,
    /// Its record hash.
    pub hash: Hash,
}

/// Which rule a record breaks; the first of them, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderFault {
    /// Its sequence is that of the newest and its bytes are not: *conflicting records*.
    Conflicting,
    /// Its sequence is not above the newest.
    Sequence,
    /// Its field 6 is not the hash of the newest, or is there though there is none.
    Previous,
    /// Its time lies before the newest.
    Time,
}

impl Newest {
    /// This record, whose hash is known, as the newest.
    #[must_use]
    pub fn of(record: &Record<'_>, hash: Hash) -> Self {
        let payload = record.payload();
        Self { sequence: payload.sequence, at: payload.at, hash }
    }
}

/// Checks a record, whose hash is known, against its author's newest earlier one in the chain.
///
/// # Errors
/// The first rule it breaks.
pub fn check(newest: Option<&Newest>, record: &Record<'_>, hash: Hash) -> Result<(), OrderFault> {
    let payload = record.payload();
    if let Some(newest) = newest {
        if payload.sequence == newest.sequence && hash != newest.hash {
            return Err(OrderFault::Conflicting);
        }
        if payload.sequence <= newest.sequence {
            return Err(OrderFault::Sequence);
        }
    }
    if payload.previous != newest.map(|newest| newest.hash) {
        return Err(OrderFault::Previous);
    }
    if newest.is_some_and(|newest| payload.at < newest.at) {
        return Err(OrderFault::Time);
    }
    Ok(())
}

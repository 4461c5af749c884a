//! The body about what the firm writes and asks of others.

use std::num::NonZeroU64;

use crate::audit::body::body;
use crate::audit::body::field::List;
use crate::crypto::profile::{Padding, Profile};

body! {
    /// `policy`: replaces the one before.
    Policy {
        /// Its version, from 1, one more than that of the one before.
        1 version: NonZeroU64,
        /// How many others have to cosign a checkpoint for it to be *anchored*.
        2 cosigners: u64,
        /// How old, in seconds, the newest cosignature of others may be for a head to be *fresh*.
        3 freshness: u64,
        /// What may be written.
        4 profiles: List<Profile, 1, 16>,
        /// Whether the length of documents is hidden.
        5 padding: Padding,
    }
}

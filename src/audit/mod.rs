//! A signed audit chain that anybody can verify: signed records in an RFC 6962 Merkle tree, with
//! signed checkpoints, usable alone by a vendor with a database of its own.
//!
//! # Recommended use
//!
//! Begin a chain with an [`Appender`], publish its origin and the hash of its first record, store
//! every record it signs and a checkpoint after each batch. Whoever verifies gives a [`Verifier`]
//! what was published ([`TrustRoots`]), the checkpoints and every record, and gets a
//! [`VerifiedChain`] or a [`Failure`] that says *tampered*, *incomplete* or *unverifiable*.
//!
//! ```
//! use std::sync::Arc;
//! use privity::SystemClock;
//! use privity::audit::{Appender, Draft, Origin, TrustRoots, Verifier};
//! use privity::keys::ChainKeys;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let origin = Origin::new("log.example/court-file-7")?;
//! let (mut chain, genesis) = Appender::new(origin.clone(), ChainKeys::generate()?, Arc::new(SystemClock))?;
//! let roots = TrustRoots::new(origin, genesis.hash); // publish these
//! let mut stored = vec![genesis.record];
//!
//! // An event of the host's own: kind 2000 with a body in CBOR, here {1: 7}.
//! stored.push(chain.append(Draft::host(2000, vec![0xA1, 0x01, 0x07])?)?.record);
//! let checkpoint = chain.checkpoint()?;
//!
//! let mut verifier = Verifier::new(roots, &[checkpoint])?;
//! for record in &stored {
//!     verifier.push(record)?;
//! }
//! let verified = verifier.finish()?;
//! assert_eq!(verified.findings().head.size, 2);
//! # Ok(())
//! # }
//! ```
//!
//! Names and reasons never stand in a record: they are [`detail`]s, of which the record holds salted
//! commitments. Erase the blob and its key, and the chain still verifies.
//!
//! "Valid" is as good as the keys: whoever holds them can write another history until somebody else
//! [cosigned](Anchoring) a checkpoint. The format is `docs/format/record-v1.md`.

pub mod anchor;
mod appender;
pub mod approval;
pub mod body;
pub mod checkpoint;
pub mod detail;
pub mod heads;
pub mod keyring;
pub mod kind;
pub mod order;
pub mod proof;
pub mod record;
pub mod tiles;
pub mod tree;
mod verdict;
mod verifier;

pub use crate::wire::cose::Kid;
pub use crate::wire::note::{KeyKind, NoteKey};
pub use appender::{Appended, Appender};
pub use body::{Body, Origin};
pub use kind::Kind;
pub use record::{Draft, Record};
pub use verdict::{Anchoring, Failure, Fault, Findings, Other, Reported};
pub use verifier::{TrustRoots, VerifiedChain, Verifier};

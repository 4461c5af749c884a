//! Keys that people and documents have: one secret a file.
//!
//! - [`Identity`]: what a person or a service opens wrapped keys with. Keep it
//!   [protected](Identity::protect) by a [`Passphrase`] or by a [`Protector`] of the host.
//! - [`ChainKeys`]: what an author of an audit chain signs records and checkpoints with.
//! - [`DocumentKey`]: seals exactly one document; made by sealing and by nothing else.
//! - [`OpeningKey`]: opens a document and can be wrapped to further people; cannot seal.

mod chain;
mod document;
mod identity;
mod passphrase;
mod protected;
mod protector;

pub use crate::crypto::hpke::{PUBLIC_KEY_LEN, PublicKey, WRAP_LEN, Wrap};
pub use crate::crypto::password::PassphraseCost;
pub use crate::crypto::sign::{SigningKey, VerifyingKey};
pub use chain::ChainKeys;
pub use document::{DocumentKey, OpeningKey, WrapContext};
pub use identity::Identity;
pub use passphrase::Passphrase;
pub use protector::{Protector, ProtectorId};

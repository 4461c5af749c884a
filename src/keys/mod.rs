//! Keys that people and documents have: one secret a file.
//!
//! - [`Identity`]: what a person or a service opens wrapped keys with. Keep it
//!   [protected](Identity::protect) by a [`Passphrase`] or by a [`Protector`] of the host.
//! - [`DocumentKey`]: seals exactly one document; made by sealing and by nothing else.
//! - [`OpeningKey`]: opens a document and can be wrapped to further people; cannot seal.

mod document;
mod identity;
mod passphrase;
mod protector;

pub use crate::crypto::hpke::{PUBLIC_KEY_LEN, PublicKey, WRAP_LEN, Wrap};
pub use crate::crypto::password::PassphraseCost;
pub use document::{DocumentKey, OpeningKey, WrapContext};
pub use identity::Identity;
pub use passphrase::Passphrase;
pub use protector::{Protector, ProtectorId};

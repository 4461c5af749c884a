//! Keys that people and documents have: one secret a file.
//!
//! - [`Identity`]: what a person or a service opens wrapped keys with. Keep it
//!   [protected](Identity::protect) by a [`Passphrase`] or by a [`Protector`] of the host.
//! - [`PartyKeys`]: what a party signs and receives shares with.
//! - [`ChainKeys`]: what an author of an audit chain signs records and checkpoints with.
//! - [`DocumentKey`]: seals exactly one document; made by sealing and by nothing else.
//! - [`OpeningKey`]: opens a document and can be wrapped to further people; cannot seal.
//!
//! A firm's vault has a hierarchy of them (`docs/format/keys-v1.md`):
//!
//! - [`RootKeys`], [`DeviceKeys`]: kept protected as an identity is.
//! - [`UserKey`]: a person's, in generations, wrapped to the person's devices.
//! - [`EpochSecret`], [`AuditorSecret`]: a matter's, in epochs, wrapped to user keys.
//! - [`ShredKey`]: a matter's, in the erasable store alone. With the epoch's secret it gives the
//!   [`DocumentKek`] over document keys, with the auditors' the [`DetailKek`].
//!
//! What came by a wrap or from a store is [`Unconfirmed`] until a verified record confirms it.

mod chain;
mod detail;
mod device;
mod document;
mod epoch;
mod identity;
mod party;
mod passphrase;
mod protected;
mod protection;
mod protector;
mod protectors;
mod root;
mod shred;
mod unconfirmed;
mod user;

pub use crate::crypto::hpke::{PUBLIC_KEY_LEN, PublicKey, WRAP_LEN, Wrap};
pub use crate::crypto::password::PassphraseCost;
pub use crate::crypto::sign::{SigningKey, VerifyingKey};
pub use chain::ChainKeys;
pub use detail::{AuditorSecret, DetailKek};
pub use device::DeviceKeys;
pub use document::{DocumentKey, OpeningKey, WrapContext};
pub use epoch::{EpochPlace, EpochSecret};
pub use identity::Identity;
pub use party::PartyKeys;
pub use passphrase::Passphrase;
pub use protection::Protection;
pub use protector::{Protector, ProtectorId};
pub use protectors::TwoProtectors;
pub use root::RootKeys;
pub use shred::{DocumentKek, RowPlace, ShredKey};
pub use unconfirmed::Unconfirmed;
pub use user::UserKey;

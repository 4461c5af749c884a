//! Sharing with people inside and outside of a firm, with or without this library.
//!
//! - [`age`]: encrypted files that every implementation of age opens.
//! - [`Party`]: whoever sends and receives, with keys of their own or as a device of a firm; its
//!   [`Card`] says under which keys.
//! - [`Contact`]: a party as somebody else knows it. A card is a claim until its twelve words
//!   ([`Fingerprint`]) were compared over another channel.
//! - [`Standing`]: what shows an outsider that a device of a firm was active.
//!
//! Format: `docs/format/card-v1.md`.

pub mod age;
mod card;
mod contact;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod doors;
mod fingerprint;
mod name;
mod party;
pub(crate) mod standing;

pub use card::Card;
pub use contact::{Addressee, ChangedContact, Contact, RevokedContact, UnverifiedContact, VerifiedContact};
pub use fingerprint::Fingerprint;
pub use party::{CardDetails, Party, PartyKind};
pub use standing::Standing;

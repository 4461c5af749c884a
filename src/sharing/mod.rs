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

mod accept;
pub mod age;
mod card;
mod contact;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod doors;
mod draft;
mod file;
mod fingerprint;
mod layout;
pub(crate) mod make;
pub mod manifest;
mod media_type;
pub(crate) mod name;
mod party;
mod readme;
mod receipt;
mod sender;
mod signature;
pub(crate) mod standing;

pub use crate::audit::body::ReceiptAction;
pub use crate::crypto::hash::Digests;
pub use accept::{Accepted, Discard, Keys, Refusal, Request, Sink, Step, accept};
pub use card::Card;
pub use contact::{Addressee, ChangedContact, Contact, RevokedContact, UnverifiedContact, VerifiedContact};
pub use draft::{Draft, Item, Terms};
pub use file::{accept_folder, share_files};
pub use fingerprint::Fingerprint;
pub use make::{Made, make};
pub use manifest::{Manifest, Onward};
pub use party::{CardDetails, Party, PartyKind};
pub use receipt::{Receipt, SignedReceipt};
pub use signature::SignatureClaims;
pub use standing::Standing;
